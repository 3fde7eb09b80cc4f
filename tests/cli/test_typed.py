"""Our `NamedTuple` against the one of `typing`: what is made of one class statement."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from typing import NamedTuple as Typed

import pytest

from prelaunch.typed import NamedTuple


class Ours(NamedTuple):
    """A point."""

    x: int
    y: str | None = None
    """Words about a field."""
    z: tuple[int, ...] = ()

    @property
    def twice(self) -> int:
        """Twice x."""
        return self.x * 2


class Theirs(Typed):
    """A point."""

    x: int
    y: str | None = None
    """Words about a field."""
    z: tuple[int, ...] = ()

    @property
    def twice(self) -> int:
        """Twice x."""
        return self.x * 2


class Larger(Ours):
    """A record with more to it."""

    @property
    def thrice(self) -> int:
        """Three times x."""
        return self.x * 3


def test_a_record_has_the_fields_defaults_and_methods_of_the_one_of_typing() -> None:
    for name in ("_fields", "_field_defaults", "__match_args__", "__doc__", "__module__", "__annotations__"):
        ours = getattr(Ours, name)
        theirs = getattr(Theirs, name)
        assert ours.keys() == theirs.keys() if name == "__annotations__" else ours == theirs


@pytest.mark.parametrize("arguments", [(1,), (1, "a"), (1, "a", (2,))])
def test_a_record_is_the_same_tuple(arguments: tuple[Any, ...]) -> None:
    ours, theirs = Ours(*arguments), Theirs(*arguments)
    assert ours == tuple(theirs)
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert ours._replace(y="b") == tuple(theirs._replace(y="b"))
    assert Ours._make(theirs) == ours
    assert ours.twice == theirs.twice
    assert (ours.x, ours.y, ours.z) == (theirs.x, theirs.y, theirs.z)


def test_a_record_survives_copying_and_pickling_also_below_a_subclass() -> None:
    for one in (Ours(1, "a"), Larger(1, "a")):
        for other in (pickle.loads(pickle.dumps(one)), copy.copy(one), copy.deepcopy(one)):
            assert other == one
            assert type(other) is type(one)
    assert Larger(2)._replace(x=3).thrice == 9


@pytest.mark.parametrize("wrong", [{}, {"x": 1, "w": 2}, {"y": "a"}])
def test_a_wrong_call_is_refused(wrong: dict[str, Any]) -> None:
    for one in (Ours, Theirs):
        with pytest.raises(TypeError, match="__new__"):
            one(**wrong)
    unknown: dict[str, Any] = {"w": 1}
    for each in (Ours(1), Theirs(1)):
        with pytest.raises((ValueError, TypeError), match="w"):  # a TypeError since Python 3.13
            each._replace(**unknown)


def test_a_record_has_no_room_for_what_is_no_field() -> None:
    one: Any = Ours(1)
    for name in ("w", "x"):
        with pytest.raises(AttributeError):
            setattr(one, name, 2)
