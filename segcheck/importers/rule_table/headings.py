"""Which column holds what, told by the words of its heading; and where the headings of a sheet stand.

Words are compared after NFKC, in lower case, without spaces and marks: 「送信元\\nＩＰアドレス※1」 is 送信元ipアドレス1.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from segcheck.model.sheet import CellKind, Row, Sheet

#: Used rows among which the headings must stand.
LOOKED_AT = 60
#: Characters of a heading.
_LONGEST = 200
_IGNORED = re.compile(r"[\s※*★●■□◆・:()\[\]【】「」<>/|_,、。.\-—]+")

_SOURCE = r"送信元|発信元|接続元|通信元|送信側|発信側|始点|source|from|src"
_DESTINATION = r"宛先|あて先|送信先|接続先|通信先|発信先|相手先|受信側|受信先|着信|終点|destination|dest|dst|to"
_NAME = (
    r"名称|名前|ホスト|機器|端末|システム|サーバ|ゾーン|セグメント|グループ|オブジェクト|部署|"
    r"拠点|name|host|zone|segment|object|group|名"
)
_ADDRESS = r"ip|アドレス|address|addr|ネットワーク|network|cidr|サブネット|subnet"
#: In this order; the first that fits is taken.
_WORDS: tuple[tuple[str, str], ...] = (
    ("person",
        r"申請者|担当者|氏名|連絡先|電話|内線|メール$|mail|applicant|requester|contact|記入者|作業者|"
        r"確認者"
    ),
    ("decision_no", r"(決裁|許可|承認|文書|起案)(番号|no)|decisionno|approvalno"),
    ("application_no",
        r"(申請|受付|依頼|変更|管理票|チケット)(番号|no)|ticket|requestno|applicationno|changeno"
    ),
    ("approver", r"(承認|決裁|許可)者|approver|approvedby"),
    ("approved", r"(承認|決裁|許可|許諾)(年月)?日|approved|approvaldate"),
    ("review_due", r"見直.*|棚卸.*|レビュー.*|次回確認.*|review.*"),
    ("expires",
        r"有効期限|利用期限|使用期限|満了|失効|終了(年月)?日|終期|廃止(予定)?日|期限|until|expir|"
        r"enddate|validto"
    ),
    ("begins", r"開始(年月)?日|始期|適用(年月)?日|利用開始|startdate|validfrom|begins"),
    ("schedule", r"時間帯|利用時間|通信時間|曜日|スケジュール|schedule|hours|timeofday"),
    ("period", r".*期間|period|validity"),
    ("translation", r"変換.*|nat.*|.*translat.*"),
    ("number",
        r"(no|#|番号|項番|連番|通番|id|ルール(id|番号|no)|規則番号|ポリシー(id|番号)|policyid|ruleid|"
        r"台帳(番号|no)|管理番号|seq|rule|number)\d*"
    ),
    ("priority", r"優先(順位|度)|priority|順序|評価順|sequence"),
    ("use", r"使用頻度|利用頻度|頻度|usage|frequency"),
    ("log", r"ログ(取得|記録|出力)?(有無)?|log(ging)?"),
    ("initiator", r"(接続|通信|セッション)?開始(側|元)|initiator|opener"),
    ("direction", r".*方向|片方向|双方向|送受信|向き|direction"),
    ("status", r"状態|ステータス|有効(無効)?|無効|適用(状況)?|運用状況|設定状況|廃止|status|state|enabled?"),
    ("action",
        r"アクション|動作|(通信)?許可(拒否|遮断|禁止)?|拒否|許否|可否|処理|制御|遮断|通過|action|"
        r"permit(deny)?|allow(deny)?|policy"
    ),
    ("legs", r"片側|legs?"),
    ("gateway", r"無害化(装置|機器|サーバ)?|ゲートウェイ|gateway"),
    ("path", r"経由(機器|装置)?|経路|通過機器|path|via"),
    ("device", r"(対象|設定|適用)(機器|装置)|機器|ファイアウォール|fw名?|device|firewall"),
    ("in_interface",
        r"(入力|受信)(インタ[ーフ]*[ェエ]*ース|if|ポート)|inif|ingress|incominginterface|"
        r"in(put)?interface"
    ),
    ("out_interface",
        r"(出力|送信)(インタ[ーフ]*[ェエ]*ース|if|ポート)|outif|egress|outgoinginterface|"
        r"out(put)?interface"
    ),
    ("kind", r"(通信)?(種別|区分|分類|種類)|カテゴリ|kind|type|category|class"),
    ("contractor", r"委託|業者|ベンダ|保守会社|contractor|vendor"),
    ("section",
        r"(担当|所管|申請|主管|所属|管理|利用)(課|部署|部門|所属|元)名?|課名?|部署(名)?|所属(名)?|"
        r"section|department|owner|division"
    ),
    ("clause", r"条項|根拠|規程|基準|clause|requirement"),
    ("purpose",
        r"(対象|関連)?システム名?|用途|目的|理由|概要|内容|業務(名|内容)?|説明|利用目的|通信内容|"
        r"purpose|description|reason|business|justification"
    ),
    ("remarks",
        r"(ルール|ポリシー|規則)名|name|(作業|更新|登録|変更|設定|申請|記入)(年月)?日|備考|摘要|メモ|"
        r"コメント|特記|注記?|remarks?|notes?|comments?|memo"
    ),
    ("service", r"サービス(名)?|service|services"),
    ("application", r"アプリ(ケーション)?(名)?|application|app"),
    ("protocol", r"(通信)?プロトコル(番号)?|protocol|proto|l4"),
    ("port", r"ポート(番号)?|ports?(no|number)?|dport|dstport"),
)  # fmt: skip
_ANY_OF_BOTH = re.compile(rf"^(?:{_ADDRESS}|{_NAME})+$")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the headings of a sheet stand and what its columns hold.

    columns   by column: the key, "" for a heading that nobody knows
    texts     by column: the heading as it is written, rows of it joined by a space
    heads     rows, as the sheet counts
    """

    columns: dict[int, str]
    texts: dict[int, str]
    heads: tuple[int, ...]

    @property
    def score(self) -> int:
        """0 for what is no rule table, else up to 90."""
        keys = set(self.columns.values())
        ends = bool(keys & {"source", "source_name"}) + bool(keys & {"destination", "destination_name"})
        what = bool(keys & {"service", "protocol", "port", "application"})
        if ends < 2:
            return 0
        known = sum(bool(key) for key in self.columns.values())
        return min(90, (50 if what else 25) + 5 * known)


