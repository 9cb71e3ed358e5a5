"""Words of filters: addresses, protocols and ports, and what is not understood."""

from __future__ import annotations

import pytest

from segcheck.importers._unsure import because
from segcheck.importers.yamaha._values import Part, address, parts, ports
from segcheck.model.match import Field
from segcheck.sets.addresses import V4, V6, describe
from segcheck.sets.intervals import IntervalSet


@pytest.mark.parametrize(
    ("text", "family", "expected"),
    [
        ("*", 4, describe(V4)),
        ("*", 6, describe(V6)),
        ("10.0.0.1", 4, ("10.0.0.1",)),
        ("10.0.0.0/8", 4, ("10.0.0.0/8",)),
        ("10.0.0.0/255.255.0.0", 4, ("10.0.0.0/16",)),
        ("10.0.0.4-10.0.0.6,10.0.0.9", 4, ("10.0.0.4-10.0.0.6", "10.0.0.9")),
        ("10.1.*.*", 4, ("10.1.0.0/16",)),
        ("2001:db8::/32", 6, ("2001:db8::/32",)),
    ],
)
def test_addresses(text: str, family: int, expected: tuple[str, ...]) -> None:
    found = address(text, "src", family)

    assert isinstance(found, Field)
    assert describe(found.values) == expected


@pytest.mark.parametrize(("text", "family"), [("www.example.jp", 4), ("*.example.jp", 4), ("ra-prefix@lan2::/64", 6)])
def test_addresses_that_are_elsewhere(text: str, family: int) -> None:
    assert because(address(text, "src", family)) == ("depends-on-outside",)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("10.0.0.1", 6),
        ("2001:db8::1", 4),
        ("10.0.0", 4),
        ("10.*.0.1", 4),
        ("10.0.0.9-10.0.0.1", 4),
        ("--x", 4),
        ("10.0.0.1,", 4),
    ],
)
def test_words_that_are_no_addresses(text: str, family: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- nobody reads its words
        address(text, "src", family)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("www", ((80, 80),)),
        ("21,telnet", ((21, 21), (23, 23))),
        ("1024-65535", ((1024, 65535),)),
        ("netbios_ns-netbios_ssn", ((137, 139),)),
        ("ms-rpc", ((135, 135),)),
        ("ms-rpc-139", ((135, 139),)),
    ],
)
def test_ports(text: str, expected: tuple[tuple[int, int], ...]) -> None:
    found = ports(text)

    assert found is not None
    assert found.ranges == expected


@pytest.mark.parametrize("text", ["65536", "9-1", "-80", "80-", "x", "80,"])
def test_words_that_are_no_ports(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- nobody reads its words
        ports(text)


def test_protocols() -> None:
    assert parts("udp,tcp,50", "*", "*") == (Part(17), Part(6), Part(50))
    assert parts("tcp", "*", "https") == (Part(6, dport=IntervalSet.of(443)),)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("tcp", "*", "frobnicate"), "value-not-understood"),
        (("icmp", "8", "*"), "condition-not-modelled"),
        (("*", "*", "80"), "condition-not-modelled"),
    ],
)
def test_doubtful_ports(words: tuple[str, str, str], code: str) -> None:
    (found,) = parts(*words)

    assert because(found.doubt) == (code,)


@pytest.mark.parametrize("word", ["256", "frobnicate", "tcpflag=0x0102/0x0017", "tcpflag=0x0002", "tcp,", ""])
def test_words_that_are_no_protocols(word: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- nobody reads its words
        parts(word, "*", "*")
