"""The judgement of a site for people: headline, findings with their lines and ways, matrix, what it leans on."""

from __future__ import annotations

from collections.abc import Sequence

from segcheck.lang.words import Words
from segcheck.model.assessment import Assessment
from segcheck.model.check import Check
from segcheck.model.crossing import Standing
from segcheck.model.diagnostic import LineUse, Severity
from segcheck.model.finding import (
    AttributeEvidence,
    Basis,
    ConfigEvidence,
    Finding,
    FramesEvidence,
    Weight,
    WitnessEvidence,
)
from segcheck.model.journey import Journey
from segcheck.model.register import renewals
from segcheck.model.schedule import clock
from segcheck.reports import _requirements
from segcheck.reports._masking import masked
from segcheck.reports._packets import box_text, packet_text, trace_command
from segcheck.reports.as_text import Page, Part
from segcheck.reports.matrix_text import matrix

STYLES = {
    Standing.PROVEN: "green",
    Standing.PROVEN_ASSUMING: "cyan",
    Standing.EXCEPTION_APPROVED: "cyan",
    Standing.UNDECIDED: "yellow",
    Standing.VIOLATED: "red",
    Standing.NOTHING_SEEN: "cyan",
}
WEIGHTS = {Weight.CRITICAL: "bold red", Weight.HIGH: "red", Weight.MEDIUM: "yellow", Weight.LOW: "cyan"}
#: The check whose findings are counted apart: what the model knows and nobody registered.
UNREGISTERED = "unregistered-crossing"
#: Lines of one finding's packets, and of places of one kind, that are told; JSON has more.
SHOWN = 4


def result(page: Page, found: Assessment, folder: str, weakened: Sequence[str], *, requirements: bool = False) -> None:
    """Add a judgement; `folder` as the user named it, `weakened` options of this run that make it milder.

    requirements   how the site stands to each is listed, not only counted
    """
    words = page.words
    folder = folder.rstrip("/") or folder
    heading(page, found, weakened)
    for number, finding in enumerate(found.findings, 1):
        page.line()
        finding_block(page, found, finding, number, folder)
    page.heading(words("check.matrix"))
    matrix(page, found)
    if requirements:
        _requirements.table(page, found.requirements, found.site.policy.organs)
    _renewals(page, found)
    _depth(page, found)
    _leaning(page, found)
    _unknown(page, found)
    page.line()
    conclusion(page, found)


def unregistered(found: Assessment) -> int:
    """Return how many findings only lack an entry of the register (台帳未整備)."""
    return sum(one.check == UNREGISTERED and not one.waived for one in found.findings)


def heading(page: Page, found: Assessment, weakened: Sequence[str]) -> None:
    """Add what was asked, of how much, as of when, and what makes the judgement milder."""
    words = page.words
    page.line((words("check.title", name=found.site.name), "bold"))
    page.prose(_asked(words, found))
    if found.requirements:
        _requirements.counts(page, found.requirements, found.site.policy.organs)
    if found.as_model is not None:
        model, edition = found.as_model.model.value, found.as_model.guideline_edition
        page.line((words("check.as_model", model=model, edition=edition), "yellow"))
    for option in (*found.weakened, *weakened):
        page.line((words("check.weakened", option=option), "yellow"))


def _asked(words: Words, found: Assessment) -> str:
    zones = {one.src.zone for one in found.crossings} | {one.dst.zone for one in found.crossings}
    return words(
        "check.asked",
        pairs=len(found.crossings),
        zones=len(zones),
        judged=found.devices[0],
        own=found.devices[1],
        day=found.day.isoformat(),
        as_of=found.as_of.isoformat() if found.as_of else words("check.no_date"),
        register=sum(entry.permits_on(found.day) for entry in found.site.policy.register),
        assumptions=sum(bool(one.leaning) for one in found.assumptions),
    )


