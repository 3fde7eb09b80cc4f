"""Where the documentation stands: the address that a finding carries to its rule's page."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Rule

HOME = "https://github.com/OWNER/prelaunch"
PAGES = "https://OWNER.github.io/prelaunch/rules"


def address(name: str, rule: Rule | None) -> str:
    """The page of the rule `name`; "" for a rule of another package, whose pages we do not know.

    `rule` is None for the findings that no rule gives (`engine.OWN_RULES`).
    """
    if rule is not None and os.path.basename(os.path.dirname(rule.folder)) != "prelaunch_rules":
        return ""
    return f"{PAGES}/{name}/"
