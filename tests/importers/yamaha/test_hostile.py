"""Files that are made to be large once they are read."""

from __future__ import annotations

from segcheck.importers import yamaha
from segcheck.importers.yamaha import _device
from segcheck.model.diagnostic import Code, LineUse
from segcheck.model.rules import Unsure
from tests.importers.yamaha.configs import device, read, source, whole


def test_a_set_that_many_interfaces_bind_is_cut_off(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(_device, "_MOST", 500)
    tunnels = "".join(f"ip tunnel{n} secure filter name s\n" for n in range(40))
    (made,) = yamaha.read([source(whole(f"{tunnels}ip filter set s in {' '.join('7' * 30)}\n"))]).devices

    assert sum(len(rules.rules) for rules in made.lists.values()) < 600
    assert isinstance(made.lists["tunnel39 in"].default, Unsure)
    assert [taint.scope.value for taint in made.taints] == ["device"]


def test_sessions_of_many_filters_are_cut_off() -> None:
    many = " ".join(["1"] * 300)
    bound = "".join(f"ip tunnel{n} secure filter out 1 dynamic {' '.join('3' * 50)}\n" for n in range(4))
    made = device(f"{bound}ip filter 1 pass * * tcp * 80\nip filter dynamic 3 * * filter {many}\n")

    assert made.lists["tunnel0 out"].rules[0].because == ()
    assert Code.LIMIT_REACHED.value in made.lists["tunnel3 out"].rules[49].because


def test_lists_share_the_rules_of_a_filter() -> None:
    made = device("ip lan1 secure filter in 1\nip lan2 secure filter in 1\nip filter 1 pass * * tcp * 80\n")

    assert made.lists["lan1 in"].rules[0] is made.lists["lan2 in"].rules[0]


def test_remarks_on_the_file_are_limited() -> None:
    reading = read(whole("".join(f"junk{n}\n" for n in range(11_000))))

    assert len(reading.diagnostics) == 10_001
    assert reading.inputs[0].lines.counts()[LineUse.UNRECOGNISED] == 11_000
