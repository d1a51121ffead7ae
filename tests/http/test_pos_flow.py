#!/usr/bin/python3
"""A terminal from enrolment to the last entry: with the server and without it, beside a running program and without one."""
import gzip
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import unittest

import phien_test as pt
from openapi import OpenApi
from phone import Phone
from till import Clock, Till, check_numbers


def tearing_down(test, *programs):
    for program in programs:
        test.addCleanup(program.close)


class Enrolment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def test_by_link_over_tls(self):
        till = Till()
        tearing_down(self, till)
        link = self.server.admin("POST", "/api/v1/enrolments", {"exhibitors": ["EX01"]}).json["link"]
        root = link.split("root=")[1]
        code = link.split("enrol=")[1].split("&")[0]
        done = till.json("enrol", f"https://127.0.0.1:{self.server.tls_port}/#enrol={code}&root={root}")
        self.assertEqual((done["root"], done["exhibitors"]), (root, ["EX01"]))
        self.assertEqual(json.loads((till.data / "keys.json").read_text())["current"]["root"], root)
        self.assertEqual(oct((till.data / "keys.json").stat().st_mode & 0o777), "0o600")
        self.assertEqual(oct(till.data.stat().st_mode & 0o777), "0o700")

    def test_wrong_code_is_refused_and_says_so(self):
        till = Till()
        tearing_down(self, till)
        done = till.run("enrol", f"http://127.0.0.1:{self.server.port}", "AAAA2222", expect=1)
        self.assertIn("[bad_code]", done.stderr)

    def test_another_organizer_s_server_is_not_trusted(self):
        till = Till()
        tearing_down(self, till)
        code = till.ask_code(self.server)
        done = till.run("enrol", f"https://127.0.0.1:{self.server.tls_port}", code, "--root", "ab" * 32, expect=1)
        self.assertIn("[wrong_root]", done.stderr)
        self.assertFalse((till.data / "keys.json").exists())

    def test_no_server_there(self):
        till = Till()
        tearing_down(self, till)
        self.assertIn("[no_connection]", till.run("enrol", "https://127.0.0.1:9", "ABCD2345", expect=5).stderr)

    def test_twice_only_on_purpose_and_then_the_journal_continues(self):
        till = Till.enrolled(self.server)
        tearing_down(self, till)
        till.run("sell", "CB0001=1")
        code = till.ask_code(self.server)
        address = f"http://127.0.0.1:{self.server.port}"
        self.assertIn("[already_enrolled]", till.run("enrol", address, code, expect=1).stderr)
        before = till.json("status")
        after = till.json("enrol", address, code, "--again")
        self.assertNotEqual(before["terminal"], after["terminal"])
        opened = [e for e in till.export() if e["kind"] == "journal_open"][-1]
        self.assertEqual(opened["body"]["continues"]["hash"], before["saved"]["hash"])
        # What was written under the old number still goes up.
        till.start()
        till.delivered()

        def both_there():
            rows = self.server.admin("GET", "/api/v1/journals").json["rows"]
            return [r["entries"] for r in rows if r["terminal"] == before["terminal"]] == [before["saved"]["seq"]]
        pt.wait_for(both_there, "the old journal to reach the server")

    def test_a_restored_copy_learns_of_its_twin_says_so_and_goes_on_in_a_new_journal(self):
        till, copy = Till.enrolled(self.server, ["EX03"]), Till()
        tearing_down(self, till, copy)
        till.run("sell", "CB0013")
        shutil.copytree(till.data, copy.data)
        for name in ("pos.json", "phien.db.lock"):
            (copy.data / name).unlink(missing_ok=True)
        till.run("sell", "CB0013=2")
        till.start()
        till.delivered()
        copy.run("sell", "CB0013=3")
        copy.start()
        pt.wait_for(lambda: copy.get("status")["must_reopen"], "the copy to learn of its twin")
        self.assertIn("must_reopen", [p["code"] for p in copy.get("status")["problems"]])
        copy.post("sales", {"lines": [{"product": "CB0013", "qty": 4}]})    # selling goes on meanwhile
        copy.delivered()
        copy.stop()
        before = copy.json("status")
        self.assertTrue(before["must_reopen"])
        copy.run("enrol", f"http://127.0.0.1:{self.server.port}", copy.ask_code(self.server, ["EX03"]))    # without --again
        copy.start()
        copy.post("sales", {"lines": [{"product": "CB0013", "qty": 5}]})
        copy.delivered()
        self.assertFalse(copy.get("status")["must_reopen"])
        # Both branches and the new journal count: 1 + 2 + 3 + 4 + 5 boxes.
        sold = [r for r in self.server.admin("GET", "/api/v1/stock?exhibitor=EX03&product=CB0013").json["rows"] if r["place"] == "booth"][0]
        self.assertEqual(sold["sold"], 15_000)

    def test_without_enrolment_every_command_says_so(self):
        till = Till()
        tearing_down(self, till)
        for command in (["sell", "CB0001"], ["status"], ["run"], ["stock"], ["journal", "verify"]):
            self.assertIn("[not_enrolled]", till.run(*command, expect=1).stderr)


