from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.kinds import any_of
from prelaunch.model import Fragment, Import, Source
from prelaunch.project import Project, UnreadableError
from prelaunch.readers.notebook import python_cells
from prelaunch.readers.python import decode, imports
from prelaunch_rules import MODULES, NAMES, WORDS
from prelaunch_rules.import_names.data import NEED_A_NAME, OTHERS, find_name, find_path, rows
from prelaunch_rules.nonexistent_import import RULE, check, mend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Make = Callable[..., Project]

KDF = "cryptography.hazmat.primitives.kdf.pbkdf2"


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def build(files: Mapping[str, str] | None = None) -> Project:
        for path, text in (files or {}).items():
            full = tmp_path / path
            full.parent.mkdir(parents=True, exist_ok=True)
            full.write_text(text, encoding="utf-8")
        return Project(str(tmp_path))

    return build


def facts(source: Source) -> list[Import]:
    fragments = python_cells(source) if source.path.endswith(".ipynb") else (source.whole(),)
    return [fact for fragment in fragments for fact in imports(fragment)]


def messages(text: str, project: Project, path: str = "app.py") -> list[str]:
    return [finding.message for fact in facts(Source(path, text)) for finding in check(fact, project)]


def mended(source: Source, project: Project) -> str:
    """The text with the first fix in place, again and again, as the engine does it where fixes touch."""
    for _ in range(20):
        fixes = [fix for fact in facts(source) if (fix := mend(fact, project)) is not None]
        if not fixes:
            break
        text = source.text
        for edit in sorted(fixes[0].edits, key=lambda edit: edit.span, reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.stop :]
        assert text != source.text
        source = Source(source.path, text, source.encoding)
    return source.text


def test_the_founding_crash_is_found_and_said_in_one_line(make: Make) -> None:
    assert messages(f"from {KDF} import PBKDF2\n", make()) == [
        (
            "`PBKDF2` is in no release of cryptography from 0.1 to 50.0.2, so this import fails at start;"
            " did you mean `PBKDF2HMAC`?"
        )
    ]


def test_the_finding_stands_at_the_name_and_is_certain(make: Make) -> None:
    source = Source("app.py", f"from {KDF} import (\n    PBKDF2HMAC,\n    PBKDF2 as P,\n)\n")
    (finding,) = [finding for fact in facts(source) for finding in check(fact, make())]
    assert source.text[finding.span.start : finding.span.stop] == "PBKDF2"
    assert source.position(finding.span.start) == (3, 5)
    assert (finding.rule, finding.certainty, finding.fix) == ("nonexistent-import", "certain", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "from fastapi import JSONResponse\n",
            (
                "`JSONResponse` is in no release of fastapi from 0.1.0 to 0.165.0, so this import fails at start;"
                " did you mean `fastapi.responses.JSONResponse`?"
            ),
        ),
        (
            f"def f():\n    from {KDF} import PBKDF2\n",
            (
                "`PBKDF2` is in no release of cryptography from 0.1 to 50.0.2, so this import fails when it runs;"
                " did you mean `PBKDF2HMAC`?"
            ),
        ),
        (
            f"import {KDF} as p\np.PBKDF2()\n",
            (
                "`PBKDF2` is in no release of cryptography from 0.1 to 50.0.2, so reading it fails;"
                " did you mean `PBKDF2HMAC`?"
            ),
        ),
        (
            "import openai.errors\n",
            "`openai.errors` is in no release of openai from 0.0.2 to 3.54.0, so this import fails at start",
        ),
        (
            "from openai.errors import OpenAIError\n",
            (
                "`openai.errors` is in no release of openai from 0.0.2 to 3.54.0, so this import fails at start;"
                " did you mean `openai.OpenAIError`?"
            ),
        ),
        (
            "from openai.errors.deep import *\n",
            "`openai.errors` is in no release of openai from 0.0.2 to 3.54.0, so this import fails at start",
        ),
        (
            "import rich.Table\n",
            "`rich.Table` is in no release of rich from 0.1.0 to 15.0.0, so this import fails at start",
        ),
        (
            "from sqlalchemy.dialects.postgresql import Vector\n",
            "`Vector` is in no release of sqlalchemy from 0.1.0 to 2.1.9, so this import fails at start",
        ),
    ],
)
def test_a_message_says_what_is_missing_and_what_was_meant(make: Make, text: str, message: str) -> None:
    found = messages(text, make())
    assert [re.sub(r"from \S+ to \S+,", "", one) for one in found] == [re.sub(r"from \S+ to \S+,", "", message)]


