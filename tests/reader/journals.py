"""Batches put together to journals: chains, seals, who may be believed (§3, §4, §5, §8) and corrected time (§9)."""
import re
from collections import defaultdict

from form import NotCanonical, MAX_PERSONAL, canonical, genesis, seal_message, sha256, signed
from kinds import Uninterpretable, interpret


class Node:
    """One entry at its place in a chain."""

    def __init__(self, hash_, seq, parent, item, file):
        self.hash, self.seq, self.parent = hash_, seq, parent
        self.file, self.line, self.data, self.personal = file, item.line, item.data, None
        self.entry = None           # the interpreted value
        self.why = None             # or why it cannot be interpreted
        self.covered = False        # a seal over it or after it holds
        self.standing = "held"      # posted | quarantined | held | missing
        self.time, self.known = 0, False

    def kind(self):
        return self.entry["kind"] if self.entry else None


class Journal:
    def __init__(self, identity):
        self.fair, self.root, self.terminal, self.key = self.identity = identity
        found = re.fullmatch(r"_server\.([1-9][0-9]{0,15})", self.terminal)
        self.incarnation = int(found[1]) if found else None
        self.nodes = {}
        self.certified = False

    def in_order(self):
        return sorted(self.nodes.values(), key=lambda n: (n.seq, n.hash))

    def heads(self):
        parents = {n.parent for n in self.nodes.values()}
        return [n for n in self.in_order() if n.hash not in parents]

    def chain(self, hash_):
        """Hashes of the chain that ends in hash_, itself included; empty when it is not here."""
        found = set()
        while hash_ in self.nodes:
            found.add(hash_)
            hash_ = self.nodes[hash_].parent
        return found


