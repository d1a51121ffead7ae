#!/usr/bin/python3
"""What no honest client sends: refused with a code and both languages, and the server goes on as before."""
import copy
import socket
import unittest

import phien_test as pt

HASH, SIGNATURE = "ab" * 32, "cd" * 64
REF = {"hash": HASH, "seq": 1, "terminal": "T01"}
# A good request of each route that takes a JSON body: every field of it is spoiled in every way below.
GOOD = {
    "/api/v1/enrolments": {"exhibitors": ["EX01"], "booth": "A01", "holder": "EX01"},
    "/api/v1/session/challenge": {"terminal": "T01"},
    "/api/v1/session": {"terminal": "T01", "challenge": HASH, "signature": SIGNATURE},
    "/api/v1/rulings": {"about": REF, "decision": "settled", "text": "x"},
    "/api/v1/revocations": {"terminal": "T01", "reason": "x"},
    "/api/v1/erasures": {"about": REF},
    "/api/v1/payments/confirmed": {"holder": "EX01", "pay_ref": "PH12345678", "amount": 1000, "direction": "in", "bank_ref": "x"},
    "/api/v1/declared-sales": {"exhibitor": "EX01", "day": "2025-05-15", "method": "x", "sales": 1, "total": 1000, "place": "booth", "lines": [],
                               "payments": [{"method": "cash", "amount": 1000, "holder": "EX01"}]},
    "/api/v1/backups": {"path": "/nonexistent/x.db"},
    "/api/v1/imports": {"fair_json": "{}", "exhibitors_csv": "a", "products_csv": "b", "apply": False},
}
SPOILT = [None, True, -1, 1.5, 10**30, "", "x" * 200_000, [], {}, [[[[]]]], {"x": 1}, "\u0000", "a b/c"]
# Spoilt values that are good ones for a field after all.
FINE = {("/api/v1/imports", "apply"): [True], ("/api/v1/declared-sales", "lines"): [[]], ("/api/v1/declared-sales", "method"): ["", "a b/c"],
        ("/api/v1/revocations", "reason"): ["a b/c"], ("/api/v1/payments/confirmed", "bank_ref"): ["", "a b/c"]}
RAW = {
    "empty": b"", "not json": b"hello", "half": b'{"terminal":', "array": b"[]", "string": b'"x"', "number": b"1", "null": b"null",
    "bad utf-8": b'{"terminal":"\xff\xfe"}', "overlong": b'{"terminal":"\xc0\xaf"}', "surrogate": b'{"terminal":"\\ud800"}',
    "duplicate key": b'{"terminal":"T01","terminal":"T02"}', "deep array": b"[" * 60_000, "deep object": b'{"a":' * 12_000,
    "deep and closed": b'{"a":' + b"[" * 20_000 + b"]" * 20_000 + b"}", "nan": b'{"terminal":NaN}', "comment": b'{/*x*/"terminal":"T01"}',
    "trailing": b'{"terminal":"T01"} x', "nul": b'{"terminal":"T01"}\x00', "bom": b'\xef\xbb\xbf{"terminal":"T01"} x', "huge number": b'{"terminal":1e999999}',
}
QUERIES = ["/api/v1/stock?exhibitor=", "/api/v1/stock?exhibitor=../x", "/api/v1/stock?exhibitor=%00", "/api/v1/stock?nonsense=1", "/api/v1/stock?limit=0",
           "/api/v1/stock?limit=5001", "/api/v1/stock?limit=-1", "/api/v1/stock?limit=1.5", "/api/v1/stock?limit=99999999999999999999",
           "/api/v1/stock?after=-1", "/api/v1/stock?after=x", "/api/v1/stock?limit=1&limit=2", "/api/v1/stock?product=a%20b", "/api/v1/stock?exhibitor=%ff",
           "/api/v1/stock?exhibitor=%", "/api/v1/stock?exhibitor=%4", "/api/v1/sales?by=weather", "/api/v1/sales?by=", "/api/v1/transfers?state=x",
           "/api/v1/report?edition=0", "/api/v1/report?edition=-1", "/api/v1/report?edition=x", "/api/v1/report?edition=1e3", "/api/v1/report?edition=7",
           "/api/v1/report?format=pdf", "/api/v1/report?table=x", "/api/v1/report?format=csv&table=x", "/api/v1/report?lang=fr",
           "/api/v1/journals/export?terminal=T99", "/api/v1/journals/export?terminal=%2e%2e", "/api/v1/shifts?terminal=a%2Fb", "/api/v1/catalogue?x=1",
           "/api/v1/summary?x=1", "/api/v1/verify?x=1", "/api/v1/ledger/dump?x=1", "/api/v1/nothing", "/api/v1/../keys.json", "/api/v1//stock",
           "/api/v1/stock/", "/api/v1/journals/T01/x", "/keys.json", "/api/v1/stock%2f", "/" + "a" * 20_000, "/api/v1/stock?" + "&".join(f"a{i}=1" for i in range(500))]
