"""The curated data, read when first asked for: `names.tsv` (in no release ever), `meant.tsv` (what was meant)."""

from __future__ import annotations

import os
from functools import cache

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

OTHERS: Mapping[str, tuple[str, ...]] = {
    "Crypto": ("pycrypto", "pycrypto-on-pypi"),
    "dotenv": ("django-dotenv", "dotenv", "dotenv-python"),
    "fastapi": ("fastapi-slim",),
    "jose": ("jose", "python-jose-cryptodome", "python-jose-ext"),
    "jwt": ("jwt", "jwtlib"),
    "paramiko": ("paramiko-fork", "paramiko-ng"),
    "typer": ("typer-slim",),
    "urllib3": ("urllib3-future",),
    "yaml": ("pyyaml-ft",),
}
"""By top-level name, the other distributions that install it: where one is named, the rows say nothing."""

NEED_A_NAME = frozenset({"Crypto", "jwt"})
"""Top-level names whose rows speak only where a requirements file names the distribution that they are about."""


class Row(NamedTuple):
    """One row of the data; the columns are described at the head of `names.tsv`."""

    package: str
    module: str
    wrong: str
    right: str
    kind: str
    missing: str
    first: str
    last: str
    releases: int

    @property
    def right_module(self) -> str:
        """The module that has the right name; "" where there is no suggestion."""
        return self.right.partition(":")[0]

    @property
    def right_name(self) -> str:
        """The right name itself."""
        return self.right.partition(":")[2]


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in the order of the file."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "names.tsv")
    with open(path, encoding="utf-8") as file:
        return tuple(_row(line) for line in file if not line.startswith("#"))


def _row(line: str) -> Row:
    package, module, wrong, right, kind, missing, first, last, releases = line.rstrip("\n").split("\t")
    return Row(package, module, wrong, right, kind, missing, first, last, int(releases))


@cache
def _meant() -> Mapping[tuple[str, str], tuple[str, str]]:
    found = {}
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "meant.tsv"), encoding="utf-8") as file:
        for line in file:
            if not line.startswith("#"):
                _, module, wrong, right, kind = line.rstrip("\n").split("\t")
                found[module, wrong] = right, kind
    return found


def find_meant(module: str, name: str) -> tuple[str, str] | None:
    """What was meant by a name that the index lacks: `module:name`, and `same` or `near` as in `meant.tsv`."""
    return _meant().get((module, name))


@cache
def _by_name() -> Mapping[tuple[str, str], Row]:
    return {(row.module, row.wrong): row for row in rows()}


@cache
def _by_missing_module() -> Mapping[str, Row]:
    return {row.module: row for row in reversed(rows()) if row.missing == "module"}


def find_name(module: str, name: str) -> Row | None:
    """The row that says that `module` has no `name`."""
    return _by_name().get((module, name))


def find_path(dotted: str) -> tuple[str, Row] | None:
    """The first part of a dotted module path that is in no release, and the row that says so.

    `a.b.c` cannot be imported where `a.b` is missing, or where `a` never had a `b`.
    """
    for path in _prefixes(dotted):
        row = _by_missing_module().get(path)
        if row is not None:
            return path, row
        module, _, name = path.rpartition(".")
        row = find_name(module, name)
        if row is not None:
            return path, row
    return None


def _prefixes(dotted: str) -> Iterator[str]:
    at = dotted.find(".")
    while at >= 0:
        yield dotted[:at]
        at = dotted.find(".", at + 1)
    yield dotted
