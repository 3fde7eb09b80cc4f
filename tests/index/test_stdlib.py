"""The standard library from 3.8 to 3.14: what the shipped data say, against what is known and this interpreter."""

from __future__ import annotations

import importlib
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from prelaunch.index.shipped import FILE, python_names
from prelaunch.index.stdlib import DISTRIBUTION, VERSIONS
from prelaunch.index.store import Index
from prelaunch.index.typeshed import find_typeshed, names_in

if TYPE_CHECKING:
    from prelaunch.index.store import Package

INDEX = Path(__file__).resolve().parents[2] / "hooks" / "prelaunch" / "index" / FILE

# module, name ("" for the module itself), the first version without it
GONE = (
    ("collections", "Mapping", "3.10"), ("collections", "Callable", "3.10"), ("collections", "Iterable", "3.10"),
    ("fractions", "gcd", "3.9"), ("asyncio", "coroutine", "3.11"), ("inspect", "getargspec", "3.11"),
    ("inspect", "formatargspec", "3.11"), ("binhex", "", "3.11"), ("imp", "", "3.12"), ("distutils", "", "3.12"),
    ("distutils.core", "", "3.12"), ("asynchat", "", "3.12"), ("asyncore", "", "3.12"), ("smtpd", "", "3.12"),
    ("ssl", "wrap_socket", "3.12"), ("ssl", "match_hostname", "3.12"), ("configparser", "SafeConfigParser", "3.12"),
    ("pkgutil", "ImpImporter", "3.12"), ("cgi", "", "3.13"), ("cgitb", "", "3.13"), ("telnetlib", "", "3.13"),
    ("crypt", "", "3.13"), ("pipes", "", "3.13"), ("imghdr", "", "3.13"), ("lib2to3", "", "3.13"),
    ("xdrlib", "", "3.13"), ("nntplib", "", "3.13"), ("audioop", "", "3.13"), ("spwd", "", "3.13"),
    ("unittest", "makeSuite", "3.13"), ("ast", "Num", "3.14"), ("base64", "encodestring", "3.9"),
    ("pkgutil", "find_loader", "3.14"), ("asyncio", "get_child_watcher", "3.14"),
)  # fmt: skip

# the first version with it
CAME = (
    ("typing", "override", "3.12"), ("typing", "Self", "3.11"), ("typing", "TypeAlias", "3.10"),
    ("typing", "Annotated", "3.9"), ("typing", "NotRequired", "3.11"), ("typing", "ParamSpec", "3.10"),
    ("typing", "TypeIs", "3.13"), ("typing", "ReadOnly", "3.13"), ("tomllib", "", "3.11"), ("datetime", "UTC", "3.11"),
    ("enum", "StrEnum", "3.11"), ("itertools", "batched", "3.12"), ("itertools", "pairwise", "3.10"),
    ("functools", "cache", "3.9"), ("zoneinfo", "", "3.9"), ("graphlib", "", "3.9"), ("warnings", "deprecated", "3.13"),
    ("asyncio", "TaskGroup", "3.11"), ("asyncio", "timeout", "3.11"), ("asyncio", "to_thread", "3.9"),
    ("contextlib", "chdir", "3.11"), ("copy", "replace", "3.13"), ("annotationlib", "", "3.14"),
    ("compression.zstd", "", "3.14"), ("string.templatelib", "", "3.14"),
    ("concurrent.futures", "InterpreterPoolExecutor", "3.14"),
    ("dataclasses", "KW_ONLY", "3.10"), ("types", "NoneType", "3.10"),
)  # fmt: skip

ALWAYS = (
    ("os", "path"), ("os.path", "join"), ("os", "startfile"), ("os", "fork"), ("winreg", "OpenKey"),
    ("msvcrt", "getch"), ("xml.etree.cElementTree", "XML"), ("collections.abc", "ByteString"),
    ("ast", "literal_eval"), ("typing", "TYPE_CHECKING"), ("collections", "OrderedDict"), ("collections", "abc"),
    ("concurrent", "futures"), ("xml.etree", "ElementTree"), ("signal", "CTRL_C_EVENT"), ("socket", "AF_UNIX"),
    ("asyncio", "WindowsSelectorEventLoopPolicy"), ("subprocess", "STARTUPINFO"), ("select", "kqueue"),
    ("fcntl", "flock"),
    ("unittest", "IsolatedAsyncioTestCase"), ("logging", "handlers"), ("urllib", "parse"),
    ("tkinter", "Tk"), ("curses", "wrapper"),
    ("multiprocessing", "Process"), ("email.mime.text", "MIMEText"), ("importlib", "metadata"), ("sqlite3", "connect"),
)  # fmt: skip


