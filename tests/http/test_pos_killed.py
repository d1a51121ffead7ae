#!/usr/bin/python3
"""I1: kill -9 the terminal while it sells. Every sale whose receipt was seen is there after the restart, the numbers have no gap.
PHIEN_KILLS: how often (default 200)."""
import os
import random
import subprocess
import threading
import unittest

import phien_test as pt
from till import Till, check_numbers

KILLS = int(os.environ.get("PHIEN_KILLS", "200"))


class Killed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.random = random.Random(20250515)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def check(self, till, seen):
        entries = till.export()
        check_numbers(self, entries)
        numbers = {f"{e['body']['booth']}-{till.terminal}-{e['body']['receipt']}" for e in entries if e["kind"] == "sale"}
        self.assertLessEqual(seen, numbers)
        self.assertTrue(till.json("journal", "verify")["sound"])

    def test_the_running_program_between_and_within_sales(self):
        till = Till.enrolled(self.server).start()
        self.addCleanup(till.close)
        till.terminal = till.get("status")["terminal"]
        seen = set()
        for _ in range(KILLS):
            stop = threading.Event()

            def sell():
                while not stop.is_set():
                    try:
                        answer = till.admin("POST", "/api/v1/sales", {"lines": [{"product": "CB0001", "qty": 1}, {"product": "CB0002", "qty": 2}]},
                                            headers={"Idempotency-Key": os.urandom(12).hex()}, timeout=10)
                    except (OSError, ValueError, pt.http.client.HTTPException):
                        return
                    if answer.status == 200:
                        seen.update(r["number"] for r in answer.json["receipts"])
            sellers = [threading.Thread(target=sell) for _ in range(2)]
            for seller in sellers:
                seller.start()
            stop.wait(self.random.uniform(0.01, 0.15))
            till.kill()
            stop.set()
            for seller in sellers:
                seller.join(20)
            till.start()
        till.stop()
        self.check(till, seen)
        self.assertGreater(len(seen), KILLS)

    def test_the_command_at_any_moment(self):
        till = Till.enrolled(self.server)
        self.addCleanup(till.close)
        till.terminal = till.json("status")["terminal"]
        seen = set()
        for _ in range(KILLS):
            process = subprocess.Popen(till.argv("sell", "CB0001=1", "--cash", "50000"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            try:
                process.wait(self.random.uniform(0.0, 0.04))
            except subprocess.TimeoutExpired:
                process.kill()
            printed = process.communicate(timeout=20)[0]
            seen.update(word.strip(".,:#") for word in printed.split() if f"-{till.terminal}-" in word)
        seen.add(till.json("sell", "CB0001")["receipts"][0]["number"])
        self.check(till, seen)


if __name__ == "__main__":
    unittest.main()
