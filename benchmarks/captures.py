"""`segcheck flows` and `replay` on a large capture, against other tools that make conversations of packets, in the same run.

    python -m benchmarks.captures [PACKETS [RUNS]]

The capture is made by `benchmarks.traffic`: a million packets of a hundred thousand conversations, 346 MB. Printed: seconds
of CPU (user + system, whole process tree, the best of some runs), packets per CPU second, peak memory, and how many
times as long a peer takes. Goal: a million packets read, or judged, in under 2 s of CPU, ahead of argus, in memory that
stays the same.

Peers: argus (Debian packages argus-server, argus-client) with its list of conversations as text; nfstream and scapy (extra
`benchmark`). scapy reads the first 20,000 packets, and its time is scaled. What is not installed is named so.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SEGCHECK = (sys.executable, "-m", "segcheck")
#: The site whose rules and register are asked; the conversations are not its own, so each of them is judged.
TOWN = Path(__file__).resolve().parent.parent / "topologies" / "reiji"
#: A tap whose device's rules are asked as well; none of the benchmark's tags is a VLAN of its own, so nearly all is foreign.
TAPS = ("t1",)
SLICE = 20_000
TIMES = 4
_NFSTREAM = """
import sys
from nfstream import NFStreamer
print(sum(1 for _ in NFStreamer(source=sys.argv[1], n_dissections=0, n_meters=1)))
"""
_SCAPY = """
import sys
from collections import Counter
from scapy.all import IP, IPv6, PcapReader
flows = Counter()
for packet in PcapReader(sys.argv[1]):
    ip = packet[IP] if IP in packet else packet[IPv6] if IPv6 in packet else None
    if ip is not None:
        flows[ip.src, ip.dst, getattr(ip.payload, "sport", 0), getattr(ip.payload, "dport", 0)] += 1
