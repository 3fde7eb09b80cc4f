"""What the CI systems have in common: scripts in YAML with their variables, units that publish, YAML in a template."""

from __future__ import annotations

from itertools import product

from prelaunch.model import UNKNOWN, Fragment, Piece, Slot, Source, Span, Step, Value
from prelaunch.places.script import ScriptFacts, Setting, read_script, unite
from prelaunch.places.substitution import joined
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import key_slot, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

    from prelaunch.model import Build
    from prelaunch.places.script import Dialect
    from prelaunch.project import Project
    from prelaunch.readers.yaml import Node

NOTHING = ScriptFacts()
MAX_READ = 8_000_000
"""Characters of scripts that are read for one file: aliases and matrices can make a small file's jobs endless."""

MAX_ITEMS = 1_000
MAX_ROWS = 32
_EACH = 200
"""What a reading counts besides its script."""

_BLOCKS = frozenset(
    {"if", "unless", "else", "elseif", "elif", "end", "endif", "range", "with", "each", "for", "endfor"}
)
_SHELLS: Mapping[str, Dialect] = {"pwsh": "powershell", "powershell": "powershell", "cmd": "cmd"}


def documents(source: Source) -> tuple[Source, tuple[Node, ...]]:
    """The documents of a CI file, and the source that their nodes stand in.

    Where the file is a template (Handlebars, Go, Jinja) that is no YAML yet, the lines which hold nothing but a
    statement of the template are read as blank: both arms of a condition are kept, and every offset stays.
    Raises `UnreadableError` where that does not help either.
    """
    try:
        return source, read(source)
    except UnreadableError:
        blanked = _without_statements(source.text)
        if blanked == source.text:
            raise
        filled = Source(source.path, blanked, source.encoding)
        try:
            return filled, read(filled)
        except UnreadableError:
            pass
        raise


def _without_statements(text: str) -> str:
    if "{{" not in text and "{%" not in text:
        return text
    lines = text.split("\n")
    return "\n".join(
        " " * len(line.rstrip("\r")) + "\r" * line.endswith("\r") if _is_statement(line) else line for line in lines
    )


def _is_statement(line: str) -> bool:
    bare = line.strip()
    if bare.startswith("{%") and bare.endswith("%}"):
        return True
    if not (bare.startswith("{{") and bare.endswith("}}")):
        return False
    inner = bare[2:-2].strip("-~ \t")
    return inner[:1] in {"#", "/", "^", "!"} or inner.split(None, 1)[0:1] in [[word] for word in _BLOCKS]


def each_document(
    source: Source, project: Project, form: str, builds_of: Callable[[Node, Scripts], Iterable[Build]]
) -> list[Build]:
    """The builds of every document of a CI file that is a mapping, each once, in the order of the file.

    `builds_of` gives those of one document; `form` is that of the builds. Raises `UnreadableError` where the file is no
    YAML.
    """
    read_from, roots = documents(source)
    scripts = Scripts(read_from, project, form)
    found = [build for document in roots if document.kind == "mapping" for build in builds_of(document, scripts)]
    return finish(found, source, read_from)


def finish(builds: Iterable[Build], source: Source, read_from: Source) -> list[Build]:
    """The builds of a file, each once, in its order; those of a template are never mended."""
    found = unite(builds)
    if read_from is not source:
        found = tuple(build._replace(source=source, slot=None) for build in found)
    return sorted(found, key=lambda build: build.span)


class Scripts:
    """Reads the scripts of one file, each of them once for every environment, and no more than `MAX_READ`."""

    def __init__(self, source: Source, project: Project, form: str) -> None:
        """`form` is that of the builds, `source` the one that the nodes stand in."""
        self.source = source
        self.project = project
        self.form = form
        self.left = MAX_READ
        self.done: dict[Hashable, ScriptFacts] = {}

    def run(self, lines: Sequence[Fragment], setting: Setting) -> ScriptFacts:
        """What the lines of a step do, read as one script."""
        fragment = joined(self.source, [line for line in lines if line.text.strip()])
        if fragment is None:
            return NOTHING
        key = (fragment, tuple(sorted(setting.environment.items())), setting.directory, setting.dialect, setting.host)
        if key not in self.done:
            self.left -= len(fragment.text) + _EACH
            if self.left < 0:
                self.project.cut_short(self.source)
                return NOTHING
            self.done[key] = read_script(fragment, setting, self.project)
        return self.done[key]

    def setting(self, environment: Mapping[str, Value], **given: object) -> Setting:
        """A setting of this file's form."""
        return Setting(self.form, environment)._replace(**given)  # type: ignore[arg-type]

    def flags(self, command: str, flags: Fragment | None, rest: str, span: Span, setting: Setting) -> ScriptFacts:
        """The build of a task that runs `command` with `flags` and `rest`; it stands at `span` and has no slot yet."""
        pieces = [Piece(f"{command} ", span.start, span.start, literal=False)]
        if flags is not None:
            at = 0
            while (end := flags.text.find("\n", at)) >= 0 and len(pieces) < MAX_ITEMS:
                pieces += [*flags.slice(at, end).pieces, Piece(" ", flags.start(end), flags.start(end), literal=False)]
                at = end + 1
            pieces += flags.slice(at, len(flags.text)).pieces
        pieces.append(Piece(f" {rest}", span.stop, span.stop, literal=False))
        facts = self.run([Fragment(self.source, tuple(pieces))], setting)
        builds = tuple(build._replace(span=span, slot=None) for build in facts.builds)
        return ScriptFacts(unite(builds), facts.pushes)


