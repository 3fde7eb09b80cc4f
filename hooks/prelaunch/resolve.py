"""Shell variables to values: what a word of a script expands to by default, and how that is known.

Three-valued throughout: text that is known, text that cannot be known (`UNKNOWN`, or `HANDED` in by a caller), and
nothing (`UNSET`). Where branches differ there are several alternatives. Word splitting follows POSIX (XCU 2.6) with the
default IFS; globs are left as written.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, Step
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch.variables import MAX_ALTERNATIVES, Definition, bounded, extremes, few

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.readers.shell import Assignment, Block, Part, Word
    from prelaunch.variables import Items, Variables

_MAX_DEPTH = 20
_MAX_SUBSTITUTION = 2_000
_MAX_PARTS = 500
_ALWAYS_SET = frozenset(
    "HOME PWD OLDPWD USER LOGNAME SHELL PATH HOSTNAME UID EUID GROUPS RANDOM SECONDS LINENO PPID TMPDIR LANG TERM "
    "OSTYPE HOSTTYPE MACHTYPE BASH BASH_SOURCE BASH_VERSION FUNCNAME IFS OPTARG OPTIND REPLY EPOCHSECONDS "
    "DIRSTACK CI".split()
)
_ALWAYS_SET_PREFIXES = ("GITHUB_", "RUNNER_", "CI_", "BUILDKITE_", "CIRCLE_", "DRONE_", "TRAVIS_")
MARKERS = UNKNOWN + HANDED + UNSET


class Field(NamedTuple):
    """One word as a command gets it.

    `word` is the index of the word that it came from (-1: from elsewhere). `loose` says that it may in truth be any
    number of words. `name` is the variable, where the field is nothing but one whose value is not known. `gap` says
    that a variable which is set nowhere left nothing beside other text (`linux/$ARCH`).
    """

    text: str
    word: int = -1
    steps: tuple[Step, ...] = ()
    loose: bool = False
    name: str = ""
    gap: bool = False

    @property
    def opaque(self) -> bool:
        """Whether the text is nothing but markers."""
        return bool(self.text) and not self.text.strip(MARKERS)

    @property
    def several(self) -> bool:
        """Whether the field stands for all arguments or a whole array, so that flags may be among them."""
        return self.loose and (self.name in {"@", "*"} or self.name.endswith("]"))

    @property
    def unset(self) -> bool:
        """Whether the field is an unset variable, which by default is no field at all."""
        return bool(self.text) and not self.text.strip(UNSET)


Fields = tuple[Field, ...]


class _Atom(NamedTuple):
    text: str
    quoted: bool
    steps: tuple[Step, ...] = ()
    loose: bool = False
    name: str = ""
    ends: bool = False
    """A field ends behind this atom (an array's item)."""


class Expander:
    """Expands the words of one command."""

    def __init__(self, variables: Variables, blocks: tuple[Block, ...], order: int) -> None:
        self.variables = variables
        self.blocks = blocks
        self.order = order

    def command(self, words: Sequence[Word], depth: int = 0) -> list[Fields]:
        """The alternatives of what `words` expand to."""
        alternatives: list[list[Field]] = [[]]
        for index, word in enumerate(words):
            options = self.word(word, index, depth)
            if len(alternatives) * len(options) > MAX_ALTERNATIVES:
                options = [(Field(UNKNOWN, index, _steps(options), loose=True),)]
            if len(options) == 1:
                for line in alternatives:
                    line.extend(options[0])
            else:
                alternatives = [[*fields, *option] for fields in alternatives for option in options]
        return list(dict.fromkeys(map(tuple, alternatives)))

    def word(self, word: Word, index: int = -1, depth: int = 0) -> list[Fields]:
        """The alternatives of what one word expands to: any number of fields each."""
        runs = self._runs(word.parts[:_MAX_PARTS], depth)
        quoted_empty = not word.parts and word.stop > word.start
        return list(dict.fromkeys(_fields(run, index, quoted_empty) for run in runs))

    def text(self, word: Word, depth: int = 0) -> list[tuple[str, tuple[Step, ...]]]:
        """The alternatives of a word where no splitting takes place (the right side of an assignment)."""
        return [(" ".join(f.text for f in fields), _steps([fields])) for fields in self.word(word, depth=depth)]

    def part(self, part: Part, depth: int) -> list[tuple[_Atom, ...]]:
        """The alternatives of one part."""
        if part.kind == "literal":
            markers = _only_markers(part.text)
            loose = markers and not part.quoted and bool(part.text.strip(UNSET))
            return [(_Atom(part.text, quoted=part.quoted or not markers, loose=loose),)]
        if part.kind == "parameter":
            return self._parameter(part, depth)
        if part.kind == "command":
            texts = self._output(part.text, depth)
            return [(_Atom(text, part.quoted, loose=not part.quoted),) for text in texts]
        return [(_Atom(UNKNOWN, part.quoted),)]

    def _output(self, script: str, depth: int) -> list[str]:
        """What `$(script)` prints, where that is only `echo`es and look-ups of programs, one of which speaks."""
        from prelaunch.readers.shell import parse

        if depth > _MAX_DEPTH or len(script) > _MAX_SUBSTITUTION:
            return [UNKNOWN]
        texts: list[str] = []
        commands = parse(script)
        for command in commands:
            if any(
                r.target is not None and r.target.text == "/dev/null" and r.fd in {"", "1", "&"}
                for r in command.redirects
            ):
                continue
            name = command.words[0].text if command.words else None
            linked = all(block.kind in {"and", "or"} for block in command.blocks)
            if name == "echo" and linked:
                lines = self.command(command.words[1:], depth + 1)
                texts += [" ".join(f.text for f in fields if not f.unset) for fields in lines]
            elif (
                linked
                and len(command.words) > 1
                and (name == "which" or (name == "command" and command.words[1].text == "-v"))
            ):
                texts += [f.text for fields in self.command(command.words[-1:], depth + 1) for f in fields]
            else:
                return [UNKNOWN]
        ends = [command.stop for command in commands]
        apart = any(";" in script[stop : stop + 2] or "\n" in script[stop : stop + 2].strip(" ") for stop in ends[:-1])
        distinct = list(dict.fromkeys(texts))
        return distinct if distinct and not apart and len(distinct) <= MAX_ALTERNATIVES else [UNKNOWN]

    def _parameter(self, part: Part, depth: int) -> list[tuple[_Atom, ...]]:
        name = part.text
        if depth > _MAX_DEPTH or part.operator in {"#", "!"}:
            return [(_Atom(UNKNOWN, part.quoted, name=name),)]
        alternatives: tuple[Items, ...]
        steps: tuple[Step, ...] = ()
        whole = part.subscript in {"@", "*"} or name in {"@", "*"}
        if name in {"@", "*"} or name.isdigit():
            alternatives = self._positional(name)
        elif name in {"?", "$", "!", "-", "#", "_"}:
            alternatives = ((UNKNOWN,),)
        else:
            found = self.variables.lookup(name, self.blocks, self.order)
            if found is None:
                always = name in _ALWAYS_SET or name.startswith(_ALWAYS_SET_PREFIXES)
                alternatives = ((UNKNOWN if always else UNSET,),)
            else:
                alternatives, steps = found.alternatives, found.steps
                if found.array and not whole:
                    number = int(part.subscript) if part.subscript.isdecimal() else 0
                    alternatives = tuple(
                        (items[number],) if number < len(items) else (UNSET,) for items in alternatives
                    )
        result: list[tuple[_Atom, ...]] = []
        nothing = (_Atom("", part.quoted),)
        for items in alternatives:
            result += self._operate(part, items, steps, depth, whole=whole)
        if name in {"@", "*"} and self.variables.arguments is not None:
            # the arguments are known to be so many: none of them stands for several
            result = [tuple(atom._replace(name="") for atom in run) for run in result]
        return [run or nothing for run in dict.fromkeys(result)]

    def _positional(self, name: str) -> tuple[Items, ...]:
        known = self.variables.arguments
        if known is None or name == "0":
            return ((HANDED if name != "0" else UNKNOWN,),)
        if name in {"@", "*"}:
            return known
        at = int(name) - 1
        return tuple((items[at],) if at < len(items) else (UNSET,) for items in known)

    def _operate(
        self, part: Part, items: Items, steps: tuple[Step, ...], depth: int, *, whole: bool
    ) -> list[tuple[_Atom, ...]]:
        text = "".join(items)
        empty = not text.strip(UNSET)
        unknown = not empty and not text.strip(MARKERS)
        colon = part.operator.startswith(":")
        absent = empty if colon else text == UNSET
        argument = self._argument(part, depth)
        plain = [self._atoms(part, items, steps, whole=whole)]
        match part.operator.lstrip(":"):
            case "-" | "=" if part.operator in {":-", "-", ":=", "="}:
                if absent:
                    note = Step(f"`${part.text}` is set nowhere, so its default holds")
                    return [tuple(a._replace(steps=(*a.steps, note)) for a in run) for run in argument]
                return plain + argument if unknown and HANDED in text else plain
            case "+":
                if absent:
                    return [(_Atom(UNSET, part.quoted, steps, name=part.text),)]
                return [(_Atom("", part.quoted),), *argument] if unknown else argument
            case "?":
                return [(_Atom(HANDED, part.quoted, steps, name=part.text),)] if absent else plain
            case "":
                return plain
            case _:
                pass
        if empty:
            return plain
        return [(_Atom(UNKNOWN, part.quoted, steps, loose=not part.quoted, name=part.text),)]

    def _argument(self, part: Part, depth: int) -> list[tuple[_Atom, ...]]:
        if part.argument is None:
            return [(_Atom("", part.quoted),)]
        return self._runs(part.argument.parts[:_MAX_PARTS], depth + 1, unquoted=not part.quoted)

    def _runs(self, parts: Sequence[Part], depth: int, *, unquoted: bool = False) -> list[tuple[_Atom, ...]]:
        """The alternatives of parts in a row; of too many, one that is unknown."""
        runs: list[tuple[_Atom, ...]] = [()]
        for part in parts:
            options = self.part(part, depth)
            if unquoted and part.kind == "literal" and not part.quoted:
                options = [tuple(atom._replace(quoted=False) for atom in run) for run in options]
            if len(runs) * len(options) > MAX_ALTERNATIVES:
                return [(_Atom(UNKNOWN, part.quoted, loose=not part.quoted),)]
            runs = [run + option for run in runs for option in options]
        return runs

    @staticmethod
    def _atoms(part: Part, items: Items, steps: tuple[Step, ...], *, whole: bool) -> tuple[_Atom, ...]:
        if not whole:
            text = items[0] if items else UNSET
            loose = not part.quoted and UNSET not in text
            return (_Atom(text, part.quoted, steps, loose=loose, name=part.text),)
        name = part.text if part.text in {"@", "*"} else f"{part.text}[@]"
        if part.text == "*" or part.subscript == "*":
            return (_Atom(" ".join(items), part.quoted, steps, loose=True, name=name),)
        last = len(items) - 1
        return tuple(
            _Atom(item, part.quoted, steps, loose=not item.strip(UNKNOWN + HANDED), name=name, ends=at < last)
            for at, item in enumerate(items)
        )


def _only_markers(text: str) -> bool:
    return bool(text) and not text.strip(MARKERS)


def _steps(options: Iterable[Fields]) -> tuple[Step, ...]:
    return few(step for fields in options for one in fields for step in one.steps)


def _fields(run: Sequence[_Atom], index: int, quoted_empty: bool) -> Fields:
    fields: list[Field] = []
    text, loose, started, name, count = "", False, quoted_empty, "", 0
    steps: list[Step] = []

    def end() -> None:
        nonlocal text, steps, loose, started, name, count
        if started:
            gap = UNSET in text and bool(text.strip(UNSET))
            if gap:
                text = text.replace(UNSET, "")
            alone = count == 1 and _only_markers(text)
            fields.append(Field(text, index, tuple(steps), loose and alone, name if alone else "", gap))
        text, loose, started, name, count = "", False, False, "", 0
        steps = []

    for atom in run:
        if atom.quoted or _only_markers(atom.text):
            if atom.text or atom.quoted:
                text, started, count = text + atom.text, True, count + 1
                steps += atom.steps
                loose, name = atom.loose, atom.name
        else:
            words = atom.text.split()
            if atom.text[:1].isspace():
                end()
            for number, word in enumerate(words):
                if number:
                    end()
                text, started, count = text + word, True, count + 1
                steps += atom.steps
                loose, name = atom.loose and _only_markers(word), atom.name
            if words and atom.text[-1:].isspace():
                end()
        if atom.ends:
            end()
    end()
    return tuple(fields)


def assignments(
    assigned: Sequence[Assignment], expander: Expander, locate: Callable[[int], Step], *, exported: bool
) -> list[Definition]:
    """The definitions that `assigned` make; `locate` gives the step that names a position of the text."""
    made = []
    for one in assigned:
        if one.subscript:
            step = (locate(one.start),)
            made.append(Definition(one.name, ((UNKNOWN,),), True, True, expander.blocks, step, order=expander.order))
            continue
        if one.items is not None:
            alternatives = bounded(tuple(f.text for f in fields) for fields in expander.command(one.items))
            steps: tuple[Step, ...] = ()
        elif one.value is None:
            alternatives, steps = (("",),), ()
        else:
            texts = expander.text(one.value)
            first = one.value.parts[0] if one.value.parts else None
            grows = first is not None and first.kind == "parameter" and first.text == one.name
            alternatives = (extremes if grows else bounded)((text,) for text, _ in texts)
            steps = few(step for _, found in texts for step in found)
        made.append(
            Definition(
                one.name,
                alternatives,
                array=one.items is not None,
                append=one.append,
                blocks=expander.blocks,
                steps=(locate(one.start), *steps),
                exported=exported,
                order=expander.order,
            )
        )
    return made
