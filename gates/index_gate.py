"""The gate of the name index: no import that works may be flagged. Everything that is flagged is really executed.

    python gates/index_gate.py --folder build/index-gate packages.txt
    python gates/index_gate.py --folder build/index-gate-2022 --python python3.9 --before 2022-01-01 packages.txt
    python gates/index_gate.py --environment .venv --only rich,packaging

Distributions of the index are installed into a scratch environment (`--before`: as of a day, for the older releases in
the index), or are there already (`--environment`). Then three proofs, each with the project's own reader and rule, as
if a project pinned what is installed, and once more as if it pinned nothing:

1. every import, and every attribute that is read of a module, in every .py file of the environment;
2. every name that any module of an indexed distribution has once it is imported, as `from module import name`;
3. what was flagged, guarded or not, is executed in a process of its own. None may succeed.

The exit code is 1 where one succeeds. `flagged.jsonl` in the folder says what was flagged and how it failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from packaging.version import Version

from prelaunch.index import sandbox
from prelaunch.index.extract import normalised
from prelaunch.index.lookup import NOT_JUDGED, PYTHON
from prelaunch.index.probe import Environment, Python, find_pythons, uv
from prelaunch.index.registry import configured_address
from prelaunch.index.shipped import index
from prelaunch.model import Fragment, Import, Source, Span
from prelaunch.project import Project, UnreadableError
from prelaunch.readers.python import decode, imports
from prelaunch_rules.import_names.judgement import judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Statement = tuple[str, str | None, bool]
"""A module, a name of it or None, and whether it is an attribute that is read."""

_LISTING = """
import importlib.metadata, json, sys, sysconfig
found = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions() if each.metadata["Name"]}
print(json.dumps(["%d.%d" % sys.version_info[:2], sysconfig.get_path("purelib"), found]))
"""
_CODE = """
import sys, os, warnings
warnings.simplefilter("ignore")
try:
    exec(sys.argv[1], {})
    result = "works"
except BaseException as error:
    result = type(error).__name__
with open(sys.argv[2], "w") as file:
    file.write(result)
os._exit(0)
"""
_SECONDS = 60.0
_NAMES_SECONDS = 150.0
_INSTALLING = 1800


class Setting(NamedTuple):
    """An environment: its interpreter, version of Python, site-packages, and the installed versions by distribution."""

    interpreter: str
    python: str
    folder: str
    versions: dict[str, str]


class Found(NamedTuple):
    """What one look gave: facts by kind, and the flagged statements with a place and whether a guard covers them."""

    checked: Counter[str]
    flagged: tuple[tuple[Statement, str, str, bool], ...]


def main() -> int:
    """Run the gate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="?", help="a file with a distribution a line (default: those of the index)")
    parser.add_argument("--folder", default="build/index-gate", help="where the environment and the result are put")
    parser.add_argument("--environment", help="an environment that is there already: nothing is installed")
    parser.add_argument("--python", help="the interpreter of the scratch environment (default: the newest at hand)")
    parser.add_argument("--before", help="install what was there on a day (ISO date)")
    parser.add_argument("--most", type=int, default=150, help="distributions that are installed (default: 150)")
    parser.add_argument("--only", help="look only at the files of these distributions, separated by commas")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    os.makedirs(options.folder, exist_ok=True)
    environment = options.environment or _installed(options)
    setting = _setting(environment)
    only = frozenset(map(normalised, options.only.split(","))) if options.only else None
    started = time.monotonic()
    checked: Counter[str] = Counter()
    flagged: dict[Statement, tuple[str, str, bool]] = {}
    for look in _looks(setting, options.folder, only, options.jobs):
        checked += look.checked
        for statement, place, message, behind in look.flagged:
            known = flagged.get(statement)
            if known is None or (known[2] and not behind):
                flagged[statement] = place, message, behind
    false = _executed(setting, flagged, options)
    for kind, number in sorted(checked.items()):
        print(f"{number:9,} {kind}")
    guarded = sum(each for _, _, each in flagged.values())
    print(f"{len(flagged):9,} distinct statements flagged, {guarded} of them guarded; {false} of all work all the same")
    print(f"{len(setting.versions)} distributions under Python {setting.python}; {time.monotonic() - started:.0f} s")
    return 1 if false else 0


# -- the environment


def _installed(options: argparse.Namespace) -> str:
    environment = os.path.join(options.folder, "env")
    if os.path.exists(os.path.join(environment, "bin", "python")):
        return environment
    found = index()
    names = [name for name in (found.distributions if found else ()) if name != PYTHON]
    if options.packages:
        with open(options.packages, encoding="utf-8") as file:
            wanted = [normalised(line.strip()) for line in file if line.strip() and not line.startswith("#")]
        names = [name for name in wanted if name in names]
    python = options.python or find_pythons()[-1].path
    _uv("venv", "--quiet", "--python", python, environment)
    left_out = list(_install(environment, names[: options.most], options.before))
    print(f"installed {len(names[: options.most]) - len(left_out)}; left out: {' '.join(left_out) or 'none'}")
    return environment


