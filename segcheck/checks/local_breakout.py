"""A local breakout is registered wider than to named destinations (α')."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check, Said
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.register import Kind, RegisterEntry
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint, Site
from segcheck.model.site_words import EndpointKind, LinkKind

CHECK = Check(
    id="local-breakout",
    weight=Weight.CRITICAL,
    requirements=("LG-06",),
    title=("宛先を絞っていないローカルブレイクアウト", "A local breakout that is not limited"),
    message=(
        "台帳 {entry} (ローカルブレイクアウト): {what_ja}。",
        "Register entry {entry} (local breakout): {what_en}.",
    ),
    why=(
        "ブレイクアウトは、確かめたクラウドにだけ認められる。宛先が広がれば、LGWAN接続系をインターネットへ直接つなぐのと同じになる。",
        "Breakout is for clouds that were examined; with wider destinations the LGWAN tier is simply on the internet.",
    ),
    fix=(
        "宛先をホストか範囲で一つずつ登録し、TCP 443 (会議の UDP は申告した分) に限り、通す機器を path に書く。",
        "Register each destination as a host or range, TCP 443 only (and declared UDP for meetings), and name the device in path.",
    ),
    wrong=(
        "宛先のグループがセグメントで書かれているが、実際には一つのサービスのとき。ホストか範囲で書き直す。",
        "If the destination is one service but written as a segment: write it as hosts or ranges.",
    ),
)
#: Addresses of one entry from which on nobody has examined each destination: a /8 (ours).
MANY = 1 << 24
TCP, UDP, HTTPS = 6, 17, 443


def covered(context: Context) -> Covered:
    """Return whether a local breakout is in force."""
    if any(_asked(context)):
        return Covered(Coverage.ASKED)
    return Covered(
        Coverage.NOTHING_TO_ASK, ("有効なローカルブレイクアウトの登録がない", "no entry of kind lbo is in force")
    )


def find(context: Context) -> Iterator[Finding]:
    """Yield what is too wide about each local breakout in force."""
    for entry in _asked(context):
        for key, said, weight in _wrong(context.site, entry):
            rules = tuple(sanitising.rules(context, entry))
            yield Finding(
                check=CHECK.id,
                weight=weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=entry.id,
                key=f"{entry.id}:{key}",
                params=(("entry", entry.id), ("what_ja", said[0]), ("what_en", said[1])),
                evidence=(sanitising.registered(entry), *rules),
                remedy=(
                    f"台帳 {entry.id} を、確かめた宛先・サービス・機器だけに書き直す。",
                    f"Limit register entry {entry.id} to examined destinations, services and one device.",
                ),
                requirements=CHECK.requirements,
            )


def _asked(context: Context) -> Iterator[RegisterEntry]:
    for entry in context.site.policy.register:
        if entry.kind is Kind.LBO and entry.permits_on(context.day):
            yield entry


def _wrong(site: Site, entry: RegisterEntry) -> Iterator[tuple[str, Said, Weight]]:
    end = entry.destination if entry.opened_by_source else entry.source
    if not _enumerated(site, end) or permitting.addresses_of(site, end).count >= MANY:
        said = (
            f"宛先 {end.id} は、登録した宛先の列挙でない",
            f"the destination {end.id} is not a list of registered ones",
        )
        yield "destination", said, Weight.CRITICAL
    if any(one.ports is None for one in entry.services):
        services = ", ".join(one.text for one in entry.services)
        yield (
            "any-service",
            (f"サービス {services} はポートを限っていない", f"{services} names no ports"),
            Weight.CRITICAL,
        )
    beyond = [
        one.text
        for one in entry.services
        if one.ports is not None
        and one.protocol != UDP
        and not (one.protocol == TCP and set(one.ports.ranges) == {(HTTPS, HTTPS)})
    ]
    if beyond:
        services = ", ".join(beyond)
        said = (f"TCP 443 以外のサービス {services} を認めている", f"it permits {services} beside TCP 443")
        yield "service", said, Weight.HIGH
    if not entry.path:
        said = ("通す機器 (path) が書かれていない", "it does not name the device that it goes through (path)")
        yield "path", said, Weight.HIGH
    elif not any(
        link.kind in (LinkKind.ISP, LinkKind.LTE) and any(one.device in entry.path for one in link.ends)
        for link in site.links.values()
    ):
        said = (
            f"path の機器 {', '.join(entry.path)} に isp・lte の回線が宣言されていない",
            f"no line of kind isp or lte is declared at {', '.join(entry.path)} of its path",
        )
        yield "line", said, Weight.MEDIUM


def _enumerated(site: Site, end: Endpoint) -> bool:
    """Return whether an end names its members one by one."""
    if end.kind is EndpointKind.GROUP:
        return site.groups[end.id].enumerated
    return end.kind is EndpointKind.HOST
