#!/usr/bin/python3
"""What the live page is given: every breakdown adds up to the same takings, and how far they reach is said beside them."""
import unittest

import phien_test as pt
from openapi import OpenApi

PRICE = 25000  # CB0001 of EX01
MORNING = 1747272600000  # 2025-05-15 08:30 in Vietnam


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)
        cls.till = pt.Terminal.enrolled(cls.server, ["EX01"])
        cls.till.open()
        cls.till.entry("clock", {"server": MORNING, "round_trip": 0, "up": cls.till.up, "wall": MORNING + cls.till.up, "incarnation": 1})
        for n in range(1, 5):
            cls.till.sale("EX01", "CB0001", n * 1000, PRICE)
        assert cls.till.send().status == 200
        cls.quiet = pt.Terminal.enrolled(cls.server, ["EX02"], session=False)   # never heard of
        declared = {"exhibitor": "EX03", "day": "2025-05-15", "method": "sổ tay", "sales": 2, "payments": [
            {"method": "cash", "amount": 300000, "holder": "EX03"}, {"method": "transfer", "amount": 200000, "holder": "EX03"}],
            "place": "booth", "lines": []}
        assert cls.server.admin("POST", "/api/v1/declared-sales", declared).status == 200

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def live(self, query=""):
        answer = self.api.check("GET", "/api/v1/live" + query, self.server.admin("GET", "/api/v1/live" + query))
        self.assertEqual(answer.status, 200, answer)
        return answer.json

    def test_every_breakdown_is_of_the_same_takings(self):
        live = self.live()
        self.assertEqual(live["all"], {"net": 10 * PRICE + 500000, "sales": 6, "average": (10 * PRICE + 500000) // 6})
        for rows in (live["exhibitors"], live["days"], live["methods"], live["ocop"]):
            self.assertEqual(sum(row["net"] for row in rows), live["all"]["net"])
        self.assertEqual(live["home"], {"home": live["all"]["net"], "others": 0})
        best = live["products"]["rows"][0]
        self.assertEqual((best["key"], best["quantity"], best["net"]), ("CB0001", 10000, 10 * PRICE))

    def test_a_total_that_nobody_named_is_the_sum_of_its_parts(self):
        declared = {row["key"]: row["net"] for row in self.live()["exhibitors"]}
        self.assertEqual(declared["EX03"], 500000)
        for payments in ([], [{"method": "cash", "amount": "x", "holder": "EX03"}], "x", [{"method": "cash", "amount": 10**15, "holder": "EX03"}]):
            body = {"exhibitor": "EX03", "day": "2025-05-15", "method": "m", "sales": 0, "payments": payments, "place": "booth", "lines": []}
            answer = self.server.admin("POST", "/api/v1/declared-sales", body)
            self.assertIn(answer.status, (200,) if payments == [] else (400, 422), answer)

    def test_figures_say_how_far_they_reach(self):
        live = self.live()
        self.assertEqual((live["coverage"]["exhibitors"], live["coverage"]["by_till"], live["coverage"]["declared"]), (16, 1, 1))
        self.assertEqual(len(live["coverage"]["silent"]), 14)
        self.assertNotIn("EX01", live["coverage"]["silent"])
        covered = {row["key"]: row["covered"] for row in live["exhibitors"]}
        self.assertEqual((covered["EX01"], covered["EX03"], covered["EX02"]), ("till", "declared", "silent"))
        self.assertIn(self.quiet.id, [row["terminal"] for row in live["behind"]])
        self.assertNotIn(self.till.id, [row["terminal"] for row in live["behind"]])

    def test_what_runs_out_first_stands_first(self):
        rows = self.live()["stock"]["rows"]
        self.assertEqual((rows[0]["product"], rows[0]["on_hand"]), ("CB0001", 310000))
        # 10 of 320 in the one hour of its one day that the fair was open: 310 last 31 such days.
        self.assertEqual(rows[0]["days_left_tenths"], 310)
        self.assertNotIn("days_left_tenths", rows[-1], "what does not sell has no end in sight")

    def test_an_exhibitor_is_shown_its_own_alone(self):
        mine = pt.Person.invited(self.server, "hoa-thach", "exhibitor", ["EX01"])
        live = self.api.check("GET", "/api/v1/live", mine.call("GET", "/api/v1/live")).json
        self.assertEqual((live["all"]["net"], live["coverage"]["exhibitors"]), (10 * PRICE, 1))
        self.assertEqual({row["exhibitor"] for row in live["stock"]["rows"]}, {"EX01"})
        self.assertEqual([row["key"] for row in live["exhibitors"]], ["EX01"])
        self.assertEqual(live["behind"], [], "another's terminal is not told of")
        self.assertEqual(self.live("?exhibitor=EX03")["all"]["net"], 500000)

    def test_codes_are_drawn_by_the_server(self):
        answer = self.api.check("GET", "/api/v1/qr.png?text=PHIEN", self.server.admin("GET", "/api/v1/qr.png?text=PHIEN"))
        self.assertEqual((answer.status, answer.body[:4]), (200, b"\x89PNG"))
        for text in ("", "?text=", "?text=" + "x" * 1001, "?text=a&size=1000"):
            self.assertEqual(self.api.check("GET", "/api/v1/qr.png" + text, self.server.admin("GET", "/api/v1/qr.png" + text)).status, 400)


if __name__ == "__main__":
    unittest.main()
