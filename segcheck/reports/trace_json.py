"""A packet's ways through a site as JSON (DESIGN §4): complete, versioned, the same bytes for the same answer but for `run`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from segcheck.model.crossing import Place
from segcheck.model.inquiry import Inquiry, SiteAnswer
from segcheck.model.journey import Hop, Journey, SiteTrace
from segcheck.model.result import Run
from segcheck.model.trace import Step, Verdict
from segcheck.reports._blocks import cell, run_block
from segcheck.reports._masking import masked
from segcheck.sets import addresses


def tracing(answer: SiteAnswer, run: Run) -> dict[str, Any]:
    """Return an answer with all its ways; schema `segcheck/trace/1`.

    Each way carries the packet that it is a way of, and the ways of the answer to that packet where it arrives.
    """
    return {
        "schema": "segcheck/trace/1",
        "run": run_block(run),
        "verdict": answer.verdict.value,
        "from": answer.source,
        "to": answer.destination,
        "packets": [_inquiry(number, one) for number, one in enumerate(answer.inquiries)],
        "paths": [
            {"packet": number, **way(journey), "reply": _reply(one.trace, journey)}
            for number, one in enumerate(answer.inquiries)
            for journey in one.trace.journeys
        ],
    }


def _inquiry(number: int, one: Inquiry) -> dict[str, Any]:
    return {
        "packet": number,
        "verdict": one.trace.verdict.value,
        "place": _place(one.place),
        "header": _header(one.known),
        "standing": list(one.standing),
        "minute": one.minute,
        "register": [
            {"id": entry, "path": span.path, "line": span.first, "last_line": span.last} for entry, span in one.register
        ],
        "refusing": [
            {
                "id": each.entry,
                "path": each.span.path,
                "line": each.span.first,
                "last_line": each.span.last,
                "why": {"ja": each.why[0], "en": each.why[1]},
            }
            for each in one.refusing
        ],
        "banned": {"ja": one.banned[0], "en": one.banned[1]} if any(one.banned) else None,
        "confirm": confirm_json(one.confirm),
    }


def _reply(trace: SiteTrace, journey: Journey) -> dict[str, Any] | None:
    if trace.reply is None or journey.verdict is not Verdict.PERMIT:
        return None
    return {"verdict": trace.reply.verdict.value, "paths": [way(one) for one in trace.reply.journeys]}


def confirm_json(confirm: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the vendor's own lookup commands by device, one a line."""
    commands: dict[str, str] = {}
    for device, command in confirm:
        commands[device] = f"{commands[device]}\n{command}" if device in commands else command
    return commands


def way(journey: Journey) -> dict[str, Any]:
    """Return one way of a packet: what had to be so, and each device with the stages that did something."""
    return {
        "verdict": journey.verdict.value,
        "condition": [masked(name) for name in journey.conditions],
        "why": journey.why,
        "delivered": _place(journey.delivered) if journey.delivered is not None else None,
        "hops": [_hop(hop) for hop in journey.hops],
    }


def _hop(hop: Hop) -> dict[str, Any]:
    return {
        "device": hop.device,
        "domain": hop.domain,
        "in": hop.ingress,
        "out": hop.egress,
        "gateway": addresses.text(hop.path.gateway) if hop.path and hop.path.gateway is not None else None,
        "condition": [masked(name) for name in hop.conditions],
        "known": hop.path is not None,
        "before": _header(hop.before),
        "after": _header(hop.after),
        "stages": [_step(step) for step in hop.path.steps] if hop.path is not None else [],
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "stage": step.stage,
        "list": step.list,
        "rule": masked(step.rule),
        "path": step.span.path if step.span else None,
        "line": step.span.first if step.span else None,
        "last_line": step.span.last if step.span else None,
        **cell(step.span),
        "action": step.action,
        "sure": step.sure,
        "before": _header(step.before),
        "after": _header(step.after),
    }


def _header(known: Mapping[str, int]) -> dict[str, Any]:
    return {name: addresses.text(value) if name in ("src", "dst") else value for name, value in sorted(known.items())}


def _place(place: Place) -> dict[str, str]:
    return {
        "id": place.id,
        "kind": place.kind.value,
        "zone": place.zone,
        "tier": place.tier.value,
        "domain": place.domain,
    }
