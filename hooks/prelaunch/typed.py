"""What modules that a hook run loads take from `typing`, without loading it: that takes longer than reading the files.

The type checker sees `typing` itself. At run time the names that only annotations need stand for nothing, and
`NamedTuple` makes what the one of `typing` makes, in a third of the time: that one compiles every annotation and every
function, and a run makes up to a hundred record types.
"""

from __future__ import annotations

from collections import _tuplegetter  # type: ignore[attr-defined]  # what `namedtuple` reads its fields with

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal, NamedTuple, Protocol, TypeAlias
else:

    class Protocol:
        """A class that says what others look like."""

    class Literal:
        """`Literal[...]` in an alias."""

        def __class_getitem__(cls, _values: object) -> type[Literal]:
            return cls

    Any = TypeAlias = object

    class _Record(tuple):
        """The methods that every record has."""

        __slots__ = ()
        _fields: tuple[str, ...] = ()

        @classmethod
        def _make(cls, values: Iterable[Any]) -> _Record:
            return cls(*values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def _replace(self, **changed: object) -> _Record:
            made = self.__class__(*map(changed.pop, self._fields, self))
            if changed:
                raise ValueError(f"no field of {self.__class__.__name__}: {', '.join(changed)}")
            return made

        __replace__ = _replace

        def __repr__(self) -> str:
            fields = ", ".join(f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True))
            return f"{self.__class__.__name__}({fields})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

    class _Maker(type):
        """Makes the class that a statement describes: fields from its annotations, defaults from its values."""

        def __new__(cls, name: str, _bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body["__annotations__"])
            defaults = {field: body[field] for field in fields if field in body}
            arguments = ", ".join(fields)
            # compiled, so that making a record stays as fast as a call can be; the names are identifiers of the class
            new = eval(f"lambda _class, {arguments}: _new(_class, ({arguments},))", {"_new": tuple.__new__})  # noqa: S307
            new.__qualname__ = f"{name}.__new__"
            new.__defaults__ = tuple(defaults.values())
            getters = {field: _tuplegetter(number, "") for number, field in enumerate(fields)}
            own = {"__new__": new, "__slots__": (), "__match_args__": fields, "_fields": fields}
            return type(name, (_Record,), {**body, **getters, **own, "_field_defaults": defaults})

    NamedTuple = type.__new__(_Maker, "NamedTuple", (), {})

__all__ = ["TYPE_CHECKING", "Any", "Literal", "NamedTuple", "Protocol", "TypeAlias"]
