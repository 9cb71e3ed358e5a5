"""What an interface lets in to the device itself: `allowaccess`, and who of the administrators may come from where.

Source: CLI Reference, "config system interface" (allowaccess), "config system admin" (trusthost); Administration Guide,
"Incoming ports", "Local-in policy"; Technical Tips 369268 (an address of another interface needs a policy as well) and
248943 (sources outside every trusted host are dropped).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from segcheck.importers._unsure import unknown
from segcheck.importers.fortigate._interfaces import Interfaces
from segcheck.importers.fortigate._notes import Vdom
from segcheck.importers.fortigate._relevance import table
from segcheck.importers.fortigate._services import icmp, port_range
from segcheck.importers.fortigate._tree import Node
from segcheck.importers.fortigate._values import FAMILY, number, prefix
from segcheck.model.device import Interface, LocalService, Scope
from segcheck.model.diagnostic import Code
from segcheck.model.match import ANYTHING, Expr, Field, conjunction, disjunction
from segcheck.model.match import Interface as AtInterface
from segcheck.model.rules import Action, Continue, Permit, Rule, Unsure
from segcheck.sets.addresses import V4, V6, parse_one
from segcheck.sets.intervals import IntervalSet

_ADMIN_IRRELEVANT = table(
    "how an administrator logs in and what he may do then",
    "accprofile accprofile-override allow-remove-admin-session comments email-to force-password-change fortitoken",
    "guest-auth guest-lang guest-usergroups password password-expire old-password peer-auth peer-group remote-auth",
    "remote-group schedule sms-custom-server sms-phone sms-server ssh-certificate ssh-public-key1 ssh-public-key2",
    "ssh-public-key3 status two-factor two-factor-authentication two-factor-notification vdom-override wildcard",
    "radius-vdom-override hidden list history0 history1 is-admin gui-theme",
) | {
    f"config {name}": "display"
    for name in ("gui-dashboard", "gui-global-menu-favorites", "gui-vdom-menu-favorites", "gui-new-feature-acknowledge")
}
#: Ports of access words that do not move; (port range texts, whether that is all the word means).
_FIXED: dict[str, tuple[tuple[tuple[int, str], ...], bool]] = {
    "snmp": (((17, "161"),), True),
    "fgfm": (((6, "541"),), True),
    "radius-acct": (((17, "1813"),), True),
    "ftm": (((6, "4433"),), True),
    "fabric": (((6, "8013"), (17, "5246-5247"), (17, "8014")), False),
    "capwap": (((17, "5246-5247"),), False),
    "probe-response": (((6, "8008"),), False),
    "speed-test": (((6, "5200-5201"), (17, "5200-5201")), False),
    "scim": (((6, "44558-44559"),), False),
}
#: Words of administration, by the setting that moves their port.
_MOVABLE = {
    "http": ("admin-port", "80"),
    "https": ("admin-sport", "443"),
    "ssh": ("admin-ssh-port", "22"),
    "telnet": ("admin-telnet-port", "23"),
}


@dataclass(frozen=True, slots=True)
class Trusted:
    """From where administrators may come, in one family.

    known     addresses that some administrator may come from
    elsewhere what happens to others: True surely let in to log in, False surely not, None not settled
    """

    known: IntervalSet
    elsewhere: bool | None


class Access:
    """What the interfaces of one VDOM let in."""

    def __init__(self, vdom: Vdom, interfaces: Interfaces) -> None:
        self._vdom = vdom
        self._interfaces = interfaces
        self._global = vdom.table("system global")
        self._trusted = {family: self._trust(family) for family in FAMILY}

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules of the list of access that the device makes from its interfaces' settings."""
        return tuple(rule for interface in self._interfaces.all for rule in self._of(interface))

    def services(self) -> Iterable[LocalService]:
        """Yield the management services of each interface."""
        for interface in self._interfaces.all:
            words = self._words(interface)
            if words and interface.enabled is not False:
                yield LocalService(
                    kind="management",
                    match=disjunction(*dict.fromkeys(self._service(word)[0] for word in words)),
                    interfaces=(interface.name,),
                    span=interface.span,
                )

    def _entry(self, interface: Interface) -> Node:
        return self._vdom.table("system interface").entries[interface.name]

    def _words(self, interface: Interface) -> tuple[str, ...]:
        entry = self._entry(interface)
        words = [*entry.names("allowaccess"), *entry.table("ipv6").names("ip6-allowaccess")]
        if entry.on("secondary-IP") is not False:
            for inner in entry.table("secondaryip").entries.values():
                words.extend(inner.names("allowaccess"))
        return tuple(dict.fromkeys(words))

    def _of(self, interface: Interface) -> Iterable[Rule]:
        if interface.enabled is False:
            return
        here = AtInterface("in", (interface.name,))
        narrowed = any(key.startswith("trust-ip") for key in self._entry(interface).values)
        for words, own, whole in self._groups(interface):
            for word in words:
                service, sure = self._service(word)
                sure = sure and not narrowed
                to = conjunction(whole, service) if own is None else conjunction(Field("dst", own), service)
                name = f"{interface.name} {word}"
                # by way of another interface a policy has to let it through as well: that is asked before
                came = to if own is not None else conjunction(here, to)
                for match, action in self._judged(word, came, sure and own is not None):
                    doubt = (Code.ACTION_NOT_MODELLED.value,) if isinstance(action, Unsure) else ()
                    yield Rule(id=name, key=name, match=match, action=action, text=f"allowaccess {name}", because=doubt)

    def _groups(self, interface: Interface) -> Iterable[tuple[tuple[str, ...], IntervalSet | None, Expr]]:
        """Yield (access words, the addresses they hold for, None if not in the export; family) of an interface."""
        entry = self._entry(interface)
        secondary: dict[int, tuple[str, ...]] = {}
        for inner in entry.table("secondaryip").entries.values():
            try:
                secondary[parse_one((inner.names("ip") or ("",))[0].split("/")[0])] = inner.names("allowaccess")
            except ValueError:
                continue
        own4 = [a.address for a in interface.addresses if a.address in V4 and a.address not in secondary]
        own6 = [a.address for a in interface.addresses if a.address in V6]
        for words, own, family in (
            (entry.names("allowaccess"), own4, V4),
            (entry.table("ipv6").names("ip6-allowaccess"), own6, V6),
            *((words, [address], V4) for address, words in secondary.items()),
        ):
            if words and (own or interface.dynamic):
                yield words, IntervalSet.of(*own) if own else None, Field("dst", family)

    def _judged(self, word: str, match: Expr, sure: bool) -> Iterable[tuple[Expr, Action]]:
        """Yield what becomes of packets for an access word, by where they come from."""
        perhaps = Unsure((Permit(), Continue()))
        for family, trusted in self._trusted.items():
            ours = conjunction(match, Field("src", FAMILY[family]))
            if not sure or trusted.elsewhere is True:
                yield ours, Permit() if sure else perhaps
                continue
            if trusted.known:
                yield conjunction(match, Field("src", trusted.known)), Permit()
            if word not in _MOVABLE or trusted.elsewhere is None:
                yield ours, perhaps

    def _service(self, word: str) -> tuple[Expr, bool]:
        """Return the packets of an access word, and whether they are surely all and only those let in."""
        if word == "ping":
            return disjunction(icmp(1, "8", ""), icmp(58, "128", "")), True
        if word in _MOVABLE:
            key, default = _MOVABLE[word]
            if word == "telnet" and self._global.on("admin-telnet", True) is False:
                return conjunction(port_range(6, default), unknown("telnet that is switched off")), False
            try:
                return port_range(6, str(number(self._global.one(key, default), 1, 65535))), True
            except ValueError:
                return port_range(6, "1-65535"), False
        if word in _FIXED:
            texts, sure = _FIXED[word]
            return disjunction(*(port_range(protocol, text) for protocol, text in texts)), sure
        return ANYTHING, False

    def _trust(self, family: int) -> Trusted:
        admins = self._vdom.table("system admin").entries.values()
        whole, start = FAMILY[family], "trusthost" if family == 4 else "ip6-trusthost"
        if not admins:
            return Trusted(whole, True)
        known: list[tuple[int, int]] = []
        elsewhere: bool | None = False
        for admin in admins:
            hosts = [admin.words(key) or () for key in list(admin.values) if key.startswith(start)]
            narrow, doubtful = _networks(hosts, whole)
            known.extend(narrow)
            if narrow:
                elsewhere = None if doubtful and elsewhere is False else elsewhere
                continue
            vdoms = admin.names("vdom")
            here = not vdoms or self._vdom.name in vdoms or "super_admin" in admin.one("accprofile")
            other = any("trusthost" in key and not key.startswith(start) for key in admin.values)
            if here and not other:
                elsewhere = True
            elif elsewhere is False:  # bound to hosts of the other family, or at home in another VDOM
                elsewhere = None
        return Trusted(IntervalSet.of(*known), elsewhere)

    def finish(self) -> None:
        """Account for the lines of the administrators."""
        admins = self._vdom.table("system admin")
        for admin in admins.entries.values():
            admin.names("vdom")
            self._vdom.doubt(admin, _ADMIN_IRRELEVANT, Scope.LOCAL, "administrators")
        self._vdom.doubt(admins, (), Scope.LOCAL, "administrators")


def _networks(hosts: list[tuple[str, ...]], whole: IntervalSet) -> tuple[list[tuple[int, int]], bool]:
    """Return the ranges of trusted hosts that name less than everything, and whether one of them names everything."""
    narrow: list[tuple[int, int]] = []
    doubtful = False
    for words in hosts:
        try:
            values = prefix(words) if words else whole
        except ValueError:
            values = whole
        if values == whole:
            doubtful = True
        else:
            narrow.extend(values.ranges)
    return narrow, doubtful
