"""Entries make sense in themselves and together: gateways, dates of decisions, exports that exist."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from segcheck.loaders import marked
from segcheck.loaders.site import organs
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.model.diagnostic import Severity
from segcheck.model.register import Kind
from segcheck.model.site_words import Assume, EndpointKind


def topology(page: Page, names: Names, folder: Path) -> None:
    """Note gateways, assumptions, exports and captures that cannot be meant."""
    for path, gateway in page.items("gateways"):
        _gateway(page, path, gateway)
    for path, device in page.items("devices"):
        for index, export in enumerate(device.exports):
            _exists(page, (*path, "exports", index, "path"), export.path, folder)
    for path, capture in page.items("captures"):
        if capture.window and capture.window[0] >= capture.window[1]:
            page.note((*path, "window"), "the window ends before it begins", "終了が開始より前です")
        if capture.window is not None and not any(_found(folder, capture.glob)):
            page.note(
                (*path, "glob"),
                f"no file matches {capture.glob}",
                f"{capture.glob} に一致するファイルがありません",
                severity=Severity.NOTE,
            )
    for path, assumption in page.items("assumptions"):
        kind = _about(names, assumption.subject)
        if assumption.assume in (Assume.DENY, Assume.PERMIT, Assume.EXPORT_WHOLE) and kind not in ("device", ""):
            page.note(
                (*path, "subject"),
                f"'{assumption.assume.value}' is assumed of devices; '{assumption.subject}' is a {kind}",
                f"{assumption.assume.value} は機器についての前提です。'{assumption.subject}' は {kind} です",
            )
        if assumption.assume is Assume.NO_FORWARDING and kind not in ("host", "gateway", "device", ""):
            page.note(
                (*path, "subject"),
                f"'no_forwarding' is assumed of hosts, gateways and devices; '{assumption.subject}' is a {kind}",
                f"no_forwarding はホスト・ゲートウェイ・機器についての前提です。'{assumption.subject}' は {kind} です",
            )


def _about(names: Names, subject: str) -> str:
    """Return the kind of thing a subject is, "" if it is unknown or may be a device."""
    if subject in names.known["devices"]:
        return ""
    if subject in names.known["links"]:
        return "link"
    known = subject.startswith("zone:") or any(
        subject in names.known[one] for one in ("hosts", "groups", "segments", "gateways")
    )
    return names.endpoint(subject).kind.value if known else ""


def _found(folder: Path, pattern: str) -> list[Path]:
    try:
        return list(folder.glob(pattern))
    except (OSError, ValueError, NotImplementedError):
        return []


def _gateway(page: Page, path: marked.Path, gateway: Any) -> None:
    seen: set[str] = set()
    for index, leg in enumerate(gateway.legs):
        here = (*path, "legs", index)
        if leg.id in seen:
            page.note((*here, "id"), f"leg '{leg.id}' is there already", f"leg '{leg.id}' は既にあります")
        seen.add(leg.id)
        if (leg.from_ is None) == (leg.to is None):
            page.note(
                here,
                f"leg '{leg.id}' needs exactly one of from and to",
                f"leg '{leg.id}' には from と to のどちらか一方だけが必要です",
            )
        peer = leg.from_ or leg.to
        if peer == gateway.id or peer in gateway.hosts:
            page.note(
                (*here, "from" if leg.from_ else "to"),
                f"leg '{leg.id}' leads from the gateway to itself",
                f"leg '{leg.id}' の相手がゲートウェイ自身です",
            )
    if not any(leg.from_ for leg in gateway.legs) or not any(leg.to for leg in gateway.legs):
        page.note(
            (*path, "legs"),
            f"gateway '{gateway.id}' needs a leg from one side and a leg to the other",
            f"ゲートウェイ '{gateway.id}' には from の leg と to の leg が 1 つずつ必要です",
        )


def _exists(page: Page, path: marked.Path, text: str, folder: Path) -> None:
    inside = folder / text
    try:
        real, root = inside.resolve(), folder.resolve()
        present = inside.exists()
    except (OSError, RuntimeError):
        page.note(path, f"{text} cannot be read", f"{text} を読み取れません")
        return
    if not real.is_relative_to(root):
        page.note(path, f"'{text}' leads out of the site", f"'{text}' はサイトの外を指しています")
    elif not present:
        page.note(
            path,
            f"there is no file {text} in the site",
            f"サイトに {text} というファイルがありません",
            (
                "put it there: until then the device counts as one whose export cannot be read",
                "ファイルを置いてください。それまでは、エクスポートを読めない機器として扱います",
            ),
            severity=Severity.WARNING,  # of a backup that did not come one morning; the other devices are judged
        )


def policy(page: Page, names: Names) -> None:
    """Note decisions that cannot have been taken like that."""
    for path, profile in organs.every_profile(page):
        _order(page, path, ("from", profile.from_), ("until", profile.until))
        written = page.document.value
        for key in (*path, "segments"):
            written = written[key]
        if written == []:
            page.note(
                (*path, "segments"),
                "no segment is named",
                "セグメントがありません",
                ("write all", "all と書いてください"),
            )
    for path, entry in page.items("register"):
        _order(page, path, ("approved", entry.approved), ("review_due", entry.review_due))
        _order(page, path, ("approved", entry.approved), ("expires", entry.expires))
        if entry.status.permits:
            for key, value in (("approved", entry.approved), ("approver", entry.approver)):
                if not value:
                    page.note(
                        (*path, "status"),
                        f"'{entry.id}' is approved, but '{key}' is missing",
                        f"'{entry.id}' は承認済みですが '{key}' がありません",
                    )
        if entry.kind in (Kind.SANITISE, Kind.SCREEN) and entry.gateway is None:
            page.note(
                (*path, "kind"),
                f"'{entry.id}' is of kind {entry.kind.value}, but names no gateway",
                f"'{entry.id}' の種別は {entry.kind.value} ですが gateway がありません",
            )
        if entry.legs and entry.gateway is None:
            page.note((*path, "legs"), "legs need a gateway", "legs には gateway が必要です")
        if entry.from_ == entry.to:
            page.note((*path, "to"), "both ends are the same", "両端が同じです")
    by_id = {entry.id: entry for _, entry in page.items("register")}
    for path, chain in page.items("chains"):
        for index, (one, other) in enumerate(zip(chain.accept, chain.accept[1:], strict=False), 1):
            if one in by_id and other in by_id and not _meet(names, by_id[one], by_id[other]):
                page.note(
                    (*path, "accept", index),
                    f"'{other}' does not begin where '{one}' ends",
                    f"'{other}' は '{one}' の終点から始まっていません",
                    severity=Severity.NOTE,
                )


def _meet(names: Names, one: Any, other: Any) -> bool:
    """Return whether two entries share an end, a gateway standing for its hosts and a group for its own."""
    return bool(_members(names, one) & _members(names, other))


def _members(names: Names, entry: Any) -> set[str]:
    groups = {str(path[1]): group.hosts for path, group in names.topology.items("groups")}
    gateways = {gateway.id: gateway.hosts for _, gateway in names.topology.items("gateways")}
    ends = [entry.from_, entry.to, *filter(None, [entry.gateway])]
    return {*ends, *(host for end in ends for host in (*groups.get(end, ()), *gateways.get(end, ())))}


def waivers(page: Page, names: Names) -> None:
    """Note waivers that cannot hold, or are wider than one communication where no fingerprint narrows them down."""
    for path, waiver in page.items("waivers"):
        _order(page, path, ("approved", waiver.approved), ("expires", waiver.expires))
        for key, name in (("from", waiver.from_), ("to", waiver.to)):
            whole = name in names.known["segments"] and names.endpoint(name).kind is EndpointKind.SEGMENT
            if name.startswith("zone:") or (whole and waiver.fingerprint is None):
                page.note(
                    (*path, key),
                    f"'{name}' is wider than a waiver may be",
                    f"'{name}' は例外措置の対象として広すぎます",
                    (
                        "name hosts, or a group of hosts or ranges",
                        "ホスト、またはホスト・範囲のグループを書いてください",
                    ),
                )


def _order(page: Page, path: marked.Path, first: tuple[str, date | None], last: tuple[str, date | None]) -> None:
    if first[1] is not None and last[1] is not None and last[1] < first[1]:
        page.note(
            (*path, last[0]),
            f"{last[0]} {last[1]} lies before {first[0]} {first[1]}",
            f"{last[0]} {last[1]} が {first[0]} {first[1]} より前です",
        )
