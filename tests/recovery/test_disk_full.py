#!/usr/bin/python3
"""The disk is full, on either side: said before money is taken, nothing acknowledged is lost, and it goes on when there is room.

A small file system of its own (tmpfs) in a mount namespace of its own, so that nothing else on the machine notices.
"""
import os
import pathlib
import secrets
import subprocess
import sys
import tempfile
import unittest

import disaster as d
import phien_test as pt
from till import Till

APART = "PHIEN_TEST_MOUNTS"


class DiskFull(unittest.TestCase):
    def disk(self, megabytes):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="phien-disk-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "phien-test", folder], check=True)
        self.addCleanup(folder.rmdir)
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder

    def fill(self, folder, leave=0):
        """All but `leave` bytes of it are taken; gives what to delete to have room again."""
        ballast = folder / "ballast"
        free = os.statvfs(folder)
        with open(ballast, "wb") as file:
            left = free.f_bavail * free.f_frsize - leave
            try:
                while left > 0:
                    left -= file.write(b"\0" * min(left, 1 << 20))
                file.flush()
            except OSError:
                pass
        return ballast

    def test_a_full_till_refuses_before_money_is_taken_and_goes_on_when_there_is_room(self):
        server = pt.Server.started()
        self.addCleanup(server.close)
        till = Till.enrolled(server, folder=self.disk(96))
        till.exhibitor = "EX01"
        self.addCleanup(till.close)
        till.start()
        d.sell(till, 5)
        till.delivered()
        ballast = self.fill(till.root)
        status = till.get("status")
        self.assertEqual((status["can_sell"], status["why_not"]["code"]), (False, "store_full"))
        self.assertIn("KHÔNG BÁN ĐƯỢC", status["text"]["vi"])
        for _ in range(5):
            answer = till.admin("POST", "/api/v1/sales", {"lines": [{"product": "CB0001"}]}, headers={"Idempotency-Key": secrets.token_hex(8)})
            self.assertEqual((answer.status, answer.code), (503, "store_full"))
        self.assertEqual(till.get("status")["saved"]["seq"], status["saved"]["seq"], "nothing half done")
        ballast.unlink()
        self.assertTrue(till.get("status")["can_sell"])     # without a restart
        d.sell(till, 2)
        till.delivered()
        self.assertEqual(d.sold(server, "EX01")[0], 7)
        self.assertTrue(till.get("journal/verify")["sound"])

    def test_a_full_server_acknowledges_nothing_it_cannot_keep_and_goes_on_when_there_is_room(self):
        server = d.House.opened(folder=self.disk(24))
        self.addCleanup(server.close)
        server.start()
        till = Till.enrolled(server)
        till.exhibitor = "EX01"
        self.addCleanup(till.close)
        till.start()
        d.sell(till, 5)
        till.delivered()
        held = server.row("T01")["here"]
        ballast = self.fill(server.root)
        refused = None
        for _ in range(400):                                # until the room that the files had in themselves is used up
            d.sell(till, 1)
            problems = {p["code"] for p in till.get("status")["problems"]}
            if "store_full" in problems:
                refused = problems
                break
        self.assertIsNotNone(refused, "the till is told why nothing arrives")
        self.assertTrue(till.get("status")["can_sell"], "and goes on selling")
        sold = till.get("status")["saved"]["seq"]
        acknowledged = till.get("status")["reached"]["seq"]
        self.assertGreaterEqual(acknowledged, held)
        self.assertLess(acknowledged, sold)
        self.assertGreaterEqual(server.row("T01")["here"], acknowledged)
        server.kill()                                       # full and then without power
        ballast.unlink()
        server.start()
        self.assertGreaterEqual(server.row("T01")["here"], acknowledged, "what was acknowledged is there")
        till.post("sync-now", {})
        till.delivered()
        self.assertEqual(server.row("T01")["here"], till.get("status")["saved"]["seq"])
        d.sound(self, server)

    def test_a_disk_that_fills_up_is_told_before_it_is_full(self):
        server = pt.Server.opened(folder=self.disk(1_120))   # MiB; the rule is at 1,024
        self.addCleanup(server.close)
        server.start()
        till = pt.Terminal.enrolled(server, ["EX01"])
        till.open()

        def told():
            return [row for row in server.admin("GET", "/api/v1/alerts").json["rows"] if row["rule"] == "disk"]

        def sell():
            """Something is sold, so that alerts are looked at anew."""
            first = len(till.entries) if len(till.entries) > 1 else 0
            till.sale("EX01", "CB0001", 9_000_000_000, 1)
            self.assertEqual(till.send(till.batch(first + 1)).status, 200)
        sell()
        pt.wait_for(lambda: server.admin("GET", "/api/v1/alerts").json["rows"], "what is sold out is told")
        self.assertEqual(told(), [])
        ballast = self.fill(server.root, leave=1_000 << 20)
        sell()
        pt.wait_for(told, "so is the disk")
        row, = told()
        self.assertEqual((row["key"], row["grave"]), ("data", True))
        self.assertRegex(row["message"]["vi"], r"\b(9\d\d|1000) MB")
        ballast.unlink()
        sell()
        pt.wait_for(lambda: not told(), "there is room again")


if __name__ == "__main__":
    if APART not in os.environ:
        os.environ[APART] = "1"
        apart = ["unshare", "--mount", "--propagation", "private"] + ([] if os.geteuid() == 0 else ["--user", "--map-root-user"])
        os.execvp(apart[0], [*apart, sys.executable, *sys.argv])
    unittest.main()
