"""segcheck's answers to the questions that the kernel was asked: one row per probe, by sets or by tracing."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from segcheck import importers
from segcheck.analysis.compiling import judge_device
from segcheck.analysis.tracing import trace
from segcheck.loaders import device_file
from segcheck.model.device import DeviceConfig
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe as Question
from segcheck.model.trace import Verdict
from segcheck.sets import addresses

from . import frames
from .case import tracks_by_nft, tracks_connections
from .probes import FLAG_BITS, TCP, WITH_PORTS, Fragment, Probe, from_row
from .wires import hardware_address

_OF_THE_SENDER = re.compile(r"-m (mac|length|tos|dscp|ttl|hl)\b|\bip6? (ttl|dscp|length|hoplimit) ")
Row = Mapping[str, Any]
Engine = Callable[[DeviceConfig, Sequence[Question]], list[dict[str, Any]]]


def device_of(case: Row, *, written: bool = False) -> DeviceConfig:
    """Return the device that segcheck reads from the exports of a case and its topology.

    written   read the rules as they were written, before the kernel's tools put them in order; between the save tool's
              first and last line, since nothing else tells the family and what `--dport` means for fragments
    """
    if case.get("nft"):
        text = case["written"]["nft"] if written else case["nft"]
        (device,) = importers.read([_source("ruleset.nft", text)], "nftables").devices
        return _placed(device, case)
    rules = {tool: case[tool] for tool in ("iptables", "ip6tables")}
    if written:
        around = {tool: (text.split("\n", 1)[0], text.rstrip().rsplit("\n", 1)[-1]) for tool, text in rules.items()}
        rules = {
            tool: "\n".join((around[tool][0], text.rstrip(), around[tool][1], "")) if text else ""
            for tool, text in case["written"].items()
            if tool in rules
        }
    named = rules | {"ipset": case["ipset"]}
    texts = [_source(f"{name}.save", text) for name, text in named.items() if text]
    (device,) = importers.read(texts, "iptables").devices
    return _placed(device, case)


def _placed(device: DeviceConfig, case: Row) -> DeviceConfig:
    placed = device_file.load(_source("device.yaml", json.dumps(case["topology"] | {"routes_complete": True})))
    return device.with_addressing(placed.interfaces, placed.routes, complete=True)


def by_sets(device: DeviceConfig, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Return the answers by membership in sets."""
    rows = []
    for answer in judge_device(device, questions, reply=True):
        row = _row(answer.verdict, answer.egress, answer.header)
        row["reply_verdict"] = answer.reply.value if answer.reply is not None else None
        rows.append(row)
    return rows


