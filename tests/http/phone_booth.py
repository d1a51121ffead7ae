"""A till of two exhibitors that phones can be paired with."""
import unittest

import phien_test as pt
from till import Till

OWN, OTHER = "EX01", "EX03"
LISTEN = ("--listen", "127.0.0.1:0")


def offer(till, exhibitor=OWN, name="Máy của Lan (Mẫu)", expect=200, **more):
    answer = till.admin("POST", "/api/v1/phones/pair", {"exhibitor": exhibitor, "name": name, **more})
    assert answer.status == expect, answer
    return answer.json


def lines(product, qty=1):
    return {"lines": [{"product": product, "qty": qty}]}


class Booth(unittest.TestCase):
    """A till of two exhibitors; its own screen has sold of both."""

    @classmethod
    def setUpClass(cls):
        cls.server = pt.Server.started()
        cls.till = Till.enrolled(cls.server, (OWN, OTHER)).start(*LISTEN)
        cls.till.delivered()
        goods = cls.till.get("catalogue")["products"]
        cls.own, cls.other = ([p["id"] for p in goods if p["exhibitor"] == ex and p["sold_by"] == "piece"] for ex in (OWN, OTHER))

    @classmethod
    def tearDownClass(cls):
        cls.till.close()
        cls.server.close()

    def refused(self, answer, status, code):
        self.assertEqual((answer.status, answer.code), (status, code))
        self.assertTrue(answer.json["error"]["message"]["vi"] and answer.json["error"]["message"]["en"])
