"""Gradle's build files, in Groovy or Kotlin: what they say of the images of Jib and of Spring Boot.

Only blocks, assignments and literal strings are read. Whatever else names platforms makes them unknown.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Span
from prelaunch.places.jvm_said import (
    JIB,
    NOTHING,
    PROPERTY,
    SPRING,
    Said,
    build_of,
    folders_above,
    of_commands,
    of_property,
    pairs,
    unsure,
)
from prelaunch.places.tokens import Tokens
from prelaunch.readers import groovy
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.groovy import Token

_PLUGIN = "com.google.cloud.tools.jib"
_PARAMETERS = "PlatformParameters"
_BUILD_FILES = ("build.gradle", "build.gradle.kts")
_SETTINGS = ("settings.gradle", "settings.gradle.kts")
_FOR_ALL = frozenset({"subprojects", "allprojects"})
_AROUND = _FOR_ALL | {"tasks", "project", "afterEvaluate"}
"""Blocks around the one of Jib that leave its meaning as it is."""

_SHARED = ("buildsrc", "build-logic", "buildlogic", "build-plugins", "build-conventions", "gradle")
"""Folders of the programs that builds share."""

_MAX_SHARED = 300
_MAX_DOTS = 20


def gradle_builds(source: Source, project: Project) -> Iterator[Build]:
    """One image of each tool at most: what a file says of it in several places is of the same task."""
    file = Gradle(source)
    place = file.jib_place()
    if place is not None:
        said = of_property(source.path, project)
        said = file.platforms()[0] if said == NOTHING else said
        said = _of_others(source, project) if said == NOTHING else said
        yield build_of(source, place, JIB, said, file.image())
    for number in file.named("bootBuildImage"):
        opening = number + 1 if file.mark(number + 1, "{") else number + 2 if file.mark(number + 1, ")") else -1
        if opening >= 0 and file.mark(opening, "{"):
            inside = (opening + 1, file.brackets.close[opening])
            name = file.value("imagePlatform", *inside)
            said = Said("explicit", () if "$" in name else (name,)) if name else NOTHING
            span = file.span(number, inside[1])
            yield build_of(source, span, SPRING, said, file.value("imageName", *inside))
            return


def _of_others(source: Source, project: Project) -> Said:
    """What other files say for the Jib of a build file."""
    texts = [source.text]
    for above in folders_above(posixpath.dirname(source.path)):
        for name in _BUILD_FILES:
            path = posixpath.join(above, name)
            other = project.read(path) if path != source.path else None
            texts += [other.text] if other is not None else []
            if other is not None and JIB in other.text:
                said, for_all = Gradle(other).platforms()
                if said != NOTHING:
                    return said if for_all else unsure("another build file may decide", path)
    for path, folder in _shared(project):
        # a script is known by its name, a plugin by standing beside what it is for
        name = posixpath.basename(path)
        if path != source.path and (
            any(name in text for text in texts) if folder is None else f"{source.path}/".startswith(folder)
        ):
            return unsure("another build file may decide", path)
    return of_commands(project)


def _shared(project: Project) -> tuple[tuple[str, str | None], ...]:
    """The scripts and plugins that builds share and that name platforms for Jib.

    With each the folder, with a `/`, of the builds that it is for; None for a script that these name.
    """
    key = ("gradle", "shared")
    if key not in project.memo:
        found: list[tuple[str, str | None]] = []
        left = _MAX_SHARED
        for path in project.paths(".gradle", ".gradle.kts", ".kt", ".groovy", ".java"):
            *folders, name = path.split("/")
            number = next((at for at, one in enumerate(folders) if _is_shared(one.lower())), None)
            script = name.endswith((".gradle", ".gradle.kts")) and name not in {*_BUILD_FILES, *_SETTINGS}
            if script or number is not None:
                left -= 1
                source = project.read(path) if left >= 0 else None
                if source is not None and JIB in source.text.lower() and "latforms" in source.text:
                    found.append((path, None if number is None else "".join(f"{one}/" for one in folders[:number])))
        project.memo[key] = tuple(found)
    answer: tuple[tuple[str, str | None], ...] = project.memo[key]
    return answer


def _is_shared(folder: str) -> bool:
    return folder in _SHARED or "convention" in folder or folder.endswith("plugins")


class Gradle(Tokens):
    """A build file's tokens."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, groovy.scan(source.text))

    def span(self, first: int, last: int) -> Span:
        """From one token to another."""
        last = min(last, len(self.tokens) - 1)
        return Span(self.tokens[first].start, self.tokens[last].stop)

    def named(self, name: str) -> list[int]:
        """The tokens that are a name, or a string that is one."""
        return [number for number in range(len(self.tokens)) if self.word(number) == name]

    def word(self, number: int) -> str:
        """A name, or a string as it is written; "" for anything else."""
        if not 0 <= number < len(self.tokens):
            return ""
        token = self.tokens[number]
        if token.kind == "string":
            return "".join(f"${{{part.text}}}" if part.reference else part.text for part in token.parts)
        return token.text if token.kind == "name" else ""

    def jib_place(self) -> Span | None:
        """Where Jib is configured, or else applied: `id 'com.google.cloud.tools.jib'`, without `apply false`."""
        for number in self.named(JIB):
            if self.mark(number + 1, "{") and "plugins" not in self.path(number):
                return self.span(number, self.brackets.close[number + 1])
        applied = -1
        for number, token in enumerate(self.tokens):
            if token.kind == "line":
                if applied >= 0:
                    break
            elif token.kind == "string" and self.word(number) == _PLUGIN and applied < 0:
                name = number - 1 - self.mark(number - 1, "(")
                if self.word(name) == "id" or self.word(number - 2) == "plugin":
                    applied = number
            elif applied >= 0 and token.text == "apply":
                applied = -1
        return self.span(applied, applied) if applied >= 0 else None

    def path(self, number: int) -> tuple[str, ...]:
        """The names of the blocks around a name and before its dots, itself last; "" for a block without a name."""
        found: tuple[str, ...] = self._dotted(number)
        for opening in reversed(self.scopes(number)[1:]):
            found = (*(self._dotted(opening - 1) if self.mark(opening, "{") else ("",)), *found)
        return found

    def _dotted(self, number: int) -> tuple[str, ...]:
        found: tuple[str, ...] = (self._name(number),)
        while found[0] and self.mark(number - 1, ".") and len(found) < _MAX_DOTS:
            number -= 2
            found = (self._name(number), *found)
        return found

    def _name(self, number: int) -> str:
        return self.word(number) if self.is_kind(number, "name") else ""

    def _around_jib(self, number: int, *names: str) -> tuple[str, ...] | None:
        """The blocks around `jib` of a name that is `jib.` and these; None for another, or under a condition."""
        path = self.path(number)
        around = path[: -len(names) - 1]
        fits = path[len(around) :] == (JIB, *names) and _AROUND.issuperset(around)
        return around if fits else None

    def image(self) -> str:
        """What `jib.to.image` is set to, where that is said once."""
        found = [number for number in self.named("image") if self._around_jib(number, "to", "image") is not None]
        return self.assigned(found[0]) if len(found) == 1 else ""

    def platforms(self) -> tuple[Said, bool]:
        """What the file says for Jib, and whether it says that for the projects below it."""
        named = [number for number, token in enumerate(self.tokens) if self._names_platforms(number, token)]
        if not named:
            return NOTHING, False
        around = self._around_jib(named[0], "from", "platforms")
        if around is None:
            return unsure("platforms are named in a way that is not read"), False
        found, last = self._listed(named[0])
        said = pairs(found) if found and named[-1] <= last else Said("explicit")
        return said, not _FOR_ALL.isdisjoint(around)

    def _names_platforms(self, number: int, token: Token) -> bool:
        if token.kind == "string":
            return PROPERTY in self.word(number)
        if token.kind != "name" or not token.text.endswith(("platforms", "Platforms", _PARAMETERS)):
            return False
        return self.word(number - 2 * len(self._dotted(number)) + 1) != "import"

    def _listed(self, number: int) -> tuple[list[tuple[str, str]], int]:
        """The architecture and system of each platform behind the name, and the last token; none where one is not read.

        `{ platform { ... } }`, or a list of `PlatformParameters` that is assigned.
        """
        at = number + 1
        if self.mark(at, "{"):
            return self._blocks(at), self.brackets.close[at]
        at += 3 if self.mark(at, ".") and self.word(at + 1) == "set" and self.mark(at + 2, "(") else self.mark(at, "=")
        at += self.word(at) in {"listOf", "mutableListOf"}
        if at == number + 1 or not (self.mark(at, "[") or self.mark(at, "(")):
            return [], number
        return self._elements(at), self.brackets.close[at]

    def _blocks(self, opening: int) -> list[tuple[str, str]]:
        found = []
        at, stop = opening + 1, self.brackets.close[opening]
        while at < stop:
            if self.word(at) == "platform" and self.mark(at + 1, "{"):
                found.append(self._pair(at + 1))
                at = self.behind(at + 1)
            elif self.is_kind(at, "line") or self.mark(at, ";"):
                at += 1
            else:
                return []
        return found

    def _elements(self, opening: int) -> list[tuple[str, str]]:
        found = []
        at, stop = opening + 1, self.brackets.close[opening]
        new = 0
        while at < stop:
            new += self.word(at) == _PARAMETERS
            if self.mark(at, "{") or self.mark(at, "("):
                pair = self._pair(at)
                found += [pair] if pair[0] else []
            elif not (self.is_kind(at, "name") or self.is_kind(at, "line") or self.tokens[at].text in {".", ","}):
                return []
            at = self.behind(at)
        return found if len(found) == new else []

    def _pair(self, opening: int) -> tuple[str, str]:
        inside = (opening + 1, self.brackets.close[opening])
        return self.value("architecture", *inside), self.value("os", *inside)

    def value(self, name: str, first: int, stop: int) -> str:
        """What a name that stands directly between two tokens is set to; "" where it does not stand there."""
        at = first
        while at < min(stop, len(self.tokens)):
            if self.word(at) == name:
                return self.assigned(at)
            at = self.behind(at)
        return ""

    def assigned(self, number: int) -> str:
        """What `name = 'value'`, `name: 'value'` or `name.set("value")` says; `$` for what is no string."""
        at = number + 1
        if self.mark(at, ".") and self.word(at + 1) == "set":
            at += 2
        at += self.mark(at, "=") or self.mark(at, ":") or self.mark(at, "(")
        alone = at + 1 >= len(self.tokens) or self.tokens[at + 1].text in {"\n", ",", ";", ")", "]", "}"}
        return self.word(at) if self.is_kind(at, "string") and alone else "$"
