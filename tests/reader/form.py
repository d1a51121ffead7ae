"""Bytes and batches of shared/journal/FORMAT.md §2, §4, §5 and §6, read again from the page and not from the program."""
import hashlib
import json
import re

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

SAFE = 2**53 - 1
MAX_ENTRY, MAX_PERSONAL, MAX_LINE, MAX_DEPTH = 65_536, 4_096, 65_600, 8
FIRST = b"phien-batch 1"
KEY = re.compile(r"[a-z_0-9]{1,32}")
HEX64, HEX128 = re.compile(rb"[0-9a-f]{64}"), re.compile(rb"[0-9a-f]{128}")
ID, FAIR = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,31}"), re.compile(rb"[a-z0-9][a-z0-9-]{0,63}")
NUMBER = re.compile(rb"0|[1-9][0-9]{0,15}")
ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


class NotCanonical(Exception):
    """The bytes are not an entry's; says why."""


def sha256(data):
    return hashlib.sha256(data).digest()


def signed(key, message, signature):
    """True when `signature` (bytes) by `key` (hex) holds over `message` (text)."""
    try:
        VerifyKey(bytes.fromhex(key)).verify(message.encode(), signature)
        return True
    except (BadSignatureError, ValueError):
        return False


def text_of(value, depth=1):
    """The one way to write a value."""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > SAFE:
            raise NotCanonical("a number is too large")
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(c) or (c if c >= " " else f"\\u{ord(c):04x}") for c in value) + '"'
    if value is None:
        raise NotCanonical("null")
    if depth > MAX_DEPTH:
        raise NotCanonical("nested too deeply")
    if isinstance(value, list):
        return "[" + ",".join(text_of(v, depth + 1) for v in value) + "]"
    return "{" + ",".join(f'"{k}":{text_of(v, depth + 1)}' for k, v in sorted(value.items())) + "}"


