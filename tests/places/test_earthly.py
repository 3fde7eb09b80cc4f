from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places.earthly import builds
from prelaunch.places.script import Setting, read_script
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, root: str = "/nowhere") -> list[Build]:
    found = builds(Source("Earthfile", dedent(text)), Project(root))
    assert [build.span for build in found] == sorted(build.span for build in found)
    return found


def only(text: str) -> Build:
    [build] = read(text)
    return build


IMAGE = "build:\n    FROM alpine\n    SAVE IMAGE a:1\n"


@pytest.mark.parametrize(
    ("text", "state", "platforms"),
    [
        (IMAGE, "missing", ()),
        ("build:\n    FROM --platform=linux/amd64 alpine\n    SAVE IMAGE a\n", "explicit", ("linux/amd64",)),
        ("build:\n    FROM --platform linux/amd64 alpine\n    SAVE IMAGE a\n", "explicit", ("linux/amd64",)),
        ("build:\n    FROM DOCKERFILE --platform=linux/amd64 .\n    SAVE IMAGE a\n", "explicit", ("linux/amd64",)),
        ("FROM --platform=linux/arm64 alpine\nbuild:\n    SAVE IMAGE a\n", "explicit", ("linux/arm64",)),
        (
            "base:\n    FROM --platform=linux/s390x x\nbuild:\n    FROM +base\n    SAVE IMAGE a\n",
            "explicit",
            ("linux/s390x",),
        ),
        (f"all:\n    BUILD --platform=a/b --platform=c/d +build\n{IMAGE}", "explicit", ("a/b", "c/d")),
        (
            f"all:\n    BUILD --platform=a/b +build\n    BUILD --platform=c/d +build\n{IMAGE}",
            "explicit",
            ("a/b", "c/d"),
        ),
        (f"all:\n    BUILD +build\n{IMAGE}", "missing", ()),
        (f"all:\n    BUILD --platform=a/b +build\nother:\n    BUILD +build\n{IMAGE}", "unknown", ("a/b",)),
        (f"top:\n    BUILD --platform=a/b +all\nall:\n    BUILD +build\n{IMAGE}", "explicit", ("a/b",)),
        (f"all:\n    ARG p=a/b\n    BUILD --platform=$p +build\n{IMAGE}", "explicit", ("a/b",)),
        (f"all:\n    ARG p\n    BUILD --platform=$p +build\n{IMAGE}", "explicit", ()),
        (
            f"all:\n    FOR p IN a/b c/d\n        BUILD --platform=$p +build\n    END\n{IMAGE}",
            "explicit",
            ("a/b", "c/d"),
        ),
        ("build:\n    FROM --platform=$TARGETPLATFORM alpine\n    SAVE IMAGE a\n", "missing", ()),
        ("build:\n    FROM --platform=$BUILDPLATFORM alpine\n    SAVE IMAGE a\n", "explicit", ()),
        (f"all:\n    BUILD --platform=native +build\n{IMAGE}", "explicit", ()),
        ("F:\n    FUNCTION\n    SAVE IMAGE a\nall:\n    FROM --platform=a/b x\n    DO +F\n", "explicit", ("a/b",)),
    ],
)
def test_the_platform_of_an_image_is_that_of_its_from_or_of_what_builds_it(
    text: str, state: str, platforms: tuple[str, ...]
) -> None:
    build = only(text)
    assert (build.tool, build.form, build.state, build.platforms) == ("earthly", "earthly", state, platforms)
    assert build.slot is None


def test_an_image_without_a_name_is_a_cache_and_push_publishes() -> None:
    found = read("b:\n    SAVE IMAGE\n    SAVE IMAGE --cache-hint\n    ARG t=1\n    SAVE IMAGE --push x/a:$t x/b\n")
    assert [(build.images, build.published) for build in found] == [(("x/a:1", "x/b"), True)]


def test_the_commands_of_runs_are_builds_of_their_own() -> None:
    text = """\
        test:
            WITH DOCKER --load a=+image
                RUN --privileged docker build -t x . && \\
                    docker push x
            END
        """
    build = only(text)
    assert (build.tool, build.state, build.published) == ("docker-build", "missing", True)


def test_circles_of_targets_end() -> None:
    text = "a:\n    BUILD +b\n    SAVE IMAGE x\nb:\n    BUILD +a\nc:\n    FROM +d\n    SAVE IMAGE y\nd:\n    FROM +c\n"
    assert [build.state for build in read(text)] == ["explicit", "missing"]


def test_a_command_that_names_a_platform_decides(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text("image:\n\tearthly --push \\\n\t  --platform=linux/amd64 +build\n")
    [build] = read(IMAGE, str(tmp_path))
    assert build.state == "delegated"
    assert build.via[-1].path == "Makefile"


@pytest.mark.parametrize(
    ("command", "states"),
    [
        ("earthly --ci --push +build", ["delegated"]),
        ("earthly --platform linux/amd64 +build", ["explicit"]),
        ("earthly +all", ["delegated"]),
        ("earthly ./web+build", ["delegated"]),
        ("earthly +test", []),
        ("earthly github.com/a/b+build", []),
        ("earthly bootstrap", []),
        ("earthly --version", []),
    ],
)
def test_a_command_is_a_build_where_its_target_saves_an_image(tmp_path: Path, command: str, states: list[str]) -> None:
    (tmp_path / "web").mkdir()
    for folder in (tmp_path, tmp_path / "web"):
        (folder / "Earthfile").write_text(f"test:\n    RUN true\nall:\n    BUILD +build\n{IMAGE}")
    script = Source("x.sh", command)
    found = read_script(script.whole(), Setting("shell"), Project(str(tmp_path))).builds
    assert [build.state for build in found] == states


@given(
    st.lists(
        st.sampled_from([*"ab:+$\n ", "FROM ", "BUILD ", "SAVE IMAGE ", "--platform=", "\n    ", "ARG p=1"]),
        max_size=30,
    )
)
def test_any_text_is_read(parts: list[str]) -> None:
    read("".join(parts))


@pytest.mark.parametrize(
    ("text", "dockerfile", "context", "target"),
    [
        ("a:\n    FROM DOCKERFILE .\n    SAVE IMAGE a\n", "Dockerfile", "", None),
        (
            "a:\n    FROM DOCKERFILE -f web/Dockerfile.x --target t web\n    SAVE IMAGE a\n",
            "web/Dockerfile.x",
            "web",
            "t",
        ),
        ("b:\n    FROM DOCKERFILE web\na:\n    FROM +b\n    SAVE IMAGE a\n", "web/Dockerfile", "web", None),
        ("a:\n    FROM DOCKERFILE +b/\n    SAVE IMAGE a\n", None, None, None),
        ("a:\n    FROM alpine\n    SAVE IMAGE a\n", None, "", None),
    ],
)
def test_what_an_image_is_made_of(
    tmp_path: Path, text: str, dockerfile: str | None, context: str | None, target: str | None
) -> None:
    (tmp_path / "web").mkdir()
    for name in ("Dockerfile", "web/Dockerfile", "web/Dockerfile.x"):
        (tmp_path / name).write_text("FROM x\n")
    [build] = read(text, str(tmp_path))
    assert (build.dockerfile, build.context, build.target) == (dockerfile, context, target)
