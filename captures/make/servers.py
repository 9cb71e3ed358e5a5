"""Captures of real servers and clients: `python captures/make/servers.py [NAME…]`, into captures/protocols. Needs root.

Two network namespaces stand in for a terminal and a server, joined by one cable; each program runs inside with a host name of
its own. What they exchange is ours. Real programs choose times and random numbers, so a second run gives other bytes.

Debian 12: openssh-server samba smbclient xrdp freerdp2-x11 tigervnc-standalone-server tigervnc-viewer nginx-light dnsmasq-base
vsftpd swaks python3-aiosmtpd openssl curl ethtool tcpdump.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from stage import CLIENT, SERVER, Stage


def ssh(stage: Stage, name: str, port: int) -> None:
    """Run a command over SSH."""
    for key in ("host", "user"):
        subprocess.run(
            ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(stage.folder / key)], check=True
        )
    keys = stage.file("keys", (stage.folder / "user.pub").read_text(), 0o600)
    lines = [
        f"Port {port}",
        f"HostKey {stage.folder}/host",
        f"AuthorizedKeysFile {keys}",
        "PermitRootLogin yes",
        "UsePAM no",
    ]
    settings = stage.file("sshd_config", "\n".join([*lines, "StrictModes no", f"PidFile {stage.folder}/pid", ""]))
    Path("/run/sshd").mkdir(exist_ok=True)
    stage.serve(port, "/usr/sbin/sshd", "-D", "-e", "-f", settings)
    with stage.recorded(name):
        options = [
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=/dev/null",
            "-i",
            str(stage.folder / "user"),
        ]
        stage.use("ssh", "-F", "none", *options, "-p", str(port), f"root@{SERVER}", "echo a line of our own; seq 100")


def smb(stage: Stage, name: str, port: int) -> None:
    """Put a file into a share and read it back, SMB 3.1.1."""
    share = stage.folder / "share"
    share.mkdir(mode=0o777)
    share.chmod(0o777)
    state = "\n".join(f"{one} directory = {stage.folder}" for one in ("lock", "state", "cache", "private", "pid"))
    settings = stage.file(
        "smb.conf",
        f"[global]\nnetbios name = SERVER\nworkgroup = SAMPLE\nserver min protocol = SMB3\nsmb ports = {port}\n"
        f"map to guest = bad user\n"
        f"load printers = no\ndisable spoolss = yes\n"
        f"log file = {stage.folder}/smbd.log\nncalrpc dir = {stage.folder}/rpc\n"
        f"{state}\n[share]\npath = {share}\nguest ok = yes\nread only = no\n",
    )
    stage.serve(port, "smbd", "--foreground", "--no-process-group", "--debug-stdout", "-s", settings)
    stage.file("note.txt", "a note of our own\n" * 50)
    with stage.recorded(name):
        command = ["smbclient", "-s", settings, "-p", str(port), "-m", "SMB3_11", "-N", f"//{SERVER}/share"]
        stage.use(*command, "-c", "put note.txt; get note.txt back.txt; ls")


def _screen(stage: Stage, number: int, where: str, *more: str) -> str:
    """Start a display without a monitor; return its name."""
    stage.start(
        where, "Xtigervnc", f":{number}", "-SecurityTypes", "None", "-geometry", "640x480", "-depth", "16", *more
    )
    for _ in range(100):
        if Path(f"/tmp/.X11-unix/X{number}").exists():
            return f":{number}"
        time.sleep(0.1)
    raise TimeoutError("no display")


def rdp(stage: Stage, name: str, port: int) -> None:
    """Show a logon screen over RDP with TLS."""
    key, cert = stage.certificate()
    settings = Path("/etc/xrdp/xrdp.ini").read_text(encoding="utf-8")
    for old, new in (
        ("port=3389", f"port=tcp://{SERVER}:{port}"),
        ("security_layer=negotiate", "security_layer=tls"),
        ("certificate=", f"certificate={cert}"),
        ("key_file=", f"key_file={key}"),
        ("LogFile=xrdp.log", f"LogFile={stage.folder}/xrdp.log"),
        ("EnableSyslog=true", "EnableSyslog=false"),
    ):
        settings = settings.replace("\n" + old, "\n" + new, 1)
    stage.serve(port, "xrdp", "--nodaemon", "--config", stage.file("xrdp.ini", settings))
    display = _screen(stage, 71, CLIENT, "-rfbport", "-1")
    with stage.recorded(name):
        options = [
            "/u:sample",
            "/p:sample",
            "/cert:ignore",
            "/sec:tls",
            "/size:320x240",
            "/bpp:16",
            "/client-hostname:terminal",
        ]
        stage.use("xfreerdp", f"/v:{SERVER}:{port}", *options, seconds=4, env={"DISPLAY": display})


def vnc(stage: Stage, name: str, port: int) -> None:
    """Show an empty screen over VNC."""
    _screen(stage, 72, SERVER, "-rfbport", str(port), "-desktop", "server")
    display = _screen(stage, 73, CLIENT, "-rfbport", "-1")
    with stage.recorded(name):
        stage.use("xtigervncviewer", f"{SERVER}::{port}", seconds=3, env={"DISPLAY": display})


def http(stage: Stage, name: str, port: int) -> None:
    """Fetch a page."""
    stage.file("index.html", "<p>a page of our own</p>\n" * 40)
    settings = (
        f"daemon off; master_process off; pid {stage.folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; server {{ listen {port}; root {stage.folder}; }} }}\n"
    )
    stage.serve(port, "nginx", "-e", "stderr", "-c", stage.file("nginx.conf", settings))
    with stage.recorded(name):
        stage.use("curl", "-s", "-H", "Host: www.example", f"http://{SERVER}:{port}/index.html")


def tls(stage: Stage, name: str, port: int) -> None:
    """Fetch a page over TLS 1.3 from a server that is asked for by name."""
    key, cert = stage.certificate()
    stage.serve(port, "openssl", "s_server", "-accept", str(port), "-key", key, "-cert", cert, "-www", "-quiet")
    with stage.recorded(name):
        target = f"www.example:{port}"
        stage.use(
            "curl", "-sk", "--http1.1", "--resolve", f"{target}:{SERVER}", f"https://{target}/", "-o", "/dev/null"
        )


def dns(stage: Stage, name: str, port: int) -> None:
    """Ask for two names, one of which does not exist."""
    options = [
        "--no-resolv",
        "--no-hosts",
        "--address=/www.example/203.0.113.10",
        "--pid-file=",
        "--user=root",
        "--log-queries",
    ]
    stage.serve(port, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", f"--port={port}", *options)
    asker = (
        "import socket, struct, sys\n"
        "for ident, name in enumerate(('www.example', 'none.example'), 1):\n"
        "    words = b''.join(bytes([len(one)]) + one.encode() for one in name.split('.'))\n"
        "    asked = struct.pack('!6H', ident, 256, 1, 0, 0, 0) + words + bytes([0, 0, 1, 0, 1])\n"
        "    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:\n"
        "        s.settimeout(2); s.sendto(asked, (sys.argv[1], int(sys.argv[2]))); s.recv(512)\n"
    )
    with stage.recorded(name):
        stage.use(sys.executable, stage.file("ask.py", asker), SERVER, str(port))


def smtp(stage: Stage, name: str, port: int) -> None:
    """Send a mail with a small attachment."""
    command = ["/usr/bin/python3", "-m", "aiosmtpd", "-n", "-l", f"{SERVER}:{port}", "-c", "aiosmtpd.handlers.Sink"]
    stage.serve(port, *command)
    attached = stage.file("sheet.csv", "a,b\n1,2\n" * 20)
    with stage.recorded(name):
        options = ["--from", "soudan@shimin.example", "--to", "kikaku@reiji.example", "--helo", "terminal.example"]
        options += [
            "--header",
            "Subject: sample",
            "--header",
            "X-Mailer: sample",
            "--add-header",
            "Message-Id: <1@shimin.example>",
        ]
        stage.use(
            "swaks",
            "--server",
            f"{SERVER}:{port}",
            *options,
            "--body",
            "A mail of our own.",
            "--attach",
            f"@{attached}",
        )


def ftp(stage: Stage, name: str, port: int) -> None:
    """List a folder and fetch a file, passive mode."""
    share = stage.folder / "ftp"
    share.mkdir(mode=0o755)
    (share / "note.txt").write_text("a note of our own\n" * 50)
    empty = stage.folder / "empty"
    empty.mkdir()
    lines = [
        "listen=YES",
        f"listen_port={port}",
        "anonymous_enable=YES",
        "local_enable=NO",
        f"anon_root={share}",
        "background=NO",
    ]
    lines += [
        f"secure_chroot_dir={empty}",
        "seccomp_sandbox=NO",
        "isolate_network=NO",
        "pasv_min_port=50000",
        "pasv_max_port=50009",
        "",
    ]
    stage.serve(port, "vsftpd", stage.file("vsftpd.conf", "\n".join(lines)))
    with stage.recorded(name):
        stage.use(
            "curl",
            "-s",
            "--disable-epsv",
            f"ftp://{SERVER}:{port}/",
            f"ftp://{SERVER}:{port}/note.txt",
            "-o",
            "/dev/null",
        )


#: By name of the file: what is run, on which port.
CAPTURES: dict[str, tuple[Callable[[Stage, str, int], None], int]] = {
    "ssh": (ssh, 22),
    "ssh-on-443": (ssh, 443),
    "smb3": (smb, 445),
    "smb3-on-8080": (smb, 8080),
    "rdp": (rdp, 3389),
    "rdp-on-443": (rdp, 443),
    "vnc": (vnc, 5900),
    "vnc-on-3389": (vnc, 3389),
    "http": (http, 80),
    "http-on-3389": (http, 3389),
    "tls": (tls, 443),
    "tls-on-25": (tls, 25),
    "dns": (dns, 53),
    "dns-on-123": (dns, 123),
    "smtp": (smtp, 25),
    "smtp-on-443": (smtp, 443),
    "ftp": (ftp, 21),
    "ftp-on-80": (ftp, 80),
}


def main(names: list[str]) -> int:
    """Record what is named, or everything; tell what could not be recorded."""
    failed = 0
    for name in names or CAPTURES:
        make, port = CAPTURES[name]
        with ExitStack() as stack:
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="cap", dir="/tmp")))
            folder.chmod(0o755)
            stage = Stage(folder)
            stack.callback(stage.close)
            try:
                make(stage, name, port)
            except (OSError, subprocess.CalledProcessError) as error:
                failed += 1
                sys.stderr.write(f"{name}: {error}\n")
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
