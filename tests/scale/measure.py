"""Two fairs of the same shape, one with many times the sales of the other, served side by side: what each query takes of both."""
import http.client
import json
import os
import pathlib
import resource
import socket
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import phien_test as pt  # noqa: E402

MOST = 1.5
# Of the whole fair, of one exhibitor, and lists by the page.
QUERIES = ["/api/v1/live?exhibitor=EX0007", "/api/v1/sales?by=exhibitor", "/api/v1/sales?by=product", "/api/v1/sales?by=day", "/api/v1/sales?by=hour", "/api/v1/sales?by=method", "/api/v1/sales?by=ocop",
           "/api/v1/sales?by=product&exhibitor=EX0007", "/api/v1/stock?limit=100", "/api/v1/stock?exhibitor=EX0007", "/api/v1/transfers?limit=100", "/api/v1/transfers?state=claimed&limit=100", "/api/v1/transfers?exhibitor=EX0007&limit=20", "/api/v1/exceptions",
           "/api/v1/terminals?limit=100", "/api/v1/catalogue", "/api/v1/leads", "/api/v1/shifts", "/api/v1/alerts"]
# Made anew after something changed, and shared by all who look.
SHARED = ["/api/v1/live", "/api/v1/summary"]
# The whole list: as long as what it lists.
WHOLE_LISTS = ["/api/v1/transfers?exhibitor=EX0007"]


class Fair:
    def __init__(self, exhibitors, terminals, sales):
        self.server = pt.Server.opened(sample=None)
        started = time.monotonic()
        subprocess.run([pt.BIN / "phien-scale", self.server.data, str(exhibitors), str(terminals), str(sales)], check=True,
                       stderr=subprocess.DEVNULL if not os.environ.get("PHIEN_TALK") else None)
        self.filled_in = time.monotonic() - started
        self.sales = sales
        self.server.start_seconds = 600  # it looks through its whole file first: a minute for 7 GiB
        self.server.start()

    def close(self):
        self.server.close()

    def ask(self, target):
        """Seconds and bytes of one answer over a connection that is open."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=300)
        connection.connect()
        started = time.perf_counter()
        connection.request("GET", target, headers={"Authorization": "Bearer " + self.server.token})
        answer = connection.getresponse()
        body = answer.read()
        took = time.perf_counter() - started
        connection.close()
        assert answer.status == 200, (target, answer.status, body[:200])
        return took, len(body)

    def change(self):
        """Something small happens, so that what is shared is made anew."""
        day = {"exhibitor": "EX0001", "day": "2025-05-15", "method": "sổ tay", "sales": 1, "total": 1000, "place": "booth", "lines": [],
               "payments": [{"method": "cash", "amount": 1000, "holder": "EX0001"}]}
        assert self.server.admin("POST", "/api/v1/declared-sales", day).status == 200


def compare(small, large, rounds):
    """[(query, seconds of small, seconds of large)], medians of rounds that take turns."""
    rows = []
    for query in QUERIES + SHARED + WHOLE_LISTS:
        took = {small: [], large: []}
        for _ in range(rounds):
            for fair in (small, large):
                if query in SHARED:
                    fair.change()
                    time.sleep(0.25)   # Totals::kCoalesce is no work
                took[fair].append(fair.ask(query)[0])
        rows.append((query, statistics.median(took[small]), statistics.median(took[large])))
    return rows


def resident(server):
    for line in server.call("GET", "/metrics").text.splitlines():
        if line.startswith("phien_resident_bytes "):
            return float(line.split()[1])
    raise AssertionError("no phien_resident_bytes")


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def bare_round_trips(count=2000):
    """Seconds of a byte to another thread over loopback and back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def echo():
        peer, _ = listener.accept()
        with peer:
            while data := peer.recv(1):
                peer.sendall(data)
    threading.Thread(target=echo, daemon=True).start()
    took = []
    with socket.create_connection(listener.getsockname()) as client:
        for _ in range(count):
            started = time.perf_counter()
            client.sendall(b"x")
            client.recv(1)
            took.append(time.perf_counter() - started)
    listener.close()
    return took


def streams(server, change, count, rounds):
    """`count` open streams of events: bytes of memory each, and the seconds from the answer to a change until each stream has it."""
    import selectors
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, count + 200)), hard))
    server.call("GET", "/healthz")
    before = resident(server)
    selector, sockets = selectors.DefaultSelector(), []
    request = f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode()
    for _ in range(count):
        one = socket.create_connection(("127.0.0.1", server.port))
        one.sendall(request)
        one.setblocking(False)
        selector.register(one, selectors.EVENT_READ)
        sockets.append(one)
    drain(selector, 3)
    each = (resident(server) - before) / count
    delays = []
    for _ in range(rounds):
        drain(selector, 1)
        change()
        told = time.perf_counter()
        waiting = set(sockets)
        while waiting and time.perf_counter() - told < 30:
            for key, _ in selector.select(1):
                if key.fileobj.recv(1 << 18) and key.fileobj in waiting:
                    waiting.discard(key.fileobj)
                    delays.append(time.perf_counter() - told)
        assert not waiting, f"{len(waiting)} streams heard nothing"
    for one in sockets:
        one.close()
    return each, delays


def drain(selector, seconds):
    """Reads until nothing has come for so long."""
    quiet = time.perf_counter()
    while time.perf_counter() - quiet < seconds:
        for key, _ in selector.select(0.2):
            key.fileobj.recv(1 << 18)
            quiet = time.perf_counter()
