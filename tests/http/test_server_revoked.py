#!/usr/bin/python3
"""What a revoked terminal may still bring: its own journal, by its seals alone. What lies before the head its revocation names counts; what
comes after is kept and held; nothing can be forged, and it cannot be brought without end."""
import copy
import unittest

import phien_test as pt
from nacl.signing import SigningKey
from openapi import OpenApi

RETURNED = "/api/v1/journals/returned"
BEYOND = 10_000     # kMaxBeyondRevocation
BATCH = 1_000       # sync::kMaxBatchEntries


class Revoked:
    """With a server of its own."""

    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.addClassCleanup(cls.server.close)
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)

    def give(self, text, expect=200):
        answer = self.server.call("POST", RETURNED, text, headers={"Content-Type": "text/plain"}, timeout=120)
        self.api.check("POST", RETURNED, answer)
        self.assertEqual(answer.status, expect, answer)
        return answer.json

    def till(self, sales=3, exhibitor="EX01"):
        till = pt.Terminal.enrolled(self.server, [exhibitor])
        till.open()
        for _ in range(sales):
            till.sale(exhibitor, "CB0001", 1000, 25000)
        return till

    def revoke(self, till):
        answer = self.server.admin("POST", "/api/v1/revocations", {"terminal": till.id, "reason": "lạc máy"})
        self.assertEqual(answer.status, 200, answer)

    def held(self, till):
        rows = self.server.admin("GET", "/api/v1/exceptions").json["rows"]
        return [row["entry"]["seq"] for row in rows if row["code"] == "held" and row["terminal"] == till.id]

    def sales(self, exhibitor="EX01"):
        rows = self.server.admin("GET", "/api/v1/sales?by=exhibitor").json["rows"]
        return sum(row["sales"] for row in rows if row["key"] == exhibitor)


class ServerRevoked(Revoked, unittest.TestCase):
    def test_i6_what_it_wrote_on_is_kept_and_held_and_nothing_before_it_changes(self):
        till, before = self.till(), self.sales()
        self.assertEqual(till.send().status, 200)
        self.revoke(till)
        self.assertEqual(self.sales(), before + 3)
        till.sale("EX01", "CB0001", 1000, 25000)
        self.assertEqual((till.send().status, till.session().status), (403, 403), "it has no session any more")
        self.assertEqual(self.give(till.batch(5))["appended"], 1)
        self.assertEqual((self.sales(), self.held(till)), (before + 3, [5]))
        self.assertEqual(self.give(till.batch())["known"], 5)

    def test_i8_a_clone_that_goes_on_from_before_the_cut_is_held_too(self):
        till, before = self.till(), self.sales()
        self.assertEqual(till.send().status, 200)
        clone = copy.copy(till)
        clone.entries = till.entries[:2]
        self.revoke(till)
        clone.sale("EX01", "CB0001", 9000, 25000)
        clone.sale("EX01", "CB0001", 9000, 25000)
        answer = self.give(clone.batch(3))
        self.assertEqual((answer["appended"], answer["forked"]), (2, True))
        self.assertEqual((self.sales(), self.held(till)), (before + 3, [3, 4]))

    def test_i8_nothing_can_be_forged(self):
        till, before = self.till(), self.sales()
        self.assertEqual(till.send().status, 200)
        self.revoke(till)
        forger = copy.copy(till)
        forger.entries = list(till.entries)
        forger.sale("EX01", "CB0001", 1000, 25000)
        forger.signer = SigningKey.generate()               # names a key of its own
        self.assertEqual(self.give(forger.batch(5), expect=422)["code"], "wrong_key")
        named = forger.batch(5).replace(f"key {forger.key}", f"key {till.key}")
        self.assertEqual(self.give(named, expect=422)["code"], "bad_seal")
        till.sale("EX01", "CB0001", 1000, 25000)
        changed = till.batch(5).replace('"price":25000', '"price":95000')
        self.assertEqual(self.give(changed, expect=422)["code"], "bad_seal")
        stranger = pt.Terminal(till.fair, till.root, "T77")
        stranger.open()
        self.assertEqual(self.give(stranger.batch(), expect=422)["code"], "not_enrolled")
        elsewhere = pt.Terminal(till.fair, "0" * 64, till.id, key=till.signer)
        elsewhere.open()
        self.assertEqual(self.give(elsewhere.batch(), expect=422)["code"], "wrong_root")
        self.assertEqual((self.sales(), self.held(till)), (before + 3, []))

    def test_i7_it_cannot_stop_the_server_with_a_word_about_its_journal(self):
        till = self.till()
        self.assertEqual(till.send().status, 200)
        self.revoke(till)
        till.entry("note", {"text": "bịa"}, seen={"hash": "ab" * 32, "incarnation": 1, "seq": 9999})
        self.assertEqual(self.give(till.batch(5))["appended"], 1)
        holdings = self.server.admin("GET", "/api/v1/holdings").json
        self.assertEqual((holdings["overtaken"], holdings["whole"]), (False, True))
        self.assertTrue(self.server.admin("GET", "/api/v1/verify").json["sound"])


class WithoutEnd(Revoked, unittest.TestCase):
    def test_i10_beyond_the_cut_so_much_is_kept_and_no_more_but_a_file_brings_it(self):
        till = self.till(sales=0)
        self.assertEqual(till.send().status, 200)
        self.revoke(till)
        for _ in range(BEYOND + 1):
            till.entry("note", {"text": "ghi"})
        for first in range(2, BEYOND + 2, BATCH):
            self.assertEqual(self.give(till.batch(first, first + BATCH - 1))["appended"], BATCH)
        self.assertEqual(self.give(till.batch(BEYOND + 2), expect=422)["code"], "too_much_held")
        self.assertEqual(self.give(till.batch(1, 1))["known"], 1, "what lies before it is taken at any time")
        imported = self.server.admin("POST", "/api/v1/journals/import", till.batch(BEYOND + 2), headers={"Content-Type": "text/plain"})
        self.assertEqual(imported.json["appended"], 1)


if __name__ == "__main__":
    unittest.main()
