"""One thing that a project says of a distribution, and the text forms that it comes in (PEP 508, PEP 440)."""

from __future__ import annotations

from typing import NamedTuple


class Requirement(NamedTuple):
    """What one line says of a distribution.

    `name` is normalised (PEP 503); `specifier` is a set of PEP 440 specifiers, "" for any version or one that cannot be
    known (a path, a repository); `line` is 1-based; `locked` says that it is one version; `lock` that a lock file
    says so, which then lists everything; `group` is the extra or group, "" for what the program itself needs.
    """

    name: str
    specifier: str
    path: str
    line: int
    locked: bool = False
    lock: bool = False
    group: str = ""


def normalised(name: str) -> str:
    """A distribution's name, normalised (PEP 503)."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)


def parse(text: str, path: str, line: int, group: str = "") -> Requirement | None:
    """The requirement that a text of PEP 508 says; None for one that is none, or not for Linux."""
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Parsed

    try:
        parsed = Parsed(text.strip())
    except InvalidRequirement:
        return None
    if parsed.marker is not None and not _runs_on_linux(str(parsed.marker)):
        return None
    specifier = "" if parsed.url else str(parsed.specifier)
    return Requirement(normalised(parsed.name), specifier, path, line, is_pin(specifier), group=group)


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


def poetry(text: str) -> str:
    """The PEP 440 form of a Poetry constraint: `^1.2`, `~1.2`, `1.2.*`, `>=1,<2`, `*`; "" where it is another."""
    parts = []
    for raw in text.split(","):
        part = raw.strip()
        if not part or part == "*":
            continue
        if "||" in part or "|" in part:
            return ""
        sign = part[0]
        if sign in "^~" and not part.startswith("~="):
            bounds = _bounds(part[1:].strip(), caret=sign == "^")
            if not bounds:
                return ""
            parts.append(bounds)
        elif sign in "<>!=" or part.startswith("~="):
            parts.append(part if not part.startswith("=") or part.startswith("==") else f"={part}")
        else:
            parts.append(f"=={part}")
    return ",".join(parts)


def _bounds(version: str, *, caret: bool) -> str:
    numbers = version.split(".")
    if not all(number.isdigit() for number in numbers):
        return ""
    values = [int(number) for number in numbers]
    if caret:
        at = next((index for index, value in enumerate(values) if value), len(values) - 1)
    else:
        at = min(1, len(values) - 1)
    upper = [*values[:at], values[at] + 1]
    return f">={version},<{'.'.join(map(str, upper))}"
