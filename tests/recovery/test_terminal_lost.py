#!/usr/bin/python3
"""A terminal is dead: its exhibitor goes on with another within a minute, with the dead one's receipts; then the server dies too."""
import time
import unittest

import disaster as d
import phien_test as pt
from relay import Relay
from till import Till


class TerminalLost(unittest.TestCase):
    def test_i7_another_terminal_in_a_minute_refunds_a_sale_of_the_dead_one_then_the_server_dies(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        receipts = d.sell(b, 4)
        b.delivered()
        d.sell(a, 2)
        a.delivered()
        b.kill()
        b.close()                                           # with its disk

        started = time.monotonic()
        b2 = fair.till("EX02", replaces="T02")
        d.sell(b2, 1)
        again = b2.post("refunds", {"receipt": receipts[0]})
        self.assertLess(time.monotonic() - started, 60, "enrolled, sold and refunded within a minute")
        self.assertEqual(again["total"], b2.get(f"sales/{receipts[0]}")["total"])
        b2.post("refunds", {"receipt": receipts[0]}, expect=422)                  # all of it was given back
        for receipt in receipts:                            # what was synced is there
            self.assertEqual(b2.get(f"sales/{receipt}")["number"], receipt)
        b2.delivered()
        before = d.sold(fair.server, "EX02")
        self.assertEqual(before[0], 5)
        exceptions = {r["code"] for r in fair.server.admin("GET", "/api/v1/exceptions?exhibitor=EX02").json["rows"]}
        self.assertNotIn("refund_of_unknown", exceptions)
        position = fair.known(b2)

        old = fair.lose_server()                            # two machines dead, one after the other
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        fair.whole(a, b2, position=position)
        self.assertEqual(d.sold(fair.server, "EX02"), before)
        self.assertEqual(fair.server.row("T02")["missing"], 0)
        d.sound(self, fair.server)

    def test_i7_a_device_is_a_terminal_only_when_it_holds_its_own_enrolment(self):
        """Sold before, it would be under a number that no other server could take in, were this one lost."""
        server = pt.Server.started()
        self.addCleanup(server.close)
        cut = [True]
        relay = Relay(server.port, lambda method, path: cut[0] and path.startswith("/api/v1/feed"))
        self.addCleanup(relay.close)
        till = Till()
        self.addCleanup(till.close)
        address, code = f"http://127.0.0.1:{relay.port}", Till.ask_code(server)
        till.run("enrol", address, code, expect=5)
        self.assertRegex(till.run("sell", "CB0001", expect=None).stderr, r"\[not_enrolled\]")
        cut[0] = False
        till.run("enrol", address, code)                    # the same once more: the same number
        till.run("sell", "CB0001")
        terminal = till.json("status")["terminal"]
        self.assertEqual([r["terminal"] for r in server.admin("GET", "/api/v1/terminals").json["rows"]], [terminal])

        cut[0] = True
        again = Till.ask_code(server)
        till.run("enrol", address, again, "--again", expect=5)
        till.run("sell", "CB0001")                        # until then it is who it was
        self.assertEqual(till.json("status")["terminal"], terminal)
        cut[0] = False
        till.run("enrol", address, again, "--again")
        self.assertNotEqual(till.json("status")["terminal"], terminal)

    def test_a_replacement_may_bring_the_journal_of_the_till_it_replaced_and_no_other(self):
        fair = d.Fair(self)
        a = fair.till("EX01")
        d.sell(a, 1)
        a.delivered()
        b = pt.Terminal.enrolled(fair.server, ["EX02"])
        for method, body in (("GET", None), ("POST", a.admin("GET", "/api/v1/journal/export").body)):
            answer = b.call(method, "/api/v1/journals/T01", body)
            self.assertEqual((answer.status, answer.code), (403, "not_yours"))
        unknown = fair.server.admin("POST", "/api/v1/enrolments", {"replaces": "T77"})
        self.assertEqual((unknown.status, unknown.code), (404, "unknown_terminal"))
        twin = pt.Terminal.enrolled(fair.server, ["EX01"])
        got = twin.call("GET", "/api/v1/journals/T01")
        self.assertEqual(got.status, 200)
        self.assertEqual(twin.call("POST", "/api/v1/journals/T01", got.body, headers={"Content-Type": "text/plain"}).json["appended"], 0)


if __name__ == "__main__":
    unittest.main()
