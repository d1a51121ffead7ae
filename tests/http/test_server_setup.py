#!/usr/bin/python3
"""The first run: from an empty directory to a running server with an organizer, without one file edited; and nothing works before
the recovery kit is seen to be kept elsewhere."""
import http.client
import json
import pathlib
import re
import subprocess
import unittest

import phien_test as pt
from openapi import OpenApi

ROUTES = ("/api/v1/stock", "/api/v1/hello", "/metrics", "/api/v1/accounts", "/api/v1/login")
OWN = {"id": "hoi-cho-thu", "name": "Hội chợ thử (Mẫu)", "first_day": "2025-06-01", "last_day": "2025-06-03", "place": "Nhà thi đấu"}
DESCRIBED = OpenApi(json.loads((pt.REPO / "server/api/openapi.json").read_text(encoding="utf-8")))


class FirstRun(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server()
        self.addCleanup(self.server.close)
        self.begin()

    def begin(self):
        """Starts `serve`; returns the page's code."""
        server = self.server
        server.log = open(server.root / "log", "ab")
        server.process = subprocess.Popen(server.argv("--lang", "en", "serve", "--port", "0", "--tls-port", "0"), stdout=subprocess.PIPE,
                                          stderr=server.log, text=True)
        self.addCleanup(server.process.stdout.close)
        said = server.process.stdout.readline() + server.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)/#setup=([0-9a-f]{32})", said)
        self.assertTrue(found, said)
        server.port, self.code = int(found[1]), found[2]

    def call(self, method, step="", body=None, **options):
        target = "/api/v1/setup" + step
        return DESCRIBED.check(method, target, self.server.call(method, target, body, **options))

    def ask(self, step, code=None, **body):
        return self.call("POST", "/" + step, {"code": code or self.code, **body})

    def make(self, **wanted):
        return self.ask("fair", account="mai", name="Nguyễn Thị Mai", password=pt.PASSWORD, **(wanted or {"fair": OWN}))

    def step(self):
        return self.call("GET").json["step"]

    def running(self):
        def ready():
            try:
                return self.server.call("GET", "/readyz").status == 200
            except (OSError, http.client.HTTPException):
                return False
        pt.wait_for(ready, "the server after the first run")

    def nothing_else_works(self):
        for route in ROUTES:
            self.assertEqual(self.server.call("GET", route).status, 404, route)

    def test_from_an_empty_directory_to_a_running_server(self):
        self.assertEqual(self.step(), "fair")
        self.nothing_else_works()
        answer = self.make()
        self.assertEqual((answer.status, answer.json), (200, {"step": "kit"}))
        self.nothing_else_works()
        self.assertEqual(self.make().status, 409)
        kit = self.ask("kit")
        self.assertIn("attachment", kit.headers["content-disposition"])
        for wrong in ("ABCD-EFGH", "", "x", "{}", json.dumps({"root_seed": "0" * 64}), kit.json["root"]):
            answer = self.ask("confirm", shown=wrong)
            self.assertEqual((answer.status, answer.code), (422, "kit_not_shown"), wrong)
        self.nothing_else_works()
        saved = self.server.root / "usb.json"
        saved.write_bytes(kit.body)
        answer = self.ask("confirm", shown=" " + kit.json["check"].lower().replace("-", " "))
        self.assertEqual((answer.status, answer.json["step"]), (200, "done"))
        self.running()
        self.assertEqual(self.step(), "done")
        self.assertEqual(self.make().code, "exists")
        mai = pt.Person(self.server, "mai")
        self.assertEqual(mai.login().json["role"], "organizer")
        self.assertEqual(mai.call("GET", "/api/v1/catalogue").json["fair"]["place"], "Nhà thi đấu")
        for file in pathlib.Path(self.server.data).rglob("*"):
            self.assertNotIn(kit.json["root_seed"].encode(), file.read_bytes(), f"the root key stayed in {file}")
        again = pt.Server()
        self.addCleanup(again.close)
        again.run("recover", "--kit", saved)

    def test_the_sample_is_opened_whole(self):
        self.assertEqual(self.make(sample=True).status, 200)
        self.ask("confirm", shown=self.ask("kit").text)
        self.running()
        catalogue = self.server.admin("GET", "/api/v1/catalogue").json
        self.assertEqual((catalogue["fair"]["id"], len(catalogue["exhibitors"])), (pt.FAIR, 16))
        self.assertIn("Không có gì thay đổi", self.server.run("import", pt.SAMPLE, "--yes").stdout)

    def test_killed_before_the_kit_was_kept_it_goes_on_there(self):
        self.make()
        self.server.kill()
        refused = self.server.run("stock", expect=None)
        self.assertIn("kit_not_saved", refused.stderr)
        old = self.code
        self.begin()
        self.assertNotEqual(self.code, old)
        self.assertEqual(self.step(), "kit")
        self.assertEqual(self.ask("kit", code=old).code, "bad_code")
        self.nothing_else_works()
        self.assertEqual(self.ask("confirm", shown=self.ask("kit").text).status, 200)
        self.running()
        self.assertEqual(pt.Person(self.server, "mai").login().status, 200)

    def test_killed_while_the_fair_was_made_it_begins_anew(self):
        self.server.kill()
        self.server.data.mkdir(exist_ok=True)
        for left in ("recovery-kit.pending.json", "phien.db", "admin.token"):
            (self.server.data / left).write_text("half")
        self.begin()
        self.assertEqual(self.step(), "fair")
        self.assertEqual(self.make().status, 200)

    def test_what_is_not_right_is_said_and_changes_nothing(self):
        for change, code, where in (({"fair": {**OWN, "id": "Không hợp lệ"}}, "bad_value", "fair.id"),
                                    ({"fair": {**OWN, "last_day": "2025-05-01"}}, "bad_value", "fair.last_day"),
                                    ({"fair": {k: v for k, v in OWN.items() if k != "name"}}, "missing_field", "fair.name"),
                                    ({"fair": OWN, "password": "ngắn"}, "weak_password", "password"),
                                    ({"fair": OWN, "account": "organizer"}, "bad_value", "account")):
            answer = self.ask("fair", **{"account": "mai", "name": "Mai", "password": pt.PASSWORD, **change})
            self.assertEqual((answer.status, answer.code, answer.json["error"]["where"]), (422, code, where), answer)
        for code in ("0" * 32, "x"):
            self.assertEqual(self.ask("fair", code=code, sample=True, account="mai", name="Mai", password=pt.PASSWORD).code, "bad_code")
        answer = self.call("POST", "/fair", {"code": self.code, "sample": True}, headers={"Origin": "http://phien.example"})
        self.assertEqual(answer.code, "wrong_origin")
        self.assertEqual(self.step(), "fair")
        self.assertFalse((self.server.data / "keys.json").exists())

    def test_it_ends_on_a_signal_and_listens_on_loopback_alone(self):
        lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]]
        addresses = {line[1].split(":")[0] for line in lines if line[3] == "0A" and int(line[1].split(":")[1], 16) == self.server.port}
        self.assertEqual(addresses, {"0100007F"})   # 127.0.0.1
        self.assertEqual(self.server.stop(), 0)


class NotEmpty(unittest.TestCase):
    def test_a_directory_with_something_else_in_it_is_left_alone(self):
        server = pt.Server()
        self.addCleanup(server.close)
        server.data.mkdir()
        (server.data / "phien.db").write_text("somebody's")
        ended = server.run("serve", "--port", "0", "--tls-port", "0", expect=1)
        self.assertIn("not_initialised", ended.stderr)
        self.assertEqual((server.data / "phien.db").read_text(), "somebody's")


if __name__ == "__main__":
    unittest.main()
