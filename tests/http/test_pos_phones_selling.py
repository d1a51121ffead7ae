#!/usr/bin/python3
"""What is done on a paired phone: of its own exhibitor alone, in the name of who stands at it, once, into the till's drawer."""
import json
import unittest

import phien_test as pt
from phone import Phone
from phone_booth import LISTEN, OTHER, OWN, Booth, lines, offer
from till import Till, check_numbers


class OneExhibitor(Booth):
    """Whatever a phone asks, of another exhibitor it learns nothing and changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.phone = Phone.paired(cls.till, OWN)
        post = cls.till.post
        post("shifts/open", {"float": 0})
        cls.sold = post("sales", {**lines(cls.other[0], 2), "payments": [{"method": "transfer"}]})
        cls.receipt = cls.sold["receipts"][0]
        cls.both = post("sales", {"lines": [{"product": p, "qty": 1} for p in (cls.own[0], cls.other[0])], "payments": [{"method": "transfer"}]})
        cls.order = post("orders", {**lines(cls.other[0]), "payments": [{"method": "cash", "amount": 10000}]})["receipts"][0]
        cls.lead = post("leads", {"exhibitor": OTHER, "goods": "hỏi riêng (Mẫu)", "consent": True, "personal": {"name": "Khách của gian kia (Mẫu)"}})
        cls.stocked = post("stock-in", lines(cls.other[0], 5))["entries"][0]["hash"]
        cls.cash = post("cash-in", {"amount": 5000, "reason": "x"})["entries"][0]["hash"]
        post("offers", {"name": "Ưu đãi gian kia (Mẫu)", "type": "price", "items": [{"product": cls.other[1]}], "value": 1})
        post("proposals", {"exhibitor": OTHER, "product": "MOI1", "name": "Hàng mới gian kia (Mẫu)", "unit": "hộp", "price": 9000, "barcode": "4006381333931"})
        cls.till.delivered()
        cls.names = {p["name"] for p in cls.till.get("catalogue")["products"] if p["exhibitor"] == OTHER}
        cls.secrets = cls.names | {f'"{OTHER}"', "gian kia", "hỏi riêng", cls.receipt["hash"], cls.order["hash"], cls.order["number"], "MOI1"} | set(cls.other)

    def test_reading_tells_nothing_of_the_other(self):
        for path in ("catalogue", "stock", f"stock?exhibitor={OTHER}", f"stock?product={self.other[0]}", "sales?limit=1000", "transfers",
                     "orders", "leads", "drafts", "status", "scan?code=4006381333931", f"scan?code={self.other[0]}"):
            with self.subTest(path):
                text = json.dumps(self.phone.get(path), ensure_ascii=False)
                for secret in self.secrets:
                    self.assertNotIn(secret, text)
        self.assertEqual({row["exhibitor"] for row in self.phone.get("sales?limit=1000")["rows"]}, {OWN})
        self.assertEqual({row["exhibitor"] for row in self.phone.get("transfers")["rows"]}, {OWN})
        self.assertEqual({row["exhibitor"] for row in self.phone.get("stock")["rows"]}, {OWN})
        self.assertTrue(self.phone.get("catalogue")["products"])

    def test_a_receipt_of_the_other_is_as_one_that_never_was(self):
        number = self.receipt["number"]
        gone = number.rsplit("-", 1)[0] + "-999"
        for name in (number, self.receipt["hash"], self.receipt["hash"][:8], self.order["number"], self.order["hash"]):
            for path in (f"sales/{name}", f"sales/{name}/image"):
                with self.subTest(path):
                    answer = self.phone.call("GET", "/api/v1/" + path)
                    self.refused(answer, 404, "unknown_receipt")
                    never = self.phone.call("GET", f"/api/v1/{path.replace(name, gone)}")
                    self.assertEqual(answer.body.replace(name.encode(), b""), never.body.replace(gone.encode(), b""))
        self.assertEqual(self.phone.get(f"scan?code={number}")["kind"], "unknown")

    def test_writing_about_the_other_is_refused_and_writes_nothing(self):
        number, hashed, order = self.receipt["number"], self.receipt["hash"], self.order["number"]
        other = lines(self.other[0])
        pay_refs = [p["pay_ref"] for answer in (self.sold, self.both) for p in answer["payments"] if "pay_ref" in p]
        draft = {"id": "G9", "rev": 0, "basket": other}
        table = [("sales", other), ("sales", lines("MOI1")), ("quote", other), ("orders", other), ("stock-in", other), ("counts", other), ("quote/count", other),
                 ("sales", {"lines": [{"product": "_open", "exhibitor": OTHER, "name": "x", "price": 1000, "qty": 1}]}),
                 ("stock-out", {**other, "reason": "gift"}), ("transfers", {**other, "to": "kho"}),
                 ("stock-in", {**lines(self.own[0]), "exhibitor": OTHER}),
                 ("refunds", {"receipt": number}), ("refunds", {"receipt": hashed}), ("refunds", other), ("quote/refund", {"receipt": number}),
                 ("exchanges", {"receipt": number, **lines(self.own[0])}), ("invoices", {"receipt": number, "personal": {"company": "x"}}),
                 ("orders/closed", {"order": order, "outcome": "cancelled"}), ("leads", {"exhibitor": OTHER, "goods": "x"}),
                 ("barcodes", {"product": self.other[0], "barcode": "777"}), ("prints", {"receipt": number}),
                 ("undo", {"hash": self.both["receipts"][0]["hash"]}),
                 *(("voids", {"receipt": name}) for name in (number, hashed, self.stocked, self.cash, order, self.lead["entries"][0]["hash"])),
                 *(("payments/confirmed", {"pay_ref": ref}) for ref in pay_refs),
                 ("payments/confirmed", {"pay_ref": "PHZZZZZZZZ", "amount": 1000, "holder": OTHER})]
        before = self.till.get("status")["saved"]["seq"]
        for path, body in table:
            with self.subTest(f"{path} {body}"):
                answer = self.phone.call("POST", "/api/v1/" + path, body)
                self.assertIn(answer.status, (400, 404, 422))
                for name in self.names:
                    self.assertNotIn(name, answer.text)
        kept = self.phone.post("drafts/basket", draft)
        self.assertIn(kept["problem"]["code"], ("unknown_product", "not_yours"))
        self.assertEqual(self.till.get("status")["saved"]["seq"], before)

    def test_another_desk_s_key_gives_nobody_else_its_answer(self):
        key = "one-key-for-two-desks"
        body = lines(self.own[0])
        self.till.post("sales", body, key=key)
        self.refused(self.phone.call("POST", "/api/v1/sales", body, Idempotency_Key=key), 422, "idempotency_mismatch")

    def test_what_it_may_it_does_for_its_own(self):
        phone, own = self.phone, self.own[0]
        on_hand = lambda: next(r["on_hand"] for r in phone.get(f"stock?product={own}")["rows"] if r["place"] == "booth")
        before = on_hand()
        sold = phone.post("sales", {**lines(own, 3), "payments": [{"method": "transfer"}]})
        self.assertEqual(on_hand(), before - 3000)
        number = sold["receipts"][0]["number"]
        self.assertEqual(phone.get(f"sales/{number}")["exhibitor"], OWN)
        self.assertEqual(phone.call("GET", f"/api/v1/sales/{number}/image?width=58").headers["content-type"], "image/png")
        ref = sold["payments"][0]["pay_ref"]
        self.assertIn(ref, [row["pay_ref"] for row in phone.get("transfers")["rows"]])
        phone.post("payments/confirmed", {"pay_ref": ref})
        phone.post("refunds", {"receipt": number, "lines": [{"of": 0, "qty": 1}]})
        self.assertEqual(on_hand(), before - 2000)
        phone.post("stock-in", lines(own, 2))
        phone.post("leads", {"goods": "x"})
        self.assertEqual(on_hand(), before)
        self.assertEqual(phone.get("scan?code=" + own)["product"], own)


class Cashiers(Booth):
    """PINs: who stands at the phone does not stand at the till, nor the other way round."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for cashier, exhibitor, pin, manager in (("lan", OWN, "2468", False), ("man", OTHER, "1357", True)):
            item = {"id": cashier, "name": cashier.title() + " (Mẫu)", "exhibitor": exhibitor, "may_refund": False, "is_manager": manager}
            answer = cls.server.admin("PUT", f"/api/v1/catalogue/cashier/{cashier}", {"item": item, "pin": pin})
            assert answer.status == 200, answer
        pt.wait_for(lambda: {"lan", "man"} <= {c["id"] for c in cls.till.get("catalogue")["cashiers"]}, "the cashiers to reach the till")

    def test_each_desk_has_its_own_cashier(self):
        till, own = self.till, lines(self.own[0])
        till.post("lock", {})
        self.assertEqual(offer(till, expect=422)["error"]["code"], "pin_needed")      # nobody who may make a code stands there
        self.assertTrue(till.post("unlock", {"cashier": "man", "pin": "1357"})["ok"])
        phone = Phone.paired(till, OWN)
        self.assertNotIn("man", [c["id"] for c in phone.get("catalogue")["cashiers"]])
        self.assertEqual(phone.get("status")["unlocked"], "")
        self.assertEqual(phone.post("sales", {**own, "cashier": "lan"}, expect=422)["error"]["code"], "pin_needed")
        for path, body in (("unlock", {"cashier": "man", "pin": "1357"}), ("sales", {**own, "cashier": "man"}), ("settings", {"cashier": "man"})):
            self.assertEqual(phone.post(path, body, expect=422)["error"]["code"], "unknown_cashier")
        self.assertTrue(phone.post("unlock", {"cashier": "lan", "pin": "2468"})["ok"])
        self.assertEqual((phone.get("status")["unlocked"], till.get("status")["unlocked"]), ("lan", "man"))
        number = phone.post("sales", own)["receipts"][0]["number"]
        self.assertEqual([e["by"] for e in till.export() if e["kind"] == "sale"][-1], "lan")
        self.assertEqual(phone.post("refunds", {"receipt": number}, expect=422)["error"]["code"], "not_allowed")
        allowed = phone.post("allow", {"cashier": "lan", "manager": "man", "pin": "1357"}, expect=422)
        self.assertEqual(allowed["error"]["code"], "unknown_cashier")                 # another exhibitor's manager
        phone.post("lock", {})
        self.assertEqual((phone.get("status")["unlocked"], till.get("status")["unlocked"]), ("", "man"))


    def test_wrong_pins_at_a_locked_phone_keep_nobody_out_of_the_till_and_it_shows_no_buyer(self):
        till = self.till
        self.assertTrue(till.post("unlock", {"cashier": "lan", "pin": "2468"})["ok"])
        number = till.post("sales", lines(self.own[0]))["receipts"][0]["number"]
        phone = Phone.paired(till, OWN)
        for path in ("leads", "orders"):
            self.refused(phone.call("GET", "/api/v1/" + path), 422, "pin_needed")
        till.post("printer", {"address": "tcp://127.0.0.1:9"})
        self.addCleanup(till.post, "printer", {"address": "none"})
        self.assertEqual(phone.post("prints", {"receipt": number}, expect=422)["error"]["code"], "pin_needed")
        for _ in range(6):
            self.assertFalse(phone.post("unlock", {"cashier": "lan", "pin": "9999"})["ok"])
        self.assertGreater(phone.post("unlock", {"cashier": "lan", "pin": "2468"})["wait_ms"], 0)      # guessed enough there
        till.post("lock", {})
        self.assertTrue(till.post("unlock", {"cashier": "lan", "pin": "2468"})["ok"])