def by_tracing(device: DeviceConfig, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """Return the answers of the one-packet interpreter."""
    rows = []
    for question in questions:
        found = trace(device, question, reply=True)
        leaving = [path for path in found.paths if path.egress]
        one = leaving[0] if len(leaving) == 1 and found.verdict is Verdict.PERMIT else None
        row = _row(found.verdict, one.egress if one else "", one.header if one else {})
        row["reply_verdict"] = found.reply.verdict.value if found.reply is not None else None
        rows.append(row)
    return rows


def answers(case: Row, rows: Sequence[Row], engine: Engine, *, written: bool = False) -> tuple[list[Row], list[Row]]:
    """Return the kernel's rows that segcheck can be asked about, and segcheck's answers to them.

    Left out, because an export does not tell: a lone piece of a datagram where the kernel joins pieces, be it only for
    its own use (segcheck judges the datagram), packets in mid-connection where the system was told not to pick
    connections up. Answers to packets are
    not compared where rules ask what only the responder chooses (TTL, TOS, length, MAC) and segcheck leaves them open.
    """
    device = device_of(case, written=written)
    tracked = tracks_connections(case["iptables"] + case["ip6tables"]) or tracks_by_nft(case.get("nft", ""))
    wires = {name: hardware_address(number, far=True) for number, name in enumerate(case["topology"]["interfaces"])}
    own = _own_addresses(case["topology"])
    asked, kept, pieces = [], [], []
    for row in rows:
        probe = from_row(row["probe"])
        for_itself = ipaddress.ip_address(probe.dst) in own
        joined = tracked or (probe.family == 4 and for_itself)
        lone = probe.fragment in (Fragment.FIRST, Fragment.REST)
        if (lone and (joined or for_itself)) or (not case["tcp_loose"] and probe.proto == TCP and probe.flags != "S"):
            continue
        kept.append(row)
        questions = _questions(probe, wires[probe.interface], joined=joined)
        pieces.append(len(questions))
        asked += questions
    given = engine(device, asked)
    found, position = [], 0
    for row, count in zip(kept, pieces, strict=True):
        parts = given[position : position + count]
        position += count
        whole = parts[0] if count == 1 else {"verdict": _together([part["verdict"] for part in parts])}
        asked_of_sender = _OF_THE_SENDER.search(case["iptables"] + case["ip6tables"] + case.get("nft", ""))
        if asked_of_sender and whole.get("reply_verdict") == "undecided":
            whole = whole | {"reply_verdict": None}
        found.append({"case": row["case"], "n": row["n"]} | whole)
    return kept, found


def _own_addresses(topology: Row) -> set[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return what the kernel takes for itself: addresses, IPv4 broadcasts, IPv6 subnet-router anycast (RFC 4291 §2.6.1)."""
    own: set[ipaddress.IPv4Address | ipaddress.IPv6Address] = set()
    for facts in topology["interfaces"].values():
        for text in (*facts.get("addresses", ()), *([facts["address"]] if "address" in facts else ())):
            placed = ipaddress.ip_interface(text)
            shared = placed.network.num_addresses > 2
            end = placed.network.broadcast_address if placed.version == 4 else placed.network.network_address
            own |= {placed.ip, end} if shared else {placed.ip}
    return own


def _together(verdicts: list[str]) -> str:
    """Return the verdict of a datagram whose pieces are judged one by one: it passes if all of them do."""
    if "deny" in verdicts:
        return "deny"
    return "undecided" if "undecided" in verdicts else "permit"


def _row(verdict: Verdict, egress: str, header: Mapping[str, int]) -> dict[str, Any]:
    translated = {name: addresses.text(header[name]) for name in ("src", "dst") if name in header}
    translated |= {name: str(header[name]) for name in ("sport", "dport") if name in header}
    return {"verdict": verdict.value, "out": egress or None, "translated": translated}


def _questions(probe: Probe, sender: str, *, joined: bool) -> list[Question]:
    known = {"src": addresses.parse_one(probe.src), "dst": addresses.parse_one(probe.dst), "proto": probe.proto}
    known |= {"fragment": 0, "ttl": probe.ttl, "tos": probe.tos, "cast": 0, "opening": int(probe.chunk == 1)}
    known["mac"] = int((probe.mac or sender).replace(":", ""), 16)
    if probe.proto in WITH_PORTS:
        known["sport"] = frames.DEFAULT_SPORT if probe.sport is None else probe.sport
        known["dport"] = frames.DEFAULT_DPORT if probe.dport is None else probe.dport
    if probe.proto == TCP:
        known["tcp_flags"] = sum(FLAG_BITS[flag] for flag in probe.flags)
    if probe.proto in (1, 58):
        known |= {"icmp_type": probe.message_type, "icmp_code": probe.icmp_code}
    packets = frames.build(probe, 1)
    whole = Question(known=known | {"length": len(packets[0])}, ingress=probe.interface)
    later = {name: known[name] for name in ("src", "dst", "proto", "ttl", "tos", "cast", "mac", "opening")} | {
        "fragment": 1
    }
    piece = Question(known=later | {"length": len(packets[-1])}, ingress=probe.interface)
    if probe.fragment is Fragment.REST:
        return [piece]
    if probe.fragment is Fragment.PAIR:
        if joined:
            head, piece_head = (20, 20) if probe.family == 4 else (40, 48)  # joined, the fragment headers are gone
            length = head + sum(len(packet) - piece_head for packet in packets)
            return [replace(whole, known=whole.known | {"length": length})]
        return [whole, piece]
    return [whole]


def _source(path: str, text: str) -> SourceText:
    return SourceText(path=path, text=text, encoding="utf-8", sha256=sha256(text.encode()).hexdigest())
