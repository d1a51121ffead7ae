#!/usr/bin/python3
"""I8 against the server's owner: somebody with its file and its keys changes what happened, chains it anew and seals it again.

What he has not: the organizer's root key (it is in the kit alone) and the tills' keys. So a till's entries cannot be changed, and each
names the furthest head of the server's journal that its till knew: those are the witnesses. Where none is left on his own copy, the
limit is stated here as a test, and so is where it ends: at the first journal that somebody else holds."""
import json
import pathlib
import shutil
import sqlite3
import unittest

from nacl.signing import SigningKey
from phien_test import Server, Terminal, canonical, sha

SOLD = 6        # by each till, of which the last follows the last head it saw


class Owned:
    """A copy of the server's data in the hands of its owner."""

    def __init__(self, server):
        self.server = Server()
        shutil.copytree(server.data, self.server.data)
        self.database = sqlite3.connect(self.server.data / "phien.db")
        keys = json.loads((self.server.data / "keys.json").read_text())
        self.fair, self.root = keys["fair"], keys["root"]
        self.signer = SigningKey(bytes.fromhex(keys["journal_seed"]))
        self.me = self.journal("_server.1")

    def close(self):
        self.database.close()
        self.server.close()

    def journal(self, terminal):
        return self.database.execute("SELECT no FROM branch WHERE terminal=?", [terminal]).fetchone()[0]

    def entries(self, branch):
        rows = self.database.execute("SELECT bytes FROM entry WHERE id>? AND id<? ORDER BY id", [branch << 40, (branch + 1) << 40])
        return [row[0] for row in rows]

    def write(self, branch, entries, signer, terminal=None):
        """The whole journal anew: bytes, chain, one seal at the head, all of it consistent."""
        if terminal is None:
            terminal = self.database.execute("SELECT terminal FROM branch WHERE no=?", [branch]).fetchone()[0]
        key = signer.verify_key.encode()
        head = start = sha(f"phien/journal/1\n{self.fair}\n{self.root}\n{terminal}\n{key.hex()}\n".encode())
        base = branch << 40
        self.database.execute("DELETE FROM entry WHERE id>? AND id<?", [base + len(entries), (branch + 1) << 40])
        self.database.execute("DELETE FROM seal WHERE id>? AND id<?", [base, (branch + 1) << 40])
        for seq, data in enumerate(entries, 1):
            head = sha(head, sha(data))
            known = self.database.execute("UPDATE entry SET bytes=?, hash=? WHERE id=?", [data, head, base + seq]).rowcount
            if not known:
                self.database.execute("INSERT INTO entry (id, time, flags, hash, bytes) VALUES (?, 0, 0, ?, ?)", [base + seq, head, data])
        message = f"phien/seal/1\n{self.fair}\n{terminal}\n{len(entries)}\n{head.hex()}\n"
        self.database.execute("INSERT INTO seal (id, signature) VALUES (?, ?)", [base + len(entries), signer.sign(message.encode()).signature])
        self.database.execute("UPDATE branch SET terminal=?, key=?, base_hash=?, head_seq=?, head_hash=? WHERE no=?",
                              [terminal, key, start, len(entries), head, branch])
        return head

    def rewrite_own(self, change):
        """The server's own journal with `change` made to it."""
        entries = self.entries(self.me)
        self.write(self.me, change(entries), self.signer)

    def remove(self, branch):
        for table in ("entry", "seal", "personal"):
            self.database.execute(f"DELETE FROM {table} WHERE id>? AND id<?", [branch << 40, (branch + 1) << 40])
        self.database.execute("DELETE FROM branch WHERE no=?", [branch])

    def verify(self):
        """What `verify` finds in his own copy. He has made the books anew as well."""
        self.database.commit()
        self.server.run("rebuild", expect=None)
        done = self.server.run("--json", "verify", expect=None)
        said = json.loads(done.stdout)
        assert (done.returncode == 0) == said["sound"], said
        return named(said)

    def beside(self, *kept):
        """What he gives out, held beside journals that others kept, as one file: (findings, heads by terminal)."""
        self.database.commit()
        given, held = self.server.root / "given.phien", self.server.root / "held.phien"
        self.server.run("journal", "export", "--out", given)
        held.write_text("".join(path.read_text() for path in (given, *kept)))
        said = json.loads(self.server.run("--json", "verify", held, expect=None).stdout)
        heads = {}
        for journal in said["journals"]:
            heads.setdefault(journal["terminal"], set()).add((journal["head"]["seq"], journal["head"]["hash"]))
        return named(said), heads


def named(said):
    return {(f["code"], f["place"]["terminal"]) for f in said["findings"]}


