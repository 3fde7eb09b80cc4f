from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.base_digest_single_arch import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

TEXTS = {
    "FROM alpine@sha256:0123": ["hint 1"],
    "FROM localhost:5000/alpine@sha256:0123": ["hint 1"],
    "ARG D=sha256:0123\nFROM alpine@$D": ["hint 2"],
    "FROM alpine:3@sha256:0123": [],
    "FROM alpine": [],
    "FROM alpine@$D": [],
    "FROM --platform=linux/amd64 alpine@sha256:0123": [],
    "FROM --platform=$BUILDPLATFORM alpine@sha256:0123": [],
    "FROM --platform=$TARGETPLATFORM alpine@sha256:0123": ["hint 1"],
    "FROM alpine@sha256:0123 AS a\nFROM alpine\nCOPY --from=a /a /a": [],
    "FROM @": [],
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_digest_without_a_tag_is_hinted_at_where_several_platforms_are_built(found: Found, text: str) -> None:
    assert found(RULE, f"{text}\n", platforms=("linux/amd64", "linux/arm64")) == TEXTS[text]


@pytest.mark.parametrize("platforms", [(), ("linux/amd64",), ("linux/arm64",), ("linux/amd64", "windows/amd64")])
def test_one_architecture_needs_one_image(found: Found, platforms: tuple[str, ...]) -> None:
    assert found(RULE, "FROM alpine@sha256:0123\n", platforms=platforms) == []