def _depth(text):
    """Deepest nesting outside strings, before any parser sees it."""
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", re.sub(r'"(?:[^"\\]|\\.)*"', "", text, flags=re.S)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _object(pairs):
    keys = [k for k, _ in pairs]
    if any(not KEY.fullmatch(k) for k in keys):
        raise NotCanonical("a field has a name that is not allowed")
    if len(set(keys)) != len(keys):
        raise NotCanonical("a field is there twice")
    return dict(pairs)


def _whole(text):
    if len(text) > 17:
        raise NotCanonical("a number is too large")
    return int(text)


def _no_float(text):
    raise NotCanonical(f"not a whole number: {text[:20]}")


def canonical(data, limit=MAX_ENTRY):
    """The value of canonical bytes; raises NotCanonical."""
    if len(data) > limit:
        raise NotCanonical("too long")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise NotCanonical("not UTF-8") from None
    if _depth(text) > MAX_DEPTH:
        raise NotCanonical("nested too deeply")
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_float=_no_float, parse_constant=_no_float)
    except (json.JSONDecodeError, RecursionError):
        raise NotCanonical("not JSON") from None
    try:
        same = text_of(value).encode("utf-8") == data
    except UnicodeEncodeError:
        same = False
    if not same:
        raise NotCanonical("not in canonical form")
    return value


class Item:
    """A line `e` or `m`, with the `p` and the `s` behind it."""

    def __init__(self, line, data, digest):
        self.line, self.data, self.digest = line, data, digest
        self.personal = self.personal_line = self.seal = self.seal_line = None


class Batch:
    def __init__(self, file, line):
        self.file, self.line = file, line
        self.fair = self.root = self.terminal = self.key = None
        self.prev_seq, self.prev = 0, b""
        self.items = []

    @property
    def journal(self):
        return (self.fair, self.root, self.terminal, self.key)


def genesis(journal):
    fair, root, terminal, key = journal
    return sha256(f"phien/journal/1\n{fair}\n{root}\n{terminal}\n{key}\n".encode())


def seal_message(journal, seq, hash_):
    return f"phien/seal/1\n{journal[0]}\n{journal[2]}\n{seq}\n{hash_.hex()}\n"


class _Malformed(Exception):
    pass


def _after(line, word, pattern):
    rest = line[len(word):] if line.startswith(word) else b""
    if not pattern.fullmatch(rest):
        raise _Malformed(f"expected “{word.decode()}…”")
    return rest.decode()


def _front(batch, number, line):
    """Lines 2 to 6 of a batch."""
    if number == 2:
        batch.fair = _after(line, b"fair ", FAIR)
    elif number == 3:
        batch.root = _after(line, b"root ", HEX64)
    elif number == 4:
        batch.terminal = _after(line, b"terminal ", ID)
    elif number == 5:
        batch.key = _after(line, b"key ", HEX64)
    else:
        seq, _, hash_ = line.removeprefix(b"prev ").partition(b" ")
        if not line.startswith(b"prev ") or not NUMBER.fullmatch(seq) or int(seq) > SAFE or not HEX64.fullmatch(hash_):
            raise _Malformed("expected “prev <seq> <hash>”")
        batch.prev_seq, batch.prev = int(seq), bytes.fromhex(hash_.decode())
        if batch.prev_seq == 0 and batch.prev != genesis(batch.journal):
            raise _Malformed("hash(0) is not that of this fair, root, terminal and key: one of them was exchanged")


def _item(batch, at, line):
    last = batch.items[-1] if batch.items else None
    still_open = last is not None and last.seal is None
    word, _, rest = line.partition(b" ")
    if word == b"e" and 0 < len(rest) <= MAX_ENTRY:
        batch.items.append(Item(at, rest, sha256(rest)))
    elif word == b"m" and HEX64.fullmatch(rest):
        batch.items.append(Item(at, None, bytes.fromhex(rest.decode())))
    elif word == b"p" and still_open and last.data is not None and last.personal is None and HEX64.fullmatch(rest[:64]) and rest[64:65] == b" ":
        last.personal, last.personal_line = (bytes.fromhex(rest[:64].decode()), rest[65:]), at
    elif word == b"s" and still_open and HEX128.fullmatch(rest):
        last.seal, last.seal_line = bytes.fromhex(rest.decode()), at
    else:
        raise _Malformed("malformed, or not in its place")


def read_file(name, data, report):
    """The batches of one file. What cannot be read is reported as (file, line, code, what) and the rest of that batch left out."""
    batches, batch, number = [], None, 0  # number: of the line within its batch; −1: left out until the next batch begins
    lines = data.split(b"\n")
    unended = lines.pop()  # what stands behind the last line feed: nothing, in a whole file
    for at, line in enumerate(lines + [unended] * bool(unended), 1):
        if line == FIRST and at <= len(lines):
            _end(batch, report)
            batch, number = Batch(name, at), 1
            continue
        if number == -1:
            continue
        number += 1
        try:
            if at > len(lines):
                raise _Malformed("the last line does not end")
            if batch is None:
                raise _Malformed(f"a batch begins with “{FIRST.decode()}”")
            if len(line) >= MAX_LINE:
                raise _Malformed("the line is too long")
            if number > 6:
                _item(batch, at, line)
                continue
            _front(batch, number, line)
            if number == 6:
                batches.append(batch)
        except _Malformed as why:
            report(name, at, "bad_form", str(why), batch)
            batch, number = None, -1
    _end(batch, report)
    if not data:
        report(name, 1, "bad_form", "there is no batch in it")
    return batches


def _end(batch, report):
    if batch is None:
        return
    if not batch.items:
        report(batch.file, batch.line, "unsealed", "the batch holds nothing", batch)
    elif batch.items[-1].seal is None:
        report(batch.file, batch.items[-1].line, "unsealed", "the batch does not end with a seal: its end is missing", batch)
