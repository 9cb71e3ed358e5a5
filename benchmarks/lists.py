"""A long rule list folded into exact sets.

    python -m benchmarks.lists [RULES ...]

Prints, per size: seconds to read the export, to build the universe, to fold the list, and the nodes of the permitted set.
The peer in the same run is a plain-Python first-match loop that answers 1,000 questions, the cost of asking rule by rule.
"""

from __future__ import annotations

import random
import sys
import time

from benchmarks.exports import iptables_save
from segcheck import importers
from segcheck.analysis.compiling import judge_list
from segcheck.analysis.tracing import trace_list
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe

QUESTIONS = 1000


def main(sizes: tuple[int, ...] = (1000, 10000)) -> None:
    """Print a row per size."""
    for size in sizes:
        begun = time.perf_counter()
        source = SourceText(path="rules.v4", text=iptables_save(size), encoding="utf-8", sha256="0" * 64)
        (device,) = importers.read([source]).devices
        read = time.perf_counter()
        probes = _probes(size)
        by_sets = [answer.verdict for answer in judge_list(device, "filter/FORWARD", probes)]
        folded = time.perf_counter()
        by_tracing = [trace_list(device, "filter/FORWARD", probe).verdict for probe in probes]
        traced = time.perf_counter()
        if by_sets != by_tracing:
            raise SystemExit("the two engines disagree")
        print(
            f"{size:7} rules: read {read - begun:6.2f} s   fold and answer {QUESTIONS} by sets {folded - read:6.2f} s   "
            f"the same one by one {traced - folded:6.2f} s   ratio {(traced - folded) / (folded - read):5.2f}x"
        )


def _probes(seed: int) -> list[Probe]:
    chance = random.Random(seed)
    found = []
    for _ in range(QUESTIONS):
        src, dst = ((10 << 24) | (chance.randrange(40) << 16) | chance.randrange(1 << 16) for _ in range(2))
        port = chance.choice([22, 25, 53, 80, 443, 445, 1521, 3389, 8080, 8443])
        known = {"src": src, "dst": dst, "proto": 6, "sport": 40000, "dport": port, "tcp_flags": 2, "fragment": 0}
        found.append(Probe(known=known))
    return found


if __name__ == "__main__":
    main(tuple(int(argument) for argument in sys.argv[1:]) or (1000, 10000))
