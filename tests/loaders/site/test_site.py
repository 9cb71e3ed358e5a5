import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from segcheck.errors import UnreadableFile
from segcheck.loaders import site
from segcheck.model.register import Kind, ProfileModel, Status
from segcheck.model.site import Endpoint
from segcheck.model.site_words import EndpointKind, Tier
from segcheck.model.source import Span
from segcheck.sets import addresses
from tests.loaders.site import cities

REIJI = Path(__file__).resolve().parents[3] / "topologies" / "reiji"


def test_a_sound_site_becomes_nouns_with_their_lines(tmp_path):
    loaded = cities.load(tmp_path)

    assert cities.found(loaded) == []
    found = loaded.site
    assert found.name == "見本市"
    assert found.zones["lg"].tier is Tier.LGWAN
    assert found.zones["lg"].tier.short == "LG"
    assert found.segments["lg-srv"].v4 == (addresses.parse("10.20.10.0/24"),)
    assert (found.segments["lg-srv"].v6, found.segments["in-srv"].v6) == ((), None)
    assert found.hosts["lg-mail"].span == Span("topology.yaml", 10, 10)
    assert found.groups["mails"].enumerated
    port1, port2 = found.devices["fw"].interfaces
    assert [one.addresses[0].length for one in (port1, port2)] == [24, 24]
    assert found.gateways["gw"].legs[0].peer == Endpoint(EndpointKind.HOST, "in-mail")
    assert (found.links["up"].ends[0].device, found.links["up"].ends[1].zone) == ("fw", "in")


def test_the_register_permits_from_approval_to_its_last_day(tmp_path):
    (entry,) = cities.load(tmp_path).site.policy.register

    assert (entry.kind, entry.status, entry.legs) == (Kind.SANITISE, Status.APPROVED, ("in", "out"))
    assert [entry.permits_on(date(*day)) for day in ((2026, 3, 31), (2026, 4, 1), (2027, 3, 31), (2027, 4, 1))] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("status", ["申請中", "廃止", "applied", "retired"])
def test_only_what_is_approved_permits(tmp_path, status):
    (entry,) = cities.load(tmp_path, policy=cities.POLICY.replace("承認", status)).site.policy.register

    assert not entry.permits_on(date(2026, 6, 1))


@pytest.mark.parametrize(
    ("written", "names"),
    [("", ()), ("expect: smtp,", ("smtp",)), ("expect: [http, http-connect],", ("http", "http-connect"))],
)
def test_an_entry_may_say_what_it_speaks(tmp_path, written, names):
    text = cities.POLICY.replace("kind: sanitise,", f"kind: sanitise, {written}")
    (entry,) = cities.load(tmp_path, policy=text).site.policy.register

    assert entry.expect == names


@pytest.mark.parametrize("written", ["α'", "α’", "α′", "α´", "αダッシュ", "alpha_prime"])
def test_the_prime_is_accepted_as_people_write_it(tmp_path, written):
    text = cities.POLICY.replace("model: alpha", f'model: "{written}"')

    assert cities.load(tmp_path, policy=text).site.policy.profiles[0].model is ProfileModel.ALPHA_PRIME


