"""Tables of city halls into the register of the bundled city, and back."""

import csv
import io
import shutil
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segcheck.app import assessing, bundled, drafting_register, importing_table
from segcheck.errors import BadArguments, BadInput
from segcheck.loaders import files, marked, site
from segcheck.loaders.site.policy import RegisterItem
from segcheck.model.register_draft import Standing
from segcheck.model.result import Run
from segcheck.model.source import SourceText
from segcheck.reports import check_json, register_yaml, site_workbook

REIJI = site.load(str(bundled.sites()["reiji"])).site
HEAD = "No,送信元,宛先,サービス,用途,状態,承認者,承認日,有効期限,備考,申請者\n"
APPROVED = "承認,統括情報セキュリティ責任者,R8.4.1,R9.3.31"


@pytest.fixture
def folder(tmp_path):
    target = tmp_path / "site"
    shutil.copytree(bundled.sites()["reiji"], target)
    return target


def read(tmp_path, folder, text, **options):
    path = tmp_path / "t.csv"
    path.write_text(text, encoding="cp932")
    given = {"mapping": None, "prefix": "", **options}
    return importing_table.read(str(path), str(folder), given["mapping"], given["prefix"])


def test_a_row_becomes_an_entry_with_the_names_of_the_site(tmp_path, folder):
    found = read(tmp_path, folder, f"{HEAD}N-1,１０.10.10.12,lgwan-eltax,tcp/443,連携,{APPROVED},毎月,例示太郎\n")
    (one,) = found.entries

    assert one.standing is Standing.NEW
    assert one.entry.values == {
        "id": "N-1",
        "kind": "specific",
        "from": "mn-atena-01",
        "to": "lgwan-eltax",
        "service": ["tcp/443"],
        "purpose": "連携",
        "status": "承認",
        "approver": "統括情報セキュリティ責任者",
        "approved": "2026-04-01",
        "expires": "2027-03-31",
    }
    assert one.entry.comments == ("備考: 毎月",)
    assert "例示太郎" not in repr(found)


def test_nothing_is_made_up(tmp_path, folder):
    found = read(tmp_path, folder, f"{HEAD}N-1,10.99.0.1,lgwan-eltax,業務,,承認,,,,,\n")
    (one,) = found.entries

    assert one.standing is Standing.INCOMPLETE
    assert {"approver", "approved", "expires", "purpose", "from", "service"} & one.entry.values.keys() == set()
    assert {en.split(":")[0] for en, _ in one.entry.missing} == {
        "source",
        "service '業務' is not certain",
        "no purpose",
        "no approver",
        "no day of approval",
    }


def test_a_row_without_a_state_is_applied_for_and_permits_nothing(tmp_path, folder):
    found = read(tmp_path, folder, "No,送信元,宛先,サービス,用途\nN-1,mn-atena-01,lgwan-eltax,HTTPS,連携\n")
    importing_table.write(found, register_yaml.entry, backup=False)
    entry = site.load(str(folder)).site.policy.register[-1]

    assert (entry.id, entry.status.permits) == ("N-1", False)
    assert {en for en, _ in found.entries[0].entry.told} == {
        "no kind in the table: taken as specific",
        "no state in the table: taken as applied for, which permits nothing",
        "service 'HTTPS' read as tcp/443",
    }


@pytest.mark.parametrize(
    ("row", "standing", "keys"),
    [
        ("SP-001,mn-atena-01,gc-jumin,tcp/443,標準準拠システム連携", Standing.SAME, []),
        ("SP-001,mn-atena-01,gc-jumin,tcp/8443,標準準拠システム連携", Standing.DIFFERS, ["service"]),
        ("SP-001,mn-atena-01,lgwan-eltax,tcp/443,別の目的", Standing.DIFFERS, ["to", "purpose"]),
    ],
)
def test_what_the_register_has_is_compared_and_never_overwritten(tmp_path, folder, row, standing, keys):
    before = (folder / "policy.yaml").read_bytes()
    found = read(tmp_path, folder, f"{HEAD}{row},{APPROVED},,\n")

    assert found.entries[0].standing is standing
    assert [key for key, _, _ in found.entries[0].differences] == keys
    assert importing_table.write(found, register_yaml.entry, backup=False) == 0
    assert (folder / "policy.yaml").read_bytes() == before