def _install(environment: str, names: Sequence[str], before: str | None) -> Iterator[str]:
    """Install as many as fit together; those that do not are given back."""
    command = ["pip", "install", "--quiet", "--python", os.path.join(environment, "bin", "python")]
    command += ["--only-binary", ":all:", *(["--exclude-newer", before] if before else [])]
    if not names or _uv(*command, *names):
        return
    if len(names) == 1:
        yield names[0]
        return
    half = len(names) // 2
    yield from _install(environment, names[:half], before)
    yield from _install(environment, names[half:], before)


def _uv(*arguments: str) -> bool:
    environment = {**os.environ, "UV_NO_CONFIG": "1", "UV_NO_PROGRESS": "1", "UV_DEFAULT_INDEX": configured_address()}
    done = subprocess.run([uv(), *arguments], env=environment, timeout=_INSTALLING, capture_output=True, check=False)
    return done.returncode == 0


def _setting(environment: str) -> Setting:
    interpreter = os.path.join(environment, "bin", "python")
    listing = subprocess.run([interpreter, "-I", "-c", _LISTING], capture_output=True, text=True, check=True).stdout
    version, folder, versions = json.loads(listing)
    return Setting(interpreter, version, folder, {normalised(name): each for name, each in versions.items()})


# -- the looks


def _looks(setting: Setting, folder: str, only: frozenset[str] | None, jobs: int) -> Iterator[Found]:
    files = sorted(_files(setting, only))
    groups = [files[start : start + 200] for start in range(0, len(files), 200)]
    packages = [name for name in setting.versions if (only is None or name in only) and _is_indexed(name)]
    with ProcessPoolExecutor(jobs, initializer=_start, initargs=(setting, folder)) as pool:
        yield from pool.map(_look_at_files, groups)
        yield from pool.map(_look_at_names, packages)


def _is_indexed(distribution: str) -> bool:
    found = index()
    return found is not None and found.package(distribution) is not None


