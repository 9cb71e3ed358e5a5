"""An approved exception (例外措置) for one finding, written to waivers.yaml with the narrowest scope that covers it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from segcheck.analysis import permitting
from segcheck.app import appending, assessing, validating
from segcheck.app.history import places, store
from segcheck.app.placing import staging
from segcheck.errors import BadArguments
from segcheck.loaders.packet_table import PROTOCOLS
from segcheck.model.result import Run
from segcheck.model.site import Endpoint, Site
from segcheck.model.site_words import EndpointKind
from segcheck.reports import check_json
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from segcheck.version import __version__

FILE = "waivers.yaml"
#: An exception for longer has to be decided anew.
MOST_DAYS = 365
#: Services that one exception may name.
_MOST_SERVICES = 20
_NAMES = {number: name for name, number in PROTOCOLS.items() if name in ("tcp", "udp", "icmp", "icmpv6", "esp", "gre")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be excepted; `ticket` is the number of the decision, "" for none."""

    fingerprint: str
    until: date
    reason: str
    approver: str
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Waived:
    """The entry that was written."""

    values: Mapping[str, Any]
    message: Mapping[str, str]


def waive(folder: str, wish: Wish, today: date) -> Waived:
    """Write an exception for a finding of the last run, else of the site as it is now.

    Raises:
        BadInput: the site cannot be used, or would not be with the exception; nothing was written.
        BadArguments: no such finding, a term that is over or longer than a year, an empty reason or approver; nothing was
            written.
    """
    _check(wish, today)
    validated = validating.validate(folder)
    site = validated.site
    if site is None:
        raise assessing.unusable(folder, validated.files)
    if not (Path(folder) / "topology.yaml").is_file():
        raise BadArguments(
            f"{folder}: a site of one workbook; nothing was written. Put the exception into its sheet by hand",
            f"{folder}: サイトがブックです。何も書いていません。例外措置のシートに手で記入してください",
        )
    finding = _finding(folder, wish.fingerprint, today, validated)
    twice = next((w for w in site.waivers if w.fingerprint == wish.fingerprint and w.expires >= today), None)
    if twice is not None:
        raise BadArguments(
            f"{wish.fingerprint}: {twice.id} excepts it until {twice.expires} already; nothing was written",
            f"{wish.fingerprint}: 例外措置 {twice.id} が {twice.expires} まで有効です。何も書いていません",
        )
    _told_whole(finding)
    source, destination = _ends(site, finding)
    values: dict[str, Any] = {
        "id": _new_id(site),
        "check": finding["check"],
        "from": source,
        "to": destination,
        "service": _services(finding),
        "reason": wish.reason,
        "approver": wish.approver,
        "approved": today.isoformat(),
        "expires": wish.until.isoformat(),
        **({"decision_no": wish.ticket} if wish.ticket else {}),
        "fingerprint": wish.fingerprint,
    }
    path = Path(folder) / FILE
    if not path.is_file():
        with staging() as stage:
            stage.add(str(path), "segcheck: 1\nwaivers: []\n")
            stage.place()
    appending.append(folder, FILE, "waivers", [json.dumps(values, ensure_ascii=False)], [values])
    return Waived(values, finding["message"])


def _check(wish: Wish, today: date) -> None:
    days = (wish.until - today).days
    if days < 0 or days > MOST_DAYS:
        raise BadArguments(
            f"--until {wish.until}: must be from today ({today}) to at most {MOST_DAYS} days later; nothing was written",
            f"--until {wish.until}: 今日 ({today}) から {MOST_DAYS} 日以内でなければなりません。何も書いていません",
        )
    for option, text in (("--reason", wish.reason), ("--approved-by", wish.approver)):
        if not text.strip():
            raise BadArguments(
                f"{option}: says nothing; nothing was written. Auditors ask for it",
                f"{option}: 空です。何も書いていません。監査で問われます",
            )


def _finding(folder: str, mark: str, today: date, validated: validating.Validated) -> Mapping[str, Any]:
    """Return a finding of the last run, else of the site as it is now."""
    path = places.history_of(folder)
    if path.is_file():
        with store.opened(path) as history:
            last = history.last()
            result = history.result(last) if last is not None else None
        for one in result["findings"] if result is not None else ():
            if one["fingerprint"] == mark:
                found: Mapping[str, Any] = one
                return found
    fresh = assessing.assess(folder, day=today, validated=validated)
    run = Run(version=__version__, started="", command="waive")
    now: list[dict[str, Any]] = check_json.result(fresh.assessment, fresh.files, run, ())["findings"]
    for known in now:
        if known["fingerprint"] == mark:
            return known
    raise BadArguments(
        f"{mark}: neither the last run nor the site as it is now has such a finding; nothing was written. `segcheck check "
        f"{folder} --format json` shows fingerprints",
        f"{mark}: 直近の実行にも現在のサイトにも、この指摘はありません。何も書いていません。"
        f"指紋は segcheck check {folder} --format json で確かめてください",
    )


