"""Jenkins pipelines, declarative and scripted: the images that their steps build.

`docker.build(image, args)` runs `docker build -t image args`, with `.` for `args` by default (Jenkins' Docker Pipeline
plugin, `Docker.groovy`). The agents' labels are free text and tell of no platform. A `dockerfile` agent is built for
the agent that runs it, and is no build of the project's own.
"""

from __future__ import annotations

from prelaunch.model import Fragment, Piece, Slot, Span
from prelaunch.places.arguments import runs_in_shell
from prelaunch.places.embedded import read_embedded
from prelaunch.places.jenkins_values import Pipeline
from prelaunch.places.publishing import ANY_PUSH
from prelaunch.places.script import ScriptFacts, Setting, merge, of_unit, unite
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.places.script import Dialect
    from prelaunch.places.tokens import Argument
    from prelaunch.project import Project

_STEPS: dict[str, Dialect] = {"sh": "sh", "bat": "cmd", "powershell": "powershell", "pwsh": "powershell"}
_MAX_READ = 8_000_000


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a pipeline's steps, in the order of the file; spans are offsets into its text. Never raises."""
    pipeline = Pipeline(source)
    facts = list(_facts(pipeline, project))
    if _pushes(pipeline):
        facts.append(ScriptFacts(pushes=ANY_PUSH))
    return sorted(unite(of_unit(facts)), key=lambda build: build.span)


def _facts(pipeline: Pipeline, project: Project) -> Iterator[ScriptFacts]:
    left = _MAX_READ
    for number, token in enumerate(pipeline.tokens):
        if token.kind != "name":
            continue
        if left < 0:
            project.cut_short(pipeline.source)
            return
        if token.text in _STEPS:
            script = _script(pipeline, number)
            if script is None:
                continue
            fragments = [each for each in pipeline.fragments(*script) if runs_in_shell(each.text)]
            dialect = _STEPS[token.text]
        elif token.text == "build" and pipeline.mark(number - 1, ".") and pipeline.tokens[number - 2].text == "docker":
            fragments, dialect = _docker(pipeline, number), "sh"
        else:
            continue
        left -= sum(len(each.text) + 200 for each in fragments)
        environment = pipeline.variables_of_shell(number)
        setting = Setting("jenkins", environment, pipeline.folder(number), dialect)
        read = [read_embedded(each, setting, project) for each in fragments]
        if read:
            facts = merge(read)
            yield _sloted(facts, pipeline, number) if token.text == "build" else facts


def _script(pipeline: Pipeline, number: int) -> tuple[int, int] | None:
    """The tokens of a step's script: its only argument, or the one that is named `script`."""
    following = pipeline.tokens[number + 1] if number + 1 < len(pipeline.tokens) else None
    if following is None or not (following.kind in {"string", "name"} or following.text == "("):
        return None
    arguments = pipeline.arguments(number)
    script = next((each for each in arguments if each[0] == "script"), None)
    if script is None:
        script = arguments[0] if len(arguments) == 1 and not arguments[0][0] else None
    return None if script is None else script[1:]


def _docker(pipeline: Pipeline, number: int) -> list[Fragment]:
    """`docker.build(image, args)` as the command that it runs."""
    image, args = _image_and_args(pipeline, number)
    if image is None:
        return []
    start, stop = pipeline.tokens[number - 2].start, pipeline.tokens[number].stop

    def own(text: str, at: int) -> Piece:
        return Piece(text, at, at, literal=False)

    found = []
    for name in pipeline.fragments(*image[1:]):
        for rest in pipeline.fragments(*args[1:]) if args is not None else [None]:
            head = Piece("docker build -t ", start, stop, literal=False)
            named = name.pieces or (own("x", stop),)
            tail = (own(" ", rest.start(0)), *rest.pieces) if rest is not None else (own(" .", named[-1].stop),)
            found.append(Fragment(pipeline.source, (head, *named, *tail)))
    return found[:16]


def _image_and_args(pipeline: Pipeline, number: int) -> tuple[Argument | None, Argument | None]:
    arguments = [each for each in pipeline.arguments(number) if not each[0]]
    return (arguments[0] if arguments else None), (arguments[1] if len(arguments) > 1 else None)


def _sloted(facts: ScriptFacts, pipeline: Pipeline, number: int) -> ScriptFacts:
    """`docker.build` with the place where its second argument can say a platform, if that is simple."""
    image, args = _image_and_args(pipeline, number)
    slot = None
    if args is not None and args[2] == args[1] + 1:
        token = pipeline.tokens[args[1]]
        quoted = token.kind == "string" and pipeline.source.text[token.start] in "'\""
        if quoted and token.parts and token.parts[0].literal:
            at = token.parts[0].start
            slot = Slot(Span(at, at), "--platform ", " ", many=False)
    elif args is None and image is not None and pipeline.mark(number + 1, "("):
        last = pipeline.tokens[image[2] - 1]
        if pipeline.mark(image[2], ")") and last.kind == "string":
            slot = Slot(Span(last.stop, last.stop), ", '--platform ", " .'", many=False)
    return facts._replace(
        builds=tuple(build._replace(slot=slot if build.state == "missing" else None) for build in facts.builds),
    )


def _pushes(pipeline: Pipeline) -> bool:
    """Whether an image that `docker.build` made is pushed: `image.push()`, or at once `docker.build(...).push()`."""
    built = any(token.text == "build" and pipeline.mark(at - 1, ".") for at, token in enumerate(pipeline.tokens))
    return built and any(
        token.text == "push" and token.kind == "name" and pipeline.mark(at - 1, ".") and pipeline.mark(at + 1, "(")
        for at, token in enumerate(pipeline.tokens)
    )
