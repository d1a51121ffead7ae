#!/usr/bin/python3
"""Two of one terminal: restored from an old image, or cloned and selling at once. Both branches are kept, nothing is lost or doubled."""
import unittest

import disaster as d
import phien_test as pt


def learned(till):
    """A sale more, and the answer to it says that there is another journal under this number."""
    d.sell(till, 1)
    pt.wait_for(lambda: till.get("status")["must_reopen"], "the till to learn of its twin", 60)


def go_on_anew(fair, till):
    """What the screen asks for: enrolled again, a new number and a new journal that names the old one."""
    code = fair.server.admin("POST", "/api/v1/enrolments", {"exhibitors": [till.exhibitor]}).json["code"]
    till.stop()
    number = till.json("enrol", f"https://127.0.0.1:{fair.server.tls_port}", code)["terminal"]
    till.start()
    return number


class Twins(unittest.TestCase):
    def branches(self, fair, terminal):
        return [r for r in fair.server.admin("GET", "/api/v1/journals").json["rows"] if r["terminal"] == terminal]

    def cloned(self, fair):
        a = fair.till("EX01")
        d.sell(a, 2)
        a.delivered()
        a.stop()
        b = d.image(a)
        self.addCleanup(b.close)
        return a, b

    def test_a_card_cloned_into_two_devices_that_sell_at_once_and_then_the_server_dies(self):
        fair = d.Fair(self)
        a, b = self.cloned(fair)
        a.start()
        b.start()
        d.sell(a, 3)
        d.sell(b, 4)
        for till in (a, b):
            till.delivered()
        for till in (a, b):
            learned(till)                                   # selling goes on
            till.delivered()
        self.assertEqual(d.sold(fair.server, "EX01")[0], 2 + 3 + 4 + 2)
        self.assertEqual(len(self.branches(fair, "T01")), 2)
        numbers = {go_on_anew(fair, till) for till in (a, b)}
        self.assertEqual(numbers, {"T02", "T03"})
        for till in (a, b):
            d.sell(till, 1)
            till.delivered()
        codes = {r["code"] for r in fair.server.admin("GET", "/api/v1/exceptions").json["rows"]}
        self.assertLessEqual({"forked", "receipt_twice"}, codes)
        before = d.figures(fair.server)
        position = fair.known(a, b)
        dump = {x for x in fair.server.dump().splitlines() if b"T01" in x}

        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        fair.whole(a, b, position=position)
        pt.wait_for(lambda: d.sold(fair.server, "EX01")[0] == 2 + 3 + 4 + 2 + 2, "both branches, and what came after")
        self.assertEqual(len(self.branches(fair, "T01")), 2)
        self.assertEqual({x for x in fair.server.dump().splitlines() if b"T01" in x}, dump)
        self.assertEqual(d.figures(fair.server), before)
        d.sound(self, fair.server)

    def test_a_card_cloned_and_the_server_restored_from_between(self):
        fair = d.Fair(self)
        a, b = self.cloned(fair)
        a.start()
        d.sell(a, 3)
        a.delivered()
        backup = fair.safe / "between.db"
        fair.server.run("backup", backup)                   # knows one branch
        b.start()
        d.sell(b, 4)
        b.delivered()
        for till in (a, b):
            learned(till)
            till.delivered()
        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit, "--backup", backup)
        fair.server.start()
        fair.whole(a, b)
        for till in (a, b):
            d.sell(till, 1)
        pt.wait_for(lambda: d.sold(fair.server, "EX01")[0] == 2 + 3 + 4 + 2 + 2, "both branches")
        self.assertEqual(len(self.branches(fair, "T01")), 2)
        d.sound(self, fair.server)

    def test_a_terminal_restored_from_an_old_image(self):
        for server_restored in (False, True):
            with self.subTest(server_restored=server_restored):
                fair = d.Fair(self)
                a, old_image = self.cloned(fair)
                backup = fair.safe / "then.db"
                fair.server.run("backup", backup)           # of the same moment as the image
                a.start()
                d.sell(a, 3)
                a.delivered()
                a.kill()                                    # the device dies, and its card is put in another as it was then
                if server_restored:
                    old = fair.lose_server()
                    fair.new_machine(ports=old.ports)
                    fair.server.run("recover", "--kit", fair.kit, "--backup", backup)
                    fair.server.start()
                old_image.start()
                d.sell(old_image, 2)
                more = 1
                if server_restored:                         # nobody is left who knows the other branch: until the device is found
                    pt.wait_for(lambda: d.sold(fair.server, "EX01")[0] == 2 + 2, "what the image sold")
                    a.start()
                    learned(a)
                    more = 2
                learned(old_image)
                pt.wait_for(lambda: d.sold(fair.server, "EX01")[0] == 2 + 3 + 2 + more, "both branches")
                self.assertEqual(len(self.branches(fair, "T01")), 2)
                d.sound(self, fair.server)


if __name__ == "__main__":
    unittest.main()
