#!/usr/bin/python3
"""The rules of the house that a machine can see. Each rule is one test; a rule that finds nothing to look at fails."""
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
TEXT = {f: (ROOT / f).read_text(encoding="utf-8", errors="replace") for f in FILES if (ROOT / f).is_file()}
CPP = [f for f in TEXT if f.endswith((".cpp", ".hpp"))]

# The arrows of the design: what each folder may include of ours. Longest prefix wins.
ARROWS = {
    "shared/": ["shared/*"],
    "shared/journal/": ["shared/*", "shared/journal/"],
    "shared/catalogue/": ["shared/*", "shared/journal/", "shared/catalogue/"],
    "shared/ledger/": ["shared/*", "shared/journal/", "shared/ledger/"],
    "shared/sync/": ["shared/*", "shared/journal/", "shared/ledger/", "shared/sync/"],
    "shared/scan/": ["shared/*", "shared/journal/", "shared/catalogue/", "shared/scan/"],
    "shared/receipt/": ["shared/*", "shared/journal/", "shared/catalogue/", "shared/scan/", "shared/receipt/"],
    "shared/label/": ["shared/*", "shared/journal/", "shared/catalogue/", "shared/label/"],
    "shared/render/": ["shared/*", "shared/receipt/", "shared/label/", "shared/render/"],
    "shared/report/": ["shared/*", "shared/journal/", "shared/catalogue/", "shared/ledger/", "shared/report/"],
    "shared/net/": ["shared/*", "shared/net/"],
    "shared/web/": ["shared/*", "shared/net/", "shared/web/"],
    "db/": ["shared/*", "shared/journal/", "shared/ledger/", "db/"],
    "server/": ["shared/", "db/", "server/"],
    "pos/": ["shared/", "db/", "pos/"],
    "tests/": ["shared/", "db/", "server/", "pos/", "tests/"],
}
# Libraries that only some folders may touch. In the core nothing may do I/O or use a thread.
CORE = ("shared/journal/", "shared/catalogue/", "shared/ledger/", "shared/sync/", "shared/scan/", "shared/receipt/", "shared/label/", "shared/report/")
NOT_IN_CORE = r"#include <(boost/|sqlite3|openssl/|thread|mutex|fstream|filesystem|iostream|sys/|unistd|condition_variable|spdlog/)"


def rule_arrows():
    """every include follows the arrows of the design"""
    for file in CPP:
        owner = max((p for p in ARROWS if file.startswith(p)), key=len, default=None)
        if owner is None:
            yield f"{file}: no rule for this folder"
            continue
        for target in re.findall(r'^#include "([^"]+)"', TEXT[file], re.M):
            if "/" not in target:
                yield f"{file}: include {target} by its path from the root"
            elif not any(target.startswith(a) if not a.endswith("*") else re.fullmatch(re.escape(a[:-1]) + r"[^/]+", target) for a in ARROWS[owner]):
                yield f"{file}: may not include {target}"


def rule_core_is_pure():
    """the core includes no I/O, no thread, no socket"""
    for file in CPP:
        if file.startswith(CORE):
            for line in re.findall(NOT_IN_CORE, TEXT[file]):
                yield f"{file}: includes {line}"


def rule_simdjson_in_one_place():
    """simdjson is on the ingest path alone"""
    for file in CPP:
        if "simdjson" in TEXT[file] and re.search(r"#include .simdjson", TEXT[file]) and file != "shared/journal/canonical.cpp" and not file.startswith("tests/"):
            yield f"{file}: simdjson belongs in shared/journal/canonical.cpp"


def rule_co_await_lines():
    """a co_await line is one call with named arguments (GCC 12 miscompiles temporaries there)"""
    for file in CPP:
        for number, line in enumerate(TEXT[file].splitlines(), 1):
            code = line.split("//")[0]
            if "co_await" not in code:
                continue
            after = code.split("co_await", 1)[1]
            if re.search(r"\[[=&\w, ]*\]\s*(\(|\{|mutable)", after):
                yield f"{file}:{number}: lambda temporary in a co_await expression"
            if re.search(r"\w\s*\{[^}]*\}", after):
                yield f"{file}:{number}: braced temporary in a co_await expression"
            if re.search(r"\?[^:]+:", after):
                yield f"{file}:{number}: ?: in a co_await expression"


def rule_detached():
    """no coroutine is started but by net::spawn, which logs and counts what it throws"""
    for file in CPP:
        if file.startswith(("tests/",)):
            continue
        if "asio::detached" in TEXT[file]:
            yield f"{file}: use net::spawn"


def rule_packages_in_one_place():
    """system packages are named in deploy/install-deps alone"""
    for file, text in TEXT.items():
        if file != "deploy/install-deps" and not file.startswith("tests/tidy/") and re.search(r"apt(-get)? +install", text):
            yield f"{file}: names packages"


def rule_no_registry_or_machine():
    """the repository speaks of the product alone"""
    # Written in pieces so that this file does not find itself.
    words = ["/wo" + "rk/", "bash" + "_jobs", "registry.npm" + "js", "deb.deb" + "ian", "/ro" + "ot/"]
    for file, text in TEXT.items():
        for word in words:
            if word in text:
                yield f"{file}: says {word}"


def rule_nothing_left_open():
    """no notes to oneself in the code"""
    for file in CPP:
        for number, line in enumerate(TEXT[file].splitlines(), 1):
            if re.search(r"\b(TO" + r"DO|FIX" + r"ME|HA" + r"CK|XX" + r"X)\b", line):
                yield f"{file}:{number}: {line.strip()}"


def rule_readable_length():
    """files one can read in a sitting"""
    for file in CPP + [f for f in FILES if f.endswith(".py")]:
        lines = TEXT[file].count("\n")
        if lines > 600:
            yield f"{file}: {lines} lines"


def rule_readme_at_each_door():
    """each top folder and each part of shared has a README"""
    for folder in ["", "shared/", "db/", "server/", "pos/", "tests/", "deploy/"]:
        if folder + "README.md" not in TEXT:
            yield f"{folder}README.md is missing"


def rule_top_level():
    """the top level is the six folders, CMakeLists.txt and README.md, and the dotfiles and manifests tools want"""
    allowed = {"pos", "server", "shared", "db", "tests", "deploy", "CMakeLists.txt", "CMakePresets.json", "README.md",
               "package.json", "package-lock.json"}
    for top in sorted({f.split("/")[0] for f in FILES}):
        if top not in allowed and not top.startswith("."):
            yield f"{top}: not of the layout"


def rule_format():
    """clang-format agrees"""
    done = subprocess.run(["clang-format", "--dry-run", "--Werror", *CPP], cwd=ROOT, capture_output=True, text=True)
    for line in sorted({m.group(1) for m in re.finditer(r"^(.*?):\d+:\d+: error", done.stderr, re.M)}):
        yield f"{line}: run clang-format -i"


def main():
    passed = failed = 0
    for name, rule in sorted((n, f) for n, f in globals().items() if n.startswith("rule_")):
        found = list(rule()) if CPP else ["no files to look at"]
        print(f"{'ok  ' if not found else 'FAIL'} {rule.__doc__}")
        for line in found[:40]:
            print(f"     {line}")
        passed, failed = passed + (not found), failed + bool(found)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
