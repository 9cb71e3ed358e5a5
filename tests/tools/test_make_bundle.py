"""Whole bundles of made-up wheels, and one real one that is installed where there is no network."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from importlib import resources
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource

from tests.kernel.namespaces import Namespace
from tests.tools import made_up
from tools import make_bundle
from tools.bundle import Refused, libraries, linux, windows
from tools.bundle.wheels import Target, closure

ROOT = Path(__file__).resolve().parents[2]
PYTHON = (3, 12)


@pytest.fixture
def wheels(tmp_path):
    made_up.own(tmp_path, "needed", "for-windows; sys_platform == 'win32'")
    made_up.wheel(tmp_path, "needed", files={"needed/data/表.yaml": b"a: 1"})
    made_up.wheel(
        tmp_path,
        "for-windows",
        tag="cp312-cp312-win_amd64",
        files={
            "for_windows-1.0.data/platlib/for_windows/part.pyd": b"native",
            "for_windows-1.0.data/scripts/run.py": b"nobody calls it",
        },
    )
    return tmp_path


def _set(folder: Path, system: str):
    found, missing = closure([make_bundle.read(path) for path in sorted(folder.glob("*.whl"))], Target(system, PYTHON))
    assert not missing
    return found


def _unpacked(name: str, content: bytes) -> dict[str, bytes]:
    """Return the files of an archive without its folder."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            found = {one: archive.read(one) for one in archive.namelist()}
    else:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            found = {one.name: archive.extractfile(one).read() for one in archive}
    folders = {one.split("/")[0] for one in found}
    assert folders == {name.removesuffix(".zip").removesuffix(".tar")}
    return {one.partition("/")[2]: text for one, text in found.items()}


def _linux(folder: Path) -> dict[str, bytes]:
    return _unpacked(*linux.bundle(_set(folder, "linux"), Target("linux", PYTHON), browser=None))


def _windows(folder: Path) -> dict[str, bytes]:
    python = windows.embedded(made_up.embeddable(folder))
    return _unpacked(*windows.bundle(_set(folder, "windows"), python, browser=None))


@pytest.mark.parametrize("bundle", [_linux, _windows])
def test_every_bundle_tells_what_is_in_it(wheels, bundle) -> None:
    files = bundle(wheels)

    sums = dict(reversed(line.split("  ")) for line in files.pop("SHA256SUMS").decode().splitlines())
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert files["licences/needed-1.0/LICENSE"] == b"The licence of needed"
    assert {"sample/kozato/topology.yaml", "contrib/README.ja.md", "contrib/windows/segcheck-task.xml"} <= set(files)
    enclosure = files["application.ja.md"].decode()
    for word in ("通信", "用途", "ライセンス", "SBOM", "削除", "サポート", "needed", sums["sbom.cdx.json"]):
        assert word in enclosure
    for name in ("README.ja", "application.ja", "licences.ja"):
        page = files[f"{name}.html"].decode()
        assert files[f"{name}.md"].decode().splitlines()[0].removeprefix("# ") in page
        assert "適合" not in page
        assert "http" not in page.replace("http-equiv", "")  # nothing is fetched, nobody is sent elsewhere


@pytest.mark.parametrize("bundle", [_linux, _windows])
def test_the_bill_of_materials_follows_the_official_schema(wheels, bundle) -> None:
    found = json.loads(bundle(wheels)["sbom.cdx.json"])

    folder = resources.files("cyclonedx.schema") / "_res"
    known = {
        name: json.loads((folder / f"{name}.SNAPSHOT.schema.json").read_text("utf-8"))
        for name in ("bom-1.6", "spdx", "jsf-0.82")
    }
    registry = Registry().with_resources(
        (f"http://cyclonedx.org/schema/{name}.SNAPSHOT.schema.json", Resource.from_contents(schema))
        for name, schema in known.items()
    )
    judge = Draft7Validator(known["bom-1.6"], registry=registry)
    assert [error.message for error in judge.iter_errors(found)] == []
    assert list(judge.iter_errors({**found, "components": [{"type": "library"}]}))  # the judge sees faults

    refs = {one["bom-ref"] for one in (found["metadata"]["component"], *found["components"])}
    assert {one["ref"] for one in found["dependencies"]} == refs
    assert {ref for one in found["dependencies"] for ref in one["dependsOn"]} <= refs
    assert ("pkg:pypi/for-windows@1.0" in refs) is (bundle is _windows)
    assert ("pkg:generic/python@3.12.8" in refs) is (bundle is _windows)


