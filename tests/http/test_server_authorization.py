#!/usr/bin/python3
"""Who may do what: every route × every kind of caller, as one table. A route that is not in the table fails."""
import unittest

import phien_test as pt
from openapi import OpenApi

REF = {"hash": "0" * 64, "seq": 1, "terminal": "T01"}
LISTS = {"fair_json": "{}", "exhibitors_csv": "x", "products_csv": "x"}

# route, who may, request (target if it differs, body), what those get who may.
# "open": anybody. Otherwise letters: m the machine's own commands, t terminals, and people or programs in the role of
# o organizer, e exhibitor, r reporter, a auditor. Everybody else gets 403. Terminal and exhibitor are of EX02, and ask for EX01 where
# a target names it: that is refused to them.
TABLE = [
    ("get /healthz", "open", {}, 200),
    ("get /readyz", "open", {}, 200),
    ("get /metrics", "open", {}, 200),
    ("get /api/v1/openapi.json", "open", {}, 200),
    ("get /api/v1/hello", "open", {}, 200),
    ("post /api/v1/enrol", "open", {"body": {}}, 400),
    ("post /api/v1/session/challenge", "open", {"body": {}}, 400),
    ("post /api/v1/session", "open", {"body": {}}, 400),
    ("post /api/v1/login", "open", {"body": {}}, 400),
    ("post /api/v1/invitations", "open", {"body": {}}, 400),
    ("post /api/v1/invitations/look", "open", {"body": {}}, 400),
    ("get /api/v1/setup", "open", {}, 200),
    ("post /api/v1/setup/fair", "open", {"body": {}}, 409),
    ("post /api/v1/setup/kit", "open", {"body": {}}, 409),
    ("post /api/v1/setup/confirm", "open", {"body": {}}, 409),
    ("post /api/v1/journals/{terminal}", "t", {"target": "/api/v1/journals/T01", "body": "x"}, 403),
    ("get /api/v1/journals/{terminal}", "t", {"target": "/api/v1/journals/T01"}, 403),
    ("post /api/v1/journals/returned", "open", {"body": "x"}, 422),
    ("get /api/v1/feed", "t", {}, 200),
    ("get /api/v1/stock", "mtoera", {"target": "/api/v1/stock?exhibitor=EX01"}, 200),
    ("get /api/v1/sales", "mtoera", {"target": "/api/v1/sales?exhibitor=EX01"}, 200),
    ("get /api/v1/transfers", "mtoera", {"target": "/api/v1/transfers?exhibitor=EX01"}, 200),
    ("get /api/v1/exceptions", "mtoera", {"target": "/api/v1/exceptions?exhibitor=EX01"}, 200),
    ("get /api/v1/leads", "moera", {"target": "/api/v1/leads?exhibitor=EX01"}, 200),
    ("get /api/v1/catalogue", "moera", {"target": "/api/v1/catalogue?exhibitor=EX01"}, 200),
    ("get /api/v1/live", "moera", {"target": "/api/v1/live?exhibitor=EX01"}, 200),
    ("get /api/v1/qr.png", "moera", {"target": "/api/v1/qr.png?text=PHIEN"}, 200),
    ("get /api/v1/summary", "mora", {}, 200),
    ("get /api/v1/shifts", "mora", {}, 200),
    ("get /api/v1/terminals", "mora", {}, 200),
    ("get /api/v1/report", "mora", {}, 200),
    ("get /api/v1/events", "mora", {}, 200),
    ("get /api/v1/journals", "moa", {}, 200),
    ("get /api/v1/journals/export", "moa", {}, 200),
    ("get /api/v1/verify", "moa", {}, 200),
    ("get /api/v1/ledger/dump", "moa", {}, 200),
    ("get /api/v1/holdings", "moa", {}, 200),
    ("get /api/v1/accounts", "moa", {}, 200),
    ("get /api/v1/tokens", "moa", {}, 200),
    ("get /api/v1/me", "moera", {}, 200),
    ("get /api/v1/logins", "moera", {}, 200),
    ("delete /api/v1/logins/{id}", "moera", {"target": "/api/v1/logins/0000"}, 404),
    ("post /api/v1/logout", "oera", {"body": {"x": 1}}, 400),
    ("post /api/v1/me/password", "oera", {"body": {}}, 400),
    ("post /api/v1/journals/import", "mo", {"body": "x"}, 422),
    ("post /api/v1/enrolments", "mo", {"body": {"exhibitors": ["EX99"]}}, 404),
    ("get /api/v1/enrolments", "moa", {}, 200),
    ("delete /api/v1/enrolments", "mo", {}, 200),
    ("post /api/v1/booth-cards", "mo", {"body": {"exhibitors": ["EX99"], "hours": 1}}, 404),
    ("get /api/v1/labels.pdf", "moera", {"target": "/api/v1/labels.pdf?exhibitor=EX01"}, 200),
    ("post /api/v1/imports", "mo", {"body": LISTS}, 422),
    ("post /api/v1/imports/preview", "mo", {"body": {"files": [1]}}, 400),
    ("post /api/v1/imports/apply", "mo", {"body": {"files": [1]}}, 400),
    ("get /api/v1/imports/template", "mo", {}, 200),
    ("get /api/v1/catalogue/lists", "mora", {}, 200),
    ("get /api/v1/pictures", "moera", {}, 200),
    ("get /api/v1/pictures/{product}", "moera", {"target": "/api/v1/pictures/CB0001"}, 404),
    ("put /api/v1/pictures/{product}", "mo", {"target": "/api/v1/pictures/CB0001", "body": "x"}, 422),
    ("delete /api/v1/pictures/{product}", "mo", {"target": "/api/v1/pictures/CB0001"}, 404),
    ("put /api/v1/catalogue/{type}/{id}", "mo", {"target": "/api/v1/catalogue/product/CB0001", "body": {}}, 400),
    ("delete /api/v1/catalogue/{type}/{id}", "mo", {"target": "/api/v1/catalogue/product/NONE"}, 404),
    ("get /api/v1/catalogue/{type}/{id}/history", "mora", {"target": "/api/v1/catalogue/product/CB0001/history"}, 200),
    ("get /api/v1/catalogue/{type}/{id}/reach", "mora", {"target": "/api/v1/catalogue/product/CB0001/reach"}, 200),
    ("get /api/v1/proposals", "moera", {"target": "/api/v1/proposals?exhibitor=EX01"}, 200),
    ("post /api/v1/proposals/accept", "mo", {"body": {"about": REF}}, 404),
    ("post /api/v1/proposals/answer", "mo", {"body": {"about": REF, "text": "x"}}, 404),
    ("post /api/v1/closing", "mo", {"body": {"x": 1}}, 400),
    ("post /api/v1/rulings", "mo", {"body": {"about": REF, "decision": "settled", "text": "x"}}, 404),
    ("post /api/v1/revocations", "mo", {"body": {"terminal": "T99", "reason": "x"}}, 404),
    ("post /api/v1/erasures", "mo", {"body": {"about": REF}}, 404),
    ("post /api/v1/declared-sales", "mo", {"body": {}}, 400),
    ("post /api/v1/payments/confirmed", "mo", {"body": {}}, 400),
    ("post /api/v1/rebuild", "mo", {"body": {"x": 1}}, 400),
    ("post /api/v1/accounts", "mo", {"body": {}}, 400),
    ("put /api/v1/accounts/{account}", "mo", {"target": "/api/v1/accounts/nobody", "body": {}}, 400),
    ("delete /api/v1/accounts/{account}", "mo", {"target": "/api/v1/accounts/nobody"}, 404),
    ("post /api/v1/accounts/{account}/invitation", "mo", {"target": "/api/v1/accounts/nobody/invitation", "body": {}}, 404),
    ("post /api/v1/tokens", "mo", {"body": {}}, 400),
    ("delete /api/v1/tokens/{token}", "mo", {"target": "/api/v1/tokens/nothing"}, 404),
    ("post /api/v1/bank/notices/{source}", "open", {"target": "/api/v1/bank/notices/none", "body": {}}, 401),
    ("get /api/v1/bank/sources", "moa", {}, 200),
    ("put /api/v1/bank/sources/{source}", "mo", {"target": "/api/v1/bank/sources/none", "body": {}}, 400),
    ("delete /api/v1/bank/sources/{source}", "mo", {"target": "/api/v1/bank/sources/none"}, 404),
    ("get /api/v1/bank/waiting", "moa", {}, 200),
    ("get /api/v1/bank/waiting/{notice}", "moa", {"target": "/api/v1/bank/waiting/none"}, 404),
    ("post /api/v1/bank/waiting/{notice}", "mo", {"target": "/api/v1/bank/waiting/none", "body": {}}, 400),
    ("delete /api/v1/bank/waiting/{notice}", "mo", {"target": "/api/v1/bank/waiting/none"}, 404),
    ("get /api/v1/alerts", "mora", {}, 200),
    ("get /api/v1/alerts/outlets", "moa", {}, 200),
    ("put /api/v1/alerts/outlets/{outlet}", "mo", {"target": "/api/v1/alerts/outlets/none", "body": {}}, 404),
    ("delete /api/v1/alerts/outlets/{outlet}", "mo", {"target": "/api/v1/alerts/outlets/none"}, 404),
    ("post /api/v1/alerts/outlets/{outlet}/test", "mo", {"target": "/api/v1/alerts/outlets/none/test", "body": {}}, 404),
    ("post /api/v1/backups/kept", "mo", {"body": {"digest": "0" * 64}}, 404),
    ("post /api/v1/backups", "m", {"body": {"path": "relative"}}, 400),
]
ROLES = {"o": "organizer", "e": "exhibitor", "r": "reporter", "a": "auditor"}


