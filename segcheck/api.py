"""What the command line does, as functions that return the nouns of `segcheck.model` (`import segcheck`).

    import segcheck

    found = segcheck.check("topologies/reiji-mistakes", time="2026-11-28")
    for finding in found.findings:
        print(finding.check, finding.src_zone, finding.dst_zone, finding.subject)

Verbs are those of the command line, without printing and without exit codes: what the user can mend raises
`segcheck.errors.CannotRun` (its `en` and `ja` say what to do). A result is as cautious as on the command line: UNDECIDED and
PROVEN_ASSUMING are standings of their own and never read as PROVEN. Days and times are Japan's; without `time` it is today.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256
from os import PathLike, fspath
from typing import TYPE_CHECKING

from segcheck.errors import BadArguments
from segcheck.model.crossing import Standing

if TYPE_CHECKING:
    from segcheck.analysis.comparing import Diff
    from segcheck.app.explaining import Topic
    from segcheck.app.validating import Validated
    from segcheck.model.assessment import Assessment
    from segcheck.model.flow import Flow
    from segcheck.model.inquiry import SiteAnswer
    from segcheck.model.reading import Reading
    from segcheck.model.replayed import Replayed
    from segcheck.model.result import Answer

Path = str | PathLike[str]


def samples() -> Mapping[str, pathlib.Path]:
    """Return the folders of the sites that come with segcheck, by name."""
    from segcheck.app import bundled

    return bundled.sites()


def validate(site: Path) -> Validated:
    """Return a site's files as they were read: `site` is None if they cannot be used, `files` have the problems with places."""
    from segcheck.app import validating

    return validating.validate(fspath(site))


