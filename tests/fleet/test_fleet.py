"""Many repositories: each becomes a row, whatever it is; what was done is not done again."""

from __future__ import annotations

import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch import CannotRunError
from prelaunch.audit import one
from prelaunch.audit.record import Audit, BuildRow, FindingRow, Spot
from prelaunch.cli import run
from prelaunch.fleet import pool
from prelaunch.fleet import work as worker
from prelaunch.fleet.cluster import work_once
from prelaunch.fleet.page import render
from prelaunch.fleet.patches import Patches
from prelaunch.fleet.progress import Progress
from prelaunch.fleet.store import Store
from prelaunch.fleet.targets import Target, targets
from prelaunch.fleet.work import Row, Task, failed, fetch, work
from prelaunch.gitdir.run import GitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Make = Callable[..., Path]
    Run = Callable[..., str]

BUILD = "docker buildx build -t registry.example.com/api .\n"


@pytest.fixture
def fleet(repository: Make, tmp_path: Path, run_git: Run) -> Path:
    """A folder of clones: two good ones, an empty one, a damaged one, one that is none."""
    folder = tmp_path / "fleet"
    folder.mkdir()
    for name, files in (("one", {"build.sh": BUILD}), ("two", {"build.sh": BUILD * 2, "a.py": "import os\n"})):
        run_git(tmp_path, "clone", "-q", "--bare", str(repository(files, name)), str(folder / f"{name}.git"))
    run_git(folder, "init", "-q", "--bare", "empty.git")
    damaged = folder / "damaged.git"
    run_git(tmp_path, "clone", "-q", "--bare", str(repository({"f": "x"}, "damaged")), str(damaged))
    for inside, _, names in os.walk(damaged / "objects"):
        for name in names:
            path = os.path.join(inside, name)
            os.chmod(path, 0o644)
            with open(path, "wb") as file:
                file.write(b"damaged")
    (folder / "notes").mkdir()
    return folder


def rows(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    run(["audit", "--format", "json", "--jobs", "1", *arguments])
    found = json.loads(capsys.readouterr().out)
    assert found["version"] == "1"
    return {row["name"]: row for row in found["repositories"]}


@pytest.mark.usefixtures("fleet")
def test_every_repository_is_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "list.txt"
    listed.write_text(
        "# clones\nfleet/one.git\nfleet/two.git  # good\nfleet/empty.git\nfleet/damaged.git\nfleet/notes\nno\n"
    )
    found = rows(capsys, "--repos", str(listed))
    by_place = {os.path.basename(name).removesuffix(".git"): row for name, row in found.items()}
    assert set(by_place) == {"one", "two", "empty", "damaged", "notes", "no"}
    one, two = by_place["one"], by_place["two"]
    assert [(row["rule"], row["line"]) for row in one["findings"]] == [("missing-platform", 1)]
    assert len(two["findings"]) == len(two["builds"]) == 2
    assert len(one["commit"]) == 40
    assert one["error"] == two["error"] == ""
    assert by_place["empty"]["error"] == "has no commit"
    assert by_place["notes"]["error"] == by_place["no"]["error"] == "is no git repository"
    assert by_place["damaged"]["error"]
    assert {"name", "commit", "findings", "builds", "error"} <= one.keys()


def test_the_repositories_of_a_folder_are_found(fleet: Path) -> None:
    names = [target.name for target in targets(str(fleet))]
    assert names == ["damaged.git", "empty.git", "one.git", "two.git"]
    assert [target.place for target in targets(str(fleet / "one.git"))] == [str(fleet / "one.git")]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("https://example.com/team/api.git", "team/api"),
        ("ssh://git@example.com/team/api", "team/api"),
        ("git@example.com:team/api.git", "team/api"),
    ],
)
def test_an_address_is_told_from_a_path(tmp_path: Path, line: str, name: str) -> None:
    (tmp_path / "list").write_text(f"{line}\n{line}\n")
    assert targets(str(tmp_path / "list")) == [Target(name, line, remote=True)]


