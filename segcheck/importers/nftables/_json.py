"""`nft -j list ruleset` (libnftables-json(5)): each object is put into the words of nft's own language, with its lines.

One reader of rules then serves both forms. What has no known form becomes a word that no statement begins with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from segcheck.importers._remarks import Remarks
from segcheck.importers.nftables._lexer import Piece, Token, tokens
from segcheck.importers.nftables._ruleset import FAMILIES, Chain, Ruleset, RuleText, Set, Table, Words, elements
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineAccount, LineUse, Severity
from segcheck.model.source import SourceText

_MARKS = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]\n]')
_HEAD = re.compile(r'\s*\{\s*"nftables"\s*:\s*\[')
_TAIL = re.compile(r"\s*\]\s*\}\s*")
#: Characters between objects.
_BETWEEN = re.compile(r"[\s,]*")
MOST_NESTED = 100


def is_json(text: str) -> bool:
    """Return whether a text is the JSON form."""
    return bool(_HEAD.match(text))


def read(source: SourceText, account: LineAccount, remarks: Remarks) -> Ruleset:
    """Return what stands in the document; rules are left unmarked in the account for the converter."""
    return _Reader(source, account, remarks).read()


class _Unknown(ValueError):
    """Something that has no form here."""


class _Reader:
    def __init__(self, source: SourceText, account: LineAccount, remarks: Remarks) -> None:
        self.ruleset = Ruleset(source, account, [])
        self.remarks = remarks
        self.tables: dict[tuple[str, str], Table] = {}

    def read(self) -> Ruleset:
        text = self.ruleset.source.text
        head = _HEAD.match(text)
        assert head is not None
        self._frame(text, 0, head.end())
        for start, end in self._objects(text, head.end()):
            line = text.count("\n", 0, start) + 1
            piece = Piece(text[start:end], line, line + text.count("\n", start, end))
            self.ruleset.pieces.append(piece)
            try:
                found = json.loads(piece.text, object_pairs_hook=_once)
                ((kind, body),) = found.items()
                self._object(kind, body)
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                self._refuse()
        return self.ruleset

    def _frame(self, text: str, start: int, end: int) -> None:
        """Mark the lines of what stands around the objects."""
        first = text.count("\n", 0, start) + 1
        last = first + text.count("\n", start, end)
        self.ruleset.account.mark(first, min(last, self.ruleset.account.total), LineUse.UNDERSTOOD)

    def _objects(self, text: str, start: int) -> Iterator[tuple[int, int]]:
        """Yield the places of the objects of the array; what stands between and after them is accounted for."""
        place = start
        while True:
            between = _BETWEEN.match(text, place)
            begin = between.end() if between else place
            tail = _TAIL.fullmatch(text, begin)
            if tail is not None:
                self._frame(text, place, len(text.rstrip()))
                return
            end = _closing(text, begin)
            if end is None:
                self.ruleset.torn = "the JSON document is not closed"
                return
            self._frame(text, place, begin)
            yield begin, end
            place = end

    @property
    def _at(self) -> int:
        return len(self.ruleset.pieces) - 1

    def _word(self, text: str = "") -> Token:
        return Token(text, self._at, 1)

    def _refuse(self) -> None:
        word = self._word()
        text = self.ruleset.pieces[-1].text[:80]
        span = self.ruleset.span(word)
        found = self.remarks.add(Code.UNRECOGNISED_LINE, Severity.ERROR, span, "device", self._at + 1, text=text)
        self.remarks.taint(Scope.DEVICE, found)
        self.ruleset.mark(LineUse.UNRECOGNISED, word)

    def _object(self, kind: str, body: dict[str, Any]) -> None:
        if kind == "metainfo":
            pass
        elif kind == "table":
            table = self._table(body["family"], body["name"])
            flags = set(_flags(body.get("flags", [])))
            table.dormant = "dormant" in flags
            if not flags <= {"dormant", "owner", "persist"}:
                raise _Unknown(f"flags {flags}")  # nft 1.0.6 prints the table's own name in place of "dormant"
        elif kind == "rule":
            self._rule(body)
            return
        else:
            self._part(kind, body, self._table(body["family"], body["table"]))
        self.ruleset.mark(LineUse.UNDERSTOOD, self._word())

    def _table(self, family: str, name: str) -> Table:
        if family not in FAMILIES:
            raise _Unknown(family)
        if (family, name) not in self.tables:
            self.tables[family, name] = Table(family, name, self._word())
            self.ruleset.tables.append(self.tables[family, name])
        return self.tables[family, name]

    def _part(self, kind: str, body: dict[str, Any], table: Table) -> None:
        name = body["name"]
        if kind == "chain":
            chain = Chain(name, self._word())
            if "hook" in body:
                chain.type, chain.hook, chain.priority = body["type"], body["hook"], int(body["prio"])
                chain.policy, chain.policy_at = body.get("policy", "accept"), self._word()
                if chain.policy not in ("accept", "drop"):
                    raise _Unknown(chain.policy)
            if table.chains.setdefault(name, chain) is not chain:
                raise _Unknown(name)
        elif kind in ("set", "map"):
            if name in table.sets:
                raise _Unknown(name)
            table.sets[name] = self._set(kind, body)
        elif kind == "ct helper":
            table.helpers[name] = body["type"]
        elif kind not in (
            "counter",
            "quota",
            "limit",
            "ct timeout",
            "ct expectation",
            "secmark",
            "synproxy",
            "flowtable",
        ):
            raise _Unknown(kind)

    def _set(self, kind: str, body: dict[str, Any]) -> Set:
        made = Set(body["name"], kind, self._word(), " . ".join(_flags(body["type"])))
        flags = set(_flags(body.get("flags", [])))
        if flags & {"dynamic", "timeout"} or "timeout" in body:
            made.unsure = "elements come and go"
        if not flags <= {"dynamic", "timeout", "interval", "constant"}:
            made.unsure = "its flags are not understood"
        found = elements(self._words(", ".join(map(_element, body.get("elem", [])))))
        if found is None:
            made.unsure = "its elements are not understood"
        else:
            made.elements = found
        return made

    def _rule(self, body: dict[str, Any]) -> None:
        chain = self._table(body["family"], body["table"]).chains[body["chain"]]
        parts = []
        for statement in body["expr"]:
            ((kind, inner),) = statement.items()
            try:
                parts.append(_statement(kind, inner))
            except (_Unknown, ValueError, TypeError, KeyError, AttributeError, RecursionError):
                parts.append("?" + re.sub(r"\W", "-", kind))
        if "comment" in body:
            parts.append(f"comment {_quoted(body['comment'])}")
        words = self._words(" ".join(parts))
        chain.rules.append(RuleText(words or [self._word("?empty")], len(chain.rules) + 1))

    def _words(self, text: str) -> Words:
        return [word._replace(line=self._at) for word in tokens([Piece(text, 1, 1)])[:-1]]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise _Unknown("a name twice")
    return dict(pairs)


def _closing(text: str, begin: int) -> int | None:
    """Return the place behind the object that begins at `begin`; None if it is not closed or there is none."""
    if not text.startswith("{", begin):
        return None
    depth = 0
    for mark in _MARKS.finditer(text, begin):
        depth += (mark[0] in "{[") - (mark[0] in "}]") if mark[0] != "\n" else 0
        if depth == 0:
            return mark.end()
    return None


def _flags(given: Any) -> list[str]:
    return [given] if isinstance(given, str) else list(given)


def _quoted(text: str) -> str:
    if not isinstance(text, str) or '"' in text or "\n" in text:
        raise _Unknown(text)
    return f'"{text}"'


def _element(given: Any) -> str:
    if isinstance(given, list):
        key, value = given
        return f"{_value(key)} : {_verdict(value)}"
    return _value(given)


def _verdict(given: Any) -> str:
    if isinstance(given, dict) and len(given) == 1 and next(iter(given)) in _PLAIN:
        ((kind, inner),) = given.items()
        return _statement(kind, inner)
    return _value(given)


def _value(given: Any) -> str:
    if isinstance(given, bool):
        return "exists" if given else "missing"
    if isinstance(given, int):
        return str(given)
    if isinstance(given, str):
        return given if given == "*" or (given.startswith("@") and re.fullmatch(r"@[\w.-]+", given)) else _quoted(given)
    if isinstance(given, list):
        return " , ".join(map(_value, given))
    ((kind, inner),) = given.items()
    return _EXPRESSIONS[kind](inner)


def _operation(sign: str, inner: Any) -> str:
    parts = [f"( {' | '.join(map(_value, part))} )" if isinstance(part, list) else _value(part) for part in inner]
    return f" {sign} ".join(parts)


def _payload(inner: Any) -> str:
    return f"{_bare(inner['protocol'])} {_bare(inner['field'])}"


def _bare(text: str) -> str:
    if not re.fullmatch(r"[\w -]+", text):
        raise _Unknown(text)
    return text


def _unknown(inner: Any) -> str:
    raise _Unknown(str(inner)[:80])


def _elem(inner: Any) -> str:
    if not set(inner) <= {"val", "comment", "counter"}:
        return f"{_value(inner['val'])} timeout"
    return _value(inner["val"])


_EXPRESSIONS: dict[str, Callable[[Any], str]] = {
    "prefix": lambda inner: f"{_value(inner['addr'])} / {int(inner['len'])}",
    "range": lambda inner: f"{_value(inner[0])} - {_value(inner[1])}",
    "set": lambda inner: "{ " + ", ".join(map(_element, inner)) + " }",
    "concat": lambda inner: " . ".join(map(_value, inner)),
    "payload": _payload,
    "meta": lambda inner: f"meta {_bare(inner['key'])}",
    "ct": lambda inner: " ".join(["ct", *([_bare(inner["dir"])] if "dir" in inner else []), _bare(inner["key"])]),
    "fib": lambda inner: f"fib {' . '.join(map(_bare, inner['flags']))} {_bare(inner['result'])}",
    "exthdr": lambda inner: f"exthdr {_bare(inner['name'])}" if set(inner) == {"name"} else _unknown(inner),
    "socket": lambda inner: f"socket {_bare(inner['key'])}",
    "map": lambda inner: f"{_value(inner['key'])} map {_value(inner['data'])}",
    "elem": _elem,
    "numgen": lambda inner: (
        f"numgen {_bare(inner['mode'])} mod {int(inner['mod'])} offset {int(inner.get('offset', 0))}"
    ),
    **{sign: partial(_operation, sign) for sign in ("&", "|", "^")},
}
_PLAIN = ("accept", "drop", "return", "continue", "jump", "goto")


def _statement(kind: str, inner: Any) -> str:
    """Return a statement in nft's own words; raises _Unknown and the like for what has none here."""
    if kind in _PLAIN:
        return kind if inner is None else f"{kind} {_bare(inner['target'])}"
    return _STATEMENTS[kind](inner)


