#!/usr/bin/python3
"""The server's disk is gone: a new laptop with the recovery kit gets everything back from the terminals, its own journal included."""
import unittest

import disaster as d
import phien_test as pt


class ServerLost(unittest.TestCase):
    def test_i7_disk_gone_one_terminal_dead_before_it_and_replaced_report_is_byte_identical(self):
        fair = d.Fair(self)
        a, b, c = (fair.till(exhibitor) for exhibitor in ("EX01", "EX02", "EX03"))
        for till in (a, b, c):
            d.sell(till, 5)
            till.delivered()
        c.kill()                                            # a terminal dies; its exhibitor goes on with another
        c2 = fair.till("EX03", replaces=c.name_at_fair)
        d.sell(c2, 3)
        c2.delivered()
        self.assertEqual(fair.server.admin("POST", "/api/v1/closing", {}).json["edition"], 1)
        position = fair.known(a, b, c2)                     # the closing has reached the tills: they are its witnesses
        d.sell(a, 2)                                        # and what came after it
        a.delivered()
        before, now_before = fair.server.report(1), d.figures(fair.server)

        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit)
        empty = fair.server.json("status")                  # before anybody spoke: the earlier server is known to be missing
        self.assertFalse(empty["whole"])
        self.assertEqual([(r["terminal"], r["here"]) for r in empty["rows"]], [("_server.1", 0), ("_server.2", 1)])
        fair.server.start()
        holdings = fair.whole(a, b, c2, position=position)
        self.assertEqual(holdings["missing"], 0)
        self.assertEqual({r["terminal"] for r in holdings["rows"]}, {"_server.1", "_server.2", "T01", "T02", "T03", "T04"})
        self.assertEqual(fair.server.report(1), before, "the report at the cut, byte for byte")
        self.assertEqual(d.figures(fair.server), now_before, "and what came after the cut")
        for till in (a, b, c2):
            d.sell(till, 1)
            till.delivered()
        self.assertEqual(d.sold(fair.server, "EX03")[0], 5 + 3 + 1)
        d.sound(self, fair.server)
        fresh = fair.till("EX02", start=False)
        self.assertEqual(fresh.name_at_fair, "T1001", "a number of its own for every terminal of every incarnation")

    def test_what_was_only_on_the_server_is_named_and_asked_for_before(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 4)
            till.delivered()
        b.close()                                           # a terminal dies, and nobody replaces it
        self.assertEqual(fair.server.admin("POST", "/api/v1/revocations", {"terminal": "T02", "reason": "hỏng"}).status, 200)
        alone = fair.server.row("T02")
        self.assertGreaterEqual(alone["only_here"], 5, "its entries are nowhere else: a backup is asked for")
        self.assertEqual(fair.server.row("T01")["only_here"], 0)
        backup = fair.safe / "backup.db"
        fair.server.run("backup", backup)
        self.assertEqual(fair.server.row("T02")["only_here"], 0)
        before = d.sold(fair.server, "EX02")
        fair.known(a)

        old = fair.lose_server()
        fair.new_machine(ports=old.ports)                   # from the kit alone: what was only there is named
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        pt.wait_for(lambda: any(r["terminal"] == "T02" and r["witnessed"] for r in fair.server.holdings()["rows"]), "T02 to be known")
        pt.wait_for(lambda: fair.server.row("T01")["here"] > 0, "T01 to be back")
        named = fair.server.holdings()
        self.assertFalse(named["whole"])
        row, = [r for r in named["rows"] if r["terminal"] == "T02"]
        self.assertEqual((row["here"], row["missing"], row["exhibitors"]), (0, alone["here"], ["EX02"]))
        self.assertEqual([r["terminal"] for r in named["rows"] if r["missing"]], ["T02"])
        self.assertIn("T02", fair.server.run("status").stdout)

        fair.lose_server()
        fair.new_machine(ports=old.ports)                   # with the backup it is whole
        fair.server.run("recover", "--kit", fair.kit, "--backup", backup)
        fair.server.start()
        fair.whole(a)
        self.assertEqual(d.sold(fair.server, "EX02"), before)
        d.sound(self, fair.server)

    def test_the_new_server_at_another_address_is_told_to_a_till_while_it_sells(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 2)
            till.delivered()
        fair.lose_server()
        fair.new_machine(ports=(d.free_port(), d.free_port()))
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        address = f"https://127.0.0.1:{fair.server.tls_port}"
        stranger = d.House.opened()                         # another organizer's fair of the same name
        self.addCleanup(stranger.close)
        stranger.start()
        refused = a.run("server", f"https://127.0.0.1:{stranger.tls_port}", expect=1)
        self.assertIn("[wrong_root]", refused.stderr)
        d.sell(a, 1)
        a.run("server", address)                            # while it runs
        b.stop()
        b.run("server", address)                            # and while it does not
        b.start()
        fair.whole(a, b)
        for till in (a, b):
            till.delivered()
        self.assertEqual((d.sold(fair.server, "EX01")[0], d.sold(fair.server, "EX02")[0]), (3, 2))
        d.sound(self, fair.server)


if __name__ == "__main__":
    unittest.main()