def test_directions_denials_and_repeated_numbers(tmp_path, folder):
    text = (
        "No,送信元,宛先,サービス,用途,方向,動作\n"
        "N-1,mn-atena-01,lgwan-eltax,tcp/1,a,双方向,許可\n"
        "N-2,mn-atena-01,lgwan-eltax,tcp/2,b,←,許可\n"
        "N-3,mn-atena-01,lgwan-eltax,tcp/3,c,→,拒否\n"
        "N-1,mn-atena-01,lgwan-eltax,tcp/4,d,→,許可\n"
    )
    found = read(tmp_path, folder, text)

    assert [
        (one.entry.id, one.entry.values["from"], one.entry.values.get("initiator"), one.standing.value)
        for one in found.entries
    ] == [
        ("N-1", "mn-atena-01", None, "new"),
        ("N-1-r", "lgwan-eltax", None, "new"),
        ("N-2", "mn-atena-01", "to", "new"),
        ("N-1", "mn-atena-01", None, "twice"),
    ]
    assert [en for _, en, _ in found.passed_over] == ["denied, so no entry"]


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "-",
            "mn-atena-01",
            "10.10.10.12",
            "any",
            "tcp/443",
            "HTTPS",
            "承認",
            "R8.4.1",
            "双方向",
            "〃",
            "○",
            "fw-mn",
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=10),
)
COLUMNS = (
    "No", "送信元", "宛先", "サービス", "用途", "状態", "承認者",
    "承認日", "有効期限", "期間", "方向", "経由機器", "ログ", "種別",
    "使用頻度", "備考",
)  # fmt: skip


@given(st.lists(st.lists(CELL, min_size=4, max_size=len(COLUMNS)), min_size=1, max_size=4))
@settings(max_examples=80, deadline=None)
def test_whatever_stands_in_a_table_complete_entries_are_valid_ones(rows):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([COLUMNS, *rows])
    (table,) = importing_table.tables_of(files.decode("t.csv", out.getvalue().encode()))
    drafted = drafting_register.draft(table, "t.csv", REIJI, "N-")

    for entry in drafted.entries:
        shown = register_yaml.entry(entry.values, entry.comments)
        assert marked.load(SourceText("p", shown, "utf-8", "")).value == entry.values
        assert entry.missing or RegisterItem.model_validate(entry.values).id == entry.id


def test_writing_only_adds(tmp_path, folder):
    policy = folder / "policy.yaml"
    before = policy.read_bytes()
    found = read(tmp_path, folder, f"{HEAD}1,mn-atena-01,lgwan-eltax,tcp/443,連携,{APPROVED},毎月,\n", prefix="X-")
    count = importing_table.write(found, register_yaml.entry, backup=True)
    after = policy.read_bytes()
    at = after.index("  # 備考: 毎月\n".encode())
    grown = len(after) - len(before)

    assert count == 1
    assert after[:at] + after[at + grown :] == before
    assert (folder / "policy.yaml.bak").read_bytes() == before
    assert [path.name for path in folder.iterdir() if path.name.endswith(".part")] == []
    assert site.load(str(folder)).site.policy.register[-1].id == "X-1"
    again = read(tmp_path, folder, f"{HEAD}1,mn-atena-01,lgwan-eltax,tcp/443,連携,{APPROVED},,\n", prefix="X-")
    assert again.entries[0].standing is Standing.SAME


@pytest.mark.parametrize("encoding", ["cp932", "utf-8-sig", "utf-16"])
def test_the_encoding_of_the_policy_stays(tmp_path, folder, encoding):
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8").replace("↔", "-").replace("β'", "beta_prime").replace("\n", "\r\n")
    policy.write_bytes(text.encode(encoding))
    before = policy.read_bytes()
    found = read(tmp_path, folder, f"{HEAD}N-1,mn-atena-01,lgwan-eltax,tcp/443,連携,{APPROVED},,\n")
    importing_table.write(found, register_yaml.entry, backup=False)

    assert policy.read_bytes().decode(encoding).replace("\r\n", "").count("\n") == 0
    assert policy.read_bytes().startswith(before[:200])
    assert site.load(str(folder)).site.policy.register[-1].purpose == "連携"


def test_text_that_the_encoding_lacks_is_refused(tmp_path, folder):
    policy = folder / "policy.yaml"
    policy.write_bytes(policy.read_text(encoding="utf-8").replace("↔", "-").encode("cp932"))
    before = policy.read_bytes()
    path = tmp_path / "t.csv"
    path.write_text(f"{HEAD}N-1,mn-atena-01,lgwan-eltax,tcp/443,連携😀,{APPROVED},,\n", encoding="utf-8")
    found = importing_table.read(str(path), str(folder), None, "")

    with pytest.raises(BadInput, match="cannot hold the entries"):
        importing_table.write(found, register_yaml.entry, backup=False)
    assert policy.read_bytes() == before


