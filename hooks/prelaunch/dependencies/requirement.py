"""One thing that a project says of a distribution, and the text forms that it comes in (PEP 508, PEP 440)."""

from __future__ import annotations

from prelaunch.typed import NamedTuple

MOST = 20_000
"""A file that says more is no list of what a project needs."""

LONGEST = 500
"""No specifier that anybody means is longer. A number of thousands of digits is one that Python refuses to read."""

_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


class Requirement(NamedTuple):
    """What one line says of a distribution.

    `name` is normalised (PEP 503); `specifier` is a set of PEP 440 specifiers, "" for any version, `===$` for one that
    the build is told and that equals none that is known; `line` is 1-based.
    `locked`: it is one version. `lock`: a lock file says so, which decides. `unknown`: what is installed cannot be
    told, as with a path, a repository, or a text that is no specifier. `constraint`: it narrows what others install,
    and installs nothing. `complete`: its file lists everything that it has installed, as a lock file does.
    """

    name: str
    specifier: str
    path: str
    line: int
    locked: bool = False
    lock: bool = False
    unknown: bool = False
    constraint: bool = False
    complete: bool = False


def readable(requirement: Requirement) -> Requirement:
    """The requirement, where its specifier may be compared with versions; else one of which the version is unknown."""
    if len(requirement.specifier) <= LONGEST:
        return requirement
    return requirement._replace(specifier="", locked=False, unknown=True)


def normalised(name: str) -> str:
    """A distribution's name, normalised (PEP 503)."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def parse(text: str, path: str, line: int) -> Requirement | None:
    """The requirement that a text of PEP 508, or an argument of pip, says; None for one that is none, or not for Linux.

    A repository, an archive and a text with an impossible version say only that the distribution is there.
    """
    text = text.strip()
    plain = _plain(text)
    if plain is not None:
        name, specifier = plain
        return Requirement(normalised(name), specifier, path, line, locked=is_pin(specifier))
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Parsed

    try:
        parsed = Parsed(text)
    except InvalidRequirement:
        name = _egg(text) if ":" in text else _name(text)
        return Requirement(normalised(name), "", path, line, unknown=True) if name else None
    if parsed.marker is not None and not _runs_on_linux(str(parsed.marker)):
        return None
    specifier = "" if parsed.url else str(parsed.specifier)
    return Requirement(
        normalised(parsed.name), specifier, path, line, locked=is_pin(specifier), unknown=bool(parsed.url)
    )


def _plain(text: str) -> tuple[str, str] | None:
    """The name and the specifier of a text in which only those stand (`a`, `a==1.2`, `a>=1,<2`); None for any other.

    Most requirements are of this form, and loading `packaging` takes longer than the rest of a run.
    """
    stop = next((at for at, character in enumerate(text) if character in "=<>!~"), len(text))
    name, said = text[:stop].rstrip(" "), text[stop:]
    if not (name.isascii() and name[:1].isalnum() and name[-1:].isalnum() and set(name) <= _NAME):
        return None
    if not said:
        return name, ""
    parts = [part.strip(" ") for part in said.split(",")]
    # `==1,==1.0` is one specifier: what says an operator twice is left to the library
    once = len({part.rstrip("0123456789.") for part in parts}) == len(parts)
    return (name, ",".join(sorted(parts))) if once and all(map(_is_plain, parts)) else None


def _is_plain(specifier: str) -> bool:
    """Whether a specifier is an operator and a version of numbers alone."""
    operator = specifier[: 2 if specifier[1:2] == "=" else 1]
    numbers = specifier[len(operator) :].split(".")
    if not all(number.isascii() and number.isdigit() for number in numbers):
        return False
    return operator in {"==", "!=", ">=", "<=", ">", "<"} or (operator == "~=" and len(numbers) > 1)


def _egg(text: str) -> str:
    """The name in `git+https://...#egg=name[extra]`, or in the file name of an archive."""
    address, _, fragment = text.partition("#")
    for part in fragment.split("&"):
        if part.startswith("egg="):
            return _name(part[4:])
    file = address.partition("?")[0].rpartition("/")[2]
    return _name(file.partition("-")[0]) if file.endswith((".whl", ".tar.gz", ".zip")) else ""


def _name(text: str) -> str:
    """The name that a text begins with, where only the end of the text or of the name's part of it follows."""
    stop = 0
    while stop < len(text) and (text[stop].isalnum() or text[stop] in "._-"):
        stop += 1
    name, rest = text[:stop].strip("._-"), text[stop:].lstrip()
    return name if name.isascii() and rest[:1] in {"", "=", "<", ">", "!", "~", "[", ";", "@"} else ""


def is_pin(specifier: str) -> bool:
    """Whether a specifier admits one version only."""
    return specifier.startswith("==") and "," not in specifier and "*" not in specifier


def _runs_on_linux(marker: str) -> bool:
    """Whether a marker may hold where containers run; what depends on the Python version is taken to hold."""
    from packaging.markers import InvalidMarker, Marker

    if "python" in marker or "implementation" in marker or "extra" in marker:
        return True
    try:
        return Marker(marker).evaluate(
            {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"}
        )
    except (InvalidMarker, ValueError, KeyError):
        return True


def poetry(text: str) -> str | None:
    """The PEP 440 form of a Poetry constraint: `^1.2`, `~1.2`, `1.2.*`, `>=1 <2`, `*`; None where it is another."""
    parts: list[str] = []
    for raw in text.replace("<", " <").replace(">", " >").replace(",", " ").split():
        if parts and parts[-1] in {"<", ">", "<=", ">=", "=", "==", "!=", "~=", "^", "~"}:
            parts[-1] += raw  # `>= 1.2`
        else:
            parts.append(raw)
    found = [_constraint(part) for part in parts if part != "*"]
    return None if None in found else ",".join(part for part in found if part)


def _constraint(part: str) -> str | None:
    sign = part[0]
    if "|" in part:
        return None
    if sign in "^~" and not part.startswith("~="):
        return _bounds(part[1:].strip(), caret=sign == "^")
    if sign in "<>!" or part.startswith(("~=", "==")):
        return part
    return f"=={part.removeprefix('=')}"


def _bounds(version: str, *, caret: bool) -> str | None:
    numbers = version.split(".")
    if not all(number.isascii() and number.isdigit() and len(number) < 10 for number in numbers):
        return None
    values = [int(number) for number in numbers]
    if caret:
        at = next((index for index, value in enumerate(values) if value), len(values) - 1)
    else:
        at = min(1, len(values) - 1)
    upper = [*values[:at], values[at] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"
