"""A project to what an audit knows of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prelaunch.audit.images import base_rows, image_rows
from prelaunch.audit.record import Audit, BuildRow, FindingRow, GapRow
from prelaunch.audit.spots import clean, spot
from prelaunch.engine import ahead, order
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
    found: list[Finding] = []
    builds: list[Build] = []
    accused: dict[str, set[str]] = {}
    every = list(files)
    ahead(project, every)
    for file in every:
        facts = read_facts(project, file, {*judge.wanted, BUILD}, judge.rules)
        judged = judge.judge(facts, file, project)
        found += judged
        builds += facts.builds
        for top, certainty in _accused(facts, judged):
            accused.setdefault(top, set()).add(certainty)
    findings = order(found)
    rows = tuple(_build(build, project) for build in sorted(builds, key=lambda one: (one.source.path, one.span)))
    return Audit(
        "",
        files=len(every),
        findings=tuple(_finding(finding) for finding in findings),
        builds=rows,
        images=image_rows(rows, project),
        bases=base_rows(rows, project),
        imports=_imports(project, accused) if imports else (),
        gaps=(*_unread(findings), *_unknown(rows)),
    )


def _accused(facts: Facts, findings: Iterable[Finding]) -> Iterable[tuple[str, str]]:
    """The top-level modules of the imports that findings speak of, and how certain these are."""
    certainties = {finding.span: finding.certainty for finding in findings}
    for fact in facts.imports:
        if fact.span in certainties:
            yield fact.module.partition(".")[0], certainties[fact.span]


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


def _unread(findings: Sequence[Finding]) -> Iterable[GapRow]:
    for finding in findings:
        if finding.rule == UNREADABLE:
            yield GapRow(spot(finding.source, finding.span), "not read", clean(finding.message))


def _unknown(builds: Sequence[BuildRow]) -> Iterable[GapRow]:
    for build in builds:
        if build.state == "unknown":
            why = "; ".join(build.via) or "only running it would tell"
            yield GapRow(build.spot, f"platform of {build.tool}", why)
