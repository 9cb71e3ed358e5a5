"""The parts of the bundles: which wheels, under which licences, in which bytes."""

from __future__ import annotations

import pytest
from packaging.licenses import canonicalize_license_expression

from tests.tools import made_up
from tools.bundle import Refused, layout, licences, packing, pages
from tools.bundle.wheels import Target, closure, fetch, lock_text, read

LINUX, WINDOWS = Target("linux", (3, 12)), Target("windows", (3, 12))


@pytest.mark.parametrize(
    ("expression", "against"),
    [
        ("MIT", set()),
        ("Apache-2.0", {"Apache-2.0"}),
        ("MIT OR Apache-2.0", set()),
        ("Apache-2.0 OR MIT", set()),
        ("MIT AND Apache-2.0", {"Apache-2.0"}),
        ("BSD-2-Clause AND Apache-2.0 WITH LLVM-exception", set()),
        ("Apache-2.0 WITH Swift-exception", {"Apache-2.0 WITH Swift-exception"}),
        ("(MIT OR EPL-2.0) AND (Apache-2.0 OR AGPL-3.0-only)", {"Apache-2.0"}),
        ("MIT AND (Apache-2.0 OR 0BSD)", set()),
        ("GPL-2.0-or-later", set()),
        ("LicenseRef-Of-Our-Own", {"LicenseRef-Of-Our-Own"}),
    ],
)
def test_what_goes_with_the_gpl(expression: str, against: set[str]) -> None:
    assert canonicalize_license_expression(expression) == expression  # SPDX knows every name in it
    assert licences.objections(expression) == against


@pytest.mark.parametrize("expression", ["MIT AND", "(MIT", "MIT)", "OR MIT", "MIT Apache-2.0", ""])
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match="SPDX"):
        licences.objections(expression)


def test_every_licence_that_may_be_combined_is_one_that_spdx_knows() -> None:
    names = licences._known()["may_be_combined"]

    assert [canonicalize_license_expression(name) for name in names] == names


@pytest.mark.parametrize(
    ("said", "expression"),
    [
        (("License-Expression: PSF-2.0", "Classifier: License :: OSI Approved :: MIT License"), "PSF-2.0"),
        (("License: MIT",), "MIT"),
        (("License: BSD", "Classifier: License :: OSI Approved :: BSD License"), None),
        (("Classifier: License :: OSI Approved :: MIT License",), "MIT"),
        (
            (
                "Classifier: License :: OSI Approved :: MIT License",
                "Classifier: License :: OSI Approved :: Apache Software License",
            ),
            None,
        ),
        (("License: MIT", "Classifier: License :: Other/Proprietary License"), None),
        ((), None),
    ],
)
def test_a_licence_is_read_or_not_clear(tmp_path, said, expression) -> None:
    assert made_up.wheel(tmp_path, "some", said=said).licence.expression == expression


def test_everything_that_may_not_be_bundled_is_named(tmp_path) -> None:
    wheels = [
        made_up.own(tmp_path),
        made_up.wheel(tmp_path, "clear"),
        made_up.wheel(tmp_path, "silent", said=()),
        made_up.wheel(tmp_path, "apache", said=("License-Expression: Apache-2.0",)),
        made_up.wheel(tmp_path, "odd", said=("License-Expression: MIT AND",)),
        made_up.wheel(tmp_path, "textless", text=False),
    ]

    with pytest.raises(Refused) as refused:
        layout.accept(wheels)

    told = str(refused.value)
    assert [name for name in ("silent", "apache", "odd", "textless") if f"{name} 1.0: " in told] == [
        "silent",
        "apache",
        "odd",
        "textless",
    ]
    assert "clear 1.0" not in told
    layout.accept(wheels[:2])


def test_a_set_is_what_the_target_needs_and_no_more(tmp_path) -> None:
    wheels = [
        made_up.own(tmp_path, "Always", "only-there; platform_system == 'Windows'", "old; python_version < '3.12'"),
        made_up.wheel(tmp_path, "always", requires=["deeper[more]>=2", "tool; extra == 'dev'"]),
        made_up.wheel(tmp_path, "deeper", version="2.5", requires=["extra-of-it; extra == 'more'"]),
        made_up.wheel(tmp_path, "extra-of-it"),
        made_up.wheel(tmp_path, "only-there", tag="cp312-cp312-win_amd64"),
        made_up.wheel(tmp_path, "tool"),
    ]

    names = {target: [one.name for one in closure(wheels, target)[0]] for target in (LINUX, WINDOWS)}

    assert names[LINUX] == ["always", "deeper", "extra-of-it", "segcheck-net"]
    assert names[WINDOWS] == ["always", "deeper", "extra-of-it", "only-there", "segcheck-net"]
    assert [closure(wheels, target)[1] for target in (LINUX, WINDOWS)] == [(), ()]
    assert [str(one) for one in closure(wheels, Target("linux", (3, 11)))[1]] == ['old; python_version < "3.12"']


