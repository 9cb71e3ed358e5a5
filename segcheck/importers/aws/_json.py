"""JSON with the place of every value: one document or several behind each other (RFC 8259, and `cat *.json`).

The depth and the number of values are bounded: an answer of the command line interface nests a dozen levels deep.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

MOST_NESTED = 40
MOST_VALUES = 3_000_000
_TOKEN = re.compile(r'[ \t\r\n]*(?:([{}\[\],:])|("(?:[^"\\\n]|\\.)*")|(-?[0-9][0-9.eE+-]*|true|false|null))')
_BLANK = re.compile(r"[ \t\r\n]*\Z")
_NAMES = {"true": True, "false": False, "null": None}


#: How ids begin, by key; others are letters, digits and a few signs.
_PREFIXES = {
    "VpcId": "vpc-",
    "SubnetId": "subnet-",
    "NetworkInterfaceId": "eni-",
    "GroupId": "sg-",
    "SecurityGroupRuleId": "sgr-",
    "NetworkAclId": "acl-",
    "RouteTableId": "rtb-",
    "NatGatewayId": "nat-",
    "TransitGatewayId": "tgw-",
    "TransitGatewayAttachmentId": "tgw-attach-",
    "TransitGatewayRouteTableId": "tgw-rtb-",
    "InternetGatewayId": "igw-",
    "EgressOnlyInternetGatewayId": "eigw-",
    "VpnGatewayId": "vgw-",
    "VpcPeeringConnectionId": "pcx-",
    "VpcEndpointId": "vpce-",
    "PrefixListId": "pl-",
    "DestinationPrefixListId": "pl-",
}
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,199}")


def _is_id(key: str, text: str) -> bool:
    return text.startswith(_PREFIXES.get(key, "")) and _ID.fullmatch(text) is not None


class Broken(ValueError):
    """The text is no JSON, holds a name twice in one object, or exceeds a bound; `line` says where."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


class Malformed(ValueError):
    """A value is not of the kind that its key wants."""

    def __init__(self, node: Node, why: str) -> None:
        super().__init__(why)
        self.node = node


@dataclass(slots=True)
class Node:
    """A value, the lines on which it begins and ends, and its column.

    value   dict of members, list of nodes, or a scalar
    at      the line of the key that it stands behind, else its own first line
    """

    value: dict[str, Node] | list[Node] | str | int | float | bool | None
    first: int
    last: int
    column: int
    at: int = 0

    @property
    def empty(self) -> bool:
        """Whether it says nothing: null, [], {} or ""."""
        return self.value is None or self.value in ({}, [], "")

    def get(self, key: str) -> Node | None:
        """Return a member; None if there is none, or null."""
        if not isinstance(self.value, dict):
            raise Malformed(self, "no object")
        found = self.value.get(key)
        return None if found is None or found.value is None else found

    def text(self, key: str) -> str:
        """Return a member that is a string, "" if it is absent."""
        found = self.get(key)
        if found is None:
            return ""
        if not isinstance(found.value, str):
            raise Malformed(found, "no string")
        return found.value

    def needed(self, key: str) -> str:
        """Return a member that must be a string with something in it."""
        found = self.text(key)
        if not found:
            raise Malformed(self, f"no {key}")
        return found

    def maybe_named(self, key: str) -> str:
        """Return a member that is an id, "" if it is absent: nothing in it can be taken for a pattern or another list's name."""
        found = self.text(key)
        if found and not _is_id(key, found):
            raise Malformed(self, f"{key} that is no id")
        return found

    def named(self, key: str) -> str:
        """Return a member that must be an id."""
        self.needed(key)
        return self.maybe_named(key)

    def all_named(self, key: str) -> list[str]:
        """Return the ids of a member that is an array of them, `key` in the plural."""
        found = self.texts(key)
        if not all(_is_id(key.removesuffix("s"), one) for one in found):
            raise Malformed(self, f"{key} that are no ids")
        return found

    def number(self, key: str) -> int | None:
        """Return a member that is a whole number, None if it is absent."""
        found = self.get(key)
        if found is None:
            return None
        if not isinstance(found.value, int) or isinstance(found.value, bool):
            raise Malformed(found, "no whole number")
        return found.value

    def flag(self, key: str) -> bool | None:
        """Return a member that is true or false, None if it is absent."""
        found = self.get(key)
        if found is None:
            return None
        if not isinstance(found.value, bool):
            raise Malformed(found, "neither true nor false")
        return found.value

    def items(self, key: str) -> list[Node]:
        """Return the values of a member that is an array; none if it is absent."""
        found = self.get(key)
        if found is None:
            return []
        if not isinstance(found.value, list):
            raise Malformed(found, "no array")
        return found.value

    def texts(self, key: str) -> list[str]:
        """Return the strings of a member that is an array of them."""
        found = []
        for item in self.items(key):
            if not isinstance(item.value, str):
                raise Malformed(item, "no string")
            found.append(item.value)
        return found


