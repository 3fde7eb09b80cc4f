"""Terraform: `docker_image` resources with a `build` block, and the commands of `local-exec` provisioners.

The provider builds for the platform of the machine that it runs on, unless `build.platform` says another
(kreuzwerker/terraform-provider-docker, `docs/resources/image.md`); it takes one platform.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, Build, Fragment, Piece, Slot, Span, Step, Value
from prelaunch.places.embedded import read_embedded
from prelaunch.places.files import Inputs, inputs_in, with_inputs
from prelaunch.places.script import Setting, unite
from prelaunch.places.verdicts import bare
from prelaunch.readers.hcl import Block, Expression, read
from prelaunch.readers.hcl.syntax import Access, Literal, Name, Object, Template
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source, State
    from prelaunch.places.script import Dialect
    from prelaunch.project import Project

_MAX_BLOCKS = 50_000
_MAX_DEPTH = 10
_MAX_FILES = 60
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no HCL.
    """
    module = Module(source, project)
    found: list[Build] = []
    for block in module.whole.blocks[:_MAX_BLOCKS]:
        if block.kind != "resource":
            continue
        if block.labels[:1] == ("docker_image",):
            found += [module.image(block, inner) for inner in block.blocks if inner.kind == "build"]
        for inner in block.blocks:
            if inner.kind == "provisioner" and inner.labels == ("local-exec",):
                found += module.command(inner)
    return sorted(unite(found), key=lambda build: build.span)


