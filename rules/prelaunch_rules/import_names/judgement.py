"""Whether an import can succeed: the curated names, then the index against the releases that the project may get."""

from __future__ import annotations

from functools import cache

from prelaunch.index.lookup import PYTHON, Asked, always_there, history, lacking_in_all, provider
from prelaunch.index.shipped import index
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.import_names.surroundings import may_be_another

if TYPE_CHECKING:
    from prelaunch.index.store import Package
    from prelaunch.model import Certainty, Import
    from prelaunch.project import Project
    from prelaunch_rules.import_names.data import Row
    from prelaunch_rules.import_names.versions import Said


class Right(NamedTuple):
    """What was probably meant: `from module import name` (None: the module). `sure`: a fix may write it."""

    module: str
    name: str | None
    sure: bool = False


class Fault(NamedTuple):
    """What is lacking: the dotted `path` of it in `distribution`.

    `never`: no release has it, of those from `first` to `last`. Otherwise `version` (what the project has; "" for a
    range) lacks it, as `where` says, and `had` and `since` are the last and the first release that have it.
    """

    path: str
    distribution: str
    first: str
    last: str
    never: bool = True
    version: str = ""
    where: str = ""
    had: str = ""
    since: str = ""
    certainty: Certainty = "certain"
    right: Right | None = None

    @property
    def removed_from_image(self) -> bool:
        """Whether a Dockerfile's base decides the Python, and it has lost the module: stdlib-module-removed says so."""
        from prelaunch.dependencies.docker import is_dockerfile

        gone = self.distribution == PYTHON and "." not in self.path and self.had not in {"", self.last}
        return gone and is_dockerfile(self.where.rpartition(":")[0].rpartition("/")[2])


def judge(fact: Import, project: Project) -> Fault | None:
    """The fault of an import, or of the reading of an attribute; None where it may succeed."""
    asked = Asked(fact.module, fact.name, attribute=fact.attribute)
    fault = _curated(asked, fact.source.path, project)
    if fault is not None:
        return fault
    return _indexed(asked, fact.source.path, project)


def judge_standard(fact: Import, project: Project) -> Fault | None:
    """The fault of an import of the standard library, also of what another package may put back (`distutils`)."""
    from prelaunch_rules.import_names.versions import said

    found, path = index(), fact.source.path
    package = found.package(PYTHON) if found is not None else None
    narrowed = said(project, path, package) if package is not None else None
    if package is None or narrowed is None:
        return None
    asked = Asked(fact.module, fact.name, attribute=fact.attribute)
    fault = _of_python(asked, path, project, package, narrowed)
    return fault if fault is not None and _is_used(PYTHON, asked, path, project) else None


def may_lack(asked: Asked, path: str, project: Project) -> bool:
    """Whether `judge` would find a fault in it; what is suggested is not looked for."""
    return _curated(asked, path, project) is not None or _indexed(asked, path, project, guess=False) is not None


def _curated(asked: Asked, path: str, project: Project) -> Fault | None:
    from prelaunch_rules.import_names.data import find_name, find_path

    name = asked.name if asked.name != "*" else None
    row = find_name(asked.module, name) if name else None
    missing = f"{asked.module}.{name}"
    if asked.attribute:
        # an attribute that is a submodule may be there without being listed: only names of a module are judged
        row = row if row and row.missing == "name" else None
    else:
        found = find_path(asked.module)
        if found is not None:
            # of several rows of a missing module the one of this name has the suggestion
            missing, row = (found[0], row) if row and row.missing == "module" else found
    if row is None or not _is_used(row.package, asked, path, project):
        return None
    return Fault(
        missing,
        row.package,
        row.first,
        row.last,
        certainty=_certainty(row, path, project),
        right=_right(row, asked),
    )


def _is_used(distribution: str, asked: Asked, path: str, project: Project) -> bool:
    """Whether the module is the distribution's, and the project may have the distribution."""
    from prelaunch_rules.import_names.versions import uses

    return not may_be_another(distribution, asked.top, path, project) and (
        distribution == PYTHON or uses(project, path, distribution, index())
    )


def _certainty(row: Row, path: str, project: Project) -> Certainty:
    """Less than certain where the project has a release that is newer than what was looked at."""
    from prelaunch.dependencies import pinned, requirements

    version = pinned(requirements(project, path).get(row.package, ()))
    if version is None:
        return "certain"
    from packaging.version import InvalidVersion, Version

    try:
        return "likely" if Version(version) > Version(row.last) else "certain"
    except InvalidVersion:
        return "certain"


def _right(row: Row, asked: Asked) -> Right | None:
    if not row.right or asked.name != row.wrong:
        return None
    return Right(row.right_module, row.right_name, sure=row.kind == "same")


