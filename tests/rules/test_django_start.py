"""What Django's settings name: which of it is surely imported at start, and when nobody can tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch_rules.django_start import named_by
from prelaunch_rules.import_not_installed import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

WSGI = Source("shop/wsgi.py", "application = get_wsgi_application()")
MANAGE = Source("manage.py", "execute_from_command_line(sys.argv)")


def named(settings: str, entry: Source = MANAGE, command: str = "", **others: str) -> list[str]:
    def find(dotted: str) -> Source | None:
        text = others.get(dotted.lstrip(".").replace(".", "_"))
        return Source(f"{dotted}.py", text) if text is not None else None

    return [one.dotted for one in named_by(Source("settings.py", settings), entry, command, find)]


@pytest.mark.parametrize(
    ("settings", "applications"),
    [
        ("INSTALLED_APPS = ['a', 'b']", ["a", "b"]),
        ("INSTALLED_APPS = ('a',)", ["a"]),
        ("INSTALLED_APPS: list[str] = ['a']", ["a"]),
        ("A = ['a']\nB = ['b']\nINSTALLED_APPS = A + B", ["a", "b"]),
        ("A = ['a']\nINSTALLED_APPS = [*A, 'b']", ["a", "b"]),
        ("INSTALLED_APPS = ['a']\nINSTALLED_APPS += ['b']", ["a", "b"]),
        ("INSTALLED_APPS = ['a']\nINSTALLED_APPS.append('b')\nINSTALLED_APPS.extend(['c'])", ["a", "b", "c"]),
        ("INSTALLED_APPS = ['a'] + env.list('MORE')", ["a"]),
        ("INSTALLED_APPS = ['a', name(), f'{x}', 1]", ["a"]),
        ("INSTALLED_APPS = ['shop.apps.ShopConfig']", ["shop"]),
        # a branch may add, and what it adds is not certain
        ("INSTALLED_APPS = ['a']\nif DEBUG:\n    INSTALLED_APPS += ['b']", ["a"]),
        (
            "INSTALLED_APPS = ['a']\ntry:\n    import x\n    INSTALLED_APPS += ['b']\nexcept ImportError:\n    pass",
            ["a"],
        ),
        # what may take some away leaves none certain
        ("INSTALLED_APPS = ['a']\nif not DEBUG:\n    INSTALLED_APPS = ['c']", []),
        ("INSTALLED_APPS = ['a']\nif not DEBUG:\n    INSTALLED_APPS.remove('a')", []),
        ("INSTALLED_APPS = ['a']\nINSTALLED_APPS.remove('a')", []),
        ("INSTALLED_APPS = ['a']\nINSTALLED_APPS = [x for x in INSTALLED_APPS if keep(x)]", []),
        ("INSTALLED_APPS = ['a']\nINSTALLED_APPS[0] = 'b'", []),
        ("INSTALLED_APPS = ['a']\ndel INSTALLED_APPS[0]", []),
        ("INSTALLED_APPS = ['a']\nfor INSTALLED_APPS in x: pass", []),
        ("INSTALLED_APPS = load()", []),
        ("def f():\n    INSTALLED_APPS = ['a']", []),
        ("INSTALLED_APPS = (", []),
        ("", []),
    ],
)
def test_the_applications_that_are_certain(settings: str, applications: list[str]) -> None:
    assert [name for name in named(settings) if not name.endswith((".apps", ".models"))] == applications


def test_each_application_brings_its_modules() -> None:
    assert named("INSTALLED_APPS = ['a']") == ["a", "a.apps", "a.models"]
    assert "a.admin" in named("INSTALLED_APPS = ['django.contrib.admin', 'a']")
    assert "a.admin" in named("INSTALLED_APPS = ['django.contrib.admin.apps.AdminConfig', 'a']")


def test_settings_that_stand_on_others() -> None:
    base = "INSTALLED_APPS = ['a']\n"
    assert "a" in named("from .base import *\n", base=base)
    assert [one for one in named("from .base import *\nINSTALLED_APPS += ['b']\n", base=base) if "." not in one] == [
        "a",
        "b",
    ]
    assert "a" not in named("from .base import *\nINSTALLED_APPS = ['b']\n", base=base)
    assert named("from .base import *\n", base="from .base import *\n") == []


def test_middleware_is_imported_by_the_handler() -> None:
    settings = "MIDDLEWARE = ['a.b.C']\n"
    assert named(settings, WSGI) == ["a.b"]
    assert named(settings, MANAGE, "migrate") == []
    assert named(settings, MANAGE, "runserver") == ["a.b"]


def test_urls_are_imported_by_the_checks() -> None:
    settings = "ROOT_URLCONF = 'shop.urls'\n"
    urls = "urlpatterns = [path('', include('blog.urls')), path('x', view), path('y', include(other))]\n"
    assert named(settings, WSGI) == []
    assert named(settings, MANAGE, "collectstatic") == []
    assert named(settings, MANAGE, "migrate", shop_urls=urls) == ["shop.urls", "blog.urls"]
    assert named(settings, MANAGE, "check", shop_urls="urlpatterns = [include('shop.urls')]")[:2] == ["shop.urls"] * 2


LOCK = '[[package]]\nname = "django"\nversion = "5"\n'
PROJECT = '[project]\nname = "s"\nversion = "1"\n\n[dependency-groups]\ndev = ["django-extensions"]\n'
FILES = {
    "pyproject.toml": PROJECT,
    "uv.lock": LOCK,
    "shop/__init__.py": "",
    "shop/settings.py": "INSTALLED_APPS = ['django_extensions']\n",
    "manage.py": "def main():\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    "    execute_from_command_line(sys.argv)\nmain()\n",
    "run.sh": "#!/bin/sh\npython manage.py migrate\n",
}
DOCKERFILE = (
    'FROM python:3.13-slim\nWORKDIR /app\nCOPY . .\nRUN pip install uv && uv sync --no-dev\n{}CMD ["sh", "run.sh"]\n'
)


@pytest.mark.parametrize(
    ("files", "more", "flagged"),
    [
        ({}, "", True),
        ({"run.sh": "#!/bin/sh\nif x; then\n  python manage.py migrate\nfi\n"}, "", False),
        ({"run.sh": "#!/bin/sh\nuv sync\npython manage.py migrate\n"}, "", False),
        ({"run.sh": "#!/bin/sh\nexport PYTHONPATH=/x\npython manage.py migrate\n"}, "", False),
        ({"run.sh": "#!/bin/sh\ncd /srv\npython manage.py migrate\n"}, "", False),
        ({}, "ENV DJANGO_SETTINGS_MODULE=shop.settings\n", True),
        ({"shop/prod.py": ""}, "ENV DJANGO_SETTINGS_MODULE=shop.prod\n", False),
        ({}, "ARG S\nENV DJANGO_SETTINGS_MODULE=$S\n", False),
        ({"deploy/app.yaml": "env:\n  - name: DJANGO_SETTINGS_MODULE\n    value: shop.prod\n"}, "", False),
        ({"deploy/app.yaml": "env:\n  DJANGO_SETTINGS_MODULE: shop.settings\n"}, "", True),
        ({".env.example": "DJANGO_SETTINGS_MODULE=shop.prod\n"}, "", False),
        ({"wsgi.py": "os.environ['DJANGO_SETTINGS_MODULE'] = 'shop.prod'\n"}, "", False),
        ({".github/workflows/ci.yml": "env:\n  DJANGO_SETTINGS_MODULE: shop.testing\n"}, "", True),
        (
            {"manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', name)\nexecute_from_command_line()\n"},
            "",
            False,
        ),
        ({"manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"}, "", False),
    ],
)
def test_only_the_settings_that_are_deployed_count(
    found: Found, files: dict[str, str], more: str, *, flagged: bool
) -> None:
    assert found(RULE, DOCKERFILE.format(more), {**FILES, **files}) == ["likely 4"] * flagged


@given(
    st.lists(
        st.sampled_from(
            [
                "INSTALLED_APPS",
                "=",
                "+=",
                "['a']",
                "\n",
                "if x:",
                " ",
                "+",
                "[",
                "]",
                "()",
                ".append",
                "('b')",
                "del",
                "for",
                "in",
                "*",
                "import",
                "from",
                ".",
                ":",
                "A",
                "MIDDLEWARE",
                "1",
            ]
        )
    )
)
def test_any_settings_are_read(words: list[str]) -> None:
    assert all(isinstance(one, str) for one in named(" ".join(words), WSGI, "runserver"))
