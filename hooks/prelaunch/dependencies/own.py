"""What a file says of its own environment: the installs in a notebook, the header of a script (PEP 723)."""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.dependencies.requirement import Requirement
    from prelaunch.model import Source

_INSTALLS = ("pip install", "pip3 install", "pip -q install", "uv add", "conda install")
_PROGRAMS = frozenset({"pip", "pip3", "uv", "conda", "mamba", "python", "python3"})
"""What IPython takes for a command at the start of a line without a mark, and what comments tell to run."""

_SHELLS = ("%%bash", "%%sh", "%%script", "%%!", "%%system")
_MARKS = "!%# \t"
"""What stands before a command in a cell. One that is commented out still says that the notebook has its own needs."""

_HEAD = "# /// script"
_END = "# ///"


class Header(NamedTuple):
    """The header of a script: its text as TOML, and the 1-based line in the file that its first line stands on."""

    text: str
    line: int


def own_requirements(source: Source) -> tuple[Requirement, ...] | None:
    """What a file installs for itself, in an environment of which the project's files then say nothing.

    None where it says nothing, or installs what the project's files list (`pip install -r`).
    """
    if source.path.endswith(".ipynb"):
        return _of_notebook(source) if any(word in source.text for word in _INSTALLS) else None
    header = script_header(source.text)
    return tuple(_of_script(header, source.path)) if header is not None else None


def script_header(text: str) -> Header | None:
    """The header by which a script says what it needs (PEP 723); None where there is none, or it has no end."""
    if _HEAD not in text or _END not in text:
        return None
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if lines[at] != _HEAD:
            at += 1
            continue
        start = stop = at + 1
        while stop < len(lines) and (lines[stop] == "#" or lines[stop].startswith("# ")):
            stop += 1
        # of several lines that may end it the last one does
        end = next((number for number in range(stop - 1, start, -1) if lines[number] == _END), None)
        if end is not None:
            return Header("\n".join(line[2:] for line in lines[start:end]), start + 1)
        at = stop
    return None


def _of_script(header: Header, path: str) -> Iterator[Requirement]:
    from prelaunch.dependencies.manifests import listed

    for found in listed(header.text, path, "dependencies"):
        yield found._replace(line=found.line + header.line - 1)


def own_python(source: Source) -> tuple[str, int] | None:
    """The specifier (PEP 440) of the Python that a script needs, with its 1-based line; None where it names none."""
    header = script_header(source.text) if not source.path.endswith(".ipynb") else None
    if header is None:
        return None
    from prelaunch.dependencies.manifests import toml

    said = toml(header.text).get("requires-python")
    if not isinstance(said, str):
        return None
    lines = header.text.split("\n")
    return said, header.line + next((at for at, line in enumerate(lines) if "requires-python" in line), 0)


def _of_notebook(source: Source) -> tuple[Requirement, ...] | None:
    from prelaunch.dependencies.docker import command
    from prelaunch.dependencies.requirement import MOST
    from prelaunch.project import UnreadableError
    from prelaunch.readers.notebook import code_cells
    from prelaunch.readers.shell import parse

    found: list[Requirement] = []
    said = False
    try:
        cells = tuple(code_cells(source))
    except UnreadableError:
        return None
    for cell in cells:
        for at, text in _commands(cell.text):
            number, _ = source.position(cell.start(at))
            for each in parse(text):
                words = [word.text or "$" for word in each.words]
                installed = command(words, source.path, number)
                if installed.files or "." in words or len(found) > MOST:
                    return None
                said = said or "install" in words or "add" in words
                found += installed.requirements
    return tuple(found) if said else None


def _commands(text: str) -> Iterator[tuple[int, str]]:
    """The commands of a cell that install something, as the shell gets them, with where they start in it."""
    if not any(word in text for word in _INSTALLS):
        return
    shell = text.lstrip().startswith(_SHELLS)
    kept: list[str] = []
    at = first = 0
    for line in (*text.split("\n"), ""):
        bare = line.strip()
        if kept or shell or _is_command(bare):
            first = first if kept else at
            goes_on = bare.endswith("\\")
            kept.append(_bare(bare[:-1] if goes_on else bare))
            if not goes_on:
                whole = " ".join(kept)
                if any(word in whole for word in _INSTALLS):
                    yield first, whole
                kept = []
        at += len(line) + 1


def _is_command(line: str) -> bool:
    told = line.lstrip("# ")
    return told.startswith(("!", "%")) or "= !" in told or told.partition(" ")[0] in _PROGRAMS


def _bare(line: str) -> str:
    """What the shell gets of a line: without what marks it as a command, and the name that takes what is printed."""
    return (line.partition("= !")[2] or line).lstrip(_MARKS)
