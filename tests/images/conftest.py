from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from prelaunch.images.link import possible_images
from prelaunch.project import Project, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from prelaunch.image import Image


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., tuple[Project, Image]]:
    """Write a Dockerfile and other files; give the project and the image of the last stage."""

    def write(
        dockerfile: str,
        files: Mapping[str, str] | None = None,
        path: str = "Dockerfile",
        *,
        platforms: tuple[str, ...] = (),
        exclude: tuple[str, ...] = (),
    ) -> tuple[Project, Image]:
        for name, text in {**(files or {}), path: dockerfile}.items():
            full = tmp_path / name
            os.makedirs(full.parent, exist_ok=True)
            full.write_text(text, encoding="utf-8", newline="")
        project = Project(str(tmp_path), Settings(platforms=platforms, exclude=exclude))
        source = project.read(path)
        assert source is not None
        return project, possible_images(project, source)[-1]._replace(builds=project.builds_of(path))

    return write
