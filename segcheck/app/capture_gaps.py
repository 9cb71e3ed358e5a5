"""Why what was read of captures is not all that passed: in Japanese and English, a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from segcheck.captures.reading import Read
from segcheck.model.flow import CaptureFile, Frames


def of_files(files: Iterable[CaptureFile], frames: Frames, left: int = 0) -> Iterator[tuple[str, str]]:
    """Yield, in Japanese and English, why what was read is not all that passed; nothing forbidden in the rest is no answer."""
    if not frames.read:
        yield "フレームが 1 つもない", "there is not a single frame"
    for count, japanese, english in (
        (frames.truncated, "ヘッダーが切れたフレーム", "frames whose headers were cut"),
        (frames.malformed, "壊れたフレーム", "malformed frames"),
        (frames.unknown_link, "読めないリンク種別のフレーム", "frames of a link type that is not read"),
        (frames.skipped_bytes, "読み飛ばしたバイト", "bytes skipped between readable frames"),
        (sum(one.dropped or 0 for one in files), "取りこぼしたフレーム", "frames that the capture dropped"),
        (left, "種類が多すぎて判定していない会話", "conversations that were not judged: too many different ones"),
    ):
        if count:
            yield f"{japanese}: {count}", f"{english}: {count}"
    cut = sum(not one.complete for one in files)
    if cut:
        yield f"途中で終わるファイル: {cut}", f"files that end early: {cut}"
    damaged = sum(bool(one.damage) and one.complete for one in files)
    if damaged and not frames.skipped_bytes:
        yield f"損傷のあるファイル: {damaged}", f"damaged files: {damaged}"


def unheard(read: Read) -> Iterator[tuple[str, str]]:
    """Yield why what hosts said to their neighbours is not all of it."""
    count = sum(one.left_out for one in read.neighbours.values())
    if count:
        yield (
            f"上限を超えて残さなかった ARP・ルータ広告・DHCP・PPPoE のフレーム: {count}",
            f"frames of ARP, router advertisements, DHCP and PPPoE beyond the bound on what is kept of them: {count}",
        )
