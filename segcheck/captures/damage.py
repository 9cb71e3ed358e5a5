"""What can be wrong with a capture file that is read all the same, each kind in both languages."""

from __future__ import annotations

from enum import Enum


class Damage(Enum):
    """A kind of damage: English, Japanese. Told once per file, at the first place."""

    RECORD = (
        "bytes that are no packet record were passed over up to the next readable one; frames may be missing",
        "パケットの記録として読めない部分を飛ばしました。フレームが欠けている可能性があります",
    )
    ZEROS = (
        "zero-filled bytes were passed over up to the next readable record; frames may be missing",
        "ゼロで埋まった部分を飛ばしました。フレームが欠けている可能性があります",
    )
    CUT = (
        "the file ends within a record; the capture went on",
        "ファイルが記録の途中で終わっています。続きがあったはずです",
    )
    INTERFACE = (
        "an interface description is too short to tell its link type; its frames count as unknown link",
        "インターフェース記述が短く、リンク種別が分かりません。そのフレームは不明リンクに数えます",
    )
    PACKING = (
        "the compressed data is damaged from here on; what lies behind was not read",
        "圧縮データがここから壊れています。以降は読んでいません",
    )
    CHECKSUM = (
        "the compressed data does not match its checksum; what was read may be wrong",
        "圧縮データの検査値が一致しません。読んだ内容が誤っている可能性があります",
    )
    BEHIND = (
        "bytes behind the end of the compressed data were not read",
        "圧縮データの終わりより後ろのバイトは読んでいません",
    )
    PACKING_CUT = (
        "the compressed data ends too early; the capture went on",
        "圧縮データが途中で終わっています。続きがあったはずです",
    )
    UNREADABLE = (
        "the file could not be read on from here",
        "ここから先を読み取れませんでした",
    )
    LIMIT = (
        "reading stopped at the limit of unpacked bytes",
        "展開後のサイズの上限に達したため、読み取りを止めました",
    )


#: After these, frames that the capture had are not in the account.
INCOMPLETE = frozenset({Damage.CUT, Damage.PACKING, Damage.PACKING_CUT, Damage.UNREADABLE, Damage.LIMIT})


class Damages:
    """What was wrong with one file, once per kind, at its first place."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: dict[Damage, int] = {}

    def tell(self, kind: Damage, offset: int) -> None:
        """Note damage at an offset of the unpacked file."""
        self.found.setdefault(kind, offset)

    @property
    def told(self) -> tuple[tuple[int, str, str], ...]:
        """Each kind as (offset, English, Japanese), by offset."""
        return tuple(sorted((offset, *kind.value) for kind, offset in self.found.items()))

    @property
    def complete(self) -> bool:
        """Whether the file was read to its own end."""
        return not INCOMPLETE & self.found.keys()
