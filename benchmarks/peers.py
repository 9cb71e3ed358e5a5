"""Rule-list questions as whole commands, beside fwshift's answers to the same files in the same run.

    python -m benchmarks.peers [RULES]

Rows: zone matrix and hidden rules of a list of 10,000 rules, semantic diff of two lists of 1,000 with five actions flipped;
each for random rules (single prefixes and ports, first match), for realistic ones (24 zones, servers, broad rules,
several ports at once), and for adversarial ones (ranges that overlap arbitrarily in every field; a tenth of the size).

What each does: `segcheck matrix` judges every pair of zones of a site with this one device, forged sources and every
header included; `fwshift matrix` lists services per zone pair of the export, and without zones there is one pair.
`segcheck inspect --anomalies` tells exactly the rules that earlier ones hide together; `fwshift audit` tells hidden
rules and more (risky services, loose ends). Both diffs are semantic and list what changed.
fwshift (PyPI, extra `benchmark`, GPL) is run as a command; where it is not installed its column says so.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

SEGCHECK = (sys.executable, "-m", "segcheck")
#: Seconds after which a command is given up.
PATIENCE = 300.0
PORTS = (22, 25, 53, 80, 123, 389, 443, 445, 1521, 3389, 8080, 8443)
ZONES = 24


def random_rules(count: int, seed: int = 7) -> list[str]:
    """Return rules of random prefixes /16 to /32 of 10/8, 75 % TCP, 15 % deny."""
    chance = random.Random(seed)
    return [
        f"-s {_prefix(chance, 16)} -d {_prefix(chance, 16)} -p {'tcp' if chance.random() < 0.75 else 'udp'} "
        f"--dport {chance.choice(PORTS) if chance.random() < 0.7 else chance.randrange(1, 65536)} "
        f"-j {'DROP' if chance.random() < 0.15 else 'ACCEPT'}"
        for _ in range(count)
    ]


def realistic_rules(count: int, seed: int = 7) -> list[str]:
    """Return rules from parts of 24 zones to servers of others, some for several ports, some for any, some copied down."""
    chance = random.Random(seed)
    found: list[str] = []
    while len(found) < count:
        source, target = chance.sample(range(ZONES), 2)
        length = chance.choice((16, 20, 24, 24, 28, 32, 32))
        step = 1 << (32 - length)
        start = (10 << 24 | source << 16) + chance.randrange((1 << 16) // step) * step
        server = f"10.{target}.250.{chance.randrange(1, 120)}/32" if chance.random() < 0.9 else f"10.{target}.0.0/16"
        ports = ",".join(str(port) for port in sorted(chance.sample(PORTS, chance.choice((1, 1, 2, 4)))))
        service = f"-p tcp -m multiport --dports {ports}" if chance.random() < 0.95 else "-p tcp"
        rule = f"-s {_dotted(start)}/{length} -d {server} {service} -j {'DROP' if chance.random() < 0.2 else 'ACCEPT'}"
        found.append(chance.choice(found) if found and chance.random() < 0.05 else rule)
    return found


def adversarial_rules(count: int, seed: int = 7) -> list[str]:
    """Return rules whose ranges overlap arbitrarily in addresses and ports."""
    chance = random.Random(seed)

    def pair(below: int) -> list[int]:
        return sorted(chance.randrange(below) for _ in range(2))

    found = []
    for _ in range(count):
        (a, b), (c, d), (low, high) = pair(1 << 24), pair(1 << 24), pair(65536)
        base = 10 << 24
        found.append(
            f"-m iprange --src-range {_dotted(base + a)}-{_dotted(base + b)} --dst-range {_dotted(base + c)}-"
            f"{_dotted(base + d)} -p tcp -m tcp --dport {low}:{high} -j {chance.choice(('ACCEPT', 'DROP'))}"
        )
    return found


def flipped(rules: list[str], seed: int = 3) -> list[str]:
    """Return the rules with the actions of five flipped."""
    changed = list(rules)
    for number in random.Random(seed).sample(range(len(rules)), 5):
        rule = rules[number]
        changed[number] = rule.replace("ACCEPT", "DROP") if "ACCEPT" in rule else rule.replace("DROP", "ACCEPT")
    return changed


def main(size: int = 10_000) -> None:
    """Print a row per question and kind of list."""
    peer = shutil.which("fwshift", path=str(Path(sys.executable).parent)) or shutil.which("fwshift")
    print(f"whole processes, one run each, in seconds; peer: {'fwshift' if peer else 'fwshift is not installed'}")
    kinds: tuple[tuple[str, Callable[[int], list[str]], int], ...] = (
        ("random", random_rules, size),
        ("realistic", realistic_rules, size),
        ("adversarial", adversarial_rules, size // 10),
    )
    with tempfile.TemporaryDirectory() as place:
        for kind, make, count in kinds:
            folder = Path(place) / kind
            long, old, new = folder / "exports" / "fw.rules.v4", folder / "old.rules.v4", folder / "new.rules.v4"
            long.parent.mkdir(parents=True)
            long.write_text(_save(make(count)), encoding="utf-8")
            short = make(size // 10)
            old.write_text(_save(short), encoding="utf-8")
            new.write_text(_save(flipped(short)), encoding="utf-8")
            _site(folder)
            out = ["--format", "json", "-o", str(folder / "out.json")]
            _row(
                f"{kind}: matrix of {count}",
                ["matrix", str(folder)],
                peer and [peer, "matrix", "--from", "iptables", str(long), *out],
            )
            _row(
                f"{kind}: hidden rules of {count}",
                ["inspect", str(long), "--anomalies"],
                peer and [peer, "audit", "--from", "iptables", str(long), *out],
            )
            _row(
                f"{kind}: diff of {size // 10}",
                ["diff", str(old), str(new)],
                peer and [peer, "compare", "--from", "iptables", "--from-second", "iptables", str(old), str(new)],
            )


def _row(name: str, ours: list[str], theirs: list[str] | str | None) -> None:
    own = _seconds([*SEGCHECK, *ours])
    text = f"{name:36} segcheck {_said(own)}"
    if isinstance(theirs, list):
        other = _seconds(theirs)
        text += f"   fwshift {_said(other)}"
        if own is not None:
            text += f"   ratio {'more than ' if other is None else ''}{(other or PATIENCE) / own:5.1f}x"
    print(text, flush=True)


def _said(seconds: float | None) -> str:
    return f"not done in {PATIENCE:.0f}" if seconds is None else f"{seconds:7.2f}"


def _seconds(command: list[str]) -> float | None:
    begun = time.perf_counter()
    try:
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode not in (0, 1, 3):
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[:500]}")
    return time.perf_counter() - begun


def _save(rules: list[str]) -> str:
    head = [
        "# Generated by iptables-save v1.8.9",
        "*filter",
        ":INPUT DROP [0:0]",
        ":FORWARD DROP [0:0]",
        ":OUTPUT ACCEPT [0:0]",
    ]
    return "\n".join([*head, *(f"-A FORWARD {rule}" for rule in rules), "COMMIT", "# Completed"]) + "\n"


def _site(folder: Path) -> None:
    """Write a site with the one device between the zones of the realistic list."""
    tiers = ("mynumber", "lgwan", "internet", "dmz", "management", "maintenance")
    lines = ["segcheck: 1", "name: bench", "zones:"]
    lines += [f"  z{n}: {{tier: {tiers[n % len(tiers)]}}}" for n in range(ZONES)]
    lines += [
        "segments:",
        *(f"  s{n}: {{zone: z{n}, v4: [10.{n}.0.0/16], v6: none}}" for n in range(ZONES)),
        "devices:",
    ]
    lines += ["  - id: fw", "    kind: firewall", "    exports: [{path: exports/fw.rules.v4, format: iptables}]"]
    lines += ["    interfaces:", *(f"      eth{n}: {{segment: s{n}, address: 10.{n}.255.254}}" for n in range(ZONES))]
    lines += ["    routes_complete: true", "assumptions:"]
    lines += ["  - {id: A1, subject: fw, claim: whole, assume: export_whole, owner: o, reason: r, document: d,"]
    lines += ["     review_due: 2099-03-31}"]
    (folder / "topology.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    policy = ["segcheck: 1", "profiles:", "  - {model: alpha, guideline_edition: R7.3, segments: all}"]
    (folder / "policy.yaml").write_text("\n".join(policy) + "\n", encoding="utf-8")


def _prefix(chance: random.Random, shortest: int) -> str:
    length = chance.randrange(shortest, 33)
    address = (10 << 24 | chance.getrandbits(24)) >> (32 - length) << (32 - length)
    return f"{_dotted(address)}/{length}"


def _dotted(address: int) -> str:
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
