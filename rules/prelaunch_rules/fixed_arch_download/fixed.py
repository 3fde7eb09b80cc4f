"""What an image gets that is made for one architecture, by the text of its instructions."""

from __future__ import annotations

import re

from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.architectures import NAMES, TARGET, architecture_in, runs_on, words_of
from prelaunch_rules.compiled import compiled, taken, takes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.image import Image, Instruction, Script, ShellCommand, ShellWord
    from prelaunch.model import Span
    from prelaunch_rules.compiled import Compiled

_ASKS = ("uname", "targetarch", "targetplatform", "buildarch", "print-arch", "$(arch", "`arch`", "hosttype", "xx-info")
"""What a script says that asks for the architecture, so that it may well choose by it."""

_NOT_RUN = tuple(
    ".asc .crt .gpg .jar .json .key .list .md5 .pem .pub .repo .sha256 .sha256sum .sha512 .sig .txt .yaml .yml "
    "sha256sums sha512sums checksums".split()
)
"""How the names of files end that no machine runs."""

_ONLY_TEXT = frozenset("[ [[ add-apt-repository cat echo git grep printf sed sha256sum sha512sum test".split())
_MULTIARCH = ("x86_64-linux-gnu/", "aarch64-linux-gnu/", "arm-linux-gnueabihf/")
"""Debian's folders of libraries."""

_FOR_OTHERS = frozenset({"cross", "qemu", "sysroot", "toolchain"})
"""What emulates an architecture, or compiles for it."""

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_DIES = "it dies with `exec format error`"
_ASK = "ask for `$TARGETARCH` (with an `ARG TARGETARCH` in the stage)"


class Fixed(NamedTuple):
    """Something that is made for one architecture, where it stands, what becomes of it elsewhere, what to do.

    `lands` says that the image itself gets it, and not only a stage that it copies from; `default` that an `ARG` names
    the architecture, so that a build may name another.
    """

    architecture: str
    what: str
    span: Span
    effect: str = _DIES
    cure: str = _ASK
    lands: bool = True
    default: bool = False


def fixed(image: Image) -> Iterator[Fixed]:
    """Everything of the kind, in the order of the file; one finding for each instruction and architecture."""
    own = {stage.number for stage in image.chain}
    copied = tuple(taken(image))
    used = {one.stage.number for one in copied}
    for stage in image.stages:
        lands = stage.number in own
        if any(word in NAMES for word in words_of(stage.name)):
            continue  # a stage for each architecture
        if runs_on(image, stage)[0] == TARGET:
            for instruction in stage.instructions:
                if not instruction.onbuild:
                    yield from (one._replace(lands=lands) for one in _fetched(image, instruction))
        if lands or stage.number in used:
            made = [one for one in compiled(image, stage) if one.stage.number == stage.number]
            made = [one for one in made if lands or any(takes(copy, one) for copy in copied)]
            yield from _compiled(image, made)


def _fetched(image: Image, instruction: Instruction) -> Iterator[Fixed]:
    if instruction.keyword == "RUN":
        script = image.script(instruction)
        if script is not None:
            yield from _in_script(script, _spelled_out(image, instruction, script))
    elif instruction.keyword == "ADD" or (instruction.keyword == "COPY" and not instruction.heredocs):
        yield from _copied(image, instruction)


def _copied(image: Image, instruction: Instruction) -> Iterator[Fixed]:
    foreign = image.copied_from(instruction) is not None
    seen = image.scope(instruction)
    # what stands in for TARGETARCH is another rule's matter
    texts = [
        (word, seen.expand(word.text) or "" if "$" in word.text and "TARGET" not in word.text else word.text)
        for word in image.words(instruction)[:-1]
    ]
    texts = [(word, text) for word, text in texts if "$" not in text]
    if len({architecture_in(text) for _, text in texts} - {""}) > 1:
        return  # several architectures side by side
    for word, text in texts:
        architecture = _needed(text)
        if not architecture or word.span is None or text.lower().endswith(_NOT_RUN):
            continue
        multiarch = any(name in text for name in _MULTIARCH)
        if foreign and not multiarch:
            continue
        if multiarch:
            cure = "copy it from a path without the architecture, or install the package"
            yield Fixed(architecture, f"`{word.text}`", word.span, "there is no such folder and the build fails", cure)
        else:
            names = _VARIABLE.findall(word.text)
            default = not _needed(_VARIABLE.sub("$", word.text)) and any(
                seen.variables[name].given != "env" for name in names if name in seen.variables
            )
            yield Fixed(architecture, f"`{text}`", word.span, default=default)
        return


def _needed(text: str) -> str:
    """The architecture that a file's name says it runs on; "" for one that is made for it on another machine."""
    return architecture_in(text) if _FOR_OTHERS.isdisjoint(words_of(text)) else ""


class _Said(NamedTuple):
    """A variable's text, and whether an `ARG` gives it."""

    text: str
    default: bool


def _spelled_out(image: Image, instruction: Instruction, script: Script) -> dict[str, _Said]:
    """The variables of the Dockerfile that a script sees and does not set, where their texts are known."""
    return {
        name: _Said(one.text, one.given != "env")
        for name, one in image.scope(instruction).variables.items()
        if one.text and not one.automatic and not name.startswith(("TARGET", "BUILD")) and one.given != "build-arg"
        if f"{name}=" not in script.text.text
    }


