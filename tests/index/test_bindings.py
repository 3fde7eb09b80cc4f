"""What running a module may bind: its text read, against what is known and against Python itself."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import types
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.index.bindings import UNPARSABLE, bindings

if TYPE_CHECKING:
    from collections.abc import Mapping

BOUND: Mapping[str, tuple[str, ...]] = {
    "import os.path, json as j": ("i:j", "i:os"),
    "from a.b import c, d as e": ("i:c", "i:e"),
    "def f(x): y = 1": ("d:f",),
    "async def f(): pass\nclass C(B): inner = 1": ("d:C", "d:f"),
    "a = b = 1\n(c, [d, *e]) = x\nf: int = 1\ng: int": ("d:a", "d:b", "d:c", "d:d", "d:e", "d:f"),
    "a += 1\na.b = 1\na[0] = 1": ("d:a",),
    "for i, j in x:\n    k = 1\nelse:\n    l = 1": ("d:i", "d:j", "d:k", "d:l"),
    "while x:\n    a = 1": ("d:a",),
    "with x as (a, b), y as c: pass": ("d:a", "d:b", "d:c"),
    "if (n := 1): pass\nprint([y for x in z if (m := x)])": ("d:m", "d:n"),
    "try:\n    import a\nexcept E as gone:\n    b = 1\nelse:\n    c = 1\nfinally:\n    d = 1": (
        "d:b", "d:c", "d:d", "i:a",
    ),
    "match x:\n    case [a, *b]: pass\n    case {'k': c, **d}: pass\n    case C(e) as f: pass": (
        "d:a", "d:b", "d:c", "d:d", "d:e", "d:f",
    ),
    "def f():\n    global made\n    made = 1": ("d:f", "d:made"),
    "import a\na = 1": ("d:a",),
    "a = 1\nimport a": ("d:a",),
    "a = 1\ndel a\nb = 1": ("d:b",),
    "a = 1\nif x:\n    del a": ("d:a",),
    "__all__ = ['a']\n__version__ = '1'\n_p = 1": ("d:_p",),
    "def f(a=(b := 1), *, c=(d := 2)): pass\nclass C(B, key=(e := int)): pass": ("d:C", "d:b", "d:d", "d:e", "d:f"),
}  # fmt: skip

BRANCHES: Mapping[str, tuple[str, ...]] = {
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from a import b\nelse:\n    c = 1": (
        "TYPE_CHECKING",
        "c",
    ),
    "import typing\nif typing.TYPE_CHECKING:\n    b = 1": ("typing",),
    "import typing\nif not typing.TYPE_CHECKING:\n    b = 1": ("b", "typing"),
    "if TYPE_CHECKING or x:\n    b = 1": ("b",),
    "if TYPE_CHECKING and x:\n    b = 1": (),
    "if False:\n    a = 1\nelif x:\n    b = 1\nelse:\n    c = 1": ("b", "c"),
    "import sys\nif sys.version_info < (3, 9):\n    old = 1\nelse:\n    new = 1": ("new", "old", "sys"),
    "import sys\nif sys.platform == 'win32':\n    import winreg": ("sys", "winreg"),
}

OPEN: Mapping[str, str] = {
    "def __getattr__(name): pass": "getattr",
    "if x:\n    def __getattr__(name): pass": "getattr",
    "from a import __getattr__": "getattr",
    "__getattr__ = f()": "getattr",
    "__getattr__, __dir__, __all__ = lazy.attach(__name__)": "lazy",
    "globals()['a'] = 1": "globals",
    "globals().update(x)": "globals",
    "def f():\n    g = globals()\n    g['x'] = 1": "globals",
    "for n in x:\n    exec(n)": "exec",
    "locals()[n] = 1": "locals",
    "vars()[n] = 1": "vars",
    "import sys\nvars(sys.modules[__name__]).update(x)": "vars",
    "import sys\nsys.modules[__name__] = C()": "sys.modules",
    "import sys\nsys.modules[__name__ + '.x'] = y": "sys.modules",
    "import sys\nsys.modules.setdefault('a.b', y)": "sys.modules",
    "import sys\nsetattr(sys.modules[__name__], n, v)": "setattr",
    "import sys\nsys.modules[__name__].__dict__.update(x)": "dict",
    "import sys\nsys.modules[__name__].__class__ = C": "class",
    "from importlib import import_module\nsetattr(import_module('a'), n, v)": "setattr",
    "__path__ = extend_path(__path__, __name__)": "namespace",
    "__import__('pkg_resources').declare_namespace(__name__)": "namespace",
    "__path__.append(x)": "namespace",
    "__path__[:] = x": "namespace",
    "import sys\nclass F:\n    def install(self):\n        sys.meta_path.append(self)": "import hook",
    "from . import *": "",
}

CLOSED = (
    "if 'x' in globals(): pass",
    "y = globals()['x']",
    "z = globals().get('x')",
    "def f():\n    exec('a = 1')\n    return locals()",
    "class C:\n    def f(self, x):\n        self.__dict__.update(x)",
    "class C:\n    def __getattr__(self, name): pass",
    "import pkgutil\nfor m in pkgutil.iter_modules(__path__): pass",
    "import sys\nfor finder in sys.meta_path: pass",
    "import sys\nx = sys.modules['a']\ny = sys.modules.get('b')",
    "setattr(thing, 'a', 1)",
)


@pytest.mark.parametrize("text", BOUND)
def test_what_a_statement_binds_is_listed_with_how(text: str) -> None:
    found = bindings(text, "pkg.mod", package=False)
    assert tuple(sorted(f"{flag}:{name}" for name, flag in found.names.items())) == BOUND[text]
    assert not found.open


@pytest.mark.parametrize("text", BRANCHES)
def test_every_branch_that_can_run_counts_and_no_other(text: str) -> None:
    assert tuple(sorted(bindings(text, "pkg.mod", package=False).names)) == BRANCHES[text]


@pytest.mark.parametrize("text", OPEN)
def test_what_reaches_further_than_its_text_is_open_and_says_why(text: str) -> None:
    assert bindings(text, "pkg", package=True).open == OPEN[text]


@pytest.mark.parametrize("text", CLOSED)
def test_what_only_looks_like_a_trick_is_closed(text: str) -> None:
    assert not bindings(text, "pkg", package=True).open


def test_star_imports_are_named_from_the_root_and_those_that_leave_it_are_open() -> None:
    text = "from .a import *\nfrom ..b import *\nfrom . import *\nfrom c.d import *\nfrom .a import *\n"
    assert bindings(text, "top.sub", package=True).stars == ("top.sub.a", "top.b", "top.sub", "c.d")
    assert bindings(text, "top.sub.mod", package=False).stars == ("top.sub.a", "top.b", "top.sub", "c.d")
    assert bindings("from ... import *", "top.mod", package=False).open == "star"


def test_all_is_known_only_where_every_part_of_it_can_be_read() -> None:
    assert bindings("__all__ = ['a'] + ['b']\n__all__ += ('c',)", "m", package=False).exported == ("b", "a", "c")
    assert bindings("__all__ = ['a']\n__all__.extend(['b'])\n__all__.append('c')", "m", package=False).exported == (
        "a", "b", "c",
    )  # fmt: skip
    for text in ("x = 1", "__all__ = sub.__all__", "__all__ = ['a']\n__all__ += sub.__all__", "__all__ = list(x)"):
        assert bindings(text, "m", package=False).exported is None


def test_python_2_and_nonsense_are_unparsable() -> None:
    for text in ("print 'x'", "a = 1\0", "(" * 3000, "def f(:", "\ud800"):
        assert bindings(text, "m", package=False) == UNPARSABLE


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    bindings(text, "m", package=False)


@given(st.lists(st.sampled_from([*BOUND, *BRANCHES]), max_size=6))
def test_every_name_that_running_a_text_leaves_is_listed(texts: list[str]) -> None:
    module = types.ModuleType("oracle")
    module.__dict__.update(x=[], y=1, z=[], C=int, B=object)
    before = set(dir(module))
    for text in texts:
        with contextlib.suppress(Exception):  # what was bound until then counts all the same
            exec(compile(text, "oracle", "exec"), module.__dict__)
    bound = {name for name in set(dir(module)) - before if not name.startswith("__")}
    assert bound <= set(bindings("\n".join(texts), "oracle", package=False).names)


PLAIN = """
    abc argparse ast base64 bisect bz2 calendar cmd codecs collections configparser contextlib copy csv dataclasses
    datetime decimal difflib dis email email.message enum filecmp fileinput fnmatch fractions ftplib functools getopt
    gettext glob gzip heapq hmac html html.parser http http.client http.server imaplib inspect io ipaddress json
    json.decoder keyword linecache logging logging.config logging.handlers lzma mailbox mimetypes netrc nturl2path
    numbers opcode optparse pdb pickle pickletools pkgutil platform plistlib poplib posixpath pprint profile pyclbr
    queue quopri random reprlib runpy sched secrets selectors shelve shlex shutil smtplib socketserver sqlite3 stat
    statistics string stringprep subprocess symtable tarfile tempfile textwrap timeit token tokenize trace traceback
    types typing unittest unittest.mock urllib.parse urllib.request uuid warnings wave weakref webbrowser wsgiref.types
    xml.dom.minidom xml.etree.ElementTree xmlrpc.client zipapp zipfile""".split()


def test_what_modules_of_the_standard_library_really_hold_is_listed() -> None:
    judged = 0
    for dotted in PLAIN:
        module = importlib.import_module(dotted)
        source = inspect.getsource(module)
        found = bindings(source, dotted, package=hasattr(module, "__path__"))
        if found.open:
            continue
        names = set(found.names)
        for star in found.stars:
            names.update(dir(importlib.import_module(star)))
        submodules = {name for name in dir(module) if inspect.ismodule(getattr(module, name, None))}
        shown = {name for name in dir(module) if not name.startswith("__")}
        assert shown - names - submodules == set(), dotted
        judged += 1
    assert judged > 90
