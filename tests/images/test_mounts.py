"""What is laid over the files of an image: by Compose in all its spellings, development containers and scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.image import Mount

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.image import Image
    from prelaunch.project import Project

    Lay = Callable[..., tuple[Project, Image]]

DOCKERFILE = "FROM alpine\nCOPY . /app\n"


def said(lay: Lay, files: dict[str, str], dockerfile: str = DOCKERFILE) -> list[tuple[str, str, str | None]]:
    project, image = lay(dockerfile, files)
    return [(mount.target, mount.kind, mount.source) for mount in project.mounts_of(image)]


def service(rest: str) -> str:
    return "services:\n  web:\n    build: .\n" + "".join(f"    {line}\n" for line in rest.splitlines())


@pytest.mark.parametrize(
    ("volumes", "expected"),
    [
        ("- ./src:/app", ("/app", "bind", "src")),
        ("- .:/app", ("/app", "bind", "")),
        ("- ./:/app/:ro", ("/app", "bind", "")),
        ("- ../x:/app", ("/app", "bind", None)),
        ("- /srv/x:/app:rw,z", ("/app", "bind", None)),
        ("- ~/x:/app", ("/app", "bind", None)),
        (r"- C:\x:/app", ("/app", "bind", None)),
        ("- c:/x:/app:ro", ("/app", "bind", None)),
        ("- data:/app/data", ("/app/data", "volume", None)),
        ("- /app/node_modules", ("/app/node_modules", "volume", None)),
        ('- "./run.sh:/run.sh"', ("/run.sh", "bind", "run.sh")),
        ("- ${HERE:-./src}:/app", ("/app", "bind", "src")),
        ("- $HERE:/app", ("/app", "bind", None)),
        ("- .:/app/$SUB", ("/app", "bind", "")),
        ("- .:$WHERE", ("", "bind", "")),
        ("- ${broken", ("", "bind", None)),
        ("- {type: bind, source: ./src, target: /app}", ("/app", "bind", "src")),
        ("- {type: volume, source: data, target: /app}", ("/app", "volume", None)),
        ("- {type: tmpfs, target: /app}", ("/app", "tmpfs", None)),
        ("- {type: bind, source: ./src}", ("", "bind", None)),
        ("- type: bind\n  source: .\n  target: /app\n  bind: {create_host_path: true}", ("/app", "bind", "")),
    ],
)
def test_volumes_in_both_syntaxes(lay: Lay, volumes: str, expected: tuple[str, str, str | None]) -> None:
    text = service("volumes:\n" + "".join(f"  {line}\n" for line in volumes.splitlines()))
    assert said(lay, {"compose.yml": text}) == [expected]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("tmpfs: /run", [("/run", "tmpfs", None)]),
        ("tmpfs:\n  - /run:size=1m\n  - /tmp", [("/run", "tmpfs", None), ("/tmp", "tmpfs", None)]),
        ("configs:\n  - start\nsecrets: [key]", [("/start", "file", None), ("/run/secrets/key", "file", None)]),
        ("configs:\n  - {source: start, target: /app/run.sh}", [("/app/run.sh", "file", None)]),
        ("secrets:\n  - {source: key, target: own}", [("/run/secrets/own", "file", None)]),
        ("volumes: null", []),
        ("volumes: nonsense", [("", "volume", None)]),
        ("volumes: [[a], 1, {}]", [("", "volume", None), ("", "bind", None)]),
    ],
)
def test_what_else_compose_lays_over_files(lay: Lay, rest: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert said(lay, {"compose.yml": service(rest)}) == expected


def test_an_override_adds_and_replaces_by_the_path_in_the_container(lay: Lay) -> None:
    files = {
        "compose.yml": service("volumes: [./a:/app, data:/data]"),
        "compose.override.yml": "services: {web: {volumes: ['./b:/app']}}\n",
    }
    assert said(lay, files) == [("/app", "bind", "b"), ("/data", "volume", None)]


@pytest.mark.parametrize(("tag", "left"), [("!reset", []), ("!override", [("/c", "bind", "")])])
def test_an_override_may_take_them_away(lay: Lay, tag: str, left: list[tuple[str, str, str | None]]) -> None:
    override = f"services:\n  web:\n    volumes: {tag} ['.:/c']\n"
    assert said(lay, {"compose.yml": service("volumes: ['.:/app']"), "compose.override.yml": override}) == left


def test_what_a_service_extends_counts_from_its_own_folder(lay: Lay) -> None:
    files = {
        "compose.yml": service("extends: {file: common/base.yml, service: base}"),
        "common/base.yml": "services: {base: {image: x, volumes: ['./here:/app']}}\n",
    }
    assert said(lay, files) == [("/app", "bind", "common/here")]


def test_another_file_of_the_folder_may_be_put_behind(lay: Lay) -> None:
    files = {
        "docker-compose.yml": service("image: x"),
        "docker-compose.dev.yml": "services: {web: {volumes: ['.:/app']}, other: {volumes: ['.:/other']}}\n",
        "notes.yml": "services: {web: {volumes: ['.:/notes']}}\n",
    }
    assert said(lay, files) == [("/app", "bind", "")]


def test_only_the_service_that_is_built_counts(lay: Lay) -> None:
    assert (
        said(lay, {"compose.yml": service("image: x") + "  db:\n    image: postgres\n    volumes: ['.:/app']\n"}) == []
    )


def test_an_anchor_gives_several_services_their_volumes(lay: Lay) -> None:
    text = "x-base: &base\n  build: .\n  volumes: ['.:/app']\nservices:\n  a: *base\n  b:\n    <<: *base\n"
    assert said(lay, {"compose.yml": text}) == [("/app", "bind", "")]


@pytest.mark.parametrize(
    ("json", "expected"),
    [
        ('{"build": {"dockerfile": "../Dockerfile"}}', [("/workspaces", "bind", None)]),
        (
            (
                '{"build": {"dockerfile": "../Dockerfile"}, // note\n "workspaceMount": '
                '"source=${localWorkspaceFolder}/src,target=/app,type=bind", "workspaceFolder": "/app"}'
            ),
            [("/app", "bind", "src")],
        ),
        (
            (
                '{"dockerFile": "../Dockerfile", "mounts": ["source=v,target=/app/x,type=volume", '
                '{"type": "bind", "source": "/a", "target": "/b"}, {}]}'
            ),
            [("/workspaces", "bind", None), ("/app/x", "volume", None), ("/b", "bind", None), ("", "volume", None)],
        ),
    ],
)
def test_a_development_container(lay: Lay, json: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert said(lay, {".devcontainer/devcontainer.json": json}) == expected


def test_a_development_container_puts_a_compose_file_behind(lay: Lay) -> None:
    files = {
        "compose.yml": service("image: x"),
        ".devcontainer/devcontainer.json": '{"dockerComposeFile": ["../compose.yml", "more.yml"], "service": "web"}',
        ".devcontainer/more.yml": "services: {web: {volumes: ['..:/workspace']}}\n",
    }
    assert said(lay, files) == [("/workspace", "bind", "")]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("docker run -v $PWD:/app x", [("/app", "bind", None)]),
        ('docker run -v "$(pwd)/a b":/app:ro x', [("/app", "bind", None)]),
        ("docker run --volume=${D:-/x:y}:/app x", [("/app", "bind", None)]),
        ("docker run --mount type=bind,source=.,target=/app x", [("/app", "bind", None)]),
        ("docker run --mount 'type=bind,src=.,dst=/app' x", [("/app", "bind", None)]),
        ("docker run -v $A:$B x", []),
        ("grep -v a:b; docker run -v /:/ x; ./x --no-v a:/app", []),
    ],
)
def test_a_script_that_builds_and_runs(lay: Lay, command: str, expected: list[tuple[str, str, str | None]]) -> None:
    assert said(lay, {"x.sh": f"docker build -t x .\n{command}\n"}) == expected


def test_a_script_beside_the_dockerfile(lay: Lay) -> None:
    files = {"tools/run.sh": 'docker run -v "$DIR/../:/build" image\n', "run.sh": "docker run -v .:/other image\n"}
    project, image = lay(DOCKERFILE, files, "tools/Dockerfile")
    assert [mount.target for mount in project.mounts_of(image)] == ["/build"]


def test_a_volume_of_the_dockerfile_counts(lay: Lay) -> None:
    assert said(lay, {}, "FROM alpine\nENV D=/data\nVOLUME $D /x/ rel\n") == [
        ("/data", "volume", None),
        ("/x", "volume", None),
    ]


@pytest.mark.parametrize(
    ("mount", "path", "covered", "shown"),
    [
        (Mount("/app", "bind", "src"), "/app/a/b.py", True, "src/a/b.py"),
        (Mount("/app", "bind", ""), "/app/b.py", True, "b.py"),
        (Mount("/app", "bind", "src"), "/app", True, "src"),
        (Mount("/app", "bind"), "/app/b.py", True, None),
        (Mount("/app", "bind", ""), "/application", False, ""),
        (Mount("/app/run.sh", "bind", "x.sh"), "/app/run.sh", True, "x.sh"),
        (Mount("/app/run.sh", "bind", "x.sh"), "/app", False, ""),
        (Mount("", "bind", "src"), "/app", True, None),
    ],
)
def test_a_mount_covers_what_lies_in_it(mount: Mount, path: str, *, covered: bool, shown: str | None) -> None:
    assert mount.covers(path) == covered
    if covered:
        assert mount.shows(path) == shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "- a:b",
                "- {target: /x",
                "}",
                "- ${X",
                "- /:/",
                "- :::",
                "- ''",
                "  type: bind",
                "- [",
                "]",
                "- &a x",
                "- *a",
                "!reset",
                "- C:\\",
                "~",
                "- {type: [], target: {}}",
            ]
        )
    )
)
def test_any_volumes_are_read(lay: Lay, lines: list[str]) -> None:
    text = service("volumes:\n" + "".join(f"  {line}\n" for line in lines))
    for target, _, source in said(lay, {"compose.yml": text}):
        assert target == "" or target.startswith("/")
        assert source is None or not source.startswith(("/", ".."))
