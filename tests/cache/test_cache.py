"""A run with what was kept says what a run without it says, whatever changed in between."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement

from prelaunch import engine, toml
from prelaunch.__main__ import main
from prelaunch.cache import document
from prelaunch.cache.key import PARSERS
from prelaunch.cache.log import GROUP, Log
from prelaunch.cli import run
from prelaunch.registry import distributions

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.discover import File
    from prelaunch.project import Project

    Make = Callable[[dict[str, str | bytes]], Path]

API = "registry.example.com/team/api"
KDF = "cryptography.hazmat.primitives.kdf.pbkdf2"
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: make image
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: x
"""
FILES: dict[str, str | bytes] = {
    "Makefile": f"include common.mk\nimage:\n\tdocker build $(FLAGS) -t {API} .\n\tsh ci/build.sh\n",
    "common.mk": "FLAGS = --platform linux/amd64\n",
    "ci/build.sh": ". ./env.sh\ndocker build $FLAGS -t other . # prelaunch: ignore[missing-platform] a test\n",
    "ci/env.sh": "FLAGS=\n",
    "ci/push.sh": f"docker build -t {API} .\n",
    "local.sh": "docker build -f none.Dockerfile -t worker .\n",
    "deploy/api.yaml": f"kind: Deployment\nspec:\n  image: {API}:1\n",
    "Dockerfile": 'FROM --platform=linux/amd64 python:3.12\nCOPY run.sh /\nCMD ["/run.sh"]\n',
    "run.sh": "#!/bin/sh\npython -m app\n",
    "docker-compose.yml": "services:\n  api:\n    image: other\n    build: .\n",
    ".env": "A=b\n",
    ".github/workflows/image.yml": WORKFLOW,
    "requirements.txt": "cryptography==42.0.0\nredis==5.0.0\n",
    "app/__init__.py": "",
    "app/keys.py": f"from {KDF} import PBKDF2\n",
    "app/queue.py": "from redis import AsyncRedis\nfrom cryptography import secrets\n",
    "plain.py": "import os\n",
}
CHANGES: dict[str, list[str | None]] = {
    "common.mk": ["FLAGS =\n", None],
    "ci/env.sh": ["FLAGS='--platform linux/arm64'\n", None],
    "deploy/api.yaml": ["kind: Deployment\nspec:\n  image: elsewhere\n", None],
    "Dockerfile": [
        "FROM python:3.12\n",
        'FROM --platform=linux/amd64 python:3.12\nCOPY run.sh /\nCMD ["/x.sh"]\n',
        None,
    ],
    "run.sh": ["#!/bin/sh\r\npython -m app\r\n", None],
    ".env": ["DOCKER_DEFAULT_PLATFORM=linux/amd64\n", None],
    "docker-compose.override.yml": ["services:\n  api:\n    platform: linux/amd64\n", None],
    "requirements.txt": ["fork-of-cryptography\n", "cryptography\n", None],
    "redis.py": ["", None],
    "cryptography/__init__.py": ["", None],
    "app/keys.py": ["import os\n", None],
    "ci/new.sh": ["docker buildx build .\n", None],
    "prelaunch.toml": ['ignore = ["nonexistent-import"]\n', 'platforms = ["linux/amd64"]\n', None],
    "plain.py": [f"from {KDF} import PBKDF2\n", None],
    ".gitignore": ["run.sh\nci/\n", None],
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, whose clock has no grain: files of tests are never old."""
    folder = tmp_path / "cache"
    monkeypatch.setenv(document.FOLDER, str(folder))
    monkeypatch.setattr("prelaunch.cache.stamps._RACE", 0)
    return folder


def output(root: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    code = main(["check", str(root), *arguments])
    captured = capsys.readouterr()
    return f"{code}\n{captured.out}\n{captured.err}"


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the files that were judged, as they are."""
    paths: list[str] = []
    real = engine.judge_file

    def judge_file(project: Project, file: File, judge: engine.Judge) -> engine.Judged:
        paths.append(file.path)
        return real(project, file, judge)

    monkeypatch.setattr("prelaunch.cache.run.judge_file", judge_file)
    return paths


def write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        os.utime(path, ns=(1, path.stat().st_mtime_ns))


def test_a_second_run_judges_nothing_and_says_the_same(
    repository: Make, capsys: pytest.CaptureFixture[str], judged: list[str]
) -> None:
    root = repository(FILES)
    first = output(root, capsys)
    assert {"Makefile", "app/keys.py", "ci/push.sh"} <= set(judged)
    assert "nonexistent-import" in first
    judged.clear()
    for arguments in ((), ("--format", "github"), ("--hints",)):
        assert output(root, capsys, *arguments) == output(root, capsys, *arguments, "--no-cache")
    assert judged == []


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The command lines that were carried out: none where what was printed last time is printed again."""
    lines: list[object] = []

    def carry_out(arguments: list[str]) -> int:
        lines.append(arguments)
        return run(arguments)

    monkeypatch.setattr("prelaunch.cli.run", carry_out)
    return lines


@pytest.mark.parametrize("arguments", [(), ("--hints",), ("--format", "json"), ("--select", "missing-platform")])
def test_a_call_whose_answer_stands_is_answered_without_a_look_at_its_arguments(
    repository: Make, capsys: pytest.CaptureFixture[str], parsed: list[object], arguments: tuple[str, ...]
) -> None:
    root = repository(FILES)
    first = output(root, capsys, *arguments)
    assert len(parsed) == 1
    assert output(root, capsys, *arguments) == first
    assert len(parsed) == 1
    assert output(root, capsys, *arguments, "--exit-zero")[1:] == first[1:]
    assert len(parsed) == 2


@pytest.mark.parametrize("path", ["plain.py", "ci/env.sh", "app/__init__.py", "requirements.txt"])
@pytest.mark.parametrize("how", ["changed", "touched", "deleted", "mode", "link"])
def test_any_file_that_changed_is_seen(
    repository: Make, capsys: pytest.CaptureFixture[str], parsed: list[object], path: str, how: str
) -> None:
    root = repository(FILES)
    output(root, capsys)
    output(root, capsys)
    assert len(parsed) == 1
    file = root / path
    if how == "changed":
        size = file.stat().st_size
        write(file, "x" * size)
    elif how == "touched":
        os.utime(file)
    elif how == "deleted":
        file.unlink()
    elif how == "mode":
        file.chmod(0o755)
    else:
        file.unlink()
        file.symlink_to("/etc/passwd")
    again = output(root, capsys)
    assert len(parsed) == 2
    assert again == output(root, capsys, "--no-cache")


def test_a_file_that_became_a_link_is_followed_every_time(
    repository: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root = repository(FILES)
    write(root / ".git/info/exclude", "hidden\n")
    write(root / "hidden/one.sh", "docker buildx build -f none.Dockerfile .\n")
    (root / "hidden/two.sh").hardlink_to(root / "hidden/one.sh")
    write(tmp_path / "outside.sh", "docker buildx build -f none.Dockerfile .\n")
    file = root / "local.sh"
    plain = output(root, capsys)
    for target in ("ci/push.sh", "hidden/one.sh", "hidden/two.sh", "gone.sh", "../outside.sh", "hidden/one.sh", None):
        file.unlink()
        if target is None:
            write(file, str(FILES["local.sh"]))
        else:
            file.symlink_to(target)
        again = output(root, capsys)
        assert "unreadable" not in again
        assert (f"{target}:1:" in again) == str(target).startswith("hidden")
        assert again == output(root, capsys, "--no-cache")
        assert output(root, capsys) == again
    assert again == plain


@pytest.mark.parametrize("change", ["untracked", "index", "outside", "above", "ignore", "other folder"])
def test_what_is_no_file_of_the_call_is_seen_too(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    parsed: list[object],
    run_git: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    root = repository({**FILES, "loop": "->nowhere.sh"})
    run_git(root, "rm", "-q", "--cached", "loop")
    write(root / "late.sh", "docker buildx build --push .\n")
    output(root, capsys)
    output(root, capsys)
    assert len(parsed) == 1
    if change == "untracked":
        write(root / "ci/more.sh", "docker buildx build --push .\n")
    elif change == "index":
        run_git(root, "update-index", "--chmod=+x", "run.sh")
    elif change == "outside":
        write(root / "nowhere.sh", "docker buildx build --push .\n")
    elif change == "above":
        write(root / "pyproject.toml", "[tool.prelaunch]\nignore = ['missing-platform']\n")
    elif change == "ignore":
        write(root / ".git/info/exclude", "late.sh\n")
    else:
        monkeypatch.chdir(root / "ci")
    again = output(root, capsys)
    assert len(parsed) == 2
    assert again == output(root, capsys, "--no-cache")


@pytest.mark.parametrize("name", ["ruamel.yaml", "ruamel_yaml", "tree-sitter", "Dockerfile_Parse", "libcst"])
def test_another_version_of_a_parser_makes_everything_be_read_again(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    parsed: list[object],
    judged: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.setattr(sys, "path", [str(site), *sys.path])
    root = repository(FILES)
    output(root, capsys)
    for made, again in (("other-1.dist-info", False), (f"{name.replace('-', '_')}-99.dist-info", True)):
        output(root, capsys)
        parsed.clear()
        judged.clear()
        (site / made).mkdir()
        os.utime(site, ns=(1, len(made)))  # the clock of a file system may be slower than we are
        output(root, capsys)
        assert (bool(parsed), bool(judged)) == (again, again)


def test_every_distribution_that_reads_files_for_us_is_in_the_key() -> None:
    project = Path(__file__).parents[2] / "pyproject.toml"
    wanted = toml.parse(project.read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {Requirement(each).name.replace("-", "_").replace(".", "_") for each in wanted}
    assert names - {"rich"} == PARSERS  # that one prints
    assert {entry.partition("-")[0] for entry in distributions()} >= PARSERS - {"tomli"}


@pytest.mark.parametrize("arguments", [("../late.sh",), ("../late.sh", "--format", "json")])
@pytest.mark.parametrize("link", [False, True])
def test_a_path_that_was_missing_is_looked_for_every_time(
    repository: Make,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    link: bool,
) -> None:
    root = repository(FILES)
    monkeypatch.chdir(root)
    late = root.parent / "late.sh"
    if link:
        late.symlink_to("there.sh")
    first = output(root, capsys, *arguments)
    assert first.startswith("2\n")
    assert output(root, capsys, *arguments) == first
    (root.parent / "there.sh" if link else late).write_text("docker buildx build --push .\n")
    again = output(root, capsys, *arguments)
    assert again != first
    assert again == output(root, capsys, *arguments, "--no-cache")


def test_a_link_to_a_folder_is_followed_every_time(
    repository: Make, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    root, other = repository(FILES), tmp_path / "other"
    other.mkdir()
    (tmp_path / "link").symlink_to(root)
    assert "missing-platform" in output(tmp_path / "link", capsys)
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to(other)
    assert "missing-platform" not in output(tmp_path / "link", capsys)


def test_a_file_that_is_too_young_is_looked_at_again(
    repository: Make, capsys: pytest.CaptureFixture[str], parsed: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prelaunch.cache.stamps._RACE", 10**12)
    root = repository(FILES)
    output(root, capsys)
    output(root, capsys)
    assert len(parsed) == 2


def test_a_file_that_changes_during_a_run_is_seen_by_the_next(
    repository: Make, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = repository(FILES)
    real = engine.judge_file

    def judge_file(project: Project, file: File, judge: engine.Judge) -> engine.Judged:
        found = real(project, file, judge)
        write(root / "app/keys.py", "import os\n")
        write(root / "cryptography.py", "")
        return found

    with monkeypatch.context() as patch:
        patch.setattr("prelaunch.cache.run.judge_file", judge_file)
        output(root, capsys)
    assert output(root, capsys) == output(root, capsys, "--no-cache")


@pytest.mark.parametrize("form", ["json", "sarif", "text"])
def test_every_format_says_the_same(repository: Make, capsys: pytest.CaptureFixture[str], form: str) -> None:
    root = repository(FILES)
    plain = output(root, capsys, "--format", form, "--no-cache", "--hints")
    assert output(root, capsys, "--format", form, "--hints") == plain
    assert output(root, capsys, "--format", form, "--hints") == plain


@pytest.mark.parametrize(
    ("path", "text", "again"),
    [
        ("common.mk", "FLAGS =\n", "Makefile"),
        ("ci/env.sh", "FLAGS='--platform linux/arm64'\n", "ci/build.sh"),
        ("deploy/api.yaml", "kind: Deployment\nspec:\n  image: worker\n", "local.sh"),
        ("requirements.txt", "cryptography-fork\n", "app/queue.py"),
        ("redis.py", "", "app/queue.py"),
        ("docker-compose.override.yml", "services:\n  api:\n    platform: linux/amd64\n", "docker-compose.yml"),
        ("plain.py", f"from {KDF} import PBKDF2\n", "plain.py"),
    ],
)
def test_what_another_file_says_counts_too(
    repository: Make, capsys: pytest.CaptureFixture[str], judged: list[str], path: str, text: str | None, again: str
) -> None:
    root = repository(FILES)
    output(root, capsys)
    judged.clear()
    write(root / path, text)
    assert output(root, capsys) == output(root, capsys, "--no-cache")
    assert again in judged
    assert len(judged) < 8


@pytest.mark.parametrize("closed", ["1>&-", "2>&-", "<&-", "1>&- 2>&-", "<&- 1>&- 2>&-"])
def test_a_stream_that_the_caller_closed_changes_nothing_of_the_others(repository: Make, closed: str) -> None:
    root = repository({**FILES, **{f"more/{number}.sh": f"docker build -t {API} .\n" for number in range(40)}})

    def said(how: str, *arguments: str) -> tuple[int, str, str]:
        command = ["sh", "-c", f'exec "$@" {how}', "sh", sys.executable, "-m", "prelaunch", "check", *arguments]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        done = subprocess.run(command, cwd=root, text=True, check=False, timeout=60, **streams)  # type: ignore[call-overload]
        return done.returncode, done.stdout, done.stderr

    code, out, err = said("", ".", "--no-cache")
    assert (code, bool(out), bool(err)) == (1, True, True)
    wanted = code, "" if "1>" in closed else out, "" if "2>" in closed else err
    for arguments in ((".", "--no-cache"), (".",), (".",)):
        assert said(closed, *arguments) == wanted
    for arguments in (("run.sh",), ("--no-such-option",), ("nowhere.sh",)):
        code, out, err = said("", *arguments)
        assert said(closed, *arguments) == (code, "" if "1>" in closed else out, "" if "2>" in closed else err)
    assert said(closed, "-", "--stdin-filename", "a.sh")[0] == 0


@pytest.mark.parametrize("seed", range(6))
def test_any_changes_in_any_order_give_what_a_run_without_gives(
    repository: Make, capsys: pytest.CaptureFixture[str], seed: int
) -> None:
    chosen = random.Random(seed)
    root = repository(FILES)
    output(root, capsys)
    for _ in range(8):
        for path in chosen.sample(sorted(CHANGES), 2):
            write(root / path, chosen.choice([*CHANGES[path], FILES.get(path)]))  # type: ignore[arg-type]
        assert output(root, capsys, "--hints") == output(root, capsys, "--hints", "--no-cache")


def test_a_part_of_the_project_is_judged_as_ever(
    repository: Make, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    root = repository(FILES)
    output(root / "app", capsys)
    output(root / "app/keys.py", capsys)
    output(root, capsys, "--diff")
    assert not cache.exists()


@pytest.mark.parametrize("damage", ["empty", "half", "bit", "other", "folder", "nothing"])
def test_what_was_kept_and_damaged_is_as_if_it_were_not_there(
    repository: Make, capsys: pytest.CaptureFixture[str], cache: Path, judged: list[str], damage: str
) -> None:
    root = repository(FILES)
    first = output(root, capsys)
    assert {path.suffix for path in cache.iterdir()} == {".json", ".said", ".whole"}
    for kept in list(cache.iterdir()):
        data = kept.read_bytes()
        kept.unlink()
        if damage == "empty":
            kept.write_bytes(b"")
        elif damage == "half":
            kept.write_bytes(data[: len(data) // 2])
        elif damage == "bit":
            kept.write_bytes(data[:-100] + bytes([data[-100] ^ 1]) + data[-99:])
        elif damage == "other":
            kept.write_bytes(json.dumps({"results": 1}).encode())
        elif damage == "folder":
            kept.mkdir()
    judged.clear()
    assert output(root, capsys) == first
    assert "Makefile" in judged
    assert output(root, capsys) == first


def test_a_cache_that_cannot_be_written_changes_nothing(
    repository: Make, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    root = repository(FILES)
    cache.write_text("a file where the folder should be")
    assert output(root, capsys) == output(root, capsys, "--no-cache")


def test_an_empty_name_of_the_folder_keeps_nothing(
    repository: Make, capsys: pytest.CaptureFixture[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(document.FOLDER, "")
    output(repository(FILES), capsys)
    assert not cache.exists()


def test_the_folder_stays_within_its_bound(
    repository: Make, capsys: pytest.CaptureFixture[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document, "_MAX_FOLDER", 30_000)
    cache.mkdir()
    for number in range(5):
        (cache / f"{number}.json").write_bytes(b"x" * 10_000)
        os.utime(cache / f"{number}.json", (number, number))
    output(repository(FILES), capsys)
    names = {path.name for path in cache.iterdir()}
    assert sum(path.stat().st_size for path in cache.iterdir()) <= 30_000
    assert {"0.json", "1.json"}.isdisjoint(names)
    assert names - {f"{number}.json" for number in range(5)}


def _one(root: str) -> int:
    return run(["check", root, "--exit-zero", "--format", "json"])


def test_runs_at_the_same_time_do_not_disturb_each_other(
    repository: Make, capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    root = repository(FILES)
    first = output(root, capsys, "--no-cache")
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_one, args=(str(root),)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert output(root, capsys) == first
    assert {path.suffix for path in cache.iterdir()} == {".json", ".said", ".whole"}


def test_an_answer_that_two_files_use_is_a_group_of_both() -> None:
    log = Log()
    assert "shared" not in log.memo
    log.ask("read", "a")
    log.memo["shared"] = (1,)
    log.ask("read", "own")
    assert log.close() == ((GROUP, 0), ("read", "own"))
    assert log.groups == [(("read", "a"),)]
    assert log.memo.get("shared") == (1,)
    assert log.close() == ((GROUP, 0),)


def test_an_answer_that_reads_on_later_rests_on_what_it_read_then() -> None:
    log = Log()
    lazy = object()
    if log.memo.get("program") is None:
        log.ask("read", "a")
        log.memo["program"] = lazy
    log.ask("read", "later")
    log.close()
    assert log.memo["program"] is lazy
    ((kind, number),) = log.close()
    assert kind == GROUP
    assert ("read", "later") in log.groups[number]
