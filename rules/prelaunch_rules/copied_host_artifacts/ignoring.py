"""A folder kept out of the build context: a line at the end of the `.dockerignore` that its builds read."""

from __future__ import annotations

from prelaunch.model import Edit, Fix, Span
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.image import Image
    from prelaunch.project import Project

_MAX_FILES = 500


def ignoring(folders: Sequence[str], image: Image, project: Project) -> Fix | None:
    """The lines to add; None without a `.dockerignore`: a new file is for the user to make.

    Safe where no line of the file takes something of the folder back in, and no Dockerfile of the project copies the
    folder by its name.
    """
    file = project.ignore_file(image)
    if file is None or not folders:
        return None
    names = tuple(dict.fromkeys(folders))
    newline = "\r\n" if file.text.partition("\n")[0].endswith("\r") else "\n"
    last = "" if not file.text or file.text.endswith("\n") else newline
    text = last + "".join(f"{name}{newline}" for name in names)
    kept = any(line.strip().startswith("!") and name in line for line in file.text.splitlines() for name in names)
    end = len(file.text)
    return Fix(
        (Edit(Span(end, end), text),),
        f"leave {' and '.join(names)} out of the build context",
        safe=not kept and not any(_is_copied(name, project) for name in names),
        source=file,
    )


def _is_copied(name: str, project: Project) -> bool:
    """Whether a Dockerfile of the project copies the folder, or a part of it, from the build context by its name."""
    named = (path for path in project.paths("") if _is_dockerfile(path))
    for number, path in enumerate(named):
        source = project.read(path)
        if source is None or number >= _MAX_FILES:
            return True
        for line in source.text.replace("\\\n", " ").splitlines():
            words = line.split()
            if words[:1] and words[0].upper() in {"COPY", "ADD"} and "--from" not in line and name in line:
                return True
    return False


def _is_dockerfile(path: str) -> bool:
    file = path.rpartition("/")[2].lower()
    return ("dockerfile" in file or "containerfile" in file) and not file.endswith(".dockerignore")
