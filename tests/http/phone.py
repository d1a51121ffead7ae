"""A phone of the booth, as its browser speaks: over TLS to the till's second listener, with the cookie it was given."""
import http.client
import json
import secrets
import ssl
import urllib.parse

import phien_test as pt


class Phone:
    def __init__(self, url):
        self.url, self.cookie = url, None
        where = urllib.parse.urlsplit(url)
        self.host, self.port = where.hostname, where.port

    @classmethod
    def paired(cls, till, exhibitor, name="Điện thoại"):
        offer = till.admin("POST", "/api/v1/phones/pair", {"exhibitor": exhibitor, "name": name})
        assert offer.status == 200, offer
        phone = cls(offer.json["url"])
        answer = phone.pair(offer.json)
        assert answer.status == 200, answer
        phone.id = answer.json["id"]
        return phone

    def pair(self, offer, pin=None, **headers):
        body = {"code": offer["link"].split("#pair=")[1], "pin": pin or offer["pin"]}
        answer = self.call("POST", "/api/v1/pair", body, **headers)
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    def call(self, method, target, body=None, **different):
        """One request as our page would send it; `different`: header fields that are other than that (None: absent)."""
        headers = {"Cookie": self.cookie, "Host": f"{self.host}:{self.port}"}
        if method == "POST":
            headers |= {"Origin": self.url, "Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
        headers |= {name.replace("_", "-"): value for name, value in different.items()}
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=30, context=context)
        try:
            connection.request(method, target, body=None if body is None else json.dumps(body).encode(),
                               headers={name: value for name, value in headers.items() if value is not None})
            response = connection.getresponse()
            return pt.Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def post(self, path, body, expect=200, **different):
        answer = self.call("POST", f"/api/v1/{path}", body, **different)
        assert answer.status == expect, answer
        return answer.json

    def get(self, path, expect=200):
        answer = self.call("GET", f"/api/v1/{path}")
        assert answer.status == expect, answer
        return answer.json
