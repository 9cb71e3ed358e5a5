"""`segcheck diff`: what it lists, how it ends, and that what is not listed is decided alike."""

import json

import pytest

from tests.cli.towns import AT, OPEN, UNREAD, town
from tests.reports.results import faults

OLD = """\
toy 1
interface lan 10.0.0.1/24
interface wan 203.0.113.2/30
permit in=lan src=10.0.0.0/24 proto=6 dport=443   # ask taro@example.lg.jp
permit in=lan src=10.0.0.0/24 proto=17 dport=53
deny dst=192.0.2.66
routes complete
end
"""
#: The same in other words, in another order, with other comments.
REWORDED = """\
toy 1
interface lan 10.0.0.1/24
interface wan 203.0.113.2/30
# moved
permit in=lan src=10.0.0.0/25 proto=17 dport=53
permit in=lan src=10.0.0.128/25 proto=17 dport=53
permit in=lan src=10.0.0.0/24 proto=6 dport=443

routes complete
end
"""
WIDER = OLD.replace("dport=443 ", "dport=80\npermit in=lan src=10.0.0.0/24 proto=6 dport=443 ")
NARROWER = OLD.replace("permit in=lan src=10.0.0.0/24 proto=17 dport=53\n", "")
DOUBTFUL = OLD.replace("deny dst", "frobnicate\ndeny dst")


@pytest.fixture
def diff(call, tmp_path):
    def comparing(new, *arguments, old=OLD, encoding="utf-8"):
        (tmp_path / "old").write_text(old, encoding="utf-8")
        (tmp_path / "new").write_text(new, encoding="utf-8")
        return call("diff", "old", "new", *arguments, encoding=encoding)

    return comparing


def told(outcome):
    found = json.loads(outcome.out)
    assert faults(found, "diff") == []
    return found


@pytest.mark.parametrize(
    ("new", "code", "verdict"),
    [
        (OLD, 0, "equal"),
        (REWORDED, 0, "equal"),
        (WIDER, 1, "differs"),
        (NARROWER, 1, "differs"),
        (DOUBTFUL, 3, "undecided"),
        (OLD.replace("10.0.0.1/24", "10.0.0.2/24"), 3, "undecided"),
        (OLD.replace("interface wan", "interface dmz"), 3, "undecided"),
    ],
)
def test_it_ends_as_the_two_compare(diff, new, code, verdict):
    outcome = diff(new)

    assert (outcome.code, outcome.err) == (code, "")
    assert told(diff(new, "--format", "json"))["verdict"] == verdict


def test_what_is_newly_permitted_is_told_with_the_lines_of_both_versions(diff):
    found = told(diff(WIDER, "--format", "json"))

    assert {kind: found["newly_permitted"][kind]["total"] for kind in ("sure", "possible")} == {
        "sure": 2,
        "possible": 0,
    }
    assert found["newly_denied"]["sure"]["boxes"] == found["newly_denied"]["possible"]["boxes"] == []
    first, reply = found["newly_permitted"]["sure"]["boxes"]
    assert (first["class"], reply["class"]) == ("opening", "reply")
    assert (first["src"], first["dport"], first["proto"], first["in"]) == (["10.0.0.0/24"], ["80"], ["6"], ["lan"])
    assert (first["list"], first["old"]["rule"], first["new"]["path"], first["new"]["line"]) == ("main", None, "new", 4)
    assert diff(WIDER).out.count("+ newly permitted") == 1
    assert "new:4  permit in=lan src=10.0.0.0/24 proto=6 dport=80" in diff(WIDER).out


def test_what_is_newly_denied_names_the_line_that_is_gone(diff):
    found = told(diff(NARROWER, "--format", "json"))
    (box,) = found["newly_denied"]["sure"]["boxes"]

    assert found["newly_permitted"]["sure"]["total"] == 0
    assert (box["proto"], box["dport"], box["icmp"]) == (["17"], ["53"], [])
    assert (box["old"]["path"], box["old"]["line"], box["new"]["rule"]) == ("old", 5, None)
    assert "old:5  permit in=lan src=10.0.0.0/24 proto=17 dport=53" in diff(NARROWER).out


def test_swapping_the_two_swaps_permitted_and_denied(diff):
    there, back = (told(diff(n, "--format", "json", old=o)) for o, n in ((OLD, WIDER), (WIDER, OLD)))

    def headers(side):
        return [{k: v for k, v in box.items() if k not in ("old", "new")} for box in side["sure"]["boxes"]]

    assert headers(there["newly_permitted"]) == headers(back["newly_denied"]) != []