def test_the_linux_bundle_installs_by_hash(wheels) -> None:
    files = _linux(wheels)

    names = {name for name in files if name.startswith("wheels/")}
    assert names == {"wheels/segcheck_net-1.0-py3-none-any.whl", "wheels/needed-1.0-py3-none-any.whl"}
    for name in names:
        assert hashlib.sha256(files[name]).hexdigest() in files["requirements.lock"].decode()
    script = files["install.sh"].decode()
    assert "@" not in script.replace("$@", "")
    assert "--no-index" in script
    assert "--require-hashes" in script
    assert "python3.12" in script


def test_the_windows_folder_needs_only_unpacking(wheels) -> None:
    files = _windows(wheels)

    assert files["python/python312._pth"] == b"python312.zip\r\n.\r\n..\\lib\r\n"
    assert files["python/python.exe"] == b"made up python.exe"
    assert files["lib/needed/data/表.yaml"] == b"a: 1"
    assert files["lib/for_windows/part.pyd"] == b"native"
    assert "lib/segcheck_net-1.0.dist-info/METADATA" in files
    assert not [name for name in files if ".data/" in name or name.endswith((".whl", ".sh"))]
    start = files["segcheck.cmd"]
    assert start.isascii()
    assert start.count(b"\n") == start.count(b"\r\n") > 5
    assert start.count(b'"%~dp0python\\python.exe"') == 2  # quoted: the folder may have spaces
    assert start.count(b"exit /b %ERRORLEVEL%") == 2
    assert not [line for line in start.splitlines() if line.endswith(b"(")]  # "site (1)" would end a block
    assert b"pause" not in start.lower()
    assert "未実機確認" in files["README.ja.md"].decode()
    assert "同梱していないライブラリー" not in files["README.ja.md"].decode()
    assert "未確認" in files["application.ja.md"].decode()


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"needed/aux?.txt": b""}, "Windows cannot hold"),
        ({"needed/Data.txt": b"", "needed/data.txt": b""}, "Windows cannot hold"),
        ({f"needed/{'long/' * 30}x": b""}, "Windows cannot hold"),
        ({"../outside": b""}, "leads out of the folder"),
        ({"segcheck_net/__init__.py": b"another"}, "also in another wheel"),
        ({"needed.pth": b"import os"}, "not read by an embedded Python"),
        ({"needed-1.0.data/data/share/x": b""}, "no folder is for it"),
    ],
)
def test_what_windows_would_not_bear_is_refused(tmp_path, files, told) -> None:
    made_up.own(tmp_path, "needed")
    made_up.wheel(tmp_path, "needed", files=files)

    with pytest.raises(Refused, match=told):
        _windows(tmp_path)


def test_libraries_that_are_not_there_are_found(tmp_path) -> None:
    assert libraries.imports(made_up.native("KERNEL32.dll", "A.dll", delayed="b.dll")) == (
        "kernel32.dll",
        "a.dll",
        "b.dll",
    )
    assert libraries.imports(b"MZ, and nothing else") == libraries.imports(b"\x7fELF") == ()
    made_up.own(tmp_path, "numba", "needed")
    part = made_up.native("kernel32.dll", "api-ms-win-crt-heap-l1-1-0.dll", "vcruntime140.dll", "beside.dll")
    made_up.wheel(tmp_path, "needed", files={"needed/part.pyd": part, "needed.libs/beside.dll": b""})
    made_up.wheel(tmp_path, "numba", files={"numba/part.pyd": made_up.native("msvcp140.dll", delayed="tbb12.dll")})

    start = _windows(tmp_path)["README.ja.md"].decode()
    assert "同梱していないライブラリー: `msvcp140.dll`、`tbb12.dll`。" in start

    made_up.wheel(tmp_path, "needed", files={"needed/part.pyd": part})
    with pytest.raises(Refused, match=r"beside\.dll \(wanted by lib/needed/part\.pyd\)"):
        _windows(tmp_path)


@pytest.mark.parametrize(
    ("name", "without", "told"),
    [
        ("python-3.12.8-embed-win32.zip", "", "not named"),
        ("python-3.13.1-embed-amd64.zip", "", "lacks python313"),
        ("python-3.12.8-embed-amd64.zip", "python.exe", "lacks python.exe"),
    ],
)
def test_what_is_no_embeddable_python_is_refused(tmp_path, name, without, told) -> None:
    with pytest.raises(Refused, match=told):
        windows.embedded(made_up.embeddable(tmp_path, name, without=without))


