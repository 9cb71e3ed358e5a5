"""A packet's ways through a site, for people: hop by hop, with the lines that decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from segcheck.lang.words import Words
from segcheck.loaders.packet_table import PROTOCOLS
from segcheck.model.crossing import Place, PlaceKind
from segcheck.model.inquiry import Inquiry, SiteAnswer
from segcheck.model.journey import Hop, Journey, SiteTrace
from segcheck.model.trace import Path, Step, Verdict
from segcheck.reports._masking import masked
from segcheck.reports.as_text import Page, Part
from segcheck.sets import addresses

#: Ways that are told of each verdict; JSON has all.
WAYS_SHOWN = 4
ASSUMING, _SCHEDULE = "assuming ", "schedule "
_STYLE = {Verdict.PERMIT: "green", Verdict.DENY: "red", Verdict.UNDECIDED: "yellow"}
_NAMES = {number: name for name, number in reversed(PROTOCOLS.items())}
_DECIDES = ("permit", "deny", "reject")


def tracing(page: Page, answer: SiteAnswer) -> None:
    """Add every question of an answer with its ways, and a conclusion."""
    words = page.words
    for inquiry in answer.inquiries:
        _inquiry(page, answer, inquiry)
        page.line()
    if len(answer.inquiries) > 1:
        verdict = answer.verdict
        page.line((words(f"trace.all.{verdict.value}", count=len(answer.inquiries)), _STYLE[verdict]))


def _inquiry(page: Page, answer: SiteAnswer, inquiry: Inquiry) -> None:
    words = page.words
    verdict = inquiry.trace.verdict
    page.line(
        (words(f"trace.verdict.{verdict.value}"), _STYLE[verdict]),
        f"  {packet(inquiry.known)}  ",
        words("trace.sent", place=_place(answer, inquiry.place, words)),
    )
    for name in inquiry.standing:
        end = answer.source if name == "src" else answer.destination
        page.prose(words("trace.stands", address=addresses.text(inquiry.known[name]), name=end))
    journeys = inquiry.trace.journeys
    told = _told(inquiry.trace)
    for number, journey in enumerate(told, 1):
        _journey(page, answer, journey, number, len(told))
    if len(journeys) > len(told):
        page.prose(words("trace.more", count=len(journeys) - len(told)))
    _reply(page, answer, inquiry.trace)
    ends = {journey.delivered.zone for journey in journeys if journey.delivered and journey.verdict is not Verdict.DENY}
    if ends - {inquiry.place.zone}:
        entries = ", ".join(f"{entry} ({span})" for entry, span in inquiry.register)
        page.prose(words("trace.registered", entries=entries) if entries else words("trace.unregistered"))
        spoken = 0 if words.language == "ja" else 1
        for one in inquiry.refusing if not entries else ():
            page.prose(words("trace.refusing", entry=one.entry, line=one.span, why=one.why[spoken]), 4)
        if not entries and inquiry.banned[spoken]:
            page.prose(words("trace.banned", why=inquiry.banned[spoken]), 4)
    if inquiry.confirm:
        page.line(f"  {words('trace.confirm')}")
        page.table(("", ""), [(f"    {device}", command) for device, command in inquiry.confirm])


def _told(trace: SiteTrace) -> list[Journey]:
    """Return a few ways of each verdict that counts: what arrives first, then what is the shortest to explain.

    Where a packet surely arrives, ways that would not carry it are those of gateways that its sender need not use.
    """
    found: list[Journey] = []
    told = (Verdict.PERMIT,) if trace.verdict is Verdict.PERMIT else (Verdict.PERMIT, Verdict.UNDECIDED, Verdict.DENY)
    for verdict in told:
        own = [journey for journey in trace.journeys if journey.verdict is verdict]
        own.sort(key=lambda journey: (journey.delivered is None, len(journey.conditions), len(journey.hops)))
        found += own[:WAYS_SHOWN]
    return found


def _journey(page: Page, answer: SiteAnswer, journey: Journey, number: int, total: int) -> None:
    words = page.words
    count = f"{words('trace.way', number=number, total=total)}  " if total > 1 else ""
    page.line(f"  {count}", (outcome(answer, journey, words), _STYLE[journey.verdict]))
    for name in ("if", "assuming"):
        texts = list(conditions(journey, words, assumptions=name == "assuming"))
        if texts:
            page.prose(words(f"trace.{name}", conditions=("、" if words.language == "ja" else "; ").join(texts)), 4)
    rows = list(_rows(journey.hops, words))
    if rows:
        page.table(("", "", "", "", ""), rows, frozenset((0,)))


def outcome(answer: SiteAnswer, journey: Journey, words: Words) -> str:
    """Return how a journey ends."""
    if journey.delivered is not None:
        key = "delivered" if journey.verdict is Verdict.PERMIT else "perhaps"
        return words(f"trace.{key}", place=_place(answer, journey.delivered, words))
    last = journey.hops[-1].device if journey.hops else "-"
    return words(f"trace.why.{journey.why.replace(' ', '-') or 'denied'}", device=last)


def conditions(journey: Journey, words: Words, *, assumptions: bool) -> Iterator[str]:
    """Yield what has to be so for the journey, or the assumptions that it takes for granted."""
    for condition in journey.conditions:
        assumed = condition.startswith(ASSUMING)
        if assumed is assumptions:
            yield _doubt(condition.removeprefix(ASSUMING), words, assumed=assumed)


def _doubt(name: str, words: Words, *, assumed: bool) -> str:
    positive = name.removeprefix("not ")
    if positive.startswith(_SCHEDULE):
        key = "trace.schedule" if positive == name else "trace.schedule-not"
        return words(key, name=masked(positive.removeprefix(_SCHEDULE)))
    kind, _, subject = positive.partition(":")
    key = f"trace.doubt.{kind}"
    if not subject or assumed or key not in words:
        return masked(name)
    return words(key if positive == name else f"{key}-not", subject=subject)


def _rows(hops: Sequence[Hop], words: Words) -> Iterator[tuple[Part, ...]]:
    for number, hop in enumerate(hops, 1):
        first: tuple[str, str, str] = (f"    {number}", hop.device, _interfaces(hop))
        for what, where in _events(hop, words):
            yield (*first, what, where)
            first = ("", "", "")


def _interfaces(hop: Hop) -> str:
    return " -> ".join(filter(None, (hop.ingress, hop.egress)))


def _events(hop: Hop, words: Words) -> Iterator[tuple[str, str]]:
    """Yield what a device did with a packet, and the line that says so; at least one event."""
    if hop.path is None:
        yield words("trace.nothing_known"), ""
        return
    route = next((step for step in reversed(hop.path.steps) if step.stage == "routing"), None)
    if route is not None:
        yield words("trace.route", route=route.rule), _where(route)
    step = deciding(hop.path)
    if step is not None:
        rule = " ".join(filter(None, (step.list, step.rule)))
        yield words(f"trace.by.{step.action}", rule=rule), _where(step)
    elif hop.path.local:
        yield words("trace.taken_in"), ""
    elif route is None:
        yield words(f"verdicts.{hop.path.verdict.value}.name"), ""
    before, after = packet(hop.before), packet(hop.after)
    if before != after and hop.path.verdict is not Verdict.DENY:
        written = next((s for s in reversed(hop.path.steps) if s.action == "translate"), None)
        yield words("trace.translated", before=before, after=after), _where(written) if written else ""


def deciding(path: Path) -> Step | None:
    """Return the step that people look for: the last that is written down and decided, else the last that denied."""
    decided = [step for step in path.steps if step.action in _DECIDES and step.stage != "routing"]
    if path.verdict is Verdict.DENY:
        last = path.deciding
        return last if last is not None and last.stage != "routing" else None
    return next((step for step in reversed(decided) if step.span is not None), None)


def _where(step: Step) -> str:
    return str(step.span) if step.span is not None else ""


def _reply(page: Page, answer: SiteAnswer, trace: SiteTrace) -> None:
    words = page.words
    if trace.reply is None:
        return
    verdict = trace.reply.verdict
    page.line(f"  {words('trace.reply')}  ", (words(f"trace.reply_verdict.{verdict.value}"), _STYLE[verdict]))
    for journey in _told(trace.reply)[:WAYS_SHOWN]:
        page.line(f"    - {outcome(answer, journey, words)}")
        page.table(("", "", "", "", ""), list(_rows(journey.hops, words)), frozenset((0,)))


def _place(answer: SiteAnswer, place: Place, words: Words) -> str:
    if place.kind is PlaceKind.DEVICE:
        return words("trace.device", id=place.id)
    if place.kind is PlaceKind.BUILT_IN:
        return words(f"trace.{place.id}")
    zone = answer.site.zones.get(place.zone)
    return words("trace.segment", id=place.id, zone=(zone.name or zone.id) if zone else place.zone)


def packet(known: Mapping[str, int]) -> str:
    """Return "10.0.0.1:1024 -> 10.0.0.2:443/tcp"; "*" is any value."""
    proto = known.get("proto")
    name = "*" if proto is None else _NAMES.get(proto, str(proto))
    ports = any(field in known for field in ("sport", "dport"))
    ends = [_end(known, "src", "sport", ports=ports), _end(known, "dst", "dport", ports=ports)]
    rest = [f"{field}={known[field]}" for field in ("icmp_type", "icmp_code") if field in known]
    if known.get("fragment"):
        rest.append("fragment")
    return " ".join((f"{ends[0]} -> {ends[1]}/{name}", *rest))


def _end(known: Mapping[str, int], address: str, port: str, *, ports: bool) -> str:
    text = addresses.text(known[address]) if address in known else "*"
    if not ports:
        return text
    text = f"[{text}]" if ":" in text else text
    return f"{text}:{known.get(port, '*')}"
