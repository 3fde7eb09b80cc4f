"""What a hover says: the page of the rule that spoke here, and how a build's platform was resolved."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from prelaunch.engine import OWN_RULES
from prelaunch.testing import examples_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.lsp.judgement import Judged
    from prelaunch.model import Build, Finding, Rule, Span, Step

STATES = {
    "explicit": "a platform is in force",
    "missing": "no platform is in force: the machine that builds decides",
    "delegated": "another file or the caller decides",
    "default": "the tool never builds for the host",
    "unknown": "the platform cannot be known without running something",
}


def hover(judged: Judged, offset: int, rules: Mapping[str, Rule], pages: Mapping[str, str]) -> tuple[str, Span] | None:
    """The Markdown for an offset and the span that it speaks of; None where nothing is known there."""
    parts = []
    span = None
    build = _at(judged.builds, offset)
    if build is not None:
        parts.append("\n".join(_build(build, judged)))
        span = build.span
    for finding in judged.findings:
        if finding.span.start <= offset <= finding.span.stop:
            parts.append(_rule(finding, rules.get(finding.rule), pages.get(finding.rule, "")))
            span = finding.span if span is None else span
    return None if span is None else ("\n\n---\n\n".join(parts), span)


def _at(builds: tuple[Build, ...], offset: int) -> Build | None:
    """The build around an offset, the narrowest where there are several."""
    around = [build for build in builds if build.span.start <= offset <= build.span.stop]
    return min(around, key=lambda build: build.span.stop - build.span.start, default=None)


def _build(build: Build, judged: Judged) -> Iterator[str]:
    platforms = ", ".join(_code(name) for name in build.platforms)
    yield f"**{build.tool}**: {STATES[build.state]}{f': {platforms}' if platforms else ''}"
    published = build.published or any(judged.project.deploys(image) for image in build.images)
    yield f"\nThe image {'leaves this machine' if published else 'is not seen to leave this machine'}."
    if build.via:
        yield "\nHow that is known:\n"
        yield from (f"- {_step(step, judged.root)}" for step in build.via)


def _step(step: Step, root: str) -> str:
    text = _code(step.text) if "`" not in step.text else step.text
    if step.path is None:
        return text
    where = step.path if step.line is None else f"{step.path}:{step.line}"
    address = Path(os.path.join(root, step.path)).as_uri() + ("" if step.line is None else f"#L{step.line}")
    return f"{text} ([{where}]({address}))"


def _rule(finding: Finding, rule: Rule | None, page: str) -> str:
    """The rule's page without its examples, which the address leads to."""
    if rule is None:
        text = f"# {finding.rule}\n\n{OWN_RULES.get(finding.rule, '')}"
    else:
        examples = examples_of(rule)
        lines = rule.doc.splitlines()
        text = "\n".join(lines[: examples[0].line - 1] if examples else lines)
    return text.rstrip() + (f"\n\n[The whole page, with examples]({page})" if page else "")


def _code(text: str) -> str:
    """`text` as a code span, whatever it holds (CommonMark 6.1)."""
    ticks = "`"
    while ticks in text:
        ticks += "`"
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"
