#!/usr/bin/python3
"""Accounts, roles, logins and tokens: who gets in, who does not any more, and what is left of a secret anywhere."""
import http.client
import json
import re
import sqlite3
import unittest

import phien_test as pt
from openapi import OpenApi

AT = 1747272600000   # 2025-05-15 08:30 in Vietnam


def entries(server, kind):
    """Entries of a kind, in the journals as exported."""
    text = server.admin("GET", "/api/v1/journals/export").text
    found = [json.loads(line[2:]) for line in text.splitlines() if line.startswith("e ")]
    return [entry for entry in found if entry["kind"] == kind]


class Running(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.started()
        self.addCleanup(self.server.close)
        self.api = OpenApi(self.server.call("GET", "/api/v1/openapi.json").json)

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code), answer)

    def with_clock(self):
        clock = self.server.root / "clock"

        def set_clock(wall):
            beside = clock.with_suffix(".new")
            beside.write_text(f"{pt.BOOT} {wall - AT + 1000} {wall}\n")
            beside.rename(clock)
        set_clock(AT)
        self.server.stop()
        self.server.clock = clock
        self.server.start()
        return set_clock


class GettingIn(Running):
    def test_an_invitation_sets_one_password_once(self):
        link = self.server.json("account", "add", "mai", "--name", "Nguyễn Thị Mai")
        self.assertRegex(link["link"], r"^https://.*/#invite=[0-9a-f]{32}$")
        mai = pt.Person(self.server, "mai")
        look = self.server.call("POST", "/api/v1/invitations/look", {"code": link["code"]})
        self.assertEqual((look.json["account"], look.json["name"], look.json["role"]), ("mai", "Nguyễn Thị Mai", "organizer"))
        self.api.check("POST", "/api/v1/invitations/look", look)
        self.refused(mai.login(), 401, "bad_login")
        for weak in ("ngắn", "aaaaaaaaaaaaaaaa", "matkhau123456", "mai mai mai mai", "x" * 257):
            answer = mai.accept(link["code"], weak)
            self.assertIn((answer.status, answer.code), ((422, "weak_password"), (400, "out_of_range"), (400, "bad_value"), (400, "too_long")), weak)
        answer = self.api.check("POST", "/api/v1/invitations", mai.accept(link["code"]))
        self.assertEqual(answer.status, 200)
        self.refused(mai.accept(link["code"], "another sentence altogether"), 403, "bad_code")
        self.assertEqual(mai.call("GET", "/api/v1/me").json["account"], "mai")
        self.assertEqual(pt.Person(self.server, "mai").login().status, 200)

    def test_the_cookie_is_for_this_page_alone(self):
        mai = pt.Person.invited(self.server, "mai")
        cookie = mai.login().headers["set-cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"):
            self.assertIn(part, cookie)
        self.assertNotIn("Domain", cookie)
        change = ("POST", "/api/v1/closing", {"x": 1})
        self.assertEqual(mai.call(*change).status, 400)
        for headers, code in (({"Origin": None}, "wrong_origin"), ({"Origin": "http://phien.example"}, "wrong_origin"),
                              ({"Origin": "null"}, "wrong_origin"), ({"Origin": mai.origin + "0"}, "wrong_origin"),
                              ({"Origin": "https" + mai.origin[4:]}, "wrong_origin"), ({"X-Phien": None}, "not_the_page")):
            self.refused(mai.call(*change, headers=headers), 403, code)
        self.refused(mai.call("POST", "/api/v1/login", {"account": "mai", "password": pt.PASSWORD}, headers={"Origin": "http://phien.example"}),
                     403, "wrong_origin")
        self.assertEqual(mai.call("GET", "/api/v1/me", headers={"Origin": None, "X-Phien": None}).status, 200)

    def test_logging_out_ends_it_and_a_restart_ends_all(self):
        mai = pt.Person.invited(self.server, "mai")
        old = mai.cookie
        self.api.check("POST", "/api/v1/logout", mai.call("POST", "/api/v1/logout", {}))
        mai.cookie = old
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")
        self.assertEqual(mai.login().status, 200)
        self.server.stop()
        self.server.start()
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")

    def test_wrong_passwords_are_counted_and_an_account_that_is_not_there_is_not_told(self):
        mai = pt.Person.invited(self.server, "mai")
        for who in (pt.Person(self.server, "mai"), pt.Person(self.server, "nobody")):
            for _ in range(5):
                self.refused(who.login("not the right sentence"), 401, "bad_login")
            self.refused(who.login(), 429, "too_many_tries")
        self.assertEqual(mai.call("GET", "/api/v1/me").status, 200, "who is in stays in")

    def test_a_login_ends_by_itself(self):
        set_clock = self.with_clock()
        mai = pt.Person.invited(self.server, "mai")
        for minutes in range(0, 12 * 60, 25):
            set_clock(AT + minutes * 60_000)
            self.assertEqual(mai.call("GET", "/api/v1/me").status, 200, f"seen every 25 minutes, after {minutes}")
        set_clock(AT + 12 * 3_600_000)
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")
        self.assertEqual(mai.login().status, 200)
        set_clock(AT + 12 * 3_600_000 + 30 * 60_000)
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")

    def test_an_invitation_ends_by_itself_and_a_newer_one_replaces_it(self):
        set_clock = self.with_clock()
        first = self.server.admin("POST", "/api/v1/accounts", {"account": "mai", "name": "Mai", "role": "organizer"}).json["code"]
        second = self.server.json("account", "reset", "mai")["code"]
        mai = pt.Person(self.server, "mai")
        self.refused(mai.accept(first), 403, "bad_code")
        set_clock(AT + 3 * 24 * 3_600_000)
        self.refused(mai.accept(second), 403, "bad_code")


