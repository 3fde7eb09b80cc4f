"""Which pull request is reviewed: what a CI system says in its environment, and what the command line says instead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from prelaunch import CannotRunError
from prelaunch.transport import token_in, token_names

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

FORGES = ("github", "gitlab", "gitea", "bitbucket")

_APIS = {"github": "https://api.github.com", "bitbucket": "https://api.bitbucket.org/2.0"}


class Target(NamedTuple):
    """A pull request: where its forge answers, the repository (a path, or a number on GitLab), its number, its head.

    `number` is "" where the run is for no pull request, `commit` where the environment does not say which is the head.
    `token_names` are the variables that were asked for the token.
    """

    forge: str
    api: str
    repository: str
    number: str
    commit: str = ""
    token: str = ""
    token_names: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Target({self.forge!r}, {self.api!r}, {self.repository!r}, {self.number!r}, {self.commit!r})"


def find_target(environment: Mapping[str, str], options: Namespace) -> Target:
    """The pull request to review; `CannotRunError` where neither the environment nor the options name its forge."""
    forge = options.forge or _forge(environment)
    if forge is None:
        raise CannotRunError("no CI system is known from the environment: say --forge, --repository and --pull-request")
    found = _READERS[forge](environment)
    api = (options.api_url or found.api or _APIS.get(forge, "")).rstrip("/")
    if urlsplit(api).scheme not in {"http", "https"} or not urlsplit(api).hostname:
        raise CannotRunError(f"the address of the {forge} API is not known: say --api-url https://...")
    repository = options.repository or found.repository
    if not repository:
        raise CannotRunError("the repository is not known: say --repository OWNER/NAME")
    number, commit = options.pull_request or found.number, options.commit or found.commit
    for name, value, good in (
        ("repository", repository, all(char.isalnum() or char in "._-/~" for char in repository)),
        ("number of the pull request", number, not number or number.isdecimal()),
        ("commit", commit, not commit or all(char in "0123456789abcdef" for char in commit)),
    ):
        if not good or not value.isascii():
            raise CannotRunError(f"the {name} cannot be {value!r}")
    names = (options.token_variable,) if options.token_variable else tuple(token_names(environment, forge, api))
    return found._replace(
        forge=forge,
        api=api,
        repository=repository,
        number=number,
        commit=commit,
        token=token_in(environment, names),
        token_names=names,
    )


def _forge(environment: Mapping[str, str]) -> str | None:
    if any(environment.get(name) == "true" for name in ("GITEA_ACTIONS", "FORGEJO_ACTIONS")):
        return "gitea"
    if environment.get("GITHUB_ACTIONS") == "true":
        return "github"
    if environment.get("GITLAB_CI") == "true":
        return "gitlab"
    return "bitbucket" if environment.get("BITBUCKET_BUILD_NUMBER") else None


def _github(environment: Mapping[str, str]) -> Target:
    """GitHub's variables, which Gitea's and Forgejo's runners set too; the event's file says which pull request."""
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    pull = event.get("pull_request")
    number = commit = ""
    if isinstance(pull, dict):
        head = pull.get("head")
        number = str(pull.get("number", ""))
        commit = str(head.get("sha", "")) if isinstance(head, dict) else ""
    return Target("", environment.get("GITHUB_API_URL", ""), environment.get("GITHUB_REPOSITORY", ""), number, commit)


def _event(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            event = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _gitlab(environment: Mapping[str, str]) -> Target:
    project = environment.get("CI_MERGE_REQUEST_PROJECT_ID") or environment.get("CI_PROJECT_ID", "")
    # in a pipeline of the merged result CI_COMMIT_SHA is a commit that is on no branch
    commit = environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA", "")
    api = environment.get("CI_API_V4_URL", "")
    return Target("", api, project, environment.get("CI_MERGE_REQUEST_IID", ""), commit)


def _bitbucket(environment: Mapping[str, str]) -> Target:
    workspace, slug = environment.get("BITBUCKET_WORKSPACE", ""), environment.get("BITBUCKET_REPO_SLUG", "")
    repository = f"{workspace}/{slug}" if workspace and slug else ""
    commit = environment.get("BITBUCKET_COMMIT", "")
    return Target("", "", repository, environment.get("BITBUCKET_PR_ID", ""), commit)


_READERS = {"github": _github, "gitea": _github, "gitlab": _gitlab, "bitbucket": _bitbucket}
