#!/usr/bin/python3
"""Hostile clients against the real programs: whatever they do, a till sells, its sale reaches the server, and nothing is refused to others."""
import os
import re
import secrets
import selectors
import threading
import time
import unittest

from hall import Hall, connect, crowd, read_to_end

HEAD_SECONDS = 10       # net::Limits::header_deadline: for a whole head or handshake
SLACK = 3
MEMORY_MB = 400         # of the server, after everything


def request(method, target, port, *fields, body=b""):
    head = [f"{method} {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", *fields]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def answers(got):
    return len(re.findall(rb"HTTP/1\.1 \d{3} ", got))


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.hall = Hall()
        cls.hall.sell()

    @classmethod
    def tearDownClass(cls):
        cls.hall.close()

    def setUp(self):
        self.server, self.till = self.hall.server, self.hall.till

    def tearDown(self):
        self.hall.sell()
        self.assertEqual(self.hall.sold_here(), self.hall.sold, "every sale is in the server's books, once")
        self.assertIsNone(self.server.process.poll())
        self.assertIsNone(self.till.process.poll())
        self.assertLess(self.hall.memory(self.server), MEMORY_MB)

    def drip(self, peers, texts, seconds):
        """Sends byte after byte on all `peers`; sells meanwhile. Returns when each was closed by the other side, None if it was not."""
        started, closed, at = time.monotonic(), [None] * len(peers), 0
        waiting = selectors.DefaultSelector()
        for n, peer in enumerate(peers):
            peer.setblocking(False)
            waiting.register(peer, selectors.EVENT_READ, n)
        while time.monotonic() - started < seconds and None in closed:
            for n, peer in enumerate(peers):
                if closed[n] is None:
                    try:
                        peer.send(texts[n][at % len(texts[n]):][:1])
                    except OSError:
                        closed[n] = time.monotonic() - started
            for key, _ in waiting.select(0):
                if closed[key.data] is None:
                    closed[key.data] = time.monotonic() - started
                waiting.unregister(key.fileobj)
            at += 1
            if at % 5 == 1:
                self.hall.sell()
            time.sleep(0.2)     # the pace of the drip
        for peer in peers:
            peer.close()
        return closed

    def test_heads_and_bodies_byte_by_byte(self):
        for program in (self.server, self.till):
            port = program.port
            head = request("GET", "/healthz", port, "X: " + "y" * 4000)
            body = request("POST", "/api/v1/session/challenge", port, "Content-Length: 60000") + b" "
            peers = [connect(port) for _ in range(150)]
            slow_bodies = [connect(port) for _ in range(50)]
            for peer in slow_bodies:
                peer.sendall(body[:-1])
            closed = self.drip(peers, [head] * len(peers), HEAD_SECONDS + SLACK)
            late = [c for c in closed if c is None or c > HEAD_SECONDS + SLACK]
            self.assertEqual(late, [], f"{program.name}: a head that drips ends at its deadline")
            for peer in slow_bodies:
                peer.close()

    def test_ten_thousand_idle_connections(self):
        for what, port in (("idle", self.server.port), ("idle", self.server.tls_port), ("tls-half", self.server.tls_port)):
            with self.subTest(what=what), crowd(port, 10_000, what) as held:
                self.assertGreaterEqual(held, 1_000, "too few to show anything")
                took = [self.hall.sell() for _ in range(5)]
                print(f"{held} connections ({what}): five sales, the slowest {max(took):.2f} s, server {self.hall.memory(self.server)} MB", flush=True)

    def test_oversized(self):
        for program in (self.server, self.till):
            port = program.port
            for text, statuses in (
                    (b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\n", (431, 400)),
                    (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)), (431,)),
                    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"z" * 3_000_000, (431,)),
                    (request("POST", "/api/v1/enrol", port, "Content-Length: 999999999"), (413, 404, 401, 403)),
                    (request("POST", "/api/v1/journals/T01", port, f"Content-Length: {2**64 - 1}"), (400, 413, 401, 404, 403)),
                    (request("GET", "/healthz", port, "Content-Length: 70000") + b"x" * 70_000, (413,))):
                with self.subTest(program=program.name, text=text[:60]):
                    peer = connect(port)
                    try:
                        peer.sendall(text)
                    except OSError:     # it was answered and closed before all was sent
                        pass
                    got, closed = read_to_end(peer)
                    peer.close()
                    self.assertTrue(closed)
                    self.assertEqual(answers(got), 1, got[:200])
                    self.assertIn(int(got.split()[1]), statuses)
            self.hall.sell()

    def test_pipelined(self):
        """Thousands of requests in one go, by a peer who reads nothing until all is sent, or never."""
        port, many = self.server.port, 5_000
        polite = connect(port)
        sender = threading.Thread(target=polite.sendall, args=(request("GET", "/healthz", port) * (many - 1) + request("GET", "/healthz", port, "Connection: close"),))
        sender.start()
        got, closed = read_to_end(polite)
        sender.join()
        polite.close()
        self.assertTrue(closed)
        self.assertEqual(got.count(b"HTTP/1.1 200 "), many)
        deaf = [connect(port, timeout=1) for _ in range(20)]
        for peer in deaf:
            try:
                peer.sendall(request("GET", "/api/v1/openapi.json", port) * 2_000)
            except OSError:
                pass    # nobody reads on there either: as it must be
        self.hall.sell()
        for peer in deaf:
            peer.close()

    def test_smuggling(self):
        """Two readers of these bytes could see different requests: one refusal, the connection closed, the second request not answered."""
        for program in (self.server, self.till):
            host = f"Host: 127.0.0.1:{program.port}".encode()
            second = b"GET /smuggled HTTP/1.1\r\n" + host + b"\r\n\r\n"
            for name, head in SMUGGLED:
                with self.subTest(program=program.name, form=name):
                    peer = connect(program.port)
                    peer.sendall(head.replace(b"HOST", host) + second)
                    got, closed = read_to_end(peer)
                    peer.close()
                    self.assertTrue(closed, got[:200])
                    self.assertEqual(answers(got), 1, got[:400])
                    self.assertIn(int(got.split()[1]), (400, 404, 405, 413, 431, 501, 505), got[:200])
                    self.assertNotIn(b"/smuggled", got)
        self.hall.sell()

    def test_tls_garbage(self):
        port = self.server.tls_port
        hello = bytes.fromhex("16030100")
        peers = []
        for text in (b"GET / HTTP/1.1\r\n\r\n", b"\x00" * 100, hello, hello + b"\xff" * 5000, bytes.fromhex("1503010002022a"), os.urandom(3000), b"\x80\x2e\x01\x00\x02" + b"a" * 50):
            for _ in range(60):
                peer = connect(port)
                peer.sendall(text)
                peers.append(peer)
        for _ in range(60):     # leaves in the middle of a handshake
            connect(port).close()
        self.hall.sell()
        with connect(port, tls=True) as honest:
            honest.sendall(request("GET", "/healthz", port, "Connection: close"))
            self.assertIn(b" 200 ", read_to_end(honest)[0])
        for peer in peers:
            peer.close()

    def test_leaving_while_the_answer_is_worked_out(self):
        """A cancelled wait must not take from the worker what it works on, nor end the program."""
        def leave(target):
            for _ in range(150):
                peer = connect(self.server.port)
                peer.sendall(request("GET", target, self.server.port, f"Authorization: Bearer {self.server.token}"))
                peer.close()
        targets = ("/api/v1/events", "/api/v1/verify", "/api/v1/journals/export", "/api/v1/ledger/dump")
        leaving = [threading.Thread(target=leave, args=(target,)) for target in targets]
        for thread in leaving:
            thread.start()
        self.hall.sell()
        for thread in leaving:
            thread.join()

    def test_noise(self):
        for program in (self.server, self.till):
            for _ in range(200):
                peer = connect(program.port)
                peer.sendall(os.urandom(1 + secrets.randbelow(2000)))
                peer.close()
        self.hall.sell()


