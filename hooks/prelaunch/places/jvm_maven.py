"""Maven's build files: what they say of the images of Jib and of Spring Boot."""

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
    listed,
    of_commands,
    of_property,
    one_of,
    pairs,
    unsure,
)
from prelaunch.readers import xml
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Build, Source
    from prelaunch.project import Project

_ARTIFACTS = {"jib-maven-plugin": JIB, "spring-boot-maven-plugin": SPRING}
_GOALS = frozenset({"build-image", "build-image-no-fork"})
_SPRING_GROUP = "org.springframework.boot"
"""The parents of this group say nothing of Jib."""

_MAX_PARENTS = 10


class _Plugin(NamedTuple):
    """An entry of `<plugins>`: whether it is only prepared for those that use it, whether it is a profile's."""

    element: xml.Element
    managed: bool
    profiled: bool

    @property
    def tool(self) -> str:
        return _ARTIFACTS.get(text_at(self.element, "artifactId"), "")


def maven_builds(source: Source, project: Project, *, commanded: bool = False) -> Iterator[Build]:
    """The images of a `pom.xml`; `commanded` gives that of Jib too which only a command asks for."""
    document = xml.read(source.text)
    plugins = [one for one in _plugins(document) if one.tool]
    used = [one for one in plugins if not one.managed]
    settled, said = _of_jib(document, source.path, project) if commanded or _has_jib(used) else (NOTHING, NOTHING)
    if commanded and not _has_jib(used) and (_has_jib(plugins) or {settled, said} != {NOTHING}):
        yield build_of(source, Span(0, 0), JIB, said if settled == NOTHING else settled, "")
    for plugin in used:
        if text_at(plugin.element, "configuration", "skip") == "true":
            continue
        span = Span(plugin.element.start, plugin.element.stop)
        if plugin.tool == JIB:
            own = _configured(plugin.element, JIB) if plugin.profiled else NOTHING
            known = next((one for one in (settled, own) if one != NOTHING), said)
            yield build_of(source, span, JIB, known, text_at(plugin.element, "configuration", "to", "image"))
            continue
        image = plugin.element.at("configuration", "image")
        goals = {one.text for one in plugin.element.walk() if one.name == "goal"}
        if image is not None or goals & _GOALS:
            build = build_of(source, span, SPRING, _configured(plugin.element, SPRING), text_at(image, "name"))
            yield build._replace(published=text_at(image, "publish") == "true")


def _has_jib(plugins: list[_Plugin]) -> bool:
    return any(one.tool == JIB for one in plugins)


def text_at(element: xml.Element | None, *names: str) -> str:
    """The text of the first element of a path below another; "" where there is none."""
    found = element.at(*names) if element is not None else None
    return found.text if found is not None else ""


def _plugins(document: xml.Element) -> Iterator[_Plugin]:
    waiting = [_Plugin(document, managed=False, profiled=False)]
    while waiting:
        element, managed, profiled = waiting.pop()
        managed = managed or element.name == "pluginManagement"
        profiled = profiled or element.name == "profile"
        if element.name == "plugins":
            yield from (_Plugin(one, managed, profiled) for one in element.all("plugin"))
        waiting += (_Plugin(one, managed, profiled) for one in reversed(element.children))


def _of_jib(document: xml.Element, path: str, project: Project) -> tuple[Said, Said]:
    """What the property says for a file, which nothing else stands before, and what the configuration says.

    Maven hands both down from the files above.
    """
    found = of_property(path, project), NOTHING
    for _ in range(_MAX_PARENTS):
        settled, said = found
        found = (
            _of_properties(document) if settled == NOTHING else settled,
            _of_document(document) if said == NOTHING else said,
        )
        parent = document.at("project", "parent")
        if parent is None:
            break
        above = _above(parent, path, project)
        if above is None:
            known = found[1] != NOTHING or text_at(parent, "groupId") == _SPRING_GROUP
            return found if known else (found[0], unsure("the file's parent is not in the repository"))
        document, path = xml.read(above.text), above.path
    return found if found[1] != NOTHING else (found[0], of_commands(project))


def _of_properties(document: xml.Element) -> Said:
    for element in document.walk():
        for properties in element.all("properties"):
            if (found := properties.at(PROPERTY)) is not None:
                return listed(found.text) if element.name == "project" else unsure(f"a profile sets `{PROPERTY}`")
    return NOTHING


def _of_document(document: xml.Element) -> Said:
    """What the configuration of the plugin in one file says."""
    plugins = [one for one in _plugins(document) if one.tool == JIB]
    of_profiles = {_configured(one.element, JIB) for one in plugins if one.profiled}
    said = NOTHING
    for managed in (False, True):
        if said == NOTHING:
            own = (_configured(one.element, JIB) for one in plugins if one.managed is managed and not one.profiled)
            said = one_of(own, "the file configures the plugin more than once")
    return said if of_profiles <= {said, NOTHING} else unsure("a profile decides")


def _configured(plugin: xml.Element, tool: str) -> Said:
    """What a plugin is told, for all of its executions."""
    said = _of_configuration(plugin, tool)
    executions = plugin.at("executions")
    every = executions.all("execution") if executions is not None else []
    found = [_of_configuration(one, tool) for one in every if text_at(one, "phase") != "none"]
    return one_of([said if one == NOTHING else one for one in found] or [said], "its executions differ")


def _of_configuration(owner: xml.Element, tool: str) -> Said:
    if tool == SPRING:
        name = text_at(owner, "configuration", "image", "imagePlatform")
        return Said("explicit", () if "$" in name else (name,)) if name else NOTHING
    given = owner.at("configuration", "from", "platforms")
    if given is None:
        return NOTHING
    if given.text:
        return Said("explicit")
    return pairs((text_at(one, "architecture"), text_at(one, "os")) for one in given.all("platform"))


def _above(parent: xml.Element, path: str, project: Project) -> Source | None:
    """The file of a `<parent>`; None where it is not in the repository."""
    relative = text_at(parent, "relativePath") or "../pom.xml"
    path = posixpath.normpath(posixpath.join(posixpath.dirname(path), relative))
    path = path if path.endswith(".xml") else f"{path}/pom.xml"
    source = project.read(path) if not path.startswith(("..", "/")) else None
    if source is None:
        return None
    name = text_at(xml.read(source.text).at("project"), "artifactId")
    return source if name in {"", text_at(parent, "artifactId")} else None
