"""`policy.yaml` as it is written."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from segcheck.loaders import protocols
from segcheck.loaders.edges import Date, Id, Services, Strict, one_or_more, word
from segcheck.loaders.site.topology import Version
from segcheck.model import register
from segcheck.model.site_words import Tier

_STATUS = {
    "申請中": register.Status.APPLIED,
    "承認": register.Status.APPROVED,
    "設定済": register.Status.CONFIGURED,
    "確認済": register.Status.VERIFIED,
    "廃止": register.Status.RETIRED,
}
_MODELS = {
    greek + mark: model
    for greek, plain, prime in (
        ("α", register.ProfileModel.ALPHA, register.ProfileModel.ALPHA_PRIME),
        ("β", register.ProfileModel.BETA, register.ProfileModel.BETA_PRIME),
    )
    for mark, model in {"": plain, **dict.fromkeys("'’′´", prime), "ダッシュ": prime}.items()
}
#: Every spelling of a model.
MODEL_NAMES = {**{model.value: model for model in register.ProfileModel}, **_MODELS}

_PROTOCOLS = Enum("_PROTOCOLS", {name: name for name in protocols.load().known})  # type: ignore[misc]

Segments = Annotated[
    list[str],
    BeforeValidator(lambda value: [] if value == "all" else value),
    WithJsonSchema({"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}),
]


class ProfileEntry(Strict):
    """Which model holds where and when / 適用するモデル."""

    model: word(register.ProfileModel, _MODELS) = Field(description="model of the guideline / モデル")  # type: ignore[valid-type]
    guideline_edition: str = Field(description="R7.3, … / ガイドラインの版")
    segments: Segments = Field(description="all, or segment ids / all またはセグメント ID")
    from_: Date | None = Field(None, alias="from", description="first day / 開始日")
    until: Date | None = Field(None, description="last day / 最終日 (当日を含む)")


class OptionsEntry(Strict):
    """Choices that the guideline leaves to the city; absent = the strict one / 団体の選択 (省略は厳しい側)."""

    mn_screen_transfer: bool = Field(
        False, description="screen transfer from My Number may be registered / MN からの画面転送"
    )
    mn_screen_client: Literal["mynumber", "lgwan"] | None = Field(
        None, description="which side views in it; not settled by the guideline / その画面転送で操作する側"
    )
    lg_in_update_relay: Literal["forbidden", "registered"] = Field(
        "forbidden", description="relay for updates between LGWAN and internet tiers / LG・IN 間の更新中継"
    )
    intra_tier: Literal["deny", "allow"] = Field(
        "deny", description="between two zones of one tier without an entry / 同じ階層のゾーン間"
    )
    in_lbo_destinations: list[str] = Field(
        [], description="hosts, groups that the internet tier reaches past the security cloud / IN からの直接接続先"
    )
    lgwan_push_sources: list[str] = Field(
        [], description="peers beyond LGWAN that must open sessions to My Number / LGWAN から MN へ開始する相手"
    )
    gov_cloud_lgwan_systems: list[str] = Field(
        [], description="systems of the LGWAN tier in the government cloud / ガバメントクラウド上の LG のシステム"
    )
    gov_cloud_patch: list[str] = Field(
        [], description="where the government cloud fetches patches / GC からの修正プログラム取得先"
    )
    gov_cloud_licence: list[str] = Field(
        [], description="where the government cloud activates licences / GC からのライセンス認証先"
    )
    gov_cloud_console: list[str] = Field(
        [], description="the management console of the government cloud / GC の管理コンソール"
    )


#: Options that list ends of communications.
ENDS_OF_OPTIONS = tuple(name for name, one in OptionsEntry.model_fields.items() if one.annotation == list[str])


class StandardEntry(Strict):
    """A cell of the crossing matrix as the city's own standard has it / 団体の基準による変更."""

    id: Id
    from_: word(Tier) = Field(alias="from", description="tier that opens the session / 接続を開始する階層")  # type: ignore[valid-type]
    to: word(Tier) = Field(description="tier that answers / 接続を受ける階層")  # type: ignore[valid-type]
    model: word(register.ProfileModel, _MODELS) | None = Field(  # type: ignore[valid-type]
        None, description="every model if absent / モデル (省略時はすべて)"
    )
    kinds: list[word(register.Kind)] = Field(  # type: ignore[valid-type]
        [], description="kinds of entry that may exist there; none if absent / 登録してよい種別 (省略は登録を認めない)"
    )
    document: str = Field(description="where it is laid down / 根拠の文書")
    approver: str = Field("", description="post, not a person; needed if it permits more / 承認者 (職名)")
    reason: str = Field("", description="needed if it permits more / 理由")
    review_due: Date | None = Field(
        None, description="last day on which it permits more / 見直し期限 (当日まで有効、緩める場合は必須)"
    )


