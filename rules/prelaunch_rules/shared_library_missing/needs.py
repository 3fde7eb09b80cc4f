"""Python packages whose wheels load a library of the system, and what a Dockerfile installs of both.

Commonly reported (the threads in the README), not tried package by package: `python:*-slim` of Debian 12 and 13 holds
none of these libraries.
"""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.compiled import taken

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prelaunch.image import Image, Instruction, ShellCommand
    from prelaunch.project import Project


class Need(NamedTuple):
    """A library, the error without it, what to do, and parts of names of the system's packages that bring it.

    `packages` are those of Debian 12 and 13 to install (in 13 some are only provided, under the name with `t64`).
    """

    library: str
    error: str
    packages: str
    brought_by: tuple[str, ...]
    instead: str = ""

    @property
    def cure(self) -> str:
        """What to do, for people."""
        other = f"install `{self.instead}` (a server shows no windows), or " if self.instead else ""
        return f"{other}`apt-get install {self.packages}`"


_OPENCV = Need(
    "libGL.so.1",
    "ImportError: libGL.so.1: cannot open shared object file",
    "libgl1 libglib2.0-0",
    ("libgl1", "libgl-", "opencv", "ffmpeg", "mesa", "qt", "libavdevice", "chromium", "firefox", "xvfb", "playwright"),
    "opencv-python-headless",
)
_PQ = Need("libpq5", "ImportError: libpq.so.5", "libpq5", ("libpq", "postgresql"))
NEEDS = {
    "opencv-python": _OPENCV,
    "opencv-contrib-python": _OPENCV._replace(instead="opencv-contrib-python-headless"),
    "weasyprint": Need(
        "Pango",
        "OSError: cannot load library 'libgobject-2.0-0'",
        "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
        ("pango", "weasyprint", "libgtk"),
    ),
    "cairosvg": Need(
        "libcairo2",
        'OSError: no library called "cairo-2" was found',
        "libcairo2",
        ("cairo", "pango", "libgtk", "chromium", "inkscape"),
    ),
    "python-magic": Need(
        "libmagic1",
        "ImportError: failed to find libmagic",
        "libmagic1",
        ("libmagic", " file", "build-essential"),
    ),
    "pyzbar": Need(
        "libzbar0",
        "ImportError: Unable to find zbar shared library",
        "libzbar0",
        ("zbar",),
    ),
    "lightgbm": Need(
        "libgomp1",
        "OSError: libgomp.so.1: cannot open shared object file",
        "libgomp1",
        ("libgomp", "gcc", "g++", "build-essential", "ffmpeg", "clang"),
    ),
    "psycopg2": _PQ,
}
"""By distribution, in lower case with `-`."""

_PLAIN = frozenset(
    "apt-transport-https autoconf automake bash bzip2 ca-certificates curl default-libmysqlclient-dev "
    "default-mysql-client dnsutils dos2unix dumb-init fontconfig fonts-dejavu g++ gcc ghostscript git git-lfs "
    "gzip htop iproute2 iputils-ping jq less libasound2 libblas-dev libc-bin libc6-dev libevent-dev libexpat1 "
    "libffi-dev libffi8 libfreetype6-dev libgeos-dev libglib2.0-0 libhdf5-dev libjpeg-dev libjpeg62-turbo-dev "
    "liblcms2-dev libldap2-dev libnss3 libopenjp2-7-dev libpcre3 libpcre3-dev libpq-dev libsasl2-dev libsm6 "
    "libsndfile1 libspatialindex-dev libsqlite3-dev libssl-dev libtiff-dev libwebp-dev libxext6 libxml2-dev "
    "libxrender-dev libxrender1 libxslt1-dev locales lsof make mariadb-client nano net-tools netcat-openbsd "
    "netcat-traditional nginx ninja-build openssh-client openssl patch pkg-config portaudio19-dev procps "
    "redis-tools rsync sqlite3 sudo swig tar telnet tini tree tzdata unixodbc unixodbc-dev unzip wget xz-utils "
    "zip zlib1g-dev".split()
)
"""Packages of Debian 12 that bring, with all that they depend on and recommend, no library of the table.

That is what its package lists say, whichever alternative is chosen. `gcc`, `g++`, `libpq-dev` and `libglib2.0-0` bring
one each, which `brought_by` names, or which no error of the table is about.
"""

_VERBS = frozenset({"install", "uninstall"})
_IDLE = (["update"], ["clean"], ["autoclean"])
_INSTALLERS = frozenset({"apt", "apt-get", "aptitude", "dpkg"})


