"""Ignore comments, written: beside every finding that would be printed, where a comment can stand and changes nothing.

A comment goes alone on the line above, indented as the line is; where that line is the middle of a command, behind the
line itself; and where an ignore comment already speaks of the line, the rule is added to it. A new text is taken only
if the file then holds the same builds and imports, and the same findings but for those that were to be silenced.
"""

from __future__ import annotations

from collections import Counter

from prelaunch import CannotRunError, engine
from prelaunch.call import STDIN
from prelaunch.engine import OWN_RULES
from prelaunch.identity import normalised
from prelaunch.kinds import YAML_KINDS
from prelaunch.mend import splice, with_sources
from prelaunch.model import Edit, Span
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import read, walk
from prelaunch.reading import read_facts
from prelaunch.suppress import MARK, UNUSED, read_ignores
from prelaunch.typed import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping, Sequence

    from prelaunch.call import Call
    from prelaunch.discover import File
    from prelaunch.engine import Judge, Report
    from prelaunch.model import Finding, Source
    from prelaunch.project import Project
    from prelaunch.scope import Scope

Lines = dict[int, tuple[str, ...]]
"""The rules to be silenced on each line."""


_MEANINGFUL = frozenset("'\"`$\\{}")
"""What a comment inside a quoted text, a recipe or a template could mean something by."""


class Added(NamedTuple):
    """The files before and after, what is still found then, how many findings were silenced, and which could not be."""

    changes: tuple[tuple[Source, Source], ...]
    report: Report
    silenced: int
    refused: list[str]


def add(call: Call, judge: Judge, options: Namespace, scope: Scope) -> Added:
    """Work out the comments for every finding within `scope`; nothing is written."""
    reason = str(options.add_ignores).strip()
    if not reason or not reason.isprintable():
        raise CannotRunError("--add-ignores: give a reason, one line: why these findings are no fault")
    if any(char in _MEANINGFUL for char in reason):
        raise CannotRunError("--add-ignores: write the reason without quotes, `$`, `\\` and braces")
    if STDIN in options.paths:
        raise CannotRunError("--add-ignores writes files: leave out standard input")
    report = engine.run(call.project, call.files, judge, hints=options.hints)
    files = {file.path: file for file in call.files}
    changes, count, refused = {}, 0, []
    for path, findings in _by_path(scope.narrow(report).report).items():
        old, lines = findings[0].source, _lines(findings)
        new, left = old, set(lines)
        if path in files:
            new, left = _Silencer(call.project, files[path], judge, reason).silence(old, lines)
        if new.text != old.text:
            changes[path] = (old, new)
        bad = [finding for finding in findings if finding.source.position(finding.span.start)[0] in left]
        own = [finding for finding in findings if finding.rule in OWN_RULES]
        count += len(findings) - len(bad) - len(own)
        refused += [f"{call.shown(path)}:{line}: no comment can stand here" for line in sorted(left)]
    after = with_sources(call.project, {path: new for path, (_, new) in changes.items()})
    marked = [_marked(file) if file.path in changes else file for file in call.files]
    return Added(
        tuple(changes[path] for path in sorted(changes)),
        engine.run(after, marked, judge, hints=options.hints),
        count,
        refused,
    )


def _by_path(report: Report) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.source.path, []).append(finding)
    return found


def _lines(findings: Sequence[Finding]) -> Lines:
    """The rules by line; what no rule gave cannot be silenced by a comment, only mended."""
    lines: Lines = {}
    for finding in findings:
        if finding.rule not in OWN_RULES:
            line = finding.source.position(finding.span.start)[0]
            lines[line] = tuple(dict.fromkeys((*lines.get(line, ()), finding.rule)))
    return lines


def _marked(file: File) -> File:
    return type(file)(file.path, file.kind, file.facts, marked=True)


