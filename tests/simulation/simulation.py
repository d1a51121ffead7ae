#!/usr/bin/python3
"""Shares seeds among processes and adds up what they say."""
import argparse
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = Path(os.environ.get("PHIEN_BIN", ROOT / "build/release/bin"))
WORKERS = 2


class Report:
    """What some seeds came to."""

    def __init__(self):
        self.text, self.violations = "", []
        self.faults, self.figures = Counter(), Counter()
        self.seconds = 0.0

    def add(self, output):
        self.text += output
        self.violations += re.findall(r"^seed (\d+) violates (\w+): (.*)$", output, re.M)
        self.faults.update({kind: int(count) for count, kind in re.findall(r"^ {2,}(\d+) (\S.*)$", output.rpartition("\nfaults:\n")[2], re.M)})
        last = output.rpartition("\nseeds ")[2] if "\nseeds " in output else output
        for name, count in re.findall(r"(?:^|, )([a-z ]+) (\d+)(?=,|$)", "seeds " + last.strip()):
            self.figures[name.strip()] += int(count)

    def summary(self):
        figures, faults = self.figures, sum(self.faults.values())
        rate = figures["seeds"] / self.seconds if self.seconds else 0
        return (f"{figures['seeds']} seeds, {len(self.violations)} failed; {figures['sales']} sales, {figures['entries']} entries, {figures['messages']} messages, "
                f"{faults} faults of {len(self.faults)} kinds; {self.seconds:.0f} s, {rate:.1f} seeds a second on {WORKERS} processes")


def simulate(*arguments, program="phien-simulation", workers=WORKERS, timeout=None):
    """Runs the seeds that `arguments` name in `workers` processes at once."""
    started = time.monotonic()
    running = [subprocess.Popen([BIN / program, *map(str, arguments), "--workers", str(workers), "--worker", str(i)], stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, errors="replace") for i in range(workers)]
    report = Report()
    try:
        for process in running:
            output, _ = process.communicate(timeout=timeout)
            report.add("\n" + output)
            if process.returncode not in (0, 1):
                report.violations.append(("?", "crash", f"exit {process.returncode}: {output[-2000:]}"))
    finally:
        for process in running:
            if process.poll() is None:
                process.kill()
    report.seconds = time.monotonic() - started
    return report


def show(report):
    for kind, count in sorted(report.faults.items(), key=lambda one: -one[1]):
        print(f"{count:10} {kind}")
    print(report.summary())
    return 1 if report.violations or not report.figures["seeds"] else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="one run, told in full")
    parser.add_argument("--seeds", help="A..B")
    parser.add_argument("--minutes", type=int, help="fresh seeds for so long")
    parser.add_argument("--from", dest="first", type=int, help="the first of them; by the clock if not given")
    parser.add_argument("--planted", action="store_true", help="each planted fault must be caught")
    parser.add_argument("--partitioned", action="store_true", help="40 tills a week apart")
    parser.add_argument("--sales", type=int, default=20_000, help="of each of them")
    parser.add_argument("--verbose", action="store_true")
    given = parser.parse_args()
    if given.planted:
        return subprocess.run([BIN / "phien-simulation-planted", "--planted"]).returncode
    if given.partitioned:
        return subprocess.run([BIN / "phien-simulation", "--partitioned", "--sales", str(given.sales)]).returncode
    if given.seed is not None:
        return subprocess.run([BIN / "phien-simulation", "--from", str(given.seed), "--verbose"]).returncode
    if given.minutes:
        first = given.first if given.first is not None else int(time.time())
        print(f"seeds from {first} on")
        report = simulate("--from", first, "--minutes", given.minutes)
    else:
        first, last = (given.seeds or "1..200").split("..")
        report = simulate("--from", first, "--to", last)
    print(re.sub(r"^faults:\n( +\d+ .*\n)*^seeds .*\n", "", report.text, flags=re.M).strip())
    return show(report)


if __name__ == "__main__":
    sys.exit(main())
