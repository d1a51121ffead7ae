#!/usr/bin/python3
"""What a scanned code is at a till, and goods that come back with a receipt the till has not heard of. The receipt's code is made here from
the page that describes it (shared/scan/receipt_code.hpp), not by the program."""
import base64
import hashlib
import unittest
import urllib.parse

import phien_test as pt
from till import Till


def receipt_code(entry, head, terminal, fair=pt.FAIR):
    body = entry["body"]
    lines = "*".join(f"{l['product']}:{l['qty']}:{l['total']}:{'' if l['vat'] == 'none' else l['vat']}:{l['vat_amount']}:{l['ocop']}{l['cnnt']}" +
                     ("G" if l.get("gift") else "") for l in body["lines"]) if len(body["lines"]) <= 8 else ""
    rest = "/".join([fair.upper(), body["exhibitor"], body["booth"], terminal, str(body["receipt"]), str(head["seq"]), str(body["total"]),
                     base64.b32encode(bytes.fromhex(head["hash"])).decode().rstrip("="), lines])
    return f"PHIEN1/{hashlib.sha256(rest.encode()).hexdigest()[:8].upper()}/{rest}"


class Scanning(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.sold_at = Till.enrolled(cls.server, ["EX01"])
        cls.here = Till.enrolled(cls.server, ["EX01"]).start()
        cls.other = Till.enrolled(cls.server, ["EX03"]).start()
        for till in (cls.here, cls.other):
            till.delivered()

    @classmethod
    def tearDownClass(cls):
        for program in (cls.sold_at, cls.here, cls.other, cls.server):
            program.close()

    def scan(self, code, till=None):
        return (till or self.here).get("scan?code=" + urllib.parse.quote(code, safe=""))

    def sell_elsewhere(self, *items):
        """A sale at a till whose agent does not run: nobody else hears of it."""
        sold = self.sold_at.json("sell", *items)
        head = sold["entries"][0]
        entry = next(e for e in self.sold_at.export() if e["kind"] == "sale" and e["body"]["receipt"] == int(sold["receipts"][0]["number"].split("-")[-1]))
        return receipt_code(entry, head, head["terminal"]), sold["receipts"][0]["number"]

    def refused(self, code, request, till=None):
        return (till or self.here).post("refunds", request, expect=422 if code != "unknown_receipt" else 404)["error"]["code"]

    def unknown_refunds(self):
        rows = self.server.admin("GET", "/api/v1/exceptions").json["rows"]
        return [r for r in rows if r["code"] == "refund_of_unknown"]

    def test_goods_come_back_to_a_till_that_has_not_heard_of_the_sale(self):
        code, number = self.sell_elsewhere("CB0001=3", "CB0002=1")
        found = self.scan(code)
        self.assertEqual((found["kind"], found["receipt"], found["voided"]), ("receipt_elsewhere", number, False))
        self.assertEqual([(l["product"], l["qty"], l["given_back"]) for l in found["lines"]], [("CB0001", 3000, 0), ("CB0002", 1000, 0)])
        self.assertEqual(found["lines"][0]["name"], "Thạch đen ăn liền hộp 500 g")

        back = self.here.post("refunds", {"receipt": code, "lines": [{"of": 0, "qty": 1}], "damaged": True})
        self.assertEqual(back["total"], found["lines"][0]["total"] // 3)
        self.assertEqual(self.scan(code)["lines"][0]["given_back"], 1000)
        rest = self.here.post("refunds", {"receipt": code})
        self.assertEqual(back["total"] + rest["total"], found["total"])
        self.assertEqual(self.refused("", {"receipt": code}), "already_refunded")
        written = [e["body"] for e in self.here.export() if e["kind"] == "refund"][-2:]
        self.assertEqual([line["resaleable"] for body in written for line in body["lines"]], [False, True, True])

        # Posted at once, listed until the sale has come, and no longer then.
        self.here.delivered()
        self.assertEqual(len(self.unknown_refunds()), 2)
        self.sold_at.start()
        self.sold_at.delivered()
        pt.wait_for(lambda: not self.unknown_refunds(), "the sale to explain its refunds")
        self.assertFalse([r for r in self.server.admin("GET", "/api/v1/exceptions").json["rows"] if r["code"] == "refund_above_sale"])
        self.sold_at.stop()

    def test_an_exchange_with_such_a_receipt(self):
        code, _ = self.sell_elsewhere("CB0002=1")
        done = self.here.post("exchanges", {"receipt": code, "lines": [{"product": "CB0001", "qty": 1}], "payments": [{"method": "cash"}]})
        self.assertEqual(done["total"] - done["total_back"], done["due"])

    def test_a_receipt_of_this_till_is_opened_by_its_code_and_number(self):
        sold = self.here.post("sales", {"lines": [{"product": "CB0001", "qty": 1}]})
        entry = [e for e in self.here.export() if e["kind"] == "sale"][-1]
        code = receipt_code(entry, sold["entries"][0], sold["entries"][0]["terminal"])
        number = sold["receipts"][0]["number"]
        self.assertEqual([self.scan(c)["kind"] for c in (code, number)], ["receipt", "receipt"])
        self.assertEqual([self.scan(c)["receipt"] for c in (code, number)], [number, number])
        # What the journal says counts, not what somebody put into a code.
        entry["body"]["lines"][0]["total"] = entry["body"]["total"] = 9_000_000
        forged = receipt_code(entry, sold["entries"][0], sold["entries"][0]["terminal"])
        self.assertEqual(self.here.post("refunds", {"receipt": forged})["total"], sold["total"])

    def test_another_seller_s_receipt_names_the_booth(self):
        code, number = self.sell_elsewhere("CB0001")
        found = self.scan(code, self.other)
        self.assertEqual((found["kind"], found["booth"], found["receipt"]), ("other_seller", "A01", number))
        self.assertEqual(self.refused("", {"receipt": code}, self.other), "not_yours")

    def test_damaged_long_and_strange_codes(self):
        code, _ = self.sell_elsewhere("CB0001=2")
        self.assertEqual(self.scan(code.replace("/EX01/", "/EX02/")), {"kind": "misread", "what": "receipt"})
        self.assertEqual(self.refused("", {"receipt": code[:-1]}), "damaged_receipt")
        long, _ = self.sell_elsewhere(*["CB0001=1"] * 9)
        self.assertEqual((self.scan(long)["kind"], self.scan(long)["lines"]), ("receipt_elsewhere", []))
        self.assertEqual(self.refused("unknown_receipt", {"receipt": long}), "unknown_receipt")
        away, _ = self.sell_elsewhere("CB0001")
        rest = away[len("PHIEN1/12345678/"):].replace(pt.FAIR.upper(), "HOI-CHO-KHAC")
        away = f"PHIEN1/{hashlib.sha256(rest.encode()).hexdigest()[:8].upper()}/{rest}"
        self.assertEqual(self.scan(away), {"kind": "other_fair", "fair": "hoi-cho-khac"})
        self.assertEqual(self.refused("", {"receipt": away}), "other_fair")
        for strange in ("x", "%00", "PHIEN1/", "https://", "\u202e", "0" * 2000):
            self.assertIn(self.scan(strange)["kind"], ("unknown", "misread"))
        self.here.get("scan?code=" + "0" * 2049, expect=400)
        self.here.get("scan?code=", expect=400)

    def test_goods(self):
        found = self.scan("8930000000019")
        self.assertEqual((found["kind"], found["product"], found["by"]), ("product", "CB0001", "barcode"))
        trace = self.scan("https://txng.example/01/08930000000019/10/L250430?17=250729")
        self.assertEqual((trace["product"], trace["by"], trace["lot"]), ("CB0001", "trace", "L250430"))
        self.assertEqual(self.scan("https://elsewhere.example/01/08930000000019")["product"], "CB0001")
        self.assertEqual(self.scan("https://example.com/"), {"kind": "unknown", "url": "https://example.com/"})
        self.assertEqual(self.scan("8930000000018"), {"kind": "misread", "what": "barcode"})
        self.assertEqual(self.scan("036000291452"), {"kind": "unknown", "code": "036000291452"})
        self.here.post("barcodes", {"product": "CB0002", "barcode": "036000291452"})
        self.assertEqual(self.scan("036000291452")["product"], "CB0002")
        self.assertEqual(self.scan("0036000291452")["product"], "CB0002")    # the same, as an EAN-13
        own = self.scan("CB0001")    # as the label of goods without a barcode says it
        self.assertEqual((own["kind"], own["product"], own["by"]), ("product", "CB0001", "id"))
        self.assertEqual(self.scan("CB0001", self.other)["kind"], "unknown")
        self.assertEqual(self.scan("8930000000019", self.other)["kind"], "unknown")    # another's goods
        weighed = self.scan(label("21", "10014", 1250), self.other)
        self.assertEqual((weighed["product"], weighed["qty"], weighed["by"]), ("CB0014", 1250, "scale"))
        unknown = self.scan(label("29", "00077", 300), self.other)
        self.assertEqual((unknown["kind"], unknown["plu"], unknown["qty"]), ("unknown", "77", 300))

    def test_a_payment_code_is_no_goods_and_ours_is_known(self):
        sold = self.here.post("sales", {"lines": [{"product": "CB0001", "qty": 1}], "payments": [{"method": "transfer"}]})
        text = sold["payments"][0]["vietqr"]
        found = self.scan(text)
        self.assertEqual((found["kind"], found["ours"], found["amount"], found["purpose"]),
                         ("payment", True, sold["total"], sold["payments"][0]["pay_ref"]))
        self.assertFalse(self.scan(text, self.other)["ours"])
        self.assertEqual(self.scan(text[:-1] + ("0" if text[-1] != "0" else "1")), {"kind": "misread", "what": "payment"})


def label(prefix, plu, grams):
    digits = f"{prefix}{plu}{grams:05}"
    return digits + str(-sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10)


if __name__ == "__main__":
    unittest.main()