def flag_slot(source: Source, inputs: Node, given: tuple[Node, Node] | None, key: str, flag: str) -> Slot | None:
    """Where `flag` can be added to the input `key` of a mapping: in front of its text, or as a new key of the mapping.

    `given` is the pair of the input where it is written. None where no exact place is found.
    """
    if given is None:
        slot = key_slot(source, inputs, key, many=False)
        return slot._replace(before=slot.before + flag) if slot is not None else None
    value = given[1]
    if value.kind != "scalar" or not value.exact or value.fragment is None or not value.value.strip():
        return None
    first = value.fragment.pieces[0]
    if not first.literal or not inputs.span.start <= first.start < inputs.span.stop:
        return None
    return Slot(Span(first.start, first.start), flag, " ", many=False)


def below(node: Node | None, *keys: str) -> Node | None:
    """The node behind a path of keys, None where one is missing."""
    for key in keys:
        node = node.get(key) if node is not None and node.kind == "mapping" else None
    return node


def text_at(node: Node | None, *keys: str) -> str:
    """The scalar behind a path of keys, "" where there is none."""
    found = below(node, *keys)
    return found.value if found is not None and found.kind == "scalar" else ""


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a list; a lone value is a list of itself, nothing is an empty one."""
    if node is None or (node.kind == "scalar" and not node.value):
        return ()
    return node.items[:MAX_ITEMS] if node.kind == "sequence" else (node,)


def lines(*nodes: Node | None) -> list[Fragment]:
    """The script lines that the nodes hold: a text, a list of texts, lists in lists (anchors)."""
    found: list[Fragment] = []
    waiting = [node for node in reversed(nodes) if node is not None]
    while waiting and len(found) < MAX_ITEMS:
        node = waiting.pop()
        if node.kind == "sequence":
            waiting += reversed(node.items[:MAX_ITEMS])
        elif node.kind == "scalar" and node.fragment is not None:
            found.append(node.fragment)
    return found


def variables(node: Node | None, source: Source, text: Callable[[Node], str] | None = None) -> dict[str, Value]:
    """The variables that a mapping sets, or a list of mappings, of `{name:, value:}` or of `NAME=value`.

    `text` gives the text of a scalar value; what is no scalar (a secret) is set but unknown.
    """
    return {name: Value((value,), (note(name, source, at),)) for name, at, value in _assignments(node, text or _plain)}


def note(name: str, source: Source, node: Node) -> Step:
    """The step that says where a variable is set."""
    return Step(f"`{name}` is set here", source.path, source.position(node.span.start)[0])


def _plain(node: Node) -> str:
    return node.value


def _assignments(node: Node | None, text: Callable[[Node], str]) -> Iterator[tuple[str, Node, str]]:
    for item in items(node):
        if item.kind == "mapping":
            name, value = item.get("name"), item.get("value")
            if name is not None and value is not None and name.kind == "scalar":
                yield name.value, name, text(value) if value.kind == "scalar" else UNKNOWN
                continue
            for key, each in item.all_pairs()[:MAX_ITEMS]:
                yield key.value, key, text(each) if each.kind == "scalar" else UNKNOWN
        elif item.kind == "scalar":
            name_text, equals, value_text = text(item).partition("=")
            if equals and name_text.strip().isidentifier():
                yield name_text.strip(), item, value_text


def always_set(text: str, prefix: str) -> dict[str, Value]:
    """The variables with a system's own prefix that `text` names: it sets them, to what is not known."""
    found: dict[str, Value] = {}
    at = text.find(prefix)
    while prefix and at >= 0:
        stop = at + len(prefix)
        while stop < len(text) and text[stop].isascii() and (text[stop] == "_" or text[stop].isalnum()):
            stop += 1
        found[text[at:stop]] = Value((UNKNOWN,))
        at = text.find(prefix, stop)
    return found


def rows(lists: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    """Every combination of a matrix; one row with what the values agree in where there are too many."""
    count = 1
    for values in lists.values():
        count *= max(len(values), 1)
    if count <= MAX_ROWS:
        return [dict(zip(lists, each, strict=True)) for each in product(*lists.values())]
    return [{name: common(values) for name, values in lists.items() if values}]


def common(values: Sequence[Value]) -> Value:
    """One value for all of these: what they agree in, else unknown."""
    texts = {value.texts for value in values}
    return Value(texts.pop() if len(texts) == 1 else (UNKNOWN,), values[0].steps)


def bounded(found: list[dict[str, Value]]) -> list[dict[str, Value]]:
    """At most `MAX_ROWS` rows: one with what they agree in where there are more, an empty one for none."""
    if len(found) <= MAX_ROWS:
        return found or [{}]
    names = dict.fromkeys(name for row in found for name in row)
    return [{name: common([row.get(name, Value((UNKNOWN,))) for row in found]) for name in names}]


def dialect(shell: str, default: Dialect = "sh") -> Dialect:
    """The language of a shell by its name or path."""
    words = shell.replace("\\", "/").split()
    name = words[0].rsplit("/", 1)[-1].lower().removesuffix(".exe") if words else ""
    return _SHELLS.get(name, "sh") if name else default


def key_span(pair: tuple[Node, Node], owner: Node) -> Span:
    """From a key to the end of its value, where that stands with it; of an alias, the key alone."""
    key, value = pair
    inside = key.span.stop <= value.span.start and value.span.stop <= owner.span.stop
    return Span(key.span.start, value.span.stop if inside else key.span.stop)
