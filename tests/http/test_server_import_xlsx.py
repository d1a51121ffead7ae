#!/usr/bin/python3
"""Lists as people have them: XLSX and CSV with any headers, every problem at its cell, corrected in place, all or nothing."""
import base64
import csv
import datetime
import io
import unicodedata
import unittest
import zipfile

import openpyxl
import phien_test as pt
from openapi import OpenApi

EXHIBITORS = [["Mã đơn vị", "Tên đơn vị", "Số gian", "Phương pháp tính thuế GTGT", "Mã số thuế", "Loại mã số thuế"],
              ["HN01", "HTX Hà Nội (Mẫu)", "B01", "TRUC_TIEP", "0100109106", "MST_10"],
              ["HN02", "Công ty Sông Hồng (Mẫu)", "B02", "KHAU_TRU", "", ""]]
PRODUCTS = [["Mã sản phẩm", "Mã đơn vị", "Tên sản phẩm", "Đơn vị tính", "Giá bán (đ)", "Thuế suất GTGT", "Mã vạch", "Tồn đầu kỳ", "Hạn sử dụng"],
            ["SP01", "HN01", "Thạch đen hộp", "hộp", "25000", "8", "8930000000019", "10", "2026-01-31"],
            ["SP02", "HN02", "Miến dong gói", "gói", "45000", "5", "0012345678905", "20", ""]]
SHEETS = {"Đơn vị": EXHIBITORS, "Sản phẩm": PRODUCTS}


def xlsx(sheets=None, shape=lambda book: None):
    """A workbook; `shape(book)` changes it before it is saved. Text stays text, numbers numbers."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in (SHEETS if sheets is None else sheets).items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    shape(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def with_cell(sheet, cell, value, number_format=None):
    def shape(book):
        at = book[sheet][cell]
        at.value = value
        if number_format:
            at.number_format = number_format
    return xlsx(shape=shape)


def with_part(part, text, base=None):
    """A workbook one part of which is replaced by other bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(base or xlsx())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, text if name == part else old.read(name))
    return out.getvalue()


def files(*contents, name="ds.xlsx"):
    return [{"name": f"{i}-{name}" if i else name, "content": base64.b64encode(data).decode()} for i, data in enumerate(contents)]


