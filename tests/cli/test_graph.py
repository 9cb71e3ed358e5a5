import xml.etree.ElementTree as ET

import pytest

from tests.loaders.site import cities

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_svg_is_the_default_and_well_formed(call, tmp_path, language):
    outcome = call("graph", cities.write(tmp_path), "--lang", language)

    assert outcome.code == 0
    assert ET.fromstring(outcome.out.encode()).tag == f"{SVG}svg"


def test_several_formats_go_to_files(call, tmp_path):
    folder = cities.write(tmp_path)

    outcome = call("graph", folder, "--format", "svg=site.svg", "--format", "dot=site.dot")

    assert (outcome.code, outcome.out) == (0, "")
    assert (tmp_path / "site.svg").read_text(encoding="utf-8").endswith("</svg>\n")
    assert (tmp_path / "site.dot").read_text(encoding="utf-8").startswith("graph segcheck {\n")


def test_verdicts_end_as_matrix_does(call, tmp_path):
    folder = cities.write(tmp_path)

    drawn = call("graph", folder, "--verdicts", "--time", "2026-11-10")

    assert drawn.code == call("matrix", folder, "--time", "2026-11-10").code == 3
    assert "Verdicts of 2026-11-10" in drawn.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--format", "png"), "--format png: no such format"),
        (("--format", "svg", "--format", "dot"), "only one output can go to the terminal"),
        (("--time", "2026-11-10"), "only verdicts depend on the day"),
        (("--format", "svg=no/such/folder.svg"), "no file can be written"),
    ],
)
def test_what_cannot_be_done_ends_with_2(call, tmp_path, arguments, told):
    outcome = call("graph", cities.write(tmp_path), *arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert told in outcome.err


def test_a_site_with_errors_is_not_drawn(call, tmp_path):
    text = cities.TOPOLOGY.replace("tier: lgwan}", "tier: lgwn}")

    outcome = call("graph", cities.write(tmp_path, topology=text))

    assert (outcome.code, outcome.out) == (2, "")
    assert "segcheck validate" in outcome.err


@pytest.mark.parametrize("encoding", ["cp932", "ascii"])
def test_a_stream_of_another_encoding_gets_the_same_picture(call, tmp_path, encoding):
    folder = cities.write(tmp_path)

    plain, other = (call("graph", folder, "--lang", "ja", encoding=one) for one in ("utf-8", encoding))

    trees = [ET.canonicalize(one.out) for one in (plain, other)]
    assert other.code == 0
    assert other.out.isascii()
    assert trees[0] == trees[1]
