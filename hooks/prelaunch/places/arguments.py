"""A command line that YAML writes as a list (`args: ['build', '.']`) to the image builds that it runs.

Cloud Build, Kubernetes, Tekton, Argo and most CI systems hand such lists to a program without a shell: an item is one
word, whatever stands in it. A shell among them (`['sh', '-c', 'docker build .']`) gets its script read as such.
"""

from __future__ import annotations

from prelaunch.builders import PROGRAMS
from prelaunch.model import UNKNOWN, Fragment, Slot, Span
from prelaunch.places.commands import pushes, understand
from prelaunch.places.files import makes_image
from prelaunch.places.prefixes import without_prefixes
from prelaunch.places.retags import pull_of, understand_pull
from prelaunch.places.script import ScriptFacts, build_of, read_script, unite
from prelaunch.places.written import in_nodes
from prelaunch.resolve import MARKERS, Field
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prelaunch.model import Build, Source
    from prelaunch.places.commands import Invocation
    from prelaunch.places.script import Setting
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

_SHELLS = frozenset({"sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"})
_MAX_WORDS = 2_000


def image_program(image: str) -> str:
    """The program that a container image of a build tool starts, "" where the name tells of none.

    `gcr.io/cloud-builders/docker:20` starts `docker`; kaniko's images hold nothing but `/kaniko/executor`.
    """
    path = image.strip().split("@", 1)[0].rstrip("/")
    folder, _, name = path.rpartition("/")
    name = name.split(":", 1)[0]
    if "kaniko" in path and (name == "executor" or name.startswith("kaniko")):
        return "/kaniko/executor"
    if name == "executor" and folder:
        return name
    if name in {"buildctl", "buildx-bin"}:
        return name
    return name if name in PROGRAMS else ""


def read_arguments(
    program: str,
    nodes: Sequence[Node],
    setting: Setting,
    project: Project,
    *,
    source: Source,
    span: Span,
    fill: Callable[[Fragment], Fragment] = lambda fragment: fragment,
) -> ScriptFacts:
    """What the command line of `program` (its words, with spaces; "" where the list starts with it) and `nodes` does.

    `nodes` are the items of the list in `source`; `span` is what the build is reported at. `fill` puts the references
    of the host language in place. A build without a platform gets a slot among the items where their layout is simple.
    """
    nodes = nodes[:_MAX_WORDS]
    fragments = [fill(node.fragment) if node.fragment is not None else None for node in nodes]
    fields = [Field(word) for word in program.split()] + [_field(one, at) for at, one in enumerate(fragments)]
    if program and nodes and _starts(nodes[0].value, program):
        fields = fields[len(program.split()) :]  # an entry point that runs any command, as that of `docker`'s own image
    wrappers = project.settings.wrappers
    script = _script(fields, fragments)
    if script is not None:
        return read_script(script, setting, project)
    pushing = pushes(fields, wrappers)
    pull = understand_pull(fields, wrappers)
    if pull is not None:
        values = setting.variables(pull)
        return ScriptFacts(unite(pull_of(pull, value, source, span, setting=setting) for value in values), pushing)
    invocation = understand(fields, wrappers)
    if invocation is None:
        return ScriptFacts((), pushing)
    if not makes_image(invocation, setting.directory, source.path, project):
        return ScriptFacts((), pushing)
    variables = setting.variables(invocation)
    found: list[Build] = [
        build_of(invocation, variable, source, span, setting=setting, project=project) for variable in variables
    ]
    builds = unite(found)
    slot, written = _slot(source, invocation, nodes, span), in_nodes(invocation, nodes)
    return ScriptFacts(
        tuple(b._replace(slot=slot) if b.state == "missing" else b._replace(written=written) for b in builds), pushing
    )


def _starts(word: str, program: str) -> bool:
    """Whether the first item is itself a program that builds, or a shell, and no subcommand of `program`."""
    known = PROGRAMS.get(program.split(maxsplit=1)[0])
    if known is not None and any(path[:1] == (word,) for path in known.verbs):
        return False
    name = word.rsplit("/", 1)[-1]
    return name in PROGRAMS or name in _SHELLS


