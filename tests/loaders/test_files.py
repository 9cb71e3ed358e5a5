import hashlib
import os
import socket
import sys

import pytest

from segcheck.errors import UnreadableFile
from segcheck.loaders import files

JAPANESE = "# 庁内ネットワークの規則、東京都\npermit\n"


def refused(path):
    with pytest.raises(UnreadableFile) as caught:
        files.read_export(str(path))
    assert caught.value.en != caught.value.ja
    assert "nothing was judged" in caught.value.en
    assert "判定は行っていません" in caught.value.ja
    assert str(path) in caught.value.en
    return caught.value.en


def test_a_file_keeps_its_path_and_hash(tmp_path):
    path = tmp_path / "fw.conf"
    path.write_bytes(b"permit\n")

    (source,) = files.read_export(str(path))

    assert (source.path, source.text, source.encoding, source.lossy) == (str(path), "permit\n", "utf-8", False)
    assert source.sha256 == hashlib.sha256(b"permit\n").hexdigest()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("cp932", "cp932"),
        ("euc_jp", "euc_jp"),
    ],
)
def test_japanese_encodings_are_recognised(encoding, name):
    source = files.decode("f", JAPANESE.encode(encoding))

    assert (source.text, source.encoding, source.lossy) == (JAPANESE, name, False)


def test_utf_16_of_the_other_byte_order():
    source = files.decode("f", b"\xfe\xff" + JAPANESE.encode("utf-16-be"))

    assert (source.text, source.encoding) == (JAPANESE, "utf-16")


def test_undecodable_bytes_are_marked_and_the_rest_is_kept():
    source = files.decode("f", "permit 東京\n".encode() + b"deny \xff\xfe\xff\n")

    assert source.lossy
    assert source.lines()[0] == "permit 東京"
    assert "�" in source.lines()[1]


def test_utf_8_that_is_cut_inside_a_character_stays_utf_8():
    source = files.decode("f", JAPANESE.encode()[:-12] + "京".encode()[:2])

    assert (source.encoding, source.lossy) == ("utf-8", True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\r\r\n"])
def test_line_ends_become_one(end):
    source = files.decode("f", f"a{end}b{end}".encode())

    assert source.lines() == ["a", "b"]


def test_a_carriage_return_inside_a_line_stays():
    assert files.decode("f", b"--More--\r      \rpermit\ndeny\n").lines()[0] == "--More--\r      \rpermit"


def test_a_missing_file_is_refused(tmp_path):
    assert "no such file" in refused(tmp_path / "absent")


def test_an_empty_file_is_refused(tmp_path):
    path = tmp_path / "empty"
    path.write_bytes(b" \n\n")

    assert "is empty" in refused(path)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"a\0b\n", "NUL"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "NUL"),
    ],
)
def test_a_binary_file_is_refused(tmp_path, data, kind):
    path = tmp_path / "binary"
    path.write_bytes(data)

    assert f"not a text file ({kind}" in refused(path)


def test_a_zip_that_is_no_workbook_is_refused_and_other_files_than_exports_may_be_none(tmp_path):
    path = tmp_path / "binary"
    path.write_bytes(b"PK\x03\x04rest")

    assert "a damaged workbook (ZIP)" in refused(path)
    with pytest.raises(UnreadableFile, match="not a text file"):
        files.read_text(str(path))


def test_a_file_beyond_the_bound_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)

    assert "larger than 256 MiB" in refused(path)


def test_a_line_beyond_the_bound_is_refused(tmp_path):
    path = tmp_path / "line"
    path.write_bytes(b"x" * (files.MAX_LINE_BYTES + 1))

    assert "a line of 4194305 characters" in refused(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)

    assert "no ordinary file" in refused(path)


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="no such sockets here")
def test_a_socket_is_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")

        assert "no ordinary file" in refused("s")


@pytest.mark.skipif(sys.platform == "win32", reason="no device files here")
@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_refused(device):
    assert "no ordinary file" in refused(device)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_is_followed_and_a_loop_of_links_refused(tmp_path):
    (tmp_path / "real").write_text("permit\n")
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "loop").symlink_to("loop")

    assert files.read_text(str(tmp_path / "link")).text == "permit\n"
    assert "cannot be read" in refused(tmp_path / "loop")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_refused(tmp_path):
    path = tmp_path / "secret"
    path.write_text("permit\n")
    path.chmod(0)

    assert "no permission" in refused(path)


def test_a_folder_gives_its_files_by_name(tmp_path):
    for name in ("rules.v6", "rules.v4", ".hidden"):
        (tmp_path / name).write_text(f"{name}\n")

    assert [source.text for source in files.read_export(str(tmp_path))] == ["rules.v4\n", "rules.v6\n"]


def test_an_empty_folder_is_refused(tmp_path):
    assert "holds no files" in refused(tmp_path)


def test_a_folder_in_the_folder_is_refused_rather_than_left_out(tmp_path):
    (tmp_path / "rules").write_text("permit\n")
    (tmp_path / "more").mkdir()

    with pytest.raises(UnreadableFile, match="a folder inside"):
        files.read_export(str(tmp_path))


def test_a_crowded_folder_is_refused(tmp_path):
    for number in range(files.MAX_FILES + 1):
        (tmp_path / f"{number}").write_text("permit\n")

    assert "257 files" in refused(tmp_path)


def test_a_link_out_of_the_folder_is_refused_and_one_within_it_followed(tmp_path):
    (tmp_path / "secret.txt").write_text("password\n")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "a.json").write_text("{}\n")
    (folder / "b.json").symlink_to("a.json")
    assert [source.text for source in files.read_export(str(folder))] == ["{}\n", "{}\n"]

    (folder / "c.json").symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UnreadableFile, match=r"c\.json: a link that leads out of the export folder"):
        files.read_export(str(folder))


def test_a_folder_beyond_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FOLDER_BYTES", 10)
    for name in "ab":
        (tmp_path / name).write_text("x\ny\nz\n")
    with pytest.raises(UnreadableFile, match="larger than 0 MiB"):
        files.read_export(str(tmp_path))


def test_a_folder_where_a_file_is_needed_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="a folder where a file is needed"):
        files.read_text(str(tmp_path))


def test_a_path_with_a_nul_is_refused():
    with pytest.raises(UnreadableFile, match="cannot be read"):
        files.read_text("a\0b")
