"""What a rule does: targets to actions.

Sources: extensions/libxt_*.c for the options; net/netfilter/xt_*.c for what they do. A target that userspace decides
(NFQUEUE) or that is not modelled becomes `Unsure`; one that only counts, logs or changes what no rule can ask goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Container

from segcheck.importers._linux.names import REJECT_V4, REJECT_V6, TOS_NAMES
from segcheck.importers.iptables import _nat, _values
from segcheck.importers.iptables._context import RuleContext
from segcheck.importers.iptables._match_header import dscp_value
from segcheck.importers.iptables._options import TARGETS, Given, Written
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.match import ANYTHING, Expr, State
from segcheck.model.pipeline import Helper
from segcheck.model.rules import (
    PERMIT_OR_DENY_OR_NOTHING,
    Action,
    Assign,
    Call,
    Continue,
    Copy,
    Deny,
    Permit,
    Return,
    SureAction,
    Translate,
    Unsure,
)

LOGGING = frozenset(("LOG", "NFLOG", "ULOG", "AUDIT"))
WORD = 0xFFFFFFFF
_STATE_BITS = 7
#: These change nothing that a rule can ask and a network can see.
_WITHOUT_EFFECT = LOGGING | {
    "TRACE", "CHECKSUM", "TCPMSS", "TCPOPTSTRIP", "CLASSIFY", "ECN", "CONNSECMARK", "SECMARK", "RATEEST", "LED", "IDLETIMER",
    "SET", "HMARK",
}  # fmt: skip
_PERMIT_OR_DENY = Unsure((Permit(), Deny()))
_FILTER_HOOKS = frozenset(("INPUT", "FORWARD", "OUTPUT"))
Cases = tuple[tuple[Expr, Action], ...]


def is_idle(written: Written, chains: Container[str]) -> bool:
    """Return whether the rule's target, if it has one, only logs or counts."""
    return not written.target or (written.target in _WITHOUT_EFFECT and written.target not in chains)


def cases(rule: RuleContext) -> Cases:
    """Return what the rule does: pairs of a further condition and an action; conditions exclude each other."""
    written = rule.written
    if written.target and not written.goto and written.target not in rule.chains and written.target in _nat.HOOKS:
        return _translation(rule)
    return ((ANYTHING, _action(rule)),)


def nothing_known(rule: RuleContext, at: int, *read: Action) -> Unsure:
    """Return what a rule may do of which the target could not be read for certain; `read` is what could be.

    These actions stand for a call of any chain too: whatever it ends in is among them. What they cannot say is that the
    rule may write what another one asks for (MARK, CONNMARK, SET), may start connection tracking, and in raw and mangle
    may do much more: NOTRACK, CT, TEE, TPROXY, TOS, TTL, DNPT. Then the device may do anything.
    """
    if rule.table in ("raw", "mangle") or rule.device.recalls or not rule.tracks:
        words = " ".join(rule.written.line.words.words[2:])[:80]
        found = rule.remark(Code.ACTION_NOT_MODELLED, Severity.ERROR, at, action=words)
        rule.device.remarks.taint(Scope.DEVICE, found)
    return _anything(rule, *read)


def _anything(rule: RuleContext, *read: Action) -> Unsure:
    found_actions: list[SureAction] = [Permit(), Deny(), Continue()]
    if rule.policy is None:
        found_actions.append(Return())
    if rule.table == "nat":
        found_actions += _nat.unread(rule)
    for action in read:
        parts = action.actions if isinstance(action, Unsure) else (action,)
        # What is read of a translation holds under its own condition only; the unread one includes it.
        found_actions += [part for part in parts if not isinstance(part, Translate) and part not in found_actions]
    return Unsure(tuple(found_actions))


def _translation(rule: RuleContext) -> Cases:
    written = rule.written
    if rule.table != "nat" or not rule.hooks <= _nat.HOOKS[written.target]:
        rule.refused(written.target_at, f"-j {written.target} in {rule.list}")
        return ((ANYTHING, nothing_known(rule, written.target_at)),)
    try:
        return _nat.translate(rule)
    except (ValueError, KeyError):
        _bad_options(rule)
        return ((ANYTHING, Unsure((Continue(), *_nat.unread(rule)))),)


