"""What the seed says was sold: a plain tally that shares no code with the product. Its rules are those printed in the README:
a line is rounded once, half up; a basket discount is spread by largest remainder; cash is rounded down once per basket.
Money in whole đồng, quantities in thousandths."""
from collections import defaultdict


def half_up(numerator, denominator):
    return (2 * numerator + denominator) // (2 * denominator)


def spread(amount, weights):
    """Splits `amount` ≥ 0 over weights by largest remainder, ties to the earlier."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [amount * w // whole for w in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in by_remainder[: amount - sum(shares)]:
        shares[i] += 1
    return shares


class Tally:
    def __init__(self, products):
        self.products = products
        self.money = defaultdict(lambda: defaultdict(int))      # exhibitor → sales, refunds, rounding, sales_count, refunds_count
        self.takings = defaultdict(int)                         # (exhibitor, method) → net
        self.sold = defaultdict(lambda: [0, 0])                 # product → [quantity, money] net of refunds
        self.stock = defaultdict(lambda: defaultdict(int))      # (product, place) → reason → quantity
        self.on_hand = defaultdict(int)                         # (product, place)
        self.receipts = defaultdict(int)                        # (terminal, booth) → last number
        for p in products.values():
            self.move(p["sku"], "booth", "opening", p["opening"])

    def move(self, product, place, reason, quantity, sign=1):
        self.stock[product, place][reason] += quantity
        self.on_hand[product, place] += sign * quantity

    def next_receipt(self, terminal, booth):
        self.receipts[terminal, booth] += 1
        return f"{booth}-{terminal}-{self.receipts[terminal, booth]}"

    def price_lines(self, lines, discount=0):
        """lines: dicts product, qty, gift?, offer_percent? → each with its exhibitor and total."""
        priced = []
        for line in lines:
            p = self.products[line["product"]]
            price = p["wholesale"] if p["wholesale"] and line["qty"] >= p["wholesale_from"] else p["price"]
            gross = half_up(line["qty"] * price, 1000)
            if line.get("offer_percent"):   # the buyer gets whichever is cheaper
                listed = half_up(line["qty"] * p["price"], 1000)
                gross = min(gross, listed - half_up(listed * line["offer_percent"], 100))
            total = 0 if line.get("gift") else gross
            priced.append({**line, "exhibitor": p["exhibitor"], "total": total})
        for line, share in zip(priced, spread(discount, [l["total"] for l in priced])):
            line["total"] -= share
        return priced

    def sale(self, terminal, lines, transfer=0, other=0, discount=0, sign=1):
        """Books a basket. Returns what the seller would tell the buyer: receipts per exhibitor, due in cash, rounding."""
        priced = self.price_lines(lines, discount)
        parts = {}
        for line in priced:
            parts.setdefault(line["exhibitor"], []).append(line)
        totals = {ex: sum(l["total"] for l in ls) for ex, ls in parts.items()}
        whole = sum(totals.values())
        cash = whole - transfer - other
        rounding = cash % 1000
        # Payments run through the sales in order: a transfer pays the first sale first, cash what is left.
        receipts, cash_parts, left = [], {}, {"transfer": transfer, "other": other}
        for ex, total in totals.items():
            paid = {}
            rest = total
            for method in ("transfer", "other"):
                paid[method] = min(rest, left[method])
                left[method] -= paid[method]
                rest -= paid[method]
            cash_parts[ex] = rest
            for method, amount in paid.items():
                self.takings[ex, method] += amount
        roundings = dict(zip(totals, spread(rounding, [cash_parts[ex] for ex in totals])))
        for ex, ls in parts.items():
            booth = self.products[ls[0]["product"]]["booth"]
            number = self.next_receipt(terminal, booth)
            self.money[ex]["sales"] += totals[ex]
            self.money[ex]["rounding"] -= roundings[ex]
            self.money[ex]["sales_count"] += 1
            self.takings[ex, "cash"] += cash_parts[ex] - roundings[ex]
            for line in ls:
                self.goods_out(line)
            receipts.append({"number": number, "exhibitor": ex, "lines": ls, "total": totals[ex], "rounding": roundings[ex],
                             "cash": cash_parts[ex] - roundings[ex], "transfer": min(transfer, totals[ex]), "back": defaultdict(lambda: [0, 0])})
        return {"receipts": receipts, "total": whole, "due": cash - rounding, "rounding": -rounding}

    def goods_out(self, line, sign=1):
        reason = "gift" if line.get("gift") else "sold"
        self.move(line["product"], "booth", reason, sign * line["qty"], -1)
        if not line.get("gift"):
            self.sold[line["product"]][0] += sign * line["qty"]
            self.sold[line["product"]][1] += sign * line["total"]

    def void(self, receipt):
        ex = receipt["exhibitor"]
        self.money[ex]["sales"] -= receipt["total"]
        self.money[ex]["rounding"] += receipt["rounding"]
        self.money[ex]["sales_count"] -= 1
        self.takings[ex, "cash"] -= receipt["cash"]
        self.takings[ex, "transfer"] -= receipt["transfer"]
        for line in receipt["lines"]:
            self.goods_out(line, -1)

    def refund_value(self, receipt, index, qty):
        line = receipt["lines"][index]
        before_qty, before_money = receipt["back"][index]
        return half_up(line["total"] * (before_qty + qty), line["qty"]) - before_money

    def refund(self, terminal, receipt, index, qty, damaged, method="cash"):
        """Gives back part of one line. Returns the new receipt's number and the money handed out."""
        line, ex = receipt["lines"][index], receipt["exhibitor"]
        value = self.refund_value(receipt, index, qty)
        receipt["back"][index][0] += qty
        receipt["back"][index][1] += value
        number = self.next_receipt(terminal, self.products[line["product"]]["booth"])
        rounding = value % 1000 if method == "cash" else 0
        self.money[ex]["refunds"] += value
        self.money[ex]["refunds_count"] += 1
        self.money[ex]["rounding"] += rounding      # less was handed out than the goods were worth
        self.takings[ex, method] -= value - rounding
        self.move(line["product"], "booth", "returned", qty)
        if damaged:
            self.move(line["product"], "booth", "damage", qty, -1)
        self.sold[line["product"]][0] -= qty
        self.sold[line["product"]][1] -= value
        return {"number": number, "value": value, "paid": value - rounding}

    def count(self, product, place, quantity):
        self.stock[product, place]["count_difference"] += quantity - self.on_hand[product, place]
        self.on_hand[product, place] = quantity

    def declared(self, exhibitor, total, method):
        self.money[exhibitor]["declared"] += total
        self.takings[exhibitor, method] += total
