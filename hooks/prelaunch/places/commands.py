"""One command line to what it builds: the tool, its flags, and the platform in force."""

from __future__ import annotations

from prelaunch.builders import CONTAINER_WORDS, JIB_PLUGIN, PROGRAMS, PUSHES, SPRING_PLUGIN, Program, Tool
from prelaunch.places.prefixes import without_prefixes
from prelaunch.places.publishing import ANY, NO_PUSHES, Pushes
from prelaunch.places.verdicts import bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prelaunch.resolve import Field

_JAVA_BUILDS = frozenset({"mvn", "mvnw", "gradle", "gradlew"})
_JIB_GOALS = frozenset({"jib", "jibDockerBuild", "jibBuildTar"})
_JIB_MAVEN_GOALS = (":build", ":dockerBuild", ":buildTar")
_KO_MODULES = ("github.com/google/ko", "github.com/ko-build/ko")


class Invocation(NamedTuple):
    """A build command, taken apart.

    `verb` is the field that ends the command's own words (behind it a flag may be inserted), `flags` the flags with
    their values in order, `rest` the positional arguments, `loose` the fields that may be any number of flags.
    """

    tool: Tool
    verb: Field
    flags: tuple[tuple[str, Field | None], ...]
    rest: tuple[Field, ...]
    loose: tuple[Field, ...]
    unset: tuple[Field, ...]
    environment: tuple[tuple[str, str], ...]
    program: str

    def values(self, *names: str) -> list[Field]:
        """The values given to any of the flags `names`."""
        return [value for name, value in self.flags if name in names and value is not None]

    def has(self, *names: str) -> bool:
        """Whether one of the flags `names` is given and not switched off with `=false`."""
        return any(name in names and (value is None or value.text.lower() != "false") for name, value in self.flags)


def understand(
    fields: Sequence[Field], wrappers: Mapping[str, str], hint: Callable[[Field], str] = lambda field: field.name
) -> Invocation | None:
    """The build that a command line runs, or None. `hint` gives the variable's name behind a field of no known text."""
    unset_first = next((hint(f) for f in fields if f.unset and f.word >= 0), "")
    rest, environment = without_prefixes(fields, wrappers)
    if not rest:
        return None
    found = _program(rest, unset_first, hint)
    if found is None:
        return None
    name, program, rest, verb = found
    return subcommand(name, program, rest, verb, environment)


def container_tool(field: Field) -> str:
    """The name of the program that a command starts with; docker for a variable of no known value called like one."""
    name = field.text.rsplit("/", 1)[-1]
    if name not in PUSHES and field.opaque and any(word in field.name.lower() for word in CONTAINER_WORDS):
        return "docker"
    return name


def _program(
    rest: list[Field], unset_first: str, hint: Callable[[Field], str]
) -> tuple[str, Program, list[Field], Field] | None:
    first = rest[0]
    text = first.text.removesuffix(".exe")
    name = text.rsplit("/", 1)[-1].rsplit("\\", 1)[-1]
    if text.endswith("/kaniko/executor") or (name == "executor" and _names_flag(rest, "--destination", "--dockerfile")):
        return "kaniko", PROGRAMS["/kaniko/executor"], rest[1:], first
    if name == "go" and len(rest) > 2 and rest[1].text == "run" and rest[2].text.startswith(_KO_MODULES):
        return "ko", PROGRAMS["ko"], rest[3:], rest[2]
    if name in _JAVA_BUILDS:
        return _java(rest)
    if name in {"docker", "podman", "nerdctl"}:
        image = next((n for n, f in enumerate(rest) if "kaniko-project/executor" in f.text), 0)
        if image and any(f.text == "run" for f in rest[:image]):
            return "kaniko", PROGRAMS["/kaniko/executor"], rest[image + 1 :], rest[image]
    if name in PROGRAMS and not name.startswith("/"):
        return name, PROGRAMS[name], rest[1:], first
    docker = PROGRAMS["docker"]
    named = hint(first).lower().removesuffix("_cmd").removesuffix("_bin").removesuffix("_path")
    if first.opaque and named in PROGRAMS:
        return named, PROGRAMS[named], rest[1:], first
    if first.opaque and _stands_for_tool(hint(first), rest[1:]):
        return "docker", docker, rest[1:], first
    if unset_first and name in {"build", "buildx", "bake", "image"} and _stands_for_tool(unset_first, rest):
        return "docker", docker, rest, first
    return None


