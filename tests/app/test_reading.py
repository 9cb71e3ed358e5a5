import pytest

from segcheck import importers
from segcheck.app import reading
from segcheck.errors import BadArguments, UnknownFormat
from segcheck.loaders import device_file
from segcheck.model.device import DeviceConfig, Interface, InterfaceAddress, Route
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText
from segcheck.sets import addresses
from tests import toy


@pytest.fixture(autouse=True)
def only_toys(monkeypatch):
    monkeypatch.setattr(importers, "installed", lambda: (toy,))


def given(text):
    return device_file.load(SourceText("d.yaml", text, "utf-8", "0" * 64))


def source(text, path="d.yaml"):
    return SourceText(path, text, "utf-8", "0" * 64)


def test_a_file_is_read_by_the_importer_that_knows_it(tmp_path):
    (tmp_path / "wall").write_text(toy.WHOLE)

    assert reading.read_export(str(tmp_path / "wall")).reading.format == "toy"


def test_in_a_folder_the_file_that_is_recognised_comes_first(tmp_path):
    (tmp_path / "a-side").write_text("permit dst=192.0.2.1\n")
    (tmp_path / "wall").write_text(toy.WHOLE)

    read = reading.read_export(str(tmp_path))

    assert [one.path.rpartition("/")[2] for one in read.sources] == ["wall", "a-side"]
    assert len(read.reading.devices[0].lists["main"].rules) == 4


def test_an_unknown_format_is_refused(tmp_path):
    (tmp_path / "novel").write_text("It was a dark and stormy night.\n")

    with pytest.raises(UnknownFormat):
        reading.read_export(str(tmp_path / "novel"))


EXPORT = DeviceConfig(
    format="toy",
    interfaces=(
        Interface(name="lan", zone="trust", addresses=(InterfaceAddress(addresses.parse_one("10.9.0.1"), 24),)),
        Interface(name="dmz", addresses=(InterfaceAddress(addresses.parse_one("10.8.0.1"), 24),)),
    ),
    routes=(
        Route(to=addresses.parse("10.9.0.0/24"), interface="lan", distance=0),
        Route(to=addresses.parse("10.8.0.0/24"), interface="dmz", distance=0),
        Route(to=addresses.parse("10.7.0.0/24"), interface="dmz", gateway=addresses.parse_one("10.8.0.2")),
    ),
)


def routes(device):
    return [(route.interface, *addresses.describe(route.to)) for route in device.routes]


def test_addresses_of_the_device_file_replace_those_of_the_export_and_the_zone_stays():
    device = reading.with_device_file(EXPORT, given("interfaces: {lan: {address: 10.0.0.1/24}}"))

    lan, dmz = device.interfaces
    assert (lan.zone, addresses.text(lan.addresses[0].address)) == ("trust", "10.0.0.1")
    assert addresses.text(dmz.addresses[0].address) == "10.8.0.1"
    assert device.addressing_known
    assert not device.routing_known


def test_without_routes_in_the_device_file_the_exports_own_stay_but_for_renumbered_networks():
    device = reading.with_device_file(EXPORT, given("interfaces: {lan: {address: 10.0.0.1/24}}"))

    assert routes(device) == [("lan", "10.0.0.0/24"), ("dmz", "10.8.0.0/24"), ("dmz", "10.7.0.0/24")]


def test_routes_of_the_device_file_replace_the_exports():
    device = reading.with_device_file(
        EXPORT, given("interfaces: {lan: {address: 10.0.0.1/24}}\nroutes: [{to: 0.0.0.0/0, via: 10.0.0.9}]")
    )

    assert routes(device) == [("lan", "10.0.0.0/24"), (None, "0.0.0.0/0")]
    assert not device.routing_known


def test_a_table_that_is_declared_complete_is_the_table():
    device = reading.with_device_file(EXPORT, given("interfaces: {lan: {address: 10.0.0.1/24}}\nroutes_complete: true"))

    assert routes(device) == [("lan", "10.0.0.0/24")]
    assert device.routing_known


def test_a_device_file_for_several_devices_is_refused():
    with pytest.raises(BadArguments, match="several contexts"):
        reading.addressed((EXPORT, EXPORT), source("id: a"))


def several(*contexts):
    devices = tuple(DeviceConfig(format="toy", context=context) for context in contexts)
    return Reading(format="toy", maturity=toy.IMPORTER.maturity, inputs=(), devices=devices, diagnostics=())


def test_the_context_chooses_the_device():
    assert reading.choose_device(several("root", "guest"), "guest").context == "guest"
    assert reading.choose_device(several("root", "guest"), None) is None
    assert reading.choose_device(several(""), None).context == ""


def test_an_unknown_context_is_refused_with_those_there_are():
    with pytest.raises(BadArguments, match="Contexts: root, guest"):
        reading.choose_device(several("root", "guest"), "gest")
    with pytest.raises(BadArguments, match="leave --context out"):
        reading.choose_device(several(""), "root")


@pytest.mark.parametrize(
    ("text", "sure"),
    [(toy.WHOLE, True), (toy.DOUBTFUL, False), (toy.WHOLE.replace("end\n", ""), False)],
)
def test_a_reading_is_sure_when_every_line_is_and_none_is_missing(text, sure):
    assert reading.is_sure(toy.read([source(text, "wall")])) is sure
