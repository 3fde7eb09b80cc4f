"""The pages of the site that come out of the program: the rules' READMEs, the help texts, the settings, the tables.

A hook of MkDocs (https://www.mkdocs.org/user-guide/configuration/#hooks); `render` does without it.
"""

from __future__ import annotations

import io
import json
import os
from argparse import ArgumentParser
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prelaunch import DOCS, HOME, arguments, engine, registry, supported
from prelaunch import config as settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from prelaunch.model import Rule

HERE = Path(__file__).parent
FILES = {"python": "example.py", "py": "example.py", "dockerfile": "Dockerfile", "make": "Makefile"}
"""The names that `prelaunch.testing` gives to blocks without one."""

LEGEND = """\
## Examples

Each of them is a test. `# error: {name}` alone on a line says that the next line is reported, `# hint: {name}` that it
is a hint. A file "after --fix" is what `prelaunch check --fix` leaves.
"""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the address and the rules' pages into the configuration."""
    config.site_url = f"{DOCS}/"
    config.repo_url = HOME
    config.repo_name = "OWNER/prelaunch"
    config.edit_uri = ""
    names = [*(rule.name for rule in registry.load_rules()), *engine.OWN_RULES]
    for entry in config.nav or ():
        if "Rules" in entry:
            entry["Rules"] = ["rules/index.md", *(f"rules/{name}.md" for name in sorted(names))]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages; a page of the same name by hand comes first."""
    from mkdocs.structure.files import File

    for path, text in render().items():
        if files.get_file_from_path(path) is None:
            files.append(File.generated(config, path, content=text))
    return files


def render() -> dict[str, str]:
    """Every generated page, by its path."""
    rules = registry.load_rules()
    pages = {f"rules/{rule.name}.md": rule_page(rule) for rule in rules}
    for name, summary in engine.OWN_RULES.items():
        pages[f"rules/{name}.md"] = f"# {name}\n\n{summary}\n"
    pages["rules/index.md"] = rules_index(rules)
    pages["reference/commands.md"] = "\n\n".join(["# Commands", *commands_page()]) + "\n"
    pages["reference/configuration.md"] = "\n".join(configuration_page()) + "\n"
    pages["reference/action.md"] = "\n".join(action_page()) + "\n"
    pages["reference/component.md"] = "\n".join(component_page()) + "\n"
    pages["reference/supported.md"] = supported.page().replace("\n# ", "\n## ")
    return pages


def rules_index(rules: list[Rule]) -> str:
    """The table of all rules."""
    lines = ["# Rules", "", "| rule | certainty | fix | what it finds |", "|---|---|---|---|"]
    for rule in rules:
        fix = "yes" if rule.fixable else ""
        off = "" if rule.default else " Off unless selected by name."
        lines.append(f"| [{rule.name}]({rule.name}.md) | {rule.certainty} | {fix} | {_cell(rule.summary)}{off} |")
    for name, summary in engine.OWN_RULES.items():
        lines.append(f"| [{name}]({name}.md) | certain | | {_cell(summary)} |")
    lines += [
        "",
        "`certain`: the files alone prove the fault. `likely`: it crashes in the normal deployment. `hint`: shown with",
        "`--hints`. The certainty of a rule is the highest that it gives; its page says when it gives which.",
        "",
        "## By what the log says",
        "",
        "`prelaunch diagnose` takes a whole log and looks for these.",
        "",
        "| the log says | it may be |",
        "|---|---|",
    ]
    by_text: dict[str, list[str]] = {}
    for rule in rules:
        for text in rule.symptoms:
            by_text.setdefault(text, []).append(f"[{rule.name}]({rule.name}.md)")
    lines += [f"| `{_cell(text)}` | {', '.join(by_text[text])} |" for text in sorted(by_text)]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def rule_page(rule: Rule) -> str:
    """A rule's README as a page: files get their names as titles, examples a heading of their own."""
    from prelaunch.testing import examples_of

    first = min((example.line for example in examples_of(rule)), default=0)
    fix = "`--fix` mends it where that can be proved" if rule.fixable else "it is mended by hand"
    lines = list(_page_lines(rule, first))
    text = [number for number, line in enumerate(lines) if line.strip()]
    behind = next((number for number in range(text[1], len(lines)) if not lines[number].strip()), len(lines))
    off = "" if rule.default else f" It judges only where it is selected: `prelaunch check --select {rule.name}`."
    said = f"At most **{rule.certainty}**; {fix}.{off} In a terminal: `prelaunch explain {rule.name}`."
    lines[behind:behind] = ["", said]
    return "\n".join(lines) + "\n"


