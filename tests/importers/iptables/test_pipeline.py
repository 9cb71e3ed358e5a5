"""The order of stages and the kernel's own lists, as measured: tests/kernel/FACTS.md c1, d6, j1-j4, l1."""

from __future__ import annotations

import pytest

from segcheck.model.match import AddressClass, AddressKind, Condition, Expr, Field, Kind, leaves
from segcheck.model.pipeline import Stage, StageKind
from segcheck.model.rules import Deny, Permit, RuleList, Unsure
from segcheck.sets import addresses
from tests.importers.iptables.saves import HOOKS, read, rule, rules, save


def everything(family: int = 4) -> str:
    """Return a save of all five tables with a rule that needs tracking."""
    parts = [save(table=table, family=family) for table in HOOKS if table != "filter"]
    return "".join([*parts, save("-A INPUT -m state --state NEW -j ACCEPT", family=family)])


def names(stages: tuple[Stage, ...]) -> list[str]:
    return [stage.name for stage in stages]


@pytest.mark.parametrize("family", [4, 6])
def test_stages_stand_in_the_order_of_the_hooks(family: int) -> None:
    pipeline = read(everything(family)).devices[0].pipeline
    leaving = ["mangle POSTROUTING", "nat POSTROUTING"]
    before = ["defragment", "raw PREROUTING", "conntrack", "mangle PREROUTING", "nat PREROUTING"]

    assert names(pipeline.ingress) == ([*before, "arrival"] if family == 4 else ["arrival", *before])
    assert names(pipeline.forward) == ["forwarding", "mangle FORWARD", "filter FORWARD", "security FORWARD", *leaving]
    assert names(pipeline.local) == [
        *(["defragment"] if family == 4 else []),
        "mangle INPUT",
        "filter INPUT",
        "security INPUT",
        "nat INPUT",
    ]
    assert names(pipeline.output) == [
        "defragment",
        "raw OUTPUT",
        "conntrack",
        "mangle OUTPUT",
        "nat OUTPUT",
        "filter OUTPUT",
        "security OUTPUT",
        *leaving,
    ]


def test_every_stage_is_for_its_family_and_consults_lists_that_exist() -> None:
    device = read(everything(4), everything(6)).devices[0]

    for stage in device.pipeline.stages():
        assert len(stage.families) == 1
        for binding in stage.bindings:
            assert binding.list in device.lists
            assert binding.list.startswith("ip6/") == (stage.families == {6})
            assert device.lists[binding.list].default is not None


def test_kinds_of_stage() -> None:
    kinds = {stage.name: stage.kind for stage in read(everything()).devices[0].pipeline.stages()}

    assert kinds["defragment"] is StageKind.DEFRAGMENT
    assert kinds["conntrack"] is StageKind.CLASSIFY
    assert kinds["nat PREROUTING"] is StageKind.TRANSLATE
    assert kinds["raw PREROUTING"] is kinds["filter FORWARD"] is kinds["arrival"] is StageKind.FILTER


def test_absent_tables_have_no_stage() -> None:
    pipeline = read(save("-A INPUT -j DROP")).devices[0].pipeline

    assert names(pipeline.ingress) == ["arrival"]
    assert names(pipeline.forward) == ["forwarding", "filter FORWARD"]


def _denied(found: RuleList, **header: str) -> bool | None:
    """Return whether a list denies addresses by header alone; None if it may."""
    for one in found.rules:
        holds = _holds(one.match, header)
        if holds and isinstance(one.action, Permit):
            return False
        if holds and isinstance(one.action, Deny):
            return True
        if holds and isinstance(one.action, Unsure):
            return None
    return False


def _holds(expr: Expr, header: dict[str, str]) -> bool:
    terms = getattr(expr, "terms", None)
    if terms is not None:
        held = [_holds(term, header) for term in terms]
        return all(held) if type(expr).__name__ == "All" else any(held)
    return isinstance(expr, Field) and addresses.parse_one(header[expr.name]) in expr.values