@pytest.mark.parametrize(
    "text",
    [
        f"from {KDF} import PBKDF2HMAC\n",
        "from Crypto.Protocol.KDF import PBKDF2\n",
        "import cryptography\n",
        "from .pbkdf2 import PBKDF2\n",
        "from mylib.kdf.pbkdf2 import PBKDF2\n",
        f"try:\n    from {KDF} import PBKDF2\nexcept ImportError:\n    PBKDF2 = None\n",
        f"if TYPE_CHECKING:\n    from {KDF} import PBKDF2\n",
        f"from {KDF} import PBKDF2  # type: ignore\n",
        f"import {KDF} as p\np = fake\np.PBKDF2()\n",
        f"from {KDF} import *\nPBKDF2()\n",
        "import fastapi\nfastapi.middleware.base\n",
        "from flask.ext.sqlalchemy import SQLAlchemy\n",
        "from werkzeug.urls import url_quote\n",
    ],
)
def test_what_may_succeed_or_is_guarded_is_passed(make: Make, text: str) -> None:
    assert messages(text, make({"requirements.txt": "pycryptodome\ncryptography\n"})) == []


@pytest.mark.parametrize(
    ("path", "local"),
    [
        ("app.py", "cryptography.py"),
        ("app.py", "cryptography/__init__.py"),
        ("app.py", "cryptography/hazmat/shim.py"),
        ("app.py", "src/cryptography/__init__.py"),
        ("app.py", "lib/cryptography.py"),
        ("app.py", "python/cryptography/__init__.py"),
        ("services/api/app/main.py", "services/cryptography/__init__.py"),
        ("services/api/app/main.py", "services/api/src/cryptography.py"),
        ("services/api/app/main.py", "services/api/app/cryptography/x.py"),
    ],
)
def test_a_local_module_of_that_name_silences(make: Make, path: str, local: str) -> None:
    text = f"from {KDF} import PBKDF2\n"
    assert len(messages(text, make(), path)) == 1
    assert messages(text, make({local: ""}), path) == []


@pytest.mark.parametrize(
    "local", ["cryptography/README.md", "cryptography/deep/notes.txt", "other/cryptography.py", "cryptography.txt"]
)
def test_what_is_not_importable_from_the_file_does_not_silence(make: Make, local: str) -> None:
    assert len(messages(f"from {KDF} import PBKDF2\n", make({local: ""}))) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", '[project]\nname = "FastAPI"\n'),
        ("setup.cfg", "[metadata]\nname = fastapi\n"),
        ("setup.py", "from setuptools import setup\nsetup(name='fastapi', version='1')\n"),
    ],
)
def test_the_package_itself_is_not_judged(make: Make, tmp_path: Path, path: str, text: str) -> None:
    line = "from fastapi import JSONResponse\n"
    assert messages(line, make({path: text}), "docs/example.py") == []
    (tmp_path / path).unlink()
    assert len(messages(line, make({path: text.lower().replace("fastapi", "fastapi-demo")}), "docs/example.py")) == 1


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({}, 0),
        ({"requirements.txt": "flask\n"}, 0),
        ({"requirements.txt": "PyJWT[crypto]==2.8.0\n"}, 1),
        ({"requirements.txt": "# PyJWT\n"}, 0),
        ({"requirements.txt": "PyJWT\njwt\n"}, 0),
        ({"requirements.txt": "jwt\n"}, 0),
        ({"requirements-prod.txt": "pyjwt>=2\n"}, 1),
        ({"requirements/base.txt": "pyjwt\n"}, 1),
        ({"pyproject.toml": '[project]\nname = "x"\ndependencies = ["pyjwt>=2"]\n'}, 1),
        ({"pyproject.toml": '[tool.poetry.dependencies]\nPyJWT = "^2"\n'}, 1),
        ({"Pipfile": '[packages]\npyjwt = "*"\n'}, 1),
        ({"setup.py": "setup(install_requires=['pyjwt'])\n"}, 1),
        ({"setup.cfg": "[options]\ninstall_requires =\n    pyjwt>2\n"}, 1),
        ({"requirements.txt": "flask-jwt-extended\npyjwt-key-fetcher\n"}, 0),
    ],
)
def test_a_name_that_two_distributions_install_needs_a_requirement(
    make: Make, files: dict[str, str], found: int
) -> None:
    assert len(messages("from jwt import JWTError\n", make(files))) == found