def test_lines_that_are_not_understood_are_possible_changes_and_diagnostics(diff):
    found = told(diff(DOUBTFUL, "--format", "json"))

    assert found["newly_permitted"]["sure"]["total"] == found["newly_denied"]["sure"]["total"] == 0
    assert found["newly_permitted"]["possible"]["total"] > 0
    assert "unread lines" in found["devices"][0]["open"]
    assert [(one["side"], one["code"], one["line"]) for one in found["diagnostics"]] == [
        ("new", "unrecognised-line", 6)
    ]
    assert [(one["side"], one["path"], one["lines"]["unrecognised"]) for one in found["inputs"]] == [
        ("old", "old", 0),
        ("new", "new", 1),
    ]
    assert "+ possibly newly permitted" in diff(DOUBTFUL).out


@pytest.mark.parametrize(("new", "code"), [(OLD, 0), (NARROWER, 0), (WIDER, 1), (DOUBTFUL, 3)])
def test_on_request_only_widening_counts_and_it_is_said(diff, new, code):
    outcome = diff(new, "--fail-on-widening")

    assert outcome.code == code
    assert outcome.out.splitlines()[1] == "weakened by --fail-on-widening"
    assert told(diff(new, "--fail-on-widening", "--format", "json"))["run"]["weakened"] == ["--fail-on-widening"]
    assert told(diff(new, "--format", "json"))["run"]["weakened"] == []


def test_a_change_that_surely_narrows_and_leaves_the_rest_open_is_not_let_through(diff):
    """Routes are no list: what they newly let pass is not compared, so nobody may say that nothing is."""
    rerouted = NARROWER.replace("10.0.0.1/24", "10.0.0.1/23")

    assert told(diff(rerouted, "--format", "json"))["verdict"] == "differs"
    assert diff(rerouted, "--fail-on-widening").code == 3


def test_typed_commands_are_judged_before_they_are_typed(call, tmp_path):
    rule = "-A FORWARD -s 10.1.0.1/32 -p tcp -m tcp --dport 443 -j ACCEPT\n"
    head = "# Generated by iptables-save v1.8.9 on Tue Nov 24 06:00:00 2026\n"
    chains = ":INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n"
    (tmp_path / "old").write_text(f"{head}*filter\n{chains}{rule}COMMIT\n# Completed\n", encoding="utf-8")
    (tmp_path / "change").write_text("iptables -A FORWARD -s 10.1.0.2 -p tcp --dport 22 -j ACCEPT\n", encoding="utf-8")
    wider = call("diff", "old", "--as", "iptables", "--apply", "change", "--applied-to", "new", "--fail-on-widening")
    both = call("diff", "old", "new", "--as", "iptables", "--format", "json")

    assert wider.code == both.code == 1
    assert "10.1.0.2" in wider.out
    assert "tcp/22" in wider.out
    assert "old+change:7" in wider.out
    (box,) = told(both)["newly_permitted"]["sure"]["boxes"][:1]
    assert box["src"] == ["10.1.0.2"]
    (tmp_path / "change").write_text("iptables -D FORWARD 1\n", encoding="utf-8")
    assert call("diff", "old", "--as", "iptables", "--apply", "change", "--fail-on-widening").code == 0
    (tmp_path / "change").write_text("\niptables -X canary\n", encoding="utf-8")
    refused = call("diff", "old", "--as", "iptables", "--apply", "change")
    assert refused.code == 2
    assert "change:2: " in refused.err
    assert "canary" not in refused.err
    for arguments in (("old",), ("old", "new", "--apply", "change"), ("old", "new", "--applied-to", "x")):
        assert call("diff", *arguments).code == 2


def test_one_list_may_be_compared_alone(diff):
    assert diff(WIDER, "--list", "main").code == 1
    assert diff(OLD.replace("10.0.0.1/24", "10.0.0.2/24"), "--list", "main").code == 0


