"""Words of PowerShell: their pieces, and what stands in double quotes (about_Quoting_Rules)."""

from __future__ import annotations

from prelaunch.typed import Literal, NamedTuple

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_SCOPES = frozenset({"env", "script", "global", "local", "private", "using", "variable"})
_MAX_REFERENCE = 2_000


class Piece(NamedTuple):
    """A run of a word: text, a variable (its name in lower case, with `env:`), a list, or what is computed."""

    kind: Literal["text", "variable", "splat", "array", "unknown"]
    text: str = ""
    quoted: bool = False
    items: tuple[Word, ...] = ()


Word = tuple[Piece, ...]


def variable_name(text: str, at: int) -> tuple[str, int]:
    """The variable whose name starts at `at`, in lower case without its scope, and where it ends."""
    if text.startswith("{", at):
        end = text.find("}", at, at + 200)
        return (_unscoped(text[at + 1 : end]), end + 1) if end > 0 else ("", at)
    stop = at
    while stop < len(text) and (text[stop].isalnum() or text[stop] == "_"):
        stop += 1
    if text[at:stop].lower() in _SCOPES and text.startswith(":", stop):
        stop += 1
        while stop < len(text) and (text[stop].isalnum() or text[stop] == "_"):
            stop += 1
    if stop == at and text[at : at + 1] in {"?", "^", "$"} and text[at : at + 1]:
        return text[at], at + 1
    return _unscoped(text[at:stop]), stop


def _unscoped(name: str) -> str:
    scope, colon, rest = name.lower().partition(":")
    return rest if colon and scope != "env" else name.lower()


def expandable(inside: str) -> list[Piece]:
    """The pieces of a text in double quotes."""
    pieces: list[Piece] = []
    plain: list[str] = []
    at = 0

    def flush() -> None:
        if plain:
            pieces.append(Piece("text", "".join(plain), quoted=True))
            plain.clear()

    while at < len(inside):
        char = inside[at]
        if char == "`" and at + 1 < len(inside):
            plain.append(_ESCAPES.get(inside[at + 1], inside[at + 1]))
            at += 2
        elif char == '"' and inside.startswith('"', at + 1):
            plain.append('"')
            at += 2
        elif inside.startswith("$(", at):
            flush()
            pieces.append(Piece("unknown", quoted=True))
            at = _parenthesis(inside, at + 2)
        elif char == "$" and (found := variable_name(inside, at + 1))[0]:
            flush()
            pieces.append(Piece("variable", found[0], quoted=True))
            at = found[1]
        else:
            plain.append(char)
            at += 1
    flush()
    return pieces


def _parenthesis(text: str, at: int) -> int:
    """Behind the `)` that closes what was opened before `at`."""
    depth = 0
    for index in range(at, min(len(text), at + _MAX_REFERENCE)):
        if text[index] == "(":
            depth += 1
        elif text[index] == ")":
            if not depth:
                return index + 1
            depth -= 1
    return min(len(text), at + _MAX_REFERENCE)