def test_everything_wrong_in_all_files_is_told_at_once(tmp_path):
    loaded = cities.load(
        tmp_path,
        topology=cities.TOPOLOGY.replace("role: sanitiser", "rule: sanitiser").replace("subject: fw", "subject: fv"),
        policy=cities.POLICY.replace("path: [fw]", "path: [fx]").replace("model: alpha", "model: x"),
        waivers=cities.WAIVERS.replace("check: c, ", ""),
        site=cities.SETTINGS.replace("lg-mail", "lg-male", 1),
    )

    assert loaded.site is None
    assert cities.found(loaded) == [
        ("topology.yaml:12:57", "unknown key 'rule'"),
        ("topology.yaml:34:23", "no host, group, segment, device or gateway 'fv'"),
        ("policy.yaml:2:20", "'x' is not one of the words that may stand here"),
        ("policy.yaml:5:108", "no device 'fx'"),
        ("waivers.yaml:3:5", "'check' is missing"),
        ("site.yaml:2:10", "no host 'lg-male'"),
    ]


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("cp932"),
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("\n", "\r\n").encode(),
    ],
    ids=["cp932", "bom", "utf-16", "crlf"],
)
def test_files_are_read_as_windows_saves_them(tmp_path, encode):
    loaded = cities.load(tmp_path, **{name.removesuffix(".yaml"): encode(text) for name, text in cities.FILES.items()})

    assert loaded.site.name == "見本市"


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("name: 見本市", "name：見本市", "topology.yaml:2:5", "a full-width colon stands here"),
        ("  lg: {tier", "　 lg: {tier", "topology.yaml:4:1", "a full-width space stands here"),
        ("  lg: {tier", "\tlg: {tier", "topology.yaml:4:1", "a tab stands here"),
        ("{tier: lgwan}", "{tier：lgwan}", "topology.yaml:4:8", "unknown key 'tier：lgwan'"),
        ("name: 見本市", "name: 見本市\nname: 別", "topology.yaml:3:1", "duplicate key 'name' (first at line 2)"),
        ("name: 見本市", "name: !!str 見本市", "topology.yaml:2:7", "tag 'tag:yaml.org,2002:str' is not used here"),
    ],
)
def test_what_a_keyboard_or_another_yaml_puts_there_is_told(tmp_path, old, new, place, message):
    loaded = cities.load(tmp_path, topology=cities.TOPOLOGY.replace(old, new, 1))

    assert loaded.site is None
    assert (place, message) in cities.found(loaded)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "x",
        "null",
        "a: &a [*a]",
        "- " * 100,
        "{" * 1000,
        "zones: {\n",
        "segcheck: 1\n---\na: 1\n",
        "zones: 1\nhosts: {}\n",
    ],
)
def test_hostile_or_shapeless_files_are_problems_never_crashes(tmp_path, text):
    for name in ("topology", "policy", "waivers", "site"):
        loaded = cities.load(tmp_path, **{name: text})
        assert loaded.site is None
        assert any(one.problems for one in loaded.files if one.source.path == f"{name}.yaml")
        cities.write(tmp_path)


def test_bytes_that_are_no_characters_are_told(tmp_path):
    loaded = cities.load(
        tmp_path, topology=cities.TOPOLOGY.encode() + "# 例示市の構成です。例示市の構成です。".encode() + b"\xff\n"
    )

    assert loaded.site is None
    assert cities.found(loaded)[-1][1] == "bytes that are no characters of utf-8"


