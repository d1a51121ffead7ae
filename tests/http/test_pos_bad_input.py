#!/usr/bin/python3
"""What a till must refuse, by API and by command line: a code, the place, both languages, the right exit code, and nothing written."""
import copy
import json
import unittest

import phien_test as pt
from till import Till

# A good request of each route: every field of it is spoilt in every way below.
GOOD = {
    "sales": {"lines": [{"product": "CB0001", "qty": "2", "price": 20000, "discount": 1000, "lot": "L1"}], "discount": 500, "late": True,
              "payments": [{"method": "cash", "given": 300000}], "note": "x", "happened": 1700000000000},
    "refunds": {"lines": [{"product": "CB0001", "qty": "1", "price": 20000, "resaleable": True}], "damaged": True, "place": "booth",
                "payments": [{"method": "cash"}], "reason": "x", "sale": {"hash": "ab" * 32, "seq": 1, "terminal": "T09"}},
    "stock-in": {"lines": [{"product": "CB0001", "qty": "2", "lot": "L1", "expiry": "2025-12-31"}], "place": "kho", "note": "x",
                 "document": {"number": "1", "sender": "x"}},
    "stock-out": {"lines": [{"product": "CB0001", "qty": "2"}], "reason": "sample"},
    "transfers": {"lines": [{"product": "CB0001", "qty": "2"}], "from": "booth", "to": "kho"},
    "counts": {"lines": [{"product": "CB0001", "qty": "2"}], "place": "kho"},
    "offers": {"offer": "o1", "name": "x", "type": "price", "items": [{"product": "CB0001", "qty": "1"}], "value": 20000, "from": 1, "until": 2},
    "declared-sales": {"day": "2025-05-15", "method": "x", "sales": 1, "total": 1000, "payments": [{"method": "cash", "amount": 1000, "holder": "EX01"}]},
    "shifts/open": {"float": 5, "holder": "EX01"},
    "cash-in": {"amount": 5, "reason": "x"},
    "leads": {"goods": "x", "type": "enquiry", "value": 1, "follow_up": "2025-06-01", "consent": True, "personal": {"phone": "1"}},
    "visitors": {"count": 3},
    "notes": {"text": "x"},
    "payments/confirmed": {"pay_ref": "PH12345678", "amount": 1000, "holder": "EX01", "direction": "in", "bank_ref": "x"},
    "orders": {"lines": [{"product": "CB0001", "qty": "2"}], "payments": [{"method": "cash", "amount": 1000}], "due": "2025-06-01"},
    "barcodes": {"product": "CB0001", "barcode": "1234"},
    "proposals": {"product": "N1", "name": "x", "unit": "x", "sold_by": "piece", "price": 5, "vat": "8"},
}
NEVER_GOOD = [None, [[[]]], {"x": 1}, 1.5, 10**30, -10**15, "\u0000", "x" * 3000, "\ud800"]
CODES = {"wrong_type", "missing_field", "unknown_field", "out_of_range", "bad_value", "bad_json", "too_deep", "duplicate_key", "too_long"}

RAW = [
    (b"", "bad_json"), (b"{", "bad_json"), (b"nul", "bad_json"), (b"[]", "wrong_type"), (b"null", "wrong_type"), (b'"x"', "wrong_type"), (b"1", "wrong_type"),
    (b'{"lines":[],"lines":[]}', "duplicate_key"), (b'{"lines":[{"product":"CB0001","product":"CB0002","qty":1}]}', "duplicate_key"),
    (b'{"note":"\xff"}', "bad_json"), (b'{"note":"\xed\xa0\x80"}', "bad_json"), (b'{"note":"a\nb"}', "bad_json"), (b'{"qty":NaN}', "bad_json"),
    (b'{"qty":Infinity}', "bad_json"), (b'{"qty":01}', "bad_json"), (b"{'a':1}", "bad_json"), (b'{"a":1}x', "bad_json"), (b"\xef\xbb\xbf", "bad_json"),
    (b'{"a":' + b"[" * 100_000, "too_deep"), (b'{"a":' * 50_000, "too_deep"), (b'{"a":' + b"[" * 9 + b"]" * 9 + b"}", "too_deep"),
]