def _indexed(asked: Asked, path: str, project: Project, *, guess: bool = True) -> Fault | None:
    found = index()
    package = _package(asked, path, project) if found is not None else None
    if package is None or not _lacks_somewhere(package, asked):
        return None
    from prelaunch_rules.import_names.versions import said

    # what is asked first is known of the whole project; whether it is another module, of each folder
    narrowed = said(project, path, package)
    if narrowed is None:
        return None
    fault = (
        _of_python(asked, path, project, package, narrowed)
        if package.distribution == PYTHON
        else _of_distribution(asked, package, narrowed)
    )
    if fault is None or not _is_used(package.distribution, asked, path, project):
        return None
    return fault._replace(right=_suggested(asked, package, narrowed)) if guess else fault


@cache
def _lacks_somewhere(package: Package, asked: Asked) -> bool:
    return not always_there(package, asked)


def _of_distribution(asked: Asked, package: Package, said: Said) -> Fault | None:
    if said.between and _is_private(asked):
        return None  # what only a patch between two that are known had is not known
    if not said.version and _may_have_been(asked, package):
        return None
    never = _never(package, asked)
    missing = never or (None if said.every else lacking_in_all(package, asked, said.releases))
    if said.far and missing is not None and (history(package, missing) == ("", "") or _is_of_python(asked.name)):
        return None  # it may have come and gone unseen; of what is seen elsewhere only what is imported did come back
    if missing is None and said.likely:
        missing = lacking_in_all(package, asked, said.likely)
        said = said._replace(certainty="likely")
    return None if missing is None else _fault(package, missing, said, never=never is not None)


def _is_private(asked: Asked) -> bool:
    """Whether a name comes and goes with any patch, because it is nobody's but the distribution's own."""
    return "._" in f".{asked.module}.{asked.name or ''}"


def _may_have_been(asked: Asked, package: Package) -> bool:
    """Whether one of many patches that are not indexed may have the name: a private one, or one that is imported."""
    if not _is_private(asked) and not _is_of_python(asked.name):
        return False
    from prelaunch_rules.import_names.versions import leaves_out_many

    return leaves_out_many(package)


def _is_of_python(name: str | None) -> bool:
    """Whether modules import the name for their own use: a standard module, or what they take from such."""
    found = index()
    python = found.package(PYTHON) if found is not None else None
    if python is None or name is None:
        return False
    newest = len(python.releases) - 1
    return bool(python.seen(name)) or any(
        python.name(module, name, newest) == "present" for module in ("typing", "asyncio", "collections")
    )


@cache
def _never(package: Package, asked: Asked) -> str | None:
    return lacking_in_all(package, asked, range(len(package.releases)))


def _package(asked: Asked, path: str, project: Project) -> Package | None:
    """The distribution that the import is about; where several give the module, the project has to name one of them."""
    found = index()
    if found is None or not (given := found.providers(asked.top)):
        return None
    if len(given) == 1:
        return provider(found, asked.top)
    from prelaunch.dependencies import requirements

    return provider(found, asked.top, requirements(project, path))


def _fault(package: Package, path: str, said: Said, *, never: bool) -> Fault:
    had, since = ("", "") if never else history(package, path)
    # a range may admit a release that is not known yet, which matters only for what some release has
    certainty = "certain" if never and not said.every else said.certainty
    return Fault(
        path,
        package.distribution,
        package.releases[0],
        package.releases[-1],
        never,
        said.version,
        said.where,
        had,
        since,
        certainty,
    )


def _of_python(asked: Asked, path: str, project: Project, package: Package, said: Said) -> Fault | None:
    from prelaunch_rules.import_names.versions import brings, knows_all

    missing = lacking_in_all(package, asked, said.releases)
    if missing is None:
        return None
    whole = "." in missing
    if not whole and brings(project, path, missing):
        return None
    fault = _fault(package, missing, said, never=False)
    # a distribution that another one needs may bring the module back, unless all of them are known
    sure = whole or said.certainty != "certain" or knows_all(project, path)
    return fault._replace(certainty=said.certainty if sure else "likely")


def _suggested(asked: Asked, package: Package, said: Said) -> Right | None:
    found = index()
    if found is None or asked.name in {None, "*"}:
        return None
    from prelaunch_rules.import_names.data import find_meant

    meant = find_meant(asked.module, str(asked.name))
    if meant is not None:
        module, _, name = meant[0].partition(":")
        return Right(module, name, sure=meant[1] == "same" and _is_there(module, name, package, said))
    from prelaunch.index.suggest import suggest

    guesses = suggest(found, package, asked.module, str(asked.name), said.releases[-1])
    if not guesses or guesses[0].margin != "clear":
        return None
    best = guesses[0]
    there = best.name is not None and _is_there(best.module, best.name, package, said)
    return Right(best.module, best.name, sure=best.sure and there)


def _is_there(module: str, name: str, package: Package, said: Said) -> bool:
    """Whether the right name is in what the project has: in each release that it may get, or in what that requires."""
    found = index()
    other = provider(found, module.partition(".")[0]) if found is not None else None
    if other is None:
        return False
    if other is not package:
        return (
            other.distribution in {*package.requires, PYTHON}
            and other.name(module, name, len(other.releases) - 1) == "present"
        )
    numbers = said.releases[-1:] if said.every else said.releases
    return all(package.name(module, name, number) == "present" for number in numbers)
