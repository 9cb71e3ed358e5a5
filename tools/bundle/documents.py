"""What goes along with a bundle in Japanese: the quick start, the licence list, the enclosure to an application.

The application is the one that a municipality asks for before software is brought into its network.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tools.bundle.pages import Block, Code, Heading, Items, Table, Text
from tools.bundle.wheels import OWN, Target, Wheel

#: A folder with more files is told in one line of the enclosure; SHA256SUMS has them all.
_MOST_FILES = 40
START, APPLICATION, LICENCES = (
    "はじめにお読みください",
    "持込・ソフトウェア利用申請 添付資料",
    "同梱ソフトウェアのライセンス一覧",
)


@dataclass(frozen=True, slots=True)
class About:
    """What the documents speak of; `folder` is what the archive unpacks to.

    `python` is the interpreter inside, if any; `lacking` are libraries that make it faster where the PC has them.
    """

    target: Target
    wheels: tuple[Wheel, ...]
    folder: str
    longest_path: int = 0
    python: str | None = None
    lacking: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The version of segcheck."""
        return next(wheel.version for wheel in self.wheels if wheel.name == OWN)

    @property
    def windows(self) -> bool:
        """Whether it is the folder for Windows."""
        return self.target.system == "windows"


def quick_start(about: About) -> list[Block]:
    """Return the quick start."""
    return _start_windows(about) if about.windows else _start_linux(about)


def _start_linux(about: About) -> list[Block]:
    return [
        Text(
            f"segcheck {about.version} を、インターネットにつながらない Linux (x86_64、glibc 2.28 以降。RHEL 8、Debian 11、"
            f"Ubuntu 20.04 など) の CPython {about.target.version} に導入するための一式です。導入にも実行にも通信は要りません。"
        ),
        Heading("1. 照合"),
        Text("持ち込む前と後で照合します。1 行目は隣に置いた `.sha256` で書庫を、3 行目は中のファイルを照合します。"),
        Code(
            f"sha256sum --check {about.folder}.tar.sha256\ntar -xf {about.folder}.tar\n"
            f"cd {about.folder} && sha256sum --check --quiet SHA256SUMS"
        ),
        Heading("2. 導入"),
        Text(
            "`install.sh` は照合してから、指定したフォルダー (省略時 `/opt/segcheck`) に Python の仮想環境を作り、`wheels/` だけから"
            "ハッシュを確認して入れます。そのフォルダーの外には何も書きません。書き込める場所であれば、root でなくてもかまいません。"
        ),
        Code("./install.sh /opt/segcheck"),
        Heading("3. 確認"),
        Text(
            "`doctor` が「支障はありません」と表示し、見本の町の判定が「越境なし（証明）」、見本の市 (設定ミス入り) の判定が終了コード 1 で終われば、導入は完了です。"
        ),
        Code(
            "/opt/segcheck/bin/segcheck --lang ja doctor\n"
            "/opt/segcheck/bin/segcheck --lang ja check sample/kozato --time 2026-11-20\n/opt/segcheck/bin/segcheck --lang ja check sample/reiji-mistakes --format summary"
        ),
        *_next("/opt/segcheck/bin/segcheck"),
        Heading("5. 毎朝の実行"),
        Text("`contrib/README.ja.md` に、定期実行、監視との連携、変更前の検査に使うファイルと準備の手順があります。"),
        Heading("6. 更新と削除"),
        Items(
            (
                "更新: 新しい版を別のフォルダー (例 `/opt/segcheck-新版`) に導入し、確認してから切り替えます。",
                "削除: 導入したフォルダーを消します (`rm -r /opt/segcheck`)。利用者ごとの作業ファイル `~/.cache/segcheck` も消してかまいません。",
            )
        ),
    ]


