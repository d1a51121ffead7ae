#!/usr/bin/python3
"""Any page open on the seller's laptop can send requests to 127.0.0.1. None of them may sell, or read."""
import gzip
import re
import unittest

import phien_test as pt
from openapi import OpenApi
from till import Till

SALE = {"lines": [{"product": "CB0001", "qty": 1}]}
KEY = "0123456789abcdef"


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.till = Till.enrolled(cls.server).start()
        cls.till.delivered()
        cls.link = next(line.split()[-1] for line in (cls.till.root / "log").read_text().splitlines() if "/start/" in line)
        answer = pt.call(cls.till.port, "GET", "/start/" + cls.link.split("/")[-1])
        cls.started = answer
        cls.cookie = answer.headers["set-cookie"].split(";")[0]

    @classmethod
    def tearDownClass(cls):
        cls.till.close()
        cls.server.close()

    def entries(self):
        return self.till.get("status")["saved"]["seq"]

    def ask(self, method, path, body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        return pt.call(self.till.port, method, path, body, headers=named)

    def test_attacks_by_table(self):
        host, token, cookie = f"127.0.0.1:{self.till.port}", "Bearer " + self.till.token, self.cookie
        own = f"http://{host}"
        json_type = "application/json"
        good = {"Host": host, "Cookie": cookie, "Origin": own, "Content_Type": json_type, "Idempotency_Key": KEY}
        table = [
            # what is different, status, code
            ({"Host": f"evil.example:{self.till.port}", "Origin": f"http://evil.example:{self.till.port}"}, 421, "wrong_host"),   # DNS rebinding
            ({"Host": "evil.example"}, 421, "wrong_host"),
            ({"Host": "127.0.0.1"}, 421, "wrong_host"),
            ({"Host": f"127.0.0.1:{self.till.port}.evil.example"}, 421, "wrong_host"),
            ({"Host": f"127.0.0.1.nip.io:{self.till.port}"}, 421, "wrong_host"),
            ({"Host": f"[::1]:{self.till.port}"}, 421, "wrong_host"),
            ({"Host": f"0.0.0.0:{self.till.port}"}, 421, "wrong_host"),
            ({"Origin": "http://evil.example"}, 403, "wrong_origin"),
            ({"Origin": "null"}, 403, "wrong_origin"),
            ({"Origin": f"https://{host}"}, 403, "wrong_origin"),
            ({"Origin": "http://127.0.0.1:1"}, 403, "wrong_origin"),
            ({"Origin": f"http://localhost:{self.till.port}"}, 403, "wrong_origin"),   # not the page of this host
            ({"Origin": own + ".evil.example"}, 403, "wrong_origin"),
            ({"Origin": None}, 403, "wrong_origin"),                                   # a cookie alone is not enough
            ({"Origin": "http://evil.example", "Cookie": None, "Authorization": token}, 403, "wrong_origin"),
            ({"Cookie": None}, 401, "no_session"),
            ({"Cookie": "phien_till=" + "0" * 64}, 401, "no_session"),
            ({"Cookie": "phien_till="}, 401, "no_session"),
            ({"Cookie": None, "Authorization": "Bearer "}, 401, "no_session"),
            ({"Cookie": None, "Authorization": "Bearer " + "0" * 64}, 401, "no_session"),
            ({"Cookie": None, "Authorization": "Basic " + self.till.token}, 401, "no_session"),
            ({"Cookie": None, "Authorization": self.till.token}, 401, "no_session"),
            ({"Content_Type": "text/plain"}, 415, "not_json"),
            ({"Content_Type": "application/x-www-form-urlencoded"}, 415, "not_json"),
            ({"Content_Type": "multipart/form-data"}, 415, "not_json"),
            ({"Content_Type": None}, 415, "not_json"),
            ({"Idempotency_Key": None}, 400, "bad_idempotency_key"),
            ({"Idempotency_Key": ""}, 400, "bad_idempotency_key"),
            ({"Idempotency_Key": "short"}, 400, "bad_idempotency_key"),
            ({"Idempotency_Key": "k" * 65}, 400, "bad_idempotency_key"),
            ({"Idempotency_Key": "with a space"}, 400, "bad_idempotency_key"),
        ]
        before = self.entries()
        for different, status, code in table:
            with self.subTest(different):
                answer = self.ask("POST", "/api/v1/sales", b'{"lines":[{"product":"CB0001","qty":1}]}', **{**good, **different})
                self.assertEqual((answer.status, answer.code), (status, code))
                self.assertTrue(answer.json["error"]["message"]["vi"] and answer.json["error"]["message"]["en"])
                self.assertNotIn("access-control-allow-origin", answer.headers)
        self.assertEqual(self.entries(), before)
        self.assertEqual(self.ask("POST", "/api/v1/sales", SALE, **good).status, 200)
        self.assertEqual(self.ask("POST", "/api/v1/sales", SALE, **{**good, "Host": f"localhost:{self.till.port}",
                                  "Origin": f"http://localhost:{self.till.port}", "Idempotency_Key": KEY + "-2"}).status, 200)
        self.assertEqual(self.entries(), before + 2)

    def test_every_route_asks_who_it_is(self):
        api = OpenApi(self.till.call("GET", "/api/v1/openapi.json").json)
        for method, path in sorted(api.operations()):
            target = path.replace("{receipt}", "A01-T01-1").replace("{once}", "0" * 64).replace("{file}", "none.js")
            open_to_all = api.document["paths"][path][method]["security"] == []
            with self.subTest(f"{method} {path}"):
                answer = self.ask(method.upper(), target, {} if method == "post" else None)
                if target.startswith("/start/"):
                    self.assertEqual((answer.status, answer.code), (403, "bad_link"))
                elif target == "/api/v1/pair":      # over the phones' listener alone: test_pos_phones
                    self.assertEqual((answer.status, answer.code), (403, "wrong_origin"))
                elif target.startswith("/assets/"):
                    self.assertEqual((answer.status, answer.code), (404, "no_such_page"))
                else:
                    self.assertEqual(answer.status, 200 if open_to_all else 401)
                self.assertEqual(self.ask(method.upper(), target, {} if method == "post" else None, Host="evil.example").status, 421)

    def test_the_link_is_good_once_and_gives_a_strict_cookie(self):
        self.assertEqual((self.started.status, self.started.headers["location"]), (303, "/"))
        for word in ("HttpOnly", "SameSite=Strict"):
            self.assertIn(word, self.started.headers["set-cookie"])
        self.assertEqual(pt.call(self.till.port, "GET", "/start/" + self.link.split("/")[-1]).status, 403)
        self.assertEqual(self.ask("GET", "/api/v1/status", Cookie=self.cookie).status, 200)

    def test_a_session_outlives_the_program_and_is_kept_as_a_digest_only(self):
        till = Till.enrolled(self.server).start()
        self.addCleanup(till.close)
        link = next(line.split()[-1] for line in (till.root / "log").read_text().splitlines() if "/start/" in line)
        cookie = pt.call(till.port, "GET", "/start/" + link.split("/")[-1]).headers["set-cookie"].split(";")[0]
        self.assertNotIn(cookie.split("=")[1], (till.data / "sessions.json").read_text())
        self.assertEqual((till.data / "sessions.json").stat().st_mode & 0o777, 0o600)
        till.kill()
        till.start()
        self.assertEqual(pt.call(till.port, "GET", "/api/v1/status", headers={"Cookie": cookie}).status, 200)
        (till.data / "sessions.json").write_text("{damaged")
        till.kill()
        till.start()
        self.assertEqual(pt.call(till.port, "GET", "/api/v1/status", headers={"Cookie": cookie}).status, 401)

    def test_pages_come_from_us_alone(self):
        page = self.ask("GET", "/")
        self.assertEqual((page.status, page.headers["content-encoding"], page.headers["cache-control"]), (200, "gzip", "no-cache"))
        self.assertTrue(page.headers["content-security-policy"].startswith("default-src 'self'"))
        text = gzip.decompress(page.body).decode()
        self.assertNotRegex(text, r"https?://|<script>|style=|onload=")
        asset = re.search(r'"\.?(/assets/[^"]+\.js)"', text)[1]
        script = self.ask("GET", asset)
        self.assertIn("immutable", script.headers["cache-control"])
        self.assertEqual(self.ask("GET", asset, If_None_Match=script.headers["etag"]).status, 304)
        for path in ("/assets/../keys.json", "/index.html", "/assets/", "/keys.json"):
            self.assertIn(self.ask("GET", path).status, (400, 404))

    def test_a_key_again_gives_the_same_answer_and_nothing_new(self):
        till = Till.enrolled(self.server).start()
        self.addCleanup(till.close)
        till.delivered()
        first = till.post("sales", SALE, key="the-same-key-always")
        before = till.get("status")["saved"]["seq"]
        again = till.admin("POST", "/api/v1/sales", SALE, headers={"Idempotency-Key": "the-same-key-always"})
        self.assertEqual((again.json, again.headers["idempotency-replayed"]), (first, "true"))
        for path, body in (("sales", {"lines": [{"product": "CB0001", "qty": 2}]}), ("orders", SALE), ("sales", {**SALE, "note": "x"})):
            refused = till.admin("POST", f"/api/v1/{path}", body, headers={"Idempotency-Key": "the-same-key-always"})
            self.assertEqual((refused.status, refused.code), (422, "idempotency_mismatch"))
        self.assertEqual(till.get("status")["saved"]["seq"], before)
        till.kill()
        till.start()
        till.delivered()
        self.assertEqual(till.post("sales", SALE, key="the-same-key-always"), first)
        till.run("--key", "a-key-by-command", "sell", "CB0001")
        till.run("--key", "a-key-by-command", "sell", "CB0001")
        self.assertEqual(till.get("status")["saved"]["seq"], before + 1)

    def test_a_body_over_the_limit_and_unknown_paths(self):
        good = {"token": self.till.token, "headers": {"Idempotency-Key": KEY, "Content-Type": "application/json"}}
        self.assertEqual(pt.call(self.till.port, "POST", "/api/v1/sales", b"x" * 300_000, **good).status, 413)
        self.assertEqual(pt.call(self.till.port, "POST", "/api/v1/nothing", b"{}", **good).status, 404)
        self.assertEqual(pt.call(self.till.port, "DELETE", "/api/v1/sales", **good).status, 405)

    def test_listens_on_loopback_alone(self):
        import socket
        others = {a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)} - {"127.0.0.1"}
        for address in others:
            if address.startswith("127."):
                continue
            with self.assertRaises(OSError):
                socket.create_connection((address, self.till.port), timeout=2)


if __name__ == "__main__":
    unittest.main()
