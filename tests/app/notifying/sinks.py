"""Receivers of notifications inside a test: they listen at the loopback only and keep what arrives."""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage


class Mailbox:
    """Mails that a tiny SMTP server took, and what was said to it before them."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.said: list[str] = []
        self.refusing = False
        self.port = 0


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    box = Mailbox()

    class Session(socketserver.StreamRequestHandler):
        def answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            self.answer("220 sink")
            while line := self.rfile.readline().decode().strip():
                box.said.append(line)
                verb = line.split(" ")[0].upper()
                if verb == "DATA":
                    self.answer("354 go on")
                    lines = []
                    while (got := self.rfile.readline()) != b".\r\n":
                        lines.append(got)
                    box.mails.append(message_from_bytes(b"".join(lines), EmailMessage, policy=policy.default))
                    self.answer("250 taken")
                elif verb == "MAIL" and box.refusing:
                    self.answer("451 secret-of-the-server not now")
                else:
                    self.answer("221 bye" if verb == "QUIT" else "250 well")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def udp_sink() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind(("127.0.0.1", 0))
        sink.settimeout(5)
        yield sink


@contextmanager
def tcp_sink() -> Iterator[tuple[int, list[bytes]]]:
    """Give a port and, once a sender has closed, all that it sent."""
    got: list[bytes] = []
    with socket.socket() as sink:
        sink.bind(("127.0.0.1", 0))
        sink.listen()

        def take() -> None:
            peer, _ = sink.accept()
            with peer:
                while part := peer.recv(65536):
                    got.append(part)

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield sink.getsockname()[1], got
        thread.join(5)