class OrganEntry(Strict):
    """An organ that answers for networks of its own / 独自の対策基準や責任範囲を持つ機関."""

    id: Id = Field(description="city, water, school-board, … / 機関の ID")
    name: str | None = Field(None, description="for people / 機関の名称")
    zones: list[str] = Field(
        [], description="its zones; without zones and segments: every other one / 所管するゾーン (省略は残り全部)"
    )
    segments: list[str] = Field(
        [], description="its segments, all those of a zone / 所管するセグメント (ゾーン単位でそろえる)"
    )
    responsible: str = Field(description="post, not a person / 責任者 (職名)")
    clauses: str | None = Field(None, description="NAME of clauses/NAME.yaml / 条項ファイルの名前")
    profiles: list[ProfileEntry] = Field(
        [], description="instead of the site's / 機関に適用するモデル (省略時は団体と同じ)"
    )
    standard: list[StandardEntry] = Field([], description="instead of the site's / 機関の対策基準 (省略時は団体と同じ)")


class RegisterItem(Strict):
    """An entry of the register of permitted communication / 特定通信台帳・無害化通信台帳の項目."""

    id: Id
    kind: word(register.Kind) = Field(description="what it is for / 種別")  # type: ignore[valid-type]
    from_: str = Field(alias="from", description="host, group, segment, device or gateway / 送信側")
    to: str = Field(description="host, group, segment, device or gateway / 受信側")
    service: Services = Field(description="tcp/443, … / プロトコルとポート")
    initiator: Literal["from", "to"] = Field("from", description="who opens the session / 接続を開始する側")
    path: list[str] = Field([], description="devices in order; any path if absent / 経由機器 (順序どおり)")
    gateway: str | None = Field(None, description="of a sanitised or screen communication / 無害化装置")
    legs: list[str] = Field([], description="leg in, leg out of that gateway / ゲートウェイの片側の ID")
    purpose: str = Field(description="why / 目的")
    status: word(register.Status, _STATUS) = Field(  # type: ignore[valid-type]
        description="approved, configured and verified permit / 承認・設定済・確認済だけが許可になる"
    )
    approver: str = Field("", description="post, not a person / 承認者 (職名)")
    decision_no: str = Field("", description="number of the decision / 決裁番号")
    application_no: str = Field("", description="number of the application / 申請番号")
    section: str = Field("", description="who owns it / 所管課")
    contractor: str = Field("", description="who configures it / 委託事業者")
    use: word(register.Use) = Field(  # type: ignore[valid-type]
        register.Use.REGULAR, description="rare ones are never candidates for removal / 使用頻度"
    )
    schedule: str = Field("", description="when the rule may be open / 許可する時間帯")
    approved: Date | None = Field(None, description="day of the decision / 承認日")
    review_due: Date | None = Field(None, description="last day before review / 見直し期限")
    expires: Date | None = Field(None, description="last day on which it permits / 有効期限 (当日まで有効)")
    log: bool = Field(True, description="the permitting rule must log / 許可規則のログ取得")
    clause: str = Field("", description="of the security policy / 根拠条項")
    expect: one_or_more(word(_PROTOCOLS), [*protocols.load().known]) = Field(  # type: ignore[valid-type]
        [],
        description="protocols that it may speak; what the ports are known for if absent "
        "/ 実際に話してよいプロトコル (省略時はポートの既定)",
    )


class RequiredEntry(Strict):
    """A communication that must work / 必要な通信."""

    id: Id
    from_: str = Field(alias="from", description="host, group, segment, device or gateway / 送信側")
    to: str = Field(description="host, group, segment, device or gateway / 受信側")
    service: Services
    purpose: str = ""


class ChainEntry(Strict):
    """Register entries that may be passed one after the other / 承認した連鎖."""

    id: Id
    accept: list[str] = Field(min_length=2, description="register ids in order / 台帳 ID (順序どおり)")
    reason: str
    owner: str = Field(description="post, not a person / 責任者 (職名)")
    review_due: Date = Field(description="last day on which it counts / 見直し期限 (当日まで有効)")


class PolicyFile(Strict):
    """What a site permits and requires / 許可と要求."""

    segcheck: Literal[1] = Version
    profiles: list[ProfileEntry] = Field(min_length=1)
    options: OptionsEntry = Field(default_factory=lambda: OptionsEntry.model_validate({}))
    register_: list[RegisterItem] = Field([], alias="register")
    required: list[RequiredEntry] = Field([])
    scope: list[str] = Field(
        [], description="ids of requirements that count; those decidable from rules if absent / 対象の要求"
    )
    chains: list[ChainEntry] = Field([])
    standard: list[StandardEntry] = Field([])
    organs: list[OrganEntry] = Field([])
