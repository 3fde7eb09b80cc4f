"""Requirements files of pip: pinned or ranged, with what they include and are constrained by."""

from __future__ import annotations

from prelaunch.dependencies.requirement import MOST, parse
from prelaunch.dependencies.text import beside, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.dependencies.requirement import Requirement
    from prelaunch.project import Project

_MAX_FILES = 60
_INCLUDES = ("-r", "--requirement")
_CONSTRAINTS = ("-c", "--constraint")
_EDITABLE = ("-e", "--editable")


def requirements_file(
    project: Project, path: str, seen: set[str], *, constraint: bool = False
) -> Iterator[Requirement]:
    """What a file says, and those that it includes (`-r`) or is held to (`-c`); none of `seen`, to which it adds."""
    queue = [(path, constraint)]
    count = 0
    while queue and len(seen) < _MAX_FILES:
        current, only = queue.pop(0)
        if current in seen:
            continue
        seen.add(current)
        text_of_file = read(project, current)
        found_here: list[Requirement] = []
        for number, line in _logical_lines(text_of_file):
            text = line
            if line.startswith("-"):
                for flags in (_INCLUDES, _CONSTRAINTS):
                    other = option(line, flags)
                    if other:
                        queue.append((beside(current, other), only or flags is _CONSTRAINTS))
                text = option(line, _EDITABLE)
                if "#egg=" not in text:
                    continue
            found = parse(text.partition(" --")[0], current, number)
            count += 1
            if count > MOST:
                yield from found_here
                return
            if found is not None:
                found_here.append(found._replace(constraint=only) if only else found)
        lock = not only and _is_lock(current, text_of_file) and all(each.locked for each in found_here)
        yield from (each._replace(lock=True) for each in found_here) if lock else found_here


def _is_lock(path: str, text: str) -> bool:
    """Whether a file lists everything that is installed, as pip-compile, uv and a frozen environment give it.

    pip-compile leaves out what it calls unsafe (setuptools and the like), and says so at the end.
    """
    head = text[:500]
    written = "lock" in path.rpartition("/")[2] or "pip-compile" in head or "uv pip compile" in head
    return written and "unsafe" not in text


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """The lines with what continues them, without comments: the number of the first, and the text."""
    kept: list[str] = []
    first = 0
    for number, raw in enumerate(text.splitlines(), 1):
        first = first or number
        line = raw
        if line.lstrip().startswith("#"):
            line = ""  # a comment also ends a line that goes on
        elif line.endswith("\\"):
            kept.append(line[:-1])
            continue
        line = "".join((*kept, line)).replace("\t", " ")
        at = line.find(" #")
        line = (line if at < 0 else line[:at]).strip()
        if line:
            yield first, line
        kept, first = [], 0
    if kept:
        yield first, "".join(kept).strip()


def option(line: str, flags: tuple[str, str]) -> str:
    """The value of an option in its short or its long form; "" where the line is another."""
    for flag in flags:
        if line.startswith(flag):
            rest = line[len(flag) :]
            if rest[:1] in {" ", "=", "\t"} or (len(flag) == 2 and rest):
                return rest.lstrip(" =\t").strip("\"'")
    return ""
