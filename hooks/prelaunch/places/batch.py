"""cmd's batch files to the command lines that they run, with their variables in place.

Facts: `help set`, `help if`, `help for` of Windows. A variable that a file does not set is empty there, unless the
environment brings it.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET
from prelaunch.places.windows import Line
from prelaunch.resolve import MARKERS, Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.model import Value

_ALWAYS_SET = frozenset(
    "cd date time random errorlevel username userprofile temp tmp appdata computername path".split()
)
_MAX_TEXTS = 8
_MAX_WORDS = 2_000
_MAX_TEXT = 20_000


def lines(text: str, environment: Mapping[str, Value]) -> Iterator[Line]:
    """The command lines of a batch file, in 0-based indexes into `text`."""
    known = {name.lower(): value.texts for name, value in environment.items()}
    called = False
    for start, stop, words in _split(text):
        rest = _command(words)
        if not rest:
            continue
        name = rest[0].lower()
        if name == "set":
            _set(known, " ".join(rest[1:]), conditional=len(rest) < len(words))
            continue
        called = called or (name == "call" and not _runs(rest[1:]))
        if name == "call":
            rest = rest[1:]
        elif name == "start":
            rest = [word for number, word in enumerate(rest[1:]) if not (word.startswith(("/", '"')) and number < 5)]
        fields = tuple(_field(word, number, known, called=called) for number, word in enumerate(rest[:_MAX_WORDS]))
        platform = known.get("docker_default_platform")
        variables = [Field(value) for value in platform] if platform is not None else [None]
        yield from (Line(start, stop, fields, variable) for variable in variables)


def _runs(rest: list[str]) -> bool:
    """Whether what is called sets no variables here: a program, or a label of this very file."""
    return bool(rest) and (
        rest[0].startswith(":")
        or rest[0].lower().removesuffix(".exe") in {"docker", "podman", "docker-compose", "nerdctl"}
    )


def _split(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """Each command with its words as written (quotes kept): `^` joins lines, `&` and `|` part commands."""
    words: list[str] = []
    word: list[str] = []
    begin, at, quoted = 0, 0, False
    while at <= len(text):
        char = text[at : at + 1]
        ended = char in {"", "\n"} or (not quoted and char in "&|" and text[at - 1 : at] != ">")
        if not quoted and char == "^" and at + 1 < len(text):
            if text.startswith(("\n", "\r\n"), at + 1):
                at = text.find("\n", at) + 1
                if word:
                    words.append("".join(word))
                    word = []
                continue
            word.append(text[at + 1])
            at += 2
            continue
        grouped = not quoted and char in {"(", ")"} and not word and (char == ")" or not _is_argument(words))
        if ended or (not quoted and char in " \t\r,;" and char != ",") or grouped:
            if word:
                words.append("".join(word))
                word = []
            if ended or grouped:
                if words:
                    yield begin, at, words
                words = []
                quoted = False
        else:
            if not word and not words:
                begin = at
            if char == '"':
                quoted = not quoted
            word.append(char)
        at += 1
        if words and (words[0].startswith(":") or (not word and words[0].lower().lstrip("@") == "rem")):
            at, words, word = _line_end(text, at - 1), [], []  # a comment, a label


def _is_argument(words: list[str]) -> bool:
    """Whether a bracket is text of a command's argument: not behind `if ...`, `for ... do`, `else`."""
    first = words[0].lower().lstrip("@") if words else ""
    if first == "for":
        return words[-1].lower() != "do"
    return bool(words) and first not in {"if", "else"}


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _command(words: list[str]) -> list[str]:
    """The words of the command that a line runs: without `@`, `if ...`, `for ... do`, `else`."""
    rest = [word for word in words if word != "@"]
    for _ in range(10):
        if not rest:
            break
        rest[0] = rest[0].lstrip("@")
        name = rest[0].lower()
        if name in {"else", "do", ""}:
            rest = rest[1:]
        elif name == "for":
            at = next((n for n, word in enumerate(rest) if word.lower() == "do"), len(rest))
            rest = rest[at + 1 :]
        elif name == "if":
            rest = rest[1:]
            while rest and rest[0].lower() in {"/i", "not"}:
                rest = rest[1:]
            if rest and rest[0].lower() in {"exist", "defined", "errorlevel", "cmdextversion"}:
                rest = rest[2:]
            elif len(rest) > 1 and (rest[1].lower() in {"equ", "neq", "lss", "leq", "gtr", "geq"} or rest[1] == "=="):
                rest = rest[3:]
            else:
                rest = rest[1:]
        else:
            break
    return rest


def _set(known: dict[str, tuple[str, ...]], text: str, *, conditional: bool) -> None:
    if text.lower().startswith(("/a", "/p")):
        name = text[2:].strip().strip('"').partition("=")[0].strip().lower()
        known[name] = (UNKNOWN,)
        return
    text = text.strip()
    text = text[1 : text.rfind('"')] if text.startswith('"') and text.rfind('"') > 0 else text
    name, equals, value = text.partition("=")
    if not equals:
        return
    name = name.strip().lower()
    value = _expand(value, known, called=False)
    before = known.get(name, ("",)) if conditional else ()
    texts = tuple(dict.fromkeys((*before, value)))
    known[name] = texts if len(texts) <= _MAX_TEXTS and sum(map(len, texts)) < 10_000 else (UNKNOWN,)


def _field(word: str, number: int, known: Mapping[str, tuple[str, ...]], *, called: bool) -> Field:
    name = word.strip('"%!')
    text = _expand(word, known, called=called)
    alone = bool(text) and not text.strip(MARKERS)
    return Field(text.replace('"', ""), number, loose=alone and '"' not in word, name=name if alone else "")


def _expand(text: str, known: Mapping[str, tuple[str, ...]], *, called: bool) -> str:
    """`%X%`, `!X!`, `%1`, `%*`, `%%i` put in."""
    out: list[str] = []
    at = size = 0
    while at < len(text):
        char = text[at]
        if size > _MAX_TEXT:
            return UNKNOWN
        if char == "%" and text.startswith("%%", at):
            out.append(UNKNOWN)  # the variable of a loop
            at += 3
        elif char == "%" and text[at + 1 : at + 2].strip("~") in set("0123456789*"):
            out.append(HANDED)
            at += 2
        elif char == "%" and text.startswith("%~", at):
            stop = at + 2
            while stop < len(text) and text[stop].isalpha():
                stop += 1
            out.append(HANDED)
            at = stop + 1
        elif char in "%!" and (end := text.find(char, at + 1)) > at + 1:
            out.append(_value(text[at + 1 : end].lower(), known, called=called))
            size += len(out[-1])
            at = end + 1
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _value(name: str, known: Mapping[str, tuple[str, ...]], *, called: bool) -> str:
    if ":" in name or name in _ALWAYS_SET:
        return UNKNOWN
    if name not in known:
        return UNKNOWN if called else UNSET
    return known[name][0] if len(known[name]) == 1 else UNKNOWN
