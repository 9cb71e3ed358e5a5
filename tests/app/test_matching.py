import pytest

from segcheck.analysis.compiling import SetAnswer
from segcheck.app import matching, reading
from segcheck.errors import BadArguments
from segcheck.loaders import device_file, packet_table
from segcheck.model.device import DeviceConfig
from segcheck.model.match import Field
from segcheck.model.pipeline import Binding, Pipeline, Stage, StageKind
from segcheck.model.rules import Call, Deny, Permit, Return, Rule, RuleList, Translate, Translation
from segcheck.model.source import SourceText, Span
from segcheck.model.trace import Verdict
from segcheck.sets import addresses
from segcheck.sets.intervals import IntervalSet
from tests import toy

ADDRESSING = """\
interfaces:
  lan: {address: 10.0.0.1/24}
  wan: {address: 203.0.113.2/30}
routes: [{to: 0.0.0.0/0, via: 203.0.113.1}]
routes_complete: true
"""


def source(text, path):
    return SourceText(path, text, "utf-8", "0" * 64)


def wall(text=toy.WHOLE):
    return placed(toy.read([source(text, "wall")]).devices[0])


def ask(devices, *lines, list_name=None):
    table = packet_table.load(source("\n".join("\t".join(line.split()) for line in lines) + "\n", "p.tsv"))
    devices = (devices,) if isinstance(devices, DeviceConfig) else devices
    return matching.match(devices, table.rows, list_name)


def one(devices, *lines, list_name=None):
    return ask(devices, *lines, list_name=list_name).answers[0]


def test_the_deciding_rule_and_its_line_are_named():
    answer = one(wall(), "in src dst proto dport", "lan 10.0.0.5 192.0.2.1 tcp 443")

    assert (answer.verdict, answer.list, answer.rule) == (Verdict.PERMIT, "main", "2")
    assert (answer.span, answer.egress, answer.translated) == (Span("wall", 5, 5), "wan", "")


def test_a_deny_above_a_permit_wins():
    answer = one(wall(), "in src dst proto dport", "lan 10.0.0.5 192.0.2.66 tcp 443")

    assert (answer.verdict, answer.rule, answer.span) == (Verdict.DENY, "1", Span("wall", 4, 4))


def test_the_end_of_the_list_is_called_default():
    answer = one(wall(), "in src dst proto dport", "lan 10.0.0.5 192.0.2.1 tcp 80")

    assert (answer.verdict, answer.rule, answer.reply) == (Verdict.DENY, "default", None)


def test_an_open_field_that_matters_leaves_the_packet_undecided():
    answer = one(wall(), "in src dst proto", "lan 10.0.0.5 192.0.2.1 tcp")

    assert answer.verdict is Verdict.UNDECIDED
    assert {way.verdict for way in answer.ways} == {Verdict.PERMIT, Verdict.DENY}
    assert set(answer.rule.split("|")) == {"2", "default"}
    assert answer.span is None


def test_an_open_field_that_does_not_matter_decides_nothing():
    assert one(wall(), "in dst", "lan 192.0.2.66").verdict is Verdict.DENY


def test_an_unread_line_leaves_undecided_what_reaches_it():
    answers = ask(
        wall(toy.DOUBTFUL), "in src dst proto dport", "lan 10.0.0.5 192.0.2.1 tcp 443", "lan 10.0.0.5 192.0.2.1 tcp 80"
    ).answers

    assert Verdict.DENY not in {answer.verdict for answer in answers}
    assert answers[1].verdict is Verdict.UNDECIDED


def test_a_list_alone_leaves_interface_conditions_out_and_says_so():
    matched = ask(wall(), "src dst proto dport", "10.0.0.5 192.0.2.1 tcp 443", list_name="main")

    assert matched.answers[0].verdict is Verdict.PERMIT
    assert matched.left_out == ("main",)


def test_a_list_with_an_interface_keeps_its_conditions():
    matched = ask(wall(), "in src dst proto dport", "wan 10.0.0.5 192.0.2.1 tcp 443", list_name="main")

    assert matched.answers[0].verdict is Verdict.DENY
    assert matched.left_out == ()


def test_the_list_of_a_row_goes_before_the_one_for_all():
    device = lists(one=Permit(), two=Deny())

    answers = ask(device, "list src", "two 10.0.0.1", "- 10.0.0.1", list_name="one").answers

    assert [answer.verdict for answer in answers] == [Verdict.DENY, Verdict.PERMIT]


def placed(device):
    """Return the device with addresses and a complete routing table."""
    return reading.with_device_file(device, device_file.load(source(ADDRESSING, "d.yaml")))


def lists(context="", **defaults):
    return DeviceConfig(
        format="toy",
        context=context,
        lists={name: RuleList(name=name, rules=(), default=default) for name, default in defaults.items()},
    )


def named(*names):
    return DeviceConfig(format="toy", lists={name: RuleList(name=name, rules=(), default=Deny()) for name in names})