@pytest.mark.parametrize(
    ("arguments", "english", "japanese"),
    [
        (("--list", "mian"), "--list mian: neither export has it", "どちらのエクスポートにもありません"),
        (("--as", "acme"), "acme", "acme"),
        (("--format", "html"), "'html' is not one of", "使える値: text, json"),
    ],
)
def test_a_wrong_command_line_ends_with_2(diff, arguments, english, japanese):
    outcome = diff(WIDER, *arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert english in outcome.err
    assert japanese in diff(WIDER, "--lang", "ja", *arguments).err


@pytest.mark.parametrize("text", ["", "It was a dark and stormy night.\n"])
def test_an_export_that_cannot_be_read_ends_with_2(diff, text):
    for outcome in (diff(text), diff(OLD, old=text)):
        assert (outcome.code, outcome.out) == (2, "")
        assert "nothing was judged" in outcome.err


def test_a_file_that_is_not_there_ends_with_2(call):
    assert call("diff", "gone", "gone too").code == 2


def test_sites_are_compared_device_by_device(call, tmp_path):
    old, new = town(tmp_path / "old"), town(tmp_path / "new", OPEN)
    unread = town(tmp_path / "unread", UNREAD)
    found = told(call("diff", old, new, "--format", "json"))

    assert call("diff", old, old).code == 0
    assert call("diff", old, new).code == 1
    assert call("diff", old, unread).code == 3
    assert [(one["device"], one["verdict"]) for one in found["devices"]] == [("wall", "differs")]
    assert {box["device"] for box in found["newly_permitted"]["sure"]["boxes"]} == {"wall"}
    assert [(one["side"], one["path"]) for one in found["inputs"]] == [("old", "wall.txt"), ("new", "wall.txt")]


def test_a_site_with_errors_is_not_compared(call, tmp_path):
    old, new = town(tmp_path / "old"), town(tmp_path / "new", topology="segcheck: 1\n")
    outcome = call("diff", old, new)

    assert (outcome.code, outcome.out) == (2, "")
    assert "segcheck validate new" in outcome.err


def test_a_device_that_only_one_side_has_is_told(call, tmp_path):
    old, new = town(tmp_path / "old"), town(tmp_path / "new")
    (tmp_path / "new" / "wall.txt").write_text("nothing of the kind\n", encoding="utf-8")
    found = told(call("diff", old, new, "--format", "json"))

    assert call("diff", old, new).code == 3
    assert [(one["note"], one["verdict"]) for one in found["devices"]] == [("only-old", "undecided")]
    assert "export-unreadable" in {one["code"] for one in found["diagnostics"]}


def test_json_is_the_same_but_for_the_run_and_masks_people(diff, tmp_path):
    first, second = (told(diff(WIDER, "--format", "json", encoding=e)) for e in ("utf-8", "cp932"))

    assert {**first, "run": None} == {**second, "run": None}
    assert "taro" not in json.dumps(first)
    assert "taro" not in diff(WIDER).out
    assert str(tmp_path) not in json.dumps(first)


@pytest.mark.parametrize("encoding", ["cp932", "ascii", "latin-1", "utf-8"])
@pytest.mark.parametrize(("new", "code"), [(OLD, 0), (WIDER, 1), (DOUBTFUL, 3)])
def test_no_encoding_of_the_terminal_makes_it_fail(diff, encoding, new, code):
    outcome = diff(new, "--lang", "ja", encoding=encoding)

    assert outcome.code == code
    assert any("ぁ" <= c <= "龠" for c in outcome.out) is (encoding in ("cp932", "utf-8"))


def test_colour_only_on_request_where_there_is_no_terminal(diff):
    assert "\x1b" not in diff(WIDER).out
    assert "\x1b[" in diff(WIDER, "--color", "always").out


def test_two_sites_are_compared_by_what_crosses_too(call, tmp_path):
    for name, rules in (("a", ()), ("b", (OPEN,))):
        town(tmp_path / name, *rules)
    wider = call("diff", "a", "b", "--crossings", *AT, "--fail-on-widening", "--format", "json")
    narrower = call("diff", "b", "a", "--crossings", *AT, "--fail-on-widening")
    same = call("diff", "a", "a", "--crossings", *AT)
    found = json.loads(wider.out)

    assert [each.code for each in (wider, narrower, same)] == [1, 0, 0]
    assert faults(found, "diff") == []
    (one,) = found["crossings"]
    assert (one["src"], one["dst"], one["was"], one["is"]) == ("in-srv", "lg-srv", "proven", "violated")
    assert [line["first_line"] for line in one["lines"]] == [5]
    assert "no longer crosses: 10.30.10.0/24 -> 10.20.10.26  tcp/445" in narrower.out
    assert "nothing changed" in same.out
    assert "crossings" not in json.loads(call("diff", "a", "b", "--format", "json").out)
    for arguments in (("a/wall.txt", "b/wall.txt", "--crossings"), ("a", "b", "--time", "2026-11-24")):
        assert call("diff", *arguments).code == 2
