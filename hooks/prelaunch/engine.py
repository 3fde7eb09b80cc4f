"""Judge and suppress: from facts to findings. What a file holds wrong is a finding, never an exception."""

from __future__ import annotations

from prelaunch import DOCS
from prelaunch.globs import matches_any
from prelaunch.kinds import BUILD, IMAGE, IMPORT, RETAG, possible_facts
from prelaunch.model import Build, Finding
from prelaunch.reading import UNREADABLE, read_facts
from prelaunch.suppress import UNUSED, judge_ignores, read_ignores, suppress
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from prelaunch.ahead import Verdict
    from prelaunch.discover import File
    from prelaunch.model import Rule
    from prelaunch.project import Project
    from prelaunch.reading import Facts

FEW = 20
"""Files that are read by one process in any case."""

OWN_RULES = {
    UNREADABLE: "A file that should have been judged cannot be read for what it is.",
    UNUSED: "An ignore comment that ignores nothing, or names no rule that exists.",
}
"""The names of the findings that no rule gives, with their summaries."""

FACTS = {"Build": BUILD, "Retag": RETAG, "Import": IMPORT, "Image": IMAGE}
"""The kinds of fact by the name of their type, and what `discover` calls them."""


class Report(NamedTuple):
    """What a run found: sorted, without repeats.

    `builds` and `unknown` count the builds that were seen, `hidden` the hints that were not asked for; `fixes` says
    whether every fix was worked out. `everything` holds the findings that are not shown too.
    """

    findings: tuple[Finding, ...]
    rules: tuple[Rule, ...]
    files: int = 0
    builds: int = 0
    unknown: int = 0
    hidden: int = 0
    fixes: bool = False
    everything: tuple[Finding, ...] = ()

    @property
    def known(self) -> dict[str, str]:
        """Every rule's name and summary, also of the findings that no rule gives."""
        return {**OWN_RULES, **{rule.name: rule.summary for rule in self.rules}}

    @property
    def pages(self) -> dict[str, str]:
        """The address of every rule's page, by name; a rule that has none is left out."""
        own = {name: f"{DOCS}/rules/{name}/" for name in OWN_RULES}
        return {**own, **{rule.name: rule.url for rule in self.rules if rule.url}}


def kind_of_fact(rule: Rule) -> str:
    """What `discover` calls the fact that a rule judges, "" for none of ours. Imports no type to tell it."""
    return FACTS.get(rule.judges.__name__, "") if rule.judges.__module__.startswith("prelaunch.") else ""


class Judge(NamedTuple):
    """The rules that judge, and every name that an ignore comment may hold. `fixes`: whether fixes are wanted."""

    rules: tuple[Rule, ...]
    known: frozenset[str]
    ignored: frozenset[str] = frozenset()
    fixes: bool = False

    @property
    def wanted(self) -> frozenset[str]:
        """The kinds of fact that the rules judge."""
        return frozenset(kind for rule in self.rules if (kind := kind_of_fact(rule)))

    def judge(self, facts: Facts, file: File, project: Project) -> list[Finding]:
        """Every finding of one file, hints too, without those that a comment or a setting silences."""
        silent = self.ignored | {
            name
            for glob, names in project.settings.per_path_ignores.items()
            if matches_any(file.path, (glob,))
            for name in names
        }
        findings = list(facts.faults)
        for rule in self.rules:
            if rule.name in silent or kind_of_fact(rule) not in file.facts:
                continue
            findings += self._judge_all(rule, facts, project)
        if file.marked:
            ignores = read_ignores(facts.source, file.kind)
            findings, unused = suppress(findings, ignores)
            if not facts.faults:
                findings += judge_ignores(facts.source, unused, self._could_judge(file, silent), self.known)
        return [finding for finding in findings if finding.rule not in silent]

    def _could_judge(self, file: File, silent: Collection[str]) -> set[str]:
        """The rules that judge files of this kind, so that a comment which silences them there is needless."""
        possible = possible_facts(file.kind)
        return {r.name for r in self.rules if r.name not in silent and kind_of_fact(r) in possible}

    def _judge_all(self, rule: Rule, facts: Facts, project: Project) -> list[Finding]:
        """What a rule finds in a file; of images, in those that are built, once the file alone gives it a suspicion."""
        kind = kind_of_fact(rule)
        read = {BUILD: facts.builds, RETAG: facts.retags, IMPORT: facts.imports, IMAGE: facts.images}
        of_kind: Sequence[Any] = read.get(kind, ())
        found = [finding for fact in of_kind for finding in self._judge_one(rule, fact, project)]
        if kind == IMAGE and found:
            from prelaunch.images.link import built_images

            found = [
                each for one in built_images(project, facts.source) for each in self._judge_one(rule, one, project)
            ]
        return found

    def _judge_one(self, rule: Rule, fact: Any, project: Project) -> Iterator[Finding]:  # noqa: ANN401 (any fact)
        fix = None
        wanted = rule.mend is not None and (self.fixes or rule.judges is Build)  # the fix of a build costs nothing
        for number, finding in enumerate(rule.check(fact, project)):
            if wanted and finding.fix is None and rule.mend is not None:
                fix = rule.mend(fact, project) if number == 0 else fix
                yield finding._replace(fix=fix)
            else:
                yield finding


def order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by path and place, each once."""
    unique: dict[tuple[str, int, int, str, str], Finding] = {}
    for finding in findings:
        key = (finding.source.path, finding.span.start, finding.span.stop, finding.rule, finding.message)
        unique.setdefault(key, finding)
    return tuple(unique[key] for key in sorted(unique))


class Judged(NamedTuple):
    """What one file gave: its findings, hints too, and how many builds it holds, of which so many are unknown."""

    findings: list[Finding]
    builds: int = 0
    unknown: int = 0


def judge_file(project: Project, file: File, judge: Judge) -> Judged:
    """Judge one file."""
    facts = read_facts(project, file, judge.wanted, judge.rules)
    unknown = sum(build.state == "unknown" for build in facts.builds)
    return Judged(judge.judge(facts, file, project), len(facts.builds), unknown)


def report(judged: Sequence[Judged], judge: Judge, *, hints: bool) -> Report:
    """What the files of a run gave, together."""
    findings = order(finding for one in judged for finding in one.findings)
    shown = tuple(finding for finding in findings if hints or finding.certainty != "hint")
    builds, unknown = sum(one.builds for one in judged), sum(one.unknown for one in judged)
    hidden = len(findings) - len(shown)
    return Report(shown, judge.rules, len(judged), builds, unknown, hidden, judge.fixes, findings)


def run(project: Project, files: Sequence[File], judge: Judge, *, hints: bool = False) -> Report:
    """Judge every file."""
    done = ahead(project, files, judge)
    judged = [done[file.path].judged if file.path in done else judge_file(project, file, judge) for file in files]
    return report(judged, judge, hints=hints)


def ahead(project: Project, files: Sequence[File], judge: Judge | None = None) -> dict[str, Verdict]:
    """Let several processes begin with the files, where there are many (see `prelaunch.ahead`); what they judged."""
    if len(files) < FEW:
        return {}
    from prelaunch.ahead import read_ahead

    return read_ahead(project, files, judge)
