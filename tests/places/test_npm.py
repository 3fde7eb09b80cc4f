"""Scripts of package.json and composer.json to builds."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places.npm import builds
from prelaunch.project import Project, UnreadableError


def read(text: str) -> list[Build]:
    return builds(Source("package.json", text), Project("."))


def states(scripts: dict[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    return [(b.state, b.platforms) for b in read(json.dumps({"scripts": scripts}, indent="\t"))]


@pytest.mark.parametrize(
    ("scripts", "expected"),
    [
        ({"a": "docker build -t x:$npm_package_version ."}, [("missing", ())]),
        ({"a": 'docker build --build-arg "A=b c" --platform=a/b .'}, [("explicit", ("a/b",))]),
        ({"a": "tsc && docker compose build"}, [("delegated", ())]),
        ({"a": "cross-env X=1 npm run b", "b": "docker build ."}, [("missing", ())]),
        ({"a": ["@b", "docker build ."]}, [("missing", ())]),
        ({"build": "vite build", "docker": "docker push x"}, []),
        ({"a": "echo 'docker build .'"}, []),
        ({"a": {"b": "docker build ."}}, []),
        ({"a": None, "b": 1, "c": True, "d": ""}, []),
    ],
)
def test_scripts(scripts: dict[str, object], expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(scripts) == expected


def test_only_scripts_run() -> None:
    assert read('{"docs": "docker build .", "config": {"scripts": {"a": "docker build ."}}}') == []


def test_a_script_that_runs_a_build_and_a_push_publishes_it() -> None:
    scripts = {
        "build": "docker build -t x .",
        "push": "docker push x",
        "release": "npm run build && npm run push",
        "test": "docker build -t t .",
    }
    assert [build.published for build in read(json.dumps({"scripts": scripts}))] == [True, False]


def test_a_platform_is_written_into_the_script() -> None:
    text = '{\n\t"scripts": {\n\t\t"é": "echo \\"a\\" && docker build -t \\u0078 ."\n\t}\n}\n'
    (build,) = read(text)
    assert build.slot is not None
    at = build.slot.span.start
    fixed = text[:at] + build.slot.spell(("linux/amd64",)) + text[at:]
    assert json.loads(fixed)["scripts"]["é"] == 'echo "a" && docker build --platform linux/amd64 -t x .'


def test_no_json_is_said_so() -> None:
    with pytest.raises(UnreadableError):
        read('{"scripts": {')


@given(st.one_of(st.text(), st.dictionaries(st.text(), st.text()).map(lambda d: json.dumps({"scripts": d}))))
def test_any_text_is_read_or_said_to_be_no_json(text: str) -> None:
    try:
        found = read(text)
    except UnreadableError:
        return
    assert all(0 <= build.span.start <= build.span.stop <= len(text) for build in found)