def test_a_list_without_repositories_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("# nothing\n")
    for place, said in (("list", "names no repository"), ("gone", "no such file or folder")):
        with pytest.raises(CannotRunError, match=said):
            targets(str(tmp_path / place))


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the repositories that work was done on; in this process, so that it can be seen."""
    names: list[str] = []

    def here(tasks: list[Task], jobs: int) -> Iterator[Row]:  # noqa: ARG001
        for task in tasks:
            names.append(task.target.name)
            yield work(task)

    monkeypatch.setattr("prelaunch.fleet.command.run_pool", here)
    return names


def test_what_was_done_is_not_done_again_and_a_failure_is(
    fleet: Path, tmp_path: Path, worked: list[str], run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "fleet.db")
    first = rows(capsys, "--repos", str(fleet), "--store", store)
    assert len(worked) == 4
    worked.clear()
    assert rows(capsys, "--repos", str(fleet), "--store", store) == first
    assert worked == ["damaged.git", "empty.git"]
    worked.clear()
    tree = run_git(fleet / "one.git", "rev-parse", "HEAD^{tree}")
    run_git(
        fleet / "one.git", "update-ref", "refs/heads/main", run_git(fleet / "one.git", "commit-tree", "-m", "x", tree)
    )
    rows(capsys, "--repos", str(fleet), "--store", store)
    assert "one.git" in worked
    assert "two.git" not in worked
    worked.clear()
    rows(capsys, "--repos", str(fleet), "--store", store, "--no-config")
    assert "two.git" in worked


def test_a_run_that_was_broken_off_goes_on(
    fleet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worked: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    whole = rows(capsys, "--repos", str(fleet))
    worked.clear()

    def half(tasks: list[Task], jobs: int) -> Iterator[Row]:  # noqa: ARG001
        for number, task in enumerate(tasks):
            if number == 3:
                raise KeyboardInterrupt
            yield work(task)

    store = str(tmp_path / "fleet.db")
    with monkeypatch.context() as patch:
        patch.setattr("prelaunch.fleet.command.run_pool", half)
        with pytest.raises(KeyboardInterrupt):
            run(["audit", "--repos", str(fleet), "--store", store])
    assert rows(capsys, "--repos", str(fleet), "--store", store) == whole
    assert "one.git" not in worked
    assert "two.git" in worked
    with pytest.raises(CannotRunError, match="cannot be used as a store"):
        Store(str(tmp_path / "fleet" / "notes"))


def _deadly(task: Task) -> Row:
    if task.target.name == "deadly":
        os._exit(1)
    if task.target.name == "faulty":
        raise ValueError("no\nsuch \udcff")
    if task.target.name == "deaf":
        worker.GRACE = 0.5
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
        vars(one)["survey"] = lambda *_, **__: time.sleep(60)
        return work(task._replace(seconds=0.2))
    return failed(task.target, "fine")


def test_a_repository_that_ends_its_process_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "work", _deadly)
    names = [*(f"n{number}" for number in range(6)), "deadly", *(f"m{number}" for number in range(6))]
    found = list(pool.run_pool([Task(Target(name, name, remote=False)) for name in names], 2))
    said = {row.target.name: row.audit.error for row in found}
    assert len(found) == len(names)
    assert said.pop("deadly").startswith("ended the process that read it")
    assert set(said.values()) == {"fine"}


@pytest.mark.parametrize("remote", [False, True])
def test_a_fault_of_the_program_is_a_row(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, remote: bool) -> None:
    monkeypatch.setattr(pool, "work", _deadly)
    monkeypatch.setattr(pool, "fetch", lambda task, _: task._replace(clone=str(tmp_path / task.target.name)))
    names = ["faulty", "good", "deadly", "faulty", "fine"]
    found = list(pool.run_pool([Task(Target(name, name, remote=remote)) for name in names], 1))
    said = sorted((row.target.name, row.audit.error) for row in found)
    assert [name for name, _ in said] == sorted(names)
    assert [each for name, each in said if name in {"good", "fine"}] == ["fine", "fine"]
    fault = "prelaunch failed on it, please report this: ValueError: no such \ufffd"
    assert [each for name, each in said if name == "faulty"] == [fault, fault]


def test_a_fault_while_a_repository_is_cloned_is_a_row(monkeypatch: pytest.MonkeyPatch, repository: Make) -> None:
    def broken(*_: object) -> Task:
        raise ValueError("odd")

    monkeypatch.setattr(pool, "fetch", broken)
    here = str(repository({"build.sh": BUILD}) / ".git")
    tasks = [Task(Target("there", "https://example.com/x", remote=True)), Task(Target("here", here, remote=False))]
    said = {row.target.name: row.audit.error for row in pool.run_pool(tasks, 1)}
    assert said == {"there": "prelaunch failed on it, please report this: ValueError: odd", "here": ""}


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), GitError("no"), MemoryError()])
def test_a_repository_that_cannot_be_cloned_leaves_a_row_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    def clone(_: str, folder: str) -> None:
        (tmp_path / os.path.basename(folder) / "half").write_text("x")
        raise error

    monkeypatch.setattr("prelaunch.gitdir.clone.clone", clone)
    found = fetch(Task(Target("x", "https://example.com/x", remote=True)), str(tmp_path))
    assert isinstance(found, Row)
    assert found.audit.error in {"No space left on device", "no", "took more memory than there is"}
    assert os.listdir(tmp_path) == []
    found = fetch(Task(Target("x", "https://example.com/x", remote=True)), str(tmp_path / "gone"))
    assert isinstance(found, Row)
    assert found.audit.error == "No such file or directory"


def test_clones_that_a_process_ended_with_keep_nobody_from_cloning(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def clone(task: Task, folder: str) -> Task:
        return task._replace(clone=tempfile.mkdtemp(dir=folder))

    monkeypatch.setattr(pool, "work", _deadly)
    monkeypatch.setattr(pool, "fetch", clone)
    monkeypatch.setattr(pool, "_CLONED", 2)
    names = ["deadly", "a", "b", "c", "deadly", "d"]
    rows: list[Row] = []
    tasks = [Task(Target(name, f"{tmp_path}/{name}", remote=True)) for name in names]
    asking = threading.Thread(target=lambda: rows.extend(pool.run_pool(tasks, 1)), daemon=True)
    asking.start()
    asking.join(60)
    assert not asking.is_alive()
    assert sorted(row.target.name for row in rows) == sorted(names)


def test_a_repository_whose_time_nobody_hears_of_ends_its_process(
    monkeypatch: pytest.MonkeyPatch, repository: Make
) -> None:
    monkeypatch.setattr(pool, "work", _deadly)
    place = str(repository({"build.sh": BUILD}) / ".git")
    tasks = [Task(Target(name, place, remote=False)) for name in ("deaf", "other")]
    start = time.monotonic()
    said = {row.target.name: row.audit.error for row in pool.run_pool(tasks, 1)}
    assert said.pop("deaf").startswith("ended the process that read it")
    assert said == {"other": "fine"}
    assert time.monotonic() - start < 40


def test_a_repository_that_takes_too_long_is_a_row(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"build.sh": BUILD})
    monkeypatch.setattr("prelaunch.audit.one.survey", lambda *_, **__: time.sleep(20))
    start = time.monotonic()
    row = work(Task(Target("slow", str(root / ".git"), remote=False), seconds=0.5))
    assert row.audit.error == "took longer than 0 s"
    assert time.monotonic() - start < 10


@pytest.mark.parametrize(
    ("error", "said"), [(MemoryError(), "took more memory than it may"), (RecursionError(), "is nested too deeply")]
)
def test_a_repository_that_takes_too_much_is_a_row(
    repository: Make, monkeypatch: pytest.MonkeyPatch, error: BaseException, said: str
) -> None:
    def survey(*_: object, **__: object) -> Audit:
        raise error

    monkeypatch.setattr("prelaunch.audit.one.survey", survey)
    row = work(Task(Target("large", str(repository({"build.sh": BUILD}) / ".git"), remote=False)))
    assert row.audit.error == said


HOSTILE: dict[str, str | bytes] = {
    "Makefile": "include Makefile\na = $(a)$(a)\nimage: ; docker build $(a)\n",
    "build.sh": b"\xff\xfe\x00docker build",
    "deep.yml": "build: " + "[" * 5000,
    "bomb.yml": "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\nbuild: docker\nservices: [*d,*d]\n",
    "docker-compose.yml": "services: &s\n  a: *s\n  build: .\n",
    "long.sh": "docker build " + "x" * 1_000_000,
    "a.py": "from cryptography import " + "(" * 3000,
    "loop": "->loop",
    "passwd.sh": "->/etc/passwd",
    "Dockerfile": "->../../../../etc/passwd",
    "pyproject.toml": "[tool.prelaunch\n",
}


def test_hostile_content_is_a_row(repository: Make) -> None:
    root = repository(HOSTILE)
    row = work(Task(Target("hostile", str(root / ".git"), remote=False), seconds=60, patch=True))
    assert "pyproject.toml: is not valid TOML" in row.audit.error
    row = work(Task(Target("hostile", str(root / ".git"), remote=False), no_config=True, seconds=60, patch=True))
    assert row.audit.error == ""
    assert {"build.sh", "deep.yml"} & {gap.spot.path for gap in row.audit.gaps}
    assert not [each for each in row.audit.builds if "passwd" in each.spot.path]


def test_patches_mend_and_apply(
    repository: Make, tmp_path: Path, run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = 'platforms = ["linux/amd64"]\n'
    root = repository({"build.sh": BUILD, "sub/b.sh": BUILD, "prelaunch.toml": settings}, "mend")
    run_git(root, "config", "remote.origin.url", "https://example.com/team/../mend")
    clean = repository({"build.sh": "ls\n"}, "clean")
    (tmp_path / "list").write_text(f"{root}\n{clean}\n")
    patches = tmp_path / "patches"
    found = rows(capsys, "--repos", str(tmp_path / "list"), "--patches", str(patches))
    assert len(found) == 2
    assert os.listdir(patches) == ["team__..__mend.patch"]
    patch = str(patches / "team__..__mend.patch")
    run_git(root, "apply", "--check", patch)
    run_git(root, "apply", patch)
    assert "--platform linux/amd64" in (root / "sub" / "b.sh").read_text()
    assert run(["check", str(root)]) == 0


def test_two_repositories_never_share_a_patch(tmp_path: Path) -> None:
    names = [("a/b", "x"), ("a__b", "y"), ("A/B", "z"), ("a b", "1"), ("a_b", "2"), ("...", "3"), ("", "4"), ("ü", "5")]
    names += [("n" * 400 + end, end) for end in "12"] + [("\u4e2d" * 300, "w"), ("a/b", "https://example.com/a/b")]
    found = []
    for at in range(3):
        mixed = random.Random(at).sample(names, len(names))
        patches = Patches(str(tmp_path / str(at)))
        for name, place in mixed:
            patches.write(name, place, f"{name} {place}".encode())
        files = {path.name: path.read_text() for path in (tmp_path / str(at)).iterdir()}
        assert sorted(files.values()) == sorted(f"{name} {place}" for name, place in names)
        assert all(name.endswith(".patch") and not name.startswith(".") for name in files)
        found.append(files)
    assert found[0] == found[1] == found[2]
    assert found[0]["ü.patch"] == "ü 5"


def test_a_folder_of_patches_that_cannot_be_made_is_said(
    tmp_path: Path, repository: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    root = repository({"build.sh": BUILD})
    assert run(["audit", "--repos", str(root), "--patches", str(tmp_path / "file" / "x")]) == 2
    assert "file/x: cannot be made: not a directory" in capsys.readouterr().err


def test_a_place_that_is_no_text_is_a_row(
    repository: Make, tmp_path: Path, run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("duckdb", reason="needs prelaunch[parquet]")
    folder = tmp_path / "odd"
    folder.mkdir()
    root = repository({"build.sh": BUILD, "b\udcff.sh": BUILD, "x\udcff/Dockerfile": b"FROM x\xff\n"})
    for name in ("\udcff", "\udcfe", "fine"):
        run_git(tmp_path, "clone", "-q", "--bare", str(root), str(folder / name))
        run_git(folder / name, "config", "--unset", "remote.origin.url")
    (folder / "\udcfe" / "HEAD").write_text("ref: refs/heads/no\udcff\n", errors="surrogateescape")
    store, page = str(tmp_path / "fleet.db"), tmp_path / "page.html"
    options = ["--store", store, "--parquet", str(tmp_path / "tables"), "--patches", str(tmp_path / "patches")]
    assert run(["audit", "--repos", str(folder), "--format", "json", "--jobs", "1", *options]) == 2
    found = json.loads(capsys.readouterr().out)["repositories"]
    assert sorted((row["name"], row["error"], len(row["findings"])) for row in found) == [
        ("fine", "", 2),
        ("\ufffd", "", 2),
        ("\ufffd", "has no commit", 0),
    ]
    assert run(["audit", "--repos", str(folder), "--format", "html", "--store", store, "--output", str(page)]) == 2
    assert "\ufffd" in page.read_text(encoding="utf-8")


def test_a_clone_with_holes_is_looked_at_again(
    repository: Make, tmp_path: Path, worked: list[str], run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository({"build.sh": BUILD, "more/build.sh": BUILD})
    run_git(root, "config", "uploadpack.allowFilter", "true")
    clone = tmp_path / "fleet" / "clone.git"
    run_git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{root}", str(clone))
    arguments = ("--repos", str(clone), "--store", str(tmp_path / "fleet.db"))
    for _ in range(2):
        (row,) = rows(capsys, *arguments).values()
        assert [each["rule"] for each in row["findings"]] == ["unreadable", "unreadable"]
    assert len(worked) == 2
    for name in run_git(root, "ls-tree", "--object-only", "-r", "HEAD").split():
        run_git(clone, "cat-file", "-p", name)  # git fetches it
    for _ in range(2):
        (row,) = rows(capsys, *arguments).values()
        assert [each["rule"] for each in row["findings"]] == ["missing-platform", "missing-platform"]
    assert len(worked) == 3


def test_a_repository_that_is_called_otherwise_now_is_called_so(
    repository: Make, tmp_path: Path, worked: list[str], run_git: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository({"build.sh": BUILD})
    arguments = ("--repos", str(root), "--store", str(tmp_path / "fleet.db"))
    for name in ("team/old", "team/old", "team/new"):
        run_git(root, "config", "remote.origin.url", f"https://example.com/{name}.git")
        ((called, row),) = rows(capsys, *arguments).items()
        assert (called, row["home"]) == (name, f"https://example.com/{name}")
    assert len(worked) == 2


def test_a_commit_that_came_while_the_work_was_under_way_is_not_taken_for_the_one_before(
    repository: Make,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    run_git: Run,
    capsys: pytest.CaptureFixture[str],
) -> None:
    root = repository({"build.sh": "ls\n"})
    first = run_git(root, "rev-parse", "HEAD")
    arguments = ("--repos", str(root), "--store", str(tmp_path / "fleet.db"))

    def late(tasks: list[Task], jobs: int) -> Iterator[Row]:  # noqa: ARG001
        (root / "build.sh").write_text(BUILD)
        run_git(root, "commit", "-qam", "late")
        yield from map(work, tasks)

    with monkeypatch.context() as patch:
        patch.setattr("prelaunch.fleet.command.run_pool", late)
        (row,) = rows(capsys, *arguments).values()
    assert len(row["findings"]) == 1
    run_git(root, "reset", "-q", "--hard", first)
    (row,) = rows(capsys, *arguments).values()
    assert (row["commit"], row["findings"]) == (first, [])


def test_a_task_on_a_machine_without_the_folder_only_answers(repository: Make, tmp_path: Path) -> None:
    task = Task(Target("one", str(repository({"build.sh": BUILD}) / ".git"), remote=False))
    row = work_once(task, str(tmp_path / "of" / "the" / "client"))
    assert len(row.audit.findings) == 1
    assert not (tmp_path / "of").exists()
    (tmp_path / "here").mkdir()
    first = work_once(task, str(tmp_path / "here"))
    assert work_once(task, str(tmp_path / "here")) == first
    assert len(os.listdir(tmp_path / "here")) == 1


def test_a_repository_elsewhere_is_cloned_without_its_other_files(
    repository: Make, run_git: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = repository(
        {
            "build.sh": ". ./env\n" + BUILD,
            "env": "A=1\n",
            "large.bin": os.urandom(300_000),
            "Makefile": "include x.inc\n\tls\n",
        }
    )
    run_git(root, "config", "uploadpack.allowFilter", "true")
    run_git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    address = f"file://{root}"
    assert run(["audit", address, "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["name"] == "repository" or found["name"].endswith("repository")
    assert [(row["path"], row["line"]) for row in found["findings"]] == [("build.sh", 2)]
    (tmp_path / "list").write_text(f"{address}\nfile://{tmp_path}/nowhere\n")
    by_error = {bool(row["error"]): row for row in rows(capsys, "--repos", str(tmp_path / "list")).values()}
    assert by_error[False]["findings"] == found["findings"]
    assert "nowhere" in by_error[True]["error"]


def test_a_clone_fetches_only_what_is_asked_for(repository: Make, run_git: Run, tmp_path: Path) -> None:
    from prelaunch.gitdir.clone import clone, fetch_blobs, lacking

    root = repository({"a.sh": "one", "b.bin": os.urandom(200_000)})
    run_git(root, "config", "uploadpack.allowFilter", "true")
    run_git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    clone(str(root), str(tmp_path / "clone"))
    names = run_git(root, "ls-tree", "--object-only", "-r", "HEAD").split()
    assert lacking(str(tmp_path / "clone"), "HEAD") == set(names)
    fetch_blobs(str(tmp_path / "clone"), names[:1])
    assert lacking(str(tmp_path / "clone"), "HEAD") == {names[1]}
    assert lacking(str(root / ".git"), "HEAD") == set()


def _audit(name: str, number: int) -> Audit:
    spot = Spot("a.sh", 1, 1)
    finding = FindingRow("some-rule", "likely", spot, 1, "x", fixable=False)
    build = BuildRow(spot, "docker", "shell", "unknown", (), (), False, (), "", "")
    return Audit(name, "c" * 40, "https://github.com/" + name, 3, (finding,) * number, (build,))


def test_the_store_tells_a_run_from_the_one_before() -> None:
    store = Store(":memory:")
    first = store.begin("2026-11-01T00:00:00")
    store.put(first, "a", "ka", _audit("team/a", 2), 1.0, 2.0)
    store.put(first, "b", "kb", _audit("team/b", 5), 1.0, 2.0)
    assert store.begin("again") == first
    store.finish(first)
    second = store.begin("2026-11-02T00:00:00")
    store.link(second, "a", "ka")
    store.put(second, "c", "kc", Audit("other/c", error="broken"), 0.5, 0.0)
    store.forget(second, {"a", "c"})
    assert [(each.name, each.likely, each.owner) for each in store.summaries(first)] == [
        ("team/b", 5, "team"),
        ("team/a", 2, "team"),
    ]
    assert [each.name for each in store.summaries(second)] == ["team/a", "other/c"]
    assert [(total.repositories, total.likely, total.failed) for total in store.totals()] == [(2, 7, 0), (2, 2, 1)]
    assert next(store.summaries(second)).rules == {"some-rule": 2}
    assert next(store.summaries(second)).unknown == 1
    assert store.seconds(first) == (2.0, 4.0)
    page = render(list(store.summaries(second)), store.totals())
    assert "some-rule" in page
    assert "broken" in page
    assert "2026-11-01" in page
    store.close()


def test_progress_says_how_far_how_fast_and_how_long() -> None:
    progress = Progress(100, 20)
    for number in range(20):
        progress.step("x", failed=number == 0)
    assert progress.line(10.0) == "40 of 100 repositories, 2.0 a second, 30 s left, 1 failed"
    assert progress.line(0.0) == "40 of 100 repositories, 0.0 a second, 1 failed"


def test_progress_prints_nothing_that_a_terminal_acts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stderr", terminal)
    Progress(1).step("\x1b]0;owned\x07\nteam/api\udcff", failed=False)
    shown = terminal.getvalue().removeprefix("\r\x1b[K")
    assert "team/api\\xff" in shown
    assert shown.isprintable()


def test_the_pool_gives_every_row_from_real_processes(fleet: Path) -> None:
    tasks = [Task(target) for target in targets(str(fleet))]
    found = {row.target.name: row for row in pool.run_pool(tasks, 2)}
    assert {name: len(row.audit.findings) for name, row in found.items()} == {
        "one.git": 1, "two.git": 2, "empty.git": 0, "damaged.git": 0,
    }  # fmt: skip


def test_clones_are_made_beside_the_reading_and_are_never_too_many(
    repository: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_git: Run
) -> None:
    root = repository({"build.sh": BUILD})
    run_git(root, "config", "uploadpack.allowFilter", "true")
    run_git(root, "config", "uploadpack.allowAnySHA1InWant", "true")
    monkeypatch.setattr(pool, "_CLONED", 4)
    monkeypatch.setattr(pool, "_CLONING", 3)
    folders, most = set(), []

    def counting(task: Task, folder: str) -> Task | Row:
        folders.add(folder)
        found = fetch(task, folder)
        most.append(len(os.listdir(folder)))
        return found

    monkeypatch.setattr(pool, "fetch", counting)
    tasks = [Task(Target(f"n{number}", f"file://{root}", remote=True)) for number in range(8)]
    tasks.insert(3, Task(Target("gone", f"file://{tmp_path}/gone", remote=True)))
    tasks.insert(5, Task(Target("here", str(root / ".git"), remote=False)))
    rows = {row.target.name: row for row in pool.run_pool(tasks, 2)}
    assert len(rows) == 10
    assert "gone" in rows.pop("gone").audit.error
    assert {len(row.audit.findings) for row in rows.values()} == {1}
    assert {row.audit.error for row in rows.values()} == {""}
    assert 1 < max(most) <= 4
    assert rows["n0"].git_seconds > 0
    assert not [folder for folder in folders if os.path.exists(folder)]


def test_a_thread_that_takes_too_long_is_stopped(repository: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    root = repository({"build.sh": BUILD})
    task = Task(Target("slow", str(root / ".git"), remote=False), seconds=0.5)

    def survey(*_: object, **__: object) -> Audit:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            time.sleep(0.01)
        return Audit("")

    with ThreadPoolExecutor(1) as threads:
        with monkeypatch.context() as patch:
            patch.setattr("prelaunch.audit.one.survey", survey)
            start = time.monotonic()
            assert threads.submit(work, task).result().audit.error == "took longer than 0 s"
            assert time.monotonic() - start < 10
        rows = [threads.submit(work, task._replace(seconds=600.0)).result() for _ in range(3)]
    assert [row.audit.error for row in rows] == [""] * 3


@pytest.mark.slow
def test_a_cluster_says_what_the_pool_says(fleet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("distributed", reason="needs prelaunch[dask]")
    pooled = rows(capsys, "--repos", str(fleet))
    command = [sys.executable, "-m", "prelaunch", "audit", "--repos", str(fleet), "--format", "json"]
    done = subprocess.run(
        [*command, "--scheduler", "local"], capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path
    )
    assert {row["name"]: row for row in json.loads(done.stdout)["repositories"]} == pooled, done.stderr


@pytest.mark.slow
def test_a_killed_worker_of_a_cluster_loses_nothing(fleet: Path, tmp_path: Path) -> None:
    pytest.importorskip("distributed", reason="needs prelaunch[dask]")
    for number in range(12):
        (fleet / f"more{number}.git").symlink_to(fleet / "two.git")
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(str(path) for path in sorted(fleet.iterdir()) if path.suffix == ".git"))
    program = f"""
