"""JavaScript and TypeScript programs: the images that they build by a library, AWS CDK or Pulumi."""

from __future__ import annotations

import posixpath

from prelaunch.places import javascript_cdk, javascript_pulumi
from prelaunch.places.javascript_call import Call
from prelaunch.places.javascript_values import Program
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project

_LAST = javascript_cdk.LAST | javascript_pulumi.LAST
_MAX_BUILDS = 2_000


def builds(source: Source, project: Project) -> list[Build]:
    """The images that a program builds, in its order; spans are offsets into its text. Never raises."""
    stem, _, suffix = source.path.rpartition(".")
    name = posixpath.basename(stem)
    if name.endswith((".test", ".spec")) or "/__tests__/" in f"/{source.path}":
        return []  # what a test of such a program describes is never built
    if "js" in suffix and project.exists(f"{stem}.{suffix.replace('js', 'ts')}"):
        return []  # made of the TypeScript beside it
    program = Program(source)
    found: list[Build] = []
    for number, token in enumerate(program.tokens):
        if token.kind != "name" or token.text not in _LAST or not program.mark(number + 1, "("):
            continue
        call = Call(program, project, number)
        build = javascript_cdk.image(call) or javascript_pulumi.image(call)
        if build is not None:
            found.append(build)
        if len(found) >= _MAX_BUILDS:
            project.cut_short(source)
            break
    return sorted(found, key=lambda build: build.span)
