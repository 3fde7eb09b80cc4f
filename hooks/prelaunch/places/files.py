"""The files that a build command names: its Dockerfile, and the bake or compose file that decides for it."""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, Step
from prelaunch.places.verdicts import Verdict
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prelaunch.model import Build
    from prelaunch.places.commands import Invocation
    from prelaunch.project import Project

_CONTEXT_FLAGS = {"kaniko": ("--context", "-c"), "google-cloud-run": ("--source",)}
"""The tools that take the context as a flag."""
_COMPOSE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")


def _known(text: str) -> bool:
    return bool(text) and not any(marker in text for marker in MARKERS)


def _folders(directory: str, path: str) -> list[str]:
    """Where a command's relative paths may start: its directory, the folder of its file, the root."""
    return list(dict.fromkeys((posixpath.normpath(directory), posixpath.dirname(path) or ".", ".")))


class Inputs(NamedTuple):
    """What a build is made of, as `Build` has it: Dockerfile, context, target stage, build arguments."""

    dockerfile: str | None = None
    context: str | None = None
    target: str | None = None
    arguments: tuple[tuple[str, str | None], ...] = ()


NO_INPUTS = Inputs()


def inputs(invocation: Invocation, directory: str, path: str, project: Project) -> Inputs:
    """The Dockerfile of a build command (where it is literal and in the repository) and what else it is built with."""
    if invocation.tool.kind != "build":
        return Inputs()
    targets = [value.text for value in invocation.values("--target")]
    target = targets[-1] if targets and invocation.tool.name != "pack" else None
    arguments = named_arguments(value.text for value in invocation.values("--build-arg"))
    named = [v.text for v in invocation.values("--file", "-f", "--dockerfile")]
    flags = _CONTEXT_FLAGS.get(invocation.tool.name)
    context = [v.text for v in invocation.values(*flags)] if flags else []
    context = context or [f.text for f in invocation.rest[:1]] or ["."]
    place = context[0].removeprefix("dir://")
    local = _known(place) and place != "-" and "://" not in place
    # `docker build $X` is of no known context
    said = bool(flags or invocation.rest) or invocation.tool.context != "required"
    if (named and not _known(named[-1])) or (not named and not local):
        return Inputs(None, None, target, arguments)
    found: list[Inputs] = []
    for folder in _folders(directory, path):
        if named:
            candidates = [named[-1]]
            if invocation.tool.name == "kaniko" and _known(context[0]):
                candidates.insert(0, posixpath.join(place, named[-1]))
        else:
            candidates = [posixpath.join(place, name) for name in ("Dockerfile", "Containerfile")]
        paths = (posixpath.normpath(posixpath.join(folder, candidate)) for candidate in candidates)
        full = next((one for one in paths if not one.startswith(("..", "/")) and project.exists(one)), None)
        if full is not None:
            where = inside(posixpath.join(folder, place)) if local and said else None
            found.append(Inputs(full, where, target, arguments))
    # a file below the root that does not say where it runs may run in its own folder, or at the root
    unsaid = posixpath.normpath(directory) == "." and len(found) > 1
    return found[0] if found and not unsaid else Inputs(None, None, target, arguments)


def inputs_in(
    bases: Iterable[str],
    context: str | None,
    dockerfile: str,
    project: Project,
    *,
    target: str | None = None,
    arguments: tuple[tuple[str, str | None], ...] = (),
    beside: bool = False,
) -> Inputs:
    """The inputs of a place that names a context (None: not known) and a Dockerfile ("" for the context's own).

    `bases` are the folders that the context may be relative to; the first in which the Dockerfile is found counts. The
    Dockerfile is relative to the context, or with `beside` to the same folder as that.
    """
    remote = context is None or not _known(context) or "://" in context or context.startswith(("git@", "/"))
    if (dockerfile and not _known(dockerfile)) or (remote and not (dockerfile and beside)):
        return Inputs(None, None, target, arguments)
    names = [dockerfile] if dockerfile else ["Dockerfile", "Containerfile"]
    for base in dict.fromkeys(bases):
        folder = None if context is None or remote else posixpath.join(base, context)
        for name in names:
            path = inside(posixpath.join(base if folder is None or (dockerfile and beside) else folder, name))
            if path and project.exists(path):
                return Inputs(path, None if folder is None else inside(folder), target, arguments)
    return Inputs(None, None, target, arguments)


