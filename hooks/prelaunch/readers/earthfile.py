"""Earthfiles to their recipes: the statements of each target, with exact places.

Syntax (docs.earthly.dev, "Earthfile reference"; earthly/earthly `ast/parser/EarthLexer.g4`): a target or function is a
name with a colon at the start of a line, its recipe the lines that are indented below it. What stands before the first
target is the base recipe, from which every target without a `FROM` of its own starts.
"""

from __future__ import annotations

from prelaunch.model import Span
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source

BASE = ""
"""The name of the base recipe."""

_MAX_STATEMENTS = 20_000
_KEYWORDS = frozenset(
    "ADD ARG BUILD CACHE CMD COMMAND COPY DO DOCKER ELSE END ENTRYPOINT ENV EXPOSE FINALLY FOR FROM FUNCTION GIT "
    "HEALTHCHECK HOST IF IMPORT LABEL LET LOAD LOCALLY ONBUILD PROJECT PULL RUN SAVE SET SHELL STOPSIGNAL TRY USER "
    "VERSION VOLUME WAIT WITH WORKDIR".split()
)

_VALUED = frozenset({"-f", "--build-arg", "--cache-from", "--mount", "--platform", "--secret", "--target"})
"""Flags whose value may stand behind a blank (earthly/earthly `ast/commandflag/flags.go`)."""


class Word(NamedTuple):
    """A word of a statement: its text without quotes, and where it stands."""

    text: str
    span: Span


class Statement(NamedTuple):
    """One statement: its keyword (`SAVE IMAGE` and `FROM DOCKERFILE` are two words), its arguments, its place.

    `body` is the place of the text behind the keyword.
    """

    keyword: str
    words: tuple[Word, ...]
    span: Span
    body: Span

    def flags(self, name: str) -> list[str]:
        """The values of a flag that stands before the first other word, in order."""
        found: list[str] = []
        words = iter(self.words)
        for word in words:
            if not word.text.startswith("-"):
                break
            flag, equals, value = word.text.partition("=")
            if flag != name:
                if not equals and flag in _VALUED:
                    next(words, None)
                continue
            if not equals:
                following = next(words, None)
                value = following.text if following is not None else ""
            found.append(value)
        return found

    def plain(self) -> list[str]:
        """The words that are no flags."""
        return [word.text for word in self.words if not word.text.startswith("-")]


def read(source: Source) -> dict[str, list[Statement]]:
    """The statements of each target and function, by its name; `BASE` names the base recipe. Never raises."""
    recipes: dict[str, list[Statement]] = {BASE: []}
    name, left = BASE, _MAX_STATEMENTS
    for start, stop in _logical_lines(source.text):
        text = source.text
        head = _target(text, start, stop)
        if head:
            name = head
            recipes.setdefault(name, [])
            continue
        if left <= 0:
            break
        statement = _statement(text, start, stop)
        if statement is not None:
            left -= 1
            recipes[name].append(statement)
    return recipes


def _logical_lines(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of the lines, those that a backslash ends joined with the next; comments are left out."""
    at = 0
    start = -1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r")
        bare = line.strip()
        if bare.startswith("#") or (not bare and start < 0):
            at = end + 1
            continue  # a comment may stand between the lines of one statement
        start = at if start < 0 else start
        if not line.rstrip(" \t").endswith("\\"):
            yield start, at + len(line)
            start = -1
        at = end + 1
    if start >= 0:
        yield start, len(text)


def _target(text: str, start: int, stop: int) -> str:
    """The name that a line gives to the recipe below it, "" where it is no such line."""
    line = text[start:stop].removeprefix("\ufeff")
    name, colon, rest = line.partition(":")
    plain = name and (name[0].isalpha() or name[0] == "_") and not name[0].isspace()
    fits = plain and all(letter.isalnum() or letter in "-_." for letter in name)
    return name if colon and fits and not rest.partition("#")[0].strip() else ""


def _statement(text: str, start: int, stop: int) -> Statement | None:
    words = list(_words(text, start, stop))
    if not words or words[0].text not in _KEYWORDS:
        return None
    keyword, rest = words[0].text, words[1:]
    if rest and (keyword, rest[0].text) in {("SAVE", "IMAGE"), ("SAVE", "ARTIFACT"), ("FROM", "DOCKERFILE")}:
        keyword, rest = f"{keyword} {rest[0].text}", rest[1:]
    behind = words[len(words) - len(rest) - 1].span.stop
    return Statement(keyword, tuple(rest), Span(words[0].span.start, words[-1].span.stop), Span(behind, stop))


def _words(text: str, at: int, stop: int) -> Iterator[Word]:
    while at < stop:
        letter = text[at]
        if letter in " \t\r\n\ufeff" or (letter == "\\" and text[at + 1 : stop].lstrip(" \t\r").startswith("\n")):
            at += 1
            continue
        if letter == "#":  # a comment, behind the statement or between its lines
            end = text.find("\n", at, stop)
            at = stop if end < 0 else end
            continue
        start, taken, quote, depth = at, "", "", 0
        while at < stop:
            letter = text[at]
            if letter == "\\" and quote != "'" and at + 1 < stop:
                if not quote and text[at + 1 : stop].lstrip(" \t\r").startswith("\n"):
                    break
                taken += text[at + 1]
                at += 2
                continue
            if quote:
                quote = "" if letter == quote else quote
                taken += letter if quote else ""
            elif letter in "'\"" and not depth:
                quote = letter
            elif letter in " \t\r\n" and not depth:
                break
            else:
                depth += (letter == "(") - (letter == ")" and depth > 0)
                taken += letter
            at += 1
        yield Word(taken, Span(start, at))
