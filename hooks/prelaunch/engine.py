"""Read, judge, suppress: from files to findings. What a file holds wrong is a finding, never an exception."""

from __future__ import annotations

from importlib import import_module

from prelaunch import DOCS
from prelaunch.globs import matches_any
from prelaunch.kinds import BUILD, IMAGE, IMPORT, RETAG, YAML_KINDS, kind_by_name, possible_facts
from prelaunch.model import Build, Finding, Import, Retag, Source, Span
from prelaunch.project import MAX_BYTES, UnreadableError
from prelaunch.suppress import UNUSED, judge_ignores, read_ignores, suppress
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from prelaunch.ahead import Verdict
    from prelaunch.discover import File
    from prelaunch.image import Image
    from prelaunch.model import Certainty, Fragment, Rule
    from prelaunch.project import Project

UNREADABLE = "unreadable"

FEW = 20
"""Files that are read by one process in any case."""

OWN_RULES = {
    UNREADABLE: "A file that should have been judged cannot be read for what it is.",
    UNUSED: "An ignore comment that ignores nothing, or names no rule that exists.",
}
"""The names of the findings that no rule gives, with their summaries."""

FACTS = {"Build": BUILD, "Retag": RETAG, "Import": IMPORT, "Image": IMAGE}
"""The kinds of fact by the name of their type, and what `discover` calls them."""

_PLACES = {
    "dockerfile": "prelaunch.places.dockerfile",
    "makefile": "prelaunch.places.makefile",
    "shell": "prelaunch.places.shell",
    "github": "prelaunch.places.github",
    "gitlab": "prelaunch.places.gitlab",
    "compose": "prelaunch.places.compose",
    "bake": "prelaunch.places.bake",
    "cloudbuild": "prelaunch.places.cloudbuild",
    "kubernetes": "prelaunch.places.kubernetes",
    "goreleaser": "prelaunch.places.goreleaser",
    "codebuild": "prelaunch.places.codebuild",
    "taskfile": "prelaunch.places.taskfile",
    "skaffold": "prelaunch.places.skaffold",
    "ansible": "prelaunch.places.ansible",
    "circleci": "prelaunch.places.circleci",
    "azure": "prelaunch.places.azure",
    "drone": "prelaunch.places.drone",
    "woodpecker": "prelaunch.places.woodpecker",
    "travis": "prelaunch.places.travis",
    "bitbucket": "prelaunch.places.bitbucket",
    "buildkite": "prelaunch.places.buildkite",
    "semaphore": "prelaunch.places.semaphore",
    "appveyor": "prelaunch.places.appveyor",
    "steps": "prelaunch.places.steps",
    "jenkins": "prelaunch.places.jenkins",
    "javascript": "prelaunch.places.javascript",
    "windows": "prelaunch.places.windows_files",
    "tilt": "prelaunch.places.tilt",
    "just": "prelaunch.places.justfile",
    "jvm": "prelaunch.places.jvm",
    "ruby": "prelaunch.places.ruby",
    "bazel": "prelaunch.places.bazel",
    "npm": "prelaunch.places.npm",
    "terraform": "prelaunch.places.terraform",
    "python": "prelaunch.places.python_code",
    "earthly": "prelaunch.places.earthly",
    "tasks": "prelaunch.places.task_tables",
    "tox": "prelaunch.places.tox",
    "devcontainer": "prelaunch.places.devcontainer",
    "sam": "prelaunch.places.sam",
    "serverless": "prelaunch.places.serverless",
    "pulumi": "prelaunch.places.pulumi",
}


class Facts(NamedTuple):
    """What one file holds; `faults` are the findings about what could not be read."""

    source: Source
    builds: tuple[Build, ...] = ()
    imports: tuple[Import, ...] = ()
    images: tuple[Image, ...] = ()
    faults: tuple[Finding, ...] = ()
    retags: tuple[Retag, ...] = ()


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


