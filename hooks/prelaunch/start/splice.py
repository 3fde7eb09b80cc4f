"""New text for files that are there: a table at the end of a TOML file, a repository in a list of hooks.

Every byte that was there stays. Each function gives None where the file is not of a form that it can splice, and what
it makes is read again before it is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prelaunch.model import Source
from prelaunch.project import UnreadableError

if TYPE_CHECKING:
    from prelaunch.readers.yaml import Node


def line_end(text: str) -> str:
    r"""How the first line of a text ends: `\n` or `\r\n`."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


def toml_table(text: str, table: str, lines: str) -> str | None:
    r"""`text` with `[table]` and `lines` (`\n` between them and at the end) at its end."""
    end = line_end(text)
    gap = "" if not text else end if text.endswith("\n") else end * 2
    new = text + gap + f"[{table}]\n{lines}".replace("\n", end)
    before, after = _toml(text), _toml(new)
    if before is None or after is None:
        return None
    added = _take(after, table.split("."))
    return new if added == _toml(lines) and after == before else None


def _toml(text: str) -> dict[str, Any] | None:
    from prelaunch.toml import parse

    try:
        return parse(text)
    except ValueError:
        return None


def _take(document: dict[str, Any], keys: list[str]) -> object:
    """Take the table of `keys` out of a document, and those around it that hold nothing else."""
    first, *rest = keys
    if not rest:
        return document.pop(first, None)
    inner = document.get(first)
    taken = _take(inner, rest) if isinstance(inner, dict) else None
    if inner == {}:
        del document[first]
    return taken


def hook_config(text: str, repository: str, revision: str, hook: str) -> str | None:
    """A `.pre-commit-config.yaml` with one more repository at the end of its `repos`.

    The text as it is where it has that repository, or any hook of that name.
    """
    old = _read(text)
    if old is None:
        return None
    repos = old.get("repos")
    if repos is None or repos.kind != "sequence":
        return None
    if any(_has(repo, repository, hook) for repo in repos.items):
        return text
    end = line_end(text)
    if not repos.items:
        new = _into_empty(text, repos, end, _entry("  ", repository, revision, hook))
    elif repos.style == "flow":
        return None
    else:
        indent = _indent(text, repos)
        if indent is None:
            return None
        at = _behind(text, repos.span.stop, len(indent))
        entry = _entry(indent, repository, revision, hook).replace("\n", end)
        new = text[:at] + ("" if text[:at].endswith("\n") else end) + entry + text[at:]
    return new if new is not None and _adds(text, new, repository) else None


def _read(text: str) -> Node | None:
    from prelaunch.readers.yaml import read

    try:
        documents = read(Source(".pre-commit-config.yaml", text))
    except UnreadableError:
        return None
    return documents[0] if len(documents) == 1 and documents[0].kind == "mapping" else None


def _has(repo: Node, repository: str, hook: str) -> bool:
    address = repo.get("repo")
    hooks = repo.get("hooks")
    names = [one.get("id") for one in hooks.items] if hooks is not None else []
    return (address is not None and address.value == repository) or any(
        name is not None and name.value == hook for name in names
    )


def _entry(indent: str, repository: str, revision: str, hook: str) -> str:
    """The item, indented as the file indents its own: the list of hooks by as much again below its key."""
    step = indent or ""
    lines = (
        f"{indent}- repo: {repository}",
        f"{indent}  rev: {revision}",
        f"{indent}  hooks:",
        f"{indent}  {step}- id: {hook}",
    )
    return "\n".join(lines) + "\n"


def _into_empty(text: str, repos: Node, end: str, entry: str) -> str | None:
    """For `repos: []`: the brackets give way to a list."""
    if text[repos.span.start : repos.span.stop].replace(" ", "") != "[]":
        return None
    stop = text.find("\n", repos.span.stop)
    stop = len(text) if stop < 0 else stop
    rest = text[repos.span.stop : stop].rstrip("\r")
    if rest.strip() and not rest.lstrip().startswith("#"):
        return None
    before, comment = text[: repos.span.start].rstrip(" "), f" {rest.strip()}" if rest.strip() else ""
    return before + comment + end + entry.replace("\n", end) + text[_next_line(text, stop) :]


def _indent(text: str, repos: Node) -> str | None:
    """The white space in front of the list's dashes."""
    start = text.rfind("\n", 0, repos.span.start) + 1
    before = text[start : repos.span.start]
    return before if not before.strip(" ") else None


def _behind(text: str, stop: int, indent: int) -> int:
    """The start of the line behind the list: behind the comments, too, that stand deeper than its dashes."""
    at = stop if text[:stop].endswith("\n") else _next_line(text, stop)
    last = at
    while at < len(text):
        after = _next_line(text, at)
        line = text[at:after]
        if line.strip() and not (line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) > indent):
            break
        at = after
        last = at if line.strip() else last
    return last


def _next_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _adds(old: str, new: str, repository: str) -> bool:
    """Whether the new text holds what the old one does and, at the end of its `repos`, one repository more."""
    before, after = _read(old), _read(new)
    if before is None or after is None:
        return False
    plain, wanted = _plain(after), _plain(before)
    repos = plain.get("repos") if isinstance(plain, dict) else None
    if not isinstance(repos, list) or not repos or repos.pop().get("repo") != repository:
        return False
    return bool(plain == wanted)


def _plain(node: Node) -> Any:  # noqa: ANN401 (any data)
    if node.kind == "mapping":
        return {key.value: _plain(value) for key, value in node.all_pairs()}
    return [_plain(item) for item in node.items] if node.kind == "sequence" else node.value
