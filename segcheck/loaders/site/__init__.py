"""A site's folder to a `Site`: `topology.yaml`, `policy.yaml`, optionally `waivers.yaml` and `site.yaml`, or `site.xlsx` for all.

topology, policy, waivers, settings   the files as they are written; JSON Schemas come from there
pages         one file with its places and its problems
names         duplicates, unknown names, what nobody uses
crossrefs     every reference followed
addressing    prefixes, hosts and interfaces fit together
consistency   gateways, dates, exports that exist
declaring     attributes, documents, ledgers
standards     profiles and the city's own standard against the table of models
organs        who answers for which zones, by which models and which standard
building      to nouns
clauses       clauses/NAME.yaml, the clauses of the site's own policies
audit         audit.yaml, the body's own items of an audit
sheets        the sheets of site.xlsx, derived from the models of the files
keyed_rows    a sheet with a row of keys
book          site.xlsx to what the files would say
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from segcheck.errors import BadInput, UnreadableFile
from segcheck.loaders import files
from segcheck.loaders.problems import Problem, SiteFile, did_you_mean
from segcheck.loaders.site import (
    addressing,
    audit,
    building,
    clauses,
    consistency,
    crossrefs,
    declaring,
    organs,
    standards,
)
from segcheck.loaders.site.names import Names
from segcheck.loaders.site.pages import Page
from segcheck.loaders.site.policy import PolicyFile
from segcheck.loaders.site.settings import SettingsFile
from segcheck.loaders.site.topology import Topology
from segcheck.loaders.site.waivers import WaiversFile
from segcheck.model.diagnostic import Severity
from segcheck.model.site import Site
from segcheck.model.source import SourceText

#: The files of a site by the name of their schema.
MODELS: dict[str, type[BaseModel]] = {
    "topology": Topology,
    "policy": PolicyFile,
    "waivers": WaiversFile,
    "site": SettingsFile,
}
#: Those and what lies in folders of its own, by the name of the schema.
SCHEMAS: dict[str, type[BaseModel]] = {**MODELS, "clauses": clauses.ClausesFile, "audit": audit.AuditFile}
_REQUIRED = ("topology", "policy")
_WORKBOOK = "site.xlsx"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a site's folder: the site, None if any problem is an error, and each of its files."""

    site: Site | None
    files: tuple[SiteFile, ...]


def load(folder: str, instead: Mapping[str, SourceText] | None = None) -> Loaded:
    """Return the site of a folder, with everything that is wrong with its files at once.

    instead   texts by file name that are taken in place of those in the folder

    Raises:
        UnreadableFile: no such folder, it holds neither topology.yaml nor site.xlsx, or a file of it cannot be read at all.
        BadInput: it holds both.
    """
    pages = read_pages(folder, instead)
    root = Path(folder)
    topology, policy = pages["topology"], pages["policy"]
    waivers, settings = pages.get("waivers"), pages.get("site")
    names = Names(topology, policy)
    names.duplicates()
    crossrefs.topology(topology, names)
    addressing.check(topology)
    consistency.topology(topology, names, root)
    declaring.check(topology, names, root)
    crossrefs.policy(policy, names)
    consistency.policy(policy, names)
    standards.policy(policy, names)
    if waivers is not None:
        crossrefs.waivers(waivers, names)
        consistency.waivers(waivers, names)
    if settings is not None:
        crossrefs.settings(settings, names)
        permitted = {(entry.from_, entry.to) for _, entry in policy.items("register") if entry.status.permits}
        consistency.settings(settings, names, permitted)
    own = [*clauses.pages(root, instead or {})]
    for page in own:
        clauses.check(page)
    organs.check(policy, names, [Path(page.source.path).stem for page in own])
    audited = audit.page(root, instead or {})
    if audited is not None:
        audit.check(audited, organs.ids(policy))
        own.append(audited)
    sound = not any(page.errors for page in (*pages.values(), *own))
    if sound:
        names.unused()
    _misnamed(root, topology)
    found = tuple(_files((*pages.values(), *own)))
    if not sound:
        return Loaded(None, found)
    site = building.build(topology, policy, waivers, settings, names, root)
    return Loaded(
        replace(
            site,
            clauses=tuple(clauses.build(page) for page in own if page is not audited),
            audit=audit.build(audited) if audited is not None else None,
        ),
        found,
    )


