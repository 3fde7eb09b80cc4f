"""The libraries installed by a `RUN` of their own, in front of the one that installs the packages."""

from __future__ import annotations

import re

from prelaunch.model import Edit, Fix, Span
from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.libc import official

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.image import Image
    from prelaunch_rules.shared_library_missing import Missing

_SERVED = re.compile(r"(?:3(?:\.(?:8|9|1\d))?-)?slim|3(?:\.\d+){0,2}-slim-(?:bookworm|trixie)")
"""Tags of `python` that stand on a Debian which still serves these packages: 12 or 13."""


def installed(image: Image, lacks: Sequence[Missing]) -> Fix | None:
    """Install what lacks in front of the first `RUN` of the image's own stages that needs some; None without one.

    Safe where it is sure to lack, root installs, and Debian has the packages under these names.
    """
    own = [instruction for stage in reversed(image.chain) for instruction in stage.instructions]
    places = {instruction.span: number for number, instruction in enumerate(own)}
    here = [one for one in lacks if one.asked.instruction.span in places]
    if not here:
        return None
    first = min(places[one.asked.instruction.span] for one in here)
    instruction, before = own[first], own[:first]
    text, start = image.source.text, instruction.span.start
    line = text.rfind("\n", 0, start) + 1
    indent = text[line:start]
    if indent.strip():
        return None
    packages = " ".join(dict.fromkeys(word for one in here for word in one.need.packages.split()))
    newline = "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"
    run = f"RUN apt-get update && apt-get install -y --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*"
    served = _SERVED.fullmatch(official(image.base.name)[1]) is not None
    root = not any(one.keyword in {"USER", "SHELL"} for one in before)
    safe = all(one.sure for one in here) and served and root
    at = _above_comments(text, line)
    return Fix((Edit(Span(at, at), f"{indent}{run}{newline}"),), f"install {packages}", safe=safe)


def _above_comments(text: str, line: int) -> int:
    """Where the comments start that stand right above a line: they speak of what follows them (hadolint's too)."""
    while line:
        above = text.rfind("\n", 0, line - 1) + 1
        if not text[above:line].lstrip().startswith("#"):
            break
        line = above
    return line