def _match(inner: Any) -> str:
    op = {"in": "", "==": "==", "!=": "!=", "<": "<", ">": ">", "<=": "<=", ">=": ">=", "!": "!"}[inner["op"]]
    return " ".join(part for part in (_value(inner["left"]), op, _value(inner["right"])) if part)


def _named(kind: str, inner: Any, rest: str) -> str:
    return f"{kind} name {_quoted(inner)}" if isinstance(inner, str) else f"{kind}{rest}"


def _counter(inner: Any) -> str:
    given = f" packets {int(inner['packets'])} bytes {int(inner['bytes'])}" if isinstance(inner, dict) else ""
    return _named("counter", inner, given)


def _nat(kind: str, inner: Any) -> str:
    given = dict(inner or {})
    words = [kind]
    if set(given) - {"family", "addr", "port", "flags", "type_flags"}:
        raise _Unknown(kind)
    if "family" in given:
        words.append(_bare(given["family"]))
    if "type_flags" in given:
        words += _flags(given["type_flags"])
    if "addr" in given or "port" in given:
        words += ["to", *([_value(given["addr"])] if "addr" in given else [])]
        words += [":", _value(given["port"])] if "port" in given else []
    return " ".join([*words, *[_bare(flag) for flag in _flags(given.get("flags", [])) if flag != "netmap"]])


