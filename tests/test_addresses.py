"""The project's two addresses are said once, in `prelaunch/__init__.py`; what must repeat them says the same."""

from __future__ import annotations

from pathlib import Path

from prelaunch import DOCS, HOME

ROOT = Path(__file__).parents[1]


def test_the_metadata_and_the_readme_give_the_same_addresses() -> None:
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'Homepage = "{HOME}"' in metadata
    assert f'Documentation = "{DOCS}"' in metadata
    assert f"repo: {HOME}\n" in (ROOT / "README.md").read_text(encoding="utf-8")
