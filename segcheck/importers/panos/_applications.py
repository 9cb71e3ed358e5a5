"""Applications (App-ID): which packets may belong to them, for `application-default`.

Source: PAN-OS Administrator's Guide, App-ID, "Safely Enable Applications on Default Ports": the default ports belong to the
content updates of the vendor (Applipedia), not to the configuration. What an application is, the firewall decides after the
opening packet; a rule that names one is therefore never sure of an opening packet. The table below only says where such a
rule surely does not reach; an application that is not in it may use any port.
"""

from __future__ import annotations

from collections.abc import Iterable

from segcheck.importers._hierarchy.notes import Vsys, closure
from segcheck.importers._hierarchy.sessions import proto
from segcheck.importers._hierarchy.tree import Node
from segcheck.importers._unsure import unknown
from segcheck.importers.panos._services import ports
from segcheck.model.device import NamedObject
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.match import ANYTHING, Condition, Expr, Field, Kind, conjunction, disjunction
from segcheck.sets.intervals import IntervalSet

_TCP, _UDP, _ICMP = 6, 17, 1
#: Default ports, with the secure ports of those that have any (PAN-OS 9.0 New Features, "Strict Default Ports for Decrypted
#: Applications": web-browsing, SMTP, FTP, LDAP, POP3, IMAP). Facts of Applipedia as they are retold by the Live Community
#: ("Demystifying Application Default": web-browsing, dns) and by Batfish's table of builtin applications.
DEFAULT_PORTS: dict[str, tuple[tuple[int, str], ...]] = {
    "bgp": ((_TCP, "179"), (_UDP, "179")),
    "dhcp": ((_TCP, "67-68"), (_UDP, "67-68")),
    "dns": ((_TCP, "53"), (_UDP, "53,5353")),
    "dns-base": ((_TCP, "53"), (_UDP, "53,5353")),
    "ldap": ((_TCP, "389,636,3268,3269"), (_UDP, "389,3268")),
    "ms-kms": ((_TCP, "1688"),),
    "mssql-mon": ((_UDP, "1434"),),
    "netbios-ss": ((_TCP, "139"),),
    "ntp": ((_TCP, "123"), (_UDP, "123")),
    "pan-db-cloud": ((_TCP, "443"),),
    "snmp": ((_TCP, "161"), (_UDP, "161")),
    "ssh": ((_TCP, "22"),),
    "ssl": ((_TCP, "443"),),
    "web-browsing": ((_TCP, "80,443"),),
    "ping": ((_ICMP, ""),),
    "icmp": ((_ICMP, ""),),
}
_GROUPS = "application-group"


class Applications:
    """The applications that rules of one virtual system can name."""

    def __init__(self, vsys: Vsys) -> None:
        self._vsys = vsys

    def named(self, names: Iterable[str], where: str) -> Expr:
        """Return "the session turns out to be one of these applications": known only after the opening packet."""
        names = tuple(names)
        if "any" in names:
            return ANYTHING
        return Condition(f"application {', '.join(names)[:80]} of {where}", Kind.LATER)

    def default_ports(self, names: Iterable[str]) -> Expr:
        """Return the packets that may be of a default port of one of these applications."""
        found = [self._ports(name) for name in closure(names, self._members)]
        return ANYTHING if ANYTHING in found or not found else disjunction(*dict.fromkeys(found))

    def _members(self, name: str) -> tuple[str, ...] | None:
        group = self._vsys.find(_GROUPS, name, "application")
        if group is None or self._vsys.find("application", name, _GROUPS) is not None:
            return None
        group.ignore(("description", "tag", "disable-override"))
        members = group.words("members")
        unread = group.open_ends()
        return (*members, f"\0{name}") if unread or not members else members

    def _ports(self, name: str) -> Expr:
        entry = self._vsys.find("application", name)
        if entry is not None:
            return self._custom(entry)
        if name in DEFAULT_PORTS and not self._vsys.find("application-filter", name):
            return disjunction(*(_port(number, text) for number, text in DEFAULT_PORTS[name]))
        return ANYTHING

    def _custom(self, entry: Node) -> Expr:
        """Return the packets at the default ports that the file itself gives an application."""
        default = entry.at("default")
        try:
            if default.has("port"):
                found: list[Expr] = []
                for word in default.words("port"):
                    name, _, text = word.partition("/")
                    if text == "dynamic":
                        return ANYTHING
                    found.append(_port({"tcp": _TCP, "udp": _UDP}[name], text))
                return disjunction(*found) if found else ANYTHING
            if default.has("ident-by-ip-protocol"):
                return Field("proto", IntervalSet.of(*(_number(w) for w in default.words("ident-by-ip-protocol"))))
            for kind, number in (("ident-by-icmp-type", 1), ("ident-by-icmp6-type", 58)):
                if default.has(kind):
                    words = default.at(kind)
                    terms = [proto(number), Field("icmp_type", IntervalSet.of(_number(words.one("type"))))]
                    if words.one("code"):
                        terms.append(Field("icmp_code", IntervalSet.of(_number(words.one("code")))))
                    return conjunction(*terms)
        except (ValueError, KeyError):
            self._vsys.bad_value(default, f"application {entry.word}")
        return ANYTHING

    def finish(self) -> None:
        """Account for the lines of applications: only default ports are asked for, and what is unread there is any port."""
        for scope in self._vsys.scopes:
            for table in ("application", _GROUPS, "application-filter"):
                for entry in scope.at(table).entries():
                    entry.mark_all(LineUse.UNDERSTOOD if table == _GROUPS else LineUse.APPROXIMATED)
                    kind = table.replace("-", " ")
                    span = self._vsys.notes.extent(entry)
                    self._vsys.objects.setdefault(
                        (kind, entry.word), NamedObject(kind, entry.word, "", "defined", span)
                    )


def _port(number: int, text: str) -> Expr:
    return conjunction(proto(number), Field("dport", ports(text))) if text else proto(number)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) <= 255):
        raise ValueError(text[:20])
    return int(text)


def category(names: tuple[str, ...], where: str) -> Expr:
    """Return "the session is of one of these URL categories": known only after the opening packet."""
    if not names or "any" in names:
        return ANYTHING
    return Condition(f"URL category {', '.join(names)[:80]} of {where}", Kind.LATER)


def people(names: tuple[str, ...], kind: str) -> Expr:
    """Return "the sender is one of these" (users, host information profiles, devices): true of some, false of others."""
    if not names or "any" in names or "no-hip" in names:
        return ANYTHING if not names or "any" in names else unknown(f"{kind} no-hip", Code.CONDITION_NOT_MODELLED)
    return disjunction(*(Condition(f"{kind} {name}"[:120], Kind.VARIES) for name in names))