def _java(rest: list[Field]) -> tuple[str, Program, list[Field], Field] | None:
    """Goals of Maven or tasks of Gradle that build an image, of Jib or Spring Boot; their properties as flags."""
    plugins = (("jib", JIB_PLUGIN, _is_jib_goal), ("spring-boot-image", SPRING_PLUGIN, _is_spring_goal))
    for name, program, is_goal in plugins:
        goal = next((one for one in rest[1:] if is_goal(one.text.partition("@")[0])), None)
        if goal is not None:
            tool = program.verbs[()]
            given = tuple(f"{flag.removeprefix('--')}=" for flag in (tool.platform if tool is not None else ()))
            fields: list[Field] = []
            for field in rest[1:]:
                split = bool(fields) and fields[-1].text in {"-D", "--define", "--system-prop"}
                text = field.text if split else field.text.removeprefix("-D")
                if text.startswith(given) and (split or text != field.text):
                    del fields[len(fields) - split :]
                    field = field._replace(text=f"--{text}")  # noqa: PLW2901
                fields.append(field)
            return name, program, fields, goal
    return None


def _is_jib_goal(goal: str) -> bool:
    """`jib:build`, `com.google.cloud.tools:jib-maven-plugin:3.4.0:build`, `:app:jib`, and the others that build."""
    if goal.rpartition(":")[2] in _JIB_GOALS:
        return True
    return goal.endswith(_JIB_MAVEN_GOALS) and (goal.startswith("jib:") or "jib-maven-plugin:" in goal)


def _is_spring_goal(goal: str) -> bool:
    """`spring-boot:build-image`, the same by the plugin's whole name, and `:app:bootBuildImage`."""
    plugin, _, name = goal.rpartition(":")
    if name in {"build-image", "build-image-no-fork"}:
        return plugin == "spring-boot" or "spring-boot-maven-plugin" in plugin
    return name == "bootBuildImage"


def _names_flag(rest: Sequence[Field], *names: str) -> bool:
    return any(field.text.split("=", 1)[0] in names for field in rest)


def _stands_for_tool(variable: str, rest: Sequence[Field]) -> bool:
    """Whether a variable of unknown value is a container tool: `$X buildx build` for any name, else by its name."""
    words = [field.text for field in rest if not field.unset][:2]
    if words[:1] == ["buildx"]:
        return True
    name = variable.lower()
    likely = any(word in name for word in CONTAINER_WORDS) and "compose" not in name and "kustomize" not in name
    return likely and words[:1] in (["build"], ["image"], ["compose"])


def subcommand(
    name: str, program: Program, rest: list[Field], verb: Field, environment: tuple[tuple[str, str], ...]
) -> Invocation | None:
    """The command of a program that its table knows, out of the fields behind its name (`verb`); None for another."""
    path: tuple[str, ...] = ()
    before: list[tuple[str, Field | None]] = []
    rest = list(rest)
    while path not in program.verbs:
        if not rest or len(path) > 2:
            return None
        one = rest.pop(0)
        if one.unset or (one.opaque and one.loose):
            continue
        if one.text.startswith("-") and len(one.text) > 1:
            flag, equals, value = one.text.partition("=")
            if equals:
                before.append((flag, one._replace(text=value)))
            elif flag in program.values and rest:
                before.append((flag, rest.pop(0)))
            else:
                before.append((flag, None))
            continue
        path = (*path, one.text)
        verb = one
        if not any(known[: len(path)] == path for known in program.verbs):
            return None
    tool = program.verbs[path]
    if tool is None:
        return None
    invocation = _arguments(tool, name, verb, rest, environment)
    invocation = invocation._replace(flags=(*before, *invocation.flags))
    if (tool.needs and not invocation.has(*tool.needs)) or (tool.without and invocation.has(*tool.without)):
        return None
    if any(tool.shows_only(flag) for flag, _ in invocation.flags) or invocation.has("--check"):
        return None
    if any(value.text in {"check", "outline", "targets"} for value in invocation.values("--call")):
        return None
    return invocation


