import re

import pytest

from segcheck.errors import BadArguments, BadInput
from segcheck.loaders import packet_table
from segcheck.model.match import State
from segcheck.model.source import SourceText
from segcheck.sets import addresses


def load(text, minute=None):
    return packet_table.load(SourceText("p.tsv", text, "utf-8", "0" * 64), minute)


def probe(**cells):
    names = {name.rstrip("_"): value for name, value in cells.items()}
    return load("\t".join(names) + "\n" + "\t".join(names.values()) + "\n").rows[0].probe


def refused(text):
    with pytest.raises(BadInput) as caught:
        load(text)
    assert caught.value.en.endswith("Nothing was judged.")
    assert caught.value.ja.endswith("判定は行っていません。")
    return caught.value.en


def test_a_row_becomes_a_probe():
    one = probe(src="10.0.0.1", dst="192.0.2.1", proto="tcp", sport="1024", dport="443", in_="lan", out="wan")

    assert one.known == {
        "src": addresses.parse_one("10.0.0.1"),
        "dst": addresses.parse_one("192.0.2.1"),
        "proto": 6,
        "sport": 1024,
        "dport": 443,
        "tcp_flags": 2,
        "fragment": 0,
    }
    assert (one.ingress, one.egress, one.minute, one.state) == ("lan", "wan", None, State.NONE)


def test_tcp_without_flags_is_a_syn():
    assert probe(proto="tcp").known["tcp_flags"] == 2


@pytest.mark.parametrize(("proto", "kind"), [("icmp", 8), ("icmpv6", 128), ("icmp6", 128), ("1", 8), ("58", 128)])
def test_icmp_without_type_is_an_echo_request(proto, kind):
    known = probe(proto=proto).known

    assert (known["icmp_type"], known["icmp_code"]) == (kind, 0)


def test_an_icmp_type_alone_leaves_the_code_open():
    assert "icmp_code" not in probe(proto="icmp", icmp_type="3").known


def test_udp_gets_no_flags_and_an_absent_protocol_stays_open():
    assert "tcp_flags" not in probe(proto="udp", dport="53").known
    assert probe(src="10.0.0.1", dport="53").known.keys() == {"src", "dport", "fragment"}


@pytest.mark.parametrize("empty", ["", "-", "any", "ANY"])
def test_an_empty_cell_is_open(empty):
    assert "dst" not in probe(src="10.0.0.1", dst=empty, proto="udp").known


@pytest.mark.parametrize(
    ("written", "flags"),
    [
        ("S", 2),
        ("SA", 18),
        ("AS", 18),
        ("FPU", 41),
        ("none", 0),
        ("syn,ack", 18),
        ("FIN, PSH", 9),
        ("18", 18),
        ("0x12", 18),
    ],
)
def test_flags_may_be_letters_names_or_a_number(written, flags):
    assert probe(proto="tcp", tcp_flags=written).known["tcp_flags"] == flags


def test_a_lone_dot_is_refused_because_tools_disagree_about_it():
    assert "'.' means ACK to some tools and no flag to others" in refused("proto\ttcp_flags\ntcp\t.\n")


@pytest.mark.parametrize(
    ("written", "state"),
    [("new", State.NONE), ("ESTABLISHED", State.ESTABLISHED), ("related", State.RELATED), ("invalid", State.INVALID)],
)
def test_states(written, state):
    assert probe(src="10.0.0.1", state=written).state is state


def test_a_later_fragment_carries_no_ports_and_gets_no_flags():
    assert probe(proto="tcp", fragment="1").known == {"proto": 6, "fragment": 1}
    assert "a later fragment carries no dport" in refused("proto\tdport\tfragment\ntcp\t80\t1\n")


def test_a_time_is_a_wall_clock_minute():
    row = probe(src="10.0.0.1", time="1970-01-02T00:05")

    assert row.minute == 1445


def test_rows_without_a_time_take_the_one_given():
    table = load("src\ttime\n10.0.0.1\t\n10.0.0.1\t1970-01-01T00:01\n", minute=7)

    assert [row.probe.minute for row in table.rows] == [7, 1]


