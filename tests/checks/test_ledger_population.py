from dataclasses import dataclass

from segcheck.model.requirement import Coverage
from tests.checks.declaring import asked
from tests.checks.sites import Town, params

CHECK = "ledger-population"


@dataclass(frozen=True, kw_only=True)
class Listed(Town):
    """A town with ledgers: names of devices and of lines."""

    devices: tuple[str, ...] = ("fw",)
    lines: tuple[str, ...] | None = ("up",)

    def written(self, folder):
        for name, rows in (("devices", self.devices), ("lines", self.lines or ())):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{name}.csv").write_text("管理番号,備考\n" + "".join(f"{one},\n" for one in rows), "utf-8")
        return super().written(folder)


UP = 'links:\n  - {id: up, ends: ["fw:in", "zone:in"], kind: maintenance}\n'
LEDGER = "  - {{id: {0}, kind: {0}, path: {0}.csv, column: 管理番号}}\n"
TOPOLOGY = UP + "ledgers:\n" + LEDGER.format("devices")
FIRES = Listed(devices=("fw", "old-fw"), topology=TOPOLOGY + LEDGER.format("lines"))
SOUND = Listed(topology=FIRES.topology)


def test_a_row_that_the_topology_lacks_and_a_device_that_the_ledger_lacks(tmp_path):
    (found,), _ = asked(FIRES, tmp_path, CHECK)
    assert (found.subject, found.requirements) == ("old-fw", ("P-02",))
    assert [one.span.path for one in found.evidence] == ["devices.csv", "topology.yaml"]
    assert found.evidence[0].span.first == 3

    findings, _ = asked(Listed(devices=(), lines=(), topology=FIRES.topology), tmp_path, CHECK)
    assert [(one.subject, one.requirements) for one in findings] == [("fw", ("P-02",)), ("up", ("P-03",))]
    assert params(findings[1])["facts"] == "topology.yaml → lines.csv ×"


def test_without_ledgers_nobody_knows_what_there_is(tmp_path):
    findings, covered = asked(Listed(topology=TOPOLOGY), tmp_path, CHECK)

    assert (findings, covered.coverage, "lines" in covered.reason[1]) == ((), Coverage.NO_INPUT, True)
    assert asked(SOUND, tmp_path, CHECK)[0] == ()
    assert asked(SOUND, tmp_path, CHECK)[1].coverage is Coverage.ASKED
