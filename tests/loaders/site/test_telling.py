"""Channels of notifications: what each needs, and that none is a bridge out of the zone of segcheck."""

import pytest

from segcheck.loaders import site
from tests.cli.towns import POLICY, town

REGISTERED = POLICY + (
    "  - {id: R2, kind: specific, from: in-mail, to: lg-mail, service: udp/514, purpose: p, path: [wall], log: false,\n"
    "     status: approved, approver: CISO, approved: 2026-04-01, expires: 2027-03-31}\n"
)


@pytest.fixture
def problems(tmp_path):
    def found(channel, head="runs_on: in-mail\n", policy=None):
        town(tmp_path / "town", **({"policy": policy} if policy else {}))
        text = f"segcheck: 1\n{head}notify:\n  - {{id: N, {channel}}}\n"
        (tmp_path / "town" / "site.yaml").write_text(text, encoding="utf-8")
        loaded = site.load(str(tmp_path / "town"))
        return [one.en for file in loaded.files for one in file.problems if file.source.path == "site.yaml"]

    return found


def test_a_target_in_another_zone_needs_the_register(problems, tmp_path):
    other = "kind: syslog, server: 10.20.10.25"
    (said,) = problems(other, policy=POLICY.replace("from: in-mail, to: lg-mail", "from: lg-mail, to: in-mail"))
    assert said == "'10.20.10.25' lies in another zone than 'in-mail', and no register entry permits it"
    assert problems(other, policy=REGISTERED) == []
    (said,) = problems("kind: syslog, server: 10.20.10.99")  # no host of its own, but declared to lie there
    assert "another zone" in said
    (said,) = problems("kind: syslog, server: log, host: lg-mail", policy="segcheck: 1\nprofiles: []\n")
    assert "'lg-mail' lies in another zone" in said
    for quiet in ("10.30.10.9", "192.0.2.9", "log.example"):  # its own zone, or nobody can tell
        assert problems(f"kind: syslog, server: {quiet}") == []
    assert problems(other, head="") == []


def test_each_channel_says_what_it_lacks_and_no_secret_stands_in_the_file(problems):
    assert problems("kind: mail, server: 10.30.10.9") == ["mail needs 'from'", "mail needs 'to'"]
    assert problems("kind: command, command: [mail, x]") == ["'mail' is no absolute path"]
    assert problems("kind: apprise") == ["apprise needs 'secret'"]
    mail = "kind: mail, server: 10.30.10.9, from: a@b.example, to: [c@d.example]"
    assert problems(f"{mail}, user: u") == ["a user without 'secret'"]
    assert problems(f"{mail}, user: u, secret: 'env:P', security: none") == ["a password would be sent in the clear"]
    (said,) = problems(f"{mail}, secret: canary-secret")
    assert "canary" not in said
    assert problems(f"{mail}, user: u, secret: 'env:P'") == []


def test_how_a_site_runs_is_known_though_its_other_files_are_wrong(problems, tmp_path):
    problems("kind: syslog, server: 10.30.10.9", policy="segcheck: 1\nprofiles: 7\n")
    found = site.settings_of(str(tmp_path / "town"))
    assert found is not None
    assert [one.id for one in found.notify] == ["N"]
    (tmp_path / "town" / "site.yaml").write_text("segcheck: [", encoding="utf-8")
    assert site.settings_of(str(tmp_path / "town")) is None