def _field(fragment: Fragment | None, at: int) -> Field:
    if fragment is None:  # a mapping or a list where a text should be: `{{ x }}` without quotes
        return Field(UNKNOWN, at, loose=True)
    text = fragment.text
    steps = fragment.steps(0, len(text))
    alone = bool(text) and not text.strip(MARKERS)
    name = ""
    if alone:
        raw = next((p for p in fragment.pieces if not p.literal), fragment.pieces[0])
        name = fragment.source.text[raw.start : raw.stop].strip("${}() \"'").rsplit(".", 1)[-1]
    # One item is one word, but one that is all unknown may be any flag with its value (`--platform=...`).
    return Field(text, at, steps, loose=alone, name=name)


def _script(fields: Sequence[Field], fragments: Sequence[Fragment | None]) -> Fragment | None:
    """The script of `sh -c SCRIPT`."""
    rest, _ = without_prefixes(fields, {})
    if len(rest) < 2 or rest[0].text.rsplit("/", 1)[-1] not in _SHELLS:
        return None
    for number, field in enumerate(rest[1:-1], 1):
        if field.text.startswith("-") and not field.text.startswith("--") and field.text.endswith("c"):
            for later in rest[number + 1 :]:
                if not (later.text.startswith(("-", "+")) and len(later.text) < 12 and " " not in later.text):
                    return fragments[later.word] if later.word >= 0 else None
    return None


def _slot(source: Source, invocation: Invocation, nodes: Sequence[Node], span: Span) -> Slot | None:
    tool = invocation.tool
    if tool.kind != "build" or not tool.platform:
        return None
    at = invocation.verb.word
    many = tool.multi and not invocation.has("--load")
    return item_slot(source, nodes, at, f"{tool.platform[0]}=", within=span, many=many)


def item_slot(source: Source, nodes: Sequence[Node], at: int, flag: str, *, within: Span, many: bool) -> Slot | None:
    """Where an item `flag` + platforms can be added to a list: behind the item number `at`, in front of all for -1.

    None where the item is no scalar of one line inside `within`, or shares its line with more than a list's own marks.
    """
    if not nodes:
        return None
    node = nodes[max(at, 0)]
    text, start, stop = source.text, node.span.start, node.span.stop
    if node.kind != "scalar" or not within.start <= start < stop <= within.stop or "\n" in text[start:stop]:
        return None
    quote = {"plain": "", "single": "'", "double": '"'}.get(node.style)
    if quote is None:
        return None
    last = start - 1
    while last > within.start and text[last] in " \t\r\n":
        last -= 1
    if text[last] in "[,":
        quote = quote or '"'
        if at < 0:
            return Slot(Span(start, start), quote + flag, f"{quote}, ", many=many)
        return Slot(Span(stop, stop), f", {quote}{flag}", quote, many=many)
    return _block_slot(text, node.span, f"{quote}{flag}", quote, first=at < 0, many=many)


def _block_slot(text: str, item: Span, head: str, tail: str, *, first: bool, many: bool) -> Slot | None:
    line = text.rfind("\n", 0, item.start) + 1
    dash = text[line : item.start].removeprefix("\ufeff")
    if dash.strip(" ") != "-":
        return None
    end = text.find("\n", item.stop)
    end = len(text) if end < 0 else end
    rest = text[item.stop : end].rstrip("\r")
    if rest.strip(" \t") and not rest.lstrip(" \t").startswith("#"):
        return None
    if rest.strip(" \t") and rest[:1] not in {" ", "\t"}:
        return None
    newline = "\r\n" if text[end - 1 : end] == "\r" and end < len(text) else "\n"
    if first:
        return Slot(Span(item.start, item.start), head, f"{tail}{newline}{dash}", many=many)
    here = item.stop + len(rest)
    return Slot(Span(here, here), f"{newline}{dash}{head}", tail, many=many)


def runs_in_shell(script: str) -> bool:
    """Whether a script is one of a shell: by its first line `#!...`, where it has one."""
    if not script.startswith("#!"):
        return True
    words = script[2:].split("\n", 1)[0].split()
    while words and (words[0].endswith("/env") or words[0].startswith("-") or "=" in words[0]):
        words.pop(0)
    return bool(words) and words[0].rsplit("/", 1)[-1] in _SHELLS
