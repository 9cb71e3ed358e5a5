"""Write the kernel corpus: what the Linux kernel really does with packets under the rule sets of tests/kernel.

    kernel_corpus.py rows.jsonl                       the whole corpus, fixed seeds
    kernel_corpus.py rows.jsonl --slice 12 --seed 7   a few cases, for a quick look

One JSON object per line: a `case` record (export text, sets, topology), then its `row` records (probe, verdict, out
interface, translated header, reply, ICMP error). Needs root; everything happens in network namespaces of its own.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.kernel.case import Judged, judge
from tests.kernel.corpus import SEED, corpus_slice, whole_corpus
from tests.kernel.namespaces import missing_prerequisites


def count(judged: Judged, counts: Counter[str]) -> None:
    """Add what one case contributes to the figures printed at the end."""
    counts["cases"] += 1
    for row in judged.rows():
        probe = row["probe"]
        counts["rows"] += 1
        counts[row["verdict"]] += 1
        counts[f"v{judged.case.family}"] += 1
        counts[judged.case.backend] += 1
        counts["fragments"] += "fragment" in probe
        counts["TCP flags other than SYN"] += probe.get("flags", "S") != "S"
        counts["translated"] += is_translated(probe, row.get("header"))
        counts["answers judged"] += row["reply"] is not None
        counts["ICMP errors judged"] += row["error"] is not None


def is_translated(probe: dict[str, Any], header: dict[str, Any] | None) -> bool:
    """Whether the packet left with another address or port than it came with."""
    fields = ("src", "dst", "sport", "dport")
    return header is not None and any(header[f] != probe[f] for f in fields if f in header and f in probe)


def main() -> int:
    """Judge the cases asked for, write their records, print the figures; exit 3 where the kernel cannot be asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("output", type=Path)
    parser.add_argument("--slice", type=int, metavar="N", help="only N cases")
    parser.add_argument("--seed", type=int, default=SEED)
    arguments = parser.parse_args()
    lacks = missing_prerequisites()
    if lacks:
        print("the kernel cannot be asked here: " + "; ".join(lacks), file=sys.stderr)
        return 3
    cases = corpus_slice(arguments.slice, arguments.seed) if arguments.slice else whole_corpus(arguments.seed)
    counts: Counter[str] = Counter()
    started = time.monotonic()
    with arguments.output.open("w", encoding="utf-8") as output:
        for case in cases:
            judged = judge(case)
            for record in (judged.case_row(), *judged.rows()):
                output.write(json.dumps(record, ensure_ascii=False) + "\n")
            count(judged, counts)
    seconds = time.monotonic() - started
    for name, number in counts.items():
        print(f"{name:28} {number:8}")
    print(f"{'share forwarded':28} {counts['FORWARD'] / max(1, counts['rows']):8.1%}")
    print(f"{seconds:.1f} s, {counts['rows'] / seconds:.0f} rows per second, kernel {platform.release()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