class Journals:
    """All journals of the files, and what was found wrong with them."""

    def __init__(self, root=None):
        self.root, self.journals, self.findings = root, {}, []

    # ---- findings ----
    def note(self, severity, code, what, journal=None, node=None, file="", line=0, seq=None):
        self.findings.append({
            "severity": severity, "code": code, "what": what, "file": node.file if node else file, "line": node.line if node else line,
            "terminal": (journal.terminal if journal else "") or "", "seq": node.seq if node else seq})

    def report_form(self, file, line, code, what, batch=None):
        seq = batch.prev_seq + len(batch.items) if batch and batch.prev else None
        self.note("bad", code, what, batch, None, file, line, seq)

    # ---- putting together ----
    def add(self, batches):
        """Chains batches whose predecessor is known, in whatever order they come."""
        waiting = list(batches)
        while waiting:
            left = [b for b in waiting if not self._chain(b)]
            if len(left) == len(waiting):
                break
            waiting = left
        for batch in waiting:
            self.note("bad", "unknown_prev", f"continues {batch.prev.hex()[:16]}… at {batch.prev_seq}, which is not in these files: "
                      "entries before it were removed, or it belongs to another journal", batch, None, batch.file, batch.line, batch.prev_seq)

    def _chain(self, batch):
        journal = self.journals.get(batch.journal)
        at, seq = batch.prev, batch.prev_seq
        if seq == 0:
            journal = self.journals.setdefault(batch.journal, Journal(batch.journal))
        elif journal is None or at not in journal.nodes or journal.nodes[at].seq != seq:
            return False
        for item in batch.items:
            parent, at, seq = at, sha256(at + item.digest), seq + 1
            node = journal.nodes.setdefault(at, Node(at, seq, parent, item, batch.file))
            if node.data is None:
                node.data = item.data
            self._personal(journal, node, item)
            if item.seal is None:
                continue
            if signed(journal.key, seal_message(journal.identity, seq, at), item.seal):
                self._cover(journal, node)
            else:
                self.note("bad", "bad_seal", "the seal does not hold: an entry since the seal before it was changed, dropped, inserted or "
                          "exchanged, or the seal belongs elsewhere", journal, None, batch.file, item.seal_line, seq)
        return True

    def _cover(self, journal, node):
        while node is not None and not node.covered:
            node.covered = True
            node = journal.nodes.get(node.parent)

    def _personal(self, journal, node, item):
        if item.personal is None:
            return
        salt, data = item.personal
        try:
            value = canonical(data, MAX_PERSONAL)
            fits = isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
            expected = canonical(node.data).get("personal")
        except (NotCanonical, AttributeError):
            fits, expected = False, None
        if fits and expected == sha256(salt + data).hex():
            node.personal = value
        else:
            self.note("bad", "bad_personal", "the personal data is not what the entry names", journal, None, node.file, item.personal_line, node.seq)

    # ---- who may be believed ----
    def judge(self):
        """Interprets every entry and decides where it stands."""
        for journal in self.journals.values():
            self._interpret(journal)
        by_fair = defaultdict(list)
        for journal in self.journals.values():
            if self.root in (None, journal.root):
                by_fair[journal.fair, journal.root].append(journal)
            else:
                self.note("bad", "wrong_root", f"stands under the root key {journal.root[:16]}…, not the one given", journal, next(iter(journal.nodes.values()), None))
        if self.root is None and len({root for _, root in by_fair}) > 1:
            self.note("bad", "several_roots", "these journals stand under different root keys; say which with --root")
        for journals in by_fair.values():
            self._stand(journals)
            self._witness(journals)
        self._in_order_of_cause()

    def _in_order_of_cause(self):
        """What is wrong at a place comes before what follows from it, and is said once."""
        consequences = {"unsealed": 1, "cut_short": 2, "key_exchanged": 2}
        once = {(f["code"], f["file"], f["line"], f["what"] if f["code"] != "unsealed" else ""): f for f in reversed(self.findings)}
        self.findings = sorted(once.values(), key=lambda f: (f["severity"] != "bad", consequences.get(f["code"], 0), f["file"], f["line"]))

    def _interpret(self, journal):
        for node in journal.in_order():
            if not node.covered:
                self.note("bad", "unsealed", "no seal that holds covers it", journal, node)
            if node.data is None:
                node.standing = "missing"
                self.note("note", "missing_bytes", "only its digest is here", journal, node)
                continue
            try:
                value = canonical(node.data)
                interpret(value, journal.incarnation is not None)
                node.entry = value
            except (NotCanonical, Uninterpretable) as why:
                node.why = str(why)
        if journal.incarnation is not None:
            self._certify(journal)
        for node in journal.in_order():
            if node.data is not None and node.entry is None:
                node.standing = "quarantined"
                self.note("note", "quarantined", f"cannot be interpreted: {node.why}", journal, node)

    def _certify(self, journal):
        """A server's journal is interpreted only if every chain in it begins with a certificate that holds."""
        firsts = [n for n in journal.nodes.values() if n.seq == 1]
        for first in firsts:
            body = first.entry["body"] if first.kind() == "incarnation" else None
            if body:
                parent = body["parent"]["hash"] if "parent" in body else "-"
                message = f"phien/incarnation/1\n{journal.fair}\n{body['number']}\n{journal.key}\n{body['tls']}\n{parent}\n"
                if body["number"] == journal.incarnation and body["root"] == journal.root and \
                        signed(journal.root, message, bytes.fromhex(body["certificate"])):
                    journal.certified = True
                    continue
            self.note("bad", "bad_certificate", "no certificate by the root key: nothing in this journal is believed", journal, first)
            below = {first.hash}
            for node in journal.in_order():
                if node.hash in below or node.parent in below:
                    below.add(node.hash)
                    node.entry, node.why = None, "the journal has no certificate that holds"

    def _stand(self, journals):
        """Highest incarnation first: what it says about older ones and about terminals counts; then the terminals."""
        servers = sorted((j for j in journals if j.incarnation is not None), key=lambda j: -j.incarnation)
        terminals = [j for j in journals if j.incarnation is None]
        said = []  # (incarnation, node) of posted server entries
        for journal in servers:
            self._stand_one(journal, said, True)
            said += [(journal.incarnation, n) for n in journal.in_order() if n.standing == "posted"]
        said.sort(key=lambda s: (s[0], s[1].seq, s[1].hash))
        enrolled = {(n.entry["body"]["terminal"], n.entry["body"]["key"]) for _, n in said if n.kind() == "terminal_enrolled"}
        for journal in terminals:
            known = (journal.terminal, journal.key) in enrolled
            self._stand_one(journal, said, known)
            if not known:
                exchanged = any(terminal == journal.terminal for terminal, _ in enrolled)
                self.note("bad" if exchanged else "note", "key_exchanged" if exchanged else "not_enrolled",
                          "the server enrolled this terminal with another key" if exchanged else "no server journal here enrols this terminal: it does not count",
                          journal, journal.in_order()[0] if journal.nodes else None)
        for journal in journals:
            _correct_times(journal)

    def _stand_one(self, journal, said, believed):
        older = journal.incarnation or 0
        about = [n for incarnation, n in said if incarnation > older]
        allowed, rulings = set(journal.nodes), {}
        for node in about:
            body = node.entry["body"]
            if node.kind() == "terminal_revoked" and body["terminal"] == journal.terminal:
                allowed &= journal.chain(bytes.fromhex(body["head"]["hash"]))
            if node.kind() == "ruling" and body["decision"] != "settled" and body["about"]["terminal"] == journal.terminal:
                rulings[bytes.fromhex(body["about"]["hash"])] = body["decision"] == "post"
        for node in journal.nodes.values():
            if node.entry is None:
                continue
            posted = believed and node.covered and rulings.get(node.hash, node.hash in allowed)
            node.standing = "posted" if posted else "held"
            if not posted and believed:
                self.note("note", "held", "beyond a revocation, ruled out or not sealed: it does not count", journal, node)

    # ---- witnesses ----
    def _witness(self, journals):
        """Heads that entries name must be here: a journal that lacks one was cut or changed after it was seen."""
        here = {j.terminal: set() for j in journals}
        for journal in journals:
            here[journal.terminal] |= set(journal.nodes)
        told = set()
        for journal in journals:
            for node in journal.in_order():
                if node.standing != "posted":
                    continue
                if node.kind() == "archived":
                    self._archived(journal, node)
                for terminal, seq, hash_ in _named_heads(node.entry):
                    if seq == 0 or (terminal, hash_) in told or bytes.fromhex(hash_) in here.get(terminal, ()):
                        continue
                    told.add((terminal, hash_))
                    if terminal in here:
                        self.note("bad", "cut_short", f"{terminal} was seen at entry {seq} ({hash_[:16]}…), which its journal here does not have: "
                                  "its end was cut off or replaced", journal, node)
                    else:
                        self.note("note", "journal_absent", f"the journal of {terminal}, seen at entry {seq}, is not in these files", journal, node)

    def _archived(self, journal, node):
        body = node.entry["body"]
        message = f"phien/archived/1\n{journal.fair}\n{body['terminal']}\n{body['head']['seq']}\n{body['head']['hash']}\n"
        if not signed(journal.root, message, bytes.fromhex(body["signature"])):
            self.note("bad", "bad_archive", "leave to delete a journal that the root key did not sign", journal, node)


