"""What the command asks of a forge; one module for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prelaunch.changes import Changed
    from prelaunch.review.plan import Known, Plan
    from prelaunch.review.target import Target
    from prelaunch.transport import Client


class State(NamedTuple):
    """A pull request as it stands: its head, the lines that it changes by path, and what we said of it already.

    `summary` is the id of the own summary, `said` its text; both "" where there is none.
    """

    head: str
    changed: Mapping[str, Changed]
    known: Sequence[Known] = ()
    summary: str = ""
    said: str = ""


class Forge(Protocol):
    """A forge: reads a pull request's state, and carries a plan out."""

    def __init__(self, target: Target, client: Client) -> None:
        """Speak of `target` through `client`."""

    def read(self) -> State:
        """The pull request as it stands; raises `RefusedError`."""

    def carry_out(self, plan: Plan, state: State, summary: str) -> list[str]:
        """Post, take back and summarise, and nothing where nothing changes; gives what the forge did not take.

        Raises `RefusedError` where it takes nothing.
        """


def headers(target: Target) -> dict[str, str]:
    """The headers that every request of a forge needs, the token's among them."""
    if target.forge == "gitlab":
        return {"PRIVATE-TOKEN": target.token} if target.token else {}
    scheme = "token" if target.forge == "gitea" else "Bearer"
    named = {"Authorization": f"{scheme} {target.token}"} if target.token else {}
    if target.forge == "github":
        named |= {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    return named
