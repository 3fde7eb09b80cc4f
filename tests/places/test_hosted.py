"""Files of services that build a Dockerfile themselves, as their own documentation shows them."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.file_names import kind_by_name
from prelaunch.kinds import BUILD, facts_in, kind_by_content
from prelaunch.model import Build, Source
from prelaunch.places.hosted import builds
from prelaunch.project import Project, UnreadableError

FILES = ("Dockerfile", "api/Dockerfile", "api/Dockerfile.prod", "deploy/Dockerfile.web", "web/Dockerfile")


def read(path: str, text: str, files: tuple[str, ...] = FILES) -> list[Build]:
    source = Source(path, dedent(text))
    project = Project("/nowhere")
    for each in (source, *(Source(file, "FROM scratch\n") for file in files)):
        project.add(each)
    return builds(source, project)


@pytest.mark.parametrize(
    ("path", "text", "tool", "shown", "dockerfile", "context"),
    [
        ("fly.toml", 'app = "a"\n', "fly", "a", "Dockerfile", ""),
        ("api/fly.toml", 'app = "a"\n[build]\n', "fly", "a", "api/Dockerfile", "api"),
        ("fly.toml", '[build]\ndockerfile = "deploy/Dockerfile.web"\n', "fly", "deploy/D", "deploy/Dockerfile.web", ""),
        ("api/fly.prod.toml", 'build.dockerfile = "Dockerfile.prod"\n', "fly", "Do", "api/Dockerfile.prod", "api"),
        ("heroku.yml", "build:\n  docker:\n    web: Dockerfile\n", "heroku-container", "web", "Dockerfile", ""),
        ("heroku.yml", "build: {docker: {web: api/Dockerfile}}", "heroku-container", "web", "api/Dockerfile", "api"),
        (
            "heroku.yml",
            "build:\n  docker:\n    worker:\n      dockerfile: api/Dockerfile.prod\n",
            "heroku-container",
            "worker",
            "api/Dockerfile.prod",
            "api",
        ),
        ("render.yaml", "services:\n- type: web\n  runtime: docker\n", "render", "runtime", "Dockerfile", ""),
        (
            "render.yaml",
            "services:\n- env: docker\n  dockerfilePath: ./api/Dockerfile\n  dockerContext: ./api\n",
            "render",
            "env",
            "api/Dockerfile",
            "api",
        ),
        ("render.yaml", "services:\n- runtime: docker\n  rootDir: web\n", "render", "runtime", "web/Dockerfile", "web"),
        (
            "render.yaml",
            "projects:\n- environments:\n  - services:\n    - runtime: docker\n",
            "render",
            "runtime",
            "Dockerfile",
            "",
        ),
        ("railway.json", '{"build": {"builder": "DOCKERFILE"}}', "railway", '"DOCKER', "Dockerfile", ""),
        (
            "railway.json",
            '{"build": {"dockerfilePath": "/api/Dockerfile"}}',
            "railway",
            '"/api',
            "api/Dockerfile",
            "",
        ),
        ("railway.toml", '[build]\nbuilder = "dockerfile"\n', "railway", "docker", "Dockerfile", ""),
        ("railway.toml", '[build]\ndockerfilePath = "api/Dockerfile"\n', "railway", "api", "api/Dockerfile", ""),
        ("app.yaml", "runtime: custom\nenv: flex\n", "app-engine", "runtime", "Dockerfile", ""),
        ("api/app.yaml", "env: flex\nruntime: custom\n", "app-engine", "runtime", "api/Dockerfile", "api"),
        (
            ".do/app.yaml",
            "name: a\nservices:\n- name: web\n  dockerfile_path: web/Dockerfile\n  source_dir: /web\n",
            "app-platform",
            "dockerfile_path",
            "web/Dockerfile",
            "web",
        ),
        (
            ".do/deploy.template.yaml",
            "spec:\n  workers:\n  - dockerfile_path: Dockerfile\n",
            "app-platform",
            "dockerfile_path",
            "Dockerfile",
            "",
        ),
    ],
)
def test_a_service_builds_the_dockerfile_that_its_file_means(
    path: str, text: str, tool: str, shown: str, dockerfile: str, context: str
) -> None:
    [build] = read(path, text)
    assert (build.tool, build.dockerfile, build.context) == (tool, dockerfile, context)
    assert (build.state, build.platforms, build.whole, build.slot) == ("default", ("linux/amd64",), True, None)
    assert build.source.text[build.span.start :].startswith(shown)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fly.toml", 'app = "a"\n[build]\nimage = "acme/api:1"\n'),
        ("fly.toml", 'app = "a"\n[build]\nbuilder = "paketobuildpacks/builder:base"\nbuildpacks = ["x"]\n'),
        ("fly.toml", '[build]\ndockerfile = "gone/Dockerfile"\n'),
        ("docs/fly.toml", 'app = "a"\n'),
        ("heroku.yml", "build:\n  languages: [ruby]\n"),
        ("heroku.yml", "build:\n  docker:\n    web: gone/Dockerfile\n"),
        ("render.yaml", "services:\n- runtime: image\n- runtime: python\n"),
        ("railway.json", '{"build": {"builder": "NIXPACKS"}}'),
        ("railway.toml", '[build]\nbuilder = "NIXPACKS"\n'),
        ("app.yaml", "runtime: python39\n"),
        (".do/app.yaml", "services:\n- environment_slug: node-js\n"),
    ],
)
def test_what_is_built_otherwise_or_elsewhere_is_no_build(path: str, text: str) -> None:
    assert read(path, text) == []


def test_the_arguments_and_the_target_reach_the_build() -> None:
    [fly] = read("fly.toml", '[build]\ndockerfile = "Dockerfile"\nbuild-target = "prod"\n[build.args]\nA = "1"\n')
    assert (fly.target, fly.arguments) == ("prod", (("A", "1"),))
    [heroku] = read(
        "heroku.yml",
        """\
        build:
          docker:
            web: {dockerfile: Dockerfile, target: prod}
          config:
            A: x
        """,
    )
    assert (heroku.target, heroku.arguments) == ("prod", (("A", "x"),))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("fly.toml", 'app = "a"\n'),
        ("fly.staging.toml", 'app = "a"\n'),
        ("heroku.yml", "build: {docker: {web: Dockerfile}}\n"),
        ("render.yaml", "services:\n- runtime: docker\n"),
        ("railway.toml", '[build]\nbuilder = "dockerfile"\n'),
        ("railway.json", '{"build": {"builder": "DOCKERFILE"}}'),
        ("app.yaml", "runtime: custom\nenv: flex\n"),
        (".do/app.yaml", "services:\n- dockerfile_path: Dockerfile\n"),
    ],
)
def test_the_file_is_known_for_one_by_its_name_or_its_content(path: str, text: str) -> None:
    kind = kind_by_content(kind_by_name(path), text.encode())
    assert kind == "hosted"
    assert BUILD in facts_in(kind, text.encode(), {})


@pytest.mark.parametrize(("path", "text"), [("fly.toml", "a ="), ("render.yaml", "a: [b"), ("railway.toml", "[")])
def test_what_is_not_in_its_language_is_refused(path: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        read(path, text)


@given(
    st.sampled_from(["fly.toml", "railway.json", "railway.toml", "heroku.yml", "render.yaml", "app.yaml"]),
    st.lists(
        st.sampled_from(
            [*":\n[]{}\"='#\t1", ": ", "  ", "- ", *"build docker services runtime custom dockerfile web app".split()]
        ),
        max_size=40,
    ).map("".join),
)
def test_any_text_is_borne(path: str, text: str) -> None:
    try:
        found = read(path, text)
    except UnreadableError:
        return
    for build in found:
        assert 0 <= build.span.start <= build.span.stop <= len(text)
