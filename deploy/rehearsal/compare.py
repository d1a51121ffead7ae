"""After the last evening: one set of figures, seven ways to read it. The tally (what the seed says), the JSON, CSV and XLSX report, the
API, the command line, and the independent reader over the exported journals must agree to the đồng and to the gram."""
import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import openpyxl

from plan import TILLS

ROOT = Path(__file__).resolve().parent.parent.parent
READER = ROOT / "tests/reader/phien_reader.py"


class Checks:
    def __init__(self, say):
        self.say, self.wrong = say, []

    def equal(self, name, ours, expected):
        if ours == expected:
            self.say(f"ok    {name}")
            return
        self.wrong.append(name)
        self.say(f"WRONG {name}")
        for key in sorted(set(ours) | set(expected), key=str)[:2000] if isinstance(expected, dict) else []:
            if ours.get(key) != expected.get(key):
                self.say(f"        {key}: {ours.get(key)}, must be {expected.get(key)}")
        if not isinstance(expected, dict):
            self.say(f"        {ours}, must be {expected}")


def tallied(plan):
    """The tally in the shape all sources are brought to."""
    tally = plan.tally
    exhibitors = {ex: {"sales": m["sales"] + m["declared"], "refunds": m["refunds"], "rounding": m["rounding"]} for ex, m in tally.money.items()}
    takings = {key: amount for key, amount in tally.takings.items() if amount}
    stock = {key: quantity for key, quantity in tally.on_hand.items()}
    sold = {product: tuple(v) for product, v in tally.sold.items() if v != [0, 0]}
    return exhibitors, takings, stock, sold


def table(report, key):
    """Rows of a report table as dicts by column key."""
    found = next(t for t in report["tables"] if t["key"] == key)
    keys = [c["key"] for c in found["columns"]]
    return [dict(zip(keys, row)) for row in found["rows"]]


def cells(report):
    """Every table of the JSON report as plain text rows, to compare the other forms with."""
    return {t["key"]: [[str(c) for c in row] for row in t["rows"]] for t in report["tables"]}


def run_reader(files, root):
    done = subprocess.run(["/usr/bin/python3", str(READER), *map(str, files), "--root", root, "--json"], capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        print(done.stdout[-3000:], done.stderr[-3000:])
    return json.loads(done.stdout)


def summary(rehearsal, out, say):
    tally = rehearsal.plan.tally
    say("")
    say(f"{'đơn vị':8}{'số đơn':>8}{'bán':>16}{'trả lại':>14}{'làm tròn':>12}")
    for exhibitor, m in sorted(tally.money.items()):
        say(f"{exhibitor:8}{m['sales_count']:>8}{m['sales'] + m['declared']:>16,}{m['refunds']:>14,}{m['rounding']:>12,}")
    say(f"Báo cáo / report: {', '.join(str(p.relative_to(ROOT)) for p in sorted(out.iterdir()) if p.is_file())}")
