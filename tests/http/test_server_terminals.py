#!/usr/bin/python3
"""What a terminal tells of itself is shown and never believed; a copy counts as a backup when it is shown where it is kept."""
import hashlib
import json
import unittest

import phien_test as pt
from openapi import OpenApi
from till import Till

GOOD = {"head": 3, "clock_ms": -125000, "disk_free": 8_000_000_000, "battery": 71, "charging": False, "program": "phien-pos 0.1.0", "printer": "trouble"}


class Terminals(unittest.TestCase):
    def setUp(self):
        self.server = pt.Server.started()
        self.addCleanup(self.server.close)
        self.api = OpenApi(self.server.call("GET", "/api/v1/openapi.json").json)
        self.boss = pt.Person.invited(self.server, "boss")
        self.till = pt.Terminal.enrolled(self.server, ["EX01"])

    def ask(self, method, target, body=None):
        return self.api.check(method, target, self.boss.call(method, target, body))

    def tell(self, text):
        answer = self.till.call("GET", "/api/v1/feed", headers={"X-Phien-Device": text})
        self.assertEqual(answer.status, 200, answer)

    def device(self):
        row, = self.ask("GET", "/api/v1/terminals").json["rows"]
        told = row.get("device")
        if told:
            told.pop("at")
            if "waiting" in told:
                told["head"] = told.pop("waiting") + row["seq"]
        return told

    def test_what_it_tells_is_shown(self):
        self.assertIsNone(self.device())
        self.tell(json.dumps(GOOD))
        self.assertEqual(self.device(), GOOD)
        self.till.open()
        self.till.send()
        row, = self.ask("GET", "/api/v1/terminals").json["rows"]
        self.assertEqual(row["device"]["waiting"], 2, "what came since does not wait any more")
        self.tell(json.dumps({**GOOD, "battery": 5, "charging": True}))
        self.assertEqual((self.device()["battery"], self.device()["charging"]), (5, True))
        self.assertEqual(self.till.feed().status, 200)
        self.assertEqual(self.device()["battery"], 5, "who says nothing changes nothing")

    def test_what_cannot_be_is_left_out_and_never_refuses_the_feed(self):
        before = self.server.dump()
        for name, value in (("head", -1), ("head", 1.5), ("head", 2**63), ("battery", 101), ("battery", "71"), ("disk_free", -1), ("disk_free", 2**64 - 1),
                            ("charging", 1), ("program", "<script>"), ("program", "x" * 41), ("program", 7), ("printer", "on fire"), ("printer", ["ready"]),
                            ("clock_ms", 2**60), ("clock_ms", None)):
            self.tell(json.dumps({**GOOD, name: value}))
            self.assertEqual(self.device(), {k: v for k, v in GOOD.items() if k != name}, (name, value))
        self.tell(json.dumps({**GOOD, "extra": {"deep": [1]}}))
        self.assertEqual(self.device(), GOOD)
        for text in ("", "{", "[]", "7", "[" * 500, json.dumps({**GOOD, "extra": "x" * 512}), '{"program":"\\ud800"}'):
            self.tell(text)
        self.assertLessEqual(set(self.device()), set(GOOD))
        self.assertEqual(self.server.dump(), before, "never in the books")

    def test_the_program_tells_of_its_machine(self):
        pos = Till.enrolled(self.server, ["EX02"])
        self.addCleanup(pos.close)
        pos.start()

        def told():
            return next((row["device"] for row in self.ask("GET", "/api/v1/terminals").json["rows"] if row["exhibitors"] == ["EX02"] and "device" in row), None)
        device = pt.wait_for(told, "the till to tell")
        self.assertTrue(device["program"].startswith("phien-pos "))
        self.assertGreater(device["disk_free"], 0)
        self.assertEqual(device["printer"], "none")
        self.assertLess(abs(device["clock_ms"]), 60_000)

    def test_a_downloaded_copy_counts_when_it_is_shown(self):
        self.till.open()
        self.till.sale("EX01", "CB0001", 1000, 25000)
        self.till.send()
        self.ask("POST", "/api/v1/revocations", {"terminal": self.till.id, "reason": "mất máy"})

        def only_here():
            return self.ask("GET", "/api/v1/holdings").json["only_here"]
        alone = only_here()
        self.assertGreaterEqual(alone, 2)
        file = self.boss.call("GET", "/api/v1/journals/export").body
        self.assertEqual(only_here(), alone, "sent is not yet kept")
        changed = self.ask("POST", "/api/v1/backups/kept", {"digest": hashlib.sha256(file + b" ").hexdigest()})
        self.assertEqual((changed.status, changed.code), (404, "unknown_file"))
        self.assertEqual(only_here(), alone)
        shown = self.ask("POST", "/api/v1/backups/kept", {"digest": hashlib.sha256(file).hexdigest()})
        self.assertEqual(shown.status, 200, shown)
        holdings = self.ask("GET", "/api/v1/holdings").json
        self.assertEqual((holdings["only_here"], holdings["backup"]["at"]), (0, shown.json["at"]))

    def test_an_erasure_says_who_is_known_to_have_obeyed(self):
        salt, data = "11" * 32, pt.canonical({"phone": "0900000000"})
        self.till.open()
        lead = self.till.entry("lead", {"exhibitor": "EX01", "type": "enquiry", "goods": "Thạch đen", "value": 0, "consent": True},
                               personal=pt.sha(bytes.fromhex(salt), data).hex())
        self.assertEqual(self.till.send().status, 200)
        other = pt.Terminal.enrolled(self.server, ["EX02"])

        def row():
            return self.ask("GET", "/api/v1/leads").json["rows"][0]
        self.assertNotIn("erased", row())
        self.assertEqual(self.ask("POST", "/api/v1/erasures", {"about": self.till.ref(lead)}).status, 200)
        self.assertEqual(row()["erased"], {"writer": False, "writer_revoked": False, "have": 0, "of": 2})

        def follow(till):
            cursor = {}
            while True:
                feed = till.feed(**cursor).json
                cursor = {k: feed["cursor"][k] for k in ("incarnation", "seq", "hash")}
                if not feed["batches"]:
                    return
        follow(other)
        self.assertEqual(row()["erased"], {"writer": False, "writer_revoked": False, "have": 1, "of": 2})
        follow(self.till)
        self.assertEqual(row()["erased"], {"writer": True, "writer_revoked": False, "have": 2, "of": 2})
        self.ask("POST", "/api/v1/revocations", {"terminal": self.till.id, "reason": "mất máy"})
        self.assertEqual(row()["erased"], {"writer": True, "writer_revoked": True, "have": 1, "of": 1})

    def test_a_terminal_is_replaced_under_a_number_of_its_own(self):
        code = self.ask("POST", "/api/v1/enrolments", {"replaces": self.till.id}).json["code"]
        fresh = pt.Terminal(self.till.fair, self.till.root)
        answer = fresh.enrol(self.server, code)
        self.assertEqual((answer.json["replaces"], fresh.exhibitors, fresh.booth), (self.till.id, ["EX01"], self.till.booth))
        self.assertNotEqual(fresh.id, self.till.id)


if __name__ == "__main__":
    unittest.main()
