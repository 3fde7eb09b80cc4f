"""Earthfiles: one build for each `SAVE IMAGE` that names an image, and the commands that their `RUN`s run.

A target is built for the platform of its `FROM --platform`, else for that of the `BUILD` which calls it, else for the
machine that runs Earthly, unless `earthly --platform` says another (docs.earthly.dev, "Multi-platform builds";
earthly/earthly `docs/guides/multi-platform.md`). A `SAVE IMAGE` without a name keeps a cache and gives no image.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import UNKNOWN, Build, Step
from prelaunch.places.files import Inputs, inputs_in, named_arguments, with_inputs
from prelaunch.places.invoked import platform_given
from prelaunch.places.script import Setting, read_script, unite
from prelaunch.places.verdicts import bare
from prelaunch.readers.earthfile import BASE, Statement, read
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prelaunch.model import Source, State
    from prelaunch.project import Project

_HOST = frozenset({"native", "user"})
_HOST_VARIABLES = frozenset({"NATIVEPLATFORM", "USERPLATFORM", "BUILDPLATFORM"})
_PASSED = "TARGETPLATFORM"
_FROMS = frozenset({"FROM", "FROM DOCKERFILE"})
_MAX_DEPTH = 20
_MAX_CALLERS = 50
_MAX_WORK = 2_000


class _Said(NamedTuple):
    """A platform that a target is built for in one case: None where nothing names one, UNKNOWN for one not known."""

    platform: str | None
    steps: tuple[Step, ...] = ()


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of an Earthfile, in its order; spans are offsets into its text. Never raises."""
    file = _Earthfile(source)
    found: list[Build] = []
    for name, statements in file.recipes.items():
        for statement in statements:
            images = statement.plain() if statement.keyword == "SAVE IMAGE" else []
            if images:
                found.append(file.build(name, statement, images, project))
            elif statement.keyword == "RUN":
                command = source.whole().slice(_behind_flags(statement), statement.body.stop)
                found += read_script(command, Setting("earthly"), project).builds
    return sorted(unite(found), key=lambda build: build.span)


def saves_image(target: str, folders: Sequence[str], project: Project) -> bool:
    """Whether the target (`+build`, `./web+build`) of an Earthfile of the repository saves an image, by `BUILD` too."""
    place, _, name = target.partition("+")
    if any(mark in place for mark in (":", "github.com")):
        return False
    for folder in folders:
        source = project.read(posixpath.normpath(posixpath.join(folder, place, "Earthfile")))
        if source is not None:
            recipes = read(source)
            return any(
                one.keyword == "SAVE IMAGE" and one.plain() for each in _reached(recipes, name) for one in recipes[each]
            )
    return False


