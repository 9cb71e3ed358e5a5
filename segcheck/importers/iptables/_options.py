"""The options of rule lines: which words belong to which match or target.

Tables of (name: number of values) per match module and target; a name in `ALIASES` is another spelling. A module or target
without a table here is unknown: its words are passed over and what it asks or does stays unknown. Source: the `extensions/`
folder of iptables 1.8.9, `xtables_getopt` tables.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from segcheck.importers._linux.names import PROTOCOLS
from segcheck.importers.iptables._statements import RuleLine

BASE: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("-s", "--source", "--src"), ("-s", 1)),
    **dict.fromkeys(("-d", "--destination", "--dst"), ("-d", 1)),
    **dict.fromkeys(("-p", "--protocol"), ("-p", 1)),
    **dict.fromkeys(("-i", "--in-interface"), ("-i", 1)),
    **dict.fromkeys(("-o", "--out-interface"), ("-o", 1)),
    **dict.fromkeys(("-f", "--fragment", "--fragments"), ("-f", 0)),
    **dict.fromkeys(("-c", "--set-counters"), ("-c", 2)),
    **dict.fromkeys(("-m", "--match"), ("-m", 1)),
    **dict.fromkeys(("-j", "--jump"), ("-j", 1)),
    **dict.fromkeys(("-g", "--goto"), ("-g", 1)),
}

ALIASES = {
    "--source-port": "--sport",
    "--destination-port": "--dport",
    "--source-ports": "--sports",
    "--destination-ports": "--dports",
    "--set": "--match-set",
    "--icmp6-type": "--icmpv6-type",
    "--ttl": "--ttl-eq",
    "--days": "--weekdays",
    "--mac": "--mac-source",
    "--localtz": "--kerneltz",
}


def _names(text: str, values: int) -> dict[str, int]:
    return dict.fromkeys(text.split(), values)


_PORTS = _names("--sport --source-port --dport --destination-port", 1)
_COUNTED = _names("--packets-eq --packets-lt --packets-gt --bytes-eq --bytes-lt --bytes-gt", 1)
MATCHES: dict[str, dict[str, int]] = {
    "tcp": {**_PORTS, "--syn": 0, "--tcp-flags": 2, "--tcp-option": 1},
    "udp": _PORTS,
    "udplite": _PORTS,
    "sctp": {**_PORTS, "--chunk-types": 2},
    "dccp": {**_PORTS, **_names("--dccp-types --dccp-option", 1)},
    "icmp": {"--icmp-type": 1},
    "icmp6": {"--icmpv6-type": 1, "--icmp6-type": 1},
    "multiport": _names("--sports --source-ports --dports --destination-ports --ports", 1),
    "iprange": _names("--src-range --dst-range", 1),
    "conntrack": _names(
        "--ctstate --ctproto --ctorigsrc --ctorigdst --ctreplsrc --ctrepldst --ctorigsrcport --ctorigdstport"
        " --ctreplsrcport --ctrepldstport --ctstatus --ctexpire --ctdir",
        1,
    ),
    "state": {"--state": 1},
    "mark": {"--mark": 1},
    "connmark": {"--mark": 1},
    "addrtype": {**_names("--src-type --dst-type", 1), **_names("--limit-iface-in --limit-iface-out", 0)},
    "set": {
        "--match-set": 2,
        "--set": 2,
        **_COUNTED,
        **_names("--return-nomatch --update-counters --update-subcounters", 0),
    },
    "mac": _names("--mac-source --mac", 1),
    "ttl": _names("--ttl-eq --ttl --ttl-lt --ttl-gt", 1),
    "hl": _names("--hl-eq --hl-lt --hl-gt", 1),
    "tos": {"--tos": 1},
    "dscp": _names("--dscp --dscp-class", 1),
    "length": {"--length": 1},
    "pkttype": {"--pkt-type": 1},
    "comment": {"--comment": 1},
    "owner": {**_names("--uid-owner --gid-owner --pid-owner --sid-owner --cmd-owner", 1), "--socket-exists": 0},
    "time": {
        **_names("--datestart --datestop --timestart --timestop --monthdays --weekdays --days", 1),
        **_names("--utc --localtz --kerneltz --contiguous", 0),
    },
    "limit": _names("--limit --limit-burst", 1),
    "hashlimit": {
        **_names(
            "--hashlimit --hashlimit-upto --hashlimit-above --hashlimit-burst --hashlimit-mode --hashlimit-name"
            " --hashlimit-srcmask --hashlimit-dstmask --hashlimit-htable-size --hashlimit-htable-max"
            " --hashlimit-htable-gcinterval --hashlimit-htable-expire --hashlimit-rate-interval",
            1,
        ),
        "--hashlimit-rate-match": 0,
    },
    "recent": {
        **_names("--set --rcheck --update --remove --rttl --rsource --rdest --reap", 0),
        **_names("--seconds --hitcount --name --mask", 1),
    },
    "connlimit": {
        **_names("--connlimit-above --connlimit-upto --connlimit-mask", 1),
        **_names("--connlimit-saddr --connlimit-daddr", 0),
    },
    "connbytes": _names("--connbytes --connbytes-dir --connbytes-mode", 1),
    "statistic": _names("--mode --probability --every --packet", 1),
    "quota": {"--quota": 1},
    "nfacct": {"--nfacct-name": 1},
    "physdev": {
        **_names("--physdev-in --physdev-out", 1),
        **_names("--physdev-is-in --physdev-is-out --physdev-is-bridged", 0),
    },
    "rpfilter": _names("--loose --validmark --accept-local --invert", 0),
    "helper": {"--helper": 1},
    "realm": {"--realm": 1},
    "esp": {"--espspi": 1},
    "tcpmss": {"--mss": 1},
    "policy": {
        **_names("--dir --pol --reqid --spi --proto --mode --tunnel-src --tunnel-dst", 1),
        **_names("--strict --next", 0),
    },
    "string": {**_names("--algo --from --to --string --hex-string", 1), "--icase": 0},
    "u32": {"--u32": 1},
    "bpf": _names("--bytecode --object-pinned", 1),
    "cpu": {"--cpu": 1},
    "cgroup": _names("--cgroup --path", 1),
    "connlabel": {"--label": 1, "--set": 0},
    "devgroup": _names("--src-group --dst-group", 1),
    "socket": _names("--transparent --nowildcard --restore-skmark", 0),
    "frag": {"--fragid": 1, "--fraglen": 1, **_names("--fragres --fragfirst --fragmore --fraglast", 0)},
    "ipv6header": {"--header": 1, "--soft": 0},
    "rt": {**_names("--rt-type --rt-segsleft --rt-len --rt-0-addrs", 1), **_names("--rt-0-res --rt-0-not-strict", 0)},
    "hbh": _names("--hbh-len --hbh-opts", 1),
    "dst": _names("--dst-len --dst-opts", 1),
    "mh": {"--mh-type": 1},
    "eui64": {},
    "ah": {**_names("--ahspi --ahlen", 1), "--ahres": 0},
}

_NAT = {**_names("--random --random-fully --persistent", 0)}
TARGETS: dict[str, dict[str, int]] = {
    "ACCEPT": {},
    "DROP": {},
    "RETURN": {},
    "REJECT": {"--reject-with": 1},
    "LOG": {
        **_names("--log-level --log-prefix", 1),
        **_names("--log-tcp-sequence --log-tcp-options --log-ip-options --log-uid --log-macdecode", 0),
    },
    "NFLOG": _names("--nflog-group --nflog-prefix --nflog-range --nflog-size --nflog-threshold", 1),
    "ULOG": _names("--ulog-nlgroup --ulog-prefix --ulog-cprange --ulog-qthreshold", 1),
    "AUDIT": {"--type": 1},
    "TRACE": {},
    "TEE": _names("--gateway --oif", 1),
    "CHECKSUM": {"--checksum-fill": 0},
    "TCPMSS": {"--set-mss": 1, "--clamp-mss-to-pmtu": 0},
    "TCPOPTSTRIP": {"--strip-options": 1},
    "CLASSIFY": {"--set-class": 1},
    "TTL": _names("--ttl-set --ttl-dec --ttl-inc", 1),
    "HL": _names("--hl-set --hl-dec --hl-inc", 1),
    "DSCP": _names("--set-dscp --set-dscp-class", 1),
    "TOS": _names("--set-tos --and-tos --or-tos --xor-tos", 1),
    "ECN": {"--ecn-tcp-remove": 0},
    "MARK": _names("--set-mark --set-xmark --and-mark --or-mark --xor-mark", 1),
    "CONNMARK": {
        **_names("--set-mark --set-xmark --and-mark --or-mark --xor-mark --mask --nfmask --ctmask", 1),
        **_names("--save-mark --restore-mark", 0),
    },
    "CONNSECMARK": _names("--save --restore", 0),
    "SECMARK": {"--selctx": 1},
    "CT": {"--notrack": 0, **_names("--helper --ctevents --expevents --zone --zone-orig --zone-reply --timeout", 1)},
    "NOTRACK": {},
    "RATEEST": _names("--rateest-name --rateest-interval --rateest-ewmalog", 1),
    "LED": {**_names("--led-trigger-id --led-delay", 1), "--led-always-blink": 0},
    "IDLETIMER": {"--timeout": 1, "--label": 1, "--alarm": 0},
    "SET": {
        **_names("--add-set --del-set --map-set", 2),
        "--timeout": 1,
        **_names("--exist --map-mark --map-prio --map-queue", 0),
    },
    "QUEUE": {},
    "NFQUEUE": {**_names("--queue-num --queue-balance", 1), **_names("--queue-bypass --queue-cpu-fanout", 0)},
    "DNAT": {"--to-destination": 1, **_NAT},
    "SNAT": {"--to-source": 1, **_NAT},
    "MASQUERADE": {"--to-ports": 1, **_NAT},
    "REDIRECT": {"--to-ports": 1, **_NAT},
    "NETMAP": {"--to": 1},
    "TPROXY": _names("--on-port --on-ip --tproxy-mark", 1),
    "SYNPROXY": {**_names("--mss --wscale", 1), **_names("--sack-perm --timestamp --ecn", 0)},
    "HMARK": _names(
        "--hmark-tuple --hmark-mod --hmark-offset --hmark-rnd --hmark-src-prefix --hmark-dst-prefix --hmark-sport-mask"
        " --hmark-dport-mask --hmark-spi-mask --hmark-proto-mask",
        1,
    ),
    "CLUSTERIP": {"--new": 0, **_names("--hashmode --clustermac --total-nodes --local-node --hash-init", 1)},
    "DNPT": _names("--src-pfx --dst-pfx", 1),
    "SNPT": _names("--src-pfx --dst-pfx", 1),
}

#: The module that `-p` brings in when an option of it follows without `-m`.
IMPLICIT = {
    6: "tcp",
    17: "udp",
    136: "udplite",
    132: "sctp",
    33: "dccp",
    1: "icmp",
    58: "icmp6",
    50: "esp",
    51: "ah",
    135: "mh",
}
_MODULE_ALIASES = {"icmpv6": "icmp6", "ipv6-icmp": "icmp6"}


@dataclass(slots=True)
class Given:
    """An option as written; `at` is the index of its word."""

    name: str
    values: tuple[str, ...]
    negated: bool
    at: int


@dataclass(slots=True)
class Module:
    """One use of `-m`, or the module that `-p` implies; `stray` holds indices of words that it does not know."""

    name: str
    at: int
    given: list[Given] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Written:
    """A rule line taken apart; nothing is interpreted.

    stray      indices of words that belong to nothing we know
    protocol   the number that `-p` asks for, -1 when there is none, a negated or an unreadable one
    """

    line: RuleLine
    base: list[Given] = field(default_factory=list)
    modules: list[Module] = field(default_factory=list)
    target: str = ""
    target_at: int = -1
    goto: bool = False
    target_options: list[Given] = field(default_factory=list)
    stray: list[int] = field(default_factory=list)
    packets: int | None = None
    protocol: int = -1

    def of(self, name: str) -> Given | None:
        """Return the base option of that name as it was given first."""
        return next((given for given in self.base if given.name == name), None)


def take_apart(line: RuleLine) -> Written:
    """Return the rule line as options; every word ends in exactly one option, module, target or `stray`."""
    words, quoted = line.words
    written = Written(line, packets=line.packets)
    count, place, negated = len(words), 2, False
    while place < count:
        word = words[place]
        at = place
        place += 1
        base = BASE.get(word)
        if base is not None and place < count and at not in quoted and words[place] != "!" and base[1] == 1:
            # What almost every option of a save looks like: a name and a value.
            _take_base(written, Given(base[0], (words[place],), negated, at))
            negated = False
            place += 1
            continue
        if word == "!" and not negated and at not in quoted:
            negated = True
            continue
        equals = "=" in word
        name, _, attached = word.partition("=") if equals else (word, "", "")
        owner, canonical, arity = _owner(written, name) if word[:1] == "-" and at not in quoted else (None, "", 0)
        if owner is None:
            _stray(written, at)
            negated = False
            continue
        if arity and not equals and not negated and place < count and words[place] == "!" and place not in quoted:
            negated = True
            place += 1
        end = place + arity - equals
        values = (attached, *words[place:end]) if equals else tuple(words[place:end])
        place = end
        given = Given(canonical, values, negated, at)
        if written.modules and written.modules[-1].at == count:
            written.modules[-1].at = at
        negated = False
        if len(values) != arity:
            written.stray.append(at)
        elif owner is written.base:
            _take_base(written, given)
        else:
            owner.append(given)
    if negated:
        written.stray.append(count - 1)
    return written


def _take_base(written: Written, given: Given) -> None:
    name = given.name
    if name == "-m":
        if given.negated:
            written.stray.append(given.at)
        module = given.values[0]
        written.modules.append(Module(_MODULE_ALIASES.get(module, module), given.at))
    elif name in ("-j", "-g"):
        if written.target or given.negated:
            written.stray.append(given.at)
        written.target, written.goto, written.target_at = given.values[0], name == "-g", given.at
    elif name == "-c":
        if all(value.isdecimal() for value in given.values):
            written.packets = int(given.values[0])
        else:
            written.stray.append(given.at)
    else:
        if name == "-p" and not given.negated and written.protocol < 0:
            text = given.values[0].lower()
            written.protocol = int(text) if text.isdecimal() and len(text) < 4 else PROTOCOLS.get(text, -1)
        written.base.append(given)


_NO_OPTIONS: dict[str, int] = {}


def _owner(written: Written, name: str) -> tuple[list[Given] | None, str, int]:
    base = BASE.get(name)
    if base is not None:
        return written.base, *base
    if written.target and (arity := TARGETS.get(written.target, _NO_OPTIONS).get(name)) is not None:
        return written.target_options, name, arity
    if written.modules and written.modules[-1].name not in MATCHES:
        return None, "", 0
    for module in reversed(written.modules):
        if (arity := MATCHES.get(module.name, _NO_OPTIONS).get(name)) is not None:
            canonical = name if name == "--set" and module.name != "set" else ALIASES.get(name, name)
            return module.given, canonical, arity
    implied = IMPLICIT.get(written.protocol)
    if implied and (arity := MATCHES[implied].get(name)) is not None:
        module = Module(implied, len(written.line.words.words))
        written.modules.append(module)
        return module.given, ALIASES.get(name, name), arity
    return None, "", 0


def _stray(written: Written, place: int) -> None:
    if not written.target and written.modules and written.modules[-1].name not in MATCHES:
        written.modules[-1].stray.append(place)
    else:
        written.stray.append(place)
