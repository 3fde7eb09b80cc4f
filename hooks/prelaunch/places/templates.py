"""Templates that are no YAML until they are filled in (cookiecutter, Helm, Jinja): what shows of them all the same.

`filled` puts what is not known in place of what the template fills in, and keeps every arm of its conditions: mostly
that is YAML. Where it is not, `line_builds` sees what one line says by itself: a command behind a key or in a script,
and an action's step by the lines that are indented below its `uses`. Nothing of a template is mended.
"""

from __future__ import annotations

import re

from prelaunch.builders import PLATFORM_VARIABLE
from prelaunch.model import UNKNOWN, Build, Fragment, Piece, Source, Step, Value
from prelaunch.places.script import Setting, read_script, unite
from prelaunch.places.steps import KEYS
from prelaunch.project import UnreadableError
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prelaunch.model import Span
    from prelaunch.project import Project

_NOTE = Step("read line by line, because this template is no YAML until it is filled in")
_FORMS = {"github": "gha-run", "gitlab": "gitlab"}
_WORDS = ("docker", "podman", "buildah", "nerdctl", "kaniko", "buildx", "ko ", "pack ", "gcloud", "skaffold")
_KEYS = "|".join(sorted(KEYS))
_HEAD = re.compile(rf"[ \t]*(?:- +)?(?:(?:{_KEYS}):[ \t]+)?(?:[|>][-+]?[ \t]*$)?[\"']?")
_OTHER_KEY = re.compile(r"[ \t]*(?:- +)?[A-Za-z_-]{1,40}:(?: |$)")
_FILLED = re.compile(r"\$?\{\{.{0,500}?\}\}|\{%.{0,500}?%\}|\{#.{0,500}?#\}")
_ALONE = re.compile(r"^[ \t]*(?<!\$)\{\{.{0,500}?\}\}[ \t]*\r?$", re.MULTILINE)
_NAMES = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")
_PLATFORM_KEYS = re.compile(r"[ \t]*platforms?:[ \t]*(.*)")
_MAX_LINES = 20_000
_MAX_COMMANDS = 500


def builds(
    source: Source, kind: str, project: Project, read: Callable[[Source, Project], Iterable[Build]]
) -> tuple[tuple[Build, ...], str]:
    """The builds that show of a template of this kind, and how it was read ("" where it is no template). Never raises.

    `read` gives the builds of a file of this kind. A key that both arms of a condition set hides the first of them, so
    that the lines can tell more than the whole.
    """
    if "{%" not in source.text and "{{" not in source.text.replace("${{", ""):
        return (), ""
    found: list[Build] = []
    how = "; it was read as a template, with what is filled in left unknown"
    try:
        found += read(filled(source), project)
    except UnreadableError:
        how = "; it was read as a template, line by line"
    found += [one for one in line_builds(source, project, kind) if all(_apart(one.span, other.span) for other in found)]
    found.sort(key=lambda build: build.span)
    return tuple(build._replace(source=source, slot=None) for build in found), how


def _apart(first: Span, second: Span) -> bool:
    return first.stop <= second.start or second.stop <= first.start


def filled(source: Source) -> Source:
    """The template as a file of the same length: statements blank, values unknown, GitHub's expressions as they are."""
    text = _ALONE.sub(lambda found: re.sub(r"[^\r\n]", " ", found.group()), source.text)
    return Source(source.path, _FILLED.sub(_stand_in, text), source.encoding)


def _stand_in(found: re.Match[str]) -> str:
    text = found.group()
    if text.startswith("$"):
        return text
    return UNKNOWN * len(text) if text.startswith("{{") else " " * len(text)


def line_builds(source: Source, project: Project, kind: str) -> list[Build]:
    """The builds that the lines of a template of this kind show, in its order. Never raises."""
    environment = dict.fromkeys(_NAMES.findall(source.text), Value((UNKNOWN,)))
    if PLATFORM_VARIABLE in source.text:
        environment[PLATFORM_VARIABLE] = Value((UNKNOWN,))
    setting = Setting(_FORMS.get(kind, "other"), environment)
    lines = list(_lines(source.text))
    found: list[Build] = []
    left = _MAX_COMMANDS
    for number, (start, stop) in enumerate(lines):
        line = source.text[start:stop]
        if kind == "github" and "uses:" in line:
            found += _step(source, lines, number)
        elif left > 0 and any(word in line for word in _WORDS) and _holds_command(line):
            left -= 1
            found += read_script(_command(source, start, stop), setting, project).builds
    noted = (build._replace(via=(*build.via, _NOTE)) for build in unite(found))
    return sorted(noted, key=lambda build: build.span)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """The ranges of the lines that are no comments, those that a backslash ends joined with the next."""
    at, start = 0, -1
    for _ in range(_MAX_LINES):
        if at >= len(text):
            return
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        line = text[at:end].rstrip("\r")
        if start < 0 and line.lstrip().startswith("#"):
            at = end + 1
            continue
        start = at if start < 0 else start
        if not line.endswith("\\"):
            yield start, at + len(line)
            start = -1
        at = end + 1


def _holds_command(line: str) -> bool:
    """Whether a line is a command, or a key that holds one: no other key's value runs."""
    head = _HEAD.match(line)
    return not _OTHER_KEY.match(line) or (head is not None and ":" in head.group())


def _command(source: Source, start: int, stop: int) -> Fragment:
    """What a line holds behind its dash, its key and an opening quote, with what is filled in unknown."""
    head = _HEAD.match(source.text, start, stop)
    low = head.end() if head is not None else start
    if head is not None and head.group()[-1:] in {"'", '"'} and source.text[stop - 1 : stop] == head.group()[-1:]:
        stop = max(low, stop - 1)
    pieces: list[Piece] = []
    for mark in _FILLED.finditer(source.text, low, stop):
        if mark.start() > low:
            pieces.append(Piece(source.text[low : mark.start()], low, mark.start()))
        text = UNKNOWN if mark.group().endswith("}}") else ""
        pieces.append(Piece(text, mark.start(), mark.end(), literal=False))
        low = mark.end()
    if stop > low or not pieces:
        pieces.append(Piece(source.text[low:stop], low, stop))
    return Fragment(source, tuple(pieces))


def _step(source: Source, lines: list[tuple[int, int]], number: int) -> list[Build]:
    """The build of a step whose `uses` stands on a line: its inputs are the lines indented below the step's keys."""
    from prelaunch.places.actions import ACTIONS, action_name

    start, stop = lines[number]
    text = source.text[start:stop]
    name, _ = action_name(text.partition("uses:")[2].partition(" #")[0].strip().strip("\"'"))
    action = ACTIONS.get(name)
    if action is None or action.bake:
        return []
    column = text.index("uses:")
    inputs: list[str] = []
    for low, high in lines[number + 1 :]:
        line = source.text[low:high]
        bare = line.strip()
        if bare and not bare.startswith(("{%", "{{")) and len(line) - len(line.lstrip()) < column:
            break
        inputs.append(line)
    said = [found.group(1).strip().strip("\"'") for line in inputs if (found := _PLATFORM_KEYS.fullmatch(line))]
    known = [each.strip() for each in ",".join(said).split(",") if each.strip() and not _FILLED.search(each)]
    return [
        Build(
            source=source,
            span=source.whole().span(start + column, stop),
            tool=name,
            form="gha-uses",
            state="explicit" if any(said) else "missing",
            platforms=tuple(name for name in known if name not in {"|", ">", "|-", ">-"}),
            published=any(line.strip().startswith("push: ") and "false" not in line for line in inputs),
        )
    ]
