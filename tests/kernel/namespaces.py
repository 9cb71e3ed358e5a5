"""Network namespaces that live exactly as long as the Python object that made them.

A namespace is held by an open descriptor and by nothing else: no helper process, no entry under /run/netns. When the
process ends for whatever reason, the kernel takes the namespace and every interface in it away (namespaces(7)).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

CLONE_NEWNET = 0x40000000
REQUIRED_TOOLS = ("ip", "nft", "ipset", "iptables-save", "iptables-restore", "ip6tables-save", "ip6tables-restore")

_libc = ctypes.CDLL(None, use_errno=True)


class ToolFailed(Exception):
    """A command inside a namespace refused its input; the text is what the command said."""


def missing_prerequisites() -> list[str]:
    """Return what this machine lacks to run the oracle, in words; empty when it can run."""
    lacks = [f"{tool} is not installed" for tool in REQUIRED_TOOLS if shutil.which(tool) is None]
    if os.geteuid() != 0:
        return ["not root", *lacks]
    try:
        Namespace().close()
    except OSError as error:
        lacks.append(f"no network namespace: {error}")
    return lacks


class Namespace:
    """A fresh network namespace; `with` enters it, `close` gives it back to the kernel."""

    def __init__(self) -> None:
        self._home: list[int] = []
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            if _libc.unshare(CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET) failed")
            self._descriptor = os.open("/proc/self/ns/net", os.O_RDONLY)
            _enter(home)
        finally:
            os.close(home)

    @property
    def path(self) -> str:
        """The path under which `ip link ... netns` finds this namespace."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    def __enter__(self) -> Namespace:
        self._home.append(os.open("/proc/self/ns/net", os.O_RDONLY))
        _enter(self._descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        home = self._home.pop()
        _enter(home)
        os.close(home)

    def run(self, *command: str, stdin: str = "") -> str:
        """Return what the command prints when run inside; raises ToolFailed with its complaint."""
        with self:
            done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ToolFailed(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def set(self, name: str, value: int, *, optional: bool = False) -> None:
        """Write one sysctl below net/; an `optional` one may be absent in this kernel."""
        with self:
            try:
                Path("/proc/sys/net", name).write_text(str(value))
            except FileNotFoundError:
                if not optional:
                    raise

    def close(self) -> None:
        """Let go of the namespace: the kernel removes it with all its interfaces and rules."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _enter(descriptor: int) -> None:
    if _libc.setns(descriptor, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns failed")
