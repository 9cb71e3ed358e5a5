"""What devices tell apart, as columns and one value at a time."""

from __future__ import annotations

import numpy as np

from segcheck.analysis import network as graphs
from segcheck.analysis.distinctions import Distinctions
from segcheck.app import validating
from segcheck.model.flow import FLOW
from segcheck.sets.addresses import parse_one
from segcheck.sets.intervals import IntervalSet
from tests.checks.sites import WHOLE, Firewall, rule
from tests.replays import DAY, FAR, MAIL, OTHER, PC, flow, town


def told_apart(folder, further=()):
    validated = validating.validate(str(folder))
    return Distinctions.of(graphs.build(validated.site, validated.bindings, DAY), further)


def test_hosts_that_rules_name_are_told_apart_from_their_neighbours(tmp_path):
    finer = told_apart(town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]).written(tmp_path))
    alike = {text: finer.alike(parse_one(text)) for text in (MAIL, PC, "10.1.0.51", "10.1.0.1", OTHER, FAR)}

    assert alike[PC] == alike["10.1.0.51"]
    assert len(set(alike.values())) == 5
    assert finer.alike_port(25) == 25
    assert finer.alike_port(26) == finer.alike_port(1000) != finer.alike_port(24)


def test_columns_say_the_same_as_single_addresses(tmp_path):
    finer = told_apart(town(rules=[rule(1, "lg:lg-mail", "in:in-mail", "SMTP")]).written(tmp_path))
    ends = [MAIL, PC, "10.1.0.51", FAR, "2001:db8::1", "fe80::1"]
    table = np.array(
        [
            flow(end, other, 25)
            for end in ends
            for other in ends
            if (":" in end and ":" in other) or (":" not in end and ":" not in other)
        ],
        FLOW,
    )
    a, b = finer.ends(table)
    numbers = dict(zip(a.tolist(), table["a_lo"].tolist(), strict=True)) | dict(
        zip(b.tolist(), table["b_lo"].tolist(), strict=True)
    )

    assert len(numbers) == len({finer.alike(parse_one(end)) for end in ends})


def test_what_translations_move_onto_a_rules_host_is_told_apart_before_them(tmp_path):
    """A range is translated one to one; a rule behind the translation names one of its receivers."""
    nat = "-A PREROUTING -i lg -d 203.0.113.0/28 -j NETMAP --to 10.2.0.16/28"
    wall = Firewall(iptables=["-i lg -o in -d 10.2.0.25 -p tcp --dport 25 -j ACCEPT"])
    folder = town(firewalls={"fw": wall}, topology=WHOLE).written(tmp_path)
    saved = folder / "exports/fw.v4"
    saved.write_text(
        saved.read_text(encoding="utf-8")
        + "*nat\n:PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:POSTROUTING ACCEPT [0:0]\n"
        + nat
        + "\nCOMMIT\n",
        encoding="utf-8",
    )
    finer = told_apart(folder)
    one, other, third = (finer.alike(parse_one(f"203.0.113.{host}")) for host in (9, 10, 11))

    assert one == parse_one("203.0.113.9")  # becomes 10.2.0.25
    assert one != other == third


def test_more_than_sets_can_tell_apart_leaves_every_address_its_own():
    finer = Distinctions((), (0,), (0,))
    table = np.array([flow(MAIL, OTHER, 25), flow(PC, OTHER, 25), flow(MAIL, FAR, 25, sport=7)], FLOW)
    a, b = finer.ends(table)

    assert finer.alike(parse_one(MAIL)) == parse_one(MAIL)
    assert (len(set(a.tolist())), len(set(b.tolist()))) == (2, 2)
    assert a[0] == a[2] != a[1]


def test_icmp_codes_keep_their_type():
    finer = Distinctions.of(None, [("icmp_code", IntervalSet.of(4))])

    assert finer.code(np.array([0x0303, 0x0304, 0x0305, 0x0800])).tolist() == [0x0300, 0x0304, 0x0305, 0x0800]
