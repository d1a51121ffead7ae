#!/usr/bin/python3
"""The server is restored from yesterday's backup; terminals are ahead of it, of its own journal too."""
import shutil
import unittest

import disaster as d
import phien_test as pt


class ServerRestored(unittest.TestCase):
    def yesterday(self):
        """A fair with a backup, and a day after it: sales, a terminal enrolled, a terminal revoked."""
        fair = d.Fair(self)
        a = fair.till("EX01")
        d.sell(a, 3)
        a.delivered()
        backup = fair.safe / "yesterday.db"
        fair.server.run("backup", backup)
        b = fair.till("EX02")                               # T02: not in the backup
        for till in (a, b):
            d.sell(till, 4)
            till.delivered()
        self.assertEqual(b.name_at_fair, "T02")
        return fair, a, b, backup

    def test_i7_a_new_incarnation_nothing_skipped_no_number_twice(self):
        fair, a, b, backup = self.yesterday()
        position = fair.known(b)
        before = {x: d.sold(fair.server, x) for x in ("EX01", "EX02")}
        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        self.assertEqual(fair.server.json("recover", "--kit", fair.kit, "--backup", backup)["incarnation"], 2)
        fair.server.start()
        c = fair.till("EX03", start=False)                  # before or after the tills gave back: never T02 again
        self.assertEqual(c.name_at_fair, "T1001")
        holdings = fair.whole(a, b, position=position)
        self.assertEqual({r["terminal"]: r["here"] for r in holdings["rows"]}["_server.1"], position)
        for till in (a, b):
            till.delivered()
        self.assertEqual({x: d.sold(fair.server, x) for x in ("EX01", "EX02")}, before)
        d.sell(b, 1)
        b.delivered()
        self.assertEqual(d.sold(fair.server, "EX02")[0], 5)
        d.sound(self, fair.server)

        fair.lose_server()                                  # and once more from the same backup: the kit remembers the number
        fair.new_machine(ports=old.ports)
        self.assertEqual(fair.server.json("recover", "--kit", fair.kit, "--backup", backup)["incarnation"], 3)
        fair.server.start()
        fair.whole(a, b)
        self.assertEqual(d.sold(fair.server, "EX02")[0], 5)
        d.sound(self, fair.server)

    def test_a_copy_started_without_the_kit_stops_writing_its_journal_until_it_is_given(self):
        fair, a, b, backup = self.yesterday()
        server = fair.server
        server.stop()
        for name in ("phien.db", "phien.db-wal", "phien.db-shm"):
            (server.data / name).unlink(missing_ok=True)
        shutil.copy(backup, server.data / "phien.db")       # just put back, as if nothing had happened
        server.start()
        pt.wait_for(lambda: server.holdings()["overtaken"], "the server to learn that it was overtaken")
        refused = server.admin("POST", "/api/v1/enrolments", {"exhibitors": ["EX03"]})
        answer = pt.Terminal(pt.FAIR, "0" * 64).enrol(server, refused.json["code"])
        self.assertEqual((answer.status, answer.code), (409, "journal_overtaken"))
        d.sell(a, 1)                                        # sales are taken as ever
        a.delivered()
        self.assertEqual(d.sold(server, "EX01")[0], 3 + 4 + 1)
        server.stop()
        self.assertEqual(server.json("recover", "--kit", fair.kit)["incarnation"], 2)
        server.start()
        fair.whole(a, b)
        b.delivered()
        self.assertEqual(d.sold(server, "EX02")[0], 4)
        d.sound(self, server)

    def test_a_server_that_was_replaced_learns_of_it_from_a_till_and_writes_no_more(self):
        fair, a, b, backup = self.yesterday()
        old = fair.server
        old.stop()                                          # thought to be dead
        fair.new_machine()
        fair.server.run("recover", "--kit", fair.kit, "--backup", backup)
        fair.server.start()
        fair.whole(a, b)
        pt.wait_for(lambda: a.get("status")["catalogue"]["incarnation"] == 2, "the till to know the new server")
        fair.server.stop()
        old.start()                                         # it was only asleep
        self.addCleanup(old.close)
        pt.wait_for(lambda: old.holdings()["overtaken"], "the old one to learn that it was replaced", 60)
        pt.wait_for(lambda: "lower_incarnation" in {p["code"] for p in a.get("status")["problems"]}, "the till to say so")


if __name__ == "__main__":
    unittest.main()