class Module:
    """A file, and what the files beside it say of its variables."""

    def __init__(self, source: Source, project: Project) -> None:
        self.source = source
        self.project = project
        self.whole = read(source)
        self._variables: dict[str, tuple[Source, Block]] | None = None
        self._locals: dict[str, tuple[Source, Expression]] = {}

    def image(self, block: Block, build: Block) -> Build:
        """The build of a `docker_image`."""
        written = build.get("platform")
        value = Value(()) if written is None else self.value(written.value)
        state: State = "explicit"
        known = [text for text in value.texts if text and not any(mark in text for mark in MARKERS)]
        if written is None or value.texts in {(), ("",)}:
            state = "missing"
        elif HANDED in value.texts:
            state = "delegated"
        name = block.get("name")
        images = [text for text in self.value(name.value).texts if text.strip(MARKERS)] if name is not None else []
        made = Build(
            source=self.source,
            span=block.span,
            tool="terraform-docker",
            form="terraform",
            state=state,
            platforms=tuple(known),
            via=value.steps,
            slot=self._slot(build) if written is None else None,
            published=self._published(block),
            images=tuple(bare(text) for text in images),
            whole=state == "explicit" and len(known) == len(value.texts),
        )
        return with_inputs(made, self._inputs(build))

    def _inputs(self, build: Block) -> Inputs:
        """What a `build` block builds; its context is relative to the module, the Dockerfile to the context."""
        texts = {}
        for name in ("context", "dockerfile", "target"):
            written = build.get(name)
            texts[name] = "".join(self.value(written.value).texts[:1]) if written is not None else ""
        folder = self.source.path.rpartition("/")[0]
        context, dockerfile, target = texts["context"] or ".", texts["dockerfile"], texts["target"] or None
        return inputs_in([folder, ""], context, dockerfile, self.project, target=target)

    def _published(self, block: Block) -> bool:
        """Whether a `docker_registry_image` of the same file pushes the image."""
        reference = f"docker_image.{block.labels[1] if len(block.labels) > 1 else ''}."
        return any(
            other.kind == "resource"
            and other.labels[:1] == ("docker_registry_image",)
            and reference in self.source.text[other.span.start : other.span.stop]
            for other in self.whole.blocks[:1_000]
        )

    def _slot(self, build: Block) -> Slot | None:
        """A line of its own behind `build {`, where that ends a line."""
        text, at = self.source.text, build.opening
        end = text.find("\n", at)
        if end < 0 or text[at:end].strip(" \t\r") or not build.sound:
            return None
        line = text.rfind("\n", 0, build.span.start) + 1
        indent = text[line : build.span.start]
        if indent.strip(" \t"):
            return None
        newline = "\r\n" if text[at:end].endswith("\r") else "\n"
        return Slot(Span(at, at), f'{newline}{indent}  platform = "', '"', many=False)

    # -- values

    def value(self, expression: Expression, depth: int = 0) -> Value:
        """What an expression is by default: a text, `var.x` with its default, `local.x`; "" for null."""
        if depth > _MAX_DEPTH:
            return Value((UNKNOWN,))
        if isinstance(expression, Literal):
            return Value((expression.value if isinstance(expression.value, str) else "",))
        if isinstance(expression, Template):
            text, steps = "", list[Step]()
            for part in expression.parts[:200]:
                value = self.value(part, depth + 1)
                text += value.texts[0] if len(value.texts) == 1 else UNKNOWN
                steps += value.steps
            return Value((text if len(text) < 10_000 else UNKNOWN,), tuple(dict.fromkeys(steps)))
        if isinstance(expression, Access) and isinstance(expression.of, Name) and isinstance(expression.key, Literal):
            return self._named(expression.of.name, str(expression.key.value), depth)
        return Value((UNKNOWN,))

    def _named(self, kind: str, name: str, depth: int) -> Value:
        if self._variables is None:
            self._variables = self._gather()
        if kind == "path" and name in {"module", "root", "cwd"}:
            return Value((".",))
        if kind == "local" and name in self._locals:
            source, expression = self._locals[name]
            value = self.value(expression, depth + 1)
            return Value(value.texts, (self._step(f"local.{name}", value, source, expression.span), *value.steps))
        if kind == "var" and name in self._variables:
            source, block = self._variables[name]
            default = block.get("default")
            value = Value((HANDED,)) if default is None else self.value(default.value, depth + 1)
            return Value(value.texts, (self._step(f"var.{name}", value, source, block.span),))
        return Value((UNKNOWN,))

    @staticmethod
    def _step(name: str, value: Value, source: Source, span: Span) -> Step:
        shown = value.texts[0] if len(value.texts) == 1 else ""
        text = f"`{name}` is handed in" if shown == HANDED else f"`{name}` is `{bare(shown)[:80]}` by default"
        return Step(text, source.path, source.position(span.start)[0])

    def _gather(self) -> dict[str, tuple[Source, Block]]:
        """The variables and locals of all files of the folder, which Terraform reads as one."""
        found: dict[str, tuple[Source, Block]] = {}
        folder = self.source.path.rpartition("/")[0]
        for source, whole in ((self.source, self.whole), *self._beside(folder)):
            for block in whole.blocks[:_MAX_BLOCKS]:
                if block.kind == "variable" and block.labels:
                    found.setdefault(block.labels[0], (source, block))
                elif block.kind == "locals":
                    for attribute in block.attributes:
                        self._locals.setdefault(attribute.name, (source, attribute.value))
        return found

    def _beside(self, folder: str) -> Iterator[tuple[Source, Block]]:
        from prelaunch.project import UnreadableError

        names = [name for name in self.project.names(folder or ".") if name.endswith(".tf")][:_MAX_FILES]
        for name in names:
            path = f"{folder}/{name}" if folder else name
            other = self.project.read(path) if path != self.source.path else None
            if other is not None and ("variable" in other.text or "locals" in other.text):
                try:
                    yield other, read(other)
                except UnreadableError:
                    continue  # it is reported where it is read itself

    # -- commands

    def command(self, block: Block) -> list[Build]:
        """The builds of a `local-exec` provisioner."""
        written = block.get("command")
        if written is None:
            return []
        interpreter = block.get("interpreter")
        span = interpreter.span if interpreter is not None else Span(0, 0)
        named = self.source.text[span.start : span.stop].lower()
        dialect: Dialect = "powershell" if "powershell" in named or "pwsh" in named else "sh"
        if named and dialect == "sh" and not any(f'{shell}"' in named for shell in ("sh", "bash", "zsh")):
            return []
        environment: dict[str, Value] = {}
        given = block.get("environment")
        for key, value in given.value.items if given is not None and isinstance(given.value, Object) else ():
            if isinstance(key, Literal):
                environment[str(key.value)] = self.value(value)
        folder = block.get("working_dir")
        directory = self.value(folder.value).texts[0] if folder is not None else ""
        directory = directory or self.source.path.rpartition("/")[0] or "."
        setting = Setting("terraform", environment, directory, dialect)
        return list(read_embedded(self._fragment(written.value), setting, self.project).builds)

    def _fragment(self, expression: Expression) -> Fragment:
        """A quoted template or a heredoc as the command that it gives, from the source's own characters."""
        text, start, stop = self.source.text, expression.span.start, expression.span.stop
        heredoc = text.startswith("<<", start)
        if heredoc:
            start = min(text.find("\n", start, stop) + 1 or stop, stop)
            stop = start + max(0, text[start:stop].rstrip().rfind("\n"))
        elif text.startswith('"', start) and stop - start > 1:
            start, stop = start + 1, stop - 1
        else:
            value = self.value(expression)
            known = value.texts[0] if len(value.texts) == 1 else UNKNOWN
            return Fragment(self.source, (Piece(known, start, stop, literal=False, steps=value.steps),))
        parts = {part.span.start: part for part in getattr(expression, "parts", ())}
        return Fragment(self.source, tuple(self._pieces(start, stop, parts, escapes=not heredoc)))

    def _pieces(self, at: int, stop: int, parts: dict[int, Expression], *, escapes: bool) -> Iterator[Piece]:
        text, low = self.source.text, at
        while at < stop:
            found: Piece | None = None
            if escapes and text[at] == "\\" and text[at + 1] in _ESCAPES:
                found = Piece(_ESCAPES[text[at + 1]], at, at + 2, literal=False)
            elif text.startswith(("$${", "%%{"), at):
                found = Piece(text[at] + "{", at, at + 3, literal=False)
            elif text.startswith(("${", "%{"), at):
                end = _closing(text, at + 2, stop)
                inside = at + 2
                while inside < end and text[inside] in " \t~":
                    inside += 1
                value = self.value(parts[inside]) if inside in parts else Value((UNKNOWN,))
                known = value.texts[0] if len(value.texts) == 1 else UNKNOWN
                found = Piece(known, at, end, literal=False, steps=value.steps)
            if found is None:
                at += 1
                continue
            if at > low:
                yield Piece(text[low:at], low, at)
            yield found
            at = low = found.stop
        if stop > low:
            yield Piece(text[low:stop], low, stop)


def _closing(text: str, at: int, stop: int) -> int:
    """Behind the `}` that closes what was opened before `at`."""
    depth = 0
    while at < stop:
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            if not depth:
                return at + 1
            depth -= 1
        at += 1
    return stop