def _files(pages: Iterable[Page]) -> Iterator[SiteFile]:
    """Yield each file once with its problems; a workbook holds several pages."""
    problems: dict[str, set[Problem]] = {}
    sources: dict[str, SourceText] = {}
    for page in pages:
        sources.setdefault(page.source.path, page.source)
        problems.setdefault(page.source.path, set()).update(page.problems)
    for path, source in sources.items():
        yield SiteFile(source, tuple(sorted(problems[path])))


def is_site(folder: str) -> bool:
    """Return whether a folder holds a site."""
    return any((Path(folder) / name).is_file() for name in ("topology.yaml", _WORKBOOK))


def read_pages(folder: str, instead: Mapping[str, SourceText] | None = None) -> dict[str, Page]:
    """Return the files of a site's folder by the name of their schema, each with what is wrong with its form.

    Raises:
        as `load`.
    """
    root = Path(folder)
    if not root.is_dir():
        raise UnreadableFile(
            f"{folder}: no such folder; nothing was judged. Name the folder that holds topology.yaml",
            f"{folder}: フォルダーがありません。判定は行っていません。topology.yaml のあるフォルダーを指定してください",
        )
    if (root / _WORKBOOK).is_file():
        return _of_workbook(root)
    return {name: page for name in MODELS if (page := _page(root, name, instead or {})) is not None}


def _of_workbook(root: Path) -> dict[str, Page]:
    from segcheck.loaders.site import book  # few sites are one

    beside = [f"{name}.yaml" for name in MODELS if (root / f"{name}.yaml").is_file()]
    if beside:
        raise BadInput(
            f"{root}: {_WORKBOOK} and {', '.join(beside)} in one site; nothing was judged. Keep one form and move the other away",
            f"{root}: {_WORKBOOK} と {'、'.join(beside)} が両方あります。判定は行っていません。どちらか一方だけにしてください",
        )
    source = files.read_table(str(root / _WORKBOOK))
    if source.book is None:
        raise UnreadableFile(
            f"{root / _WORKBOOK}: no workbook; nothing was judged. Save it in Excel as .xlsx",
            f"{root / _WORKBOOK}: ブックではありません。判定は行っていません。Excel で .xlsx として保存してください",
        )
    source = replace(source, path=_WORKBOOK)
    return {name: Page(source, MODELS[name], one.document(), one.problems) for name, one in book.read(source).items()}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema of a site file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **SCHEMAS[name].model_json_schema(),
        "title": f"segcheck {name}.yaml, version 1",
    }


def _page(root: Path, name: str, instead: Mapping[str, SourceText]) -> Page | None:
    path = f"{name}.yaml"
    present = (root / path).is_file()
    if not present and name not in _REQUIRED:
        return None
    if not present and name == "policy":
        page = Page(SourceText(path, "segcheck: 1\nprofiles: []\n", "utf-8", ""), MODELS[name])
        page.source = SourceText(path, "", "utf-8", "")
        page.problems = [
            Problem(
                1,
                1,
                "there is no such file in the site",
                "サイトにこのファイルがありません",
                "begin with segcheck: 1 and profiles: [{model: alpha, guideline_edition: R7.3, segments: all}]",
                "segcheck: 1 と profiles: [{model: alpha, guideline_edition: R7.3, segments: all}] から始めてください",
            )
        ]
        return page
    source = instead.get(path) or files.read_text(str(root / path))
    return Page(replace(source, path=path), MODELS[name])


def _misnamed(root: Path, page: Page) -> None:
    """Note YAML files beside the ones that are read: a slip in a name would leave a whole file out."""
    known = [*(f"{name}.yaml" for name in MODELS), audit.NAME]
    if page.source.book is not None:
        return
    for path in sorted(root.iterdir()):
        mapping = path.name.endswith(files.MAPPING)
        if path.suffix.lower() in (".yaml", ".yml") and not mapping and path.name not in known and path.is_file():
            page.problems.append(
                Problem(
                    1,
                    1,
                    f"{path.name} beside this file is not read",
                    f"同じフォルダーの {path.name} は読み込みません",
                    *did_you_mean(path.name, known),
                    severity=Severity.NOTE,
                )
            )