@pytest.mark.parametrize(
    ("names", "asked", "family", "found"),
    [
        (("filter/FORWARD", "ip6/filter/FORWARD"), "filter/FORWARD", 4, "filter/FORWARD"),
        (("filter/FORWARD", "ip6/filter/FORWARD"), "filter/FORWARD", 6, "ip6/filter/FORWARD"),
        (("filter/FORWARD", "ip6/filter/FORWARD"), "FORWARD", 4, "filter/FORWARD"),
        (("filter/FORWARD", "ip6/filter/FORWARD"), "FORWARD", 6, "ip6/filter/FORWARD"),
        (("ip6/filter/FORWARD",), "filter/FORWARD", 0, "ip6/filter/FORWARD"),
        (("ip6/filter/FORWARD",), "filter/FORWARD", 4, "ip6/filter/FORWARD"),
        (("root/policy", "guest/policy"), "policy", 4, None),
        (("root/policy",), "policy", 4, "root/policy"),
        (("root/policy",), "olicy", 4, None),
    ],
)
def test_names_of_lists_may_be_shortened_while_they_stay_unique(names, asked, family, found):
    assert matching.find_list(named(*names), asked, family) == found


def two_families(families):
    return DeviceConfig(
        format="toy",
        families=frozenset(families),
        lists={name: RuleList(name=name, rules=(), default=Permit()) for name in ("four", "six")},
        pipeline=Pipeline(
            forward=tuple(
                Stage(name=name, kind=StageKind.FILTER, bindings=(Binding(name),), families=frozenset((version,)))
                for name, version in (("four", 4), ("six", 6))
                if version in families
            )
        ),
    )


def test_a_list_of_the_other_ip_version_is_refused():
    with pytest.raises(BadArguments, match="list 'six' sees no IPv4 packets"):
        ask(two_families((4, 6)), "src", "10.0.0.1", list_name="six")


@pytest.mark.parametrize("list_name", ["four", None])
def test_without_rules_for_an_ip_version_its_packets_are_undecided(list_name):
    answer = one(two_families((4,)), "src dst", "2001:db8::1 2001:db8::2", list_name=list_name)

    assert answer.verdict is Verdict.UNDECIDED


def test_an_unknown_list_is_refused_with_the_nearest_and_all():
    with pytest.raises(BadArguments) as caught:
        ask(wall(), "src", "10.0.0.1", list_name="mian")

    assert "did you mean 'main'?" in caught.value.en
    assert "Lists: main" in caught.value.en
    assert "もしかして 'main' ですか" in caught.value.ja


def test_an_unknown_interface_is_refused_when_all_are_known():
    with pytest.raises(BadArguments, match="no interface 'lna'"):
        ask(wall(), "in src", "lna 10.0.0.1")


def test_an_interface_is_taken_on_trust_when_not_all_are_known():
    device = toy.read([source("toy 1\ndeny in=eth7\npermit\nend\n", "wall")]).devices[0]

    assert one(device, "in src dst", "eth7 10.0.0.1 192.0.2.1").verdict is Verdict.DENY


def test_among_several_contexts_the_list_or_the_interface_tells_which():
    first, second = lists("root", a=Permit()), lists("guest", b=Deny())

    assert one((first, second), "list src", "b 10.0.0.1").verdict is Verdict.DENY
    with pytest.raises(BadArguments, match=r"several contexts \(root, guest\)"):
        ask((first, second), "src", "10.0.0.1")


def stage(name, kind=StageKind.FILTER, side=""):
    return Stage(name=name, kind=kind, bindings=(Binding(name),), side=side)


def rule(identity, action, line, match=None):
    return Rule(
        id=identity,
        key=identity,
        match=match or Field("proto", IntervalSet.of((0, 255))),
        action=action,
        span=Span("f", line, line),
    )


def test_the_list_that_could_refuse_decided_rather_than_a_later_one_that_permits_all():
    """As with iptables: filter/FORWARD decides, and mangle/POSTROUTING lets everything by."""
    device = DeviceConfig(
        format="toy",
        lists={
            "filter": RuleList(name="filter", rules=(rule("7", Permit(), 3),), default=Deny()),
            "after": RuleList(name="after", rules=(), default=Permit()),
        },
        pipeline=Pipeline(forward=(stage("filter"), stage("after")), local=(stage("filter"),)),
    )

    answer = one(placed(device), "src dst proto", "10.0.0.5 192.0.2.1 udp")

    assert (answer.verdict, answer.list, answer.rule) == (Verdict.PERMIT, "filter", "7")


def test_called_lists_are_reached_once_even_in_a_circle():
    device = DeviceConfig(
        format="toy",
        lists={
            "a": RuleList(name="a", rules=(rule("1", Call("b"), 1),), default=Deny()),
            "b": RuleList(name="b", rules=(rule("1", Call("a"), 2), rule("2", Call("c"), 3)), default=Return()),
            "c": RuleList(name="c", rules=(), default=Return()),
        },
    )

    assert [rules.name for rules in matching.reached(device, "a")] == ["a", "b", "c"]


