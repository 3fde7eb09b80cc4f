"""The action, the GitLab component and the image, as their users meet them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from prelaunch import __version__

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
ANNOTATION = "::warning title=missing-platform,file=Makefile,line=2,"
MAKEFILE = "image:\n\tdocker buildx build -t registry.example.com/api .\n"


def _yaml(text: str) -> list[Any]:
    return list(YAML(typ="safe").load_all(text))


ACTION = _yaml((ROOT / "action.yml").read_text())[0]
(STEP,) = ACTION["runs"]["steps"]

PYTHON = f"""#!/bin/sh
case "$1 $2" in
"-m venv") mkdir -p "$3/bin" && ln -s {BIN}/prelaunch "$3/bin/prelaunch" && cp "$0" "$3/bin/python" ;;
"-m pip") echo "$*" >> "$PIP_LOG" ;;
*) exec {sys.executable} "$@" ;;
esac
"""
"""A Python whose environments hold prelaunch already, so that a test need not install it."""


class Job:
    """A folder with a repository, in which the action is run as a runner runs it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = folder / "project"
        (self.project / ".git").mkdir(parents=True)
        (self.project / "Makefile").write_text(MAKEFILE)
        for name in ("bin", "runner"):
            (folder / name).mkdir()
        stub = folder / "bin" / "python3"
        stub.write_text(PYTHON)
        stub.chmod(0o755)
        self.path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        self.out = ""

    def run(self, event: object = None, /, **inputs: str) -> int:
        """The exit code of the step with these inputs, for this event."""
        assert not set(inputs) - set(ACTION["inputs"])
        (self.folder / "event.json").write_text(json.dumps(event or {}))
        environment = {
            "PATH": self.path,
            "HOME": str(self.folder),
            "PIP_LOG": str(self.folder / "pip.log"),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(self.folder / "output"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_REPOSITORY": "team/app",
            "GITHUB_API_URL": "http://127.0.0.1:9",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "RUNNER_TEMP": str(self.folder / "runner"),
        }
        for variable, expression in STEP["env"].items():
            name = expression.removeprefix("${{ inputs.").removesuffix(" }}")
            default = "secret-token" if name == "token" else str(ACTION["inputs"][name]["default"])
            environment[variable] = inputs.get(name, default)
        done = subprocess.run(
            ["bash", "-e", "-c", STEP["run"]],
            cwd=self.project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.out = done.stdout
        return done.returncode

    @property
    def outputs(self) -> dict[str, str]:
        """What the step gave to later ones."""
        pairs = (line.split("=", 1) for line in (self.folder / "output").read_text().splitlines())
        return {name: value for name, value in pairs}  # noqa: C416 (mypy knows no dict of lists)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


def _tool(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_action_is_one_by_github_s_schema_and_clean_for_zizmor() -> None:
    done = _tool("check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")
    assert done.returncode == 0, done.stdout
    done = _tool("zizmor", "--offline", "--persona", "auditor", "--no-progress", "action.yml")
    assert done.returncode == 0, done.stdout


def test_no_input_of_the_action_is_ever_a_part_of_a_script() -> None:
    assert "${{" not in STEP["run"]
    assert sorted(STEP["env"].values()) == sorted(f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"])
    assert all(name == f"PRELAUNCH_{value[11:-3].upper()}" for name, value in STEP["env"].items())


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_the_action_s_script_is_clean_for_shellcheck() -> None:
    done = subprocess.run(["shellcheck", "ci/action.sh"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_action_annotates_sums_up_writes_sarif_and_fails(job: Job) -> None:
    assert job.run() == 1, job.out
    assert ANNOTATION in job.out
    outputs = job.outputs
    assert (outputs["findings"], outputs["exit-code"]) == ("1", "1")
    (run,) = json.loads(Path(outputs["sarif"]).read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["missing-platform"]
    assert "missing-platform" in (job.folder / "summary").read_text()
    assert str(ROOT) in (job.folder / "pip.log").read_text()


def test_the_action_may_let_findings_pass_and_still_tells_their_number(job: Job) -> None:
    assert job.run(fail="false") == 0
    assert (job.outputs["findings"], job.outputs["exit-code"]) == ("1", "1")


def test_the_action_passes_on_a_clean_repository(job: Job) -> None:
    (job.project / "Makefile").write_text("all:\n")
    assert job.run() == 0, job.out
    assert (job.outputs["findings"], job.outputs["exit-code"]) == ("0", "0")


def test_a_call_that_cannot_be_carried_out_fails_whatever_fail_says(job: Job) -> None:
    assert job.run(fail="false", select="no-such-rule") == 2
    assert job.outputs["exit-code"] == "2"
    assert "'no-such-rule' is not a rule" in job.out


@pytest.mark.parametrize("text", ["$(touch pwned)", "; touch pwned", "`touch pwned`", "--fix", "* ? [a]"])
@pytest.mark.parametrize("name", ["paths", "select", "since", "version"])
def test_an_input_is_text_and_nothing_else(job: Job, name: str, text: str) -> None:
    job.run(**{name: text})
    assert not list(job.folder.rglob("pwned"))
    assert (job.project / "Makefile").read_text() == MAKEFILE


def test_a_version_is_taken_from_the_registry(job: Job) -> None:
    job.run(version="9.9.9")
    assert "prelaunch==9.9.9" in (job.folder / "pip.log").read_text()


def test_paths_stand_one_a_line_and_may_hold_spaces(job: Job) -> None:
    (job.project / "a b").mkdir()
    (job.project / "a b" / "Makefile").write_text(MAKEFILE)
    assert job.run(paths="a b\n") == 1
    assert "file=a b/Makefile" in job.out
    assert job.outputs["findings"] == "1"


def test_without_a_pull_request_a_review_becomes_annotations(job: Job) -> None:
    assert job.run(review="true") == 1, job.out
    assert "no review was written: this run is for no pull request" in job.out
    assert ANNOTATION in job.out
    assert job.outputs["findings"] == "1"


def test_a_review_that_may_not_be_written_becomes_annotations_and_no_token_is_seen(job: Job) -> None:
    event = {"pull_request": {"number": 7, "head": {"sha": "0" * 40}}}
    assert job.run(event, review="true", token="") == 1, job.out
    assert "no review was written: there is no token" in job.out
    assert ANNOTATION in job.out
    assert "secret-token" not in job.out


SPEC, JOBS = _yaml((ROOT / "templates/prelaunch.yml").read_text())


def _expanded(**inputs: object) -> dict[str, Any]:
    """The component as GitLab makes it: each `$[[ inputs.x ]]` replaced."""
    text = (ROOT / "templates/prelaunch.yml").read_text().split("\n---\n", 1)[1]
    for name, described in SPEC["spec"]["inputs"].items():
        value = inputs.get(name, described.get("default"))
        text = text.replace(f"$[[ inputs.{name} ]]", str(value).lower() if isinstance(value, bool) else str(value))
    assert "$[[" not in text
    expanded: dict[str, Any] = _yaml(text)[0]
    return expanded


def test_the_component_is_one_by_gitlab_s_schema(tmp_path: Path) -> None:
    expanded = tmp_path / ".gitlab-ci.yml"
    with expanded.open("w") as file:
        YAML(typ="safe").dump(_expanded(review=True), file)
    done = _tool("check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", expanded)
    assert done.returncode == 0, done.stdout
    for described in SPEC["spec"]["inputs"].values():
        assert set(described) <= {"description", "default", "type", "options", "regex"}
        assert described["description"]


def test_no_input_of_the_component_is_ever_a_part_of_a_script() -> None:
    (job,) = JOBS.values()
    assert not any("$[[" in line for line in job["script"])
    assert SPEC["spec"]["inputs"]["requirement"]["default"] == f"prelaunch=={__version__}"


@pytest.mark.parametrize(("makefile", "code", "count"), [(MAKEFILE, 1, 1), ("all:\n", 0, 0)])
def test_the_component_s_script_writes_the_code_quality_report(
    tmp_path: Path, makefile: str, code: int, count: int
) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "Makefile").write_text(makefile)
    (tmp_path / "$(touch pwned)").mkdir()
    pip = tmp_path / "bin" / "pip"
    pip.parent.mkdir()
    pip.write_text("#!/bin/sh\n")
    pip.chmod(0o755)
    (job,) = _expanded(paths="Makefile *", options="--hints").values()
    variables = {name: str(value) for name, value in job["variables"].items()}
    environment = {**os.environ, **variables, "PATH": f"{pip.parent}:{BIN}:{os.environ['PATH']}"}
    script = "set -eo pipefail\n" + "\n".join(job["script"])
    subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, check=False, capture_output=True)
    environment["PRELAUNCH_PATHS"] = "."
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, check=False, capture_output=True)
    assert done.returncode == code, done.stderr
    report = json.loads((tmp_path / job["artifacts"]["reports"]["codequality"]).read_text())
    assert len(report) == count
    assert len({entry["fingerprint"] for entry in report}) == count
    assert not (tmp_path / "pwned").exists()


def test_the_own_image_passes_the_own_rules_hints_too(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in ("Dockerfile", ".dockerignore", "Makefile"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    for name in ("hooks", "rules"):
        (tmp_path / name).symlink_to(ROOT / name)
    command: list[str | Path] = [BIN / "prelaunch", "check", "--hints", "Dockerfile", "Makefile"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    command = [BIN / "prelaunch", "builds", "--format", "json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    (build,) = json.loads(done.stdout)["builds"]
    assert (build["state"], build["platforms"]) == ("explicit", ["linux/amd64", "linux/arm64"])
