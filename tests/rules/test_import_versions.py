"""The verdict on an import, by what the project says of its releases, against an index that is made here."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from prelaunch import discover, registry
from prelaunch.engine import Judge, run
from prelaunch.index import quick, shipped
from prelaunch.index.pack import pack
from prelaunch.index.store import Index
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import unite
from prelaunch.project import Project
from prelaunch_rules import dead_import_guard, nonexistent_import

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from prelaunch.index.unite import History

    Judged = Callable[..., list[str]]

RULES = (nonexistent_import.RULE, dead_import_guard.RULE)
PYTHON = "python"


def module(text: str) -> ModuleSurface:
    """The names of a module; `+` in front makes it a package, `?` open."""
    names = dict.fromkeys(text.strip("+?").split(), "d")
    return ModuleSurface(names, "getattr" if "?" in text else "", "+" in text)


def history(distribution: str, releases: Mapping[str, Mapping[str, str]], requires: tuple[str, ...] = ()) -> History:
    surfaces = [
        Surface(distribution, version, "", "", requires, {name: module(text) for name, text in modules.items()})
        for version, modules in releases.items()
    ]
    probes = [
        Probe(distribution, each.version, "3.12", {name: tuple(m.names) for name, m in each.modules.items()}, {}, {})
        for each in surfaces
    ]
    return unite(surfaces, probes)


WEB = history(
    "web",
    {
        "1.0": {"web": "+ App escape", "web.old": "Thing", "web.urls": "quote", "web.dynamic": "? a"},
        "2.0": {"web": "+ App escape", "web.urls": "quote", "web.dynamic": "? a"},
        "3.0.9": {"web": "+ App run", "web.urls": "parse", "web.dynamic": "? a"},
    },
    requires=("base",),
)
BASE = history("base", {"1.0": {"base": "+", "base.tools": "wrench"}})
LONG = history("long", {"1.0.0": {"long": "+ name"}, "1.0.40": {"long": "+ name"}})
# of each minor version only the last patch, as with most distributions
LAST = history(
    "last",
    {
        "1.9.30": {"last": "+ name early Dict", "last.gone": "x"},
        "2.0.25": {"last": "+ name"},
        "2.1.5": {"last": "+ name"},
        "2.3.40": {"last": "+ name late"},
    },
)
# the newest one needs a newer Python
HELD = history("held", {"1.0.5": {"held": "+ name"}, "2.0.40": {"held": "+ name"}})._replace(
    pythons=(">=3.8", ">=3.10")
)
ONE = history("one", {"1.0": {"twin": "+", "twin.a": "left"}})
OTHER = history("other", {"1.0": {"twin": "+", "twin.a": "right"}})
STANDARD = history(
    PYTHON,
    {
        "3.11": {"imp": "load", "tools": "gone kept", "os": "+ name", "typing": "List Dict"},
        "3.12": {"tools": "gone kept", "os": "+ name", "typing": "List Dict"},
        "3.13": {"tools": "kept fresh", "os": "+ name", "typing": "List Dict"},
    },
)


def _forget() -> None:
    for memory in (quick._always, quick._judged, quick._answers, shipped._names):  # noqa: SLF001
        memory.clear()


@pytest.fixture(autouse=True)
def made_index(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    index = Index(pack([WEB, BASE, LONG, LAST, HELD, ONE, OTHER, STANDARD]))
    python = index.package(PYTHON)
    assert python is not None
    monkeypatch.setitem(shipped._opened, "", index)  # noqa: SLF001 - no run needs another index than the shipped one
    monkeypatch.setitem(shipped._texts, "", shipped.spell_python(python).encode())  # noqa: SLF001
    # what is remembered of the shipped index, and of this one
    _forget()
    yield
    _forget()


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """Certainty and message of each finding in `path`, in a project of `files`."""

    def judge(text: str, files: Mapping[str, str] | None = None, path: str = "app.py") -> list[str]:
        for name, content in {**(files or {}), path: text}.items():
            full = tmp_path / name
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(content, encoding="utf-8")
        project = Project(str(tmp_path))
        judge = Judge(RULES, frozenset(rule.name for rule in RULES))
        file = discover.look(str(tmp_path), path, registry.import_words())
        report = run(project, [file] if file else [], judge, hints=True)
        return [f"{finding.certainty}: {finding.message}" for finding in report.findings]

    return judge


def pins(text: str) -> dict[str, str]:
    return {"requirements.txt": text}


GONE = "from web import escape\n"
NEVER = "from web import Nothing\n"

# fmt: off
# ruff: noqa: E501 - one verdict a line
VERDICTS = [
    # in no release: whatever the project says of the distribution, as long as it may have it
    (NEVER, {}, "certain: `Nothing` is in no release of web from 1.0 to 3.0.9, so this import fails at start"),
    (NEVER, pins("web"), "certain: `Nothing` is in no release of web"),
    (NEVER, pins("web>=2"), "certain: `Nothing` is in no release of web"),
    (NEVER, pins("web==2.0"), "certain: `Nothing` is in no release of web"),
    (NEVER, pins("web==9.0"), "likely: `Nothing` is in no release of web"),  # newer than what is known
    (NEVER, pins("web==0.5"), ""),  # older than what is known
    ("from long import Nothing\n", pins("long==1.0.40"), "certain: `Nothing` is in no release of long"),
    ("from long import Nothing\n", pins("long==1.0.20"), ""),  # far from both: it may have come and gone
    ("from last import Nothing\n", pins("last==2.0.25"), "certain: `Nothing` is in no release of last"),
    ("from last import Nothing\n", pins("last==2.0.7"), ""),  # far from the last patch, and nothing below it is its own
    ("import last.nothing\n", pins("last==2.0.7"), ""),
    ("from last import Nothing\n", pins("last==2.1.3"), "certain: `Nothing` is in no release of last"),  # few patches
    ("from last import Nothing\n", pins("last==2.2.0"), ""),  # of its minor version nothing is known
    ("from last import Nothing\n", pins("last==2.0.37"), ""),  # a patch behind the last one that is known
    ("from last import early\n", pins("last==2.0.7"), ""),  # it may have gone with a later patch
    ("from last import early\n", pins("last==2.0.37"), "certain: `early` is not in last 2.0.37"),  # gone before: for good
    ("from last import Dict\n", pins("last==2.3.7"), ""),  # it may have been imported for a while again
    ("from last import Dict\n", pins("last==2.0.25"), "certain: `Dict` is not in last 2.0.25"),
    ("import last.gone\n", pins("last==2.2.0"), "certain: `last.gone` is not in last 2.2.0"),
    ("from last import late\n", pins("last==2.0.7"), "certain: `late` is not in last 2.0.7"),  # came later
    ("from last import late\n", pins("last==2.3.7"), ""),  # it may have come with an earlier patch
    ("from last import Nothing\n", {}, "certain: `Nothing` is in no release of last"),
    ("from last import List\n", {}, ""),  # a patch that is not indexed may have imported it for itself
    ("from last import imp\n", pins("last>=2"), ""),
    ("from last import _nothing\n", {}, ""),
    ("from web import _nothing\n", {}, "certain: `_nothing` is in no release of web"),
    ("from long import List\n", {}, ""),  # a patch between may have imported it for itself
    ("from long import List\n", pins("long==1.0.40"), "certain: `List` is in no release of long"),
    ("from web import List\n", {}, "certain: `List` is in no release of web"),
    ("from web import _nothing\n", pins("web==2.0"), "certain: `_nothing` is in no release of web"),
    ("from last import _nothing\n", pins("last==2.1.3"), ""),  # a private name comes and goes with a patch
    ("from web import Nothing\n", pins("web==2.5"), ""),  # of its minor version nothing is known
    ("from web import Nothing\n", pins("web==3.0.1"), "certain: `Nothing` is in no release of web"),
    # what is installed by a range, or by the Python, is a patch that is not known
    ("from last import Nothing\n", pins("last<2.0.20"), ""),
    ("from last import Nothing\n", pins("last>=2.0.3,<2.0.20"), ""),
    ("from last import Nothing\n", pins("last~=2.0,!=2.0.25,<2.0.26"), ""),
    ("from last import Nothing\n", pins("last\n-c limits.txt") | {"limits.txt": "last<2.0.20\n"}, ""),
    ("from last import Nothing\n", pins("last>=1.9") | {"setup.py": "setup(install_requires=['last<=2.0.20'])"}, ""),
    ("from last import Nothing\n", pins("last==2.0.25") | {"requirements-old.txt": "last==2.0.7"}, ""),
    ("from last import Nothing\n", pins("last==2.0.25") | {"requirements-new.txt": "last==9.0"}, ""),
    ("from last import Nothing\n", pins("last==2.0.25") | {"requirements-old.txt": "last==0.1"}, ""),
    ("from last import Nothing\n", pins("last<=2.0.25"), "certain: `Nothing` is in no release of last"),
    ("from last import Nothing\n", pins("last<2.1"), "certain: `Nothing` is in no release of last"),  # 2.0.25 is the last 2.0
    ("from last import Nothing\n", pins("last<2"), "certain: `Nothing` is in no release of last"),
    ("from last import Nothing\n", pins("last<2.1.4"), "certain: `Nothing` is in no release of last"),  # few patches
    ("from last import Nothing\n", pins("last==2.2.*"), ""),
    ("from last import late\n", pins("last<2.3.30"), ""),  # it may have come with an earlier patch
    ("from last import late\n", pins("last<=2.3.40,!=2.3.40"), ""),
    ("from last import late\n", pins("last>=2,<2.1"), "certain: `late` is in no release of last that requirements.txt:1 allows (first"),
    ("from last import early\n", pins("last>=2,<2.3.30"), "certain: `early` is in no release of last that requirements.txt:1 allows"),
    ("from last import _nothing\n", pins("last<2.1.4"), ""),
    # one that the build is told may be such a patch
    ("from last import Nothing\n", {"Dockerfile": "FROM python:3.12\nARG V\nRUN pip install last==$V\n"}, ""),
    ("from last import Nothing\n", {"Dockerfile": "FROM python:3.12\nRUN pip install 'last[x]~=${V}'\n"}, ""),
    ("from last import Nothing\n", {"Dockerfile": "FROM python:3.12\nRUN poetry add last@$V\n"}, ""),
    ("from last import Nothing\n", {"Dockerfile": "FROM python:3.12\nRUN pip install last>=$V\n"}, "certain: `Nothing` is in no release of last"),
    ("from last import Nothing\n", {"Dockerfile": "FROM python:3.12\nRUN pip install last$X\n"}, "certain: `Nothing` is in no release of last"),
    ("from held import Nothing\n", {}, "certain: `Nothing` is in no release of held"),
    ("from held import Nothing\n", {".python-version": "3.12"}, "certain: `Nothing` is in no release of held"),
    ("from held import Nothing\n", {".python-version": "3.9"}, ""),  # the patches before 2.0.40 may run there
    ("from held import Nothing\n", pins("held>=1") | {".python-version": "3.9"}, ""),
    ("from held import Nothing\n", pins("held>=1,<2") | {".python-version": "3.9"}, "certain: `Nothing` is in no release of held"),
    ("from held import Nothing\n", {".python-version": "3.7"}, ""),  # none of those that are known
    (NEVER, pins("web<0.5"), ""),
    (NEVER, pins("web @ git+https://example.org/web"), ""),
    (NEVER, pins("something-else"), ""),
    (NEVER, pins("base"), ""),
    ("from base.tools import hammer\n", pins("web"), "certain: `hammer` is in no release of base"),  # web requires it
    # gone: by the pin
    (GONE, {}, ""),
    (GONE, pins("web"), ""),
    (GONE, pins("web==1.0"), ""),
    (GONE, pins("web==2.0"), ""),
    (
        GONE,
        pins("web==3.0.9"),
        "certain: `escape` is not in web 3.0.9, which requirements.txt:1 names (last seen in 2.0), so this import fails",
    ),
    (GONE, pins("Web == 3.0.9 # why"), "certain: `escape` is not in web 3.0.9"),
    (GONE, pins("web==3.0.9.0"), "certain: `escape` is not in web 3.0.9.0"),
    (GONE, pins("web==1.5"), ""),  # between two that have it
    (GONE, pins("web==2.5"), ""),  # between one that has it and one that lacks it
    ("import web.old\n", pins("web==2.5"), "certain: `web.old` is not in web 2.5"),  # between two that lack it
    (GONE, pins("web==3.0.1"), ""),  # it may have gone with a later patch
    ("from web import run\n", pins("web==3.0.1"), ""),  # it may have come with an earlier patch
    (GONE, pins("web==3.0.10"), "likely: `escape` is not in web 3.0.10, which requirements.txt:1 names (last seen in 2.0)"),
    (GONE, pins("web==4.0"), ""),  # newer than what is known: it may have come back
    ("from web import run\n", pins("web==2.0"), "certain: `run` is not in web 2.0, which requirements.txt:1 names (first seen in 3.0.9)"),
    # gone: by a range
    (GONE, pins("web>=2"), ""),
    (GONE, pins("web>=3,<3.1"), "likely: `escape` is in no release of web that requirements.txt:1 allows (last seen in 2.0)"),
    (GONE, pins("web>2,<=3.0.9"), "certain: `escape` is in no release of web that requirements.txt:1 allows"),
    (GONE, pins("web>=3"), "likely: `escape` is in no release of web that requirements.txt:1 allows"),
    (GONE, {"requirements.txt": "web==3.0.9", "requirements-old.txt": "web==2.0"}, ""),
    # modules, their parents, attributes
    ("import web.old\n", pins("web==1.0"), ""),
    ("import web.old\n", pins("web==3.0.9"), "certain: `web.old` is not in web 3.0.9"),
    ("import web.old.deep\n", pins("web==3.0.9"), "certain: `web.old` is not in web 3.0.9"),
    ("from web.old import Thing\n", pins("web==3.0.9"), "certain: `web.old` is not in web 3.0.9"),
    ("from web.old import *\n", pins("web==3.0.9"), "certain: `web.old` is not in web 3.0.9"),
    ("from web import urls, App\n", pins("web==3.0.9"), ""),
    ("import web\nweb.escape('')\n", pins("web==3.0.9"), "certain: `escape` is not in web 3.0.9, which requirements.txt:1 names (last seen in 2.0), so reading it fails"),
    ("import web as w\nw.urls.quote('')\n", pins("web==3.0.9"), "certain: `quote` is not in web 3.0.9"),
    ("from web import urls as u\nu.quote('')\n", pins("web==3.0.9"), "certain: `quote` is not in web 3.0.9"),
    ("import web\nweb.Nothing\n", pins("web==3.0.9"), ""),  # an attribute may be set from anywhere
    ("import web\nweb.__name__\nfrom web import __version__, __anything__\n", pins("web==3.0.9"), ""),
    # what an open module has nobody knows
    ("from web.dynamic import whatever\n", pins("web==3.0.9"), ""),
    # relative imports are the project's own
    ("from . import escape\nfrom .web import escape\nfrom ..web import old\n", pins("web==3.0.9"), ""),
    # two distributions give one module
    ("from twin.a import right\n", {}, ""),
    ("from twin.a import right\n", pins("one"), "certain: `right` is in no release of one"),
    ("from twin.a import right\n", pins("other"), ""),
    ("from twin.a import right\n", pins("one\nother"), ""),
    # guards
    ("import sys\nif sys.version_info >= (3, 9):\n    from web import escape\n", pins("web==3.0.9"), ""),
    ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from web import escape\n", pins("web==3.0.9"), ""),
    ("from web import escape  # type: ignore\n", pins("web==3.0.9"), ""),
    ("def f():\n    from web import escape\n", pins("web==3.0.9"), "certain: `escape` is not in web 3.0.9, which requirements.txt:1 names (last seen in 2.0), so this import fails when it runs"),
    # a guard that is dead, and two that are not
    ("try:\n    from web import Nothing\nexcept ImportError:\n    Nothing = None\n", {}, "likely: `Nothing` is in no release of web from 1.0 to 3.0.9, so this import never succeeds and its `except` always runs"),
    ("try:\n    from web import escape\nexcept ImportError:\n    escape = None\n", pins("web==3.0.9"), ""),
    ("try:\n    import web\nexcept ImportError:\n    from web import Nothing\n", pins("web"), ""),
    ("try:\n    from web import Nothing\nexcept ImportError:\n    Nothing = None\n", pins("something-else"), ""),
    # shadows
    (GONE, {**pins("web==3.0.9"), "web.py": ""}, ""),
    (GONE, {**pins("web==3.0.9"), "src/web/__init__.py": ""}, ""),
    (GONE, {**pins("web==3.0.9"), "web/part.py": ""}, ""),
    (GONE, {**pins("web==3.0.9"), "web/index.html": ""}, "certain: `escape` is not in web 3.0.9"),
    (GONE, {**pins("web==3.0.9"), "pyproject.toml": "[project]\nname = 'web'\n"}, ""),
    # the standard library
    ("import imp\n", {}, ""),
    ("import imp\n", {".python-version": "3.13"}, "likely: `imp` is not in Python 3.13 of .python-version"),
    ("import imp\n", {"pyproject.toml": "[project]\nrequires-python = '>=3.11,<3.14'\n"}, ""),
    ("import imp\n", {"pyproject.toml": "[project]\nrequires-python = '>=3.12,<3.14'\n"}, "likely: `imp` is not in the Python versions of pyproject.toml (last seen in 3.11)"),
    ("import imp\n", {"setup.py": "'Programming Language :: Python :: 3.13'"}, "hint: `imp` is not in Python 3.13 of setup.py"),
    ("from tools import fresh\n", {"Dockerfile": "FROM python:3.12\n"}, "certain: `fresh` is not in Python 3.12 of Dockerfile:1 (first seen in 3.13)"),
]
# fmt: on


@pytest.mark.parametrize(("text", "files", "expected"), VERDICTS)
def test_the_verdict_on_an_import(text: str, files: dict[str, str], expected: str, judged: Judged) -> None:
    found = judged(text, files)
    if not expected:
        assert found == []
    else:
        assert len(found) == 1
        assert found[0].startswith(expected)


def test_nothing_is_looked_up_outside_of_the_machine(judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a look-up left the machine")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    monkeypatch.setattr("subprocess.Popen", refuse)
    with pytest.raises(AssertionError, match="left the machine"):
        socket.create_connection(("127.0.0.1", 1))
    assert judged(GONE, pins("web==3.0.9"))
    assert judged(NEVER, pins("-r https://index.example/requirements.txt\nweb\n"))
    assert not judged("import nothing.that.anyone.knows\n", pins("web==99\nunknown==1\n"))
