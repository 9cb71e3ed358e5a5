"""The sections that only audit reports have: cover, terms, working paper, self-check, missing evidence, how to do it again.

What an auditor says is left blank: 所見, 結論, and every answer of a department. No sheet speaks for the body as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from json import dumps
from shlex import quote

from segcheck.errors import BadArguments
from segcheck.lang.words import Words
from segcheck.reports._printed import Book, Styled
from segcheck.reports.renderings import _organs, _sheets, _told
from segcheck.reports.renderings._sheets import Row, heads
from segcheck.reports.renderings._told import Document, plain, said

#: Parts of a document that differ between equal judgements: how it was run, and what the history adds.
_OF_THE_RUN = ("run", "chain", "drift", "earlier")


def refuse_weakened(result: Document) -> None:
    """Refuse a result that options made milder: an audit stands on the full judgement only.

    Raises:
        BadArguments: it names the options.
    """
    run = result["run"]
    options = [plain(one, 80) for one in run["weakened"]]
    if model := run["options"].get("as-model"):
        options.append(f"--as-model {plain(model, 40)}")
    if options:
        raise BadArguments(
            f"the run was weakened by {', '.join(options)}; no audit report is made of it. Judge again without",
            f"{'、'.join(options)} により緩めた判定です。監査の報告書は作成していません。これらを付けずに判定し直してください",
        )


def digest(result: Document) -> str:
    """Return SHA-256 of what was judged: equal for equal inputs and day, whoever judged it when and however it was stored."""
    kept = {name: value for name, value in result.items() if name not in _OF_THE_RUN}
    kept["findings"] = [{**one, "history": None} for one in result["findings"]]
    return sha256(dumps(kept, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def margins(words: Words, result: Document, edition: str) -> tuple[str, str]:
    """Return what stands at the top of every page, the class of information, and at its foot: whose, when, which run."""
    audit = result.get("audit") or {}
    marking = plain(audit.get("classification") or words("sheets.marking"), 60)
    chain = _told.chained(words, result) or f"segcheck {plain(result['run']['version'])}"
    return marking, f"{plain(result['site'], 60)}  {edition}  {_told.instant(result['run']['started'])}  {chain}"


def cover(book: Book, words: Words, result: Document, title: str, edition: str) -> None:
    """Add the cover: what it is, whose, for whom, until when it is kept; boxes for stamps."""
    audit = result.get("audit") or {}
    sheet = book.sheet(words("audit.cover"), [20, 14, 14, 14, 14, 14], portrait=True)
    sheet.stamps(words("sheets.stamps").split(","), 4)
    sheet.skip(6)
    sheet.title(plain(audit.get("title") or title))
    if audit.get("title"):
        sheet.prose(title, bold=True)
        sheet.skip()
    sheet.pairs(
        (
            (words("sheets.site"), Styled(plain(result["site"]), bold=True)),
            (words("audit.edition"), edition),
            (words("audit.classification"), plain(audit.get("classification") or "")),
            (words("audit.distribution"), "、".join(map(plain, audit.get("distribution", ())))),
            (words("audit.dispose_on"), audit.get("dispose_on") or ""),
            (words("audit.day"), result["day"]),
            (words("sheets.judged"), _told.instant(result["run"]["started"])),
            (words("audit.digest"), digest(result)),
            (words("sheets.chain"), _told.chained(words, result) or words("audit.no_chain")),
        )
    )


def overview(book: Book, words: Words, result: Document, *, brief: bool = False) -> None:
    """Add purpose, subject, time and team, criteria, method and the summary; opinions and conclusion are left blank.

    brief   no name of a device, file or address
    """
    audit = result.get("audit") or {}
    sheet = book.sheet(words("audit.overview"), [24, 16, 16, 16, 16, 16, 16])
    sheet.title(words("audit.overview"))
    blank = Styled(None, "fill_in")

    def written(*texts: str | None) -> str | Styled:
        kept = [plain(text) for text in texts if text]
        return "\n".join(kept) if kept else blank

    names = _told.zone_names(result)
    judged = {one[end] for one in result["crossings"] for end in ("src_zone", "dst_zone") if one[end]}
    zones = [*(names[one] for one in names if one in judged), *sorted(judged - set(names))]
    devices = sorted({one["device"] for one in result["inputs"] if one["device"]})
    sheet.heading(f"1 {words('audit.purpose')}")
    sheet.pairs(((words("audit.purpose"), written(audit.get("purpose"))),))
    sheet.heading(f"2 {words('audit.subject')}")
    rows = [
        (words("audit.body"), written(result["site"])),
        (words("audit.zones"), written(", ".join(map(plain, zones)))),
    ]
    if not brief:
        rows.append((words("audit.devices"), written(", ".join(map(plain, devices)))))
        rows.append((words("sheets.outside"), written(", ".join(map(plain, result["outside"])))))
    rows.append((words("audit.exclusions"), written(*audit.get("exclusions", ()))))
    sheet.pairs(rows)
    sheet.heading(f"3 {words('audit.time_and_team')}")
    span = " - ".join(audit.get(end) or "" for end in ("begins", "ends"))
    sheet.pairs(
        (
            (words("audit.time"), written(span if span.strip(" -") else "")),
            (words("audit.team"), written(*audit.get("team", ()))),
        )
    )
    sheet.heading(f"4 {words('audit.criteria')}")
    own = _organs.policies(words, result)
    rules = words("audit.rules", version=plain(result["run"]["version"]))
    sheet.pairs(((words("audit.criteria"), written(*audit.get("criteria", ()), *own, rules)),))
    sheet.heading(f"5 {words('audit.method')}")
    files = words("audit.files", inputs=len(result["inputs"]), captures=len(result.get("captures", ())))
    sheet.pairs(
        (
            (words("audit.method"), words("audit.method_text")),
            (words("audit.material"), files),
            (words("sheets.as_of"), result["as_of"] or words("check.no_date")),
            (words("sheets.asked"), _told.asked(words, result, named=not brief)),
            *(((words("sheets.seen"), seen),) if (seen := _told.observed(words, result, named=not brief)) else ()),
        )
    )
    sheet.heading(f"6 {words('sheets.summary')}")
    sheet.pairs(
        (
            (
                words("sheets.verdict"),
                Styled(_told.verdict(words, result), _sheets.FILL_OF[result["verdict"]], bold=True),
            ),
            (words("sheets.conclusion"), _told.conclusion(words, result)),
            (words("requirements.title"), "\n".join(_organs.counts(words, result))),
            (words("audit.opinion"), Styled("\n\n\n", "fill_in")),
            (words("audit.conclusion"), Styled("\n\n\n", "fill_in")),
        )
    )
    sheet.heading(words("sheets.limits"))
    for line in _sheets.limits(words, result, brief=brief):
        sheet.prose(f"・{line}")


def facts(book: Book, words: Words, result: Document) -> None:
    """Add the findings as an audit tells them: facts, risk, recommendation, who mends it until when, how it stood before."""
    clauses = _organs.clauses(result, lambda one: _sheets.clause(words, one))
    sheet = book.sheet(f"7 {words('audit.facts')}", [6, 20, 8, 15, 18, 46, 36, 36, 9, 14, 12], paper="A3")
    sheet.title(f"7 {words('audit.facts')}")
    sheet.prose(words("sheets.before_mending"))
    names = (
        "number",
        "title",
        "weight",
        "standing",
        "clause",
        "fact",
        "risk",
        "recommendation",
        "before",
        "charge",
        "due",
    )
    sheet.table(
        heads(words, *names), (_fact(words, result, one, at, clauses) for at, one in _numbered(result)), main=True
    )


def _numbered(result: Document) -> Iterator[tuple[int, Document]]:
    return enumerate(result["findings"], 1)


def _fact(
    words: Words, result: Document, one: Document, number: int, clauses: Callable[[Document, str], list[str]]
) -> Row:
    language = words.language
    check = result.get("checks", {}).get(one["check"])
    demanded = [" ".join([plain(name), *clauses(one, name)]) for name in one["requirements"]]
    lines = [said(one["message"], language), *_sheets.places(one)]
    lines += [
        f"{words('check.witness')}: {_told.packet(piece['packet'])}" for piece in _told.pieces(one, "witness")[:1]
    ]
    return [
        f"No.{number}",
        _told.title(result, one, language),
        Styled(words(f"weight.{one['severity']}"), _sheets.WEIGHT_FILL[one["severity"]], bold=True),
        _told.standing(words, result, one),
        "\n".join(demanded),
        "\n".join(lines),
        said(check["why"], language) if check else "",
        said(one["remedy"], language),
        words(f"told.history.{one['history']}") if one["history"] else words("audit.no_history"),
        Styled(None, "fill_in"),
        Styled(None, "fill_in"),
    ]


def missing(book: Book, words: Words, result: Document) -> None:
    """Add what must still be produced: evidence of requirements, exports, origins, causes of what is undecided."""
    many = _organs.several(result)
    sheet = book.sheet(f"10 {words('audit.missing')}", [*([18] if many else []), 24, 44, 60, 26, 14])
    sheet.title(f"10 {words('audit.missing')}")
    blank = Styled(None, "fill_in")
    everyone: tuple[str, ...] = ("-",) if many else ()
    rows: list[Row] = [
        [
            *((organ.title,) if many else ()),
            plain(one["id"]),
            said(one["text"], words.language),
            "\n".join(said(reason, words.language) for reason in one["because"]) or words("requirements.documents"),
            blank,
            blank,
        ]
        for organ in _organs.organs(result)
        for one in organ.rows
        if one["outcome"] == "insufficient_evidence"
    ]
    causes = dict.fromkeys(
        name for one in result["crossings"] if one["verdict"] == "undecided" for name in one["because"]
    )
    for name in causes:
        key = f"doubts.{name.partition(':')[0]}.remedy"
        remedy = words(key) if key in words else words("check.next_other")
        rows.append([*everyone, words("audit.undecided"), plain(name), remedy, blank, blank])
    rows += [
        [*everyone, words("sheets.no_origin"), plain(one["path"]), words("audit.origin"), blank, blank]
        for one in result["inputs"]
        if one["kind"] == "export" and not one.get("obtained")
    ]
    names = (*(("organ",) if many else ()), "missing_for", "demanded", "missing", "produced", "due")
    sheet.table(heads(words, *names), rows, main=True)


def earlier(book: Book, words: Words, result: Document) -> None:
    """Add how earlier findings stand: from the history all that was ever found, else those of the run before."""
    if result.get("earlier") is not None:
        _lives(book, words, result)
        return
    sheet = book.sheet(f"11 {words('audit.earlier')}", [10, 20, 8, 22, 60, 18])
    sheet.title(f"11 {words('audit.earlier')}")
    drift = result.get("drift")
    rows: list[Row] = []
    for change in ("mended", "untold"):
        for one in drift["findings"].get(change, ()) if drift else ():
            weight = words(f"weight.{one['severity']}")
            state = Styled(words(f"told.history.{change}"), "good" if change == "mended" else "unsure")
            message = said(one["message"], words.language)
            rows.append([state, one["fingerprint"], weight, plain(one["check"]), message, ""])
    for at, one in _numbered(result):
        if one["history"]:
            weight = words(f"weight.{one['severity']}")
            message = said(one["message"], words.language)
            state = Styled(words(f"told.history.{one['history']}"), "warn" if one["history"] != "mended" else "good")
            rows.append([state, one["fingerprint"], weight, plain(one["check"]), message, f"No.{at}"])
    if drift:
        since = drift["since"]
        sheet.prose(words("sheets.since", run=since["run"], finished=_told.instant(since["finished"])))
    if not rows and not drift:
        sheet.prose(words("audit.no_earlier"))
        return
    sheet.table(heads(words, "change", "fingerprint", "weight", "check", "message", "findings"), rows, main=True)


_STATES = {"mended": "good", "untold": "unsure", "recurring": "bad", "ongoing": "warn", "new": "warn"}


def _lives(book: Book, words: Words, result: Document) -> None:
    numbers = {one["fingerprint"]: f"No.{at}" for at, one in _numbered(result)}
    sheet = book.sheet(f"11 {words('audit.earlier')}", [12, 20, 8, 22, 60, 18, 18, 18, 8, 12, 10], paper="A3")
    sheet.title(f"11 {words('audit.earlier')}")
    sheet.prose(words("audit.lives", run=result["chain"]["run"]) if result.get("chain") else words("audit.lives_all"))

    def at(seen: Mapping[str, object] | None) -> str:
        return words("audit.in_run", day=seen["day"], run=seen["run"]) if seen else ""

    rows: list[Row] = [
        [
            Styled(words(f"told.history.{one['state']}"), _STATES[one["state"]]),
            one["fingerprint"],
            words(f"weight.{one['severity']}"),
            plain(one["check"]),
            said(one["message"], words.language),
            at(one["first"]),
            at(one["last"]),
            at(one["mended"]),
            one["returned"],
            plain(one["waiver"] or ""),
            numbers.get(one["fingerprint"], ""),
        ]
        for one in result["earlier"]
    ]
    names = ("change", "fingerprint", "weight", "check", "message")
    more = ("first_seen", "last_seen", "mended_in", "returned", "waiver", "findings")
    sheet.table(heads(words, *names, *more), rows, main=True)


def again(book: Book, words: Words, result: Document) -> None:
    """Add how to do it again: version, command, hashes, and the digest that an equal judgement has."""
    run = result["run"]
    sheet = book.sheet(words("audit.again"), [8, 40, 90])
    sheet.title(words("audit.again"))
    command = command_of(result)
    steps = (
        (words("audit.step_version"), f"segcheck --version  ->  {plain(run['version'])}"),
        (words("audit.step_files"), words("audit.step_files_how", sheet=words("sheets.inputs"))),
        (words("audit.step_judge"), command),
        (words("audit.step_report"), "segcheck report RESULT.json --kind audit --format xlsx=AUDIT.xlsx"),
        (words("audit.step_compare"), f"{words('audit.digest')}: {digest(result)}"),
    )
    sheet.table(
        heads(words, "number", "step", "how"), [[at, name, how] for at, (name, how) in enumerate(steps, 1)], main=True
    )
    sheet.skip()
    sheet.prose(words("audit.chain_says"))


def command_of(result: Document) -> str:
    """Return the command line that judges the same files as of the same day."""
    run = result["run"]
    given = dict(run["options"])
    given.setdefault("time", result["day"])
    parts = ["segcheck", run["command"], given.pop("site", "SITE")]
    captures = given.pop("captures", "")
    parts += captures.split()
    for name, value in sorted(given.items()):
        if (name, value) != ("fail-on", "low"):
            parts += [f"--{name}"] if value == "yes" else [f"--{name}", value]
    return " ".join(quote(plain(part, 200)) for part in (*parts, "--format", "json=RESULT.json"))
