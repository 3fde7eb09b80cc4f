"""How sure it is that a removed module is missed when the container runs, and what to use in its place.

Facts: PEP 594, PEP 632, and "What's New In Python" 3.9 to 3.13 (what is removed, and what they say to use instead);
the READMEs of the distributions that bring one back; docker-library/python#957 (no setuptools in images from 3.12 on).
"""

from __future__ import annotations

import posixpath
import re

from prelaunch.model import Span
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.images_of_python import holding, images_in, reached_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.image import Image
    from prelaunch.model import Certainty, Import
    from prelaunch.project import Project
    from prelaunch_rules.import_names.judgement import Fault

_INSTEAD = {
    "_bootlocale": "`locale`",
    "aifc": "the package `standard-aifc`",
    "asynchat": "`asyncio`, or the package `pyasynchat`",
    "asyncore": "`asyncio`, or the package `pyasyncore`",
    "audioop": "the package `audioop-lts`",
    "binhex": "`base64` or `binascii`",
    "cgi": "`urllib.parse` and `email.message`, or the package `legacy-cgi`",
    "cgitb": "`traceback`, or the package `legacy-cgi`",
    "chunk": "the package `standard-chunk`",
    "crypt": "`hashlib`, or the package `bcrypt` or `argon2-cffi`",
    "distutils": "`packaging`, `shutil`, `subprocess` or `sysconfig`, or the package `setuptools`",
    "dummy_threading": "`threading`",
    "formatter": "code of your own",
    "imghdr": "the package `filetype`, or `standard-imghdr`",
    "imp": "`importlib`",
    "lib2to3": "the package `libcst` or `parso`",
    "mailcap": "`mimetypes`, or the package `standard-mailcap`",
    "nntplib": "the package `standard-nntplib`",
    "parser": "`ast`",
    "pipes": "`subprocess` (`shlex.quote` for `pipes.quote`)",
    "smtpd": "the package `aiosmtpd`",
    "sndhdr": "the package `filetype`, or `standard-sndhdr`",
    "sunau": "the package `standard-sunau`",
    "symbol": "`ast`",
    "telnetlib": "the package `telnetlib3`, or `standard-telnetlib`",
    "uu": "`base64` or `binascii`",
    "xdrlib": "`struct`, or the package `standard-xdrlib`",
}

_BY_SETUPTOOLS = "distutils"
_BRINGERS = ("setuptools", "pipenv", "distutils")
"""What stands in a command that also installs setuptools."""

_WITHOUT_SETUPTOOLS = re.compile(r"(docker\.io/)?(library/)?python|ghcr\.io/astral-sh/uv")
"""The base images that surely lack it: the official ones from 3.12 on, and those that uv builds on them."""

_ANOTHER_PYTHON = re.compile(
    r"uv python|--python\b|UV_PYTHON|pyenv|conda|mamba|deadsnakes|pypy|rye |pixi |hatch |python[23]\.\d+"
)
"""What may bring a Python beside that of the base, and run the program by it."""

_TESTS = frozenset({"test", "tests"})
_ASIDE = frozenset({"benchmarks", "doc", "docs", "example", "examples"})
_ASIDE_FILES = frozenset({"setup.py", "conftest.py", "noxfile.py", "fabfile.py", "tasks.py"})


def certainty(fact: Import, fault: Fault, project: Project) -> Certainty | None:
    """How sure it is that the container misses the module; None where something may bring it.

    Of a file that surely runs at start, as sure as it is that nothing brings the module; likely of another one in the
    image, and a hint where the file is a test or the like, or was not seen in the image.
    """
    path, folder = fact.source.path, posixpath.dirname(fault.where)
    built = _on_that_python(images_in(project, folder), fault)
    if fault.path == _BY_SETUPTOOLS and _may_have_setuptools(project, path, folder, built):
        return None
    if any(_may_run_another(one, project, path) for one in built):
        return None
    images = [one for one in holding(project, path, folder) if one in built]
    if not images or _is_aside(path):
        return "hint"
    if _runs_when_imported(fact) and all(path in reached_in(project, image) for image in images):
        return fault.certainty
    return "likely"


