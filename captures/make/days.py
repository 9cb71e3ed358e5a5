"""Writes the two working days of 例示市: `python captures/make/days.py [FOLDER]`, by default into captures/reiji."""

from __future__ import annotations

import sys
from pathlib import Path

import sound
import unsound
import yaml
from city import City
from day import Day

ROOT = Path(__file__).resolve().parents[2]
HEAD = """\
# 仕込んだ越境。segcheck は読み込まない。 The planted crossings; segcheck does not read this file.
# 作成 (made by): captures/make/days.py。frames は各ファイルの先頭から 1 で始まるフレーム番号。
"""


def main(folder: Path) -> None:
    """Write both days and the list of what is planted in the second."""
    sites = ROOT / "topologies" / "reiji"
    day = Day(City(sites))
    sound.record(day)
    day.write(folder / "sound-day")

    day = Day(City(sites))
    sound.record(day)
    unsound.record(day)
    frames = day.write(folder / "unsound-day")
    rows = [
        {
            "id": one.id,
            "meaning": one.meaning,
            "check": unsound.CHECKS[one.meaning],
            "src": day.city.address(one.src),
            "dst": day.city.address(one.dst),
            "service": one.service,
            **({"entry": one.entry} if one.entry else {}),
            "what": {"en": one.what, "ja": one.ja},
            "seen": frames[one.id],
        }
        for one in unsound.PLANTED
    ]
    text = yaml.safe_dump({"planted": rows}, allow_unicode=True, sort_keys=False, width=120, default_flow_style=None)
    (folder / "unsound-day" / "planted.yaml").write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "captures" / "reiji")
