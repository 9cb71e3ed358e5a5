"""`site.yaml` as it is written: how segcheck itself runs at the site."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from segcheck.loaders.edges import Clock, Id, Strict
from segcheck.loaders.site.topology import Version


class NotificationEntry(Strict):
    """Where a scheduled run tells what it found / 通知先."""

    id: Id
    kind: Literal["mail", "syslog", "file"] = Field(description="how / 方法")
    host: str = Field(description="host that receives it / 受け取るホスト")
    target: str = Field(description="address, facility or path there / 宛先")
    on: list[Literal["new", "mended", "undecided", "expiring"]] = Field(
        min_length=1, description="what is told / 通知する事象"
    )


class KeepEntry(Strict):
    """How long the documents of earlier runs are kept / 履歴の保存."""

    runs: int = Field(400, ge=2, le=100000, description="at most so many runs / 保存する実行の数")
    days: int = Field(1825, ge=1, le=36500, description="at most so many days / 保存日数")


class RunEntry(Strict):
    """What `segcheck run` does unless its options say otherwise / segcheck run の既定."""

    formats: list[str] = Field([], description="FORMAT=PATH, paths relative to the site / 出力 (サイトからの相対パス)")
    fail_on: Literal["critical", "high", "medium", "low", "never"] = Field(
        "low", description="as --fail-on / --fail-on と同じ"
    )
    accept_assumptions: bool = Field(False, description="as --accept-assumptions / --accept-assumptions と同じ")
    keep: KeepEntry | None = Field(None)


class SettingsFile(Strict):
    """How segcheck runs here / 実行の設定."""

    segcheck: Literal[1] = Version
    language: Literal["ja", "en"] | None = Field(None, description="of outputs / 出力の言語")
    runs_on: str | None = Field(None, description="host that segcheck stands on / segcheck を置くホスト")
    schedule: list[Clock] = Field([], description="times of day, JST / 実行時刻 (日本時間)")
    notifications: list[NotificationEntry] = Field([])
    history: str | None = Field(
        None, description="file of the runs, relative to the site / 履歴のファイル (既定 .segcheck/history.db)"
    )
    run: RunEntry | None = Field(None)
    keep_captures_days: int | None = Field(
        None, ge=1, le=36500, description="after that they are listed as overdue / 保存日数"
    )
