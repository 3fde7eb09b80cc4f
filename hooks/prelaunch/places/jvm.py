"""Maven's and Gradle's build files: the images of Jib and of Spring Boot.

Jib builds for the `platforms` of its `from`, and for linux/amd64 without, whichever machine builds
(GoogleContainerTools/jib jib-core `ContainerConfiguration.java`, jib-maven-plugin README, "platform object"). Spring
Boot's `build-image` builds for its `imagePlatform`; without one, what the builder image is decides, which no file says.
"""

from __future__ import annotations

import posixpath

from prelaunch.model import Build, Span, Step
from prelaunch.places.tokens import Tokens
from prelaunch.places.verdicts import bare
from prelaunch.readers import groovy, xml
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.project import Project

_JIB, _SPRING = "jib", "spring-boot-image"
_JIB_PLUGIN = "jib-maven-plugin"
_DEFAULT = "linux/amd64"
_UNKNOWN = (Step("the builder image decides"),)
BUILD_FILES = ("pom.xml", "build.gradle", "build.gradle.kts")
"""The build files of a folder, by the tools' own names."""

_MAX_PARENTS = 10
_MAX_MODULES = 200
_GOALS = frozenset({"build-image", "build-image-no-fork"})


def builds(source: Source, project: Project) -> list[Build]:
    """The images of a build file, in its order; spans are offsets into its text. Never raises."""
    found = _maven(source, project) if source.path.endswith(".xml") else _gradle(source)
    return sorted(found, key=lambda build: build.span)


def _build(source: Source, span: Span, tool: str, platforms: tuple[str, ...] | None, image: str) -> Build:
    """A build for `platforms`; none, where the file names none, None where it names some that are not known."""
    build = Build(source, span, tool, "jvm", "explicit", platforms or (), whole=platforms is not None)
    if platforms == () and tool == _SPRING:
        build = build._replace(state="unknown", via=_UNKNOWN, whole=False)
    elif platforms == ():
        build = build._replace(state="default", platforms=(_DEFAULT,))
    return build._replace(images=(bare(image),) if image and "$" not in image else ())


def _platforms(pairs: list[tuple[str, str]]) -> tuple[str, ...] | None:
    """The platforms of pairs of an architecture and a system; None where one is not literal."""
    if any(not architecture or "$" in architecture + os for architecture, os in pairs):
        return None
    return tuple(f"{os or 'linux'}/{architecture}" for architecture, os in pairs)


def modules(folder: str, project: Project) -> tuple[str, ...]:
    """The folders, relative to `folder`, of the modules that a goal or task there is run for too."""
    found: dict[str, None] = {}
    pom = project.read(posixpath.normpath(posixpath.join(folder, "pom.xml")))
    if pom is not None:
        found.update((one.text, None) for one in xml.read(pom.text).walk() if one.name == "module")
    for name in ("settings.gradle", "settings.gradle.kts"):
        settings = project.read(posixpath.normpath(posixpath.join(folder, name)))
        file = _Gradle(settings) if settings is not None else None
        for number in range(len(file.tokens)) if file is not None else ():
            if file is not None and file.is_kind(number, "string"):
                found[file.word(number).strip(":").replace(":", "/")] = None
    inside = (one for one in found if one and ".." not in one and "$" not in one)
    return tuple(inside)[:_MAX_MODULES]


# -- Maven


def _maven(source: Source, project: Project) -> Iterator[Build]:
    document = xml.read(source.text)
    for plugin in _plugins(document, managed=False):
        name = _text(plugin, "artifactId")
        span = Span(plugin.start, plugin.stop)
        if name == _JIB_PLUGIN:
            platforms = _of_jib(plugin)
            if platforms == ():
                platforms = _inherited(document, source.path, project)
            yield _build(source, span, _JIB, platforms, _text(plugin, "configuration", "to", "image"))
        elif name == "spring-boot-maven-plugin":
            image = plugin.at("configuration", "image")
            goals = {one.text for one in plugin.walk() if one.name == "goal"}
            if image is not None or goals & _GOALS:
                said = _text(image, "imagePlatform")
                known = () if not said else None if "$" in said else (said,)
                build = _build(source, span, _SPRING, known, _text(image, "name"))
                yield build._replace(published=_text(image, "publish") == "true")


def _plugins(document: xml.Element, *, managed: bool) -> Iterator[xml.Element]:
    """The plugins that a file uses, with `managed` those too that it only prepares for the files below it."""
    for element in document.walk():
        if managed or element.name != "pluginManagement":
            for plugins in element.all("plugins"):
                yield from plugins.all("plugin")


