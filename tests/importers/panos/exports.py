"""Small PAN-OS exports, and what becomes of one packet in them."""

from __future__ import annotations

import hashlib

from segcheck.analysis.tracing import trace
from segcheck.importers import panos
from segcheck.model.reading import Reading
from segcheck.model.source import SourceText
from segcheck.model.trace import Probe, Trace
from segcheck.sets.addresses import parse_one

SET = """\
set deviceconfig setting session ipv6-firewalling yes
set network interface ethernet ethernet1/1 layer3 ip 10.0.1.1/24
set network interface ethernet ethernet1/2 layer3 ip 10.0.2.1/24
set network virtual-router default interface [ ethernet1/1 ethernet1/2 ]
set zone a network layer3 ethernet1/1
set zone b network layer3 ethernet1/2
"""
PARTS = """\
<deviceconfig/>
<network>
<interface><ethernet>
<entry name="ethernet1/1"><layer3><ip><entry name="10.0.1.1/24"/></ip></layer3></entry>
<entry name="ethernet1/2"><layer3><ip><entry name="10.0.2.1/24"/></ip></layer3></entry>
</ethernet></interface>
<virtual-router><entry name="default">
<interface><member>ethernet1/1</member><member>ethernet1/2</member></interface>
</entry></virtual-router>
</network>
<vsys><entry name="vsys1">
<zone>
<entry name="a"><network><layer3><member>ethernet1/1</member></layer3></network></entry>
<entry name="b"><network><layer3><member>ethernet1/2</member></layer3></network></entry>
</zone>
<rulebase><security><rules>
{rules}
</rules></security></rulebase>
{more}
</entry></vsys>
"""


def rule(name: str, action: str = "allow", **other: str) -> str:
    """Return a rule as `set` commands, for everything but what `other` says."""
    keys = dict.fromkeys(("from", "to", "source", "destination", "application", "service"), "any") | other
    lines = [f"set rulebase security rules {name} {key.replace('_', '-')} {text}" for key, text in keys.items()]
    return "\n".join([*lines, f"set rulebase security rules {name} action {action}", ""])


def entry(name: str, action: str = "allow", more: str = "") -> str:
    """Return a rule for everything in XML, an element a line."""
    keys = ("from", "to", "source", "destination", "application", "service")
    lines = [f"<{key}><member>any</member></{key}>" for key in keys]
    return "\n".join([f'<entry name="{name}">', *lines, f"<action>{action}</action>", more, "</entry>"])


def xml(*rules: str, more: str = "") -> str:
    """Return a whole configuration in XML."""
    inside = PARTS.format(rules="\n".join(rules), more=more)
    head = '<?xml version="1.0"?>\n<config version="10.1.0" urldb="paloaltonetworks">\n'
    return f'{head}<devices><entry name="localhost.localdomain">\n{inside}</entry></devices>\n</config>\n'


def source(text: str, path: str = "fw.xml") -> SourceText:
    return SourceText(path, text, "utf-8", hashlib.sha256(text.encode()).hexdigest())


def read(text: str) -> Reading:
    return panos.read([source(text)])


def asked(
    text: str, src: str = "10.0.1.9", dst: str = "10.0.2.9", dport: int = 80, ingress: str = "ethernet1/1"
) -> Trace:
    known = {"src": parse_one(src), "dst": parse_one(dst), "proto": 6, "sport": 40000, "dport": dport}
    return trace(read(text).devices[0], Probe(known={**known, "tcp_flags": 2, "fragment": 0}, ingress=ingress))
