import pytest

from segcheck.importers.rule_table import headings
from segcheck.model import delimited
from segcheck.model.source import SourceText
from segcheck.model.table_columns import KEYS


@pytest.mark.parametrize(
    ("key", "words"),
    {
        "number": "No. № 項番 ＮＯ ルールID Policy_ID 番号 #",
        "source": "送信元 送信元IPアドレス 送信元アドレス※1 発信元 接続元IP Source src srcaddr 送信元(IP) 送信元ＩＰアドレス1",
        "source_name": "送信元名称 送信元ホスト名 送信元(名称) 送信元ゾーン 接続元機器",
        "source_port": "送信元ポート 送信元ポート番号 Source_Port",
        "destination": "宛先 宛先IPアドレス 送信先 接続先 Destination dst dstaddr あて先",
        "destination_name": "宛先名称 宛先ホスト名 宛先セグメント 接続先サーバ",
        "port": "ポート ポート番号 宛先ポート 宛先ポート番号 dport Destination_Port",
        "service": "サービス Service サービス・ポート",
        "protocol": "プロトコル 通信プロトコル protocol",
        "action": "許可/拒否 許可・拒否 動作 アクション action 通信許可",
        "direction": "方向 通信方向 片方向/双方向 direction",
        "status": "状態 有効/無効 ステータス",
        "expires": "有効期限 終了日 利用期限 期限",
        "begins": "開始日 適用日",
        "period": "期間 利用期間 許可期間",
        "approved": "承認日 決裁日",
        "approver": "承認者",
        "decision_no": "決裁番号 許可番号",
        "application_no": "申請番号 受付番号",
        "person": "申請者 担当者 連絡先",
        "section": "担当課 所管課 担当課名",
        "purpose": "用途 目的 利用目的 理由 通信内容",
        "remarks": "備考 摘要 コメント",
        "translation": "変換後IP 送信元NAT",
        "in_interface": "送信元IF srcintf 入力インターフェース",
        "review_due": "見直し期限 レビュー日",
        "log": "ログ ログ取得",
        "": "審査欄 除外 条件 送信元MACアドレス",
    }.items(),
    ids=str,
)
def test_words_of_headings(key, words):
    assert {word: headings.key_of(word.replace("_", " ")) for word in words.split()} == dict.fromkeys(
        words.split(), key
    )


def test_every_key_has_words_for_people():
    assert {key for key, _ in headings._WORDS} <= KEYS.keys()
    assert all(en and ja for en, ja in KEYS.values())


def found(text):
    return headings.find(delimited.book(SourceText("t.csv", text, "utf-8", "")).sheets[0])


def test_headings_need_not_stand_at_the_top():
    one = found("通信要件一覧,,\n作成日 2026/4/1,,\n\nNo,送信元,宛先,ポート\n1,10.0.0.1,10.0.0.2,443\n")

    assert (one.heads, one.columns) == ((4,), {1: "number", 2: "source", 3: "destination", 4: "port"})


def test_a_second_row_of_headings_says_more():
    one = found(
        "No,送信元,送信元,宛先,宛先,サービス\n,名称,IPアドレス,名称,IPアドレス,\n1,a,10.0.0.1,b,10.0.0.2,tcp/443\n"
    )

    assert one.heads == (1, 2)
    assert [one.columns[column] for column in range(2, 6)] == [
        "source_name",
        "source",
        "destination_name",
        "destination",
    ]


def test_a_title_right_above_two_rows_of_headings_is_none_of_them():
    one = found("通信要件一覧,,,,\nNo,送信元,送信元,宛先,サービス\n,名称,IPアドレス,,\n1,a,10.0.0.1,10.0.0.2,tcp/443\n")

    assert one.heads == (2, 3)
    assert one.columns == {1: "number", 2: "source_name", 3: "source", 4: "destination", 5: "service"}


def test_merged_headings_leave_blanks_in_csv():
    one = found("No,送信元,,,宛先,,備考\n,名称,IPアドレス,ポート,名称,IPアドレス,\n1,a,10.0.0.1,,b,10.0.0.2,\n")

    assert [one.columns[at] for at in range(1, 8)] == [
        "number",
        "source_name",
        "source",
        "source_port",
        "destination_name",
        "destination",
        "remarks",
    ]


def test_the_first_row_of_rules_is_no_heading():
    assert found("送信元,宛先,サービス\nサーバ,端末,HTTPS\n10.0.0.1,10.0.0.2,tcp/443\n").heads == (1,)


@pytest.mark.parametrize("text", ["a,b,c\n1,2,3\n", "送信元,備考\n10.0.0.1,x\n", "日付,内容\n2026/4/1,新規\n", "x"])
def test_other_tables_have_none(text):
    assert found(text) is None
