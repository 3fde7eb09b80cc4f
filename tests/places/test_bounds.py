"""What is too much to be read is said, not passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.discover import look
from prelaunch.kinds import BUILD
from prelaunch.places import gitlab, pipelines
from prelaunch.project import Project
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from pathlib import Path

GITLAB = "".join(f"job{number}:\n  script: docker build -t a{number} .\n" for number in range(3))
CIRCLECI = "version: 2.1\njobs:\n  a:\n    machine: true\n    steps:\n" + "".join(
    f"      - run: docker build -t a{number} .\n" for number in range(3)
)


@pytest.mark.parametrize(
    ("path", "text", "module"),
    [(".gitlab-ci.yml", GITLAB, gitlab), (".circleci/config.yml", CIRCLECI, pipelines)],
)
def test_a_file_of_which_only_the_beginning_was_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, text: str, module: object
) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    found = look(str(tmp_path), path, {})
    assert found is not None
    assert read_facts(Project(str(tmp_path)), found, {BUILD}).faults == ()
    monkeypatch.setattr(module, "MAX_READ", 30)
    (fault,) = read_facts(Project(str(tmp_path)), found, {BUILD}).faults
    assert "only its beginning was read" in fault.message
