"""What an expression of a JavaScript or TypeScript file says: a platform, a folder, a text. Nothing is run."""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Step
from prelaunch.places.javascript_values import MAX_DEPTH, literal
from prelaunch.places.program_paths import Place, joined
from prelaunch.places.verdicts import Verdict
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import State
    from prelaunch.places.javascript_tokens import Range
    from prelaunch.places.javascript_values import Program

_NOTHING = frozenset({"undefined", "null"})
_JOINS = frozenset({"join", "resolve", "normalize"})
_HERE = (["__dirname"], ["import", "meta", "dirname"])


MISSING = Verdict("missing")
_UNKNOWN = Verdict("unknown")
_MAX_NAMED = 50
"""Platforms and steps that are told of one expression."""
_MAX_TEXT = 4_096


def platform(program: Program, value: Range, depth: int = 0) -> Verdict:
    """What an expression says: `Platform.LINUX_AMD64`, a text, a constant that holds one, a choice, a list of these."""
    value = program.trimmed(value)
    if value[0] >= value[1] or depth > MAX_DEPTH:
        return _UNKNOWN
    key = ("platform", value, depth)
    if key not in program.read:
        program.read[key] = _platform(program, value, depth)
    verdict: Verdict = program.read[key]
    return verdict


def _platform(program: Program, value: Range, depth: int) -> Verdict:
    first, stop = value
    names = program.chain(value)
    if names:
        return _named(program, names, first, depth)
    if stop == first + 1 and program.is_kind(first, "string"):
        found = text(program, value)
        return _explicit(found) if found else MISSING if found is not None else Verdict("explicit")
    if program.mark(first, "[") and program.brackets.close[first] == stop - 1:
        return _listed(program, (first + 1, stop - 1), depth)
    question = program.find("?", value)
    if question < stop:
        colon = program.find(":", (question + 1, stop))
        branches = ((question + 1, colon), (colon + 1, stop))
        return _either(*(platform(program, branch, depth + 1) for branch in branches))
    for mark in ("??", "||"):
        parts = program.split(value, mark)
        if len(parts) > 1:
            otherwise = platform(program, parts[-1], depth + 1)  # what is in force where the rest is not given
            return otherwise._replace(whole=False) if otherwise.state != "missing" else _UNKNOWN
    opening = program.opening.get(stop - 1, first)
    if opening > first and ".".join(program.chain_to(program.before(opening))[1]).endswith("Platform.custom"):
        return platform(program, (opening + 1, stop - 1), depth + 1)
    return Verdict("explicit")


def _explicit(written: str) -> Verdict:
    names = tuple(name for one in written.split(",") if (name := one.strip()))
    return Verdict("explicit", names[:_MAX_NAMED], whole=len(names) <= _MAX_NAMED)


def _either(one: Verdict, other: Verdict) -> Verdict:
    return _together([one, other], one.state if one.state == other.state else "unknown")


def _together(said: list[Verdict], state: State) -> Verdict:
    """What several expressions say at once, each thing once."""
    platforms = tuple(dict.fromkeys(name for one in said for name in one.platforms))
    steps = tuple(dict.fromkeys(step for one in said for step in one.steps))
    whole = len(platforms) <= _MAX_NAMED and all(one.whole for one in said)
    return Verdict(state, platforms[:_MAX_NAMED], steps[:_MAX_NAMED], whole=whole)


def _named(program: Program, names: list[str], at: int, depth: int) -> Verdict:
    """What `undefined`, `Platform.LINUX_AMD64`, `platform` or `settings.platform` says."""
    name = ".".join(names)
    if name in _NOTHING:
        return MISSING
    if len(names) > 1 and names[-2].endswith("Platform") and "_" in names[-1]:
        return Verdict("explicit", (names[-1].lower().replace("_", "/"),), whole=True)
    if names[0] == "process":
        return Verdict("unknown", steps=(Step(f"`{name}` is the environment's"),))
    if names[0] == "this":
        return Verdict("unknown", steps=(Step(f"`{name}` is not known"),))
    declared, found = program.lookup(names[0], at)
    for key in names[1:]:
        settings = program.object(found, found[0] - 1) if found is not None else None
        found = settings.values.get(key) if settings is not None and settings.is_certain(key) else None
    if found is not None:
        said = platform(program, found, depth + 1)
        line = program.source.position(program.tokens[min(found[0], len(program.tokens) - 1)].start)[0]
        step = Step(f"`{name}` is set", program.source.path, line)
        return said._replace(steps=(step, *said.steps)[:_MAX_NAMED])
    if not declared:
        return Verdict("delegated", steps=(Step(f"`{name}` is handed in by the caller"),))
    return Verdict("explicit" if len(names) == 1 and program.is_imported(names[0]) else "unknown")