def _arguments(
    tool: Tool, name: str, verb: Field, rest: Sequence[Field], environment: tuple[tuple[str, str], ...]
) -> Invocation:
    flags: list[tuple[str, Field | None]] = []
    positional: list[Field] = []
    loose: list[Field] = []
    unset: list[Field] = []
    queue = list(rest)
    while queue:
        field = queue.pop(0)
        text = field.text
        if field.unset:
            unset.append(field)
        elif text == "--":
            positional += queue
            break
        elif text.startswith("--"):
            flag, equals, value = text.partition("=")
            if equals:
                flags.append((flag, field._replace(text=value)))
            else:
                flags.append((flag, queue.pop(0) if flag in tool.values and queue else None))
        elif text.startswith("-") and len(text) > 1:
            flags += _short(tool, field, queue)
        elif field.loose and field.opaque:
            loose.append(field)
        else:
            positional.append(field)
    if tool.context != "none" and not positional:
        # a build needs its context, so a lone variable of unknown value is that
        alone = next((field for field in reversed(loose) if not field.several), None)
        if alone is not None:
            loose.remove(alone)
            positional.append(alone)
    return Invocation(tool, verb, tuple(flags), tuple(positional), tuple(loose), tuple(unset), environment, name)


def _short(tool: Tool, field: Field, queue: list[Field]) -> list[tuple[str, Field | None]]:
    """Clustered and glued shorthands: `-qt name`, `-tname`, `-t=name` (pflag)."""
    flags: list[tuple[str, Field | None]] = []
    letters = field.text[1:]
    for at, letter in enumerate(letters):
        flag = f"-{letter}"
        if flag in tool.values:
            glued = letters[at + 1 :].removeprefix("=")
            if glued:
                flags.append((flag, field._replace(text=glued)))
            else:
                flags.append((flag, queue.pop(0) if queue else None))
            break
        flags.append((flag, None))
    return flags


_RENAMING = frozenset({"podman", "buildah"})
"""Programs whose `push` takes a name and, behind it, another one to push it under."""
_UNNAMED = frozenset({"docker-compose", "crane", "regctl", "oras"})
"""Programs whose `push` names services or files, not the images that a build command made."""


def pushes(
    fields: Sequence[Field], wrappers: Mapping[str, str], written: Callable[[Field], str] = lambda _: ""
) -> Pushes:
    """The images that a command hands to a registry, or tags anew (a build with `--push` is told by its invocation).

    `written` gives the text of a field as the file has it, by which a name that is not known is told from others.
    """
    rest, _ = without_prefixes(fields, wrappers)
    if not rest:
        return NO_PUSHES
    name = container_tool(rest[0])
    values: frozenset[str] = PROGRAMS[name].values if name in PROGRAMS else frozenset()
    words: list[str] = []
    skip = False
    for field in rest[1:]:
        if skip or field.unset:
            skip = False
        elif field.text.startswith("-"):
            skip = field.text in values
        else:
            words.append(field.text)
    if words[:1] == ["image"] and words[1:2] in (["push"], ["tag"]):
        del words[0]
    spelled = _spelled(rest, values, written) if words[:1] in (["push"], ["tag"]) else []
    if words[:1] == ["tag"] and name in PUSHES:
        return Pushes(tags=frozenset((one[1], new) for one in (list(map(bare, words)), spelled) for new in one[2:]))
    if name == "docker" and words[:2] == ["buildx", "imagetools"] and words[2:3] != ["create"]:
        return NO_PUSHES
    paths = PUSHES.get(name, set())
    if not any(tuple(words[: len(path)]) == path for path in paths):
        return NO_PUSHES
    named = words[:1] in (["push"], ["copy"], ["cp"]) and name not in _UNNAMED
    every = any(field.text in {"--all-tags", "-a"} for field in rest)
    images = [f"{bare(word)}:{ANY}" if every else bare(word) for word in words[1:]] if named else []
    renamed = frozenset([(spelled[1], spelled[2])] if name in _RENAMING and len(spelled) == 3 else ())
    return Pushes(frozenset(images or (ANY,)).union(spelled[1:]), renamed)


def _spelled(rest: Sequence[Field], values: frozenset[str], written: Callable[[Field], str]) -> list[str]:
    """The words of a command from its verb on, each that is not known as the file has it."""
    found: list[str] = []
    skip = False
    for field in rest[1:]:
        known = not any(marker in field.text for marker in MARKERS)
        if skip:
            skip = False
        elif field.text.startswith("-"):
            skip = field.text in values
        elif (known and field.text != "image") or found:
            found.append(field.text if known else written(field))
    return found if all(found) else []
