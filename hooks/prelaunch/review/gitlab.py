"""GitLab's merge requests: a discussion a finding, resolved when it is gone, and one note as the summary.

An added line is named by its new number alone, an unchanged one by both (else: 400 `line_code can't be blank`), and the
three commits of a position are the merge request's own, not the branches' heads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from prelaunch.changes import Changed, lines_shown
from prelaunch.review.forge import State
from prelaunch.review.plan import SUMMARY, Known
from prelaunch.review.remarks import marked
from prelaunch.transport import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prelaunch.review.plan import Plan
    from prelaunch.review.remarks import Remark
    from prelaunch.review.target import Target
    from prelaunch.transport import Client


class GitLab:
    """One merge request on GitLab."""

    def __init__(self, target: Target, client: Client) -> None:
        self.client = client
        self.merge = f"/projects/{quote(target.repository, safe='')}/merge_requests/{target.number}"
        self.refs: dict[str, str] = {}

    def read(self) -> State:
        """The head, the diffs, and the own discussions and summary."""
        self.refs = self.client.get(self.merge)["diff_refs"]
        changed = {
            file["new_path"]: Changed(
                file["new_path"],
                file["old_path"],
                lines_shown(file.get("diff", "").encode("utf-8", "surrogateescape")),
            )
            for file in self.client.pages(f"{self.merge}/diffs?per_page=100")
            if not file.get("deleted_file")
        }
        me = self.client.get("/user")["id"]
        discussions = list(self.client.pages(f"{self.merge}/discussions?per_page=100"))
        known = list(_known(discussions, me))
        summary, said = "", ""
        for discussion in discussions:
            first = discussion["notes"][0]
            if first["author"]["id"] == me and marked(first.get("body")) == SUMMARY:
                summary, said = str(first["id"]), first["body"]
        return State(self.refs["head_sha"], changed, known, summary, said)

    def carry_out(self, plan: Plan, state: State, summary: str) -> list[str]:
        """New discussions, resolved ones, and the summary; gives the comments that GitLab could not place."""
        refused = []
        for remark in plan.post:
            try:
                self.client.write("POST", f"{self.merge}/discussions", self._discussion(remark))
            except RefusedError as error:  # noqa: PERF203 (one comment must not keep the others from being posted)
                if error.status not in {400, 422}:
                    raise
                refused.append(f"{remark.changed.path}:{remark.last}: no comment could be placed: {error}")
        if state.summary and state.said != summary:
            self.client.write("PUT", f"{self.merge}/notes/{state.summary}", {"body": summary})
        elif not state.summary and (plan.post or plan.rest or plan.kept):
            self.client.write("POST", f"{self.merge}/notes", {"body": summary})
        for comment in plan.outdated:
            self.client.write("PUT", f"{self.merge}/discussions/{comment.thread}", {"resolved": True})
        return refused

    def _discussion(self, remark: Remark) -> dict[str, Any]:
        position: dict[str, Any] = {
            "position_type": "text",
            "base_sha": self.refs["base_sha"],
            "start_sha": self.refs["start_sha"],
            "head_sha": self.refs["head_sha"],
            "old_path": remark.changed.old_path,
            "new_path": remark.changed.path,
            "new_line": remark.last,
        }
        if remark.old is not None:
            position["old_line"] = remark.old
        return {"body": remark.body(f"suggestion:-{remark.last - remark.first}+0"), "position": position}


def _known(discussions: Iterable[dict[str, Any]], me: int) -> Iterable[Known]:
    """The own discussions. One that we resolved ourselves is as good as gone, should its finding come back."""
    for discussion in discussions:
        first, *others = [note for note in discussion["notes"] if not note.get("system")] or [None]
        if first is None or first["author"]["id"] != me or not first.get("position"):
            continue
        fingerprint = marked(first.get("body"))
        closed = bool(first.get("resolved"))
        if not fingerprint or (closed and (first.get("resolved_by") or {}).get("id") == me):
            continue
        answered = any(note["author"]["id"] != me for note in others)
        yield Known(str(first["id"]), fingerprint, answered, discussion["id"], closed)
