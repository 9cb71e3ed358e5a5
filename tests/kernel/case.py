"""A case of the corpus: a router, the rules it runs, the packets to try. And the record that the oracle makes of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .oracle import Router, Rules
from .probes import Observation, Probe, Session

_TRACKING_NFT = re.compile(r"\bct \w|\b[ds]nat\b.* to |\bmasquerade|\bredirect")
_TRACKING = re.compile(
    r"-m (conntrack|state|connmark|connbytes|connlimit|connlabel|helper|socket)\b"
    r"|-j (DNAT|SNAT|MASQUERADE|REDIRECT|NETMAP|CONNMARK|CONNSECMARK|TPROXY|SYNPROXY)\b|-j CT (?!--notrack)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What to set up and what to send. `rules` is what was written; the export is taken from the kernel's tools."""

    name: str
    family: int
    topology: dict[str, Any]
    rules: Rules
    probes: tuple[Probe, ...]
    backend: str = "nft"
    tcp_loose: bool = True
    counters: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A case with its real export and, in the order of its probes, what the kernel did."""

    case: Case
    export: Rules
    sessions: tuple[Session, ...]

    def case_row(self) -> dict[str, Any]:
        """Return everything that a reader of exports is given, and the text the rules were loaded from."""
        return {
            "record": "case",
            "case": self.case.name,
            "family": self.case.family,
            "backend": self.case.backend,
            "tcp_loose": self.case.tcp_loose,
            "topology": self.case.topology,
            "iptables": self.export.iptables,
            "ip6tables": self.export.ip6tables,
            "ipset": self.export.ipset,
            "nft": self.export.nft,
            "written": {
                "iptables": self.case.rules.iptables,
                "ip6tables": self.case.rules.ip6tables,
                "nft": self.case.rules.nft,
            },
        }

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per probe: the probe, its verdict, and those of its reply and of an ICMP error about it."""
        rows = []
        for number, (probe, session) in enumerate(zip(self.case.probes, self.sessions, strict=True)):
            row = {"record": "row", "case": self.case.name, "n": number, "probe": probe.as_row()}
            row |= _observed(session.forward)
            row["reply"] = None if session.reply is None else _observed(session.reply)
            row["error"] = None if session.error is None else _observed(session.error)
            rows.append(row)
        return rows


def judge(case: Case) -> Judged:
    """Return what the kernel does with a case; raises ToolFailed when it refuses the rules."""
    with Router(case.topology, backend=case.backend, tcp_loose=case.tcp_loose) as router:
        router.load(case.rules)
        export = Rules(nft=router.ruleset()) if case.rules.nft else router.export(counters=case.counters)
        return Judged(case=case, export=export, sessions=tuple(router.sessions(case.probes)))


def tracks_connections(text: str) -> bool:
    """Whether rules of one family switch connection tracking (and with it reassembly) on for that family.

    The kernel does so when a rule that needs it is loaded, wherever it stands and whether or not it is ever reached.
    """
    return bool(_TRACKING.search(text))


def tracks_by_nft(text: str) -> bool:
    """Whether rules of nftables switch connection tracking on; those of one family alone are not told apart."""
    return bool(_TRACKING_NFT.search(text))


def _observed(observation: Observation) -> dict[str, Any]:
    row: dict[str, Any] = {"verdict": observation.verdict.value}
    if observation.out:
        row["out"] = observation.out
    if observation.header is not None:
        row["header"] = observation.header.as_row()
    if observation.via:
        row["via"] = observation.via
    if observation.pieces - {0}:
        row["pieces"] = sorted(observation.pieces)
    return row
