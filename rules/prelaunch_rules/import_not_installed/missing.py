"""Which imports of the files that run at start no installed distribution gives, though one that is left out does."""

from __future__ import annotations

import posixpath
import sys

from prelaunch.dependencies.requirement import normalised
from prelaunch.index.shipped import index
from prelaunch.typed import TYPE_CHECKING, NamedTuple
from prelaunch_rules.import_not_installed.lists import left_out
from prelaunch_rules.started_python import imported, package_of, reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.image import Files, Image
    from prelaunch.project import Project
    from prelaunch_rules.import_not_installed.installs import Install
    from prelaunch_rules.started_python import Module

_NAMED_OTHERWISE = {
    "PIL": "pillow",
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless",
    "dateutil": "python-dateutil",
    "debug_toolbar": "django-debug-toolbar",
    "dotenv": "python-dotenv",
    "factory": "factory-boy",
    "git": "gitpython",
    "jwt": "pyjwt",
    "psycopg2": "psycopg2 psycopg2-binary",
    "rest_framework": "djangorestframework",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Modules that are not named like the distributions that give them (from the metadata of these)."""

_SHARED = frozenset(
    {"azure", "backports", "google", "jaraco", "mpl_toolkits", "opentelemetry", "sphinxcontrib", "zope"}
)
"""Packages that many distributions fill."""


class Missing(NamedTuple):
    """A module that is missing: the distribution, where it is named, and the first line that imports the module."""

    distribution: str
    where: str
    module: str
    path: str
    line: int


def missing(image: Image, project: Project, install: Install) -> Iterator[Missing]:
    """The distributions that are left out for certain, of those that the files at start import, each once."""
    lists = left_out(install, project)
    if not lists.candidates:
        return
    files = project.files_of(image)
    seen: set[str] = set()
    for path, module in sorted(reached(image, project).items()):
        source = project.read(path)
        if source is None or not path.startswith(install.folder):
            continue
        for dotted, line in (*imported(source.text, package_of(module.path, module.roots)), *module.named):
            top = dotted.partition(".")[0]
            if top in seen:
                continue
            seen.add(top)
            given = _givers(top)
            named = sorted(given & lists.candidates.keys())
            if named and not _is_own(top, path, module, files, project) and given.isdisjoint(lists.installed()):
                yield Missing(named[0], lists.candidates[named[0]], top, path, line)


def _givers(top: str) -> set[str]:
    """The distributions that give a top-level module, or may."""
    if top in sys.stdlib_module_names or top in _SHARED:
        return set()
    found = index()
    listed = found.providers(top) if found is not None else ()
    return {normalised(top), *_NAMED_OTHERWISE.get(top, "").split(), *listed}


def _is_own(top: str, path: str, module: Module, files: Files, project: Project) -> bool:
    """Whether a module of that name may be the repository's own: in the image, or beside the file or above it."""
    bases = [posixpath.join(root, top) for root in module.roots]
    places = [files.lookup(end).kind for base in bases for end in (f"{base}.py", f"{base}/__init__.py")]
    if any(kind not in {"absent", "unknown"} for kind in places):
        return True
    while path:
        path = path.rpartition("/")[0]
        if any(project.is_folder(posixpath.join(path, folder, top)) for folder in ("", "src", "lib")):
            return True
    return False
