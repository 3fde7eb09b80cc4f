"""What the servers of Python applications are told to load: `uvicorn main:app`, `gunicorn --chdir src shop.wsgi`.

Facts: the help of each program. What they find depends on the folder where they start, on a flag that names another,
and on PYTHONPATH.
"""

from __future__ import annotations

import posixpath
import re

from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.image import Image, Program, Word

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_SPEC = re.compile(r"(?P<module>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::(?P<name>[A-Za-z_]\w*)(?P<rest>[\w.]*|\(.*\)))?")


class _Server(NamedTuple):
    """A program that loads an application: its flags without a value, its flag for a folder, the usual attribute."""

    switches: frozenset[str]
    folder: str = ""
    attribute: str = ""
    separator: bool = True


def _server(switches: str, folder: str = "", attribute: str = "", *, separator: bool = True) -> _Server:
    return _Server(frozenset(switches.split()), folder, attribute, separator)


_SERVERS: Mapping[str, _Server] = {
    "uvicorn": _server(
        "--reload --proxy-headers --no-proxy-headers --use-colors --no-use-colors --factory --access-log "
        "--no-access-log --server-header --no-server-header --date-header --no-date-header",
        "--app-dir",
    ),
    "gunicorn": _server(
        "--reload --preload --daemon -D --check-config --print-config --spew --capture-output -R --no-sendfile "
        "--enable-stdio-inheritance --proxy-protocol --initgroups --do-handshake-on-connect --strip-header-spaces "
        "--reuse-port --log-syslog --permit-obsolete-folding",
        "--chdir",
        "application",
        separator=False,
    ),
    "hypercorn": _server("--reload --debug --access-log"),
    "daphne": _server("--http2 --proxy-headers --no-server-name"),
    "waitress-serve": _server("--call --expose-tracebacks --no-expose-tracebacks --ipv4 --no-ipv4 --ipv6 --no-ipv6"),
}


class Application(NamedTuple):
    """What a program is told to load: the word that says so, the module, the attribute ("" where none counts).

    `folder` is where it looks: relative to WORKDIR or absolute ("" for WORKDIR itself).
    """

    server: str
    word: Word
    module: str
    attribute: str
    folder: str

    def roots(self, image: Image) -> tuple[str, ...] | None:
        """The folders where the module is looked for beside what is installed; None where that is not known."""
        config = image.config
        if config.workdir.state == "unknown":
            return None
        roots = [posixpath.normpath(posixpath.join(config.workdir.text or "/", self.folder))]
        path = config.env.get("PYTHONPATH", config.unset)
        if path.state == "unknown" and not (path is config.unset and _is_official(image)):
            return None
        named = path.text.split(":") if path.state == "known" else []
        roots += (posixpath.normpath(posixpath.join(config.workdir.text or "/", folder or ".")) for folder in named)
        return tuple(dict.fromkeys(roots))


def _is_official(image: Image) -> bool:
    """Whether the base is one that is known to say no PYTHONPATH."""
    name = image.base.name.partition("@")[0].partition(":")[0].rpartition("library/")[2]
    return image.base.state == "known" and name in {"alpine", "debian", "python", "ubuntu"}


def installs_itself(image: Image) -> bool:
    """Whether a RUN installs what it finds in a folder, so that a module may be there without its file."""
    marks = re.compile(
        r"(install|add|wheel)\s([^&|;\n]*\s)?(-e\s*|--editable[ =])?['\"]?(\.|\./\S*|/\S+|\S+\.whl)['\"]?(\[|\s|$)"
        r"|setup\.py|poetry|uv sync|pdm |hatch |flit |pipenv|conda|PYTHONPATH|\.pth\b"
    )
    runs = (one for stage in image.chain for one in stage.instructions if one.keyword == "RUN")
    return any(
        marks.search(text)
        for run in runs
        for text in (run.fragment.text, *(heredoc.body.text for heredoc in run.heredocs))
        if "-r" not in text.split() or marks.search(re.sub(r"-r\s*\S+", "", text))
    )


def applications(program: Program) -> tuple[Application, ...]:
    """What a program loads, as far as its words say it; the program may be `python -m uvicorn` too."""
    words = list(program.words)
    if program.folder is None:
        return ()
    name = posixpath.basename(words[0].text)
    if re.fullmatch(r"python3?(\.\d+)?", name):
        at = next((n for n, word in enumerate(words) if word.text == "-m"), None)
        if at is None or at + 1 >= len(words) or not all(word.text.startswith("-") for word in words[1:at]):
            return ()
        if UNKNOWN in words[at + 1].text:
            return ()
        module, words = words[at + 1], words[at + 1 :]
        name = module.text
        if name not in _SERVERS:
            if not _MODULE.fullmatch(name) or program.run == "reader":
                return ()
            return (Application("python -m", module, name, "", program.folder),)
    server = _SERVERS.get(name)
    return _loaded(name, server, words[1:], program.folder) if server is not None else ()


def _loaded(name: str, server: _Server, words: list[Word], folder: str) -> tuple[Application, ...]:
    operands, at, factory = [], 0, False
    while at < len(words):
        text = words[at].text
        flag, equals, value = text.partition("=")
        if UNKNOWN in text:
            return ()  # it may be any option; only a value behind its own does not matter
        if not text.startswith("-") or text == "-":
            operands.append(words[at])
        elif flag == server.folder and server.folder:
            if not equals:
                at += 1
                value = words[at].text if at < len(words) else ""
            if UNKNOWN in value:
                return ()
            folder = posixpath.join(folder, value)
        elif flag in {"--factory", "--call"}:
            factory = True
        elif flag in {"-c", "--config"} and name == "gunicorn":
            return ()  # the configuration may name the folder and the application
        elif not equals and text not in server.switches and not (text[1] != "-" and len(text) > 2):
            at += 1
        at += 1
    if len(operands) != 1:
        return ()
    match = _SPEC.fullmatch(operands[0].text)
    if match is None or (server.separator and match["name"] is None):
        return ()
    attribute = match["name"] or server.attribute
    return (Application(name, operands[0], match["module"], attribute if not factory else match["name"] or "", folder),)