_PROGRAM_ROOTS = ("cdk.json", "Pulumi.yaml", "Pulumi.yml")
_MAX_FOLDERS = 20


def started_in(path: str, project: Project) -> list[str]:
    """The folders that a program of AWS CDK or Pulumi at `path` may be started in, which its paths are relative to.

    The nearest one that its tool knows for a project's, or else the file's own and all above.
    """
    folders = [posixpath.dirname(path)]
    while folders[-1] and len(folders) < _MAX_FOLDERS:
        folders.append(posixpath.dirname(folders[-1]))
    roots = [one for one in folders if any(project.exists(posixpath.join(one, name)) for name in _PROGRAM_ROOTS)]
    return roots[:1] or folders


def inputs_of_program(
    place: tuple[bool, str] | None,
    file: tuple[bool, str] | None,
    path: str,
    project: Project,
    *,
    beside: bool = False,
    rest: Inputs = NO_INPUTS,
) -> Inputs:
    """The inputs of an image that a program at `path` builds of the folder `place` and, where it names one, of `file`.

    Each is a path and whether it is relative to the program's file, else to where the program is started; the
    Dockerfile is relative to the folder unless `beside` is set or it is given as beside the file. `rest` is the target
    and the like.
    """
    if place is None:
        return rest
    own = posixpath.dirname(path)
    for base in started_in(path, project):
        folder = posixpath.normpath(posixpath.join(own if place[0] else base, place[1]))
        apart = file is not None and (beside or file[0])
        name = file[1] if file is not None else ""
        if file is not None and apart:
            name = posixpath.normpath(posixpath.join(own if file[0] else base, file[1]))
        found = inputs_in([""], folder, name, project, target=rest.target, arguments=rest.arguments, beside=apart)
        if found.dockerfile is not None:
            return found
    return rest


def with_inputs(build: Build, inputs: Inputs) -> Build:
    """The build with what it is made of."""
    return build._replace(
        dockerfile=inputs.dockerfile, context=inputs.context, target=inputs.target, arguments=inputs.arguments
    )


def together(build: Build, variants: Sequence[Build]) -> Build:
    """The build of one place, of those of its cases: with what they are made of, where that is the same for all."""
    variants = [each for one in variants for each in one.variants or (one,)]
    if len({(one.dockerfile, one.context, one.target, one.arguments) for one in variants}) == 1:
        first = variants[0]
        return with_inputs(build, Inputs(first.dockerfile, first.context, first.target, first.arguments))
    dockerfiles = {one.dockerfile for one in variants}
    return build._replace(dockerfile=dockerfiles.pop() if len(dockerfiles) == 1 else None, variants=tuple(variants))


def inside(path: str) -> str | None:
    """A folder relative to the root, "" for the root itself; None where it lies outside."""
    path = posixpath.normpath(path)
    return None if path.startswith(("..", "/")) else "" if path == "." else path


def named_arguments(texts: Iterable[str]) -> tuple[tuple[str, str | None], ...]:
    """Build arguments, of `NAME=value` each; None for a value that is not known (`NAME` alone: the environment's)."""
    found: dict[str, str | None] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if _known(name):
            found[name] = value if equals and (not value or _known(value)) else None
    return tuple(found.items())


def makes_image(invocation: Invocation, directory: str, path: str, project: Project) -> bool:
    """Whether a command builds an image at all, where a file decides that: an Earthfile's target, SAM's template."""
    name = invocation.tool.name
    if name == "earthly":
        from prelaunch.places.earthly import saves_image

        targets = [field.text for field in invocation.rest if "+" in field.text]
        return any(saves_image(target, _folders(directory, path), project) for target in targets)
    if name == "aws-sam":
        from prelaunch.places.sam import template_of

        given = [v.text for v in invocation.values("--template", "--template-file", "-t")]
        return template_of(given[-1:], _folders(directory, path), project)
    return True