import os, signal, threading, time
from prelaunch.fleet import cluster as ours
from prelaunch.fleet.targets import targets
from prelaunch.fleet.work import Task
from dask.distributed import Client, LocalCluster

LOG = {str(tmp_path / "log")!r}

def slow():
    real = ours.work
    def work(task):
        time.sleep(0.2)
        row = real(task)
        with open(LOG, "a") as log:
            log.write(f"{{os.getpid()}} {{task.target.name}}\\n")
        return row
    ours.work = work

def done(process):
    try:
        return [line.split()[1] for line in open(LOG) if line.split()[0] == str(process)]
    except OSError:
        return []

if __name__ == "__main__":
    tasks = [Task(target, seconds=600) for target in targets({str(listed)!r})]
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            client.run(slow)
        process = next(iter(cluster.workers.values())).process.pid
        def kill():
            while len(done(process)) < 2:
                time.sleep(0.01)
            os.kill(process, signal.SIGKILL)
        killer = threading.Thread(target=kill)
        killer.start()
        rows = list(ours.run_cluster(tasks, cluster.scheduler_address, {str(tmp_path)!r}))
        killer.join(1)
        assert not killer.is_alive()
        names = [line.split()[1] for line in open(LOG)]
        again = {{name for name in done(process)[:-1] if names.count(name) > 1}}
        assert not again, again  # what the dead one had written is not worked on again
        assert len(done(process)) < len(tasks)
        print(sorted((row.target.name, len(row.audit.findings), row.audit.error) for row in rows))
"""
    script = tmp_path / "program.py"
    script.write_text(program)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    pooled = sorted(
        (row.target.name, len(row.audit.findings), row.audit.error)
        for row in pool.run_pool([Task(target) for target in targets(str(listed))], 1)
    )
    assert done.stdout.strip().splitlines()[-1] == str(pooled)


_TIMED_OUT_IN_A_THREAD = """
import sys, threading
from prelaunch.fleet.work import _TooLongError, _within

def late():
    for number in range(20):
        try:
            with _within(0.001 * number + 0.001):
                while True:
                    pass
        except _TooLongError:
            print("late")

def called():
    pass

worker = threading.Thread(target=late)
worker.start()
worker.join()
sys.setprofile(lambda *_: None)
called()
sys.setprofile(None)
print("done")
"""


def test_a_repository_that_took_too_long_in_a_thread_leaves_nothing_behind() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", _TIMED_OUT_IN_A_THREAD], capture_output=True, text=True, timeout=120, check=True
    )
    assert ran.stdout.split() == ["late"] * 20 + ["done"]
