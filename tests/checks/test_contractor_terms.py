import pytest

from tests.checks.answering import answered
from tests.checks.declaring import one_line
from tests.checks.sites import Firewall, Town, entry, params

CHECK = "contractor-terms"
#: What the check of the line itself asks for too.
LINE = {
    "vendor": "事業者A",
    "enabled_window": "火曜 22:00-23:00",
    "mfa_factors": ["knowledge", "possession"],
    "disconnect_default": True,
    "monitored": True,
    "target_hosts": ["lg-mail"],
    "contract": "契約第1号",
    "contract_until": "2027-03-31",
    "terms_checked": "2026-07-01",
}
SEGMENTS = {
    "lg-lan": ("lg", "10.1.0.0/24", ""),
    "in-lan": ("in", "10.2.0.0/24", ""),
    "mnt-net": ("mnt", "192.0.2.0/24", ", kind: external"),
}
PORTS = {"lg": ("lg-lan", "10.1.0.1/24"), "wan": ("mnt-net", "192.0.2.1/24")}
NONE: dict[str, object] = {}


def town(more="", *, register=(), shown=None, line=True, keys=None, **changed):
    values = {name: value for name, value in {**LINE, **changed}.items() if value is not None}
    text = one_line(values) if shown is None else one_line(values, shown)
    links = f'links:\n  - {{id: up, ends: ["fw:wan", "segment:mnt-net"], kind: maintenance, attributes: {text}}}\n'
    return Town(
        firewalls={"fw": Firewall(ports=PORTS)},
        segments=SEGMENTS,
        register=list(register),
        topology=(links if line else "") + more,
        keys=keys or {},
    )


def service(**changed):
    values = {"contract": "契約第2号", "contract_until": "2027-03-31", "terms_checked": "2026-07-01", **changed}
    text = one_line(values)
    row = f"id: ES, name: 印刷業務, kind: outsourced, zone: lg, owner: 課長, approved_by: 部長, attributes: {text}"
    return f"external_services:\n  - {{{row}}}\n"


FIRES = town(contract_until="2026-03-31")
SOUND = town()
CONTRACTOR = entry("R1", "lg-pc", "mnt-net", "tcp/443", contractor="事業者B", kind="maintenance")


@pytest.mark.parametrize(
    ("changed", "subject", "facts"),
    [
        (FIRES, "up", "contract_until: 2026-03-31"),
        (town(terms_checked="2025-07-01"), "up", "terms_checked: 2025-07-01"),
        (town(service(contract_until="2026-11-23")), "ES", "contract_until: 2026-11-23"),
    ],
)
def test_contracts_that_ran_out_and_terms_that_nobody_checked(changed, subject, facts, tmp_path):
    (found,), _ = answered(changed, tmp_path, CHECK)

    assert (found.subject, found.requirements, params(found)["facts"]) == (subject, ("G-06",), facts)


@pytest.mark.parametrize(
    ("changed", "coverage", "reason"),
    [
        (SOUND, "asked", ""),
        (town(service()), "asked", ""),
        (town(contract_until=None), "no_input", "last day of the contract"),
        (town(shown=""), "claimed", "up"),
        (town(register=[CONTRACTOR]), "no_input", "the contract of 事業者B"),
        (town(register=[CONTRACTOR], vendor="事業者B"), "asked", ""),
        (
            town(
                "documents:\n  - {id: D, kind: contract, title: 事業者B との契約, date: 2026-04-01}\n",
                register=[CONTRACTOR],
            ),
            "asked",
            "",
        ),
        (town(line=False), "no_input", "no contractor is declared"),
        (town(line=False, keys={"mnt": ", responsibility: vendor"}), "no_input", "the line of mnt"),
    ],
)
def test_every_contractor_needs_a_contract_and_a_check(changed, coverage, reason, tmp_path):
    found = answered(changed, tmp_path, CHECK)[1]["G-06"]

    assert found.coverage.value == coverage
    assert reason in found.reason[1]
