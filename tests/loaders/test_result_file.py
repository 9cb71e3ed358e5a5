"""Stored results: read as they were written, refused with the place where they are anything else."""

import json
import random
from copy import deepcopy

import pytest

from segcheck.app import schemas
from segcheck.errors import BadInput
from segcheck.loaders import result_file
from segcheck.reports import renderings
from tests.reports.renderings import handmade
from tests.reports.results import faults

SCHEMA = schemas.schema("result")


def refusal(document):
    with pytest.raises(BadInput) as caught:
        result_file.checked("r.json", document, SCHEMA)
    assert caught.value.ja != caught.value.en
    return caught.value.en


@pytest.mark.parametrize("document", [handmade.document(), handmade.replayed()], ids=["check", "replay"])
def test_a_result_is_admitted(document):
    assert result_file.checked("r.json", document, SCHEMA) is document


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("schema",), "segcheck/matrix/1", "schema: segcheck/matrix/1 where segcheck/result/1 is needed"),
        (("findings", 1, "severity"), "grave", "findings[1].severity: 'grave' is none of critical, high, medium, low"),
        (
            ("findings", 0, "evidence", 1, "packet", "proto"),
            True,
            "findings[0].evidence[1].packet.proto: not of the type",
        ),
        (("findings", 0, "evidence", 0, "first_line"), 0, "findings[0].evidence[0].first_line: less than 1"),
        (("findings", 0, "fingerprint"), "xyz", "findings[0].fingerprint: 'xyz' has not the form"),
        (("register", 0, "expires"), "2026-13-01", "register[0].expires: '2026-13-01' is no day"),
        (("run", "started"), "yesterday", "run.started: 'yesterday' is no instant"),
        (("checks", "log-off", "title"), {"ja": "x"}, "checks.log-off.title: lacks 'en'"),
        (("findings", 0, "more"), 1, "findings[0].more: unknown key"),
        (("captures",), [], "lacks 'flows'"),
        (("devices", "own"), -1, "devices.own: less than 0"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(place, value, said):
    document = deepcopy(handmade.document())
    inside = document
    for key in place[:-1]:
        inside = inside[key]
    inside[place[-1]] = value

    assert said in refusal(document)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 200_000, "nested too deeply"),
        (b'{"schema": "segcheck/result/1",\n "verdict": }', "2:13: no JSON"),
        (b'{"schema": NaN}', "no JSON"),
        (b'{"a": 1, "a": 2}', "a key twice"),
        (b'{"a": ' + b"9" * 5000 + b"}", "no JSON"),
        (b"\xff\xfe", "no UTF-8"),
        (b"[]", "schema: - where"),
        (b"", "no JSON"),
        (b'{"schema": "\x1b[31m"}', "no JSON"),
        (b'{"schema": "\\u001b[31m' + b"x" * 1000 + b'"}', "schema: ?[31mxxx"),
    ],
    ids=["deep", "broken", "constant", "twice", "digits", "encoding", "list", "empty", "control", "escape"],
)
def test_no_file_is_too_hostile(tmp_path, content, said):
    path = tmp_path / "r.json"
    path.write_bytes(content)

    with pytest.raises(BadInput) as caught:
        result_file.read(str(path), SCHEMA)
    assert said in caught.value.en
    assert "\x1b" not in caught.value.en
    assert len(caught.value.en) < 600


def test_a_file_beyond_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(result_file, "MAX_BYTES", 10)
    path = tmp_path / "r.json"
    path.write_text(json.dumps(handmade.document()), encoding="utf-8")

    with pytest.raises(BadInput, match="larger than"):
        result_file.read(str(path), SCHEMA)


def spoilt(dice):
    """Return a result in which one value became something else, or is gone."""
    document = deepcopy(handmade.replayed() if dice.random() < 0.3 else handmade.document())
    inside = document
    while True:
        keys = [*inside] if isinstance(inside, dict) else [*range(len(inside))]
        key = dice.choice(keys)
        if not isinstance(inside[key], (dict, list)) or not inside[key] or dice.random() < 0.15:
            break
        inside = inside[key]
    if dice.random() < 0.2:
        del inside[key]
    else:
        inside[key] = deepcopy(
            dice.choice([None, True, -1, 10**30, 1.5, "", "x", "2026-02-30", [], {}, ["x"], {"x": 1}])
        )
    return document


def test_what_is_admitted_is_told_and_the_full_validator_agrees():
    dice = random.Random(20261128)
    told = [renderings.rendering(name) for name in renderings.names() if not renderings.rendering(name).FORMAT.binary]
    admitted = refused = 0
    for _ in range(150):
        document = spoilt(dice)
        try:
            result_file.checked("r.json", document, SCHEMA)
        except BadInput:
            refused += 1
            continue
        admitted += 1
        assert faults(document, "result") == []
        for module in told:
            audit = module.FORMAT.name.startswith("audit")
            assert module.render(handmade.whole(document) if audit else document, "ja")

    assert admitted > 15
    assert refused > 60


NETWORK = {
    "zones": [{"id": "mn", "tier": "mynumber", "name": "", "role": "", "responsibility": "city"}],
    "segments": [
        {
            "id": "a",
            "zone": "mn",
            "domain": "default",
            "kind": "lan",
            "name": "",
            "vlan": None,
            "v4": ["10.1.0.0/16"],
            "v6": [],
        }
    ],
    "hosts": [{"id": "h", "segment": "a", "addresses": ["10.1.0.9"]}],
    "devices": [
        {
            "id": "fw",
            "kind": "firewall",
            "name": "",
            "responsibility": "city",
            "members": [],
            "as_of": [],
            "unread": False,
            "interfaces": [
                {"name": "p1", "segment": "a", "addresses": ["10.1.0.1/16"], "domain": "default", "enabled": True}
            ],
        }
    ],
    "links": [],
    "gateways": [{"id": "g", "hosts": ["h"], "method": "mail_text"}],
}


@pytest.mark.parametrize(
    ("part", "key", "value", "said"),
    [
        ("segments", "v4", ["10.1/16"], "network.segments[0].v4: '10.1/16' is no address"),
        ("segments", "zone", "lg", "network.segments[0].zone: 'lg' is none of the zones"),
        ("hosts", "addresses", ["10.1.0.0/16"], "network.hosts[0].addresses: '10.1.0.0/16' is no address"),
        ("hosts", "segment", "b", "network.hosts[0].segment: 'b' is none of the segments"),
        ("gateways", "hosts", ["x"], "network.gateways[0].hosts: 'x' is none of the hosts"),
        (
            "devices",
            "interfaces",
            [{"name": "p1", "segment": "a", "addresses": ["10.1.0.1"], "domain": "", "enabled": True}],
            "network.devices[0].interfaces.addresses: '10.1.0.1' is no address",
        ),
    ],
)
def test_a_network_that_does_not_hold_together_is_refused(part, key, value, said):
    document = handmade.document() | {"network": deepcopy(NETWORK)}
    assert result_file.checked("r.json", deepcopy(document), SCHEMA) == document
    document["network"][part][0][key] = value

    assert said in refusal(document)
