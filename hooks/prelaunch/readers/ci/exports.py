"""Variables that a step leaves for the later ones: `echo NAME=value >> $GITHUB_ENV` and its relatives."""

from __future__ import annotations

import re

from prelaunch.model import UNKNOWN

_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:=|<<)")
_ECHO = re.compile(
    r"""echo\s+(?P<quote>["']?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>[^"'`$\\;|&<>]*)(?P=quote)"""
    r"""\s*>>\s*["']?\$\{?(?:env:)?GITHUB_ENV\}?["']?\s*;?"""
)
_STRING = re.compile(
    r"""(?P<quote>["'])(?P<name>[A-Za-z_][A-Za-z0-9_]*)=(?P<value>[^"'`$]*)(?P=quote)"""
    r"""\s*(?:>>|\|\s*(?:Out-File|Add-Content)\b).*GITHUB_ENV.*""",
    re.IGNORECASE,
)


def written(text: str) -> dict[str, tuple[str, ...]]:
    """Each variable that a script writes to `$GITHUB_ENV`, and the texts that it may get.

    A text is known where a line writes a literal one, always or in every branch that is seen; `UNKNOWN` otherwise.
    """
    if "GITHUB_ENV" not in text:
        return {}
    found: dict[str, list[str]] = {}
    sure: set[str] = set()
    for line in text.splitlines():
        if "GITHUB_ENV" not in line or len(line) > 10_000:
            continue
        bare = line.strip()
        match = _ECHO.fullmatch(bare) or _STRING.fullmatch(bare)
        if match:
            found.setdefault(match["name"], []).append(match["value"].strip())
            if line[:1] not in {" ", "\t"}:
                sure.add(match["name"])
            continue
        names = _NAME.findall(bare.split("GITHUB_ENV", 1)[0])
        if not names:  # a heredoc, a group or a program writes it: any name of the text may be meant
            names = _NAME.findall(text[:100_000])
        for name in names:
            found.setdefault(name, []).append(UNKNOWN)
    return {name: _texts(texts, sure=name in sure) for name, texts in found.items()}


def _texts(texts: list[str], *, sure: bool) -> tuple[str, ...]:
    distinct = tuple(dict.fromkeys(texts))
    if UNKNOWN in distinct or len(distinct) > 8 or (len(texts) == 1 and not sure):
        return (UNKNOWN,)
    return distinct[-1:] if sure and len(distinct) == 1 else distinct
