"""What alerts are sent to, on loopback: a webhook and a mail server that note what came and fail when told to."""
import base64
import email
import email.header
import hashlib
import http.server
import json
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading


class Webhook:
    """`answers`: what it says to the next requests, then 204. `got`: (headers, body bytes) of all."""

    def __init__(self, port=0):
        self.got, self.answers = [], []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status = receiver.answers.pop(0) if receiver.answers else 204
                receiver.got.append((self.headers, body))
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/alerts"

    def events(self):
        return [event for _, body in self.got for event in json.loads(body)["events"]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class MailServer:
    """SMTP with STARTTLS, or TLS from the start, and AUTH. Takes mail over TLS from `user` alone; `mails` holds parsed messages."""

    def __init__(self, user="thu@fair.example", password="mật-khẩu", tls_at_once=False):
        self.user, self.password, self.tls_at_once = user, password, tls_at_once
        self.mails, self.recipients, self.lines, self.connections, self.open_logins = [], [], [], [], 0
        folder = pathlib.Path(tempfile.mkdtemp(prefix="phien-mail-"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=mail.example",
                        "-keyout", folder / "key", "-out", folder / "cert"], check=True, capture_output=True)
        public = subprocess.run(["openssl", "x509", "-in", folder / "cert", "-pubkey", "-noout"], check=True, capture_output=True).stdout
        der = base64.b64decode(b"".join(public.splitlines()[1:-1]))
        self.key = hashlib.sha256(der).hexdigest()
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert", folder / "key")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection):
        try:
            self.conversation(connection)
        except OSError:   # the client did not trust the key, or left
            connection.close()

    def conversation(self, connection):
        secure, known = self.tls_at_once, False
        if secure:
            connection = self.context.wrap_socket(connection, server_side=True)
        self.connections.append(connection)
        stream = connection.makefile("rwb")

        def say(line):
            stream.write(line.encode() + b"\r\n")
            stream.flush()
        say("220 mail.example")
        while line := stream.readline().decode().strip():
            self.lines.append(line)
            word = line.split()[0].upper()
            if word == "EHLO":
                say("250-mail.example\r\n250-" + ("AUTH PLAIN" if secure else "STARTTLS") + "\r\n250 8BITMIME")
            elif word == "STARTTLS" and not secure:
                say("220 go on")
                connection = self.context.wrap_socket(connection, server_side=True)
                self.connections.append(connection)
                stream, secure = connection.makefile("rwb"), True
            elif word == "AUTH":
                given = line.split()[2] if len(line.split()) > 2 else None
                if given is None:
                    say("334 ")
                    given = stream.readline().decode().strip()
                self.open_logins += not secure
                known = base64.b64decode(given).decode().split("\0")[1:] == [self.user, self.password]
                say("235 welcome" if known else "535 who are you")
            elif word == "MAIL":
                say("250 ok" if known and secure else "530 log in over TLS first")
            elif word == "RCPT":
                self.recipients.append(line)
                say("250 ok")
            elif word == "DATA":
                say("354 go on")
                data = b""
                while (row := stream.readline()) != b".\r\n":
                    data += row
                self.mails.append(email.message_from_bytes(data))
                say("250 taken")
            elif word == "QUIT":
                say("221 bye")
                return
            else:
                say("502 no")

    def close(self):
        self.listener.close()
        for connection in self.connections:
            connection.close()


def subject_of(mail):
    return str(email.header.make_header(email.header.decode_header(mail["Subject"])))


def text_of(mail):
    part = mail.get_payload()[0] if mail.is_multipart() else mail
    return part.get_payload(decode=True).decode()
