#!/usr/bin/python3
"""Banks' notices: each service proves itself its own way, a notice counts once, and what matches nothing waits for a person."""
import hashlib
import hmac
import json
import threading
import time
import unittest

import phien_test as pt
from openapi import OpenApi

SECRET = "khoa-bi-mat-cua-nguon-bao-co-1234"
ACCOUNTS = {"EX01": "000000000001", "EX02": "000000000002"}   # of the sample
PRICE = 25000
# From Casso's own sample of how its signature is checked.
CASSO_KEY = "mgExMrjj4i7a1p8Cs6LmFbpCd8lbw4sSX4LZXPag7TKazeIogtR90tvWYTkwQbvs"
CASSO_SIGNATURE = ("t=1727948258788,v1=ed0a4bd2e826d5cb69988cdb141e6c1a080e21f3b57eb72cd78192220042b9e7"
                   "dde0868fc667faea8e224900fa7904e7c88dfa098032fb2d6b6996856e8b7ff3")
CASSO_BODY = {"error": 0, "data": {
    "id": 0, "reference": "MA_GIAO_DICH_THU_NGHIEM", "description": "giao dich thu nghiem", "amount": 599000, "runningBalance": 25000000,
    "transactionDateTime": "2024-10-03 15:06:37", "accountNumber": "88888888", "bankName": "VPBank", "bankAbbreviation": "VPB",
    "virtualAccountNumber": "", "virtualAccountName": "", "counterAccountName": "NGUYEN VAN A", "counterAccountNumber": "8888888888",
    "counterAccountBankId": "970415", "counterAccountBankName": "VietinBank"}}