def read_facts(project: Project, file: File, wanted: Collection[str], rules: Iterable[Rule] = ()) -> Facts:
    """The facts of one file, of the `wanted` kinds (BUILD, RETAG, IMPORT, IMAGE) that `discover` saw a chance of.

    A Python file is not parsed for its imports where every one of `rules` that judges them says that it need not be.
    """
    try:
        source = open_source(project, file)
    except UnreadableError as error:
        source = project.read(file.path) or Source(file.path, "")
        return Facts(source, faults=(_unreadable(source, file.kind, error),))
    found: tuple[Build, ...] = ()
    imports: list[Import] = []
    faults: list[Finding] = []
    if not file.facts.isdisjoint({BUILD, RETAG}.intersection(wanted)):
        try:
            found = read_place(project, file, source)
        except UnreadableError as error:
            found, how = _template_builds(source, file.kind, project)
            faults.append(_unreadable(source, file.kind, error, how))
        if file.path in project.cut:
            reason = "too large once its aliases, matrices and templates are filled in: only its beginning was read"
            faults.append(_unreadable(source, file.kind, UnreadableError(reason)))
    if IMPORT in wanted and IMPORT in file.facts and _worth_parsing(source, file, project, rules):
        from prelaunch.readers import python

        try:
            for fragment in _python_fragments(source, file.kind):
                _add_imports(fragment, python.imports, imports, faults)
        except UnreadableError as error:
            faults.append(_unreadable(source, file.kind, error))
    images: tuple[Image, ...] = ()
    if IMAGE in wanted and IMAGE in file.facts:
        from prelaunch.images.link import possible_images

        images = possible_images(project, source)
    builds = tuple(each for each in found if BUILD in file.facts and not isinstance(each, Retag))
    retags = tuple(each for each in found if isinstance(each, Retag) and each.renamed)
    return Facts(source, builds, tuple(imports), images, tuple(faults), retags)


def read_place(project: Project, file: File, source: Source) -> tuple[Build, ...]:
    """The builds of one file, and its pulls, read once a project. Raises `UnreadableError`."""
    key = ("builds", file.path)
    if key not in project.memo:
        project.memo[key] = tuple(import_module(_PLACES[file.kind]).builds(source, project))
    builds: tuple[Build, ...] = project.memo[key]
    return builds


def _worth_parsing(source: Source, file: File, project: Project, rules: Iterable[Rule]) -> bool:
    """Whether some rule has a chance of a finding among the imports of a file."""
    judges = [rule for rule in rules if rule.judges is Import]
    if file.kind != "python" or not judges:
        return True
    return any(rule.sift is None or rule.sift(source, project) for rule in judges)


def _add_imports(
    fragment: Fragment,
    read: Callable[[Fragment], Iterable[Import]],
    imports: list[Import],
    faults: list[Finding],
) -> None:
    """Add the imports of one fragment, or the fault that hides them: the other cells of a notebook still count."""
    try:
        imports += read(fragment)
    except UnreadableError as error:
        faults.append(_unreadable(fragment.source, "python", error))


def open_source(project: Project, file: File) -> Source:
    """The text of a file that is to be judged. Raises `UnreadableError`."""
    source = project.open(file.path)
    if "\0" in source.text:
        raise UnreadableError("is not text", source.text.index("\0"))
    if file.kind == "python" and source.encoding == "utf-8":
        from prelaunch.readers import python

        decoded = python.decode(file.path, source.encode(source.text))
        if decoded.encoding != source.encoding:
            project.add(decoded)
            return decoded
    return source


def _python_fragments(source: Source, kind: str) -> Iterable[Fragment]:
    if kind == "notebook":
        from prelaunch.readers import notebook

        return notebook.python_cells(source)
    if kind == "dockerfile":
        from prelaunch.places.dockerfile import python_fragments
        from prelaunch.readers.dockerfile import read

        return python_fragments(read(source))
    return (source.whole(),)


def _template_builds(source: Source, kind: str, project: Project) -> tuple[tuple[Build, ...], str]:
    """What shows of a file that is a template, so that its language cannot be read yet, and how that was read."""
    if kind not in YAML_KINDS or ("{{" not in source.text and "{%" not in source.text):
        return (), ""
    from prelaunch.places import templates

    return templates.builds(source, kind, project, import_module(_PLACES[kind]).builds)


def _unreadable(source: Source, kind: str, error: UnreadableError, how: str = "") -> Finding:
    at = max(0, min(error.offset, len(source.text)))
    # Python 2 is no fault of Python 2; a template becomes YAML only once it is filled in; no build file is that large.
    template = kind in YAML_KINDS and ("{%" in source.text or "{{" in source.text.replace("${{", ""))
    by_content = kind_by_name(source.path) in {"yaml", "hcl", "script"}  # it may be something else that looks alike
    excused = kind == "python" or template or by_content or f"larger than {MAX_BYTES // 1_000_000} MB" in str(error)
    certainty: Certainty = "hint" if excused else "certain"
    return Finding(
        UNREADABLE,
        certainty,
        source,
        Span(at, min(at + 1, len(source.text))),
        f"this file {'is ' if str(error).startswith(('invalid', 'too')) else ''}{error}{how}",
    )


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
