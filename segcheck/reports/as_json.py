"""Results as JSON: complete, versioned, keys sorted, ASCII only, the same bytes for the same result but for `run`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from segcheck.loaders.problems import SiteFile
from segcheck.model.device import DeviceConfig, Interface, Route
from segcheck.model.diagnostic import Severity
from segcheck.model.reading import InputReading, Reading
from segcheck.model.result import Answer, Binding, Fact, Matched, PacketTable, Run, Way
from segcheck.model.rules import Rule, RuleList
from segcheck.model.site import Site
from segcheck.model.source import SourceText, Span
from segcheck.reports._blocks import as_of, cell, diagnostic, line_counts, run_block
from segcheck.reports._expressions import action_text, match_text
from segcheck.reports._masking import masked
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet

#: Values of one field that a match shows before it counts the rest.
VALUES_SHOWN = 256
#: Ways of one packet that are told one by one.
WAYS_SHOWN = 16


def render(payload: Mapping[str, Any]) -> str:
    """Return a result as the text of a JSON document."""
    return json.dumps(payload, ensure_ascii=True, sort_keys=True, indent=1, allow_nan=False) + "\n"


def inspection(reading: Reading, run: Run) -> dict[str, Any]:
    """Return what was understood of an export, rule by rule; schema `segcheck/inspect/1`."""
    return {
        "schema": "segcheck/inspect/1",
        "run": run_block(run),
        "format": reading.format,
        "maturity": reading.maturity.value,
        "inputs": [_input(reading, one) for one in reading.inputs],
        "devices": [_device(device) for device in reading.devices],
        "diagnostics": [diagnostic(one) for one in reading.diagnostics],
    }


def matching(
    reading: Reading, matched: Matched, table: PacketTable, side: Sequence[SourceText], run: Run
) -> dict[str, Any]:
    """Return the answers about packets; schema `segcheck/match/1`. `side` holds further input files: a device file."""
    return {
        "schema": "segcheck/match/1",
        "run": run_block(run),
        "inputs": [
            *(_input(reading, one) for one in reading.inputs),
            *(_other_input(one.path, one.sha256, "device-file") for one in side),
            _other_input(table.path, table.sha256, "packets"),
        ],
        "left_out": {"interface_conditions": list(matched.left_out)},
        "rows": [_answer(answer, table.columns) for answer in matched.answers],
        "diagnostics": [diagnostic(one) for one in reading.diagnostics],
    }


def validation(site: Site | None, files: Sequence[SiteFile], bindings: Sequence[Binding], run: Run) -> dict[str, Any]:
    """Return what is wrong with a site; schema `segcheck/validate/1`. Diagnostics are those of site against export."""
    return {
        "schema": "segcheck/validate/1",
        "run": run_block(run),
        "usable": site is not None and not any(_errors(bound) for bound in bindings),
        "inputs": [
            *(_other_input(one.source.path, one.source.sha256, "site") for one in files if one.source.sha256),
            *(
                _input(reading, one) | {"device": bound.device.id, "as_of": as_of(bound, one.path)}
                for bound in bindings
                for reading in bound.readings
                for one in reading.inputs
            ),
        ],
        "without_export": [bound.device.id for bound in bindings if bound.reading is None],
        "problems": [
            {
                "path": one.source.path,
                "line": problem.line,
                "column": problem.column,
                **({"cell": one.source.book.cell_of(problem.line, problem.column)} if one.source.book else {}),
                "severity": problem.severity.value,
                "message": {"en": problem.en, "ja": problem.ja},
                "help": {"en": problem.help_en, "ja": problem.help_ja} if problem.help_en else None,
            }
            for one in files
            for problem in one.problems
        ],
        "diagnostics": [diagnostic(one) for bound in bindings for one in bound.diagnostics],
    }


def _errors(bound: Binding) -> bool:
    return any(one.severity is Severity.ERROR for one in bound.diagnostics)


def _input(reading: Reading, one: InputReading) -> dict[str, Any]:
    return {
        "path": one.path,
        "sha256": one.sha256,
        "kind": "export",
        "format": one.format,
        "encoding": one.encoding,
        "device": next((device.hostname for device in reading.devices if device.hostname), ""),
        "complete": one.complete.value,
        "evidence": one.evidence,
        "as_of": None,
        "lines": line_counts(one),
    }


def _other_input(path: str, sha256: str, kind: str) -> dict[str, Any]:
    nothing = dict.fromkeys(("format", "encoding", "device", "complete", "evidence", "as_of", "lines"))
    return {**nothing, "path": path, "sha256": sha256, "kind": kind}


def _place(span: Span | None) -> dict[str, Any]:
    return {
        "path": span.path if span else None,
        "first_line": span.first if span else None,
        "last_line": span.last if span else None,
        **cell(span),
    }


def _device(device: DeviceConfig) -> dict[str, Any]:
    return {
        "format": device.format,
        "hostname": device.hostname,
        "context": device.context,
        "version": device.version,
        "families": sorted(device.families),
        "interfaces": [_interface(one) for one in device.interfaces],
        "addressing_known": device.addressing_known,
        "lists": [_list(rules) for rules in device.lists.values()],
        "pipeline": {
            "policy_routes": device.pipeline.policy_routes,
            **{
                part: [
                    {
                        "name": stage.name,
                        "kind": stage.kind.value,
                        "families": sorted(stage.families),
                        "lists": [
                            {"list": bound.list, "side": bound.side, "interfaces": list(bound.interfaces)}
                            for bound in stage.bindings
                        ],
                    }
                    for stage in stages
                ]
                for part, stages in (
                    ("ingress", device.pipeline.ingress),
                    ("forward", device.pipeline.forward),
                    ("local", device.pipeline.local),
                    ("output", device.pipeline.output),
                )
            },
        },
        "routes": [_route(route) for route in device.routes],
        "routing_known": device.routing_known,
        "schedules": [
            {
                "name": one.name,
                "known": one.known,
                "once": _ranges(one.once),
                "weekly": _ranges(one.weekly),
                **_place(one.span),
            }
            for one in device.schedules.values()
        ],
        "services": [
            {
                "kind": one.kind,
                "match": masked(match_text(one.match, VALUES_SHOWN)),
                "interfaces": list(one.interfaces),
                "reoriginates": one.reoriginates,
                **_place(one.span),
            }
            for one in device.services
        ],
        "helpers": [{"protocol": one.protocol, "sure": one.sure} for one in device.helpers],
        "taints": [
            {"scope": one.scope.value, "subject": one.subject, "diagnostic": one.diagnostic, **_place(one.span)}
            for one in device.taints
        ],
        "objects": [
            {
                "kind": one.kind,
                "name": masked(one.name),
                "text": masked(one.text),
                "state": one.state,
                **_place(one.span),
            }
            for one in device.objects
        ],
    }


def _ranges(values: IntervalSet) -> list[list[int]]:
    return [[low, high] for low, high in values.ranges]


def _interface(one: Interface) -> dict[str, Any]:
    return {
        "name": one.name,
        "addresses": [f"{addresses.text(a.address)}/{a.length}" for a in one.addresses],
        "domain": one.domain,
        "zone": one.zone,
        "vlan": one.vlan,
        "parent": one.parent,
        "kind": one.kind,
        "peer": one.peer,
        "enabled": one.enabled,
        "dynamic": one.dynamic,
        "comment": masked(one.comment),
        **_place(one.span),
    }


def _route(route: Route) -> dict[str, Any]:
    return {
        "to": list(addresses.describe(route.to)),
        "via": addresses.text(route.gateway) if route.gateway is not None else None,
        "interface": route.interface,
        "kind": route.kind.value,
        "distance": route.distance,
        "metric": route.metric,
        "domain": route.domain,
        "sure": route.sure,
        **_place(route.span),
    }


def _list(rules: RuleList) -> dict[str, Any]:
    return {
        "name": rules.name,
        "builtin": rules.builtin,
        "default": action_text(rules.default),
        "default_line": rules.default_span.first if rules.default_span else None,
        "rules": [_rule(rule) for rule in rules.rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "key": masked(rule.key),
        "enabled": rule.enabled,
        "match": masked(match_text(rule.match, VALUES_SHOWN)),
        "action": action_text(rule.action),
        "name": masked(rule.name),
        "comment": masked(rule.comment),
        "text": masked(rule.text),
        "log": rule.log,
        "hits": rule.hits,
        "because": list(rule.because),
        **_place(rule.span),
    }


def _answer(answer: Answer, columns: Sequence[str]) -> dict[str, Any]:
    return {
        "packet": {name: cell for name, cell in zip(columns, answer.row.cells, strict=True) if cell},
        "row": answer.row.line,
        "verdict": answer.verdict.value,
        "list": answer.list,
        "rule": answer.rule,
        "path": answer.span.path if answer.span else None,
        "line": answer.span.first if answer.span else None,
        **cell(answer.span),
        "builtin": answer.builtin,
        "translated": answer.translated,
        "reply_verdict": answer.reply.value if answer.reply else None,
        "egress": answer.egress,
        "engines_disagree": answer.engines_disagree,
        "ways": [_way(way) for way in answer.ways[:WAYS_SHOWN]],
        "ways_total": len(answer.ways),
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "verdict": way.verdict.value,
        "list": way.list,
        "rule": way.rule,
        "path": way.span.path if way.span else None,
        "line": way.span.first if way.span else None,
        **cell(way.span),
        "builtin": way.builtin,
        "egress": way.egress,
        "translated": way.translated,
        "conditions": [masked(name) for name in way.conditions],
    }


def health(facts: Sequence[Fact], run: Run) -> dict[str, Any]:
    """Return what `doctor` found; schema `segcheck/doctor/1`."""
    return {
        "schema": "segcheck/doctor/1",
        "run": run_block(run),
        "good": all(fact.good for fact in facts),
        "facts": [{"name": fact.name, "value": fact.value, "good": fact.good} for fact in facts],
    }
