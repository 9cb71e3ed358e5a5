"""A small site to break in one place at a time."""

from __future__ import annotations

from pathlib import Path

from segcheck.loaders import site

TOPOLOGY = """\
segcheck: 1
name: 見本市
zones:
  lg: {tier: lgwan}
  in: {tier: internet}
segments:
  lg-srv: {zone: lg, v4: [10.20.10.0/24], v6: none, gateway: [fw]}
  in-srv: {zone: in, v4: [10.30.10.0/24]}
hosts:
  - {id: lg-mail, segment: lg-srv, addresses: [10.20.10.25]}
  - {id: in-mail, segment: in-srv, addresses: [10.30.10.25]}
  - {id: san, segment: in-srv, addresses: [10.30.10.5], role: sanitiser}
groups:
  mails: {hosts: [lg-mail], ranges: [10.20.10.20-10.20.10.30]}
devices:
  - id: fw
    kind: firewall
    interfaces:
      port1: {segment: lg-srv, address: 10.20.10.1}
      port2: {segment: in-srv, address: 10.30.10.1/24}
    routes: [{to: 0.0.0.0/0, via: 10.30.10.25}]
links:
  - {id: up, ends: ["fw:port2", "zone:in"], kind: isp}
gateways:
  - id: gw
    hosts: [san]
    method: mail_text
    legs: [{id: in, from: in-mail, service: tcp/25, opener: other}, {id: out, to: lg-mail, service: tcp/25, opener: self}]
taps:
  - {id: t1, device: fw, interface: port1}
captures:
  - {glob: c/*.pcap, tap: t1}
assumptions:
  - {id: A1, subject: fw, claim: c, assume: deny, owner: o, reason: r, document: d, review_due: 2027-03-31}
"""
POLICY = """\
segcheck: 1
profiles: [{model: alpha, guideline_edition: R7.3, segments: all, from: 2026-04-01, until: 2027-03-31}]
register:
  - {id: R1, kind: sanitise, from: in-mail, to: lg-mail, service: tcp/25, gateway: gw, legs: [in, out], purpose: p,
     status: 承認, approver: CISO, approved: 2026-04-01, review_due: 2027-03-01, expires: 2027-03-31, path: [fw]}
required: [{id: Q1, from: mails, to: in-mail, service: tcp/25}]
"""
WAIVERS = """\
segcheck: 1
waivers:
  - {id: W1, check: c, from: lg-mail, to: in-mail, service: tcp/25, reason: r, approver: a,
     approved: 2026-04-01, expires: 2026-12-31}
"""
SETTINGS = """\
segcheck: 1
runs_on: lg-mail
notify: [{id: N1, kind: syslog, host: lg-mail, server: 192.0.2.1}]
"""
FILES = {"topology.yaml": TOPOLOGY, "policy.yaml": POLICY, "waivers.yaml": WAIVERS, "site.yaml": SETTINGS}


def write(folder: Path, **texts: str | bytes | None) -> str:
    """Write the site with some files replaced (by stem; None leaves one out) and return its folder."""
    for name, text in FILES.items():
        given = texts.get(name.removesuffix(".yaml"), text)
        if given is not None:
            (folder / name).write_bytes(given.encode() if isinstance(given, str) else given)
    return str(folder)


def load(folder: Path, **texts: str | bytes | None) -> site.Loaded:
    return site.load(write(folder, **texts))


def found(loaded: site.Loaded) -> list[tuple[str, str]]:
    """Return every problem as (place, message)."""
    return [(f"{one.source.path}:{p.line}:{p.column}", p.en) for one in loaded.files for p in one.problems]