print(len(flows))
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost: seconds of user and system time, and the most memory of any of its processes in MiB."""

    cpu: float
    peak: float


def main(packets: int = 1_000_000, runs: int = 3) -> None:
    """Print a row per command."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "town.pcap"
        # in a process of its own: a child's peak counts what its parent held when it was started
        cost([sys.executable, "-m", "benchmarks.traffic", str(path), str(packets), str(max(1, packets // 10))])
        size = path.stat().st_size
        print(f"{packets} packets, {size / 1e6:.0f} MB; best of {runs} runs, whole processes")
        flows = (*SEGCHECK, "flows", str(path), "--format")
        cost([*flows, "json"])  # warm: byte code and machine code written, the file in the cache
        ours = _best(runs, lambda: cost([*flows, "json"]))
        _row("segcheck flows --format json", ours, packets)
        for kind in ("csv", "text"):
            _row(f"segcheck flows --format {kind}", _best(runs, lambda kind=kind: cost([*flows, kind])), packets)
        replay = (*SEGCHECK, "replay", str(TOWN))
        told = {
            kind: _best(runs, lambda kind=kind: cost([*replay, str(path), "--format", kind], codes=(0, 1, 3)))
            for kind in ("json", "summary")
        }
        for kind, used in told.items():
            _row(f"segcheck replay --format {kind}", used, packets)
        judged = told["summary"]
        for tap in TAPS:
            tapped = _best(1, lambda tap=tap: cost([*replay, f"{path}@{tap}", "--format", "json"], codes=(0, 1, 3)))
            _row(f"segcheck replay, at tap {tap}", tapped, packets)
        for name, peer in _peers(path, Path(folder), packets).items():
            if peer is None:
                print(f"{name:44} not installed")
                continue
            theirs = _best(1 if name.startswith(("nfstream", "scapy")) else runs, peer)
            _row(name, theirs, packets, f"{theirs.cpu / ours.cpu:6.1f}x flows {theirs.cpu / judged.cpu:6.1f}x replay")
        _row(
            f"segcheck flows -, {TIMES} times the capture",
            cost([*SEGCHECK, "flows", "-", "--format", "json"], _repeated(path)),
            TIMES * packets,
        )
        judged = cost([*replay, "-", "--format", "summary"], _repeated(path), codes=(0, 1, 3))
        _row(f"segcheck replay -, {TIMES} times the capture", judged, TIMES * packets)
        if (again := _argus(Path(folder), "-", _repeated(path))) is not None:
            theirs = again()
            _row(
                f"argus, {TIMES} times the capture", theirs, TIMES * packets, f"{theirs.cpu / judged.cpu:6.1f}x replay"
            )


def cost(command: list[str], feed: Callable[[IO[bytes]], None] | None = None, codes: tuple[int, ...] = (0,)) -> Cost:
    """Run a command to its end, its output thrown away; `feed` writes its standard input, `codes` say that it worked."""
    # without it Python would compile every module anew in each process, as no installed program does
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE if feed else None, stdout=subprocess.DEVNULL, stderr=errors, env=environment
        )
        if feed and process.stdin:
            feeder = threading.Thread(target=feed, args=(process.stdin,))
            feeder.start()
            feeder.join()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            errors.seek(0)
            raise SystemExit(
                f"{command[0]} ended with {process.returncode}: {errors.read(500).decode(errors='replace')}"
            )
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _best(runs: int, run: Callable[[], Cost]) -> Cost:
    return min((run() for _ in range(runs)), key=lambda one: one.cpu)


def _row(name: str, used: Cost, packets: int, behind: str = "") -> None:
    print(
        f"{name:44} {used.cpu:7.2f} s {packets / used.cpu / 1e3:8.0f} kpps {used.peak:6.0f} MiB  {behind}", flush=True
    )


def _peers(path: Path, folder: Path, packets: int) -> dict[str, Callable[[], Cost] | None]:
    """Return what to run for each peer; None if it is not installed."""

    def with_scapy() -> Cost:
        part = folder / "slice.pcap"
        _cut(path, part, SLICE)
        start, whole = cost([sys.executable, "-c", "import scapy.all"]), cost([sys.executable, "-c", _SCAPY, str(part)])
        return Cost(start.cpu + (whole.cpu - start.cpu) * packets / SLICE, whole.peak)

    return {
        "argus -r -w, ra -n": _argus(folder, str(path)),
        "nfstream, nothing dissected": (lambda: cost([sys.executable, "-c", _NFSTREAM, str(path)]))
        if _has("nfstream")
        else None,
        f"scapy, scaled from {SLICE} packets": with_scapy if _has("scapy") else None,
    }


def _argus(folder: Path, path: str, feed: Callable[[IO[bytes]], None] | None = None) -> Callable[[], Cost] | None:
    """Return what makes argus list the conversations of a capture; None if it is not installed."""
    argus, ra = (shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in ("argus", "ra"))
    if not (argus and ra):
        return None

    def run() -> Cost:
        records = folder / "argus.out"
        records.unlink(missing_ok=True)
        parts = cost([argus, "-r", path, "-w", str(records)], feed), cost([ra, "-n", "-r", str(records)])
        return Cost(sum(part.cpu for part in parts), max(part.peak for part in parts))

    return run


def _has(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _cut(path: Path, part: Path, packets: int) -> None:
    """Write the first packets of a little-endian pcap."""
    with path.open("rb") as source, part.open("wb") as out:
        out.write(source.read(24))
        for _ in range(packets):
            header = source.read(16)
            out.write(header + source.read(int.from_bytes(header[8:12], "little")))


def _repeated(path: Path) -> Callable[[IO[bytes]], None]:
    """Return what writes a pcap whose records are those of `path` several times."""

    def feed(out: IO[bytes]) -> None:
        with out:
            for turn in range(TIMES):
                with path.open("rb") as source:
                    source.seek(24 if turn else 0)
                    shutil.copyfileobj(source, out, 1 << 20)

    return feed


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