def _on_that_python(images: Sequence[Image], fault: Fault) -> list[Image]:
    """The images on the `FROM` that the fault speaks of: one of node may hold the file too, and does not run it."""
    line = fault.where.rpartition(":")[2]
    return [one for one in images if any(str(one.source.position(stage.span.start)[0]) == line for stage in one.chain)]


def _may_run_another(image: Image, project: Project, path: str) -> bool:
    """Whether the image may run the program by another Python than that of its base.

    uv follows `.python-version`, and fetches what it says where the base has another one.
    """
    tag = image.base.name.partition("@")[0].rpartition("/")[2].partition(":")[2]
    minor = ".".join(tag.removeprefix("python").partition("-")[0].split(".")[:2])
    texts = [one.fragment.text for stage in image.stages for one in stage.instructions if one.keyword != "COPY"]
    if any(found[0] != f"python{minor}" for text in texts for found in _ANOTHER_PYTHON.finditer(text)):
        return True
    if not any("uv " in text for text in texts):
        return False
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        said = project.read(posixpath.join(folder, ".python-version"))
        if said is not None:
            version = said.text.strip().removeprefix("cpython-").removeprefix("python-")
            return ".".join(version.split(".")[:2]) != minor
    return False


def _may_have_setuptools(project: Project, path: str, folder: str, images: Sequence[Image]) -> bool:
    """Whether setuptools may be installed, whose start-up file brings `distutils` back.

    Very many distributions need it: where no file lists all that is installed, nothing may be.
    """
    from prelaunch.dependencies import lists_all, requirements
    from prelaunch.dependencies.docker import is_dockerfile

    named = requirements(project, path)
    if "setuptools" in named or not lists_all(named) or not images:
        return True
    if not all(_WITHOUT_SETUPTOOLS.fullmatch(one.base.name.partition("@")[0].partition(":")[0]) for one in images):
        return True
    texts = [project.read(posixpath.join(folder, name)) for name in project.names(folder or ".") if is_dockerfile(name)]
    words = _BRINGERS if named else (*_BRINGERS, "install", "sync")
    return any(word in source.text for source in texts if source is not None for word in words)


def _is_aside(path: str) -> bool:
    """Whether a file serves the development of the program, by the names that are usual for such files."""
    *folders, name = path.split("/")
    if not _TESTS.isdisjoint(folders) or not _ASIDE.isdisjoint(folders[:1]):
        return True
    return name in _ASIDE_FILES or name.startswith("test_") or name.endswith("_test.py")


def _runs_when_imported(fact: Import) -> bool:
    line, _ = fact.source.position(place(fact).start)
    return fact.source.line(line).startswith(("import ", "from "))


def place(fact: Import) -> Span:
    """The module as the statement names it, so that `from imp import a, b` is one finding."""
    if fact.name is None:
        return fact.span
    statement = re.compile(rf"\bfrom\s+({re.escape(fact.module)})\s+import\b")
    found = list(statement.finditer(fact.source.text, 0, fact.span.start))
    return Span(*found[-1].span(1)) if found else fact.span


def message(fault: Fault, path: str, project: Project) -> str:
    """The line that says what is gone, since when, and what there is instead."""
    instead = _INSTEAD.get(fault.path)
    starts = any(path in reached_in(project, one) for one in holding(project, path, posixpath.dirname(fault.where)))
    ends = "the container dies at start" if starts else "this import fails when it runs"
    advice = f"; use {instead}" if instead else ""
    runs = f"Python {fault.version}" if fault.version else "one of several versions of Python"
    return (
        f"`{fault.path}` is no longer part of Python: the image runs {runs} ({fault.where}), and {fault.had} was the"
        f" last that had it, so {ends} with `ModuleNotFoundError`{advice}"
    )