V4 = [
    ("10.0.0.1", "192.0.2.1", False),
    ("0.0.0.0", "192.0.2.1", True),
    ("0.0.0.1", "192.0.2.1", False),
    ("127.0.0.1", "192.0.2.1", True),
    ("224.0.0.1", "192.0.2.1", True),
    ("255.255.255.255", "192.0.2.1", True),
    ("240.0.0.1", "192.0.2.1", False),
    ("10.0.0.1", "127.0.0.1", True),
    ("10.0.0.1", "0.0.0.0", True),
    ("10.0.0.1", "0.0.0.9", False),
    ("0.0.0.0", "255.255.255.255", False),
]


@pytest.mark.parametrize(("src", "dst", "denied"), V4)
def test_martians(src: str, dst: str, denied: bool) -> None:
    found = read(save()).devices[0].lists["kernel/arrival"]

    assert _denied(found, src=src, dst=dst) is denied


def test_own_addresses_are_no_sources_of_arriving_packets() -> None:
    found = read(save()).devices[0].lists["kernel/arrival"]
    own = AddressKind("src", frozenset((AddressClass.LOCAL,)))

    assert [one.action for one in found.rules if one.match == own] == [Deny()]


V6 = [
    ("2001:db8::1", "fd00::1", False),
    ("::1", "fd00::1", True),
    ("ff02::1", "fd00::1", True),
    ("::ffff:192.0.2.1", "fd00::1", True),
    ("2001:db8::1", "::1", True),
    ("2001:db8::1", "ff01::1", True),
    ("2001:db8::1", "ff02::1", False),
]


@pytest.mark.parametrize(("src", "dst", "denied"), V6)
def test_arrival_in_ipv6(src: str, dst: str, denied: bool) -> None:
    found = read(save(family=6)).devices[0].lists["ip6/kernel/arrival"]

    assert _denied(found, src=src, dst=dst) is denied


FORWARDING = [
    ("10.0.0.1", "192.0.2.1", False),
    ("10.0.0.1", "224.0.0.5", True),
    ("10.0.0.1", "255.255.255.255", True),
    ("2001:db8::1", "fd00::1", False),
    ("2001:db8::1", "ff05::2", True),
    ("fe80::1", "fd00::1", None),
    ("::", "fd00::1", None),
    ("2001:db8::1", "fe80::1", None),
]


@pytest.mark.parametrize(("src", "dst", "denied"), FORWARDING)
def test_what_is_never_forwarded(src: str, dst: str, denied: bool | None) -> None:
    six = ":" in src
    lists = read(save(family=6 if six else 4)).devices[0].lists

    assert _denied(lists["ip6/kernel/forwarding" if six else "kernel/forwarding"], src=src, dst=dst) is denied


NFT = "# Generated by iptables-save v1.8.9 (nf_tables) on Mon Apr  6 09:00:00 2026"


def _piece_conditions(text: str) -> list[Condition]:
    (found,) = read(text).devices[0].lists["filter/FORWARD"].rules
    return [leaf for leaf in leaves(found.match) if isinstance(leaf, Condition)]


def test_bytes_of_a_later_fragment_may_pass_for_ports_with_nftables_only() -> None:
    """FACTS.md d3, d4."""
    text = save("-A FORWARD -p tcp -m tcp --dport 80 -j ACCEPT")
    nft = NFT + text[text.index("\n") :]
    bare = text[text.index("\n") + 1 :].replace("-A FORWARD", "-A FORWARD -s 192.0.2.1")

    assert _piece_conditions(text) == []
    assert [one.kind for one in _piece_conditions(nft)] == [Kind.VARIES]
    assert [one.kind for one in _piece_conditions(bare)] == [Kind.UNKNOWN]
    assert _piece_conditions(nft.replace("-j ACCEPT", "-m state --state NEW -j ACCEPT")) == []


def test_built_in_lists_are_marked_and_come_from_no_line() -> None:
    lists = read(everything()).devices[0].lists

    assert {name for name, found in lists.items() if found.builtin} == {
        "kernel/conntrack",
        "kernel/arrival",
        "kernel/forwarding",
    }
    assert all(one.span is None for name, found in lists.items() if found.builtin for one in found.rules)
    assert rule("INPUT -j DROP").span is not None


def test_ten_thousand_rules_keep_their_lines() -> None:
    found, _ = rules(*(f"FORWARD -s 10.{n >> 8}.{n & 255}.1/32 -j ACCEPT" for n in range(10_000)))

    assert [one.span.first for one in found if one.span] == list(range(6, 10_006))
    assert len({one.key for one in found}) == 10_000
