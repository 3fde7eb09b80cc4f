"""The README of a rule as its test, for the rules that come with prelaunch and for anyone's.

A heading of the second level is one example, where blocks of files follow. A line `` `path`: `` above a block names the
file; without one, a block of python is example.py, of dockerfile Dockerfile, of make Makefile, and any other block
is text. `prelaunch.toml` is the configuration. A comment `# error: rule` alone on its line says that the next line
holds a certain or likely finding of that rule, `# hint: rule` that it holds a hint. A block tagged `fixed` is the file
as `--fix` leaves it. One tagged `crlf` has CRLF line ends. One tagged `mode=755` or `mode=644` has that mode, and makes
the example a git repository to which all its files are added.

    import pytest
    from prelaunch.testing import check_example, examples_of

    @pytest.mark.parametrize("example", examples_of(RULE), ids=str)
    def test_readme(example):
        check_example(RULE, example)
"""

from __future__ import annotations

import os
import subprocess
import tempfile

from prelaunch import discover, registry
from prelaunch.config import load_config
from prelaunch.engine import OWN_RULES, Judge, run
from prelaunch.mend import mend
from prelaunch.model import EMPTY
from prelaunch.project import Project, Settings
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.discover import File
    from prelaunch.engine import Report
    from prelaunch.model import Rule

CONFIG = "prelaunch.toml"
_NAMES = {"python": "example.py", "py": "example.py", "dockerfile": "Dockerfile", "make": "Makefile"}

Expected = set[tuple[str, int, str, str]]
"""Findings as path, line, `error` or `hint`, and rule."""


class Example(NamedTuple):
    """One example: its heading, the README's line where it starts, its files, and how `--fix` leaves them.

    `modes` are the modes of the files that name one.
    """

    title: str
    line: int
    files: Mapping[str, str] = EMPTY
    fixed: Mapping[str, str] = EMPTY
    modes: Mapping[str, int] = EMPTY

    def __str__(self) -> str:
        return self.title

    @property
    def expected(self) -> Expected:
        """The findings that the files' comments promise."""
        return {found for path, text in self.files.items() for found in _assertions(path, text)}


def examples_of(rule: Rule) -> list[Example]:
    """The examples of a rule's README."""
    return read_examples(rule.doc)


def read_examples(readme: str) -> list[Example]:
    """The examples of a README's text, in order."""
    examples: list[Example] = []
    current, name = Example("", 1), ""
    lines = iter(enumerate(readme.splitlines(), 1))
    for number, line in lines:
        fence = _fence(line)
        if fence:
            language, *tags = line.strip().strip("`").split() or [""]
            block = _block(lines, fence)
            path = name or next((tag for tag in tags if not _is_tag(tag)), "") or _NAMES.get(language, "")
            name = ""
            if not path:
                continue
            if "crlf" in tags:
                block = block.replace("\n", "\r\n")
            for tag in tags:
                if tag.startswith("mode="):
                    current = current._replace(modes={**current.modes, path: int(tag[5:], 8)})
            if path in (current.fixed if "fixed" in tags else current.files):
                raise ValueError(f"line {number}: the example {current.title!r} has two blocks for {path}")
            if "fixed" in tags:
                current = current._replace(fixed={**current.fixed, path: block})
            else:
                current = current._replace(files={**current.files, path: block})
        elif line.startswith("## "):
            examples.append(current)
            current, name = Example(line[3:].strip(), number), ""
        elif line.startswith("`") and line.rstrip().endswith("`:"):
            name = line.rstrip()[1:-2]
        elif line.strip():
            name = ""
    examples.append(current)
    return [example for example in examples if example.title and set(example.files) - {CONFIG}]


def _is_tag(word: str) -> bool:
    return word in {"fixed", "crlf"} or word.startswith("mode=")


def _fence(line: str) -> str:
    stripped = line.lstrip(" ")
    ticks = stripped[: len(stripped) - len(stripped.lstrip("`"))]
    return ticks if len(ticks) >= 3 and "`" not in stripped[len(ticks) :] else ""


def _block(lines: Iterator[tuple[int, str]], fence: str) -> str:
    block = []
    for _, line in lines:
        if line.strip() and not line.strip().strip("`") and len(line.strip()) >= len(fence):
            break
        block.append(f"{line}\n")
    return "".join(block)


def _assertions(path: str, text: str) -> Iterator[tuple[str, int, str, str]]:
    pending: list[tuple[str, str]] = []
    for number, line in enumerate(text.split("\n"), 1):
        said = list(_said(line))
        if not said:
            yield from ((path, number, kind, rule) for kind, rule in pending)
            pending = []
        pending += said


def _said(line: str) -> Iterator[tuple[str, str]]:
    for comment in ("#", "//"):
        words = line.strip().removeprefix(comment).strip() if line.strip().startswith(comment) else ""
        for kind in ("error", "hint"):
            if words.startswith(f"{kind}: "):
                yield from ((kind, rule.strip()) for rule in words[len(kind) + 2 :].split(","))


def check_example(rule: Rule, example: Example) -> None:
    """Hold an example against the rule: the exact set of findings, the fixed text, and that this one judges clean.

    Raises AssertionError with what differs.
    """
    with tempfile.TemporaryDirectory() as root:
        project, files = _lay_out(root, example)
        judge = Judge((rule,), frozenset({rule.name, *OWN_RULES}), fixes=True)
        report = run(project, files, judge, hints=True)
        found = {
            (f.source.path, f.source.position(f.span.start)[0], "hint" if f.certainty == "hint" else "error", f.rule)
            for f in report.findings
        }
        if found != example.expected:
            raise AssertionError(_difference(example, found, report))
        if example.fixed:
            _check_fixed(example, project, files, judge)


def _check_fixed(example: Example, project: Project, files: list[File], judge: Judge) -> None:
    mended = mend(project, files, judge, hints=True)
    texts = {**example.files, **{new.path: new.text for _, new in mended.changes}}
    for path, wanted in {**example.files, **example.fixed}.items():
        if texts[path] != wanted:
            raise AssertionError(f"{example.title}: --fix leaves {path} as\n{texts[path]}\nand not as\n{wanted}")
    if mended.report.findings:
        left = "\n".join(f"  {finding.source.path}: {finding.message}" for finding in mended.report.findings)
        raise AssertionError(f"{example.title}: the fixed text does not judge clean:\n{left}")


def _lay_out(root: str, example: Example) -> tuple[Project, list[File]]:
    texts = example.files
    for path, text in texts.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(full, example.modes.get(path, 0o644))
    if example.modes:
        # attributes and settings of the machine at hand must not decide what an example shows
        plain = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        options = ("-c", "core.autocrlf=false", "-c", "core.fileMode=true", "-c", "init.defaultBranch=main")
        for command in (("init", "--quiet"), ("add", "--all")):
            subprocess.run(("git", "-C", root, *options, *command), check=True, capture_output=True, env=plain)
    config = os.path.join(root, CONFIG)
    settings = load_config(config, os.path.realpath(root)) if CONFIG in texts else Settings()
    words = registry.import_words()
    looked = (discover.look(root, path, words) for path in texts)
    return Project(root, settings), [file for file in looked if file is not None]


def _difference(example: Example, found: Expected, report: Report) -> str:
    messages = "\n".join(f"  {finding.source.path}: {finding.message}" for finding in report.findings)
    missing, surplus = sorted(example.expected - found), sorted(found - example.expected)
    return f"{example.title}: not found: {missing}; found too: {surplus}\n{messages}"
