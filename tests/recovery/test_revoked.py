#!/usr/bin/python3
"""A terminal is revoked, and then the server dies: what the terminal wrote before its revocation comes back from it all the same."""
import subprocess
import time
import unittest

import disaster as d
import phien_test as pt


def exceptions(server, code):
    return [row for row in server.admin("GET", "/api/v1/exceptions").json["rows"] if row["code"] == code]


class Revoked(unittest.TestCase):
    def revoke(self, fair, terminal):
        answer = fair.server.admin("POST", "/api/v1/revocations", {"terminal": terminal, "reason": "máy lạc"})
        self.assertEqual(answer.status, 200, answer)
        return answer.json["head"]["seq"]

    def test_i7_revoked_then_the_server_dies_figures_are_those_before_and_the_report_is_byte_identical(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 4)
            till.delivered()
        cut = self.revoke(fair, "T02")
        self.assertEqual(fair.server.admin("POST", "/api/v1/closing", {}).json["edition"], 1)
        position = fair.known(a)
        before, now_before = fair.server.report(1), d.figures(fair.server)
        self.assertEqual(d.sold(fair.server, "EX02")[0], 4)

        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        b.process.send_signal(pt.signal.SIGSTOP)            # it is slower than the other one
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        pt.wait_for(lambda: fair.server.row("_server.1")["here"] >= position, "the first server's journal")
        waiting = fair.server.holdings()
        self.assertFalse(waiting["whole"])
        self.assertIn("T02", waiting["unheard"])
        self.assertEqual(fair.server.row("T02")["missing"], cut)
        said = fair.server.run("status").stdout
        self.assertIn("CHƯA ĐỦ", said)
        self.assertRegex(said, r"Chưa nghe từ:.*T02")

        b.process.send_signal(pt.signal.SIGCONT)
        fair.whole(a, b, position=position)
        self.assertNotIn("T02", fair.server.holdings()["unheard"])
        self.assertEqual(fair.server.row("T02")["missing"], 0)
        self.assertEqual(fair.server.report(1), before, "the report at the cut, byte for byte")
        self.assertEqual(d.figures(fair.server), now_before)
        self.assertEqual(exceptions(fair.server, "held"), [])
        d.sound(self, fair.server)

    def test_what_a_revoked_till_sells_on_is_kept_and_held_here_and_after_the_server_died(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 3)
            till.delivered()
        cut = self.revoke(fair, "T02")
        d.sell(b, 2)
        head = b.get("status")["saved"]["seq"]
        pt.wait_for(lambda: fair.server.row("T02")["here"] == head, "what the revoked till wrote on")
        self.assertEqual(d.sold(fair.server, "EX02")[0], 3, "kept, and not counted")
        held = exceptions(fair.server, "held")
        self.assertEqual({row["terminal"] for row in held}, {"T02"})
        self.assertTrue(all(row["entry"]["seq"] > cut for row in held))
        self.assertIn("revoked", [problem["code"] for problem in b.get("status")["problems"]])
        self.assertIn("KHÔNG TÍNH", b.run("sell", "CB0007=1").stderr, "said at every sale")
        pt.wait_for(lambda: fair.server.row("T02")["here"] > head, "that sale")
        held = exceptions(fair.server, "held")
        position = fair.known(a)

        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        fair.whole(a, b, position=position)
        self.assertEqual(d.sold(fair.server, "EX02")[0], 3)
        self.assertEqual({row["entry"]["seq"] for row in exceptions(fair.server, "held")}, {row["entry"]["seq"] for row in held})
        d.sound(self, fair.server)
        one = next(row["entry"]["seq"] for row in held if row["subject"] == "sale")
        fair.server.run("rule", "T02", one, "--keep-out", "--text", "bán thử")
        fair.server.run("rule", "T02", "--post", "--text", "bán thật, máy tìm thấy rồi")
        self.assertEqual(d.sold(fair.server, "EX02")[0], 3 + 2, "all that was held but one")
        self.assertIn("[nothing_held]", fair.server.run("rule", "T01", "--post", "--text", "x", expect=1).stderr)
        fair.server.run("rule", "T02", "--text", "x", expect=2)
        d.sound(self, fair.server)

    def test_a_server_restored_under_a_revoked_till_is_given_what_it_lacks(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 2)
            till.delivered()
        fair.server.stop()
        yesterday = fair.safe / "yesterday"
        subprocess.run(["cp", "-a", fair.server.data, yesterday], check=True)
        fair.server.start()
        d.sell(b, 3)
        b.delivered()
        self.revoke(fair, "T02")
        position = fair.known(a)

        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        subprocess.run(["cp", "-a", yesterday, fair.server.data], check=True)
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        fair.whole(a, b, position=position)
        self.assertEqual(d.sold(fair.server, "EX02")[0], 5)
        d.sound(self, fair.server)

    def test_a_refused_till_does_not_ask_hotly(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 1)
            till.delivered()
        self.revoke(fair, "T02")
        pt.wait_for(lambda: "revoked" in [p["code"] for p in b.get("status")["problems"]], "the till to know")

        def requests():
            lines = fair.server.call("GET", "/metrics").text.splitlines()
            return sum(float(line.split()[-1]) for line in lines if line.startswith("phien_requests_total "))

        before, started = requests(), time.monotonic()
        time.sleep(4)                                       # a rate is measured: this is the measuring, not a wait for something
        rate = (requests() - before) / (time.monotonic() - started)
        self.assertLess(rate, 8, "requests a second while everything is said")


if __name__ == "__main__":
    unittest.main()