@cache
def package() -> Package:
    found = Index.open(str(INDEX)).package(DISTRIBUTION)
    assert found is not None
    assert found.releases == VERSIONS
    return found


def verdict(module: str, name: str, version: str) -> str:
    number = VERSIONS.index(version)
    if not name:
        there = package().module(module, number)
        # a top level that no release lacks for sure is only known by those that have it
        return there if there != "unknown" or number in package().seen(module) else "absent"
    return package().name(module, name, number)


@pytest.mark.parametrize(("module", "name", "version"), GONE)
def test_what_went_is_there_before_and_absent_since(module: str, name: str, version: str) -> None:
    verdicts = [verdict(module, name, each) for each in VERSIONS]
    at = VERSIONS.index(version)
    assert verdicts == ["present"] * at + ["absent"] * (len(VERSIONS) - at)


@pytest.mark.parametrize(("module", "name", "version"), CAME)
def test_what_came_is_absent_before_and_there_since(module: str, name: str, version: str) -> None:
    verdicts = [verdict(module, name, each) for each in VERSIONS]
    at = VERSIONS.index(version)
    assert verdicts[at:] == ["present"] * (len(VERSIONS) - at)
    assert set(verdicts[:at]) == {"absent"}


@pytest.mark.parametrize(("module", "name"), ALWAYS)
def test_what_is_there_on_any_system_is_never_absent(module: str, name: str) -> None:
    assert "absent" not in {verdict(module, name, each) for each in VERSIONS}


def test_the_list_that_is_asked_first_agrees_with_the_index() -> None:
    found = package()
    for number in range(len(VERSIONS)):
        for module in found.modules(number):
            listed = python_names(module)
            assert listed is not None, module
            changed, stable = listed
            for name in found.names(module, number) or ():
                assert name in changed or name in stable or "*" in stable, f"{module}.{name}"
    assert python_names("no_such_module") is None
    changed, _ = python_names("collections") or (frozenset(), frozenset())
    assert "Mapping" in changed
    assert "*" in (python_names("cgi") or (frozenset(), frozenset()))[0]


def test_nothing_that_this_interpreter_really_has_is_absent() -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    number = VERSIONS.index(version)
    looked = 0
    for module in (
        "ast",
        "asyncio",
        "collections",
        "collections.abc",
        "datetime",
        "inspect",
        "os",
        "typing",
        "unittest",
    ):
        for name in dir(importlib.import_module(module)):
            looked += 1
            assert package().name(module, name, number) != "absent", f"{module}.{name}"
    assert looked > 800


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "import sys\nif sys.version_info >= (3, 9):\n    a: int\nelse:\n    b: int": ({"a"}, {"b"}),
        "import sys\nif sys.version_info < (3, 9):\n    b: int": (set(), {"b"}),
        "from x import a as a, b": ({"a"}, {"a"}),
        "def a(): ...\nclass b:\n    c: int": ({"a", "b"}, {"a", "b"}),
        "__all__ = ['a']\n__all__ += ['b']": ({"a", "b"}, {"a", "b"}),
    }.items(),
)
def test_a_stub_is_read_for_a_version(text: str, expected: tuple[set[str], set[str]]) -> None:
    assert (set(names_in(text, "m", "3.9")), set(names_in(text, "m", "3.8"))) == expected


def test_a_stub_is_read_for_one_system_or_for_any() -> None:
    text = "import sys\nif sys.platform == 'win32':\n    a: int\nelse:\n    b: int"
    assert set(names_in(text, "m", "3.9")) == {"a", "b"}
    assert set(names_in(text, "m", "3.9", platform="linux")) == {"b"}


def test_the_second_source_is_at_hand_where_the_index_is_built() -> None:
    assert Path(find_typeshed(), "VERSIONS").is_file()