def _start_windows(about: About) -> list[Block]:
    return [
        Text(
            f"segcheck {about.version} を、インターネットにつながらない Windows (64 ビット) で、展開するだけで使うための一式です。"
            "導入作業、管理者権限、PATH の設定、レジストリの変更は要りません。通信もしません。"
        ),
        Text("**Windows: 未実機確認。** 構成は試験していますが、実機の Windows ではまだ動かしていません。"),
        Heading("1. 照合"),
        Text("持ち込む前と後で、書庫のハッシュを隣の `.sha256` と比べます。"),
        Code(f"certutil -hashfile {about.folder}.zip SHA256"),
        Text("展開後は、フォルダーの中で PowerShell から照合できます。何も表示されなければ一致しています。"),
        Code(
            "Get-Content SHA256SUMS | ForEach-Object { $h, $f = $_ -split '  ', 2; "
            'if ((Get-FileHash -Algorithm SHA256 -LiteralPath $f).Hash -ne $h) { "不一致 $f" } }'
        ),
        Heading("2. 展開"),
        Items(
            (
                f"書庫の中で最も長いパスは、書庫のフォルダー名を含めて {about.longest_path} 文字です。展開先のパスは {258 - about.longest_path} 文字までにします "
                "(例 `D:\\`)。",
                "展開先は読取り専用でかまいません。このフォルダーには何も書きません。共有フォルダー (UNC パス) にも置けます。",
                "作業ファイル (Python の中間ファイル、読取り用の機械語) は `%LOCALAPPDATA%\\segcheck` に置きます。日本語の利用者名でも使えます。",
                "エクスプローラーでの展開で「ブロックの解除」が求められるときは、書庫のプロパティで許可してから展開します。",
            )
        ),
        Heading("3. 確認"),
        Text(
            "`doctor` が「支障はありません」と表示し、見本の町の判定が「越境なし（証明）」、見本の市 (設定ミス入り) の判定が終了コード 1 で終われば、準備は完了です。"
        ),
        Code(
            "segcheck.cmd --lang ja doctor\nsegcheck.cmd --lang ja check sample\\kozato --time 2026-11-20\nsegcheck.cmd --lang ja check sample\\reiji-mistakes --format summary"
        ),
        Text(
            "アプリケーション制御 (AppLocker、WDAC) で `llvmlite.dll` などが止められる PC では、`replay` と `flows` は遅い読取り方に"
            "切り替わります。結果は同じです。`python\\python.exe` が止められる PC では使えません。"
        ),
        *(
            [
                Text(
                    f"同梱していないライブラリー: {'、'.join(f'`{one}`' for one in about.lacking)}。`replay` と `flows` の速い読取り方だけが使います。"
                    "Visual C++ 再頒布可能パッケージ (2015〜) が入っている PC では速く、入っていない PC では遅い読取り方になります。結果は同じです。"
                )
            ]
            if about.lacking
            else []
        ),
        *_next("segcheck.cmd"),
        Heading("5. 毎朝の実行"),
        Text("`contrib/README.ja.md` に、定期実行、監視との連携、変更前の検査に使うファイルと準備の手順があります。"),
        Heading("6. 更新と削除"),
        Items(
            (
                "更新: 新しい版を別のフォルダーに展開し、確認してから切り替えます。",
                "削除: 展開したフォルダーと `%LOCALAPPDATA%\\segcheck` を消します。ほかには何も残りません。",
            )
        ),
    ]


def _next(program: str) -> list[Block]:
    return [
        Heading("4. 自団体のサイトを作る"),
        Code(f"{program} --lang ja init 自団体\n{program} --lang ja validate 自団体"),
        Text(
            f"`validate` が、埋めるべきところを行番号付きで示します。機器のエクスポートがあれば `{program} init 自団体 --from フォルダー` で下書きを作れます。"
            f"コマンドの説明は `{program} --help`、出力に現れる ID の説明は `{program} explain ID` です。"
        ),
    ]


def licence_list(about: About) -> list[Block]:
    """Return the list of licences."""
    rows = [
        (
            one.name,
            one.version,
            str(one.licence.expression),
            one.licence.source,
            f"`licences/{one.name}-{one.version}/`",
        )
        for one in about.wheels
    ]
    if about.python is not None:
        rows.append(("CPython (embeddable)", about.python, "PSF-2.0", "LICENSE.txt", "`python/LICENSE.txt`"))
    return [
        Text(
            "segcheck は GPL-2.0-or-later です。この一式は、GPL-2.0-or-later と組み合わせて配布できるライセンスの部品だけで作られます"
            "(そうでない部品、ライセンスの分からない部品があると作成に失敗します)。各部品が中に含むものの条件も、右の場所の本文に含まれます。"
        ),
        Table(("名称", "版", "ライセンス (SPDX)", "確認した場所", "本文"), tuple(rows)),
    ]