def _reached(recipes: dict[str, list[Statement]], name: str) -> set[str]:
    """The targets of the same file that building `name` builds."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each in recipes and each not in seen:
            seen.add(each)
            waiting += [called for one in recipes[each] if (called := _called(one))]
    return seen


def _called(statement: Statement) -> str:
    """The target of the same file that a `BUILD` or `DO` runs, "" where there is none."""
    if statement.keyword not in {"BUILD", "DO"}:
        return ""
    words = [word.text for word in statement.words if word.text.startswith("+")]
    return words[0].removeprefix("+") if words else ""


def _behind_flags(statement: Statement) -> int:
    for word in statement.words:
        if not word.text.startswith("--"):
            return word.span.start
    return statement.body.start


class _Earthfile:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.recipes = read(source)
        self._left = _MAX_WORK
        self._callers: dict[str, list[tuple[str, Statement]]] = {}
        for name, statements in self.recipes.items():
            for statement in statements:
                called = _called(statement)
                if called:
                    self._callers.setdefault(called, []).append((name, statement))

    def build(self, name: str, statement: Statement, images: list[str], project: Project) -> Build:
        said = list(dict.fromkeys(self._platforms(name, 0)))
        named = [one for one in said if one.platform is not None]
        steps = tuple(dict.fromkeys(step for one in said for step in one.steps))
        state: State = "missing"
        if named and len(named) == len(said):
            state = "explicit"
        elif named:
            state = "unknown"
            steps = (*steps, Step("named in some cases and not in others"))
        else:
            given = platform_given(project, "earthly", "EARTHLY_PLATFORMS")
            if given is not None:
                state, steps = "delegated", (given,)
        known = [one.platform for one in named if one.platform and UNKNOWN not in one.platform]
        build = Build(
            source=self.source,
            span=statement.span,
            tool="earthly",
            form="earthly",
            state=state,
            platforms=tuple(dict.fromkeys(known)),
            via=steps,
            published=any(word.text == "--push" for word in statement.words),
            images=tuple(bare(self._resolved(image, name)) for image in images),
            whole=state == "explicit" and len(known) == len(named),
        )
        return with_inputs(build, self._inputs(name, project))

    def _inputs(self, name: str, project: Project) -> Inputs:
        """What a target is made of: of a Dockerfile where it is `FROM DOCKERFILE`, else of its own folder."""
        folder = posixpath.dirname(self.source.path)
        for _ in range(_MAX_DEPTH):
            last = next((one for one in reversed(self.recipes[name]) if one.keyword in _FROMS), None)
            start = (last.plain() or [""])[-1] if last is not None else ""
            if last is not None and last.keyword == "FROM DOCKERFILE":
                files, targets = (last.flags("-f") or [""])[-1], last.flags("--target")
                target = targets[-1] if targets else None
                arguments = named_arguments(self._resolved(one, name) for one in last.flags("--build-arg"))
                if any(mark in text for text in (start, files) for mark in "+$"):
                    return Inputs(None, None, target, arguments)  # made by another target
                return inputs_in([folder], start, files, project, target=target, arguments=arguments, beside=True)
            if last is None and name != BASE:
                name = BASE
            elif start.startswith("+") and start[1:] in self.recipes:
                name = start[1:]
            else:
                break
        return Inputs(None, folder)

    def _platforms(self, name: str, depth: int) -> Iterator[_Said]:
        """What a target is built for: by its own `FROM`, else case by case by what builds it."""
        self._left -= 1
        if depth > _MAX_DEPTH or self._left < 0:
            yield _Said(UNKNOWN)
            return
        own = self._from(name, 0)
        if own:
            yield from own
            return
        callers = self._callers.get(name, [])[:_MAX_CALLERS]
        if not callers:
            yield _Said(None)
        for caller, statement in callers:
            given = statement.flags("--platform") if statement.keyword == "BUILD" else []
            passed = [one for text in given for one in self._values(text, caller, statement)]
            for one in passed:
                if one.platform is None:
                    yield from self._platforms(caller, depth + 1)
                else:
                    yield one
            if not passed:
                yield from self._platforms(caller, depth + 1)

    def _from(self, name: str, depth: int) -> list[_Said]:
        """The platform of the last `FROM` that names one, in the recipe or in what it starts from; none without."""
        if depth > _MAX_DEPTH or name not in self.recipes:
            return []
        last = next((one for one in reversed(self.recipes[name]) if one.keyword in _FROMS), None)
        if last is None:
            return self._from(BASE, depth + 1) if name != BASE else []
        found = [one for text in last.flags("--platform") for one in self._values(text, name, last)]
        if found:
            return [] if any(one.platform is None for one in found) else found
        start = (last.plain() or [""])[0]
        return self._from(start[1:], depth + 1) if last.keyword == "FROM" and start.startswith("+") else []

    def _values(self, text: str, name: str, statement: Statement) -> Iterator[_Said]:
        """What `--platform=text` says there; None for one that is handed on."""
        line = self.source.position(statement.span.start)[0]
        step = (Step(f"`{statement.keyword} --platform={text}`", self.source.path, line),)
        if text.strip("${}") == _PASSED:
            yield _Said(None)
            return
        for value in self._alternatives(text, name):
            if value.strip("${}") in _HOST_VARIABLES or value in _HOST or "$" in value or not value:
                yield _Said(UNKNOWN, step)
            else:
                yield _Said(value, step)

    def _alternatives(self, text: str, name: str) -> list[str]:
        """A platform's text with a variable in place that a loop goes through, or else the variables' defaults."""
        variable = text.strip("${}") if text.startswith("$") else ""
        for statement in self.recipes.get(name, ()):
            words = [word.text for word in statement.words if not word.text.startswith("--")]
            if statement.keyword == "FOR" and words[:2] == [variable, "IN"]:
                return words[2:] or [text]
        return [self._resolved(text, name)]

    def _resolved(self, text: str, name: str) -> str:
        """A text with the defaults of `ARG`s in place; what has none stays as it is written."""
        if "$" not in text:
            return text
        values: dict[str, str] = {}
        for statement in (*self.recipes[BASE], *self.recipes.get(name, ())):
            if statement.keyword in {"ARG", "LET", "SET", "ENV"}:
                words = [word.text for word in statement.words if not word.text.startswith("--")]
                variable, equals, value = words[0].partition("=") if words else ("", "", "")
                if not equals and len(words) > 2 and words[1] == "=":
                    equals, value = "=", words[2]
                if equals and "$" not in value:
                    values[variable] = value
        for variable, value in values.items():
            text = text.replace(f"${{{variable}}}", value).replace(f"${variable}", value) if value else text
        return text