def _files(setting: Setting, only: frozenset[str] | None) -> Iterator[str]:
    tops = None
    if only is not None:
        tops = {top for name in only for top in _tops(name)}
    for here, folders, names in os.walk(setting.folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        if tops is not None and here == setting.folder:
            folders[:] = [name for name in folders if name in tops]
            yield from (os.path.join(here, f"{name}.py") for name in tops if f"{name}.py" in names)
        else:
            yield from (os.path.join(here, name) for name in names if name.endswith(".py"))


def _tops(distribution: str) -> set[str]:
    found = index()
    package = found.package(distribution) if found is not None else None
    if package is None:
        return set()
    return {module.partition(".")[0] for module in package.modules(len(package.releases) - 1)}


_projects: list[tuple[str, Project]] = []
_here: list[Setting] = []


def _start(setting: Setting, folder: str) -> None:
    """Make, in a process of the pool, the two projects: one that pins what is installed, and one that says nothing."""
    _here.append(setting)
    for name in ("pinned", "unpinned"):
        root = os.path.join(folder, name)
        os.makedirs(root, exist_ok=True)
        project = Project(root)
        project.add(Source(".python-version", f"{setting.python}\n"))
        if name == "pinned":
            pins = "".join(f"{each}=={version}\n" for each, version in sorted(setting.versions.items()))
            with open(os.path.join(root, "requirements.txt"), "w", encoding="utf-8") as file:
                file.write(pins)
        _projects.append((name, project))


def _look_at_files(paths: Sequence[str]) -> Found:
    checked: Counter[str] = Counter()
    flagged: list[tuple[Statement, str, str, bool]] = []
    for path in paths:
        with open(path, "rb") as file:
            source = decode("code.py", file.read())
        try:
            facts = imports(Fragment.of(source, 0, len(source.text)))
        except UnreadableError:
            checked["files that are no Python 3"] += 1
            continue
        checked["files read"] += 1
        place = os.path.relpath(path, _here[0].folder)
        flagged += _judged(facts, place, checked, "")
    return Found(checked, tuple(flagged))


def _judged(
    facts: Iterable[Import], place: str, checked: Counter[str], what: str
) -> Iterator[tuple[Statement, str, str, bool]]:
    found = index()
    if found is None:
        raise SystemExit("there is no name index")
    for fact in facts:
        providers = found.providers(fact.module.partition(".")[0])
        if not providers or fact.module in NOT_JUDGED:
            continue
        kind = what or ("attributes read" if fact.attribute else "imports")
        whose = "of the standard library" if providers == (PYTHON,) else "of indexed distributions"
        checked[f"{kind} {whose}"] += 1
        if "." not in f"{fact.module}.{fact.name or ''}":
            continue
        for name, project in _projects:
            fault = judge(fact, project)
            if fault is not None and not (name == "unpinned" and _is_older(fault.distribution, fault.first)):
                line = fact.source.position(fact.span.start)[0] if fact.fragment else 0
                message = f"{name}: {fault.path} lacks in {fault.distribution} {fault.version}"
                yield (
                    (fact.module, None if fact.name == "*" else fact.name, fact.attribute),
                    f"{place}:{line}",
                    message,
                    bool(fact.guarded),
                )


def _is_older(distribution: str, first: str) -> bool:
    """Whether what is installed is older than the first release of the index: of that a finding says nothing."""
    return distribution != PYTHON and Version(_here[0].versions.get(distribution, first)) < Version(first)


def _look_at_names(distribution: str) -> Found:
    """Every name that a module of an installed distribution really has."""
    found, setting = index(), _here[0]
    package = found.package(distribution) if found is not None else None
    checked: Counter[str] = Counter()
    if package is None:
        return Found(checked, ())
    version = setting.versions[distribution]
    numbers = [package.releases.index(version)] if version in package.releases else range(len(package.releases))
    where = "in the index" if version in package.releases else "between or beyond those of the index"
    checked[f"distributions whose release is {where}"] += 1
    tops = {module.partition(".")[0] for number in numbers for module in package.modules(number)}
    with Environment(Python(setting.python, setting.interpreter), "") as environment:
        modules = sorted(_modules(setting.folder, tops), key=lambda name: (name.count("."), name))
        probe = environment.probe(distribution, version, modules, {}, _NAMES_SECONDS)
    source = Source("code.py", "")
    facts = [
        Import(source, Span(0, 0), module, name)
        for module, shown in probe.modules.items()
        for name in (None, *(shown or ()))
        if shown is not None and (name is None or name.isidentifier())
    ]
    checked["modules imported for their names"] += sum(shown is not None for shown in probe.modules.values())
    return Found(checked, tuple(_judged(facts, distribution, checked, "names")))


def _modules(folder: str, tops: set[str]) -> Iterator[str]:
    for top in sorted(tops):
        if os.path.isfile(os.path.join(folder, f"{top}.py")):
            yield top
        for here, folders, files in os.walk(os.path.join(folder, top)):
            parts = os.path.relpath(here, folder).split(os.sep)
            folders[:] = [name for name in folders if name.isidentifier() and name not in {"tests", "__pycache__"}]
            for file in files:
                stem, dot, ending = file.partition(".")
                if dot and ending.endswith(("py", "so")) and stem.isidentifier() and stem != "__main__":
                    yield ".".join([*parts, *(() if stem == "__init__" else (stem,))])


# -- the execution


def _executed(setting: Setting, flagged: dict[Statement, tuple[str, str, bool]], options: argparse.Namespace) -> int:
    """Execute each flagged statement, write down what came of it, and count those that work."""
    with ThreadPoolExecutor(options.jobs) as pool:
        results = list(pool.map(lambda statement: _execute(setting, statement), flagged))
    false = 0
    with open(os.path.join(options.folder, "flagged.jsonl"), "w", encoding="utf-8") as file:
        for (statement, (place, message, guarded)), result in zip(flagged.items(), results, strict=True):
            row = {"statement": _spelt(statement), "place": place, "why": message, "guarded": guarded, "result": result}
            file.write(json.dumps(row) + "\n")
            if result == "works":
                false += 1
                print(f"FALSE  {_spelt(statement)}   ({place}; {message})")
    for result, number in Counter(results).most_common():
        print(f"{number:9,} flagged and executed: {result}")
    return false


def _spelt(statement: Statement) -> str:
    module, name, attribute = statement
    if attribute:
        return f"import {module}; {module}.{name}"
    return f"import {module}" if name is None else f"from {module} import {name}"


def _execute(setting: Setting, statement: Statement) -> str:
    """`works`, or the type of the error, of one statement in a process of its own without network or environment."""
    with tempfile.TemporaryDirectory(prefix="prelaunch-gate-") as folder:
        report = os.path.join(folder, "report")
        sandbox.run([setting.interpreter, "-I", "-B", "-c", _CODE, _spelt(statement), report], folder, _SECONDS, report)
        with contextlib.suppress(FileNotFoundError), open(report, encoding="utf-8") as file:
            return file.read()
        return "the process died"


if __name__ == "__main__":
    sys.exit(main())
