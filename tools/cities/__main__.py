"""Write the cities into `topologies/`, or into the folder that is named."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from tools.cities.models import ABOUT, city
from tools.cities.plan import City
from tools.cities.planted import plant, written
from tools.cities.writers import readme, site

TOPOLOGIES = Path(__file__).resolve().parents[2] / "topologies"


def cities() -> dict[str, dict[str, str]]:
    """Return every city's files: by its id, path within its folder to text."""
    found = {}
    for model in ABOUT:
        sound, mistaken = city(model), city(model)
        planted = plant(mistaken)
        found[sound.id] = files(sound) | {"README.md": readme.write(sound, [])}
        texts = files(mistaken)
        found[mistaken.id] = texts | {
            "README.md": readme.write(mistaken, planted),
            "planted.yaml": written(planted, texts),
        }
    return found


def files(made: City) -> dict[str, str]:
    """Return the files of one city."""
    found = {"topology.yaml": site.topology(made), "policy.yaml": site.policy(made)}
    for device in made.devices.values():
        texts = import_module(f"tools.cities.writers.{device.vendor}").write(made, device)
        found |= zip(device.paths, texts, strict=True)
    return found


if __name__ == "__main__":
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else TOPOLOGIES
    for name, texts in cities().items():
        for path, text in texts.items():
            target = into / name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8", newline="\n")
