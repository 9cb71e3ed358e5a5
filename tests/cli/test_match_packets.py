import json

from jsonschema import Draft202012Validator

from segcheck.analysis.compiling import SetAnswer
from segcheck.app import matching, schemas
from segcheck.model.trace import Verdict

ALL = ("match", "whole", "--packets", "packets.tsv", "--device-file", "device.yaml")


def test_every_row_definite_ends_with_0(call):
    outcome = call(*ALL)

    assert outcome.code == 0
    assert outcome.out == (
        "in\tsrc\tdst\tproto\tdport\tverdict\tlist\trule\tline\ttranslated\treply_verdict\n"
        "lan\t10.0.0.5\t192.0.2.1\ttcp\t443\tpermit\tmain\t2\t5\t\tdeny\n"
        "lan\t10.0.0.5\t192.0.2.1\ttcp\t80\tdeny\tmain\tdefault\t\t\t\n"
    )


def test_an_undecided_row_ends_with_3(call):
    assert call("match", "doubtful", "--packets", "packets.tsv", "--device-file", "device.yaml").code == 3


def test_engines_that_contradict_each_other_end_with_4(call, monkeypatch):
    monkeypatch.setattr(
        matching, "judge_device", lambda _, probes, reply: [SetAnswer(verdict=Verdict.PERMIT)] * len(probes)
    )

    outcome = call(*ALL, "-q")

    assert outcome.code == 4
    assert "packets.tsv:4: error:" in outcome.err
    assert "[engines-disagree]" in outcome.err
    assert outcome.out.splitlines()[2].split("\t")[5] == "undecided"


def test_unusable_packets_end_with_2_and_a_place(call, tmp_path):
    (tmp_path / "bad.tsv").write_text("src\tdts\n", encoding="utf-8")

    outcome = call("match", "whole", "--packets", "bad.tsv")

    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("segcheck: bad.tsv:1:5: unknown column 'dts'")


def test_packets_may_come_from_standard_input(call):
    outcome = call("match", "whole", "--packets", "-", "--list", "main", stdin=b"src\tdst\n10.0.0.5\t192.0.2.66\n")

    assert outcome.code == 0
    assert outcome.out.splitlines()[1] == "10.0.0.5\t192.0.2.66\tdeny\tmain\t1\t4\t\t"


def test_the_list_is_asked_without_interface_conditions_and_says_so(call, tmp_path):
    (tmp_path / "p.tsv").write_text("src\tdst\tproto\tdport\n10.0.0.5\t192.0.2.1\ttcp\t443\n", encoding="utf-8")

    text = call("match", "whole", "--packets", "p.tsv", "--list", "main")
    data = call("match", "whole", "--packets", "p.tsv", "--list", "main", "--format", "json")

    assert text.code == 0
    assert "conditions on interfaces were left out of main" in text.err
    assert json.loads(data.out)["left_out"] == {"interface_conditions": ["main"]}


def test_an_unknown_list_ends_with_2(call):
    outcome = call("match", "whole", "--packets", "packets.tsv", "--list", "mian")

    assert (outcome.code, outcome.out) == (2, "")
    assert "did you mean 'main'?" in outcome.err


def test_an_unknown_format_ends_with_2(call):
    outcome = call("match", "whole", "--as", "toi", "--packets", "packets.tsv")

    assert (outcome.code, outcome.out) == (2, "")
    assert "toy" in outcome.err


def test_an_unusable_device_file_ends_with_2(call, tmp_path):
    (tmp_path / "bad.yaml").write_text("interfaces: {lan: {adress: 10.0.0.1/24}}\n", encoding="utf-8")

    outcome = call("match", "whole", "--packets", "packets.tsv", "--device-file", "bad.yaml")

    assert (outcome.code, outcome.out) == (2, "")
    assert "bad.yaml:1:20: unknown key 'adress'" in outcome.err
    assert "did you mean 'address'?" in outcome.err


def test_an_unusable_time_ends_with_2(call):
    assert call(*ALL, "--time", "noon").code == 2


def test_an_unusable_context_ends_with_2(call):
    assert call(*ALL, "--context", "root").code == 2


def test_json_is_valid_and_the_same_but_for_the_run(call):
    first, second = (json.loads(call(*ALL, "--format", "json").out) for _ in range(2))

    assert list(Draft202012Validator(schemas.schema("match")).iter_errors(first)) == []
    assert {**first, "run": None} == {**second, "run": None}


def test_text_in_both_languages(call):
    assert "2 packets: 1 permit, 1 deny, 0 undecided." in call(*ALL, "--format", "text").out
    assert "2 パケット: 許可 1、拒否 1、判定不能 0" in call(*ALL, "--format", "text", "--lang", "ja").out


def test_diagnostics_of_the_export_are_told_beside_the_answers(call):
    assert "doubtful:7: error: line not recognised" in call("match", "doubtful", "--packets", "packets.tsv").err
