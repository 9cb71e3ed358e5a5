"""`site.yaml` as it is written: how segcheck itself runs at the site."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from segcheck.loaders.edges import Clock, Id, SitePath, Strict, wrong
from segcheck.loaders.site.topology import Version

Event = Literal["finding", "reach", "undecided", "error", "recovered", "expiring", "stale", "changes"]
Facility = Literal[
    "daemon", "user", "auth", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"
]


def _secret(text: str) -> str:
    kind, _, name = text.partition(":")
    if kind not in ("env", "file") or not name.strip():
        wrong(  # the text is not repeated: somebody may have written the secret itself
            "a secret does not stand in this file; say where it is",
            "秘密の値はこのファイルに書きません。置き場所を書いてください",
            "write env:NAME or file:/path (mode 0600)",
            "env:環境変数名 または file:/パス (権限 0600) の形で書いてください",
        )
    return text


class NotifyEntry(Strict):
    """Whom `segcheck run` tells what it found, and how / 通知先."""

    id: Id
    kind: Literal["mail", "syslog", "command", "apprise"] = Field(description="how / 方法")
    active: bool = Field(True, description="false: nothing is sent / false は送信しない")
    host: str = Field("", description="declared host that receives it / 受け取るホスト")
    server: str = Field("", description="its address or name; syslog by unix: a path / サーバー (unix はパス)")
    port: int | None = Field(None, ge=1, le=65535, description="25, 587, 465 or 514 unless given / ポート")
    transport: Literal["udp", "tcp", "unix"] = Field("udp", description="of syslog / syslog の送り方")
    facility: Facility = Field("daemon", description="of syslog / syslog のファシリティ")
    security: Literal["none", "starttls", "tls"] = Field("starttls", description="of mail / メールの暗号化")
    ca_file: SitePath | None = Field(None, description="certificates to trust, in the site / 信頼する証明書 (サイト内)")
    user: str = Field("", description="of mail / メールの認証ユーザー")
    secret: Annotated[str, AfterValidator(_secret)] | None = Field(
        None, description="env:NAME or file:/path of the password, for apprise of the URL / パスワード等の置き場所"
    )
    from_: str = Field("", alias="from", description="sender of mail / 差出人")
    to: list[str] = Field([], description="receivers of mail / 宛先")
    command: list[str] = Field([], description="absolute path and arguments, no shell / コマンド (絶対パスと引数)")
    timeout: int = Field(20, ge=1, le=300, description="seconds / 待つ秒数")
    on: list[Event] = Field([], description="what is told; all unless given / 通知する事象 (省略時はすべて)")
    min: Literal["critical", "high", "medium", "low"] = Field("low", description="least weight / 最低の重大度")
    detail: Literal["summary", "full"] = Field(
        "summary", description="full: names of hosts and addresses too / full は機器名・アドレスも載せる"
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
    notify: list[NotifyEntry] = Field([])
    history: str | None = Field(
        None, description="file of the runs, relative to the site / 履歴のファイル (既定 .segcheck/history.db)"
    )
    run: RunEntry | None = Field(None)
    keep_captures_days: int | None = Field(
        None, ge=1, le=36500, description="after that they are listed as overdue / 保存日数"
    )