def test_the_command_makes_the_same_archive_again(wheels, tmp_path, capsys) -> None:
    made_up.embeddable(tmp_path)
    lines = [
        ["linux", "--python", "3.12", "--python", "3.13"],
        ["windows", "--embed", str(tmp_path / "python-3.12.8-embed-amd64.zip")],
    ]

    for out in ("one", "two"):
        for line in lines:
            assert make_bundle.main([*line, "--wheels", str(wheels), "--no-pdf", "--out", str(tmp_path / out)]) == 0

    made = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert made == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}
    assert sorted(made) == sorted(
        f"segcheck-1.0-{name}{end}"
        for name in ("linux-x86_64-py312.tar", "linux-x86_64-py313.tar", "windows-amd64-py312.zip")
        for end in ("", ".sha256")
    )
    name = "segcheck-1.0-linux-x86_64-py312.tar"
    assert made[f"{name}.sha256"].decode() == f"{hashlib.sha256(made[name]).hexdigest()}  {name}\n"
    assert "no PDF" in capsys.readouterr().out


def test_the_command_says_what_is_missing(tmp_path, capsys) -> None:
    made_up.own(tmp_path, "needed>=1", "other; sys_platform == 'win32'")

    code = make_bundle.main(
        ["linux", "--python", "3.12", "--wheels", str(tmp_path), "--no-pdf", "--out", str(tmp_path / "o")]
    )

    assert code == 2
    assert "for CPython 3.12 on linux are missing: needed>=1." in capsys.readouterr().err
    assert list((tmp_path / "o").iterdir()) == []


def _alone(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a network namespace that has no interface which is up, and nothing of this environment."""
    names = ("PATH", "LANG")
    environment = {name: os.environ[name] for name in names if name in os.environ} | {
        "HOME": str(cwd),
        "LANG": "C.UTF-8",
    }
    with Namespace():
        return subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, check=False)


def test_a_real_bundle_installs_and_judges_where_there_is_no_network(tmp_path) -> None:
    in_ci = os.environ.get("CI", "").lower() == "true"
    if os.geteuid() != 0 or sys.platform != "linux":
        (pytest.fail if in_ci else pytest.skip)("not root on Linux: no network namespace")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    program = [sys.executable, str(ROOT / "tools" / "make_bundle.py"), "linux", "--python", version]
    made = subprocess.run([*program, "--no-pdf", "--out", str(tmp_path)], capture_output=True, check=False)
    if made.returncode and not in_ci:
        pytest.skip("no network for pip: " + made.stderr.decode()[-300:])
    assert made.returncode == 0, made.stderr.decode()
    (archive,) = tmp_path.glob("*.tar")
    subprocess.run(["tar", "-xf", str(archive), "-C", str(tmp_path)], check=True)
    archive.unlink()
    folder = tmp_path / archive.name.removesuffix(".tar")

    assert _alone(
        sys.executable, "-c", "import socket; socket.create_connection(('192.0.2.1', 9))", cwd=tmp_path
    ).returncode
    installed = _alone(folder / "install.sh", tmp_path / "opt", "--no-compile", cwd=tmp_path)
    assert installed.returncode == 0, installed.stderr.decode()

    # The quick start, line by line, but for doctor and the large sample, which are tested elsewhere.
    start = (folder / "README.ja.md").read_text(encoding="utf-8")
    lines = re.findall(r"^/opt/segcheck/bin/segcheck (.*)$", start, flags=re.MULTILINE)
    for line in lines:
        if "doctor" in line or "reiji" in line:
            continue
        done = _alone(tmp_path / "opt" / "bin" / "segcheck", *line.split(), cwd=folder)
        assert done.returncode == 0, (line, done.stderr.decode())
        if " check " in line:
            assert "越境なし（証明）" in done.stdout.decode()
    assert [line.split()[2] for line in lines] == ["doctor", "check", "check", "init", "validate"]
    (folder / "sample" / "kozato" / "policy.yaml").write_bytes(b"changed on the way")
    refused = _alone(folder / "install.sh", tmp_path / "second", cwd=tmp_path)
    assert refused.returncode == 2
    assert not (tmp_path / "second").exists()
    shutil.rmtree(tmp_path / "opt")
