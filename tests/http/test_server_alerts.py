#!/usr/bin/python3
"""Alerts: each once when it begins and once when it ends, on the page, by a signed webhook and by mail; over failures and restarts."""
import hashlib
import hmac
import json
import time
import unittest

import phien_test as pt
from openapi import OpenApi
from receivers import MailServer, Webhook, subject_of, text_of

WAIT = 25   # seconds: alerts are looked at every few


class Alerts(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.opened()
        self.addCleanup(self.server.close)
        self.server.start("--alerts-to-this-machine")
        self.api = OpenApi(self.server.call("GET", "/api/v1/openapi.json").json)
        self.till = pt.Terminal.enrolled(self.server, ["EX01"])
        self.till.open()
        self.sent = 0

    def ask(self, method, target, body=None, status=200, **options):
        answer = self.api.check(method, "/api/v1/" + target, self.server.admin(method, "/api/v1/" + target, body, **options))
        self.assertEqual(answer.status, status, answer)
        return answer.json

    def hook(self, **options):
        hook = Webhook(**options)
        self.addCleanup(hook.close)
        hook.secret = self.ask("PUT", "alerts/outlets/web", {"url": hook.url})["secret"]
        return hook

    def mail(self, **options):
        server = MailServer(**options)
        self.addCleanup(server.close)
        self.settings = {"host": "127.0.0.1", "port": server.port, "security": "tls" if server.tls_at_once else "starttls", "user": server.user,
                         "password": server.password, "from": "phien@fair.example", "to": ["bac-ha@fair.example", "btc@fair.example"], "key": server.key}
        self.ask("PUT", "alerts/outlets/mail", self.settings)
        return server

    def open(self):
        return {(row["rule"], row["key"]) for row in self.ask("GET", "alerts")["rows"]}

    def send(self):
        self.assertEqual(self.till.send(self.till.batch(self.sent + 1)).status, 200)
        self.sent = len(self.till.entries)

    def sell_out(self):
        """Far more than there is: its rule and key."""
        self.till.sale("EX01", "CB0001", 9_000_000, 1000)
        self.send()
        return ("stock_low", "EX01/CB0001")

    def bring(self):
        self.till.entry("stock_in", {"exhibitor": "EX01", "place": "booth", "lines": [{"product": "CB0001", "name": "Hàng thử", "unit": "hộp", "qty": 90_000_000}]})
        self.send()

    def about(self, hook, alert):
        return [event["state"] for event in hook.events() if (event["rule"], event["key"]) == alert]

    def test_once_when_it_begins_and_once_when_it_ends_signed(self):
        hook = self.hook()
        alert = self.sell_out()
        pt.wait_for(lambda: alert in self.open(), "the page shows it", WAIT)
        pt.wait_for(lambda: self.about(hook, alert) == ["began"], "it is sent", WAIT)
        self.till.sale("EX01", "CB0001", 1000, 1000)
        self.send()   # another sale changes nothing of it
        self.bring()
        pt.wait_for(lambda: self.about(hook, alert) == ["began", "ended"], "its end is sent", WAIT)
        self.assertNotIn(alert, self.open())
        for headers, body in hook.got:
            at, digest = (part.split("=", 1)[1] for part in headers["X-Phien-Signature"].split(","))
            self.assertEqual(digest, hmac.new(hook.secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest())
            self.assertLess(abs(time.time() * 1000 - int(at)), 60_000)
            event = json.loads(body)["events"][0]
            self.assertTrue(event["message"]["vi"] and event["message"]["en"])
        ids = [json.loads(body)["id"] for _, body in hook.got]
        self.assertEqual(len(ids), len(set(ids)))

    def test_what_was_not_taken_is_sent_again_also_by_the_next_run(self):
        hook = self.hook()
        hook.answers = [500, 302, 503] + [500] * 50
        alert = self.sell_out()
        pt.wait_for(lambda: len(hook.got) >= 2, "it is tried again", WAIT)
        state = self.ask("GET", "alerts")["outlets"]["web"]
        self.assertGreaterEqual(state["waiting"], 1)
        self.assertIn("HTTP", state["problem"]["vi"])
        self.server.kill()
        hook.answers = []
        before = len(hook.got)
        self.server.start("--alerts-to-this-machine")
        pt.wait_for(lambda: len(hook.got) > before, "the next run sends it", WAIT)
        first = [json.loads(body)["id"] for _, body in hook.got if alert[1] in body.decode()]
        self.assertEqual(len(set(first)), 1, "the same message again: whoever takes it can tell")
        pt.wait_for(lambda: self.ask("GET", "alerts")["outlets"]["web"]["waiting"] == 0, "nothing is left", WAIT)
        self.assertEqual(set(path for path in (h.get("X-Path") for h, _ in hook.got)), {None})
        count = len(hook.got)
        self.till.token = None
        self.till.session()
        self.till.sale("EX01", "CB0001", 1000, 1000)
        self.send()
        self.bring()
        pt.wait_for(lambda: self.about(hook, alert)[-1] == "ended", "its end", WAIT)
        self.assertEqual(self.about(hook, alert)[len([*first]) - 1:], ["began", "ended"], "the restart did not begin it anew")
        self.assertGreater(len(hook.got), count)

    def test_mail_over_starttls_and_tls_with_a_login(self):
        for tls_at_once in (False, True):
            with self.subTest(tls_at_once=tls_at_once):
                server = self.mail(tls_at_once=tls_at_once)
                self.ask("POST", "alerts/outlets/mail/test", {})
                pt.wait_for(lambda: any("Thử gửi" in subject_of(m) for m in server.mails), "the test arrives", WAIT)
                self.assertEqual(server.open_logins, 0, "no password goes in the open")
                self.assertEqual({line.split("<")[1].split(">")[0] for line in server.recipients}, set(self.settings["to"]))
        self.sell_out()
        pt.wait_for(lambda: any("EX01" in text_of(m) for m in server.mails), "the alert arrives", WAIT)
        mail = [m for m in server.mails if "EX01" in text_of(m)][0]
        self.assertTrue(subject_of(mail).startswith(f"[Phiên {pt.FAIR}]"))
        self.assertEqual((mail["From"], mail["Auto-Submitted"]), ("Phien <phien@fair.example>", "auto-generated"))

    def test_a_mail_server_that_is_not_who_it_should_be_gets_nothing(self):
        server = self.mail()
        for wrong in ({"key": "0" * 64}, {"key": None}, {"password": "sai"}):
            wanted = {**self.settings, **wrong}
            self.ask("PUT", "alerts/outlets/mail", {k: v for k, v in wanted.items() if v is not None})
            self.ask("POST", "alerts/outlets/mail/test", {}, status=502)
        self.assertEqual(server.mails, [])
        self.assertEqual(sum(line.startswith("AUTH") for line in server.lines), 1, "only the wrong password was shown to it, over TLS")

    def test_secrets_are_shown_once_kept_and_never_told(self):
        hook, server = self.hook(), self.mail()
        self.assertNotIn("secret", self.ask("PUT", "alerts/outlets/web", {"url": hook.url}))
        self.ask("PUT", "alerts/outlets/mail", {k: v for k, v in self.settings.items() if k != "password"})
        self.ask("POST", "alerts/outlets/mail/test", {})   # the password was kept
        for target in ("alerts", "alerts/outlets", "tokens", "journals/export", "ledger/dump"):
            text = self.server.admin("GET", "/api/v1/" + target).text
            for secret in (hook.secret, server.password):
                self.assertNotIn(secret, text, target)
        self.assertNotIn(hook.url, self.server.admin("GET", "/api/v1/journals/export").text, "terminals carry the journal")
        self.ask("PUT", "alerts/outlets/mail", {**{k: v for k, v in self.settings.items() if k != "password"}, "host": "mail.example"})
        self.assertFalse(self.ask("GET", "alerts/outlets")["mail"]["has_password"], "another server is not told this one's password")
        log = (self.server.root / "log").read_text()
        self.assertNotIn(hook.secret, log)
        self.assertNotIn(server.password, log)
        self.ask("DELETE", "alerts/outlets/mail")
        self.ask("DELETE", "alerts/outlets/mail", status=404)
        self.assertEqual(set(self.ask("GET", "alerts/outlets")), {"web"})

    def test_no_address_leads_to_the_machine_itself_or_its_link(self):
        hook = self.hook()
        self.server.stop()
        self.server.start()   # as it is without being told otherwise
        answer = self.server.admin("POST", "/api/v1/alerts/outlets/web/test", {})
        self.assertEqual((answer.status, answer.code), (502, "forbidden_address"))
        for host in ("127.0.0.1", "localhost", "[::1]", "169.254.169.254", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433", "[fe80::1]", "224.0.0.1"):
            with self.subTest(host):
                self.ask("PUT", "alerts/outlets/web", {"url": f"https://{host}:{hook.port}/"})
                answer = self.server.admin("POST", "/api/v1/alerts/outlets/web/test", {})
                self.assertEqual((answer.status, answer.code), (502, "forbidden_address"))
        self.ask("PUT", "alerts/outlets/mail", {"host": "127.0.0.1", "port": hook.port, "security": "tls", "from": "a@b.c", "to": ["a@b.c"]})
        self.assertEqual(self.server.admin("POST", "/api/v1/alerts/outlets/mail/test", {}).code, "forbidden_address")
        self.assertEqual(hook.got, [])

    def test_settings_that_cannot_be(self):
        good = {"host": "mail.example", "port": 587, "security": "starttls", "from": "a@b.c", "to": ["a@b.c"]}
        for url in ("http://example.org/", "ftp://example.org/", "file:///etc/passwd", "https://a b/", "https://u:p@example.org/", "https://x/\r\nHost: y", "x" * 300, ""):
            self.ask("PUT", "alerts/outlets/web", {"url": url}, status=400)
        for wrong in ({"host": "a/b"}, {"host": ""}, {"port": 0}, {"port": 70000}, {"port": "25"}, {"security": "none"}, {"from": "a"}, {"from": "a@b\r\nBcc: x@y"},
                      {"to": []}, {"to": ["a@b.c"] * 6}, {"to": ["a@b,c@d"]}, {"to": "a@b.c"}, {"to": [1]}, {"key": "zz"}, {"user": "a b"}, {"nonsense": 1}):
            self.ask("PUT", "alerts/outlets/mail", {**good, **wrong}, status=400)
        self.assertEqual(self.ask("GET", "alerts/outlets"), {})
        self.ask("POST", "alerts/outlets/web/test", {}, status=404)

    def test_rules_beyond_stock(self):
        """A drawer that is off, a notice that matches nothing, and goods that soon expire."""
        hook = self.hook()
        opened = self.till.entry("shift_open", {"holder": "EX01", "float": 500000})
        self.till.entry("shift_close", {"shift": self.till.hash_at(opened).hex(), "holder": "EX01", "counted": 400000, "notes": [], "expected": 500000, "claimed": 0})
        self.send()
        product, = [p for p in self.ask("GET", "catalogue")["products"] if p["id"] == "CB0002"]
        tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 7 * 3600 + 86_400))
        self.ask("PUT", "catalogue/product/CB0002", {"item": {**product, "expires": tomorrow}})
        self.ask("PUT", "bank/sources/thu", {"name": "Thử", "format": "sepay", "secret": "x" * 20})
        told = self.server.call("POST", "/api/v1/bank/notices/thu", {"id": 1, "transferType": "in", "transferAmount": 5000, "content": "khong ro"}, headers={"Authorization": "Apikey " + "x" * 20})
        self.assertEqual(told.status, 200, told)
        wanted = {"shift_difference", "bank_waiting", "expiry"}
        pt.wait_for(lambda: wanted <= {rule for rule, _ in self.open()}, "all of them", WAIT)
        self.assertIn(("expiry", "EX01/CB0002") if product["exhibitor"] == "EX01" else ("expiry", product["exhibitor"] + "/CB0002"), self.open())
        pt.wait_for(lambda: wanted <= {event["rule"] for event in hook.events()}, "all are sent", WAIT)


if __name__ == "__main__":
    unittest.main()