def _of_jib(plugin: xml.Element) -> tuple[str, ...] | None:
    """The platforms that Jib is told: none, or None where they are not literal."""
    given = plugin.at("configuration", "from", "platforms")
    if given is None:
        return ()
    pairs = [(_text(one, "architecture"), _text(one, "os")) for one in given.all("platform")]
    return None if given.text else _platforms(pairs)


def _inherited(document: xml.Element, path: str, project: Project) -> tuple[str, ...] | None:
    """The platforms that a file above says for Jib, as `_of_jib`: Maven hands a plugin's configuration down."""
    for _ in range(_MAX_PARENTS):
        parent = document.at("project", "parent")
        if parent is None:
            return ()
        relative = _text(parent, "relativePath") or "../pom.xml"
        path = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
        path = path if path.endswith(".xml") else f"{path}/pom.xml"
        source = project.read(path) if not path.startswith(("..", "/")) else None
        if source is None:
            return ()
        document = xml.read(source.text)
        for plugin in _plugins(document, managed=True):
            if _text(plugin, "artifactId") == _JIB_PLUGIN and (platforms := _of_jib(plugin)) != ():
                return platforms
    return ()


def _text(element: xml.Element | None, *names: str) -> str:
    found = element.at(*names) if element is not None else None
    return found.text if found is not None else ""


# -- Gradle


def _gradle(source: Source) -> Iterator[Build]:
    """One image of each tool at most: what a file says of it in several places is of the same task."""
    file = _Gradle(source)
    jib = file.named(_JIB)
    blocks = [number for number in jib if file.mark(number + 1, "{")]
    if blocks:
        block = blocks[0]
        inside = (block + 2, file.brackets.close[block + 1])
        given = file.block("platforms", *(file.block("from", *inside) or (0, 0)))
        pairs = file.platforms(*given) if given is not None else []
        image = file.value("image", *(file.block("to", *inside) or (0, 0)))
        platforms = None if given is not None and not pairs else _platforms(pairs)
        yield _build(source, file.span(block, inside[1]), _JIB, platforms, image)
    elif applied := file.applied():
        yield _build(source, file.span(*applied), _JIB, (), "")
    for number in file.named("bootBuildImage"):
        opening = number + 1 if file.mark(number + 1, "{") else number + 2 if file.mark(number + 1, ")") else -1
        if opening >= 0 and file.mark(opening, "{"):
            inside = (opening + 1, file.brackets.close[opening])
            said = file.value("imagePlatform", *inside)
            known = () if not said else None if "$" in said else (said,)
            yield _build(source, file.span(number, inside[1]), _SPRING, known, file.value("imageName", *inside))
            return


class _Gradle(Tokens):
    """A build file in Groovy or Kotlin: of either only blocks, assignments and literal strings are read."""

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

    def applied(self) -> tuple[int, int] | None:
        """Where the plugin is applied: `id 'com.google.cloud.tools.jib'`, without `apply false`."""
        for number in self.named("com.google.cloud.tools.jib"):
            line = number
            while line < len(self.tokens) and not self.is_kind(line, "line"):
                line += 1
            rest = [self.word(one) for one in range(number, line)]
            if self.is_kind(number, "string") and "apply" not in rest:
                return number, number
        return None

    def block(self, name: str, first: int, stop: int) -> tuple[int, int] | None:
        """The tokens in the block of a name that stands directly between two others."""
        at = first
        while at < min(stop, len(self.tokens)):
            if self.word(at) == name and self.mark(at + 1, "{"):
                return at + 2, self.brackets.close[at + 1]
            at = self.behind(at)
        return None

    def value(self, name: str, first: int, stop: int) -> str:
        """What `name = 'value'` says, or `name.set("value")`; an expression that is no string is `$`."""
        at = first
        while at < min(stop, len(self.tokens)):
            if self.word(at) == name:
                at += 1
                if self.mark(at, ".") and self.word(at + 1) == "set":
                    at += 2
                at += self.mark(at, "=") or self.mark(at, "(")
                return self.word(at) if self.is_kind(at, "string") else "$"
            at = self.behind(at)
        return ""

    def platforms(self, first: int, stop: int) -> list[tuple[str, str]]:
        """The architecture and the system of each `platform { ... }`."""
        found = []
        at = first
        while at < min(stop, len(self.tokens)):
            if self.word(at) == "platform" and self.mark(at + 1, "{"):
                inside = (at + 2, self.brackets.close[at + 1])
                found.append((self.value("architecture", *inside), self.value("os", *inside)))
            at = self.behind(at)
        return found
