"""`prelaunch init`: find where the images run, write the configuration and the pre-commit hook, say what comes next."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, NamedTuple

from prelaunch import HOME, CannotRunError, __version__, discover
from prelaunch.config import OWN, SHARED, find_config, load_config, parse_config
from prelaunch.model import Source
from prelaunch.start import splice, targets
from prelaunch.start.clues import Answer, find
from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

HOOKS = ".pre-commit-config.yaml"
HOOK = "prelaunch"


class Change(NamedTuple):
    """What becomes of one file: its text before (None: there is no file) and after, and what that is in one line."""

    path: str
    old: str | None
    new: str
    what: str


def run(options: Namespace) -> int:
    """Do it; 0 done (or nothing to do), 2 where it cannot be done."""
    if not os.path.isdir(options.folder):
        raise CannotRunError(f"{options.folder}: no such folder")
    root = discover.find_root([options.folder])
    answer = _answer(options, root)
    print("platforms: " + (", ".join(answer.platforms) or "not known"))
    for reason in answer.reasons:
        print(f"  {printable(reason)}")
    changes = list(_config(root, answer))
    if not options.no_hook:
        changes += _hook(root)
    for change in changes:
        if options.dry_run:
            print(f"would write {change.what}:")
            sys.stdout.writelines(f"  {line}\n" for line in _added(change))
        else:
            write(root, change)
            print(f"wrote {change.what}")
    if not changes:
        print("nothing to write")
    print("\n".join(_next(options, answer)))
    return 0


def _answer(options: Namespace, root: str) -> Answer:
    if options.platform:
        platforms = parse_config({"platforms": options.platform}, "--platform").platforms
        return Answer(platforms, ("as --platform says",))
    if options.cluster or options.nodes:
        nodes = targets.read(options.nodes) if options.nodes else targets.ask()
        platforms = tuple(targets.platforms_of(nodes))
        counted = [node for node in nodes if str(node.platform) in platforms and not node.idle]
        where = {None: "the cluster of kubectl's current context", "-": "standard input"}
        number = len(counted) or len(nodes)
        said = f"{number} node{' takes' if number == 1 else 's take'} workloads"
        return Answer(platforms, (f"{where.get(options.nodes, options.nodes)}: {said}",))
    from prelaunch.call import Call

    plain = {"paths": [root], "stdin_filename": None, "config": None, "no_config": False, "force_exclude": True}
    call = Call(Namespace(**plain))
    return find(call.project, call.root, call.files)


def _config(root: str, answer: Answer) -> Iterable[Change]:
    """The configuration: in pyproject.toml where there is one, else in a file of its own; none where there is one."""
    there = find_config(root, root)
    if there is not None:
        said = load_config(there, root).platforms
        print(f"{os.path.basename(there)} configures prelaunch already")
        if answer.platforms and answer.platforms != said:
            print(f"  it says {targets.setting(said) if said else 'no platforms'}; this is what was found:")
            print(f"  {targets.setting(answer.platforms)}")
        return
    if answer.platforms:
        lines = f"{targets.setting(answer.platforms)}  # where the images run; what --fix writes\n"
    else:
        lines = '# platforms = ["linux/amd64"]  # where the images run; what --fix writes\n'
    shared = _read(root, SHARED)
    new = None if shared is None else splice.toml_table(shared, "tool.prelaunch", lines)
    # an empty table would configure nothing, and stand in the way of the file that does
    if new is not None and answer.platforms:
        yield Change(SHARED, shared, new, f"[tool.prelaunch] at the end of {SHARED}")
    else:
        yield Change(OWN, None, lines, OWN)


def _hook(root: str) -> Iterable[Change]:
    revision = f"v{__version__}"
    old = _read(root, HOOKS)
    new = splice.hook_config("repos: []\n" if old is None else old, HOME, revision, HOOK)
    if new is None:
        print(f"{HOOKS} is of a form that is not spliced; add this to its `repos` by hand:")
        print(f"  - repo: {HOME}\n    rev: {revision}\n    hooks:\n      - id: {HOOK}")
    elif new == old:
        print(f"{HOOKS} has the hook already")
    else:
        yield Change(HOOKS, old, new, HOOKS if old is None else f"the hook into {HOOKS}")


def _read(root: str, name: str) -> str | None:
    """The text of a file of the root, decoded so that it encodes back; None where there is none."""
    path = os.path.join(root, name)
    if not os.path.lexists(path):
        return None
    if not discover.within(root, os.path.realpath(path)):
        raise CannotRunError(f"{name}: lies outside the project")
    try:
        with open(path, "rb") as file:
            return Source.decode(name, file.read()).text
    except OSError as error:
        raise CannotRunError(f"{name}: {(error.strerror or 'cannot be read').lower()}") from None


def write(root: str, change: Change) -> None:
    """Write one file, whole or not at all; a new one is not written over one that has come meanwhile."""
    from prelaunch import mend

    new = Source(change.path, change.new)
    if change.old is not None:
        mend.write(root, Source(change.path, change.old), new)
        return
    try:
        with open(os.path.join(root, change.path), "xb") as file:
            file.write(new.encode(change.new))
    except OSError as error:
        raise CannotRunError(f"{change.path}: {(error.strerror or 'cannot be written').lower()}") from None


def _added(change: Change) -> list[str]:
    import difflib

    before = (change.old or "").splitlines()
    lines = difflib.ndiff(before, change.new.splitlines())
    return [printable(line[2:]) for line in lines if line.startswith("+ ")]


def _next(options: Namespace, answer: Answer) -> Iterable[str]:
    yield "next:"
    if not answer.platforms:
        yield f"  say in the configuration where the images run, for example {targets.setting(['linux/amd64'])}"
        yield "  (`prelaunch targets` asks the cluster)"
    if not options.no_hook:
        yield "  pre-commit install         so that every commit is judged"
    yield "  prelaunch check            what there is today"
    yield "  prelaunch check --fix      what can be mended"
    yield "  prelaunch baseline create  take what is left as known, so that only what is new fails"
