"""Answers to things: every object of every known array, each accounted for by its lines.

A thing that two answers tell alike is one; told differently, its VPC is open. Source: Amazon EC2 API Reference.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from segcheck.importers.aws import _objects
from segcheck.importers.aws._estate import Estate, Group, TransitRoute
from segcheck.importers.aws._json import Broken, Malformed, Node, documents
from segcheck.importers.aws._keys import ANSWERS, FOREIGN, IDLE_ANSWERS
from segcheck.importers.aws._notes import EVERYONE, File, Notes
from segcheck.model.device import Scope
from segcheck.model.diagnostic import Code, LineUse, Severity
from segcheck.model.source import SourceText, Span
from segcheck.sets.addresses import parse
from segcheck.sets.intervals import IntervalSet

#: Keys beside the array of an answer that say that more pages exist.
_MORE = ("NextToken", "nextToken")
_TABLE_ID = re.compile(r"tgw-rtb-[0-9a-f]+")
_LIST_ID = re.compile(r"\bpl-[0-9a-f]+")
#: Owner of doubts about transit gateways only.
TRANSIT = "transit gateways"


class Answers:
    """Reads files into an estate."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes
        self.estate = Estate()
        self.files: list[File] = []
        self._told: dict[tuple[str, str], object] = {}

    def read(self, source: SourceText) -> None:
        """Read one file."""
        file = File(source)
        self.files.append(file)
        found: list[Node] = []
        try:
            found.extend(documents(source.text))
        except Broken as error:
            self._torn(file, error)
            return
        for document in found:
            self._document(file, document)

    def _torn(self, file: File, error: Broken) -> None:
        """Nothing is taken from a file that is no whole JSON: what is missing of it may be anything."""
        file.torn = f"{error.why}, line {error.line}"
        total = file.account.total
        for number in range(1, total + 1):
            file.account.mark(number, number, LineUse.UNRECOGNISED)
        line = min(max(1, error.line), max(1, total))
        span = Span(file.source.path, line, line)
        found = self.notes.add(Code.EXPORT_INCOMPLETE, Severity.ERROR, span, "device", evidence=file.torn)
        self.notes.doubt(EVERYONE, Scope.DEVICE, found)

    def _document(self, file: File, document: Node) -> None:
        if isinstance(document.value, list):
            file.frame(document)
            for item in document.value:
                self._document(file, item)
            return
        if not isinstance(document.value, dict):
            self.notes.unread(file, document, EVERYONE, "a value that is no answer")
            return
        file.frame(document)
        names = [name for name in document.value if name in ANSWERS]
        for key, member in document.value.items():
            if key in _MORE:
                file.mark(member, LineUse.UNDERSTOOD if member.empty else LineUse.APPROXIMATED)
                if not member.empty:
                    self._cut(file, member, names)
            elif key == "AdditionalRoutesAvailable":
                file.mark(member, LineUse.UNDERSTOOD)
                if member.value is not False:
                    self._cut(file, member, names)
            elif key in IDLE_ANSWERS:
                file.mark(member, LineUse.IRRELEVANT)
            elif key in FOREIGN:
                if member.empty:
                    file.mark(member, LineUse.IRRELEVANT)
                else:
                    self.notes.unread(file, member, TRANSIT, f'"{key}"', known=True)
            elif key in ANSWERS:
                self._answer(file, key, member)
            elif member.empty:
                file.mark(member, LineUse.IRRELEVANT)
            else:
                self.notes.unread(file, member, EVERYONE, f'"{key}"')

    def _cut(self, file: File, node: Node, names: list[str]) -> None:
        file.cut = f"line {node.first}: more pages of {', '.join(names) or 'the answer'} exist"
        self.estate.cut.update(names)
        self.notes.add(
            Code.EXPORT_INCOMPLETE, Severity.WARNING, file.span(node), "device", node.column, evidence=file.cut
        )
        for name in ("Routes", "Entries"):
            if name in names:
                self._cut_named(file, name)

    def _cut_named(self, file: File, name: str) -> None:
        where = self.estate.transit_routes if name == "Routes" else self.estate.prefix_lists
        for found in (_TABLE_ID if name == "Routes" else _LIST_ID).findall(file.source.path):
            where[found] = None

    def _answer(self, file: File, name: str, member: Node) -> None:
        if not isinstance(member.value, list):
            self.notes.malformed(file, member, EVERYONE, name)
            return
        file.frame(member)
        self.estate.supplied.setdefault(name, file.span(member))
        if name in ("Routes", "Entries"):
            self._named_by_file(file, name, member)
            return
        for item in member.value:
            self._item(file, name, item)

    def _item(self, file: File, name: str, item: Node) -> None:
        owner = EVERYONE
        with suppress(Malformed):
            owner = item.maybe_named("VpcId") or (TRANSIT if name.startswith("TransitGateway") else EVERYONE)
        self.notes.account(file, item, ANSWERS[name], owner)
        try:
            if name == "Reservations":
                self._reservation(file, item)
            else:
                self._take(file, name, item)
        except Malformed as error:
            self.notes.malformed(file, error.node, owner, name)
        except ValueError:
            self.notes.malformed(file, item, owner, name)

    def _reservation(self, file: File, item: Node) -> None:
        for instance in item.items("Instances"):
            for one in instance.items("NetworkInterfaces"):
                self._take(file, "NetworkInterfaces", one)

    def _take(self, file: File, name: str, item: Node) -> None:
        reader = _objects.READERS.get(name)
        if reader is None:
            return
        kept = reader(item, file.span(item), self.estate)
        if kept is None:
            return
        identity, told, owner = kept
        known = self._told.setdefault((name, identity), told)
        if known != told:
            found = self.notes.add(
                Code.DUPLICATE_NAME,
                Severity.ERROR,
                file.span(item),
                "device",
                item.column,
                kind=name,
                name=identity[:60],
            )
            self.notes.doubt(owner, Scope.DEVICE, found)

    def _named_by_file(self, file: File, name: str, member: Node) -> None:
        """Read an answer that does not say whose it is: the name of the file has to."""
        pattern = _TABLE_ID if name == "Routes" else _LIST_ID
        ids = set(pattern.findall(file.source.path.rpartition("/")[2]))
        assert isinstance(member.value, list)
        if len(ids) != 1:
            self.notes.unread(file, member, TRANSIT if name == "Routes" else EVERYONE, f'"{name}" of nobody knows whom')
            return
        identity = ids.pop()
        for item in member.value:
            self.notes.account(file, item, ANSWERS[name], TRANSIT if name == "Routes" else EVERYONE)
        try:
            if name == "Routes":
                routes = tuple(_objects.transit_route(item, file.span(item)) for item in member.value)
                self._routes(identity, routes)
            else:
                content = IntervalSet.empty()
                for item in member.value:
                    content = content | parse(item.needed("Cidr"))
                self.estate.prefix_lists.setdefault(identity, content)
        except Malformed as error:
            self.notes.malformed(file, error.node, TRANSIT if name == "Routes" else EVERYONE, name)
        except ValueError:
            self.notes.malformed(file, member, TRANSIT if name == "Routes" else EVERYONE, name)

    def _routes(self, identity: str, routes: tuple[TransitRoute, ...]) -> None:
        known = self.estate.transit_routes.get(identity, ())
        self.estate.transit_routes[identity] = None if known is None else (*known, *routes)

    def finish(self) -> None:
        """Join what rules of security groups say one by one with what the groups say."""
        estate = self.estate
        for identity, rules in estate.loose.items():
            group = estate.groups.get(identity)
            if group is None:
                homes = {eni.vpc for eni in estate.enis.values() if identity in eni.groups}
                if len(homes) != 1 or not estate.whole("SecurityGroupRules"):
                    continue
                first = next(iter(rules.values()))
                estate.groups[identity] = Group(identity, homes.pop(), "", first.span, list(rules.values()))
                continue
            ids = {one.what: one.id for one in rules.values()}
            group.permissions = [replace(one, id=ids.get(one.what, "")) for one in group.permissions]
            told = {one.what for one in group.permissions}
            missing = told - ids.keys() if estate.whole("SecurityGroupRules") else set()
            if ids.keys() - told or missing:
                span = next(iter(rules.values())).span
                found = self.notes.add(
                    Code.DUPLICATE_NAME, Severity.ERROR, span, f"list {identity}", kind="security group", name=identity
                )
                for side in ("ingress", "egress"):
                    self.notes.doubt(group.vpc, Scope.LIST, found, f"{identity} {side}")
