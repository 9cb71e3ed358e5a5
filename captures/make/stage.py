"""Two network namespaces joined by one cable, in which real programs run and are recorded. Needs root."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pcapng
from scapy.utils import RawPcapReader

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.kernel.namespaces import Namespace  # noqa: E402

#: A terminal of the LGWAN tier and a screen server of 例示市; the link is one wire.
CLIENT, SERVER = "10.20.12.21", "10.30.40.11"
MACS = {CLIENT: "00:00:5e:00:53:af", SERVER: "00:00:5e:00:53:61"}
NAMES = {CLIENT: "terminal", SERVER: "server"}


class Stage:
    """Two namespaces, a folder for the programs' files, and every program that was started in them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rooms = {CLIENT: Namespace(), SERVER: Namespace()}
        self.running: list[subprocess.Popen[bytes]] = []
        client, server = self.rooms[CLIENT], self.rooms[SERVER]
        client.run("ip", "link", "add", "eth0", "type", "veth", "peer", "name", "eth0", "netns", server.path)
        for address, room in self.rooms.items():
            room.set("ipv6/conf/all/disable_ipv6", 1, optional=True)
            room.run("ip", "link", "set", "lo", "up")
            room.run("ip", "link", "set", "eth0", "address", MACS[address])
            (peer,) = self.rooms.keys() - {address}
            room.run("ip", "address", "add", address, "peer", peer, "dev", "eth0")
            room.run("ethtool", "-K", "eth0", "tx", "off", "tso", "off", "gso", "off")
            room.run("ip", "link", "set", "eth0", "up")

    def start(self, where: str, *command: str, env: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start a program in a namespace, in a process group, with a host name of its own and no names but the two."""
        hosts = self.file("hosts", "".join(f"{address} {name}.example {name}\n" for address, name in NAMES.items()))
        nobody = self.file("resolv.conf", "")
        setup = f"hostname {NAMES[where]}; mount --bind {hosts} /etc/hosts; mount --bind {nobody} /etc/resolv.conf"
        whole = ["unshare", "--uts", "--mount", "sh", "-c", f'{setup}; exec "$@"', "sh", *command]
        with self.rooms[where], (self.folder / "log").open("ab") as log:
            made = subprocess.Popen(
                whole,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=os.environ | {"HOME": str(self.folder)} | (env or {}),
                start_new_session=True,
            )
        self.running.append(made)
        return made

    def serve(self, port: int, *command: str) -> None:
        """Start a server and wait until it listens on a TCP port."""
        self.start(SERVER, *command)
        for _ in range(100):
            if f":{port} " in self.rooms[SERVER].run("ss", "-lntuH"):
                return
            time.sleep(0.1)
        raise TimeoutError(
            f"{command[0]} does not listen on {port}: {(self.folder / 'log').read_text(errors='replace')[-500:]}"
        )

    def use(self, *command: str, seconds: float = 15, env: dict[str, str] | None = None) -> None:
        """Run a client for at most so long."""
        client = self.start(CLIENT, *command, env=env)
        try:
            client.wait(seconds)
        except subprocess.TimeoutExpired:
            self.end(client)

    def end(self, program: subprocess.Popen[bytes]) -> None:
        """End a program with all that it started."""
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGTERM)
            try:
                program.wait(3)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()

    def close(self) -> None:
        """End everything."""
        for program in reversed(self.running):
            self.end(program)
        for room in self.rooms.values():
            room.close()

    @contextmanager
    def recorded(self, name: str) -> Iterator[None]:
        """Record all frames that pass the server's end of the cable into captures/protocols."""
        raw = self.folder / "raw.pcap"
        command = (
            "tcpdump",
            "-Z",
            "root",
            "-i",
            "eth0",
            "-s",
            "0",
            "-U",
            "--time-stamp-precision=nano",
            "-w",
            str(raw),
        )
        recorder = self.start(SERVER, *command)
        while not raw.exists() or raw.stat().st_size < 24:
            time.sleep(0.05)
        yield
        time.sleep(2)  # the recorder fetches packets about once a second
        self.end(recorder)
        frames = []
        for data, about in RawPcapReader(str(raw)):
            frames.append((about.sec * 1_000_000_000 + about.usec, data))  # usec holds nanoseconds in such a file
        target = ROOT / "captures" / "protocols" / f"{name}.pcapng"
        target.parent.mkdir(exist_ok=True)
        pcapng.write(target, "eth0", NAMES[SERVER], frames)

    def file(self, name: str, text: str, mode: int = 0o644) -> str:
        """Write a file for a program; return its path."""
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return str(path)

    def certificate(self) -> tuple[str, str]:
        """Return a fresh key and self-signed certificate for server.example."""
        key, cert = str(self.folder / "key.pem"), str(self.folder / "cert.pem")
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
        ]
        command += ["-subj", "/CN=server.example", "-keyout", key, "-out", cert]
        subprocess.run(command, check=True, capture_output=True)
        return key, cert
