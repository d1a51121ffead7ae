#!/usr/bin/python3
"""Reads and verifies exported journals without the program that wrote them, from shared/journal/FORMAT.md alone.

    phien_reader.py FILE... [--root KEY] [--json]

Says what each journal holds, what the entries add up to, and everything found wrong; the first bad place comes first.
Ends with 0 when nothing bad was found, 1 when something was, 2 when a file could not be opened."""
import argparse
import json
import re
import sys

from figures import Figures
from form import read_file
from journals import Journals


def read(files, root=None):
    """`files`: (name, bytes). The whole answer as one dict."""
    journals, batches = Journals(root), []
    for name, data in files:
        batches += read_file(name, data, journals.report_form)
    journals.add(batches)
    journals.judge()
    figures = Figures()
    listed = []
    for journal in sorted(journals.journals.values(), key=lambda j: j.identity):
        standings = {"posted": 0, "quarantined": 0, "held": 0, "missing": 0}
        for node in journal.in_order():
            standings[node.standing] += 1
            if node.standing == "posted":
                figures.post(journal.terminal, node)
        listed.append({
            "fair": journal.fair, "root": journal.root, "terminal": journal.terminal, "key": journal.key, "entries": len(journal.nodes), **standings,
            "heads": [{"seq": n.seq, "hash": n.hash.hex()} for n in journal.heads()]})
    return {
        "ok": not any(f["severity"] == "bad" for f in journals.findings), "journals": listed, "totals": figures.totals(),
        "by_exhibitor": figures.by_exhibitor(), "stock": figures.stock(), "findings": journals.findings}


def money(amount):
    return f"{amount:,}".replace(",", ".") + " đ"


def print_text(answer):
    for found in answer["findings"]:
        where = f"{found['file']}:{found['line']}" + (f" {found['terminal']}" if found["terminal"] else "")
        seq = f" #{found['seq']}" if found["seq"] is not None else ""
        print(f"{found['severity'].upper():4} {where}{seq} {found['code']}: {found['what']}")
    for j in answer["journals"]:
        print(f"{j['fair']} {j['terminal']}: {j['entries']} entries, {j['posted']} count, {j['quarantined']} quarantined, {j['held']} held, "
              f"{j['missing']} missing; heads {', '.join(str(h['seq']) + ' ' + h['hash'][:8] for h in j['heads'])}")
    for exhibitor, row in answer["by_exhibitor"].items():
        takings = ", ".join(f"{method} {money(amount)}" for method, amount in row["takings"].items())
        print(f"{exhibitor}: {row['sales_count']} sales {money(row['sales_total'])} ({money(row['declared_total'])} of it declared), refunds {money(row['refunds_total'])}, "
              f"rounding {money(row['rounding'])}; takings {takings}")
    for row in answer["stock"]:
        print(f"{row['exhibitor']} {row['product']} at {row['place']}: {row['on_hand'] / 1000:g} {row['unit']} on hand")
    print("everything holds" if answer["ok"] else "SOMETHING IS WRONG: see BAD above")


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    options.add_argument("files", nargs="+", metavar="FILE")
    options.add_argument("--root", metavar="KEY", help="the organizer's public key, 64 hex digits: believe no other")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    if given.root is not None and not re.fullmatch("[0-9a-f]{64}", given.root):
        options.error("--root wants 64 lower-case hex digits")
    files = []
    for name in given.files:
        try:
            with open(name, "rb") as file:
                files.append((name, file.read()))
        except OSError as why:
            print(f"{name}: {why.strerror}", file=sys.stderr)
            return 2
    answer = read(files, given.root)
    if given.json:
        print(json.dumps(answer, ensure_ascii=False, indent=1))
    else:
        print_text(answer)
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