def test_a_named_namesake_silences(make: Make) -> None:
    line = "from dotenv import load_env\n"
    assert len(messages(line, make())) == 1
    assert messages(line, make({"requirements.txt": "django-dotenv\n"})) == []


def test_the_same_requirement_counts_in_a_folder_above_the_file(make: Make) -> None:
    project = make({"api/requirements.txt": "pyjwt\n"})
    assert len(messages("from jwt import JWTError\n", project, "api/app/auth.py")) == 1
    assert messages("from jwt import JWTError\n", project, "web/auth.py") == []


# --- the fix ---------------------------------------------------------------------------------------------------------

FROM = f"from {KDF} import"

CASES = {
    "the name and its uses": ("{F} PBKDF2\nk = PBKDF2(a=1)\n", "{F} PBKDF2HMAC\nk = PBKDF2HMAC(a=1)\n"),
    "no use": ("{F} PBKDF2\n", "{F} PBKDF2HMAC\n"),
    "an alias": ("{F} PBKDF2 as P\nP()\n", "{F} PBKDF2HMAC as P\nP()\n"),
    "one of several": (
        "{F} (\n    A,  # a\n    PBKDF2,\n)\nPBKDF2\n",
        "{F} (\n    A,  # a\n    PBKDF2HMAC,\n)\nPBKDF2HMAC\n",
    ),
    "the right name beside it": ("{F} PBKDF2, PBKDF2HMAC\nPBKDF2()\n", "{F} PBKDF2HMAC\nPBKDF2HMAC()\n"),
    "the right name before it": ("{F} PBKDF2HMAC, PBKDF2\nPBKDF2()\n", "{F} PBKDF2HMAC\nPBKDF2HMAC()\n"),
    "the right name before it, in brackets": (
        "{F} (\n    PBKDF2HMAC,\n    PBKDF2,\n)\nPBKDF2()\n",
        "{F} (\n    PBKDF2HMAC,\n)\nPBKDF2HMAC()\n",
    ),
    "a comment between them": (
        "{F} (\n    PBKDF2,  # old\n    PBKDF2HMAC,\n)\n",
        "{F} (\n    PBKDF2HMAC,  # old\n    PBKDF2HMAC,\n)\n",
    ),
    "the right name from another statement": (
        "{F} PBKDF2\n{F} PBKDF2HMAC\nPBKDF2, PBKDF2HMAC\n",
        "{F} PBKDF2HMAC\n{F} PBKDF2HMAC\nPBKDF2HMAC, PBKDF2HMAC\n",
    ),
    "the right name from elsewhere": (
        "{F} PBKDF2\nfrom x import PBKDF2HMAC\nPBKDF2\n",
        "{F} PBKDF2HMAC as PBKDF2\nfrom x import PBKDF2HMAC\nPBKDF2\n",
    ),
    "the right name bound": (
        "{F} PBKDF2\nPBKDF2HMAC = 1\nPBKDF2\n",
        "{F} PBKDF2HMAC as PBKDF2\nPBKDF2HMAC = 1\nPBKDF2\n",
    ),
    "the right name bound inside": (
        "{F} PBKDF2\ndef f(PBKDF2HMAC):\n    return PBKDF2\n",
        "{F} PBKDF2HMAC as PBKDF2\ndef f(PBKDF2HMAC):\n    return PBKDF2\n",
    ),
    "rebound": ("{F} PBKDF2\nPBKDF2 = PBKDF2 or 1\n", "{F} PBKDF2HMAC as PBKDF2\nPBKDF2 = PBKDF2 or 1\n"),
    "bound by a parameter": (
        "{F} PBKDF2\ndef f(PBKDF2):\n    return PBKDF2\n",
        "{F} PBKDF2HMAC as PBKDF2\ndef f(PBKDF2):\n    return PBKDF2\n",
    ),
    "exported": ('{F} PBKDF2\n__all__ = ["PBKDF2"]\n', '{F} PBKDF2HMAC as PBKDF2\n__all__ = ["PBKDF2"]\n'),
    "named by its text": (
        '{F} PBKDF2\npatch("app.PBKDF2")\n',
        '{F} PBKDF2HMAC as PBKDF2\npatch("app.PBKDF2")\n',
    ),
    "reached by globals": (
        "{F} PBKDF2\nglobals()[x]\n",
        "{F} PBKDF2HMAC as PBKDF2\nglobals()[x]\n",
    ),
    "vars of an object": ("{F} PBKDF2\nvars(x)\nPBKDF2\n", "{F} PBKDF2HMAC\nvars(x)\nPBKDF2HMAC\n"),
    "an annotation": ("{F} PBKDF2\ndef f(x: PBKDF2): ...\n", "{F} PBKDF2HMAC\ndef f(x: PBKDF2HMAC): ...\n"),
    "an annotation in quotes": (
        '{F} PBKDF2\ndef f(x: "PBKDF2 | None"): ...\n',
        '{F} PBKDF2HMAC as PBKDF2\ndef f(x: "PBKDF2 | None"): ...\n',
    ),
    "a docstring and a comment": (
        '"""Uses PBKDF2."""\n{F} PBKDF2  # PBKDF2\nprint("a PBKDF2 key", PBKDF2)\n',
        '"""Uses PBKDF2."""\n{F} PBKDF2HMAC  # PBKDF2\nprint("a PBKDF2 key", PBKDF2HMAC)\n',
    ),
    "an f-string": (
        "{F} PBKDF2\nf'{{PBKDF2!r}} {{x:{{PBKDF2}}}}'\n",
        "{F} PBKDF2HMAC\nf'{{PBKDF2HMAC!r}} {{x:{{PBKDF2HMAC}}}}'\n",
    ),
    "attributes and keywords of that name": (
        "{F} PBKDF2\nx.PBKDF2 == f(PBKDF2=PBKDF2.y)\n",
        "{F} PBKDF2HMAC\nx.PBKDF2 == f(PBKDF2=PBKDF2HMAC.y)\n",
    ),
    "a base class and a decorator": (
        "{F} PBKDF2\n@PBKDF2\nclass A(PBKDF2, m=PBKDF2): ...\n",
        "{F} PBKDF2HMAC\n@PBKDF2HMAC\nclass A(PBKDF2HMAC, m=PBKDF2HMAC): ...\n",
    ),
    "comprehensions and lambdas": (
        "{F} PBKDF2\n[PBKDF2 for _ in PBKDF2]\nlambda x=PBKDF2: PBKDF2\n",
        "{F} PBKDF2HMAC\n[PBKDF2HMAC for _ in PBKDF2HMAC]\nlambda x=PBKDF2HMAC: PBKDF2HMAC\n",
    ),
    "brackets around it": ("{F} PBKDF2\n(PBKDF2)(\n  (PBKDF2))\n", "{F} PBKDF2HMAC\n(PBKDF2HMAC)(\n  (PBKDF2HMAC))\n"),
    "inside a function": (
        "def f():\n    {F} PBKDF2\n    return PBKDF2()\n",
        "def f():\n    {F} PBKDF2HMAC\n    return PBKDF2HMAC()\n",
    ),
    "in two functions": (
        "def f():\n    {F} PBKDF2\n    PBKDF2()\ndef g():\n    {F} PBKDF2\n    PBKDF2()\n",
        "def f():\n    {F} PBKDF2HMAC\n    PBKDF2HMAC()\ndef g():\n    {F} PBKDF2HMAC\n    PBKDF2HMAC()\n",
    ),
    "twice": (
        "{F} PBKDF2\n{F} PBKDF2\nPBKDF2()\n",
        "{F} PBKDF2HMAC as PBKDF2\n{F} PBKDF2HMAC as PBKDF2\nPBKDF2()\n",
    ),
    "inside a class": (
        "class A:\n    {F} PBKDF2\n    x = PBKDF2\n",
        "class A:\n    {F} PBKDF2HMAC as PBKDF2\n    x = PBKDF2\n",
    ),
    "declared global": (
        "def f():\n    global PBKDF2\n    {F} PBKDF2\n",
        "def f():\n    global PBKDF2\n    {F} PBKDF2HMAC as PBKDF2\n",
    ),
    "a use above the import": (
        "def f():\n    return PBKDF2\n{F} PBKDF2\n",
        "def f():\n    return PBKDF2HMAC\n{F} PBKDF2HMAC\n",
    ),
    "a star import beside it": (
        "{F} PBKDF2\nfrom x import *\nPBKDF2\n",
        "{F} PBKDF2HMAC as PBKDF2\nfrom x import *\nPBKDF2\n",
    ),
    "an attribute": (
        "import {M} as p\np.PBKDF2(p.PBKDF2)\n",
        "import {M} as p\np.PBKDF2HMAC(p.PBKDF2HMAC)\n",
    ),
    "an attribute by its whole path": ("import {M}\n{M}.PBKDF2\n", "import {M}\n{M}.PBKDF2HMAC\n"),
    "several statements on a line": ("x = 'é😀'; {F} PBKDF2; PBKDF2()\n", "x = 'é😀'; {F} PBKDF2HMAC; PBKDF2HMAC()\n"),
    "odd white space": (
        "from  {M} \\\n  import  PBKDF2 ;\tPBKDF2\x0c\n",
        "from  {M} \\\n  import  PBKDF2HMAC ;\tPBKDF2HMAC\x0c\n",
    ),
    "a match statement": (
        "{F} PBKDF2\nmatch x:\n    case PBKDF2(): ...\n",
        "{F} PBKDF2HMAC\nmatch x:\n    case PBKDF2HMAC(): ...\n",
    ),
    "captured by a pattern": (
        "{F} PBKDF2\nmatch x:\n    case PBKDF2: ...\n",
        "{F} PBKDF2HMAC as PBKDF2\nmatch x:\n    case PBKDF2: ...\n",
    ),
    "deleted": ("{F} PBKDF2\ndel PBKDF2\n", "{F} PBKDF2HMAC\ndel PBKDF2HMAC\n"),
    "guarded": (
        "try:\n    {F} PBKDF2\nexcept ImportError:\n    PBKDF2 = None\n",
        "try:\n    {F} PBKDF2\nexcept ImportError:\n    PBKDF2 = None\n",
    ),
    "no line end": ("{F} PBKDF2;PBKDF2", "{F} PBKDF2HMAC;PBKDF2HMAC"),
    "another module, the same name": (
        "from fastapi import JSONResponse\n",
        "from fastapi.responses import JSONResponse\n",
    ),
    "another module, with an alias": ("from rich import Table as T\n", "from rich.table import Table as T\n"),
    "another module, in brackets": ("from rich import (\n    Table,\n)\n", "from rich.table import (\n    Table,\n)\n"),
    "another module, another name": (
        "from django.urls import url\nx = [url('')]\n",
        "from django.urls import re_path\nx = [re_path('')]\n",
    ),
    "another module, with names beside it": ("from fastapi import FastAPI, JSONResponse\n", None),
    "a module that never was": ("from openai.errors import RateLimitError\n", None),
    "a module that never was, a name that is known": (
        "from openai.errors import OpenAIError\nOpenAIError\n",
        "from openai import OpenAIError\nOpenAIError\n",
    ),
    "a built-in of the right name in use": (
        "from redis.exceptions import RedisConnectionError\nRedisConnectionError, ConnectionError\n",
        "from redis.exceptions import ConnectionError as RedisConnectionError\nRedisConnectionError, ConnectionError\n",
    ),
    "only something near": ("from requests.auth import HTTPBearerAuth\n", None),
    "no suggestion": ("from sqlalchemy.dialects.postgresql import Vector\n", None),
    "a plain import": ("import rich.Table\n", None),
    "a star import": ("from openai.errors import *\n", None),
}


