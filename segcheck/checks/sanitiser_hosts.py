"""A sanitiser that no gateway names: what goes through it ends nothing that anybody declared."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.analysis import permitting
from segcheck.checks import _sanitising as sanitising
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.register import Kind
from segcheck.model.requirement import Coverage, Covered
from segcheck.model.site import Endpoint
from segcheck.model.site_words import EndpointKind, HostRole

CHECK = Check(
    id="sanitiser-hosts",
    weight=Weight.MEDIUM,
    requirements=("LG-02",),
    title=("宣言と合わない無害化装置", "A sanitiser that is not as declared"),
    message=(
        "無害化装置 {host} はどの gateways にも入っていない。登録のある通信: {entries}",
        "Sanitiser {host} belongs to no gateway. Registered communications with it: {entries}",
    ),
    why=(
        "宣言のない装置を通る通信は、無害化装置で終わるものとして扱えず、片側ずつの普通の通信になる。",
        "What goes through a host that no gateway names is two plain sessions, not a pair that a sanitiser ends.",
    ),
    fix=(
        "装置を gateways の hosts に加え、通信を kind: sanitise で登録する。使っていなければ外す。",
        "Add the host to `hosts` of its gateway and register its traffic as kind: sanitise; remove it if it is not used.",
    ),
    wrong=(
        "予備機などで、まだ使っていないとき。",
        "If it is a spare that is not in use yet.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether there are sanitisers."""
    if any(one.role is HostRole.SANITISER for one in context.site.hosts.values()):
        return Covered(Coverage.ASKED)
    return sanitising.asked(context)


def find(context: Context) -> Iterator[Finding]:
    """Yield each host with the role of a sanitiser that is in no gateway."""
    site = context.site
    named = {name for gateway in site.gateways.values() for name in gateway.hosts}
    for host in site.hosts.values():
        if host.role is not HostRole.SANITISER or host.id in named:
            continue
        own = permitting.addresses_of(site, Endpoint(EndpointKind.HOST, host.id))
        using = [
            entry
            for entry in site.policy.register
            if entry.kind is not Kind.MAINTENANCE
            and entry.permits_on(context.day)
            and any(own.meets(one.initiators | one.responders) for one in permitting.of_entry(site, entry))
        ]
        yield Finding(
            check=CHECK.id,
            weight=Weight.HIGH if using else CHECK.weight,
            standing=Standing.VIOLATED,
            basis=(Basis.RULES,),
            subject=host.id,
            key=host.id,
            src_zone=context.zone_of(host.segment),
            params=(("host", host.id), ("entries", ", ".join(one.id for one in using) or "-")),
            evidence=(ConfigEvidence(host.span, f"host {host.id}"), *map(sanitising.registered, using)),
            remedy=(
                f"{host.id} を gateways の hosts に加える。使っていなければ外す。",
                f"Add {host.id} to the hosts of its gateway, or remove it if it is not used.",
            ),
            requirements=CHECK.requirements,
        )
