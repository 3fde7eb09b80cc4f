"""venv-base-mismatch: installed Python packages are copied to an image with another Python than they were made for."""

from __future__ import annotations

import os

from prelaunch.image import Image
from prelaunch.model import Finding, Rule
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Certainty
    from prelaunch.project import Project
    from prelaunch_rules.venv_base_mismatch.pythons import Installed, Python

NAME = "venv-base-mismatch"
_MARKS = ("venv", "virtualenv", "--user", "--prefix", "uv sync", "/python3.")


def check(image: Image, _: Project) -> Iterator[Finding]:
    """The first `COPY` of each stage that brings packages which the image's own Python cannot use."""
    text = image.source.text
    if "--from" not in text or image.base.state != "known" or not any(mark in text for mark in _MARKS):
        return
    from prelaunch_rules.compiled import taken
    from prelaunch_rules.venv_base_mismatch.pythons import installed, libraries_for, python_of

    own = python_of(image, image.target)
    if own is None:
        return
    seen: set[int] = set()
    for copied in taken(image):
        if copied.stage.number in seen:
            continue
        wanted = libraries_for(copied.path)
        if wanted and own.version and wanted != own.version:
            seen.add(copied.stage.number)
            message = (
                f"`{copied.path}` is where Python {wanted} looks, and `{image.base.name}` has Python {own.version}, so"
                " nothing of it is found and the container dies with `ModuleNotFoundError`; use the same version in"
                " both stages"
            )
            yield Finding(NAME, "certain", image.source, copied.instruction.span, message)
            continue
        for one in installed(image, copied.stage):
            found = _differs(one, own) if one.reaches(copied.path) else None
            if found is not None:
                certainty, difference = found
                seen.add(copied.stage.number)
                message = f"`{one.path}` is made for {one.python}, and `{image.base.name}` has {own}, so {difference}"
                yield Finding(NAME, certainty, image.source, copied.instruction.span, message)
                break


def _differs(one: Installed, own: Python) -> tuple[Certainty, str] | None:
    """What goes wrong with packages of a stage under the image's Python, and how sure that is; None where nothing."""
    theirs = one.python
    if one.kind == "venv" and theirs.program and own.program and theirs.program != own.program:
        return "certain", (
            f"`{one.path}/bin/python` is a link to nothing and the container dies with `no such file or directory`;"
            " make the environment in the base that runs it, or copy its interpreter too"
        )
    if theirs.version and own.version and theirs.version != own.version:
        return "certain", (
            "its packages are not found and the container dies with `ModuleNotFoundError`; use the same version in both"
            " stages"
        )
    if theirs.libc and own.libc and theirs.libc != own.libc:
        return "hint", (
            f"packages with compiled parts are linked against {theirs.libc} and do not load under {own.libc}; take the"
            " same kind of base in both stages"
        )
    return None


RULE = Rule(
    NAME,
    Image,
    check,
    certainty="certain",
    fixable=False,
    folder=os.path.dirname(__file__),
    symptoms=("no such file or directory", "modulenotfounderror: no module named", "bad interpreter"),
)
