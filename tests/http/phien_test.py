"""What the HTTP tests share: start the real programs on free ports with a directory of their own, speak HTTP to them, and act as a
terminal that writes a journal by shared/journal/FORMAT.md (written here from that page alone, not from the programs' code).

    server = Server.started()                 # init, sample fair imported, serving
    till = Terminal.enrolled(server, ["EX01"])
    till.open(); till.sale("EX01", "CB0001", qty=2000, price=25000); till.send()
"""
import hashlib
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

from nacl.signing import SigningKey

REPO = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("PHIEN_BIN", REPO / "build" / "release" / "bin")).resolve()
SAMPLE = REPO / "deploy" / "sample" / "cao-bang-2025"
FAIR = "cao-bang-2025-mau"
START_SECONDS = 20
BOOT = "0" * 31 + "1"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The error code of a refusal."""
        return self.json["error"]["code"]

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


def call(port, method, target, body=None, token=None, headers=None, timeout=30):
    """One request on a connection of its own. dict and list bodies are sent as JSON."""
    sent = dict(headers or {})
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    elif isinstance(body, str):
        body = body.encode()
    if token is not None:
        sent["Authorization"] = "Bearer " + token
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request(method, target, body=body, headers=sent)
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def wait_for(condition, what, seconds=START_SECONDS):
    """Polls until `condition()` gives something; fails loudly when it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")


class Program:
    """A program of the product with its data directory, as commands and as a running process."""
    name = state = token_file = run_command = ready_path = None

    def __init__(self, folder=None, clock=None):
        self.root = pathlib.Path(folder or tempfile.mkdtemp(prefix="phien-test-"))
        self.data = self.root / "data"
        self.clock = clock
        self.process = None
        self.port = None
        self.start_seconds = START_SECONDS

    def argv(self, *arguments):
        clock = ["--clock", str(self.clock)] if self.clock else []
        return [str(BIN / self.name), "--data", str(self.data), *clock, *map(str, arguments)]

    def run(self, *arguments, expect=0, **options):
        """Runs a command; returns the finished process. `expect`: exit code, None for any."""
        done = subprocess.run(self.argv(*arguments), capture_output=True, text=True, timeout=300, **options)
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"{arguments} ended with {done.returncode}, not {expect}:\n{done.stdout}\n{done.stderr}")
        return done

    def json(self, *arguments, **options):
        return json.loads(self.run("--json", *arguments, **options).stdout)

    def start(self, *arguments):
        state = self.data / self.state
        state.unlink(missing_ok=True)
        self.log = open(self.root / "log", "ab")
        self.process = subprocess.Popen(self.argv(*self.run_command, *arguments), stdout=self.log, stderr=self.log)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError("it ended at once:\n" + (self.root / "log").read_text()[-2000:])
            try:
                self.port = json.loads(state.read_text())["port"]
                return call(self.port, "GET", self.ready_path, timeout=2).status == 200
            except (OSError, ValueError, KeyError, http.client.HTTPException):
                return False

        wait_for(ready, f"{self.name} to be ready", self.start_seconds)
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"{self.name} did not stop on SIGTERM") from None
        if self.process and not self.log.closed:
            self.log.close()
            said = (self.root / "log").read_text(errors="replace")
            assert "Sanitizer" not in said, said[-6000:]     # a leak is told at the end, when nobody asks any more
        return self.process.returncode if self.process else None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def close(self):
        try:
            self.stop()
        finally:
            shutil.rmtree(self.root, ignore_errors=True)

    @property
    def token(self):
        return (self.data / self.token_file).read_text().strip()

    def call(self, method, target, body=None, **options):
        return call(self.port, method, target, body, **options)

    def admin(self, method, target, body=None, **options):
        """A request with the program's own local token."""
        return call(self.port, method, target, body, token=self.token, **options)


