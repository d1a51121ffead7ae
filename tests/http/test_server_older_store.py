#!/usr/bin/python3
"""A store that an older program left, whose books lack what this one keeps in them, is brought up to date as it is opened."""
import sqlite3
import unittest

from phien_test import Server, Terminal

NEW_SUMS = ("goods|", "goods_day|", "deal_day|", "deal_hour|", "taking_day|")
LOOKS = ("/api/v1/sales?by=product", "/api/v1/sales?by=hour", "/api/v1/sales?by=day", "/api/v1/sales?by=method", "/api/v1/transfers?exhibitor=EX01")


class OlderStore(unittest.TestCase):
    def setUp(self):
        self.server = Server.started()
        self.addCleanup(self.server.close)
        till = Terminal.enrolled(self.server, ["EX01"])
        till.open()
        for n in range(6):
            till.sale("EX01", "CB0001", 1000, 25000, method="transfer" if n % 2 else "cash")
        self.assertEqual(till.send().status, 200)
        self.till = till

    def make_older(self, change=None):
        """As the program of schema 1 left it."""
        self.server.stop()
        database = sqlite3.connect(self.server.data / "phien.db")
        for prefix in NEW_SUMS:
            gone = database.execute("DELETE FROM sum WHERE key GLOB ?", [prefix + "*"]).rowcount
            self.assertGreater(gone, 0, prefix)
        self.assertEqual(database.execute("DELETE FROM fact WHERE key GLOB 'claim_of|*'").rowcount, 3)
        if change:
            change(database)
        database.execute("PRAGMA user_version = 1")
        database.commit()
        database.close()

    def seen(self):
        return [self.server.admin("GET", target).json["rows"] for target in LOOKS]

    def test_books_are_made_anew(self):
        before, dump = self.seen(), self.server.dump()
        self.assertTrue(all(before))
        self.make_older()
        self.server.start()
        self.assertEqual(self.server.dump(), dump)
        self.assertEqual(self.seen(), before)
        self.assertEqual(self.till.session().status, 200)
        self.till.sale("EX01", "CB0001", 1000, 25000)
        self.assertEqual(self.till.send(self.till.batch(len(self.till.entries))).status, 200)
        self.assertTrue(self.server.admin("GET", "/api/v1/verify").json["sound"])

    def test_a_damaged_one_is_refused_and_stays_as_it_is(self):
        def change(database):
            row, data = next((row, data) for row, data in database.execute("SELECT rowid, bytes FROM entry").fetchall() if b'"price":25000' in data)
            database.execute("UPDATE entry SET bytes = ? WHERE rowid = ?", [data.replace(b'"price":25000', b'"price":26000', 1), row])
        self.make_older(change)
        done = self.server.run("serve", "--port", "0", "--tls-port", "0", expect=None)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("chain breaks", done.stdout + done.stderr)
        with sqlite3.connect(self.server.data / "phien.db") as database:
            self.assertEqual(database.execute("SELECT count(*) FROM sum WHERE key GLOB 'goods|*'").fetchone()[0], 0)
        database.close()


if __name__ == "__main__":
    unittest.main()
