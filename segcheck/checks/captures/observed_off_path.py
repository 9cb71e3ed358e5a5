"""A capture shows a registered communication at a device that its path does not name."""

from __future__ import annotations

from collections.abc import Iterator

from segcheck.checks._seen import SeenContext, causes, finding, tapped
from segcheck.model.check import Check
from segcheck.model.finding import Basis, Finding, Weight
from segcheck.model.replay import Ruling
from segcheck.model.requirement import Covered

CHECK = Check(
    id="observed-off-path",
    weight=Weight.HIGH,
    requirements=(
        "SP-5",
        "MN-03",
    ),
    title=("登録した経路の外で観測", "Registered traffic was seen off its path"),
    message=(
        "台帳 {entry} の経路は {path} だが、{src} から {dst} への {service} を地点 {taps} で観測した。会話 {conversations}、パケット {packets}、{first} から {last} (日本時間)、地点 {taps}。",
        "Register entry {entry} is to take {path}, but {service} from {src} to {dst} was seen at tap {taps}. Conversations {conversations}, packets {packets}, {first} to {last} (Japan), taps {taps}.",
    ),
    why=(
        "特定通信は経路も含めて承認する。別の機器を通れば、見ることも止めることもできない。",
        "An entry is approved with its path. On another way nobody meant to watch or stop it.",
    ),
    fix=(
        "経路を直し、登録した経路だけを残す。",
        "Mend the routes so that only the registered path is left.",
    ),
    wrong=(
        "台帳の経路の書き漏らし。",
        "If the path in the register is incomplete.",
    ),
    crosses=True,
    asks=Basis.CAPTURES,
)


def find(context: SeenContext) -> Iterator[Finding]:
    """Yield what is registered, and passed a firewall or router that the entry's path does not name."""
    found = [one for one in context.seen if one.sighting.ruling is Ruling.OFF_PATH]
    for cause in causes(found, by_entry=True):
        path = " → ".join(context.entries[cause.about].path)
        taps = ", ".join(dict.fromkeys(one.sighting.tap for one in cause.members))
        remedy = (
            f"台帳 {cause.about} の通信が {path} だけを通るように直す。",
            f"Mend the routes so that register entry {cause.about} takes {path} only.",
        )
        yield finding(
            CHECK,
            context,
            cause,
            remedy,
            weight=CHECK.weight,
            params={"path": path},
            key=f"{cause.about}:{taps}",
            breaks=("SP-5",),
        )


def covered(context: SeenContext) -> Covered:
    """Return NO_INPUT where no tap was named: without a place nobody can say which way it went."""
    return tapped(context)
