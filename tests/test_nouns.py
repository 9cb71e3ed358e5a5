"""What our own `dataclass` makes behaves as what Python's own makes."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from segcheck import nouns

PLAIN = {"frozen": True, "slots": True}


class Point:
    """A body with every kind of field that nouns have."""

    x: int
    y: tuple[int, ...] = ()
    z: list[int] = dataclasses.field(default_factory=list, compare=False)
    made: dict[str, int] = dataclasses.field(init=False, repr=False, compare=False, default_factory=dict)


class Single:
    """A body with one field."""

    x: int


class Own:
    """A body that brings functions of its own."""

    x: int
    log: list[str]

    def __post_init__(self) -> None:
        self.log.append("made")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, self.__class__)

    def __repr__(self) -> str:
        return "own"


class Nothing:
    """A body without fields."""


def both(body: type, **kinds: Any) -> tuple[Any, Any]:
    """Return Python's class and ours of one body."""
    parts = {name: value for name, value in vars(body).items() if name not in ("__dict__", "__weakref__")}
    theirs, ours = (type(body.__name__, (), dict(parts)) for _ in range(2))
    return dataclasses.dataclass(**kinds)(theirs), nouns.dataclass(**kinds)(ours)  # type: ignore[call-overload]


@pytest.mark.parametrize("kinds", [PLAIN, {**PLAIN, "kw_only": True}, {**PLAIN, "eq": False}])
def test_same_values_same_answers(kinds: dict[str, bool]) -> None:
    theirs, ours = both(Point, **kinds)
    for given in ({"x": 1}, {"x": 1, "y": (2, 3), "z": [4]}, {"x": 2, "z": []}):
        a, b = theirs(**given), ours(**given)
        assert [getattr(a, name) for name in ("x", "y", "z", "made")] == [
            getattr(b, name) for name in ("x", "y", "z", "made")
        ]
        assert repr(a) == repr(b)
        assert (b == ours(**given)) is (a == theirs(**given)) is kinds.get("eq", True)
        assert (hash(a) == hash(b)) is kinds.get("eq", True)
        assert b != a
        assert dataclasses.replace(b, x=9).x == 9
    assert theirs(x=1).z is not theirs(x=1).z
    assert ours(x=1).z is not ours(x=1).z
    assert [(f.name, f.kw_only, f.compare) for f in dataclasses.fields(ours)] == [
        (f.name, f.kw_only, f.compare) for f in dataclasses.fields(theirs)
    ]
    assert ours.__match_args__ == theirs.__match_args__
    assert ours.__slots__ == theirs.__slots__
    assert ours.__doc__ == theirs.__doc__


def test_place_of_an_argument_and_its_lack() -> None:
    _, ours = both(Point, **PLAIN)
    assert ours(1, (2,)) == ours(x=1, y=(2,))
    _, named = both(Point, **PLAIN, kw_only=True)
    for wrong in (lambda: ours(), lambda: ours(1, made={}), lambda: named(1)):
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize("body", [Single, Nothing])
def test_few_fields(body: type) -> None:
    theirs, ours = both(body, **PLAIN)
    given = (5,) if body is Single else ()
    assert repr(theirs(*given)) == repr(ours(*given))
    assert hash(theirs(*given)) == hash(ours(*given))
    assert ours(*given) == ours(*given)


def test_functions_of_the_class_stay() -> None:
    _, ours = both(Own, **PLAIN)
    log: list[str] = []
    assert repr(ours(1, log)) == "own"
    assert ours(1, log) == ours(2, [])
    assert log == ["made", "made"]


def test_nothing_changes_it() -> None:
    _, ours = both(Point, **PLAIN)
    one = ours(1)
    for change in (lambda: setattr(one, "x", 2), lambda: setattr(one, "new", 2), lambda: delattr(one, "x")):
        with pytest.raises(dataclasses.FrozenInstanceError):
            change()
    assert one.x == 1


@nouns.dataclass(frozen=True, slots=True)
class Kept:
    """A noun that can be found by name."""

    x: int
    y: tuple[int, ...] = ()


def test_copies() -> None:
    one = Kept(1, (2,))
    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        assert other is not one


def test_other_kinds_are_left_to_python() -> None:
    @nouns.dataclass(slots=True)
    class Changing:
        x: int

    one = Changing(1)
    one.x = 2
    assert one == Changing(2)
    assert Changing.__hash__ is None  # type: ignore[comparison-overlap]