def _page_lines(rule: Rule, first: int) -> Iterator[str]:
    title, fence = "", ""
    for number, line in enumerate(rule.doc.splitlines(), 1):
        if number == first:
            yield from LEGEND.format(name=rule.name).splitlines()
            yield ""
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if fence:
            yield line
            fence = "" if line.strip() == fence else fence
        elif len(ticks) >= 3:
            fence = ticks
            language, *tags = line[len(ticks) :].split() or [""]
            words = {tag: _said(tag) for tag in tags}
            name = title or next((tag for tag in tags if not words[tag]), "") or FILES.get(language, "")
            heading = ", ".join([name, *filter(None, words.values())])
            yield f'{ticks}{language} title="{heading}"' if name else f"{ticks}{language}"
            title = ""
        elif line.startswith("`") and line.rstrip().endswith("`:"):
            title = line.rstrip()[1:-2]
        elif line.startswith("## ") and first and number >= first:
            yield f"#{line}"
        else:
            yield line


def _said(tag: str) -> str:
    """What a tag of an example's block says of its file; "" for one that names the file."""
    return {"fixed": "after --fix", "crlf": "CRLF line ends"}.get(tag, f"mode {tag[5:]}" if "mode=" in tag else "")


def commands_page() -> Iterator[str]:
    """The help of every command."""
    for words in ([], *command_names()):
        yield f"## {' '.join(['prelaunch', *words])}"
        yield f"```text\n{help_of(words).rstrip()}\n```"


def command_names() -> Iterator[list[str]]:
    """Every command, and every action of one, as its words."""
    waiting: list[tuple[list[str], Any]] = [([], arguments.parser())]
    while waiting:
        words, parser = waiting.pop(0)
        if words:
            yield words
        for action in parser._actions:  # noqa: SLF001 (argparse has no other way to ask)
            inner = action.choices if isinstance(action.choices, dict) else {}
            waiting += [([*words, name], one) for name, one in inner.items() if isinstance(one, ArgumentParser)]


def help_of(words: list[str]) -> str:
    """What `--help` prints, as wide on every machine."""
    before = {name: os.environ.get(name) for name in ("COLUMNS", "NO_COLOR")}
    os.environ.update(COLUMNS="90", NO_COLOR="1")
    try:
        out = io.StringIO()
        with redirect_stdout(out):
            arguments.parse([*words, "--help"])
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return out.getvalue()


def action_page() -> Iterator[str]:
    """The inputs and outputs of the GitHub action, out of `action.yml`."""
    (action,) = _yaml("action.yml")
    yield from ("# The GitHub action", "", f"{action['description']}. [How to use it](../guides/github.md).", "")
    yield from ("## Inputs", "", "| input | default | what it is |", "|---|---|---|")
    for name, described in action["inputs"].items():
        yield f"| `{name}` | {_default(described['default'])} | {_cell(described['description'])} |"
    yield from ("", "## Outputs", "", "| output | what it is |", "|---|---|")
    for name, described in action["outputs"].items():
        yield f"| `{name}` | {_cell(described['description'])} |"


def component_page() -> Iterator[str]:
    """The inputs of the GitLab component, out of its template."""
    spec, _ = _yaml("templates/prelaunch.yml")
    yield from ("# The GitLab component", "", "[How to use it](../guides/gitlab.md).", "")
    yield from ("| input | default | what it is |", "|---|---|---|")
    for name, described in spec["spec"]["inputs"].items():
        yield f"| `{name}` | {_default(described['default'])} | {_cell(described['description'])} |"


def _default(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"`{text}`" if text else ""


def _yaml(path: str) -> list[Any]:
    from ruamel.yaml import YAML

    return list(YAML(typ="safe").load_all((HERE.parent / path).read_text(encoding="utf-8")))


def configuration_page() -> Iterator[str]:
    """The settings, out of the JSON Schema that the program ships."""
    path = Path(settings.__file__).with_name("prelaunch.schema.json")
    schema = json.loads(path.read_text(encoding="utf-8"))
    yield from (
        "# Configuration",
        "",
        "None is needed. It stands in `prelaunch.toml`, or in `pyproject.toml` under `[tool.prelaunch]`;",
        "`prelaunch init` writes it. The nearest file upwards from the paths of the call counts, as far as the top of",
        "the repository. An unknown key is an error that names the nearest known one. The JSON Schema is in the",
        "package, beside `config.py`.",
    )
    for name, value in schema["properties"].items():
        yield from ("", f"## {name}", "", value["description"], "")
        for example in value.get("examples", ()):
            yield from ("```toml", f"{name} = {_toml(example)}", "```", "")


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
