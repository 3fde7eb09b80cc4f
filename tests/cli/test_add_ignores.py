"""`check --add-ignores`: a comment beside each finding, in the syntax of its file, where one can stand."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    Capture = pytest.CaptureFixture[str]

IGNORE = "prelaunch: ignore[missing-platform] local"
STEPS = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n"


def _add(folder: Path, name: str, content: str, capsys: Capture) -> tuple[int, str, str]:
    """The exit code, the file's text after, and what was said."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    code = main(["check", "--add-ignores", "local", str(path)])
    return code, path.read_bytes().decode(), capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


CASES = {
    "a script": ("a.sh", "ls\ndocker buildx build .\n", f"ls\n# {IGNORE}\ndocker buildx build .\n"),
    "a script, indented, CRLF": (
        "a.sh",
        "if x; then\r\n\tdocker buildx build .\r\nfi\r\n",
        f"if x; then\r\n\t# {IGNORE}\r\n\tdocker buildx build .\r\nfi\r\n",
    ),
    "a byte order mark": (
        "docker-compose.yml",
        "\ufeffservices: {a: {build: ., image: ghcr.io/a/b}}",
        f"\ufeff# {IGNORE}\nservices: {{a: {{build: ., image: ghcr.io/a/b}}}}",
    ),
    "a command over several lines": (
        "a.sh",
        "docker buildx build \\\n  -t x .\n",
        f"# {IGNORE}\ndocker buildx build \\\n  -t x .\n",
    ),
    "the middle of a command": (
        "a.sh",
        "ls && \\\n  docker buildx build .\n",
        f"ls && \\\n  docker buildx build .  # {IGNORE}\n",
    ),
    "a recipe": ("Makefile", "x:\n\tdocker buildx build .\n", f"x:\n\t# {IGNORE}\n\tdocker buildx build .\n"),
    "an image of a Dockerfile": (
        "Dockerfile",
        "FROM x\nRUN docker buildx build .\n",
        f"FROM x\n# {IGNORE}\nRUN docker buildx build .\n",
    ),
    "a workflow's step": (
        ".github/workflows/x.yml",
        f"{STEPS}      - run: docker buildx build .\n",
        f"{STEPS}      # {IGNORE}\n      - run: docker buildx build .\n",
    ),
    "a workflow's block": (
        ".github/workflows/x.yml",
        f"{STEPS}      - run: |\n          docker buildx build .\n          ls\n",
        f"{STEPS}      - run: |\n          # {IGNORE}\n          docker buildx build .\n          ls\n",
    ),
    "the end of a folded text": (
        ".github/workflows/x.yml",
        f"{STEPS}      - run: >\n          cd a &&\n          docker buildx build .\n",
        f"{STEPS}      - run: >\n          cd a &&\n          docker buildx build .  # {IGNORE}\n",
    ),
    "a pipeline in Groovy": (
        "Jenkinsfile",
        "pipeline {\n  sh 'docker buildx build .'\n}\n",
        f"pipeline {{\n  // {IGNORE}\n  sh 'docker buildx build .'\n}}\n",
    ),
    "a shell text in Groovy": (
        "Jenkinsfile",
        "pipeline {\n  sh '''\n    ls\n    docker buildx build .\n  '''\n}\n",
        f"pipeline {{\n  sh '''\n    ls\n    # {IGNORE}\n    docker buildx build .\n  '''\n}}\n",
    ),
    "a bake file": (
        "docker-bake.hcl",
        'target "a" {\n  context = "."\n}\n',
        f'# {IGNORE}\ntarget "a" {{\n  context = "."\n}}\n',
    ),
    "Python": (
        "a.py",
        "import subprocess\nif True:\n    subprocess.run(['docker', 'buildx', 'build', '.'])\n",
        f"import subprocess\nif True:\n    # {IGNORE}\n    subprocess.run(['docker', 'buildx', 'build', '.'])\n",
    ),
}


@pytest.mark.parametrize(("name", "before", "after"), CASES.values(), ids=CASES)
def test_a_comment_stands_where_the_language_has_one(
    folder: Path, capsys: Capture, name: str, before: str, after: str
) -> None:
    code, text, said = _add(folder, name, before, capsys)
    assert text == after, said
    assert code == 0
    assert "1 ignored by new comments" in said
    again = main(["check", "--add-ignores", "other", str(folder / name)])
    assert (again, (folder / name).read_bytes().decode()) == (0, after)


REFUSED = {
    "JSON": ("package.json", '{"scripts": {"a": "docker buildx build ."}}\n'),
    "a folded text": (
        ".github/workflows/x.yml",
        f"{STEPS}      - run: >\n          cd a &&\n          docker buildx build .\n          && ls\n",
    ),
    "a string of Python": (
        "a.py",
        'import subprocess\nsubprocess.run("""\nls\ndocker buildx build .\n""", shell=True)\n',
    ),
    "the middle of a longer command": ("a.sh", "ls && \\\n  docker buildx build \\\n  .\n"),
}


