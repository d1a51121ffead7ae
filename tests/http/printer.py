"""A printer on port 9100 that tests can switch off, slow down, empty of paper, and whose paper they can look at."""
import socket
import struct
import threading
import time

CUT = b"\x1dVB\0"


class Paper:
    """What an ESC/POS stream puts on paper, by the printer makers' command pages: rows of dots, cuts and kicks of the drawer."""

    def __init__(self):
        self.rows, self.width, self.cuts, self.kicks, self.feeds, self.marks = [], 0, [], [], 0, []

    @classmethod
    def of(cls, stream):
        paper, at = cls(), 0
        while at < len(stream):
            command = stream[at:at + 2]
            if command == b"\x1b@":
                at += 2
            elif command == b"\x1bp":
                paper.kicks.append(len(paper.rows))
                at += 5
            elif command == b"\x1bd":
                paper.feeds += stream[at + 2]
                at += 3
            elif command == b"\x1dV":
                assert stream[at:at + 4] == CUT
                paper.cuts.append(len(paper.rows))
                at += 4
            elif command == b"\x1dv":
                mode, wide, high = struct.unpack("<HHH", stream[at + 2:at + 8])
                assert mode == ord("0") and high <= 128, "one band holds what a cheap printer can"
                assert paper.width in (0, wide * 8)
                paper.width = wide * 8
                data = stream[at + 8:at + 8 + wide * high]
                paper.rows += [data[i:i + wide] for i in range(0, len(data) - len(data) % wide, wide)]
                if len(data) < wide * high:
                    return paper    # torn off in the middle
                at += 8 + wide * high
            else:
                raise AssertionError(f"not understood: {stream[at:at + 8].hex()}")
        return paper

    @property
    def whole(self):
        return bool(self.cuts) and self.cuts[-1] == len(self.rows)


class Printer:
    """`talks`: answers DLE EOT and GS r. `paper`: has some. `takes`: bytes after which it closes the connection. `reads`: whether it
    takes anything at all. `pause`: seconds for each 4 KiB."""

    def __init__(self, talks=True):
        self.talks, self.paper, self.reads, self.takes, self.pause = talks, True, True, None, 0
        self.jobs, self.finished = [], []    # bytes of each connection; when each receipt's last byte came
        self.lock, self.listener, self.sockets = threading.Condition(), None, []
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        self.port = probe.getsockname()[1]
        probe.close()

    @property
    def address(self):
        return f"tcp://127.0.0.1:{self.port}"

    def on(self):
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(8)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
        return self

    def off(self):
        if self.listener:
            self.listener.shutdown(socket.SHUT_RDWR)
            self.listener.close()
            self.listener = None
        for each in self.sockets:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()
        self.sockets = []

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            self.sockets.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def answer(self, connection, chunk):
        """Answers the questions in it and takes them out: what is left goes on paper."""
        for question, said in ((b"\x10\x04\x02", 0x12 if self.paper else 0x32), (b"\x10\x04\x04", 0x12 if self.paper else 0x72),
                               (b"\x1dr\x01", 0x00 if self.paper else 0x0c)):
            if question in chunk:
                chunk = chunk.replace(question, b"")
                if self.talks:
                    connection.sendall(bytes([said]))
        return chunk

    def serve(self, connection):
        job = bytearray()
        with self.lock:
            self.jobs.append(job)
        try:
            while self.reads:
                chunk = connection.recv(4096)
                if not chunk:
                    break
                chunk = self.answer(connection, chunk)
                with self.lock:
                    job += chunk
                    if job.endswith(CUT):
                        self.finished.append(time.monotonic())
                    self.lock.notify_all()
                if self.pause:
                    threading.Event().wait(self.pause)
                if self.takes is not None and len(job) >= self.takes:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    break
        except OSError:
            pass
        if self.reads:
            connection.close()

    def wait_finished(self, n, seconds=20):
        """When the last byte of the nth receipt came."""
        with self.lock:
            assert self.lock.wait_for(lambda: len(self.finished) >= n, seconds), f"waited {seconds} s for receipt {n}"
            return self.finished[n - 1]

    def papers(self):
        """Of every connection that put something on paper or kicked the drawer."""
        with self.lock:
            return [Paper.of(bytes(job)) for job in self.jobs if job]

    def wait_whole(self, n, seconds=20):
        """Until `n` receipts have come whole; fails when more have."""
        with self.lock:
            def whole():
                return [p for p in (Paper.of(bytes(job)) for job in self.jobs if job) if p.whole]
            assert self.lock.wait_for(lambda: len(whole()) >= n, seconds), f"waited {seconds} s for {n} receipts, {len(whole())} came"
            assert len(whole()) == n
            return whole()
