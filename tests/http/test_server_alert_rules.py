#!/usr/bin/python3
"""When each rule begins and ends, on the running server: journals that are forked or hold what nobody understands, a till that falls silent
while others sell, a certificate near its end, a server's journal that was overtaken."""
import copy
import json
import resource
import ssl
import unittest

import phien_test as pt

WAIT = 25                # seconds: alerts are looked at every few when something changed
AT = 1747272600000       # 2025-05-15 08:30 in Vietnam
MINUTE, DAY = 60_000, 86_400_000


class Rules(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.opened()
        self.addCleanup(self.server.close)

    def open(self):
        answer = self.server.admin("GET", "/api/v1/alerts")
        self.assertEqual(answer.status, 200, answer)
        return {(row["rule"], row["key"]): row for row in answer.json["rows"]}

    def of(self, rule):
        return {key: row for (name, key), row in self.open().items() if name == rule}

    def till(self, exhibitor="EX01"):
        till = pt.Terminal.enrolled(self.server, [exhibitor])
        till.open()
        till.sent = 0
        return till

    def send(self, till):
        answer = till.send(till.batch(till.sent + 1))
        self.assertEqual(answer.status, 200, answer)
        till.sent = len(till.entries)
        return answer.json

    def looked(self, till):
        """Something happens that is told; then what was there before has been looked at too."""
        till.sale(till.exhibitors[0], "CB0001", 9_000_000_000, 1)
        self.send(till)
        pt.wait_for(lambda: self.of("stock_low"), "alerts are looked at", WAIT)

    def ruled(self, entry):
        answer = self.server.admin("POST", "/api/v1/rulings", {"about": entry, "decision": "settled", "text": "đã xem"})
        self.assertEqual(answer.status, 200, answer)


class Books(Rules):
    def test_a_journal_that_was_cloned_until_somebody_has_looked_at_it(self):
        self.server.start()
        till = self.till()
        till.sale("EX01", "CB0001", 1000, 25000)
        self.send(till)
        twin = copy.copy(till)
        twin.entries = list(till.entries)
        for one in (till, twin):
            one.sale("EX01", "CB0001", 1000, 25000)
            answer = self.send(one)
        self.assertTrue(answer["forked"])
        pt.wait_for(lambda: self.of("forked"), "the clone is told", WAIT)
        (key, row), = self.of("forked").items()
        self.assertTrue(row["grave"])
        self.assertIn(till.id, row["message"]["vi"])
        shown, = [r for r in self.server.admin("GET", "/api/v1/exceptions").json["rows"] if r["code"] == "forked"]
        self.assertEqual(shown["entry"]["hash"][:16], key)
        self.ruled(shown["entry"])
        pt.wait_for(lambda: not self.of("forked"), "it is settled", WAIT)

    def test_entries_nobody_understands(self):
        self.server.start()
        till = self.till()
        self.send(till)
        self.looked(till)
        self.assertEqual(self.of("quarantined"), {})
        seq = till.entry("kind_of_tomorrow", {"x": 1})
        self.send(till)
        key = till.hash_at(seq).hex()[:16]
        pt.wait_for(lambda: key in self.of("quarantined"), "it is told", WAIT)
        row = self.of("quarantined")[key]
        self.assertTrue(row["grave"])
        self.assertIn(till.id, row["message"]["en"])
        self.ruled(till.ref(seq))
        pt.wait_for(lambda: not self.of("quarantined"), "it is settled", WAIT)


class Clocked(Rules):
    def set_clock(self, wall):
        clock = self.server.root / "clock"
        beside = clock.with_suffix(".new")
        beside.write_text(f"{pt.BOOT} {wall - AT + 1000} {wall}\n")
        beside.rename(clock)
        self.server.clock = clock

    def sell(self, till, wall):
        till.sale(till.exhibitors[0], "CB0001" if till.exhibitors == ["EX01"] else "CB0006", 1000, 25000, wall=wall)
        self.send(till)

    def test_a_till_that_falls_silent_while_others_sell(self):
        self.set_clock(AT)
        self.server.start()
        quiet, busy = self.till("EX01"), self.till("EX02")
        for till in (quiet, busy):
            till.entry("clock", {"server": AT, "round_trip": 0, "up": till.up, "wall": AT + till.up, "incarnation": 1})
            self.sell(till, AT)
        self.set_clock(AT + 9 * MINUTE)
        self.sell(busy, AT + 9 * MINUTE)
        self.looked(busy)
        self.assertEqual(self.of("terminal_silent"), {}, "nine minutes are nothing")
        self.set_clock(AT + 11 * MINUTE)
        self.sell(busy, AT + 11 * MINUTE)
        pt.wait_for(lambda: self.of("terminal_silent"), "it is told", WAIT)
        (key, row), = self.of("terminal_silent").items()
        self.assertEqual((key, row["grave"], row["since"]), (quiet.id, False, AT + 11 * MINUTE))
        self.assertIn(quiet.booth, row["message"]["vi"])
        self.sell(quiet, AT + 11 * MINUTE)
        pt.wait_for(lambda: not self.of("terminal_silent"), "it is heard again", WAIT)
        # It falls silent again; then all do, since the fair is shut.
        self.set_clock(AT + 30 * MINUTE)
        self.sell(busy, AT + 30 * MINUTE)
        pt.wait_for(lambda: self.of("terminal_silent"), "it is told again", WAIT)
        self.set_clock(AT + 4 * 60 * MINUTE)
        busy.entry("stock_in", {"exhibitor": "EX02", "place": "booth", "lines": [{"product": "CB0006", "name": "Hàng thử", "unit": "hộp", "qty": 1000}]})
        self.send(busy)
        pt.wait_for(lambda: not self.of("terminal_silent"), "nobody sells any more", WAIT)

    def test_a_certificate_near_its_end(self):
        pem = json.loads((self.server.data / "keys.json").read_text())["tls_certificate"]
        path = self.server.root / "certificate.pem"
        path.write_text(pem)
        end = ssl.cert_time_to_seconds(ssl._ssl._test_decode_cert(str(path))["notAfter"]) * 1000
        self.set_clock(end - 15 * DAY)
        self.server.start()
        till = self.till()
        self.looked(till)
        self.assertEqual(self.of("certificate"), {}, "there is time yet")
        self.set_clock(end - 13 * DAY)
        self.assertEqual(till.session().status, 200)
        self.sell(till, AT)
        pt.wait_for(lambda: self.of("certificate"), "it is told", WAIT)
        (key, row), = self.of("certificate").items()
        self.assertEqual((key, row["grave"]), ("tls", True))


class Store(Rules):
    def test_a_store_that_cannot_be_written(self):
        """The disk refuses every write beyond some place in a file; the store takes nothing more until the next start."""
        argv = self.server.argv   # without the signal a limit on the size of files is an error of the disk
        self.server.argv = lambda *arguments: ["sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh", *argv(*arguments)]
        self.server.start()
        till = self.till()
        self.send(till)
        self.looked(till)
        self.assertEqual(self.of("store_failed"), {})
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (64 * 1024, resource.RLIM_INFINITY))
        for _ in range(50):
            till.sale("EX01", "CB0001", 1000, 25000)
            answer = till.send(till.batch(till.sent + 1))
            if answer.status != 200:
                break
            till.sent = len(till.entries)
        self.assertEqual((answer.status, answer.code), (503, "store_failed"), answer)
        pt.wait_for(lambda: self.of("store_failed"), "it is told", WAIT)
        (key, row), = self.of("store_failed").items()
        self.assertEqual((key, row["grave"]), ("store", True))
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        self.assertEqual(till.send(till.batch(till.sent + 1)).status, 503, "not before a new start")
        self.server.kill()
        self.server.start()
        self.assertEqual(till.session().status, 200)
        self.send(till)
        pt.wait_for(lambda: not self.of("store_failed"), "it is over", WAIT)

    def test_books_that_cannot_be_read_are_told_and_the_watch_goes_on(self):
        self.server.start()
        till = self.till()
        self.send(till)
        self.looked(till)
        file = self.server.data / "phien.db"
        pages = file.stat().st_size // 4096
        with open(file, "r+b") as db:
            for page in range(1, pages):        # its first page names the tables: they are found, and are rubbish
                db.seek(page * 4096)
                db.write(b"\xa5" * 4096)
        till.sale("EX01", "CB0001", 1000, 25000)
        till.send(till.batch(till.sent + 1))    # taken or refused: the watch looks again
        pt.wait_for(lambda: self.of("store_failed"), "it is told", 2 * WAIT)
        self.assertTrue(all(row["grave"] for row in self.of("store_failed").values()))

    def test_a_server_whose_journal_is_further_elsewhere(self):
        self.server.start()
        cursor = self.till().feed().json["cursor"]
        self.server.stop()
        self.server.run("backup", self.server.root / "early.db")
        self.server.start()
        till = self.till("EX02")
        feed = till.feed(cursor["incarnation"], cursor["seq"], cursor["hash"]).json
        while feed["batches"]:
            cursor = feed["cursor"]
            feed = till.feed(cursor["incarnation"], cursor["seq"], cursor["hash"]).json
        self.looked(self.till())
        self.assertEqual(self.of("store_failed"), {})
        self.server.kill()
        for suffix in ("", "-wal", "-shm"):
            (self.server.data / f"phien.db{suffix}").unlink(missing_ok=True)
        (self.server.data / "phien.db").write_bytes((self.server.root / "early.db").read_bytes())
        self.server.start()
        witness = pt.Terminal.enrolled(self.server, ["EX03"])
        self.assertEqual(witness.feed(cursor["incarnation"], cursor["seq"], cursor["hash"]).status, 200)
        pt.wait_for(lambda: self.of("store_failed"), "it is told", 2 * WAIT)   # nothing was sold: it is looked at every half minute
        (key, row), = self.of("store_failed").items()
        self.assertEqual((key, row["grave"]), ("journal", True))


if __name__ == "__main__":
    unittest.main()
