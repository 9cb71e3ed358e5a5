"""A town of two zones behind one toy wall, to be judged in a fraction of a second."""

from __future__ import annotations

from pathlib import Path

TOPOLOGY = """\
segcheck: 1
name: 見本市
zones: {lg: {tier: mynumber, name: マイナンバー利用事務系}, in: {tier: lgwan}}
segments:
  lg-srv: {zone: lg, v4: [10.20.10.0/24], v6: none, gateway: [wall]}
  in-srv: {zone: in, v4: [10.30.10.0/24], v6: none, gateway: [wall]}
hosts:
  - {id: lg-mail, segment: lg-srv, addresses: [10.20.10.25]}
  - {id: in-mail, segment: in-srv, addresses: [10.30.10.25]}
devices:
  - id: wall
    kind: firewall
    exports: [{path: wall.txt, as_of: 2026-11-01}]
    interfaces: {port1: {segment: lg-srv, address: 10.20.10.1}, port2: {segment: in-srv, address: 10.30.10.1}}
"""
POLICY = """\
segcheck: 1
profiles: [{model: alpha, guideline_edition: R7.3, segments: all}]
register:
  - {id: R1, kind: specific, from: in-mail, to: lg-mail, service: tcp/25, purpose: p, path: [wall], log: false,
     status: approved, approver: CISO, approved: 2026-04-01, expires: 2027-03-31}
"""
WALL = """\
toy 1
interface port1 10.20.10.1/24
interface port2 10.30.10.1/24
permit in=port2 src=10.30.10.25/32 dst=10.20.10.25/32 proto=6 dport=25
{rules}permit in=port1 src=10.20.10.25/32 dst=10.30.10.25/32 proto=6 sport=25 reply
routes complete
end
"""
#: Rules with which the town, which is proven without, ends otherwise: something open, something not understood.
OPEN = "permit in=port2 src=10.30.10.0/24 dst=10.20.10.26/32 proto=6 dport=445"
UNREAD = "frobnicate"
AT = ("--time", "2026-11-24")


def town(
    folder: Path,
    *rules: str,
    topology: str = TOPOLOGY,
    policy: str = POLICY,
    waivers: str | None = None,
    routes_declared: bool = False,
) -> str:
    """Write the town, with further rules of the wall, and return the folder's name.

    routes_declared   the proof leans on the word that the routes written are all there are
    """
    folder.mkdir(exist_ok=True)
    extra = "    routes_complete: true\n" if routes_declared else ""
    (folder / "topology.yaml").write_text(topology + extra, encoding="utf-8")
    (folder / "policy.yaml").write_text(policy, encoding="utf-8")
    if waivers is not None:
        (folder / "waivers.yaml").write_text(waivers, encoding="utf-8")
    lines = "".join(f"{rule}\n" for rule in rules)
    wall = WALL.replace("routes complete\n", "") if routes_declared else WALL
    (folder / "wall.txt").write_text(wall.format(rules=lines), encoding="utf-8")
    return folder.name
