"""A toy place and a toy rule, so that the frame is tested apart from what prelaunch knows."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Build, Edit, Finding, Fix, Import, Rule, Slot, Source, Span, Step
from prelaunch.project import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from prelaunch.project import Project


def toy_builds(source: Source, project: Project) -> list[Build]:  # noqa: ARG001
    """Every line that starts with `build` builds, without a platform unless the line says one."""
    found, at = [], 0
    for line in source.text.splitlines(keepends=True):
        if line.startswith("!broken"):
            raise UnreadableError("is broken", at)
        if line.lstrip("\ufeff").startswith("build"):
            start = at + line.index("build")
            stop = at + len(line.rstrip())
            state = "unknown" if "$" in line else "explicit" if "--platform" in line else "missing"
            slot = Slot(Span(start + 5, start + 5), " --platform ")
            via = (Step("written", source.path, 1),)
            found.append(
                Build(source, Span(start, stop), "toy", "shell", state, via=via, slot=slot, published="push" in line)  # type: ignore[arg-type]
            )
        at += len(line)
    return found


def toy_check(build: Build, project: Project) -> Iterator[Finding]:  # noqa: ARG001
    if build.state == "missing":
        text = build.source.text[build.span.start : build.span.stop]
        yield Finding("toy-rule", "hint" if "maybe" in text else "likely", build.source, build.span, "no platform")


def toy_mend(build: Build, project: Project) -> Fix | None:
    if build.slot is None or not project.settings.platforms:
        return None
    edit = Edit(build.slot.span, build.slot.spell(project.settings.platforms))
    return Fix((edit,), "say the platform", safe="unsafe" not in build.source.text)


TOY = Rule("toy-rule", Build, toy_check, "likely", True, "", toy_mend)
OTHER = Rule("other-rule", Import, lambda fact, project: iter(()), "certain", False, "")  # noqa: ARG005


@pytest.fixture
def toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], None]:
    """The toy rules in place of all others, the toy place in place of shell, and an empty folder to be in."""
    rules = []
    for rule in (OTHER, TOY):
        folder = tmp_path / "rules" / rule.name
        folder.mkdir(parents=True)
        (folder / "README.md").write_text(f"# {rule.name}\n\nWhat {rule.name} is for.\n")
        rules.append(rule._replace(folder=str(folder)))
    place = ModuleType("prelaunch.places.shell")
    place.builds = toy_builds  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "prelaunch.places.shell", place)
    monkeypatch.setattr("prelaunch.registry.load_rules", lambda *_: rules)
    monkeypatch.setattr("prelaunch.registry.rule_names", lambda: {"toy-rule", "other-rule"})
    monkeypatch.setattr(
        "prelaunch.registry.import_words", lambda: {"python": (b"toy",), "notebook": (), "dockerfile": (), "": ()}
    )
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return lambda: None


@pytest.fixture
def put(toys: Callable[[], None], tmp_path: Path) -> Callable[[str, str | bytes], str]:  # noqa: ARG001
    """Write a file below the current folder; gives its path."""

    def put_one(path: str, content: str | bytes) -> str:
        full = tmp_path / "here" / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put_one


requires_permissions = pytest.mark.skipif(
    hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read and write everything"
)
