"""A site for Graphviz: clusters for tiers and zones, edges with the names of interfaces."""

from __future__ import annotations

from segcheck.lang.columns import printable
from segcheck.lang.words import Words
from segcheck.model.crossing import Standing
from segcheck.model.site import LinkEnd, TopologyDevice
from segcheck.model.site_words import Responsibility
from segcheck.reports._site_graph import TIERS, Row, SiteGraph, full, prefixes
from segcheck.reports._site_verdicts import Verdicts


def text(site: SiteGraph, words: Words, verdicts: Verdicts | None = None) -> str:
    """Return the graph in the DOT language; with verdicts, edges between zones that are crossed or undecided."""
    lines = [
        "graph segcheck {",
        f"  label={quoted(words('graph.title', name=site.site.name))};",
        '  rankdir=TB; compound=true; node [shape=box fontname="sans-serif"]; edge [fontname="sans-serif" fontsize=9];',
    ]
    for tier in TIERS:
        zones = [zone for zone in site.zones if zone.tier is tier]
        if not zones:
            continue
        lines += [
            f"  subgraph {quoted(f'cluster_tier_{tier.value}')} {{",
            f"    label={quoted(words(f'graph.tier.{tier.value}'))};",
        ]
        for zone in zones:
            style = ' style="dashed"' if zone.responsibility is not Responsibility.CITY else ""
            lines += [
                f"    subgraph {quoted(f'cluster_zone_{zone.id}')} {{",
                f"      graph [label={quoted(f'{zone.name or zone.id} ({zone.id})')}{style}];",
                f'      {quoted(f"zone:{zone.id}")} [shape=point style=invis label=""];',
            ]
            lines += [f"      {_row(site, row, words)}" for row in site.rows if row.zone == zone.id]
            lines.append("    }")
        lines.append("  }")
    lines += [f"  {_row(site, row, words)}" for row in site.rows if not row.zone]
    lines += [f"  {_device(site, device, words)}" for device in site.site.devices.values()]
    for touch in site.touches:
        uplinks = [words(f"graph.link.{link.kind.value}") for link in touch.uplinks]
        label = "\n".join((full(touch), *uplinks))
        heavy = " penwidth=3" if uplinks else ""
        lines.append(f"  {_node('device', touch.device)} -- {_node(*touch.row)} [label={quoted(label)}{heavy}];")
    lines += _verdicts(words, verdicts)
    return "\n".join([*lines, "}", ""])


def _verdicts(words: Words, verdicts: Verdicts | None) -> list[str]:
    found = []
    for standing, src, targets in verdicts.lanes() if verdicts else ():
        style = "bold" if standing is Standing.VIOLATED else "dashed"
        colour = "#c62828" if standing is Standing.VIOLATED else "#b26a00"
        label = quoted(words(f"graph.lanes.{standing.value}"))
        given = f'dir=forward style={style} color="{colour}" fontcolor="{colour}" label={label} constraint=false'
        ends = f"ltail={quoted(f'cluster_zone_{src}')}"
        for dst in targets:
            head = f"lhead={quoted(f'cluster_zone_{dst}')}"
            lines = f"  {quoted(f'zone:{src}')} -- {quoted(f'zone:{dst}')} [{given} {ends} {head}];"
            found.append(lines)
    return found


def _row(site: SiteGraph, row: Row, words: Words) -> str:
    one = row.segment
    if one is not None:
        vlan = [f"VLAN {one.vlan}"] if one.vlan is not None else []
        unsaid = [words("graph.v6_unsaid")] if one.v6 is None else []
        told = [*dict.fromkeys((one.name or one.id, one.id)), *vlan, *prefixes(one), *unsaid]
        told += [f"<{name}: {words(f'graph.method.{site.site.gateways[name].method.value}')}>" for name in row.gateways]
    elif row.link is not None:
        link = row.link
        told = [*dict.fromkeys((link.name or link.id, link.id)), words(f"graph.link.{link.kind.value}")]
        told += [words("graph.carries", names=", ".join(link.segments))] if link.segments else []
        told += [_end(end) for end in link.ends if not end.device]
    else:
        told = [words("graph.beyond_unknown" if row.zone == "unknown" else "graph.beyond")]
    shape = {"link": "cds", "beyond": "plaintext"}.get(row.kind, "box")
    return f"{_node(*row.key)} [shape={shape} label={quoted(chr(10).join(told))}];"


def _end(end: LinkEnd) -> str:
    return f"zone:{end.zone}" if end.zone else f"segment:{end.segment}"


def _device(site: SiteGraph, device: TopologyDevice, words: Words) -> str:
    told = [*dict.fromkeys((device.id, device.name or device.id)), words(f"graph.device.{device.kind.value}")]
    told += [words("graph.members", names=", ".join(device.members))] if device.members else []
    if device.responsibility is not Responsibility.CITY:
        told.append(words(f"graph.responsibility.{device.responsibility.value}"))
    unread = device.id in site.unread
    told += [words("graph.unread")] if unread else []
    style = "rounded,dashed" if unread else "rounded,bold"
    return f'{_node("device", device.id)} [style="{style}" label={quoted(chr(10).join(told))}];'


def _node(kind: str, name: str) -> str:
    return quoted(f"{kind}:{name}")


def quoted(text: str) -> str:
    """Return a DOT string: quotes and backslashes escaped, line ends written as \\n, control characters made "?"."""
    lines = (printable(line).replace("\\", "\\\\").replace('"', '\\"') for line in text.split("\n"))
    return '"' + "\\n".join(lines) + '"'
