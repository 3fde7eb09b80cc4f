"""From the lines of a log to the rules that explain them, and from their findings to an order of likelihood."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prelaunch.diagnose.symptoms import SYMPTOMS, Symptom

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prelaunch.diagnose.log import Line
    from prelaunch.model import Finding, Rule

_ANY = " ... "
_MAX_LINES = 1_000
_MAX_NAMES = 2_000
_SURE = {"certain": 0, "likely": 1, "hint": 2}
_QUOTES = "'\"`"
_TRIM = "()[]{}<>,;:.!?\"'`"
_PLAIN_WORDS = frozenset({"exec", "error", "python", "linux", "docker", "container", "image", "failed"})


class Seen(NamedTuple):
    """A symptom and the lines of the log that show it, the first ones."""

    symptom: Symptom
    lines: tuple[Line, ...]


class Cause(NamedTuple):
    """A finding that explains what the log shows; `tied` are the names of the log that it is about."""

    finding: Finding
    tied: tuple[str, ...]


def shows(plain: str, text: str) -> bool:
    """Whether a plain line shows a symptom's text: its pieces (`first ... second`), in this order."""
    at = 0
    for piece in text.split(_ANY):
        at = plain.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def seen_in(lines: Sequence[Line]) -> list[Seen]:
    """The known symptoms that the lines show."""
    found = []
    for symptom in SYMPTOMS:
        shown = _showing(lines, symptom.texts)
        if shown:
            found.append(Seen(symptom, tuple(shown)))
    return found


def _showing(lines: Sequence[Line], texts: Iterable[str]) -> list[Line]:
    pieces = [(text.split(_ANY)[0], text) for text in texts]
    unique: dict[str, Line] = {}
    for line in lines:
        if any(first in line.plain and shows(line.plain, text) for first, text in pieces):
            unique.setdefault(line.plain, line)
            if len(unique) >= _MAX_LINES:
                break
    return list(unique.values())


def explaining(rules: Iterable[Rule], lines: Sequence[Line]) -> dict[str, int]:
    """The rules whose symptoms the lines show, with the length of the longest text: how much it says."""
    found = {}
    for rule in rules:
        lengths = [len(text) for text in rule.symptoms if _showing(lines, (text,))]
        if lengths:
            found[rule.name] = max(lengths)
    return found


def names_in(lines: Sequence[Line], around: int = 12) -> frozenset[str]:
    """What the lines of a crash speak of: quoted words, paths, files, image names, in lower case.

    `lines` are the lines that show a symptom together with some before them (a traceback names its files above).
    """
    found: set[str] = set()
    for line in lines[: _MAX_LINES * around]:
        for quote in _QUOTES:
            found.update(part for part in line.plain.split(quote)[1::2] if " " not in part)
        for word in line.plain.replace("=", " ").split():
            bare = word.strip(_TRIM)
            if "/" in bare or bare.endswith((".py", ".sh", ".so", ".js")):
                found.add(bare)
        if len(found) > _MAX_NAMES:
            break
    return frozenset(name for name in found if 3 <= len(name) <= 200 and name not in _PLAIN_WORDS)


def ranked(findings: Iterable[Finding], weights: dict[str, int], names: frozenset[str]) -> list[Cause]:
    """The findings of the rules in `weights`, the likeliest cause first.

    What the log names counts most (the file of the traceback, the name that cannot be imported, the image), then how
    sure the finding is, then how much of the log's text the rule explains.
    """
    causes = [Cause(each, tuple(sorted(_tied(each, names)))) for each in findings if each.rule in weights]
    return sorted(
        causes,
        key=lambda cause: (
            -len(cause.tied),
            _SURE[cause.finding.certainty],
            -weights[cause.finding.rule],
            cause.finding.source.path,
            cause.finding.span,
        ),
    )


def _tied(finding: Finding, names: frozenset[str]) -> set[str]:
    source = finding.source
    first = source.position(finding.span.start)[0]
    text = f"{finding.message}\n{source.line(first)}".lower()
    path = "/" + source.path.lower()
    tied = {name for name in names if name in text and _whole_word(name, text)}
    return tied | {name for name in names if "." in name and (path.endswith("/" + name) or _same_file(name, path))}


def _same_file(name: str, path: str) -> bool:
    """Whether `/app/src/main.py` of a container may be `/src/main.py` of the repository."""
    return name.startswith("/") and path.count("/") > 0 and name.endswith(path)


def _whole_word(name: str, text: str) -> bool:
    at = text.find(name)
    while at >= 0:
        before, behind = text[at - 1 : at], text[at + len(name) : at + len(name) + 1]
        if not (before.isalnum() or before == "_") and not (behind.isalnum() or behind == "_"):
            return True
        at = text.find(name, at + 1)
    return False
