"""The audit of one repository: a folder on the disk, a commit in a git directory, or an address."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import closing
from typing import TYPE_CHECKING, Any

from prelaunch import CannotRunError, engine, registry
from prelaunch.audit.record import paths_of
from prelaunch.audit.survey import survey
from prelaunch.cache.document import folder
from prelaunch.call import Call
from prelaunch.check import choose
from prelaunch.config import load_config, settings_in
from prelaunch.gitdir.describe import Identity, blob_name, git_directory, identify
from prelaunch.gitdir.run import GitError
from prelaunch.gitdir.tree import GitTree, entries
from prelaunch.project import Project, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.audit.record import Audit
    from prelaunch.model import Rule


def judge_by(settings: Settings, rules: list[Rule], *, fixes: bool = False) -> engine.Judge:
    """The judge that the settings of a project ask for."""
    known = frozenset({*engine.OWN_RULES, *(rule.name for rule in rules)})
    chosen, ignored = choose(rules, known, settings, Namespace(select=[], ignore=[]))
    return engine.Judge(chosen, known, ignored, fixes=fixes)


def audit_folder(options: Namespace) -> Audit:
    """A folder as it lies on the disk, uncommitted changes too; a bare clone as its HEAD says."""
    if not os.path.isdir(options.place):
        reason = "is a file: an audit speaks of a folder" if os.path.exists(options.place) else "no such folder"
        raise CannotRunError(f"{options.place}: {reason}")
    place = os.path.realpath(options.place)
    repository = git_directory(place)
    if repository is not None and repository == place:
        return audit_commit(repository, os.path.basename(place), options)
    asked = Namespace(paths=[place], config=options.config, no_config=options.no_config, force_exclude=False)
    call = Call(asked)
    top = git_directory(call.root)
    name = os.path.basename(call.root)
    who = identify(top, name) if top is not None else Identity(name)

    def compare(audit: Audit, names: Mapping[str, str]) -> frozenset[str]:
        paths = {*paths_of(audit), *(file.path for file in call.files)}
        return _dirty(call.project, paths, names, top, who.commit) if top is not None else frozenset()

    judge = judge_by(call.settings, registry.load_rules())
    home = folder() if call.whole and not options.no_cache else None
    if home is None:
        audit = survey(call.project, call.files, judge)
        audit = audit._replace(dirty=compare(audit, {}))
    else:
        from prelaunch.audit.kept import audit_of_disk

        audit = audit_of_disk(home, call, who.commit, judge, compare)
    audit = audit._replace(name=who.name, commit=who.commit, home=who.home)
    return _with_history(audit, top, options) if top is not None else audit


def audit_commit(repository: str, fallback: str, options: Namespace, revision: str = "HEAD") -> Audit:
    """One commit of a git directory, from its objects."""
    who = identify(repository, fallback, revision)
    from prelaunch.audit.kept import Commits, pack, unpack
    from prelaunch.audit.record import Audit

    def surveyed() -> tuple[Any, bool]:
        with closing(GitTree(repository, who.commit or revision)) as tree:
            return pack(survey_tree(tree, settings_for(tree, options))), tree.complete

    known = Commits(repository, named_settings(options), "audit", cached=not options.no_cache)
    try:
        audit = unpack(Audit, known.of(who.commit, surveyed))
    except GitError as error:
        raise CannotRunError(f"{fallback}: {error}") from None
    known.save()
    return _with_history(audit._replace(name=who.name, commit=who.commit, home=who.home), repository, options)


def survey_tree(tree: GitTree, settings: Settings, *, imports: bool = True) -> Audit:
    """What is known of the files of a tree."""
    project = Project(tree, settings)
    return survey(project, project.candidates(), judge_by(settings, registry.load_rules()), imports=imports)


def named_settings(options: Namespace) -> Settings | None:
    """The settings that the options put in place of a repository's own; None where they do not."""
    if options.no_config:
        return Settings()
    if options.config:
        return load_config(options.config, os.path.dirname(os.path.realpath(options.config)))
    return None


def settings_for(tree: GitTree, options: Namespace) -> Settings:
    """The settings of a commit: its own, unless the options name others."""
    named = named_settings(options)
    return settings_in(tree) if named is None else named


def audit_url(options: Namespace) -> Audit:
    """A repository elsewhere, cloned without its blobs into a folder that is gone afterwards."""
    from prelaunch.fleet.targets import Target
    from prelaunch.fleet.work import Task, work

    if options.history:
        raise CannotRunError("--history is counted in a clone: clone the repository first")
    name = options.place.rstrip("/").removesuffix(".git").rpartition("/")[2]
    audit = work(Task(Target(name, options.place, remote=True), options.config, options.no_config)).audit
    if audit.error:
        raise CannotRunError(f"{options.place}: {audit.error}")
    return audit


def _with_history(audit: Audit, repository: str, options: Namespace) -> Audit:
    if not options.history:
        return audit
    from prelaunch.audit.history import history

    return audit._replace(history=history(repository, options))


def _dirty(project: Project, paths: set[str], names: Mapping[str, str], repository: str, commit: str) -> frozenset[str]:
    """The files of `paths` whose content is not that of the commit; of some the `names` that git gives are known."""
    try:
        committed = entries(repository, commit)
    except GitError:
        return frozenset()
    differ: set[str] = set()
    for path in paths:
        name, known = names.get(path), committed.get(path)
        if not name:
            data = project.content(path)
            name = blob_name(data, commit) if data is not None else None
        if name is not None and name != (known.blob if known is not None else None):
            differ.add(path)
    return frozenset(differ)
