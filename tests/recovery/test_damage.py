#!/usr/bin/python3
"""The database file is damaged: 50 random pages overwritten. Noticed at start or while running, said, put aside, rebuilt; never silently wrong."""
import os
import random
import subprocess
import unittest

import disaster as d
import phien_test as pt

PAGE, PAGES = 4096, 50
SEEDS = range(1, 5)


def overwrite(path, seed):
    chance = random.Random(seed)
    with open(path, "r+b") as file:
        count = os.path.getsize(path) // PAGE
        for page in sorted(chance.sample(range(count), min(PAGES, count))):
            file.seek(page * PAGE)
            file.write(chance.randbytes(PAGE))


class Damage(unittest.TestCase):
    def fair(self):
        fair = d.Fair(self)
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            for _ in range(8):
                d.sell(till, 10)
            till.delivered()
        fair.known(a, b)
        return fair, a, b

    def refused(self, program, *arguments):
        """It does not start, and says why; or it does, and then it is sound."""
        done = subprocess.run(program.argv(*program.run_command, "--port", "0", *arguments), capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("[store_damaged]", done.stderr)

    def test_the_servers_file_is_damaged_and_rebuilt_from_the_kit_and_the_tills(self):
        fair, a, b = self.fair()
        for seed in SEEDS:
            with self.subTest(seed=seed):
                server = fair.server
                figures = d.figures(server)
                server.stop()
                overwrite(server.data / "phien.db", seed)
                self.refused(server, "--tls-port", "0")
                said = server.run("recover", "--kit", fair.kit).stdout
                self.assertIn("phien.db.damaged-", said)
                self.assertTrue(list(server.data.glob("phien.db.damaged-*")), "kept, never deleted")
                server.start()
                fair.whole(a, b)
                pt.wait_for(lambda: d.figures(server) == figures, "the same figures")
                d.sound(self, server)

    def test_damage_is_noticed_while_the_server_runs(self):
        fair, a, b = self.fair()
        server = fair.server
        server.stop()
        server.start("--check-every", "1")
        overwrite(server.data / "phien.db", 7)
        pt.wait_for(lambda: server.process.poll() is not None, "the server to stop by itself", 30)
        self.assertEqual(server.process.returncode, 4)
        self.assertIn("[store_damaged]", (server.root / "log").read_text())
        server.run("recover", "--kit", fair.kit)
        server.start()
        fair.whole(a, b)
        pt.wait_for(lambda: (d.sold(server, "EX01")[0], d.sold(server, "EX02")[0]) == (80, 80), "every sale")
        d.sound(self, server)

    def test_a_tills_file_is_damaged_what_can_be_read_is_saved_and_it_goes_on_in_a_new_journal(self):
        fair, a, b = self.fair()
        for number, seed in enumerate(SEEDS):
            with self.subTest(seed=seed):
                a.stop()
                overwrite(a.data / "phien.db", seed)
                self.refused(a)
                code = fair.server.admin("POST", "/api/v1/enrolments", {"exhibitors": ["EX01"]}).json["code"]
                said = a.run("enrol", f"https://127.0.0.1:{fair.server.tls_port}", code).stdout
                self.assertIn("phien.db.damaged-", said)
                a.start()
                d.sell(a, 1)
                a.delivered()
                self.assertEqual(d.sold(fair.server, "EX01")[0], 80 + number + 1, "what was synced is not touched")
        d.sound(self, fair.server)

    def test_damage_is_noticed_while_a_till_runs(self):
        fair, a, b = self.fair()
        a.stop()
        a.start("--check-every", "1")
        overwrite(a.data / "phien.db", 9)
        pt.wait_for(lambda: a.process.poll() is not None, "the till to stop by itself", 30)
        self.assertEqual(a.process.returncode, 4)
        a.stop()                                            # it has ended; what is closed is its log


if __name__ == "__main__":
    unittest.main()