def delegated(invocation: Invocation, verdict: Verdict, directory: str, path: str, project: Project) -> Verdict:
    """The verdict on a command whose platform another file decides; `verdict` is that of the command itself."""
    name = invocation.tool.name
    if verdict.state == "default" or invocation.tool.open:
        if name in {"jib", "spring-boot-image"}:
            return _configured_java(name, verdict, directory, path, project)
        return _configured(verdict, directory, path, project) if name == "ko" else verdict
    if invocation.tool.kind == "file":
        where = "the Earthfile" if name == "earthly" else "`skaffold.yaml`"
        return Verdict("delegated", (), (*verdict.steps, Step(f"{where} decides")))
    if invocation.tool.kind == "compose":
        files = [v.text for v in invocation.values("-f", "--file")]
        known = [one for one in files if _known(one)]
        if not files:
            known = [
                name
                for folder in _folders(directory, path)
                for name in _COMPOSE_NAMES
                if project.exists(posixpath.normpath(posixpath.join(folder, name)))
            ][:1]
        where = " and ".join(f"`{posixpath.basename(one)}`" for one in known) or "the compose file"
        return Verdict("delegated", (), (Step(f"{where} decides"),))
    from prelaunch.places.bake import command_platforms

    sets = [v.text for v in invocation.values("--set")]
    chosen = [text.partition("=")[2] for text in sets if text.partition("=")[0].endswith(".platform")]
    steps = tuple(dict.fromkeys(s for v in invocation.values("--set") for s in v.steps))
    if chosen:
        if all(HANDED in text for text in chosen):
            return Verdict("delegated", (), (*steps, Step("the platform is handed in by the caller")))
        named = (one.strip() for text in chosen if _known(text) for one in text.split(","))
        return Verdict(
            "explicit", tuple(dict.fromkeys(filter(None, named))), (*steps, Step("`--set` names the platform"))
        )
    files = [v.text for v in invocation.values("-f", "--file")]
    targets = [f.text for f in invocation.rest]
    if not all(_known(text) for text in (*files, *targets)) or invocation.loose:
        return Verdict("delegated", (), (Step("the bake file decides"),))
    for folder in _folders(directory, path):
        state, platforms, found = command_platforms(files, targets, sets, folder, project)
        if found:
            return Verdict(state, platforms, found)
    return Verdict("delegated", (), (Step("the bake file decides"),))


def _configured(verdict: Verdict, directory: str, path: str, project: Project) -> Verdict:
    """The verdict on a command of ko by `defaultPlatforms` of its `.ko.yaml` (ko-build/ko docs/configuration.md)."""
    for folder in _folders(directory, path):
        source = project.read(posixpath.normpath(posixpath.join(folder, ".ko.yaml")))
        if source is None or "defaultPlatforms" not in source.text:
            continue
        from prelaunch.project import UnreadableError
        from prelaunch.readers.yaml import read

        try:
            listed = next((found for root in read(source) if (found := root.get("defaultPlatforms")) is not None), None)
        except UnreadableError:
            return verdict  # nothing says so but ko itself
        names = tuple(item.value for item in (listed.items if listed is not None else ()) if item.kind == "scalar")
        if names:
            return Verdict("explicit", names, (Step("`defaultPlatforms`", source.path),))
    return verdict


def _configured_java(tool: str, verdict: Verdict, directory: str, path: str, project: Project) -> Verdict:
    """The verdict on Maven or Gradle with a goal of Jib or Spring Boot, by what the build files say that they read."""
    from prelaunch.places.jvm import of_command

    for folder in _folders(directory, path):
        said = of_command(tool, folder, project)
        if said is not None:
            return verdict if said.state == "default" else Verdict(*said, whole=bool(said.platforms))
    return verdict
