"""Gitea's and Forgejo's reviews.

Their API can neither resolve a thread nor delete a comment on code (it answers 204 and deletes nothing), but it can
edit one: an outdated comment says so. The text of a review cannot be edited, so the summary is a comment of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prelaunch.changes import parse
from prelaunch.review.forge import State
from prelaunch.review.plan import SUMMARY, Known
from prelaunch.review.remarks import mark, marked
from prelaunch.transport import RefusedError

if TYPE_CHECKING:
    from prelaunch.review.plan import Plan
    from prelaunch.review.target import Target
    from prelaunch.transport import Client

JOB = -2
"""The id of `gitea-actions` (`forgejo-actions`)."""

GONE = f"*This is not found any more.*\n\n{mark('gone')}"


class Gitea:
    """One pull request on Gitea or Forgejo."""

    def __init__(self, target: Target, client: Client) -> None:
        self.client = client
        self.repository = f"/repos/{target.repository}"
        self.pull = f"{self.repository}/pulls/{target.number}"
        self.issue = f"{self.repository}/issues/{target.number}"

    def read(self) -> State:
        """The head, the diff, and the own comments and summary."""
        head = self.client.get(self.pull)["head"]["sha"]
        changed = parse(self.client.get_text(f"{self.pull}.diff"))
        me = self._me()
        comments = [
            comment
            for review in self.client.pages(f"{self.pull}/reviews?limit=50")
            for comment in self.client.get(f"{self.pull}/reviews/{review['id']}/comments") or ()
        ]
        summary, said = "", ""
        for comment in self.client.pages(f"{self.issue}/comments?limit=50"):
            if comment["user"]["id"] == me and marked(comment.get("body")) == SUMMARY:
                summary, said = str(comment["id"]), comment["body"]
        return State(head, changed, _known(comments, me), summary, said)

    def _me(self) -> int:
        """Who the token speaks for; a job's own token may not ask, and speaks for a user that only jobs are."""
        try:
            return int(self.client.get("/user")["id"])
        except RefusedError as error:
            if error.forbidden:
                return JOB
            raise

    def carry_out(self, plan: Plan, state: State, summary: str) -> list[str]:
        """One review with the new comments, the summary beside it, and a last word in what is outdated."""
        if plan.post:
            comments = [
                {"path": one.changed.path, "body": one.body(""), "new_position": one.last, "old_position": 0}
                for one in plan.post
            ]
            body = f"{len(plan.post)} findings.\n\n{mark('review')}"
            review = {"commit_id": state.head, "event": "COMMENT", "body": body, "comments": comments}
            self.client.write("POST", f"{self.pull}/reviews", review)
        if state.summary and state.said != summary:
            self.client.write("PATCH", f"{self.repository}/issues/comments/{state.summary}", {"body": summary})
        elif not state.summary and (plan.post or plan.rest or plan.kept):
            self.client.write("POST", f"{self.issue}/comments", {"body": summary})
        for comment in plan.outdated:
            self.client.write("PATCH", f"{self.repository}/issues/comments/{comment.id}", {"body": GONE})
        return []


def _known(comments: list[dict[str, Any]], me: int) -> list[Known]:
    """The own comments; an answer is a comment of someone else at the same place, as threads are not numbered."""
    places = {_place(comment) for comment in comments if comment["user"]["id"] != me}
    return [
        Known(str(comment["id"]), print_, _place(comment) in places, closed=bool(comment.get("resolver")))
        for comment in comments
        if comment["user"]["id"] == me and (print_ := marked(comment.get("body"))) and print_ != "gone"
    ]


def _place(comment: dict[str, Any]) -> tuple[object, ...]:
    return comment.get("path"), comment.get("position"), comment.get("original_position")
