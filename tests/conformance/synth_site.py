"""The site around the captures of ../shared/data/captures/synth: five zones behind one router, and what may cross there.

The zones and addresses are those of the script that made the captures; the register permits what its rows call allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.checks.sites import standard

TOPOLOGY = """\
segcheck: 1
name: 合成キャプチャの町
zones:
  lg: {tier: lgwan}
  in: {tier: internet}
  san: {tier: sanitise}
  mn: {tier: mynumber}
segments:
  lgwan: {zone: lg, v4: [10.10.0.0/24], v6: ["fd00:10::/64"], gateway: [rtr]}
  inet: {zone: in, v4: [10.20.0.0/24], v6: ["fd00:20::/64"], gateway: [rtr]}
  relay: {zone: san, v4: [10.30.0.0/24], v6: ["fd00:30::/64"], gateway: [rtr]}
  mynum: {zone: mn, v4: [10.40.0.0/24], v6: ["fd00:40::/64"], gateway: [rtr]}
hosts:
  - {id: lg1, segment: lgwan, addresses: [10.10.0.11, "fd00:10::11"]}
  - {id: lg2, segment: lgwan, addresses: [10.10.0.12, "fd00:10::12"]}
  - {id: in1, segment: inet, addresses: [10.20.0.21, "fd00:20::21"]}
  - {id: gw, segment: relay, addresses: [10.30.0.31, "fd00:30::31"]}
  - {id: ex, addresses: [203.0.113.80]}
devices:
  - id: rtr
    kind: router
    interfaces:
      br-lg: {segment: lgwan, addresses: [10.10.0.1, "fd00:10::1"]}
      br-in: {segment: inet, addresses: [10.20.0.1, "fd00:20::1"]}
      br-gw: {segment: relay, addresses: [10.30.0.1, "fd00:30::1"]}
      br-mn: {segment: mynum, addresses: [10.40.0.1, "fd00:40::1"]}
taps:
  - {id: lg, device: rtr, interface: br-lg}
"""
#: Entry: (from, to, services), further keys.
REGISTER: Mapping[str, tuple[str, str, str, str]] = {
    "SCREEN": ("lg1", "in1", "[tcp/3389, udp/3389]", ""),
    "VNC": ("lg1", "in1", "tcp/5901", "expect: vnc"),
    "WEB": ("lg1", "in1", "tcp/443", "expect: tls"),
    "MAIL-IN": ("ex", "gw", "tcp/25", ""),
    "MAIL-OUT": ("gw", "lg1", "tcp/25", ""),
    "CDR-PUT": ("in1", "gw", "tcp/8080", ""),
    "CDR-GET": ("lg1", "gw", "tcp/8080", ""),
    "PROXY": ("in1", "gw", "tcp/3128", ""),
    "PROXY-OUT": ("gw", "ex", "[tcp/80, tcp/443]", ""),
    "BROWSE": ("in1", "ex", "tcp/80", ""),
    "NAMES": ("lg1", "gw", "[udp/53, tcp/53]", ""),
    "INFRA": ("lg1", "gw", "[udp/123, udp/161, udp/514]", ""),
}


def site(folder: Path, changed: Mapping[str, tuple[str, str, str, str]] | None = None, model: str = "alpha") -> Path:
    """Write the site's files and return their folder; `changed` replaces entries of the register or adds some."""
    lines = ["segcheck: 1", f"profiles: [{{model: {model}, guideline_edition: R7.3, segments: all}}]"]
    lines += [*standard(("lgwan", "internet", "sanitise", "public")).splitlines(), "register:"]  # not about the models
    for name, (source, target, services, more) in {**REGISTER, **(changed or {})}.items():
        kind = "relay" if name == "BROWSE" else "specific"  # the one without a security cloud on its path
        lines.append(
            f"  - {{id: {name}, kind: {kind}, from: {source}, to: {target}, service: {services}, purpose: 試験, status: 承認, "
            f"approver: 総務課長, approved: 2020-01-01{', ' + more if more else ''}}}"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "topology.yaml").write_text(TOPOLOGY, encoding="utf-8")
    (folder / "policy.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
