from __future__ import annotations

import pytest

from prelaunch.model import Build, Source
from prelaunch.places.devcontainer import builds
from prelaunch.project import Project, UnreadableError


def read(text: str) -> list[Build]:
    return builds(Source(".devcontainer/devcontainer.json", text), Project("/nowhere"))


@pytest.mark.parametrize(
    ("text", "state", "platforms"),
    [
        ('{"build": {"dockerfile": "Dockerfile"}}', "missing", ()),
        ('// note\n{"build": {"dockerfile": "Dockerfile", /* x */ "args": {},},}', "missing", ()),
        ('{"dockerFile": "Dockerfile"}', "missing", ()),
        ('{"build": {"dockerfile": "a", "options": ["--platform=linux/amd64"]}}', "explicit", ("linux/amd64",)),
        ('{"build": {"dockerfile": "a", "options": ["--platform", "linux/amd64"]}}', "explicit", ("linux/amd64",)),
        ('{"build": {"dockerfile": "a", "options": ["${localEnv:X}"]}}', "unknown", ()),
        ('{"url": "https://a//b", "build": {"dockerfile": "a", "options": ["--network=host"]}}', "missing", ()),
    ],
)
def test_the_options_say_the_platform(text: str, state: str, platforms: tuple[str, ...]) -> None:
    [build] = read(text)
    assert (build.tool, build.state, build.platforms, build.published) == ("devcontainer", state, platforms, False)
    assert (
        "ockerfile" in text[build.span.start : build.span.stop]
        or "ockerFile" in text[build.span.start : build.span.stop]
    )


@pytest.mark.parametrize(
    "text", ['{"image": "a"}', '{"dockerComposeFile": "compose.yml"}', '{"build": {}}', "[]", '"a"']
)
def test_without_a_dockerfile_nothing_is_built(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize("text", ["", "{", '{"build": }', "// only a note", "/* open"])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(text)
