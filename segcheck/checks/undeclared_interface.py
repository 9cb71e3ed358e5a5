"""An interface of an export that the topology lacks: where it leads nobody has said."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks import _coverage
from segcheck.checks._base import Context
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import Code
from segcheck.model.finding import Basis, ConfigEvidence, Finding, Weight
from segcheck.model.requirement import Covered

CHECK = Check(
    id="undeclared-interface",
    weight=Weight.HIGH,
    requirements=("IN-02",),
    title=("トポロジーにないインターフェース", "An interface that the topology lacks"),
    message=(
        "{device} の {interface} がトポロジーにない。行き先は不明として扱う。追加する行: {line}",
        "{interface} of {device} is not in the topology; it leads to `unknown`. Line to add: {line}",
    ),
    why=(
        "書かれていない回線は、誰も確かめていない経路である。",
        "A line that nobody wrote down is a way that nobody checked.",
    ),
    fix=(
        "トポロジーに書き加えるか、使っていなければ機器側で無効にする。",
        "Add it to the topology, or disable it on the device.",
    ),
    wrong=(
        "使っていないインターフェースにアドレスだけが残っているとき。",
        "If only an address is left on an unused port.",
    ),
)


def covered(context: Context) -> Covered:
    """Return whether the export of every device was read: only these tell which interfaces there are."""
    return _coverage.devices_read(context)


def find(context: Context) -> Iterator[Finding]:
    """Yield each interface with an address that no topology entry has."""
    for bound in context.bindings:
        for one in bound.diagnostics:
            if one.code is not Code.INTERFACE_UNDECLARED or bound.config is None:
                continue
            params = dict(one.params)
            interface = bound.config.interface(params["interface"])
            span = interface.span if interface is not None and interface.span is not None else one.span
            if span is None:
                continue
            yield Finding(
                check=CHECK.id,
                weight=CHECK.weight,
                standing=Standing.VIOLATED,
                basis=(Basis.RULES,),
                subject=f"{bound.device.id} {params['interface']}",
                key=f"{bound.device.id}:{params['interface']}",
                params=one.params,
                evidence=(ConfigEvidence(span, "", f"{bound.device.id}::{params['interface']}"),),
                remedy=(
                    f"topology.yaml の {bound.device.id} に「{params['line']}」を加えるか、機器側で無効にする。",
                    f"Add “{params['line']}” to {bound.device.id} in topology.yaml, or disable it on the device.",
                ),
                requirements=CHECK.requirements,
            )