def _action(rule: RuleContext) -> Action:
    written = rule.written
    name = written.target
    if not name:
        return nothing_known(rule, min(rule.doubted)) if rule.doubted else Continue()
    if name in ("ACCEPT", "DROP", "RETURN") and not written.goto:
        return _verdict(rule)
    if name in rule.chains:
        return _call(rule)
    build = _BUILDERS.get(name)
    if written.goto or (name not in TARGETS and build is None):
        rule.remark(Code.UNDEFINED_NAME, Severity.ERROR, written.target_at, kind="chain", name=name)
        found = rule.remark(
            Code.VENDOR_REFUSES, Severity.ERROR, written.target_at, text=f"chain {name} does not exist: no table loads"
        )
        rule.device.remarks.taint(Scope.DEVICE, found)
        return _anything(rule)
    if name in _WITHOUT_EFFECT:
        return Continue()
    if build is None:
        return _not_modelled(rule)
    try:
        return build(rule)
    except (ValueError, KeyError):
        _bad_options(rule)
        return nothing_known(rule, written.target_at)


def _bad_options(rule: RuleContext) -> None:
    words = rule.written.line.words.words[rule.written.target_at :]
    code = Code.VALUE_NOT_UNDERSTOOD
    where = rule.written.target
    rule.remark(code, Severity.WARNING, rule.written.target_at, value=" ".join(words)[:80], where=where)


def _verdict(rule: RuleContext) -> Action:
    if rule.written.target == "ACCEPT":
        return Permit()
    if rule.written.target == "RETURN":
        return Return() if rule.policy is None else rule.policy
    if rule.table == "nat":
        rule.refused(rule.written.target_at, "-j DROP in the nat table")
        return PERMIT_OR_DENY_OR_NOTHING
    return Deny()


def _call(rule: RuleContext) -> Action:
    written = rule.written
    if not rule.cut:
        return Call(rule.chains[written.target], goto=written.goto)
    found = rule.remark(
        Code.VENDOR_REFUSES,
        Severity.ERROR,
        written.target_at,
        text=f"jumps to {written.target} run in a circle or too deep",
    )
    rule.device.remarks.taint(Scope.DEVICE, found)
    return _anything(rule)


def _reject(rule: RuleContext) -> Action:
    names = REJECT_V4 if rule.family == 4 else REJECT_V6
    default = "icmp-port-unreachable" if rule.family == 4 else "icmp6-port-unreachable"
    reply = names[_option(rule, "--reject-with", default)]
    if not rule.hooks <= _FILTER_HOOKS or rule.table == "nat":
        rule.refused(rule.written.target_at, f"-j REJECT in {rule.list}")
        return Unsure((Deny(reply), Deny(), Continue()))
    return Deny(reply)


def _option(rule: RuleContext, name: str, default: str = "") -> str:
    return next((given.values[0] for given in rule.written.target_options if given.name == name), default)


def _mark(rule: RuleContext) -> Action:
    (given,) = rule.written.target_options
    return _assign_mark("mark", given)


def _assign_mark(name: str, given: Given) -> Assign:
    value, mask = _values.masked_number(given.values[0], WORD)
    if given.name == "--set-mark":
        return Assign(name, value, value | mask)
    if given.name == "--set-xmark":
        return Assign(name, value, mask)
    return Assign(name, *_bitwise(given.name[2:-5], value, WORD))


def _bitwise(operation: str, bits: int, every: int) -> tuple[int, int]:
    return {"and": (0, every & ~bits), "or": (bits, bits), "xor": (bits, 0)}[operation]


def _connmark(rule: RuleContext) -> Action:
    options = {given.name: given for given in rule.written.target_options}
    if "--save-mark" not in options and "--restore-mark" not in options:
        (given,) = rule.written.target_options
        return _assign_mark("connmark", given)
    masks = connmark_masks(rule.written.target_options)
    save = "--save-mark" in options
    if masks[0] != masks[1]:
        text = "CONNMARK with two masks"
        rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, rule.written.target_at, action=text)
        return Continue()
    return Copy("connmark", "mark", masks[0]) if save else Copy("mark", "connmark", masks[0])


def connmark_masks(options: list[Given]) -> tuple[int, int]:
    """Return the masks of the packet mark and of the connection mark in a save or restore."""
    values = {given.name: given.values[0] for given in options if given.values}
    both = values.get("--mask", "0xffffffff")
    return tuple(_values.number(values.get(name, both), WORD) for name in ("--nfmask", "--ctmask"))  # type: ignore[return-value]