POST = b"POST /api/v1/session/challenge HTTP/1.1\r\nHOST\r\n"
SMUGGLED = [
    ("length and chunks", POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("chunks and length", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    ("chunks", POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("chunks of a bad size", POST + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
    ("chunks of an endless size", POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n"),
    ("chunks under another name", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("chunks twice", POST + b"Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n"),
    ("chunks behind a tab", POST + b"Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n"),
    ("chunks in two lines", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"),
    ("chunks with a blank before the colon", POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    ("two lengths", POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n"),
    ("the same length twice", POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n"),
    ("a list of lengths", POST + b"Content-Length: 0, 0\r\n\r\n"),
    ("a length with a sign", POST + b"Content-Length: +0\r\n\r\n"),
    ("a negative length", POST + b"Content-Length: -1\r\n\r\n"),
    ("a length in hex", POST + b"Content-Length: 0x0\r\n\r\n"),
    ("a length beyond 64 bits", POST + b"Content-Length: 18446744073709551616\r\n\r\n"),
    ("a blank before the colon", POST + b"Content-Length : 0\r\n\r\n"),
    ("a folded line", POST + b"X: y\r\n z\r\n\r\n"),
    ("a folded line first", b"GET / HTTP/1.1\r\n X: y\r\nHOST\r\n\r\n"),
    ("line feeds alone", b"GET / HTTP/1.1\nHOST\n\n"),
    ("a line feed alone in a field", POST + b"X: y\nContent-Length: 44\r\n\r\n"),
    ("a carriage return alone", POST + b"X: y\rContent-Length: 44\r\n\r\n"),
    ("a NUL in a field", POST + b"X: y\x00z\r\n\r\n"),
    ("a NUL in a name", POST + b"X\x00: y\r\n\r\n"),
    ("two hosts", b"GET / HTTP/1.1\r\nHOST\r\nHost: elsewhere\r\n\r\n"),
    ("no host", b"GET / HTTP/1.1\r\n\r\n"),
    ("another version", b"GET / HTTP/1.2\r\nHOST\r\n\r\n"),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("blanks in the request line", b"GET  /  HTTP/1.1\r\nHOST\r\n\r\n"),
    ("a body that nobody wants", b"GET /healthz HTTP/1.1\r\nHOST\r\nContent-Length: 10\r\n\r\n"),
]

if __name__ == "__main__":
    unittest.main()
