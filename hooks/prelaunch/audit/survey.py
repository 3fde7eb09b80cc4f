"""A project to what an audit knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.images import base_rows, image_rows
from prelaunch.audit.record import (
    Accusation,
    Audit,
    BuildRow,
    FileRows,
    FindingRow,
    GapRow,
    PlacedBuild,
    PlacedFinding,
)
from prelaunch.audit.spots import clean, spot
from prelaunch.engine import ahead
from prelaunch.kinds import BUILD
from prelaunch.reading import UNREADABLE, read_facts
from prelaunch.writers.place import place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from prelaunch.audit.record import ImportRow
    from prelaunch.discover import File
    from prelaunch.engine import Judge
    from prelaunch.model import Build, Finding, Step
    from prelaunch.project import Project
    from prelaunch.reading import Facts


def survey(project: Project, files: Iterable[File], judge: Judge, *, imports: bool = True) -> Audit:
    """What is known of a project, without its name. `imports`: also which third-party modules it imports, of all files.

    Every certainty counts. What cannot be read is among the gaps, and never raises.
    """
    every = list(files)
    ahead(project, every)
    return put_together(project, [survey_file(project, file, judge) for file in every], imports=imports)


def survey_file(project: Project, file: File, judge: Judge) -> FileRows:
    """What one file adds to the audit of its project."""
    facts = read_facts(project, file, {*judge.wanted, BUILD}, judge.rules)
    findings = judge.judge(facts, file, project)
    return FileRows(
        tuple(PlacedFinding(_finding(finding), *finding.span) for finding in findings),
        tuple(PlacedBuild(_build(build, project), *build.span) for build in facts.builds),
        tuple(dict.fromkeys(_accused(facts, findings))),
    )


def put_together(project: Project, of_files: Sequence[FileRows], *, imports: bool = True) -> Audit:
    """The audit of a project, of what each of its files adds."""
    accused: dict[str, set[str]] = {}
    for rows in of_files:
        for module, certainty in rows.accused:
            accused.setdefault(module, set()).add(certainty)
    found = {
        (row.spot.path, start, stop, row.rule, row.message): row
        for rows in of_files
        for row, start, stop in reversed(rows.findings)
    }
    findings = tuple(found[key] for key in sorted(found))
    placed = sorted(
        (each for rows in of_files for each in rows.builds), key=lambda b: (b.row.spot.path, b.start, b.stop)
    )
    builds = tuple(build.row for build in placed)
    return Audit(
        "",
        files=len(of_files),
        findings=findings,
        builds=builds,
        images=image_rows(builds, project),
        bases=base_rows(builds, project),
        imports=_imports(project, accused) if imports else (),
        gaps=(*_unread(findings), *_unknown(builds)),
    )


def _accused(facts: Facts, findings: Iterable[Finding]) -> Iterable[Accusation]:
    """The top-level modules of the imports that findings speak of, and how certain these are."""
    certainties = {finding.span: finding.certainty for finding in findings}
    for fact in facts.imports:
        if fact.span in certainties:
            yield Accusation(fact.module.partition(".")[0], certainties[fact.span])


def _imports(project: Project, accused: Mapping[str, set[str]]) -> tuple[ImportRow, ...]:
    from prelaunch.audit.imports import import_rows

    return import_rows(project, accused)


def _finding(finding: Finding) -> FindingRow:
    return FindingRow(
        finding.rule,
        finding.certainty,
        spot(finding.source, finding.span),
        place(finding.source, finding.span).column,
        clean(finding.message),
        finding.fix is not None and finding.fix.safe,
    )


def _build(build: Build, project: Project) -> BuildRow:
    deployed = next((image for image in build.images if project.deploys(image)), None)
    via = [_step(step) for step in build.via]
    if deployed is not None and not build.published:
        via.append(f"a deploy file names `{clean(deployed)}`")
    return BuildRow(
        spot(build.source, build.span),
        build.tool,
        build.form,
        build.state,
        tuple(clean(name) for name in build.platforms),
        tuple(via),
        build.published or deployed is not None,
        tuple(clean(name) for name in build.images),
        clean(build.dockerfile or ""),
        clean(build.target or ""),
    )


def _step(step: Step) -> str:
    where = "" if step.path is None else f" ({step.path}{'' if step.line is None else f':{step.line}'})"
    return clean(step.text + where)


def _unread(findings: Iterable[FindingRow]) -> Iterable[GapRow]:
    for finding in findings:
        if finding.rule == UNREADABLE:
            yield GapRow(finding.spot, "not read", finding.message)


def _unknown(builds: Sequence[BuildRow]) -> Iterable[GapRow]:
    for build in builds:
        if build.state == "unknown":
            why = "; ".join(build.via) or "only running it would tell"
            yield GapRow(build.spot, f"platform of {build.tool}", why)
