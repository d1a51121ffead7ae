#!/usr/bin/python3
"""Opens many connections, says what it is told on each, and holds them until its standard input ends. A process of its own, so that its
files are not the test's: `crowd.py PORT COUNT idle|tls-half`. Prints how many it holds; fewer than asked only where the machine's limit of
files says so."""
import resource
import socket
import sys

ADDRESSES = 16          # of the loopback network, so that it is not one client
RESERVE = 200           # files of this process for other things
# A ClientHello that says it is longer than what comes.
HALF_HELLO = bytes.fromhex("1603010200010001fc0303") + b"\x11" * 40


def main():
    port, count, what = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = []
    for n in range(min(count, hard - RESERVE)):
        peer = socket.socket()
        peer.settimeout(10)
        peer.bind((f"127.0.0.{2 + n % ADDRESSES}", 0))
        peer.connect(("127.0.0.1", port))
        if what == "tls-half":
            peer.sendall(HALF_HELLO)
        held.append(peer)
    print(len(held), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
