"""`audit.yaml` as it is written: the body's own items of an audit and a self-check, and what stands on the report's cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field

from segcheck.loaders import files, requirements
from segcheck.loaders.edges import Date, Strict, one_or_more
from segcheck.loaders.problems import did_you_mean
from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.topology import Version
from segcheck.model.audit import Audit, AuditItem
from segcheck.model.source import SourceText

NAME = "audit.yaml"
_MOST = 1000


class ItemEntry(Strict):
    """An item of the audit, by the body's own number / 監査項目."""

    no: str = Field(min_length=1, description="the body's own number / 団体が付けた番号")
    area: str = Field("", description="heading that it belongs to / 項目")
    item: str = Field(min_length=1, description="what is audited / 監査項目")
    mandatory: bool = Field(False, description="必須")
    documents: str = Field("", description="what is looked at / 監査資料")
    method: str = Field("", description="how it is done / 実施方法")
    example: str = Field("", description="number of the model clause / 例文番号")
    note: str = Field("", description="留意事項")
    requirements: one_or_more(str) = Field(  # type: ignore[valid-type]
        [], description="ids of the requirements that answer it (MN-01, …) / 対応する要求 ID。省略時は文書で確認"
    )
    organs: one_or_more(str) = Field(  # type: ignore[valid-type]
        [],
        description="organs that it is asked of, each in a row of its own / 対象の機関 ID (機関ごとに 1 行)。"
        "省略時は全機関のうち最も重い状況",
    )


class AuditFile(Strict):
    """What an audit report holds besides the findings / 監査・自己点検の報告書に載せる事項."""

    segcheck: Literal[1] = Version
    title: str = Field("", description="of the report / 報告書の題名")
    purpose: str = Field("", description="監査目的")
    classification: str = Field("", description="information class, on every page / 情報分類")
    distribution: list[str] = Field([], description="posts that get it / 配布先 (職名)")
    dispose_on: Date | None = Field(None, description="last day that it is kept / 廃棄期限")
    begins: Date | None = Field(None, description="監査実施時期 (開始)")
    ends: Date | None = Field(None, description="監査実施時期 (終了)")
    team: list[str] = Field([], description="posts, and what makes them independent / 監査実施体制 (職名と独立性)")
    criteria: list[str] = Field([], description="what is audited against / 監査基準")
    exclusions: list[str] = Field([], description="what is left out, and why / 対象外とその理由")
    items: list[ItemEntry] = Field([], max_length=_MOST, description="監査項目の対応表")


def page(root: Path, instead: Mapping[str, SourceText]) -> Page | None:
    """Return the file of a site with what is wrong with its form, None where there is none.

    Raises:
        UnreadableFile: it cannot be read at all.
    """
    if NAME not in instead and not (root / NAME).is_file():
        return None
    return Page(replace(instead.get(NAME) or files.read_text(str(root / NAME)), path=NAME), AuditFile)


def check(found: Page, organs: Sequence[str]) -> None:
    """Note every requirement and every organ that there is none of, and every number that is used twice."""
    seen: dict[str, int] = {}
    for path, item in found.items("items"):
        if item.no in seen:
            found.note(
                (*path, "no"),
                f"the number {item.no} is used twice",
                f"番号 {item.no} が重複しています",
                ("give each item a number of its own", "項目ごとに別の番号を付けてください"),
            )
        seen[item.no] = 1
        for name in item.requirements:
            if name not in requirements.ids():
                found.note(
                    (*path, "requirements"),
                    f"no requirement '{name}'",
                    f"要求 '{name}' はありません",
                    did_you_mean(name, requirements.ids()),
                )
        for name in item.organs:
            if name not in organs:
                found.note(
                    (*path, "organs"),
                    f"no organ '{name}' in policy.yaml",
                    f"policy.yaml に機関 '{name}' はありません",
                    did_you_mean(name, organs),
                )


def build(found: Page) -> Audit:
    """Return what the file says; the page is free of errors."""
    one: AuditFile = found.entry
    return Audit(
        title=one.title,
        purpose=one.purpose,
        classification=one.classification,
        distribution=tuple(one.distribution),
        dispose_on=one.dispose_on,
        begins=one.begins,
        ends=one.ends,
        team=tuple(one.team),
        criteria=tuple(one.criteria),
        exclusions=tuple(one.exclusions),
        items=tuple(
            AuditItem(
                number=item.no,
                area=item.area,
                text=item.item,
                mandatory=item.mandatory,
                documents=item.documents,
                method=item.method,
                example=item.example,
                note=item.note,
                requirements=tuple(item.requirements),
                organs=tuple(dict.fromkeys(item.organs)),
            )
            for item in one.items
        ),
    )