class ShowingOut(Running):
    def test_a_reset_voids_the_password_and_ends_every_login(self):
        boss, mai = pt.Person.invited(self.server, "boss"), pt.Person.invited(self.server, "mai", "reporter")
        answer = self.api.check("POST", "/api/v1/accounts/mai/invitation", boss.call("POST", "/api/v1/accounts/mai/invitation", {}))
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")
        self.refused(mai.login(), 401, "bad_login")
        self.assertEqual(mai.accept(answer.json["code"], "một câu khác hẳn câu cũ").status, 200)
        self.assertEqual(mai.call("GET", "/api/v1/summary").status, 200)

    def test_a_removed_account_is_gone_for_ever(self):
        boss, mai = pt.Person.invited(self.server, "boss"), pt.Person.invited(self.server, "mai")
        secret = mai.call("POST", "/api/v1/tokens", {"name": "bảng tính", "role": "reporter", "days": 5}).json["secret"]
        self.assertEqual(self.server.call("GET", "/api/v1/summary", token=secret).status, 200)
        self.api.check("DELETE", "/api/v1/accounts/mai", boss.call("DELETE", "/api/v1/accounts/mai"))
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")
        self.refused(mai.login(), 401, "bad_login")
        self.refused(self.server.call("GET", "/api/v1/summary", token=secret), 401, "bad_token")
        for account in ("mai", "organizer", "_system", "EX01.1"):   # the last is a cashier: one namespace
            self.refused(boss.call("POST", "/api/v1/accounts", {"account": account, "name": "x", "role": "auditor"}), 409, "account_taken")

    def test_the_last_organizer_stays_unless_the_machine_says_so(self):
        boss = pt.Person.invited(self.server, "boss")
        pt.Person.invited(self.server, "mai", "reporter")
        self.refused(boss.call("DELETE", "/api/v1/accounts/boss"), 409, "last_organizer")
        self.refused(boss.call("PUT", "/api/v1/accounts/boss", {"name": "Boss", "role": "reporter"}), 409, "last_organizer")
        second = pt.Person.invited(self.server, "second")
        self.assertEqual(boss.call("PUT", "/api/v1/accounts/boss", {"name": "Boss", "role": "reporter"}).json["changed"], True)
        self.refused(boss.call("GET", "/api/v1/accounts"), 403, "not_yours")
        self.refused(second.call("DELETE", "/api/v1/accounts/second"), 409, "last_organizer")
        self.server.run("account", "remove", "second")

    def test_a_token_ends_with_its_time_its_revocation_and_its_owners_role(self):
        set_clock = self.with_clock()
        boss, mai = pt.Person.invited(self.server, "boss"), pt.Person.invited(self.server, "mai")
        wanted = {"name": "màn hình ở cổng", "role": "reporter", "days": 2}
        of_boss = boss.call("POST", "/api/v1/tokens", wanted).json
        of_mai = [self.api.check("POST", "/api/v1/tokens", mai.call("POST", "/api/v1/tokens", wanted)).json for _ in range(2)]

        def status(token):
            return self.server.call("GET", "/api/v1/summary", token=token["secret"]).status
        self.assertEqual([status(t) for t in (of_boss, *of_mai)], [200, 200, 200])
        self.assertEqual(self.server.call("GET", "/api/v1/me", token=of_boss["secret"]).json["token"], of_boss["token"])
        self.api.check("DELETE", "/api/v1/tokens/x", boss.call("DELETE", "/api/v1/tokens/" + of_mai[0]["token"]))
        self.assertEqual([status(t) for t in (of_boss, *of_mai)], [200, 401, 200])
        boss.call("PUT", "/api/v1/accounts/mai", {"name": "Mai", "role": "auditor"})
        self.assertEqual([status(t) for t in (of_boss, *of_mai)], [200, 401, 401])
        set_clock(AT + 2 * 24 * 3_600_000)
        self.assertEqual(status(of_boss), 401)
        rows = self.server.admin("GET", "/api/v1/tokens").json["rows"]
        self.assertEqual(len(rows), 3)
        self.assertFalse(any(row["good"] for row in rows))

    def test_logins_are_listed_and_ended(self):
        boss, mai = pt.Person.invited(self.server, "boss"), pt.Person.invited(self.server, "mai", "reporter")
        elsewhere = pt.Person(self.server, "mai")
        elsewhere.login()
        rows = self.api.check("GET", "/api/v1/logins", mai.call("GET", "/api/v1/logins")).json["rows"]
        self.assertEqual([(row["account"], row["this"]) for row in rows], [("mai", True), ("mai", False)])
        self.refused(mai.call("DELETE", "/api/v1/logins/" + boss.call("GET", "/api/v1/me").json["login"]), 404, "unknown_login")
        self.api.check("DELETE", "/api/v1/logins/x", mai.call("DELETE", "/api/v1/logins/" + rows[1]["id"]))
        self.refused(elsewhere.call("GET", "/api/v1/me"), 401, "no_session")
        self.assertEqual(boss.call("DELETE", "/api/v1/logins/" + rows[0]["id"]).status, 200)
        self.refused(mai.call("GET", "/api/v1/me"), 401, "no_session")
        note, = entries(self.server, "note")
        self.assertEqual(note["by"], "boss")

    def test_a_new_password_ends_every_other_login(self):
        mai, elsewhere = pt.Person.invited(self.server, "mai"), pt.Person(self.server, "mai")
        elsewhere.login()
        self.refused(mai.call("POST", "/api/v1/me/password", {"old": "not the old one", "password": "một câu khác hẳn câu cũ"}), 403, "bad_login")
        self.refused(mai.call("POST", "/api/v1/me/password", {"old": pt.PASSWORD, "password": "ngắn"}), 422, "weak_password")
        answer = mai.call("POST", "/api/v1/me/password", {"old": pt.PASSWORD, "password": "một câu khác hẳn câu cũ"})
        self.assertEqual(self.api.check("POST", "/api/v1/me/password", answer).status, 200)
        self.assertEqual(mai.call("GET", "/api/v1/me").status, 200)
        self.refused(elsewhere.call("GET", "/api/v1/me"), 401, "no_session")
        self.refused(elsewhere.login(), 401, "bad_login")

    def test_a_live_page_ends_with_its_login(self):
        mai = pt.Person.invited(self.server, "mai", "reporter")
        stream = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        self.addCleanup(stream.close)
        stream.request("GET", "/api/v1/events", headers={"Cookie": mai.cookie})
        answer = stream.getresponse()
        self.assertIn(b"event: totals", answer.readline() + answer.readline() + answer.readline())
        self.server.run("account", "remove", "mai")   # a change of the journal: the stream looks again
        while answer.readline():
            pass   # ends, or the time out above fails the test


