"""`prelaunch builds`: every place where an image is built, for which platform, and how that is known."""

from __future__ import annotations

import sys

from prelaunch.kinds import BUILD
from prelaunch.model import Step
from prelaunch.reading import read_facts
from prelaunch.typed import TYPE_CHECKING, Any
from prelaunch.writers.place import place, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.discover import File
    from prelaunch.model import Build
    from prelaunch.project import Project
    from prelaunch.writers.text import Parts

STYLES = {"missing": "bold red", "unknown": "bold yellow", "delegated": "cyan", "default": "green", "explicit": "green"}


def show(project: Project, files: Sequence[File], shown: Callable[[str], str], *, as_json: bool) -> None:
    """Print the builds of `files`; a file that cannot be read is named on standard error."""
    found: list[Build] = []
    for file in files:
        facts = read_facts(project, file, {BUILD})
        found += (_deployed(build, project) for build in facts.builds)
        for fault in facts.faults:
            line, column = fault.source.position(fault.span.start)
            where = f"{printable(shown(fault.source.path))}:{line}:{column}"
            print(f"{where}: {printable(fault.message)}", file=sys.stderr)
    found.sort(key=lambda build: (build.source.path, build.span))
    if as_json:
        from json import dumps

        print(dumps({"builds": [_plain(build, shown) for build in found]}, indent=2))
    else:
        from prelaunch.writers.text import write_lines

        write_lines(_table(found, shown), sys.stdout)


def _deployed(build: Build, project: Project) -> Build:
    """The build, published too where a deploy file of the project names its image."""
    if build.published:
        return build
    named = next((image for image in build.images if project.deploys(image)), None)
    if named is None:
        return build
    return build._replace(published=True, via=(*build.via, Step(f"a deploy file names `{named}`")))


def _plain(build: Build, shown: Callable[[str], str]) -> dict[str, Any]:
    from prelaunch.writers.place import decodable

    where = place(build.source, build.span)
    return {
        "path": decodable(shown(build.source.path)),
        "line": where.line,
        "end_line": _last_line(build),
        "tool": build.tool,
        "form": build.form,
        "state": build.state,
        "platforms": [decodable(name) for name in build.platforms],
        "via": [decodable(_step(step, shown)) for step in build.via],
        "published": build.published,
    }


def _last_line(build: Build) -> int:
    """The line of the last character, which is not the line below it where the span ends with a line end."""
    return build.source.position(max(build.span.start, build.span.stop - 1))[0]


def _step(step: Step, shown: Callable[[str], str]) -> str:
    if step.path is None:
        return step.text
    return f"{step.text} ({shown(step.path)}{'' if step.line is None else f':{step.line}'})"


def _table(builds: Iterable[Build], shown: Callable[[str], str]) -> Iterable[Parts]:
    """One block a file, the columns aligned over all of them."""
    by_path: dict[str, list[tuple[str, str, str, str, str]]] = {}
    for build in builds:
        known = "; ".join(_step(step, shown) for step in build.via)
        tool = f"{build.tool}{' (pushed)' if build.published else ''}"
        line = str(place(build.source, build.span).line)
        row = (line, printable(tool), str(build.state), printable(",".join(build.platforms)), printable(known))
        by_path.setdefault(shown(build.source.path), []).append(row)
    rows = [row for rows in by_path.values() for row in rows]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    for path, of_path in by_path.items():
        yield [(printable(path), "bold")]
        for line, tool, state, platforms, known in of_path:
            yield [
                (f"  {line:>{widths[0]}}  {tool:{widths[1]}}  ", ""),
                (f"{state:{widths[2]}}", STYLES[state]),
                (f"  {platforms:{widths[3]}}  {known}".rstrip(), ""),
            ]
        yield []
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[2]] = counts.get(row[2], 0) + 1
    total = ", ".join(f"{counts[state]} {state}" for state in STYLES if state in counts)
    number = sum(counts.values())
    yield [(f"{number} build{'' if number == 1 else 's'}{f': {total}' if total else ''}", "")]
