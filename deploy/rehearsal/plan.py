"""From a seed to five plausible days: what every till does and when. Pure: same seed, same plan. Each step carries what the
till is asked to do; the tally notes what must come out of it."""
import csv
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from tally import Tally

ZONE = timezone(timedelta(hours=7))
SHARED_HOLDER = "QUAYCHUNG"
TILLS = [("T01", ["EX01"]), ("T02", ["EX03"]), ("T03", ["EX06", "EX11", "EX15"])]
OFFLINE = {("T01", 1), ("T02", 2), ("T03", 3)}     # (till, day index): the whole day without the network
TILL_KILLED = ("T02", 1)                            # killed in the middle of that day
SERVER_KILLED_DAY = 2
SALES_A_DAY = 215                                   # a till; 5 days × 3 tills ≥ 3,000
OFFER = {"product": "CB0003", "percent": 10, "day": 2, "from": 14, "until": 17}
PLACES = ("booth", "kho")


def milli(text):
    whole, _, part = text.partition(".")
    return int(whole) * 1000 + int((part + "000")[:3] or 0)


def load_products(folder):
    with open(f"{folder}/exhibitors.csv", encoding="utf-8-sig") as f:
        booths = {r["exhibitor_id"]: r["booth_no"] for r in csv.DictReader(f)}
    products = {}
    with open(f"{folder}/products.csv", encoding="utf-8-sig") as f:
        for r in csv.DictReader(f):
            products[r["sku"]] = {
                "sku": r["sku"], "exhibitor": r["exhibitor_id"], "booth": booths[r["exhibitor_id"]], "name": r["name"],
                "price": int(r["price_vnd"]), "wholesale": int(r["wholesale_price_vnd"] or 0), "wholesale_from": milli(r["wholesale_min_qty"] or "0"),
                "decimals": int(r["qty_decimals"]), "opening": milli(r["opening_stock"]), "barcode": r["barcode"]}
    return products


@dataclass
class Step:
    at: datetime
    till: str
    use_case: str
    request: dict
    expect: dict = field(default_factory=dict)


def written(quantity):
    """Thousandths as a person types them: 1250 → "1.25"."""
    return f"{quantity // 1000}.{quantity % 1000:03d}".rstrip("0").rstrip(".")


