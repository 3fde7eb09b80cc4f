"""Bazel's packages to builds."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import look
from prelaunch.kinds import BUILD
from prelaunch.model import Build, Source
from prelaunch.places import bazel
from prelaunch.project import Project, UnreadableError
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from pathlib import Path

MODULE = """\
bazel_dep(name = "rules_oci", version = "2.2.6")
oci = use_extension("@rules_oci//oci:extensions.bzl", "oci")
oci.pull(name = "one", image = "gcr.io/distroless/base", platforms = ["linux/arm64/v8"])
oci.pull(
    name = "many",
    digest = "sha256:6c1e34e2f084fe6df17b8bceb1416f1e11af0fcdb1cef11ee4ac8ae127cb507c",
    image = "gcr.io/distroless/base",
    platforms = [
        "linux/amd64",
        "linux/arm64/v8",
    ],
)
oci.pull(name = "alone", image = "x")
use_repo(oci, "one", "many", "many_linux_amd64", "many_linux_arm64_v8", "alone")
"""


def read(text: str, root: str = "/nowhere") -> list[Build]:
    project = Project(root)
    if root == "/nowhere":
        project.add(Source("MODULE.bazel", MODULE))
    return bazel.builds(Source("app/BUILD.bazel", text), project)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('oci_image(name = "a", os = "linux", architecture = "arm64")', [("explicit", ("linux/arm64",))]),
        ('oci_image(name = "a", os = "linux", architecture = "arm", variant = "v7")',
         [("explicit", ("linux/arm/v7",))]),
        ('oci_image(name = "a", tars = [":t"])', [("unknown", ())]),
        ('oci_image(name = "a", base = "@one")', [("explicit", ("linux/arm64/v8",))]),
        ('oci_image(name = "a", base = "@one//:one")', [("explicit", ("linux/arm64/v8",))]),
        ('oci_image(name = "a", base = "@many")', [("unknown", ())]),
        ('oci_image(name = "a", base = "@many_linux_amd64")', [("explicit", ("linux/amd64",))]),
        ('oci_image(name = "a", base = "@many_linux_arm64_v8//:x")', [("explicit", ("linux/arm64/v8",))]),
        ('oci_image(name = "a", base = "@alone")', [("unknown", ())]),
        ('oci_image(name = "a", base = "//base:image")', [("unknown", ())]),
        ('oci_image(name = "a", base = select({":arm": "@x", "//conditions:default": "@y"}))', [("unknown", ())]),
        ('oci_image(name = "a", base = "@one")\noci_image(name = "b", base = ":a")',
         [("explicit", ("linux/arm64/v8",))] * 2),
        ('oci_image(name = "a", base = ":b")\noci_image(name = "b", base = ":a")', [("unknown", ())] * 2),
        (('oci_image(name = "a", base = "@many")\noci_image_index(name = "i", images = [":a"], platforms = ['
         '"@rules_go//go/toolchain:linux_amd64", "//platforms:aarch64-linux"])'),
         [("delegated", ()), ("explicit", ("linux/amd64", "linux/arm64"))]),
        (('oci_image(name = "a", base = "@one")\noci_image(name = "b", base = "@many_linux_amd64")\n'
         'oci_image_index(name = "i", images = [":a", ":b"])'),
         [("explicit", ("linux/arm64/v8",)), ("explicit", ("linux/amd64",)),
          ("explicit", ("linux/arm64/v8", "linux/amd64"))]),
        ('oci_image_index(name = "i", images = [":a", "//x"])', [("unknown", ())]),
        ('oci_image_index(name = "i", image = ":a", platforms = PLATFORMS)', [("unknown", ())]),
        ("def image(name, base, **kwargs):\n    oci_image(name = name, base = base, **kwargs)", [("unknown", ())]),
        ('load("@rules_oci//oci:defs.bzl", "oci_image", "oci_push")', []),
        ('oci_load(name = "x", image = ":a", repo_tags = ["a:latest"])', []),
        ('# oci_image(name = "a")', []),
    ],
)  # fmt: skip
def test_images(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(build.state, build.platforms) for build in read(text)] == expected


def test_a_base_that_is_pulled_says_where() -> None:
    [build] = read('oci_image(name = "a", base = "@one")')
    assert [(step.text, step.path, step.line) for step in build.via] == [("`one` is pulled", "MODULE.bazel", 3)]


def test_what_is_pushed_is_published_under_its_name() -> None:
    [build] = read('oci_image(name = "a")\noci_push(name = "p", image = ":a", repository = "ghcr.io/x/a")')
    assert (build.published, build.images) == (True, ("ghcr.io/x/a",))


def test_a_workspace_that_is_no_starlark_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "MODULE.bazel").write_text("oci.pull(")
    (tmp_path / "WORKSPACE").write_text('oci_pull(name = "one", platforms = ["linux/amd64"])')
    [build] = read('oci_image(name = "a", base = "@one")', str(tmp_path))
    assert build.platforms == ("linux/amd64",)


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("BUILD", 'oci_image(name = "a")', True),
        ("app/BUILD.bazel", 'oci_image(name = "a")', True),
        ("oci.bzl", 'oci_image(name = "a")', True),
        ("BUILD", 'go_binary(name = "a")', False),
        ("build", "oci_image", False),
    ],
)
def test_packages_are_known_by_their_names(tmp_path: Path, path: str, text: str, found: bool) -> None:
    file = tmp_path / path
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    seen = look(str(tmp_path), path, {})
    assert (seen is not None) is found
    if seen is not None:
        assert len(read_facts(Project(str(tmp_path)), seen, {BUILD}).builds) == 1


_PIECES = [
    "oci_image(", "oci_image_index(", "name = 'a'", "base = ':a'", "base = '@one'", ")", ",", "images = [':a']", "\n",
    "platforms = ['x:linux_amd64']", "oci_push(", "image = ':a'", "repository = 'x'", "**x", "select({", "})",
]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(_PIECES), max_size=20).map(" ".join)))
def test_any_text_is_read_or_said_to_be_no_starlark(text: str) -> None:
    with suppress(UnreadableError):
        for build in read(text):
            assert 0 <= build.span.start <= build.span.stop <= len(text)
            assert build.slot is None
