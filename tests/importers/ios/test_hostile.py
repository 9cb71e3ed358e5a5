"""Files that are made to be large once they are read."""

from __future__ import annotations

from itertools import islice

from segcheck.model.diagnostic import LineUse
from segcheck.model.match import Condition, leaves
from tests.importers.ios.configs import device, read

ZONES = (
    "zone security A\nzone security B\nzone-pair security AB source A destination B\n service-policy type inspect P\n"
    "interface GigabitEthernet0/0\n zone-member security A\ninterface GigabitEthernet0/1\n zone-member security B\n"
)


def test_classes_of_classes_are_cut_off():
    chain = "".join(
        f"class-map type inspect match-any C{n}\n match class-map C{n + 1}\n match class-map C{n + 1}\n"
        for n in range(40)
    )
    made = device(f"{chain}policy-map type inspect P\n class type inspect C0\n  inspect\n{ZONES}")
    first = made.lists["ios/zone-pair AB"].rules[0]

    assert sum(1 for _ in islice(leaves(first.match), 2_000_000)) < 2_000_000
    assert any(isinstance(leaf, Condition) for leaf in leaves(first.match))


def test_a_class_that_contains_itself_is_unknown():
    made = device(
        "class-map type inspect match-any C\n match class-map C\n"
        f"policy-map type inspect P\n class type inspect C\n  inspect\n{ZONES}"
    )

    assert made.lists["ios/zone-pair AB"].rules[0].because == ("condition-not-modelled",)


def test_many_scattered_wildcards_are_told_up_to_a_limit():
    body = "".join(f" permit ip 10.{n}.{n * 7 % 256}.0 85.85.85.84 any\n" for n in range(200))
    rules = device(f"ip access-list extended A\n{body}").lists["A"].rules

    assert rules[0].because == ()
    assert rules[-1].because == ("value-not-understood",)


def test_groups_of_groups_are_looked_into_up_to_a_limit():
    groups = "".join(f"object-group network G{n}\n group-object G{n + 1}\n host 10.0.0.1\n" for n in range(1200))
    entries = "".join(f" permit ip object-group G{n} any\n" for n in range(1200))
    rules = (
        device(f"{groups}object-group network G1200\n host 10.0.0.2\nip access-list extended A\n{entries}")
        .lists["A"]
        .rules
    )

    assert rules[0].because == ()
    assert rules[-1].because == ("undefined-name",)


def test_remarks_on_the_file_are_limited():
    reading = read("version 15.9\n" + "".join(f"junk{n}\n" for n in range(11_000)) + "end\n")

    assert len(reading.diagnostics) == 10_001
    assert reading.inputs[0].lines.counts()[LineUse.UNRECOGNISED] == 11_000