class OneExhibitor(Running):
    def setUp(self):
        super().setUp()
        for exhibitor, product in (("EX01", "CB0001"), ("EX02", "CB0011")):
            till = pt.Terminal.enrolled(self.server, [exhibitor])
            till.open()
            till.sale(exhibitor, product, 1000, 25000)
            till.entry("lead", {"exhibitor": exhibitor, "type": "enquiry", "goods": "miến", "value": 0, "consent": False}, by=exhibitor + ".1")
            assert till.send().status == 200
        self.own = pt.Person.invited(self.server, "hop-tac", "exhibitor", ["EX02"])

    def test_sees_its_own_and_nothing_of_others(self):
        for path in ("stock", "transfers", "exceptions", "leads"):
            rows = self.own.call("GET", "/api/v1/" + path).json["rows"]
            self.assertLessEqual({row["exhibitor"] for row in rows}, {"EX02"}, path)
        self.assertEqual([row["exhibitor"] for row in self.own.call("GET", "/api/v1/leads").json["rows"]], ["EX02"])
        for by in ("exhibitor", "product", "day", "hour", "method", "ocop", "cnnt", "how"):
            rows = self.own.call("GET", "/api/v1/sales?by=" + by).json["rows"]
            self.assertEqual(sum(row["sold"] for row in rows if by != "cnnt" or row["key"] in ("0", "1")), 25000, by)
        catalogue = self.api.check("GET", "/api/v1/catalogue", self.own.call("GET", "/api/v1/catalogue")).json
        self.assertEqual([e["id"] for e in catalogue["exhibitors"]], ["EX02"])
        self.assertEqual({p["exhibitor"] for p in catalogue["products"] + catalogue["cashiers"]}, {"EX02"})
        self.assertNotIn("EX01", json.dumps(catalogue))

    def test_what_is_anothers_and_what_is_not_there_are_refused_alike(self):
        for path in ("stock", "sales", "transfers", "exceptions", "leads", "catalogue"):
            answers = [self.own.call("GET", f"/api/v1/{path}?exhibitor={id}").text for id in ("EX01", "EX99", "nobody")]
            self.assertEqual(len(set(answers)), 1, path)
            self.assertIn("not_yours", answers[0])

    def test_an_account_of_an_exhibitor_that_is_not_there_cannot_be_made(self):
        body = {"account": "x", "name": "x", "role": "exhibitor"}
        self.refused(self.server.admin("POST", "/api/v1/accounts", {**body, "exhibitors": ["EX99"]}), 404, "unknown_exhibitor")
        self.refused(self.server.admin("POST", "/api/v1/accounts", body), 400, "missing_field")
        self.refused(self.server.admin("POST", "/api/v1/accounts", {**body, "role": "auditor", "exhibitors": ["EX01"]}), 400, "unknown_field")


