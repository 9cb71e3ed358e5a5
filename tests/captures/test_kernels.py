"""The fast engine against the interpreted one: the same answer to every byte string, and no byte read that is not there.

The first group is run three times: compiled, compiled with every index checked, and uncompiled.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks import traffic
from segcheck.captures import conversations, reading
from segcheck.captures.conversations import Interpreted
from segcheck.captures.damage import Damages
from segcheck.captures.engine import Engine, Taken
from segcheck.captures.spill import MOST_FLOWS, Spill
from segcheck.captures.walking import NotACapture
from segcheck.errors import BadArguments
from segcheck.model.flow import FLOW
from segcheck.model.neighbour import Neighbours
from tests.captures.damaged import LINKS, Maker, captures, makers

config = pytest.importorskip("numba.core.config", reason="numba is not installed")
compiled = pytest.importorskip("segcheck.captures.compiled")
kernel_engine = pytest.importorskip("segcheck.captures.kernel_engine")
ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = int(os.environ.get("SEGCHECK_KERNEL_EXAMPLES", "250"))
THOROUGH = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))


def told(
    make: Callable[[Spill], Engine], files: Sequence[bytes], chunk: int = 1 << 20, most: int = MOST_FLOWS
) -> tuple[list[tuple[Taken, Any]] | str, bytes, Neighbours]:
    """Return the whole answer of an engine that is given files in windows of at most `chunk` bytes."""
    engine, answers = make(Spill(most)), []
    for place, file in enumerate(files):
        damages, given = Damages(), 0

        def read(size: int, file: bytes = file) -> bytes:
            nonlocal given
            piece = file[given : given + min(size, chunk)]
            given += len(piece)
            return piece

        try:
            answers.append((engine.take(read, damages, place), damages.told))
        except NotACapture as error:
            return error.kind, b"", Neighbours()
    return answers, engine.conversations().tobytes(), engine.neighbours()


class TestOnEveryByteString:
    @THOROUGH
    @given(captures(), st.integers(1, 300))
    def test_both_engines_agree_wherever_a_window_ends(self, file: bytes, chunk: int) -> None:
        expected = told(Interpreted, [file])

        assert told(kernel_engine.Compiled, [file]) == expected
        assert told(kernel_engine.Compiled, [file], chunk=chunk) == expected

    @THOROUGH
    @given(st.lists(captures(), max_size=3), st.integers(1, 4))
    def test_both_engines_agree_over_files_and_through_the_spill(self, files: list[bytes], most: int) -> None:
        expected = told(Interpreted, files)

        assert told(kernel_engine.Compiled, files) == expected
        assert told(kernel_engine.Compiled, files, most=most) == expected

    @THOROUGH
    @given(makers, st.integers(0, 2), st.integers(1, 5))
    def test_both_engines_agree_at_their_bounds(self, maker: Maker, datagrams: int, batch: int) -> None:
        file = maker.section() + maker.section()
        with patch.object(conversations, "MOST_DATAGRAMS", datagrams):
            expected = told(Interpreted, [file])
        with patch.object(kernel_engine, "MOST_DATAGRAMS", datagrams), patch.object(kernel_engine, "_BATCH", batch):
            found = told(kernel_engine.Compiled, [file])

        assert found == expected

    @THOROUGH
    @given(makers, st.sampled_from(LINKS), st.binary(min_size=200, max_size=200))
    def test_what_lies_behind_a_frame_is_never_looked_at(self, maker: Maker, link: int, behind: bytes) -> None:
        for _ in range(20):
            data, original = maker.frame(link)

            assert decoded(data + behind, len(data), original, link) == decoded(
                data + bytes(200), len(data), original, link
            )


def decoded(window: bytes, captured: int, original: int, link: int) -> tuple[bytes, bytes, bytes]:
    """Return what the kernels make of one frame at the beginning of a window."""
    from segcheck.captures import kernel_table, kernels
    from segcheck.captures.packet import PACKET, ROW, ROW_WANTED

    packets = np.zeros(1, PACKET)
    packets[0]["captured"], packets[0]["original"], packets[0]["link"], packets[0]["number"] = (
        captured,
        original,
        link,
        1,
    )
    totals, rows, index = np.zeros(8, np.int64), np.zeros(1, ROW), np.zeros(2, np.uint64)
    data = np.frombuffer(window, np.uint8)
    kernels.decode(data, packets, 1, totals)
    result = packets.tobytes()
    packets[0]["wants"] = ROW_WANTED if packets[0]["wants"] else 0
    kernel_table.aggregate(data, packets, 0, 1, rows, 0, index, np.uint64(1))
    return result, totals.tobytes(), rows.tobytes()


@pytest.mark.parametrize(
    "how",
    [
        {"NUMBA_BOUNDSCHECK": "1", "SEGCHECK_KERNEL_EXAMPLES": "150"},
        {"NUMBA_DISABLE_JIT": "1", "SEGCHECK_KERNEL_EXAMPLES": "60"},
    ],
    ids=["checked", "uncompiled"],
)
def test_the_same_holds_with_every_index_checked_and_uncompiled(how: dict[str, str], tmp_path: Path) -> None:
    # a folder of its own: numba does not know checked machine code from unchecked
    environment = {**os.environ, **how, "NUMBA_CACHE_DIR": str(tmp_path)}
    options = ("-q", "-p", "no:cacheprovider", "-W", "ignore::RuntimeWarning", "-k", TestOnEveryByteString.__name__)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", __file__, *options],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_both_engines_agree_on_the_traffic_of_the_benchmark(tmp_path: Path) -> None:
    path = tmp_path / "town.pcap"
    with path.open("wb") as out:
        traffic.write(out, packets=30_000, flows=9_000)  # the table grows twice
    expected = reading.read([(str(path), "")], engine="interpreted")

    for most in (MOST_FLOWS, 5_000):
        found = reading.read([(str(path), "")], engine="kernel", max_flows=most)
        assert found.files == expected.files
        assert found.flows[""].tobytes() == expected.flows[""].tobytes()
        assert found.neighbours == expected.neighbours
    assert expected.frames.decoded == expected.frames.read > 25_000


def test_the_view_of_a_row_in_pairs_is_the_row() -> None:
    from segcheck.captures.packet import ROW

    row = np.zeros(1, FLOW)
    row["head_ba"], row["open_ba"], row["flags_ab"], row["vlan_inner"] = 7, 8, 9, 10
    pairs = row.view(ROW)[0]

    assert pairs["head"].tolist() == [[0] * 64, [7] * 64]
    assert pairs["open"].tolist() == [0, 8]
    assert pairs["flags"].tolist() == [9, 0]
    assert pairs["vlan_inner"] == 10


def test_counters_stop_instead_of_running_over() -> None:
    from segcheck.captures import kernel_table
    from segcheck.captures.packet import ROW

    full = np.zeros(1, FLOW)
    full["packets_ab"], full["payload_ba"], full["bytes_ab"] = 0xFFFF_FFFF, 0xFFFF_FFFE, 5
    rows, index, seed = np.zeros(2, ROW), np.zeros(4, np.uint64), np.uint64(3)
    for used in (0, 1):
        kernel_table.merge(full.view(ROW), 0, rows, used, index, seed)

    assert rows["packets"].tolist() == [[0xFFFF_FFFF, 0], [0, 0]]
    assert rows["payload"].tolist() == [[0, 0xFFFF_FFFF], [0, 0]]
    assert rows["bytes"].tolist() == [[10, 0], [0, 0]]


@pytest.mark.parametrize(
    ("extensions", "length", "outcome"),
    [(0, 8, "decoded"), (0, 7, "malformed"), (16, 8, "decoded"), (17, 8, "malformed")],
)
def test_both_engines_stop_at_the_same_bound(extensions: int, length: int, outcome: str) -> None:
    udp = struct.pack(">HHHH", 53, 53, length, 0)
    chain = b"".join(bytes((60 if left else 17, 0, 1, 4, 0, 0, 0, 0)) for left in reversed(range(extensions)))
    packet = struct.pack(">IHBB", 6 << 28, len(chain) + 8, 60 if extensions else 17, 64) + bytes(32) + chain + udp
    file = struct.pack("<IIIIII", 0xA1B2C3D4, 0x40002, 0, 0, 0, 229) + struct.pack(
        "<IIII", 1, 2, len(packet), len(packet)
    )
    answers, _, _ = expected = told(Interpreted, [file + packet])

    assert told(kernel_engine.Compiled, [file + packet]) == expected
    assert not isinstance(answers, str)
    assert getattr(answers[0][0].frames, outcome) == 1


class TestChoice:
    def test_small_captures_are_interpreted_and_large_ones_compiled(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "town.pcap"
        with path.open("wb") as out:
            traffic.write(out, packets=100, flows=10)

        assert reading.read([(str(path), "")]).engine == "interpreted"
        monkeypatch.setattr(reading, "SMALL", path.stat().st_size)
        assert reading.read([(str(path), "")]).engine == "kernel"

    def test_standard_input_is_compiled_since_nobody_knows_its_size(self, tmp_path: Path) -> None:
        with (tmp_path / "town.pcap").open("w+b") as file:
            traffic.write(file, packets=100, flows=10)
            file.seek(0)
            done = _flows(["-"], standard_input=file)

        assert done["run"]["options"]["engine"] == "kernel"
        assert done["frames"]["decoded"] == done["frames"]["read"] > 50

    def test_without_numba_the_same_is_read_and_only_the_run_block_says_so(self, tmp_path: Path) -> None:
        path = tmp_path / "town.pcap"
        with path.open("wb") as out:
            traffic.write(out, packets=500, flows=50)
        hidden = "import sys; sys.modules['numba'] = None; from segcheck.captures import reading; reading.SMALL = 0; "
        without, with_numba = (
            _flows([str(path)], hidden),
            _flows([str(path)], hidden.replace("sys.modules['numba'] = None; ", "")),
        )

        assert without["run"]["options"]["engine"] == "interpreted"
        assert with_numba["run"]["options"]["engine"] == "kernel"
        assert without | {"run": None} == with_numba | {"run": None}

    def test_to_insist_on_compiled_code_without_numba_is_an_error_that_says_what_to_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "_KERNEL_ENGINE", "no_such_module")

        with pytest.raises(BadArguments, match=r"numba is not installed.*auto") as caught:
            reading.read([("-", "")], engine="kernel")
        assert "numba がありません" in caught.value.text("ja")


class TestMachineCodeIsKept:
    @pytest.fixture(autouse=True)
    def unset(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(config, "CACHE_DIR", "")
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def test_in_a_folder_of_the_user_that_is_named_after_the_kernels(self, tmp_path: Path) -> None:
        assert compiled._prepare()
        (folder,) = (tmp_path / "segcheck").iterdir()
        assert folder.name.startswith("kernels-")
        assert str(folder) == config.CACHE_DIR
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_not_where_somebody_else_could_write_what_is_executed_later(self, tmp_path: Path) -> None:
        assert compiled._prepare()
        (folder,) = (tmp_path / "segcheck").iterdir()
        config.CACHE_DIR = ""
        folder.chmod(0o777)

        assert not compiled._prepare()
        assert config.CACHE_DIR == ""

    def test_nowhere_if_there_is_no_such_place(self, tmp_path: Path) -> None:
        (tmp_path / "segcheck").write_text("")

        assert not compiled._prepare()
        assert config.CACHE_DIR == ""

    def test_where_the_user_wants_it(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setattr(config, "CACHE_DIR", "/elsewhere")

        assert compiled._prepare()
        assert config.CACHE_DIR == "/elsewhere"
        assert list(tmp_path.iterdir()) == []


def _flows(arguments: list[str], before: str = "", standard_input: IO[bytes] | None = None) -> dict[str, Any]:
    """Return what `segcheck flows` says in a process of its own."""
    code = f"{before}from segcheck.cli.main import run; run()"
    command = [sys.executable, "-c", code, "flows", *arguments, "--format", "json"]
    done = subprocess.run(command, cwd=ROOT, stdin=standard_input, capture_output=True, check=True)
    assert done.stderr == b""
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
