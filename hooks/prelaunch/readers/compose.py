"""The texts of Compose beside YAML: `.env` files and the `${...}` in values.

Syntax: docs.docker.com/reference/compose-file/interpolation and docs.docker.com/compose/how-tos/environment-variables
(variable interpolation, "`.env` file syntax"); what a shell exports is not known and counts as not set.
"""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.model import Source

MAX_TEXT = 4096
"""A longer value is no platform; values that name each other twice would double with every line."""

_MAX_DEPTH = 20
_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_")
_WORD = _LETTERS | frozenset("0123456789")


class Setting(NamedTuple):
    """A variable of an environment file: its value and the 1-based line that sets it."""

    value: str
    line: int


class Text(NamedTuple):
    """A value after interpolation.

    `used` are the variables of the environment that it took, `open` those set nowhere that left nothing in their place,
    `required` those set nowhere that must be (`${NAME:?reason}`). `valid` is False where Compose refuses the text.
    """

    text: str
    used: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    valid: bool = True


class _InvalidError(Exception):
    """A text that Compose refuses to interpolate."""


def interpolate(text: str, environment: Mapping[str, Setting]) -> Text:
    """`text` with every `$NAME`, `${NAME}`, `${NAME:-default}` ... replaced and `$$` made `$`. Never raises."""
    if "$" not in text:
        return Text(text)
    run = _Interpolation(environment)
    try:
        done = run.replace(text, 0)
    except _InvalidError:
        return Text("", valid=False)
    return Text(done, tuple(run.used), tuple(run.open), tuple(run.required))


class _Interpolation:
    """One run over a text, and what it met (dicts, since they keep the order)."""

    def __init__(self, environment: Mapping[str, Setting]) -> None:
        self.environment = environment
        self.used: dict[str, None] = {}
        self.open: dict[str, None] = {}
        self.required: dict[str, None] = {}

    def replace(self, text: str, depth: int) -> str:
        if depth > _MAX_DEPTH:
            raise _InvalidError
        parts: list[str] = []
        size = at = 0
        while True:
            dollar = text.find("$", at)
            part = text[at:] if dollar < 0 else text[at:dollar]
            parts.append(part)
            size += len(part)
            if dollar < 0:
                return "".join(parts)
            after = text[dollar + 1 : dollar + 2]
            if after == "$":
                part, at = "$", dollar + 2
            elif after == "{":
                close = _closing(text, dollar + 2)
                part, at = self._braced(text[dollar + 2 : close], depth), close + 1
            else:
                at = _word_end(text, dollar + 1)
                part = self._variable(text[dollar + 1 : at], "", "", depth)
            parts.append(part)
            size += len(part)
            if size > MAX_TEXT:
                raise _InvalidError

    def _braced(self, inside: str, depth: int) -> str:
        end = _word_end(inside, 0)
        size = 2 if inside[end : end + 1] == ":" else 1
        operator = inside[end : end + size]
        if operator and operator.lstrip(":") not in {"-", "?", "+"}:
            raise _InvalidError
        return self._variable(inside[:end], operator, inside[end + size :], depth)

    def _variable(self, name: str, operator: str, rest: str, depth: int) -> str:
        """The value of one variable; `operator` is what follows its name in braces, `rest` what follows that."""
        if not name or name[0] not in _LETTERS:
            raise _InvalidError
        setting = self.environment.get(name)
        if setting is not None:
            self.used[name] = None
        there = setting is not None and (setting.value != "" or not operator.startswith(":"))
        if operator.endswith("+"):
            if there:
                return self.replace(rest, depth + 1)
            self.open[name] = None
            return ""
        if there and setting is not None:
            return setting.value
        if operator.endswith("?"):
            self.required[name] = None
            return ""
        done = self.replace(rest, depth + 1) if operator else ""
        if not done:
            self.open[name] = None
        return done


def _closing(text: str, at: int) -> int:
    """The `}` that closes the brace before `at`; braces in a default are counted."""
    depth = 1
    while at < len(text):
        if text.startswith("${", at):
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    raise _InvalidError


def _word_end(text: str, at: int) -> int:
    end = at
    while end < len(text) and text[end] in _WORD:
        end += 1
    return end


def read_environment(source: Source) -> dict[str, Setting]:
    """The variables of a `.env` file; a later line wins. A line that is none is passed over. Never raises."""
    text = source.text
    settings: dict[str, Setting] = {}
    unclosed: set[str] = set()
    at, end = (1 if text.startswith("\ufeff") else 0), len(text)
    while at < end:
        stop = text.find("\n", at)
        stop = end if stop < 0 else stop
        start, line = at, text[at:stop]
        at = stop + 1
        if line.lstrip()[:1] in {"", "#"}:
            continue
        split = min((place for place in (line.find("="), line.find(":")) if place >= 0), default=-1)
        name = line[: max(split, 0)].strip().removeprefix("export ").strip()
        if not name or name[0] not in _LETTERS or any(char.isspace() for char in name):
            continue
        first = start + split + 1
        while first < stop and text[first] in " \t":
            first += 1
        quote = text[first : first + 1]
        number = source.position(start)[0]
        if quote in {"'", '"'} and quote not in unclosed:
            close = _quote_end(text, first + 1, quote)
            if close is None:
                unclosed.add(quote)
            else:
                value = text[first + 1 : close]
                settings[name] = Setting(value if quote == "'" else _double(value, settings), number)
                at = text.find("\n", close) + 1 or end
                continue
        settings[name] = Setting(_bare(text[first:stop], settings), number)
    return settings


def _quote_end(text: str, at: int, quote: str) -> int | None:
    while True:
        close = text.find(quote, at)
        if close < 0:
            return None
        slashes = close
        while slashes > at and text[slashes - 1] == "\\":
            slashes -= 1
        if (close - slashes) % 2 == 0:
            return close
        at = close + 1


def _bare(raw: str, settings: Mapping[str, Setting]) -> str:
    """An unquoted value: to the end of the line, or to a `#` behind white space."""
    at = raw.find("#")
    while at > 0 and raw[at - 1] not in " \t":
        at = raw.find("#", at + 1)
    return _expanded((raw if at < 0 else raw[:at]).strip(), settings)


def _double(raw: str, settings: Mapping[str, Setting]) -> str:
    parts = raw.split("\\\\")
    for escape, char in (("\\n", "\n"), ("\\r", "\r"), ("\\t", "\t"), ('\\"', '"')):
        parts = [part.replace(escape, char) for part in parts]
    return _expanded("\\".join(parts), settings)


def _expanded(text: str, settings: Mapping[str, Setting]) -> str:
    done = interpolate(text, settings)
    return done.text if done.valid else text
