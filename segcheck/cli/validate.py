"""`segcheck validate`: everything that is wrong with a site's files, at once."""

from __future__ import annotations

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, answer, settings
from segcheck.lang.words import Say

NAME = "validate"
SUMMARY = (
    "Everything that is wrong with a site's files, with line and remedy.",
    "サイトのファイルの誤りを、行と直し方とともにすべて示す。",
)


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(validate),
        text=say(
            "Check topology.yaml, policy.yaml, waivers.yaml and site.yaml of a site's folder: form, names, addresses, dates, and "
            "whether each export agrees with the topology. Nothing about the network is judged.\n\n"
            "Ends with 0 if the site can be judged, with 2 if it cannot, with 3 if warnings leave something undecided.",
            "サイトのフォルダーの topology.yaml、policy.yaml、waivers.yaml、site.yaml について、形式、名前、アドレス、日付、"
            "エクスポートとの一致を確かめます。ネットワークの判定は行いません。\n\n"
            "判定に使えれば 0、使えなければ 2、警告により判定不能になるものがあれば 3 で終わります。",
        ),
        params=[
            click.Argument(["site"], metavar="SITE"),
            click.Option(
                ["--format", "output"],
                type=click.Choice(["text", "json"]),
                default="text",
                help=say("Output; text unless given.", "出力形式。省略時は text。"),
            ),
        ],
    )


def validate(context: click.Context, site: str, output: str) -> int:
    """Show the problems; 0 if there are none, 2 with errors, 3 with warnings only."""
    from segcheck.app import validating
    from segcheck.model.diagnostic import Severity

    here = settings(context)
    found = validating.validate(site)
    if output == "json":
        from segcheck.reports import as_json

        answer(as_json.render(as_json.validation(found.site, found.files, found.bindings, here.run(NAME, {}))))
    else:
        from segcheck.reports import validation_text

        page = here.page()
        validation_text.validation(page, found.site, found.files, found.bindings, site)
        answer(page.text())
    if found.has(Severity.ERROR):
        return Exit.UNUSABLE
    return Exit.UNDECIDED if found.has(Severity.WARNING) else Exit.CLEAN