COMMANDS = [
    # arguments, exit code, error code (None: usage, said by the option parser)
    ([], 2, None), (["nothing"], 2, None), (["sell", "--nothing"], 2, None), (["refund"], 2, None), (["--lang", "fr", "status"], 2, None), (["shift"], 2, None),
    (["visitors", "many"], 2, None), (["sales", "--limit", "0"], 2, None), (["stock-out", "CB0001=1"], 2, None), (["run", "--port", "70000"], 2, None),
    (["sell"], 3, "out_of_range"), (["sell", "CB0001=0"], 3, "out_of_range"), (["sell", "CB0001=-1"], 3, "bad_value"), (["sell", "CB0001=abc"], 3, "bad_value"),
    (["sell", "CB0001="], 3, "bad_value"), (["sell", "CB0001=1.5"], 3, "too_many_decimals"), (["sell", "CB0001=1.2345"], 3, "bad_value"),
    (["sell", "CB0001=1e3"], 3, "bad_value"), (["sell", "CB0001=NaN"], 3, "bad_value"), (["sell", "CB0001=99999999999999999999"], 3, "bad_value"),
    (["sell", "CB0001@x"], 3, "bad_value"), (["sell", "CB0001@-5"], 3, "bad_value"), (["sell", "CB 01"], 3, "bad_value"), (["sell", "=2"], 3, "bad_value"),
    (["sell", "CB9999"], 1, "unknown_product"), (["sell", "CB0014"], 1, "not_yours"), (["sell", "8930000000000"], 1, "unknown_product"),
    (["sell", "CB0001=500000000"], 1, "overflow"), (["sell", "CB0001", "--cash", "1000"], 1, "not_enough_given"), (["sell", "CB0001", "--cash", "x"], 3, "bad_value"),
    (["sell", "CB0001", "--cash", "25.5"], 3, "bad_value"), (["sell", "CB0001", "--transfer", "26000"], 1, "too_much_paid"),
    (["sell", "CB0001", "--transfer", "20000"], 1, "payments_do_not_add_up"), (["sell", "CB0001", "--transfer", "--card"], 1, "two_rests"),
    (["sell", "CB0001", "--discount", "25001"], 1, "discount_too_large"), (["sell", "CB0001", "--discount", "-1"], 3, "bad_value"),
    (["sell", "--gift", "CB0001=x"], 3, "bad_value"), (["sell", "--open", "Chè=1"], 3, "bad_value"), (["sell", "--open", "=1@5"], 3, "bad_value"),
    (["sell", "CB0001", "--happened", "2999-01-01T00:00"], 3, "out_of_range"), (["sell", "CB0001", "--happened", "0000-00-00"], 3, "bad_value"),
    (["sell", "CB0001", "--happened", "2025-02-30T10:00"], 3, "bad_value"), (["sell", "CB0001", "--cashier", "_system"], 1, "unknown_cashier"),
    (["sell", "CB0001", "--note", "\x01"], 3, "bad_value"), (["sell", "CB0001", "--note", "x" * 2001], 3, "out_of_range"),
    (["--key", "short", "sell", "CB0001"], 3, "bad_idempotency_key"), (["--clock", "/nowhere", "sell", "CB0001"], 4, None),
    (["refund", "A01-T01-99999"], 1, "unknown_receipt"), (["refund", "x"], 1, "unknown_receipt"), (["refund", "0" * 64], 1, "unknown_receipt"),
    (["refund", "A01-T01-1", "--line", "0"], 3, "bad_value"), (["refund", "A01-T01-1", "--line", "x=1"], 3, "bad_value"), (["refund", "1", "--line", "9"], 3, "out_of_range"),
    (["refund", "1", "--line", "1=99"], 1, "more_than_sold"), (["refund", "1", "--line", "1=0"], 3, "out_of_range"),
    (["void", "x"], 1, "unknown_receipt"), (["exchange", "1", "CB9999"], 1, "unknown_product"), (["exchange", "1", "CB0001", "--back", "7"], 3, "out_of_range"),
    (["receipt", "../etc"], 3, "bad_value"), (["receipt", "A01-T01-9999"], 1, "unknown_receipt"),
    (["stock", "a b"], 3, "bad_value"), (["stock-in", "CB0001=0"], 3, "out_of_range"), (["stock-in", "CB0001=1", "--document", "x"], 3, "bad_value"),
    (["stock-in", "CB0001=1", "--document", "colour=red"], 3, "unknown_field"), (["stock-out", "CB0001=1", "--reason", "theft"], 3, "bad_value"),
    (["transfer", "CB0001=1", "--to", "booth"], 1, "same_place"), (["count", "CB0001=1", "CB0001=2"], 1, "counted_twice"), (["count", "CB0001=-1"], 3, "bad_value"),
    (["offer", "percent", "CB0001", "--value", "0%", "--name", "x"], 3, "bad_value"), (["offer", "half", "CB0001", "--value", "1", "--name", "x"], 3, "bad_value"),
    (["offer", "price", "CB0001", "--value", "1"], 3, "missing_field"), (["offer", "price", "--value", "1", "--name", "x"], 3, "out_of_range"),
    (["offer", "price", "CB0001", "--value", "1", "--name", "x", "--from", "2025-05-16", "--until", "2025-05-15"], 3, "out_of_range"),
    (["offer", "--end", "--id", "none"], 1, "unknown_offer"), (["declare", "--method", "x"], 3, "missing_field"), (["declare", "--method", "x", "--total", "0"], 3, "out_of_range"),
    (["declare", "--method", "x", "--total", "5", "--day", "2025-13-01"], 3, "bad_value"), (["declare", "--method", "x", "--total", "5", "--sales", "x"], 2, None),
    (["shift", "close", "--counted", "5"], 1, "no_shift"), (["shift", "close", "--notes", "x"], 3, "bad_value"), (["shift", "in", "0", "--reason", "x"], 3, "out_of_range"),
    (["shift", "open", "--holder", "EX99"], 1, "unknown_holder"), (["lead", "--goods", "x", "--phone", "1"], 1, "no_consent"), (["lead", "--goods", "x", "--type", "y"], 3, "bad_value"),
    (["visitors", "0"], 3, "out_of_range"), (["visitors", "100001"], 3, "out_of_range"), (["note", ""], 3, "bad_value"), (["note", "x", "--about", "zz"], 1, "unknown_receipt"),
    (["confirm", "PH1"], 3, "bad_value"), (["confirm", "PHAAAAAAAA"], 1, "unknown_payment"), (["order", "deliver", "1"], 1, "not_an_order"), (["order", "take", "CB0001", "--deposit", "99999"], 1, "too_much_paid"),
    (["propose", "CB0001", "--name", "x", "--unit", "x", "--price", "1"], 1, "product_exists"), (["propose", "_x", "--name", "x", "--unit", "x", "--price", "1"], 1, "product_exists"),
    (["barcode", "CB0001", "8930000000026"], 1, "barcode_taken"), (["barcode", "CB9999", "1"], 1, "unknown_product"), (["journal", "export", "/nowhere/x"], 4, "cannot_write"),
    (["enrol", "ftp://x", "ABCD2345"], 3, "bad_link"), (["enrol", "https://127.0.0.1:9"], 3, "bad_link"), (["enrol", "https://127.0.0.1:9", "A", "--root", "x"], 3, "bad_link"),
]


