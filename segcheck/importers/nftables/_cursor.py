"""The words of one rule, read from left to right, and where expressions begin and end in them."""

from __future__ import annotations

from segcheck.importers.nftables._lexer import Token
from segcheck.importers.nftables._ruleset import Words


class Unread(ValueError):
    """From the word at which the cursor stood nothing is understood."""


#: Expressions of a protocol and a field, with the fields that nft 1.0.6 knows (src/proto.c, src/exthdr.c).
FIELDS: dict[str, frozenset[str]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "ip": "version hdrlength dscp ecn length id frag-off ttl protocol checksum saddr daddr",
        "ip6": "version dscp ecn flowlabel length nexthdr hoplimit saddr daddr",
        "tcp": "sport dport sequence ackseq doff reserved flags window checksum urgptr",
        "udp": "sport dport length checksum",
        "udplite": "sport dport csumcov checksum",
        "sctp": "sport dport vtag checksum",
        "dccp": "sport dport type",
        "th": "sport dport",
        "icmp": "type code checksum id sequence gateway mtu",
        "icmpv6": "type code checksum id sequence mtu max-delay parameter-problem packet-too-big",
        "igmp": "type mrt checksum group",
        "ether": "saddr daddr type",
        "vlan": "id dei cfi pcp type",
        "arp": "htype ptype hlen plen operation",
        "ah": "nexthdr hdrlength reserved spi sequence",
        "esp": "spi sequence",
        "comp": "nexthdr flags cpi",
        "hbh": "nexthdr hdrlength",
        "dst": "nexthdr hdrlength",
        "frag": "nexthdr reserved frag-off reserved2 more-fragments id",
        "mh": "nexthdr hdrlength type reserved checksum",
        "exthdr": "hbh dst frag rt rt0 rt2 rt4 mh",
        "socket": "transparent mark wildcard",
        "osf": "name version",
    }.items()
}
META = frozenset(
    (
        *("length", "protocol", "priority", "random", "mark", "iif", "iifname", "iiftype", "oif", "oifname", "oiftype"),
        *("skuid", "skgid", "nftrace", "rtclassid", "ibrname", "obrname", "pkttype", "cpu", "iifgroup", "oifgroup"),
        *("cgroup", "nfproto", "l4proto", "iifkind", "oifkind", "ibrpvid", "ibrvproto", "time", "day", "hour", "sdif"),
        *("sdifname", "secmark", "broute"),
    )
)
#: Those that stand without `meta` before them (parser_bison.y, meta_key_unqualified).
UNQUALIFIED = frozenset(
    (
        *("mark", "iif", "iifname", "iiftype", "oif", "oifname", "oiftype", "skuid", "skgid", "nftrace", "rtclassid"),
        *("pkttype", "cpu", "iifgroup", "oifgroup", "cgroup", "time", "day", "hour"),
    )
)
CT = frozenset(
    (
        *("state", "direction", "status", "mark", "expiration", "helper", "label", "l3proto", "protocol", "bytes"),
        *("packets", "avgpkt", "zone", "id", "saddr", "daddr", "proto-src", "proto-dst", "event", "secmark"),
    )
)


class Cursor:
    """A place in the words of a rule."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.at = 0

    @property
    def rest(self) -> Words:
        """The words from here on."""
        return self.words[self.at :]

    def peek(self, ahead: int = 0) -> Token | None:
        """Return the word here, or so many further on; None behind the last one."""
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else None

    def sees(self, *words: str, ahead: int = 0) -> bool:
        """Return whether the word here is one of these, unquoted."""
        word = self.peek(ahead)
        return word is not None and word.of(*words)

    def take(self) -> Token:
        """Return the word here and go on; raises Unread behind the last one."""
        word = self.peek()
        if word is None or word.bad:
            raise Unread("the rule ends")
        self.at += 1
        return word

    def accept(self, *words: str) -> bool:
        """Go on if the word here is one of these; returns whether it is."""
        if self.sees(*words):
            self.at += 1
            return True
        return False

    def expect(self, *words: str) -> Token:
        """Return the word here, which must be one of these."""
        if not self.sees(*words):
            raise Unread(" or ".join(words))
        return self.take()

    def braces(self) -> Words:
        """Return the words between the braces that stand here."""
        self.expect("{")
        start, depth = self.at, 1
        while depth:
            word = self.take()
            depth += word.of("{") - word.of("}")
        return self.words[start : self.at - 1]

    def left(self) -> tuple[str, ...] | None:
        """Return the left side of a match that begins here, as its words; None if none does, and nothing is taken."""
        start = self.at
        try:
            found = self._left()
        except Unread:
            found = None
        if found is None:
            self.at = start
        return found

    def _left(self) -> tuple[str, ...] | None:
        if self.peek() is None or self.words[self.at].quoted:
            return None
        head = self.take().text
        if head == "tcp" and self.sees("option"):
            return self._tcp_option()
        if head in FIELDS:
            field = self.take().text
            return (head, field) if field in FIELDS[head] else None
        if head == "meta":
            name = self.take().text
            return ("meta", name) if name in META else None
        if head in UNQUALIFIED:
            return ("meta", head)
        if head == "ct":
            return self._ct()
        if head == "fib":
            return self._fib()
        if head in ("numgen", "symhash"):
            return self._number(head)
        if head == "rt":
            name = self.take().text
            return ("rt", name) if name in ("classid", "nexthop", "mtu", "ipsec") else None
        return None

    def _tcp_option(self) -> tuple[str, ...]:
        self.take()
        name = self.take().text
        return ("tcp", "option", name) if self.sees("exists", "missing") else ("tcp", "option", name, self.take().text)

    def _ct(self) -> tuple[str, ...] | None:
        words: tuple[str, ...] = ("ct",)
        if self.sees("original", "reply"):
            words += (self.take().text,)
            if self.sees("ip", "ip6"):
                words += (self.take().text,)
        name = self.take().text
        if name.partition(" ")[0] in ("ip", "ip6"):
            words += tuple(name.split(" "))
            return words
        return (*words, name) if name in CT else None

    def _fib(self) -> tuple[str, ...] | None:
        words: tuple[str, ...] = ("fib",)
        while True:
            name = self.take().text
            if name not in ("saddr", "daddr", "mark", "iif", "oif"):
                return None
            words += (name,)
            if not self.accept("."):
                break
        result = self.take().text
        return (*words, result) if result in ("type", "oif", "oifname") else None

    def _number(self, head: str) -> tuple[str, ...]:
        words = [head]
        if head == "numgen":
            words.append(self.expect("random", "inc").text)
        self.expect("mod")
        words += ["mod", self.take().text]
        if self.accept("offset"):
            words += ["offset", self.take().text]
        return tuple(words)

    def value(self) -> Words:
        """Return the words of a value here: one, or several joined by signs, with parentheses."""
        found: Words = []
        while True:
            if self.sees("("):
                while not self.sees(")"):
                    found.append(self.take())
            found.append(self.take())
            if not self.sees("|", ",", "-", "/", "."):
                return found
            found.append(self.take())
