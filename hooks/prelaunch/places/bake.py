"""Bake files to the image builds that their targets are, and the platforms that a bake command gets from them."""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, Build, Slot, Source, Span, Step
from prelaunch.places.files import Inputs, inside, together, with_inputs
from prelaunch.project import UnreadableError
from prelaunch.readers.bake import BakeFile, Target, compose, evaluate, parse
from prelaunch.readers.bake import overrides as overriding
from prelaunch.readers.hcl.syntax import Items, Literal
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prelaunch.model import State
    from prelaunch.project import Project
    from prelaunch.readers.hcl import Block

DEFAULT_NAMES = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
"""The bake files that are read, and merged in this order, where none is named (bake.go, `defaultFilenames`)."""

_SIGNS = frozenset(
    "args cache-from cache-to call context contexts dockerfile dockerfile-inline inherits matrix output platforms tags "
    "target".split()
)
"""Attributes of which a `target` block of another tool has none."""

_NO_IMAGE = ("type=local", "type=tar", "type=cacheonly")


def is_bake(path: str, text: str) -> bool:
    """Whether the file is bake's: by its name, or by a `target` block with one of bake's attributes. Never raises."""
    name = posixpath.basename(path).lower()
    if not name.endswith((".hcl", ".json")):
        return False
    if name.startswith("docker-bake"):
        return True
    if "target" not in text or not any(sign in text for sign in _SIGNS):
        return False
    try:
        return _has_target(parse(Source(path, text)))
    except UnreadableError:
        return False


def _has_target(file: Block) -> bool:
    return any(
        block.kind == "target" and len(block.labels) == 1 and any(each.name in _SIGNS for each in block.attributes)
        for block in file.blocks
    )


def builds(source: Source, project: Project) -> list[Build]:
    """One build for each target block of `source` that is really built, in order of place.

    Files that bake merges with it by default are read too. Raises `UnreadableError` where a file of bake's own name
    cannot be read; another file that is not bake's gives nothing.
    """
    if not is_bake(source.path, source.text):
        return []
    file = _with_neighbours(source, project)
    overlaid = _main_names(source, project)
    grouped: dict[Span, list[Target]] = {}
    for target in file.targets:
        if target.source is source and not target.inherited_only:
            grouped.setdefault(target.span, []).append(target)
    return [_build(targets, overlaid, project) for _, targets in sorted(grouped.items())]


def _with_neighbours(source: Source, project: Project) -> BakeFile:
    folder, name = posixpath.split(source.path)
    sources = [source]
    if name in DEFAULT_NAMES:
        sources = []
        for each in DEFAULT_NAMES:
            found = source if each == name else _readable(posixpath.join(folder, each), project)
            if found is not None:
                sources.append(found)
    return evaluate(sources)


def _readable(path: str, project: Project) -> Source | None:
    """A bake file that can be read; one that cannot is a finding of its own."""
    found = project.read(path) if project.exists(path) else None
    try:
        if found is not None:
            parse(found)
    except UnreadableError:
        return None
    return found


def _main_names(source: Source, project: Project) -> frozenset[str]:
    """The targets of `docker-bake.hcl` beside a file of another name: the file may be laid over it with `-f`."""
    folder, name = posixpath.split(source.path)
    if name in DEFAULT_NAMES:
        return frozenset()
    found = [_readable(posixpath.join(folder, each), project) for each in DEFAULT_NAMES]
    blocks = [block for each in found if each is not None for block in parse(each).blocks]
    return frozenset(block.labels[0] for block in blocks if block.kind == "target" and block.labels)


