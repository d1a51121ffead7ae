#!/usr/bin/python3
"""Printing by the real program at a printer that is there, off, slow, silent, empty or breaks off: a sale never waits for it, nothing is
printed twice by itself, and what is printed is the preview."""
import os
import stat
import struct
import threading
import time
import unittest
import zlib

import phien_test as pt
from printer import Paper, Printer
from till import Till

LINE = [{"product": "CB0001", "qty": 2}]


def rows_of(png):
    """Rows of dots of a PNG with one bit a dot, packed as a printer wants them; only what PNG's page says."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, data, header = 8, b"", None
    while at < len(png):
        size, kind = struct.unpack(">I4s", png[at:at + 8])
        body = png[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == struct.unpack(">I", png[at + 8 + size:at + 12 + size])[0]
        header = struct.unpack(">IIBBBBB", body) if kind == b"IHDR" else header
        data += body if kind == b"IDAT" else b""
        at += 12 + size
    width, height, depth, colour = header[:4]
    assert (depth, colour, width % 8) == (1, 0, 0)
    raw, wide, before, rows = zlib.decompress(data), width // 8, bytes(width // 8), []
    for y in range(height):
        line = raw[y * (wide + 1):(y + 1) * (wide + 1)]
        filtered, row = line[0], bytearray(line[1:])
        for x in range(wide):
            left, up, corner = (row[x - 1] if x else 0), before[x], (before[x - 1] if x else 0)
            guess = left + up - corner
            paeth = min((left, up, corner), key=lambda p: (abs(guess - p), (left, up, corner).index(p)))
            row[x] = (row[x] + [0, left, up, (left + up) // 2, paeth][filtered]) & 0xFF
        before = bytes(row)
        rows.append(bytes(b ^ 0xFF for b in before))
    return rows


class Printing(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def setUp(self):
        self.till = Till.enrolled(self.server).start()
        self.addCleanup(self.till.close)
        self.till.delivered()
        self.printer = Printer()
        self.addCleanup(self.printer.off)

    def use(self, **settings):
        return self.till.post("printer", {"address": self.printer.address, **settings})

    def sell(self, **request):
        return self.till.post("sales", {"lines": LINE, **request})["receipts"][0]["number"]

    def ask_for(self, number):
        return self.till.post("prints", {"receipt": number})["job"]["id"]

    def job(self, job):
        return next(j for j in self.till.get("printer")["jobs"] if j["id"] == job)

    def wait_state(self, job, *states, seconds=40):
        return pt.wait_for(lambda: self.job(job)["state"] in states and self.job(job), f"{job} to be {states}", seconds)

    def wait_problem(self, code):
        return pt.wait_for(lambda: self.till.get("status")["printer"].get("problem", {}).get("code") == code, f"the printer to be {code}")

    def image(self, number, paper):
        answer = self.till.admin("GET", f"/api/v1/sales/{number}/image?width={paper}")
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/png"))
        return rows_of(answer.body)

    def test_what_is_printed_is_the_preview_then_a_copy_on_both_papers(self):
        self.printer.on()
        done = 0
        for paper in (58, 80):
            self.use(paper=paper)
            number = self.sell(payments=[{"method": "transfer"}])
            first = self.image(number, paper)
            self.wait_state(self.ask_for(number), "printed")
            copy = self.image(number, paper)
            self.wait_state(self.ask_for(number), "printed")
            done += 2
            papers = self.printer.wait_whole(done)[-2:]
            self.assertEqual([p.rows for p in papers], [first, copy])
            self.assertEqual([p.width for p in papers], [{58: 384, 80: 576}[paper]] * 2)
            self.assertNotEqual(first, copy)
        self.assertEqual(self.till.get("status")["printer"], {"state": "ready", "waiting": 0})

    def test_by_itself_with_the_drawer_before_the_paper_and_only_when_wanted(self):
        self.printer.on()
        self.use()
        self.sell()
        self.use(automatic=True, drawer=True)
        self.sell(payments=[{"method": "cash"}])
        self.sell(payments=[{"method": "transfer"}])
        papers = self.printer.wait_whole(2)
        self.assertEqual([p.kicks for p in papers], [[0], []])
        self.use(automatic=False)
        self.sell(payments=[{"method": "cash"}])
        kicked = pt.wait_for(lambda: [p for p in self.printer.papers() if p.kicks and not p.rows], "the drawer to open")
        self.assertEqual((len(kicked), len(self.printer.wait_whole(2))), (1, 2))

    def test_off_a_sale_does_not_wait_and_all_comes_when_it_is_on(self):
        self.use(automatic=True)
        start = time.monotonic()
        numbers = [self.sell() for _ in range(5)]
        self.assertLess(time.monotonic() - start, 2)
        self.wait_problem("printer_off")
        self.assertEqual(self.till.get("status")["printer"]["waiting"], 5)
        self.printer.on()
        self.printer.wait_whole(5)
        pt.wait_for(lambda: self.till.get("printer")["state"] == "ready", "the queue to be empty")
        self.assertEqual([j["number"] for j in self.till.get("printer")["jobs"]][::-1], numbers)

    def test_out_of_paper_says_so_and_goes_on_with_a_new_roll(self):
        self.printer.on().paper = False
        self.use()
        job = self.ask_for(self.sell())
        self.wait_problem("printer_no_paper")
        self.assertEqual(self.printer.papers(), [])
        self.printer.paper = True
        self.wait_state(job, "printed")
        self.assertEqual(len(self.printer.wait_whole(1)), 1)

    def test_a_printer_that_breaks_off_is_not_tried_again_unasked_and_the_next_try_is_no_copy(self):
        self.printer.on().takes = 20_000
        self.use()
        number = self.sell()
        first = self.image(number, 80)
        job = self.ask_for(number)
        broken = self.wait_state(job, "failed")
        self.assertEqual(broken["problem"]["code"], "print_broken")
        self.assertEqual(self.till.get("status")["printer"]["state"], "trouble")
        time.sleep(1.5)    # longer than the pause before a retry
        self.assertEqual(len(self.printer.papers()), 1)
        self.printer.takes = None
        again = self.till.post("prints/again", {"job": job})["job"]["id"]
        self.wait_state(again, "printed")
        self.assertEqual(self.printer.wait_whole(1)[0].rows, first)

    def test_slow_and_silent_printers_print_while_sales_go_on(self):
        self.printer.on().talks = False
        self.printer.pause = 0.03
        self.use(automatic=True)
        self.sell()
        start = time.monotonic()
        for _ in range(3):
            self.sell()
        self.assertLess(time.monotonic() - start, 1)
        self.printer.wait_whole(4)

    def test_killed_with_a_queue_each_is_printed_once_on_return(self):
        self.use()
        jobs = [self.ask_for(self.sell()) for _ in range(3)]
        self.wait_problem("printer_off")
        self.till.kill()
        self.printer.on()
        self.till.start()
        for job in jobs:
            self.wait_state(job, "printed")
        self.assertEqual(len(self.printer.wait_whole(3)), 3)
        self.till.kill()
        self.till.start()
        time.sleep(0.5)
        self.assertEqual(len(self.printer.wait_whole(3)), 3)

    def test_killed_while_it_prints_nobody_knows_so_it_is_not_printed_by_itself(self):
        self.printer.on().pause = 0.2
        self.use()
        number = self.sell()
        job = self.ask_for(number)
        self.wait_state(job, "printing")
        self.till.kill()
        self.printer.pause = 0
        self.till.start()
        self.assertEqual(self.wait_state(job, "unsure")["problem"]["code"], "print_unsure")
        copy = self.image(number, 80)
        self.wait_state(self.till.post("prints/again", {"job": job})["job"]["id"], "printed")
        self.assertEqual(self.printer.papers()[-1].rows, copy)

    def test_at_most_once_a_request_taken_back_and_the_queue_is_bounded(self):
        self.use()
        number = self.sell()
        for _ in range(3):
            self.till.post("prints", {"receipt": number}, key="one-request-only")
        self.assertEqual(len(self.till.get("printer")["jobs"]), 1)
        job = self.till.get("printer")["jobs"][0]["id"]
        self.till.post("prints/cancel", {"job": job})
        self.assertEqual(self.till.get("printer")["jobs"], [])
        for _ in range(40):
            self.ask_for(number)
        full = self.till.post("prints", {"receipt": number}, expect=422)
        self.assertEqual(full["error"]["code"], "print_queue_full")
        self.use(automatic=True)
        self.sell()    # is sold all the same
        self.assertEqual(self.till.get("printer")["dropped"], 1)

    def test_settings_that_cannot_be(self):
        for address in ("", "http://x", "tcp://", "tcp://x:0", "tcp://x:99999", "tcp://x;y", "usb:lp0", "cups:-d", "cups:a b", "x" * 300, 7):
            self.till.post("printer", {"address": address}, expect=400 if address in ("", 7) or len(str(address)) > 200 else 422)
        self.till.post("printer", {"paper": 70}, expect=400)
        self.assertEqual(self.till.post("prints", {"receipt": self.sell()}, expect=422)["error"]["code"], "no_printer")
        self.use()
        self.assertEqual(self.till.post("printer", {"address": "none"})["address"], "")

    def test_usb_device_and_cups(self):
        device = self.till.root / "lp0"
        os.mkfifo(device)
        self.till.post("printer", {"address": f"usb:{device}"})
        number = self.sell()
        first = self.image(number, 80)
        job = self.ask_for(number)
        self.wait_problem("printer_off")    # nobody reads it: the cable is out
        printed = []
        reader = threading.Thread(target=lambda: printed.append(device.read_bytes()), daemon=True)
        reader.start()
        self.wait_state(job, "printed")
        reader.join(10)
        self.assertEqual(Paper.of(printed[0]).rows, first)
        plain = self.till.root / "plain"
        plain.write_text("kept")
        self.till.post("printer", {"address": f"usb:{plain}"})
        job = self.ask_for(number)
        self.wait_problem("not_a_printer")
        self.assertEqual(plain.read_text(), "kept")
        self.till.post("prints/cancel", {"job": job})

        # CUPS: what its `lp` would be given.
        self.till.stop()
        folder = self.till.root / "bin"
        folder.mkdir()
        lp = folder / "lp"
        lp.write_text(f'#!/bin/sh\necho "$@" > {folder}/arguments\ncat > {folder}/job\n[ ! -e {folder}/fail ]\n')
        lp.chmod(lp.stat().st_mode | stat.S_IXUSR)
        path = os.environ["PATH"]
        os.environ["PATH"] = f"{folder}:{path}"
        try:
            self.till.start()
        finally:
            os.environ["PATH"] = path
        self.till.post("printer", {"address": "cups:quay_1"})
        copy = self.image(number, 80)
        self.wait_state(self.ask_for(number), "printed")
        self.assertEqual((folder / "arguments").read_text().split(), ["-d", "quay_1", "-o", "raw"])
        self.assertEqual(Paper.of((folder / "job").read_bytes()).rows, copy)
        (folder / "fail").touch()
        self.wait_state(self.ask_for(number), "failed")

    def test_by_command_beside_the_running_program_and_after_the_journal_is_closed(self):
        self.printer.on()
        self.till.run("printer", "set", self.printer.address, "--width", "58", "--drawer", "off")
        number = self.sell()
        self.till.post("journal-close", {})
        self.till.run("print", number)
        self.assertEqual(self.printer.wait_whole(1)[0].width, 384)
        self.till.run("printer", "test")
        self.printer.wait_whole(2)
        pt.wait_for(lambda: "ready" in self.till.run("printer").stdout, "the printer's word that it is done")
        file = self.till.root / "receipt.png"
        self.till.run("image", number, file, "--width", "58")
        self.assertEqual(rows_of(file.read_bytes()), self.image(number, 58))
        self.till.run("image", number, "/nowhere/x.png", expect=3)
        self.assertIn("[bad_printer]", self.till.run("printer", "set", "lpt1", expect=1).stderr)

    def test_memory_after_fifty_receipts(self):
        self.printer.on()
        self.use(automatic=True)
        for n in range(50):
            self.sell()
            if n % 10 == 9:
                self.printer.wait_whole(n + 1)
        with open(f"/proc/{self.till.process.pid}/status") as status:
            resident = next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024
        print(f"phien-pos holds {resident:.1f} MiB after printing 50 receipts")
        self.assertLessEqual(resident, 32)


if __name__ == "__main__":
    unittest.main()
