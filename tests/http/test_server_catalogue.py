#!/usr/bin/python3
"""The catalogue changed by people: with history, with check digits, shown how far it has come; and what tills propose."""
import unittest

import phien_test as pt
from openapi import OpenApi


class Running(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.started()
        self.addCleanup(self.server.close)
        self.api = OpenApi(self.server.call("GET", "/api/v1/openapi.json").json)
        self.boss = pt.Person.invited(self.server, "boss")

    def call(self, method, target, body=None, status=200):
        answer = self.api.check(method, target, self.boss.call(method, target, body))
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def refused(self, code, where, method, target, body):
        answer = self.boss.call(method, target, body)
        self.assertEqual((answer.code, answer.json["error"]["where"]), (code, where), answer)

    def product(self, id="CB0001"):
        products = self.server.admin("GET", "/api/v1/catalogue").json["products"]
        return next((p for p in products if p["id"] == id), None)

    def history(self, type, id):
        return self.call("GET", f"/api/v1/catalogue/{type}/{id}/history")["rows"]


class Items(Running):
    def test_a_price_changes_and_what_was_stays_in_its_history(self):
        item = {**self.product(), "price": 27000}
        self.assertTrue(self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": item})["changed"])
        self.assertFalse(self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": item})["changed"])
        self.assertEqual(self.product()["price"], 27000)
        rows = self.history("product", "CB0001")
        self.assertEqual([(row["item"]["price"], row["by"]) for row in rows], [(25000, "organizer"), (27000, "boss")])

    def test_two_people_at_one_item_do_not_undo_each_other(self):
        seen = self.history("product", "CB0001")[-1]["entry"]["hash"]
        item = self.product()
        self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": {**item, "price": 26000}, "seen": seen})
        self.refused("changed_meanwhile", "seen", "PUT", "/api/v1/catalogue/product/CB0001", {"item": {**item, "name": "Tên khác"}, "seen": seen})
        self.assertEqual(self.product()["price"], 26000)

    def test_which_tills_have_a_new_price(self):
        tills = [pt.Terminal.enrolled(self.server, ["EX01"]) for _ in range(2)] + [pt.Terminal.enrolled(self.server, ["EX02"])]
        self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": {**self.product(), "price": 27000}})

        def reach():
            return self.call("GET", "/api/v1/catalogue/product/CB0001/reach")
        self.assertEqual((reach()["have"], reach()["of"]), (0, 2), "of the tills that sell it")
        cursor = {}
        while True:
            feed = tills[0].feed(**cursor).json
            if not feed["batches"]:
                break
            cursor = {k: feed["cursor"][k] for k in ("incarnation", "seq", "hash")}
        tills[0].feed(**cursor)
        self.assertEqual({row["terminal"]: row["has"] for row in reach()["rows"]}, {tills[0].id: True, tills[1].id: False})
        self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": {**self.product(), "price": 28000}})
        self.assertEqual(reach()["have"], 0)

    def test_what_cannot_be_is_refused_with_its_field(self):
        good, exhibitor = self.product(), self.server.admin("GET", "/api/v1/catalogue").json["exhibitors"][0]
        before = self.server.dump()
        for field, value, code in (("barcode", "8930000000018", "bad_check_digit"), ("barcode", self.product("CB0002")["barcode"], "duplicate"),
                                   ("exhibitor", "EX99", "unknown_exhibitor"), ("price", -1, "out_of_range"), ("price", 1.5, "wrong_type"),
                                   ("vat", "7", "bad_value"), ("name", "", "missing_field"), ("ocop_star", 6, "out_of_range"),
                                   ("nothing", 1, "unknown_field")):
            answer = self.boss.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": {**good, field: value}})
            self.assertEqual((answer.status, answer.json["error"]["where"]), (422, field), answer)
            if code != "missing_field":
                self.assertEqual(answer.code, code, answer)
        path = "/api/v1/catalogue/exhibitor/" + exhibitor["id"]
        self.refused("bad_check_digit", "tax_code", "PUT", path, {"item": {**exhibitor, "tax_code": "0100109107"}})
        self.refused("duplicate", "booth", "PUT", path, {"item": {**exhibitor, "booth": "A02"}})
        self.refused("bad_value", "item.id", "PUT", "/api/v1/catalogue/product/CB0001", {"item": {**good, "id": "CB0002"}})
        self.refused("unknown_type", "type", "PUT", "/api/v1/catalogue/stall/CB0001", {"item": good})
        self.refused("in_use", "id", "DELETE", "/api/v1/catalogue/exhibitor/EX01", None)
        self.assertEqual(self.server.dump(), before)

    def test_a_cashiers_pin_is_kept_as_a_verifier_and_shown_to_nobody(self):
        path, item = "/api/v1/catalogue/cashier/EX01.2", {"id": "EX01.2", "name": "Lan", "exhibitor": "EX01"}
        self.call("PUT", path, {"item": item, "pin": "4321"})
        row, = self.history("cashier", "EX01.2")
        self.assertEqual(row["item"].get("has_pin"), True)
        self.assertNotIn("pin", row["item"])
        self.call("PUT", path, {"item": {**item, "name": "Lan Anh"}})
        self.assertEqual(self.history("cashier", "EX01.2")[-1]["item"].get("has_pin"), True, "left out it stays")
        self.call("PUT", path, {"item": item, "pin": ""})
        self.assertNotIn("has_pin", self.history("cashier", "EX01.2")[-1]["item"])
        for body in ({"item": item, "pin": "12"}, {"item": {**item, "pin": "$argon2id$made-elsewhere"}}):
            self.refused("bad_pin", "pin", "PUT", path, body)

    def test_a_new_exhibitor_can_sell_at_once(self):
        self.call("PUT", "/api/v1/catalogue/exhibitor/MOI01", {"item": {"id": "MOI01", "name": "HTX Mới (Mẫu)", "booth": "Z09"}})
        cashiers = self.server.admin("GET", "/api/v1/catalogue").json["cashiers"]
        self.assertIn(("MOI01.1", "MOI01"), [(c["id"], c["exhibitor"]) for c in cashiers])
        long = "M" * 29
        self.refused("too_long", "id", "PUT", "/api/v1/catalogue/exhibitor/" + long, {"item": {"id": long, "name": "x"}})

    def test_what_is_removed_is_gone_and_may_come_back(self):
        item = self.product()
        self.call("DELETE", "/api/v1/catalogue/product/CB0001")
        self.assertIsNone(self.product())
        self.assertEqual(self.history("product", "CB0001")[-1]["removed"], True)
        self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": item})
        self.assertEqual(self.product(), item)

    def test_a_recognition_that_is_withdrawn_ends_on_its_day(self):
        item = self.product()
        self.assertEqual(item["ocop_star"], 4)
        self.call("PUT", "/api/v1/catalogue/product/CB0001", {"item": {**item, "ocop_valid_to": "2025-05-16"}})
        self.assertEqual([row["item"]["ocop_valid_to"] for row in self.history("product", "CB0001")], ["2026-12-31", "2025-05-16"])


class Proposals(Running):
    def setUp(self):
        super().setUp()
        self.till = pt.Terminal.enrolled(self.server, ["EX01"])
        self.till.open()
        say = {"by": "EX01.1"}
        self.new = self.till.entry("product_proposed", {"exhibitor": "EX01", "product": "EX01-N1", "name": "Kẹo lạc", "unit": "gói",
                                                        "sold_by": "piece", "price": 15000, "vat": "8", "barcode": "8936000000012"}, **say)
        self.learned = self.till.entry("barcode_learned", {"exhibitor": "EX01", "product": "CB0001", "barcode": "0012345678905"}, **say)
        self.offer = self.till.entry("offer", {"exhibitor": "EX01", "offer": "o1", "name": "Mua 5 tặng 1", "type": "n_get_m", "value": 1000,
                                               "items": [{"product": "CB0001", "qty": 5000}], "from": 0, "until": 9000000000000, "active": True}, **say)
        assert self.till.send().status == 200

    def rows(self, query=""):
        return {row["kind"]: row for row in self.call("GET", "/api/v1/proposals" + query)["rows"]}

    def test_goods_are_taken_into_the_catalogue_with_what_was_missing(self):
        self.assertEqual({kind: row["state"] for kind, row in self.rows().items()}, {"product": "waiting", "barcode": "waiting", "offer": "waiting"})
        about = self.till.ref(self.new)
        self.refused("bad_check_digit", "barcode", "POST", "/api/v1/proposals/accept", {"about": about})
        more = {"barcode": "8936000000011", "net_content": "200 g"}
        self.assertEqual(self.call("POST", "/api/v1/proposals/accept", {"about": about, "item": more})["item"]["net_content"], "200 g")
        self.assertEqual(self.product("EX01-N1")["price"], 15000)
        self.assertEqual(self.rows()["product"]["state"], "accepted")
        self.assertEqual(self.boss.call("POST", "/api/v1/proposals/accept", {"about": about}).code, "accepted")
        self.assertEqual(self.history("product", "EX01-N1")[0]["by"], "boss")

    def test_a_barcode_is_taken_and_an_offer_is_answered(self):
        self.call("POST", "/api/v1/proposals/accept", {"about": self.till.ref(self.learned)})
        self.assertEqual(self.product()["barcode"], "0012345678905")
        about = self.till.ref(self.offer)
        self.refused("not_for_accepting", "about", "POST", "/api/v1/proposals/accept", {"about": about})
        self.call("POST", "/api/v1/proposals/answer", {"about": about, "text": "Đồng ý, treo biển ở gian"})
        rows = self.rows()
        self.assertEqual((rows["barcode"]["state"], rows["offer"]["state"], rows["offer"]["answer"]), ("accepted", "answered", "Đồng ý, treo biển ở gian"))
        self.assertEqual(list(self.rows("?state=waiting")), ["product"])

    def test_another_exhibitors_goods_cannot_be_made_by_accepting(self):
        self.refused("bad_value", "item", "POST", "/api/v1/proposals/accept", {"about": self.till.ref(self.new), "item": {"exhibitor": "EX02"}})

    def test_an_exhibitor_sees_its_own(self):
        for exhibitor, kinds in (("EX01", {"product", "barcode", "offer"}), ("EX02", set())):
            own = pt.Person.invited(self.server, "cua-" + exhibitor.lower(), "exhibitor", [exhibitor])
            self.assertEqual({row["kind"] for row in own.call("GET", "/api/v1/proposals").json["rows"]}, kinds)

    def test_what_is_not_a_proposal_is_not_answered(self):
        self.refused("unknown_proposal", "about", "POST", "/api/v1/proposals/answer", {"about": self.till.ref(1), "text": "x"})


if __name__ == "__main__":
    unittest.main()
