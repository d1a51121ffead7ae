#!/usr/bin/python3
"""I4: the server is killed at 100 random moments while it takes sales; everything it acknowledged is there after each restart."""
import http.client
import random
import threading
import unittest

import phien_test as pt

KILLS = 100


class Kill(unittest.TestCase):
    def test_i4_kill_9_at_random_moments_while_taking_sales(self):
        chance = random.Random(4)
        server = pt.Server.opened()
        self.addCleanup(server.close)
        server.start()
        till = pt.Terminal.enrolled(server, ["EX01"])
        till.open()
        acknowledged = 0
        for kill in range(KILLS):
            threading.Timer(chance.uniform(0.0, 0.08), server.process.kill).start()
            try:
                while True:
                    for _ in range(chance.randint(1, 5)):
                        till.sale("EX01", "CB0001", 1000, 25000)
                    answer = till.send(till.batch(acknowledged + 1), timeout=5)
                    self.assertEqual(answer.status, 200, answer)
                    acknowledged = answer.json["head"]["seq"]
            except (OSError, http.client.HTTPException):
                pass   # it was killed under our hands; whether the last batch is there we may not know
            server.process.wait(10)
            server.kill()
            server.start()
            row, = [r for r in server.admin("GET", "/api/v1/terminals").json["rows"] if r["terminal"] == till.id]
            self.assertGreaterEqual(row["seq"], acknowledged, f"kill {kill}: acknowledged and gone")
            self.assertEqual(row["branches"], 1)
            self.assertEqual(till.session().status, 200)
        if acknowledged < len(till.entries):
            self.assertEqual(till.send(till.batch(acknowledged + 1)).status, 200)
        product, = server.admin("GET", "/api/v1/sales?by=product").json["rows"]
        self.assertEqual(product["sold"], (len(till.entries) - 1) * 25000, "each sale once, however often it was sent")
        self.assertTrue(server.admin("GET", "/api/v1/verify").json["sound"])
        self.assertEqual(server.admin("POST", "/api/v1/rebuild", {}).status, 200)


if __name__ == "__main__":
    unittest.main()
