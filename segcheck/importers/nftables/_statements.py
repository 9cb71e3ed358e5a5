"""An nftables text as tables, chains, sets and rules; nothing is interpreted yet.

Grammar: nft(8) 1.0.6, sections "Tables", "Chains", "Sets", "Maps", "Flowtables", "Stateful objects"; src/rule.c for what
`list ruleset` prints. Of scripts for `nft -f`, declarations of tables, `flush` before the first table, `define` and variables
are read; `include` and every other command leave the device open.
"""

from __future__ import annotations

from segcheck.importers._remarks import Remarks
from segcheck.importers.nftables._lexer import NEWLINE, Piece, Token, shown, tokens
from segcheck.importers.nftables._ruleset import FAMILIES, Chain, Ruleset, RuleText, Set, Table, Words, elements
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineAccount, LineUse, Severity
from segcheck.model.source import SourceText

_OBJECTS = frozenset(("counter", "quota", "limit", "secmark", "synproxy", "flowtable"))
_CT_OBJECTS = frozenset(("helper", "timeout", "expectation"))


def read(source: SourceText, pieces: list[Piece], account: LineAccount, remarks: Remarks) -> Ruleset:
    """Return what stands in a text; rules are left unmarked in the account for the converter."""
    return _Reader(Ruleset(source, account, pieces), remarks).read()


