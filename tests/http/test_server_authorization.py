#!/usr/bin/python3
"""Who may do what: every route × every kind of caller, as one table. A route that is not in the table fails."""
import unittest

import phien_test as pt
from openapi import OpenApi

REF = {"hash": "0" * 64, "seq": 1, "terminal": "T01"}
LISTS = {"fair_json": "{}", "exhibitors_csv": "x", "products_csv": "x"}

# route, who may, request (target if it differs, body), what the admin gets, what a terminal of another exhibitor gets.
# "open": anybody gets the admin's status. 401 and 403 are asserted for everybody else.
TABLE = [
    ("get /healthz", "open", {}, 200, None),
    ("get /readyz", "open", {}, 200, None),
    ("get /metrics", "open", {}, 200, None),
    ("get /api/v1/openapi.json", "open", {}, 200, None),
    ("get /api/v1/hello", "open", {}, 200, None),
    ("post /api/v1/enrol", "open", {"body": {}}, 400, None),
    ("post /api/v1/session/challenge", "open", {"body": {}}, 400, None),
    ("post /api/v1/session", "open", {"body": {}}, 400, None),
    ("post /api/v1/journals/{terminal}", "terminal", {"target": "/api/v1/journals/T01", "body": "x"}, 403, 403),
    ("get /api/v1/journals/{terminal}", "terminal", {"target": "/api/v1/journals/T01"}, 403, 403),
    ("post /api/v1/journals/returned", "open", {"body": "x"}, 422, None),
    ("get /api/v1/feed", "terminal", {}, 403, 200),
    ("get /api/v1/stock", "both", {"target": "/api/v1/stock?exhibitor=EX01"}, 200, 403),
    ("get /api/v1/sales", "both", {"target": "/api/v1/sales?exhibitor=EX01"}, 200, 403),
    ("get /api/v1/transfers", "both", {"target": "/api/v1/transfers?exhibitor=EX01"}, 200, 403),
    ("get /api/v1/exceptions", "both", {"target": "/api/v1/exceptions?exhibitor=EX01"}, 200, 403),
    ("get /api/v1/summary", "admin", {}, 200, 403),
    ("get /api/v1/shifts", "admin", {}, 200, 403),
    ("get /api/v1/leads", "admin", {}, 200, 403),
    ("get /api/v1/terminals", "admin", {}, 200, 403),
    ("get /api/v1/catalogue", "admin", {}, 200, 403),
    ("get /api/v1/report", "admin", {}, 200, 403),
    ("get /api/v1/journals", "admin", {}, 200, 403),
    ("get /api/v1/journals/export", "admin", {}, 200, 403),
    ("post /api/v1/journals/import", "admin", {"body": "x"}, 422, 403),
    ("get /api/v1/verify", "admin", {}, 200, 403),
    ("get /api/v1/ledger/dump", "admin", {}, 200, 403),
    ("get /api/v1/holdings", "admin", {}, 200, 403),
    ("get /api/v1/events", "admin", {}, 200, 403),
    ("post /api/v1/enrolments", "admin", {"body": {"exhibitors": ["EX99"]}}, 404, 403),
    ("post /api/v1/imports", "admin", {"body": LISTS}, 422, 403),
    ("post /api/v1/closing", "admin", {"body": {"x": 1}}, 400, 403),
    ("post /api/v1/rulings", "admin", {"body": {"about": REF, "decision": "settled", "text": "x"}}, 404, 403),
    ("post /api/v1/revocations", "admin", {"body": {"terminal": "T99", "reason": "x"}}, 404, 403),
    ("post /api/v1/erasures", "admin", {"body": {"about": REF}}, 404, 403),
    ("post /api/v1/declared-sales", "admin", {"body": {}}, 400, 403),
    ("post /api/v1/payments/confirmed", "admin", {"body": {}}, 400, 403),
    ("post /api/v1/backups", "admin", {"body": {"path": "relative"}}, 400, 403),
    ("post /api/v1/rebuild", "admin", {"body": {"x": 1}}, 400, 403),
]


