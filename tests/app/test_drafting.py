"""Drafts from exports: what they hold, and that a filled draft of a city says what the city says."""

import re
import shutil
from datetime import date
from pathlib import Path

from segcheck.app import assessing, bundled, starting, validating
from segcheck.lang.words import load
from segcheck.loaders import files, marked
from segcheck.model.diagnostic import Severity
from segcheck.reports import draft_yaml

DAY = date(2026, 11, 28)


def drafted(tmp_path: Path, exports: Path, language: str = "en") -> Path:
    folder = tmp_path / "site"
    starting.from_exports(folder, exports, load(language), "alpha", draft_yaml.topology)
    return folder


def section(text: str, name: str) -> str:
    """Return a top-level section of a topology, with its head."""
    found = re.search(rf"^{name}:.*?(?=^\w|\Z)", text, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[0]


def filled(folder: Path, city: str) -> dict[str, str]:
    """Fill in a draft from the city's own topology: zones by prefix, hosts and gateways; return what became of its segments."""
    source = bundled.sites()[city]
    original = validating.validate(str(source)).site
    assert original is not None
    zone_of = {str(p): one.zone for one in original.segments.values() for p in one.prefixes}
    name_of = {str(p): one.id for one in original.segments.values() for p in one.prefixes}
    draft = (folder / "topology.yaml").read_text(encoding="utf-8")
    value = marked.load(files.read_text(str(folder / "topology.yaml"))).value
    renamed: dict[str, str] = {}
    from segcheck.sets import addresses

    for name, one in value["segments"].items():
        key = str(addresses.parse(one["v4"][0]))
        renamed[name_of[key]] = name
        draft = draft.replace(f"  {name}: {{zone: TODO", f"  {name}: {{zone: {zone_of[key]}")
    own = (source / "topology.yaml").read_text(encoding="utf-8")
    text = draft.replace(section(draft, "zones"), section(own, "zones"))
    text = text.replace("responsibility: TODO", "responsibility: city").replace("name: site", "name: X", 1)
    rest = "".join(section(own, name) for name in ("hosts", "groups", "gateways"))
    for before, after in renamed.items():
        rest = re.sub(rf"segment: {before}\b(?!-)", f"segment: {after}", rest)
    (folder / "topology.yaml").write_text(text + rest, encoding="utf-8")
    shutil.copyfile(source / "policy.yaml", folder / "policy.yaml")
    return renamed


def test_a_filled_draft_of_kozato_is_valid_and_judged_as_kozato_is(tmp_path):
    folder = drafted(tmp_path, bundled.sites()["kozato"] / "exports")

    renamed = filled(folder, "kozato")

    validated = validating.validate(str(folder))
    assert [p for one in validated.files for p in one.problems] == []
    assert not validated.has(Severity.ERROR)
    assert not validated.has(Severity.WARNING)
    before, after = (
        assessing.assess(str(site), day=DAY, only_crossings=True, spelt=False).assessment
        for site in (bundled.sites()["kozato"], folder)
    )
    told = {(renamed.get(c.src.id, c.src.id), renamed.get(c.dst.id, c.dst.id)): c.standing for c in before.crossings}
    assert len(told) > 50
    assert {(c.src.id, c.dst.id): c.standing for c in after.crossings} == told