@pytest.mark.parametrize(
    "there",
    [
        {},
        {"version": "0.9"},
        {"tag": "cp311-cp311-manylinux_2_17_x86_64"},
        {"tag": "cp312-cp312-manylinux_2_39_x86_64"},
        {"tag": "cp312-cp312-win_amd64"},
        {"said": ("License-Expression: MIT", "Requires-Python: <3.12")},
    ],
)
def test_what_does_not_fit_the_target_is_missing(tmp_path, there) -> None:
    wheels = [made_up.own(tmp_path, "needed>=1"), *([made_up.wheel(tmp_path, "needed", **there)] if there else [])]

    assert [str(one) for one in closure(wheels, LINUX)[1]] == ["needed>=1"]


def test_a_wheel_that_fits_is_found(tmp_path) -> None:
    needed = made_up.wheel(tmp_path, "needed", tag="cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")

    found, missing = closure([made_up.own(tmp_path, "needed"), needed], LINUX)

    assert (needed in found, missing) == (True, ())
    assert f"needed==1.0 \\\n    --hash=sha256:{needed.sha256}\n" in lock_text(found)


def test_what_only_the_target_needs_is_fetched_after_pip(tmp_path, monkeypatch) -> None:
    own = made_up.own(tmp_path / "own", "always", "only-there; sys_platform == 'win32'")
    asked = []

    def pip(*arguments: str) -> None:
        asked.append(arguments)
        if len(asked) == 1:  # pip here sees no Windows
            made_up.own(tmp_path / "all", "always", "only-there; sys_platform == 'win32'")
            made_up.wheel(tmp_path / "all", "always")
        else:
            made_up.wheel(tmp_path / "all", "only-there", tag="cp312-cp312-win_amd64")

    monkeypatch.setattr("tools.bundle.wheels._pip", pip)
    fetch(own.path, WINDOWS, tmp_path / "all", None)

    assert [arguments[-1] for arguments in asked] == [str(own.path), "only-there"]
    assert all({"win_amd64", "cp312", ":all:"} <= set(arguments) for arguments in asked)
    assert "--no-deps" in asked[1]


def test_a_lock_fetches_what_it_names_by_hash_but_not_segcheck_itself(tmp_path, monkeypatch) -> None:
    own, needed = made_up.own(tmp_path, "needed"), made_up.wheel(tmp_path, "needed")
    lock = tmp_path / "requirements.lock"
    lock.write_text(lock_text([needed, own]), encoding="utf-8")
    said = []

    def pip(*arguments: str) -> None:
        said.append((arguments, (tmp_path / "all" / "others.lock").read_text(encoding="utf-8")))

    monkeypatch.setattr("tools.bundle.wheels._pip", pip)
    (tmp_path / "all").mkdir()
    fetch(own.path, LINUX, tmp_path / "all", lock)

    ((arguments, named),) = said
    assert "--require-hashes" in arguments
    assert named.split() == ["needed==1.0", f"--hash=sha256:{needed.sha256}"]
    assert [path.name for path in (tmp_path / "all").iterdir()] == [own.path.name]


def test_what_is_no_wheel_is_refused(tmp_path) -> None:
    path = tmp_path / "some-1.0-py3-none-any.whl"
    path.write_bytes(b"<html>not found</html>")

    with pytest.raises(Refused, match=path.name):
        read(path)


def test_archives_depend_on_their_files_only(monkeypatch) -> None:
    files = {"b/あ.txt": b"2", "a": b"1"}
    turned = dict(reversed(files.items()))
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)

    first = [packing.tar("f", files, ["a"]), packing.zipped("f", files)]
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)

    assert [packing.tar("f", turned, ["a"]), packing.zipped("f", turned)] == first
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert packing.zipped("f", files) != first[1]


def test_documents_take_whatever_is_in_them_as_text() -> None:
    blocks = [pages.Heading("<b>"), pages.Table(("a|b",), (("`<x>`",),)), pages.Code("a && b"), pages.Items(("&",))]

    page, text = pages.page("<t>", blocks), pages.markdown("<t>", blocks)

    assert "<h2>&lt;b&gt;</h2>" in page
    assert "<code>&lt;x&gt;</code>" in page
    assert "a &amp;&amp; b" in page
    assert "| a\\|b |" in text


def test_a_printed_page_has_no_time_of_its_own(tmp_path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(
        "#!/bin/sh\nfor one; do case $one in --print-to-pdf=*) printf '/CreationDate (D:%s) /ModDate (D:%s) end' "
        '"$(date +%Y%m%d%H%M%S%N)Z" "20261128000000+00\'00\'" > "${one#*=}";; esac; done\n'
    )
    browser.chmod(0o755)

    first, second = (pages.pdf("<p>", str(browser)) for _ in range(2))

    assert first == second
    assert first is not None
    assert first.endswith(b"/ModDate (D:19800101000000+00'00') end")  # as long as what was there
    assert pages.pdf("<p>", str(tmp_path / "none")) is None
