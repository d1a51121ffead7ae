#!/usr/bin/python3
"""Phones of a booth over the hall's network: nobody without a pairing, nothing but what phones may."""
import json
import socket
import ssl
import unittest

import phien_test as pt
from openapi import OpenApi
from phone import Phone
from phone_booth import LISTEN, OTHER, OWN, Booth, lines, offer
from till import Clock, Till

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


if __name__ == "__main__":
    unittest.main()
