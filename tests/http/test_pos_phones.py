#!/usr/bin/python3
"""Phones of a booth over the hall's network: nobody without a pairing, and with one nothing of another exhibitor."""
import json
import socket
import ssl
import unittest

import phien_test as pt
from openapi import OpenApi
from phone import Phone
from till import Clock, Till, check_numbers

OWN, OTHER = "EX01", "EX03"
LISTEN = ("--listen", "127.0.0.1:0")

# Every route and what a paired phone gets of it. A route without a word here fails.
OPEN = {"get /", "get /assets/{file}", "post /api/v1/pair"}
YES = {f"get /api/v1/{path}" for path in (
    "catalogue", "stock", "sales", "sales/{receipt}", "sales/{receipt}/image", "transfers", "orders", "leads", "scan", "drafts",
    "status", "qr.png")} | {f"post /api/v1/{path}" for path in (
        "sales", "refunds", "voids", "exchanges", "stock-in", "stock-out", "transfers", "counts", "leads", "invoices",
        "payments/confirmed", "orders", "orders/closed", "barcodes", "undo", "quote", "quote/refund", "quote/count", "drafts/basket",
        "drafts/park", "drafts/resume", "settings", "unlock", "lock", "allow", "prints")}
NO = {"get /start/{once}", "get /healthz", "get /metrics"} | {f"get /api/v1/{path}" for path in (
    "shift", "shifts", "shifts/{shift}", "shifts/{shift}/image", "packs/{pack}/image", "visitors", "printer", "journal/verify",
    "journal/export", "openapi.json", "phones")} | {f"post /api/v1/{path}" for path in (
        "offers", "declared-sales", "shifts/open", "shifts/close", "cash-in", "cash-out", "visitors", "notes", "proposals", "packs",
        "journal-close", "quote/pack", "journal/exported", "printer", "printer/test", "prints/shift", "prints/pack",
        "prints/again", "prints/cancel", "sync-now", "server", "phones/pair", "phones/withdraw", "phones/end")}


def offer(till, exhibitor=OWN, name="Máy của Lan (Mẫu)", expect=200, **more):
    answer = till.admin("POST", "/api/v1/phones/pair", {"exhibitor": exhibitor, "name": name, **more})
    assert answer.status == expect, answer
    return answer.json


def lines(product, qty=1):
    return {"lines": [{"product": product, "qty": qty}]}


class Booth(unittest.TestCase):
    """A till of two exhibitors; its own screen has sold of both."""

    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.till = Till.enrolled(cls.server, (OWN, OTHER)).start(*LISTEN)
        cls.till.delivered()
        goods = cls.till.get("catalogue")["products"]
        cls.own, cls.other = ([p["id"] for p in goods if p["exhibitor"] == ex and p["sold_by"] == "piece"] for ex in (OWN, OTHER))

    @classmethod
    def tearDownClass(cls):
        cls.till.close()
        cls.server.close()

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code))
        self.assertTrue(answer.json["error"]["message"]["vi"] and answer.json["error"]["message"]["en"])