def finding_block(page: Page, found: Assessment, finding: Finding, number: int, folder: str) -> None:
    """Add one finding with all its evidence."""
    words = page.words
    language = 0 if words.language == "ja" else 1
    check = found.checks[finding.check]
    page.line(
        (f"{number}. {words(f'weight.{finding.weight.value}')}", WEIGHTS[finding.weight]),
        f"  {check.titled(finding.standing)[language]}  ",
        (f"[{standing_of(words, finding, check)}]", STYLES[finding.standing]),
        f"  {finding.check}  {finding.fingerprint}",
    )
    params = {name: masked(value) for name, value in finding.params}
    page.prose(check.worded(finding.standing)[language].format(**params), 3)
    if finding.waived:
        until = finding.waived_until.isoformat() if finding.waived_until else ""
        page.prose(words("check.waived", id=finding.waived, until=until), 3)
    rows: list[tuple[str, str]] = []
    if finding.packets is not None:
        lines = [box_text(box) for box in finding.packets.boxes[:SHOWN]]
        more = finding.packets.total - len(lines)
        rows += [(words("check.packets") if not i else "", line) for i, line in enumerate(lines)]
        if more > 0:
            rows.append(("", words("check.more", count=more)))
    for piece in finding.evidence:
        rows += _evidence(words, piece, folder, found.day.isoformat())
    told = {one.id for one in found.diagnostics}  # what else leaves it undecided the message says in words
    if because := [name for name in finding.because if name in told]:
        rows.append((words("check.because"), ", ".join(because[:SHOWN])))
    if finding.assumptions:
        rows.append((words("check.assuming"), ", ".join(finding.assumptions)))
    if finding.requirements:
        rows.append((words("check.requirements"), ", ".join(finding.requirements)))
    rows.append((words("check.remedy"), masked(finding.remedy[language])))
    page.table(("", ""), [(f"   {name}", text) for name, text in rows])


def standing_of(words: Words, finding: Finding, check: Check) -> str:
    """Return how a finding stands; one that is not about packets that cross is a fault of what is written."""
    if finding.standing is Standing.VIOLATED and check.asks is Basis.CAPTURES:
        return words("standing.observed")
    if finding.standing is Standing.VIOLATED and not check.crosses:
        return words("check.fault" if Basis.RULES in finding.basis else "check.fault_declared")
    return words(f"standing.{finding.standing.value}")


def _evidence(words: Words, piece: object, folder: str, day: str) -> list[tuple[str, str]]:
    match piece:
        case ConfigEvidence(span, text, _):
            return [(words("check.line"), f"{folder}/{span}  {masked(text)}".rstrip())]
        case WitnessEvidence(packet, place, minute, journeys, confirm):
            at = "" if minute is None else f"  {words('check.at', time=clock(minute))}"
            rows = [(words("check.witness"), f"{packet_text(packet)}{at}")]
            rows += [(words("check.way"), _way(words, place, journey)) for journey in journeys[:1]]
            rows.append((words("check.trace"), trace_command(folder, place, packet, minute, day)))
            rows += [(words("check.confirm"), f"{device}: {command}") for device, command in confirm[:SHOWN]]
            return rows
        case AttributeEvidence(name, value, document):
            return [(words("check.attribute"), f"{name}: {masked(value)} {document}".rstrip())]
        case FramesEvidence():
            numbers = ", ".join(str(number) for number in piece.frames)
            tap = f"@{piece.tap}" if piece.tap else ""
            return [
                (words("replay.frames"), f"{piece.path}{tap} #{numbers}  {piece.text}"),
                (words("replay.filter"), piece.filter),
            ]
    return []


def _way(words: Words, place: str, journey: Journey) -> str:
    """Return a way as device names with the rule that decided at each."""
    parts = [place]
    for hop in journey.hops:
        rules = dict.fromkeys(
            step.rule
            for step in (hop.path.steps if hop.path else ())
            if step.action == "permit" and step.span is not None
        )
        parts.append(f"{hop.device} ({', '.join(rules)})" if rules else hop.device)
    if journey.delivered is None:
        parts.append(_stop(words, journey))
    elif not journey.hops or journey.delivered.id != journey.hops[-1].device:  # else the device itself takes it in
        parts.append(journey.delivered.id)
    return " → ".join(parts)


def _stop(words: Words, journey: Journey) -> str:
    """Return where a packet that does not arrive ends: the rule that stops it, where one does."""
    path = journey.hops[-1].path if journey.hops else None
    last = path.deciding if path is not None else None
    if last is not None and last.action != "permit":
        return words("check.stopped_by_default") if last.span is None else words("check.stopped", rule=last.rule)
    return words("check.lost")


def _renewals(page: Page, found: Assessment) -> None:
    """Add the entries of the register that run out soon, for the sections in charge; they are no findings."""
    words = page.words
    soon = renewals(found.site.policy.register, found.day)
    if not soon:
        return
    page.heading(words("check.renewals", count=sum(len(one.entries) for one in soon)))
    rows = []
    for one in soon:
        named = [
            words("check.renewal", id=masked(entry.id), left=(entry.expires - found.day).days)
            for entry in one.entries[:SHOWN]
            if entry.expires is not None
        ]
        more = len(one.entries) - len(named)
        listed = ", ".join(named) + (f", {words('check.more', count=more)}" if more else "")
        rows.append((f"  {words('check.within', days=one.within)}", masked(one.section) or "-", listed))
    page.table((words("check.expiring"), words("check.section"), words("check.entries")), rows)


