"""`dataclass`, with which nouns are written: what Python's own makes of a frozen class with slots, in a quarter of the time.

Python's own writes the text of six functions for each such class and compiles each by itself, 0.7 ms in all. There are 300 of
them on the way to an answer, and a fifth of a second at every start is too long. Here `__init__` alone is compiled, when the
first one is made. The others are closures that differ in nothing but the fields that they look at. All other kinds of classes
are left to Python's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls=None, /, **kinds):
        """Return a class as `dataclasses.dataclass` would."""
        ours = kinds.get("frozen") and kinds.get("slots") and kinds.keys() <= {"frozen", "slots", "kw_only", "eq"}
        make = _frozen if ours else dataclasses.dataclass
        return make(cls, **kinds) if cls is not None else lambda cls: make(cls, **kinds)


_set = object.__setattr__


def _frozen(cls: type, *, frozen: bool, slots: bool, kw_only: bool = False, eq: bool = True) -> type:
    own = vars(cls)
    wanted: dict[str, object] = {"__repr__": _repr, "__setattr__": _refused, "__delattr__": _refused}
    wanted |= {"__getstate__": _state, "__setstate__": _restored}
    made: Any = dataclasses.dataclass(cls, init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)
    fields = dataclasses.fields(made)
    if eq:
        values = _values(tuple(one.name for one in fields if one.compare))
        wanted |= {"__eq__": _equal(values), "__hash__": _hash(values)}
    for name, function in wanted.items():
        if own.get(name) is None:  # a class with an __eq__ of its own has a __hash__ that is None
            setattr(made, name, function)
    made.__init__ = _init_at_first(made, fields)
    return made  # type: ignore[no-any-return]


def _init_at_first(made: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Return a constructor that puts the compiled one in its place: of many classes no run makes one."""

    def __init__(self: object, *given: object, **named: object) -> None:  # noqa: N807
        made.__init__ = _init(made, fields)
        made.__init__(self, *given, **named)

    return __init__


def _init(made: type, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Return a constructor, compiled, since there is no shorter way through it for those who make many."""
    given, only_named = ["self"], list[str]()
    body: list[str] = []
    known: dict[str, object] = {"_UNSET": dataclasses.MISSING}
    for one in fields:
        name, value, default = one.name, one.name, ""
        known[f"_set_{name}"] = getattr(made, name).__set__  # of the slot: past `_refused`, and faster than by name
        if one.default is not dataclasses.MISSING:
            known[f"_default_{name}"] = one.default
            default = f"=_default_{name}"
        elif one.default_factory is not dataclasses.MISSING:
            known[f"_make_{name}"] = one.default_factory
            default = "=_UNSET"
            value = f"_make_{name}() if {name} is _UNSET else {name}"
        if one.init:
            (only_named if one.kw_only else given).append(name + default)
            body.append(f" _set_{name}(self,{value})")
        elif default:
            body.append(f" _set_{name}(self,{default[1:] if value == name else f'_make_{name}()'})")
    if only_named:
        given += ["*", *only_named]
    if hasattr(made, "__post_init__"):
        body.append(" self.__post_init__()")
    exec(f"def __init__({','.join(given)}):\n" + ("\n".join(body) or " pass"), known)  # noqa: S102 -- names of fields only
    function: Any = known["__init__"]
    function.__qualname__ = f"{made.__qualname__}.__init__"
    function.__module__ = made.__module__
    return function  # type: ignore[no-any-return]


def _values(names: tuple[str, ...]) -> Callable[[object], object]:
    """Return what gives the values of some fields as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda one: tuple(getattr(one, name) for name in names)


def _equal(values: Callable[[object], object]) -> Callable[[object, object], bool]:
    def __eq__(self: object, other: object) -> bool:  # noqa: N807
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return __eq__


def _hash(values: Callable[[object], object]) -> Callable[[object], int]:
    def __hash__(self: object) -> int:  # noqa: N807
        return hash(values(self))

    return __hash__


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refused(self: object, name: str, *_: object) -> None:
    raise dataclasses.FrozenInstanceError(f"{self.__class__.__name__}.{name} stays as it is")


def _state(self: Any) -> list[object]:
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _restored(self: Any, state: list[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        _set(self, one.name, value)
