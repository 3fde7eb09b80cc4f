"""A forge on the loopback address: real HTTP, real diffs of a real repository, and the rules that no schema says.

`Fake` is the server; one class a forge answers as that forge documents it. Every request is kept in `requests`, and
`faults` are answers to give first, instead of the right ones.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import jsonschema

from prelaunch.changes import Changed, parse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HERE = os.path.dirname(__file__)
TOKEN = "s3cr3t-t0ken-of-the-job"


class Reply(NamedTuple):
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


class Repository:
    """A git repository with a branch `main` and a pull request's branch `change`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> bytes:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", *identity, "-C", str(self.folder), *arguments]
        return subprocess.run(command, capture_output=True, check=True).stdout

    def put(self, path: str, text: str) -> None:
        full = self.folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(text.encode())

    def commit(self, message: str = "x") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD").decode().strip()

    @property
    def base(self) -> str:
        return self.git("merge-base", "main", "HEAD").decode().strip()

    def patch(self) -> bytes:
        return self.git("diff", "--find-renames", "--src-prefix=a/", "--dst-prefix=b/", self.base, "HEAD")

    def changed(self) -> dict[str, Changed]:
        return parse(self.patch())

    def hunks_of(self, path: str) -> str:
        """A file's patch as a forge's API gives it: from its first hunk on."""
        patch = self.git("diff", "--find-renames", self.base, "HEAD").decode("utf-8", "replace")
        for part in re.split(r"(?m)^(?=diff --git )", patch):
            if re.search(rf'(?m)^\+\+\+ "?b/{re.escape(path)}"?\t?$', part):
                return part[part.index("\n@@ ") + 1 :].rstrip("\n") if "\n@@ " in part else ""
        return ""


class App:
    """What a forge answers; `routes` pair a pattern `METHOD /path` with a function of its groups and the body."""

    prefix = ""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.requests: list[tuple[str, str, Any]] = []
        self.faults: list[Reply] = []
        self.read_only = False
        self.ids = 100
        self.routes: list[tuple[str, Any]] = []

    def new_id(self) -> int:
        self.ids += 1
        return self.ids

    def token_of(self, headers: Any) -> str:
        return str(headers.get("Authorization", "")).partition(" ")[2]

    def answer(self, method: str, target: str, headers: Any, body: Any) -> Reply:
        url = urlsplit(target)
        path = url.path.removeprefix(self.prefix)
        self.requests.append((method, path, body))
        if self.faults:
            return self.faults.pop(0)
        if self.token_of(headers) != TOKEN:
            return Reply(401, {"message": "Bad credentials"})
        for pattern, function in self.routes:
            verb, _, route = pattern.partition(" ")
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route), path)
            if verb == method and found:
                if method != "GET" and self.read_only:
                    return Reply(403, {"message": "Resource not accessible by integration"})
                reply: Reply = function(body=body, **{name: unquote(part) for name, part in found.groupdict().items()})
                return self.page(reply, url.path, parse_qs(url.query))
        return Reply(404, {"message": "Not Found"})

    def page(self, reply: Reply, path: str, query: Mapping[str, list[str]]) -> Reply:
        """One page of a list, with a link to the next one."""
        if reply.status != 200 or not isinstance(reply.body, list):
            return reply
        size = int((query.get("per_page") or query.get("limit") or ["30"])[0])
        assert size <= 100
        number = int((query.get("page") or ["1"])[0])
        rest = reply.body[number * size :]
        link = f'<http://{self.host}{path}?per_page={size}&page={number + 1}>; rel="next", <http://x/>; rel="last"'
        return Reply(200, reply.body[(number - 1) * size : number * size], (("Link", link),) if rest else ())

    host = ""

    def take(self) -> list[str]:
        """The requests since the last time, as `METHOD /path`."""
        taken = [f"{method} {path}" for method, path, _ in self.requests]
        self.requests.clear()
        return taken

    def writes(self) -> list[tuple[str, str, Any]]:
        """The requests since the last time that change something."""
        taken = [request for request in self.requests if request[0] != "GET"]
        self.requests.clear()
        return taken


