"""The faults are real: each bad example is built and dies with the text that its rule names; the mended one starts."""

from __future__ import annotations

import io
import json
import subprocess
from typing import TYPE_CHECKING, NamedTuple

import pytest

from prelaunch.__main__ import main
from prelaunch.model import EMPTY
from prelaunch.registry import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.docker.conftest import Docker

pytestmark = pytest.mark.docker

BUILD = "docker build $EXTRA --platform linux/{host} -t proof .\n"
UP = "service up"
# a base that is known to hold nothing else: of a private one nobody knows what it starts
DOCKERFILE = 'FROM scratch\nCOPY busybox-{host} /bin/sh\nCOPY start.sh /start.sh\nENTRYPOINT ["/start.sh"]\n'


class Proof(NamedTuple):
    """A fault, the files that have it, how they are built, and what the container says when it dies.

    `mended` are the files as a person would mend them; where there are none, `prelaunch check --fix` does. In texts,
    `{host}` and `{foreign}` are architectures, `{base}` is the base image.
    """

    rule: str
    dies: str
    files: Mapping[str, str]
    mended: Mapping[str, str] = EMPTY
    environment: Mapping[str, str] = EMPTY
    modes: Mapping[str, int] = EMPTY


PROOFS = [
    Proof(
        "missing-platform",
        "exec format error",
        {
            "prelaunch.toml": 'platforms = ["linux/{host}"]\n',
            "build.sh": "docker build -t proof .\n",
            "Dockerfile": 'FROM {base}\nENTRYPOINT ["/bin/sh", "-c", "echo service up"]\n',
        },
        # what a laptop of the other architecture does by itself
        environment={"DOCKER_DEFAULT_PLATFORM": "linux/{foreign}"},
    ),
    Proof(
        "platform-arg-default",
        "exec format error",
        {
            "build.sh": BUILD,
            "Dockerfile": "FROM {base}\nARG TARGETARCH={foreign}\nCOPY busybox-${{TARGETARCH}} /busybox-server\n"
            'ENTRYPOINT ["/busybox-server", "echo", "service up"]\n',
        },
    ),
    Proof(
        "final-stage-build-platform",
        "exec format error",
        {
            "build.sh": BUILD,
            "Dockerfile": 'FROM --platform=$BUILDPLATFORM {base}\nENTRYPOINT ["/bin/sh", "-c", "echo service up"]\n',
        },
        # what a builder of the other architecture sets by itself
        environment={"EXTRA": "--build-arg BUILDPLATFORM=linux/{foreign}"},
    ),
    Proof(
        "entrypoint-no-shebang",
        "exec format error",
        {"build.sh": BUILD, "Dockerfile": DOCKERFILE, "start.sh": "echo service up\n"},
        mended={"start.sh": "#!/bin/sh\necho service up\n"},
        modes={"start.sh": 0o755},
    ),
    Proof(
        "entrypoint-crlf",
        "no such file or directory",
        {"build.sh": BUILD, "Dockerfile": DOCKERFILE, "start.sh": "#!/bin/sh\r\necho service up\r\n"},
        mended={"start.sh": "#!/bin/sh\necho service up\n"},
        modes={"start.sh": 0o755},
    ),
    Proof(
        "entrypoint-not-executable",
        "permission denied",
        {"build.sh": BUILD, "Dockerfile": DOCKERFILE, "start.sh": "#!/bin/sh\necho service up\n"},
        mended={"Dockerfile": DOCKERFILE.replace("COPY start", "COPY --chmod=755 start")},
    ),
]


def lay_out(proof: Proof, folder: Path, docker: Docker) -> dict[str, str]:
    """Write the files into a git repository; gives the environment of the build."""

    def filled(text: str) -> str:
        return text.format(host=docker.host, foreign=docker.foreign, base=docker.base)

    for name, text in proof.files.items():
        (folder / name).write_bytes(filled(text).encode())
        (folder / name).chmod(proof.modes.get(name, 0o644))
    for architecture in (docker.host, docker.foreign):
        (folder / f"busybox-{architecture}").write_bytes(docker.busybox(architecture))
        (folder / f"busybox-{architecture}").chmod(0o755)
    for command in (["init", "-q"], ["-c", "core.autocrlf=false", "add", "--all"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    return {name: filled(value) for name, value in proof.environment.items()}


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.rule)
def test_the_bad_example_dies_with_its_text_and_the_mended_one_starts(
    proof: Proof, docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = lay_out(proof, tmp_path, docker)
    monkeypatch.chdir(tmp_path)

    built = docker.shell(["sh", "build.sh"], tmp_path, **environment)
    died = docker.run("proof")
    assert died.returncode != 0, built
    assert proof.dies in died.stdout
    assert UP not in died.stdout

    capsys.readouterr()
    assert main(["check", "--format", "json"]) == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert {finding["rule"] for finding in findings} == {proof.rule}
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(died.stdout.encode())))
    assert main(["diagnose", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["causes"][0]["rule"] == proof.rule

    if proof.mended:
        for name, text in proof.mended.items():
            (tmp_path / name).write_text(text.format(host=docker.host))
    else:
        assert main(["check", "--fix"]) == 0
    subprocess.run(["git", "add", "--all"], check=True)
    assert main(["check"]) == 0

    built = docker.shell(["sh", "build.sh"], tmp_path, **environment)
    started = docker.run("proof")
    print(f"--- {proof.rule}\nas it is: {died.stdout.strip()}\nmended: {started.stdout.strip()}")
    assert started.returncode == 0, started.stdout
    assert UP in started.stdout


def test_the_base_is_of_two_architectures_one_of_which_runs_here(docker: Docker, tmp_path: Path) -> None:
    # what all the other proofs stand on
    (tmp_path / "Dockerfile").write_text(f'FROM {docker.base}\nENTRYPOINT ["/bin/sh", "-c", "echo {UP}"]\n')
    for architecture in (docker.host, docker.foreign):
        docker("build", "--platform", f"linux/{architecture}", "-t", f"base-{architecture}", str(tmp_path))
    assert docker.run(f"base-{docker.host}").stdout == f"{UP}\n"
    assert "exec format error" in docker.run(f"base-{docker.foreign}").stdout


def test_a_platform_that_no_image_has_stops_the_build(docker: Docker, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(f"FROM {docker.base}\n")
    done = docker.tried(["docker", "build", "--platform", "linux/arm64v8", str(tmp_path)])
    assert done.returncode != 0
    assert "no match for platform in manifest" in done.stdout
    (rule,) = (rule for rule in load_rules() if rule.name == "invalid-platform")
    assert any(text in done.stdout for text in rule.symptoms)


def test_the_label_of_an_image_says_nothing_of_its_content(docker: Docker, tmp_path: Path) -> None:
    # BuildKit writes the platform that was asked for into the image, whatever stands in it
    proof = next(one for one in PROOFS if one.rule == "platform-arg-default")
    environment = lay_out(proof, tmp_path, docker)
    docker.shell(["sh", "build.sh"], tmp_path, **environment)
    assert docker("image", "inspect", "--format", "{{.Architecture}}", "proof").strip() == docker.host
    assert "exec format error" in docker.run("proof").stdout
