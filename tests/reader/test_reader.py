#!/usr/bin/python3
"""The independent reader: it agrees with the published vectors, adds up what a person adds up, and names every kind of tampering."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from nacl.signing import SigningKey  # noqa: E402

from builder import FAIR, MORNING, OTHER, ROOT, TILL, Writer, clock, enrol, key, line, sale, server, stock  # noqa: E402
from form import NotCanonical, canonical, genesis, sha256, text_of  # noqa: E402
from journals import Journals  # noqa: E402
from kinds import KINDS, Uninterpretable, interpret  # noqa: E402
from phien_reader import read  # noqa: E402

VECTORS = json.loads((HERE.parent / "data/journal_vectors.json").read_text(encoding="utf-8"))
SERVER_TEXT, TILL_TEXT = (j["text"].encode() for j in VECTORS["journals"])
MINUTE = 60_000


def answer(*texts, root=None):
    return read([(f"file{i + 1}", text) for i, text in enumerate(texts)], root)


def codes(found, severity="bad"):
    return [f["code"] for f in found["findings"] if f["severity"] == severity]


def lines_of(text):
    return text.split(b"\n")[:-1]


def join(lines):
    return b"".join(one + b"\n" for one in lines)


class Vectors(unittest.TestCase):
    def test_keys_come_from_their_seeds(self):
        for one in VECTORS["keys"].values():
            self.assertEqual(SigningKey(bytes.fromhex(one["seed"])).verify_key.encode().hex(), one["key"])

    def test_chain_and_seals(self):
        for j in VECTORS["journals"]:
            identity = (j["fair"], j["root"], j["terminal"], j["key"])
            at, hashes = genesis(identity), [genesis(identity).hex()]
            signing = SigningKey(bytes.fromhex(next(k["seed"] for k in VECTORS["keys"].values() if k["key"] == j["key"])))
            seals = 0
            for one in j["text"].split("\n")[6:-1]:
                if one.startswith("e "):
                    at = sha256(at + sha256(one[2:].encode()))
                    hashes.append(at.hex())
                elif one.startswith("s "):
                    message = f"phien/seal/1\n{j['fair']}\n{j['terminal']}\n{len(hashes) - 1}\n{at.hex()}\n"
                    self.assertEqual(signing.sign(message.encode()).signature.hex(), one[2:])
                    seals += 1
            self.assertEqual(hashes, j["hashes"])
            self.assertGreater(seals, 15)

    def test_every_kind_is_canonical_and_can_be_interpreted(self):
        self.assertEqual({e["kind"] for e in VECTORS["entries"]}, set(KINDS))
        for e in VECTORS["entries"]:
            data = e["bytes"].encode()
            self.assertEqual(sha256(data).hex(), e["digest"])
            value = canonical(data)
            interpret(value, server=e["kind"] in ("incarnation", "fair", "exhibitor", "product", "cashier", "opening", "terminal_enrolled",
                                                  "terminal_revoked", "heads", "ruling", "erase", "fair_closed", "archived",
                                                  "account", "password", "token"))
            for field in ("v", "kind", "nonce", "time", "by", "body"):
                with self.assertRaises(Uninterpretable, msg=field):
                    interpret({k: v for k, v in value.items() if k != field}, server=False)
            with self.assertRaises(Uninterpretable):
                interpret({**value, "extra": 1}, server=False)

    def test_every_kind_is_in_the_journals(self):
        here = {json.loads(one[2:])["kind"] for text in (SERVER_TEXT, TILL_TEXT) for one in lines_of(text) if one.startswith(b"e ")}
        self.assertEqual(here, set(KINDS))


class Figures(unittest.TestCase):
    def test_the_day_of_the_vectors_adds_up(self):
        found = answer(SERVER_TEXT, TILL_TEXT, root=VECTORS["keys"]["root"]["key"])
        self.assertEqual(found["findings"], [])
        self.assertTrue(found["ok"])
        htx = found["by_exhibitor"]["HTX01"]
        # Sales 1, 2, 4, 6 (7 was taken back): 50,000 + 149,500 + 30,000 + 25,000; and nine declared for 300,000.
        self.assertEqual((htx["sales_count"], htx["sales_total"]), (13, 554_500))
        self.assertEqual((htx["refunds_count"], htx["refunds_total"], htx["rounding"]), (1, 25_000, -500))
        self.assertEqual((htx["declared_count"], htx["declared_total"]), (9, 300_000))
        self.assertEqual((htx["deposits_taken"], htx["deposits_returned"], htx["deposits_kept"], htx["unexplained"]), (20_000, 15_000, 5_000, 0))
        # Cash: 50,000 + 99,000 + 5,000 + 20,000 deposit + 25,000 + 100,000 − 100,000 − 15,000 back + 300,000 declared.
        self.assertEqual(htx["takings"], {"cash": 484_000, "transfer": 50_000, "exchange": 0})
        self.assertEqual(found["by_exhibitor"]["CS02"]["declared_total"], 180_000)
        self.assertEqual((htx["paid"]["cash"], htx["returned"]["cash"]), (499_000, 15_000))
        self.assertEqual(found["totals"]["sales_total"], 734_500)
        self.assertEqual(found["totals"]["visitors"], 120)

    def test_stock_follows_counts_by_corrected_time(self):
        rows = {(r["product"], r["place"]): r for r in answer(TILL_TEXT, SERVER_TEXT)["stock"]}
        booth = rows["SP01", "booth"]
        self.assertEqual((booth["opening"], booth["in"], booth["sold"], booth["returned"], booth["moved_out"]), (50_000, 10_000, 3_000, 1_000, 5_000))
        self.assertEqual(booth["out"], {"sample": 1_000, "gift": 1_000, "damage": 1_000})
        # Counted 47 at 09:00; the sale of 08:50, rung up at 09:10, is before that, and the mistake of 09:20 was taken back.
        self.assertEqual((booth["on_hand"], booth["count_difference"], booth["counted_at"]), (47_000, -3_000, MORNING + 60 * MINUTE))
        self.assertEqual((rows["SP01", "kho"]["on_hand"], rows["SP02", "booth"]["on_hand"]), (5_000, 18_500))
        self.assertEqual(rows["SP04", "booth"]["on_hand"], -4_000)

    def test_order_of_files_and_pieces_does_not_matter(self):
        """I5"""
        whole, swapped = answer(SERVER_TEXT, TILL_TEXT), answer(TILL_TEXT + SERVER_TEXT, TILL_TEXT)
        for part in ("totals", "by_exhibitor", "stock", "journals"):
            self.assertEqual(whole[part], swapped[part])
        till = Writer()
        for n in range(6):
            till.add("sale", sale(receipt=n + 1), up=n)
        home = enrol(server())
        pieces = answer(till.text(4), home.text(), till.text())
        self.assertEqual(pieces["totals"]["sales_total"], 150_000)
        self.assertEqual(pieces["findings"], [])

    def test_a_deal_whose_sums_differ_leaves_the_difference_to_be_seen(self):
        till = Writer()
        till.add("sale", sale(payments=[{"method": "cash", "amount": 20_000, "holder": "HTX01"}]))
        self.assertEqual(answer(enrol(server()).text(), till.text())["by_exhibitor"]["HTX01"]["unexplained"], -5_000)

    def test_goods_given_along_come_back_as_gifts_and_open_products_move_no_stock(self):
        till = Writer()
        till.add("sale", sale(lines=[line(discount=25_000, total=0, gift=True), {**line(), "product": "_open"}]))
        back = {k: v for k, v in line(total=0, gift=True, resaleable=True).items() if k not in ("price", "price_kind", "discount")}
        till.add("refund", {"exhibitor": "HTX01", "booth": "B01", "receipt": 2, "place": "booth", "vat_method": "x", "lines": [back], "total": 0,
                            "rounding": 0, "payments": []})
        rows = answer(enrol(server()).text(), till.text())["stock"]
        self.assertEqual([(r["product"], r["out"], r["sold"], r["on_hand"]) for r in rows], [("SP01", {}, 0, 0)])


class Tampering(unittest.TestCase):
    """I8: each is named with its file, line, terminal and entry."""

    def named(self, texts, code, file=None, line_number=None, terminal="T1", seq=None):
        found = answer(*texts)
        self.assertFalse(found["ok"])
        first = found["findings"][0]
        self.assertEqual(first["code"], code, first)
        self.assertEqual(first["terminal"], terminal)
        if file:
            self.assertEqual((first["file"], first["line"]), (file, line_number))
        if seq is not None:
            self.assertEqual(first["seq"], seq)
        return found

    def test_a_byte_edited(self):
        lines = lines_of(TILL_TEXT)
        at = next(i for i, one in enumerate(lines) if b'"kind":"sale"' in one)
        lines[at] = lines[at].replace(b'"total":50000', b'"total":40000')
        self.named([SERVER_TEXT, join(lines)], "bad_seal", "file2", at + 2, seq=4)

    def test_any_byte_edited_anywhere(self):
        for at in range(0, len(TILL_TEXT), 41):
            changed = bytearray(TILL_TEXT)
            changed[at] ^= 1
            self.assertFalse(answer(SERVER_TEXT, bytes(changed))["ok"], f"byte {at} of {TILL_TEXT[max(0, at - 30):at + 30]}")

    def test_any_line_dropped(self):
        lines = lines_of(TILL_TEXT)
        for at, dropped in enumerate(lines):
            found = answer(SERVER_TEXT, join(lines[:at] + lines[at + 1:]))
            if dropped.startswith(b"p "):  # withheld personal data is no fault
                self.assertEqual(found["findings"], [])
            elif dropped.startswith(b"s ") and at + 1 < len(lines):  # a later seal covers the entry as well
                self.assertTrue(found["ok"], at)
            else:
                self.assertFalse(found["ok"], at)
                self.assertEqual(found["findings"][0]["file"], "file2")

    def test_any_two_neighbours_swapped(self):
        lines = lines_of(TILL_TEXT)
        entries = [i for i, one in enumerate(lines) if one.startswith(b"e ")]
        for a, b in zip(entries, entries[1:]):
            changed = list(lines)
            changed[a], changed[b] = lines[b], lines[a]
            found = self.named([SERVER_TEXT, join(changed)], "bad_seal" if not lines[a + 1].startswith(b"p ") else "bad_personal")
            self.assertIn("bad_seal", codes(found))

    def test_the_tail_cut_inside_an_entry(self):
        self.named([SERVER_TEXT, TILL_TEXT[:-40]], "bad_form", "file2", len(lines_of(TILL_TEXT)))

    def test_the_tail_cut_before_a_seal(self):
        lines = lines_of(TILL_TEXT)
        self.named([SERVER_TEXT, join(lines[:-1])], "unsealed", "file2", len(lines) - 1)

    def test_the_tail_cut_at_a_seal_is_seen_by_a_witness(self):
        found = self.named([SERVER_TEXT, join(lines_of(TILL_TEXT)[:-2])], "cut_short", "file1", terminal="_server.1", line_number=next(
            i + 1 for i, one in enumerate(lines_of(SERVER_TEXT)) if b'"kind":"heads"' in one))
        self.assertIn("T1 was seen at entry 29", found["findings"][0]["what"])

    def test_the_servers_tail_cut_is_seen_by_a_terminal(self):
        lines = lines_of(SERVER_TEXT)
        seventh = [i for i, one in enumerate(lines) if one.startswith(b"e ")][9]
        found = self.named([join(lines[:seventh]), TILL_TEXT], "cut_short", "file2", 11, seq=3)
        self.assertIn("_server.1 was seen at entry 10", found["findings"][0]["what"])

    def test_the_beginning_removed(self):
        till = Writer()
        for n in range(4):
            till.add("sale", sale(receipt=n + 1))
        self.named([enrol(server()).text(), till.text(2)], "unknown_prev", "file2", 1, seq=2)

    def test_the_key_exchanged_in_the_front(self):
        lines = lines_of(TILL_TEXT)
        lines[4] = b"key " + key(OTHER).encode()
        self.named([SERVER_TEXT, join(lines)], "bad_form", "file2", 6)
        other = Writer(signing=OTHER)
        lines[5] = f"prev 0 {other.hashes[0].hex()}".encode()
        self.named([SERVER_TEXT, join(lines)], "bad_seal", "file2", 8, seq=1)

    def test_the_whole_journal_written_again_with_another_key(self):
        other = Writer(signing=OTHER)
        for one in lines_of(TILL_TEXT):
            if one.startswith(b"e "):
                other.raw(one[2:])
        found = self.named([SERVER_TEXT, other.text()], "cut_short", terminal="_server.1")
        self.assertIn("key_exchanged", codes(found))
        self.assertEqual(found["by_exhibitor"].keys(), {"CS02"})  # only what the server itself declares

    def test_a_seal_replayed(self):
        lines = lines_of(TILL_TEXT)
        seals = [i for i, one in enumerate(lines) if one.startswith(b"s ")]
        lines[seals[3]] = lines[seals[2]]
        self.named([SERVER_TEXT, join(lines)], "bad_seal", "file2", seals[3] + 1, seq=4)

    def test_a_seal_of_another_journal(self):
        lines, other = lines_of(TILL_TEXT), lines_of(SERVER_TEXT)
        lines[7] = other[7]
        self.named([SERVER_TEXT, join(lines)], "bad_seal", "file2", 8, seq=1)

    def test_an_entry_inserted(self):
        lines = lines_of(TILL_TEXT)
        lines[6:6] = [lines[12]]
        self.named([SERVER_TEXT, join(lines)], "bad_seal", "file2", 9, seq=2)

    def test_personal_data_exchanged(self):
        lines = lines_of(TILL_TEXT)
        at = next(i for i, one in enumerate(lines) if one.startswith(b"p "))
        lines[at] = lines[at].replace(b"Hoa", b"Hoe")
        found = self.named([SERVER_TEXT, join(lines)], "bad_personal", "file2", at + 1)
        self.assertEqual(found["totals"]["sales_total"], 734_500)  # the entry stays

    def test_a_server_without_a_certificate(self):
        pretender = enrol(server(certified_by=OTHER))
        found = self.named([pretender.text(), Writer_with_a_sale().text()], "bad_certificate", "file1", 7, terminal="_server.1", seq=1)
        self.assertEqual(found["totals"]["sales_total"], 0)

    def test_another_root(self):
        found = answer(SERVER_TEXT, TILL_TEXT, root=key(OTHER))
        self.assertEqual(set(codes(found)), {"wrong_root"})
        self.assertEqual(found["totals"]["sales_total"], 0)
        strange = Writer(root=OTHER)
        strange.add("note", {"text": "x"})
        self.assertIn("several_roots", codes(answer(SERVER_TEXT, TILL_TEXT, strange.text())))

    def test_leave_to_delete_that_the_root_did_not_sign(self):
        home, till = enrol(server()), Writer_with_a_sale()
        home.add("archived", {"terminal": "T1", "head": {"seq": till.seq, "hash": till.ref()["hash"]}, "signature": "0" * 128})
        self.named([home.text(), till.text()], "bad_archive", terminal="_server.1", seq=3)

    def test_files_that_are_no_journals(self):
        for text in (b"", b"\n", b"hello\n", b"phien-batch 2\n", b"phien-batch 1\n", b"\xff\xfe", TILL_TEXT[1:], b"phien-batch 1\nfair x\n" + TILL_TEXT):
            self.assertIn(codes(answer(text))[0], ("bad_form", "unsealed"), text[:30])


def Writer_with_a_sale():
    till = Writer()
    till.add("sale", sale())
    return till


class Belief(unittest.TestCase):
    """Who counts, and until when."""

    def total(self, *writers):
        return answer(*(w.text() for w in writers))["totals"]["sales_total"]

    def test_nothing_counts_before_the_enrolment_is_there(self):
        till = Writer_with_a_sale()
        self.assertEqual(codes(answer(till.text()), "note"), ["not_enrolled"])
        self.assertEqual(self.total(till), 0)
        self.assertEqual(self.total(till, server()), 0)
        self.assertEqual(self.total(till, enrol(server())), 25_000)

    def test_a_revocation_names_a_head_and_rulings_decide_beyond_it(self):
        till, home = Writer(), enrol(server())
        refs = [till.add("sale", sale(receipt=n + 1)) for n in range(4)]
        home.add("terminal_revoked", {"terminal": "T1", "head": {"seq": 2, "hash": refs[1]["hash"]}, "reason": "mất máy"})
        found = answer(home.text(), till.text())
        self.assertEqual((found["totals"]["sales_total"], codes(found, "note")), (50_000, ["held", "held"]))
        home.add("ruling", {"about": refs[3], "decision": "post", "text": ""})
        self.assertEqual(self.total(home, till), 75_000)
        home.add("ruling", {"about": refs[0], "decision": "keep_out", "text": ""})
        self.assertEqual(self.total(home, till), 50_000)
        home.add("ruling", {"about": refs[0], "decision": "settled", "text": ""})
        self.assertEqual(self.total(home, till), 50_000)
        home.add("ruling", {"about": refs[0], "decision": "post", "text": ""})
        self.assertEqual(self.total(home, till), 75_000)
        home.add("terminal_revoked", {"terminal": "T1", "head": {"seq": 0, "hash": till.hashes[0].hex()}, "reason": ""})
        self.assertEqual(self.total(home, till), 50_000)  # what was ruled in stays

    def test_a_later_incarnation_revokes_an_older_one_never_the_other_way(self):
        first = enrol(server())
        second = server(2, parent={"incarnation": 1, "seq": 1, "hash": first.ref(1)["hash"]}, signing=OTHER)
        first.add("terminal_revoked", {"terminal": "_server.2", "head": {"seq": 0, "hash": "0" * 64}, "reason": ""})
        till = Writer_with_a_sale()
        self.assertEqual(self.total(first, second, till), 25_000)
        second.add("terminal_revoked", {"terminal": "_server.1", "head": {"seq": 1, "hash": first.ref(1)["hash"]}, "reason": ""})
        self.assertEqual(self.total(first, second, till), 0)

    def test_both_branches_of_a_fork_count(self):
        till = Writer_with_a_sale()
        other = till.fork()
        till.add("sale", sale(receipt=2))
        other.add("sale", sale(receipt=2))
        found = answer(enrol(server()).text(), till.text(), other.text())
        self.assertEqual(found["totals"]["sales_total"], 75_000)
        self.assertEqual(len(next(j for j in found["journals"] if j["terminal"] == "T1")["heads"]), 2)

    def test_what_cannot_be_interpreted_is_passed_over(self):
        good = json.loads(lines_of(Writer_with_a_sale().text())[6][2:])
        bad = [b"{}", b"not json", b"[1]", b"null", b'"x"', b"{\"v\":1}", b"[" * 60_000, text_of(good).encode() + b" ", b"\xff", b"\xef\xbb\xbf{}"]

        def changed(**more):
            return text_of({**good, **more}).encode()

        bad += [changed(v=2), changed(kind="sell"), changed(kind="fair"), changed(kind="terminal_enrolled"), changed(extra=1), changed(by=""), changed(by=7),
                changed(nonce="A" * 32), changed(time=1), changed(happened="x"), changed(unit={"at": 3, "of": 2}), changed(unit={"at": 1, "of": 33}),
                changed(body=[]), changed(personal="x"), changed(seen={"hash": "0" * 64, "seq": 1})]
        for field, value in (("total", -1), ("total", 10**12 + 1), ("total", "1"), ("total", True), ("rounding", 10**6 + 1), ("receipt", 0), ("booth", "B-1"),
                             ("booth", "_B"), ("how", "later"), ("lines", []), ("lines", [line(qty=0)]), ("lines", [line()] * 201), ("note", "a\tb"),
                             ("note", "x" * 2001), ("payments", [{"method": "transfer", "amount": 1, "holder": "a"}]), ("shift", "0" * 63), ("colour", 1),
                             ("payments", [{"method": "deposit", "amount": 1, "holder": "a"}]), ("place", "đ"), ("lines", [line(gift=False)])):
            bad.append(changed(body={**good["body"], field: value}))
        till = Writer()
        for data in bad:
            till.raw(data)
        till.add("sale", sale())
        found = answer(enrol(server()).text(), till.text())
        self.assertTrue(found["ok"])
        self.assertEqual(codes(found, "note"), ["quarantined"] * len(bad))
        self.assertEqual(found["totals"]["sales_total"], 25_000)

    def test_lost_bytes_leave_the_chain_whole(self):
        till = Writer()
        for n in range(3):
            till.add("sale", sale(receipt=n + 1))
        whole = till.text()
        till.lines[2] = b"m " + sha256(till.lines[2][2:]).hex().encode()
        found = answer(enrol(server()).text(), till.text())
        self.assertEqual((found["ok"], found["totals"]["sales_total"], codes(found, "note")), (True, 50_000, ["missing_bytes"]))
        self.assertEqual(answer(enrol(server()).text(), till.text(), whole)["totals"]["sales_total"], 75_000)


class Time(unittest.TestCase):
    """I9: corrected time is a function of the journal."""

    def times(self, *writers):
        journals = Journals()
        from form import read_file
        for i, writer in enumerate((enrol(server()), *writers)):
            journals.add(read_file(str(i), writer.text(), journals.report_form))
        journals.judge()
        till = next(j for j in journals.journals.values() if j.terminal == "T1")
        return [(n.time, n.known) for n in till.in_order()]

    def note(self, till, up, wall=0, boot="a" * 32):
        till.add("note", {"text": "x"}, up=up, wall=wall, boot=boot)

    def test_the_four_rules(self):
        till, later_boot = Writer(), "c" * 32
        self.note(till, 5, boot="d" * 32)                                       # nothing is known of this boot
        self.note(till, 10)                                                     # the anchor after it
        till.add("clock", clock(1_000_000, 100, 7), up=101, boot="a" * 32)
        self.note(till, 250)                                                    # the anchor before it
        self.note(till, 3, wall=2_007, boot=later_boot)                         # by the wall, from an earlier boot's anchor
        self.note(till, 9, wall=2_010, boot=later_boot)
        self.assertEqual(self.times(till), [(0, False), (999_910, True), (1_000_001, True), (1_000_150, True), (1_002_000, True), (1_002_003, True)])

    def test_a_clock_that_was_never_set_and_was_since(self):
        till, then = Writer(), 1_700_000_000_000
        till.add("clock", clock(then, 100, 100), up=100, wall=100)
        self.note(till, 3, wall=5_000, boot="d" * 32)                           # still 1970
        self.note(till, 3, wall=then + 60_000, boot="c" * 32)                   # set since
        self.assertEqual(self.times(till), [(then, True), (then + 4_900, True), (then + 60_000, True)])

    def test_half_of_the_round_trip_is_added_rounded_down(self):
        till = Writer()
        till.add("clock", clock(1_000_000, 100, 100, round_trip=41), up=100)
        self.assertEqual(self.times(till), [(1_000_020, True)])

    def test_it_never_decreases_unless_the_servers_clock_was_set(self):
        till = Writer()
        till.add("clock", clock(1_000_000, 100, 100), up=100)
        self.note(till, 50, boot="b" * 32)
        till.add("clock", clock(500_000, 200, 200), up=200)
        self.note(till, 300, boot="b" * 32)
        till.add("clock", clock(400_000, 400, 400, reset=True), up=400)
        self.note(till, 500, boot="b" * 32)
        self.assertEqual([t for t, _ in self.times(till)], [1_000_000, 1_000_000, 1_000_000, 1_000_000, 400_000, 400_100])

    def test_at_a_fork_the_least_anchor_of_either_side_counts(self):
        till = Writer()
        self.note(till, 10)
        other = till.fork()
        self.note(till, 20)
        till.add("clock", clock(9_000_000, 100, 0), up=100, boot="a" * 32)
        other.add("clock", clock(1_000_000, 100, 0), up=100, boot="a" * 32)
        self.assertEqual(self.times(till, other)[0], (999_910, True))
        self.assertEqual(self.times(other, till)[0], (999_910, True))

    def test_an_unbroken_run_of_a_boot(self):
        till = Writer()
        self.note(till, 10)
        self.note(till, 10, boot="c" * 32)
        till.raw(b"{}")  # cannot be interpreted: passed over
        till.add("clock", clock(1_000_000, 100, 0), up=100, boot="c" * 32)
        till.add("clock", clock(2_000_000, 100, 0), up=100, boot="a" * 32)
        self.assertEqual(self.times(till)[:3], [(0, False), (999_910, True), (999_910, False)])

    def test_happened_counts_but_never_after_the_entry(self):
        till, home = Writer(), enrol(server())
        till.add("clock", clock(MORNING, 0, MORNING), up=0)
        till.add("stock_in", stock(10_000), up=1 * MINUTE)
        till.add("stock_count", stock(4_000), up=10 * MINUTE)
        till.add("sale", sale(), up=11 * MINUTE, happened=MORNING + 5 * MINUTE)         # before the count
        till.add("sale", sale(), up=12 * MINUTE, happened=MORNING + 60 * MINUTE)        # not later than written: after it
        self.assertEqual(answer(home.text(), till.text())["stock"][0]["on_hand"], 3_000)

    def test_a_count_of_unknown_time_overrides_nothing_until_it_is_known(self):
        till, home = Writer(), enrol(server())
        till.add("stock_in", stock(10_000), up=1)
        till.add("stock_count", stock(4_000), up=2)
        self.assertEqual(answer(home.text(), till.text())["stock"][0]["on_hand"], 10_000)
        till.add("clock", clock(MORNING, 3, MORNING), up=3)
        self.assertEqual(answer(home.text(), till.text())["stock"][0]["on_hand"], 4_000)

    def test_a_count_taken_back_leaves_the_one_before(self):
        till, home = Writer(), enrol(server())
        till.add("clock", clock(MORNING, 0, MORNING), up=0)
        till.add("stock_count", stock(7_000), up=1)
        second = till.add("stock_count", stock(4_000), up=2)
        till.add("sale", sale(), up=3)
        till.add("void", {"entry": second, "was": "stock_count", "body": stock(4_000)}, up=4)
        self.assertEqual(answer(home.text(), till.text())["stock"][0]["on_hand"], 6_000)


class Canonical(unittest.TestCase):
    def test_what_is_refused(self):
        for data in (b"", b" ", b"{", b'{"a":1,"a":1}', b'{"b":1,"a":1}', b'{"A":1}', b'{"a": 1}', b'{"a":1.0}', b'{"a":1e3}', b'{"a":NaN}', b'{"a":-0}', b'{"a":01}',
                     b'{"a":null}', b'{"a":9007199254740992}', b'{"a":' + b"9" * 5_000 + b"}", b'{"a":"\\u0041"}', b'{"a":"\\/"}', b'{"a":"\t"}', b'{"a":"\\ud800"}',
                     b'{"a":"\xed\xa0\x80"}', b'{"a":"\xff"}', b"\xef\xbb\xbf{}", b"[" * 9 + b"]" * 9, b"[" * 50_000, b'{"a":Infinity}', b"{}\n", b'{"\xc4\x91":1}', b'{"":1}'):
            with self.assertRaises(NotCanonical, msg=data[:40]):
                canonical(data)

    def test_what_is_taken(self):
        for data in (b"{}", b"[]", b'{"a":-9007199254740991}', '{"a":"đ\\n\\u0001\x7f"}'.encode(), b"[" * 8 + b"]" * 8, b'{"a":"[[[[[[[[[[[["}', b'{"a":"\\"[[[[[[[[["}'):
            self.assertEqual(text_of(canonical(data)).encode(), data)


class Command(unittest.TestCase):
    def run_it(self, *arguments):
        return subprocess.run(["/usr/bin/python3", str(HERE / "phien_reader.py"), *arguments], capture_output=True, text=True, timeout=60)

    def test_from_the_command_line(self):
        with tempfile.TemporaryDirectory() as folder:
            both, broken = Path(folder, "both.phien"), Path(folder, "broken.phien")
            both.write_bytes(SERVER_TEXT + TILL_TEXT)
            broken.write_bytes(SERVER_TEXT + TILL_TEXT.replace(b'"total":50000', b'"total":50001', 1))
            good = self.run_it(str(both), "--root", key(ROOT), "--json")
            self.assertEqual((good.returncode, good.stderr), (0, ""))
            self.assertEqual(set(json.loads(good.stdout)), {"ok", "journals", "totals", "by_exhibitor", "stock", "findings"})
            text = self.run_it(str(both))
            self.assertEqual(text.returncode, 0)
            self.assertIn("everything holds", text.stdout)
            bad = self.run_it(str(broken))
            self.assertEqual(bad.returncode, 1)
            self.assertRegex(bad.stdout.splitlines()[0], r"^BAD  .*broken\.phien:\d+ T1 #\d+ bad_seal: ")
            self.assertEqual(self.run_it(str(Path(folder, "none"))).returncode, 2)
            self.assertEqual(self.run_it(str(both), "--root", "x").returncode, 2)


if __name__ == "__main__":
    unittest.main()
