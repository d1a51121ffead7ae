#!/usr/bin/python3
"""A fair on the server, from init to the report: every route's real answer is held against openapi.json."""
import csv
import http.client
import io
import json
import os
import pathlib
import stat
import threading
import time
import unittest
import zipfile

import phien_test as pt
from openapi import OpenApi

EXHIBITOR, PRODUCT, PRICE = "EX01", "CB0001", 25000


class Flow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)
        cls.till = pt.Terminal.enrolled(cls.server, [EXHIBITOR])
        cls.till.open()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ask(self, method, target, body=None, status=200, **options):
        answer = self.api.check(method, target, self.server.admin(method, target, body, **options))
        self.assertEqual(answer.status, status, answer)
        return answer

    def rows(self, target):
        return self.ask("GET", target).json["rows"]

    def on_hand(self, product=PRODUCT):
        row, = self.rows(f"/api/v1/stock?exhibitor={EXHIBITOR}&product={product}")
        return row["on_hand"]

    def sell(self, qty, **more):
        seq = self.till.sale(EXHIBITOR, PRODUCT, qty, PRICE, **more)
        answer = self.till.send(self.till.batch(self.sent() + 1))
        self.api.check("POST", f"/api/v1/journals/{self.till.id}", answer)
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json["head"]["seq"], seq)
        return seq

    def sent(self):
        rows = [r for r in self.server.admin("GET", "/api/v1/terminals").json["rows"] if r["terminal"] == self.till.id]
        return rows[0]["seq"]

    def test_open_routes_say_what_the_server_is(self):
        hello = self.api.check("GET", "/api/v1/hello", self.server.call("GET", "/api/v1/hello")).json
        self.assertEqual((hello["fair"], hello["incarnation"], hello["parent"]), (pt.FAIR, 1, "-"))
        for path in ("/healthz", "/readyz", "/api/v1/openapi.json"):
            self.assertEqual(self.api.check("GET", path, self.server.call("GET", path)).status, 200)
        metrics = self.api.check("GET", "/metrics", self.server.call("GET", "/metrics")).text
        for name in ("phien_entries_total", "phien_batches_total", "phien_commit_seconds_bucket", "phien_connections_open",
                     "phien_failed_tasks_total", "phien_resident_bytes"):
            self.assertRegex(metrics, rf"(?m)^{name}[ {{]")

    def test_secrets_are_their_owners_alone(self):
        data = self.server.data
        self.assertEqual(stat.S_IMODE(os.stat(data).st_mode), 0o700)
        for path in [self.server.kit, *data.iterdir()]:
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode) & 0o077, 0, path)
        log = (self.server.root / "log").read_text()
        for secret in (self.server.token, self.till.token, json.loads((data / "keys.json").read_text())["journal_seed"]):
            self.assertNotIn(secret, log)
        root_seed = json.loads(self.server.kit.read_text())["root_seed"]
        for path in data.iterdir():
            self.assertNotIn(root_seed.encode(), path.read_bytes(), "the root key's private half is only in the kit")

    def test_a_sale_moves_stock_takings_feed_and_live_totals(self):
        before, other = self.on_hand(), pt.Terminal.enrolled(self.server, [EXHIBITOR])
        first = self.api.check("GET", "/api/v1/feed", other.feed()).json
        self.assertGreater(len(first["batches"]), 0)
        while True:   # the catalogue comes in several answers
            cursor = first["cursor"]
            following = other.feed(cursor["incarnation"], cursor["seq"], cursor["hash"], stock=first["stock"]["version"] if "stock" in first else 0).json
            if not following["batches"]:
                break
            first = following | {"stock": following.get("stock", first.get("stock"))}
        version = following.get("stock", first["stock"])["version"]
        waited = {}

        def wait():
            waited["answer"] = other.feed(cursor["incarnation"], cursor["seq"], cursor["hash"], stock=version, wait=20000)
        waiting = threading.Thread(target=wait)
        waiting.start()
        started = time.monotonic()
        self.sell(2000)
        waiting.join(25)
        self.assertLess(time.monotonic() - started, 15, "the other till is woken by the sale, not by its time out")
        answer = self.api.check("GET", "/api/v1/feed", waited["answer"]).json
        shown = {(r["product"], r["place"]): r["on_hand"] for r in answer["stock"]["rows"]}
        self.assertEqual(shown[(PRODUCT, "booth")], before - 2000)
        self.assertEqual(self.on_hand(), before - 2000)
        by = {r["key"]: r for r in self.rows("/api/v1/sales?by=exhibitor")}
        products = {r["key"]: r for r in self.rows("/api/v1/sales?by=product")}
        self.assertEqual(by[EXHIBITOR]["sold"], products[PRODUCT]["sold"])
        for way in ("day", "hour", "method", "ocop", "how"):
            self.assertEqual(sum(r["net"] for r in self.rows(f"/api/v1/sales?by={way}")), by[EXHIBITOR]["net"], way)
        self.rows("/api/v1/sales?by=cnnt")

    def test_events_give_totals_at_once_and_after_a_sale(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", "/api/v1/events", headers={"Authorization": "Bearer " + self.server.token})
        response = connection.getresponse()
        self.assertEqual((response.status, response.getheader("Content-Type").split(";")[0]), (200, "text/event-stream"))

        def next_totals():
            name = None
            while True:
                line = response.fp.readline().decode().rstrip("\n").rstrip("\r")
                if line.startswith("event:"):
                    name = line[6:].strip()
                if line.startswith("data:") and name == "totals":
                    return json.loads(line[5:])
        before = next_totals()["totals"]["sold"]
        self.sell(1000)
        for _ in range(20):
            after = next_totals()["totals"]["sold"]
            if after == before + PRICE:
                return
        self.fail(f"no totals with the sale: {after}, before {before}")

    def test_a_transfer_waits_until_the_bank_has_seen_it(self):
        seq = self.sell(1000, method="transfer")
        body = json.loads(self.till.entries[seq - 1][0])["body"]
        pay_ref = body["payments"][0]["pay_ref"]
        state = lambda: {r["pay_ref"]: r["state"] for r in self.rows("/api/v1/transfers")}[pay_ref]
        self.assertEqual(state(), "claimed")
        for _ in range(2):   # the bank says it twice: counted once
            self.ask("POST", "/api/v1/payments/confirmed", {"holder": EXHIBITOR, "pay_ref": pay_ref, "amount": PRICE})
        row, = [r for r in self.rows("/api/v1/transfers?state=confirmed") if r["pay_ref"] == pay_ref]
        self.assertEqual((row["claimed"], row["confirmed"]), (PRICE, PRICE))

    def test_a_ruling_settles_an_exception(self):
        seq = self.sell(1000000000)
        odd = [r for r in self.rows("/api/v1/exceptions") if r["code"] == "below_zero" and r["subject"] == PRODUCT]
        self.assertTrue(odd, "stock below zero is listed, never refused")
        self.ask("POST", "/api/v1/rulings", {"about": self.till.ref(seq), "decision": "settled", "text": "Đếm lại sau"})
        unknown = {**self.till.ref(seq), "hash": "0" * 64, "seq": 999999}
        self.ask("POST", "/api/v1/rulings", {"about": unknown, "decision": "settled", "text": "x"}, status=404)
        # Taken back, so that the other tests' figures are of sensible goods.
        body = json.loads(self.till.entries[seq - 1][0])["body"]
        self.till.entry("void", {"entry": self.till.ref(seq), "was": "sale", "body": body, "reason": "gõ nhầm"})
        self.assertEqual(self.till.send(self.till.batch(seq + 1)).status, 200)

    def test_declared_sales_and_leads_and_shifts_are_listed(self):
        self.ask("POST", "/api/v1/declared-sales", {"exhibitor": "EX05", "day": "2025-05-15", "method": "sổ tay", "sales": 12, "total": 1500000,
                 "payments": [{"method": "cash", "amount": 1500000, "holder": "EX05"}], "place": "booth", "lines": []})
        declared = {r["key"]: r for r in self.rows("/api/v1/sales?by=how")}["declared"]
        self.assertEqual(declared["sold"], 1500000)
        opened = self.till.entry("shift_open", {"holder": EXHIBITOR, "float": 500000})
        self.till.entry("shift_close", {"shift": self.till.hash_at(opened).hex(), "holder": EXHIBITOR, "counted": 500000, "notes": [],
                                        "expected": 500000, "claimed": 0})
        personal = {"phone": "0900000000"}
        salt, data = "11" * 32, pt.canonical(personal)
        lead = self.till.entry("lead", {"exhibitor": EXHIBITOR, "type": "enquiry", "goods": "Thạch đen", "value": 0, "consent": True},
                               personal=pt.sha(bytes.fromhex(salt), data).hex())
        text = self.till.batch(self.sent() + 1).splitlines()
        text.insert(-1, f"p {salt} {data.decode()}")
        self.assertEqual(self.till.send("\n".join(text) + "\n").status, 200)
        self.assertEqual([r["goods"] for r in self.rows("/api/v1/leads")], ["Thạch đen"])
        shift, = self.rows(f"/api/v1/shifts?terminal={self.till.id}")
        self.assertEqual((shift["expected"], shift["counted"]), (500000, 500000))
        self.assertIn(b"0900000000", self.server.admin("GET", "/api/v1/journals/export").body)
        self.ask("POST", "/api/v1/erasures", {"about": self.till.ref(lead)})
        self.assertNotIn(b"0900000000", self.server.admin("GET", "/api/v1/journals/export").body)

    def test_import_shows_the_difference_and_applies_only_that(self):
        files = {"fair_json": "fair.json", "exhibitors_csv": "exhibitors.csv", "products_csv": "products.csv"}
        body = {name: (pt.SAMPLE / file).read_text() for name, file in files.items()}
        same = self.ask("POST", "/api/v1/imports", {**body, "apply": True}).json
        self.assertEqual((same["applied"], same["changes"]["added"], same["changes"]["changed"]), (False, 0, 0))
        edited = {**body, "products_csv": body["products_csv"].replace(",20000,1,16000,", ",21000,1,16000,", 1)}
        shown = self.ask("POST", "/api/v1/imports", edited).json
        self.assertEqual((shown["applied"], shown["changes"]["changed"]), (False, 1))
        applied = self.ask("POST", "/api/v1/imports", {**edited, "apply": True}).json
        self.assertTrue(applied["applied"])
        product, = [p for p in self.ask("GET", "/api/v1/catalogue").json["products"] if p["id"] == "CB0002"]
        self.assertEqual(product["price"], 21000)
        bad = self.ask("POST", "/api/v1/imports", {**body, "products_csv": body["products_csv"].replace(",25000,1,", ",abc,1,", 1)}, status=422).json
        self.assertEqual(bad["problems"][0]["where"], "products.csv:2:price_vnd")

    def test_verify_rebuild_backup_and_journals(self):
        before = self.server.dump()
        self.assertTrue(self.ask("POST", "/api/v1/rebuild", {}, timeout=120).json["equal"])
        self.assertEqual(self.server.dump(), before)
        self.api.check("GET", "/api/v1/ledger/dump", self.server.admin("GET", "/api/v1/ledger/dump"))
        verified = self.ask("GET", "/api/v1/verify").json
        self.assertTrue(verified["sound"], verified)
        exported = self.ask("GET", "/api/v1/journals/export").text
        taken = self.ask("POST", "/api/v1/journals/import", exported, headers={"Content-Type": "text/plain"}).json
        self.assertEqual((taken["appended"], taken["forked"]), (0, 0), "everything exported was known")
        self.assertEqual(self.server.dump(), before)
        self.assertIn(self.till.id, {r["terminal"] for r in self.rows("/api/v1/journals")})
        own = self.ask("GET", "/api/v1/journals/export?terminal=_server.1").text
        returned = self.server.call("POST", "/api/v1/journals/returned", own)
        self.assertEqual(self.api.check("POST", "/api/v1/journals/returned", returned).json["appended"], 0)
        target = f"/api/v1/journals/{self.till.id}"
        self.assertEqual(self.api.check("GET", target, self.till.call("GET", target)).status, 200)
        self.assertTrue(self.ask("GET", "/api/v1/holdings").json["whole"])
        copy = self.server.root / "copy.db"
        self.assertGreater(self.ask("POST", "/api/v1/backups", {"path": str(copy)}).json["bytes"], 0)
        self.ask("POST", "/api/v1/backups", {"path": str(copy)}, status=409)

    def test_lists_come_page_after_page(self):
        whole = self.rows("/api/v1/stock")
        paged, after = [], 0
        for _ in range(100):
            answer = self.ask("GET", f"/api/v1/stock?limit=7&after={after}").json
            paged += answer["rows"]
            if "next" not in answer:
                break
            after = answer["next"]
        self.assertEqual(paged, whole)

    def test_the_summary_agrees_with_the_lists(self):
        summary = self.ask("GET", "/api/v1/summary").json
        rows = self.rows("/api/v1/sales?by=exhibitor")
        self.assertEqual(summary["totals"]["sold"], sum(r["sold"] for r in rows))
        self.assertEqual(summary["totals"]["net"], sum(r["net"] for r in rows))
        self.assertEqual({t["terminal"] for t in summary["terminals"]}, {t["terminal"] for t in self.rows("/api/v1/terminals")})

    def test_zz_closing_gives_editions_that_stay(self):
        closed = self.ask("POST", "/api/v1/closing", {}).json
        report = self.ask("GET", f"/api/v1/report?edition={closed['edition']}&format=json")
        again = self.ask("GET", "/api/v1/report")
        self.assertEqual(again.body, report.body, "without an edition: the latest")
        self.sell(1000)   # late: posted, and in the next edition
        self.assertEqual(self.server.admin("GET", f"/api/v1/report?edition={closed['edition']}").body, report.body)
        self.assertNotEqual(self.ask("GET", "/api/v1/report?edition=now").body, report.body)
        second = self.ask("POST", "/api/v1/closing", {}).json
        self.assertEqual(second["edition"], closed["edition"] + 1)
        self.ask("GET", "/api/v1/report?edition=99", status=404)
        csv_answer = self.ask("GET", "/api/v1/report?format=csv&table=by_exhibitor")
        self.assertTrue(csv_answer.body.startswith(b"\xef\xbb\xbf"))
        self.assertGreater(len(list(csv.reader(io.StringIO(csv_answer.body.decode("utf-8-sig"))))), 1)
        sheet = self.ask("GET", "/api/v1/report?format=xlsx")
        self.assertIn("xl/workbook.xml", zipfile.ZipFile(io.BytesIO(sheet.body)).namelist())

    def test_zzz_every_route_was_answered_and_held_against_its_description(self):
        till = self.till
        self.api.check("POST", "/api/v1/session/challenge", self.server.call("POST", "/api/v1/session/challenge", {"terminal": till.id}))
        code = self.ask("POST", "/api/v1/enrolments", {"exhibitors": ["EX02"]}).json["code"]
        fresh = pt.Terminal(till.fair, till.root)
        answers = [self.api.check("POST", "/api/v1/enrol", fresh.enrol(self.server, code)).json for _ in range(2)]
        self.assertEqual(answers[0], answers[1], "the same code and key again: the same answer")
        self.api.check("POST", "/api/v1/session", fresh.session())
        unknown = self.api.check("POST", f"/api/v1/journals/{till.id}", till.send(till.batch(1, 1, prev="ab" * 32)))
        self.assertIn(unknown.status, (409, 422))
        self.ask("POST", "/api/v1/revocations", {"terminal": fresh.id, "reason": "thử"})
        self.assertTrue(self.ask("POST", "/api/v1/revocations", {"terminal": fresh.id, "reason": "thử"}).json["already"])
        # A stream, and what has tests of its own that hold its answers against the description: test_server_accounts, _setup,
        # _import_xlsx, _catalogue, _live, _bank, _alerts, _sheets, _pictures and _terminals.
        elsewhere = ("/api/v1/events", "/api/v1/setup", "/api/v1/me", "/api/v1/login", "/api/v1/logout", "/api/v1/accounts", "/api/v1/invitations",
                     "/api/v1/tokens", "/api/v1/imports/", "/api/v1/catalogue/", "/api/v1/proposals", "/api/v1/live", "/api/v1/qr.png", "/api/v1/bank/", "/api/v1/alerts",
                     "/api/v1/labels.pdf", "/api/v1/booth-cards", "/api/v1/enrolments", "/api/v1/backups/kept", "/api/v1/pictures")
        never = {(method, path) for method, path in self.api.operations() - self.api.seen if not path.startswith(elsewhere)}
        self.assertEqual(never, set())


class Commands(unittest.TestCase):
    """The same through the command line, beside a running server and without one."""

    def setUp(self):
        self.server = pt.Server.opened()
        self.addCleanup(self.server.close)

    def test_commands_give_the_same_with_and_without_a_running_server(self):
        def answers():
            gone = ("as_of", "last_contact", "silent")
            clean = lambda value: ({k: clean(v) for k, v in value.items() if k not in gone} if isinstance(value, dict) else
                                   [clean(v) for v in value] if isinstance(value, list) else value)
            return [clean(self.server.json(*command)) for command in (
                ["stock"], ["stock", "--exhibitor", "EX01"], ["sales", "--by", "product"], ["exceptions"], ["terminals"], ["summary"], ["journals"],
                ["transfers"], ["shifts"], ["leads"], ["verify"])]
        alone = answers()
        self.server.start()
        self.assertEqual(answers(), alone)
        self.assertEqual(self.server.stop(), 0)
        self.assertFalse((self.server.data / "server.json").exists(), "who comes after sees that nobody is running")

    def test_a_code_given_without_a_server_is_good_for_the_one_that_starts_then(self):
        code = self.server.json("enrol", "--exhibitor", "EX01")["code"]
        self.server.start()
        hello = self.server.call("GET", "/api/v1/hello").json
        till = pt.Terminal(hello["fair"], hello["root"])
        self.assertEqual(till.enrol(self.server, code).json["terminal"], "T01")

    def test_report_files_backup_and_journals(self):
        out = self.server.root / "out"
        self.assertEqual(self.server.json("close-fair")["edition"], 1)
        files = [pathlib.Path(f) for f in self.server.json("export", "--out", out)["files"]]
        self.assertEqual({f.suffix for f in files}, {".json", ".csv", ".xlsx"})
        self.assertTrue(all(f.stat().st_size > 0 for f in files))
        self.server.run("backup", self.server.root / "copy.db")
        exported = self.server.root / "journals.txt"
        self.server.run("journal", "export", "--out", exported)
        self.assertEqual(self.server.json("journal", "import", exported)["appended"], 0)
        self.server.run("verify", exported)
        self.assertTrue(self.server.json("rebuild")["equal"])
        text = bytearray(exported.read_bytes())
        at = text.index("Cao Bằng".encode())
        text[at] ^= 1
        exported.write_bytes(text)
        self.assertNotEqual(self.server.run("verify", exported, expect=None).returncode, 0, "I8: a changed byte shows")

    def test_exit_codes_say_what_went_wrong(self):
        for arguments, code in [(["stock", "--nonsense"], 2), (["nonsense"], 2), ([], 2), (["revoke", "T99", "--reason", "x"], 1),
                                (["enrol", "--exhibitor", "EX99"], 1), (["journal", "import", "/nonexistent"], 3), (["sales", "--by", "weather"], 3),
                                (["init", "--fair-id", "x", "--kit", self.server.root / "k"], 1), (["--version"], 0), (["--help"], 0)]:
            done = self.server.run(*arguments, expect=None)
            self.assertEqual(done.returncode, code, (arguments, done.stdout, done.stderr))
        refused = self.server.run("--json", "revoke", "T99", "--reason", "x", expect=1)
        self.assertEqual(json.loads(refused.stdout)["error"]["code"], "not_enrolled")

    def test_import_lists_every_fault_and_imports_nothing(self):
        folder = self.server.root / "lists"
        folder.mkdir()
        for file in pt.SAMPLE.iterdir():
            (folder / file.name).write_bytes(file.read_bytes())
        lines = (folder / "products.csv").read_text().splitlines()
        lines[3] = lines[3].replace(",1,", ",x,")
        (folder / "products.csv").write_bytes("\n".join(lines).encode() + b"\n\xff\xfe,,\n")
        before = self.server.json("journals")["rows"]
        done = self.server.run("import", folder, "--yes", expect=3)
        self.assertRegex(done.stderr, r"products\.csv:4:")
        self.assertEqual(self.server.json("journals")["rows"], before)
        self.server.run("import", pt.SAMPLE, "--dry-run")

    def test_a_lost_server_comes_back_from_the_kit_and_the_terminals(self):
        self.server.start()
        till = pt.Terminal.enrolled(self.server, ["EX01"])
        till.open()
        for _ in range(3):
            till.sale("EX01", "CB0001", 1000, 25000)
        self.assertEqual(till.send().status, 200)
        exported = self.server.root / "journals.txt"
        self.server.run("journal", "export", "--out", exported)
        sold = self.server.json("sales", "--by", "product")["rows"]
        self.server.kill()
        lost = self.server.data
        lost.rename(self.server.root / "lost")
        said = self.server.json("recover", "--kit", self.server.kit, exported)
        self.assertEqual(said["incarnation"], 2)
        self.server.start()
        hello = self.server.call("GET", "/api/v1/hello").json
        self.assertEqual(hello["incarnation"], 2)
        self.assertNotEqual(hello["parent"], "-")
        self.assertEqual(self.server.json("sales", "--by", "product")["rows"], sold, "I7: the terminals' journals bring the figures back")
        self.assertEqual(till.session().status, 200, "the enrolment holds, it was in the old journal")
        till.sale("EX01", "CB0001", 1000, 25000)
        self.assertEqual(till.send().json["appended"], 1)

    def test_a_server_that_lost_its_last_entries_stops_writing_its_journal(self):
        self.server.run("backup", self.server.root / "early.db")
        self.server.start()
        till = pt.Terminal.enrolled(self.server, ["EX01"])
        feed = till.feed().json
        while feed["batches"]:
            cursor = feed["cursor"]
            feed = till.feed(cursor["incarnation"], cursor["seq"], cursor["hash"]).json
        self.server.kill()
        for suffix in ("", "-wal", "-shm"):
            (self.server.data / f"phien.db{suffix}").unlink(missing_ok=True)
        (self.server.data / "phien.db").write_bytes((self.server.root / "early.db").read_bytes())
        self.server.start()
        other = pt.Terminal.enrolled(self.server, ["EX02"])   # the old server still believes it is whole
        self.assertEqual(other.feed(cursor["incarnation"], cursor["seq"], cursor["hash"]).status, 200)
        refused = self.server.admin("POST", "/api/v1/closing", {})
        self.assertEqual((refused.status, refused.code), (409, "journal_overtaken"))
        self.server.stop()
        self.assertEqual(self.server.json("recover", "--kit", self.server.kit)["incarnation"], 2)
        self.server.start()
        self.assertEqual(self.server.admin("POST", "/api/v1/closing", {}).status, 200)


if __name__ == "__main__":
    unittest.main()
