"""A wheel to its surface: what is installed where, what is left out, and what is only known to be there."""

from __future__ import annotations

import io
import zipfile

import pytest

from prelaunch.index.extract import normalised, surface_of
from prelaunch.index.surface import ModuleSurface, Surface

META = "Metadata-Version: 2.1\nName: Some_Thing\nVersion: 1.0\nRequires-Python: >=3.9\n"


def read(files: dict[str, str], meta: str = META) -> Surface:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
        archive.writestr("some_thing-1.0.dist-info/METADATA", meta)
    data.seek(0)
    return surface_of(data, "2026-01-31")


def test_the_metadata_tell_name_version_python_and_what_is_needed() -> None:
    needs = "Requires-Dist: Typing_Extensions>=4; python_version<'3.11'\nRequires-Dist: six[x] (>1)\n"
    extra = "Requires-Dist: pytest; extra == 'test'\n"
    found = read({"m.py": ""}, f"{META}{needs}{extra}\nName: in the body\n")
    assert found[:5] == ("some-thing", "1.0", ">=3.9", "2026-01-31", ("typing-extensions", "six"))


def test_modules_are_named_as_they_are_installed() -> None:
    found = read(
        {
            "a/__init__.py": "x = 1",
            "a/b.py": "",
            "some_thing-1.0.data/purelib/c.py": "",
            "some_thing-1.0.data/scripts/d.py": "",
            "some_thing-1.0.data/data/e.py": "",
            "not-a-name/f.py": "",
            "g.txt": "",
            "h.cpython-311.py": "",
        }
    )
    assert found.modules == {
        "a": ModuleSurface({"x": "d"}, package=True),
        "a.b": ModuleSurface({}),
        "c": ModuleSurface({}),
    }


def test_a_folder_without_init_is_a_namespace() -> None:
    assert read({"a/b/c.py": ""}).modules == {
        "a": ModuleSurface({}, "namespace", package=True),
        "a.b": ModuleSurface({}, "namespace", package=True),
        "a.b.c": ModuleSurface({}),
    }


def test_a_stub_adds_names_and_makes_no_module() -> None:
    found = read(
        {"a.py": "x = 1", "a.pyi": "x: int\ny: int = 1\n", "b.pyi": "z = 1", "c.so": "", "c.pyi": "def f(): ..."}
    )
    assert found.modules == {
        "a": ModuleSurface({"x": "d", "y": "s"}),
        "c": ModuleSurface({"f": "s"}, "extension"),
    }


def test_an_extension_module_is_open_but_beside_its_source_it_is_that_source_compiled() -> None:
    found = read({"a.cpython-313-x86_64-linux-gnu.so": "", "b.py": "x = 1", "b.cp313-win_amd64.pyd": ""})
    assert found.modules == {"a": ModuleSurface({}, "extension"), "b": ModuleSurface({"x": "d"})}


def test_tests_are_known_to_be_there_and_not_read() -> None:
    found = read(
        {"a/__init__.py": "", "a/tests/__init__.py": "x = 1", "a/tests/b/c.py": "y = 1", "a/testing.py": "z = 1"}
    )
    assert found.modules == {
        "a": ModuleSurface({}, package=True),
        "a.tests": ModuleSurface({}, "tests", package=True),
        "a.testing": ModuleSurface({"z": "d"}),
    }


def test_top_levels_that_are_in_a_wheel_by_mistake_are_left_out() -> None:
    paths = ("tests/__init__.py", "docs/conf.py", "examples/a.py", "setup.py", "build/__init__.py")
    assert set(read(dict.fromkeys(paths, "")).modules) == {"build"}


def test_star_imports_bring_what_their_module_exports() -> None:
    found = read(
        {
            "a/__init__.py": "from .b import *\nfrom .c import *\nown = 1\n",
            "a/b.py": "__all__ = ['_x', 'y']\n_x = y = z = 1\n",
            "a/c.py": "p = 1\n_q = 1\nfrom .d import *\n",
            "a/d.py": "r = 1\n",
        }
    ).modules["a"]
    assert found == ModuleSurface({"_x": "i", "y": "i", "p": "i", "r": "i", "own": "d"}, package=True)


def test_a_star_import_of_an_open_or_foreign_module_opens_unless_all_is_known() -> None:
    found = read(
        {
            "a.py": "from os import *",
            "b.py": "from c import *",
            "c.py": "globals()['x'] = 1",
            "d.py": "from e import *",
            "e.py": "__all__ = ['x']\nglobals()['x'] = 1",
        }
    ).modules
    assert (found["a"].open, found["b"].open, found["d"].open) == ("star", "globals", "")
    assert found["d"].names == {"x": "i"}


def test_what_a_star_import_brings_is_unsure_where_the_list_of_its_module_cannot_be_read() -> None:
    found = read(
        {
            "a.py": "from builtins import float\nfrom b import *\nfrom c import *\nz = 1\n",
            "b.py": "import os\nx = y = z = own = 1\n__all__ = [name for name in ('x',)]\nfrom d import *\n",
            "c.py": "y = 1\n",
            "d.py": "deep = 1\n",
            "e.py": "from a import *\n",
            "f.py": "from b import *\n__all__ = ['x']\n",
            "g.py": "from f import *\n",
        }
    ).modules
    assert found["a"].names.keys() == {"float", "x", "y", "z", "own", "os", "deep"}
    assert found["a"].unsure == {"x", "own", "os", "deep"}
    assert found["e"].unsure == {"x", "own", "os", "deep"}
    assert found["f"].unsure == {"x", "y", "z", "own", "os", "deep"}
    assert not found["g"].unsure
    assert not found["b"].unsure
    assert (
        read({"a.py": "from b import *\nfrom c import *\n", "b.py": "x = 1\n", "c.py": "x = 1\n__all__ = f()\n"})
        .modules["a"]
        .unsure
        == set()
    )


def test_a_circle_of_star_imports_ends_with_the_names_of_all() -> None:
    found = read({"a.py": "from b import *\nx = 1", "b.py": "from a import *\ny = 1"}).modules
    assert set(found["a"].names) == set(found["b"].names) == {"x", "y"}
    assert not found["a"].open


def test_source_that_cannot_be_parsed_or_is_too_large_is_there_and_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read({"a.py": "print 'x'"}).modules == {"a": ModuleSurface({}, "unparsable")}
    monkeypatch.setattr("prelaunch.index.extract.MAX_SOURCE", 20)
    found = read({"a.py": "x = 1", "b/__init__.py": "y = " + "1" * 40, "b/c.py": "z = 1"})
    assert found.modules == {
        "a": ModuleSurface({"x": "d"}),
        "b": ModuleSurface({}, "large", package=True),
        "b.c": ModuleSurface({}, "large"),
    }


def test_what_is_no_wheel_is_an_error() -> None:
    with pytest.raises(zipfile.BadZipFile):
        surface_of(io.BytesIO(b"no zip"))
    data = io.BytesIO()
    zipfile.ZipFile(data, "w").close()
    with pytest.raises(ValueError, match="no METADATA"):
        surface_of(data)


def test_names_of_distributions_are_normalised() -> None:
    assert [normalised(name) for name in ("Some_Thing", "a.b--C", "zope.interface")] == [
        "some-thing", "a-b-c", "zope-interface",
    ]  # fmt: skip
