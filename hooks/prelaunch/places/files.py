"""The files that a build command names: its Dockerfile, and the bake or compose file that decides for it."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from prelaunch.model import HANDED, Step
from prelaunch.places.verdicts import Verdict
from prelaunch.resolve import MARKERS

if TYPE_CHECKING:
    from prelaunch.places.commands import Invocation
    from prelaunch.project import Project

_COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")


def _known(text: str) -> bool:
    return bool(text) and not any(marker in text for marker in MARKERS)


def _folders(directory: str, path: str) -> list[str]:
    """Where a command's relative paths may start: its directory, the folder of its file, the root."""
    return list(dict.fromkeys((posixpath.normpath(directory), posixpath.dirname(path) or ".", ".")))


def context_dockerfile(invocation: Invocation, directory: str, path: str, project: Project) -> str | None:
    """The Dockerfile of a build command as a path relative to the root, where it is literal and in the repository."""
    if invocation.tool.kind != "build":
        return None
    named = [v.text for v in invocation.values("--file", "-f", "--dockerfile")]
    context = [v.text for v in invocation.values("--context", "-c")] if invocation.tool.name == "kaniko" else []
    context = context or [f.text for f in invocation.rest[:1]] or ["."]
    if named and not _known(named[-1]):
        return None
    if not named and (not _known(context[0]) or context[0] == "-" or "://" in context[0]):
        return None
    for folder in _folders(directory, path):
        if named:
            candidates = [named[-1]]
            if invocation.tool.name == "kaniko" and _known(context[0]):
                candidates.insert(0, posixpath.join(context[0].removeprefix("dir://"), named[-1]))
        else:
            candidates = [posixpath.join(context[0], name) for name in ("Dockerfile", "Containerfile")]
        for candidate in candidates:
            full = posixpath.normpath(posixpath.join(folder, candidate))
            if not full.startswith(("..", "/")) and project.exists(full):
                return full
    return None


def delegated(invocation: Invocation, directory: str, path: str, project: Project) -> Verdict:
    """The verdict on a command whose platform a bake or compose file decides."""
    if invocation.tool.kind == "compose":
        files = [v.text for v in invocation.values("-f", "--file")]
        known = [one for one in files if _known(one)]
        if not files:
            known = [
                name
                for folder in _folders(directory, path)
                for name in _COMPOSE_NAMES
                if project.exists(posixpath.normpath(posixpath.join(folder, name)))
            ][:1]
        where = " and ".join(f"`{posixpath.basename(one)}`" for one in known) or "the compose file"
        return Verdict("delegated", (), (Step(f"{where} decides"),))
    from prelaunch.places.bake import command_platforms

    sets = [v.text for v in invocation.values("--set")]
    chosen = [text.partition("=")[2] for text in sets if text.partition("=")[0].endswith(".platform")]
    steps = tuple(dict.fromkeys(s for v in invocation.values("--set") for s in v.steps))
    if chosen:
        if all(HANDED in text for text in chosen):
            return Verdict("delegated", (), (*steps, Step("the platform is handed in by the caller")))
        named = (one.strip() for text in chosen if _known(text) for one in text.split(","))
        return Verdict(
            "explicit", tuple(dict.fromkeys(filter(None, named))), (*steps, Step("`--set` names the platform"))
        )
    files = [v.text for v in invocation.values("-f", "--file")]
    targets = [f.text for f in invocation.rest]
    if not all(_known(text) for text in (*files, *targets)) or invocation.loose:
        return Verdict("delegated", (), (Step("the bake file decides"),))
    for folder in _folders(directory, path):
        state, platforms, found = command_platforms(files, targets, sets, folder, project)
        if found:
            return Verdict(state, platforms, found)
    return Verdict("delegated", (), (Step("the bake file decides"),))
