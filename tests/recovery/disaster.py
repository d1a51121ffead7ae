"""What the recovery tests share: a small fair of real programs on real files, and the ways its machines die.

The programs are started through tests/http's helpers. A server's address is given by `Address`, a port that stays while the machine behind it
changes, as an operator gives a new laptop the address of the dead one.
"""
import json
import pathlib
import shutil
import socket
import sys
import tempfile

REPO = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tests/http"))

import phien_test as pt  # noqa: E402
from till import Till  # noqa: E402

PRODUCT = {"EX01": "CB0001", "EX02": "CB0007", "EX03": "CB0012"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class House(pt.Server):
    """A server that keeps its ports over restarts and machines."""

    def __init__(self, ports=None, **options):
        super().__init__(**options)
        self.ports = ports or (free_port(), free_port())

    def start(self, *arguments):
        return pt.Program.start(self, "--port", self.ports[0], "--tls-port", self.ports[1], "--tls-address", "127.0.0.1", *arguments)

    def holdings(self):
        return self.admin("GET", "/api/v1/holdings").json

    def row(self, terminal):
        row, = [r for r in self.holdings()["rows"] if r["terminal"] == terminal]
        return row

    def report(self, edition="now"):
        answer = self.admin("GET", f"/api/v1/report?edition={edition}&format=json")
        assert answer.status == 200, answer
        return answer.body


class Fair:
    """A server, tills, and the recovery kit kept apart from both."""

    def __init__(self, test, ports=None):
        self.test = test
        self.safe = pathlib.Path(tempfile.mkdtemp(prefix="phien-safe-"))  # where the organizer keeps the kit and backups
        test.addCleanup(shutil.rmtree, self.safe, True)
        self.server = House.opened(ports=ports)
        test.addCleanup(lambda: self.server.close())
        self.kit = self.safe / "kit.json"
        shutil.move(self.server.kit, self.kit)
        self.server.start()

    def till(self, exhibitor, replaces=None, start=True):
        """A till at the TLS address, as at a venue."""
        till = Till()
        self.test.addCleanup(till.close)
        wanted = {"replaces": replaces} if replaces else {"exhibitors": [exhibitor]}
        answer = self.server.admin("POST", "/api/v1/enrolments", wanted)
        self.test.assertEqual(answer.status, 200, answer)
        root = answer.json["link"].split("root=")[1]
        till.name_at_fair = till.json("enrol", f"https://127.0.0.1:{self.server.tls_port}/#enrol={answer.json['code']}&root={root}")["terminal"]
        till.exhibitor = exhibitor
        if start:
            till.start()
        return till

    def new_machine(self, ports=None):
        """Another laptop with nothing on it, at the same address unless told."""
        self.server = House(ports=ports or self.server.ports)
        return self.server

    def lose_server(self):
        """Its disk is gone, and it with it."""
        old = self.server
        old.kill()
        shutil.rmtree(old.root)
        return old

    def whole(self, *tills, position=0, seconds=60):
        """Waits until everything that anybody vouches for is back: all of these tills' journals, and the first server's up to `position`."""
        last = {}

        def back():
            last.update(self.server.holdings())
            here = {row["terminal"]: row["here"] for row in last["rows"]}
            heads = {till.get("status")["terminal"]: till.get("status")["saved"]["seq"] for till in tills}
            return last["whole"] and here["_server.1"] >= position and all(here.get(t, 0) >= seq for t, seq in heads.items()) and last

        try:
            return pt.wait_for(back, "the server to be whole again", seconds)
        except AssertionError as late:
            status = [till.get("status") for till in tills]
            raise AssertionError(f"{late}\n{json.dumps(last, indent=1)}\n{json.dumps(status, indent=1, ensure_ascii=False)}") from None

    def known(self, *tills):
        """Waits until these tills hold all of the server's journal; returns where that ends."""
        position = self.server.row(f"_server.{self.server.holdings()['incarnation']}")["here"]
        for till in tills:
            pt.wait_for(lambda: till.get("status")["catalogue"]["seq"] >= position, "the server's journal at the tills")
        return position


def sell(till, times=1, quantity="1"):
    """Sales of the till's exhibitor; returns their receipts."""
    receipts = []
    for _ in range(times):
        answer = till.post("sales", {"lines": [{"product": PRODUCT[till.exhibitor], "qty": quantity}]})
        receipts += [r["number"] for r in answer["receipts"]]
    return receipts


def image(till):
    """A copy of a stopped till's data directory: another machine with its disk."""
    other = Till()
    shutil.copytree(till.data, other.data)
    other.exhibitor = till.exhibitor
    return other


def sold(server, exhibitor):
    """Number of sales of an exhibitor, and their sum."""
    rows = [r for r in server.admin("GET", "/api/v1/sales?by=exhibitor").json["rows"] if r["key"] == exhibitor]
    return (rows[0]["sales"], rows[0]["sold"]) if rows else (0, 0)


def sound(test, server):
    """I8, I3 and I5 on what is there now."""
    verification = server.admin("GET", "/api/v1/verify").json
    test.assertTrue(verification["sound"], json.dumps(verification, indent=1)[:3000])
    test.assertEqual(server.admin("POST", "/api/v1/rebuild", {}).status, 200)


def figures(server):
    """The report of this moment without the heads it rests on: a server that took another's place has a journal of its own."""
    report = json.loads(server.report())
    tables = [t for t in report["tables"] if t["title"]["en"] != "Journals it rests on"]
    return {**{name: value for name, value in report.items() if name != "cut"}, "tables": tables}
