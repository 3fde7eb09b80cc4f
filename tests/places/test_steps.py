"""YAML of systems that no other place knows."""

from __future__ import annotations

import pytest

from prelaunch.kinds import kind_by_content
from prelaunch.model import Source
from prelaunch.places.pipelines import always_set
from prelaunch.places.steps import builds
from prelaunch.project import Project

TEXT = """\
pipeline:
  - id: image
    commands:
      - desc: image
        cmd: |
          make test
          docker buildx build -t registry.example.com/api .
      - cmd: docker build $FLAGS -t api .
    notes: docker build .
"""


def test_commands_are_found_under_the_keys_that_hold_commands_everywhere() -> None:
    source = Source("delivery.yaml", TEXT)
    found = [(source.position(b.span.start)[0], b.tool, b.state) for b in builds(source, Project("."))]
    assert found == [(7, "docker-buildx-build", "missing"), (8, "docker-build", "unknown")]


@pytest.mark.parametrize("text", ["a: [", "\trun: docker build .", ""])
def test_what_is_no_yaml_is_not_ours(text: str) -> None:
    assert builds(Source("x.yaml", text), Project(".")) == []


def test_only_yaml_with_commands_and_a_tool_is_looked_at() -> None:
    assert kind_by_content("yaml", TEXT.encode()) == "steps"
    assert kind_by_content("yaml", b"text: how to docker build\n") == ""


def test_a_system_without_a_prefix_sets_nothing() -> None:
    assert always_set("docker build $X .", "") == {}