class Secrets(Running):
    def test_every_act_is_an_entry_that_names_who_did_it(self):
        boss = pt.Person.invited(self.server, "boss")
        pt.Person.invited(self.server, "mai", "reporter")
        boss.call("PUT", "/api/v1/accounts/mai", {"name": "Mai", "role": "auditor"})
        token = boss.call("POST", "/api/v1/tokens", {"name": "x", "role": "organizer", "days": 1}).json
        self.assertEqual([(e["by"], e["body"]["account"]) for e in entries(self.server, "account")],
                         [("organizer", "boss"), ("organizer", "mai"), ("boss", "mai")])
        self.assertEqual([e["by"] for e in entries(self.server, "password")], ["boss", "mai"])
        self.assertEqual([e["by"] for e in entries(self.server, "token")], ["boss"])
        terminal = pt.Terminal.enrolled(self.server, ["EX01"]).id
        answer = self.server.call("POST", "/api/v1/revocations", {"terminal": terminal, "reason": "thử"}, token=token["secret"])
        self.assertEqual(answer.status, 200)
        self.assertEqual([e["by"] for e in entries(self.server, "terminal_revoked")], ["boss"])
        self.assertEqual([e["by"] for e in entries(self.server, "terminal_enrolled")], ["organizer"])

    def test_neither_feed_nor_database_nor_backup_holds_what_opens_a_door(self):
        boss = pt.Person.invited(self.server, "boss")
        token = boss.call("POST", "/api/v1/tokens", {"name": "x", "role": "organizer", "days": 1}).json["secret"]
        code = self.server.admin("POST", "/api/v1/accounts", {"account": "mai", "name": "Mai", "role": "auditor"}).json["code"]
        till = pt.Terminal.enrolled(self.server, ["EX01"])
        feed = till.feed()
        pages = [feed.text]
        while feed.json["batches"]:
            feed = till.feed(**{k: feed.json["cursor"][k] for k in ("incarnation", "seq", "hash")})
            pages.append(feed.text)
        self.assertIn("\\\"kind\\\":\\\"password\\\"", "".join(pages), "it does travel")
        backup = self.server.root / "backup.db"
        self.server.run("backup", backup)
        import hashlib
        secrets = [pt.PASSWORD.encode(), b"$argon2id$", token.encode(), hashlib.sha256(token.encode()).hexdigest().encode(), code.encode(),
                   boss.cookie.split("=")[1].encode()]
        self.server.stop()
        with sqlite3.connect(self.server.data / "phien.db") as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name, text in (("feed", "".join(pages).encode()), ("backup", backup.read_bytes()), ("store", (self.server.data / "phien.db").read_bytes())):
            for secret in secrets:
                self.assertNotIn(secret, text, name)

    def test_a_server_rebuilt_from_kit_and_journals_knows_everybody(self):
        boss = pt.Person.invited(self.server, "boss")
        own = pt.Person.invited(self.server, "hop-tac", "exhibitor", ["EX02"])
        token = boss.call("POST", "/api/v1/tokens", {"name": "x", "role": "reporter", "days": 1}).json["secret"]
        exported = self.server.root / "all.phien"
        exported.write_bytes(self.server.admin("GET", "/api/v1/journals/export").body)
        self.server.stop()
        again = pt.Server()
        self.addCleanup(again.close)
        again.run("recover", "--kit", self.server.kit)   # nothing but the kit; the journals come later, as from terminals
        again.start()
        boss.server = own.server = again
        self.refused(boss.call("GET", "/api/v1/me"), 401, "no_session")
        self.refused(boss.login(), 401, "bad_login")
        self.assertEqual(again.admin("POST", "/api/v1/journals/import", exported.read_bytes()).status, 200)
        self.assertEqual(boss.login().status, 200)
        self.assertEqual(own.login().json["exhibitors"], ["EX02"])
        self.assertEqual(again.call("GET", "/api/v1/summary", token=token).status, 200)
        # What the new server seals, the one before it cannot read: its keys do not reach forward.
        mai = pt.Person.invited(again, "mai", "auditor")
        newer = again.root / "newer.phien"
        newer.write_bytes(again.admin("GET", "/api/v1/journals/export").body)
        self.assertEqual(mai.login().status, 200)
        self.server.run("journal", "import", newer, expect=None)
        self.server.start()
        self.refused(pt.Person(self.server, "mai").login(), 401, "bad_login")
        self.assertEqual(pt.Person(self.server, "boss").login().status, 200)


    def test_a_stolen_server_that_goes_on_inviting_lets_nobody_in_once_it_is_revoked(self):
        pt.Person.invited(self.server, "boss")
        honest = self.server.root / "honest.phien"
        honest.write_bytes(self.server.admin("GET", "/api/v1/journals/export").body)
        again = pt.Server()
        self.addCleanup(again.close)
        again.run("recover", "--kit", self.server.kit, honest)
        again.start()
        answer = again.admin("POST", "/api/v1/revocations", {"terminal": "_server.1", "reason": "mất máy chủ cũ"})
        self.assertEqual(answer.status, 200, answer)
        self.refused(again.admin("POST", "/api/v1/revocations", {"terminal": "_server.2", "reason": "x"}), 409, "own_journal")
        self.refused(again.admin("POST", "/api/v1/revocations", {"terminal": "_server.1000", "reason": "x"}), 409, "own_journal")
        thief = pt.Person.invited(self.server, "trom")
        forged = self.server.admin("GET", "/api/v1/journals/export").body
        self.assertEqual(again.admin("POST", "/api/v1/journals/import", forged).status, 200)
        self.assertEqual([row["account"] for row in again.admin("GET", "/api/v1/accounts").json["rows"]], ["boss"])
        thief.server = again
        self.refused(thief.login(), 401, "bad_login")
        self.assertEqual(pt.Person(again, "boss").login().status, 200)