def _listed(program: Program, inside: Range, depth: int) -> Verdict:
    parts = program.items(*inside)
    if not parts:
        return MISSING
    said = [platform(program, part, depth + 1) for part in parts if not program.mark(part[0], ".")]
    named = any(one.state in {"explicit", "delegated"} for one in said)
    verdict = _together(said, "explicit" if named else "unknown")
    return verdict if len(said) == len(parts) else verdict._replace(whole=False)


def text(program: Program, value: Range, depth: int = 0) -> str | None:
    """The text that an expression comes to; None where it is not known, or is a long one."""
    first, stop = program.trimmed(value)
    if stop != first + 1 or depth > MAX_DEPTH:
        return None
    token = program.tokens[first]
    if token.kind == "name":
        _, found = program.lookup(token.text, first)
        return text(program, found, depth + 1) if found is not None else None
    if token.kind != "string":
        return None
    key = ("text", (first, stop), depth)
    if key not in program.read:
        program.read[key] = _text(program, first, depth)
    read: str | None = program.read[key]
    return read


def _text(program: Program, number: int, depth: int) -> str | None:
    whole = ""
    for part in program.tokens[number].parts:
        piece: str | None = part.text
        if part.reference:
            _, found = program.lookup(part.text, number)
            piece = text(program, found, depth + 1) if found is not None else None
        if piece is None or len(whole) + len(piece) > _MAX_TEXT:
            return None
        whole += piece
    return whole


def place(program: Program, value: Range, depth: int = 0) -> Place | None:
    """The path that an expression comes to: a text, `path.join(__dirname, 'app')`, `__dirname + '/app'`."""
    value = program.trimmed(value)
    if value[0] >= value[1] or depth > MAX_DEPTH:
        return None
    key = ("place", value, depth)
    if key not in program.read:
        program.read[key] = _place(program, value, depth)
    read: Place | None = program.read[key]
    return read


def _place(program: Program, value: Range, depth: int) -> Place | None:
    first, stop = value
    names = program.chain(value)
    if names in _HERE:
        return Place(beside=True, path="")
    if len(names) == 1:
        _, found = program.lookup(names[0], first)
        return place(program, found, depth + 1) if found is not None else None
    token = program.tokens[first]
    if stop == first + 1 and token.kind == "string":
        if token.parts and token.parts[0].reference and token.parts[0].text in {".".join(names) for names in _HERE}:
            rest = literal(token._replace(parts=token.parts[1:]))
            return Place(beside=True, path=rest.lstrip("/")) if rest or len(token.parts) == 1 else None
        path = text(program, value)
        return Place(beside=False, path=path) if path is not None else None
    sums = program.split(value, "+")
    if len(sums) > 1:
        return joined([place(program, one, depth + 1) for one in sums])
    opening = program.opening.get(stop - 1, first)
    if opening > first:
        start, called = program.chain_to(program.before(opening))
        if start == first and ".".join(called) == "process.cwd":
            return Place(beside=False, path=".")
        if start == first and called[-1] in _JOINS:
            parts = program.items(opening + 1, stop - 1)
            return joined([place(program, part, depth + 1) for part in parts], glue="/")
    return None


def arguments(program: Program, value: Range | None, at: int) -> tuple[tuple[str, str | None], ...]:
    """Build arguments, of an object; None for a value that is not known."""
    given = program.object(value, at) if value is not None else None
    return tuple((name, text(program, one)) for name, one in given.values.items()) if given is not None else ()


def shown(program: Program, value: Range | None) -> str:
    """A text with `UNKNOWN` for what is not literal; "" where there is none."""
    if value is None:
        return ""
    first, stop = program.trimmed(value)
    if program.text(stop - 2) == "interpolate":
        first = stop - 1  # pulumi.interpolate`...`
    if stop == first + 1 and program.is_kind(first, "string"):
        return "".join(UNKNOWN if part.reference else part.text for part in program.tokens[first].parts)
    return text(program, value) or UNKNOWN
