#!/usr/bin/python3
"""Pictures of products: small, encoded anew, nothing of the upload passed on; what is hostile is refused and changes nothing."""
import struct
import unittest
import zlib

import phien_test as pt
from openapi import OpenApi

MOST = 16 * 1024


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=None, kind=2, extra=b""):
    """A PNG as its standard says; `rows`: its raw lines, a gradient if not told."""
    rows = rows if rows is not None else b"".join(b"\0" + bytes(v for x in range(width) for v in (x % 256, y % 256, (x * y) % 256)) for y in range(height))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)) + extra
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def size_of(jpeg):
    """Width and height, from its frame header; no segment but those a picture needs."""
    at, found = 2, None
    while at < len(jpeg):
        marker, length = jpeg[at + 1], struct.unpack(">H", jpeg[at + 2:at + 4])[0]
        assert jpeg[at] == 0xFF and marker in (0xE0, 0xDB, 0xC0, 0xC4, 0xDA), hex(marker)
        if marker == 0xC0:
            found = struct.unpack(">HH", jpeg[at + 5:at + 9])[::-1]
        if marker == 0xDA:
            return found
        at += 2 + length
    return found


class Pictures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.api = OpenApi(cls.server.call("GET", "/api/v1/openapi.json").json)
        cls.boss = pt.Person.invited(cls.server, "boss")
        cls.theirs = pt.Person.invited(cls.server, "miendong", "exhibitor", ["EX02"])

    @classmethod
    def tearDownClass(cls):
        cls.server.close()

    def ask(self, method, target, body=None, who=None, status=200):
        answer = self.api.check(method, target, (who or self.boss).call(method, target, body))
        self.assertEqual(answer.status, status, answer)
        return answer

    def put(self, data, product="CB0001", status=200):
        return self.ask("PUT", f"/api/v1/pictures/{product}", data, status=status).json

    def get(self, product="CB0001", **more):
        return self.ask("GET", f"/api/v1/pictures/{product}", **more)

    def test_what_is_shown_is_small_and_made_anew(self):
        secret = b"GPS 22.67,106.26"
        for upload in (png(1200, 900, extra=chunk(b"tEXt", b"Comment\0" + secret)), png(3, 2), png(900, 40), png(300, 300, kind=6, rows=(b"\0" + b"\xff\0\0\x80" * 300) * 300)):
            made = self.put(upload + secret)
            shown = self.get()
            self.assertEqual((shown.headers["content-type"], len(shown.body)), ("image/jpeg", made["bytes"]))
            self.assertLessEqual(len(shown.body), MOST)
            self.assertLessEqual(max(size_of(shown.body)), 320)
            self.assertNotIn(secret, shown.body)
        again = self.put(shown.body)
        self.assertEqual(size_of(self.get().body), (300, 300), "a JPEG is taken too, and stays as large as it is")
        self.assertIn({"product": "CB0001", "version": again["version"]}, self.ask("GET", "/api/v1/pictures").json["rows"])

    def test_noise_too_is_below_the_limit(self):
        import random
        noise = random.Random(1)
        rows = b"".join(b"\0" + noise.randbytes(640 * 3) for _ in range(640))
        self.assertLessEqual(self.put(png(640, 640, rows))["bytes"], MOST)

    def test_what_is_hostile_is_refused_and_the_picture_before_stays(self):
        self.put(png(50, 50), "CB0002")
        before, dump = self.get("CB0002").body, self.server.dump()
        good = png(40, 40)
        jpeg = before
        for what, data, code in (
                ("nothing", b"", "not_a_picture"), ("a page", b"<svg onload=alert(1)>", "not_a_picture"), ("a GIF", b"GIF89a" + b"\0" * 40, "not_a_picture"),
                ("cut short", good[:-20], "damaged"), ("a head alone", good[:33], "damaged"), ("a wrong sum", good[:45] + b"!" + good[46:], "damaged"),
                ("a bomb", png(20_000, 20_000, rows=b"\0"), "too_large"), ("one line too long", png(6_001, 1, rows=b"\0" * 18_004), "too_large"),
                ("many dots", png(5_000, 4_000, rows=b"\0"), "too_large"), ("without width", png(0, 5, rows=b""), "damaged"),
                ("a JPEG cut short", jpeg[:len(jpeg) // 2], "damaged"), ("a JPEG's beginning", b"\xff\xd8\xff\xe0" + b"\0" * 30, "damaged"),
                ("a JPEG of 6,500 dots a side", jpeg.replace(b"\x00\x32\x00\x32", b"\x19\x64\x19\x64", 1), "too_large"),
                ("a JPEG larger than any", jpeg.replace(b"\x00\x32\x00\x32", b"\xff\xff\xff\xff", 1), "damaged")):
            with self.subTest(what):
                answer = self.boss.call("PUT", "/api/v1/pictures/CB0002", data)
                self.assertEqual((answer.status, answer.code), (422, code), answer)
        self.assertEqual(self.boss.call("PUT", "/api/v1/pictures/CB0002", b"\xff\xd8\xff" + b"\0" * (4 * 1024 * 1024)).status, 413)
        self.assertEqual((self.get("CB0002").body, self.server.dump()), (before, dump))
        self.put(good, "NONE", status=404)

    def test_an_exhibitor_sees_pictures_of_its_own_goods(self):
        mine = next(p["id"] for p in self.server.admin("GET", "/api/v1/catalogue").json["products"] if p["exhibitor"] == "EX02")
        self.put(png(20, 20), mine)
        self.put(png(20, 20), "CB0003")
        self.assertEqual([row["product"] for row in self.ask("GET", "/api/v1/pictures", who=self.theirs).json["rows"]], [mine])
        self.get(mine, who=self.theirs)
        refused = [self.theirs.call("GET", f"/api/v1/pictures/{id}").body for id in ("CB0003", "NONE")]
        self.assertEqual(refused[0], refused[1], "somebody else's is like none")

    def test_it_is_in_a_backup_and_can_be_removed(self):
        self.put(png(20, 20), "CB0004")
        copy = self.server.root / "copy.db"
        self.assertEqual(self.server.admin("POST", "/api/v1/backups", {"path": str(copy)}).status, 200)
        self.assertIn(self.get("CB0004").body, copy.read_bytes())
        self.ask("DELETE", "/api/v1/pictures/CB0004")
        self.get("CB0004", status=404)
        self.ask("DELETE", "/api/v1/pictures/CB0004", status=404)


if __name__ == "__main__":
    unittest.main()
