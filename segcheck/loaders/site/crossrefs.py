"""Every reference from one entry to another, followed."""

from __future__ import annotations

from typing import Any

from segcheck.loaders import marked, requirements
from segcheck.loaders.device_file import route_problems
from segcheck.loaders.edges import BLANK
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site import organs
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.policy import ENDS_OF_OPTIONS


def topology(page: Page, names: Names) -> None:
    """Note every name in the topology that stands for nothing."""
    for path, segment in page.items("segments"):
        names.ask(page, (*path, "zone"), segment.zone, "zones")
        names.ask_all(page, (*path, "gateway"), segment.gateway, "devices")
    for path, host in page.items("hosts"):
        if host.segment is not None:
            names.ask(page, (*path, "segment"), host.segment, "segments")
    for path, group in page.items("groups"):
        names.ask_all(page, (*path, "hosts"), group.hosts, "hosts")
        names.ask_all(page, (*path, "segments"), group.segments, "segments")
    _devices(page, names)
    interfaces = {
        device.id: device.interfaces for _, device in page.items("devices")
    }  # of devices whose entry cannot be used nothing is known, so nothing is asked
    for path, link in page.items("links"):
        for index, end in enumerate(link.ends):
            _end(page, (*path, "ends", index), end, names, interfaces)
        names.ask_all(page, (*path, "segments"), link.segments, "segments")
    for path, gateway in page.items("gateways"):
        names.ask_all(page, (*path, "hosts"), gateway.hosts, "hosts")
        for index, leg in enumerate(gateway.legs):
            for key, name in (("from", leg.from_), ("to", leg.to)):
                if name is not None:
                    names.ask_end(page, (*path, "legs", index, key), name)
    for path, tap in page.items("taps"):
        if names.ask(page, (*path, "device"), tap.device, "devices") and tap.device in interfaces:
            _interface(page, (*path, "interface"), tap.interface, tap.device, interfaces[tap.device])
    for path, capture in page.items("captures"):
        names.ask(page, (*path, "tap"), capture.tap, "taps")
    for section in ("attestations", "assumptions"):
        for path, statement in page.items(section):
            if statement.subject not in names.known["links"]:
                names.ask_end(page, (*path, "subject"), statement.subject)
    _blanks(page, page.document.value, ())


def _blanks(page: Page, value: Any, path: marked.Path) -> None:
    """Note segments still to be filled in of devices whose entry cannot be used yet, so that all blanks are told at once."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            _blanks(page, inner, (*path, key))
    elif value == BLANK and path[-1] == "segment":
        mark = page.document.mark(path)
        if not any((one.line, one.column) == (mark.line, mark.column) for one in page.problems):
            page.note(path, "segment still to be filled in", "セグメントが未記入です")


def _devices(page: Page, names: Names) -> None:
    for path, device in page.items("devices"):
        for name, interface in device.interfaces.items():
            here = (*path, "interfaces", name)
            if interface.segment is not None:
                names.ask(page, (*here, "segment"), interface.segment, "segments")
        page.problems.extend(route_problems(device, page.document, path))
        for index, service in enumerate(device.services):
            for at, name in enumerate(service.interfaces):
                _interface(page, (*path, "services", index, "interfaces", at), name, device.id, device.interfaces)


def _interface(page: Page, path: tuple[str | int, ...], name: str, device: str, interfaces: dict[str, object]) -> None:
    if name not in interfaces:
        helps = (
            did_you_mean(name, [*interfaces])
            if interfaces
            else (f"{device} has no interfaces here", f"{device} にインターフェースの記載がありません")
        )
        page.note(
            path,
            f"device '{device}' has no interface '{name}'",
            f"機器 '{device}' にインターフェース '{name}' はありません",
            helps,
        )


def _end(
    page: Page, path: tuple[str | int, ...], end: str, names: Names, interfaces: dict[str, dict[str, object]]
) -> None:
    what, colon, name = end.partition(":")
    if not colon:
        page.note(
            path,
            f"'{end}' is no end of a link",
            f"'{end}' は回線の端として読めません",
            (
                "write DEVICE:INTERFACE, zone:ID or segment:ID",
                "機器:インターフェース、zone:ID、segment:ID の形で書いてください",
            ),
        )
    elif what in ("zone", "segment"):
        names.ask(page, path, name, f"{what}s")
    elif names.ask(page, path, what, "devices") and what in interfaces:
        _interface(page, path, name, what, interfaces[what])


def policy(page: Page, names: Names) -> None:
    """Note every name in the policy that stands for nothing."""
    for path, profile in organs.every_profile(page):
        names.ask_all(page, (*path, "segments"), profile.segments, "segments")
    for path, options in page.items("options"):
        for option in ENDS_OF_OPTIONS:
            for index, name in enumerate(getattr(options, option)):
                names.ask_end(page, (*path, option, index), name)
    legs = {gateway.id: [leg.id for leg in gateway.legs] for _, gateway in names.topology.items("gateways")}
    for path, entry in page.items("register"):
        names.ask_end(page, (*path, "from"), entry.from_)
        names.ask_end(page, (*path, "to"), entry.to)
        names.ask_all(page, (*path, "path"), entry.path, "devices")
        if entry.gateway is not None:
            names.ask(page, (*path, "gateway"), entry.gateway, "gateways")
        known = legs.get(entry.gateway or "")
        for index, leg in enumerate(entry.legs):
            if known is not None and leg not in known:
                page.note(
                    (*path, "legs", index),
                    f"gateway '{entry.gateway}' has no leg '{leg}'",
                    f"ゲートウェイ '{entry.gateway}' に leg '{leg}' はありません",
                    did_you_mean(leg, known),
                )
    for path, flow in page.items("required"):
        names.ask_end(page, (*path, "from"), flow.from_)
        names.ask_end(page, (*path, "to"), flow.to)
    for path, chain in page.items("chains"):
        names.ask_all(page, (*path, "accept"), chain.accept, "register")
    for path, name in page.items("scope"):
        if name not in requirements.ids():
            page.note(
                path, f"no requirement '{name}'", f"要求 '{name}' はありません", did_you_mean(name, requirements.ids())
            )
    for section in ("register", "required", "chains", "standard", "organs"):
        names.unique(page, section)


def waivers(page: Page, names: Names) -> None:
    """Note every name in the waivers that stands for nothing."""
    for path, waiver in page.items("waivers"):
        names.ask_end(page, (*path, "from"), waiver.from_)
        names.ask_end(page, (*path, "to"), waiver.to)
    names.unique(page, "waivers")


def settings(page: Page, names: Names) -> None:
    """Note every name in the settings that stands for nothing."""
    value = page.document.value
    runs_on = value.get("runs_on") if isinstance(value, dict) else None
    if isinstance(runs_on, str):
        names.ask(page, ("runs_on",), runs_on, "hosts")
    for path, channel in page.items("notify"):
        if channel.host:
            names.ask(page, (*path, "host"), channel.host, "hosts")
    names.unique(page, "notify")