def status_of_stream(server, token):
    """The first line of an answer that does not end."""
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/api/v1/events", headers={"Authorization": "Bearer " + token})
    status = connection.getresponse().status
    connection.close()
    return status


class Authorization(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.own = pt.Terminal.enrolled(cls.server, ["EX01"])      # T01
        cls.own.open()
        cls.own.sale("EX01", "CB0001", 1000, 25000)
        cls.own.send()
        cls.other = pt.Terminal.enrolled(cls.server, ["EX02"])    # T02
        cls.revoked = pt.Terminal.enrolled(cls.server, ["EX01"])  # T03
        cls.revoked.open()
        cls.revoked.sale("EX01", "CB0001", 2000, 25000)
        assert cls.revoked.send().status == 200
        assert cls.server.admin("POST", "/api/v1/revocations", {"terminal": cls.revoked.id, "reason": "mất máy"}).status == 200
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_the_table_names_every_route_and_no_other(self):
        self.assertEqual(sorted(route for route, *_ in TABLE), sorted(f"{m} {p}" for m, p in self.api.operations()))

    def test_table(self):
        callers = {"none": None, "wrong": "0" * 64, "admin": self.server.token, "other": self.other.token, "revoked": self.revoked.token}
        for route, who, request, admin_status, other_status in TABLE:
            method, path = route.split()
            for caller, token in callers.items():
                with self.subTest(route=route, caller=caller):
                    if who == "open":
                        expected = (admin_status, None)
                    else:
                        expected = {"none": (401, "no_token"), "wrong": (401, "bad_token"), "admin": (admin_status, None),
                                    "other": (other_status, "not_yours" if other_status == 403 else None), "revoked": (403, "revoked")}[caller]
                    if path == "/api/v1/events" and caller == "admin":
                        self.assertEqual(status_of_stream(self.server, token), 200)
                        continue
                    target = request.get("target", path)
                    answer = self.server.call(method.upper(), target, request.get("body"), token=token)
                    self.assertEqual(answer.status, expected[0], answer)
                    if expected[1]:
                        self.assertEqual(answer.code, expected[1])
                        self.assertTrue(answer.json["error"]["message"]["vi"] and answer.json["error"]["message"]["en"])
                    self.api.check(method, target, answer)

    def test_a_terminal_sees_its_own_exhibitors_and_nothing_else(self):
        for path in ("stock", "transfers", "exceptions"):
            rows = self.other.call("GET", f"/api/v1/{path}").json["rows"]
            self.assertLessEqual({r["exhibitor"] for r in rows}, {"EX02"}, path)
        self.assertLessEqual({r["key"] for r in self.other.call("GET", "/api/v1/sales?by=exhibitor").json["rows"]}, {"EX02"})
        feed = self.other.feed().json
        while "stock" not in feed:
            feed = self.other.feed(feed["cursor"]["incarnation"], feed["cursor"]["seq"], feed["cursor"]["hash"]).json
        self.assertEqual({r["exhibitor"] for r in feed["stock"]["rows"]}, {"EX02"})

    def test_another_terminals_journal_is_refused_also_under_ones_own_name(self):
        theirs = self.own.batch()
        answer = self.other.call("POST", f"/api/v1/journals/{self.other.id}", theirs)
        self.assertEqual((answer.status, answer.code), (403, "not_yours"))

    def test_what_a_revoked_terminal_sold_before_is_kept(self):
        row, = [r for r in self.server.admin("GET", "/api/v1/terminals").json["rows"] if r["terminal"] == self.revoked.id]
        self.assertEqual((row["seq"], row["revoked"]["seq"]), (2, 2))
        product, = [r for r in self.server.admin("GET", "/api/v1/sales?by=product").json["rows"] if r["key"] == "CB0001"]
        self.assertEqual(product["quantity"], 3000)
        answer = self.revoked.session()
        self.assertEqual((answer.status, answer.code), (403, "revoked"))
        self.assertIn("mất máy", answer.json["error"]["message"]["vi"])

    def test_a_session_is_only_for_the_enrolled_key_and_each_challenge_good_once(self):
        thief = pt.Terminal(self.own.fair, self.own.root, self.own.id)
        thief.server = self.server
        self.assertEqual((thief.session().status, thief.session().code), (401, "bad_signature"))
        challenge = self.server.call("POST", "/api/v1/session/challenge", {"terminal": self.own.id}).json["challenge"]
        proof = {"terminal": self.own.id, "challenge": challenge,
                 "signature": self.own.sign(f"phien/session/1\n{self.own.fair}\n{self.own.id}\n{challenge}\n-\n")}
        self.assertEqual(self.server.call("POST", "/api/v1/session", proof).status, 200)
        again = self.server.call("POST", "/api/v1/session", proof)
        self.assertEqual((again.status, again.code), (401, "bad_challenge"))
        answer = self.server.call("POST", "/api/v1/session/challenge", {"terminal": "T77"})
        self.assertEqual((answer.status, answer.code), (403, "not_enrolled"))


class Enrolment(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.started()
        self.addCleanup(self.server.close)
        hello = self.server.call("GET", "/api/v1/hello").json
        self.new = lambda: pt.Terminal(hello["fair"], hello["root"])

    def code(self, **more):
        return self.server.admin("POST", "/api/v1/enrolments", {"exhibitors": ["EX01"], **more}).json["code"]

    def test_a_code_is_for_the_first_key_that_shows_it(self):
        code, first, second = self.code(), self.new(), self.new()
        self.assertEqual(first.enrol(self.server, code.lower()).status, 403, "the signature is over the code as given")
        self.assertEqual(first.enrol(self.server, code).json["terminal"], "T01")
        self.assertEqual(second.enrol(self.server, code).code, "bad_code")
        self.assertEqual(first.enrol(self.server, code).json["terminal"], "T01")
        self.assertEqual(self.new().enrol(self.server, self.code()).json["terminal"], "T02")

    def test_wrong_codes_are_counted_and_then_not_looked_at(self):
        for _ in range(5):
            self.assertEqual(self.new().enrol(self.server, "AAAAAAAA").status, 403)
        late = self.new().enrol(self.server, self.code())
        self.assertEqual((late.status, late.code), (429, "too_many_tries"))

    def test_a_shared_till_says_who_holds_the_money(self):
        answer = self.server.admin("POST", "/api/v1/enrolments", {"exhibitors": ["EX01", "EX02"]})
        self.assertEqual((answer.status, answer.json["error"]["where"]), (400, "holder"))
        self.assertEqual(pt.Terminal.enrolled(self.server, ["EX01", "EX02"], holder="quay_chung").holder, "quay_chung")

    def test_codes_and_tokens_end(self):
        clock = self.server.root / "clock"
        at = 1747272600000

        def set_clock(wall):
            beside = clock.with_suffix(".new")
            beside.write_text(f"{pt.BOOT} {wall - at + 1000} {wall}\n")
            beside.rename(clock)
        set_clock(at)
        self.server.stop()
        self.server.clock = clock
        self.server.start()
        code, till = self.code(), pt.Terminal.enrolled(self.server, ["EX01"])
        set_clock(at + 15 * 60_000)
        self.assertEqual(self.new().enrol(self.server, code).code, "bad_code")
        self.assertEqual(till.feed().status, 200)
        set_clock(at + 24 * 3_600_000 + 1)
        answer = till.feed()
        self.assertEqual((answer.status, answer.code), (401, "expired"))
        self.assertEqual(till.session().status, 200)
        self.assertEqual(till.feed().status, 200)


if __name__ == "__main__":
    unittest.main()
