"""What every bundle holds, whatever it is for: documents, licences, bill of materials, sample sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from tools.bundle import Refused, documents, pages
from tools.bundle.documents import About
from tools.bundle.licences import objections
from tools.bundle.packing import with_sums
from tools.bundle.sbom import sbom
from tools.bundle.wheels import Wheel

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ("kozato", "reiji-mistakes")
FILES = Path(__file__).with_name("files")


def accept(wheels: Sequence[Wheel]) -> None:
    """Return if all may be passed on together.

    Raises:
        Refused: one has no clear licence, none that goes with GPL-2.0, or no text of it; all of them are named.
    """
    wrong = documents.objects(wheels)
    for one in wheels:
        if one.licence.expression is None:
            wrong.append(f"{one.name} {one.version}: licence not clear ({one.licence.source})")
            continue
        try:
            against = objections(one.licence.expression)
        except ValueError as error:
            against = {str(error)}
        if against:
            wrong.append(
                f"{one.name} {one.version}: {', '.join(sorted(against))} is not known to go with GPL-2.0 (DESIGN: licences)"
            )
    if wrong:
        raise Refused("these may not be bundled; tools/bundle/licences.yaml has what may:\n  " + "\n  ".join(wrong))


def beside(wheels: Sequence[Wheel]) -> dict[str, bytes]:
    """Return what lies beside every bundle: the texts of all licences, sites to try it with, files for every morning."""
    texts = {
        f"licences/{one.name}-{one.version}/{_inside(name)}": text for one in wheels for name, text in one.licence_texts
    }
    samples = {ROOT / "topologies" / name: f"sample/{name}" for name in SAMPLES}
    return {**texts, **_folders({**samples, ROOT / "contrib": "contrib"})}


def whole(
    about: About, own: Mapping[str, bytes], *, browser: str | None, more: Sequence[dict[str, Any]] = ()
) -> dict[str, bytes]:
    """Return every file of a bundle: `own` and what tells about it. `more` are parts of it that are no wheels."""
    files = {
        **own,
        "sbom.cdx.json": sbom(about.wheels, about.target, more).encode(),
        **_documents("licences.ja", documents.LICENCES, documents.licence_list(about), None),
        **_documents("README.ja", documents.START, documents.quick_start(about), browser),
    }
    enclosure = documents.application(about, files)
    return with_sums({**files, **_documents("application.ja", documents.APPLICATION, enclosure, browser)})


def _documents(name: str, title: str, blocks: Sequence[pages.Block], browser: str | None) -> dict[str, bytes]:
    page = pages.page(title, blocks)
    found = {f"{name}.md": pages.markdown(title, blocks).encode(), f"{name}.html": page.encode()}
    printed = pages.pdf(page, browser) if browser else None
    if browser and printed is None:
        raise Refused(f"{browser} printed no PDF; --no-pdf leaves them out")
    return found if printed is None else {**found, f"{name}.pdf": printed}


def _inside(name: str) -> str:
    """Return where a licence text goes: its place in the wheel; those of the metadata folder come first."""
    parts = PurePosixPath(name).parts
    return "/".join(parts[1:]).removeprefix("licenses/") if parts[0].endswith(".dist-info") else f"package/{name}"


def _folders(places: Mapping[Path, str]) -> dict[str, bytes]:
    return {
        f"{place}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for folder, place in places.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    }
