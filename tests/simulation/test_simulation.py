#!/usr/bin/python3
"""Disasters replayed: seeds known, seeds never run before, and faults planted to see that they are found."""
import re
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from simulation import BIN, simulate  # noqa: E402

FIXED = (1, 200)
FRESH = 2_000
LIMIT = 600


class Simulation(unittest.TestCase):
    def passes(self, first, last):
        report = simulate("--from", first, "--to", last, timeout=LIMIT)
        print(report.summary(), flush=True)
        self.assertEqual(report.violations, [], report.text[-6000:])
        self.assertEqual(report.figures["seeds"], last - first + 1)
        self.assertGreater(report.figures["sales"], report.figures["seeds"])
        return report

    def test_fixed_seeds(self):
        report = self.passes(*FIXED)
        self.assertGreater(len(report.faults), 20)

    def test_fresh_seeds(self):
        base = int(time.time()) * 10_000
        print(f"fresh seeds {base}..{base + FRESH - 1}", flush=True)
        self.passes(base, base + FRESH - 1)

    def test_every_planted_fault_is_found(self):
        done = subprocess.run([BIN / "phien-simulation-planted", "--planted"], capture_output=True, text=True, timeout=LIMIT)
        print(done.stdout, flush=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        broken = {line.split()[1] for line in done.stdout.splitlines() if len(line.split()) > 3 and line.split()[1].startswith("I")}
        self.assertEqual(broken, {f"I{n}" for n in range(1, 11)})
        self.assertIn("0 missed", done.stdout)

    def test_a_production_build_has_no_planted_fault(self):
        done = subprocess.run([BIN / "phien-simulation", "--planted"], capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(done.returncode, 2, done.stdout)
        for program in ("phien-server", "phien-pos"):
            self.assertNotIn(b"planted_fault", (BIN / program).read_bytes())
        self.assertIn(b"planted_fault", (BIN / "phien-simulation-planted").read_bytes())

    def test_forty_tills_three_days_apart(self):
        done = subprocess.run([BIN / "phien-simulation", "--partitioned", "--sales", "2000"], capture_output=True, text=True, timeout=LIMIT)
        print(done.stdout, flush=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("80000 sales", done.stdout)

    def test_the_same_seed_is_the_same_run(self):
        told = [subprocess.run([BIN / "phien-simulation", "--from", "7", "--to", "12", "--verbose"], capture_output=True, text=True, timeout=LIMIT).stdout
                for _ in range(2)]
        without_seconds = [text.rpartition(", seconds")[0] for text in told]
        self.assertIn("digest", without_seconds[0])
        self.assertEqual(*without_seconds)
        alone = subprocess.run([BIN / "phien-simulation", "--from", "12", "--verbose"], capture_output=True, text=True, timeout=LIMIT).stdout
        digest = re.search(r"^seed 12: digest \w+$", alone, re.M)[0]
        self.assertIn(digest, told[0], "whatever ran before it")


if __name__ == "__main__":
    unittest.main()
