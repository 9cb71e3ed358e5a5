"""Values as `nft` prints and reads them. Every function raises ValueError for what it cannot read."""

from __future__ import annotations

from collections.abc import Callable

from segcheck.importers._linux import names
from segcheck.importers.nftables._ruleset import Words
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: nft describe tcp flags
TCP_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128}
#: nft describe icmp type, nft describe icmpv6 type
ICMP_TYPES = {
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
    "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
    "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16, "address-mask-request": 17,
    "address-mask-reply": 18,
}  # fmt: skip
ICMPV6_TYPES = {
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4, "echo-request": 128,
    "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131, "mld-listener-done": 132,
    "mld-listener-reduction": 132, "nd-router-solicit": 133, "nd-router-advert": 134, "nd-neighbor-solicit": 135,
    "nd-neighbor-advert": 136, "nd-redirect": 137, "router-renumbering": 138, "ind-neighbor-solicit": 141,
    "ind-neighbor-advert": 142, "mld2-listener-report": 143,
}  # fmt: skip
ICMP_CODES = {
    "net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3, "frag-needed": 4,
    "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
}  # fmt: skip
ICMPV6_CODES = {
    "no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4, "policy-fail": 5, "reject-route": 6
}  # fmt: skip
#: nft describe dscp: nft(8) prints classes by name
DSCP = {**names.DSCP_CLASSES, "be": 0, "lephb": 1, "va": 44}
#: Bits of `ct state` (include/uapi/linux/netfilter/nf_conntrack_common.h, NF_CT_STATE_BIT).
STATE_BITS = {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64}
#: What `reject with` sends back, in the words of `model.rules.Deny`.
REJECT: dict[str, dict[str, str]] = {
    "icmp": {
        "net-unreachable": "icmp 3/0",
        "host-unreachable": "icmp 3/1",
        "prot-unreachable": "icmp 3/2",
        "port-unreachable": "icmp 3/3",
        "net-prohibited": "icmp 3/9",
        "host-prohibited": "icmp 3/10",
        "admin-prohibited": "icmp 3/13",
    },
    "icmpv6": {
        "no-route": "icmp 1/0",
        "admin-prohibited": "icmp 1/1",
        "addr-unreachable": "icmp 1/3",
        "port-unreachable": "icmp 1/4",
        "policy-fail": "icmp 1/5",
        "reject-route": "icmp 1/6",
    },
}
#: net/netfilter/nft_reject.c, `icmp_code_v4` and `icmp_code_v6`.
REJECT_BOTH = {
    "no-route": ("icmp 3/0", "icmp 1/0"),
    "port-unreachable": ("icmp 3/3", "icmp 1/4"),
    "host-unreachable": ("icmp 3/1", "icmp 1/3"),
    "admin-prohibited": ("icmp 3/13", "icmp 1/1"),
}

Read = Callable[[str], IntervalSet]


def interval(words: Words, read: Read) -> IntervalSet:
    """Return the values of one element: a value, a prefix or a range, in one word or three."""
    texts = [word.text for word in words]
    if len(texts) == 3 and texts[1] == "-":
        return _between(read(texts[0]), read(texts[2]))
    if len(texts) == 3 and texts[1] == "/":
        return read(f"{texts[0]}/{texts[2]}")
    if len(texts) != 1:
        raise ValueError(" ".join(texts))
    text = texts[0]
    try:
        return read(text)
    except ValueError:
        first, sign, last = text.partition("-")
        if not sign or not first or not last:
            raise
        return _between(read(first), read(last))


def _between(first: IntervalSet, last: IntervalSet) -> IntervalSet:
    if first.count != 1 or last.count != 1:
        raise ValueError("a range of ranges")
    return IntervalSet.of((first.min, last.max))


def address(family: int) -> Read:
    """Return the reader of addresses and prefixes of a family."""
    every = addresses.V4 if family == 4 else addresses.V6

    def read(text: str) -> IntervalSet:
        found = addresses.parse(text)
        if not found <= every:
            raise ValueError(text)
        return found

    return read


def number(most: int, *tables: dict[str, int]) -> Read:
    """Return the reader of numbers up to `most`, or of names."""

    def read(text: str) -> IntervalSet:
        for table in tables:
            if text.lower() in table:
                return IntervalSet.of(table[text.lower()])
        return IntervalSet.of(plain(text, most))

    return read


def plain(text: str, most: int) -> int:
    """Return a number written in decimal or hexadecimal."""
    digits = text[2:] if text[:2] in ("0x", "0X") else text
    if not digits or not digits.isascii() or not digits.isalnum() or len(digits) > 40:
        raise ValueError(text)
    value = int(digits, 16 if digits is not text else 10)
    if value > most:
        raise ValueError(text)
    return value


def port(text: str) -> IntervalSet:
    """Return a port by number or service name."""
    return number(65535, names.SERVICES)(text)


PROTOCOLS = {name: value for name, value in names.PROTOCOLS.items() if name not in ("all", "ip")}


def hardware(text: str) -> IntervalSet:
    """Return a hardware address."""
    octets = text.split(":")
    if len(octets) != 6 or any(len(octet) != 2 for octet in octets):
        raise ValueError(text)
    return IntervalSet.of(int("".join(octets), 16))


def bits(words: Words, table: dict[str, int], most: int) -> int:
    """Return flags joined by `|` or `,`, in parentheses or not."""
    found = 0
    wanted = True
    for word in words:
        if word.of("(", ")"):
            continue
        if wanted:
            found |= table[word.text] if word.text in table else plain(word.text, most)
        elif not word.of("|", ","):
            raise ValueError(word.text)
        wanted = not wanted
    if wanted:
        raise ValueError("flags end with a sign")
    return found
