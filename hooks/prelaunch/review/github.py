"""GitHub's reviews: REST only, one review a run, anchors from the very diff of the head that it is posted to.

Of what is outdated only the comments can be taken back over REST (a thread can be resolved over GraphQL alone, and not
with a job's usual token), so those that nobody answered are deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prelaunch.changes import Changed, lines_shown
from prelaunch.review.forge import State
from prelaunch.review.plan import SUMMARY, Known
from prelaunch.review.remarks import mark, marked
from prelaunch.transport import RefusedError
from prelaunch.writers.markdown import code

if TYPE_CHECKING:
    from prelaunch.review.plan import Plan
    from prelaunch.review.remarks import Remark
    from prelaunch.review.target import Target
    from prelaunch.transport import Client


class GitHub:
    """One pull request on GitHub."""

    def __init__(self, target: Target, client: Client) -> None:
        self.client = client
        self.pulls = f"/repos/{target.repository}/pulls"
        self.pull = f"{self.pulls}/{target.number}"

    def read(self) -> State:
        """The head, the diff of its files, and the own comments and summary."""
        head = str(self.client.get(self.pull)["head"]["sha"])
        changed = {
            file["filename"]: Changed(
                file["filename"],
                file.get("previous_filename", file["filename"]),
                lines_shown(file.get("patch", "").encode("utf-8", "surrogateescape")),
            )
            for file in self.client.pages(f"{self.pull}/files?per_page=100")
        }
        me = self._me()
        known = known_comments(list(self.client.pages(f"{self.pull}/comments?per_page=100")), me)
        summary, said = "", ""
        for review in self.client.pages(f"{self.pull}/reviews?per_page=100"):
            if is_own(review, me) and marked(review.get("body")) == SUMMARY:
                summary, said = str(review["id"]), review["body"]
        return State(head, changed, known, summary, said)

    def _me(self) -> str:
        """Who the token speaks for; "" for an app's token, which may not ask, and speaks for a bot."""
        try:
            return str(self.client.get("/user")["login"])
        except RefusedError as error:
            if error.forbidden:
                return ""
            raise

    def carry_out(self, plan: Plan, state: State, summary: str) -> list[str]:
        """One review with the new comments; its body is the summary, unless there is one to bring up to date."""
        first = not state.summary and bool(plan.post or plan.rest or plan.kept)
        posted = not plan.post
        if plan.post:
            body = summary if first else f"{len(plan.post)} new since the last review.\n\n{mark('review')}"
            posted = self._post(state.head, body, [_comment(remark) for remark in plan.post])
        if not posted:
            # one comment that GitHub cannot place loses all of them, and it does not say which
            lines = "".join(f"- {code(f'{one.changed.path}:{one.last}')} {one.subject.rule}\n" for one in plan.post)
            summary = f"GitHub could not place these comments:\n\n{lines}\n{summary}"
        if first and not (plan.post and posted):
            self._post(state.head, summary, [])
        elif state.summary and state.said != summary:
            self.client.write("PUT", f"{self.pull}/reviews/{state.summary}", {"body": summary})
        for comment in plan.outdated:
            self.client.write("DELETE", f"{self.pulls}/comments/{comment.id}")
        return []

    def _post(self, head: str, body: str, comments: list[dict[str, Any]]) -> bool:
        """Post a review; False where GitHub finds fault with its comments."""
        review: dict[str, Any] = {"commit_id": head, "event": "COMMENT", "body": body}
        if comments:
            review["comments"] = comments
        try:
            self.client.write("POST", f"{self.pull}/reviews", review)
        except RefusedError as error:
            if error.status != 422 or not comments:
                raise
            return False
        return True


def _comment(remark: Remark) -> dict[str, Any]:
    comment = {"path": remark.changed.path, "body": remark.body(), "line": remark.last, "side": "RIGHT"}
    if remark.first != remark.last:
        comment |= {"start_line": remark.first, "start_side": "RIGHT"}
    return comment


def known_comments(comments: list[dict[str, Any]], me: str) -> list[Known]:
    """The own comments among a pull request's; an answer is a comment of someone else in reply to one of them."""
    own = {comment["id"]: marked(comment.get("body")) for comment in comments if is_own(comment, me)}
    answered = {
        comment.get("in_reply_to_id") for comment in comments if comment["id"] not in own or not own[comment["id"]]
    }
    return [Known(str(id_), print_, id_ in answered) for id_, print_ in own.items() if print_]


def is_own(item: dict[str, Any], me: str) -> bool:
    """Whether we wrote a comment or a review: a mark alone does not prove it, as people quote."""
    user = item.get("user") or {}
    return user.get("login") == me if me else user.get("type") == "Bot"
