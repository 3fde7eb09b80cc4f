"""What a file says of its own environment: the installs in a notebook, the header of a script (PEP 723)."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.dependencies.requirement import Requirement
    from prelaunch.model import Source

_INSTALLS = ("pip install", "pip3 install", "pip -q install", "uv add", "conda install")
_MARKS = "!%# "
"""What stands before a command in a cell. One that is commented out still says that the notebook has its own needs."""

_HEAD = "# /// script"


def own_requirements(source: Source) -> tuple[Requirement, ...] | None:
    """What a file installs for itself, in an environment of which the project's files then say nothing.

    None where it says nothing, or installs what the project's files list (`pip install -r`).
    """
    if source.path.endswith(".ipynb"):
        return _of_notebook(source)
    return tuple(_of_script(source)) if _HEAD in source.text else None


def _of_notebook(source: Source) -> tuple[Requirement, ...] | None:
    from prelaunch.dependencies.docker import command
    from prelaunch.readers.shell import parse

    found: list[Requirement] = []
    said = False
    for number, line in _commands(source.text):
        for each in parse(line):
            words = [word.text or "$" for word in each.words]
            installed = command(words, source.path, number)
            if installed.files or "." in words:
                return None
            said = said or "install" in words or "add" in words
            found += installed.requirements
    return tuple(found) if said else None


def _commands(text: str) -> Iterator[tuple[int, str]]:
    """The lines of a notebook that install something, as the shell gets them, with their line in the file."""
    kept, first = "", 0
    for number, raw in enumerate(text.split("\n"), 1):
        if not kept and not any(word in raw for word in _INSTALLS):
            continue
        # one string of JSON a line, or a whole cell in one
        text_of = (
            raw.strip().removeprefix('"source": ').strip("[]").removesuffix(",").removeprefix('"').removesuffix('"')
        )
        for line in text_of.replace("\\n", "\n").replace('\\"', '"').replace("\\\\", "\\").split("\n"):
            if not kept and not any(word in line for word in _INSTALLS):
                continue
            first = first if kept else number
            if line.rstrip().endswith("\\"):
                kept += f"{line.rstrip()[:-1].lstrip(_MARKS)} "
            elif line or not kept:
                yield first, kept + line.strip().lstrip(_MARKS)
                kept = ""


def _of_script(source: Source) -> Iterator[Requirement]:
    from prelaunch.dependencies.manifests import listed

    lines = source.text.splitlines()
    start = next((number for number, line in enumerate(lines) if line.rstrip() == _HEAD), len(lines))
    stop = next((number for number in range(start + 1, len(lines)) if lines[number].rstrip() == "# ///"), start)
    text = "\n".join(line.removeprefix("#").removeprefix(" ") for line in lines[start + 1 : stop])
    for found in listed(text, source.path, "dependencies"):
        yield found._replace(line=found.line + start + 1)
