"""Addresses, services, sets and lists of an export that nothing refers to."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._base import Context
from segcheck.checks._hygiene import LINES, exports_read, some
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.device import NamedObject
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Coverage, Covered

CHECK = Check(
    id="unreferenced-object",
    weight=Weight.LOW,
    requirements=("X-12",),
    title=("どこからも使われていないオブジェクト", "Objects that nothing refers to"),
    message=(
        "{device} のオブジェクト {count} 件はどの規則からも使われていない: {objects}",
        "{count} objects of {device} are used by no rule: {objects}",
    ),
    why=(
        "残ったオブジェクトは、後の変更で誤って選ばれる。使われていないアクセスリストは、適用を忘れた疑いがある。",
        "What lies around is picked by mistake later; an access list that is not used may have been forgotten to be bound.",
    ),
    fix=(
        "使わないものは削除し、適用を忘れたリストは適用する。",
        "Delete what is not used; bind the list that was forgotten.",
    ),
    wrong=(
        "segcheck が読まない機能だけが使っているとき。",
        "If only a function of the device uses it that segcheck does not read.",
    ),
)
#: Formats whose importers say of every object whether something uses it.
_TELLING = frozenset(("fortigate", "ios", "iptables", "nftables", "panos", "srx"))
#: FortiOS comes with many services that nobody uses; which of them people have added does not show.
_OF_THE_VENDOR = {("fortigate", "service"), ("fortigate", "service-group")}
#: Addresses that every new FortiGate has, too (FortiOS 7 factory configuration).
_FACTORY = frozenset(
    [
        "all",
        "none",
        "FABRIC_DEVICE",
        "FIREWALL_AUTH_PORTAL_ADDRESS",
        "SSLVPN_TUNNEL_ADDR1",
        "SSLVPN_TUNNEL_IPv6_ADDR1",
        "EMS_ALL_UNKNOWN_CLIENTS",
        "EMS_ALL_UNMANAGEABLE_CLIENTS",
        "gmail.com",
        "login.microsoft.com",
        "login.microsoftonline.com",
        "login.windows.net",
        "wildcard.dropbox.com",
        "wildcard.google.com",
    ]
) | {"G Suite", "Microsoft Office 365"}


def covered(context: Context) -> Covered:
    """Return whether every export that was read tells who uses its objects."""
    known = exports_read(context)
    formats = {name: s.config.format for name, s in context.network.stations.items() if s.config and not s.assumed}
    silent = [name for name, form in formats.items() if form not in _TELLING and context.concerns_device(name)]
    if known.coverage is not Coverage.ASKED or not silent:
        return known
    names = ", ".join(silent)
    return Covered(
        Coverage.NO_INPUT,
        (
            f"次の機器の設定情報の形式からは、オブジェクトが使われているか分からない: {names}",
            f"The form of these exports does not tell which objects are used: {names}",
        ),
    )


def find(context: Context) -> Iterator[Finding]:
    """Yield, for each device, its objects that nothing uses; new ones do not make it another finding."""
    for name, station in context.network.stations.items():
        config = station.config
        if config is None or station.assumed or config.format not in _TELLING:
            continue
        unused = [one for one in config.objects if one.state == "unused" and not _own(config.format, one)]
        if unused:
            yield _finding(name, unused)


def _own(form: str, one: NamedObject) -> bool:
    """Return whether an object may have come with the device."""
    return (form, one.kind) in _OF_THE_VENDOR or (form == "fortigate" and one.name in _FACTORY)


def _finding(device: str, unused: list[NamedObject]) -> Finding:
    names = some([f"{one.kind} {one.name}" for one in unused])
    lines = tuple(ConfigEvidence(one.span, f"{one.kind} {one.name}") for one in unused if one.span is not None)
    return Finding(
        check=CHECK.id,
        weight=CHECK.weight,
        standing=Standing.VIOLATED,
        basis=(Basis.RULES,),
        subject=device,
        key=device,
        params=(("device", device), ("count", str(len(unused))), ("objects", names)),
        evidence=tuple(dict.fromkeys(lines))[:LINES],
        remedy=(
            "使う予定がないことを所管課に確かめて削除する。適用を忘れたアクセスリストは適用する。",
            "Confirm that nobody means to use them, and delete them; bind an access list that was forgotten.",
        ),
        requirements=CHECK.requirements,
    )
