"""`prelaunch diagnose`: from the text of a crash to its causes."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch import registry
from prelaunch.__main__ import main
from prelaunch.diagnose import log as logs
from prelaunch.diagnose.causes import explaining, names_in, seen_in, shows
from prelaunch.diagnose.log import plain, read_log
from prelaunch.diagnose.symptoms import SYMPTOMS
from prelaunch.registry import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Put = Callable[[str, str | bytes], str]

BUILD = "docker buildx build --platform linux/arm64 -t acme/api:1.4 --push .\n"
POD = """\
apiVersion: v1
kind: Pod
spec:
  nodeSelector:
    kubernetes.io/arch: amd64
  containers:
    - image: acme/api:1.4
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that builds for one architecture and deploys to another."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "k8s").mkdir()
    (tmp_path / "build.sh").write_text(BUILD)
    (tmp_path / "k8s/api.yaml").write_text(POD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("exec /app/server: exec format error", "exec format error"),
        ('standard_init_linux.go:228: exec user process caused "exec format error"', "exec format error"),
        ("bash: ./tool: cannot execute binary file: Exec format error", "exec format error"),
        ("\x1b[31mexec /x: exec\x1b[0m format error", "exec format error"),
        ("Error: Invalid value: File does not exist: app.py", "application not found"),
        ("Error: crun: executable file `/bin/sh` not found: No such file or directory", "program not found"),
        (
            'Error: failed to create containerd task: exec: "/entrypoint.sh": permission denied: unknown',
            "not executable",
        ),
        (
            r'{"log":"exec: \"uvicorn\": executable file not found in $PATH: unknown\n","stream":"stderr"}',
            "program not found",
        ),
        ("exec /entrypoint.sh: no such file or directory", "program not found"),
        ("/usr/bin/env: 'bash\\r': No such file or directory", "program not found"),
        ("/bin/sh^M: bad interpreter: No such file or directory", "program not found"),
        ("ImportError: cannot import name 'PBKDF2' from 'x.y'", "import fails"),
        ("ModuleNotFoundError: No module named 'distutils'", "import fails"),
        ('ERROR:    Error loading ASGI app. Could not import module "main".', "application not found"),
        ("Error: /app/node_modules/bcrypt/lib/bcrypt.node: invalid ELF header", "wrong binary loaded"),
        ("Error loading shared library libstdc++.so.6: No such file or directory", "shared library missing"),
        ("/lib64/ld-linux-x86-64.so.2: No such file or directory", "shared library missing"),
        ("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found", "shared library missing"),
        ("no matching manifest for linux/amd64 in the manifest list entries", "no image for the platform"),
        ('Failed to pull image "a": no match for platform in manifest: not found', "no image for the platform"),
    ],
)
def test_a_line_of_a_log_shows_its_symptom(line: str, name: str) -> None:
    assert name in [each.symptom.name for each in seen_in(read_log(io.BytesIO(f"ok\n{line}\n".encode())).lines)]


@pytest.mark.parametrize(
    "line",
    [
        "FileNotFoundError: [Errno 2] No such file or directory: 'settings.yml'",
        "PermissionError: [Errno 13] Permission denied: '/data/x'",
        "GET /export/manifest 200",
        "listening on :8080",
    ],
)
def test_an_error_of_another_kind_is_no_crash_at_start(line: str) -> None:
    assert seen_in(read_log(io.BytesIO(line.encode())).lines) == []


def test_the_pieces_of_a_symptom_stand_in_order() -> None:
    assert shows("exec /a: permission denied", "exec ... permission denied")
    assert not shows("permission denied: exec /a", "exec ... permission denied")


def test_symptoms_are_written_as_lines_are_compared() -> None:
    for symptom in SYMPTOMS:
        assert all(text == plain(text) for text in symptom.texts)
        assert symptom.outside


