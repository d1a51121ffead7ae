#!/usr/bin/python3
"""Measures the real programs beside a reference in the same run. One line each; see README.md for what they mean.

    bench.py [--quick] [NAME...]      names: those of BENCHMARKS below
"""
import csv
import json
import os
import pathlib
import select
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

REPO = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "tests" / "http"))
import phien_test as pt  # noqa: E402
import till as pos  # noqa: E402
from printer import Printer  # noqa: E402

QUICK = "--quick" in sys.argv
ROUNDS = 3 if QUICK else 5
LONGEST_SECONDS = 90            # of one measurement by phien-bench
STARTS = 3 if QUICK else 7
BULK_TERMINALS, BULK_GOODS = 4, 20   # 80 goods in all, as the yardstick has
SALES_OF_RSS = 100_000
LONG_POLLS, LONG_POLLS_TLS = (1_000, 100) if QUICK else (8_000, 500)


# ---- figures --------------------------------------------------------------------------------------------------------------------

def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


def line(name, value, unit, ours, reference, rounds, spread):
    print(f"{name} {value:.2f}{unit} (ours {ours}, reference {reference}, median of {rounds}, spread {spread[0]:.2f}–{spread[1]:.2f})",
          flush=True)


def ratio_line(name, ours, reference, show):
    """Of paired rounds: the median of the rounds' ratios, and the least and greatest of them."""
    ratios = [a / b for a, b in zip(ours, reference)]
    line(name, statistics.median(ratios), "", show(statistics.median(ours)), show(statistics.median(reference)), len(ratios),
         (min(ratios), max(ratios)))


def milliseconds(seconds):
    return f"{seconds * 1000:.2f} ms"


# ---- what is measured -------------------------------------------------------------------------------------------------------------

class World:
    """The servers and tills of one run, in a directory of the build's own disk."""

    def __init__(self):
        build = pt.BIN.parent
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=build))
        self.programs, self.number = [], 0

    def folder(self):
        self.number += 1
        path = self.root / str(self.number)
        path.mkdir()
        return path

    def server(self):
        server = pt.Server.opened(folder=self.folder())
        self.programs.append(server)
        return server.start("--tls-address", "127.0.0.1")

    def till(self, server, exhibitor):
        till = pos.Till.enrolled(server, [exhibitor], folder=self.folder())
        self.programs.append(till)
        return till

    def measure(self, what, **config):
        path = self.root / f"{what}.json"
        path.write_text(json.dumps({"directory": str(self.root), **config}))
        done = subprocess.run([pt.BIN / "phien-bench", what, path], capture_output=True, text=True, timeout=LONGEST_SECONDS)
        if done.returncode != 0:
            ended = [f"{p.name} ended with {p.process.returncode}: {(p.root / 'log').read_text()[-500:]}" for p in self.programs
                     if p.process and p.process.poll() is not None]
            raise AssertionError("; ".join([done.stderr.strip(), *ended]))
        return json.loads(done.stdout)

    def close(self):
        for program in reversed(self.programs):
            try:
                program.close()
            except (AssertionError, OSError) as problem:
                print(f"bench: {problem}", file=sys.stderr)
        shutil.rmtree(self.root, ignore_errors=True)


