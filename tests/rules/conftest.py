from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch import discover, registry
from prelaunch.engine import Judge, run
from prelaunch.mend import mend
from prelaunch.project import Project, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from prelaunch.model import Rule


@pytest.fixture
def found(tmp_path: Path) -> Callable[..., list[str]]:
    """Judge a Dockerfile that stands among other files; give each finding as its certainty and its line."""

    def judge(
        rule: Rule,
        dockerfile: str,
        files: Mapping[str, str] | None = None,
        *,
        platforms: tuple[str, ...] = (),
        path: str = "Dockerfile",
    ) -> list[str]:
        for name, text in {**(files or {}), path: dockerfile}.items():
            full = tmp_path / name
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8", newline="")
        project = Project(str(tmp_path), Settings(platforms=platforms))
        looked = discover.look(str(tmp_path), path, registry.import_words())
        assert looked is not None
        report = run(project, [looked], Judge((rule,), frozenset({rule.name})), hints=True)
        return [f"{one.certainty} {one.source.position(one.span.start)[0]}" for one in report.findings]

    return judge


@pytest.fixture
def fix(tmp_path: Path) -> Callable[[Rule, Mapping[str, str]], dict[str, str]]:
    """Give files as `--fix --hints` leaves them."""

    def mended(rule: Rule, files: Mapping[str, str]) -> dict[str, str]:
        for name, text in files.items():
            full = tmp_path / name
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8", newline="")
        project = Project(str(tmp_path))
        judge = Judge((rule,), frozenset({rule.name}), fixes=True)
        changes = mend(project, list(project.candidates()), judge, hints=True).changes
        return {**files, **{new.path: new.text for _, new in changes}}

    return mended
