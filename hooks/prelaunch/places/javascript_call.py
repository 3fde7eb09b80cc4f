"""One call of a JavaScript or TypeScript file, and what its arguments say of an image."""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Build, Span, Step
from prelaunch.places.files import Inputs, inputs_of_program, with_inputs
from prelaunch.places.javascript_said import MISSING, arguments, place, platform, shown, text
from prelaunch.places.verdicts import Verdict, bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.places.javascript_tokens import Range
    from prelaunch.places.javascript_values import Object, Program
    from prelaunch.project import Project


class Call:
    """A call whose name ends with the token `number`: where the name comes from, its arguments, whether it is `new`."""

    def __init__(self, program: Program, project: Project, number: int) -> None:
        self.program = program
        self.project = project
        self.number = number
        self.first, self.names = program.chain_to(number)
        self.name = program.origin(self.names)
        before = program.before(self.first)
        self.new = program.text(before) == "new"
        self._start = before if self.new else self.first
        self.arguments = [argument[1:] for argument in program.arguments(number)]

    @property
    def span(self) -> Span:
        """All of the call."""
        tokens = self.program.tokens
        last = min(self.program.brackets.close[self.number + 1], len(tokens) - 1)
        return Span(tokens[self._start].start, tokens[last].stop)

    def argument(self, number: int) -> Range | None:
        """An argument by its number, None where there are fewer."""
        return self.arguments[number] if number < len(self.arguments) else None

    def build(self, tool: str, said: Verdict, inputs: Inputs) -> Build:
        """The build that the call makes."""
        made = Build(self.program.source, self.span, tool, "javascript", said.state, said.platforms, said.steps)
        return with_inputs(made._replace(whole=said.whole), inputs)

    def object(self, value: Range | None) -> Object | None:
        """The object literal that an argument is, None where it is not known."""
        return self.program.object(value, self.number) if value is not None else None

    def said(self, settings: Object | None, value: Range | None, key: str) -> Verdict:
        """What the argument `value`, which is `settings` where that is known, says of a platform by its `key`."""
        if value is None:
            return MISSING
        if settings is None:
            names = self.program.chain(value)
            if names and names[0] not in {"this", "process"} and not self.program.lookup(names[0], value[0])[0]:
                return Verdict("delegated", steps=(Step(f"`{'.'.join(names)}` is handed in by the caller"),))
            return Verdict("unknown", steps=(Step("what it is given is not known"),))
        if key in settings.values and settings.is_certain(key):
            return platform(self.program, settings.values[key])
        if settings.open:
            return Verdict("unknown", steps=(Step("a key of what it is given is not known"),))
        after = settings.values[key][0] if key in settings.values else -1
        for spread in reversed(settings.spreads):
            if spread[0] < after:
                break
            more = self.object(spread)
            if more is None or more.spreads or more.open:
                return Verdict("unknown", steps=(Step("more is spread into what it is given"),))
            if key in more.values:
                return platform(self.program, more.values[key])
        return platform(self.program, settings.values[key]) if key in settings.values else MISSING

    def is_true(self, settings: Object | None, key: str) -> bool:
        """Whether a property is `true`."""
        value = settings.values.get(key) if settings is not None else None
        return value is not None and self.program.chain(value) == ["true"]

    def images(self, settings: Object | None, key: str) -> tuple[str, ...]:
        """The names of images that a property holds, one or a list."""
        value = settings.values.get(key) if settings is not None else None
        if value is None:
            return ()
        first, stop = self.program.trimmed(value)
        listed = self.program.items(first + 1, stop - 1) if self.program.mark(first, "[") else [value]
        texts = (shown(self.program, one) for one in listed)
        return tuple(dict.fromkeys(bare(each) for each in texts if each.strip(MARKERS)))

    def inputs(
        self, settings: Object | None, folder: Range | None, file: Range | None, names: str, *, beside: bool = False
    ) -> Inputs:
        """What is built: of a folder, a Dockerfile, and the properties of `names` (the target's and the arguments').

        The Dockerfile is relative to the folder, or with `beside` to where the program is started.
        """
        target_name, arguments_name = names.split()
        values = settings.values if settings is not None else {}
        named = values.get(target_name)
        target = (text(self.program, named) or UNKNOWN) if named is not None else None
        given = arguments(self.program, values.get(arguments_name), self.number)
        where = place(self.program, folder) if folder is not None else None
        what = place(self.program, file) if file is not None else None
        rest = Inputs(None, None, target, given)
        if file is not None and what is None:
            return rest
        return inputs_of_program(where, what, self.program.source.path, self.project, beside=beside, rest=rest)
