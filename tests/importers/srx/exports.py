"""Small Junos configurations, and what becomes of one packet in them."""

from __future__ import annotations

import hashlib

from segcheck.analysis.tracing import trace
from segcheck.importers import srx
from segcheck.model.match import State
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe, Trace
from segcheck.sets.addresses import parse_one

SET = """\
set version 21.4R3.15
set system host-name fw
set security forwarding-options family inet6 mode flow-based
set security zones security-zone a interfaces ge-0/0/1.0
set security zones security-zone b interfaces ge-0/0/2.0
set interfaces ge-0/0/1 unit 0 family inet address 10.0.1.1/24
set interfaces ge-0/0/2 unit 0 family inet address 10.0.2.1/24
"""
BRACES = """\
version 21.4R3.15;
system {
    host-name fw;
}
security {
    forwarding-options {
        family {
            inet6 {
                mode flow-based;
            }
        }
    }
    policies {
        from-zone a to-zone b {
            policy all {
                match {
                    source-address any;
                    destination-address any;
                    application [ junos-http junos-https ];
                }
                then {
                    permit;
                }
            }
        }
    }
    zones {
        security-zone a {
            interfaces {
                ge-0/0/1.0;
            }
        }
        security-zone b {
            interfaces {
                ge-0/0/2.0 {
                    host-inbound-traffic {
                        system-services {
                            ping;
                        }
                    }
                }
            }
        }
    }
}
interfaces {
    ge-0/0/1 {
        unit 0 {
            family inet {
                address 10.0.1.1/24;
            }
        }
    }
    ge-0/0/2 {
        unit 0 {
            family inet {
                address 10.0.2.1/24;
            }
        }
    }
}
"""


def policy(name: str, then: str = "permit", pair: str = "from-zone a to-zone b", **other: str) -> str:
    """Return a policy as `set` commands, for everything but what `other` says."""
    keys = dict.fromkeys(("source_address", "destination_address", "application"), "any") | other
    start = f"set security policies {pair} policy {name}"
    lines = [f"{start} match {key.replace('_', '-')} {text}" for key, text in keys.items()]
    return "\n".join([*lines, f"{start} then {then}", ""])


def source(text: str, path: str = "fw.txt") -> SourceText:
    return SourceText(path, text, "utf-8", hashlib.sha256(text.encode()).hexdigest())


def read(text: str) -> Reading:
    return srx.read([source(text)])


def asked(
    text: str, src: str = "10.0.1.9", dst: str = "10.0.2.9", dport: int = 80, ingress: str = "ge-0/0/1.0"
) -> Trace:
    known = {"src": parse_one(src), "dst": parse_one(dst), "proto": 6, "sport": 40000, "dport": dport}
    probe = Probe(known={**known, "tcp_flags": 2, "fragment": 0}, ingress=ingress, state=State.NONE)
    return trace(read(text).devices[0], probe)