def _reject(inner: Any) -> str:
    if not inner:
        return "reject"
    if inner["type"] == "tcp reset":
        return "reject with tcp reset"
    return f"reject with {_bare(inner['type'])} {_bare(inner['expr'])}" if "expr" in inner else "reject"


def _rate(inner: Any) -> str:
    return f" rate {'over ' if inner.get('inv') else ''}{int(inner['rate'])}/{_bare(inner['per'])}"


def _set_statement(inner: Any) -> str:
    return f"{_bare(inner['op'])} {_value(inner['set'])} {{ {_value(inner['elem'])} }}"


_STATEMENTS: dict[str, Callable[[Any], str]] = {
    "match": _match,
    "vmap": lambda inner: f"{_value(inner['key'])} vmap {_value(inner['data'])}",
    "mangle": lambda inner: f"{_value(inner['key'])} set {_value(inner['value'])}",
    "counter": _counter,
    "limit": lambda inner: _named("limit", inner, "" if isinstance(inner, str) else _rate(inner)),
    "quota": lambda inner: _named("quota", inner, "" if isinstance(inner, str) else f" {int(inner['val'])} bytes"),
    "ct count": lambda inner: f"ct count {int(inner['val'])}",
    "ct helper": lambda inner: f"ct helper set {_quoted(inner)}",
    "log": lambda inner: "log",
    "notrack": lambda inner: "notrack",
    "reject": _reject,
    "flow": lambda inner: f"flow {_bare(inner['op'])} {_value(inner['flowtable'])}",
    "set": _set_statement,
    "synproxy": lambda inner: "synproxy",
    **{kind: partial(_nat, kind) for kind in ("dnat", "snat", "masquerade", "redirect")},
}
