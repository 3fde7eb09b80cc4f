"""PowerShell and cmd to the command lines that they run, with their variables in place; nothing here is ever mended."""

from __future__ import annotations

from itertools import product

from prelaunch.model import HANDED, UNKNOWN
from prelaunch.places.windows_words import (
    MAX_LINES,
    formatted,
    listed,
    opaque,
    plain,
    products,
    started,
    without_redirects,
)
from prelaunch.readers import powershell
from prelaunch.resolve import Field
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch.variables import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from prelaunch.model import Value
    from prelaunch.readers.powershell import Script, Statement
    from prelaunch.readers.powershell_words import Piece, Word
    from prelaunch.variables import Items

_PLATFORM = "DOCKER_DEFAULT_PLATFORM"
_MAX_NESTING = 3
_MAX_DEPTH = 100
_MAX_WORDS = 1_000
_MAX_TEXT = 200_000
_MAX_DEFINITIONS = 200
_UNKNOWN: tuple[Items, ...] = ((UNKNOWN,),)


class Line(NamedTuple):
    """One reading of a command line: its place in the text, its fields, `DOCKER_DEFAULT_PLATFORM` where it is set."""

    start: int
    stop: int
    fields: tuple[Field, ...]
    platform: Field | None = None


def commands(text: str, dialect: str, environment: Mapping[str, Value]) -> Iterator[Line]:
    """The command lines of `text`, in 0-based indexes into it; where branches differ, one line for each reading."""
    if dialect == "cmd":
        from prelaunch.places.batch import lines

        yield from lines(text, environment)
    else:
        yield from _PowerShell(text, environment, 0).lines()


class _Definition(NamedTuple):
    alternatives: tuple[Items, ...]
    block: int
    append: bool = False
    listed: bool = False


