from dataclasses import dataclass

from segcheck.model.crossing import Standing
from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked
from tests.checks.sites import Firewall, Town, params

CHECK = "input-origin"
CHANGE = "documents:\n  - {id: d, kind: change, title: 設定変更承認書, date: 2026-10-30}\n"


@dataclass(frozen=True, kw_only=True)
class Wall(Firewall):
    """A firewall of whose export it is said how it was taken."""

    said: str = ""
    days: int = 100

    def declared(self, name):
        (line,) = super().declared(name)
        return [line.replace("fortigate}", f"fortigate{self.said}}}"), f"    max_age_days: {self.days}"]


def town(said):
    return Town(firewalls={"fw": Wall(said=said)}, topology=CHANGE)


TAKEN = ", as_of: 2026-11-01, obtained: {by_role: 主査, from: 本体, method: show, at: 2026-11-01T10:00, running_config: true}"
FIRES = town(TAKEN.replace("true", "false"))
SOUND = town(TAKEN)


def test_what_does_not_run_is_found_and_what_is_old_undecided(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)
    assert (found.subject, found.standing, found.requirements) == ("fw", Standing.VIOLATED, ("X-16",))

    (found,), _ = asked(town(TAKEN.replace("2026-11-01,", "2026-08-01,")), tmp_path, CHECK)
    assert found.standing is Standing.UNDECIDED
    assert params(found)["facts"] == "exports/fw.conf: 2026-08-01, 115 d > 100 d"


def test_an_export_of_unknown_origin_is_told(tmp_path):
    assert asked(SOUND, tmp_path, CHECK)[0] == ()
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
    unknown = asked(Town(), tmp_path, CHECK)[1]
    silent = Town(firewalls=SOUND.firewalls)
    assert "kind: change" in asked(silent, tmp_path, CHECK)[1].reason[1]
    assert (unknown.coverage, "来歴不明" in unknown.reason[0]) == (Coverage.NO_INPUT, True)
    assert asked(town(TAKEN.replace(", as_of: 2026-11-01", "")), tmp_path, CHECK)[1].coverage is Coverage.NO_INPUT
