"""Small FortiGate exports, and what becomes of one packet in them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from segcheck.analysis.tracing import trace, trace_list
from segcheck.importers import fortigate
from segcheck.model.device import DeviceConfig
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe, Trace
from segcheck.sets.addresses import parse_one

HEADER = "#config-version=FGT60F-{version}-FW-build1-1:opmode=0:vdom=0:user=admin\n"
INTERFACES = """\
config system interface
    edit "port1"
        set vdom "root"
        set ip 10.0.1.1 255.255.255.0
        set allowaccess ping https
    next
    edit "port2"
        set vdom "root"
        set ip 10.0.2.1 255.255.255.0
    next
    edit "wan1"
        set vdom "root"
        set ip 203.0.113.2 255.255.255.0
    next
end
"""
ROUTES = """\
config router static
    edit 1
        set gateway 203.0.113.1
        set device "wan1"
    next
end
"""
ENDING = "config router multicast\nend\n"


def policy(number: int, *lines: str, source: str = "port1", target: str = "port2") -> str:
    """Return a policy that accepts everything between two interfaces, with further lines after its own."""
    own = (
        f"set srcintf {source}",
        f"set dstintf {target}",
        "set srcaddr all",
        "set dstaddr all",
        "set action accept",
        "set schedule always",
        "set service ALL",
    )
    return "\n".join((f"    edit {number}", *own, *lines, "    next", ""))


def export(*policies: str, version: str = "7.4.3", before: str = "", after: str = "", whole: bool = True) -> str:
    """Return a complete export with these policies; `before` and `after` are further sections."""
    table = f"config firewall policy\n{''.join(policies)}end\n"
    ending = ENDING if whole else ""
    return HEADER.format(version=version) + INTERFACES + before + table + after + ROUTES + ending


def source(text: str, path: str = "fw.conf") -> SourceText:
    return SourceText(path, text, "utf-8", hashlib.sha256(text.encode()).hexdigest())


def read(text: str) -> Reading:
    return fortigate.read([source(text)])


def device(text: str, context: str = "root") -> DeviceConfig:
    return next(one for one in read(text).devices if one.context == context)


def packet(src: str, dst: str, dport: int = 80, proto: int = 6, **more: int) -> Mapping[str, int]:
    ports = {"sport": 40000, "dport": dport} if proto in (6, 17) else {}
    flags = {"tcp_flags": 2} if proto == 6 else {}
    return {"src": parse_one(src), "dst": parse_one(dst), "proto": proto, "fragment": 0, **ports, **flags, **more}


def asked(
    text: str, known: Mapping[str, int], way: str = "port1>port2", name: str = "root/policy", **more: int
) -> Trace:
    """Return what one list says of a packet that goes from one interface to another."""
    ingress, _, egress = way.partition(">")
    return trace_list(device(text), name, Probe(known=known, ingress=ingress, egress=egress, **more))


def through(text: str, known: Mapping[str, int], ingress: str = "port1", context: str = "root") -> Trace:
    """Return what the whole device does with a packet."""
    return trace(device(text, context), Probe(known=known, ingress=ingress))