class Pairing(Booth):
    def test_code_and_pin_give_a_cookie_that_only_this_page_over_tls_sends(self):
        made = offer(self.till)
        self.assertRegex(made["pin"], r"^\d{6}$")
        phone = Phone(made["url"])
        answer = phone.pair(made)
        for word in ("__Host-", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(word, answer.headers["set-cookie"])
        self.assertNotIn("Domain", answer.headers["set-cookie"])
        status = phone.get("status")
        self.assertEqual((status["phone"], status["exhibitors"]), ({"exhibitor": OWN, "name": "Máy của Lan (Mẫu)"}, [OWN]))
        self.assertIsNone(self.till.get("status")["phone"])
        for name in ("phones.json", "phones-tls.json"):
            self.assertEqual((self.till.data / name).stat().st_mode & 0o777, 0o600)
        self.assertNotIn(phone.cookie.split("=")[1], (self.till.data / "phones.json").read_text())

    def test_a_code_is_good_once(self):
        made = offer(self.till)
        first, second = Phone(made["url"]), Phone(made["url"])
        self.assertEqual(first.pair(made).status, 200)
        self.refused(second.pair(made), 403, "bad_pairing")

    def test_wrong_pins_lock_the_code_for_the_right_one_too(self):
        made = offer(self.till)
        phone = Phone(made["url"])
        wrong = "000000" if made["pin"] != "000000" else "111111"
        for left in range(4, -1, -1):
            answer = phone.pair(made, wrong)
            self.refused(answer, 403, "wrong_pin")
            self.assertIn(str(left), answer.json["error"]["message"]["vi"])
        self.refused(phone.pair(made), 403, "pairing_locked")
        self.assertEqual(Phone(made["url"]).pair(offer(self.till)).status, 200)      # the next code is not locked
        self.refused(phone.call("POST", "/api/v1/pair", {"code": "0" * 32, "pin": "123456"}), 403, "bad_pairing")

    def test_a_code_that_is_too_old_and_one_that_newer_ones_pushed_out(self):
        till = Till.enrolled(self.server, (OWN,))
        self.addCleanup(till.close)
        clock = Clock(till.root / "clock")
        till.clock = clock.path
        till.start(*LISTEN)
        made = offer(till)
        clock.forward(301)
        self.refused(Phone(made["url"]).pair(made), 403, "bad_pairing")
        first = offer(till)
        for _ in range(4):
            last = offer(till)
        self.refused(Phone(made["url"]).pair(first), 403, "bad_pairing")
        self.assertEqual(Phone(made["url"]).pair(last).status, 200)

    def test_only_the_till_makes_codes_and_only_for_whom_it_sells(self):
        self.assertEqual(offer(self.till, "EX02", expect=422)["error"]["code"], "not_yours")
        self.assertEqual(offer(self.till, url="https://evil.example", expect=400)["error"]["code"], "bad_value")
        self.refused(Phone.paired(self.till, OWN).call("POST", "/api/v1/phones/pair", {"exhibitor": OWN, "name": "x"}), 403, "not_for_phones")
        self.refused(self.till.admin("POST", "/api/v1/pair", {"code": "x", "pin": "x"}), 403, "phones_only")

    def test_there_is_an_end_to_how_many_are_paired(self):
        till = Till.enrolled(self.server, (OWN,)).start(*LISTEN)
        self.addCleanup(till.close)
        phones = [Phone.paired(till, OWN) for _ in range(24)]
        self.assertEqual(offer(till, expect=422)["error"]["code"], "too_many_phones")
        till.admin("POST", "/api/v1/phones/end", {"id": phones[0].id})
        Phone.paired(till, OWN)

    def test_a_phone_that_pairs_again_is_one_phone(self):
        phone = Phone.paired(self.till, OWN)
        before = phone.id
        again = phone.pair(offer(self.till, OTHER)).json
        ids = [row["id"] for row in self.till.get("phones")["rows"]]
        self.assertTrue(again["id"] in ids and before not in ids)
        self.assertEqual(phone.get("status")["exhibitors"], [OTHER])

    def test_it_outlives_the_program_and_ends_at_the_till(self):
        till = Till.enrolled(self.server, (OWN,)).start(*LISTEN)
        self.addCleanup(till.close)
        phone, other = Phone.paired(till, OWN), Phone.paired(till, OWN)
        phone.post("drafts/basket", {"id": "G1", "rev": 0, "basket": lines(self.own[0])})
        certificate = ssl.get_server_certificate(("127.0.0.1", phone.port))
        till.kill()
        till.start("--listen", f"127.0.0.1:{phone.port}")
        self.assertEqual(len(phone.get("drafts")["baskets"]), 1)
        self.assertEqual(ssl.get_server_certificate(("127.0.0.1", phone.port)), certificate)     # no new warning
        rows = till.admin("POST", "/api/v1/phones/end", {"id": phone.id}).json["rows"]
        self.assertEqual([row["id"] for row in rows], [other.id])
        self.refused(phone.call("GET", "/api/v1/status"), 401, "not_paired")
        self.refused(phone.call("POST", "/api/v1/sales", lines(self.own[0])), 401, "not_paired")
        till.kill()
        till.start("--listen", f"127.0.0.1:{phone.port}")
        self.refused(phone.call("GET", "/api/v1/status"), 401, "not_paired")
        self.assertEqual(other.get("status")["exhibitors"], [OWN])
        self.refused(till.admin("POST", "/api/v1/phones/end", {"id": phone.id}), 404, "unknown_phone")
        (till.data / "phones.json").write_text((till.data / "phones.json").read_text().replace(pt.FAIR, "another-fair"))
        till.kill()
        till.start("--listen", f"127.0.0.1:{phone.port}")
        self.refused(other.call("GET", "/api/v1/status"), 401, "not_paired")    # paired at another fair

    def test_a_request_that_was_begun_before_the_end_writes_nothing_after_it(self):
        phone = Phone.paired(self.till, OWN)
        body = json.dumps(lines(self.own[0])).encode()
        head = (f"POST /api/v1/sales HTTP/1.1\r\nHost: 127.0.0.1:{phone.port}\r\nCookie: {phone.cookie}\r\nOrigin: {phone.url}\r\n"
                f"Content-Type: application/json\r\nIdempotency-Key: a-slow-request\r\nContent-Length: {len(body)}\r\n"
                "Expect: 100-continue\r\nConnection: close\r\n\r\n").encode()
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(socket.create_connection(("127.0.0.1", phone.port), timeout=20)) as wire:
            wire.sendall(head)
            self.assertIn(b"100 Continue", wire.recv(200))     # its guard has let it in
            before = self.till.get("status")["saved"]["seq"]
            self.till.admin("POST", "/api/v1/phones/end", {"id": phone.id})
            wire.sendall(body)
            self.assertIn(b" 401 ", wire.recv(4000).split(b"\r\n")[0])
        self.assertEqual(self.till.get("status")["saved"]["seq"], before)

    def test_without_listen_there_is_no_door(self):
        till = Till.enrolled(self.server, (OWN,)).start()
        self.addCleanup(till.close)
        shown = till.get("phones")
        self.assertEqual((shown["rows"], shown["urls"], "why" in shown), ([], [], False))
        self.assertIn(f"--data {till.data}", shown["command"])        # what is typed lets phones into this very till
        self.assertNotIn("phones", till.get("status"))
        self.assertEqual(offer(till, expect=422)["error"]["code"], "not_listening")
        self.assertFalse((till.data / "phones-tls.json").exists())

    def test_a_code_is_withdrawn_and_the_next_one_replaces_it(self):
        made = offer(self.till)
        self.assertEqual(self.till.admin("POST", "/api/v1/phones/withdraw", {}).status, 200)
        self.refused(Phone(made["url"]).pair(made), 403, "bad_pairing")
        first, second = offer(self.till), offer(self.till, OTHER)
        self.refused(Phone(made["url"]).pair(first), 403, "bad_pairing")
        phone = Phone(made["url"])
        paired = phone.pair(second).json
        latest = self.till.get("status")["phones"]["latest"]           # whatever screen is open there, it hears of it
        self.assertEqual((latest["id"], latest["exhibitor"]), (paired["id"], OTHER))
        self.assertNotIn("phones", phone.get("status"))

    def test_the_same_phone_for_the_same_exhibitor_goes_on_where_it_was(self):
        phone = Phone.paired(self.till, OWN)
        phone.post("drafts/basket", {"id": "G1", "rev": 0, "basket": lines(self.own[0]), "payments": [{"method": "transfer"}]})
        before, cookie = phone.get("drafts"), phone.cookie
        again = phone.pair(offer(self.till)).json
        self.assertEqual((again["id"], phone.get("drafts")), (phone.id, before))
        phone.cookie, new = cookie, phone.cookie
        self.refused(phone.call("GET", "/api/v1/status"), 401, "not_paired")     # the session before is over
        phone.cookie = new
        self.assertEqual(len([r for r in self.till.get("phones")["rows"] if r["id"] == phone.id]), 1)

    def test_a_door_that_cannot_be_opened_stops_nobody_from_selling(self):
        till = Till.enrolled(self.server, (OWN,))
        self.addCleanup(till.close)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            till.start("--listen", f"127.0.0.1:{port}")
            till.delivered()
            till.post("sales", lines(self.own[0]))
            shown = till.get("phones")
            self.assertTrue(shown["why"]["vi"] and shown["why"]["en"] and not shown["urls"])
        pt.wait_for(lambda: till.get("phones")["urls"], "the door to open when the port is free", 40)
        self.assertNotIn("why", till.get("phones"))
        phone = Phone.paired(till, OWN)
        till.kill()
        kept = json.loads((till.data / "phones-tls.json").read_text())
        (till.data / "phones-tls.json").write_text(json.dumps({**kept, "key": kept["key"][:80]}))
        till.start("--listen", f"127.0.0.1:{port}")                     # half a key: a new one, and phones warn once more
        self.assertEqual(phone.get("status")["exhibitors"], [OWN])

    def test_phones_of_an_exhibitor_this_till_no_longer_sells_for_are_forgotten(self):
        till = Till.enrolled(self.server, (OWN,)).start(*LISTEN)
        self.addCleanup(till.close)
        phone = Phone.paired(till, OWN)
        till.kill()
        kept = json.loads((till.data / "phones.json").read_text())
        kept["phones"][0]["exhibitor"] = "EX09"
        (till.data / "phones.json").write_text(json.dumps(kept))
        till.start("--listen", f"127.0.0.1:{phone.port}")
        self.assertEqual(till.get("phones")["rows"], [])
        self.assertEqual(json.loads((till.data / "phones.json").read_text())["phones"], [])

    def test_an_address_that_is_none_is_told(self):
        till = Till.enrolled(self.server, (OWN,))
        self.addCleanup(till.close)
        for where in ("nowhere at all", "127.0.0.1:port", "127.0.0.1:", "[::1", "300.1.1.1", "127.0.0.1:99999"):
            with self.subTest(where):
                self.assertRegex(till.run("run", "--port", "0", "--listen", where, expect=None).stderr, r"\[bad_address\]")


class Door(Booth):
    def test_attacks_by_table(self):
        phone = Phone.paired(self.till, OWN)
        port, sale = phone.port, lines(self.own[0])
        local = {"Authorization": "Bearer " + self.till.token}
        table = [
            ({"Host": "evil.example"}, 421, "wrong_host"),
            ({"Host": f"evil.example:{port}", "Origin": f"https://evil.example:{port}"}, 421, "wrong_host"),    # DNS rebinding
            ({"Host": f"localhost:{port}"}, 421, "wrong_host"),
            ({"Host": f"127.0.0.1:{self.till.port}"}, 421, "wrong_host"),
            ({"Origin": "https://evil.example"}, 403, "wrong_origin"),
            ({"Origin": f"http://127.0.0.1:{port}"}, 403, "wrong_origin"),
            ({"Origin": f"http://127.0.0.1:{self.till.port}"}, 403, "wrong_origin"),
            ({"Origin": "null"}, 403, "wrong_origin"),
            ({"Origin": None}, 403, "wrong_origin"),
            ({"Cookie": None}, 401, "not_paired"),
            ({"Cookie": "__Host-phien_phone="}, 401, "not_paired"),
            ({"Cookie": "__Host-phien_phone=" + "0" * 64}, 401, "not_paired"),
            ({"Cookie": phone.cookie.replace("__Host-phien_phone", "phien_till")}, 401, "not_paired"),
            ({"Cookie": None, **local}, 401, "not_paired"),         # the till's own token is no key to this door
            ({"Content_Type": "text/plain"}, 415, "not_json"),
            ({"Idempotency_Key": None}, 400, "bad_idempotency_key"),
        ]
        before = self.till.get("status")["saved"]["seq"]
        for different, status, code in table:
            with self.subTest(different):
                answer = phone.call("POST", "/api/v1/sales", sale, **different)
                self.refused(answer, status, code)
                self.assertNotIn("access-control-allow-origin", answer.headers)
        self.assertEqual(self.till.get("status")["saved"]["seq"], before)
        self.assertEqual(phone.call("POST", "/api/v1/sales", sale).status, 200)
        # And the phone's cookie is none to the till's own door, nor does a phone's body go on for ever.
        own = self.till.call("GET", "/api/v1/status", headers={"Cookie": phone.cookie})
        self.assertEqual((own.status, own.code), (401, "no_session"))
        self.assertEqual(phone.call("POST", "/api/v1/pair", {"code": "x" * 5000, "pin": "1"}).status, 413)
        for different, status, code in (({"Origin": None}, 403, "wrong_origin"), ({"Host": "evil.example"}, 421, "wrong_host"), ({"Content_Type": "text/plain"}, 415, "not_json")):
            self.refused(phone.call("POST", "/api/v1/pair", {"code": "x", "pin": "1"}, **different), status, code)

    def test_plain_http_is_not_spoken_there(self):
        phone = Phone.paired(self.till, OWN)
        with socket.create_connection(("127.0.0.1", phone.port), timeout=20) as wire:
            wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b"HTTP/1.1 200", wire.recv(100))

    def test_every_route_has_a_word_on_phones_and_keeps_it(self):
        api = OpenApi(self.till.call("GET", "/api/v1/openapi.json").json)
        described = {f"{method} {path}" for method, path in api.operations()}
        self.assertEqual(described, OPEN | YES | NO)
        self.assertFalse(OPEN & YES or YES & NO or OPEN & NO)
        phone, stranger = Phone.paired(self.till, OWN), Phone(offer(self.till)["url"])
        for route in sorted(described):
            method, path = route.split()
            names = [s["phone"] for s in api.document["paths"][path][method]["security"] if "phone" in s]
            self.assertEqual(bool(names), route in YES, route)
            target = path.replace("{receipt}", "A01-T01-999").replace("{once}", "0" * 64).replace("{file}", "none.js").replace("{shift}", "0" * 64).replace("{pack}", "0" * 64)
            body = {} if method == "post" else None
            with self.subTest(route):
                asked, without = phone.call(method.upper(), target, body), stranger.call(method.upper(), target, body)
                self.assertEqual(phone.call(method.upper(), target, body, Host="evil.example").status, 421)
                if route in OPEN:
                    self.assertIn(without.status, (200, 400, 404))
                else:
                    self.refused(without, 401, "not_paired")
                if route in NO:
                    self.refused(asked, 403, "not_for_phones")
                elif route in YES:
                    self.assertNotIn(asked.status, (401, 403, 421, 500))


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