class _Reader:
    def __init__(self, ruleset: Ruleset, remarks: Remarks) -> None:
        self.ruleset, self.remarks = ruleset, remarks
        self.tokens = tokens(ruleset.pieces)
        self.at = 0
        self.defined: dict[str, Words] = {}

    def read(self) -> Ruleset:
        while (word := self._start()) is not None:
            if word.of("}"):
                self.at += 1
                self._refuse([word])
            elif word.of("table"):
                self._table()
            else:
                self._command()
        return self.ruleset

    # -- words

    def _start(self) -> Token | None:
        """Return the next word that begins something, None at the end."""
        while self.at < len(self.tokens) and self.tokens[self.at].of(NEWLINE, ";"):
            if self.tokens[self.at].of(";"):
                self.ruleset.mark(LineUse.UNDERSTOOD, self.tokens[self.at])
            self.at += 1
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _statement(self) -> Words:
        """Take the words up to the end of a statement: a line end or `;` outside of braces, or the `}` around it."""
        found: Words = []
        depth = 0
        while self.at < len(self.tokens):
            word = self.tokens[self.at]
            if depth == 0 and word.of(NEWLINE, ";", "}"):
                break
            self.at += 1
            if word.of(NEWLINE):
                continue
            depth += word.of("{") - word.of("}")
            found += self.defined[word.text[1:]] if self._variable(word) else [word]
        else:
            if depth:
                self._torn("a brace is not closed")
        return found

    def _variable(self, word: Token) -> bool:
        return not word.quoted and word.text.startswith("$") and word.text[1:] in self.defined

    def _head(self) -> Words:
        """Take the words up to `{` or the end of the line; the `{` is taken too."""
        found: Words = []
        while self.at < len(self.tokens) and not self.tokens[self.at].of(NEWLINE, ";", "}"):
            word = self.tokens[self.at]
            self.at += 1
            found.append(word)
            if word.of("{"):
                break
        return found

    def _inside(self, head: Words) -> bool:
        """Return whether another statement stands before the closing brace, which is taken."""
        word = self._start()
        if word is None:
            self._torn(f"{shown(head[:3])} is not closed")
            return False
        if word.of("}"):
            self.at += 1
            self.ruleset.mark(LineUse.UNDERSTOOD, word)
            return False
        return True

    def _torn(self, why: str) -> None:
        self.ruleset.torn = self.ruleset.torn or why

    def _refuse(self, words: Words, use: LineUse = LineUse.UNRECOGNISED) -> None:
        """Record words that nobody reads; they may change any chain."""
        code = Code.UNRECOGNISED_LINE if use is LineUse.UNRECOGNISED else Code.UNSUPPORTED_LINE
        span = self.ruleset.span(*words)
        found = self.remarks.add(code, Severity.ERROR, span, "device", words[0].column, text=shown(words)[:80])
        self.remarks.taint(Scope.DEVICE, found)
        self.ruleset.mark(use, *words)

    def _skip(self, head: Words) -> Words:
        """Take the rest of a block that begins with `head`."""
        depth = 1 if head and head[-1].of("{") else 0
        found = list(head)
        while depth and self.at < len(self.tokens):
            word = self.tokens[self.at]
            self.at += 1
            depth += word.of("{") - word.of("}")
            if not word.of(NEWLINE):
                found.append(word)
        if depth:
            self._torn("a brace is not closed")
        return found

    # -- commands outside of tables

    def _command(self) -> None:
        words = self._statement()
        if not words:  # cannot be: something began here
            self.at += 1
        elif words[0].of("define") and len(words) > 3 and words[2].of("="):
            self._define(words)
        elif words[0].of("flush", "destroy", "delete") and len(words) > 1 and self._nothing_yet(words[1:]):
            self.ruleset.mark(LineUse.UNDERSTOOD, *words)
        elif words[0].of("include"):
            self._refuse(words, LineUse.UNSUPPORTED)
        else:
            self._refuse(words)

    def _nothing_yet(self, what: Words) -> bool:
        """Return whether what is flushed or deleted holds nothing yet, as far as this file goes."""
        if what[0].of("ruleset"):
            return not self.ruleset.tables
        named = [word.text for word in what[1:]]
        known = {table.label for table in self.ruleset.tables if table.chains or table.sets}
        return (
            what[0].of("table") and bool(named) and " ".join(named if len(named) > 1 else ["ip", *named]) not in known
        )

    def _define(self, words: Words) -> None:
        if len(self.defined) < 1000 and len(words) < 10_000 and words[1].text not in self.defined:
            self.defined[words[1].text] = words[3:]
            self.ruleset.mark(LineUse.UNDERSTOOD, *words)
        else:
            self._refuse(words)

    # -- tables

    def _table(self) -> None:
        head = self._head()
        body = head[-1].of("{")
        names = head[1:-1] if body else head[1:]
        family = names[0].text if len(names) == 2 else "ip"
        if not 1 <= len(names) <= 2 or family not in FAMILIES:
            self._refuse(self._skip(head))
            return
        self.ruleset.mark(LineUse.UNDERSTOOD, *head)
        table = self._known(family, names[-1].text, head[0])
        while body and self._inside(head):
            self._part(table)

    def _known(self, family: str, name: str, at: Token) -> Table:
        for table in self.ruleset.tables:
            if (table.family, table.name) == (family, name):
                return table
        self.ruleset.tables.append(Table(family, name, at))
        return self.ruleset.tables[-1]

    def _part(self, table: Table) -> None:
        word = self.tokens[self.at]
        if word.of("chain", "set", "map") or word.of(*_OBJECTS):
            head = self._head()
            if len(head) == 3 and head[2].of("{"):
                self.ruleset.mark(LineUse.UNDERSTOOD, *head)
                self._named(table, head)
                return
            self._refuse(self._skip(head))
        elif word.of("ct"):
            head = self._head()
            if len(head) == 4 and head[1].of(*_CT_OBJECTS) and head[3].of("{"):
                self.ruleset.mark(LineUse.UNDERSTOOD, *head)
                self._object(table, head)
                return
            self._refuse(self._skip(head))
        else:
            self._attribute(table)

    def _attribute(self, table: Table) -> None:
        words = self._statement()
        if words[0].of("flags") and {word.text for word in words[1:]} <= {"dormant", "owner", "persist", ","}:
            table.dormant = table.dormant or any(word.of("dormant") for word in words)
            self.ruleset.mark(LineUse.UNDERSTOOD, *words)
        elif words[0].of("comment") and len(words) == 2:
            self.ruleset.mark(LineUse.IRRELEVANT, *words)
        elif words[0].of("define") and len(words) > 3 and words[2].of("="):
            self._define(words)
        elif words[0].of("include"):
            self._refuse(words, LineUse.UNSUPPORTED)
        else:
            self._refuse(words)

    def _named(self, table: Table, head: Words) -> None:
        kind, name = head[0].text, head[1].text
        if kind == "chain":
            if name in table.chains:
                self._twice(head)
            chain = table.chains.setdefault(name, Chain(name, head[0]))
            while self._inside(head):
                self._line_of_chain(chain, self._statement())
        elif kind in ("set", "map"):
            if name in table.sets:
                self._twice(head)
            made = table.sets.setdefault(name, Set(name, kind, head[0]))
            while self._inside(head):
                self._line_of_set(made, self._statement())
        else:
            self._object(table, head)

    def _twice(self, head: Words) -> None:
        found = self.remarks.add(
            Code.DUPLICATE_NAME,
            Severity.ERROR,
            self.ruleset.span(*head),
            "device",
            head[0].column,
            kind=head[0].text,
            name=head[1].text,
        )
        self.remarks.taint(Scope.DEVICE, found)

    def _object(self, table: Table, head: Words) -> None:
        """Read what rules name by `counter name`, `ct helper set` and the like: what it counts does not matter."""
        while self._inside(head):
            words = self._statement()
            if not words:
                self.at += 1
                continue
            if head[0].of("ct") and head[1].of("helper") and words[0].of("type") and len(words) > 1:
                table.helpers[head[2].text] = words[1].text
            self.ruleset.mark(LineUse.UNDERSTOOD, *words)

    # -- chains

    def _line_of_chain(self, chain: Chain, words: Words) -> None:
        if words[0].of("type") and "hook" in {word.text for word in words}:
            self._hook(chain, words)
        elif words[0].of("policy") and len(words) == 2 and words[1].of("accept", "drop"):
            chain.policy, chain.policy_at = words[1].text, words[1]
            self.ruleset.mark(LineUse.UNDERSTOOD, *words)
        elif words[0].of("comment") and len(words) == 2 and words[1].quoted:
            self.ruleset.mark(LineUse.IRRELEVANT, *words)
        elif words[0].of("type", "policy", "flags", "devices", "include"):
            chain.unread = True
            self._refuse(words)
        else:
            chain.rules.append(RuleText(words, len(chain.rules) + 1))

    def _hook(self, chain: Chain, words: Words) -> None:
        texts = [word.text for word in words]
        try:
            kind, hook = texts[1], texts[3]
            place = texts.index("priority")
            priority = _priority("".join(texts[place + 1 :]))
            known = texts[2] == "hook" and (place == 4 or texts[4] in ("device", "devices"))
        except (ValueError, IndexError):
            known = False
        if not known or chain.hook:
            chain.unread = True
            self._refuse(words)
            return
        chain.priority = priority
        chain.type, chain.hook = kind, hook
        self.ruleset.mark(LineUse.UNDERSTOOD, *words)

    # -- sets

    def _line_of_set(self, made: Set, words: Words) -> None:
        first = words[0]
        texts = [word.text for word in words]
        use = LineUse.UNDERSTOOD
        if first.of("type", "typeof") and len(words) > 1:
            made.type = " ".join(texts[1:])
        elif first.of("flags"):
            if set(texts[1:]) & {"dynamic", "timeout"}:
                made.unsure = made.unsure or "elements come and go"
            if not set(texts[1:]) <= {"dynamic", "timeout", "interval", "constant", ","}:
                made.unsure, use = "its flags are not understood", LineUse.UNRECOGNISED
        elif first.of("elements") and texts[1:3] == ["=", "{"] and texts[-1] == "}":
            found = elements(words[3:-1])
            if found is None:
                made.unsure, use = "its elements are not understood", LineUse.UNRECOGNISED
            else:
                made.elements += found
        elif first.of("timeout", "gc-interval"):
            made.unsure = made.unsure or "elements come and go"
        elif not first.of("size", "policy", "auto-merge", "counter", "comment"):
            made.unsure, use = "a line of it is not understood", LineUse.UNRECOGNISED
        if use is LineUse.UNRECOGNISED:
            span = self.ruleset.span(*words)
            self.remarks.add(
                Code.UNRECOGNISED_LINE, Severity.ERROR, span, f"set {made.name}", first.column, text=shown(words)[:80]
            )
        self.ruleset.mark(use, *words)


_NAMED_PRIORITIES = {"raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100}


def _priority(text: str) -> int:
    """Return a chain's priority: a number, or a name with an offset (nft(8), "Standard priority names")."""
    name = text.rstrip("0123456789").rstrip("+-") if text[:1].isalpha() else ""
    rest = text[len(name) :]
    if name:
        return _NAMED_PRIORITIES[name] + (int(rest) if rest else 0) if name in _NAMED_PRIORITIES else int("?")
    return int(rest)
