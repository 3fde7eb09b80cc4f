"""What an interpreter makes of the word that names its program: one file, or what node and Python find for it."""

from __future__ import annotations

import json
import posixpath

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.image import Image
    from prelaunch.project import Project

_OF_NODE = (".js", ".json", ".node", "/package.json", "/index.js")
"""What node puts behind a name that is no file."""
_INSTALLERS = ("npm", "yarn", "pnpm", "bun")
_HOOKS = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare")
"""The scripts of package.json that an install runs; they may write any file."""


def is_one_file(path: str, interpreter: Sequence[str], image: Image, project: Project) -> bool:
    """Whether the interpreter opens that very file, and nothing but a COPY can have brought it.

    `python folder` runs its `__main__.py`; `node folder` and `node server` look for `index.js`, `server.js` and others.
    """
    if posixpath.basename(path.rstrip("/")) in {"", ".", ".."}:
        return False
    files = project.files_of(image)
    match list(interpreter):
        case ["python" | "python3"]:
            return files.lookup(f"{path}/__main__.py").kind == "absent"
        case ["node"]:
            others = (f"{path}{end}" for end in _OF_NODE)
            return all(files.lookup(other).kind == "absent" for other in others) and not _may_be_built(image, project)
        case _:
            return True


def _may_be_built(image: Image, project: Project) -> bool:
    """Whether an install of packages may run a script of the project's own, which builds it."""
    runs = [one.fragment.text for stage in image.chain for one in stage.instructions if one.keyword == "RUN"]
    if not any(name in text for text in runs for name in _INSTALLERS):
        return False
    found = project.files_of(image).lookup("package.json")
    source = project.read(found.path) if found.kind == "repository" else None
    if source is None:
        return True
    try:
        package = json.loads(source.text)
    except (ValueError, RecursionError):
        return True
    scripts = package.get("scripts", {}) if isinstance(package, dict) else {}
    return not isinstance(scripts, dict) or any(hook in scripts for hook in _HOOKS)
