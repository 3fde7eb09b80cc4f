"""Pushes publish the images that they name, not every image that is built beside them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.places.publishing import ANY, NO_PUSHES, Pushes, could_be_one, united

_NAMES = st.text(alphabet="ab/:.…@", max_size=12)


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("api", "api", True),
        ("api", "api:latest", True),
        ("docker.io/team/api:1", "team/api:1", True),
        ("api:test", "api:1", False),
        ("team/api", "team/web", False),
        ("team/api:…", "team/api:1", True),
        ("team/api:…", "team/web:1", False),
        ("…/api:…", "ghcr.io/team/api:1", True),
        ("…/api:test", "…/api:prod", False),
        ("…", "anything:1", True),
        ("localhost:5000/api", "localhost:5000/api:latest", True),
        ("containers-storage:api:1", "api:1", True),
        ("api@sha256:abc", "api", True),
    ],
)
def test_names_that_could_be_one(first: str, second: str, same: bool) -> None:
    assert could_be_one(first, second) is same
    assert could_be_one(second, first) is same


def test_an_image_is_pushed_under_the_name_that_it_was_tagged_with() -> None:
    pushes = Pushes(frozenset({"ghcr.io/team/api:1"}), frozenset({("api", "api:1"), ("api:1", "ghcr.io/team/api:1")}))
    assert pushes.take("api")
    assert not pushes.take("api:test")


def test_tags_in_a_circle_end() -> None:
    pushes = Pushes(frozenset({"other"}), frozenset({("a", "b"), ("b", "a")}))
    assert not pushes.take("a")


def test_a_tag_alone_pushes_nothing() -> None:
    assert not united([NO_PUSHES, Pushes(frozenset(), frozenset({("a", "b")}))])


@given(_NAMES, _NAMES)
def test_any_two_names_are_compared_alike_both_ways(first: str, second: str) -> None:
    assert could_be_one(first, second) is could_be_one(second, first)


@given(_NAMES)
def test_an_unknown_name_could_be_any(name: str) -> None:
    assert could_be_one(name, ANY)