def _tos(rule: RuleContext) -> Action:
    (given,) = rule.written.target_options
    name = given.values[0].lower()
    if given.name != "--set-tos":
        return Assign("tos", *_bitwise(given.name[2:-4], _values.number(name, 255), 255))
    value, mask = (TOS_NAMES[name], 0x3F) if name in TOS_NAMES else _values.masked_number(name, 255)
    return Assign("tos", value, mask)


def _dscp(rule: RuleContext) -> Action:
    (given,) = rule.written.target_options
    return Assign("tos", dscp_value(given) << 2, 0xFC)


def _ttl(rule: RuleContext) -> Action:
    (given,) = rule.written.target_options
    value = _values.number(given.values[0], 255)
    sets = given.name in ("--ttl-set", "--hl-set")
    if sets and value <= 1 and "PREROUTING" in rule.hooks:
        # The IP layer does not forward what arrives with no more time to live, but it delivers it.
        return Unsure((Continue(), Deny("icmp 11/0" if rule.family == 4 else "icmp 3/0")))
    if not rule.device.asks_ttl:
        return Continue()
    if sets and "ttl" not in rule.device.blurred:
        # The dimension is the value as received: what is set after the kernel lowered it stands for one more.
        return Assign("ttl", value + ("FORWARD" in rule.hooks), 0xFF)
    rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, given.at, action=rule.shown(given))
    return Continue()


def _ct(rule: RuleContext) -> Action:
    options = {given.name: given for given in rule.written.target_options}
    if rule.table != "raw":
        rule.refused(rule.written.target_at, f"-j {rule.written.target} outside of the raw table")
        return PERMIT_OR_DENY_OR_NOTHING
    untracked = Assign("state", State.UNTRACKED, _STATE_BITS)
    if rule.written.target == "NOTRACK" or "--notrack" in options:
        # A template set by an earlier CT rule makes NOTRACK a no-op (xt_CT.c: `if (skb->_nfct != 0)`).
        return Unsure((untracked, Continue())) if f"template{rule.family}" in rule.device.blurred else untracked
    if "--helper" in options:
        protocol = options["--helper"].values[0]
        rule.device.helpers.append(Helper(protocol, True, rule.list, (rule.id,)))
    zones = [given for given in rule.written.target_options if given.name.startswith("--zone")]
    if not zones:
        return Continue()
    text = rule.shown(zones[0])
    rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, zones[0].at, action=f"CT {text}")
    # In another zone, a packet of a known connection may be one of no known connection.
    return Unsure((Continue(), Assign("state", State.NONE, _STATE_BITS)))


def _queue(rule: RuleContext) -> Action:
    text = f"{rule.written.target}: a program decides"
    rule.remark(Code.ACTION_NOT_MODELLED, Severity.WARNING, rule.written.target_at, action=text)
    return _PERMIT_OR_DENY


#: Known targets that are not modelled: what they may do, and whether they may also send packets elsewhere.
_NOT_MODELLED: dict[str, tuple[tuple[SureAction, ...], Scope | None]] = {
    "TEE": ((Continue(),), Scope.DEVICE),
    "TPROXY": ((Permit(), Deny()), Scope.DEVICE),
    "SYNPROXY": ((Permit(), Deny()), None),
    "CLUSTERIP": ((Deny(), Continue()), None),
    "DNPT": ((Continue(),), Scope.TRANSLATION),
    "SNPT": ((Continue(),), Scope.TRANSLATION),
}


def _not_modelled(rule: RuleContext) -> Action:
    name = rule.written.target
    rule.doubt(LineUse.UNSUPPORTED)
    found = rule.remark(Code.ACTION_NOT_MODELLED, Severity.ERROR, rule.written.target_at, action=name)
    actions, scope = _NOT_MODELLED[name]
    if scope is not None:
        rule.device.remarks.taint(scope, found)
    return Unsure(actions) if len(actions) > 1 else actions[0]


_BUILDERS: dict[str, Callable[[RuleContext], Action]] = {
    "REJECT": _reject,
    "MARK": _mark,
    "CONNMARK": _connmark,
    "TOS": _tos,
    "DSCP": _dscp,
    "TTL": _ttl,
    "HL": _ttl,
    "CT": _ct,
    "NOTRACK": _ct,
    "QUEUE": _queue,
    "NFQUEUE": _queue,
}
assert TARGETS.keys() == (
    _BUILDERS.keys() | _WITHOUT_EFFECT | _NOT_MODELLED.keys() | _nat.HOOKS.keys() | {"ACCEPT", "DROP", "RETURN"}
)