def status_of_stream(server, headers):
    """The status of an answer that does not end."""
    import http.client
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/api/v1/events", headers=headers)
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
        cls.people = {letter: pt.Person.invited(cls.server, "nguoi-" + role, role, ["EX02"] if letter == "e" else ()) for letter, role in ROLES.items()}
        cls.programs = {}
        for letter, role in ROLES.items():
            wanted = {"name": role, "role": role, "days": 1, **({"exhibitors": ["EX02"]} if letter == "e" else {})}
            answer = cls.people["o"].call("POST", "/api/v1/tokens", wanted)
            assert answer.status == 200, answer
            cls.programs[letter] = answer.json["secret"]
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_the_table_names_every_route_and_no_other(self):
        self.assertEqual(sorted(route for route, *_ in TABLE), sorted(f"{m} {p}" for m, p in self.api.operations()))

    def callers(self):
        """name, letter of the table (None: nobody), how it asks."""
        def bearer(token):
            return lambda *request: self.server.call(*request, token=token)
        yield "nobody", None, bearer(None), (401, "no_token")
        yield "a wrong token", None, bearer("0" * 64), (401, "bad_token")
        yield "an old cookie", None, lambda *r: self.server.call(*r, headers={"Cookie": "phien-server=" + "0" * 64}), (401, "no_session")
        yield "a revoked terminal", None, bearer(self.revoked.token), (403, "revoked")
        yield "the machine", "m", bearer(self.server.token), None
        yield "a terminal", "t", bearer(self.other.token), None
        for letter, role in ROLES.items():
            yield role, letter, self.people[letter].call, None
            yield role + "'s program", letter, bearer(self.programs[letter]), None

    def test_table(self):
        for name, letter, ask, nobody in self.callers():
            for route, who, request, status in TABLE:
                with self.subTest(route=route, caller=name):
                    method, path = route.split()
                    target = request.get("target", path)
                    may = who == "open" or (letter and letter in who)
                    if path == "/api/v1/events" and may:
                        headers = ({"Cookie": self.people[letter].cookie} if name in ROLES.values()
                                   else {"Authorization": "Bearer " + (self.server.token if letter == "m" else self.programs[letter])})
                        self.assertEqual(status_of_stream(self.server, headers), 200)
                        continue
                    answer = ask(method.upper(), target, request.get("body"))
                    if not may:
                        expected = nobody or (403, "not_yours")
                    elif letter in ("t", "e") and "exhibitor=EX01" in target:
                        expected = (403, "not_yours")
                    elif who == "t" and letter == "t" and status == 403:
                        expected = (403, "not_yours")   # a batch under another's name
                    else:
                        expected = (status, None)
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
