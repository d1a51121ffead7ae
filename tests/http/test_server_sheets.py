#!/usr/bin/python3
"""Price labels and booth cards: read off the printed page, and scanned."""
import re
import unittest

import phien_test as pt
import sheets
from openapi import OpenApi


class Printed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)
        cls.boss = pt.Person.invited(cls.server, "boss")
        cls.products = {p["id"]: p for p in cls.server.admin("GET", "/api/v1/catalogue").json["products"]}

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def get(self, query, who=None):
        return self.api.check("GET", "/api/v1/labels.pdf", (who or self.boss).call("GET", "/api/v1/labels.pdf?" + query))

    def pdf(self, query, who=None):
        answer = self.get(query, who)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "application/pdf"), answer)
        self.assertIn("attachment", answer.headers["content-disposition"])
        return answer.body


class Labels(Printed):
    def test_a_label_says_name_price_star_and_is_read_by_a_scanner(self):
        for size in ("small", "shelf"):
            pdf = self.pdf(f"products=CB0001&size={size}&day=2025-05-15")
            text = sheets.text(pdf)
            for part in ("Thạch đen ăn liền hộp 500 g", "25.000 đ", "/ hộp", "OCOP 4 sao", "4-star", "MẪU", "Truy xuất", "Trace", "8930000000019"):
                self.assertIn(part, text, size)
            self.assertEqual(sheets.codes(pdf), sorted(["8930000000019", self.products["CB0001"]["trace_uri"]]), size)

    def test_a_star_stands_on_the_last_day_it_holds_and_not_on_the_next(self):
        item = self.products["CB0001"]
        self.assertIn("OCOP 4 sao", sheets.text(self.pdf(f"products=CB0001&day={item['ocop_valid_to']}")))
        after = sheets.text(self.pdf("products=CB0001&day=2027-01-01"))
        self.assertNotIn("OCOP", after)
        self.assertIn("25.000 đ", after, "it may still be sold")

    def test_goods_without_a_barcode_have_a_code_the_till_understands(self):
        id, item = next((i, p) for i, p in self.products.items() if not p.get("barcode") and not p.get("scale_plu"))
        found = sheets.codes(self.pdf(f"products={id}&size=shelf"))
        self.assertEqual(found, [item.get("trace_uri") or id])

    def test_sheets_of_a4_are_filled_and_are_the_same_bytes_each_time(self):
        of_one = [p for p in self.products.values() if p["exhibitor"] == "EX01"]
        pdf = self.pdf("exhibitor=EX01&copies=10")
        about = sheets.info(pdf)
        self.assertEqual(int(about["Pages"]), -(-len(of_one) * 10 // 24))
        self.assertIn("A4", about["Page size"])
        self.assertEqual(pdf, self.pdf("exhibitor=EX01&copies=10"))
        bars = {code for n in range(int(about["Pages"])) for code in sheets.codes(pdf, n + 1) if code.isdigit()}
        self.assertEqual(bars, {p["barcode"] for p in of_one if p.get("barcode")})

    def test_every_label_of_the_sample_can_be_scanned(self):
        pdf = self.pdf("size=shelf")
        read = sorted(code for n in range(int(sheets.info(pdf)["Pages"])) for code in sheets.codes(pdf, n + 1))
        want = []
        for item in self.products.values():
            want += [item["barcode"]] if item.get("barcode") else [] if item.get("trace_uri") else [item["id"]]
            want += [item["trace_uri"]] if item.get("trace_uri") else []
        self.assertEqual(read, sorted(want))

    def test_what_is_not_there_or_too_much_is_refused(self):
        for query, status, code in (("products=NONE", 404, "unknown_product"), ("size=huge", 400, "bad_parameter"), ("copies=0", 400, "bad_parameter"),
                                    ("copies=51", 400, "bad_parameter"), ("day=2025-02-30", 400, "bad_parameter"), ("products=a/b", 400, "bad_parameter"),
                                    ("colour=red", 400, "unknown_parameter"), ("exhibitor=EX99", 404, "no_products")):
            answer = self.get(query)
            self.assertEqual((answer.status, answer.code), (status, code), query)

    def test_an_exhibitor_prints_its_own_goods_and_no_others(self):
        theirs = pt.Person.invited(self.server, "miendong", "exhibitor", ["EX02"])
        self.assertIn("Miến dong", sheets.text(self.pdf("", theirs)))
        self.assertNotIn("Thạch đen", sheets.text(self.pdf("", theirs)))
        for id in ("CB0001", "NONE"):
            answer = self.get("products=" + id, theirs)
            self.assertEqual((answer.status, answer.code), (404, "unknown_product"))
        self.assertEqual(self.get("exhibitor=EX01", theirs).code, "not_yours")


class Cards(Printed):
    def cards(self, exhibitors, hours=24):
        return self.api.check("POST", "/api/v1/booth-cards", self.boss.call("POST", "/api/v1/booth-cards", {"exhibitors": exhibitors, "hours": hours}))

    def waiting(self):
        return self.api.check("GET", "/api/v1/enrolments", self.boss.call("GET", "/api/v1/enrolments")).json

    def test_a_till_comes_in_by_the_code_on_its_card_once(self):
        before = self.waiting()["open"]
        answer = self.cards(["EX03", "EX04", "EX05", "EX06", "EX07"])
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(int(sheets.info(answer.body)["Pages"]), 2, "four to a sheet")
        text = sheets.text(answer.body)
        booth = next(e for e in self.server.admin("GET", "/api/v1/catalogue").json["exhibitors"] if e["id"] == "EX03")
        for part in (booth["name"], booth["booth"], "MẪU", "Good once"):
            self.assertIn(part, text)
        self.assertNotIn("970405", text, "no account on a card")
        links = sheets.codes(answer.body, 1) + sheets.codes(answer.body, 2)
        self.assertEqual(len(links), 5)
        hello = self.server.call("GET", "/api/v1/hello").json
        seen = set()
        for link in links:
            code, root = re.fullmatch(r"https://.+/#enrol=(\w{8})&root=(\w+)", link).groups()
            self.assertEqual(root, hello["root"])
            self.assertIn(f"{code[:4]} {code[4:]}", text)
            till = pt.Terminal(hello["fair"], hello["root"])
            self.assertEqual(till.enrol(self.server, code).status, 200)
            seen.add((till.exhibitors[0], till.holder))
        self.assertEqual(pt.Terminal(hello["fair"], hello["root"]).enrol(self.server, code).code, "bad_code")
        self.assertEqual(seen, {(id, id) for id in ("EX03", "EX04", "EX05", "EX06", "EX07")})
        self.assertEqual(self.waiting()["open"], before)

    def test_a_lost_card_is_worth_nothing_when_codes_are_withdrawn(self):
        link, = sheets.codes(self.cards(["EX08"], 96).body)
        self.assertGreaterEqual(self.waiting()["open"], 1)
        gone = self.api.check("DELETE", "/api/v1/enrolments", self.boss.call("DELETE", "/api/v1/enrolments"))
        self.assertGreaterEqual(gone.json["withdrawn"], 1)
        self.assertEqual(self.waiting()["open"], 0)
        hello = self.server.call("GET", "/api/v1/hello").json
        code = re.search(r"enrol=(\w{8})", link).group(1)
        self.assertEqual(pt.Terminal(hello["fair"], hello["root"]).enrol(self.server, code).code, "bad_code")

    def test_what_cannot_be_printed_is_refused_and_leaves_no_code(self):
        before = self.waiting()["open"]
        for body, where in (({"exhibitors": ["EX01", "EX99"], "hours": 1}, "exhibitors"), ({"exhibitors": ["EX01"], "hours": 97}, "hours"),
                            ({"exhibitors": ["EX01"], "hours": 0}, "hours"), ({"exhibitors": [], "hours": 1}, "exhibitors"), ({"exhibitors": ["EX01"]}, "hours")):
            answer = self.boss.call("POST", "/api/v1/booth-cards", body)
            self.assertEqual(answer.json["error"]["where"], where, answer)
        self.assertEqual(self.waiting()["open"], before)


if __name__ == "__main__":
    unittest.main()
