"""How well-known servers name architectures in the files that they offer, and what a script puts there.

The names are widely used ones, not checked against the servers of late. `uname -m` gives `x86_64` and `aarch64`,
Debian's `dpkg --print-architecture` and BuildKit's TARGETARCH give `amd64` and `arm64`.
"""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prelaunch.image import Image, Instruction, ShellCommand, ShellWord
    from prelaunch.model import Span

_KERNEL, _GO, _NODE = "`x86_64` and `aarch64`", "`amd64` and `arm64`", "`x64` and `arm64`"

_SERVERS = {
    "dl.k8s.io/": _GO,
    "storage.googleapis.com/kubernetes-release/": _GO,
    "get.helm.sh/": _GO,
    "releases.hashicorp.com/": _GO,
    "dl.google.com/go/": _GO,
    "go.dev/dl/": _GO,
    "golang.org/dl/": _GO,
    "github.com/mikefarah/yq/": _GO,
    "github.com/krallin/tini/": _GO,
    "github.com/tianon/gosu/": _GO,
    "github.com/prometheus/": _GO,
    "awscli.amazonaws.com/": _KERNEL,
    "repo.anaconda.com/miniconda/": _KERNEL,
    "download.docker.com/linux/static/": _KERNEL,
    "github.com/docker/compose/releases/download/v2": _KERNEL,
    "nodejs.org/dist/": _NODE,
}

_COMMANDS = {
    "uname -m": _KERNEL,
    "uname --machine": _KERNEL,
    "arch": _KERNEL,
    "dpkg --print-architecture": _GO,
    "apk --print-arch": _KERNEL,
}
_CURES = {
    _GO: "use `$TARGETARCH` (with an `ARG TARGETARCH` in the stage)",
    _KERNEL: "use `$(uname -m)`",
    _NODE: 'map it with `case "$TARGETARCH"`',
}


class Mismatch(NamedTuple):
    """An address: what its name of the architecture is said with, what that gives, what the server wants."""

    said: str
    gives: str
    server: str
    wants: str
    cure: str
    span: Span


def mismatches(image: Image, instruction: Instruction) -> Iterator[Mismatch]:
    """The addresses of an instruction whose server names architectures otherwise."""
    if instruction.keyword == "ADD":
        for word in image.words(instruction)[:-1]:
            server = _server(word.text)
            # in an ADD there is nothing but the variable itself
            if server and _SERVERS[server] != _GO and word.span is not None and _names_target(word.text):
                yield _mismatch("$TARGETARCH", _GO, server, word.span)
        return
    script = image.script(instruction)
    if script is None:
        return
    target = image.scope(instruction).variables.get("TARGETARCH")
    known = _variables(script.commands, declared=target is not None and target.given == "automatic")
    for command in script.commands:
        if command.words and command.words[0].text in {"echo", "printf", "cat"}:
            continue
        values = [one.value for one in command.assignments if one.value is not None]
        for one in (*command.words, *values):
            server = _server("".join(part.text if part.kind == "literal" else "$" for part in one.parts))
            for said, gives in _given(one, known) if server else ():
                if gives != _SERVERS[server]:
                    yield _mismatch(said, gives, server, script.text.span(one.start, one.stop))
                    break


def _mismatch(said: str, gives: str, server: str, span: Span) -> Mismatch:
    wants = _SERVERS[server]
    return Mismatch(said, gives, server, wants, _CURES[wants], span)


def _server(text: str) -> str:
    """The known server of an address; "" for another."""
    address = text.partition("://")[2].removeprefix("www.")
    return next((server for server in _SERVERS if address.startswith(server)), "")


def _names_target(text: str) -> bool:
    return "$TARGETARCH" in text or "${TARGETARCH}" in text


def _variables(commands: tuple[ShellCommand, ...], *, declared: bool) -> Mapping[str, tuple[str, str]]:
    """The variables that are set once and hold just what a command gives; one that is set twice is mapped by hand.

    `declared`: TARGETARCH is there with BuildKit's value.
    """
    found: dict[str, tuple[str, str] | None] = {"TARGETARCH": ("$TARGETARCH", _GO)} if declared else {}
    for command in commands:
        for one in command.assignments:
            parts = one.value.parts if one.value is not None and not one.append else ()
            given = tuple(_given(one.value, {})) if one.value is not None and len(parts) == 1 else ()
            plain = not any(block.kind in {"if", "case", "for", "while", "and", "or"} for block in command.blocks)
            found[one.name] = given[0] if given and plain and one.name not in found else None
        if command.words and command.words[0].text in {"read", "eval", ".", "source"}:
            return {}
    return {name: given for name, given in found.items() if given is not None}


def _given(word: ShellWord, known: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What stands for the architecture in a word, and the kind of name that it gives."""
    for part in word.parts:
        if part.kind == "command":
            text = " ".join(part.text.split())
            if text in _COMMANDS:
                yield f"$({text})", _COMMANDS[text]
        elif part.kind == "parameter" and not part.operator and part.text in known:
            yield known[part.text]