class Asked(NamedTuple):
    """A package of the table and the `RUN` that installs it."""

    name: str
    instruction: Instruction


def installs(image: Image) -> Iterator[str]:
    """What the image's own stages install of the system: each word behind a blank, " ?" for what is not known.

    What they copy from elsewhere into its folders of libraries counts too.
    """
    for stage in image.chain:
        for instruction in stage.instructions:
            if instruction.keyword in {"ADD", "COPY"} and _brings_libraries(instruction.fragment.text):
                yield f" {instruction.fragment.text}"
            if instruction.keyword != "RUN":
                continue
            script = image.script(instruction)
            for command in script.commands if script is not None else ():
                words = [word.text or "?" for word in command.words] or ["true"]
                name = posixpath.basename(words[0])
                if name in _INSTALLERS or name == "?" or name.endswith(".sh") or name in {"sh", "bash", "make"}:
                    yield "".join(f" {word}" for word in words)
            if script is None:
                yield " ?"


def may_bring_more(words: Iterable[str]) -> bool:
    """Whether something is installed of which it is not known that it brings no library of the table."""
    for text in words:
        program, *rest = text.split() or ["?"]
        if posixpath.basename(program) not in {"apt", "apt-get"}:
            return True
        names = [word for word in rest if not word.startswith("-")]
        if names[:1] not in _IDLE and not (names[:1] == ["install"] and _PLAIN.issuperset(names[1:])):
            return True
    return False


def _brings_libraries(text: str) -> bool:
    words = [word for word in text.split() if not word.startswith("/usr/local")]
    return any("/lib" in word or ".so" in word for word in words) or text.rstrip("/").endswith((" ", " /usr"))


def asked_for(image: Image, project: Project) -> Iterator[Asked]:
    """The packages of the table that pip installs into the image, each once; none that another takes the place of."""
    found: dict[str, Asked] = {}
    gone: set[str] = set()
    for name, asked in _asked_for(image, project):
        if asked is not None:
            found.setdefault(name, asked)
        else:
            gone.add(name)
    yield from (one for name, one in found.items() if name in NEEDS and name not in gone)


def _asked_for(image: Image, project: Project) -> Iterator[tuple[str, Asked | None]]:
    """Every package, by its name, with the `RUN`; None for one that is taken away or replaced by its like."""
    replaced = {need.instead: name for name, need in NEEDS.items() if need.instead}
    lands = {stage.number for stage in image.chain} | {one.stage.number for one in taken(image)}
    for stage in image.stages:
        for instruction in stage.instructions if stage.number in lands else ():
            script = None if instruction.onbuild else image.script(instruction)
            for command in script.commands if script is not None else ():
                uninstall = any(word.text == "uninstall" for word in command.words)
                for name in _names(command, image, project):
                    yield name, None if uninstall else Asked(name, instruction)
                    if name in replaced and not uninstall:
                        yield replaced[name], None


def _names(command: ShellCommand, image: Image, project: Project) -> Iterator[str]:
    words = [word.text or "" for word in command.words]
    if words[:1] and posixpath.basename(words[0]).startswith("python") and words[1:2] == ["-m"]:
        words = words[2:]
    if words[:1] == ["uv"]:
        words = words[1:]
    if len(words) < 3 or posixpath.basename(words[0]) not in {"pip", "pip3"} or _VERBS.isdisjoint(words[:3]):
        return
    before = ""
    for word in words[2:]:
        if before in {"-r", "--requirement", "--requirements"}:
            yield from _of_file(word, image, project)
        elif word.startswith(("-r", "--requirement=")) and word not in {"-r", "--requirement"} and word[1] != "-":
            yield from _of_file(word[2:], image, project)
        elif not word.startswith("-") and "/" not in word:
            yield _distribution(word)
        before = word


def _of_file(name: str, image: Image, project: Project) -> Iterator[str]:
    """The packages of a file of requirements, which stands in the repository under that name beside the Dockerfile."""
    folder = image.context if image.context is not None else posixpath.dirname(image.source.path)
    for path in dict.fromkeys((name.lstrip("/"), posixpath.basename(name))):
        source = project.read(posixpath.join(folder, path)) if path else None
        if source is not None:
            for line in source.text.splitlines():
                if not line.startswith(("#", "-", " ")):
                    yield _distribution(line)
            return


def _distribution(requirement: str) -> str:
    """The name in a requirement, in lower case with `-`."""
    name = requirement
    for sign in "[<>=!~;@ #\t":
        name = name.partition(sign)[0]
    return name.strip().lower().replace("_", "-").replace(".", "-")