FEEDS = ["incarnation=-1", "incarnation=x", "seq=1", "seq=1&hash=zz", "hash=" + "A" * 64, "hash=" + "0" * 63, "stock=-1", "stock=1e9", "wait=-1", "wait=55001",
         "wait=x", "incarnation=99999999999999999999", "x=1", "seq=" + "9" * 40]


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.till = pt.Terminal.enrolled(cls.server, ["EX01"])
        cls.till.open()
        cls.till.sale("EX01", "CB0001", 1000, 25000)
        assert cls.till.send().status == 200
        cls.dump = cls.server.dump()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def tearDown(self):
        self.assertEqual(self.server.call("GET", "/healthz").status, 200)
        self.assertEqual(self.server.dump(), self.dump, "nothing of it is in the books")
        self.assertIn("phien_failed_tasks_total 0\n", self.server.call("GET", "/metrics").text)

    def refused(self, answer, *what):
        self.assertTrue(400 <= answer.status < 500, (*what, answer))
        error = answer.json if answer.json.get("status") == "refused" else answer.json["error"]
        self.assertRegex(error["code"], r"^[a-z_]+$")
        self.assertTrue(error["message"]["vi"] and error["message"]["en"], what)

    def test_every_field_of_every_body_spoilt_in_every_way(self):
        count = 0
        for path, good in GOOD.items():
            bodies = [{**good, "nonsense": 1}]
            for field in good:
                if path != "/api/v1/enrolments" or field == "exhibitors":
                    without = copy.deepcopy(good)
                    del without[field]
                    if field not in ("apply", "direction", "bank_ref", "total"):  # may be left out
                        bodies.append(without)
                bodies += [{**good, field: value} for value in SPOILT if value not in FINE.get((path, field), [])]
            for body in bodies:
                with self.subTest(path=path, body=str(body)[:200]):
                    self.refused(self.server.admin("POST", path, body), path, str(body)[:200])
                    count += 1
        self.assertGreater(count, 300)

    def test_bytes_that_are_no_request(self):
        for path in [*GOOD, "/api/v1/enrol", "/api/v1/closing", "/api/v1/rebuild"]:
            for name, raw in RAW.items():
                with self.subTest(path=path, raw=name):
                    self.refused(self.server.admin("POST", path, raw, headers={"Content-Type": "application/json"}), path, name)

    def test_queries_and_paths(self):
        for target in QUERIES:
            with self.subTest(target=target[:100]):
                self.refused(self.server.admin("GET", target), target[:100])
        for query in FEEDS:
            with self.subTest(feed=query):
                self.refused(self.till.call("GET", "/api/v1/feed?" + query), query)

    def test_batches(self):
        till, good = self.till, self.till.batch()
        head = good.split("e {")[0]
        seal = good.splitlines()[-1] + "\n"
        nested = "e " + "[" * 20_000 + "\n"
        spoilt = {
            "empty": "", "text": "hello", "no newline": good[:-1], "crlf": good.replace("\n", "\r\n"), "other version": good.replace("phien-batch 1", "phien-batch 2"),
            "other fair": good.replace(f"fair {pt.FAIR}", "fair khac"), "other root": good.replace(f"root {till.root}", "root " + "0" * 64),
            "other key": good.replace(f"key {till.key}", "key " + "0" * 64), "no prev": good.replace("prev 0 ", "prov 0 "),
            "wrong prev": good.replace("prev 0 ", "prev 1 "), "negative prev": good.replace("prev 0 ", "prev -1 "), "unsealed": good.rsplit("s ", 1)[0],
            "wrong seal": good[:-10] + "0" * 9 + "\n", "seal of another": head + "e {}\n" + seal, "only head": head, "no entries": head + seal,
            "an entry edited": good.replace("25000", "15000"), "an entry dropped": "\n".join(good.splitlines()[:6] + good.splitlines()[7:]) + "\n",
            "entries swapped": "\n".join([*good.splitlines()[:6], good.splitlines()[7], good.splitlines()[6], good.splitlines()[8]]) + "\n",
            "deep": head + nested + seal, "long line": head + "e " + "x" * 70_000 + "\n" + seal, "twice the head": head + good, "two batches": good + good,
            "unknown line": head + "z x\n" + seal, "personal alone": head + "p 00 {}\n" + seal, "bytes": b"\xff\xfe\x00\x01" * 100,
            "digest of nothing": head + "m 00\n" + seal, "huge seq": good.replace("prev 0 ", "prev 99999999999999999999 "),
        }
        for name, text in spoilt.items():
            with self.subTest(batch=name):
                answer = till.send(text)
                self.refused(answer, name)
        self.assertEqual(till.send().json["known"], 2, "the good batch is still known")

    def test_ten_megabytes_where_little_is_expected(self):
        for path in GOOD:
            if path == "/api/v1/imports":
                continue   # lists of a fair may be long
            self.assertEqual(self.announced(path, 10_000_000), 413, path)

    def announced(self, path, length):
        """The status when a body of that length is announced and none of it sent: it must not be waited for."""
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.server.token}\r\nContent-Length: {length}\r\n\r\n"
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=15) as connection:
            connection.sendall(head.encode())
            return int(connection.recv(4096).split(b" ")[1])

    def test_methods_and_bodies_where_none_belongs(self):
        for method, target, status in [("DELETE", "/api/v1/stock", 405), ("PUT", "/api/v1/closing", 405), ("POST", "/api/v1/stock", 405),
                                       ("PATCH", "/api/v1/rulings", 405), ("GET", "/api/v1/closing", 405), ("TRACE", "/api/v1/stock", 405)]:
            answer = self.server.admin(method, target)
            self.assertEqual(answer.status, status, (method, target, answer))
        self.assertIn(self.server.admin("GET", "/api/v1/stock", b"x").status, (400, 413))

    def test_bytes_that_are_no_http(self):
        for raw in [b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /api/v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                    b"POST /api/v1/enrol HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]:
            with self.subTest(raw=raw[:40]), socket.create_connection(("127.0.0.1", self.server.port), timeout=15) as connection:
                connection.sendall(raw)
                connection.shutdown(socket.SHUT_WR)
                answer = b""
                while chunk := connection.recv(65536):
                    answer += chunk
                self.assertNotIn(b" 200 ", answer.split(b"\r\n")[0])

    def test_i6_entries_nobody_understands_are_kept_and_shown(self):
        till = pt.Terminal.enrolled(self.server, ["EX02"])
        till.open()
        till.entry("sale", {"exhibitor": "EX02", "total": "abc"})
        till.entry("kind_of_tomorrow", {"x": 1})
        till.append(b'{"not":"an entry"}')
        till.append(b"[1, 2]")
        till.append(b"\xc3\xa9 not json at all")
        till.sale("EX02", "CB0006", 1000, 50000)
        answer = till.send()
        self.assertEqual((answer.status, answer.json["appended"]), (200, 7), answer)
        odd = [r for r in self.server.admin("GET", "/api/v1/exceptions").json["rows"] if r["code"] == "quarantined" and r["terminal"] == till.id]
        self.assertEqual(len(odd), 5)
        sold = {r["key"]: r["sold"] for r in self.server.admin("GET", "/api/v1/sales?by=exhibitor").json["rows"]}
        self.assertEqual(sold["EX02"], 50000, "what follows is posted")
        type(self).dump = self.server.dump()


if __name__ == "__main__":
    unittest.main()
