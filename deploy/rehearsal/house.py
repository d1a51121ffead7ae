"""The rehearsal's machines: real programs on loopback, each on its own clock, each till behind a line that can be cut."""
import asyncio
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from pathlib import Path


class Failed(Exception):
    """Something in the rehearsal did not go as it must."""


class ClockFile:
    """A device's clock, set by the rehearsal: a kernel run, milliseconds since it began, and a wall clock that may be wrong."""

    def __init__(self, path, skew_ms=0):
        self.path, self.skew, self.boot, self.booted = Path(path), skew_ms, uuid.uuid4().hex, None

    def set(self, true_ms):
        self.booted = self.booted if self.booted is not None else true_ms - 60_000
        temporary = self.path.with_suffix(".new")
        temporary.write_text(f"{self.boot} {true_ms - self.booted} {true_ms + self.skew}\n")
        temporary.rename(self.path)

    def reboot(self):
        self.boot, self.booted = uuid.uuid4().hex, None


class Line:
    """A network line to a port on this machine that can be cut and mended."""

    def __init__(self, loop, target):
        self.loop, self.target, self.up, self.open = loop, target, True, set()
        self.port = asyncio.run_coroutine_threadsafe(self._listen(), loop).result(10)

    async def _listen(self):
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.server = server
        return server.sockets[0].getsockname()[1]

    async def _carry(self, reader, writer):
        if not self.up:
            writer.transport.abort()
            return
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer, far_writer}
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))
        self.open -= {writer, far_writer}

    @staticmethod
    async def _pump(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        except OSError:
            pass
        writer.close()

    def cut(self):
        self.up = False
        self.loop.call_soon_threadsafe(lambda: [w.transport.abort() for w in list(self.open)])

    def mend(self):
        self.up = True


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Program:
    """One of the two programs with its data directory, its clock and its local API."""

    def __init__(self, binary, data, clock, port, token_file):
        self.binary, self.data, self.clock, self.port, self.token_file = str(binary), Path(data), clock, port, token_file
        self.process, self.connection = None, None

    def command(self, *args, check=True):
        done = subprocess.run([self.binary, "--data", str(self.data), "--clock", str(self.clock.path), *args], capture_output=True, text=True, timeout=120)
        if check and done.returncode != 0:
            raise Failed(f"{Path(self.binary).name} {' '.join(args)} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def start(self, *args):
        self.log = open(self.data / "log.txt", "ab")
        self.process = subprocess.Popen([self.binary, "--data", str(self.data), "--clock", str(self.clock.path), *args], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failed(f"{Path(self.binary).name} ended at its start; see {self.data / 'log.txt'}")
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)
        raise Failed(f"{Path(self.binary).name} does not answer; see {self.data / 'log.txt'}")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self.close()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        self.close()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def ask(self, method, path, body=None, key=None, raw=False):
        """(status, answer). One try; the caller decides whether to ask again."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        token = self.data / self.token_file
        if token.exists():
            headers["Authorization"] = "Bearer " + token.read_text().strip()
        if key:
            headers["Idempotency-Key"] = key
        try:
            self.connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = self.connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as gone:
            self.close()
            raise OSError(str(gone)) from gone
        return answer.status, data if raw else (json.loads(data) if data[:1] in (b"{", b"[") else data.decode())

    def get(self, path, raw=False):
        status, answer = self.ask("GET", path, raw=raw)
        if status != 200:
            raise Failed(f"GET {path}: {status} {answer}")
        return answer

    def post(self, path, body, key=None):
        status, answer = self.ask("POST", path, body, key or uuid.uuid4().hex)
        if status not in (200, 201):
            raise Failed(f"POST {path} {json.dumps(body, ensure_ascii=False)}: {status} {json.dumps(answer, ensure_ascii=False)}")
        return answer


def background_loop():
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return loop


def private_folder(path):
    path.mkdir(parents=True, exist_ok=True)
    os.chmod(path, 0o700)
    return path
