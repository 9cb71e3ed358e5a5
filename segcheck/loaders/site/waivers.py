"""`waivers.yaml` as it is written: approved exceptions (例外措置)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from segcheck.loaders.edges import Date, Id, Services, Strict, wrong
from segcheck.loaders.site.topology import Version


def _fingerprint(text: str) -> str:
    if len(text) != 16 or set(text) - set("0123456789abcdef"):
        wrong(
            f"'{text}' is no fingerprint",
            f"'{text}' は指紋ではありません",
            "16 digits of 0-9 a-f",
            "0-9 a-f の 16 桁です",
        )
    return text


class WaiverEntry(Strict):
    """An approved exception for findings of one check / 例外措置."""

    id: Id
    check: str = Field(description="id of the check / 検査の ID")
    from_: str = Field(alias="from", description="host, group, segment, device or gateway / 送信側")
    to: str = Field(description="host, group, segment, device or gateway / 受信側")
    service: Services
    reason: str
    approver: str = Field(description="post, not a person / 承認者 (職名)")
    approved: Date = Field(description="day of the decision / 承認日")
    expires: Date = Field(description="last day on which it holds / 有効期限 (当日まで有効)")
    decision_no: str = Field("", description="number of the decision / 決裁番号")
    fingerprint: Annotated[str, AfterValidator(_fingerprint)] | None = Field(
        None, description="of the only finding meant / 対象の指摘"
    )


class WaiversFile(Strict):
    """Approved exceptions / 例外措置の一覧."""

    segcheck: Literal[1] = Version
    waivers: list[WaiverEntry] = Field([])
