"""phien-pos as the tests drive it: enrolled at a server, on a clock of its own, by command line and by its local API."""
import json
import secrets
import uuid

import phien_test as pt

OPENING = 1747274400000     # 2025-05-15 09:00 in Vietnam


class Clock:
    """A rehearsal's clock file."""

    def __init__(self, path):
        self.path, self.boot, self.up, self.wall = path, uuid.uuid4().hex, 60_000, OPENING
        self.set()

    def set(self):
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{self.boot} {self.up} {self.wall}\n")
        fresh.rename(self.path)

    def forward(self, seconds):
        self.up += seconds * 1000
        self.wall += seconds * 1000
        self.set()


class Till(pt.Program):
    name, state, token_file, run_command, ready_path = "phien-pos", "pos.json", "local.token", ["run"], "/healthz"

    @classmethod
    def enrolled(cls, server, exhibitors=("EX01",), holder=None, plain=True, **options):
        till = cls(**options)
        code = till.ask_code(server, exhibitors, holder)
        address = f"http://127.0.0.1:{server.port}" if plain else f"https://127.0.0.1:{server.tls_port}"
        till.run("enrol", address, code)
        return till

    @staticmethod
    def ask_code(server, exhibitors=("EX01",), holder=None):
        wanted = {"exhibitors": list(exhibitors)}
        if len(exhibitors) > 1:
            wanted["holder"] = holder or "QUAY"
        answer = server.admin("POST", "/api/v1/enrolments", wanted)
        assert answer.status == 200, answer
        return answer.json["code"]

    def start(self, *arguments):
        return super().start("--port", "0", *arguments)

    def post(self, path, body, key=None, expect=200):
        answer = self.admin("POST", f"/api/v1/{path}", body, headers={"Idempotency-Key": key or secrets.token_hex(16)})
        assert answer.status == expect, answer
        return answer.json

    def get(self, path, expect=200):
        answer = self.admin("GET", f"/api/v1/{path}")
        assert answer.status == expect, answer
        return answer.json

    def delivered(self):
        """Waits until the server has all of this till's journal."""
        pt.wait_for(lambda: self.get("status")["waiting"] == 0, "everything to reach the server")

    def export(self):
        """The entries of this till's own journal, as the exported file holds them."""
        path = self.root / "journal.txt"
        self.run("journal", "export", path)
        return [json.loads(line[2:]) for line in path.read_text().splitlines() if line.startswith("e ")]


def check_numbers(test, entries):
    """Receipt numbers of a journal: 1, 2, 3, … per booth."""
    last = {}
    for entry in entries:
        body = entry["body"]
        if entry["kind"] in ("sale", "refund", "order", "order_closed"):
            last[body["booth"]] = last.get(body["booth"], 0) + 1
            test.assertEqual(body["receipt"], last[body["booth"]])
    return last