class _PowerShell:
    """Reads the statements in order and keeps what the variables hold."""

    def __init__(self, text: str, environment: Mapping[str, Value], depth: int) -> None:
        self.script: Script = powershell.parse(text)
        self.environment = environment
        self.depth = depth
        self.definitions: dict[str, list[_Definition]] = {}

    def lines(self) -> Iterator[Line]:
        for statement in self.script.statements:
            words = statement.words
            equals = next((at for at, word in enumerate(words[:6]) if plain(word) in {"=", "+="}), 0)
            name = words[equals - 1][-1].text if equals and words[equals - 1][-1].kind == "variable" else ""
            if statement.parameter:
                self._parameter(statement, name, equals)
            elif name:
                rest = words[equals + 1 :]
                append = plain(words[equals]) == "+="
                value = self._value(rest, statement.block)
                several = any(word[0].kind == "array" for word in rest) or any(len(one) > 1 for one in value)
                self._define(name, _Definition(value, statement.block, append, several))
                if rest and rest[0][0].kind == "text" and not rest[0][0].quoted:
                    yield from self._run(statement._replace(words=rest))
            else:
                yield from self._run(statement)

    def _define(self, name: str, definition: _Definition) -> None:
        known = self.definitions.setdefault(name, [])
        if len(known) < _MAX_DEFINITIONS:
            known.append(definition)

    def _parameter(self, statement: Statement, name: str, equals: int) -> None:
        """A parameter: handed in, unless its default is a text."""
        if name:
            value = self._value(statement.words[equals + 1 :], statement.block)
            self._define(name, _Definition(value, statement.block))
            return
        for word in statement.words:
            if word[-1].kind == "variable" and not word[-1].quoted:
                self._define(word[-1].text, _Definition(((HANDED,),), statement.block))

    # -- values

    def _sees(self, inner: int, outer: int) -> bool:
        """Whether what happens in the block `outer` always happened where `inner` runs."""
        while outer and self.script.heads[outer] in powershell.TRANSPARENT:
            outer = self.script.parents[outer]
        for _ in range(_MAX_DEPTH):
            if inner == outer:
                return True
            if not inner:
                return False
            inner = self.script.parents[inner]
        return False

    def lookup(self, name: str, block: int) -> tuple[Items, ...] | None:
        """What a variable may hold in a block; None where nothing sets it."""
        live: tuple[Items, ...] | None = None
        listed = False
        for definition in self.definitions.get(name, ()):
            grown = definition.alternatives
            if definition.append:
                grown = bounded(old + new for old in live or ((),) for new in grown)
                if live is not None and not listed:
                    grown = bounded(("".join(one),) for one in grown)
            listed = definition.listed or (listed and definition.append)
            certain = live is None or self._sees(block, definition.block)
            live = grown if certain or live is None else bounded((*live, *grown))
        if live is None and name.startswith("env:"):
            value = next((v for key, v in self.environment.items() if key.lower() == name[4:]), None)
            live = tuple((text,) for text in value.texts) if value is not None else None
        return live

    def _piece(self, piece: Piece, block: int) -> tuple[Items, ...]:
        if piece.kind == "text":
            return ((piece.text,),)
        if piece.kind == "array":
            return self._value(piece.items, block) if piece.items else ((),)
        if piece.kind in {"variable", "splat"}:
            if piece.text in {"args", "psboundparameters"}:
                return ((HANDED,),)
            return self.lookup(piece.text, block) or _UNKNOWN
        return _UNKNOWN

    def _texts(self, word: Sequence[Piece], block: int) -> tuple[str, ...]:
        """What a word is as one text."""
        found = [""]
        for piece in word:
            options = [" ".join(items) for items in self._piece(piece, block)]
            found = list(dict.fromkeys(one + text for one in found for text in options))
            if len(found) > MAX_LINES or sum(map(len, found)) > _MAX_TEXT:
                return (UNKNOWN,)
        return tuple(found)

    def _value(self, words: Sequence[Word], block: int) -> tuple[Items, ...]:
        """What an expression comes to: a text, a sum of texts, `'{0}' -f ...`, a list; unknown for all else."""
        if not words or len(words) > _MAX_DEFINITIONS:
            return _UNKNOWN
        if len(words) == 1 and len(words[0]) == 1 and words[0][0].kind in {"array", "variable"}:
            return self._piece(words[0][0], block)
        first = words[0][0]
        items = listed(words)
        if first.kind == "text" and not first.quoted:
            return _UNKNOWN  # the output of a command, a number
        operator = plain(words[1]).lower() if len(words) > 1 else ""
        if operator == "+" and len(words) % 2:
            return self._sum(words, block)
        if operator == "-f":
            arguments = [self._texts(word, block) for word in listed(words[2:]) or ()]
            return bounded(
                (formatted(text, chosen),)
                for text in self._texts(words[0], block)
                for chosen in list(product(*arguments))[:MAX_LINES]
            )
        if items is None:
            return _UNKNOWN
        if len(items) == 1:
            return bounded((text,) for text in self._texts(items[0], block))
        return bounded(products([self._texts(item, block) for item in items]))

    def _sum(self, words: Sequence[Word], block: int) -> tuple[Items, ...]:
        """`a + b`: of texts, or of lists where one is a list."""
        if any(plain(word) != "+" for word in words[1::2]):
            return _UNKNOWN
        if any(word[0].kind == "array" for word in words):
            sums: list[Items] = [()]
            for word in words[::2]:
                sums = list(bounded(old + new for old in sums for new in self._piece(word[0], block)))
            return bounded(sums)
        return bounded(("".join(one),) for one in products([self._texts(word, block) for word in words[::2]]))

    # -- commands

    def _fields(self, words: Sequence[Word], block: int) -> list[tuple[Field, ...]]:
        lines: list[tuple[Field, ...]] = [()]
        for number, word in enumerate(words[:_MAX_WORDS]):
            alone = word[0] if len(word) == 1 and word[0].kind in {"variable", "splat", "array", "unknown"} else None
            options: list[tuple[Field, ...]] = []
            if alone is not None and not alone.quoted:
                for items in self._piece(alone, block):
                    several = alone.kind == "splat" or (alone.kind == "variable" and alone.text == "args")
                    name = "@" if several else alone.text.removeprefix("env:")
                    options.append(
                        tuple(Field(t, number, loose=opaque(t), name=name if opaque(t) else "") for t in items)
                    )
            else:
                bare = not any(piece.quoted for piece in word)
                options = [(Field(t, number, loose=bare and opaque(t)),) for t in self._texts(word, block)]
            lines = [line + option for line in lines for option in options]
            if len(lines) > MAX_LINES:
                unknown = Field(UNKNOWN, number, loose=True)
                lines = list(dict.fromkeys((*line[:-1], unknown) for line in lines))[:MAX_LINES]
        return lines

    def _run(self, statement: Statement) -> Iterator[Line]:
        platforms: list[Field | None] = [None]
        found = self.lookup(f"env:{_PLATFORM.lower()}", statement.block)
        if found is not None:
            platforms = [Field(" ".join(items)) for items in found]
        words = list(statement.words)
        while words and plain(words[0]) == ".":
            words.pop(0)
        for fields in self._fields(without_redirects(words), statement.block):
            for inner in self._inner(fields):
                for platform in platforms:
                    yield Line(statement.start, statement.stop, inner, platform)

    def _inner(self, fields: tuple[Field, ...]) -> Iterator[tuple[Field, ...]]:
        """The command lines that a command runs: itself, or those of a text that it is handed."""
        name = fields[0].text.replace("\\", "/").rsplit("/", 1)[-1].lower().removesuffix(".exe") if fields else ""
        texts = [field.text for field in fields]
        script, dialect = "", "powershell"
        if name in {"invoke-expression", "iex"}:
            script = " ".join(text for text in texts[1:] if text.lower() != "-command")
        elif name in {"powershell", "pwsh"}:
            at = next((n for n, text in enumerate(texts) if text.lower() in {"-command", "-c"}), 0)
            script = " ".join(texts[at + 1 :]) if at else ""
        elif name == "cmd":
            at = next((n for n, text in enumerate(texts) if text.lower() in {"/c", "/k"}), 0)
            script, dialect = (" ".join(texts[at + 1 :]) if at else ""), "cmd"
        elif name in {"start-process", "saps", "start"}:
            program = started(fields[1:])
            if program:
                yield program
            return
        if not script:
            yield fields[1:] if name == "wsl" else fields
        elif self.depth < _MAX_NESTING:
            if dialect == "cmd":
                from prelaunch.places.batch import lines

                inner = lines(script, self.environment)
            else:
                inner = _PowerShell(script, self.environment, self.depth + 1).lines()
            yield from (tuple(field._replace(word=-1) for field in line.fields) for line in inner)
