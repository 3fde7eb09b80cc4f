"""What is too much to be read is said, not passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.__main__ import main
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


DIGITS = {
    "Makefile": "define f\ndocker build -t $(²) .\nendef\na:\n\t$(call f,1)\n\tdocker build -t $(word ²,a b) .\n",
    "run.sh": "#!/bin/sh\na=(1 2)\ndocker build -t ${a[²]} .\nshift ²\nexit ²\nreturn ²\necho $²\n",
    "Dockerfile": "FROM python:².²\nCOPY --chmod=² run.sh /r\nRUN chmod ²²² /r; python² -m venv /v\n"
    'ENTRYPOINT ["/r", "²"]\n',
    "docker-bake.hcl": 'variable "A" { default = ² }\ntarget "x" { args = { B = "${²}", C = x[²], D = [1][²] } }\n',
    ".circleci/config.yml": "version: 2.1\norbs: {docker: circleci/docker@².1.0}\n"
    "workflows: {a: {jobs: [{docker/publish: {image: a}}]}}\n",
    "Jenkinsfile": "node { sh 'docker build -t $² .'; docker.build(\"a:${b[²]}\") }\n",
    "azure-pipelines.yml": "steps:\n- task: Docker@²\n  inputs: {command: build}\n",
    "justfile": "a:\n    docker build -t {{ ² }} .\n",
    "docker-compose.yml": "services: {a: {build: ., image: 'a:${²}'}}\n",
}


@pytest.mark.parametrize("path", DIGITS)
@pytest.mark.parametrize("digit", ["²", "٣", "①", "𝟙"])
def test_a_digit_that_no_number_is_written_with_is_a_letter_like_any_other(
    tmp_path: Path, path: str, digit: str
) -> None:
    (tmp_path / ".git").mkdir()
    for name in {path, "run.sh"} if path == "Dockerfile" else {path}:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(DIGITS[name].replace("²", digit), encoding="utf-8")
    assert main(["check", str(tmp_path), "--no-cache", "--hints", "--format", "json", "--output", "/dev/null"]) in {
        0,
        1,
    }
