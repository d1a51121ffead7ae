#!/usr/bin/python3
"""What the commands say where an operator stumbled: the wrong directory, a link pasted with its quote, a report that lacks what came late."""
import contextlib
import json
import sqlite3
import unittest

import phien_test as pt
from till import Till


class Said(unittest.TestCase):
    def test_a_directory_without_a_fair_or_a_till_is_named(self):
        server, till = pt.Server(), Till()
        for program in (server, till):
            self.addCleanup(program.close)
        said = server.run("status", expect=1).stderr
        self.assertIn(str(server.data), said)
        self.assertIn("phien-server recover", said)
        said = till.run("status", expect=1).stderr
        self.assertIn("[not_enrolled]", said)
        self.assertIn(str(till.data), said)
        self.assertIn("sai --data?", said)

    def test_a_link_with_a_stray_quote_is_refused_where_it_is_pasted(self):
        server = pt.Server.opened(sample=None)
        self.addCleanup(server.close)
        link = "https://127.0.0.1:1/#tls=" + "ab" * 32 + "&enrol=" + "0123456789abcdef"
        for wrong in (link + "'", "'" + link, link.replace("/#", "\"/#"), link + " ", link.replace("&enrol=0", "&enrol=G")):
            self.assertIn("[bad_link]", server.run("serve", "--upstream", wrong, "--port", "0", "--tls-port", "0", expect=2).stderr, wrong)
            self.assertFalse((server.data / "upstream.link").exists())

    def test_a_report_says_what_came_too_late_for_it(self):
        server = pt.Server.started()
        self.addCleanup(server.close)
        till = pt.Terminal.enrolled(server, ["EX01"])
        till.open()
        till.sale("EX01", "CB0001", 1000, 25000)
        self.assertEqual(till.send().status, 200)
        server.run("close-fair")
        out = server.root / "out"
        self.assertEqual(server.run("export", "--out", out, "--format", "json").stderr, "")
        till.sale("EX01", "CB0001", 1000, 25000)
        self.assertEqual(till.send().status, 200)
        said = server.run("export", "--out", out, "--format", "json")
        self.assertIn("1 mục đến sau khi chốt", said.stderr)
        self.assertEqual(len(json.loads(server.run("--json", "export", "--out", out, "--format", "json").stdout)["files"]), 1)
        self.assertEqual(server.run("export", "--out", out, "--format", "json", "--edition", "now").stderr, "")
        server.run("close-fair")
        self.assertEqual(server.run("export", "--out", out, "--format", "json").stderr, "")

    def test_what_a_till_has_sent_is_known_after_it_was_killed_and_the_server_with_it(self):
        server = pt.Server.started()
        self.addCleanup(server.close)
        till = Till.enrolled(server)
        self.addCleanup(till.close)
        till.start()
        for _ in range(3):
            till.post("sales", {"lines": [{"product": "CB0001", "qty": "1"}]})
            till.delivered()
        kept = lambda: self.link_of(till) == till.get("status")["saved"]["seq"]
        pt.wait_for(kept, "what was sent to be written down", 10)
        server.kill()
        till.post("sales", {"lines": [{"product": "CB0001", "qty": "1"}]})
        till.kill()
        self.assertEqual(till.json("status")["waiting"], 1)

    @staticmethod
    def link_of(till):
        """How far the journal was acknowledged, as the till's file has it."""
        with contextlib.closing(sqlite3.connect(f"file:{till.data}/phien.db?mode=ro", uri=True)) as db:
            row = db.execute("SELECT value FROM meta WHERE name LIKE 'sync.link.%'").fetchone()
        return json.loads(json.loads(row[0])["sent"])["acknowledged"]["seq"] if row else 0


if __name__ == "__main__":
    unittest.main()
