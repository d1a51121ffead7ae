#!/usr/bin/python3
"""I8: whoever changes the server's file by hand is found out by `phien-server verify`, which names the journal and the place."""
import json
import shutil
import sqlite3
import unittest

from nacl.signing import SigningKey
from phien_test import Server, Terminal

ENTRIES = 40


class Tampered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server.started()
        cls.till = Terminal.enrolled(cls.server, ["EX01"])
        cls.till.open()
        cls.seals = {}
        for n in range(ENTRIES - 1):
            cls.till.sale("EX01", "CB0001", 1000 * (1 + n % 3), 25000)
            if n in (19, ENTRIES - 2):
                assert cls.till.send().status == 200
        cls.server.stop()   # notes the heads in its own journal: a witness of the till's

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def tampered(self, change):
        """What verify says of a copy of the file after `change(database, branch of the till)`."""
        copy = Server()
        self.addCleanup(copy.close)
        shutil.copytree(self.server.data, copy.data)
        database = sqlite3.connect(copy.data / "phien.db")
        branch = database.execute("SELECT no FROM branch WHERE terminal=?", [self.till.id]).fetchone()[0]
        change(database, branch << 40)
        database.commit()
        database.close()
        done = copy.run("--json", "verify", expect=None)
        return done.returncode, json.loads(done.stdout)["findings"]

    def assert_named(self, change, codes, seqs):
        code, findings = self.tampered(change)
        self.assertNotEqual(code, 0, "verify must end with an error")
        named = [(f["code"], f["place"]["seq"]) for f in findings if f["place"]["terminal"] == self.till.id]
        self.assertTrue(any(c in codes and s in seqs for c, s in named), f"{named} should name one of {codes} at {seqs}")

    def test_untouched_file_is_sound(self):
        self.assertEqual(self.tampered(lambda database, base: None), (0, []))

    def test_one_byte_of_an_entry(self):
        def change(database, base):
            data = database.execute("SELECT bytes FROM entry WHERE id=?", [base + 17]).fetchone()[0]
            database.execute("UPDATE entry SET bytes=? WHERE id=?", [data.replace(b'"price":25000', b'"price":26000', 1), base + 17])
        self.assert_named(change, {"bytes_changed", "chain_broken"}, {17})

    def test_one_entry_dropped(self):
        self.assert_named(lambda database, base: database.execute("DELETE FROM entry WHERE id=?", [base + 12]), {"entry_lost", "chain_broken"}, {12, 13})

    def test_two_entries_swapped(self):
        def change(database, base):
            rows = dict(database.execute("SELECT id, bytes FROM entry WHERE id IN (?, ?)", [base + 8, base + 9]))
            for here, there in ((8, 9), (9, 8)):
                database.execute("UPDATE entry SET bytes=? WHERE id=?", [rows[base + there], base + here])
        self.assert_named(change, {"bytes_changed", "chain_broken"}, {8, 9})

    def cut(self, database, base, last):
        database.execute("DELETE FROM entry WHERE id>? AND id<=?", [base + last, base + ENTRIES])
        database.execute("DELETE FROM seal WHERE id>? AND id<=?", [base + last, base + ENTRIES])
        database.execute("UPDATE branch SET head_seq=?, head_hash=? WHERE no=?", [last, self.till.hash_at(last), base >> 40])

    def test_tail_cut_where_nothing_seals_it(self):
        self.assert_named(lambda database, base: self.cut(database, base, 30), {"seal_missing", "head_missing"}, {30, ENTRIES})

    def test_tail_cut_at_an_older_seal_is_known_by_its_witness(self):
        self.assert_named(lambda database, base: self.cut(database, base, 21), {"head_missing"}, {21, 22, ENTRIES})

    def test_older_seal_replayed_at_the_head(self):
        def change(database, base):
            old = database.execute("SELECT signature FROM seal WHERE id=?", [base + 21]).fetchone()[0]
            database.execute("UPDATE seal SET signature=? WHERE id=?", [old, base + ENTRIES])
        self.assert_named(change, {"seal_wrong"}, {ENTRIES})

    def test_key_exchanged_and_everything_made_anew_with_it(self):
        """The owner of the file writes the whole journal again under a key of their own: consistent in itself, but nobody enrolled that key."""
        def change(database, base):
            forger = Terminal(self.till.fair, self.till.root, self.till.id, SigningKey.generate(), ["EX01"])
            for data, _ in self.till.entries:
                forger.append(data)
            for seq in range(1, ENTRIES + 1):
                database.execute("UPDATE entry SET hash=? WHERE id=?", [forger.hash_at(seq), base + seq])
            head = forger.hash_at(ENTRIES)
            message = f"phien/seal/1\n{forger.fair}\n{forger.id}\n{ENTRIES}\n{head.hex()}\n"
            database.execute("DELETE FROM seal WHERE id>? AND id<?", [base, base + ENTRIES])
            database.execute("UPDATE seal SET signature=? WHERE id=?", [bytes.fromhex(forger.sign(message)), base + ENTRIES])
            database.execute("UPDATE branch SET key=?, base_hash=?, head_hash=? WHERE no=?",
                             [forger.signer.verify_key.encode(), forger.genesis(), head, base >> 40])
        code, findings = self.tampered(change)
        self.assertNotEqual(code, 0)
        codes = {f["code"] for f in findings if f["place"]["terminal"] == self.till.id}
        self.assertIn("key_not_enrolled", codes)
        self.assertIn("head_missing", codes)


if __name__ == "__main__":
    unittest.main()
