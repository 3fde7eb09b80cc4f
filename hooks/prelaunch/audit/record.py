"""What an audit knows of a repository, as plain data: it crosses processes, goes into a store and comes out as JSON.

Lines count from 1. Text is clean: what stands for unknown text in a build is spelled `?`, and bytes that were not UTF-8
are U+FFFD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Spot(NamedTuple):
    """A place in a file."""

    path: str
    line: int
    end_line: int


class FindingRow(NamedTuple):
    """A finding. `fixable`: `--fix` would mend it."""

    rule: str
    certainty: str
    spot: Spot
    column: int
    message: str
    fixable: bool


class BuildRow(NamedTuple):
    """A place where an image is built; `via` says how its state is known."""

    spot: Spot
    tool: str
    form: str
    state: str
    platforms: tuple[str, ...]
    via: tuple[str, ...]
    published: bool
    images: tuple[str, ...]
    dockerfile: str
    target: str


class DeployRow(NamedTuple):
    """A place that runs an image, on what system, and which architectures that requires. `fits`: whether one is built.

    `fits` is None where the builds' platforms are not all known.
    """

    spot: Spot
    system: str
    requires: str
    fits: bool | None


class ImageRow(NamedTuple):
    """An image that the repository builds: by which builds, for what, on what, and whether it is deployed from here.

    `name` is its repository, or "" where no build names it. `deployed` says that a deploy file names it, `deployments`
    are those places that require an architecture.
    """

    name: str
    builds: tuple[Spot, ...]
    states: tuple[str, ...]
    platforms: tuple[str, ...]
    dockerfiles: tuple[str, ...]
    bases: tuple[str, ...]
    published: bool
    deployed: bool
    deployments: tuple[DeployRow, ...]
    verdict: str


class ImportRow(NamedTuple):
    """A third-party module: what gives it, in which version, how many files import it, and what is known against it.

    `distribution` and `version` are "" where they are not known. `verdict`: "fails", "may fail", "nothing known
    against it", or "not in the index".
    """

    module: str
    distribution: str
    version: str
    files: int
    first: Spot
    verdict: str


class BaseRow(NamedTuple):
    """An image that others are built on, where it is named first, and the platforms that they need it for.

    `has` and `lacks` are what a registry said, where one was asked; `why`, why it did not say.
    """

    name: str
    spot: Spot
    needed: tuple[str, ...]
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    why: str = ""


class GapRow(NamedTuple):
    """What could not be read or known, and why."""

    spot: Spot
    what: str
    why: str


class PlacedFinding(NamedTuple):
    """A finding's row and its span, which orders findings."""

    row: FindingRow
    start: int
    stop: int


class PlacedBuild(NamedTuple):
    """A build's row and its span, which orders builds."""

    row: BuildRow
    start: int
    stop: int


class Accusation(NamedTuple):
    """That a finding of this certainty speaks of an import of the top-level module."""

    module: str
    certainty: str


class FileRows(NamedTuple):
    """What one file adds to an audit."""

    findings: tuple[PlacedFinding, ...]
    builds: tuple[PlacedBuild, ...]
    accused: tuple[Accusation, ...]


class Count(NamedTuple):
    """How many findings a commit had. `when` is its date, ISO 8601."""

    commit: str
    when: str
    subject: str
    certain: int
    likely: int
    hint: int


class Audit(NamedTuple):
    """One repository. `error` says why nothing else is known of it.

    `home` is the address of the repository on its forge, `commit` the one that was read: "" where not known. `dirty`
    are the files, of those that were looked into or are spoken of, that differ from
    that commit, so that its lines are not theirs.
    """

    name: str
    commit: str = ""
    home: str = ""
    files: int = 0
    findings: tuple[FindingRow, ...] = ()
    builds: tuple[BuildRow, ...] = ()
    images: tuple[ImageRow, ...] = ()
    bases: tuple[BaseRow, ...] = ()
    imports: tuple[ImportRow, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    history: tuple[Count, ...] = ()
    dirty: frozenset[str] = frozenset()
    error: str = ""

    def counts(self) -> dict[str, int]:
        """The number of findings by certainty."""
        found = [row.certainty for row in self.findings]
        return {name: found.count(name) for name in ("certain", "likely", "hint")}


def paths_of(value: object) -> Iterator[str]:
    """The paths of all files that a record speaks of."""
    if isinstance(value, Spot):
        yield value.path
    elif isinstance(value, tuple):
        for each in value:
            yield from paths_of(each)


def plain(value: Any) -> Any:  # noqa: ANN401 (any record to any JSON)
    """A record as JSON has it: a spot's fields among those of its row, sets sorted."""
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        fields: dict[str, Any] = {}
        for name, field in value._asdict().items():
            if isinstance(field, Spot) and name == "spot":
                fields |= field._asdict()
            else:
                fields[name] = plain(field)
        return fields
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    return value
