#!/usr/bin/python3
"""The main job as a stranger runs it: deploy/demo --once. Counts the checks the rehearsal itself made, one line `ok …` or `WRONG …` each."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LEAST_CHECKS = 20


def main():
    done = subprocess.run(["deploy/demo", "--once"], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1100)
    print(done.stdout[-6000:])
    good = len(re.findall(r"^ok +", done.stdout, re.M))
    bad = len(re.findall(r"^WRONG +", done.stdout, re.M))
    if done.returncode != 0 and bad == 0 or good < LEAST_CHECKS:
        bad += 1
    print(f"{good} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