@pytest.mark.parametrize(("name", "before"), REFUSED.values(), ids=REFUSED)
def test_where_no_comment_can_stand_that_is_said_and_nothing_is_written(
    folder: Path, capsys: Capture, name: str, before: str
) -> None:
    code, text, said = _add(folder, name, before, capsys)
    assert text == before
    assert code == 1
    assert "no comment can stand here" in said
    assert "0 ignored by new comments" in said


def test_a_comment_that_is_there_gets_the_new_rule_too(folder: Path, capsys: Capture) -> None:
    (folder / "Dockerfile").write_text("FROM x\n")
    text = "# prelaunch: ignore[overwritten-tag] known\ndocker buildx build .\n"
    code, after, said = _add(folder, "a.sh", text, capsys)
    assert after == "# prelaunch: ignore[overwritten-tag, missing-platform] known\ndocker buildx build .\n", said
    assert code == 1  # the old part of the comment ignores nothing


def test_two_rules_of_one_line_share_a_comment_and_several_lines_have_their_own(folder: Path, capsys: Capture) -> None:
    code, after, _ = _add(folder, "a.sh", "docker buildx build a\nls\ndocker buildx build b\n", capsys)
    assert code == 0
    assert after == f"# {IGNORE}\ndocker buildx build a\nls\n# {IGNORE}\ndocker buildx build b\n"


def test_what_can_be_ignored_is_even_if_another_place_cannot(folder: Path, capsys: Capture) -> None:
    text = "docker buildx build a\nls && \\\n  docker buildx build \\\n  b\n"
    code, after, said = _add(folder, "a.sh", text, capsys)
    assert code == 1
    assert after == f"# {IGNORE}\n{text}"
    assert "a.sh:3: no comment can stand here" in said
    assert "1 ignored by new comments" in said


def test_only_what_would_be_printed_is_ignored(folder: Path, capsys: Capture) -> None:
    code, after, _ = _add(folder, "a.sh", "docker build -t local .\n", capsys)  # a hint
    assert (code, after) == (0, "docker build -t local .\n")
    (folder / "b.sh").write_text("docker buildx build .\n")
    main(["baseline", "create", "--file", "known.json"])
    assert main(["check", "--baseline", "known.json", "--add-ignores", "local"]) == 0
    assert (folder / "b.sh").read_text() == "docker buildx build .\n"


@pytest.mark.parametrize("reason", ["", "  ", "a\nb", "\x1b[2J", "don't", "$(ls)", "a\\"])
def test_a_reason_is_one_line_of_words(folder: Path, capsys: Capture, reason: str) -> None:
    (folder / "a.sh").write_text("docker buildx build .\n")
    assert main(["check", "--add-ignores", reason]) == 2
    assert "reason" in capsys.readouterr().err


def test_an_unreadable_file_is_no_fault_that_a_comment_could_excuse(folder: Path, capsys: Capture) -> None:
    code, after, said = _add(folder, "compose.yaml", "services:\n  a:\n    build: [\n", capsys)
    assert code == 1
    assert after == "services:\n  a:\n    build: [\n"
    assert "0 ignored" in said


_SHELL = st.sampled_from(
    [
        "docker buildx build .\n",
        "  docker buildx build -t x \\\n",
        "    .\n",
        "ls && \\\n",
        "docker buildx build a; docker buildx build b\n",
        "echo 'x\n",
        "'\n",
        "cat <<EOF\n",
        "EOF\n",
        "# prelaunch: ignore[missing-platform] old\n",
        "# prelaunch: ignore[overwritten-tag] old\n",
        'bash -c "\n',
        '"\n',
        "\r\n",
        "é # x\n",
    ]
)
_STEP = st.sampled_from(
    [
        "      - run: docker buildx build .\n",
        "      - run: >\n",
        "      - run: |\n",
        "      - run: >-\n",
        "          docker buildx build .\n",
        "          cd x &&\n",
        "          -t y\n",
        "            docker buildx build z\n",
        '      - run: "docker buildx build \\\n',
        '          ."\n',
        "      - run: docker buildx build\n",
        "        # prelaunch: ignore[missing-platform] old\n",
        "      - uses: docker/build-push-action@v6\n",
        "        with: {push: true}\n",
        "\n",
    ]
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_SHELL, max_size=8).map("".join), st.lists(_STEP, max_size=8).map(lambda parts: STEPS + "".join(parts)))
def test_whatever_a_file_holds_comments_change_nothing_else_in_it(
    folder: Path, capsys: Capture, script: str, workflow: str
) -> None:
    for name, text in (("a.sh", script), (".github/workflows/x.yml", workflow)):
        code, after, _ = _add(folder, name, text, capsys)
        assert code in {0, 1}
        kept = after.replace("[overwritten-tag, missing-platform] old", "[overwritten-tag] old")
        kept = re.sub(r"(?m)^[ \t]*# prelaunch: ignore\[missing-platform\] local\r?\n", "", kept)
        assert re.sub(r"  # prelaunch: ignore\[missing-platform\] local", "", kept) == text
        path = folder / name
        main(["check", "--add-ignores", "local", name])
        assert path.read_bytes().decode() == after
