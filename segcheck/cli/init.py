"""`segcheck init`: a new site's folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segcheck.cli._help import Speaking
from segcheck.cli._settings import Exit, Settings, answer, settings
from segcheck.errors import BadArguments
from segcheck.lang.words import Say

if TYPE_CHECKING:
    from segcheck.app.starting import Started

NAME = "init"
SUMMARY = (
    "Make a new site: empty files, a sample city, or a draft from exports.",
    "新しいサイトを作る (ひな形、サンプル、エクスポートからの下書き)。",
)
_MODELS = ("alpha", "alpha-prime", "beta", "beta-prime")
_SAMPLE = "\0"  # --sample without a name


def build(say: Say) -> click.Command:
    """Return the command."""
    return Speaking(
        say,
        NAME,
        callback=click.pass_context(init),
        text=say(
            "Make the folder of a new site, here or in DIR. Nothing that exists is ever overwritten.\n\n"
            "Without options: commented, empty topology.yaml, policy.yaml and waivers.yaml, a place for exports, and schemas for "
            "editors. With --sample a copy of a bundled city, ready for `segcheck check`.\n\n"
            "With --from a draft of devices, interfaces, VLANs, prefixes, routes and lines from the exports of a folder. Each "
            "entry says how sure it is and where it was read; TODO stands for what only people know: tier, zone, "
            "responsibility. `segcheck validate` lists what is left to fill in. A folder in it holds the files of one device.\n\n"
            "Ends with 0, with 3 if something was not read in full, with 2 if nothing was made.",
            "新しいサイトのフォルダーを DIR (省略時はここ) に作ります。既にあるものは決して上書きしません。\n\n"
            "オプションなしでは、コメント付きの空の topology.yaml・policy.yaml・waivers.yaml、エクスポートの置き場所、"
            "エディター用のスキーマを作ります。--sample は付属のサンプルを複製し、すぐに segcheck check で判定できます。\n\n"
            "--from は、フォルダーのエクスポートから機器・インターフェース・VLAN・プレフィックス・経路・回線を下書きします。"
            "各項目に確かさと読み取った場所が付きます。人にしか分からない階層・ゾーン・責任分界は TODO になり、残りは "
            "segcheck validate で分かります。中のフォルダーは 1 台分のファイルとして読みます。\n\n"
            "できれば 0、全部は読み取れなければ 3、何も作らなかったときは 2 で終わります。",
        ),
        params=[
            click.Argument(["folder"], metavar="[DIR]", required=False, default="."),
            click.Option(
                ["--model"],
                type=click.Choice(_MODELS),
                help=say("Model of the guideline; alpha unless given.", "ガイドラインのモデル。省略時は alpha。"),
            ),
            click.Option(
                ["--sample"],
                metavar="[NAME]",
                is_flag=False,
                flag_value=_SAMPLE,
                help=say(
                    "Copy a bundled city; the one with planted mistakes unless named.",
                    "付属のサンプルを複製します。名前を省略すると設定ミスのある市。",
                ),
            ),
            click.Option(
                ["--from", "exports"],
                metavar="FOLDER",
                help=say("Draft the site from the exports there.", "このフォルダーのエクスポートから下書きします。"),
            ),
        ],
    )


def init(context: click.Context, folder: str, model: str | None, sample: str | None, exports: str | None) -> int:
    """Make the folder; 0 made, 3 something was not read in full."""
    from segcheck.app import starting

    here = settings(context)
    if sample is not None and (exports is not None or model is not None):
        other = "--from" if exports is not None else "--model"
        raise BadArguments(
            f"--sample and {other} do not go together; nothing was written",
            f"--sample と {other} は同時に指定できません。何も作成していません",
        )
    profile = (model or "alpha").replace("-", "_")
    if sample is not None and folder == "." and sample not in (_SAMPLE, *_cities()):
        folder, sample = sample, _SAMPLE  # `init --sample DIR`: what follows is the folder
    if sample is not None:
        made = starting.sample(Path(folder), starting.DEFAULT_SAMPLE if sample == _SAMPLE else sample)
    elif exports is not None:
        from segcheck.reports import draft_yaml

        made = starting.from_exports(Path(folder), Path(exports), here.words, profile, draft_yaml.topology)
    else:
        made = starting.skeleton(Path(folder), here.words, profile)
    return _told(here, folder, made, "check" if sample is not None else "validate")


def _cities() -> tuple[str, ...]:
    from segcheck.app import bundled

    return tuple(bundled.sites())


def _told(here: Settings, folder: str, made: Started, command: str) -> int:
    words = here.words
    lines = [words("init.created", folder=folder)]
    lines += [f"  {name}" for name in made.files if not name.startswith(".")]
    draft = made.draft
    if draft is not None:
        counts = {"devices": len(draft.devices), "segments": len(draft.segments), "links": len(draft.links)}
        lines.append(words("init.draft", **counts))
        for path, en, ja in draft.unread:
            why = here.say(en, ja)
            here.note(words("init.unread", path=_line(path), why=_line(why)), important=True)
        for path in draft.doubtful:
            here.note(words("init.doubtful", path=_line(path)), important=True)
    lines.append(words("init.next", command=command, folder=folder))
    answer("\n".join([*map(_line, lines), ""]))
    return Exit.UNDECIDED if draft is not None and (draft.unread or draft.doubtful) else Exit.CLEAN


def _line(text: str) -> str:
    from segcheck.lang.columns import printable

    return printable(text)