def _told_whole(finding: Mapping[str, Any]) -> None:
    """Refuse a finding of which not all packets are listed: nobody could tell later that it lets no more through."""
    if finding["packets"] and finding["packets"]["truncated"]:
        raise _inexpressible(
            finding,
            "its packets are too many to be named. Narrow the rule first",
            "パケットの種類が多すぎて書き表せません。先に規則を狭めてください",
        )


def _inexpressible(finding: Mapping[str, Any], en: str, ja: str) -> BadArguments:
    mark = finding["fingerprint"]
    return BadArguments(f"{mark}: {en}; nothing was written", f"{mark}: {ja}。何も書いていません")


def _ends(site: Site, finding: Mapping[str, Any]) -> tuple[str, str]:
    """Return the narrowest hosts, groups or segments between which all packets of a finding run."""
    boxes = (finding["packets"] or {"boxes": []})["boxes"]
    found = []
    for side, zone in (("src", finding["src_zone"]), ("dst", finding["dst_zone"])):
        wanted = _union(addresses.parse(text) for box in boxes for text in box[side])
        fitting = [
            (_size(own), kind.value, name)
            for kind, name in _candidates(site)
            if (own := permitting.addresses_of(site, Endpoint(kind, name))) and wanted <= own
        ]
        within = [
            one for one in _candidates(site) if one[0] is EndpointKind.SEGMENT and site.segments[one[1]].zone == zone
        ]
        if boxes and not fitting:
            raise _inexpressible(
                finding,
                f"no host, group or segment holds all its {side} addresses; declare a group of them",
                f"{side} のアドレスすべてを含むホスト・グループ・セグメントがありません。グループを宣言してください",
            )
        if boxes:
            found.append(min(fitting)[2])
        elif within:
            found.append(within[0][1])
        else:
            found.append(_device(site, finding))
    return found[0], found[1]


def _candidates(site: Site) -> list[tuple[EndpointKind, str]]:
    return [
        *((EndpointKind.HOST, name) for name in site.hosts),
        *((EndpointKind.GROUP, name) for name in site.groups),
        *((EndpointKind.SEGMENT, name) for name in site.segments),
    ]


def _device(site: Site, finding: Mapping[str, Any]) -> str:
    """Return the device on whose lines a finding stands, else the first one: the fingerprint says what is meant."""
    rules = (piece["rule"].partition(":")[0] for piece in finding["evidence"] if piece["kind"] == "config")
    return next(
        (name for name in rules if name in site.devices), next(iter(site.devices), next(iter(site.segments), ""))
    )


def _services(finding: Mapping[str, Any]) -> list[str]:
    """Return the services of a finding's packets, as a waiver names them; ip/0 where it is about none."""
    found: dict[str, None] = {}
    boxes = (finding["packets"] or {"boxes": []})["boxes"]
    for box in [one for one in boxes if one["class"] == "opening"] or boxes:
        for text in box["proto"]:
            first, _, last = text.partition("-")
            for number in range(int(first), int(last or first) + 1):
                name = _NAMES.get(number)
                if name in ("tcp", "udp"):
                    found |= dict.fromkeys(f"{name}/{_from_one(ports)}" for ports in box["dport"] if ports != "0")
                else:
                    found[name or f"ip/{number}"] = None
    if len(found) > _MOST_SERVICES:
        raise _inexpressible(
            finding,
            f"it lets {len(found)} services through; an exception names at most {_MOST_SERVICES}. Narrow the rule first",
            f"通すサービスが {len(found)} あります (例外措置は {_MOST_SERVICES} まで)。先に規則を狭めてください",
        )
    return [*found] or ["ip/0"]


def _from_one(ports: str) -> str:
    return "1-" + ports.removeprefix("0-") if ports.startswith("0-") else ports


def _union(parts: Iterable[IntervalSet]) -> IntervalSet:
    found = IntervalSet.empty()
    for one in parts:
        found = found | one
    return found


def _size(values: IntervalSet) -> int:
    return sum(hi - lo + 1 for lo, hi in values.ranges)


def _new_id(site: Site) -> str:
    known = {one.id for one in site.waivers}
    return next(name for n in range(1, len(known) + 2) if (name := f"WV-{n:03}") not in known)
