"""YAML of a CI system that no other place knows: scalars under the keys that hold commands everywhere.

What the system itself sets cannot be known, so every variable that the file does not set in its commands is unknown,
and a build is reported as missing a platform only where its own words leave none open.
"""

from __future__ import annotations

import re

from prelaunch.model import UNKNOWN, Value
from prelaunch.places.pipelines import Scripts, documents, finish, lines
from prelaunch.places.script import of_unit
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import walk
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project

KEYS = frozenset({"cmd", "cmds", "command", "commands", "run", "script", "scripts", "before_script", "after_script"})

_NAMES = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of every command, each once, in the order of the file; none where the file is no YAML after all."""
    try:
        read_from, roots = documents(source)
    except UnreadableError:
        return []  # its content alone made us look: nothing says that it was meant for us
    found: list[Build] = []
    scripts = Scripts(read_from, project, "other")
    environment = dict.fromkeys(_NAMES.findall(source.text), Value((UNKNOWN,)))
    for node in walk(roots):
        for key, value in node.pairs:
            if key.value.lower() in KEYS and value.kind != "mapping":
                found += of_unit([scripts.run(lines(value), scripts.setting(environment))])
    return finish(found, source, read_from)