class Commands(unittest.TestCase):
    def test_accounts_and_tokens_without_a_running_server(self):
        server = pt.Server.opened()
        self.addCleanup(server.close)
        said = server.run("account", "add", "mai", "--name", "Mai", "--role", "auditor").stdout
        self.assertRegex(said, r"#invite=[0-9a-f]{32}")
        server.run("account", "add", "boss", "--name", "Boss")
        self.assertRegex(server.run("account", "reset", "mai").stdout, r"#invite=[0-9a-f]{32}")
        refused = server.run("token", "add", "--name", "x", "--account", "mai", expect=1)
        self.assertIn("not_an_organizer", refused.stderr)
        token = server.json("token", "add", "--name", "x", "--account", "boss", "--days", "3")
        self.assertRegex(token["secret"], r"^phien_[0-9a-f]{64}$")
        self.assertIn(token["token"], server.run("token", "list").stdout)
        server.run("token", "revoke", token["token"])
        self.assertEqual(server.json("token", "list")["rows"][0]["revoked"], True)
        server.run("account", "remove", "mai")
        self.assertEqual({row["account"]: row["removed"] for row in server.json("account", "list")["rows"]}, {"boss": False, "mai": True})
        self.assertTrue(re.search(r"mai\s+Mai\s+auditor", server.run("account", "list").stdout))


if __name__ == "__main__":
    unittest.main()
