"""Environments of conda: `environment.yml`, read line by line."""

from __future__ import annotations

from prelaunch.dependencies.requirement import MOST, parse
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.dependencies.requirement import Requirement

NAMES = frozenset({"environment.yml", "environment.yaml", "conda.yml", "conda.yaml"})


def environment(text: str, path: str) -> Iterator[Requirement]:
    """The `dependencies`: conda's own, where the name is the same as in the registry, and those of `pip`.

    `python` is one of them. What `pip` is handed as options (`-r requirements.txt`) is left out.
    """
    inside = by_pip = False
    depth = -1
    for number, raw in enumerate(text.splitlines()[:MOST], 1):
        line = raw.partition(" #")[0].rstrip()
        entry = line.strip()
        if not entry or entry.startswith("#"):
            continue
        indent = len(line) - len(line.lstrip())
        if not entry.startswith("- ") and indent == 0:
            inside, by_pip = entry.startswith("dependencies:"), False
        elif inside and entry.startswith("- "):
            by_pip = by_pip and indent > depth
            value = entry[2:].strip().strip("\"'")
            if value.startswith("pip:"):
                by_pip, depth = True, indent
                continue
            found = parse(value if by_pip else spec(value), path, number)
            if found is not None:
                yield found


def spec(entry: str) -> str:
    """`channel::name=1.2=build`, `name 1.2.*` and `name >=1,<2` of conda as PEP 508 has them."""
    entry = entry.rpartition("::")[2].partition("[")[0].strip()
    stop = next((at for at, character in enumerate(entry) if character in " =<>!~"), len(entry))
    name, version = entry[:stop], entry[stop:].strip()
    if version.startswith(("==", "<", ">", "!", "~")):
        return f"{name}{version.replace(' ', '')}"
    version = version.removeprefix("=").replace("=", " ").split(" ")[0]
    if not version or version == "*":
        return name
    return f"{name}=={version}" if version.endswith("*") else f"{name}=={version}.*"