def test_waivers_and_settings_may_be_absent_and_a_policy_may_not(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    assert cities.load(tmp_path / "a", waivers=None, site=None) is not None
    loaded = site.load(_without(tmp_path / "b", "waivers.yaml", "site.yaml"))
    assert (loaded.site.waivers, loaded.site.settings.language) == ((), "")
    loaded = site.load(_without(tmp_path / "b", "policy.yaml"))
    assert loaded.site is None
    assert cities.found(loaded) == [("policy.yaml:1:1", "there is no such file in the site")]


def _without(folder: Path, *names: str) -> str:
    cities.write(folder)
    for name in names:
        (folder / name).unlink()
    return str(folder)


def test_no_folder_and_no_topology_cannot_run(tmp_path):
    with pytest.raises(UnreadableFile, match="no such folder"):
        site.load(str(tmp_path / "none"))
    with pytest.raises(UnreadableFile, match=r"topology\.yaml"):
        site.load(str(tmp_path))


def test_a_misnamed_file_is_noted(tmp_path):
    (tmp_path / "waiver.yml").write_text("segcheck: 1\n")

    assert ("topology.yaml:1:1", "waiver.yml beside this file is not read") in cities.found(cities.load(tmp_path))


def test_an_export_behind_a_link_out_of_the_site_is_refused(tmp_path):
    inside, outside = tmp_path / "site", tmp_path / "other.conf"
    inside.mkdir()
    outside.write_text("x")
    (inside / "fw.conf").symlink_to(outside)
    text = cities.TOPOLOGY.replace("kind: firewall\n", "kind: firewall\n    exports: [{path: fw.conf}]\n")

    assert ("topology.yaml:18:22", "'fw.conf' leads out of the site") in cities.found(
        cities.load(inside, topology=text)
    )


def test_an_export_that_did_not_come_is_a_warning(tmp_path):
    text = cities.TOPOLOGY.replace("kind: firewall\n", "kind: firewall\n    exports: [{path: fw.conf}]\n")
    loaded = cities.load(tmp_path, topology=text)

    assert ("topology.yaml:18:22", "there is no file fw.conf in the site") in cities.found(loaded)
    assert loaded.site is not None


def test_prefixes_may_nest_only_in_external_segments_and_overlap_in_other_domains(tmp_path):
    nested = cities.TOPOLOGY.replace("segments:\n", "segments:\n  wan: {zone: in, v4: [10.0.0.0/8], kind: external}\n")
    assert cities.load(tmp_path, topology=nested).site is not None

    apart = cities.TOPOLOGY.replace("segments:\n", "segments:\n  far: {zone: in, v4: [10.20.0.0/16], domain: far}\n")
    assert cities.load(tmp_path, topology=apart).site is not None


def test_a_host_and_the_device_that_is_its_filter_share_id_and_address(tmp_path):
    device = "devices:\n  - {id: san, kind: host, interfaces: {eth0: {segment: in-srv, address: 10.30.10.5}}}\n"
    found = cities.load(tmp_path, topology=cities.TOPOLOGY.replace("devices:\n", device)).site

    assert found.hosts["san"].addresses == (found.devices["san"].interfaces[0].addresses[0].address,)


def test_segcheck_must_not_stand_in_two_zones(tmp_path):
    device = (
        "devices:\n  - {id: lg-mail, kind: host, interfaces: {eth0: {segment: lg-srv, address: 10.20.10.25}, "
        "eth1: {segment: in-srv, address: 10.30.10.40}}}\n"
    )
    loaded = cities.load(tmp_path, topology=cities.TOPOLOGY.replace("devices:\n", device))

    assert cities.found(loaded)[-1] == ("site.yaml:2:10", "host 'lg-mail' has legs in several zones: in, lg")


# --- the example -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*site.MODELS, "audit"])
def test_the_example_fits_the_schema(name):
    schema = site.schema(name)
    Draft202012Validator.check_schema(schema)

    value = _plain(name)

    assert [error.message for error in Draft202012Validator(schema).iter_errors(value)] == []
    assert list(Draft202012Validator(schema).iter_errors({**value, "strange": 1})) != []


@pytest.mark.parametrize("name", [*site.MODELS, "audit"])
def test_every_key_of_the_schema_occurs_in_the_example(name):
    schema = site.schema(name)
    used: set[tuple[str, str]] = set()
    _collect(schema, schema, _plain(name), name, used)
    every = {(title, key) for title, one in _objects(schema, name) for key in one["properties"]}

    assert sorted(every - used) == []
    assert len(every) > 5


def _plain(name):
    """The example as an editor's YAML reader sees it, but for dates and times, which JSON lacks."""
    text = (REIJI / f"{name}.yaml").read_text(encoding="utf-8")
    loader = type("Loader", (yaml.SafeLoader,), {"yaml_implicit_resolvers": {}})
    loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))
    loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^(?:0|[1-9][0-9]*)$"), list("0123456789"))
    return yaml.load(text, Loader=loader)


def _objects(schema, name):
    yield name, schema
    yield from ((title, one) for title, one in schema.get("$defs", {}).items() if "properties" in one)


def _collect(root, schema, value, title, used):
    """Note every (definition, key) that the value uses."""
    if "$ref" in schema:
        title = schema["$ref"].rsplit("/", 1)[1]
        schema = root["$defs"][title]
    for one in schema.get("anyOf", []):
        _collect(root, one, value, title, used)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in schema.get("properties", {}):
                used.add((title, key))
                _collect(root, schema["properties"][key], inner, title, used)
            elif isinstance(schema.get("additionalProperties"), dict):
                _collect(root, schema["additionalProperties"], inner, title, used)
    elif isinstance(value, list) and isinstance(schema.get("items"), dict):
        for inner in value:
            _collect(root, schema["items"], inner, title, used)


@pytest.mark.parametrize("name", site.MODELS)
def test_the_keys_are_explained_in_both_languages(name):
    described = [
        one["description"]
        for _, model in _objects(site.schema(name), name)
        for one in model["properties"].values()
        if "description" in one and "$ref" not in one
    ]

    assert [text for text in described if not text.isascii() and " / " not in text] == []
    assert len(described) >= 3
