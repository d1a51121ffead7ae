"""Writes journals for the tests of the reader, with keys of its own."""
from form import genesis, seal_message, sha256, text_of
from nacl.signing import SigningKey

ROOT, SERVER, TILL, OTHER = (SigningKey(bytes([n]) * 32) for n in (1, 2, 3, 9))
FAIR, MORNING, BOOT = "cao-bang-2025", 1_747_270_800_000, "b" * 32


def key(signing):
    return signing.verify_key.encode().hex()


class Writer:
    def __init__(self, terminal="T1", signing=TILL, root=ROOT):
        self.journal, self.signing = (FAIR, key(root), terminal, key(signing)), signing
        self.hashes, self.lines, self.count = [genesis(self.journal)], [], 0

    @property
    def seq(self):
        return len(self.hashes) - 1

    def ref(self, seq=None):
        seq = self.seq if seq is None else seq
        return {"terminal": self.journal[2], "seq": seq, "hash": self.hashes[seq].hex()}

    def raw(self, data, sealed=True):
        self.hashes.append(sha256(self.hashes[-1] + sha256(data)))
        self.lines.append(b"e " + data)
        if sealed:
            self.seal()
        return self.ref()

    def seal(self):
        signature = self.signing.sign(seal_message(self.journal, self.seq, self.hashes[-1]).encode()).signature
        self.lines.append(b"s " + signature.hex().encode())

    def add(self, kind, body, up=1_000, wall=MORNING, boot=BOOT, **more):
        self.count += 1
        entry = {"v": 1, "kind": kind, "nonce": f"{self.count:032x}", "by": "lan", "time": {"boot": boot, "up": up, "wall": wall}, "body": body, **more}
        return self.raw(text_of(entry).encode())

    def text(self, start=0):
        """The batch; from the entry behind `start` on (every entry has one seal then)."""
        front = [f"phien-batch 1\nfair {self.journal[0]}\nroot {self.journal[1]}\nterminal {self.journal[2]}\nkey {self.journal[3]}\n"
                 f"prev {start} {self.hashes[start].hex()}".encode()]
        return b"\n".join(front + self.lines[2 * start:]) + b"\n"

    def fork(self):
        """A writer that goes on from here with the same key: a restored image."""
        other = Writer(self.journal[2], self.signing)
        other.journal, other.hashes, other.lines, other.count = self.journal, list(self.hashes), list(self.lines), self.count + 1000
        return other


def server(number=1, parent=None, signing=SERVER, certified_by=ROOT):
    writer = Writer(f"_server.{number}", signing)
    tls = "c" * 64
    message = f"phien/incarnation/1\n{FAIR}\n{number}\n{key(signing)}\n{tls}\n{parent['hash'] if parent else '-'}\n"
    body = {"number": number, "root": key(ROOT), "tls": tls, "certificate": certified_by.sign(message.encode()).signature.hex(), "program": "test"}
    if parent:
        body["parent"] = parent
    writer.add("incarnation", body)
    return writer


def enrol(writer, terminal="T1", signing=TILL):
    writer.add("terminal_enrolled", {"terminal": terminal, "key": key(signing), "exhibitors": ["HTX01"], "booth": "B01", "holder": "HTX01"})
    return writer


def line(qty=1_000, total=25_000, **more):
    return {"product": "SP01", "name": "Thạch đen", "unit": "hộp", "qty": qty, "price": 25_000, "price_kind": "list", "discount": 0, "total": total,
            "vat": "none", "vat_amount": 0, "ocop": 0, "cnnt": 0, **more}


def sale(total=25_000, qty=1_000, **more):
    return {"exhibitor": "HTX01", "booth": "B01", "receipt": 1, "place": "booth", "how": "till", "vat_method": "TRUC_TIEP", "lines": [line(qty, total)],
            "total": total, "rounding": 0, "payments": [{"method": "cash", "amount": total, "holder": "HTX01"}], **more}


def stock(qty):
    return {"exhibitor": "HTX01", "place": "booth", "lines": [{"product": "SP01", "name": "Thạch đen", "unit": "hộp", "qty": qty}]}


def clock(server_ms, up, wall, **more):
    return {"server": server_ms, "round_trip": 0, "up": up, "wall": wall, "incarnation": 1, **more}