def _in_script(script: Script, variables: Mapping[str, _Said]) -> Iterator[Fixed]:
    text = script.text.text
    lowered = text.lower()
    if any(mark in lowered for mark in _ASKS):
        return
    found: list[tuple[str, ShellWord, str]] = []
    for command in script.commands:
        if _is_branch(command):
            return
        found += ((_needed(_filled(word, variables)), word, "") for word in _addresses(command, variables))
        option = _platform_option(command)
        if option is not None:
            found.append((architecture_in(_literal(option)), option, "option"))
    if len({architecture for architecture, _, _ in found} - {""}) != 1:
        return  # none, or several side by side
    architecture, word, kind = next(one for one in found if one[0])
    spelled = bool(kind or _needed(_literal(word)))
    shown = text[word.start : word.stop].strip("\"'") if spelled else _filled(word, variables)
    package = shown.endswith((".deb", ".rpm"))
    shown = shown if len(shown) <= 120 else f"{shown[:119]}…"
    cure = "leave the option out" if kind else _ASK
    effect = "the package does not install" if package else _DIES
    default = not spelled and any(variables[one].default for one in _names(word, variables))
    yield Fixed(architecture, f"`{shown}`", script.text.span(word.start, word.stop), effect, cure, default=default)


def _is_branch(command: ShellCommand) -> bool:
    """Whether what runs depends on a condition that speaks of an architecture."""
    if any(block.kind in {"case", "if"} and block.arm >= 0 for block in command.blocks):
        return any(word in NAMES for each in command.words for word in words_of(_literal(each)))
    if command.words and command.words[0].text in {"[", "[[", "test"}:
        return any("arch" in _whole(word).lower() or architecture_in(_whole(word)) for word in command.words)
    return False


def _addresses(command: ShellCommand, variables: Mapping[str, _Said]) -> Iterator[ShellWord]:
    """The addresses of a command, or of a variable that it sets, which name a thing to download."""
    program = command.words[0].text if command.words else None
    if program in _ONLY_TEXT:
        return
    words = list(command.words) or [one.value for one in command.assignments if one.value is not None]
    for word in words:
        literal = _filled(word, variables)
        if "://" in literal and not literal.lower().endswith(_NOT_RUN):
            yield word


def _platform_option(command: ShellCommand) -> ShellWord | None:
    """The option that tells pip or npm to take packages of another platform than its own."""
    words = [_literal(word) for word in command.words]
    if not words or words[0].rpartition("/")[2] not in {
        "pip",
        "pip3",
        "npm",
        "yarn",
        "pnpm",
        "python",
        "python3",
        "uv",
    }:
        return None
    for number, word in enumerate(words):
        name, equals, _ = word.partition("=")
        if name in {"--platform", "--cpu", "--arch", "--target_arch", "--python-platform"}:
            if equals:
                return command.words[number]
            return command.words[number + 1] if number + 1 < len(words) else None
    return None


def _literal(word: ShellWord) -> str:
    """The word with a `$` for everything that is not literal."""
    return "".join(part.text if part.kind == "literal" else "$" for part in word.parts)


def _names(word: ShellWord, variables: Mapping[str, _Said]) -> Iterator[str]:
    """The variables that a word takes as they are, of those that are known."""
    for part in word.parts:
        if part.kind == "parameter" and not part.operator and not part.subscript and part.text in variables:
            yield part.text


def _filled(word: ShellWord, variables: Mapping[str, _Said]) -> str:
    """The word with the known variables for their names, and a `$` for everything else that is not literal."""
    known = frozenset(_names(word, variables))
    return "".join(
        part.text
        if part.kind == "literal"
        else variables[part.text].text
        if part.kind == "parameter" and not part.operator and part.text in known
        else "$"
        for part in word.parts
    )


def _whole(word: ShellWord) -> str:
    return "".join(part.text for part in word.parts)


def _compiled(image: Image, made: list[Compiled]) -> Iterator[Fixed]:
    found = [(one, _made_for(image, one)) for one in made]
    if len({architecture for _, (architecture, _) in found}) != 1 or not found[0][1][0]:
        return  # nothing is said, or several are built side by side
    one, (architecture, said) = found[0]
    cure = "build for `$TARGETARCH`" if one.language == "go" else "choose the target by `$TARGETARCH`"
    cure = f"{cure} (with an `ARG TARGETARCH` in the stage)"
    if any(mark in one.instruction.fragment.text for mark in ("TARGETARCH", "TARGETPLATFORM", "uname")):
        return
    if "TARGETARCH" in image.scope(one.instruction).variables and one.language != "go":
        return
    yield Fixed(architecture, f"what `{said}` builds", one.instruction.span, cure=cure)


def _made_for(image: Image, one: Compiled) -> tuple[str, str]:
    """The architecture that a compiler is told, and the words that tell it."""
    if one.language == "go":
        value = one.environment.get("GOARCH", "")
        if not value and "GOARCH" not in one.environment:
            value = _exported(image, one)
        architecture = "arm" if value == "arm" else "386" if value == "386" else NAMES.get(value, "")
        return architecture, f"GOARCH={value}"
    for number, word in enumerate(one.words):
        name, equals, value = word.partition("=")
        if name == "--target":
            triple = value if equals else one.words[number + 1] if number + 1 < len(one.words) else ""
            return architecture_in(triple), f"--target {triple}"
    return "", ""


def _exported(image: Image, one: Compiled) -> str:
    """GOARCH as the stage or the script itself has it."""
    script = image.script(one.instruction)
    for command in script.commands if script is not None else ():
        for assignment in command.assignments:
            if assignment.name == "GOARCH" and (not command.words or command.words[0].text == "export"):
                return (assignment.value.text or "") if assignment.value is not None else ""
    variable = image.scope(one.instruction).variables.get("GOARCH")
    if variable is None or variable.given != "env" or variable.span is None:
        return ""
    # through another variable it is that one's fault, or its purpose (`platform-arg-default`)
    written = image.source.text[variable.span.stop :].partition("\n")[0].split(" ")[0]
    return "" if "$" in written else variable.text or ""
