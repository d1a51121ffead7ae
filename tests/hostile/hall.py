"""A fair that goes on while somebody is hostile: the real server, a real till that sells and sends over TLS, and raw connections."""
import contextlib
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "http"))
import phien_test as pt  # noqa: E402
from till import Till  # noqa: E402

SERVED_SECONDS = 5.0    # a sale and its way to the server, whatever others do; seldom more than a tenth of a second on an idle machine
SALE = {"lines": [{"product": "CB0001", "qty": 1}], "payments": [{"method": "cash"}]}


class Hall:
    def __init__(self):
        self.server = pt.Server.started()
        self.till = Till.enrolled(self.server, plain=False).start()
        self.till.delivered()
        self.sold = 0
        self.slowest = 0.0

    def close(self):
        self.till.close()
        self.server.close()

    def sell(self):
        """One sale at the till, until the server has it. Returns the seconds it took."""
        started = time.monotonic()
        self.till.post("sales", SALE)
        self.till.post("sync-now", {})
        self.till.delivered()
        took = time.monotonic() - started
        self.sold += 1
        self.slowest = max(self.slowest, took)
        assert took < SERVED_SECONDS, f"a sale and its way to the server took {took:.1f} s"
        return took

    def sold_here(self):
        """How many sales the server's books have."""
        rows = self.server.admin("GET", "/api/v1/sales?by=exhibitor").json["rows"]
        return sum(row["sales"] for row in rows)

    def memory(self, program):
        """MB that a program has in memory."""
        status = pathlib.Path(f"/proc/{program.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024


def connect(port, tls=False, timeout=20):
    peer = socket.create_connection(("127.0.0.1", port), timeout=timeout)
    if not tls:
        return peer
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(peer)


def read_to_end(peer):
    """Everything until the peer closes or says nothing for the socket's timeout: (bytes, whether it closed)."""
    got = b""
    try:
        while chunk := peer.recv(65536):
            got += chunk
        return got, True
    except TimeoutError:
        return got, False
    except OSError:     # reset, after what was read
        return got, True


@contextlib.contextmanager
def crowd(port, count, what):
    """`count` connections of another process; yields how many it has."""
    process = subprocess.Popen([sys.executable, str(pathlib.Path(__file__).with_name("crowd.py")), str(port), str(count), what],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        said = process.stdout.readline()
        assert said, "the crowd could not open its connections"
        if int(said) < count:
            print(f"!! {said.strip()} connections instead of {count}: this machine's limit of open files", flush=True)
        yield int(said)
    finally:
        process.communicate("", timeout=60)