def application(about: About, files: Mapping[str, bytes]) -> list[Block]:
    """Return the enclosure to an application to bring the software in, for what the archive holds."""
    own = next(wheel for wheel in about.wheels if wheel.name == OWN)
    where = (
        "Windows (64 ビット)" if about.windows else f"Linux (x86_64、glibc 2.28 以降)、CPython {about.target.version}"
    )
    return [
        Text(
            "申請書の様式は団体ごとに異なります。この資料は、申請書に添える事実をまとめたもので、同梱物から自動で作成しています。"
        ),
        Heading("1. ソフトウェア"),
        Table(
            ("項目", "内容"),
            (
                ("名称・版", f"segcheck {about.version} (配布名 {OWN})"),
                (
                    "用途",
                    "ネットワーク機器から書き出した設定とパケットキャプチャを読み、三層の対策の分離・分割が守られているかを机上で検証する",
                ),
                ("種別", "コマンドラインのプログラム。常駐しない。サービス、ドライバー、待受けポートを作らない"),
                ("ライセンス", f"{own.licence.expression} (無償)。同梱部品は「{LICENCES}」のとおり"),
                ("動作環境", where),
                (
                    "媒体",
                    f"書庫 1 個 (`{about.folder}{'.zip' if about.windows else '.tar'}`) とそのハッシュ。実行ファイルを含むため、"
                    "ファイル無害化を通さず、承認された媒体で持ち込む",
                ),
            ),
        ),
        Heading("2. 通信"),
        Items(
            (
                "通信を行いません。自動更新、利用状況の送信、ライセンス認証、外部の参照はありません。",
                "例外は、団体がサイトの設定に書いた通知 (メール、syslog など) だけです。設定しなければ、ソケットを開く処理はありません。",
                "作成時の自動試験で、ネットワークインターフェースのない環境への導入と実行、すべてのコマンドがソケットを開かないことを確認しています。"
                + ("ただし Windows 版は実機では未確認です。" if about.windows else ""),
                "機器へのログイン、スキャン、パケットの送信は行いません。ファイルを読むだけです。",
            )
        ),
        Heading("3. 取り扱う情報"),
        Items(
            (
                "入力: 機器の設定のエクスポート、サイトのファイル (構成、台帳)、パケットキャプチャ。いずれも非公開の情報資産として扱ってください。",
                "キャプチャはその場で読み、複製しません。データ部分、ファイル名、個人のアドレスは出力しません (利用者が求めた場合を除く)。",
                "出力: 指定したファイルと画面だけ。設定中のパスワード、共有鍵などの秘密は読み取りの段階で捨て、出力しません。",
            )
        ),
        Heading("4. 導入と権限"),
        Items(
            (
                "展開したフォルダーだけで動きます。導入作業、管理者権限、PATH、レジストリの変更は不要です。フォルダーは読取り専用でかまいません。",
                "作業ファイルを `%LOCALAPPDATA%\\segcheck` に置きます。",
            )
            if about.windows
            else (
                "`install.sh` が指定のフォルダーに Python の仮想環境を作ります。そのフォルダーに書ければ root 権限は不要です。",
                "作業ファイル (読取り用の機械語) を `~/.cache/segcheck` に置きます。",
            )
        ),
        Heading("5. 保守とサポート"),
        Items(
            (
                "オープンソースソフトウェアで、無保証です。保守契約はありません。問合せ先と脆弱性の対応方針は配布元の公開ページによります。",
                "脆弱性の確認には SBOM (`sbom.cdx.json`、CycloneDX 1.6) を使えます。修正は、新しい一式の持込みによります。",
            )
        ),
        Table(
            ("団体で記入", ""),
            (("申請者・所属", ""), ("利用する端末・系統", ""), ("利用期間", ""), ("団体内の問合せ先", "")),
        ),
        Heading("6. 削除"),
        Items(
            (
                (
                    "展開したフォルダーと `%LOCALAPPDATA%\\segcheck` を消します。"
                    if about.windows
                    else "導入したフォルダーと、利用者の `~/.cache/segcheck` を消します。"
                )
                + "ほかには何も残りません。",
                "サイトのファイルと出力は消えません。団体の文書管理の定めにより保存または廃棄してください。",
            )
        ),
        Heading("7. 部品"),
        Table(
            ("名称", "版", "ライセンス", "SHA-256 (配布ファイル)"),
            tuple((one.name, one.version, str(one.licence.expression), f"`{one.sha256}`") for one in about.wheels),
        ),
        Heading("8. ファイル"),
        Text(
            f"すべてのファイルの SHA-256 は `SHA256SUMS` にあります。{_MOST_FILES} 個を超えるフォルダーはまとめて示します。"
            "まとめたフォルダーの SHA-256 は、その中のファイルの `SHA256SUMS` の行を並べたもののハッシュです。"
        ),
        Table(("ファイル", "バイト", "SHA-256"), tuple(_listed(files))),
    ]


def _listed(files: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    folders: dict[str, list[str]] = defaultdict(list)
    for name in sorted(files):
        folders[name.split("/")[0] if "/" in name else ""].append(name)
    rows = []
    for folder, names in sorted(folders.items()):
        sums = {name: hashlib.sha256(files[name]).hexdigest() for name in names}
        if folder and len(names) > _MOST_FILES:
            lines = "".join(f"{sums[name]}  {name}\n" for name in names)
            size = sum(len(files[name]) for name in names)
            rows.append(
                (f"`{folder}/` ({len(names)} 個)", str(size), f"`{hashlib.sha256(lines.encode()).hexdigest()}`")
            )
        else:
            rows += [(f"`{name}`", str(len(files[name])), f"`{sums[name]}`") for name in names]
    return rows


def objects(wheels: Sequence[Wheel]) -> list[str]:
    """Return what keeps wheels out of a bundle for want of a licence text, in words."""
    return [f"{one.name} {one.version}: no licence text in the wheel" for one in wheels if not one.licence_texts]