def test_a_backup_is_never_overwritten_and_links_are_not_followed(tmp_path, folder):
    found = read(tmp_path, folder, f"{HEAD}N-1,mn-atena-01,lgwan-eltax,tcp/443,連携,{APPROVED},,\n")
    before = (folder / "policy.yaml").read_bytes()
    (folder / "policy.yaml.bak").write_text("x")

    with pytest.raises(BadArguments, match="nothing was changed"):
        importing_table.write(found, register_yaml.entry, backup=True)
    assert (folder / "policy.yaml").read_bytes() == before
    (folder / "policy.yaml").rename(tmp_path / "elsewhere.yaml")
    (folder / "policy.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(BadArguments, match="no ordinary file"):
        importing_table.write(found, register_yaml.entry, backup=False)


def test_an_entry_that_would_make_the_policy_unusable_is_not_written(tmp_path, folder):
    before = (folder / "policy.yaml").read_bytes()
    found = read(tmp_path, folder, f"{HEAD}N-1,mn-atena-01,lgwan-eltax,tcp/443,連携,承認,責任者,R9.4.1,R8.3.31,,\n")

    with pytest.raises(BadInput, match="lies before"):
        importing_table.write(found, register_yaml.entry, backup=False)
    assert (folder / "policy.yaml").read_bytes() == before


def test_a_table_without_headings_is_refused(tmp_path, folder):
    with pytest.raises(BadInput, match="no row of headings"):
        read(tmp_path, folder, "a,b\n1,2\n")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_register_written_as_a_table_is_there_already(tmp_path, folder, kind):
    register = importing_table.site_values(str(folder))["policy"]["register"]
    path = tmp_path / f"t.{kind}"
    made = (
        site_workbook.register_xlsx(register, True)
        if kind == "xlsx"
        else site_workbook.register_csv(register, True).encode()
    )
    path.write_bytes(made)
    found = importing_table.read(str(path), str(folder), None, "")

    assert {one.standing for one in found.entries} == {Standing.SAME}
    assert len(found.entries) == len(register)


def test_a_register_goes_to_another_site_whole(tmp_path, folder):
    """Written as a table, taken out of the policy, and imported again: equal entries."""
    before = site.load(str(folder)).site.policy.register
    register = importing_table.site_values(str(folder))["policy"]["register"]
    (tmp_path / "t.xlsx").write_bytes(site_workbook.register_xlsx(register, True))
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    head, rest = text.split("register:\n")
    tail = rest[rest.index("\nrequired:") : rest.index("\nchains:")]
    policy.write_text(f"{head}register: []\n{tail}", encoding="utf-8")
    for name in ("site", "audit", "changes"):  # they name what was cut from the policy
        (folder / f"{name}.yaml").unlink()
    found = importing_table.read(str(tmp_path / "t.xlsx"), str(folder), None, "")
    importing_table.write(found, register_yaml.entry, backup=False)
    after = site.load(str(folder)).site.policy.register

    def items(entries):
        return [{name: getattr(one, name) for name in one.__slots__ if name != "span"} for one in entries]

    assert items(after) == items(before)


def test_a_site_of_one_workbook_is_judged_alike(tmp_path):
    """The same JSON but for the files of the site and the places in them."""
    folder = bundled.sites()["minase"]
    other = tmp_path / "minase"
    shutil.copytree(folder, other)
    (other / "site.xlsx").write_bytes(site_workbook.site_xlsx(importing_table.site_values(str(folder)), True))
    for name in ("topology", "policy", "waivers", "site"):
        (other / f"{name}.yaml").unlink(missing_ok=True)

    def answers(path):
        found = assessing.assess(str(path), day=date(2026, 11, 10), spelt=True)
        run = Run(version="", started="", command="check", options=())
        whole = check_json.result(found.assessment, found.files, run, ())
        return placeless({**whole, "inputs": [one for one in whole["inputs"] if one["kind"] != "site"]})

    assert answers(folder) == answers(other)


def placeless(value):
    """Return a result without what says where in a site's files something stands."""
    if isinstance(value, dict):
        places = ("path", "first_line", "last_line", "line", "cell")
        in_site = str(value.get("path", "")).endswith((".yaml", ".xlsx"))
        return {key: placeless(one) for key, one in value.items() if not (in_site and key in places)}
    return [placeless(one) for one in value] if isinstance(value, list) else value
