"""Input that is broken or meant to hurt ends in a clear message, or in a reading that says what it doubts.

Every command line runs in a process of its own with 1.5 GiB of address space, and a generous time as a guard against
hanging: a child that is killed by either fails its test.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MEMORY = 3 << 29
GUARD_SECONDS = 300
HEADER = "#config-version=FGVMK6-7.4.3-FW-build2573-240201:opmode=0:vdom=0:user=admin\n"
INTERFACES = """config system interface
    edit "port1"
        set vdom "root"
        set ip 10.0.1.1 255.255.255.0
    next
    edit "port2"
        set vdom "root"
        set ip 10.0.2.1 255.255.255.0
    next
end
"""
OBJECTS = """config firewall address
    edit "all"
    next
    edit "{name}"
        set subnet 10.0.2.9 255.255.255.255
    next
end
config firewall service custom
    edit "ALL"
        set protocol IP
    next
end
config firewall schedule recurring
    edit "always"
        set day sunday monday tuesday wednesday thursday friday saturday
    next
end
"""
POLICY = """config firewall policy
    edit 1
        set srcintf "port1"
        set dstintf "port2"
        set action {action}
        set srcaddr "all"
        set dstaddr "{name}"
        set schedule "always"
        set service "{service}"
    next
end
config router multicast
end
"""
RULES = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n"
PACKET = "in\tsrc\tdst\tproto\tsport\tdport\nport1\t10.0.1.9\t10.0.2.9\ttcp\t40000\t80\n"
PACKET_OF_A_LIST = "src\tdst\tproto\tsport\tdport\n10.0.1.9\t10.0.2.9\ttcp\t40000\t80\n"


def fortigate(name: str = "srv", *, between: str = "", service: str = "ALL", action: str = "accept") -> str:
    return (
        HEADER + INTERFACES + OBJECTS.format(name=name) + between
        + POLICY.format(name=name, service=service, action=action)
    )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    def json(self) -> dict[str, object]:
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def call(*arguments: str | Path, stdin: object = subprocess.DEVNULL) -> Outcome:
    done = subprocess.run(
        [sys.executable, "-m", "segcheck", *map(str, arguments)],
        stdin=stdin,  # type: ignore[call-overload]
        capture_output=True,
        timeout=GUARD_SECONDS,
        check=False,
        preexec_fn=_bounded,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LANG": "en_US.UTF-8", "PYTHONHASHSEED": "0"},
    )
    outcome = Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8", "replace"))
    assert "Traceback" not in outcome.err + outcome.out
    assert "internal error" not in outcome.err, outcome.err
    assert outcome.code in (0, 2, 3), (outcome.code, outcome.err[-2000:])
    return outcome


def refused(path: Path | str, *words: str) -> None:
    """Assert that `inspect` and `match` refuse the export: exit code 2, its name, the consequence, nothing on stdout."""
    for arguments in (("inspect", path), ("match", path, "--packets", ROOT / "topologies/reiji/packets/fw-core.tsv")):
        outcome = call(*arguments)
        assert outcome.code == 2, outcome.err
        assert outcome.out == ""
        assert Path(path).name in outcome.err
        assert "nothing was judged" in outcome.err.lower()
        for word in words:
            assert word in outcome.err


def inspected(path: Path) -> dict[str, object]:
    """Return what `inspect` says of the export."""
    outcome = call("inspect", path, "--format", "json")
    assert outcome.code in (0, 3), outcome.err
    return outcome.json()


def doubted(path: Path) -> dict[str, object]:
    """Assert that the export is read and not trusted, and return what `inspect` says."""
    outcome = call("inspect", path, "--format", "json")
    assert outcome.code == 3, outcome.err
    return outcome.json()


def verdicts(path: Path, *options: str, packets: str = PACKET) -> list[str]:
    """Return what `match` says of the packets."""
    table = path.parent / "asked.tsv"
    table.write_text(packets, encoding="utf-8")
    outcome = call("match", path, "--packets", table, "--format", "tsv", *options)
    assert outcome.code in (0, 3), outcome.err
    names, *rows = (line.split("\t") for line in outcome.out.splitlines() if not line.startswith("#"))
    return [row[names.index("verdict")] for row in rows]


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def repeated(path: Path, before: str, line: str, times: int, after: str = "") -> Path:
    """Write a large file without holding it in memory."""
    with path.open("w", encoding="utf-8") as file:
        file.write(before)
        for _ in range(times // 1000):
            file.write(line * 1000)
        file.write(after)
    return path


# ---- what cannot be an export at all


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "absent.conf", "no such file")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    refused(tmp_path / "exports", "no files")


def test_a_folder_with_folders_is_refused(tmp_path: Path) -> None:
    (tmp_path / "exports" / "inner").mkdir(parents=True)
    refused(tmp_path / "exports")


@pytest.mark.parametrize(
    "data", [b"", b" \r\n\t\n", b"\xef\xbb\xbf", b"\xff\xfe"], ids=["none", "blank", "bom", "bom16"]
)
def test_an_empty_file_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "empty.conf"
    path.write_bytes(data)
    refused(path)


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 64,
        b"\x7fELF" + b"\x02" * 99,
        b"\x1f\x8b\x08\x00" + b"\x07" * 99,
        fortigate().encode() + b"\0",
        fortigate().encode("utf-16-le"),
        b"\x00" * 9999,
    ],
    ids=["bytes", "elf", "gzip", "nul", "utf-16 without a mark", "zeros"],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "binary.conf"
    path.write_bytes(data)
    refused(path)


@pytest.mark.parametrize("before", ["", HEADER, RULES], ids=["alone", "fortigate", "iptables"])
def test_a_line_of_64_mebibytes_is_refused(tmp_path: Path, before: str) -> None:
    refused(repeated(tmp_path / "line.conf", before, "x" * 1024, 64 << 10, "\n"), "a line of")


def test_a_file_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.conf"
    with path.open("wb") as file:
        file.truncate(300 << 20)  # holes: no disk is used
    refused(path, "larger than")


def test_a_pipe_that_nobody_writes_to_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "no ordinary file")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom", "/dev/null", "/dev/full"])
def test_a_device_is_refused_by_any_name(tmp_path: Path, device: str) -> None:
    (tmp_path / "link.conf").symlink_to(device)
    refused(device, "no ordinary file")
    refused(tmp_path / "link.conf", "no ordinary file")


def test_a_device_in_a_folder_of_exports_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    written(folder / "a.conf", fortigate())
    (folder / "zero").symlink_to("/dev/zero")
    assert call("inspect", folder).code == 2


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    refused(tmp_path / "loop")


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "secret.conf", fortigate())
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything (root)")
    refused(path, "no permission")


def test_an_endless_table_of_packets_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "fw.conf", fortigate())
    with Path("/dev/zero").open("rb") as zero:
        outcome = call("match", path, "--packets", "-", stdin=zero)
    assert (outcome.code, outcome.out) == (2, "")
    assert "nothing was judged" in outcome.err.lower()


@pytest.mark.parametrize(
    "text", ["Dear colleague,\nhere is the export.\n", "{}", "<html></html>\n", "a,b,c\n1,2,3\n", "*\n", "config\n"]
)
def test_another_text_is_refused(tmp_path: Path, text: str) -> None:
    refused(written(tmp_path / "other.txt", text), "format not recognised")


# ---- encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16"])
def test_names_of_japanese_characters_are_read_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    """表 and ソ end in the byte of a backslash in CP932, ー ends in that of an opening bracket."""
    path = written(tmp_path / "fw.conf", fortigate("情報表示ソフトサーバー"), encoding)

    assert call("inspect", path).code == 0
    assert verdicts(path) == ["permit"]


def test_names_in_an_encoding_that_is_not_known_leave_no_false_answer(tmp_path: Path) -> None:
    path = written(tmp_path / "fw.conf", fortigate("Zürich-é", action="deny"), "latin-1")

    inspected(path)
    assert verdicts(path)[0] in ("deny", "undecided")


def test_a_broken_byte_in_a_name_leaves_no_false_answer(tmp_path: Path) -> None:
    path = tmp_path / "fw.conf"
    path.write_bytes(fortigate("庁内端末").encode().replace("庁".encode(), "庁".encode()[:2], 1))

    doubted(path)
    assert verdicts(path)[0] == "undecided"


# ---- what a terminal leaves in a text


def _paged(text: str, pager: str, every: int = 7) -> str:
    return "".join(
        (pager if number % every == every - 1 else "") + line
        for number, line in enumerate(text.splitlines(keepends=True))
    )


@pytest.mark.parametrize(
    "pager", ["--More-- \r         \r", "--More--" + "\b \b" * 8, "--More--\n", "\x1b[7m--More--\x1b[m\x1b[K\r"]
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_terminal_capture_is_read_or_doubted(tmp_path: Path, pager: str, line_end: str) -> None:
    text = fortigate(action="deny").replace("\n", line_end)
    path = written(tmp_path / "capture.txt", _paged(text, pager))
    outcome = call("inspect", path)

    assert outcome.code in (0, 3)
    assert verdicts(path)[0] in (("deny",) if outcome.code == 0 else ("deny", "undecided"))


def test_a_capture_of_iptables_with_a_prompt_is_doubted(tmp_path: Path) -> None:
    text = "root@fw:~# iptables-save\n# Generated by iptables-save v1.8.9\n" + RULES + "COMMIT\nroot@fw:~# exit\n"
    doubted(written(tmp_path / "capture.txt", text))


# ---- deep, long and self-referring


@pytest.mark.parametrize(
    "level", ["config a\n", 'config a\nedit "b"\n', "edit 1\n"], ids=["config", "config and edit", "edit"]
)
def test_300_000_open_levels_are_doubted(tmp_path: Path, level: str) -> None:
    doubted(repeated(tmp_path / "deep.conf", fortigate(), level, 300_000))


def test_300_000_closed_levels_are_read(tmp_path: Path) -> None:
    """They hold no setting, so there is nothing to doubt."""
    path = repeated(tmp_path / "deep.conf", fortigate(), "config a\n", 300_000)
    with path.open("a") as file:
        file.writelines("end\n" * 1000 for _ in range(300))
    inspected(path)


MANY = [
    ("blank lines", "\n"),
    ("comments", "#\n"),
    ("garbage", "a\n"),
    ("ends", "end\n"),
    ("settings", "set a b\n"),
    ("rules", "-A FORWARD -j ACCEPT\n"),
    ("tables", "*filter\n"),
    ("commits", "COMMIT\n"),
    ("chains", ":a - [0:0]\n"),
]


@pytest.mark.parametrize("line", [line for _, line in MANY], ids=[name for name, _ in MANY])
@pytest.mark.parametrize("before", [fortigate(), RULES], ids=["fortigate", "iptables"])
def test_100_000_tiny_lines_are_read_or_doubted(tmp_path: Path, before: str, line: str) -> None:
    inspected(repeated(tmp_path / "many.conf", before, line, 100_000, "COMMIT\n" if before == RULES else ""))


@pytest.mark.long
@pytest.mark.parametrize("line", [line for _, line in MANY], ids=[name for name, _ in MANY])
@pytest.mark.parametrize("before", [fortigate(), RULES], ids=["fortigate", "iptables"])
def test_a_million_tiny_lines_are_read_or_doubted(tmp_path: Path, before: str, line: str) -> None:
    """Or refused, where the account of what is wrong with them would not fit."""
    path = repeated(tmp_path / "many.conf", before, line, 1_000_000, "COMMIT\n" if before == RULES else "")
    call("inspect", path, "--format", "json")


@pytest.mark.parametrize("text", ['set comments "never closed\n', "set comments 'never closed\n", 'set comments "\\\n'])
def test_a_quote_that_is_never_closed_in_a_fortigate_is_doubted(tmp_path: Path, text: str) -> None:
    whole = fortigate(action="deny").replace("    edit 1\n", "    edit 1\n        " + text)
    path = written(tmp_path / "fw.conf", whole)

    doubted(path)
    assert verdicts(path)[0] in ("deny", "undecided")


def test_a_quote_that_is_never_closed_in_every_rule_is_doubted(tmp_path: Path) -> None:
    line = '-A FORWARD -m comment --comment "open -j ACCEPT\n'
    path = repeated(tmp_path / "rules.v4", RULES, line, 20_000, "COMMIT\n")

    doubted(path)
    assert verdicts(path, "--list", "filter/FORWARD", packets=PACKET_OF_A_LIST) == ["undecided"]


CYCLES = {
    "itself": ":a - [0:0]\n-A FORWARD -j a\n-A a -j a\nCOMMIT\n",
    "two": ":a - [0:0]\n:b - [0:0]\n-A FORWARD -j a\n-A a -j b\n-A b -j a\nCOMMIT\n",
    "goto": ":a - [0:0]\n-A FORWARD -g a\n-A a -g a\nCOMMIT\n",
    "hook": "-A FORWARD -j FORWARD\nCOMMIT\n",
    "twice": ":a - [0:0]\n:b - [0:0]\n-A FORWARD -j a\n-A a -j b\n-A a -j b\n-A b -j a\n-A b -j a\nCOMMIT\n",
}


@pytest.mark.parametrize("rules", CYCLES.values(), ids=CYCLES)
def test_chains_that_call_themselves_are_doubted(tmp_path: Path, rules: str) -> None:
    """The kernel refuses to load them: the export is not of one machine as it runs."""
    path = written(tmp_path / "rules.v4", RULES + rules)

    doubted(path)
    assert verdicts(path, "--list", "filter/FORWARD", packets=PACKET_OF_A_LIST) == ["undecided"]


def _nested_chains(count: int, last: str) -> str:
    declared = "".join(f":c{n} - [0:0]\n" for n in range(count))
    called = "".join(f"-A c{n} -j c{n + 1}\n" for n in range(count - 1))
    return RULES + declared + "-A FORWARD -j c0\n" + called + f"-A c{count - 1} {last}\nCOMMIT\n"


def test_10_000_nested_chains_are_read(tmp_path: Path) -> None:
    path = written(tmp_path / "rules.v4", _nested_chains(10_000, "-j ACCEPT"))

    inspected(path)
    assert verdicts(path, "--list", "filter/FORWARD", packets=PACKET_OF_A_LIST)[0] in ("permit", "undecided")


def test_chains_that_call_each_other_along_exponentially_many_ways_are_read(tmp_path: Path) -> None:
    declared = "".join(f":c{n} - [0:0]\n" for n in range(61))
    called = "".join(f"-A c{n} -s 10.0.{n}.0/24 -j c{n + 1}\n-A c{n} -j c{n + 1}\n" for n in range(60))
    path = written(tmp_path / "rules.v4", f"{RULES}{declared}-A FORWARD -j c0\n{called}COMMIT\n")

    inspected(path)
    assert verdicts(path, "--list", "filter/FORWARD", packets=PACKET_OF_A_LIST)[0] in ("deny", "undecided")


def _group(kind: str, name: str, *members: str) -> str:
    return f'config firewall {kind}\n    edit "{name}"\n        set member {" ".join(members)}\n    next\nend\n'


@pytest.mark.parametrize(("name", "said"), [("g", {"undecided"}), ("h", {"permit", "undecided"})])
def test_an_address_group_that_contains_itself_is_doubted(tmp_path: Path, name: str, said: set[str]) -> None:
    """No device holds such a group; what else it contains may count."""
    groups = _group("addrgrp", "g", '"g"') + _group("addrgrp", "h", '"i"', '"srv"') + _group("addrgrp", "i", '"h"')
    path = written(tmp_path / "fw.conf", fortigate(between=groups).replace('dstaddr "srv"', f'dstaddr "{name}"'))

    doubted(path)
    assert set(verdicts(path)) <= said


def test_a_service_group_that_contains_itself_is_doubted(tmp_path: Path) -> None:
    path = written(tmp_path / "fw.conf", fortigate(between=_group("service group", "g", '"g"'), service="g"))

    doubted(path)
    assert verdicts(path) == ["undecided"]


def _deep(kind: str, leaf: str, count: int) -> str:
    edits = "".join(
        f'    edit "g{n}"\n        set member "{f"g{n + 1}" if n + 1 < count else leaf}"\n    next\n'
        for n in range(count)
    )
    return f"config firewall {kind}\n{edits}end\n"


def test_groups_of_groups_10_000_deep_are_read(tmp_path: Path) -> None:
    between = _deep("addrgrp", "srv", 10_000) + _deep("service group", "ALL", 10_000)
    text = fortigate(between=between, service="g0").replace('dstaddr "srv"', 'dstaddr "g0"')

    assert verdicts(written(tmp_path / "fw.conf", text))[0] in ("permit", "undecided")


def test_groups_of_groups_along_exponentially_many_ways_are_read(tmp_path: Path) -> None:
    between = "".join(_group("addrgrp", f"g{n}", f'"g{n + 1}"', f'"g{n + 2}"') for n in range(80))
    between += _group("addrgrp", "g80", '"srv"') + _group("addrgrp", "g81", '"srv"')
    text = fortigate(between=between).replace('dstaddr "srv"', 'dstaddr "g0"')

    assert verdicts(written(tmp_path / "fw.conf", text)) == ["permit"]


# ---- large sets


def _sets(path: Path, count: int) -> Path:
    folder = path / "exports"
    folder.mkdir()
    written(folder / "rules.v4", RULES + "-A FORWARD -m set --match-set big src -j ACCEPT\nCOMMIT\n")
    with (folder / "sets.ipset").open("w") as file:
        file.write(f"create big hash:ip family inet hashsize 1024 maxelem {count}\n")
        for n in range(count):  # every second address: nothing can be joined
            file.write(f"add big 10.{n >> 15 & 255}.{n >> 7 & 255}.{n << 1 & 255}\n")
    return folder


@pytest.mark.parametrize("count", [50_000, pytest.param(1_000_000, marks=pytest.mark.long)])
def test_a_large_set_is_read(tmp_path: Path, count: int) -> None:
    folder = _sets(tmp_path, count)

    packets = "src\tdst\tproto\tsport\tdport\n10.0.1.8\t10.9.9.9\ttcp\t4000\t80\n10.0.1.9\t10.9.9.9\ttcp\t4000\t80\n"
    assert verdicts(folder, "--list", "filter/FORWARD", packets=packets) == ["permit", "deny"]


# ---- lines that make naive patterns slow

SLOW = {
    "blank lines": "\n" * 200_000,
    "spaces": " " * 200_000 + "\n",
    "tabs and spaces": "\t " * 100_000 + "x\n",
    "prompts": "a (\n" * 50_000,
    "open prompt": "a (" + "b " * 100_000 + "\n",
    "backslashes": 'set a "' + "\\" * 200_001 + '"\n',
    "quotes": "set a " + '"' * 200_001 + "\n",
    "escaped quotes": "set a " + '\\"' * 100_000 + "\n",
    "words": "set a" + " b" * 100_000 + "\n",
    "dashes": "-A FORWARD " + "-" * 200_000 + "\n",
    "bangs": "-A FORWARD " + "! " * 100_000 + "-j ACCEPT\n",
    "options": "-A FORWARD " + "-m tcp " * 30_000 + "-j ACCEPT\n",
    "backspaces": "a\b" * 100_000 + "\n",
    "carriage returns": "a\r" * 100_000 + "b\n",
    "more": "--More-- " * 20_000 + "\n",
    "escapes": "\x1b[" * 100_000 + "\n",
    "digits": "set a " + "9" * 200_000 + "\n",
    "port": "-A FORWARD -p tcp -m tcp --dport " + "9" * 200_000 + " -j ACCEPT\n",
    "ports": "-A FORWARD -p tcp -m multiport --dports " + "1," * 50_000 + "1 -j ACCEPT\n",
    "dots": "-A FORWARD -s " + "1." * 100_000 + " -j ACCEPT\n",
    "colons": "-A FORWARD -s " + "1:" * 100_000 + " -j ACCEPT\n",
    "counters": "[" * 100_000 + "0:0] -A FORWARD -j ACCEPT\n",
    "header": "#config-version=" + "-" * 200_000 + "\n",
    "versions": "#config-version=FG-" + "7." * 100_000 + "FW-build\n",
}


@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
@pytest.mark.parametrize("kind", ["alone", "fortigate", "iptables"])
def test_a_line_made_to_be_slow_is_read_doubted_or_refused(tmp_path: Path, kind: str, text: str) -> None:
    whole = {
        "alone": text + "x\n",
        "fortigate": text + fortigate() + text,
        "iptables": RULES + text + "COMMIT\n" + text,
    }
    call("inspect", written(tmp_path / "slow.conf", whole[kind]), "--format", "json")


# ---- device files


def _laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join([*lines, f"interfaces: *a{levels - 1}", ""])


def _device_files() -> Iterator[tuple[str, str]]:
    yield "aliases of aliases", _laughs(30)
    yield "an alias of itself", "interfaces: &a {b: *a}\n"
    yield "a list of itself", "routes: &a [*a]\n"
    yield (
        "merges",
        "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" if n else "a0: &a0 {b: c}\n" for n in range(40)),
    )
    yield "deep lists", "routes: " + "[" * 100_000 + "\n"
    yield "deep closed lists", "routes: " + "[" * 5_000 + "]" * 5_000 + "\n"
    yield "deep mappings", "".join(f"{' ' * n}a:\n" for n in range(1500))
    yield "an object", "interfaces: !!python/object/apply:os.system ['true']\n"
    yield "a number", "7\n"
    yield "several documents", "interfaces: {}\n---\ninterfaces: {}\n"
    yield "a key twice", "interfaces: {}\ninterfaces: {}\n"
    yield "a key that is a list", "? [a, b]\n: c\n"
    yield "a huge number", "routes: [{to: 0.0.0.0/0, via: 10.0.0.1, metric: " + "9" * 100_000 + "}]\n"
    yield "an unclosed quote", 'id: "abc\n'
    yield "a tab", "interfaces:\n\tlan: {}\n"


DEVICE_FILES = dict(_device_files())


@pytest.mark.parametrize("text", DEVICE_FILES.values(), ids=DEVICE_FILES)
def test_a_hostile_device_file_is_refused(tmp_path: Path, text: str) -> None:
    export = written(tmp_path / "rules.v4", RULES + "COMMIT\n")
    table = written(tmp_path / "packets.tsv", PACKET_OF_A_LIST)
    side = written(tmp_path / "device.yaml", text)

    outcome = call("match", export, "--packets", table, "--device-file", side)
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    assert "device.yaml" in outcome.err


# ---- tables of packets

TABLES: dict[str, Callable[[], str]] = {
    "no columns": lambda: "\n\n",
    "unknown column": lambda: "src\tfrobnicate\n10.0.0.1\tx\n",
    "too many cells": lambda: "src\tdst\n10.0.0.1\t10.0.0.2\t10.0.0.3\n",
    "a bad address": lambda: "src\n10.0.0.999\n",
    "a huge port": lambda: f"src\tdport\n10.0.0.1\t{'9' * 100_000}\n",
    "other digits": lambda: "src\tdport\n10.0.0.1\t٨٠\n",
    "a column twice": lambda: "src\tsrc\n10.0.0.1\t10.0.0.2\n",
    "a bad time": lambda: "src\ttime\n10.0.0.1\t9999999-99-99T99:99\n",
    "no tabs": lambda: "src dst proto\n10.0.0.1 10.0.0.2 tcp\n",
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_hostile_table_of_packets_is_refused(tmp_path: Path, table: Callable[[], str]) -> None:
    export = written(tmp_path / "fw.conf", fortigate())
    packets = written(tmp_path / "packets.tsv", table())

    outcome = call("match", export, "--packets", packets)
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    assert "nothing was judged" in outcome.err.lower()
