"""Why something is not known, and what to do about it, in the words of both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.analysis.network import Doubt, DoubtKind
from segcheck.checks._base import Context
from segcheck.model.check import Said
from segcheck.model.finding import ConfigEvidence

_REASON: dict[DoubtKind, Said] = {
    DoubtKind.NO_EXPORT: ("{0} の設定を読めていない", "the export of {0} was not read"),
    DoubtKind.DISAGREES: ("{0} のトポロジーとエクスポートが食い違う", "topology and export of {0} disagree"),
    DoubtKind.UNREAD: ("{0} に理解できなかった行がある", "lines of {0} were not understood"),
    DoubtKind.INCOMPLETE: ("{0} のエクスポートに欠けている行があり得る", "the export of {0} may lack lines"),
    DoubtKind.ROUTES_DECLARED: ("{0} の経路は申告による", "the routes of {0} are declared"),
    DoubtKind.VENDOR: ("{0} の動作が製造元の文書にない", "the vendor does not document what {0} does"),
    DoubtKind.HELPER: ("{0} のプロトコルヘルパーが通信を開き得る", "a protocol helper of {0} may open sessions"),
    DoubtKind.LAYER2: (
        "{0} でセグメントが分かれているか読めていない",
        "whether {0} keeps its segments apart was not read",
    ),
}
_REMEDY: dict[DoubtKind, Said] = {
    DoubtKind.NO_EXPORT: (
        "{0} の設定を取得して exports に加える。取得できなければ、責任者と期限を定めて前提を宣言する。",
        "Obtain the export of {0}; if that is not possible, declare an assumption with an owner and a date.",
    ),
    DoubtKind.DISAGREES: (
        "{0} のトポロジーとエクスポートを一致させる (segcheck validate が食い違いを示す)。",
        "Let topology and export of {0} agree (segcheck validate shows what differs).",
    ),
    DoubtKind.UNREAD: (
        "segcheck inspect で {0} の理解できなかった行を確かめる。",
        "See with segcheck inspect which lines of {0} were not understood.",
    ),
    DoubtKind.INCOMPLETE: (
        "{0} の設定を取得し直すか、全行そろっていることを確かめて export_whole を宣言する。",
        "Export {0} anew, or check that it is whole and declare `export_whole`.",
    ),
    DoubtKind.ROUTES_DECLARED: ("{0} の経路表を取得する。", "Obtain the routing table of {0}."),
    DoubtKind.VENDOR: ("{0} の実機で実例のパケットを確かめる。", "Try the witness on {0} itself."),
    DoubtKind.HELPER: (
        "{0} のプロトコルヘルパーを止めるか、制御セッションを台帳に登録する。",
        "Switch the protocol helper of {0} off, or register the control session.",
    ),
    DoubtKind.LAYER2: (
        "{0} に separate の前提を宣言するか、セグメントごとに配線を分ける。",
        "Declare `separate` for {0}, or give its segments cables of their own.",
    ),
}


def reasons(doubts: Iterable[Doubt]) -> Said:
    """Return why something is not known."""
    return _joined(_REASON, doubts, "、", "; ")


def remedies(doubts: Iterable[Doubt]) -> Said:
    """Return what to do so that it becomes known."""
    return _joined(_REMEDY, doubts, "", " ")


def _joined(words: dict[DoubtKind, Said], doubts: Iterable[Doubt], ja: str, en: str) -> Said:
    found = list(dict.fromkeys((words[one.kind], one.subject) for one in doubts))
    return ja.join(w[0].format(name) for w, name in found), en.join(w[1].format(name) for w, name in found)


def doubted(context: Context, doubts: Iterable[Doubt]) -> Iterator[ConfigEvidence]:
    """Yield the lines of the topology or of an export that doubts are about, each once."""
    told = {one.id: one for bound in context.bindings for one in bound.diagnostics}
    told |= {one.id: one for b in context.bindings if b.reading is not None for one in b.reading.diagnostics}
    seen = set()
    for doubt in doubts:
        spans = [found.span for name in doubt.because if (found := told.get(name)) is not None]
        device = context.site.devices.get(doubt.subject)
        for span in (*spans, *((device.span,) if device is not None and not any(spans) else ())):
            if span is not None and span not in seen:
                seen.add(span)
                yield ConfigEvidence(span, doubt.subject)