def test_blank_and_comment_lines_are_counted():
    table = load("# made by hand\n\nsrc\n10.0.0.1\n\n# end\n")

    assert (len(table.rows), table.passed_over, table.rows[0].line) == (1, 4, 4)


def test_trailing_empty_cells_may_be_missing():
    assert load("src\tdst\n10.0.0.1\n").rows[0].cells == ("10.0.0.1", "")


def test_an_unknown_column_is_refused_with_the_nearest():
    assert "p.tsv:1:5: unknown column 'dts'\n1 | src dts\n  |     ^\n  = did you mean 'dst'?" in refused(
        "src\tdts\nx\ty\n"
    )


def test_columns_separated_by_something_else_are_recognised():
    assert "columns are separated by tabs" in refused("src,dst\n10.0.0.1,10.0.0.2\n")


def test_all_wrong_values_are_told_at_once():
    found = refused("src\tproto\tdport\n10.0.0.300\ttcp\t443\n10.0.0.1\ttcpp\t99999\n")

    assert [line.split(": ")[0] for line in found.splitlines() if line.startswith("p.tsv:")] == [
        "p.tsv:2:1",
        "p.tsv:3:10",
        "p.tsv:3:15",
    ]
    assert "did you mean 'tcp'?" in found


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("src\tsrc\n1\t2\n", "column 'src' appears twice"),
        ("src\n", "no packets below the header row"),
        ("# nothing\n", "no header row"),
        ("src\n10.0.0.1\t10.0.0.2\n", "2 cells below 1 columns"),
        ("src\n10.0.0.0/8\n", "is no single address"),
        ("src\tdst\n10.0.0.1\t2001:db8::1\n", "different IP versions"),
        ("src\tproto\n2001:db8::1\ticmp\n", "icmp is a protocol of IPv4"),
        ("src\tproto\n10.0.0.1\ticmpv6\n", "icmpv6 is a protocol of IPv6"),
        ("proto\tdport\nicmp\t80\n", "dport does not go with protocol icmp"),
        ("proto\ttcp_flags\nudp\tS\n", "tcp_flags does not go with protocol udp"),
        ("icmp_type\n8\n", "icmp_type does not go with protocol any"),
        ("proto\n256\n", "no number from 0 to 255"),
        ("sport\n-1\n", "no number from 0 to 65535"),
        ("sport\n１\n", "no number from 0 to 65535"),
        ("state\nold\n", "no connection state"),
        ("fragment\nmaybe\n", "no fragment"),
        ("proto\ttcp_flags\ntcp\tXYZ\n", "no TCP flags"),
        ("time\n2026-11-10\n", "no time of the device's clock"),
        ("time\n2026-11-10T08:30+09:00\n", "no time of the device's clock"),
        ("time\n2026-13-10T08:30\n", "no time of the device's clock"),
    ],
)
def test_what_no_packet_can_be_is_refused(text, message):
    assert message in refused(text)


def test_more_problems_than_people_read_are_counted():
    assert "and 50 more problems" in refused("src\n" + "x\n" * 100)


def test_the_time_option_is_refused_by_its_name():
    with pytest.raises(BadArguments, match="--time yesterday"):
        packet_table.parse_time_option("yesterday")


def test_options_are_completed_like_a_row():
    known = packet_table.parse_options({"src": "10.0.0.5", "dst": "10.0.0.6", "proto": "tcp", "dport": "443"})

    assert (known["tcp_flags"], known["fragment"], known["dport"]) == (2, 0, 443)
    assert "sport" not in known


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"proto": "tpc"}, "--proto: 'tpc' is no protocol; nothing was judged. did you mean 'tcp'?"),
        ({"proto": "icmp", "icmp_type": "300"}, "--icmp-type: '300' is no number from 0 to 255"),
        ({"proto": "udp", "tcp_flags": "S"}, "tcp_flags does not go with protocol udp"),
    ],
)
def test_option_that_cannot_be_is_refused_by_its_name(given, message):
    with pytest.raises(BadArguments, match=re.escape(message)):
        packet_table.parse_options(given)