@lru_cache(maxsize=4096)
def key_of(heading: str) -> str:
    """Return the key that a heading stands for, "" if none."""
    text = _IGNORED.sub("", unicodedata.normalize("NFKC", heading[:_LONGEST]).lower())[:80]
    text = re.sub(r"(?<=[^\d])\d$", "", text) if len(text) > 3 else text
    for side, words in (("source", _SOURCE), ("destination", _DESTINATION)):
        found = re.match(rf"(?:{words})", text) if text.isascii() else re.search(words, text)
        if not found:
            continue
        rest = text[: found.start()] + text[found.end() :]
        if "側" in found[0] and "開始" in text:
            continue
        if "mac" in rest:
            return ""
        if re.search(r"変換|nat", rest):
            return "translation"
        if re.search(r"ポート|port", rest):
            return "source_port" if side == "source" else "port"
        if re.search(r"インタ|^if$|interface|intf", rest):
            return "in_interface" if side == "source" else "out_interface"
        if re.search(r"日|date", rest):
            break  # "from date", "to date"
        if re.search(_NAME, rest) and not re.search(_ADDRESS, rest):
            return f"{side}_name"
        if not rest or re.search(_ADDRESS, rest) or not text.isascii():
            return side
    return next((key for key, words in _WORDS if re.fullmatch(rf"(?:{words})", text)), "") or _inside(text)


def _inside(text: str) -> str:
    """Return the key of a longer heading that holds a telling word of its own (three letters at least)."""
    if text.isascii():
        return ""
    for key, words in _WORDS:
        found = re.search(rf"(?:{words})", text)
        if found and len(found[0]) >= 3 and not found[0].isascii():
            return key
    return ""


def find(sheet: Sheet) -> Headings | None:
    """Return the headings of a sheet that holds a rule table, None if it holds none.

    Headings may stand in two rows, as under a merged 「送信元」 with 「IPアドレス」 and 「名称」 below.
    """
    best: Headings | None = None
    rows = sheet.rows[:LOOKED_AT]
    for at, row in enumerate(rows):
        one = _of(row, None)
        # a title above the headings is none of them: the upper row must name both ends by itself
        if one.score and at + 1 < len(rows) and _continues(row, rows[at + 1]):
            two = _of(row, rows[at + 1])
            one = two if two.score >= one.score else one
        if one.score > (best.score if best else 0):
            best = one
    return best if best is not None and best.score >= 30 else None


def texts(sheet: Sheet, heads: tuple[int, ...]) -> dict[int, str]:
    """Return the headings that stand in those rows, by column."""
    rows = [row for row in sheet.rows if row.number in heads]
    found: dict[int, str] = {}
    for row in rows:
        for column, cell in row.cells.items():
            text = " ".join(cell.text.split())
            known = found.get(column, "")
            found[column] = known if text == known else f"{known} {text}".strip()
    return found


def _of(row: Row, below: Row | None) -> Headings:
    texts: dict[int, str] = {}
    for column in sorted({*row.cells, *(below.cells if below else ())}):
        lower = below.cell(column).text.strip() if below else ""
        upper = _upper(row, column) if lower else row.cell(column).text.strip()
        texts[column] = upper if not lower or lower == upper else f"{upper} {lower}".strip()
    columns = {column: key_of(" ".join(text.split())) for column, text in texts.items() if text}
    return Headings(columns, texts, (row.number, below.number) if below else (row.number,))


def _upper(row: Row, column: int) -> str:
    """Return the heading above a column: its own, or in a text, where merged headings leave blanks, that to its left."""
    own = row.cell(column).text.strip()
    if own:
        return own
    left = [at for at, cell in row.cells.items() if at < column and cell.text.strip()]
    return row.cell(max(left)).text.strip() if left else ""


def _continues(row: Row, below: Row) -> bool:
    """Return whether a row goes on with the headings above it: words only, and one of them says more of what stands above."""
    more = False
    for column, cell in below.cells.items():
        text, upper = cell.text.strip(), _upper(row, column)
        if not text or (cell.merged and text == upper):
            continue
        if len(text) > _LONGEST:
            return False
        if cell.kind is not CellKind.TEXT or re.search(r"\d{2}|\d\.|:", unicodedata.normalize("NFKC", text)):
            return False
        folded = _IGNORED.sub("", unicodedata.normalize("NFKC", text).lower())
        told = bool(_ANY_OF_BOTH.match(folded)) or bool(key_of(text))
        if not told:
            return False
        more = True
    return more
