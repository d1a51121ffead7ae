#!/usr/bin/python3
"""Opens the sample fair, lets three terminals sell for five days as a seed says, breaks what breaks at a fair, and proves the figures.
Started by deploy/demo."""
import argparse
import shutil
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import compare  # noqa: E402
from house import ClockFile, Failed, Line, Program, background_loop, free_port, private_folder  # noqa: E402
from plan import OFFLINE, SERVER_KILLED_DAY, SHARED_HOLDER, TILL_KILLED, TILLS, Plan  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "deploy/sample/cao-bang-2025"
OUT = ROOT / "deploy/demo-out"
FIRST_DAY = "2025-05-15"
FAIR = "cao-bang-2025-mau"
SKEW_MS = {"T01": 0, "T02": -7 * 60_000, "T03": 95_000}    # how wrong each till's clock is
CATCH_UP_SECONDS = 120


def say(text):
    print(text, flush=True)


class Rehearsal:
    def __init__(self, seed, binaries):
        self.plan = Plan(seed, str(SAMPLE), FIRST_DAY).build()
        self.binaries = Path(binaries)
        shutil.rmtree(OUT, ignore_errors=True)
        self.work = private_folder(OUT / "data")
        self.loop = background_loop()
        self.now = self.plan.first_day - timedelta(hours=14)    # the evening before: setting up
        self.tills, self.lines, self.clocks = {}, {}, {}
        self.killed = []

    def set_clocks(self, moment):
        self.now = max(self.now, moment)
        for clock in self.clocks.values():
            clock.set(int(self.now.timestamp() * 1000))

    def open_fair(self):
        say("Mở phiên mẫu Cao Bằng / opening the sample fair")
        data = private_folder(self.work / "server")
        self.clocks["server"] = ClockFile(self.work / "server.clock")
        self.set_clocks(self.now)
        self.server = Program(self.binaries / "phien-server", data, self.clocks["server"], free_port(), "admin.token")
        self.tls_port = free_port()
        self.kit = self.work / "recovery-kit.json"
        self.server.command("init", "--fair-id", FAIR, "--kit", str(self.kit))
        self.server.command("import", str(SAMPLE), "--yes")
        self.start_server()

    def start_server(self):
        self.server.start("serve", "--port", str(self.server.port), "--tls-port", str(self.tls_port), "--tls-address", "127.0.0.1")

    def enrol(self):
        for till, exhibitors in TILLS:
            request = {"exhibitors": exhibitors}
            if len(exhibitors) > 1:
                request["holder"] = SHARED_HOLDER
            code = self.server.post("/api/v1/enrolments", request)["code"]
            self.clocks[till] = ClockFile(self.work / f"{till}.clock", SKEW_MS[till])
            self.set_clocks(self.now)
            self.lines[till] = Line(self.loop, self.tls_port)
            program = Program(self.binaries / "phien-pos", private_folder(self.work / till), self.clocks[till], free_port(), "local.token")
            program.command("enrol", f"https://127.0.0.1:{self.lines[till].port}", code)
            self.tills[till] = program
            self.start_till(till)
            if program.get("/api/v1/status")["terminal"] != till:
                raise Failed(f"{till} was given another number")
        say("Đã ghi danh 3 máy bán hàng (2 gian riêng, 1 quầy chung) / three terminals enrolled")

    def start_till(self, till):
        self.tills[till].start("run", "--port", str(self.tills[till].port))

    def sell(self):
        started, day, done = time.monotonic(), None, 0
        middle = {d: [s for s in self.plan.steps if (s.at - self.plan.first_day).days == d][len(self.plan.steps) // 10] for d in range(5)}
        for step in self.plan.steps:
            if (step.at - self.plan.first_day).days != day:
                day = (step.at - self.plan.first_day).days
                self.morning(day)
            self.set_clocks(step.at)
            if step is middle[day]:
                self.misfortune(day)
            self.do(step)
            done += 1
            if done % 400 == 0:
                say(f"  ngày {day + 1}: {done}/{len(self.plan.steps)} việc / steps")
        say(f"  {done} việc trong {time.monotonic() - started:.0f} s / steps done")

    def morning(self, day):
        away = [till for till, _ in TILLS if (till, day) in OFFLINE]
        say(f"Ngày {day + 1}" + (f": {', '.join(away)} mất mạng cả ngày / offline all day" if away else ""))
        for till, line in self.lines.items():
            line.cut() if till in away else line.mend()

    def misfortune(self, day):
        till, killed_day = TILL_KILLED
        if day == killed_day:
            say(f"  {till} bị ngắt điện (kill -9) và bật lại / killed and started again")
            self.tills[till].kill()
            self.clocks[till].reboot()
            self.set_clocks(self.now)
            self.start_till(till)
        if day == SERVER_KILLED_DAY:
            say("  máy chủ bị ngắt điện (kill -9) và bật lại / server killed and started again")
            self.server.kill()
            self.start_server()

    def do(self, step):
        answer = self.tills[step.till].post(f"/api/v1/{step.use_case}", step.request)
        for name in ("total", "due"):
            if name in step.expect and name in answer and answer[name] != step.expect[name]:
                raise Failed(f"{step.till} {step.use_case} at {step.at}: {name} is {answer[name]}, the tally says {step.expect[name]}: {step.request}")
        if "numbers" in step.expect:
            numbers = [r["number"] for r in answer["receipts"]]
            if numbers != step.expect["numbers"]:
                raise Failed(f"{step.till} {step.use_case} at {step.at}: receipts {numbers}, the tally says {step.expect['numbers']}")
        self.confirm(step, answer)

    def confirm(self, step, answer):
        """Most transfers are seen in the account: three in four by the seller, one in eight by the bank's notice at the server."""
        for number, payment in enumerate(answer.get("payments", [])):
            if payment.get("method") != "transfer" or step.use_case != "sales":
                continue
            choice = (len(self.killed) + step.at.minute + number) % 8
            if choice < 6:
                self.tills[step.till].post("/api/v1/payments/confirmed", {"pay_ref": payment["pay_ref"], "amount": payment["amount"]})

    def go_home(self):
        self.set_clocks(self.now + timedelta(hours=1))
        for line in self.lines.values():
            line.mend()
        started = time.monotonic()
        for till, program in self.tills.items():
            program.post("/api/v1/sync-now", {})
            while (status := program.get("/api/v1/status"))["waiting"] > 0:
                if time.monotonic() - started > CATCH_UP_SECONDS:
                    raise Failed(f"{till} did not catch up within {CATCH_UP_SECONDS} s: {status}")
                time.sleep(0.05)
        say(f"Mọi máy đã gửi đủ / all terminals have delivered ({time.monotonic() - started:.1f} s)")

    def close(self):
        self.server.command("close-fair")
        self.server.command("export", "--out", str(OUT), "--format", "json,csv,xlsx")
        root = self.server.get("/api/v1/hello")["root"]
        return compare.everything(self.server, self.tills, root, self.plan.tally, OUT, say)

    def stop(self):
        for program in [*self.tills.values(), getattr(self, "server", None)]:
            if program:
                program.stop()


def main():
    parser = argparse.ArgumentParser(description="A whole fair on this machine.")
    parser.add_argument("--once", action="store_true", help="end after the report")
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--bin", default=str(ROOT / "build/release/bin"))
    arguments = parser.parse_args()
    rehearsal = Rehearsal(arguments.seed, arguments.bin)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        rehearsal.open_fair()
        rehearsal.enrol()
        rehearsal.sell()
        rehearsal.go_home()
        disagreements = rehearsal.close()
        compare.summary(rehearsal, OUT, say)
        if disagreements:
            say(f"{len(disagreements)} chỗ không khớp / disagreements")
            return 1
        say("Mọi con số khớp / every figure agrees")
        if not arguments.once:
            say(f"Máy chủ / server: http://127.0.0.1:{rehearsal.server.port}  https://127.0.0.1:{rehearsal.tls_port}")
            for till, program in rehearsal.tills.items():
                say(f"{till}: http://127.0.0.1:{program.port}")
            say("Ctrl-C để dừng / to stop")
            while True:
                time.sleep(3600)
        return 0
    except (Failed, OSError) as problem:
        say(f"Thất bại / failed: {problem}")
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        rehearsal.stop()


if __name__ == "__main__":
    sys.exit(main())
