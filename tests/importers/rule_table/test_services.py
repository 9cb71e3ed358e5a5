import pytest
from hypothesis import given
from hypothesis import strategies as st

from segcheck.importers.rule_table.services import NAMES, read_columns, read_services


def shown(services):
    """Return services in short: tcp/443, udp, icmp/8, * for all."""
    return " ".join(sorted(text for one in services for text in (one.written() or (_whole(one),))))


def _whole(one):
    return "*" if one.protocol is None else {6: "tcp", 17: "udp"}[one.protocol]


@pytest.mark.parametrize(
    ("text", "sure", "possible"),
    [
        ("TCP/443", "tcp/443", ""),
        ("443/tcp", "tcp/443", ""),
        ("tcp 80,443", "tcp/443 tcp/80", ""),
        ("ＴＣＰ：８０、４４３", "tcp/443 tcp/80", ""),
        ("TCP443", "tcp/443", ""),
        ("tcp/8000-8010", "tcp/8000-8010", ""),
        ("udp/3478～3481", "udp/3478-3481", ""),
        ("tcp/udp 53", "tcp/53 udp/53", ""),
        ("53/tcp/udp", "tcp/53 udp/53", ""),
        ("tcp443/udp53", "tcp/443 udp/53", ""),
        ("TCP/80\nUDP/53", "tcp/80 udp/53", ""),
        ("443/tcp,53/udp", "tcp/443 udp/53", ""),
        ("HTTPS", "tcp/443", "udp/443"),
        ("https(8443)", "tcp/8443", ""),
        ("DNS(udp/53,tcp/53)", "tcp/53 udp/53", ""),
        ("HTTP/HTTPS", "tcp/443 tcp/80", "udp/443"),
        ("TCP", "tcp", ""),
        ("TCP any", "tcp", ""),
        ("3389/tcp,udp", "tcp/3389 udp/3389", "udp"),
        ("ICMP", "icmp", ""),
        ("ICMP(ping)", "icmp/8", "icmp icmpv6/128"),
        ("icmp/8", "icmp/8", ""),
        ("esp, ah, udp/500", "ah esp udp/500", ""),
        ("全て", "*", ""),
        ("any", "*", ""),
        ("＊", "*", ""),
    ],
)
def test_services_as_people_write_them(text, sure, possible):
    found = read_services(text)

    assert (shown(found.sure), shown(found.possible), found.unread) == (sure, possible, ())


@pytest.mark.parametrize(
    ("text", "sure", "possible"),
    [
        ("80", "", "tcp/80 udp/80"),
        ("基幹連携", "", ""),
        ("TCP 基幹", "", "tcp"),
        ("TCP 99999", "", "tcp"),
        ("80,443以外", "", ""),
        ("tcp/443 基幹", "tcp/443", ""),
        ("1024以上", "", ""),
    ],
)
def test_what_is_not_certain_is_unread_and_never_wide(text, sure, possible):
    found = read_services(text)

    assert (shown(found.sure), shown(found.possible)) == (sure, possible)
    assert found.unread
    assert found.wide is (text != "80")


@pytest.mark.parametrize(
    ("protocol", "port", "sure"),
    [
        ("TCP", "443", "tcp/443"),
        ("TCP/UDP", "53", "tcp/53 udp/53"),
        ("TCP\nUDP", "53", "tcp/53 udp/53"),
        ("6", "22", "tcp/22"),
        ("ICMP", "-", "icmp"),
        ("TCP", "any", "tcp"),
        ("any", "any", "*"),
        ("any", "80", "tcp/80 udp/80"),
        ("", "tcp/80", "tcp/80"),
        ("TCP", "https", "tcp/443"),
        ("HTTPS", "8443", "tcp/8443"),
        ("UDP", "", "udp"),
    ],
)
def test_protocols_and_ports_in_columns_of_their_own(protocol, port, sure):
    found = read_columns(protocol, port)

    assert (shown(found.sure), found.unread) == (sure, ())


def test_as_many_protocols_as_ports_surely_go_line_by_line_and_possibly_each_with_each():
    found = read_columns("TCP\nUDP", "443\n53")

    assert shown(found.sure) == "tcp/443 udp/53"
    assert {"tcp/53", "udp/443"} <= set(shown(found.possible).split())


def test_a_dash_beside_a_protocol_with_ports_says_nothing_certain():
    assert read_columns("TCP", "-").unread


@given(
    st.sampled_from(["tcp", "udp", "sctp"]),
    st.lists(st.integers(0, 65535), min_size=1, max_size=5),
    st.sampled_from(["{p}/{n}", "{p} {n}", "{p}:{n}", "{n}/{p}"]),
)
def test_a_protocol_holds_for_each_of_its_ports(protocol, ports, form):
    found = read_services(", ".join(form.format(p=protocol, n=number) for number in ports))

    assert set(shown(found.sure).split()) == {f"{protocol}/{number}" for number in ports}
    assert not found.unread


@given(st.text(max_size=60))
def test_any_text_is_read_without_an_error(text):
    found = read_services(text)

    assert found.sure or found.possible or found.unread or found.blank or found.dash or not text.strip()


def test_names_mean_something_sure():
    assert all(sure for sure, _ in NAMES.values())
