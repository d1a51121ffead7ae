#!/usr/bin/python3
"""The way to a hub: a booth server forwards everything it holds, unchanged, over a line that is down for days; the hub holds many fairs."""
import json
import unittest

import disaster as d
import phien_test as pt
from nacl.signing import SigningKey
from openapi import OpenApi


class Hub(pt.Program):
    name, state, token_file, run_command, ready_path = "phien-server", "server.json", "admin.token", ["hub", "serve"], "/readyz"

    def __init__(self):
        super().__init__()
        self.ports = (d.free_port(), d.free_port())
        self.run("hub", "init")

    def start(self):
        return super().start("--port", self.ports[0], "--tls-port", self.ports[1], "--tls-address", "127.0.0.1")

    def link(self):
        return self.admin("POST", "/api/v1/codes", {}).json["link"]

    def fairs(self):
        return {row["name"]: row for row in self.admin("GET", "/api/v1/fairs").json["rows"]}

    def of(self, server, path):
        return self.admin("GET", f"/fairs/{name_of(server)}/api/v1/{path}")


def name_of(server):
    hello = server.call("GET", "/api/v1/hello").json
    return f"{hello['fair']}.{hello['root'][:16]}"


class Upstream(unittest.TestCase):
    def hub(self):
        hub = Hub()
        self.addCleanup(hub.close)
        return hub.start()

    def equal(self, hub, server, seconds=60):
        """Waits until all is there, then: the same ledger, byte for byte."""
        def same():
            answer = hub.of(server, "ledger/dump")
            return answer.status == 200 and server.holdings()["upstream"]["waiting"] == 0 and answer.body == server.dump()
        try:
            pt.wait_for(same, "the hub to hold the same ledger", seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}: {json.dumps(server.holdings()['upstream'])} {hub.fairs()}") from None

    def test_i7_the_hub_is_down_for_the_whole_week_and_then_catches_up(self):
        hub = self.hub()
        link = hub.link()
        hub.stop()
        fair = d.Fair(self)
        fair.server.stop()
        fair.server.start("--upstream", link)
        tills = [fair.till(x) for x in ("EX01", "EX02")]
        for _ in range(5):                                  # five days
            for till in tills:
                d.sell(till, 8)
                till.delivered()
            self.assertGreater(fair.server.holdings()["upstream"]["waiting"], 0, "what waits is shown")
            fair.server.stop()                              # the laptop goes to sleep every night
            fair.server.start()                             # and needs no reminder of where the hub is
        upstream = fair.server.holdings()["upstream"]
        self.assertFalse(upstream["online"])
        self.assertIn("problem", upstream)
        self.assertIn("KHÔNG nối được", fair.server.run("status").stdout)
        metrics = fair.server.call("GET", "/metrics").text
        self.assertIn("phien_upstream_online 0", metrics)
        hub.start()
        self.equal(hub, fair.server)
        self.assertIn("phien_upstream_waiting 0", fair.server.call("GET", "/metrics").text)
        self.assertTrue(hub.of(fair.server, "verify").json["sound"])
        self.assertEqual(hub.of(fair.server, "sales?by=exhibitor").json["rows"],
                         fair.server.admin("GET", "/api/v1/sales?by=exhibitor").json["rows"])
        self.assertEqual(hub.admin("POST", f"/fairs/{name_of(fair.server)}/api/v1/rebuild", {}).status, 200)
        for _ in range(3):                                  # the hub is killed while entries arrive
            d.sell(tills[0], 5)
            hub.kill()
            hub.start()
        self.equal(hub, fair.server)
        self.assertIn(name_of(fair.server), hub.run("hub", "fairs").stdout)
        summary = hub.json("--fair", name_of(fair.server), "summary")
        self.assertEqual(summary["totals"]["sales"], 2 * 5 * 8 + 15)

    def test_forks_and_a_booth_server_restored_from_a_backup_between_and_one_rebuilt_from_the_hub(self):
        hub = self.hub()
        fair = d.Fair(self)
        fair.server.stop()
        link = hub.link()
        fair.server.start("--upstream", link)
        a = fair.till("EX01")
        d.sell(a, 3)
        a.delivered()
        backup = fair.safe / "between.db"
        fair.server.run("backup", backup)
        a.stop()
        twin = d.image(a)                                   # a cloned card: two branches
        self.addCleanup(twin.close)
        for till in (a, twin):
            till.start()
            d.sell(till, 2)
            till.delivered()
        self.equal(hub, fair.server)
        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit, "--backup", backup)
        fair.server.start("--upstream", link.split("&enrol")[0])                  # no code: the certificate is enough
        fair.whole(a, twin)
        d.sell(a, 1)
        self.equal(hub, fair.server)
        forked = [r for r in hub.of(fair.server, "journals").json["rows"] if r["terminal"] == "T01"]
        self.assertEqual(len(forked), 2, "both branches, as they stand")
        self.assertEqual({r["terminal"] for r in hub.of(fair.server, "journals").json["rows"]}, {"T01", "_server.1", "_server.2"})
        before, dump = d.figures(fair.server), fair.server.dump()
        a.close()                                           # everything at the venue burns down
        twin.close()
        exported = fair.safe / "from-the-hub.txt"
        hub.run("--fair", name_of(fair.server), "journal", "export", "--out", exported)
        fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit, exported)
        fair.server.start()
        self.assertEqual(d.figures(fair.server), before)
        self.assertTrue(fair.server.dump() == dump, "the ledger, byte for byte")
        d.sound(self, fair.server)

    def test_two_fairs_of_one_name_are_kept_apart(self):
        hub = self.hub()
        fairs = [d.Fair(self) for _ in range(2)]
        for n, fair in enumerate(fairs):
            fair.server.stop()
            fair.server.start("--upstream", hub.link())
            till = fair.till("EX01")
            d.sell(till, n + 1)
            till.delivered()
            self.equal(hub, fair.server)
        rows = hub.fairs()
        self.assertEqual(len(rows), 2)
        self.assertEqual({row["fair"] for row in rows.values()}, {pt.FAIR})
        self.assertEqual([d.json.loads(hub.of(fair.server, "summary").body)["totals"]["sales"] for fair in fairs], [1, 2])
        for fair in fairs:
            self.equal(hub, fair.server)

    def test_who_has_no_code_or_no_certificate_is_refused(self):
        hub = self.hub()
        fair = d.Fair(self)
        link = hub.link()
        bare = link.split("&enrol")[0]

        def refused(with_link, code):
            fair.server.stop()
            fair.server.start("--upstream", with_link)
            seen = pt.wait_for(lambda: fair.server.holdings()["upstream"].get("problem"), f"{code} to be shown")
            self.assertEqual(seen["code"], code)
            self.assertEqual(hub.fairs(), {})
        refused(bare, "unknown_fair")
        refused(bare + "&enrol=" + "0" * 16, "bad_code")
        refused(link.replace("#tls=", "#tls=" + "0" * 8)[:len(link) - 0].replace("0" * 8 + link.split("#tls=")[1][:8], "0" * 8), "wrong_key")
        self.assertEqual(fair.server.run("serve", "--upstream", "https://127.0.0.1:1", expect=None).returncode != 0, True)
        fair.server.stop()
        fair.server.start("--upstream", link)
        self.equal(hub, fair.server)
        hello = fair.server.call("GET", "/api/v1/hello").json
        base = f"/fairs/{name_of(fair.server)}/api/v1"
        stranger = pt.Terminal(hello["fair"], hello["root"])                      # the true certificate, but another's key
        challenge = hub.call("POST", f"{base}/session/challenge", {"terminal": "_server.1"}).json["challenge"]
        proof = {"terminal": "_server.1", "journal_key": hello["journal_key"], "tls": hello["tls"], "parent": "-",
                 "certificate": hello["certificate"], "challenge": challenge, "signature": stranger.sign("anything")}
        answer = hub.call("POST", f"{base}/session", proof)
        self.assertEqual((answer.status, answer.code), (401, "bad_signature"))
        answer = hub.call("POST", f"{base}/session", {**proof, "journal_key": stranger.key})
        self.assertEqual((answer.status, answer.code), (403, "bad_certificate"))
        for method, path, status in (("POST", "forwarded", 401), ("GET", "summary", 401), ("GET", "journals/export", 401)):
            self.assertEqual(hub.call(method, f"{base}/{path}", "x" if method == "POST" else None).status, status)
        for path in ("closing", "rulings", "enrolments", "imports", "journals/import"):
            self.assertEqual(hub.admin("POST", f"{base}/{path}", {}).status, 404, "a hub writes nothing")
        self.assertEqual(hub.admin("GET", "/fairs/nobody.0000/api/v1/summary").code, "unknown_fair")
        fair.server.admin("POST", "/api/v1/enrolments", {"exhibitors": ["EX01"]})

    def test_every_answer_of_the_hub_is_as_it_is_described(self):
        hub = self.hub()
        api = OpenApi(hub.call("GET", "/api/v1/openapi.json").json)

        def check(method, path, *arguments, ask=hub.admin, **options):
            return api.check(method, path, ask(method, path, *arguments, **options))

        for path in ("/healthz", "/readyz", "/metrics", "/api/v1/openapi.json"):
            check("GET", path, ask=hub.call)
        link = check("POST", "/api/v1/codes", {}).json["link"]
        fair = d.Fair(self)
        fair.server.stop()
        fair.server.start("--upstream", link)
        till = fair.till("EX01")
        d.sell(till, 2)
        till.delivered()
        self.equal(hub, fair.server)
        row, = check("GET", "/api/v1/fairs").json["rows"]
        base = f"/fairs/{row['name']}"
        self.assertEqual(check("GET", "/api/v1/fairs?x=1").status, 400)
        self.assertEqual(check("GET", "/api/v1/fairs", ask=hub.call).status, 401)

        hello, keys = fair.server.call("GET", "/api/v1/hello").json, json.loads((fair.server.data / "keys.json").read_text())
        signer = SigningKey(bytes.fromhex(keys["journal_seed"]))

        def proof(once):
            message = f"phien/upstream/1\n{hello['fair']}\n{hello['root']}\n1\n{once}\n-\n"
            return {"terminal": "_server.1", "journal_key": hello["journal_key"], "tls": hello["tls"], "parent": "-",
                    "certificate": hello["certificate"], "signature": signer.sign(message.encode()).signature.hex()}

        entering = {**proof("x"), "code": "x", "fair": hello["fair"], "root": hello["root"]}
        self.assertEqual(check("POST", "/api/v1/fairs", entering, ask=hub.call).json["name"], row["name"], "it is here already")
        self.assertEqual(check("POST", "/api/v1/fairs", {**entering, "code": "y"}, ask=hub.call).status, 403)
        challenge = check("POST", f"{base}/api/v1/session/challenge", {"terminal": "_server.1"}, ask=hub.call).json["challenge"]
        token = check("POST", f"{base}/api/v1/session", {**proof(challenge), "challenge": challenge}, ask=hub.call).json["token"]
        self.assertEqual(check("POST", f"{base}/api/v1/session", {**proof(challenge), "challenge": challenge}, ask=hub.call).status, 401)
        text = check("GET", f"{base}/api/v1/journals/export?terminal=T01").text
        forward = {"ask": hub.call, "token": token, "headers": {"Content-Type": "text/plain"}}
        self.assertEqual(check("POST", f"{base}/api/v1/forwarded", text, **forward).json["appended"], 0)
        self.assertEqual(check("POST", f"{base}/api/v1/forwarded", "x", **forward).status, 422)
        self.assertEqual(check("POST", f"{base}/api/v1/forwarded", text, ask=hub.call).status, 401)

        asked = {"report": "?edition=now&format=json", "sales": "?by=exhibitor"}
        for method, path in sorted(api.operations() - api.seen):
            if method != "get" or not path.startswith("/fairs/") or path.endswith(("/events", "/qr.png")):
                continue
            target = path.replace("{fair}", row["name"]).replace("{id}", till.name_at_fair)
            self.assertEqual(check("GET", target + asked.get(path.rsplit("/", 1)[1], "")).status, 200, path)
        self.assertEqual(check("GET", "/fairs/nobody.0000/api/v1/summary").status, 404)
        check("POST", f"{base}/api/v1/rebuild", {})
        check("POST", f"{base}/api/v1/backups", {"path": str(fair.safe / "copy.db")})
        check("POST", f"{base}/api/v1/backups/kept", {"digest": "00" * 32})
        left = {(method, path) for method, path in api.operations() - api.seen if not path.endswith(("/events", "/qr.png"))}
        self.assertEqual(left, set())


if __name__ == "__main__":
    unittest.main()
