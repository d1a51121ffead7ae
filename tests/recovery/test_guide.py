#!/usr/bin/python3
"""deploy/README.md, followed to the letter: from "the server is dead" to "the report is out" within five minutes.

The command blocks of its section 1 are run as they stand, by bash, in a home folder that holds what its steps 1 and 2 put there. They use the
programs' own ports, so where the system allows the whole test runs in a network of its own.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import disaster as d
import phien_test as pt

GUIDE = pt.REPO / "deploy/README.md"
APART = "PHIEN_TEST_APART"


def blocks(number):
    """The command blocks of one numbered section, in order."""
    section = re.search(rf"^### {number}\..*?(?=^###? |\Z)", GUIDE.read_text(), re.M | re.S)[0]
    return re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)


class Guide(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="phien-home-"))
        self.addCleanup(shutil.rmtree, self.home, True)

    def follow(self, number):
        """Runs the blocks of a section one after the other, as somebody at the keyboard would; returns all they printed."""
        script = "set -e\n" + "\n".join(f"{block}" for block in blocks(number))
        done = subprocess.run(["bash", "-c", script], cwd=self.home, capture_output=True, text=True, timeout=300,
                              env={**os.environ, "HOME": str(self.home), "PATH": f"{pt.BIN}:{os.environ['PATH']}"})
        self.assertEqual(done.returncode, 0, f"{script}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def stop_followed_server(self):
        state = self.home / "phien/server.json"
        if state.is_file():
            os.kill(json.loads(state.read_text())["pid"], 15)
            pt.wait_for(lambda: not state.exists(), "the server of the guide to stop")

    def test_from_the_server_is_dead_to_the_report_is_out(self):
        fair = d.Fair(self, ports=(8080, 8443))
        tills = [fair.till(exhibitor) for exhibitor in ("EX01", "EX02", "EX03")]
        for till in tills:
            d.sell(till, 10)
            till.delivered()
        fair.known(*tills)
        before = d.figures(fair.server)
        fair.lose_server()
        shutil.copy(fair.kit, self.home / "recovery-kit.json")
        self.addCleanup(self.stop_followed_server)

        started = time.monotonic()
        printed = self.follow(1)
        took = time.monotonic() - started
        self.assertLess(took, 300)
        self.assertIn("ĐỦ:", printed)
        self.assertNotIn("NOT ALL IS BACK", printed)
        self.assertIn("Mọi thứ đúng như đã ghi.", printed)
        report = json.loads(next((self.home / "bao-cao").glob("*.json")).read_text())
        self.assertEqual([t["rows"] for t in report["tables"][:4]], [t["rows"] for t in before["tables"][:4]])
        self.assertTrue(list((self.home / "bao-cao").glob("*.xlsx")))
        self.assertEqual(json.loads((self.home / "recovery-kit-new.json").read_text())["incarnation"], 2)
        print(f"from a dead server to the report: {took:.1f} s", file=sys.stderr)

        evening = self.follow(0)                            # the evening of that day, then a dead till
        self.assertIn("Đã sao lưu", evening)
        tills[1].kill()
        link = re.search(r"https://\S+", self.follow(2))[0]
        other = d.Till()
        self.addCleanup(other.close)
        other.run("enrol", link)
        other.exhibitor = "EX02"
        other.start()
        d.sell(other)
        other.delivered()

    def test_the_kit_is_one_small_private_file_and_a_code_for_paper_that_holds_all_of_it(self):
        server = pt.Server.opened(sample=None)
        self.addCleanup(server.close)
        self.assertEqual(server.kit.stat().st_mode & 0o777, 0o600)
        self.assertLess(server.kit.stat().st_size, 1024)
        printed = server.run("kit", "print", server.kit)
        self.assertIn("CẢNH BÁO", printed.stderr)
        self.assertIn("█", printed.stdout)
        self.assertEqual(json.loads(printed.stdout.splitlines()[-1]), json.loads(server.kit.read_text()))
        picture = self.home / "kit.svg"
        server.run("kit", "print", server.kit, "--svg", picture)
        self.assertEqual(picture.stat().st_mode & 0o777, 0o600)
        typed = self.home / "typed.json"                    # what a scanner gives back is a kit
        typed.write_text(printed.stdout.splitlines()[-1])
        again = pt.Server()
        self.addCleanup(again.close)
        self.assertEqual(again.json("recover", "--kit", typed)["incarnation"], 2)

    def test_every_command_named_in_the_guide_exists(self):
        text = GUIDE.read_text()
        named = set(re.findall(r"\b(phien-(?:server|pos))(?: --(?:data|fair) \S+)* ([a-z][a-z-]+)", text))
        self.assertGreater(len(named), 10)
        for program, command in sorted(named):
            done = subprocess.run([pt.BIN / program, command, "--help"], capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 0, f"{program} {command}: {done.stderr}")


if __name__ == "__main__":
    if APART not in os.environ:
        os.environ[APART] = "1"
        apart = ["unshare", "--user", "--map-root-user", "--net", "bash", "-c", 'ip link set lo up && exec "$@"', "bash"]
        if subprocess.run([*apart, "true"], capture_output=True).returncode == 0:
            os.execvp(apart[0], [*apart, sys.executable, *sys.argv])
    unittest.main()
