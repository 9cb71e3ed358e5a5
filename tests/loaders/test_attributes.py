"""The vocabulary of attributes, and what a site file may say with it."""

import pytest
from openpyxl import load_workbook

from segcheck.app import bundled
from segcheck.loaders import attributes, site
from segcheck.model.declared import Attribute
from tests.loaders.site import cities
from tests.loaders.site.test_book import city, problems

HOST = "  - {id: lg-mail, segment: lg-srv, addresses: [10.20.10.25]}"


def told(tmp_path, attribute, role="server"):
    """Return what is wrong with a host that has one attribute, as (place, message, help)."""
    host = HOST[:-1] + f", role: {role}, attributes: {{{attribute}}}}}"
    loaded = cities.load(tmp_path, topology=cities.TOPOLOGY.replace(HOST, host))
    rows = [(one.source.place(p.line, p.column), p) for one in loaded.files for p in one.problems]
    return [(place, p.en, p.ja, p.help_en) for place, p in rows if place.startswith("topology.yaml:10:")]


def test_every_attribute_says_what_it_serves_and_how_sure_that_is():
    words = attributes.load()

    assert {subject for one in words.terms.values() for subject in one.subjects} <= set(words.subjects)
    for one in words.terms.values():
        assert one.source
        assert all(one.said)
        assert one.said[0] != one.said[1] or one.said[0].isupper()
        assert (one.type in ("words", "list")) == bool(one.words)
        assert len(set(one.words)) == len(one.words)


@pytest.mark.parametrize(
    ("attribute", "message", "helps"),
    [
        ("usb_strage: {value: blocked}", "no attribute 'usb_strage'", "did you mean 'usb_storage'?"),
        (
            "usb_storage: {value: bloked}",
            "'bloked' is not one of the words that may stand here",
            "did you mean 'blocked'?",
        ),
        ("usb_storage: {value: true}", "'true' is not one of the words that may stand here", ""),
        ("auth: {value: psk}", "'auth' is no attribute of a server", ""),
        ("byod: {value: true}", "'byod' is no attribute of a server", ""),
        ("shared_account: {value: 'no'}", "true or false is needed here", ""),
        ("patch_age_days: {value: many}", "a whole number is needed here", ""),
        ("edr_last_seen: {value: 2026-13-01}", "a date like 2026-11-01 is needed here", ""),
        ("whitelist_approval: {value: ' '}", "text is needed here", ""),
        (
            "mfa_factors: {value: [knowledge, posession]}",
            "'posession' is not one of the words",
            "did you mean 'possession'?",
        ),
        ("patch_source: {value: [lg-mal]}", "no host, group or device 'lg-mal'", "did you mean 'lg-mail'?"),
        ("other_segments: {value: in-sv}", "no segment 'in-sv'", "did you mean 'in-srv'?"),
    ],
)
def test_what_the_vocabulary_lacks_is_an_error_at_its_place(tmp_path, attribute, message, helps):
    ((place, english, japanese, near),) = told(tmp_path, attribute)

    column = int(place.split(":")[2])
    assert column > len(HOST)
    assert message in english
    assert japanese != english
    assert helps in near


def test_values_become_what_they_are(tmp_path):
    text = (
        "mfa_factors: {value: [knowledge, possession], evidence: 出力, evidence_date: 2026-11-01, declared_by: 課長}, "
        "edr_last_seen: {value: 2026-11-01}, patch_age_days: {value: 3}, shared_account: {value: false}, "
        "data_class: {value: 2}"
    )
    host = HOST[:-1] + f", attributes: {{{text}}}}}"
    found = cities.load(tmp_path, topology=cities.TOPOLOGY.replace(HOST, host)).site.hosts["lg-mail"].attributes

    assert [(one.name, str(one.value)) for one in found] == [
        ("mfa_factors", "('knowledge', 'possession')"),
        ("edr_last_seen", "2026-11-01"),
        ("patch_age_days", "3"),
        ("shared_account", "False"),
        ("data_class", "2"),
    ]
    assert isinstance(found[0], Attribute)
    assert (found[0].evidence, str(found[0].evidence_date), found[0].declared_by) == ("出力", "2026-11-01", "課長")
    assert found[1].days == 1


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("wireless: [{id: w, ssid: x, segment: lg-sv}]", "no segment 'lg-sv'"),
        ("equipment: [{id: e, kind: switch, zones: [lg, inn]}]", "no zone 'inn'"),
        ("external_services: [{id: s, name: n, kind: sms}]", "'sms' is not one of the words"),
        ("external_services: [{id: s, name: n, kind: sns, ends: [nobody]}]", "no host, group or device 'nobody'"),
        ("documents: [{id: d, kind: contract, title: t, date: 2026-02-30}]", "'2026-02-30' is no date"),
        ("documents: [{id: d, kind: contract, title: t, date: 2026-02-20, titel: t}]", "unknown key 'titel'"),
        ("ledgers: [{id: l, kind: devices, path: l.csv, column: ID}]", "l.csv cannot be read"),
        ("ledgers: [{id: l, kind: devices, path: ok.csv, column: ID}]", "ok.csv has no column 'ID'"),
        ("ledgers: [{id: l, kind: devices, path: ../l.csv, column: ID}]", "leads out of the site"),
        (
            "wireless: [{id: w, ssid: x, segment: lg-srv}, {id: w, ssid: y, segment: lg-srv}]",
            "'w' is the id of something",
        ),
    ],
)
def test_registers_of_the_body_are_held_against_the_topology(tmp_path, more, message):
    (tmp_path / "ok.csv").write_text("番号\nfw\n", encoding="utf-8")
    loaded = cities.load(tmp_path, topology=cities.TOPOLOGY + more + "\n")

    assert loaded.site is None
    assert any(message in p.en for one in loaded.files for p in one.problems)


def test_a_workbook_tells_the_cell(tmp_path):
    def change(book):
        sheet = book["グループの属性"]
        sheet["C3"] = "blokced"
        book["無線LANの属性"]["B3"] = "aut"

    found = {place: (en, helps) for place, en, helps in problems(city(tmp_path, change=change))}

    assert found["site.xlsx:グループの属性!C3"][1] == "did you mean 'blocked'?"
    assert "no attribute 'aut'" in found["site.xlsx:無線LANの属性!B3"][0]
    assert load_workbook(tmp_path / "reiji" / "site.xlsx")["外部サービス"]["A3"].value == "ES-01"


def test_the_ledgers_of_the_example_are_read():
    found = site.load(str(bundled.sites()["reiji"])).site

    names = [row.name for row in found.ledgers["LD-02"].rows]
    assert names == ["up-sc", "up-lgwan", "up-gc", "up-juki", "up-mnt", "up-guest"]
    assert str(found.ledgers["LD-02"].rows[1].span) == "ledgers/lines.csv:3"
