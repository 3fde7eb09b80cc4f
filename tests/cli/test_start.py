"""How the program starts: what it imports where there is nothing to do, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
before = set(sys.modules)
from prelaunch.__main__ import main
code = main(sys.argv[1:])
print(code, *sorted(set(sys.modules) - before))
"""


def _modules(folder: Path, *arguments: str) -> tuple[int, set[str]]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    code, *names = done.stdout.splitlines()[-1].split()
    return int(code), set(names)


@pytest.mark.parametrize(
    "arguments",
    [
        ["README.md"],
        ["a.py", "--force-exclude"],
        ["--fix", "plain.sh", "a.py", "README.md"],
        ["--select", "missing-platform", "a.py"],
        ["--ignore=nonexistent-import,missing-platform", "plain.sh"],
        ["values.yaml", "--hints", "--diff", "--exit-zero"],
    ],
)
def test_with_nothing_to_do_nothing_is_imported(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "README.md").write_text("docker build .\n")
    (tmp_path / "a.py").write_text("import os\n")
    (tmp_path / "plain.sh").write_text("ls\n")
    (tmp_path / "values.yaml").write_text("a: b\n")
    code, names = _modules(tmp_path, "check", *arguments)
    assert code == 0
    parts = ("__main__", "discover", "file_names", "kinds", "registry")
    ours = {"prelaunch", *(f"prelaunch.{name}" for name in parts)}
    look = {"prelaunch.readers", "prelaunch.readers.python_scan", "prelaunch.index"}
    index = ("layout", "lookup", "package", "quick", "shipped", "spans", "store")
    look |= {f"prelaunch.index.{name}" for name in index}
    light = {"__future__", "_bisect", "_struct", "bisect", "mmap", "struct", "zlib"}
    assert names <= ours | look | light | {"prelaunch_rules"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["build.sh"],
        ["README.md", "build.sh"],
        ["--format", "json", "README.md"],
        ["README.md", "gone.py"],
        ["."],
        ["dcb.sh"],
    ],
)
def test_with_something_to_do_or_to_say_the_program_goes_on(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("docker build .\n")
    (tmp_path / "build.sh").write_text("docker buildx build .\n")
    (tmp_path / "dcb.sh").write_text("dcb .\n")
    (tmp_path / "prelaunch.toml").write_text('[wrappers]\ndcb = "docker buildx build"\n')
    assert "prelaunch.cli" in _modules(tmp_path, "check", *arguments)[1]


@pytest.mark.parametrize(
    ("name", "content", "foreign"),
    [
        (
            "build.sh",
            "docker buildx build .\n",
            {"ruamel", "libcst", "tree_sitter", "rich", "dockerfile_parse", "json", "typing", "argparse"},
        ),
        (
            "Makefile",
            "x:\n\tdocker buildx build .\n",
            {"ruamel", "libcst", "tree_sitter", "rich", "json", "tomllib", "typing", "argparse"},
        ),
        (
            "a.py",
            "from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\n",
            {"ruamel", "libcst", "rich", "typing", "re", "argparse", "packaging"},
        ),
    ],
)
def test_a_file_costs_only_its_own_parser(tmp_path: Path, name: str, content: str, foreign: set[str]) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / name).write_text(content)
    code, names = _modules(tmp_path, "check", name)
    assert code == 1
    assert not foreign & {module.partition(".")[0] for module in names}


def test_a_module_of_the_repository_does_not_stand_in_for_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "dataclasses.py").write_text("raise SystemExit('the repository ran')\n")
    (tmp_path / "build.sh").write_text("docker buildx build .\n")
    command = [sys.executable, "-m", "prelaunch", "check", "--no-config"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "build.sh:1:1" in done.stdout


def test_a_reader_that_goes_away_gets_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "build.sh").write_text("docker buildx build .\n" * 3000)
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "prelaunch", "check", "build.sh"]
    done = subprocess.run(command, cwd=tmp_path, stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.returncode == 2
    assert done.stderr == ""


def test_an_output_that_cannot_say_everything_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "bäu.sh").write_text("docker buildx build -t ü .\n")
    command = [sys.executable, "-m", "prelaunch", "check"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, env=environment, check=False)
    assert done.returncode == 1
    assert b"b\\xe4u.sh:1:1" in done.stdout


def test_a_plain_check_imports_no_format_no_limit_and_no_network(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "build.sh").write_text("docker buildx build .\n")
    code, names = _modules(tmp_path, "check", "build.sh")
    assert code == 1
    writers = {name for name in names if name.startswith("prelaunch.writers.")}
    assert writers <= {"prelaunch.writers.text", "prelaunch.writers.place"}
    ours = {"review", "baseline", "since", "changes", "git", "add_ignores", "identity", "mend"}
    assert not {f"prelaunch.{name}" for name in ours} & names
    assert not {"urllib", "http", "hashlib", "html", "json", "subprocess", "difflib"} & {
        n.partition(".")[0] for n in names
    }