def _build(targets: Sequence[Target], overlaid: frozenset[str], project: Project) -> Build:
    """The build of one block; a matrix makes several targets of it, whose platforms are put together."""
    first = targets[0]
    source = first.source
    without = [target for target in targets if target.known and not target.platforms]
    steps = dict.fromkeys(step for target in without or targets for step in target.steps)
    state: State = "missing" if without else "unknown" if any(not each.known for each in targets) else "explicit"
    if without and len(without) < len(targets):
        names = ", ".join(_shown(target) for target in without[:3])
        steps[Step(f"no platform for {names}", source.path, source.position(first.span.start)[0])] = None
    if state == "missing" and any(target.name in overlaid for target in targets):
        state = "unknown"
        steps[Step(f"docker-bake.hcl beside it has a target {_shown(first)} too, which this one may be laid over")] = (
            None
        )
    build = Build(
        source=source,
        span=Span(first.span.start, first.opening),
        tool="docker-buildx-bake",
        form="bake",
        state=state,
        platforms=tuple(dict.fromkeys(name for target in targets for name in target.platforms or ())),
        via=tuple(steps),
        slot=_slot(first) if state == "missing" and not any(target.own for target in targets) else None,
        published=any(_pushes(each) for target in targets for each in target.output),
        images=tuple(dict.fromkeys(tag for target in targets for tag in target.tags)),
        image=any(_makes_image(target) for target in targets),
        open=tuple(dict.fromkeys(name for target in without for name in target.open)),
        whole=state == "explicit",
        written=_written(first),
    )
    return together(build, [_variant(build, target, project) for target in targets])


def _variant(build: Build, target: Target, project: Project) -> Build:
    """What one target of a block builds."""
    state: State = "unknown" if not target.known else "explicit" if target.platforms else "missing"
    whole = state == "explicit"
    own = build._replace(platforms=target.platforms or (), state=state, whole=whole, image=_makes_image(target))
    return with_inputs(own, _inputs(target, project))


def _written(target: Target) -> tuple[Span, ...]:
    """The platforms that the block itself lists as plain texts."""
    block = next((each for each in parse(target.source).blocks if each.span == target.span), None)
    listed = block.get("platforms") if block is not None else None
    items = listed.value.items if listed is not None and isinstance(listed.value, Items) else ()
    text, found = target.source.text, []
    for item in items:
        span = Span(item.span.start + 1, item.span.stop - 1)
        if isinstance(item, Literal) and text[span.start : span.stop] == item.value:
            found.append(span)
    return tuple(found)


def _shown(target: Target) -> str:
    return f"`{target.name.rstrip(UNKNOWN)}...`" if UNKNOWN in target.name else f"`{target.name}`"


def _makes_image(target: Target) -> bool:
    """Whether any output is an image: a bare path is `type=local`, `-` a tar archive (buildflags/export.go)."""
    if target.call not in {None, "", "build"} or target.output_open:
        return False
    return not target.output or any(
        "type=" in each and not any(kind in each for kind in _NO_IMAGE) for each in target.output
    )


def _pushes(output: str) -> bool:
    fields = {field.strip() for field in output.split(",")}
    return "type=registry" in fields or "push=true" in fields


def _inputs(target: Target, project: Project) -> Inputs:
    """What a target is built of: relative to where bake runs (the file's folder, or the root)."""
    context = target.context or "."
    rest = Inputs(None, None, target.target, target.arguments)
    if target.dockerfile is None or "://" in context or context.startswith(("target:", "docker-image:")):
        return rest
    bases = (posixpath.dirname(target.source.path), "")
    found = [
        rest._replace(dockerfile=path, context=inside(posixpath.join(base, context)))
        for base in bases
        if (path := inside(posixpath.join(base, context, target.dockerfile)))
    ]
    return next((one for one in found if project.exists(one.dockerfile or "")), found[0] if found else rest)


def _slot(target: Target) -> Slot | None:
    """Behind the opening brace: a line of its own, with the indentation that the block has."""
    text, at = target.source.text, target.opening
    if target.source.path.lower().endswith(".json") or text[target.span.start] == '"':
        return _json_slot(target)
    end = text.find("\n", at)
    rest = text[at : end if end >= 0 else len(text)]
    if rest.strip() == "}":
        return Slot(Span(at, at), " platforms = [", "]" + ("" if rest.startswith(" ") else " "), ", ", '"')
    if end < 0 or (rest.strip() and not rest.lstrip().startswith(("#", "//"))):
        return None
    stop = end - 1 if text[end - 1] == "\r" else end
    before = text[stop : end + 1] + _indent(text, end + 1, target) + "platforms = ["
    return Slot(Span(stop, stop), before, "]", ", ", '"')