class Selling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def sell_everything(self, till, fresh):
        """Every command once. `fresh`: a digit that makes its new ids its own."""
        sold = till.run("sell", "CB0001=2", "8930000000026", "--cash", "300000").stdout
        self.assertIn("A01-", sold)
        self.assertIn("230.000", sold)      # the change
        till.run("shift", "open", "--float", "500000")
        number = till.json("sell", "CB0001=3", "--transfer")["receipts"][0]["number"]
        ref = till.json("sell", "CB0002", "--transfer")["payments"][0]["pay_ref"]
        till.run("confirm", ref)
        self.assertEqual(till.json("sell", "CB0001=2", "--gift", "CB0002", "--discount", "5000", "--cash")["total"], 45000)
        self.assertEqual(till.json("refund", number, "--line", "1=1", "--damaged")["total"], 25000)
        self.assertEqual(till.json("exchange", number, "CB0002=1", "--back", "1=1")["due_back"], 5000)
        voided = till.json("sell", "CB0003")["receipts"][0]["number"]
        till.run("void", voided, "--reason", "Bấm nhầm")
        till.run("stock-in", "CB0001=10", "--document", "number=PXK-01")
        till.run("stock-out", "CB0001=1", "--reason", "sample")
        till.run("transfer", "CB0001=5", "--to", "kho")
        till.run("count", "CB0001=5", "--place", "kho")
        till.run("offer", "percent", "CB0003", "--value", "10%", "--name", "Giảm 10%", "--id", "giam10")
        self.assertEqual(till.json("sell", "CB0003")["total"], 16200)
        till.run("offer", "--end", "--id", "giam10")
        till.run("declare", "--total", "450000", "--method", "sổ tay", "--sales", "3")
        till.run("lead", "--goods", "Thạch đen", "--phone", "0900000000", "--consent")
        till.run("visitors", "20")
        till.run("note", "Mất điện 5 phút")
        order = till.json("order", "take", "CB0001=2", "--deposit", "20000")["receipts"][0]["number"]
        self.assertEqual(till.json("order", "deliver", order, "--cash", "50000")["change"], 20000)
        till.run("propose", "MOI" + fresh, "--name", "Hàng mới", "--unit", "gói", "--price", "15000", "--barcode", "9999999" + fresh)
        self.assertEqual(till.json("sell", f"9999999{fresh}=2")["total"], 30000)
        till.run("barcode", "CB0002", "8888888" + fresh)
        till.run("shift", "in", "10000", "--reason", "tiền lẻ")
        till.run("shift", "show")
        expected = till.json("shift", "show")["rows"][0]["expected"]
        closed = till.json("shift", "close", "--counted", expected)
        self.assertEqual((closed["difference"], closed["claimed"]), (0, 75000))
        self.assertIn("A01-", till.run("receipt", number).stdout)
        till.run("sales")
        self.assertTrue(till.json("journal", "verify")["sound"])
        check_numbers(self, till.export())

    def test_every_command_with_the_server_away_then_all_of_it_arrives(self):
        till = Till.enrolled(self.server)
        tearing_down(self, till)
        self.server.stop()
        self.sell_everything(till, "1")
        self.assertGreater(till.json("status")["waiting"], 20)
        till.start()
        self.sell_everything(till, "2")
        self.assertFalse(till.get("status")["online"])
        rows = {(r["product"], r["place"]): r["on_hand"] for r in till.get("stock")["rows"]}
        till.stop()
        self.server.stop()
        port = self.server.port
        pt.Program.start(self.server, "--port", str(port), "--tls-port", "0")
        till.start()
        till.delivered()
        there = {(r["product"], r["place"]): r["on_hand"] for r in self.server.admin("GET", "/api/v1/stock?exhibitor=EX01").json["rows"]}
        for key, on_hand in rows.items():
            self.assertEqual(there.get(key), on_hand, key)
        self.assertTrue(self.server.admin("GET", "/api/v1/verify").json)

    def test_beside_the_running_program_and_by_tls(self):
        till = Till.enrolled(self.server, ["EX02"], plain=False).start()
        tearing_down(self, till)
        product = next(p for p in till.get("catalogue")["products"] if p["sold_by"] == "piece")
        first = till.json("sell", f"{product['id']}=1")
        till.delivered()
        status = till.get("status")
        self.assertTrue(status["online"])
        self.assertTrue(status["can_sell"])
        self.assertEqual(status["clock"]["quality"], "exact")
        self.assertEqual(first["entries"][0]["terminal"], status["terminal"])
        self.assertIn("[store_busy]", till.run("run", "--port", "0", expect=4).stderr)

    def test_commands_at_the_same_moment_wait_for_each_other(self):
        till = Till.enrolled(self.server)
        tearing_down(self, till)
        running = [subprocess.Popen(till.argv("sell", "CB0001"), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(8)]
        for process in running:
            self.assertEqual((process.communicate(timeout=60)[1], process.returncode), ("", 0))
        self.assertEqual(check_numbers(self, till.export()), {"A01": 8})

    def test_a_sale_here_is_seen_by_the_exhibitor_s_other_till(self):
        one, other = Till.enrolled(self.server, ["EX04"]).start(), Till.enrolled(self.server, ["EX04", "EX05"]).start()
        tearing_down(self, one, other)
        product = next(p for p in one.get("catalogue")["products"] if p["exhibitor"] == "EX04" and p["sold_by"] == "piece")["id"]

        def on_hand(till):
            return next((r["on_hand"] for r in till.get(f"stock?product={product}")["rows"] if r["place"] == "booth"), None)
        pt.wait_for(lambda: on_hand(other) is not None, "the stock to come down")
        before = on_hand(other)
        one.post("sales", {"lines": [{"product": product, "qty": 3}]})
        self.assertEqual(on_hand(one), before - 3000)       # at once, and never twice
        pt.wait_for(lambda: on_hand(other) == before - 3000, "the sale to be seen")
        pt.wait_for(lambda: one.get("status")["waiting"] == 0, "delivery")
        self.assertEqual(on_hand(one), before - 3000)
        shared = other.post("sales", {"lines": [{"product": product, "qty": 1}]})
        self.assertEqual(shared["payments"][0]["holder"], "QUAY")
        pt.wait_for(lambda: on_hand(one) == before - 4000, "the sale to be seen")

    def test_revoked_it_says_so_and_sells_on(self):
        till = Till.enrolled(self.server, ["EX06"]).start()
        tearing_down(self, till)
        till.delivered()
        answer = self.server.admin("POST", "/api/v1/revocations", {"terminal": till.get("status")["terminal"], "reason": "mất máy"})
        self.assertEqual(answer.status, 200, answer)
        pt.wait_for(lambda: any(p["code"] == "revoked" for p in till.get("status")["problems"]), "the till to say it")
        product = till.get("catalogue")["products"][0]["id"]
        till.post("sales", {"lines": [{"product": product, "qty": 1}]})

    def test_stops_fast_while_waiting_for_the_server(self):
        till = Till.enrolled(self.server, ["EX07"]).start()
        tearing_down(self, till)
        till.delivered()
        self.assertEqual(till.stop(), 0)
        self.assertFalse((till.data / "pos.json").exists())

    def test_is_small(self):
        till = Till.enrolled(self.server, ["EX08"], plain=False).start()
        tearing_down(self, till)
        till.delivered()
        status = pathlib.Path(f"/proc/{till.process.pid}/status").read_text()
        resident = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
        self.assertLess(resident, 24 * 1024, "kB")


class Clocks(unittest.TestCase):
    def test_a_wrong_clock_is_corrected_and_a_sale_counts_at_the_true_hour(self):
        server = pt.Server()
        tearing_down(self, server)
        server.clock = Clock(server.root / "clock").path
        server.run("init", "--fair-id", pt.FAIR, "--kit", server.kit)
        server.run("import", pt.SAMPLE, "--yes")
        server.start()
        till = Till()
        tearing_down(self, till)
        clock = Clock(till.root / "clock")
        clock.wall += 3 * 3_600_000      # three hours ahead
        clock.set()
        till.clock = clock.path
        till.run("enrol", f"http://127.0.0.1:{server.port}", till.ask_code(server))
        till.start()
        till.delivered()
        self.assertEqual(till.get("status")["clock"]["offset_ms"], -3 * 3_600_000)
        till.post("sales", {"lines": [{"product": "CB0001", "qty": 1}]})
        till.delivered()
        hours = server.admin("GET", "/api/v1/sales?by=hour").json["rows"]
        self.assertEqual([r.get("hour", r.get("key")) for r in hours], ["2025-05-15T09"])


class Description(unittest.TestCase):
    def test_answers_are_as_openapi_says(self):
        server = pt.Server.started()
        till = Till.enrolled(server).start("--listen", "127.0.0.1:0")
        tearing_down(self, server, till)
        till.delivered()
        api = OpenApi(till.call("GET", "/api/v1/openapi.json").json)

        def ask(method, path, body=None):
            headers = {"Idempotency-Key": "a-key-of-this-" + path.replace("/", "-")} if method == "POST" else {}
            return api.check(method, path, till.admin(method, path, body, headers=headers))
        line = [{"product": "CB0001", "qty": 2}]
        number = ask("POST", "/api/v1/sales", {"lines": line, "payments": [{"method": "transfer"}]}).json["receipts"][0]["number"]
        ref = ask("GET", f"/api/v1/sales/{number}").json["payments"][0]["pay_ref"]
        for path, body in {
                "payments/confirmed": {"pay_ref": ref}, "refunds": {"receipt": number, "lines": [{"of": 0, "qty": 1}]},
                "exchanges": {"receipt": number, "lines": line}, "shifts/open": {}, "cash-in": {"amount": 1, "reason": "x"},
                "cash-out": {"amount": 1, "reason": "x"}, "shifts/close": {"counted": 0}, "stock-in": {"lines": line},
                "stock-out": {"lines": line, "reason": "gift"}, "transfers": {"lines": line, "to": "kho"}, "counts": {"lines": line},
                "offers": {"name": "x", "type": "price", "items": [{"product": "CB0002"}], "value": 1}, "leads": {"goods": "x"},
                "declared-sales": {"method": "x", "total": 1}, "visitors": {"count": 1}, "notes": {"text": "x"},
                "barcodes": {"product": "CB0001", "barcode": "1234"}, "sync-now": {},
                "proposals": {"product": "X1", "name": "x", "unit": "x", "price": 1}}.items():
            ask("POST", "/api/v1/" + path, body)
        till.post("prints", {"receipt": number}, expect=422)    # no_printer
        for path, body in {"printer": {"address": "tcp://127.0.0.1:9"}, "prints": {"receipt": number}, "printer/test": {}}.items():
            job = ask("POST", "/api/v1/" + path, body).json.get("job")
        for path in ("prints/cancel", "prints/again"):
            ask("POST", "/api/v1/" + path, {"job": job["id"] if path.endswith("cancel") else "none"})
        ask("GET", f"/api/v1/sales/{number}/image?width=58")
        order = ask("POST", "/api/v1/orders", {"lines": line}).json["receipts"][0]["number"]
        ask("GET", "/api/v1/orders")
        ask("POST", "/api/v1/orders/closed", {"order": order, "outcome": "cancelled"})
        ask("POST", "/api/v1/invoices", {"receipt": number, "personal": {"tax_code": "0100109106", "company": "x"}})
        ask("GET", f"/api/v1/sales/{number}")
        shift = ask("GET", "/api/v1/shifts").json["rows"][0]["hash"]
        ask("GET", f"/api/v1/shifts/{shift}")
        ask("GET", f"/api/v1/shifts/{shift}/image?part=EX01&width=58")
        ask("POST", "/api/v1/prints/shift", {"shift": shift, "part": "z"})
        ask("POST", "/api/v1/quote/pack", {})
        pack = ask("POST", "/api/v1/packs", {}).json["entries"][0]["hash"]
        ask("GET", f"/api/v1/packs/{pack}/image?width=58")
        ask("POST", "/api/v1/prints/pack", {"pack": pack})
        exported = till.admin("GET", "/api/v1/journal/export").body
        ask("POST", "/api/v1/journal/exported", {"sha256": hashlib.sha256(exported).hexdigest()})
        self.assertIn(ask("GET", "/api/v1/status").json["safe"], ("server", "file"))
        basket = {"lines": line, "discount": 500, "note": "x"}
        kept = ask("POST", "/api/v1/drafts/basket", {"id": "G1", "rev": 0, "basket": basket, "payments": [{"method": "transfer"}]}).json
        ask("POST", "/api/v1/drafts/park", {"id": "G1", "rev": kept["rev"], "label": "x"})
        ask("POST", "/api/v1/drafts/resume", {"id": "G1", "rev": kept["rev"]})
        ask("POST", "/api/v1/quote", {"lines": line, "payments": [{"method": "cash", "given": 500000}]})
        sold = till.post("sales", {"draft": {"id": "G1", "rev": kept["rev"]}, "payments": [{"method": "transfer"}]})
        ask("POST", "/api/v1/quote/count", {"lines": [{"product": "CB0001", "qty": 1, "sold": True}]})
        ask("POST", "/api/v1/quote/refund", {"receipt": sold["receipts"][0]["number"]})
        ask("POST", "/api/v1/settings", {"lang": "en", "theme": "dark", "text": "big"})
        seller = ask("GET", "/api/v1/catalogue").json["cashiers"][0]["id"]
        ask("POST", "/api/v1/unlock", {"cashier": seller})
        ask("POST", "/api/v1/lock", {})
        ask("POST", "/api/v1/allow", {"cashier": seller, "manager": seller, "pin": "0000"})    # has none: not a manager
        ask("GET", "/api/v1/drafts")
        ask("POST", "/api/v1/undo", {"hash": sold["receipts"][0]["hash"]})
        ask("GET", "/api/v1/drafts")
        phone = Phone.paired(till, "EX01")
        api.check("GET", "/api/v1/status", phone.call("GET", "/api/v1/status"))
        api.check("POST", "/api/v1/pair", phone.pair(ask("POST", "/api/v1/phones/pair", {"exhibitor": "EX01", "name": "x"}).json))
        ask("POST", "/api/v1/phones/withdraw", {})
        ask("POST", "/api/v1/phones/end", {"id": ask("GET", "/api/v1/phones").json["rows"][0]["id"]})
        page = ask("GET", "/")
        assets = re.findall(r'"\.?(/assets/[^"]+)"', gzip.decompress(page.body).decode())
        self.assertGreater(len(assets), 1)
        for asset in assets:
            ask("GET", asset)
        void = till.post("visitors", {"count": 1})["entries"][0]["hash"]
        ask("POST", "/api/v1/voids", {"receipt": void})
        for path in ("status", "catalogue", "stock", "sales?limit=5", "shift", "shifts", "scan?code=8930000000019", "qr.png?text=PHIEN", "transfers", "leads", "visitors", "printer", "journal/verify", "journal/export", "openapi.json", "sales/A01-T99-1"):
            ask("GET", "/api/v1/" + path)
        for path in ("/healthz", "/metrics"):
            ask("GET", path)
        ask("POST", "/api/v1/server", {"server": f"http://127.0.0.1:{server.port}"})
        ask("POST", "/api/v1/journal-close", {})
        self.assertEqual(api.operations() - api.seen, {("get", "/start/{once}")})


if __name__ == "__main__":
    unittest.main()