def test_a_translated_packet_is_told_as_it_leaves():
    translation = Translation(side="dst", addresses=addresses.parse("192.0.2.80"), ports=IntervalSet.of(8080))
    device = placed(
        DeviceConfig(
            format="toy",
            lists={
                "nat": RuleList(
                    name="nat",
                    rules=(rule("1", Translate(translation), 9, Field("dst", addresses.parse("203.0.113.2"))),),
                    default=Permit(),
                ),
                "main": RuleList(name="main", rules=(), default=Permit()),
            },
            pipeline=Pipeline(
                ingress=(stage("nat", StageKind.TRANSLATE, "dst"),), forward=(stage("main"),), local=(stage("main"),)
            ),
        )
    )

    answers = ask(
        device,
        "in src sport dst dport proto",
        "wan 198.51.100.7 1024 203.0.113.2 80 tcp",
        "wan 198.51.100.7 1024 192.0.2.9 80 tcp",
    ).answers

    assert [answer.translated for answer in answers] == ["198.51.100.7:1024>192.0.2.80:8080", ""]


@pytest.mark.parametrize(
    ("came", "left", "shown"),
    [
        ({"src": "10.0.0.1", "dst": "192.0.2.1"}, {"src": "203.0.113.2", "dst": "192.0.2.1"}, "203.0.113.2>192.0.2.1"),
        (
            {"src": "10.0.0.1", "sport": 5, "dst": "192.0.2.1", "dport": 53},
            {"src": "203.0.113.2", "dst": "192.0.2.1", "dport": 53},
            "203.0.113.2:*>192.0.2.1:53",
        ),
        (
            {"src": "2001:db8::1", "sport": 5, "dst": "2001:db8::2", "dport": 53},
            {"src": "2001:db8::1", "sport": 5, "dst": "2001:db8::3", "dport": 53},
            "[2001:db8::1]:5>[2001:db8::3]:53",
        ),
        ({"src": "10.0.0.1"}, {"src": "10.0.0.1"}, ""),
        ({"src": "10.0.0.1"}, {}, ""),
    ],
)
def test_how_a_translation_is_written(came, left, shown):
    def header(fields):
        return {name: addresses.parse_one(value) if isinstance(value, str) else value for name, value in fields.items()}

    assert matching.translated(header(came), header(left)) == shown


def test_engines_that_contradict_each_other_make_the_row_undecided(monkeypatch):
    monkeypatch.setattr(
        matching, "judge_device", lambda device, probes, reply: [SetAnswer(verdict=Verdict.PERMIT)] * len(probes)
    )

    answer = one(wall(), "in src dst proto dport", "lan 10.0.0.5 192.0.2.1 tcp 80")

    assert (answer.verdict, answer.engines_disagree) == (Verdict.UNDECIDED, True)


def test_an_engine_that_cannot_tell_contradicts_nobody(monkeypatch):
    monkeypatch.setattr(
        matching, "judge_device", lambda device, probes, reply: [SetAnswer(verdict=Verdict.UNDECIDED)] * len(probes)
    )

    answer = one(wall(), "in src dst proto dport", "lan 10.0.0.5 192.0.2.1 tcp 80")

    assert (answer.verdict, answer.engines_disagree) == (Verdict.UNDECIDED, False)


def _asking(field):
    """A device that permits what has `field` = 1 and denies the rest, after a built-in list that drops what is spent."""
    spent = Rule(id="spent", key="spent", match=Field("ttl", IntervalSet.of((0, 1))), action=Deny())
    wanted = Rule(id="1", key="1", match=Field(field, IntervalSet.of(1)), action=Permit())
    lists = {
        "kernel": RuleList(name="kernel", rules=(spent,), default=Permit(), builtin=True),
        "main": RuleList(name="main", rules=(wanted,), default=Deny()),
    }
    stages = tuple(Stage(name, StageKind.FILTER, (Binding(name),)) for name in lists)
    return placed(DeviceConfig(format="toy", lists=lists, pipeline=Pipeline(forward=stages)))


def test_an_ordinary_packet_is_not_spent_on_its_way():
    answer = one(_asking("opening"), "in src dst proto dport", "lan 10.0.0.5 192.0.2.1 sctp 80")

    assert answer.verdict is Verdict.UNDECIDED  # a written rule asks whether it opens: that is left open ...

    answer = one(_asking("proto"), "in src dst proto icmp_type", "lan 10.0.0.5 192.0.2.1 icmp 8")

    assert answer.verdict is Verdict.PERMIT  # ... and what only the kernel asks is as on any packet


def test_what_a_written_rule_asks_and_no_column_says_stays_open():
    assert one(_asking("cast"), "in src dst proto", "lan 10.0.0.5 192.0.2.1 gre").verdict is Verdict.UNDECIDED
