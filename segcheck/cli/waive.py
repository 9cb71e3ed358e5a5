"""`segcheck waive`: except one finding, for a time, with a reason and the post that decided it."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, day_of, settings
from segcheck.lang.words import Say

NAME = "waive"
SUMMARY = (
    "Write an approved exception for one finding to waivers.yaml.",
    "指摘 1 件の例外措置（承認済）を waivers.yaml に書く。",
)


def build(say: Say) -> click.Command:
    """Return the command."""

    def option(name: str, metavar: str, english: str, japanese: str, *, required: bool = True) -> click.Option:
        return click.Option([name], metavar=metavar, required=required, help=say(english, japanese))

    return Speaking(
        say,
        NAME,
        callback=click.pass_context(waive),
        text=say(
            "Append an exception for one finding of the last run, or of the site as it is now, to waivers.yaml: for that "
            "fingerprint, between the narrowest ends that the site knows. All else in the file stays as it is. The finding "
            "stays in every result, marked as excepted, and counts again after the last day.",
            "直近の実行、または現在のサイトの指摘 1 件に対する例外措置を waivers.yaml に追記します。対象はその指紋だけで、"
            "両端はサイトにある最も狭いものです。ファイルのほかの部分は変わりません。指摘は結果に残り、例外措置として表示され、"
            "期限の翌日から再び数えます。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            click.Argument(["fingerprint"], metavar="FINGERPRINT"),
            option("--until", "DAY", "Its last day; at most 365 days from now.", "有効期限 (当日まで)。最長 365 日。"),
            option("--reason", "TEXT", "Why it is acceptable.", "認める理由。"),
            option("--approved-by", "POST", "The post that decided, not a person.", "承認者の職名 (氏名ではなく)。"),
            option("--ticket", "NUMBER", "Number of the decision.", "決裁番号。", required=False),
        ],
    )  # fmt: skip


def waive(
    context: click.Context,
    site: str,
    fingerprint: str,
    until: str,
    reason: str,
    approved_by: str,
    ticket: str | None,
) -> int:
    """Write the exception."""
    from segcheck.app import assessing, waiving
    from segcheck.reports._masking import masked

    here = settings(context)
    last = day_of(until, "--until")
    assert last is not None
    wish = waiving.Wish(fingerprint=fingerprint, until=last, reason=reason, approver=approved_by, ticket=ticket or "")
    found = waiving.waive(site, wish, assessing.today())
    values = found.values
    page = here.page()
    page.line(
        here.say(
            f"{site}/{waiving.FILE}: {values['id']} excepts {values['check']} {fingerprint} until {values['expires']}",
            f"{site}/{waiving.FILE}: 例外措置 {values['id']}: {values['check']} {fingerprint}、{values['expires']} まで",
        )
    )
    page.line(f"  {masked(found.message[here.language])}")
    answer(page.text())
    return Exit.CLEAN
