#!/usr/bin/python3
"""Builds and runs every suite; counts what ran, from what the runners themselves printed.

A suite that crashes, hangs past its limit, or ran nothing counts as one failure: silence is never a pass.
"""
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build/release"
ASAN = ROOT / "build/asan"
PYTHON = "/usr/bin/python3"
WEEK = "week"  # rests on the journals that the demo leaves, so it runs after it
# Doctest programs that also run under AddressSanitizer and UndefinedBehaviorSanitizer: all of them.
SANITIZER_ENV = {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


def build(preset, targets=()):
    """Configures and builds; a build that fails ends the run."""
    started = time.monotonic()
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset, *(["--target", *targets] if targets else [])]):
        done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        if done.returncode != 0:
            print(done.stdout[-12000:])
            print(f"build of {preset} failed\n0 passed, 1 failed")
            sys.exit(1)
    print(f"built {preset} in {time.monotonic() - started:.0f} s", flush=True)


def count_doctest(output):
    found = re.search(r"test cases:\s*(\d+)\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed", output)
    return (int(found[2]), int(found[3])) if found else None


def count_unittest(output):
    ran = re.search(r"^Ran (\d+) tests? in", output, re.M)
    if not ran:
        return None
    bad = sum(int(n) for n in re.findall(r"(?:failures|errors|unexpected successes)=(\d+)", output))
    skipped = sum(int(n) for n in re.findall(r"skipped=(\d+)", output))
    return int(ran[1]) - bad - skipped, bad + skipped  # nothing may be skipped: a skipped test has shown nothing


def count_plain(output):
    found = re.findall(r"^(\d+) passed, (\d+) failed$", output, re.M)
    return (int(found[-1][0]), int(found[-1][1])) if found else None


def suites():
    """(name, command, environment, seconds, counter) of every suite, in the order in which they say most soonest."""
    release = {"PHIEN_BIN": str(RELEASE / "bin")}
    yield "tidy", [PYTHON, "tests/tidy/check.py"], release, 300, count_plain
    for program in sorted((RELEASE / "bin/tests").glob("*")):
        if program.name == WEEK:
            continue
        yield f"release/{program.name}", [str(program)], release, 600, count_doctest
    for program in sorted((ASAN / "bin/tests").glob("*")):
        if program.name == WEEK:
            continue
        yield f"asan/{program.name}", [str(program)], SANITIZER_ENV, 900, count_doctest
    for file in sorted((ROOT / "tests").glob("*/test_*.py")):
        yield f"{file.parent.name}/{file.stem}", [PYTHON, str(file), "-v"], release, 900, count_unittest
    yield "demo", [PYTHON, "tests/demo/check.py"], release, 1200, count_plain
    week = {"PHIEN_WEEK": str(ROOT / "deploy/demo-out/journals.phien")}
    yield "week", [str(RELEASE / "bin/tests" / WEEK)], week, 600, count_doctest


def run(name, command, environment, seconds, counter):
    started = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds)
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b"").decode(errors="replace") + f"\nno end within {seconds} s", -1
    passed, failed = counter(output) or (0, 0)
    if failed == 0 and (code != 0 or passed == 0):
        failed = 1
    print(f"{'ok  ' if failed == 0 else 'FAIL'} {name}: {passed} passed, {failed} failed, {time.monotonic() - started:.1f} s", flush=True)
    if failed:
        print(output[-8000:], flush=True)
    return passed, failed


def main():
    wanted = set(sys.argv[1:])
    build("release")
    if not wanted or any(name.startswith("asan/") for name in wanted):
        build("asan", ["sanitized_tests"])
    passed = failed = 0
    for suite in suites():
        if wanted and suite[0] not in wanted:
            continue
        good, bad = run(*suite)
        passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
