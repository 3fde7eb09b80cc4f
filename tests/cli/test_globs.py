from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.globs import matches_any, part_matches


@pytest.mark.parametrize(
    ("path", "glob", "matches"),
    [
        ("vendor/a/Makefile", "vendor/", True),
        ("vendor/a/Makefile", "vendor", True),
        ("a/vendor/Makefile", "vendor/", True),
        ("a/vendor/Makefile", "/vendor/", False),
        ("vendor", "vendor/", False),
        ("vendor", "vendor", True),
        ("vendored/Makefile", "vendor", False),
        ("a/b.mk", "*.mk", True),
        ("a/b.mk", "a/*.mk", True),
        ("x/a/b.mk", "a/*.mk", False),
        ("x/a/b.mk", "**/a/*.mk", True),
        ("a/b.mk", "**/a/*.mk", True),
        ("a/x/y/b.mk", "a/**/b.mk", True),
        ("a/b.mk", "a/**/b.mk", True),
        ("a/b.mk", "a/**", True),
        ("a", "a/**", False),
        ("docs/x", "**", True),
        ("a/b1.sh", "b?.sh", True),
        ("a/b12.sh", "b?.sh", False),
        ("a/b.sh", "./a/b.sh", True),
        ("a/b.sh", "a/b.sh/", False),
        ("tests/projects/x/Makefile", "tests/projects", True),
    ],
)
def test_a_glob_matches_as_gitignore_does(path: str, glob: str, matches: bool) -> None:
    assert matches_any(path, [glob]) == matches


@given(st.text(alphabet="ab/*?.", min_size=1), st.text(alphabet="ab/*?.", min_size=1))
def test_any_glob_can_be_asked(path: str, glob: str) -> None:
    assert matches_any(path, [glob]) in {True, False}


@given(st.lists(st.text(alphabet="abc.", min_size=1, max_size=4), min_size=1, max_size=4))
def test_a_path_matches_itself_and_every_folder_above_it(parts: list[str]) -> None:
    path = "/".join(parts)
    assert matches_any(path, ["/" + path])
    assert matches_any(f"{path}/x", [f"/{path}/"])


def test_a_glob_made_to_be_slow_is_not() -> None:
    start = time.perf_counter()
    assert not part_matches("a" * 200, "*a" * 60 + "b")
    assert not matches_any("/".join("a" * 60), ["**/a/" * 40 + "b"])
    assert time.perf_counter() - start < 1