def _named_heads(entry):
    body, kind = entry["body"], entry["kind"]
    if "seen" in entry:
        yield f"_server.{entry['seen']['incarnation']}", entry["seen"]["seq"], entry["seen"]["hash"]
    if kind in ("heads", "fair_closed"):
        for ref in body["heads" if kind == "heads" else "cut"]:
            yield ref["terminal"], ref["seq"], ref["hash"]
    if kind in ("terminal_revoked", "archived"):
        yield body["terminal"], body["head"]["seq"], body["head"]["hash"]
    if kind == "journal_open" and "continues" in body:
        yield body["continues"]["terminal"], body["continues"]["seq"], body["continues"]["hash"]
    if kind == "incarnation" and "parent" in body:
        yield f"_server.{body['parent']['incarnation']}", body["parent"]["seq"], body["parent"]["hash"]


# ---- corrected time ------------------------------------------------------------------------------------------------------------

def _anchor(node):
    """(to add to `up`, to add to `wall`) of a clock entry."""
    if node.kind() != "clock":
        return None
    body = node.entry["body"]
    stood = body["server"] + body["round_trip"] // 2
    return stood - body["up"], stood - body["wall"]


def _first_anchors_after(nodes):
    """Of each node: the first anchor behind it in the same unbroken run of its boot, the least (seq, hash) where forks offer several."""
    boots, children = {}, defaultdict(list)
    for node in nodes:
        boots[node.hash] = node.entry["time"]["boot"] if node.entry else boots.get(node.parent)
        children[node.parent].append(node)
    after = {}
    for node in reversed(nodes):
        offers = []
        for child in children[node.hash]:
            if child.entry is None or (child.entry["time"]["boot"] == boots[node.hash] and child.kind() != "clock"):
                offers.append(after[child.hash])
            elif child.entry["time"]["boot"] == boots[node.hash]:
                offers.append(((child.seq, child.hash), _anchor(child)[0]))
        after[node.hash] = min((o for o in offers if o), default=None)
    return after


def _correct_times(journal):
    nodes = journal.in_order()
    after = _first_anchors_after(nodes)
    start = (None, None, None, None)  # floor, boot, offset of `up` in this boot, offset of `wall`
    states = {genesis(journal.identity): start}
    for node in nodes:
        floor, boot, of_up, of_wall = states.get(node.parent, start)
        if node.entry is None:  # passed over
            node.time, states[node.hash] = floor or 0, (floor, boot, of_up, of_wall)
            continue
        time = node.entry["time"]
        if time["boot"] != boot:
            boot, of_up = time["boot"], None
        anchor = _anchor(node)
        if anchor:  # a reading of the clock is its own anchor
            of_up, of_wall = anchor
            if node.entry["body"].get("reset"):
                floor = None
        node.known = True
        if journal.incarnation is not None:
            corrected = time["wall"]
        elif of_up is not None:
            corrected = time["up"] + of_up
        elif after[node.hash]:
            corrected = time["up"] + after[node.hash][1]
        elif of_wall is not None:
            set_since = of_wall > 86_400_000 and floor is not None and time["wall"] >= floor  # it woke up in 1970, and not any more
            corrected = time["wall"] if set_since else time["wall"] + of_wall
        else:
            corrected, node.known = floor or 0, False
        node.time = floor = corrected if floor is None else max(corrected, floor)
        states[node.hash] = (floor, boot, of_up, of_wall)