class _Silencer:
    """Puts comments into one file."""

    def __init__(self, project: Project, file: File, judge: Judge, reason: str) -> None:
        self.project, self.judge, self.reason = project, judge, reason
        self.file = _marked(file)

    def silence(self, source: Source, lines: Lines) -> tuple[Source, set[int]]:
        """The text with its comments, and the lines that could have none."""
        if not lines or not self._has_comments():
            return source, set(lines)
        at_once = [next(self._edits(source, line, rules), None) for line, rules in sorted(lines.items())]
        edits = [edit for edit in at_once if edit is not None]
        whole = splice(source, edits) if len(edits) == len(lines) else None
        if whole is not None and self._sound(source, whole, lines):
            return whole, set()
        left = set()
        for line in sorted(lines, reverse=True):  # from below, so that the lines above keep their numbers
            new = self._one(source, line, lines[line])
            if new is None:
                left.add(line)
            else:
                source = new
        return source, left

    def _one(self, source: Source, line: int, rules: tuple[str, ...]) -> Source | None:
        for edit in self._edits(source, line, rules):
            new = splice(source, [edit])
            if new is not None and self._sound(source, new, {line: rules}):
                return new
        return None

    def _has_comments(self) -> bool:
        """JSON has none, and those of cmd are not read."""
        return not self.file.path.lower().endswith((".json", ".ipynb", ".bat", ".cmd"))

    def _edits(self, source: Source, line: int, rules: tuple[str, ...]) -> Iterator[Edit]:
        """The comments that may silence `rules` on a line, the best first."""
        for ignore in read_ignores(source, self.file.kind):
            if ignore.line == line and not ignore.fault:
                close = source.text.index("]", source.text.index(MARK, ignore.span.start))
                yield Edit(Span(close, close), "".join(f", {rule}" for rule in rules))
                return
        text, start = source.line(line), source.offset_of(line)
        above = source.line(line - 1).rstrip() if line > 1 else ""
        words = f" {MARK} ignore[{', '.join(rules)}] {self.reason}"
        if not above.endswith(("\\", "`", "^")):
            bare = text.lstrip("\ufeff")
            at = start + len(text) - len(bare)
            indent = bare[: len(bare) - len(bare.lstrip())]
            yield Edit(Span(at, at), f"{indent}{self._sign(source, start)}{words}{_line_end(source, start)}")
        if not text.rstrip().endswith(("\\", "`", "^")):
            end = start + len(text)
            yield Edit(Span(end, end), f"  {self._sign(source, end)}{words}")

    def _sign(self, source: Source, at: int) -> str:
        """What begins a comment at an offset: in Groovy `//`, but inside its strings the shell's `#`."""
        if self.file.kind != "jenkins":
            return "#"
        from prelaunch.readers.groovy import scan

        inside = any(token.kind == "string" and token.start < at < token.stop for token in scan(source.text))
        return "#" if inside else "//"

    def _sound(self, old: Source, new: Source, silenced: Lines) -> bool:
        """Whether the new text means the same, and differs in its findings by those on the `silenced` lines only."""
        before, after = self._judge(old), self._judge(new)
        gone = Counter(
            (finding.rule, normalised(finding))
            for finding in before.findings
            if finding.rule in silenced.get(old.position(finding.span.start)[0], ())
        )
        if before.counts - gone != after.counts or before.facts != after.facts:
            return False
        if self.file.kind == "python":
            return _same_python(old.text, new.text)
        return self.file.kind not in YAML_KINDS or self._same_yaml(old, new)

    def _same_yaml(self, old: Source, new: Source) -> bool:
        """Whether each scalar holds what it held, beside comments that end where its lines end: none is folded in."""
        texts = []
        for source in (old, new):
            try:
                nodes = tuple(walk(read(source)))
            except UnreadableError:
                return False
            texts.append([(node.kind, self._without_comments(node.value)) for node in nodes])
        return texts[0] == texts[1]

    def _without_comments(self, text: str) -> str:
        if MARK not in text:
            return text
        lines = []
        for line in text.split("\n"):
            before, comment, after = line.partition(f"# {MARK} ignore[")
            if not comment or not line.endswith(f"] {self.reason}"):
                lines.append(before + comment + after[after.find("]") :] if comment else line)
            elif before.strip():
                lines.append(before.removesuffix("  "))
        return "\n".join(lines)

    def _judge(self, source: Source) -> _Judged:
        view = with_sources(self.project, {source.path: source})
        facts = read_facts(view, self.file, self.judge.wanted, self.judge.rules)
        findings = engine.order(self.judge.judge(facts, self.file, view))
        held = [_meaning(fact._asdict()) for fact in (*facts.builds, *facts.retags)] + [
            _meaning(fact._asdict()) for fact in facts.imports
        ]
        # what an ignore comment that ignores nothing says is changed where a rule is added to it
        counts = Counter((found.rule, "" if found.rule == UNUSED else normalised(found)) for found in findings)
        return _Judged(findings, counts, held)


class _Judged(NamedTuple):
    findings: tuple[Finding, ...]
    counts: Counter[tuple[str, str]]
    facts: list[tuple[Any, ...]]


_PLACE = frozenset({"source", "span", "via", "slot", "fragment"})


def _meaning(fact: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a fact says, apart from where it stands."""
    return tuple(value for name, value in fact.items() if name not in _PLACE)


def _same_python(old: str, new: str) -> bool:
    import ast
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.dump(ast.parse(old)) == ast.dump(ast.parse(new))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def _line_end(source: Source, start: int) -> str:
    end = source.text.find("\n", start)
    if end < 0:
        end = source.text.find("\n")
    return "\r\n" if end > 0 and source.text[end - 1] == "\r" else "\n"