def filled(text: str) -> str:
    return text.replace("{F}", FROM).replace("{M}", KDF).replace("{{", "{").replace("}}", "}")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["plain", "CRLF", "byte order mark"])
def test_a_fix_renames_what_is_sure_and_nothing_else(make: Make, case: str, form: str) -> None:
    before, after = (filled(text) if text is not None else None for text in CASES[case])
    assert before is not None
    after = before if after is None else after
    if form == "CRLF":
        before, after = before.replace("\n", "\r\n"), after.replace("\n", "\r\n")
    elif form == "byte order mark":
        before, after = f"\ufeff{before}", f"\ufeff{after}"
    fixed = mended(Source("app.py", before), make())
    assert fixed == after
    assert mended(Source("app.py", fixed), make()) == fixed
    ast.parse(fixed.removeprefix("\ufeff"))


def test_every_fix_is_safe_and_says_what_it_does(make: Make) -> None:
    (fact,) = facts(Source("app.py", f"{FROM} PBKDF2\n"))
    fix = mend(fact, make())
    assert fix is not None
    assert (fix.safe, fix.title) == (True, "import `PBKDF2HMAC` in place of `PBKDF2`")
    (fact,) = facts(Source("app.py", "from rich import Table\n"))
    fix = mend(fact, make())
    assert fix is not None
    assert fix.title == "import `Table` from `rich.table`"