class Server(Program):
    name, state, token_file, run_command, ready_path = "phien-server", "server.json", "admin.token", ["serve"], "/readyz"

    @property
    def kit(self):
        return self.root / "kit.json"

    @classmethod
    def opened(cls, fair=FAIR, sample=SAMPLE, **options):
        server = cls(**options)
        server.run("init", "--fair-id", fair, "--kit", server.kit)
        if sample:
            server.run("import", sample, "--yes")
        return server

    @classmethod
    def started(cls, **options):
        return cls.opened(**options).start()

    def start(self, *arguments):
        return super().start("--port", "0", "--tls-port", "0", *arguments)

    @property
    def tls_port(self):
        return json.loads((self.data / self.state).read_text())["tls_port"]

    def dump(self):
        """The ledger's canonical bytes: what "the same figures" means."""
        answer = self.admin("GET", "/api/v1/ledger/dump")
        assert answer.status == 200, answer
        return answer.body


PASSWORD = "mùa thạch đen năm nay được giá"


class Person:
    """Somebody with an account, at a page: a browser's cookie, Origin and header."""

    def __init__(self, server, account):
        self.server, self.account, self.cookie = server, account, None

    @classmethod
    def invited(cls, server, account, role="organizer", exhibitors=(), password=PASSWORD):
        body = {"account": account, "name": account.title(), "role": role}
        if exhibitors:
            body["exhibitors"] = list(exhibitors)
        answer = server.admin("POST", "/api/v1/accounts", body)
        assert answer.status == 200, answer
        person = cls(server, account)
        answer = person.accept(answer.json["code"], password)
        assert answer.status == 200, answer
        return person

    @property
    def origin(self):
        return f"http://127.0.0.1:{self.server.port}"

    def call(self, method, target, body=None, **options):
        headers = {"Origin": self.origin, "X-Phien": "page", **({"Cookie": self.cookie} if self.cookie else {}), **options.pop("headers", {})}
        answer = self.server.call(method, target, body, headers={k: v for k, v in headers.items() if v is not None}, **options)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    def accept(self, code, password=PASSWORD):
        return self.call("POST", "/api/v1/invitations", {"code": code, "password": password})

    def login(self, password=PASSWORD):
        return self.call("POST", "/api/v1/login", {"account": self.account, "password": password})


