"""Commands to retags: what is pulled, for which platform, and under which other name it is pushed again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import File
from prelaunch.kinds import BUILD, RETAG, facts_in
from prelaunch.model import Retag, Source
from prelaunch.places.script import Setting, read_script
from prelaunch.project import Project
from prelaunch.reading import read_facts

PULL, TAG, PUSH = "docker pull a:1", "docker tag a:1 reg.io/a:1", "docker push reg.io/a:1"
Said = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def read(text: str) -> list[Retag]:
    script = read_script(Source("x.sh", text).whole(), Setting("shell"), Project("/nowhere"))
    return [build for build in script.builds if isinstance(build, Retag)]


def said(text: str) -> list[Said]:
    return [(each.tool, each.state, each.platforms, each.images, each.renamed) for each in read(text)]


@pytest.mark.parametrize(
    ("text", "tool", "state", "platforms"),
    [
        (f"{PULL}; {TAG}; {PUSH}", "docker-pull", "missing", ()),
        (f"docker image pull a:1; {TAG}; docker image push reg.io/a:1", "docker-pull", "missing", ()),
        (f"docker pull -q --disable-content-trust a:1; {TAG}; {PUSH}", "docker-pull", "missing", ()),
        (f"sudo docker --host far pull a:1; {TAG}; {PUSH}", "docker-pull", "missing", ()),
        (f"{PULL}; docker image tag a:1 reg.io/a:1; {PUSH}", "docker-pull", "missing", ()),
        (f"{PULL}; {TAG}; docker push --all-tags reg.io/a", "docker-pull", "missing", ()),
        (f"docker pull --platform linux/amd64 a:1; {TAG}; {PUSH}", "docker-pull", "explicit", ("linux/amd64",)),
        (f"docker pull a:1 --platform=linux/arm64; {TAG}; {PUSH}", "docker-pull", "explicit", ("linux/arm64",)),
        (f"docker pull --platform $P a:1; {TAG}; {PUSH}", "docker-pull", "delegated", ()),
        (f"docker pull $FLAGS a:1; {TAG}; {PUSH}", "docker-pull", "missing", ()),
        (f"docker pull $(flags) a:1; {TAG}; {PUSH}", "docker-pull", "unknown", ()),
        (f"DOCKER_DEFAULT_PLATFORM=linux/amd64 {PULL}; {TAG}; {PUSH}", "docker-pull", "explicit", ("linux/amd64",)),
        (f"export DOCKER_DEFAULT_PLATFORM=a/b; {PULL}; {TAG}; {PUSH}", "docker-pull", "explicit", ("a/b",)),
        ("podman pull a:1; podman tag a:1 reg.io/a:1; podman push reg.io/a:1", "podman-pull", "missing", ()),
        ("podman pull --arch arm64 a:1; podman push a:1 reg.io/a:1", "podman-pull", "explicit", ("linux/arm64",)),
        ("buildah pull a:1; buildah tag a:1 reg.io/a:1; buildah push reg.io/a:1", "buildah-pull", "missing", ()),
        ("buildah pull a:1; buildah push a:1 docker://reg.io/a:1", "buildah-pull", "missing", ()),
        ("nerdctl pull a:1; nerdctl tag a:1 reg.io/a:1; nerdctl push reg.io/a:1", "nerdctl-pull", "missing", ()),
        ("nerdctl pull --all-platforms a:1; nerdctl tag a:1 b:1; nerdctl push b:1", "nerdctl-pull", "explicit", ()),
    ],
)
def test_a_pull_is_read_with_its_platform(text: str, tool: str, state: str, platforms: tuple[str, ...]) -> None:
    assert [
        (one.tool, one.state, one.platforms, bool(one.renamed)) for one in read(text) if one.images == ("a:1",)
    ] == [(tool, state, platforms, bool("--all-tags" not in text))]


@pytest.mark.parametrize(
    ("text", "images", "renamed"),
    [
        # the same name in several spellings
        ("docker pull a; docker tag a:latest b; docker push b:latest", ("a",), ("b",)),
        ("docker pull docker.io/library/a; docker tag a b; docker push b", ("docker.io/library/a",), ("b",)),
        ('IMG=a:1; docker pull "$IMG"; docker tag ${IMG} r/$IMG; docker push r/a:1', ("a:1",), ("r/a:1",)),
        # names that are handed in, by what stands there
        ('f() { docker pull "$1"; docker tag $1 "$2"; docker push ${2}; }', ("$1",), ("$2",)),
        ("while read -r i; do docker pull $i; docker tag $i $R/$i; docker push $R/$i; done", ("$i",), ("$R/$i",)),
        ("for i in a b; do docker pull $i; docker tag $i r/$i; docker push r/$i; done", ("a", "b"), ("r/a", "r/b")),
        # by way of another name
        ("docker pull a; docker tag a b; docker tag b c; docker push c", ("a",), ("c",)),
        ("docker pull a; docker tag a b; docker tag a c; docker push b; docker push c", ("a",), ("b", "c")),
        ("bash -c 'docker pull a; docker tag a b; docker push b'", ("a",), ("b",)),
    ],
)
def test_names_are_followed_from_the_pull_to_the_push(
    text: str, images: tuple[str, ...], renamed: tuple[str, ...]
) -> None:
    assert [(one.images, one.renamed) for one in read(text)] == [(images, renamed)]


@pytest.mark.parametrize(
    "text",
    [
        PULL,
        f"{PULL}; {TAG}",
        f"{PULL}; docker push a:1",
        f"{PULL}; docker tag b:1 reg.io/a:1; {PUSH}",
        f"{PULL}; docker tag a:2 reg.io/a:1; {PUSH}",
        f"{PULL}; {TAG}; docker push reg.io/b:1",
        "docker pull $A; docker tag $B $C; docker push $C",
        "docker pull $(cat x); docker tag $(cat y) $(cat z); docker push $(cat z)",
        f"{PULL}; docker build -t a:1 .; {TAG}; {PUSH}",
        f"{PULL}; docker build --cache-from a:1 -t $NAME:1 .; docker tag $NAME:1 a:2; docker push a:2",
        "git pull a; git tag a b; git push b",
        "helm pull a; docker tag a b; docker push b",
        "docker compose pull a; docker tag a b; docker push b",
        "skopeo copy docker://a docker://b; crane copy a b; docker buildx imagetools create -t b a",
    ],
)
def test_what_is_not_pushed_again_is_no_retag(text: str) -> None:
    assert not any(each.renamed for each in read(text))


def test_the_three_commands_may_stand_in_one_recipe_and_in_a_target_of_their_own() -> None:
    project = Project("/nowhere")
    text = (
        "mirror:\n\tdocker pull a\n\tdocker tag a b\n\tdocker push b\npull:\n\tdocker pull c\ntag:\n\tdocker tag c d\n"
    )
    source = Source("Makefile", text + "push:\n\tdocker push d\n")
    project.add(source)
    facts = read_facts(project, File("Makefile", "makefile", frozenset({BUILD, RETAG}), marked=False), {RETAG})
    assert [(each.images, each.renamed) for each in facts.retags] == [(("a",), ("b",)), (("c",), ("d",))]
    assert facts.builds == ()


def test_a_pull_is_no_build_for_anyone() -> None:
    project = Project("/nowhere")
    project.add(Source("x.sh", f"{PULL}; {TAG}; {PUSH}; docker build -t c ."))
    facts = read_facts(project, File("x.sh", "shell", frozenset({BUILD, RETAG}), marked=False), {BUILD, RETAG})
    assert [build.images for build in facts.builds] == [("c",)]
    assert [retag.images for retag in facts.retags] == [("a:1",)]


def test_a_file_is_read_for_retags_only_where_all_three_words_are() -> None:
    assert RETAG in facts_in("shell", f"{PULL}\n{TAG}\n{PUSH}".encode(), {})
    assert RETAG not in facts_in("shell", b"docker pull a; docker push a", {})
    assert RETAG not in facts_in("shell", b"git pull; git tag a; git push", {})
    assert RETAG not in facts_in("python", f"{PULL}; {TAG}; {PUSH}".encode(), {})


@given(
    st.lists(
        st.sampled_from(
            [
                *"docker podman pull tag push image a b:1 $x $1 ${y:-z} -q --platform ; && | \n ' \"".split(" "),
                "$(c)",
                "f() {",
                "}",
                "for i in",
                "do",
                "done",
            ]
        )
    )
)
def test_any_words_are_read(words: list[str]) -> None:
    for retag in read(" ".join(words)):
        assert retag.images or not retag.renamed
        assert 0 <= retag.span.start <= retag.span.stop <= len(retag.source.text)
