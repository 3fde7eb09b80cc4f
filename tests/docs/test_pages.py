"""The documentation tells the truth: every command in it is run, every call in its text is one that prelaunch takes."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch import DOCS, HOME
from prelaunch.arguments import parse
from prelaunch.engine import OWN_RULES
from prelaunch.registry import load_rules
from prelaunch.testing import examples_of

if TYPE_CHECKING:
    from prelaunch.model import Rule

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs"
BIN = Path(sys.executable).parent


def _load(name: str, path: Path) -> Any:  # noqa: ANN401 (a module)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


stories = _load("docs_stories", Path(__file__).parent / "stories.py")
generate = _load("docs_generate", SITE / "generate.py")

PAGES = {str(path.relative_to(SITE / "pages")): path.read_text() for path in sorted((SITE / "pages").rglob("*.md"))}
SLOW = {"guides/pre-commit.md", "write-a-rule.md"}
"""These install something."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in PAGES]
)
def test_every_command_of_a_page_prints_what_the_page_says(
    name: str, folder: Path, environment: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if f"repo: {HOME}" in PAGES[name] or "pre-commit run" in PAGES[name]:
        # the address of the documentation, served from the work tree
        clone = request.getfixturevalue("clone")
        with (Path(environment["HOME"]) / ".gitconfig").open("a") as file:
            file.write(f'[url "{clone}"]\ninsteadOf = {HOME}\n')
    if "$ pip install" in PAGES[name]:
        environment = request.getfixturevalue("own_python")
    stories.tell(PAGES[name], folder, environment)


def _calls(text: str) -> list[str]:
    """The calls of prelaunch in a page's running text."""
    fenced = {
        number
        for block in stories.blocks(text)
        for number in range(block.line, block.line + block.text.count("\n") + 2)
    }
    lines = (line for number, line in enumerate(text.splitlines(), 1) if number not in fenced)
    return re.findall(r"`(prelaunch [^`]+)`", " ".join(lines))


GENERATED = generate.render()


@pytest.mark.parametrize("name", [*PAGES, *(name for name in GENERATED if name.startswith("rules/"))])
def test_every_call_in_the_text_is_one_that_the_program_takes(name: str) -> None:
    for call in _calls(PAGES.get(name, GENERATED.get(name, ""))):
        options = parse(shlex.split(call.partition(" <")[0].partition(" |")[0].partition(" >")[0])[1:])
        assert not isinstance(options, int), call


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site, built with every warning an error."""
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    command += ["-f", str(SITE / "mkdocs.yml"), "-d", str(target)]
    done = subprocess.run(
        command, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.strip() == ""
    return target


def test_every_finding_s_page_is_where_its_address_says(site: Path) -> None:
    addresses = [rule.url for rule in load_rules()] + [f"{DOCS}/rules/{name}/" for name in OWN_RULES]
    for address in addresses:
        page = site / address.removeprefix(f"{DOCS}/") / "index.html"
        assert address.removesuffix("/").rpartition("/")[2] in page.read_text(encoding="utf-8"), address


class _Loads(HTMLParser):
    """What a browser loads for a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        loads = tag in {"script", "img", "iframe", "source"} or named.get("rel") in {"stylesheet", "icon", "preload"}
        self.found += [value for name in ("src", "href") if loads and (value := named.get(name))]


def test_no_page_loads_anything_from_elsewhere(site: Path) -> None:
    for path in site.rglob("*.html"):
        loads = _Loads()
        loads.feed(path.read_text(encoding="utf-8"))
        assert [one for one in loads.found if "//" in one and not one.startswith(DOCS)] == [], path


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.name)
def test_a_rule_s_page_shows_every_file_of_its_examples_by_name(rule: Rule) -> None:
    shown = set()
    for block in stories.blocks(GENERATED[f"rules/{rule.name}.md"]):
        name, *said = block.title.split(", ")
        text = block.text.replace("\n", "\r\n") if "CRLF line ends" in said else block.text
        shown.add((name, text, "after --fix" in said))
    for example in examples_of(rule):
        for path, text in example.files.items():
            assert (path, text, False) in shown
        for path, text in example.fixed.items():
            assert (path, text, True) in shown
        assert f"\n### {example.title}\n" in GENERATED[f"rules/{rule.name}.md"]


def test_the_page_of_commands_holds_the_help_of_every_command() -> None:
    page = GENERATED["reference/commands.md"]
    for words in generate.command_names():
        assert f"## {' '.join(['prelaunch', *words])}\n" in page
        assert f"usage: {' '.join(['prelaunch', *words])} " in page


def _files(name: str, under: str) -> dict[str, str]:
    return {block.title: block.text for block in stories.blocks(PAGES[name]) if block.title.startswith(under)}


def test_the_workflows_shown_are_valid_and_clean_for_zizmor(tmp_path: Path) -> None:
    for path, text in _files("guides/github.md", ".github/").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    # a reader pins by hash if a policy asks for it; a page that did would be out of date on the next day
    (tmp_path / "zizmor.yml").write_text('rules: {unpinned-uses: {config: {policies: {"*": ref-pin}}}}\n')
    workflows = sorted((tmp_path / ".github/workflows").iterdir())
    assert len(workflows) == 3
    schema = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, workflows)]
    config = str(tmp_path / "zizmor.yml")
    linter = ["zizmor", "--offline", "--no-progress", "--config", config, "--persona", "auditor", str(tmp_path)]
    for program, *arguments in (schema, linter):
        done = subprocess.run([BIN / program, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_pipelines_shown_are_valid(tmp_path: Path) -> None:
    paths = []
    for number, text in enumerate(_files("guides/gitlab.md", "plain").values()):
        paths.append(tmp_path / f"{number}.gitlab-ci.yml")
        paths[-1].write_text(text)
    assert paths
    command: list[str | Path] = [BIN / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", *paths]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_inputs_shown_are_inputs_of_the_action() -> None:
    action = GENERATED["reference/action.md"]
    used = set(re.findall(r"^ {10}(\w+): (?:true|false)$", PAGES["guides/github.md"], re.MULTILINE))
    assert used >= {"review", "fail"}
    assert all(f"| `{name}` |" in action for name in used - {"persist"})