def catalogue():
    with open(pt.SAMPLE / "products.csv", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    levels = {"": 0, "TINH": 1, "KHU_VUC": 2, "QUOC_GIA": 3}
    return [{"id": r["sku"], "exhibitor": r["exhibitor_id"], "name": r["name"], "unit": r["unit"], "lot": r["lot_no"],
             "ocop": int(r["ocop_star"] or 0), "cnnt": levels[r["cnnt_level"]]} for r in rows if r["sold_by"] == "piece"]


def goods_of(exhibitor, without=()):
    return [goods for goods in catalogue() if goods["exhibitor"] == exhibitor and goods["id"] not in without]


def setup(server, wanted):
    """Enrols a terminal per (exhibitor, goods); what phien-bench needs to write and bring their journals."""
    terminals, seen = [], None
    for exhibitor, goods in wanted:
        terminal = pt.Terminal.enrolled(server, [exhibitor])
        seen = terminal.feed().json["cursor"]
        terminals.append({"terminal": terminal.id, "seed": terminal.signer.encode().hex(), "token": terminal.token,
                          "exhibitor": exhibitor, "booth": terminal.booth, "goods": goods})
    fair, root = terminal.fair, terminal.root
    return {"port": server.port, "fair": fair, "root": root, "seen": seen, "terminals": terminals}


def resident_kib(program):
    status = pathlib.Path(f"/proc/{program.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def exhibitors(n):
    return [f"EX{i % 16 + 1:02}" for i in range(n)]


# ---- the benchmarks -----------------------------------------------------------------------------------------------------------------

def ingest_bulk(world):
    """Also leaves what server_rss looks at."""
    everything = catalogue()
    parts = [everything[i * BULK_GOODS:(i + 1) * BULK_GOODS] or everything[-BULK_GOODS:] for i in range(BULK_TERMINALS)]
    server = world.server()
    sales_each = 1_000 if QUICK else SALES_OF_RSS // BULK_TERMINALS // ROUNDS
    got = world.measure("ingest", rounds=ROUNDS, sales_each=sales_each, batch=100, **setup(server, zip(exhibitors(4), parts)))
    ratio_line("ingest_bulk", got["ours"], got["reference"], lambda x: f"{x:.0f} sales/s")
    world.bulk = (server, BULK_TERMINALS * sales_each * ROUNDS, got["entry_bytes"])


def request_per_sale(world):
    server = world.server()
    got = world.measure("ingest", rounds=ROUNDS, sales_each=10 if QUICK else 40, batch=1,
                        **setup(server, [(e, goods_of(e)) for e in exhibitors(128)]))
    ratio_line("request_per_sale", got["ours"], got["reference"], lambda x: f"{x:.0f} sales/s")


def sale_commit(world):
    server = world.server()
    till = world.till(server, "EX01")
    got = world.measure("commit", data=str(till.data), rounds=ROUNDS, pairs=50 if QUICK else 200,
                        products=[goods["id"] for goods in goods_of("EX01")])
    for p in (50, 99):
        ratio_line(f"sale_commit_p{p}", [percentile(r, p) for r in got["ours"]], [percentile(r, p) for r in got["reference"]],
                   milliseconds)


def paid_to_paper(world):
    """From the request that sells until the whole receipt is at the printer."""
    till, printer = world.till(world.server(), "EX01").start(), Printer().on()
    till.post("printer", {"address": printer.address, "automatic": True})
    goods, printed = goods_of("EX01")[0]["id"], 0
    ours, reference = [], []
    with open(till.root / "yardstick", "wb", buffering=0) as file:
        for _ in range(ROUNDS):
            ours.append([])
            reference.append([])
            for _ in range(5 if QUICK else 20):
                began = time.monotonic()
                till.post("sales", {"lines": [{"product": goods, "qty": 1}]})
                printed += 1
                ours[-1].append(printer.wait_finished(printed) - began)
                began = time.monotonic()
                file.write(bytes(4096))
                os.fdatasync(file.fileno())
                reference[-1].append(time.monotonic() - began)
    printer.off()
    ratio_line("paid_to_paper", [percentile(r, 50) for r in ours], [percentile(r, 50) for r in reference], milliseconds)
    print(f"pos_rss_till {resident_kib(till) / 1024:.1f} MiB (after printing {printed} receipts)", flush=True)


def converge(world):
    server = world.server()
    tills = [world.till(server, "EX01").start() for _ in range(2)]
    watched = "CB0001"
    config = {"tills": [{"port": t.port, "token": t.token} for t in tills], "exhibitor": "EX01", "product": watched,
              "rounds": ROUNDS, "samples": 10 if QUICK else 40}
    others = setup(server, [(e, goods_of(e, without=[watched])) for e in exhibitors(16)])
    for name, rate in (("idle", 0), ("under_load", 500)):
        got = world.measure("converge", rate=rate, **config, **others)
        every, trips = sum(got["ours"], []), sum(got["reference"], [])
        for p in (50, 99):
            rounds = [percentile(r, p) * 1000 for r in got["ours"]]
            line(f"converge_{name}_p{p}", percentile(every, p) * 1000, " ms", f"{len(every)} sales",
                 f"loopback round trip {percentile(trips, p) * 1000:.3f} ms", ROUNDS, (min(rounds), max(rounds)))


def server_rss(world):
    if not hasattr(world, "bulk"):
        ingest_bulk(world)
    server, sales, entry_bytes = world.bulk
    print(f"server_rss {resident_kib(server) / 1024:.1f} MiB (after {sales} sales of {entry_bytes} bytes)", flush=True)


def long_poll(world):
    server = world.server()
    terminals = [pt.Terminal.enrolled(server, [e]) for e in exhibitors(16)]

    def request(terminal):
        now = terminal.feed().json
        at = terminal.feed(now["cursor"]["incarnation"], now["cursor"]["seq"], now["cursor"]["hash"]).json
        query = "&".join([*(f"{k}={at['cursor'][k]}" for k in ("incarnation", "seq", "hash")), f"stock={at['stock']['version']}"])
        return (f"GET /api/v1/feed?{query}&wait=55000 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Authorization: Bearer {terminal.token}\r\n\r\n").encode()

    requests = [request(t) for t in terminals]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE   # who answers is not what is measured
    for name, number, port, wrap in (("long_poll", LONG_POLLS, server.port, lambda s: s),
                                     ("long_poll_tls", LONG_POLLS_TLS, server.tls_port, context.wrap_socket)):
        before, sockets = resident_kib(server), []
        try:
            for i in range(number):
                sockets.append(wrap(socket.create_connection(("127.0.0.1", port), timeout=10)))
                sockets[-1].sendall(requests[i % len(requests)])
            # The answer to a later request on another connection: all before it were read.
            pt.wait_for(lambda: open_connections(server) >= number and server.call("GET", "/readyz").status == 200, "all to wait")
            time.sleep(0.5)
            poller = select.poll()
            for s in sockets:
                poller.register(s, select.POLLIN)
            answered = len(poller.poll(0)) if wrap is not context.wrap_socket else 0   # TLS 1.3 tickets are readable too
            grown = resident_kib(server) - before
            print(f"{name} {grown / number:.2f} KiB each ({number} waiting, {answered} answered early, "
                  f"server {before / 1024:.1f} → {(before + grown) / 1024:.1f} MiB)", flush=True)
        finally:
            for s in sockets:
                s.close()
        pt.wait_for(lambda: open_connections(server) < 20, "them to be gone")


def open_connections(server):
    for row in server.admin("GET", "/metrics").text.splitlines():
        if row.startswith("phien_connections_open "):
            return int(float(row.split()[1]))
    raise AssertionError("the server does not count its connections")


def pos_rss(world):
    till = world.till(world.server(), "EX01").start()
    pt.wait_for(lambda: till.get("status")["waiting"] == 0, "the agent to be done")
    time.sleep(1)
    print(f"pos_rss {resident_kib(till) / 1024:.1f} MiB (agent without a page open)", flush=True)


def start(world):
    server = world.server()
    till = world.till(server, "EX01")
    for program in (till, server):
        took = []
        program.stop()
        for _ in range(STARTS):
            took.append(seconds_to_first_answer(program))
            program.stop()
        print(f"start_{program.name.removeprefix('phien-')} {statistics.median(took) * 1000:.0f} ms to the first answer "
              f"(median of {STARTS}, spread {min(took) * 1000:.0f}–{max(took) * 1000:.0f})", flush=True)
        program.start()   # a till is measured with its server there, and left as it was


def seconds_to_first_answer(program):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ports = ["--port", str(port), *(["--tls-port", "0", "--tls-address", "127.0.0.1"] if program.name == "phien-server" else [])]
    program.log = open(program.root / "log", "ab")
    began = time.monotonic()
    program.process = subprocess.Popen(program.argv(*program.run_command, *ports), stdout=program.log, stderr=program.log)
    while time.monotonic() - began < pt.START_SECONDS:
        try:
            if pt.call(port, "GET", program.ready_path, timeout=2).status == 200:
                return time.monotonic() - began
        except OSError:
            time.sleep(0.001)
    raise AssertionError(f"{program.name} does not answer")


BENCHMARKS = [ingest_bulk, server_rss, request_per_sale, sale_commit, paid_to_paper, converge, long_poll, pos_rss, start]


def main():
    wanted = [a for a in sys.argv[1:] if a != "--quick"]
    unknown = set(wanted) - {b.__name__ for b in BENCHMARKS}
    if unknown:
        print(f"no benchmark {', '.join(sorted(unknown))}; there are: {', '.join(b.__name__ for b in BENCHMARKS)}", file=sys.stderr)
        return
    world = World()
    began = time.monotonic()
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} before", flush=True)
    try:
        for benchmark in BENCHMARKS:
            if wanted and benchmark.__name__ not in wanted:
                continue
            try:
                benchmark(world)
            except (AssertionError, OSError, subprocess.TimeoutExpired, KeyError, ValueError) as problem:
                print(f"{benchmark.__name__} not measured: {problem}", flush=True)
    finally:
        world.close()
    print(f"took {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f} after", flush=True)


if __name__ == "__main__":
    main()