class Selling(Booth):
    def test_what_is_the_counter_s_stays_there(self):
        till = Till.enrolled(self.server, (OWN, OTHER)).start(*LISTEN)
        self.addCleanup(till.close)
        till.delivered()
        phone = Phone.paired(till, OWN)
        self.assertFalse(phone.get("status")["shift_open"])             # cash it takes now is in no shift: it says so
        till.post("shifts/open", {"float": 0})
        if not phone.get("status")["shift_open"]:
            till.post("shifts/open", {"float": 0, "holder": OTHER})
        self.assertTrue(phone.get("status")["shift_open"])
        till.post("printer", {"address": "tcp://127.0.0.1:9", "drawer": True})
        number = phone.post("sales", {**lines(self.own[0]), "payments": [{"method": "cash"}]})["receipts"][0]["number"]
        self.assertEqual(till.get("printer")["jobs"], [])               # no drawer springs open for a phone across the hall
        till.post("sales", {**lines(self.own[0]), "payments": [{"method": "cash"}]})
        self.assertEqual([job["kind"] for job in till.get("printer")["jobs"]], ["drawer"])
        asked = [phone.call("POST", "/api/v1/prints", {"receipt": number}).status for _ in range(12)]
        self.assertEqual({*asked[:4], *asked[-2:]}, {200, 422})
        till.post("prints", {"receipt": number})                        # the counter's own still finds room
        yesterday = till.get("status")["clock"]["time"] - 86_400_000
        late = {**lines(self.own[0]), "late": True, "happened": yesterday}
        self.assertEqual(phone.post("sales", late, expect=400)["error"]["code"], "out_of_range")
        both = till.post("sales", {"lines": [{"product": p, "qty": 1} for p in (self.own[0], self.other[0])], "payments": [{"method": "transfer"}]})
        ref = next(p["pay_ref"] for p in both["payments"] if "pay_ref" in p)
        row = next(r for r in phone.get("transfers")["rows"] if r["pay_ref"] == ref)
        self.assertTrue(row["shared"])
        self.assertEqual(phone.post("payments/confirmed", {"pay_ref": ref}, expect=422)["error"]["code"], "seen_at_till")
        till.post("payments/confirmed", {"pay_ref": ref})

    def test_two_phones_and_the_till_have_a_basket_each(self):
        one, two = Phone.paired(self.till, OWN), Phone.paired(self.till, OTHER)
        one.post("drafts/basket", {"id": "G1", "rev": 0, "basket": lines(self.own[0])})
        two.post("drafts/basket", {"id": "G1", "rev": 0, "basket": lines(self.other[0], 2)})
        self.till.post("drafts/basket", {"id": "G1", "rev": 0, "basket": lines(self.own[1], 3)})
        shown = [desk.get("drafts")["baskets"][0]["basket"] for desk in (one, two, self.till)]
        self.assertEqual(shown, [lines(self.own[0]), lines(self.other[0], 2), lines(self.own[1], 3)])
        one.post("settings", {"theme": "dark", "lang": "en"})
        self.assertEqual([desk.get("drafts")["settings"].get("theme") for desk in (one, two, self.till)], ["dark", None, None])
        sold = one.post("sales", {"draft": {"id": "G1", "rev": 1}})
        self.assertEqual([len(desk.get("drafts")["baskets"]) for desk in (one, two, self.till)], [0, 1, 1])
        self.assertIsNone(two.get("drafts")["last"])
        two.post("undo", {"hash": sold["receipts"][0]["hash"]}, expect=422)
        one.post("undo", {"hash": sold["receipts"][0]["hash"]})
        self.assertEqual(one.get("drafts")["baskets"][0]["basket"], lines(self.own[0]))

    def test_it_goes_into_the_till_s_drawer_and_report_and_to_the_server_once(self):
        till = Till.enrolled(self.server, (OWN, OTHER), holder="QUAYPHONE").start(*LISTEN)
        self.addCleanup(till.close)
        till.delivered()
        till.post("shifts/open", {"float": 100000})
        one, two = Phone.paired(till, OWN), Phone.paired(till, OTHER)
        sales = [(desk, product) for _ in range(3) for desk, product in ((one, self.own[0]), (two, self.other[0]), (till, self.own[1]))]
        due = sum(desk.post("sales", {**lines(product), "payments": [{"method": "cash"}]})["due"] for desk, product in sales)
        shift = till.get("shift")["rows"][0]
        self.assertEqual((shift["sales"], shift["expected"]), (9, 100000 + due))
        closed = till.post("shifts/close", {"counted": 100000 + due})
        self.assertEqual((closed["difference"], closed["expected"]), (0, 100000 + due))
        slip = till.get("shifts/" + till.get("shifts")["rows"][-1]["hash"])
        self.assertEqual({row["exhibitor"]: row["sales"] for row in slip["sellers"]}, {OWN: 6, OTHER: 3})
        till.delivered()
        check_numbers(self, till.export())
        there = [row for row in self.server.admin("GET", "/api/v1/journals").json["rows"] if row["terminal"] == till.get("status")["terminal"]]
        self.assertEqual([row["entries"] for row in there], [till.get("status")["saved"]["seq"]])
        self.assertTrue(till.get("journal/verify")["sound"])

    def test_the_same_key_again_over_the_wire_is_one_sale(self):
        phone = Phone.paired(self.till, OWN)
        first = phone.post("sales", lines(self.own[0]), Idempotency_Key="a-lost-answer")
        before = self.till.get("status")["saved"]["seq"]
        self.assertEqual(phone.post("sales", lines(self.own[0]), Idempotency_Key="a-lost-answer"), first)
        self.assertEqual(self.till.get("status")["saved"]["seq"], before)


if __name__ == "__main__":
    unittest.main()