def test_a_file_in_another_encoding_keeps_its_bytes(make: Make) -> None:
    data = f"# coding: latin-1\nx = 'é' * 3; {FROM} PBKDF2\ny = ('ü', PBKDF2)\n".encode("latin-1")
    source = decode("app.py", data)
    assert source.encode(mended(source, make())) == data.replace(b"PBKDF2", b"PBKDF2HMAC")


def test_a_name_that_another_file_takes_is_kept(make: Make) -> None:
    source = Source("pkg/keys.py", f"{FROM} PBKDF2\nPBKDF2()\n")
    kept = f"{FROM} PBKDF2HMAC as PBKDF2\nPBKDF2()\n"
    assert mended(source, make({"pkg/other.py": "from pkg import keys\n"})) != kept
    assert mended(source, make({"pkg/other.py": "from pkg.keys import PBKDF2\n"})) == kept


def test_a_name_that_another_file_reads_as_an_attribute_is_kept(make: Make) -> None:
    source = Source("pkg/keys.py", f"{FROM} PBKDF2\nPBKDF2()\n")
    project = make({"main.py": "from pkg import keys as k\nk.PBKDF2()\n"})
    assert mended(source, project) == f"{FROM} PBKDF2HMAC as PBKDF2\nPBKDF2()\n"


