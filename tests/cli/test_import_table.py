import shutil

import openpyxl
import pytest

from segcheck.app import bundled

HEAD = "No,送信元,宛先,サービス,用途,状態,承認者,承認日,有効期限,審査欄\n"
ROW = "N-1,mn-atena-01,lgwan-eltax,tcp/443,連携,承認,統括情報セキュリティ責任者,R8.4.1,R9.3.31,\n"


@pytest.fixture
def city(tmp_path):
    shutil.copytree(bundled.sites()["reiji"], tmp_path / "city")
    (tmp_path / "t.csv").write_text(HEAD + ROW, encoding="cp932")
    return tmp_path / "city"


def test_entries_go_to_standard_output_and_remarks_to_standard_error(call, city):
    before = (city / "policy.yaml").read_bytes()
    outcome = call("import", "t.csv", "--site", "city")

    assert outcome.code == 0
    assert outcome.out.startswith("register:\n  - {id: N-1, kind: specific, from: mn-atena-01, to: lgwan-eltax,")
    assert "t.csv:2: N-1: new\n    no kind in the table: taken as specific\n" in outcome.err
    assert "1 entries: 1 new, 0 in the register already" in outcome.err
    assert (city / "policy.yaml").read_bytes() == before


def test_what_is_written_is_valid_and_there_the_next_time(call, city):
    assert call("import", "t.csv", "--site", "city", "--write", "--backup").code == 0
    again = call("--lang", "ja", "import", "t.csv", "--site", "city", "--write")

    assert "The site can be judged" in call("validate", "city").out
    assert (again.code, again.out) == (0, "# 新しい項目はありません\n")
    assert "0 件を追記しました" in again.err
    assert (city / "policy.yaml.bak").is_file()


def test_what_is_missing_ends_with_3_and_is_a_comment(call, city):
    (city.parent / "t.csv").write_text(HEAD + "N-1,10.99.0.1,lgwan-eltax,tcp/443,連携,,,,,\n", encoding="utf-8")
    outcome = call("import", "t.csv", "--site", "city")

    assert outcome.code == 3
    assert "  # t.csv:2: not complete, so not written:\n" in outcome.out
    assert "no host, group or segment of the site is 10.99.0.1" in outcome.out


def test_the_mapping_is_shown_kept_and_then_used(call, city):
    shown = call("import", "t.csv", "--show-mapping")
    kept = call("import", "t.csv", "--save-mapping")

    assert (shown.code, shown.out) == (3, kept.out)
    assert '      J: "" # 審査欄 = not known: it may restrict rules\n' in shown.out
    assert (city.parent / "t.mapping.yaml").read_text(encoding="utf-8") == shown.out
    assert call("import", "t.csv", "--show-mapping").code == 0
    assert "there already" in call("import", "t.csv", "--save-mapping").err
    (city.parent / "t.mapping.yaml").write_text(shown.out.replace("B: source", "B: sauce"), encoding="utf-8")
    wrong = call("import", "t.csv", "--site", "city")
    assert wrong.code == 2
    assert "did you mean 'source'?" in wrong.err


@pytest.mark.parametrize("name", ["r.xlsx", "r.csv"])
def test_the_register_goes_out_and_comes_back(call, city, name):
    assert call("import", "--from-site", "city", "--to", name).code == 0
    back = call("import", name, "--site", "city")

    assert (back.code, back.out) == (0, "# no new entries\n")
    assert "0 different there" in back.err


def test_a_whole_site_stands_in_place_of_its_files(call, city):
    assert call("import", "--from-site", "city", "--to", "site.xlsx", "--whole").code == 0
    for name in ("topology", "policy", "waivers", "site"):
        (city / f"{name}.yaml").unlink()
    shutil.move("site.xlsx", city / "site.xlsx")
    book = openpyxl.load_workbook(city / "site.xlsx")
    sound = call("validate", "city")
    book["ゾーン"]["B3"] = "mynumbr"
    book.save(city / "site.xlsx")
    broken = call("validate", "city")

    assert "The site can be judged" in sound.out
    assert broken.code == 2
    assert "city/site.xlsx:ゾーン!B3: error: 'mynumbr' is not one of the words that may stand here" in broken.out
    assert "did you mean 'mynumber'?" in broken.out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "no table named"),
        (["t.csv"], "--site is missing"),
        (["t.csv", "--site", "nowhere"], "no such folder"),
        (["nothing.csv", "--site", "city"], "no such file"),
        (["city", "--site", "city"], "a folder where a table is needed"),
        (["--from-site", "city"], "go together"),
        (["--from-site", "city", "--to", "t.csv"], "there already"),
        (["--from-site", "city", "--to", "r.pdf"], "tables end in"),
        (["--from-site", "city", "--to", "r.csv", "--whole"], "tables end in .xlsx;"),
        (["t.csv", "--site", "city", "--mapping", "city/site.yaml"], "city/site.yaml:"),
    ],
)
def test_what_cannot_be_meant_ends_with_2(call, city, arguments, told):
    outcome = call("import", *arguments)

    assert outcome.code == 2
    assert told in outcome.err


@pytest.mark.parametrize("language", ["en", "ja"])
def test_help_is_there_in_both_languages(call, language):
    outcome = call("--lang", language, "import", "--help")

    assert outcome.code == 0
    assert "--save-mapping" in outcome.out