class Bank(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.started()
        self.addCleanup(self.server.close)
        self.api = OpenApi(self.server.call("GET", "/api/v1/openapi.json").json)
        self.till = pt.Terminal.enrolled(self.server, ["EX01"])
        self.till.open()
        self.told = 0

    def ask(self, method, target, body=None, status=200):
        answer = self.api.check(method, target, self.server.admin(method, target, body))
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def source(self, name="sepay", format="sepay", **more):
        return self.ask("PUT", f"/api/v1/bank/sources/{name}", {"name": "Nguồn (Mẫu)", "format": format, "secret": SECRET, **more})

    def tell(self, source, body, headers, status=200):
        data = body if isinstance(body, (bytes, str)) else json.dumps(body, ensure_ascii=False).encode()
        target = f"/api/v1/bank/notices/{source}"
        answer = self.api.check("POST", target, self.server.call("POST", target, data, headers={"Content-Type": "application/json", **headers}))
        self.assertEqual(answer.status, status, answer)
        return answer

    def sepay(self, content, amount, number=None, account=ACCOUNTS["EX01"], source="sepay", way="in", secret=SECRET, status=200, **more):
        if number is None:
            self.told += 1
            number = self.told
        body = {"id": number, "gateway": "Vietcombank", "transactionDate": "2025-05-15 09:02:37", "accountNumber": account, "code": None,
                "content": content, "transferType": way, "transferAmount": amount, "accumulated": 19077000, "subAccount": None,
                "referenceCode": "MBVCB.3278907687", "description": "", **more}
        answer = self.tell(source, body, {"Authorization": "Apikey " + secret}, status)
        return answer.json["notices"][0]["fate"] if status == 200 else answer.code

    def sold(self, qty=1000):
        """A sale by transfer, sent: its reference."""
        ref = self.rung_up(qty)
        self.assertEqual(self.till.send().status, 200)
        return ref

    def rung_up(self, qty=1000):
        seq = self.till.sale("EX01", "CB0001", qty, PRICE, method="transfer")
        return json.loads(self.till.entries[seq - 1][0])["body"]["payments"][0]["pay_ref"]

    def state(self, ref):
        return {r["pay_ref"]: (r["state"], r["confirmed"]) for r in self.ask("GET", "/api/v1/transfers")["rows"]}.get(ref)

    def waiting(self):
        return self.ask("GET", "/api/v1/bank/waiting")["rows"]

    def entries(self, kind):
        """Bodies of the server's own journal, with who wrote each."""
        found = [json.loads(line[2:]) for line in self.server.admin("GET", "/api/v1/journals/export?terminal=_server.1").text.splitlines() if line.startswith("e ")]
        return [(e["by"], e["body"]) for e in found if e["kind"] == kind]

    def test_a_notice_confirms_its_payment_once_and_the_till_hears_of_it(self):
        self.source()
        ref = self.sold()
        cursor, stock = {"incarnation": 0, "seq": 0, "hash": ""}, 0

        def feed(wait=0):
            nonlocal cursor, stock
            answer = self.till.feed(cursor["incarnation"], cursor["seq"], cursor["hash"], stock=stock, wait=wait).json
            cursor, stock = answer["cursor"], answer.get("stock", {}).get("version", stock)
            return answer["batches"]
        pt.wait_for(lambda: not feed(), "the till has all there is")
        heard = []
        waiting = threading.Thread(target=lambda: heard.extend(feed(wait=20000)))
        waiting.start()
        started = time.monotonic()
        self.assertEqual(self.sepay(f"{ref} thanh toan", PRICE, number=7), "confirmed")
        waiting.join(25)
        self.assertLess(time.monotonic() - started, 15)
        self.assertIn(ref, json.dumps(heard))
        self.assertEqual(self.state(ref), ("confirmed", PRICE))
        for _ in range(3):
            self.assertEqual(self.sepay(f"{ref} thanh toan", PRICE, number=7), "known")
        (by, body), = self.entries("payment_confirmed")
        self.assertEqual((by, body["source"], body["bank_ref"], body["holder"]), ("_bank.sepay", "bank", "sepay 7", "EX01"))
        self.assertEqual(self.waiting(), [])

    def test_the_same_notice_many_times_at_once_is_one(self):
        self.source()
        ref = self.sold()
        fates = []
        threads = [threading.Thread(target=lambda: fates.append(self.sepay(ref, PRICE, number=9))) for _ in range(8)]
        [t.start() for t in threads]
        [t.join(20) for t in threads]
        self.assertEqual(sorted(fates), ["confirmed"] + ["known"] * 7)
        self.assertEqual(len(self.entries("payment_confirmed")), 1)

    def test_references_as_people_and_banks_write_them(self):
        self.source()
        for write in (lambda r: r.lower(), lambda r: f"Chị Hồng chuyển tiền thạch đen {r} cảm ơn", lambda r: f"{r[:2]} {r[2:6]} {r[6:]}",
                      lambda r: f"MBVCB.3278907687.{r}.CT tu 0123 toi 456", lambda r: f"thanhtoan{r.lower()}cam on", lambda r: f"{r[:5]}-{r[5:]}",
                      lambda r: f"phi giao dich hop le {r}"):
            ref = self.sold()
            with self.subTest(write(ref)):
                self.assertEqual(self.sepay(write(ref), PRICE), "confirmed")
                self.assertEqual(self.state(ref), ("confirmed", PRICE))

    def test_money_that_is_here_before_the_sale_waits_for_it(self):
        self.source()
        ref = self.rung_up()
        self.assertEqual(self.sepay(f"Chuyển khoản {ref}", PRICE), "confirmed", "its account says whose it is")
        self.assertEqual(self.state(ref), ("unmatched", PRICE))
        other = self.rung_up()
        self.assertEqual(self.sepay(f"Chuyển khoản {other}", PRICE, account="VA999"), "waiting", "nobody knows yet whose account that is")
        row, = self.waiting()
        self.assertEqual((row["why"], row["amount"], row["source"]), ("unknown_ref", PRICE, "sepay"))
        self.assertEqual(self.till.send().status, 200)
        self.assertEqual(self.state(ref), ("confirmed", PRICE))
        pt.wait_for(lambda: not self.waiting(), "the notice finds its sale")
        self.assertEqual(self.state(other), ("confirmed", PRICE))
        self.assertEqual(self.sepay(f"Chuyển khoản {other}", PRICE, number=self.told, account="VA999"), "known")

    def test_another_amount_is_told_and_a_person_looks(self):
        self.source()
        ref = self.sold()
        self.assertEqual(self.sepay(ref, PRICE - 5000), "confirmed")
        self.assertEqual(self.state(ref), ("differs", PRICE - 5000))
        self.assertIn(("transfer_differs", ref), [(r["code"], r["subject"]) for r in self.ask("GET", "/api/v1/exceptions")["rows"]])

    def test_what_matches_nothing_is_listed_and_assigned_in_one_step(self):
        self.source()
        ref, other = self.sold(), self.sold(qty=2000)
        self.assertEqual(self.sepay("Chị Lan chuyển tiền", PRICE, number=31), "waiting")
        row, = self.waiting()
        self.assertEqual((row["why"], row["text"]), ("no_ref", "Chị Lan chuyển tiền"))
        self.assertNotIn("Chị Lan", self.server.admin("GET", "/api/v1/journals/export").text, "what people write stays out of the journal")
        target = f"/api/v1/bank/waiting/{row['notice']}"
        self.assertEqual([c["pay_ref"] for c in self.ask("GET", target)["candidates"]], [ref], "of that amount, not seen yet")
        self.ask("POST", target, {"pay_ref": "PH00000000"}, status=404)
        self.ask("POST", target, {"pay_ref": ref})
        self.assertEqual(self.state(ref), ("confirmed", PRICE))
        self.assertEqual(self.state(other)[0], "claimed")
        self.assertEqual(self.waiting(), [])
        self.ask("POST", target, {"pay_ref": ref}, status=404)
        self.assertEqual(self.sepay("Chị Lan chuyển tiền", PRICE, number=31), "known")
        self.assertEqual(self.waiting(), [])

    def test_what_is_not_the_fairs_is_dismissed_and_forgotten_but_noted(self):
        self.source()
        self.sepay("tiền thuê nhà tháng năm", 3_000_000, number=32)
        row, = self.waiting()
        self.ask("DELETE", f"/api/v1/bank/waiting/{row['notice']}")
        self.assertEqual(self.waiting(), [])
        (_, note), = self.entries("note")
        self.assertIn("sepay 32", note["text"])
        self.assertNotIn("thuê nhà", note["text"])
        self.assertEqual(self.sepay("tiền thuê nhà tháng năm", 3_000_000, number=32), "known")

    def test_two_payments_in_one_text_and_one_payment_twice_are_for_a_person(self):
        self.source()
        ref, other = self.sold(), self.sold()
        self.assertEqual(self.sepay(f"{ref} va {other}", 2 * PRICE), "waiting")
        self.assertEqual(self.sepay(ref, PRICE), "confirmed")
        self.assertEqual(self.sepay(ref, PRICE), "waiting", "the same payment in another transfer")
        self.assertEqual([r["why"] for r in self.waiting()], ["several_refs", "paid_twice"])

    def test_money_that_went_out_is_nobodys_business(self):
        self.source()
        ref = self.sold()
        self.assertEqual(self.sepay(ref, PRICE, way="out"), "outgoing")
        self.assertEqual((self.state(ref)[0], self.waiting()), ("claimed", []))

    def test_who_does_not_know_the_secret_learns_and_changes_nothing(self):
        self.source()
        ref = self.sold()
        before = self.server.dump()
        for secret in ("", SECRET[:-1], SECRET + "x", SECRET.upper(), "0" * 48):
            self.assertEqual(self.sepay(ref, PRICE, secret=secret, status=401), "bad_secret")
        self.assertEqual(self.sepay(ref, PRICE, source="none", status=401), "bad_secret")
        body = {"id": 1, "transferType": "in", "transferAmount": PRICE, "content": ref}
        for headers in ({}, {"Secure-Token": SECRET}, {"X-Phien-Signature": "t=1,v1=00"}, {"Authorization": "Bearer " + SECRET}):
            self.tell("sepay", body, headers, status=401)
        # The secret of a source is no key to anything else.
        for scheme in ("Bearer ", "Apikey "):
            self.assertEqual(self.server.call("GET", "/api/v1/summary", headers={"Authorization": scheme + SECRET}).status, 401)
        self.assertEqual(self.server.dump(), before)

    def test_a_source_of_one_exhibitor_tells_of_its_money_alone(self):
        self.source("rieng", holder="EX02")
        ref = self.sold()
        self.assertEqual(self.sepay(ref, PRICE, source="rieng", account=ACCOUNTS["EX02"]), "waiting")
        self.assertEqual(self.sepay(ref, PRICE, source="rieng", account=ACCOUNTS["EX01"]), "waiting")
        self.assertEqual([r["why"] for r in self.waiting()], ["other_account"] * 2)
        self.assertEqual(self.state(ref)[0], "claimed")

    def phien(self, body, secret=SECRET, at=None, status=200, sign=None):
        data = json.dumps(body).encode()
        at = int(time.time() * 1000) if at is None else at
        digest = hmac.new(secret.encode(), str(at).encode() + b"." + (sign or data), hashlib.sha256).hexdigest()
        return self.tell("rieng", data, {"X-Phien-Signature": f"t={at},v1={digest}"}, status)

    def test_our_own_format_is_signed_with_its_time(self):
        self.source("rieng", "phien")
        ref = self.sold()
        body = {"id": "GD-1", "amount": PRICE, "text": ref, "account": ACCOUNTS["EX01"]}
        now = int(time.time() * 1000)
        self.phien(body, at=now - 6 * 60_000, status=401)
        self.phien(body, at=now + 6 * 60_000, status=401)
        self.phien(body, secret="x" * 20, status=401)
        self.phien({**body, "amount": 1}, sign=json.dumps(body).encode(), status=401)
        self.assertEqual(self.state(ref)[0], "claimed")
        self.assertEqual(self.phien(body).json["notices"], [{"id": "GD-1", "fate": "confirmed"}])
        self.assertEqual(self.phien(body).json["notices"], [{"id": "GD-1", "fate": "known"}])

    def test_casso_with_its_token_and_with_its_signature(self):
        self.source("casso", "casso")
        first, second = self.sold(), self.sold()
        rows = [{"id": 1, "tid": "FT1", "description": first, "amount": PRICE, "cusum_balance": 1, "when": "2025-05-15 09:00:00", "bank_sub_acc_id": ACCOUNTS["EX01"]},
                {"id": 2, "tid": "FT2", "description": second, "amount": -PRICE, "cusum_balance": 1, "when": "2025-05-15 09:00:00", "bank_sub_acc_id": ACCOUNTS["EX01"]}]
        self.tell("casso", {"error": 0, "data": rows}, {"Secure-Token": "x" * 20}, status=401)
        answer = self.tell("casso", {"error": 0, "data": rows}, {"Secure-Token": SECRET}).json
        self.assertEqual([n["fate"] for n in answer["notices"]], ["confirmed", "outgoing"])
        self.source("v2", "casso_signed", secret=CASSO_KEY)
        for order in (CASSO_BODY, dict(reversed(CASSO_BODY.items()))):
            answer = self.tell("v2", json.dumps(order, indent=1), {"X-Casso-Signature": CASSO_SIGNATURE}).json
        self.assertEqual(answer["notices"], [{"id": "0", "fate": "known"}], "listed the first time")
        forged = json.loads(json.dumps(CASSO_BODY))
        forged["data"]["amount"] = 5990000
        self.tell("v2", forged, {"X-Casso-Signature": CASSO_SIGNATURE}, status=401)

    def test_unreadable_notices_are_refused_whole(self):
        self.source()
        ref = self.sold()
        before = self.server.dump()
        good = {"id": 1, "transferType": "in", "transferAmount": PRICE, "content": ref}
        spoilt = [{**good, "transferAmount": value} for value in (0, 0.5, 10**13, 10**30, "25000", None, [])]
        spoilt += [{**good, "transferType": "up"}, {**good, "id": ""}, {**good, "id": None}, [], [good], "x", 1, {}]
        raw = [b"", b"{", b"\xff", b"[" * 50_000, b'{"a":' * 10_000, json.dumps(good).encode() + b"\0", b"x" * 70_000]
        for body in spoilt + raw:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            answer = self.server.call("POST", "/api/v1/bank/notices/sepay", data, headers={"Authorization": "Apikey " + SECRET, "Content-Type": "application/json"})
            self.assertIn(answer.status, (400, 413), (data[:80], answer))
        self.assertEqual(self.server.dump(), before)
        self.assertEqual(self.waiting(), [])
        self.assertIn("phien_failed_tasks_total 0\n", self.server.call("GET", "/metrics").text)

    def test_secrets_are_made_shown_once_kept_and_taken_away(self):
        answer = self.ask("PUT", "/api/v1/bank/sources/own", {"name": "Riêng", "format": "phien"})
        self.assertRegex(answer["secret"], r"^[0-9a-f]{48}$")
        secret = answer["secret"]
        again = self.ask("PUT", "/api/v1/bank/sources/own", {"name": "Riêng 2", "format": "phien"})
        self.assertNotIn("secret", again, "it keeps its own")
        for target in ("bank/sources", "tokens", "journals/export", "ledger/dump", "summary"):
            self.assertNotIn(secret, self.server.admin("GET", "/api/v1/" + target).text, target)
        self.assertEqual(self.server.admin("GET", "/api/v1/tokens").json["rows"], [], "it is no key to come in with")
        self.assertNotIn(secret, (self.server.root / "log").read_text())
        for bad in ({"name": "x", "format": "phien", "secret": "short"}, {"name": "x", "format": "other"}, {"name": "x", "format": "phien", "secret": "có dấu tiếng Việt ở đây"}):
            self.ask("PUT", "/api/v1/bank/sources/bad", bad, status=400)
        self.ask("PUT", "/api/v1/bank/sources/bad", {"name": "x", "format": "phien", "holder": "EX99"}, status=404)
        self.server.stop()
        self.server.start()
        now = str(int(time.time() * 1000))
        body = b'{"id":"1","amount":1000,"text":"x"}'
        sign = lambda: {"X-Phien-Signature": f"t={now},v1=" + hmac.new(secret.encode(), now.encode() + b"." + body, hashlib.sha256).hexdigest()}
        self.tell("own", body, sign())
        self.assertEqual(len(self.waiting()), 1)
        self.ask("DELETE", "/api/v1/bank/sources/own")
        self.tell("own", body, sign(), status=401)
        self.assertEqual(self.ask("GET", "/api/v1/bank/sources")["rows"], [])

    def test_transfers_by_state_and_by_the_page_are_the_whole_list(self):
        self.source()
        for n in range(4):
            ref = self.sold()
            if n < 2:
                self.sepay(ref, PRICE - 1000 * n)
        self.sepay(self.rung_up(), PRICE)
        whole = self.ask("GET", "/api/v1/transfers")["rows"]
        self.assertEqual(sorted(r["state"] for r in whole), ["claimed", "claimed", "confirmed", "differs", "unmatched"])
        for state in ("claimed", "confirmed", "differs", "unmatched"):
            self.assertEqual(self.ask("GET", f"/api/v1/transfers?state={state}")["rows"], [r for r in whole if r["state"] == state], state)
        paged, after = [], 0
        while after is not None:
            page = self.ask("GET", f"/api/v1/transfers?limit=1&after={after}")
            paged, after = paged + page["rows"], page.get("next")
        self.assertEqual(paged, whole)

    def test_a_rebuilt_server_knows_its_sources_again(self):
        self.source()
        ref = self.sold()
        exported = self.server.root / "all.phien"
        exported.write_bytes(self.server.admin("GET", "/api/v1/journals/export").body)
        self.server.stop()
        again = pt.Server()
        self.addCleanup(again.close)
        again.run("recover", "--kit", self.server.kit, exported)
        again.start()
        self.server = again
        self.assertEqual([row["source"] for row in self.ask("GET", "/api/v1/bank/sources")["rows"]], ["sepay"])
        self.assertEqual(self.sepay(ref, PRICE), "confirmed")
        self.assertEqual(self.state(ref), ("confirmed", PRICE))


if __name__ == "__main__":
    unittest.main()
