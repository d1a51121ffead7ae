#!/usr/bin/python3
"""Builds and runs every suite; counts what ran, from what the runners themselves printed.

A suite that crashes, hangs past its limit, or ran nothing counts as one failure: silence is never a pass.
"""
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RELEASE = ROOT / "build/release"
ASAN = ROOT / "build/asan"
TSAN = ROOT / "build/tsan"
PYTHON = "/usr/bin/python3"
FUZZ_SECONDS = 60  # a target
BESIDES = 1  # suites more than there are processors: most wait for clocks, disks and sockets a good part of their time
WEEK = "week"  # posts the journals that the demo leaves
PROGRAMS = ("phien-server", "phien-pos", "phien-simulation")
# The programs themselves under the same sanitizers, in the tests that reach most of them, and the simulator on its fixed seeds.
ASAN_HTTP = ("test_server_flow", "test_server_bad_input", "test_server_exactly_once", "test_pos_access", "test_pos_bad_input")
# What has threads: the store's writer and readers, and what hands work from loop to loop.
TSAN_PROGRAMS = ("contract", "unit_net")
TSAN_ENV = {"TSAN_OPTIONS": f"suppressions={ROOT}/tests/races.supp:halt_on_error=1:second_deadlock_stack=1"}
SANITIZER_ENV = {"LSAN_OPTIONS": f"suppressions={ROOT}/tests/leaks.supp:print_suppressions=0",
                 "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "UBSAN_OPTIONS": "print_stacktrace=1"}


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


@dataclass(frozen=True)
class Suite:
    name: str
    command: list
    environment: dict
    seconds: int       # its limit
    counter: Callable  # what it printed → (passed, failed), None if it did not say
    processors: int = 1
    after: str = ""    # the suite whose output this one reads


def suites():
    """Every suite. Those that take longest come first, so that the short ones fill the gaps."""
    release = {"PHIEN_BIN": str(RELEASE / "bin")}
    week = {"PHIEN_WEEK": str(ROOT / "deploy/demo-out/journals.phien")}
    asan = {"PHIEN_BIN": str(ASAN / "bin"), **SANITIZER_ENV}
    yield Suite("browser", ["node", "tests/browser/run.mjs"], release, 1200, count_plain)
    yield Suite("simulation", [PYTHON, "tests/simulation/test_simulation.py", "-v"], release, 900, count_unittest, processors=2)
    # Beside the browser, so that they run two at a time.
    for corpus in sorted((ROOT / "tests/fuzz/corpus").iterdir()):
        fuzz = [PYTHON, "tests/fuzz/run", "--built", "--seconds", str(FUZZ_SECONDS), "--target", corpus.name]
        yield Suite(f"fuzz/{corpus.name}", fuzz, release, 600, count_plain)
    yield Suite("demo", [PYTHON, "tests/demo/check.py"], release, 1200, count_plain)
    yield Suite(WEEK, [str(RELEASE / "bin/tests" / WEEK)], week, 900, count_doctest, after="demo")
    yield Suite("asan/simulation", [PYTHON, "tests/simulation/test_simulation.py", "-v", "Simulation.test_fixed_seeds"], asan, 900,
                count_unittest, processors=2)
    # Doctest programs are built and run under AddressSanitizer and UndefinedBehaviorSanitizer alone: the build that ships is what
    # all other suites use, and building them twice would cost minutes.
    for program in sorted((ASAN / "bin/tests").glob("*")):
        yield Suite(f"asan/{program.name}", [str(program)], SANITIZER_ENV, 900, count_doctest)
    for name in ASAN_HTTP:
        yield Suite(f"asan/http/{name}", [PYTHON, f"tests/http/{name}.py", "-v"], asan, 900, count_unittest)
    for file in sorted((ROOT / "tests").glob("*/test_*.py")):
        if file.parent.name != "simulation":
            yield Suite(f"{file.parent.name}/{file.stem}", [PYTHON, str(file), "-v"], release, 900, count_unittest)
    for name in TSAN_PROGRAMS:
        yield Suite(f"tsan/{name}", [str(TSAN / "bin/tests" / name)], TSAN_ENV, 900, count_doctest)
    yield Suite("tidy", [PYTHON, "tests/tidy/check.py"], release, 300, count_plain)


def excerpt(output, most=8_000):
    """What a failed suite said at its end, and before that wherever it spoke of a failure."""
    early, end = output[:-most], output[-most:]
    return "\n".join([*(early[found.start():found.start() + 1_500] for found in list(re.finditer(r"^FAIL", early, re.M))[:5]), end])


def run(suite):
    started = time.monotonic()
    try:
        done = subprocess.run(suite.command, cwd=ROOT, env={**os.environ, **suite.environment}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=suite.seconds)
        output, code = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b"").decode(errors="replace") + f"\nno end within {suite.seconds} s", -1
    passed, failed = suite.counter(output) or (0, 0)
    if failed == 0 and (code != 0 or passed == 0):
        failed = 1
    said = f"{'ok  ' if failed == 0 else 'FAIL'} {suite.name}: {passed} passed, {failed} failed, {time.monotonic() - started:.1f} s"
    print(said + ("\n" + excerpt(output) if failed else ""), flush=True)
    return passed, failed


def run_all(wanted):
    """Side by side, a few more than there are processors."""
    waiting = list(wanted)
    names = {suite.name for suite in waiting}
    ended, passed, failed, free = set(), 0, 0, (os.cpu_count() or 1) + BESIDES
    running = {}
    with ThreadPoolExecutor(max_workers=free) as pool:
        while waiting or running:
            for suite in list(waiting):
                if suite.after in names - ended:
                    continue
                if suite.processors > free and running:
                    break  # it is next; what comes after does not overtake it for ever
                waiting.remove(suite)
                free -= suite.processors
                running[pool.submit(run, suite)] = suite
                if free <= 0:
                    break
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                suite = running.pop(done)
                free += suite.processors
                ended.add(suite.name)
                passed, failed = passed + done.result()[0], failed + done.result()[1]
    return passed, failed


def main():
    wanted = set(sys.argv[1:])
    build("release", [*PROGRAMS, "phien-simulation-planted", "phien-scale", WEEK])
    if not wanted or any(name.startswith(("asan/", "fuzz/")) for name in wanted):
        build("asan", ["sanitized_tests", "fuzzers", *PROGRAMS])
    if not wanted or any(name.startswith("tsan/") for name in wanted):
        build("tsan", TSAN_PROGRAMS)
    passed, failed = run_all(suite for suite in suites() if not wanted or suite.name in wanted)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