def _depth(page: Page, found: Assessment) -> None:
    """Add which device alone keeps how many pairs shut, where that was asked; it is no finding."""
    words = page.words
    asked = [one for one in found.crossings if one.opened_by is not None and one.src.zone != one.dst.zone]
    if not asked:
        return
    alone: dict[str, list[str]] = {}
    for one in asked:
        for device in one.opened_by or ():
            alone.setdefault(device, []).append(f"{one.src.zone or one.src.id} → {one.dst.zone or one.dst.id}")
    page.heading(words("check.depth", pairs=len(asked), deeper=sum(not one.opened_by for one in asked)))
    rows = []
    for device, pairs in sorted(alone.items(), key=lambda item: (-len(item[1]), item[0])):
        zones = list(dict.fromkeys(pairs))
        more = f", {words('check.more', count=len(zones) - SHOWN)}" if len(zones) > SHOWN else ""
        rows.append((f"  {device}", words("check.leaning", count=len(pairs)), ", ".join(zones[:SHOWN]) + more))
    page.table(("", "", ""), rows)


def _leaning(page: Page, found: Assessment) -> None:
    words = page.words
    language = 0 if words.language == "ja" else 1
    if found.assumptions:
        page.heading(words("check.assumptions", count=len(found.assumptions)))
        rows = []
        for one in found.assumptions:
            due = one.review_due.isoformat() if one.review_due else "-"
            text = masked(one.text[language])
            if one.expired:
                text = words("check.expired", text=text)
            rows.append((f"  {one.id}", words("check.leaning", count=one.leaning), due, one.owner or "-", text))
        page.table(["  id", *(words(f"check.{n}") for n in ("pairs", "due", "owner", "claim"))], rows)
    page.line()
    page.prose(words("check.layer2", read=found.layer2[0], declared=found.layer2[1]))
    if found.outside:
        page.prose(words("check.outside", names=", ".join(found.outside)))


def _unknown(page: Page, found: Assessment) -> None:
    words = page.words
    causes: dict[str, int] = {}
    for one in found.crossings:
        if one.standing is Standing.UNDECIDED:
            for name in one.because:
                causes[name] = causes.get(name, 0) + 1
    if causes:
        page.heading(words("check.undecided"))
        page.table(
            ("", "", ""),
            [(f"  {name}", words("check.leaning", count=n), _next(words, name)) for name, n in causes.items()],
        )
    unread = [
        (bound.device.id, one.path, counts)
        for bound in found.bindings
        for one in bound.inputs
        if (counts := sum(one.lines.counts()[use] for use in _UNREAD))
    ]
    for device, path, count in unread:
        page.prose(words("check.unread", device=device, path=path, count=count))
    grave = sum(one.severity is Severity.ERROR for one in found.diagnostics)
    if grave:
        page.prose(words("check.errors", count=grave))


_UNREAD = (LineUse.APPROXIMATED, LineUse.UNSUPPORTED, LineUse.UNRECOGNISED)


def _next(words: Words, cause: str) -> str:
    """Return what to do about something that is not known."""
    key = f"doubts.{cause.partition(':')[0]}.remedy"
    return words(key) if key in words else words("check.next_other")


def conclusion(page: Page, found: Assessment) -> None:
    """Add the verdict as two things that are told apart: what can cross, and what is amiss in settings and declarations."""
    if gaps := unregistered(found):
        page.line(page.words("check.unregistered", count=gaps))
    words = page.words
    told = [one for one in found.findings if not one.waived]
    pairs = {standing: sum(one.standing is standing for one in found.crossings) for standing in Standing}
    crossing = found.crossing
    whole = f"check.all_{crossing.value}" if found.crossings else ""
    rows: list[tuple[Part, Part, Part]] = [
        (
            (words("check.crossings"), "bold"),
            (words(whole if whole in words else f"standing.{crossing.value}"), f"bold {STYLES[crossing]}"),
            words(
                "check.conclusion_pairs",
                pairs=len(found.crossings),
                **{standing.value: count for standing, count in pairs.items()},
            ),
        ),
        (
            (words("check.settings"), "bold"),
            _amiss(words, found),
            words("check.amiss_weights", **_weights(found.amiss)) if found.amiss else "",
        ),
        (
            (words("check.findings"), "bold"),
            str(len(told)),
            words(
                "check.conclusion",
                **_weights(told),
                open=sum(one.standing is Standing.UNDECIDED for one in told),
                waived=len(found.findings) - len(told),
            ),
        ),
    ]
    page.table(("", "", ""), rows)


def _amiss(words: Words, found: Assessment) -> Part:
    """Return how many settings and declarations are amiss, which no proof of crossings covers."""
    count = len(found.amiss)
    return (words("check.amiss", count=count), "bold red") if count else (words("check.not_amiss"), "bold")


def _weights(findings: Sequence[Finding]) -> dict[str, int]:
    return {weight.value: sum(one.weight is weight for one in findings) for weight in Weight}
