"""`segcheck check`: whether anything crosses between zones that nobody permitted, and by which lines."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._judging import (
    LIST,
    STRICT,
    check_options,
    end,
    fail_on_option,
    format_option,
    judgement_outputs,
    requirements_option,
    tell,
    whole,
)
from segcheck.cli._settings import day_of, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

NAME = "check"
SUMMARY = (
    "Judge a site: what crosses between zones, by which rule lines.",
    "サイトを判定し、ゾーンを越える通信と規則の行を示す。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(check),
        text=say(
            "Read a site's files and exports and judge every pair of zones: proven apart, apart under assumptions, "
            "undecided, or crossed by traffic that the register does not permit. Each finding names its rule lines, a "
            "packet that shows it, its way and what to change.\n\n"
            "Ends with 0 if everything asked is proven, with 1 if there are findings at or above --fail-on, with 2 if the "
            "site's files cannot be used, with 3 if something is undecided or rests on assumptions.",
            "サイトのファイルと機器のエクスポートを読み、すべてのゾーンの組を判定します: 越境なし（証明）、前提付き、判定不能、"
            "または台帳にない通信の越境。指摘ごとに規則の行、実例のパケット、経路、是正案を示します。\n\n"
            "問われたすべてが証明できれば 0、--fail-on 以上の指摘があれば 1、サイトのファイルが使えなければ 2、"
            "判定不能または前提付きがあれば 3 で終わります。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            format_option(say),
            fail_on_option(say),
            click.Option(
                ["--accept-assumptions"],
                is_flag=True,
                help=say("What is proven under assumptions ends with 0.", "前提付きの証明を終了コード 0 とします。"),
            ),
            click.Option(
                ["--time"],
                metavar="DAY",
                help=say(
                    "Judge as of this day (2026-11-10): register, waivers, assumptions; today in Japan unless given.",
                    "この日付 (2026-11-10) の台帳・例外措置・前提で判定します。省略時は日本の今日。",
                ),
            ),
            click.Option(
                ["--as-model"],
                metavar="MODEL",
                help=say(
                    "Judge as if this model (alpha, alpha_prime, beta, beta_prime) held everywhere: the gaps of a migration.",
                    "このモデル (alpha、alpha_prime、beta、beta_prime) を全セグメントに適用したと仮定して判定します。"
                    "移行の差分の確認用。",
                ),
            ),
            click.Option(
                ["--depth"],
                is_flag=True,
                help=say(
                    "Also tell which device alone keeps each pair shut; takes as long again for each device that filters.",
                    "区間対ごとに、どの機器 1 台だけが止めているかも示します。フィルターを持つ機器の数だけ時間が掛かります。",
                ),
            ),
            *check_options(say),
            requirements_option(say, strict=True),
            click.Option(
                ["--baseline"],
                metavar="RUN|FILE",
                help=say(
                    "An earlier run of the site by number, or a result in JSON: findings are told as new or ongoing. None is "
                    "hidden.",
                    "比較する実行の番号、または JSON の結果。指摘を新規・継続に分けて示します。隠すことはありません。",
                ),
            ),
            click.Option(
                ["--fail-on-new"],
                is_flag=True,
                help=say(
                    "End with 1 only for findings that the baseline does not have.",
                    "ベースラインにない指摘がある場合だけ 1 で終わります。",
                ),
            ),
        ],
    )


def check(
    context: click.Context,
    site: str,
    formats: tuple[str, ...],
    fail_on: str,
    accept_assumptions: bool,
    time: str | None,
    as_model: str | None,
    depth: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    requirements: tuple[str, ...],
    baseline: str | None,
    fail_on_new: bool,
) -> int:
    """Show the judgement; 0 proven, 1 findings, 3 undecided or assumed."""
    from segcheck.app import assessing, baselines, ending, modelling
    from segcheck.cli._progress import progress
    from segcheck.reports import check_json, check_summary, check_text

    here = settings(context)
    outputs = judgement_outputs(formats)
    day = day_of(time, "--time") or assessing.today()
    model = None if as_model is None else modelling.named(as_model)
    known = baselines.known(site, baseline) if baseline else None
    if fail_on_new and known is None:
        raise BadArguments(
            "--fail-on-new: new since when? Nothing was judged. Name an earlier run or result with --baseline",
            "--fail-on-new には --baseline で比較する実行または結果を指定してください。判定は行っていません",
        )
    with progress(here) as watch:
        spelt = any(whole(kind) for kind, _ in outputs)
        found = assessing.assess(
            site, day=day, select=select, ignore=ignore, spelt=spelt, as_model=model, depth=depth, progress=watch
        )
    weak = [f"--fail-on {fail_on}"] if fail_on != "low" else []
    weak += ["--accept-assumptions"] if accept_assumptions else []
    weak += ["--fail-on-new"] if fail_on_new else []
    options = {
        "site": site,
        "time": time,
        "as-model": None if model is None else model.value,
        "depth": "yes" if depth else None,
        "fail-on": fail_on,
        "accept-assumptions": "yes" if accept_assumptions else None,
        "select": " ".join(select),
        "ignore": " ".join(ignore),
        "requirements": " ".join(requirements),
        "baseline": baseline,
        "fail-on-new": "yes" if fail_on_new else None,
    }
    tell(
        here,
        outputs,
        result=lambda: baselines.marked(
            check_json.result(found.assessment, found.files, here.run(NAME, options), tuple(weak)), known
        ),
        summary=lambda page: check_summary.summary(page, found.assessment, site, tuple(weak)),
        text=lambda page: check_text.result(
            page, found.assessment, site, tuple(weak), requirements=LIST in requirements
        ),
    )
    if known is not None:
        here.note(here.say(*baselines.told(found.assessment, known)), important=True)
    return end(
        here,
        ending.of_rules(
            found.assessment,
            fail_on,
            accept=accept_assumptions,
            strict=STRICT in requirements,
            known=known if known is not None and fail_on_new else (),
        ),
    )