def test_the_same_mistake_in_another_file_keeps_no_name(make: Make) -> None:
    text = f"{FROM} PBKDF2\nkeys = PBKDF2()\n"
    project = make({"other.py": text})
    assert mended(Source("keys.py", text), project) == text.replace("PBKDF2", "PBKDF2HMAC")


def test_a_package_keeps_the_name_that_it_exports(make: Make) -> None:
    source = Source("pkg/__init__.py", f"{FROM} PBKDF2\n")
    assert mended(source, make()) == f"{FROM} PBKDF2HMAC as PBKDF2\n"


def notebook(*lines: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": list(lines)}], "nbformat": 4}, indent=1)


def test_a_cell_keeps_the_name_for_the_other_cells(make: Make) -> None:
    text = notebook("%matplotlib inline\n", 'x = "\\n"\n', f"{FROM} PBKDF2\n", "PBKDF2()")
    assert len(messages(text, make(), "a.ipynb")) == 1
    fixed = mended(Source("a.ipynb", text), make())
    assert fixed == text.replace("import PBKDF2", "import PBKDF2HMAC as PBKDF2")
    assert json.loads(fixed)["nbformat"] == 4


@pytest.mark.parametrize("deep", ["f(" * 150 + ")" * 150, "a" + ".b" * 300, "if a: pass\n" + "elif b: pass\n" * 300])
def test_a_text_too_deep_to_follow_every_use_keeps_the_name(make: Make, deep: str) -> None:
    text = f"{FROM} PBKDF2\nPBKDF2()\n{deep}\n"
    assert mended(Source("app.py", text), make()) == text.replace("import PBKDF2", "import PBKDF2HMAC as PBKDF2")
    assert mended(Source("app.py", f"from rich import Table\n{deep}\n"), make()) == f"from rich import Table\n{deep}\n"


def test_an_edit_that_the_json_spells_in_another_way_is_not_made(make: Make) -> None:
    text = notebook(f"{FROM} PBKDF2\n").replace("PBKDF2", r"\u0050BKDF2")
    assert len(messages(text, make(), "a.ipynb")) == 1
    assert mended(Source("a.ipynb", text), make()) == text


def test_a_script_inside_another_file_is_mended_in_place(make: Make) -> None:
    text = f"FROM x\nRUN python3 <<EOF\n{FROM} PBKDF2\nPBKDF2()\nEOF\n"
    source = Source("Dockerfile", text)
    fragment = Fragment.of(source, text.index("from "), text.index("EOF\n", 30))
    (fact,) = imports(fragment)
    fix = mend(fact, make())
    assert fix is not None
    assert [text[edit.span.start : edit.span.stop] for edit in fix.edits] == ["PBKDF2", "PBKDF2"]


_PARTS = st.sampled_from(
    [
        f"{FROM} PBKDF2",
        f"{FROM} PBKDF2 as P, PBKDF2HMAC",
        "PBKDF2()",
        "def f(a=PBKDF2): return PBKDF2",
        "PBKDF2 = 1",
        "x = 'é😀PBKDF2'",
        "class A(PBKDF2): PBKDF2 = PBKDF2",
        "def g(PBKDF2): PBKDF2",
        "x.PBKDF2",
        "f(PBKDF2=1)",
        "__all__ = ['PBKDF2']",
        "[PBKDF2 for PBKDF2 in x]",
        "PBKDF2HMAC",
        "import x as PBKDF2",
        "\x0cx = '\u2028'",
        "from rich import Table, x",
        "from rich import Table",
        "Table()",
        "def h():\n    from rich import Table\n    Table",
    ]
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(_PARTS, max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_a_fix_holds_leaves_the_rest_alone_and_is_made_once(make: Make, parts: list[str], end: str) -> None:
    project = make()
    source = Source("app.py", "".join(part.replace("\n", end) + end for part in parts))
    fixed = mended(source, project)
    assert mended(Source("app.py", fixed), project) == fixed
    # what is left when every spelling of the names is taken out is untouched
    blank = re.compile(r"PBKDF2HMAC as PBKDF2|PBKDF2HMAC|PBKDF2|rich(\.table)?|, |\s")
    assert blank.sub("", fixed) == blank.sub("", source.text)
    assert [fact for fact in facts(Source("app.py", fixed)) if mend(fact, project)] == []
    before, after = (ast.dump(ast.parse(text)).count("Name(") for text in (source.text, fixed))
    assert before == after


@given(st.text(alphabet=st.sampled_from("from rich import Table\n as(),.é#'")), st.sampled_from(["a.py", "a.ipynb"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_judged_without_an_exception(make: Make, text: str, path: str) -> None:
    try:
        found = facts(Source(path, text))
    except UnreadableError:
        return
    for fact in found:
        assert list(check(fact, make())) or mend(fact, make()) is None


# --- the data --------------------------------------------------------------------------------------------------------


def test_the_prefilter_knows_the_names_and_modules_of_the_data() -> None:
    assert frozenset(f"{row.module}.{row.wrong}" for row in rows() if row.missing == "name") == NAMES
    assert frozenset(row.module for row in rows() if row.missing == "module") == MODULES


FORMS = {
    "python": (
        "from {module} import {wrong}\n",
        "from {module} import (  # (\n    {wrong} as b,\n)\n",
        "import os; from {module} \\\n    import {wrong}\n",
    ),
    "notebook": (
        '{{"source": ["x\\n", "from {module} import {wrong}\\n"]}}',
        '{{"source": "from {module} import {wrong}"}}',
    ),
    "dockerfile": (
        "RUN python -c 'from {module} import {wrong}'\n",
        "RUN python <<EOF\nfrom {module} import {wrong}\nEOF\n",
    ),
}


@pytest.mark.parametrize("kind", FORMS)
def test_no_row_slips_through_the_prefilter(kind: str) -> None:
    for form in FORMS[kind]:
        for row in rows():
            assert any_of(WORDS[kind], form.format(module=row.module, wrong=row.wrong).encode())


@pytest.mark.parametrize("kind", FORMS)
def test_a_plain_text_does_not_pass_the_prefilter(kind: str) -> None:
    for form in FORMS[kind]:
        assert not any_of(WORDS[kind], form.format(module="os", wrong="name").encode())


def test_each_row_is_whole_and_stands_once() -> None:
    keys = [(row.module, row.wrong) for row in rows()]
    assert len(keys) == len(set(keys)) == 120
    for row in rows():
        assert row.package
        assert row.first
        assert row.last
        assert row.missing in {"name", "module"}
        assert row.wrong.isidentifier()
        assert all(part.isidentifier() for part in row.module.split("."))
        assert row.releases >= 1
        assert (row.kind in {"same", "near"}) == bool(row.right)
        assert bool(row.right_module) == bool(row.right_name) == bool(row.right)
        assert row.right != f"{row.module}:{row.wrong}"


def test_no_suggestion_is_itself_in_the_data() -> None:
    for row in rows():
        assert find_name(row.right_module, row.right_name) is None
        assert not row.right or find_path(row.right_module) is None


def test_the_names_that_exist_elsewhere_are_not_in_the_data() -> None:
    assert find_name("Crypto.Protocol.KDF", "PBKDF2") is None
    assert find_path("flask.ext.sqlalchemy") is None


def test_each_namesake_table_speaks_of_the_data() -> None:
    tops = {row.module.partition(".")[0]: row.package for row in rows()}
    assert set(OTHERS) <= set(tops)
    assert set(NEED_A_NAME) <= set(OTHERS)
    assert all(tops[top] not in others for top, others in OTHERS.items())


def test_the_rule_says_its_name_and_its_documentation() -> None:
    assert (RULE.name, RULE.judges, RULE.fixable, RULE.mend) == ("nonexistent-import", Import, True, mend)
    assert RULE.doc.startswith("# nonexistent-import\n")
    assert RULE.summary.endswith(".")


def test_checking_never_imports_libcst() -> None:
    code = textwrap.dedent(
        """
        import sys
        from prelaunch.model import Source
        from prelaunch.project import Project
        from prelaunch.readers.python import imports
        from prelaunch_rules.nonexistent_import import check
        for text in ("import os", "from rich import Table"):
            for fact in imports(Source("a.py", text).whole()):
                list(check(fact, Project(".")))
            print("libcst" in sys.modules, "prelaunch_rules.nonexistent_import.fix" in sys.modules)
        """
    )
    run: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False", "False", "False"]
