"""What `docker pull`, `tag` and `push` leave of an image for two platforms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.docker.conftest import Docker

pytestmark = pytest.mark.docker


def test_a_pull_that_is_pushed_again_has_one_platform_left(docker: Docker) -> None:
    copy = f"{docker.registry}/copy:1"
    docker("pull", docker.base)
    docker("tag", docker.base, copy)
    docker("push", copy)
    before, after = (json.loads(docker("manifest", "inspect", "--insecure", name)) for name in (docker.base, copy))
    print(f"pulled: {before['mediaType']}; pushed: {after['mediaType']}")
    assert {one["platform"]["architecture"] for one in before["manifests"]} == {docker.host, docker.foreign}
    assert "manifests" not in after
    docker("rmi", docker.base, copy)
    docker("pull", "--platform", f"linux/{docker.foreign}", docker.base)
    refused = docker.tried(["docker", "pull", "--platform", f"linux/{docker.foreign}", copy])
    said = docker("image", "inspect", "--format", "{{.Architecture}}", copy) if refused.returncode == 0 else ""
    print(f"the other platform: {(said or refused.stdout).strip()}")
    assert said.strip() != docker.foreign