def check(
    site: Path,
    *,
    time: str | date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Assessment:
    """Return the judgement of a site: crossings of every ordered pair of places, findings, assumptions.

    time            the day whose register, waivers and assumptions count
    select, ignore  ids of checks to ask alone, or to leave out

    Raises:
        BadInput: the site's files cannot be used.
        BadArguments: an id that is no check's, a day that is none.
    """
    from segcheck.app import assessing

    day = _day(time) or assessing.today()
    return assessing.assess(fspath(site), day=day, select=select, ignore=ignore).assessment


def matrix(site: Path, *, time: str | date | None = None) -> Mapping[tuple[str, str], Standing]:
    """Return the worst standing from zone to zone, by (source zone, destination zone); no check is asked.

    Raises:
        BadInput: the site's files cannot be used.
    """
    from segcheck.app import assessing

    day = _day(time) or assessing.today()
    found = assessing.assess(fspath(site), day=day, only_crossings=True, spelt=False).assessment
    worst: dict[tuple[str, str], Standing] = {}
    for one in found.crossings:
        pair = one.src.zone, one.dst.zone
        worst[pair] = max(worst.get(pair, one.standing), one.standing, key=lambda standing: standing.rank)
    return worst


def trace(
    site: Path,
    source: str,
    destination: str,
    *,
    inside: str = "",
    via: Sequence[str] = (),
    time: str | None = None,
    day: str | date | None = None,
    **fields: str | int,
) -> SiteAnswer:
    """Return every way of one packet from an address, host or segment to another, hop by hop, with the lines that decide.

    inside   place to send from, where the source address does not say
    via      devices ("fw-core" or "fw-core:port1") that it is handed to first
    time     of the devices' clocks ("2026-11-10T08:30"); None = any time
    fields   proto, sport, dport, icmp_type, icmp_code, tcp_flags, fragment, as on the command line

    Raises:
        BadInput, BadArguments: the site cannot be used; no such end, device, field or value.
    """
    from segcheck.app import assessing, tracing_site
    from segcheck.loaders import packet_table

    question = tracing_site.Question(
        source=source,
        destination=destination,
        fields={name: str(value) for name, value in fields.items()},
        inside=inside,
        via=tuple(via),
        minute=packet_table.parse_time_option(time) if time else None,
    )
    return tracing_site.trace(fspath(site), question, day=_day(day or (time or "")[:10]) or assessing.today())


def diff(old: Path, new: Path, *, format: str | None = None, list_name: str | None = None) -> Diff:  # noqa: A002
    """Return what a new export (or site) permits that the old one did not, and the reverse, with the lines that cause it.

    Raises:
        CannotRun: a file cannot be used, or neither has the list.
    """
    from segcheck.app import diffing

    return diffing.diff(fspath(old), fspath(new), format=format, list_name=list_name)


def inspect(export: Path, *, format: str | None = None) -> Reading:  # noqa: A002
    """Return what an export says: devices with their lists, diagnostics, and the account of every line.

    Raises:
        UnreadableFile, UnknownFormat: it cannot be read at all.
    """
    from segcheck.app import reading

    return reading.read_export(fspath(export), format).reading


def match(
    export: Path,
    packets: Sequence[Mapping[str, str | int]],
    *,
    format: str | None = None,  # noqa: A002
    list_name: str | None = None,
) -> tuple[Answer, ...]:
    """Return, in order, what an export does with packets, each a row of `segcheck match` by column name.

    Raises:
        CannotRun: the export or a packet cannot be used, no such list or interface.
    """
    from segcheck.app import matching, reading
    from segcheck.loaders import packet_table
    from segcheck.model.source import SourceText

    columns = list(dict.fromkeys(name for one in packets for name in one))
    rows = [columns, *([str(one.get(name, "")) for name in columns] for one in packets)]
    for row in rows:
        for cell in row:
            if set(cell) & set("\t\r\n"):
                raise BadArguments(
                    f"a packet has a tab or a line end in {cell!r}", f"パケットの値 {cell!r} に制御文字があります"
                )
    text = "".join("\t".join(row) + "\n" for row in rows)
    digest = sha256(text.encode()).hexdigest()
    table = packet_table.load(SourceText("packets", text, "utf-8", digest))
    read = reading.read_export(fspath(export), format)
    return matching.match(read.reading.devices, table.rows, list_name).answers


def flows(*captures: Path) -> tuple[Flow, ...]:
    """Return the conversations of captures (files, folders), the lower address of each first: who opened it, how far it went.

    No names and no payload. 1 us a packet, 20 us a conversation and about 1 kB of memory for it.

    Raises:
        BadInput: a capture cannot be used.
    """
    from segcheck.captures import reading, telling

    read = reading.read([(fspath(one), "") for one in captures])
    return tuple(flow for table in read.flows.values() for flow in telling.told(table))


def replay(
    site: Path,
    *captures: Path,
    time: str | date | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    evidence: Path | None = None,
) -> Replayed:
    """Return what captures, each "PATH" or "PATH@TAP", show against a site: findings, what the register says, every frame.

    It never says proven: what was not seen may be possible all the same.

    evidence   a pcapng file to write: the first frames of what findings are about, cut behind their headers

    Raises:
        BadInput: the site's files or a capture cannot be used.
        BadArguments: a tap or a check that does not exist, a file that cannot be written.
    """
    from segcheck.app import assessing, replaying

    named = [fspath(one) for one in captures]
    day = _day(time) or assessing.today()
    found = replaying.replay(fspath(site), named, day=day, select=select, ignore=ignore)
    if evidence is not None:
        replaying.write_evidence(fspath(evidence), found)
    return found.replayed


def explain(name: str, *, language: str = "en") -> Topic:
    """Return what a check, requirement, diagnostic, word or format means: why, source, how it is found, how to mend it.

    Raises:
        BadArguments: there is no such name.
    """
    from segcheck.app import explaining

    return explaining.explain(name, language)


def _day(given: str | date | None) -> date | None:
    if not given:
        return None
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise BadArguments(
            f"{given}: not a day; write 2026-11-10", f"{given}: 日付ではありません。例: 2026-11-10"
        ) from None
