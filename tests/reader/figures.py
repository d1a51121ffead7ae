"""What posted entries add up to (§7, §9): sales, refunds, rounding, takings and stock, from the entries alone."""
import datetime
from collections import defaultdict

OUT = ("sample", "gift", "damage", "loss", "return_to_exhibitor", "withdrawn")
DAY = 86_400_000
ZONE = 7 * 3_600_000


def counts_at(node):
    """(time, known) at which an entry counts."""
    said = node.entry.get("happened")
    if said is None and node.entry["kind"] == "declared_sales":
        epoch = datetime.date(1970, 1, 1)
        said = ((datetime.date.fromisoformat(node.entry["body"]["day"]) - epoch).days + 1) * DAY - ZONE - 1
    if said is None:
        return node.time, node.known
    return (min(said, node.time) if node.known else said), True


class Shelf:
    """One product of one exhibitor at one place."""

    def __init__(self):
        self.sums = defaultdict(int)
        self.movements, self.counts = [], []   # (order, signed quantity), (order, quantity, hash)


class Figures:
    def __init__(self):
        self.exhibitors = defaultdict(lambda: defaultdict(int))
        self.takings = defaultdict(lambda: [0, 0])          # (exhibitor, holder, method) → paid, returned
        self.shelves = defaultdict(Shelf)                   # (exhibitor, product, place)
        self.names = {}                                     # (exhibitor, product) → (order, name, unit)
        self.voided = set()
        self.visitors = 0

    def post(self, terminal, node):
        time, known = counts_at(node)
        self.order, self.known, self.sign, self.hash = (time, terminal, node.seq, node.hash), known, 1, node.hash
        self._on(node.entry["kind"], node.entry["body"])

    def _on(self, kind, body):
        handler = getattr(self, "on_" + kind, None)
        if handler:
            handler(body)

    # ---- goods ----
    def move(self, exhibitor, line, place, part, direction):
        named = (self.order, line["name"], line["unit"])
        self.names[exhibitor, line["product"]] = max(named, self.names.get((exhibitor, line["product"]), named))
        if line["product"] == "_open":
            return
        shelf = self.shelves[exhibitor, line["product"], place]
        shelf.sums[part] += self.sign * line["qty"]
        shelf.movements.append((self.order, self.sign * direction * line["qty"]))

    def on_opening(self, b):
        for line in b["lines"]:
            self.move(b["exhibitor"], line, b["place"], "opening", 1)

    def on_stock_in(self, b):
        for line in b["lines"]:
            self.move(b["exhibitor"], line, b["place"], "in", 1)

    def on_stock_out(self, b):
        for line in b["lines"]:
            self.move(b["exhibitor"], line, b["place"], b["reason"], -1)

    def on_transfer(self, b):
        for line in b["lines"]:
            self.move(b["exhibitor"], line, b["from"], "moved_out", -1)
            self.move(b["exhibitor"], line, b["to"], "moved_in", 1)

    def on_stock_count(self, b):
        if self.sign < 0 or not self.known:
            return
        for line in b["lines"]:
            if line["product"] != "_open":
                self.shelves[b["exhibitor"], line["product"], b["place"]].counts.append((self.order, line["qty"], self.hash))

    # ---- money ----
    def add(self, exhibitor, part, amount):
        self.exhibitors[exhibitor][part] += self.sign * amount

    def pay(self, b, side):
        """Σ of the payments; side 0: buyers pay, 1: they get back."""
        for payment in b["payments"]:
            self.takings[b["exhibitor"], payment["holder"], payment["method"]][side] += self.sign * payment["amount"]
        return sum(p["amount"] for p in b["payments"])

    def on_sale(self, b):
        ex = b["exhibitor"]
        for line in b["lines"]:
            self.move(ex, line, b["place"], "gift" if line.get("gift") else "sold", -1)
        self.add(ex, "sales_count", 1)
        self.add(ex, "sales_total", b["total"])
        self.add(ex, "rounding", b["rounding"])
        self.add(ex, "unexplained", self.pay(b, 0) - b["total"] - b["rounding"])

    def on_refund(self, b):
        ex = b["exhibitor"]
        for line in b["lines"]:
            if line.get("gift"):  # it went out as a gift, so it comes back as one
                self.move(ex, {**line, "qty": -line["qty"]}, b["place"], "gift", -1)
            else:
                self.move(ex, line, b["place"], "returned", 1)
            if not line["resaleable"]:
                self.move(ex, line, b["place"], "damage", -1)
        self.add(ex, "refunds_count", 1)
        self.add(ex, "refunds_total", b["total"])
        self.add(ex, "rounding", -b["rounding"])
        self.add(ex, "unexplained", b["total"] + b["rounding"] - self.pay(b, 1))

    def on_order(self, b):
        self.add(b["exhibitor"], "deposits_taken", self.pay(b, 0))

    def on_order_closed(self, b):
        self.add(b["exhibitor"], "deposits_returned", self.pay(b, 1) - b["rounding"])
        self.add(b["exhibitor"], "rounding", -b["rounding"])
        self.add(b["exhibitor"], "deposits_kept", b["kept"])

    def on_declared_sales(self, b):
        ex = b["exhibitor"]
        for line in b["lines"]:
            self.move(ex, line, b["place"], "sold", -1)
        for part in ("sales", "declared"):  # declared sales are sales, and also shown by themselves
            self.add(ex, part + "_count", b["sales"])
            self.add(ex, part + "_total", b["total"])
        self.add(ex, "unexplained", self.pay(b, 0) - b["total"])

    def on_visitors(self, b):
        self.visitors += self.sign * b["count"]

    def on_void(self, b):
        self.voided.add(bytes.fromhex(b["entry"]["hash"]))
        self.sign = -1
        self._on(b["was"], b["body"])

    # ---- what comes of it ----
    def by_exhibitor(self):
        table = {}
        for exhibitor in sorted(set(self.exhibitors) | {ex for ex, _, _ in self.takings}):
            row = {part: self.exhibitors[exhibitor][part] for part in PARTS}
            sides = {"takings": defaultdict(int), "paid": defaultdict(int), "returned": defaultdict(int)}  # by method; takings: net
            for (ex, _, method), (paid, returned) in sorted(self.takings.items()):
                if ex == exhibitor:
                    sides["takings"][method] += paid - returned
                    sides["paid"][method] += paid
                    sides["returned"][method] += returned
            table[exhibitor] = {**row, **{side: dict(amounts) for side, amounts in sides.items()}}
        return table

    def stock(self):
        rows = []
        for (exhibitor, product, place), shelf in sorted(self.shelves.items()):
            moved = sum(quantity for _, quantity in shelf.movements)
            counts = sorted(c for c in shelf.counts if c[2] not in self.voided)
            on_hand = moved
            if counts:
                last = counts[-1]
                on_hand = last[1] + sum(quantity for order, quantity in shelf.movements if order > last[0])
            _, name, unit = self.names.get((exhibitor, product), (None, "", ""))
            rows.append({
                "exhibitor": exhibitor, "product": product, "place": place, "name": name, "unit": unit,
                **{part: shelf.sums[part] for part in ("opening", "in", "sold", "returned", "moved_in", "moved_out")},
                "out": {reason: shelf.sums[reason] for reason in OUT if shelf.sums[reason]},
                "counted_at": counts[-1][0][0] if counts else None, "count_difference": on_hand - moved, "on_hand": on_hand})
        return rows

    def totals(self):
        table = self.by_exhibitor()
        sums = {part: sum(row[part] for row in table.values()) for part in PARTS}
        takings = defaultdict(int)
        for row in table.values():
            for method, amount in row["takings"].items():
                takings[method] += amount
        return {**sums, "takings": dict(takings), "visitors": self.visitors}


PARTS = ("sales_count", "sales_total", "refunds_count", "refunds_total", "rounding", "declared_count", "declared_total", "deposits_taken",
         "deposits_returned", "deposits_kept", "unexplained")
