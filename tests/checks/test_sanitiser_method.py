from dataclasses import replace

import pytest

from segcheck.app import assessing
from segcheck.loaders import closures
from segcheck.model.register import ProfileModel
from segcheck.model.requirement import Coverage
from segcheck.model.site_words import Method
from tests.checks.coverage import coverage
from tests.checks.sanitising import ENTRY, gateway, town
from tests.checks.sites import DAY, entry, item, lines, params, told

CHECK = "sanitiser-method"
FIRES = town(topology=gateway(method="media"))
SOUND = town()


def test_a_method_that_shows_pixels_or_carries_media_sanitises_nothing(tmp_path):
    assessment = FIRES.judged(tmp_path)

    (found,) = [one for one in assessment.findings if one.check == CHECK]
    assert (found.subject, found.requirements) == ("S1", ("LG-02",))
    assert params(found)["tiers"] == "IN / LG"
    assert item(tmp_path, "S1") in lines(found)
    assert told(found, assessment)[1].startswith("Register entry S1 goes through gw (media), which model alpha")


@pytest.mark.parametrize("model", ProfileModel)
def test_each_method_fires_unless_the_table_accepts_it_between_the_tiers(tmp_path, model):
    (cutting,) = closures.load().cuttings
    site = replace(SOUND, model=model.value).written(tmp_path)
    for method in Method:
        text = (site / "topology.yaml").read_text(encoding="utf-8")
        now = next(line for line in text.splitlines() if line.startswith("    method:"))
        (site / "topology.yaml").write_text(text.replace(now, f"    method: {method.value}"), encoding="utf-8")
        found = assessing.assess(str(site), day=DAY, select=[CHECK], spelt=False).assessment.findings
        assert bool(found) is (method not in cutting.methods[model]), method


def test_what_leaves_the_lgwan_tier_breaks_the_requirement_of_its_own(tmp_path):
    legs = (
        "{id: in, from: lg-mail, service: tcp/25, opener: other}",
        "{id: out, to: in-mail, service: tcp/25, opener: self}",
    )
    out = ENTRY.replace("from: in-mail, to: lg-mail", "from: lg-mail, to: in-mail")

    (found,) = town(topology=gateway(*legs, method="screen"), legs=(), register=(out,)).found(tmp_path, CHECK)
    assert found.requirements == ("LG-13",)


def test_what_it_was_asked_of(tmp_path):
    assert coverage(SOUND, CHECK, tmp_path / "a").coverage is Coverage.ASKED
    plain = town(register=(entry("R1", "in-mail", "san-mail", "tcp/25"),))
    assert coverage(plain, CHECK, tmp_path / "b").coverage is Coverage.NOTHING_TO_ASK
    ended = SOUND.written(tmp_path / "c")
    policy = (ended / "policy.yaml").read_text(encoding="utf-8")
    (ended / "policy.yaml").write_text(policy.replace("segments: all", "segments: [in-lan]"), encoding="utf-8")
    found = coverage(ended, CHECK)
    assert found.coverage is Coverage.NO_INPUT
    assert "S1" in found.reason[0]
    assert "S1" in found.reason[1]
