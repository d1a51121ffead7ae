"""After the last evening: one set of figures, seven ways to read it. The tally (what the seed says), the JSON, CSV and XLSX report, the
API, the command line, and the independent reader over the exported journals must agree to the đồng and to the gram."""
import csv
import io
import json
import subprocess
from pathlib import Path

import openpyxl

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


def tallied(tally):
    """The tally in the shape all sources are brought to."""
    exhibitors = {ex: {"sold": m["sales"] + m["declared"], "refunded": m["refunds"], "rounding": m["rounding"]} for ex, m in tally.money.items()}
    takings = {key: amount for key, amount in tally.takings.items() if amount}
    stock = dict(tally.on_hand)
    goods = {product: tuple(v) for product, v in tally.sold.items() if any(v)}
    return {"exhibitors": exhibitors, "takings": takings, "stock": stock, "goods": goods}


def by_key(report):
    """Tables of the JSON report: key → rows as dicts by column key."""
    return {t["key"]: [dict(zip((c["key"] for c in t["columns"]), row)) for row in t["rows"]] for t in report["tables"]}


def reported(report):
    """The JSON report in the same shape. Exhibitors without any sale and products that never moved are left out on both sides."""
    tables = by_key(report)
    exhibitors, takings = {}, {}
    for row in tables["by_exhibitor"]:
        if row["sales"] or row["refunds"]:
            exhibitors[row["exhibitor"]] = {name: row[name] for name in ("sold", "refunded", "rounding")}
        for method in ("cash", "transfer", "card", "other", "exchange"):
            if row[method]:
                takings[row["exhibitor"], method] = row[method]
    stock = {(row["product"], row["place"]): row["closing"] for row in tables["stock"]}
    goods = {row["product"]: (row["quantity"], row["net"]) for row in tables["by_product"] if row["product"] and (row["quantity"] or row["net"])}
    return {"exhibitors": exhibitors, "takings": takings, "stock": stock, "goods": goods}


def cell_text(value, kind):
    """A cell of the JSON report as CSV and XLSX must show it: quantities in units, all else as it is."""
    if kind != "quantity":
        return str(value)
    sign, value = "-" if value < 0 else "", abs(value)
    return (sign + f"{value // 1000}.{value % 1000:03d}").rstrip("0").rstrip(".")


def expected_cells(table):
    kinds = [c["type"] for c in table["columns"]]
    return [[cell_text(cell, kind) for cell, kind in zip(row, kinds)] for row in table["rows"]]


def csv_cells(path):
    text = path.read_bytes()
    if not text.startswith(b"\xef\xbb\xbf"):
        raise ValueError(f"{path} has no BOM: a spreadsheet would garble its diacritics")
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))[1:]


def xlsx_cells(sheet, table):
    """Below the header row, which is the one that holds the titles of the columns."""
    titles = [c["title"]["vi"] for c in table["columns"]]
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next(i for i, row in enumerate(rows) if [str(c) for c in row[: len(titles)]] == titles)
    shown = []
    for row in rows[start + 1 :]:
        cells = []
        for cell, column in zip(row, table["columns"]):
            if isinstance(cell, (int, float)):
                cell = cell_text(round(cell * 1000), "quantity") if column["type"] == "quantity" else str(int(cell))
            cells.append("" if cell is None else str(cell))
        shown.append(cells)
    return shown


def files_agree(checks, report, out):
    book = openpyxl.load_workbook(next(out.glob("*.xlsx")), read_only=True)
    sheets = dict(zip([t["key"] for t in report["tables"]], book.worksheets))
    for table in report["tables"]:
        expected = expected_cells(table)
        [path] = out.glob(f"*-{table['key']}.csv")
        checks.equal(f"CSV = JSON: {table['key']}", csv_cells(path), expected)
        checks.equal(f"XLSX = JSON: {table['key']}", xlsx_cells(sheets[table["key"]], table), expected)


def all_rows(program, path):
    """Every row of a paged list of the API."""
    rows, after = [], None
    while True:
        joint = "&" if "?" in path else "?"
        page = program.get(f"{path}{joint}limit=1000" + (f"&after={after}" if after else ""))
        rows += page["rows"]
        after = page.get("next")
        if not after:
            return rows


def everything(server, tills, root_key, tally, out, say):
    """All comparisons; returns the names of those that failed."""
    checks = Checks(say)
    expected = tallied(tally)
    report = json.loads(next(out.glob("*.json")).read_text(encoding="utf-8"))
    seen = reported(report)
    for name, what in (("exhibitors", "sales, refunds and rounding per exhibitor"), ("takings", "takings per exhibitor and method"),
                       ("goods", "quantity and money per product"), ("stock", "stock on hand per product and place")):
        checks.equal(f"report = what the seed says: {what}", seen[name], {k: v for k, v in expected[name].items() if name != "stock" or k in seen[name] or v})
    files_agree(checks, report, out)

    api_stock = {(r["product"], r["place"]): r["on_hand"] for r in all_rows(server, "/api/v1/stock")}
    checks.equal("API stock = report", api_stock, seen["stock"])
    command_stock = {(r["product"], r["place"]): r["on_hand"] for r in json.loads(server.command("--json", "stock"))["rows"]}
    checks.equal("phien-server stock = report", command_stock, seen["stock"])
    api_sales = {r["key"]: {"sold": r["sold"], "refunded": r["refunded"]} for r in all_rows(server, "/api/v1/sales?by=exhibitor") if r["sold"] or r["refunded"]}
    checks.equal("API sales = report", api_sales, {ex: {"sold": v["sold"], "refunded": v["refunded"]} for ex, v in seen["exhibitors"].items()})

    journals = out / "journals.phien"
    journals.write_bytes(server.get("/api/v1/journals/export", raw=True))
    read = run_reader([journals], root_key)
    checks.equal("the independent reader finds nothing amiss in the journals", read["findings"], [])
    checks.equal("independent reader = report: stock", {(r["product"], r["place"]): r["on_hand"] for r in read["stock"]}, seen["stock"])
    checks.equal("independent reader = report: money", {ex: {"sold": r["sales_total"], "refunded": r["refunds_total"], "rounding": r["rounding"]}
                                                        for ex, r in read["by_exhibitor"].items() if r["sales_total"] or r["refunds_total"]}, seen["exhibitors"])
    checks.equal("independent reader = report: takings", {(ex, method): amount for ex, r in read["by_exhibitor"].items()
                                                          for method, amount in r["takings"].items() if amount}, seen["takings"])

    verdict = server.get("/api/v1/verify")
    for name, what in (("findings", "I8 verify finds nothing on the server"), ("imbalances", "I3 the books balance"), ("damage", "the server's file is sound")):
        checks.equal(what, verdict[name], [])
    for till, program in tills.items():
        checks.equal(f"I8 verify finds nothing on {till}", program.get("/api/v1/journal/verify")["findings"], [])
    before = server.get("/api/v1/ledger/dump", raw=True)
    (out / "journals.phien.ledger").write_bytes(before)
    server.post("/api/v1/rebuild", {})
    checks.equal("I5 a rebuilt ledger has the same bytes", server.get("/api/v1/ledger/dump", raw=True) == before, True)
    return checks.wrong


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
