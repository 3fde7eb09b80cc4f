"""The images that manifests name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.deploy import deployed_images, repository
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("api", "api"),
        ("api:1", "api"),
        ("acme/api:1@sha256:00", "acme/api"),
        ("host:5000/acme/api", "host:5000/acme/api"),
        ("host:5000/acme/api:2", "host:5000/acme/api"),
    ],
)
def test_an_image_is_known_by_its_repository(image: str, name: str) -> None:
    assert repository(image) == name


def test_manifests_are_found_where_they_usually_lie(tmp_path: Path) -> None:
    texts = {
        "deploy/base/api.yaml": 'kind: Pod\nspec:\n  containers:\n    - image: "acme/api:1" # pinned\n',
        "pod.yml": "kind: Pod\nspec:\n  containers:\n    - name: a\n      image: root/app\n",
        "k8s/template.yaml": "kind: Pod\nspec:\n  image: {{ .Values.image }}\n",
        "compose.yaml": "services:\n  a:\n    image: not/deployed\n",
        "src/other.yaml": "kind: Pod\nimage: not/searched\n",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = Project(str(tmp_path))
    assert deployed_images(project) == {"acme/api", "root/app"}
    assert project.deploys("acme/api:dev")
    assert not project.deploys("acme/other")
