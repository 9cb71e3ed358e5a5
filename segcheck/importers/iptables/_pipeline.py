"""The places of the five tables among the kernel's hooks (include/uapi/linux/netfilter_ipv4.h, `nf_ip_hook_priorities`)."""

from __future__ import annotations

from segcheck.importers._linux import pipeline
from segcheck.importers.iptables._chains import list_name
from segcheck.importers.iptables._scan import Scanned
from segcheck.importers.iptables._statements import HOOKS

#: nat has the places of translation itself.
_PRIORITIES = {"raw": -300, "mangle": -150, "nat": 0, "filter": 0, "security": 50}


def build(scanned: Scanned) -> pipeline.Built:
    """Return the stages of one family."""
    tables = scanned.save.tables
    hooked = [
        pipeline.Hooked(chain, priority, list_name(scanned.family, table, chain), f"{table} {chain}", table == "nat")
        for table, priority in _PRIORITIES.items()
        for chain in HOOKS[table]
        if table in tables and chain in tables[table].chains
    ]
    return pipeline.build(scanned.family, hooked, tracks=scanned.tracks, joins=scanned.joins)