class _Handler(BaseHTTPRequestHandler):
    server: Fake

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        data = self.rfile.read(length)
        reply = self.server.app.answer(self.command, self.path, self.headers, json.loads(data) if data else None)
        raw = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", "0" if reply.status == 204 else str(len(raw)))
        self.end_headers()
        if reply.status != 204:
            self.wfile.write(raw)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 (http.server's names)

    def log_message(self, *_: object) -> None:
        pass


class Fake(ThreadingHTTPServer):
    """The server of an `App`, on a free port of the loopback address."""

    daemon_threads = True

    def __init__(self, app: App) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.app = app
        app.host = f"127.0.0.1:{self.server_port}"
        self.url = f"http://{app.host}{app.prefix}"
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


class GitHub(App):
    """api.github.com, as its OpenAPI description says, and stricter: what it says in words only is held too."""

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        with open(os.path.join(HERE, "github.openapi.json"), encoding="utf-8") as file:
            self.paths = json.load(file)["paths"]
        self.me = {"login": "github-actions[bot]", "type": "Bot"}
        self.is_app = True
        self.comments: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = []
        pull = "/repos/me/app/pulls"
        self.routes = [
            ("GET /user", self.get_user),
            (f"GET {pull}/7", self.get_pull),
            (f"GET {pull}/7/files", self.get_files),
            (f"GET {pull}/7/comments", lambda body: Reply(200, self.comments)),  # noqa: ARG005
            (f"GET {pull}/7/reviews", lambda body: Reply(200, self.reviews)),  # noqa: ARG005
            (f"POST {pull}/7/reviews", self.post_review),
            (f"PUT {pull}/7/reviews/{{id}}", self.put_review),
            (f"DELETE {pull}/comments/{{id}}", self.delete_comment),
        ]

    def answer(self, method: str, target: str, headers: Any, body: Any) -> Reply:
        operation = self.operation(method, urlsplit(target).path)
        if operation is None:
            self.requests.append((method, target, body))
            return Reply(404, {"message": "Not Found"})
        assert headers.get("Accept") == "application/vnd.github+json"
        assert headers.get("X-GitHub-Api-Version") == "2022-11-28"
        if "requestBody" in operation:
            errors = list(jsonschema.Draft4Validator(operation["requestBody"]).iter_errors(body))
            if errors:
                self.requests.append((method, target, body))
                return Reply(422, {"message": errors[0].message})
        else:
            assert body is None
        reply = super().answer(method, target, headers, body)
        if reply.status == 200 and "200" in operation["responses"]:
            jsonschema.validate(reply.body, operation["responses"]["200"], jsonschema.Draft4Validator)
        return reply

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The description of a request, if it has one and its path's parameters are of their types."""
        for template, methods in self.paths.items():
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
            operation: dict[str, Any] | None = methods.get(method.lower())
            if found and operation is not None:
                for parameter in operation["parameters"]:
                    if parameter["in"] == "path" and parameter["schema"]["type"] == "integer":
                        assert found[parameter["name"]].isdigit()
                return operation
        return None

    def get_user(self, body: Any) -> Reply:  # noqa: ARG002
        return Reply(403, {"message": "Resource not accessible by integration"}) if self.is_app else Reply(200, self.me)

    def get_pull(self, body: Any) -> Reply:  # noqa: ARG002
        return Reply(200, {"number": 7, "head": {"sha": self.repository.head}})

    def get_files(self, body: Any) -> Reply:  # noqa: ARG002
        files = []
        for path, changed in self.repository.changed().items():
            file = {"filename": path, "status": "modified", "patch": self.repository.hunks_of(path)}
            if changed.old_path != path:
                file |= {"status": "renamed", "previous_filename": changed.old_path}
            files.append(file)
        return Reply(200, files)

    def post_review(self, body: Any) -> Reply:
        fault = self.fault_of(body)
        if fault:
            return Reply(422, {"message": f"Unprocessable Entity: {fault}"})
        review = {"id": self.new_id(), "body": body.get("body", ""), "user": self.me}
        self.reviews.append(review)
        self.comments += (
            {"id": self.new_id(), "path": one["path"], "body": one["body"], "user": self.me, "line": one["line"]}
            for one in body.get("comments", ())
        )
        return Reply(200, review)

    def fault_of(self, review: dict[str, Any]) -> str:
        """Why GitHub would refuse a review; it refuses all of it for one comment."""
        if set(review) - {"commit_id", "body", "event", "comments"}:
            return "an unknown key"
        if review.get("event") == "COMMENT" and not review.get("body"):
            return "a COMMENT needs a body"
        if review.get("commit_id") != self.repository.head:
            return "commit_id is not the head"
        if len(review.get("body", "")) > 65_536:
            return "body is too long"
        changed = self.repository.changed()
        for one in review.get("comments", ()):
            if set(one) - {"path", "body", "line", "side", "start_line", "start_side"}:
                return "an unknown key of a comment"
            lines = changed[one["path"]].lines if one["path"] in changed else {}
            first, last = one.get("start_line", one["line"]), one["line"]
            if one.get("side") != "RIGHT" or one.get("start_side", "RIGHT") != "RIGHT":
                return "side"
            if last not in lines or first not in lines:
                return "Pull request review thread line must be part of the diff"
            if "start_line" in one and first >= last:
                return "start_line must precede the end line"
            if lines[first].hunk != lines[last].hunk:
                return "start_line must be part of the same hunk as the line"
        return ""

    def put_review(self, id: str, body: Any) -> Reply:  # noqa: A002
        review = next(one for one in self.reviews if one["id"] == int(id))
        assert review["user"] == self.me
        review["body"] = body["body"]
        return Reply(200, review)

    def delete_comment(self, id: str, body: Any) -> Reply:  # noqa: A002, ARG002
        comment = next((one for one in self.comments if one["id"] == int(id)), None)
        if comment is None:
            return Reply(404, {"message": "Not Found"})
        assert comment["user"] == self.me
        self.comments.remove(comment)
        return Reply(204)

    def reply(self, comment: dict[str, Any], text: str, login: str = "bob") -> None:
        """A person answers a comment."""
        user = {"login": login, "type": "User"}
        one = {"id": self.new_id(), "path": comment["path"], "body": text, "user": user}
        self.comments.append({**one, "in_reply_to_id": comment["id"]})


class GitLab(App):
    """The documented shapes of "Merge requests", "Discussions" and "Notes"."""

    prefix = "/api/v4"

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self.me = {"id": 11, "username": "project_42_bot"}
        self.discussions: list[dict[str, Any]] = []
        merge = "/projects/42/merge_requests/7"
        self.routes = [
            ("GET /user", lambda body: Reply(200, self.me)),  # noqa: ARG005
            (f"GET {merge}", lambda body: Reply(200, {"iid": 7, "diff_refs": self.refs})),  # noqa: ARG005
            (f"GET {merge}/diffs", self.get_diffs),
            (f"GET {merge}/discussions", lambda body: Reply(200, self.discussions)),  # noqa: ARG005
            (f"POST {merge}/discussions", self.post_discussion),
            (f"PUT {merge}/discussions/{{id}}", self.put_discussion),
            (f"POST {merge}/notes", self.post_note),
            (f"PUT {merge}/notes/{{id}}", self.put_note),
        ]

    def token_of(self, headers: Any) -> str:
        return str(headers.get("PRIVATE-TOKEN", ""))

    @property
    def refs(self) -> dict[str, str]:
        return {"base_sha": self.repository.base, "start_sha": self.repository.base, "head_sha": self.repository.head}

    def get_diffs(self, body: Any) -> Reply:  # noqa: ARG002
        return Reply(
            200,
            [
                {"new_path": path, "old_path": one.old_path, "diff": self.repository.hunks_of(path)}
                for path, one in self.repository.changed().items()
            ],
        )

    def post_discussion(self, body: Any) -> Reply:
        position = body["position"]
        assert set(body) == {"body", "position"}
        allowed = {"position_type", *self.refs, "old_path", "new_path", "new_line", "old_line"}
        assert set(position) <= allowed
        if position["position_type"] != "text" or any(position[name] != sha for name, sha in self.refs.items()):
            return Reply(400, {"message": '400 Bad request - Note {:position=>["is invalid"]}'})
        changed = self.repository.changed().get(position["new_path"])
        line = None if changed is None else changed.lines.get(position["new_line"])
        if changed is None or line is None or line.old != position.get("old_line"):
            return Reply(400, {"message": '400 Bad request - Note {:line_code=>["can\'t be blank"]}'})
        assert changed.old_path == position["old_path"]
        note = {"id": self.new_id(), "body": body["body"], "author": self.me, "system": False, "position": position}
        note |= {"resolvable": True, "resolved": False}
        discussion = {"id": f"{self.new_id():040x}", "individual_note": False, "notes": [note]}
        self.discussions.append(discussion)
        return Reply(201, discussion)

    def put_discussion(self, id: str, body: Any) -> Reply:  # noqa: A002
        assert body == {"resolved": True}
        discussion = next(one for one in self.discussions if one["id"] == id)
        for note in discussion["notes"]:
            note |= {"resolved": True, "resolved_by": self.me}
        return Reply(200, discussion)

    def post_note(self, body: Any) -> Reply:
        note = {"id": self.new_id(), "body": body["body"], "author": self.me, "system": False, "resolvable": False}
        self.discussions.append({"id": f"{self.new_id():040x}", "individual_note": True, "notes": [note]})
        return Reply(201, note)

    def put_note(self, id: str, body: Any) -> Reply:  # noqa: A002
        note = next(note for one in self.discussions for note in one["notes"] if note["id"] == int(id))
        assert note["author"] == self.me
        note["body"] = body["body"]
        return Reply(200, note)


class Gitea(App):
    """The shapes of Gitea's and Forgejo's own description of their API."""

    prefix = "/api/v1"

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self.me = {"id": 3, "login": "robot"}
        self.reviews: dict[int, list[dict[str, Any]]] = {}
        self.notes: list[dict[str, Any]] = []
        pull, issue = "/repos/me/app/pulls/7", "/repos/me/app/issues/7"
        self.routes = [
            ("GET /user", lambda body: Reply(200, self.me)),  # noqa: ARG005
            (f"GET {pull}", lambda body: Reply(200, {"number": 7, "head": {"sha": repository.head}})),  # noqa: ARG005
            (f"GET {pull}.diff", lambda body: Reply(200, repository.patch())),  # noqa: ARG005
            (f"GET {pull}/reviews", lambda body: Reply(200, [{"id": id_} for id_ in self.reviews])),  # noqa: ARG005
            (f"GET {pull}/reviews/{{id}}/comments", lambda id, body: Reply(200, self.reviews[int(id)])),  # noqa: A006, ARG005
            (f"POST {pull}/reviews", self.post_review),
            (f"GET {issue}/comments", lambda body: Reply(200, self.notes)),  # noqa: ARG005
            (f"POST {issue}/comments", self.post_note),
            ("PATCH /repos/me/app/issues/comments/{id}", self.patch_comment),
        ]

    def post_review(self, body: Any) -> Reply:
        assert set(body) == {"commit_id", "event", "body", "comments"}
        assert (body["commit_id"], body["event"]) == (self.repository.head, "COMMENT")
        changed = self.repository.changed()
        comments = []
        for one in body["comments"]:
            assert set(one) == {"path", "body", "new_position", "old_position"}
            assert one["new_position"] in changed[one["path"]].lines
            note = {"id": self.new_id(), "user": self.me, "path": one["path"], "body": one["body"], "resolver": None}
            comments.append({**note, "position": one["new_position"], "original_position": 0})
        self.reviews[self.new_id()] = comments
        return Reply(200, {"id": self.ids})

    def post_note(self, body: Any) -> Reply:
        self.notes.append({"id": self.new_id(), "user": self.me, "body": body["body"]})
        return Reply(201, self.notes[-1])

    def patch_comment(self, id: str, body: Any) -> Reply:  # noqa: A002
        everything = [*self.notes, *(one for comments in self.reviews.values() for one in comments)]
        comment = next(one for one in everything if one["id"] == int(id))
        assert comment["user"] == self.me
        comment["body"] = body["body"]
        return Reply(200, comment)


class Bitbucket(App):
    """The documented limits of Code Insights."""

    prefix = "/2.0"

    def __init__(self, repository: Repository) -> None:
        super().__init__(repository)
        self.report: dict[str, Any] | None = None
        self.annotations: dict[str, dict[str, Any]] = {}
        report = f"/repositories/me/app/commit/{repository.head}/reports/prelaunch"
        self.routes = [
            (f"DELETE {report}", self.delete),
            (f"PUT {report}", self.put),
            (f"POST {report}/annotations", self.post),
        ]

    def delete(self, body: Any) -> Reply:  # noqa: ARG002
        if self.report is None:
            return Reply(404, {"type": "error"})
        self.report, self.annotations = None, {}
        return Reply(204)

    def put(self, body: Any) -> Reply:
        assert set(body) == {"title", "reporter", "report_type", "result", "details", "link"}
        assert body["report_type"] in {"SECURITY", "COVERAGE", "TEST", "BUG"}
        assert body["result"] in {"PASSED", "FAILED", "PENDING"}
        self.report = body
        return Reply(200, body)

    def post(self, body: Any) -> Reply:
        assert self.report is not None
        assert 1 <= len(body) <= 100
        for one in body:
            assert set(one) <= {"external_id", "annotation_type", "path", "line", "summary", "severity", "link"}
            assert one["annotation_type"] in {"VULNERABILITY", "CODE_SMELL", "BUG"}
            assert one["severity"] in {"CRITICAL", "HIGH", "MEDIUM", "LOW"}
            assert len(one["summary"]) <= 450
            assert one["external_id"] not in self.annotations
            self.annotations[one["external_id"]] = one
        assert len(self.annotations) <= 1000
        return Reply(200, body)
