"""Justfiles: recipes with their lines, assignments and settings, and what expressions come to by default.

Facts: the just manual and its `GRAMMAR.md` (casey/just). Nothing is run: a backtick's output is unknown. Offsets are
those of the source.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import HANDED, UNKNOWN, UNSET, Step, Value
from prelaunch.readers.just_expressions import Evaluator, string_stop
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prelaunch.model import Source
    from prelaunch.project import Project

_MAX_FILES = 20
_MAX_DEPTH = 12


class Parameter(NamedTuple):
    """A recipe's parameter; `default` is its expression's text and offset, `sign` is `+`, `*` or nothing."""

    name: str
    default: str | None
    sign: str
    exported: bool


class Recipe:
    """A recipe: where each line of its body starts (behind the indentation) and stops (before its end)."""

    __slots__ = ("attributes", "lines", "name", "needs", "parameters", "start")

    def __init__(
        self,
        name: str,
        start: int,
        parameters: tuple[Parameter, ...],
        needs: tuple[str, ...],
        attributes: str,
        lines: list[tuple[int, int]] | None = None,
    ) -> None:
        self.name = name
        self.start = start
        self.parameters = parameters
        self.needs = needs
        self.attributes = attributes
        self.lines: list[tuple[int, int]] = [] if lines is None else lines


class Assignment(NamedTuple):
    """`name := expression`."""

    expression: str
    exported: bool
    path: str
    line: int


class Justfile:
    """A justfile and what it imports. Never raises."""

    def __init__(self, source: Source, project: Project) -> None:
        self.source = source
        self.assignments: dict[str, Assignment] = {}
        self.settings: dict[str, str] = {}
        self.recipes: list[Recipe] = []
        self._seen = {source.path}
        self._read(source, project, own=True)
        self._values: dict[str, Value] = {}

    def _read(self, source: Source, project: Project, *, own: bool) -> None:
        text = source.text
        recipe: Recipe | None = None
        attributes = ""
        at = 1 if text.startswith("\ufeff") else 0
        while at < len(text):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            line = text[at:end].rstrip("\r")
            bare = line.strip()
            if line[:1] in {" ", "\t"} or (not bare and recipe is not None):
                if recipe is not None:
                    recipe.lines.append((at + len(line) - len(line.lstrip(" \t")), at + len(line)))
            elif bare.startswith("[") and "]" in bare:
                attributes, recipe = f"{attributes}{bare}", None
            elif bare and not bare.startswith("#"):
                recipe = None
                head = bare.split(None, 1)[0]
                name, assigned, value = _assignment(bare)
                if assigned:
                    stop = _value_stop(text, at + line.index(":=") + 2, end)
                    value = text[at + line.index(":=") + 2 : stop].strip()
                    end = max(end, stop)
                    exported = head == "export"
                    if name.startswith("set "):
                        self.settings.setdefault(name[4:].strip(), value)
                    else:
                        place = Assignment(value, exported, source.path, source.position(at)[0])
                        self.assignments.setdefault(name.removeprefix("export ").strip(), place)
                elif head == "set":
                    self.settings.setdefault(bare[4:].strip(), "true")
                elif head in {"import", "import?"}:
                    self._import(bare[len(head) :].strip().strip("'\""), source, project)
                elif head not in {"alias", "mod", "mod?", "unexport"}:
                    recipe = _recipe(line, at, attributes)
                    if recipe is not None and own:
                        self.recipes.append(recipe)
                attributes = ""
            at = end + 1

    def _import(self, path: str, source: Source, project: Project) -> None:
        full = posixpath.normpath(posixpath.join(posixpath.dirname(source.path), path))
        if full in self._seen or len(self._seen) > _MAX_FILES or full.startswith(".."):
            return
        self._seen.add(full)
        other = project.read(full)
        if other is not None:
            self._read(other, project, own=False)

    def value(self, name: str, recipe: Recipe | None = None, depth: int = 0) -> Value:
        """What a name is by default: a parameter of `recipe`, or a variable."""
        for parameter in recipe.parameters if recipe is not None else ():
            if parameter.name == name:
                step = Step(f"`{name}` is a parameter of `{recipe.name if recipe else ''}`")
                if parameter.default is None:
                    return Value((HANDED,), (step,))
                found = self.evaluate(parameter.default, None, depth + 1)
                return Value(found.texts, (step, *found.steps))
        known = self.assignments.get(name)
        if known is None or depth > _MAX_DEPTH:
            return Value((UNKNOWN,))
        if name not in self._values:
            self._values[name] = Value((UNKNOWN,))  # what a circle comes back to
            found = self.evaluate(known.expression, None, depth + 1)
            shown = known.expression if len(known.expression) <= 80 else known.expression[:77] + "..."
            self._values[name] = Value(
                found.texts, (Step(f"`{name} := {shown}`", known.path, known.line), *found.steps)
            )
        return self._values[name]

    def evaluate(self, expression: str, recipe: Recipe | None, depth: int = 0) -> Value:
        """What an expression comes to; an empty text is `UNSET`."""
        if depth > _MAX_DEPTH:
            return Value((UNKNOWN,))
        value = Evaluator(expression, lambda name: self.value(name, recipe, depth)).value()
        return Value(tuple(text or UNSET for text in value.texts), value.steps)


def _assignment(line: str) -> tuple[str, bool, str]:
    name, sign, value = line.partition(":=")
    words = name.split()
    plain = 1 <= len(words) <= 2 and words[-1].replace("-", "_").isidentifier()
    return " ".join(words), bool(sign) and plain and (len(words) == 1 or words[0] in {"export", "set"}), value


def _value_stop(text: str, at: int, end: int) -> int:
    """Where an assignment's value ends: with the line, unless a string or a bracket goes on."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char in "'\"`":
            at = string_stop(text, at)
            continue
        if char == "#" and depth == 0:
            return at
        if char == "\n" and depth <= 0:
            return at
        depth += (char in "([{") - (char in ")]}")
        at += 1
        if at - end > 20_000:
            return end
    return len(text)


def _recipe(line: str, at: int, attributes: str) -> Recipe | None:
    """`@name param='default' *rest: needs (other 'argument') && later`."""
    head: list[str] = []
    index = depth = 0
    word = ""
    while index < len(line) and (line[index] != ":" or depth > 0):
        char = line[index]
        if char in "'\"`":
            stop = string_stop(line, index)
            word += line[index:stop]
            index = stop
            continue
        depth += (char == "(") - (char == ")")
        if char in " \t" and depth <= 0:
            if word and not word.endswith("=") and line[index : index + 20].lstrip()[:1] != "=":
                head.append(word)
                word = ""
        else:
            word += char
        index += 1
    if word:
        head.append(word)
    if index >= len(line) or not head:
        return None
    name = head[0].lstrip("@")
    if not name.replace("-", "_").isidentifier():
        return None
    parameters = []
    for each in head[1:200]:
        sign = each[0] if each[0] in "+*" else ""
        rest = each.lstrip("+*")
        exported = rest.startswith("$")
        parameter, equals, default = rest.lstrip("$").partition("=")
        parameters.append(Parameter(parameter, default if equals else None, sign, exported))
    needs = line[index + 1 :].split("#", 1)[0].replace("(", " ").replace(")", " ").replace("&&", " ").split()
    return Recipe(name, at, tuple(parameters), tuple(needs[:200]), attributes)