def place_of(entries, kind, text=b""):
    return next(n for n, data in enumerate(entries) if json.loads(data)["kind"] == kind and text in data)


class ServerOwned(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server.started()
        cls.tills = [Terminal.enrolled(cls.server, ["EX01"]), Terminal.enrolled(cls.server, ["EX02"])]
        for till, (exhibitor, product) in zip(cls.tills, (("EX01", "CB0001"), ("EX02", "CB0006"))):
            till.open()
            for n in range(SOLD):
                if n == SOLD - 1:
                    assert till.send().status == 200
                till.sale(exhibitor, product, 1000, 25000)
                till.entry("note", {"text": "đã bán"}, seen=cls.seen(till))
            assert till.send().status == 200
        cls.server.stop()       # notes the heads in its own journal
        cls.kept = cls.server.root / "kept.phien"       # what the organizer keeps of the day
        cls.server.run("journal", "export", "--out", cls.kept)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    @classmethod
    def seen(cls, till):
        """The furthest head of the server's journal this till knows."""
        cursor = till.feed().json["cursor"]
        return {"hash": cursor["hash"], "incarnation": cursor["incarnation"], "seq": cursor["seq"]}

    def setUp(self):
        self.owned = Owned(self.server)
        self.addCleanup(self.owned.close)

    def till_file(self, till):
        """A till's own copy of its journal, as it exports it."""
        path = pathlib.Path(self.owned.server.root) / f"{till.id}.phien"
        path.write_text(till.batch())
        return path

    def test_untouched_copy_is_sound_also_beside_what_others_kept(self):
        self.assertEqual(self.owned.verify(), set())
        findings, heads = self.owned.beside(self.kept)
        self.assertEqual(findings, set())
        self.assertEqual({terminal: len(of) for terminal, of in heads.items()}, {"_server.1": 1, "T01": 1, "T02": 1})

    def test_own_entry_edited_and_everything_sealed_anew(self):
        def dearer(entries):
            at = place_of(entries, "product", b"CB0001")
            entry = json.loads(entries[at])
            entry["body"]["item"]["price"] = 1
            return [*entries[:at], canonical(entry), *entries[at + 1:]]
        self.owned.rewrite_own(dearer)
        self.assertIn(("server_head_missing", "_server.1"), self.owned.verify(), "the tills saw other heads")

    def test_own_journal_cut_behind_what_a_till_saw(self):
        self.owned.rewrite_own(lambda entries: entries[:place_of(entries, "terminal_enrolled") + 1])
        self.assertIn(("server_head_missing", "_server.1"), self.owned.verify())

    def test_witness_removed_and_a_tills_tail_cut(self):
        """He cuts a till's journal at an older seal, and takes the heads that name its end out of his own."""
        branch = self.owned.journal("T01")
        entries = self.owned.entries(branch)
        seal = self.owned.database.execute("SELECT MIN(id) FROM seal WHERE id>? AND id<?", [branch << 40, (branch + 1) << 40]).fetchone()[0]
        last = seal - (branch << 40)
        self.assertLess(last, len(entries))
        self.owned.database.execute("DELETE FROM entry WHERE id>? AND id<?", [seal, (branch + 1) << 40])
        self.owned.database.execute("DELETE FROM seal WHERE id>? AND id<?", [seal, (branch + 1) << 40])
        self.owned.database.execute("UPDATE branch SET head_seq=?, head_hash=? WHERE no=?", [last, self.tills[0].hash_at(last), branch])
        self.assertIn(("head_missing", "T01"), self.owned.verify(), "his own journal still names the end")
        self.owned.rewrite_own(lambda own: [data for data in own if json.loads(data)["kind"] != "heads"])
        # The limit: the heads came after all that the tills saw, so nobody on this copy can tell.
        self.assertEqual(self.owned.verify(), set())
        # Where it ends: the till itself, or any earlier export. Held together, one journal has two heads.
        _, heads = self.owned.beside(self.till_file(self.tills[0]))
        self.assertEqual({seq for seq, _ in heads["T01"]}, {last, len(entries)})

    def test_a_tills_key_exchanged_with_its_enrolment(self):
        forger = SigningKey.generate()

        def enrol_forger(entries):
            at = place_of(entries, "terminal_enrolled", b'"T01"')
            entry = json.loads(entries[at])
            entry["body"]["key"] = forger.verify_key.encode().hex()
            return [*entries[:at], canonical(entry), *entries[at + 1:]]
        self.owned.rewrite_own(enrol_forger)
        branch = self.owned.journal("T01")
        self.owned.write(branch, [data.replace(b'"price":25000', b'"price":20000') for data in self.owned.entries(branch)], forger)
        self.assertIn(("server_head_missing", "_server.1"), self.owned.verify(), "the other till saw the true enrolment")
        findings, heads = self.owned.beside(self.till_file(self.tills[0]))
        self.assertIn(("key_not_enrolled", "T01"), findings, "and the till has its own key")
        self.assertEqual(len(heads["T01"]), 2)

    def test_a_tills_key_exchanged_by_a_second_enrolment(self):
        forger = SigningKey.generate()
        branch = self.owned.journal("T01")
        self.owned.write(branch, [data.replace(b'"price":25000', b'"price":20000') for data in self.owned.entries(branch)], forger)
        self.assertIn(("key_not_enrolled", "T01"), self.owned.verify())

    def test_an_older_seal_replayed_at_the_head_of_a_till(self):
        branch = self.owned.journal("T01")
        seals = self.owned.database.execute("SELECT id, signature FROM seal WHERE id>? AND id<? ORDER BY id", [branch << 40, (branch + 1) << 40]).fetchall()
        self.owned.database.execute("UPDATE seal SET signature=? WHERE id=?", [seals[0][1], seals[-1][0]])
        self.assertIn(("seal_wrong", "T01"), self.owned.verify())

    def test_a_tills_entry_edited_though_its_key_is_not_his(self):
        branch = self.owned.journal("T01")
        entries = [data.replace(b'"price":25000', b'"price":20000') for data in self.owned.entries(branch)]
        key = self.owned.database.execute("SELECT key FROM branch WHERE no=?", [branch]).fetchone()[0]
        self.owned.write(branch, entries, self.owned.signer)     # sealed with the only key he has
        self.assertIn(("key_not_enrolled", "T01"), self.owned.verify())
        start = self.tills[0].genesis()
        head = start
        for seq, data in enumerate(entries, 1):                  # or chained as the till's, with a seal that is not
            head = sha(head, sha(data))
            self.owned.database.execute("UPDATE entry SET hash=? WHERE id=?", [head, (branch << 40) + seq])
        self.owned.database.execute("UPDATE branch SET key=?, base_hash=?, head_hash=? WHERE no=?", [key, start, head, branch])
        found = self.owned.verify()
        self.assertIn(("seal_wrong", "T01"), found)
        self.assertIn(("head_missing", "T01"), found)

    def test_a_journal_moved_under_another_tills_name(self):
        """T02's day becomes T01's: chained anew for that name, it has neither T01's key nor a seal of T02's for it."""
        from_till, to_till = self.owned.journal("T02"), self.owned.journal("T01")
        entries = self.owned.entries(from_till)
        self.owned.remove(to_till)
        self.owned.write(from_till, entries, self.owned.signer, terminal="T01")
        found = self.owned.verify()
        self.assertIn(("key_not_enrolled", "T01"), found)
        self.assertIn(("head_missing", "T01"), found)
        self.assertIn(("head_missing", "T02"), found)

    def test_a_till_made_to_disappear(self):
        self.owned.remove(self.owned.journal("T01"))
        self.assertIn(("head_missing", "T01"), self.owned.verify())

    def test_a_new_incarnation_that_the_organizer_did_not_certify(self):
        number = self.owned.database.execute("SELECT MAX(no) FROM branch").fetchone()[0] + 1
        entries = self.owned.entries(self.owned.me)
        first = json.loads(entries[0])
        first["body"]["number"] = 2
        columns = "no, fair, root, terminal, key, parent, base_seq, base_hash, head_seq, head_hash, state"
        self.owned.database.execute(f"INSERT INTO branch ({columns}) SELECT ?, fair, root, '_server.2', key, 0, 0, base_hash, 0, base_hash, state "
                                    "FROM branch WHERE no=?", [number, self.owned.me])
        self.owned.write(number, [canonical(first)], SigningKey.generate())
        self.assertIn(("certificate_wrong", "_server.2"), self.owned.verify())

    def test_two_journals_of_one_server(self):
        """He shows the organizer one journal and keeps another, both chained and sealed by the server's key. Held together the journal has
        two heads; that alone is no finding, since a server restored from a backup forks its own journal honestly."""
        def without_opening(entries):
            at = place_of(entries, "opening")
            return entries[:at] + entries[at + 1:]
        self.owned.rewrite_own(without_opening)
        self.assertIn(("server_head_missing", "_server.1"), self.owned.verify())
        _, heads = self.owned.beside(self.kept)
        self.assertEqual(len(heads["_server.1"]), 2)


if __name__ == "__main__":
    unittest.main()