def fields_of(value, path=()):
    """Every place of a request."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from fields_of(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield (*path, index)
            yield from fields_of(inner, (*path, index))


def spoilt(request, place, value):
    changed = copy.deepcopy(request)
    inner = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return changed


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.till = Till.enrolled(cls.server)
        cls.till.run("sell", "CB0001=2")

    @classmethod
    def tearDownClass(cls):
        cls.till.close()
        cls.server.close()

    def check_error(self, error):
        self.assertTrue(error["message"]["vi"] and error["message"]["en"], error)

    def test_requests_with_one_thing_wrong(self):
        till = Till.enrolled(self.server).start()
        self.addCleanup(till.close)
        till.delivered()
        before, tried = till.get("status")["saved"]["seq"], 0
        for path, good in GOOD.items():
            for place in fields_of(good):
                for value in NEVER_GOOD:
                    body = json.dumps(spoilt(good, place, value)).encode()
                    answer = till.admin("POST", f"/api/v1/{path}", body, headers={"Idempotency-Key": "bad-input-test", "Content-Type": "application/json"})
                    tried += 1
                    self.assertIn(answer.status, (400, 422), (path, place, value, answer))
                    self.assertIn(answer.code, CODES, (path, place, value, answer))
                    self.check_error(answer.json["error"])
            with_more = json.dumps({**good, "something": 1}).encode()
            answer = till.admin("POST", f"/api/v1/{path}", with_more, headers={"Idempotency-Key": "bad-input-test", "Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.code, answer.json["error"]["where"]), (400, "unknown_field", "something"), path)
        for body, code in RAW:
            answer = till.admin("POST", "/api/v1/sales", body, headers={"Idempotency-Key": "bad-input-test", "Content-Type": "application/json"})
            self.assertEqual((answer.status, answer.code), (400, code), body[:60])
        for target in ("sales?limit=0", "sales?limit=x", "sales?limit=1001", "sales?colour=red", "stock?exhibitor=a%20b", "status?lang=vi&lang=en"):
            self.assertEqual(till.admin("GET", f"/api/v1/{target}").status, 400, target)
        self.assertEqual(till.get("status")["saved"]["seq"], before)
        self.assertGreater(tried, 900)

    def test_commands_by_table(self):
        before = self.till.json("status")["saved"]["seq"]
        for arguments, exit_code, code in COMMANDS:
            with self.subTest(arguments):
                done = self.till.run("--json", *arguments, expect=None)
                self.assertEqual(done.returncode, exit_code, done.stdout + done.stderr)
                if code:
                    error = json.loads(done.stdout)["error"]
                    self.assertEqual(error["code"], code, error)
                    self.check_error(error)
                    self.assertIn(f"[{code}]", done.stderr)
        self.assertEqual(self.till.json("status")["saved"]["seq"], before)
        self.assertGreater(len(COMMANDS), 90)


if __name__ == "__main__":
    unittest.main()