P, E = "products", "exhibitors"
LONG = "x" * 401
PART = "xl/worksheets/sheet2.xml"
DATA = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">%s</row></sheetData></worksheet>'
RELATIONS = zipfile.ZipFile(io.BytesIO(xlsx())).read("xl/_rels/workbook.xml.rels").decode()
# what is wrong, the file, the problems it gets: (code, list, cell); list None: of the file.
BROKEN = [
    ("price is words", with_cell("Sản phẩm", "E2", "hai mươi lăm nghìn"), [("bad_number", P, "E2")]),
    ("price with two readings", with_cell("Sản phẩm", "E2", "25.50"), [("ambiguous_number", P, "E2")]),
    ("price with a comma too many", with_cell("Sản phẩm", "E2", "25,00,000"), [("ambiguous_number", P, "E2")]),
    ("price is a fraction", with_cell("Sản phẩm", "E2", 25000.5), [("ambiguous_number", P, "E2")]),
    ("a fraction that looks like thousands", with_cell("Sản phẩm", "E2", 25.125), [("ambiguous_number", P, "E2")]),
    ("price below zero", with_cell("Sản phẩm", "E2", -25000), [("out_of_range", P, "E2")]),
    ("price missing", with_cell("Sản phẩm", "E2", None), [("missing_value", P, "E2")]),
    ("price too large", with_cell("Sản phẩm", "E2", "9" * 20), [("out_of_range", P, "E2")]),
    ("two prices", with_cell("Sản phẩm", "E2", "25000/30000"), [("bad_number", P, "E2")]),
    ("barcode with a wrong digit", with_cell("Sản phẩm", "G2", "8930000000018"), [("bad_check_digit", P, "G2")]),
    ("barcode kept as a number, zeros lost", with_cell("Sản phẩm", "G3", 12345678905), [("maybe_lost_zeros", P, "G3")]),
    ("barcode as 8.93E+12", with_cell("Sản phẩm", "G2", "8.93E+12"), [("bad_barcode", P, "G2")]),
    ("barcode of letters", with_cell("Sản phẩm", "G2", "ABC123"), [("bad_barcode", P, "G2")]),
    ("barcode twice", with_cell("Sản phẩm", "G3", "8930000000019"), []),   # of two exhibitors: they may resell the same goods
    ("product id twice", with_cell("Sản phẩm", "A3", "SP01"), [("duplicate", P, "A3")]),
    ("product id with blanks", with_cell("Sản phẩm", "A2", "SP 01"), [("bad_id", P, "A2")]),
    ("product id missing", with_cell("Sản phẩm", "A2", None), [("missing_value", P, "A2")]),
    ("product id reserved", with_cell("Sản phẩm", "A2", "_open"), [("bad_id", P, "A2")]),
    ("name missing", with_cell("Sản phẩm", "C2", None), [("missing_value", P, "C2")]),
    ("name too long", with_cell("Sản phẩm", "C2", LONG), [("too_long", P, "C2")]),
    ("name on two lines", with_cell("Sản phẩm", "C2", "Thạch\nđen"), [("control_character", P, "C2")]),
    ("name of a TCVN3 font", with_cell("Sản phẩm", "C2", "Th¹ch ®en hép"), [("old_font", P, "C2")]),
    ("name of a VNI font", with_cell("Sản phẩm", "C2", "Thaïch ñen hoäp"), [("old_font", P, "C2")]),
    ("unit missing", with_cell("Sản phẩm", "D2", None), [("missing_value", P, "D2")]),
    ("exhibitor not in the list", with_cell("Sản phẩm", "B2", "HN99"), [("unknown_exhibitor", P, "B2")]),
    ("VAT rate there is not", with_cell("Sản phẩm", "F2", "7"), [("bad_value", P, "F2")]),
    ("VAT rate missing", with_cell("Sản phẩm", "F2", None), [("missing_value", P, "F2")]),
    ("day written the other way", with_cell("Sản phẩm", "I2", "31/01/2026"), [("bad_date", P, "I2")]),
    ("day that is not", with_cell("Sản phẩm", "I2", "2026-02-30"), [("bad_date", P, "I2")]),
    ("stock of half a box", with_cell("Sản phẩm", "H2", 10.5), [("too_many_decimals", P, "H2")]),
    ("stock below zero", with_cell("Sản phẩm", "H2", -1), [("out_of_range", P, "H2")]),
    ("stock with two readings", with_cell("Sản phẩm", "H2", "1.250"), [("ambiguous_number", P, "H2")]),
    ("an error of the spreadsheet", with_cell("Sản phẩm", "E2", "#REF!"), [("cell_error", P, "E2")]),
    ("a formula never computed", with_cell("Sản phẩm", "E2", "=5000*5"), [("cell_error", P, "E2")]),
    ("tax code that lost its zero", with_cell("Đơn vị", "E2", 100109106), [("bad_tax_code", E, "E2")]),
    ("tax code with a wrong digit", with_cell("Đơn vị", "E2", "0100109107"), [("bad_check_digit", E, "E2")]),
    ("tax code without its kind", with_cell("Đơn vị", "F2", None), [("missing_value", E, "F2")]),
    ("booth twice", with_cell("Đơn vị", "C3", "B01"), [("duplicate", E, "C3")]),
    ("VAT method there is not", with_cell("Đơn vị", "D2", "KHOÁN"), [("bad_value", E, "D2")]),
    ("exhibitor id too long", with_cell("Đơn vị", "A3", "H" * 29), [("too_long", E, "A3")]),
    ("column missing", xlsx({"Đơn vị": EXHIBITORS, "Sản phẩm": [row[:4] + row[5:] for row in PRODUCTS]}), [("missing_column", P, "")]),
    ("no header at all", xlsx({"Sheet1": [["một", "hai"], ["ba", "bốn"]]}), [("no_list", None, "")]),
    ("the same list on two sheets", xlsx({**SHEETS, "Tờ 3": PRODUCTS}), [("list_twice", None, "")]),
    ("an empty workbook", xlsx({"Sheet1": []}), [("no_list", None, "")]),
    ("not a workbook", b"PK\x03\x04 and then nothing", [("damaged_xlsx", None, "")]),
    ("an old .xls or a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, [("encrypted_xlsx", None, "")]),
    ("cut short", xlsx()[:-200], [("damaged_xlsx", None, "")]),
    ("another kind of zip", (lambda out: (zipfile.ZipFile(out, "w").writestr("a.txt", "x"), out.getvalue())[1])(io.BytesIO()), [("not_xlsx", None, "")]),
    ("entities that expand", with_part(PART, '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>' + DATA
                                       % '<c r="A1" t="inlineStr"><is><t>&b;</t></is></c>'), [("damaged_xlsx", None, "")]),
    ("a file from elsewhere", with_part(PART, '<!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + DATA % '<c t="str"><v>&a;</v></c>'),
     [("damaged_xlsx", None, "")]),
    ("a zip bomb", with_part(PART, (DATA % ("<c/>" * (20 * 1024 * 1024))).encode()), [("too_long", None, "")]),
    ("nesting without end", with_part(PART, b"<a>" * 100_000), [("damaged_xlsx", None, "")]),
    ("a text that is not there", with_part(PART, DATA % '<c r="A1" t="s"><v>99</v></c>'), [("damaged_xlsx", None, "")]),
    ("a cell longer than any cell", with_part(PART, DATA % f'<c t="str"><v>{"x" * 20_000}</v></c>'), [("too_long", None, "")]),
    ("a sheet that is not there", with_part("xl/_rels/workbook.xml.rels", RELATIONS.replace("sheet2.xml", "sheet9.xml")), [("damaged_xlsx", None, "")]),
    ("a cell beyond all columns", with_cell("Sản phẩm", "ZZ2", "x"), [("too_many_columns", None, "")]),
]


class Running(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def preview(self, *contents, name="ds.xlsx", **more):
        answer = self.server.admin("POST", "/api/v1/imports/preview", {"files": files(*contents, name=name), **more})
        self.assertEqual(answer.status, 200, answer)
        return self.api.check("POST", "/api/v1/imports/preview", answer).json

    def apply(self, *contents, digest, name="ds.xlsx", **more):
        answer = self.server.admin("POST", "/api/v1/imports/apply", {"files": files(*contents, name=name), "digest": digest, **more})
        return self.api.check("POST", "/api/v1/imports/apply", answer)

    def problems(self, seen):
        return [(p["code"], p.get("list"), p.get("cell", "")) for p in seen["problems"]]


class Broken(Running):
    def test_each_gets_its_cells_and_none_changes_anything(self):
        self.assertGreaterEqual(len(BROKEN), 40)
        before = self.server.dump()
        for what, data, expected in BROKEN:
            with self.subTest(what):
                seen = self.preview(data)
                self.assertEqual(self.problems(seen), expected)
                for problem in seen["problems"]:
                    self.assertTrue(problem["message"]["vi"] and problem["message"]["en"])
                if expected:
                    self.assertNotIn("digest", seen)
                    self.assertEqual(self.apply(data, digest="0" * 64).status, 422)
        self.assertEqual(self.server.dump(), before)


class Understood(Running):
    def product(self, seen, id="SP01"):
        item, = [i for i in seen["changes"]["items"] if i["id"] == id]
        return item

    def field(self, data, field, **more):
        """What product SP01 would have in a field."""
        seen = self.preview(data, **more)
        self.assertEqual(seen["problems"], [])
        self.apply(data, digest=seen["digest"], **more)
        catalogue = self.server.admin("GET", "/api/v1/catalogue").json
        return {p["id"]: p for p in catalogue["products"]}["SP01"].get(field)

    def test_prices_as_people_write_them(self):
        for written in ("25000", "25.000", "25,000", "25,000đ", "25.000 đ", "25.000 VNĐ", " 25000 ", 25000, 25000.0):
            self.assertEqual(self.field(with_cell("Sản phẩm", "E2", written), "price"), 25000, written)
        self.assertEqual(self.field(with_cell("Sản phẩm", "E2", 26000, '#,##0\\ "đ"'), "price"), 26000)

    def test_barcodes_never_lose_their_zeros(self):
        for value, number_format in (("0012345678905", None), ("0012345678905", "@"), (12345678905, "0000000000000")):
            self.assertEqual(self.field(with_cell("Sản phẩm", "G2", value, number_format), "barcode"), "0012345678905")
        seen = self.preview(with_cell("Sản phẩm", "G2", 12345678905))
        self.assertEqual(seen["problems"][0]["suggestions"], ["0012345678905"])
        seen = self.preview(with_cell("Sản phẩm", "G2", 893000000001))   # 12 digits: a UPC, or an EAN-13 without its zero
        self.assertEqual(seen["problems"][0]["code"], "maybe_lost_zeros")
        self.assertEqual(self.field(with_cell("Sản phẩm", "G2", 8930000000019), "barcode"), "8930000000019")

    def test_days_percents_and_quantities_of_a_spreadsheet(self):
        self.assertEqual(self.field(with_cell("Sản phẩm", "I2", datetime.date(2026, 1, 31), "dd/mm/yyyy"), "expires"), "2026-01-31")
        self.assertEqual(self.preview(with_cell("Sản phẩm", "I2", "31/01/2026"))["problems"][0]["suggestions"], ["2026-01-31"])
        self.assertEqual(self.field(with_cell("Sản phẩm", "F2", 0.08, "0%"), "vat"), "8")
        self.assertEqual(self.field(with_cell("Sản phẩm", "F2", "10%"), "vat"), "10")

    def test_what_is_asked_is_answered_in_place(self):
        data = with_cell("Sản phẩm", "E2", "25.50")
        problem, = self.preview(data)["problems"]
        self.assertEqual((problem["value"], problem["line"], problem["column"]), ("25.50", 2, 4))
        self.assertEqual(problem["suggestions"], ["2550", "25"])
        correction = {"list": "products", "line": 2, "column": 4, "value": "25500"}
        self.assertEqual(self.field(data, "price", corrections=[correction]), 25500)
        broken = with_cell("Sản phẩm", "E2", "#REF!")
        self.assertEqual(self.field(broken, "price", corrections=[correction]), 25500)

    def test_headers_in_vietnamese_english_and_as_people_type_them(self):
        names = {"Mã sản phẩm": "mã SP", "Mã đơn vị": "EXHIBITOR ID", "Tên sản phẩm": "Tên  hàng hoá", "Đơn vị tính": "ĐVT",
                 "Giá bán (đ)": "Đơn giá", "Thuế suất GTGT": "Thuế suất GTGT (%)", "Mã vạch": "Mã vạch sản phẩm", "Tồn đầu kỳ": "Số lượng"}
        rows = [[names.get(c, c) for c in PRODUCTS[0]], *PRODUCTS[1:]]
        seen = self.preview(xlsx({"Sheet1": EXHIBITORS, "Sheet2": [["DANH SÁCH SẢN PHẨM THAM GIA"], [], *rows]}))
        self.assertEqual(seen["problems"], [])
        found = {f["list"]: f for f in seen["found"]}
        self.assertEqual(found["products"]["header_line"], 3)
        self.assertEqual([c["field"] for c in found["products"]["columns"]],
                         ["sku", "exhibitor_id", "name", "unit", "price_vnd", "vat_code", "barcode", "opening_stock", "exp_date"])
        self.assertIn("similar", {c["how"] for c in found["products"]["columns"]})

    def test_a_person_says_what_a_column_and_a_sheet_is(self):
        rows = [["Mã sản phẩm", "Mã đơn vị", "Tên sản phẩm", "Đơn vị tính", "cột lạ", "Thuế suất GTGT"], *[row[:6] for row in PRODUCTS[1:]]]
        data = xlsx({"Đơn vị": EXHIBITORS, "Sản phẩm": rows, "Tờ 3": PRODUCTS})
        self.assertIn(("list_twice", None, ""), self.problems(self.preview(data)))
        leave_out = [{"file": "ds.xlsx", "sheet": "Tờ 3", "list": ""}]
        self.assertEqual([c for c, *_ in self.problems(self.preview(data, sheets=leave_out))], ["missing_column"])
        seen = self.preview(data, sheets=leave_out, columns=[{"list": "products", "column": 4, "field": "price_vnd"}])
        self.assertEqual(seen["problems"], [])
        how = {c["column"]: c["how"] for f in seen["found"] if f["list"] == "products" for c in f["columns"]}
        self.assertEqual(how[4], "given")

    def test_headers_nobody_knows_are_matched_by_hand(self):
        data = xlsx({"Sheet1": [[f"cột {n}" for n in range(6)], ["LA01", "EX01", "Lạ", "hộp", "9.000", "8"]]})
        self.assertEqual([c for c, *_ in self.problems(self.preview(data))], ["no_list"])
        told = [{"file": "ds.xlsx", "sheet": "Sheet1", "list": "products"}]
        self.assertEqual({c for c, *_ in self.problems(self.preview(data, sheets=told))}, {"missing_column"})
        seen = self.preview(data, sheets=told, columns=[{"list": "products", "column": n, "field": field} for n, field in enumerate(
            ("sku", "exhibitor_id", "name", "unit", "price_vnd", "vat_code"))])
        self.assertEqual((seen["problems"], seen["changes"]["added"]), ([], 1))
        self.assertIn("price_vnd", [f["field"] for f in seen["fields"]["products"]])
        empty = self.preview(xlsx({"Sheet1": []}), sheets=told)
        self.assertEqual([c for c, *_ in self.problems(empty)], ["no_list"])

    def test_old_fonts_are_recognised_and_converted_when_told_to(self):
        for font, name in (("TCVN3", "Th¹ch ®en hép 500 g"), ("VNI", "Thaïch ñen hoäp 500 g")):
            data = with_cell("Sản phẩm", "C2", name)
            problem, = self.preview(data)["problems"]
            self.assertEqual((problem["code"], problem["suggestions"]), ("old_font", ["Thạch đen hộp 500 g"]), font)
            self.assertEqual(self.field(data, "name", old_fonts="convert"), "Thạch đen hộp 500 g")
            self.assertEqual(self.field(data, "name", old_fonts="keep"), name)
        for name in ("Café Brand® 50 cm²", "Trà ½ kg", "Bánh khảo «Cao Bằng»", "Rượu 29°"):
            self.assertEqual(self.field(with_cell("Sản phẩm", "C2", name), "name"), name)
        header = "sku,exhibitor_id,name,unit,price_vnd,vat_code\r\n"
        legacy = (header + "SP01,HN01,").encode() + "Th¹ch ®en".encode("latin-1") + b",h\xe9p,25000,8\r\n"
        seen = self.preview(xlsx({"Đơn vị": EXHIBITORS}), legacy, name="products.csv", old_fonts="convert")
        self.assertEqual([p["code"] for p in seen["problems"]], [])

    def test_decomposed_text_is_composed(self):
        seen = self.preview(with_cell("Sản phẩm", "C2", unicodedata.normalize("NFD", "Thạch đen")))
        self.assertEqual(seen["problems"], [])
        self.assertIn(("not_nfc", "products", "C2"), [(w["code"], w.get("list"), w.get("cell")) for w in seen["warnings"]])


class InAndOut(Running):
    def test_what_comes_out_goes_in_again_and_changes_nothing(self):
        book = self.server.admin("GET", "/api/v1/catalogue/lists")
        self.api.check("GET", "/api/v1/catalogue/lists", book)
        seen = self.preview(book.body)
        self.assertEqual((seen["problems"], seen["changes"]["added"], seen["changes"]["changed"]), ([], 0, 0), seen["changes"]["text"]["vi"][:400])
        self.assertEqual(seen["changes"]["openings"], [])
        for lang in ("vi", "en"):
            self.assertEqual(self.preview(self.server.admin("GET", f"/api/v1/catalogue/lists?lang={lang}").body)["changes"]["changed"], 0)
        parts = [self.server.admin("GET", f"/api/v1/catalogue/lists?list={name}") for name in ("exhibitors", "products", "cashiers")]
        sent = [{"name": name + ".csv", "content": base64.b64encode(part.body).decode()}
                for name, part in zip(("exhibitors", "products", "cashiers"), parts)]
        seen = self.server.admin("POST", "/api/v1/imports/preview", {"files": sent}).json
        self.assertEqual((seen["problems"], seen["changes"]["added"], seen["changes"]["changed"]), ([], 0, 0))

    def test_edited_in_a_spreadsheet_only_the_edit_changes(self):
        book = openpyxl.load_workbook(io.BytesIO(self.server.admin("GET", "/api/v1/catalogue/lists").body))
        sheet = book["Sản phẩm"]
        header = [c.value for c in sheet[1]]
        row = next(r for r in sheet.iter_rows(min_row=2) if r[0].value == "CB0001")
        row[header.index("Giá bán (đ)")].value = "27.000đ"
        out = io.BytesIO()
        book.save(out)
        seen = self.preview(out.getvalue())
        item, = [i for i in seen["changes"]["items"] if i["what"] == "changed"]
        self.assertEqual((item["id"], item["fields"]), ("CB0001", [{"field": "price", "was": 25000, "is": 27000}]))
        # Somebody changes something in between: what was looked at is not what would happen.
        self.assertEqual(self.apply(out.getvalue(), digest="0" * 64).code, "changed_meanwhile")
        answer = self.apply(out.getvalue(), digest=seen["digest"])
        self.assertEqual((answer.status, answer.json["applied"]), (200, True))
        self.assertEqual(self.preview(out.getvalue())["changes"]["changed"], 0)

    def test_one_list_alone_adds_to_what_is_there(self):
        rows = [PRODUCTS[0], ["MOI01", "EX01", "Sản phẩm mới", "hộp", "12000", "8", "", "5", ""]]
        seen = self.preview(xlsx({"Sản phẩm": rows}))
        self.assertEqual(seen["problems"], [])
        self.assertEqual((seen["changes"]["added"], seen["changes"]["changed"]), (1, 0))
        self.assertEqual([(o["product"], o["is"]) for o in seen["changes"]["openings"]], [("MOI01", 5000)])

    def test_the_template_is_filled_in_and_taken(self):
        template = self.api.check("GET", "/api/v1/imports/template", self.server.admin("GET", "/api/v1/imports/template"))
        book = openpyxl.load_workbook(io.BytesIO(template.body))
        self.assertEqual(book.sheetnames, ["Đơn vị", "Sản phẩm", "Người bán"])
        for title, values in (("Đơn vị", {"Mã đơn vị": "TM01", "Tên đơn vị": "HTX Thử (Mẫu)", "Số gian": "C01", "Phương pháp tính thuế GTGT": "TRUC_TIEP"}),
                              ("Sản phẩm", {"Mã sản phẩm": "TM0001", "Mã đơn vị": "TM01", "Tên sản phẩm": "Chè", "Đơn vị tính": "gói",
                                            "Giá bán (đ)": "30.000", "Thuế suất GTGT": "8", "Mã vạch": "0012345678905"})):
            header = [c.value for c in book[title][1]]
            for name, value in values.items():
                book[title].cell(row=2, column=header.index(name) + 1, value=value)
        out = io.BytesIO()
        book.save(out)
        seen = self.preview(out.getvalue())
        self.assertEqual(seen["problems"], [])
        self.assertEqual(seen["changes"]["added"], 3)   # and a cashier, without whom nobody could sell

    def test_requests_that_make_no_sense_are_refused(self):
        good = files(xlsx())
        for body in ({"files": good, "x": 1}, {"files": [{"name": "a"}]}, {"files": [{"name": "a", "content": "@@"}]}, {"files": "x"},
                     {"files": good * 11}, {"files": good, "columns": [{"list": "products", "column": 0, "field": "nothing"}]},
                     {"files": good, "columns": [{"list": "x", "column": 0, "field": ""}]}, {"files": good, "old_fonts": "x"},
                     {"files": good, "corrections": [{"list": "products", "line": -1, "column": 0, "value": ""}]}):
            answer = self.server.admin("POST", "/api/v1/imports/preview", body)
            self.assertEqual(answer.status, 400, answer)
        self.assertEqual(csv.DictReader(io.StringIO(self.server.admin("GET", "/api/v1/catalogue/lists?list=products").text)).fieldnames[0].lstrip("\ufeff"), "sku")


if __name__ == "__main__":
    unittest.main()