def documents(text: str) -> Iterator[Node]:
    """Yield the documents of a text in order.

    Raises:
        Broken: at the place where reading ends; documents before it have been yielded.
    """
    yield from _Reader(text).documents()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self.values = 0

    def documents(self) -> Iterator[Node]:
        while not _BLANK.match(self.text, self.place):
            yield self._document()

    def _line(self, place: int) -> int:
        return bisect_right(self.starts, place)

    def _token(self) -> tuple[str, int]:
        """Return the next token and where it begins."""
        found = _TOKEN.match(self.text, self.place)
        if found is None:
            ended = _BLANK.match(self.text, self.place) is not None
            where = max(0, len(self.text.rstrip()) - 1) if ended else self._seen()
            raise Broken("the JSON document is not closed" if ended else "no JSON", self._line(where))
        self.place = found.end()
        at = found.start(found.lastindex or 0)
        return self.text[at : found.end()], at

    def _seen(self) -> int:
        at = self.place
        while at < len(self.text) - 1 and self.text[at] in " \t\r\n":
            at += 1
        return at

    def _document(self) -> Node:
        """Read one value; the open objects and arrays stand on a stack, so depth costs no recursion."""
        stack: list[Node] = []
        keys: list[tuple[str, int]] = []
        piece, at = self._token()
        while True:
            if piece in ("{", "["):
                node = self._node({} if piece == "{" else [], at)
                if len(stack) >= MOST_NESTED:
                    raise Broken(f"more than {MOST_NESTED} levels deep", node.first)
                stack.append(node)
                piece, at = self._token()
                if piece not in ("}", "]"):
                    if isinstance(node.value, dict):
                        keys.append(self._key(piece, at))
                        piece, at = self._token()
                    continue
                done = self._closed(stack, piece, at)
            else:
                done = self._scalar(piece, at)
            while True:
                if not stack:
                    return done
                self._put(stack[-1], done, keys)
                piece, at = self._token()
                if piece == ",":
                    piece, at = self._token()
                    if isinstance(stack[-1].value, dict):
                        keys.append(self._key(piece, at))
                        piece, at = self._token()
                    break
                done = self._closed(stack, piece, at)

    def _key(self, piece: str, at: int) -> tuple[str, int]:
        if not piece.startswith('"'):
            raise Broken("no JSON: a key was expected", self._line(at))
        name = self._string(piece, at)
        colon, where = self._token()
        if colon != ":":
            raise Broken("no JSON: a colon was expected", self._line(where))
        return name, self._line(at)

    def _node(self, value: dict[str, Node] | list[Node] | str | int | float | bool | None, at: int) -> Node:
        line = self._line(at)
        self.values += 1
        if self.values > MOST_VALUES:
            raise Broken(f"more than {MOST_VALUES} values", line)
        return Node(value, line, line, at - self.starts[line - 1] + 1, line)

    def _closed(self, stack: list[Node], piece: str, at: int) -> Node:
        node = stack.pop()
        if piece != ("}" if isinstance(node.value, dict) else "]"):
            raise Broken("no JSON: a bracket does not fit", self._line(at))
        node.last = self._line(at)
        return node

    def _put(self, parent: Node, done: Node, keys: list[tuple[str, int]]) -> None:
        if isinstance(parent.value, list):
            parent.value.append(done)
            return
        assert isinstance(parent.value, dict)
        name, done.at = keys.pop()
        if name in parent.value:
            raise Broken("a name stands twice in one object", done.at)
        parent.value[name] = done

    def _scalar(self, piece: str, at: int) -> Node:
        if piece.startswith('"'):
            return self._node(self._string(piece, at), at)
        if piece in _NAMES:
            return self._node(_NAMES[piece], at)
        try:
            value = json.loads(piece if len(piece) <= 40 else "")
        except ValueError:
            raise Broken("no JSON: a value was expected", self._line(at)) from None
        return self._node(value, at)

    def _string(self, piece: str, at: int) -> str:
        try:
            return str(json.loads(piece))
        except ValueError:
            raise Broken("no JSON: a string that is none", self._line(at)) from None
