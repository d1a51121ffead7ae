#!/usr/bin/python3
"""I2 over the wire: however a batch arrives, it is posted once. I4: what was acknowledged survives kill -9. I5: a rebuild is the same."""
import random
import threading
import unittest

import phien_test as pt


class ExactlyOnce(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def till(self, sales=30):
        till = pt.Terminal.enrolled(self.server, ["EX01"])
        till.open()
        for n in range(sales):
            till.sale("EX01", f"CB000{n % 4 + 1}", 1000 * (n % 3 + 1), 20000 + 333 * n, method="transfer" if n % 5 == 0 else "cash")
        return till

    def test_i2_a_batch_sent_five_times_is_posted_once(self):
        till = self.till()
        self.assertEqual(till.send().json["appended"], 31)
        dump = self.server.dump()
        for _ in range(5):
            answer = till.send()
            self.assertEqual((answer.status, answer.json["appended"], answer.json["known"]), (200, 0, 31))
        self.assertEqual(self.server.dump(), dump)

    def test_i2_halves_overlaps_and_pieces_out_of_order_add_nothing(self):
        till = self.till()
        answer = till.send(till.batch(16, 31))
        self.assertEqual((answer.status, answer.json["status"]), (409, "unknown_prev"), "the second half first: what is here is said")
        self.assertEqual(till.send(till.batch(1, 15)).json["appended"], 15)
        overlap = till.send(till.batch(10, 31)).json
        self.assertEqual((overlap["head"], overlap["appended"], overlap["known"], overlap["forked"]),
                         ({"hash": till.hash_at(31).hex(), "seq": 31}, 16, 6, False))
        dump = self.server.dump()
        pieces = [(first, last) for first in range(1, 32, 5) for last in range(first, 32, 7)]
        random.Random(2025).shuffle(pieces)
        for first, last in pieces:
            self.assertEqual(till.send(till.batch(first, last)).json["appended"], 0)
        self.assertEqual(self.server.dump(), dump)

    def test_i2_two_connections_at_once_post_once(self):
        till, text, answers = self.till(200), None, []
        text = till.batch()
        threads = [threading.Thread(target=lambda: answers.append(till.send(text))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        self.assertEqual([a.status for a in answers], [200] * 8)
        self.assertEqual(sum(a.json["appended"] for a in answers), 201)
        row, = [r for r in self.server.admin("GET", "/api/v1/terminals").json["rows"] if r["terminal"] == till.id]
        self.assertEqual((row["seq"], row["branches"]), (201, 1))

    def test_i4_what_was_acknowledged_survives_kill_9(self):
        till = self.till(5)
        for seq in range(1, 7):
            self.assertEqual(till.send(till.batch(seq, seq)).json["head"]["seq"], seq)
        dump = self.server.dump()
        self.server.kill()
        self.server.start()
        self.assertEqual(self.server.dump(), dump)
        self.assertEqual(till.session().status, 200)
        self.assertEqual(till.send().json["appended"], 0)

    def test_i5_journals_in_any_order_give_the_same_books(self):
        tills = [self.till(12) for _ in range(3)]
        for till in tills:
            self.assertEqual(till.send().status, 200)
        dump = self.server.dump()
        batches = self.server.admin("GET", "/api/v1/journals/export").text.split("phien-batch 1\n")[1:]
        for seed in range(3):
            random.Random(seed).shuffle(batches)
            fresh = pt.Server.opened(sample=None)
            self.addCleanup(fresh.close)
            # A fair of the same name under the first one's root: the kit makes it a new incarnation of that very fair.
            for path in fresh.data.iterdir():
                path.unlink()
            fresh.run("recover", "--kit", self.server.kit)
            fresh.start()
            for batch in batches:
                answer = fresh.admin("POST", "/api/v1/journals/import", "phien-batch 1\n" + batch)
                self.assertEqual(answer.status, 200, answer)
            without_server = lambda text: sorted(line for line in text.decode().splitlines() if "_server" not in line)
            self.assertEqual(without_server(fresh.dump()), without_server(dump))
            before = fresh.dump()
            self.assertEqual(fresh.admin("POST", "/api/v1/rebuild", {}).status, 200)
            self.assertEqual(fresh.dump(), before)
            fresh.stop()


if __name__ == "__main__":
    unittest.main()