class Plan:
    def __init__(self, seed, folder, first_day):
        self.random = random.Random(seed)
        self.products = load_products(folder)
        self.tally = Tally(self.products)
        self.first_day = datetime.fromisoformat(first_day).replace(tzinfo=ZONE)
        self.receipts = {till: [] for till, _ in TILLS}
        self.cash = {}
        self.steps = []
        self.kinds = {}

    def build(self):
        for day in range(5):
            for till, exhibitors in TILLS:
                self.day(day, till, exhibitors)
        self.steps.sort(key=lambda s: (s.at, s.till))
        return self

    def add(self, at, till, use_case, request, **expect):
        self.steps.append(Step(at, till, use_case, request, expect))
        self.kinds[use_case] = self.kinds.get(use_case, 0) + 1

    def goods(self, exhibitors):
        return [p for p in self.products.values() if p["exhibitor"] in exhibitors]

    def quantity(self, product):
        if product["decimals"]:
            step = 10 ** (3 - product["decimals"])
            return self.random.randrange(200, 3000) // step * step or step
        if self.random.random() < 0.02:
            return product["wholesale_from"]
        return self.random.choice([1, 1, 1, 1, 2, 2, 3]) * 1000

    def day(self, day, till, exhibitors):
        morning = self.first_day + timedelta(days=day, hours=8, minutes=30)
        holder = SHARED_HOLDER if len(exhibitors) > 1 else exhibitors[0]
        self.add(morning, till, "shifts/open", {"float": 500000})
        self.cash[till] = 500000
        self.deliver(morning + timedelta(minutes=5), till, exhibitors)
        if day == OFFER["day"] and self.products[OFFER["product"]]["exhibitor"] in exhibitors:
            start = self.first_day + timedelta(days=day, hours=OFFER["from"])
            until = self.first_day + timedelta(days=day, hours=OFFER["until"])
            self.add(morning + timedelta(minutes=10), till, "offers",
                     {"offer": "giam10", "name": "Giảm 10% giờ vàng", "type": "percent", "items": [{"product": OFFER["product"], "qty": "1"}],
                      "value": OFFER["percent"] * 100, "from": int(start.timestamp() * 1000), "until": int(until.timestamp() * 1000)})
        for second in sorted(self.random.sample(range(12 * 60 * 60), SALES_A_DAY)):
            self.sell(self.first_day + timedelta(days=day, hours=9, seconds=second), till, exhibitors, day)
        evening = self.first_day + timedelta(days=day, hours=21, minutes=30)
        self.evening(day, evening, till, exhibitors, holder)

    def deliver(self, at, till, exhibitors):
        """Brings to the booth what might run out, by way of the store room for one product of each booth."""
        for exhibitor in exhibitors:
            low = [p for p in self.goods([exhibitor]) if self.tally.on_hand[p["sku"], "booth"] < 220_000]
            if not low:
                continue
            lines = [{"product": p["sku"], "qty": written(300_000)} for p in low]
            for p in low:
                self.tally.move(p["sku"], "booth", "in", 300_000)
            self.add(at, till, "stock-in", {"exhibitor": exhibitor, "lines": lines, "document": {"number": f"PXK-{at:%d%m}-{exhibitor}"}})
            first = low[0]["sku"]
            for sku, place, reason, sign in ((first, "booth", "moved_out", -1), (first, "kho", "moved_in", 1)):
                self.tally.move(sku, place, reason, 20_000, sign)
            self.add(at + timedelta(minutes=1), till, "transfers",
                     {"exhibitor": exhibitor, "from": "booth", "to": "kho", "lines": [{"product": first, "qty": "20"}]})

    def sell(self, at, till, exhibitors, day):
        chance = self.random.random
        offered = day == OFFER["day"] and OFFER["from"] <= at.hour < OFFER["until"]
        goods = self.goods(exhibitors if chance() < 0.3 else [self.random.choice(exhibitors)])
        lines = []
        for product in self.random.sample(goods, min(len(goods), self.random.choice([1, 1, 2, 2, 3, 4]))):
            line = {"product": product["sku"], "qty": self.quantity(product)}
            if offered and product["sku"] == OFFER["product"]:
                line["offer_percent"] = OFFER["percent"]
            lines.append(line)
        if len(lines) > 1 and chance() < 0.02:
            lines[-1]["gift"] = True
            lines[-1].pop("offer_percent", None)
        one_seller = len({self.products[l["product"]]["exhibitor"] for l in lines}) == 1
        discount = 5000 if one_seller and chance() < 0.03 else 0
        priced_total = sum(l["total"] for l in self.tally.price_lines(lines, discount))
        way = chance()
        transfer = priced_total if way < 0.35 else (priced_total // 2 // 1000 * 1000 if way < 0.38 and one_seller else 0)
        said = self.tally.sale(till, lines, transfer=transfer, discount=discount)
        request = {"lines": [self.asked(l) for l in lines], "payments": []}
        if discount:
            request["discount"] = discount
        if transfer:
            request["payments"].append({"method": "transfer", "amount": transfer})
        if said["due"] > 0:
            given = (said["due"] + 99_999) // 100_000 * 100_000
            request["payments"].append({"method": "cash", "given": given})
            said["change"] = given - said["due"]
        late = chance() < 0.01
        if late:
            request["late"] = True
        self.add(at, till, "sales", request, total=said["total"], due=said["due"], numbers=[r["number"] for r in said["receipts"]], transfer=transfer)
        self.cash[till] += said["due"]
        self.receipts[till] += said["receipts"]
        self.afterwards(at, till, said["receipts"][0], one_seller)

    def asked(self, line):
        product = self.products[line["product"]]
        by_code = product["barcode"] and self.random.random() < 0.5
        asked = {"barcode": product["barcode"]} if by_code else {"product": line["product"]}
        asked["qty"] = written(line["qty"])
        if line.get("gift"):
            asked["gift"] = True
        return asked

    def afterwards(self, at, till, receipt, one_seller):
        """What sometimes follows a sale: undone at once, brought back later, exchanged, tasted."""
        luck = self.random.random()
        soon = at + timedelta(milliseconds=400)  # before the next sale, so that receipt numbers come as tallied
        if luck < 0.008 and one_seller:
            self.tally.void(receipt)
            self.cash[till] -= receipt["cash"]
            self.receipts[till].remove(receipt)
            self.add(soon, till, "voids", {"receipt": receipt["number"], "reason": "Bấm nhầm"})
        elif luck < 0.02:
            self.refund(soon, till)
        elif luck < 0.026:
            self.exchange(soon, till)
        elif luck < 0.06:
            product = self.products[receipt["lines"][0]["product"]]
            reason = self.random.choice(["sample", "sample", "gift", "damage"])
            quantity = 1000 if not product["decimals"] else 200
            self.tally.move(product["sku"], "booth", reason, quantity, -1)
            self.add(soon, till, "stock-out", {"exhibitor": product["exhibitor"], "reason": reason,
                                              "lines": [{"product": product["sku"], "qty": written(quantity)}]})
        elif luck < 0.065:
            self.add(soon, till, "leads", {"exhibitor": receipt["exhibitor"], "type": "enquiry", "goods": "Nhập hàng cho cửa hàng (Mẫu)", "value": 20_000_000,
                                          "consent": True, "personal": {"company": "Cửa hàng Quê (Mẫu)", "phone": "0900000000"}})
        elif luck < 0.08:
            self.add(soon, till, "visitors", {"count": self.random.randrange(5, 40)})

    def returnable(self, till):
        """A line of an earlier sale that still has something to bring back."""
        for _ in range(20):
            receipt = self.random.choice(self.receipts[till])
            index = self.random.randrange(len(receipt["lines"]))
            line = receipt["lines"][index]
            left = line["qty"] - receipt["back"][index][0]
            if left > 0 and not line.get("gift") and line["total"] > 0:
                unit = left if self.products[line["product"]]["decimals"] else min(left, 1000)
                return receipt, index, unit
        return None

    def refund(self, at, till):
        found = self.returnable(till)
        if not found:
            return
        receipt, index, quantity = found
        damaged = self.random.random() < 0.4
        said = self.tally.refund(till, receipt, index, quantity, damaged)
        self.cash[till] -= said["paid"]
        self.add(at, till, "refunds", {"receipt": receipt["number"], "lines": [{"of": index, "qty": written(quantity), "resaleable": not damaged}],
                                      "payments": [{"method": "cash"}], "reason": "Khách đổi ý"}, numbers=[said["number"]])

    def exchange(self, at, till):
        """One line comes back, a dearer product of the same seller goes out; only the difference changes hands, in cash."""
        found = self.returnable(till)
        if not found:
            return
        receipt, index, quantity = found
        value = self.tally.refund_value(receipt, index, quantity)
        dearer = [p for p in self.goods([receipt["exhibitor"]]) if not p["decimals"] and p["price"] >= value and p["sku"] != OFFER["product"]]
        if not dearer:
            return
        new = self.random.choice(dearer)
        back = self.tally.refund(till, receipt, index, quantity, False, method="exchange")
        line = {"product": new["sku"], "qty": 1000}
        said = self.tally.sale(till, [line], other=value)
        exhibitor = receipt["exhibitor"]
        self.tally.takings[exhibitor, "other"] -= value
        self.tally.takings[exhibitor, "exchange"] += value
        said["receipts"][0]["transfer"] = 0
        self.cash[till] += said["due"]
        payments = [{"method": "cash", "given": said["due"]}] if said["due"] else []
        self.add(at, till, "exchanges", {"receipt": receipt["number"], "back": [{"of": index, "qty": written(quantity)}],
                                        "lines": [{"product": new["sku"], "qty": "1"}], "payments": payments},
                 numbers=[back["number"], said["receipts"][0]["number"]], due=said["due"])

    def evening(self, day, at, till, exhibitors, holder):
        for exhibitor in exhibitors:
            for product in self.goods([exhibitor])[:2]:
                shown = self.tally.on_hand[product["sku"], "booth"]
                counted = max(0, shown - self.random.choice([0, 0, 0, 1000, 2000]))
                self.tally.count(product["sku"], "booth", counted)
                self.add(at, till, "counts", {"exhibitor": exhibitor, "place": "booth", "lines": [{"product": product["sku"], "qty": written(counted)}]})
        if day == 4 and till == "T03":
            self.tally.declared("EX15", 450_000, "cash")
            self.add(at + timedelta(minutes=2), till, "declared-sales",
                     {"exhibitor": "EX15", "day": f"{at:%Y-%m-%d}", "method": "sổ tay", "sales": 3, "total": 450_000, "payments": [{"method": "cash", "amount": 450_000, "holder": "EX15"}]})
        self.add(at + timedelta(minutes=5), till, "shifts/close", {"counted": self.cash[till]}, drawer=self.cash[till])