def _json_slot(target: Target) -> Slot:
    text, at = target.source.text, target.opening
    following = at
    while following < len(text) and text[following] in " \t\r\n":
        following += 1
    blank = text[at:following]
    if text[following : following + 1] == "}":
        return Slot(Span(at, at), ' "platforms": [', "]" + ("" if following > at else " "), ", ", '"')
    return Slot(Span(at, at), blank + '"platforms": [', "]," if blank else "], ", ", ", '"')


def _indent(text: str, start: int, target: Target) -> str:
    """The white space before the first thing in the block, else that of the block and two blanks."""
    for line in text[start : target.span.stop].split("\n"):
        if line.strip() and line.strip() != "}":
            return line[: len(line) - len(line.lstrip(" \t"))]
    return _line_start(text, target.span.start) + "  "


def _line_start(text: str, offset: int) -> str:
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    return line if not line.strip() else ""


def command_platforms(
    paths: Sequence[str], targets: Sequence[str], sets: Sequence[str], directory: str, project: Project
) -> tuple[State, tuple[str, ...], tuple[Step, ...]]:
    """What `docker buildx bake -f paths --set sets targets`, run in `directory`, builds for. Never raises.

    `explicit` where `--set` names the platform of every target, `unknown` where that cannot be known; else
    `delegated`, with the platforms of the targets as far as they are known, and a step for each. No steps: the files
    are not in the repository.
    """
    chosen = overriding.parse(sets)
    platform = [each for each in chosen if each.key == "platform"]
    step = (Step("`--set` names the platform"),)
    if any(not each.known for each in platform):
        return "unknown", (), step
    if any(_open(each.partition("=")[0]) for each in sets):
        return "unknown", (), (Step("`--set` may name the platform"),)
    if any(each.pattern == "*" and not each.append and each.value for each in platform):
        return "explicit", overriding.listed(platform, "", "platform", ()) or (), step
    try:
        file = _command_file(paths, directory, project, sets)
    except UnreadableError as error:
        return "delegated", (), (Step(f"the bake file cannot be read: {error}"),)
    if file is None:
        if platform:
            return "explicit", tuple(dict.fromkeys(part for each in platform for part in each.value.split(","))), step
        return "delegated", (), ()
    # A context of the command line (a repository's address) reads another repository's files.
    if any("://" in each or each.startswith("git@") or _open(each) for each in targets):
        return "delegated", (), (Step("the targets cannot be known"),)
    selected = file.select([each for each in targets if each])
    found = tuple(dict.fromkeys(name for target in selected for name in target.platforms or ()))
    named = all(target.known and target.platforms and _set(target, platform) for target in selected)
    if platform and selected and named:
        return "explicit", found, step
    return "delegated", found, tuple(_verdicts(selected)) or (Step("the bake file has no such target"),)


def _set(target: Target, overrides: Sequence[overriding.Override]) -> bool:
    return any(each.matches(target.name) for each in overrides)


def _open(text: str) -> bool:
    return UNKNOWN in text or HANDED in text


def _verdicts(targets: Iterable[Target]) -> Iterable[Step]:
    """What the file says of each target, one step a block and verdict."""
    seen: dict[Step, None] = {}
    for target in targets:
        line = target.source.position(target.span.start)[0]
        said = f"names {', '.join(target.platforms)}" if target.platforms else "names no platform"
        if not target.known:
            said = "has platforms that cannot be known"
        where = f"{posixpath.basename(target.source.path)}:{line}"
        seen[Step(f"bake target {_shown(target)} in {where} {said}", target.source.path, line)] = None
    return list(seen)[:20]


def _command_file(paths: Sequence[str], directory: str, project: Project, sets: Sequence[str]) -> BakeFile | None:
    """The files of a command line, merged; None where one that it names is not in the repository."""
    names = [each.removeprefix("cwd://") for each in paths]
    if any("://" in each or each == "-" or _open(each) for each in names):
        return None
    full = [posixpath.normpath(posixpath.join(directory, each)) for each in names or (*compose.NAMES, *DEFAULT_NAMES)]
    found = [source for each in full if project.exists(each) for source in [project.read(each)] if source is not None]
    if not found or (names and len(found) < len(names)):
        return None
    composed = [source for source in found if source.path.lower().endswith((".yml", ".yaml"))]
    layers = [layer for source in composed for layer in compose.layers(source)]
    return evaluate([source for source in found if source not in composed], None, sets, layers)