def test_every_rule_with_symptoms_explains_one_that_is_known() -> None:
    for rule in load_rules():
        for text in rule.symptoms:
            line = text.replace(" ... ", " x ")
            assert rule.name in explaining([rule], read_log(io.BytesIO(line.encode())).lines)


def test_the_names_of_a_crash_are_its_quoted_words_paths_and_files() -> None:
    lines = read_log(io.BytesIO(b"  File \"/app/keys.py\", line 5\nImportError: cannot import name 'PBKDF2'")).lines
    assert names_in(lines) == {"/app/keys.py", "pbkdf2"}


def test_of_a_huge_log_the_beginning_and_the_end_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "HEAD", 1_000)
    monkeypatch.setattr(logs, "TAIL", 70_000)
    middle = b"nothing to see\n" * 100_000
    log = read_log(io.BytesIO(b"exec /a: exec format error\n" + middle + b"invalid ELF header\n"))
    assert [each.symptom.name for each in seen_in(log.lines)] == ["exec format error", "wrong binary loaded"]
    assert log.left_out > 1_000_000
    assert sum(len(line.text) for line in log.lines) < 200_000
    assert (log.lines[0].number, log.lines[-1].number) == (1, -1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_log_is_read_in_the_encodings_that_shells_write(encoding: str) -> None:
    log = read_log(io.BytesIO("exec /ü: exec format error\r\n".encode(encoding)))
    assert [line.text for line in log.lines] == ["exec /ü: exec format error"]


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_log(data: bytes) -> None:
    lines = read_log(io.BytesIO(b"exec format error\n" + data)).lines
    seen_in(lines)
    names_in(lines)


def test_a_cause_is_named_with_its_file_and_line(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "crash.log").write_text("exec /app/server: exec format error\n")
    assert main(["diagnose", "crash.log"]) == 1
    out = capsys.readouterr().out
    assert "line 1: exec /app/server: exec format error" in out
    assert "build.sh:1:1: certain[platform-mismatch]" in out
    assert "k8s/api.yaml:5" in out


def test_what_the_log_names_comes_first(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "other.sh").write_text("docker buildx build -t acme/worker --push .\n")
    log = b"Failed to pull image acme/worker: exec format error\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(log)))
    assert main(["diagnose", "--format", "json"]) == 1
    causes = json.loads(capsys.readouterr().out)["causes"]
    assert [(cause["path"], cause["rule"]) for cause in causes] == [
        ("other.sh", "missing-platform"),
        ("build.sh", "platform-mismatch"),
    ]
    assert causes[0]["tied"] == ["acme/worker"]


def test_a_rule_of_a_plug_in_takes_part_by_its_own_symptoms(
    put: Put, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = [rule._replace(symptoms=("reactor ... melts",)) for rule in registry.load_rules()]
    monkeypatch.setattr("prelaunch.registry.load_rules", lambda *_: rules)
    put("a.sh", "build push\n")
    put("crash.log", "the reactor of unit 4 melts\n")
    assert main(["diagnose", "crash.log"]) == 1
    out = capsys.readouterr().out
    assert "the log shows what other-rule, toy-rule may explain" in out
    assert "a.sh:1:1: likely[toy-rule]" in out


def test_where_nothing_explains_it_that_is_said(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "build.sh").unlink()
    (repository / "crash.log").write_text("exec /app/server: exec format error\n")
    assert main(["diagnose", "crash.log", "--repository", "."]) == 0
    assert "nothing in this repository explains it; check outside it:\n  - " in capsys.readouterr().out


def test_a_log_without_a_crash_gives_no_advice(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "fine.log").write_text("listening on :8080\n")
    assert main(["diagnose", "fine.log"]) == 0
    assert "no crash that prelaunch knows" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["gone.log"], ["."], ["crash.log", "--repository", "gone"]])
def test_what_cannot_be_read_ends_with_two(
    repository: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "crash.log").write_text("exec format error\n")
    assert main(["diagnose", *arguments]) == 2
    assert capsys.readouterr().err.startswith("prelaunch: ")