def canonical(value):
    """RFC 8785 as FORMAT.md §2 restricts it: ASCII keys and integers only, so sorting and no spaces are enough."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


class Terminal:
    """A journal's writer. `entries` holds (bytes, hash) in order, so that any part of it can be sent again."""

    def __init__(self, fair, root, terminal="T01", key=None, exhibitors=(), booth="A01", holder=None):
        self.fair, self.root, self.id = fair, root, terminal
        self.signer = key or SigningKey.generate()
        self.exhibitors, self.booth, self.holder = list(exhibitors), booth, holder
        self.entries, self.receipts, self.up = [], 0, 0
        self.server = self.token = None

    @property
    def key(self):
        return self.signer.verify_key.encode().hex()

    def sign(self, message):
        return self.signer.sign(message.encode()).signature.hex()

    @classmethod
    def enrolled(cls, server, exhibitors, session=True, **wanted):
        if len(exhibitors) > 1:
            wanted.setdefault("holder", "quay_chung")
        code = server.admin("POST", "/api/v1/enrolments", {"exhibitors": exhibitors, **wanted}).json["code"]
        hello = server.call("GET", "/api/v1/hello").json
        till = cls(hello["fair"], hello["root"])
        answer = till.enrol(server, code)
        assert answer.status == 200, answer
        if session:
            assert till.session().status == 200
        return till

    def enrol(self, server, code):
        self.server = server
        answer = server.call("POST", "/api/v1/enrol", {"code": code, "key": self.key, "device": "test",
                             "signature": self.sign(f"phien/enrol/1\n{self.fair}\n{code}\n")})
        if answer.status == 200:
            said = answer.json
            self.id, self.exhibitors, self.booth, self.holder = said["terminal"], said["exhibitors"], said["booth"], said["holder"]
        return answer

    def session(self):
        asked = self.server.call("POST", "/api/v1/session/challenge", {"terminal": self.id})
        if asked.status != 200:
            return asked
        challenge = asked.json["challenge"]
        answer = self.server.call("POST", "/api/v1/session", {"terminal": self.id, "challenge": challenge,
                                  "signature": self.sign(f"phien/session/1\n{self.fair}\n{self.id}\n{challenge}\n-\n")})
        if answer.status == 200:
            self.token = answer.json["token"]
        return answer

    def call(self, method, target, body=None, **options):
        return self.server.call(method, target, body, token=self.token, **options)

    # ---- the journal ------------------------------------------------------------------------------------------------
    def genesis(self):
        return sha(f"phien/journal/1\n{self.fair}\n{self.root}\n{self.id}\n{self.key}\n".encode())

    def hash_at(self, seq):
        return self.entries[seq - 1][1] if seq else self.genesis()

    def ref(self, seq):
        return {"hash": self.hash_at(seq).hex(), "seq": seq, "terminal": self.id}

    def append(self, data):
        """Chains bytes as they are and returns their seq."""
        digest = sha(data)
        self.entries.append((data, sha(self.hash_at(len(self.entries)), digest)))
        return len(self.entries)

    def entry(self, kind, body, by="_system", wall=1747272600000, **more):
        """Appends one entry (2025-05-15 08:30 in Vietnam unless told) and returns its seq."""
        self.up += 1000
        return self.append(canonical({"v": 1, "kind": kind, "nonce": secrets.token_hex(16), "by": by, "body": body,
                                      "time": {"boot": BOOT, "up": self.up, "wall": wall + self.up}, **more}))

    def open(self):
        return self.entry("journal_open", {"program": "phien-test 1"})

    def sale(self, exhibitor, product, qty, price, method="cash", name="Hàng thử", cash_round=1000, **more):
        """One line, paid in full; cash is rounded down as the fair says."""
        total = (qty * price + 500) // 1000
        self.receipts += 1
        payment = {"method": method, "amount": total, "holder": self.holder}
        rounding = 0
        if method == "cash":
            rounding = -(total % cash_round)
            payment["amount"] = total + rounding
        if method == "transfer":
            payment["pay_ref"] = f"PH{secrets.randbelow(10)}" + "".join(secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(7))
        line = {"product": product, "name": name, "unit": "hộp", "qty": qty, "price": price, "price_kind": "list", "discount": 0,
                "total": total, "vat": "8", "vat_amount": 0, "ocop": 0, "cnnt": 0}
        body = {"exhibitor": exhibitor, "booth": self.booth, "receipt": self.receipts, "place": "booth", "how": "till",
                "vat_method": "TRUC_TIEP", "lines": [line], "total": total, "rounding": rounding,
                "payments": [payment] if payment["amount"] else []}
        return self.entry("sale", {**body, **more})

    def batch(self, first=1, last=None, prev=None):
        """Text of entries first … last (of all, if not told), sealed at the last one."""
        last = len(self.entries) if last is None else last
        base = self.hash_at(first - 1).hex() if prev is None else prev
        lines = ["phien-batch 1", f"fair {self.fair}", f"root {self.root}", f"terminal {self.id}", f"key {self.key}",
                 f"prev {first - 1} {base}"]
        lines += ["e " + data.decode() for data, _ in self.entries[first - 1:last]]
        lines.append("s " + self.sign(f"phien/seal/1\n{self.fair}\n{self.id}\n{last}\n{self.hash_at(last).hex()}\n"))
        return "\n".join(lines) + "\n"

    def send(self, text=None, **options):
        return self.call("POST", f"/api/v1/journals/{self.id}", self.batch() if text is None else text,
                         headers={"Content-Type": "text/plain"}, **options)

    def feed(self, incarnation=0, seq=0, hash="", stock=0, wait=0):
        query = urllib.parse.urlencode({"incarnation": incarnation, "seq": seq, "hash": hash, "stock": stock, "wait": wait})
        return self.call("GET", "/api/v1/feed?" + query, timeout=wait / 1000 + 30)
