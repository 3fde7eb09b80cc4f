"""What a Dockerfile says: the distributions that its `RUN`s install, and the Python of its base images."""

from __future__ import annotations

from prelaunch.dependencies.requirement import MOST, Requirement, normalised, parse, poetry
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.readers.dockerfile import Dockerfile, Instruction

_VALUED = frozenset(
    {"-r", "--requirement", "-c", "--constraint", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t"}
    | {"--target", "--prefix", "--root", "--platform", "--python", "-p", "--python-version", "--timeout", "--retries"}
    | {"--trusted-host", "--cache-dir", "--progress-bar", "-e", "--editable", "--src", "--no-binary", "--only-binary"}
    | {"--abi", "--implementation", "--log", "--proxy", "--cert", "--client-cert", "--report", "--config-settings"}
    | {"-C", "--default-timeout", "--group", "-G", "--extra", "-E", "--source", "--optional", "-n", "--name", "--index"}
    | {"--channel", "--file", "--default-index", "--torch-backend", "--exclude-newer", "--use-feature"}
)

_TOOLS = frozenset({"pip", "setuptools", "wheel", "uv", "poetry", "pipenv", "pdm", "conda", "mamba", "virtualenv"})
"""What installs the others: an image that only brings these up to date says nothing of what it needs."""

_ADDERS = frozenset({"poetry", "uv", "pdm"})
_CONDAS = frozenset({"conda", "mamba", "micromamba"})

_CONSTRAINTS = frozenset({"PIP_CONSTRAINT", "UV_CONSTRAINT", "UV_OVERRIDE"})
"""Variables of pip and uv that name files of constraints."""

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \t-_./:,@%+")
"""What stands for itself in a shell command."""

_RESERVED = frozenset("if then else elif fi do done case esac while until for in select function time coproc".split())


class Installed(NamedTuple):
    """What the images of a Dockerfile install: distributions by name, and the requirements files as they are called.

    `constraints` are files that only narrow.
    """

    requirements: tuple[Requirement, ...] = ()
    files: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()


def is_dockerfile(name: str) -> bool:
    """Whether a file of this name describes an image."""
    low = name.lower()
    return low.startswith(("dockerfile", "containerfile")) or low.endswith((".dockerfile", ".containerfile"))


def installed(source: Source) -> Installed:
    """What `pip install` (also uv's), `poetry add`, `uv add` and `conda install` are told in a Dockerfile."""
    if not _may_install(source.text):
        return Installed()
    from prelaunch.readers.dockerfile import read

    found: list[Installed] = []
    dockerfile = read(source)
    for instruction in dockerfile.instructions:
        if instruction.keyword == "ENV" and any(name in instruction.fragment.text for name in _CONSTRAINTS):
            found.append(Installed(constraints=tuple(_constraints(instruction, dockerfile.escape))))
        if instruction.keyword == "RUN" and len(found) < MOST and _may_install(source.text[slice(*instruction.span)]):
            line, _ = source.position(instruction.span.start)
            found += [command(words, source.path, line) for words in commands(instruction)]
    return Installed(
        tuple(one for each in found for one in each.requirements),
        tuple(one for each in found for one in each.files),
        tuple(one for each in found for one in each.constraints),
    )


def _constraints(instruction: Instruction, escape: str) -> Iterator[str]:
    """The files that an `ENV` holds every later install to."""
    from prelaunch.readers.dockerfile.environment import assignments

    for name, value, _ in assignments(instruction.fragment.text, escape):
        if name in _CONSTRAINTS:
            yield from (value or "").strip("\"'").split()


def _may_install(text: str) -> bool:
    return any(word in text for word in ("pip", "poetry", "uv", "conda", "mamba", "pdm"))


def commands(instruction: Instruction) -> Iterator[list[str]]:
    """The words of each command; of a word that is not all literal, what stands before its variable, and `$`."""
    if instruction.form == "exec":
        yield list(instruction.exec_words)
        return
    for text in (instruction.fragment.text, *(each.body.text for each in instruction.heredocs)):
        plain = _plain_commands(text)
        if plain is not None:
            yield from plain
            continue
        from prelaunch.readers.shell import parse

        for each in parse(text):
            words = []
            for word in each.words:
                known = word.text
                if known is None:
                    first = word.parts[0]
                    known = f"{first.text if first.kind == 'literal' else ''}$"
                words.append(known)
            yield words


def _plain_commands(text: str) -> list[list[str]] | None:
    """The words of commands in which nothing is quoted, expanded or redirected; None where the shell has to be read.

    Most `RUN`s are such, and the reader of the shell takes longer to load than all else that is read here.
    """
    found = [part.split() for part in text.split("&&")]
    if not set(text.replace("&&", "")) <= _PLAIN or any(not words or words[0] in _RESERVED for words in found):
        return None
    return found


def command(words: list[str], path: str, line: int) -> Installed:
    """What one command installs, by its words; a word that is not known whole ends with `$`."""
    tool, at = _installer(words)
    found: list[Requirement] = []
    files: list[str] = []
    constraints: list[str] = []
    rest = iter(words[at:])
    for word in rest:
        if word.startswith("-"):
            name, equals, value = word.partition("=")
            if not equals and name in _VALUED:
                value = next(rest, "")
            if tool == "pip" and name in {"-r", "--requirement"}:
                files.append(value)
            elif tool == "pip" and name in {"-c", "--constraint"}:
                constraints.append(value)
            continue
        each = _named(tool, word, path, line)
        if each is not None and each.name not in _TOOLS and not word.startswith((".", "/")):
            found.append(each)
    return Installed(tuple(found), tuple(files), tuple(constraints))


def _installer(words: list[str]) -> tuple[str, int]:
    """The kind of tool that a command calls to install, and where its arguments begin; "" behind the end for none."""
    for at, word in enumerate(words[:-1]):
        name = word.rpartition("/")[2]
        following = words[at + 1]
        if _is_pip(name):
            behind = next((n for n, each in enumerate(words[at + 1 :], at + 1) if not each.startswith("-")), at)
            return ("pip", behind + 1) if words[behind] == "install" else ("", len(words))
        if name == "pipx" or (name == "uv" and following == "tool"):
            break  # an environment of its own
        if name in _ADDERS and following == "add":
            return "add", at + 2
        if name in _CONDAS and following == "install":
            return "conda", at + 2
    return "", len(words)


def _is_pip(name: str) -> bool:
    rest = name.removeprefix("pip")
    return rest != name and all(character.isdigit() or character == "." for character in rest)


def _named(tool: str, word: str, path: str, line: int) -> Requirement | None:
    if "$" in word:
        stop = next(at for at, character in enumerate(word) if character in "=<>~!@[$")
        found = parse(word[:stop], path, line)
        sign = word[word.find("]", stop) + 1 if word[stop] == "[" else stop :]
        if found is None or not sign.startswith(("=", "<", "~", "@")):
            return found  # the newest, or any one
        return found._replace(specifier="===$")  # one version, that the build is told: it equals none that is known
    if tool == "conda":
        from prelaunch.dependencies.conda import spec

        return parse(spec(word), path, line)
    name, at, constraint = word.partition("@")
    if tool == "add" and at and not any(mark in constraint for mark in ":/"):
        specifier = poetry("*" if constraint == "latest" else constraint)
        if specifier is None:
            return Requirement(normalised(name.partition("[")[0]), "", path, line, unknown=True)
        return parse(f"{name}{specifier}", path, line)
    return parse(word, path, line)


def base_pythons(dockerfile: Dockerfile) -> tuple[list[tuple[str, int]], bool]:
    """The Python versions ("3.12") of the base images with their lines, and whether it is known of every stage.

    An image that is no Python image may bring any Python; so may a tag that does not say a minor version.
    """
    found: list[tuple[str, int]] = []
    whole = True
    for stage in dockerfile.stages:
        if stage.parent is not None:
            continue
        image = stage.base_resolved
        version = _python_of(image) if image is not None else ""
        if version:
            line, _ = dockerfile.source.position(stage.span.start)
            found.append((version, line))
        elif image is None or "python" in image or _runs_python(stage.instructions):
            whole = False
    return found, whole


def _runs_python(instructions: tuple[Instruction, ...]) -> bool:
    """Whether a stage has to do with a Python that its base, or a package of the system, brings."""
    texts = (each.fragment.text for each in instructions if each.keyword in {"RUN", "CMD", "ENTRYPOINT"})
    return any(word in text for text in texts for word in ("python", "pip ", "pip3", "uvicorn", "gunicorn"))


def _python_of(image: str) -> str:
    name, _, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    if name == "python":
        return _minor(tag)
    # `uv:python3.12-bookworm`, `uvicorn-gunicorn-fastapi:python3.9`, `python-nodejs:python3.11-nodejs18`
    return _minor(tag.removeprefix("python")) if tag.startswith("python") else ""


def _minor(tag: str) -> str:
    """`3.12` of `3.12.1-slim-bookworm`; "" for a tag that does not say a minor version."""
    parts = tag.partition("-")[0].split(".")
    minor = parts[1].partition("rc")[0] if len(parts) >= 2 else ""
    return f"3.{int(minor)}" if parts[0] == "3" and minor.isascii() and minor.isdigit() and len(minor) < 4 else ""
