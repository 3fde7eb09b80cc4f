"""`prelaunch review` on GitHub: the exact requests, against a server that holds what GitHub documents."""

from __future__ import annotations

import json
import re
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Review = Callable[..., tuple[int, str, str]]

Reply = sys.modules["review_fake"].Reply
PULL = "/repos/me/app/pulls/7"
READ = [f"GET {PULL}", f"GET {PULL}/files", "GET /user", f"GET {PULL}/comments", f"GET {PULL}/reviews"]


def _builds(*numbers: int, good: int = 0) -> str:
    lines = [f"docker buildx build {'--platform linux/amd64 ' if n <= good else ''}-t x{n:02d} .\n" for n in numbers]
    return "#!/bin/sh\n" + "".join(lines)


def _named(body: str) -> int:
    """The number of the build in a comment's suggestion."""
    found = re.search(r"-t x(\d\d) ", body)
    assert found, body
    return int(found[1])


def test_sixty_findings_three_pushes_a_reply_and_a_fork_twice_in_a_row(
    repository: Any,
    github: Any,
    review: Review,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    everyone = range(1, 61)

    # The first push: one review with as many comments as are allowed, the others in its body.
    repository.put("build.sh", _builds(*everyone))
    repository.commit()
    code, out, err = review()
    assert (code, out) == (1, "")
    assert "reviewed: 30 new, 0 there already, 0 taken back" in err
    assert github.take() == [*READ, f"POST {PULL}/reviews"]
    assert [_named(one["body"]) for one in github.comments] == list(range(1, 31))
    [posted] = github.reviews
    assert posted["body"].startswith("**prelaunch**: 61 findings, 30 comments\n30 more would be too many comments")
    assert "31 findings without a comment" in posted["body"]
    assert "deploy.sh:14" in posted["body"]

    # Again: only reading.
    assert review()[0] == 1
    assert github.take() == READ

    # A person answers the comment on the first build. The second push moves every line and mends ten of them.
    github.reply(github.comments[0], "This one is meant to be so.")
    repository.put("build.sh", _builds(*everyone, good=10).replace("#!/bin/sh\n", "#!/bin/sh\n# more\n\n"))
    repository.commit()
    own = {_named(one["body"]): one["id"] for one in github.comments[:30]}
    assert review()[0] == 1
    assert github.take() == [
        *READ,
        f"POST {PULL}/reviews",
        f"PUT {PULL}/reviews/{posted['id']}",
        *(f"DELETE /repos/me/app/pulls/comments/{own[number]}" for number in range(2, 11)),
    ]
    left = [one["body"] for one in github.comments]
    assert [_named(body) for body in left if "suggestion" in body] == [1, *range(11, 41)]
    assert "This one is meant to be so." in left
    assert posted["body"].startswith("**prelaunch**: 51 findings, 30 comments\n20 more would be")
    assert github.reviews[1]["body"].startswith("10 new since the last review.")
    assert review()[0] == 1
    assert github.take() == READ

    # The third push mends everything that it added: what nobody answered goes, the conversation stays.
    repository.put("build.sh", _builds(*everyone, good=60))
    repository.commit()
    assert review()[0] == 1
    taken = github.take()
    assert taken[:6] == [*READ, f"PUT {PULL}/reviews/{posted['id']}"]
    assert len(taken) == 6 + 30
    assert all(request.startswith("DELETE /repos/me/app/pulls/comments/") for request in taken[6:])
    assert [one["user"]["login"] for one in github.comments] == ["github-actions[bot]", "bob"]
    assert posted["body"].startswith("**prelaunch**: 1 finding, 0 comments\n")
    assert review()[0] == 1
    assert github.take() == READ

    # The same change from a fork, whose token may only read.
    github.read_only = True
    repository.put("build.sh", _builds(*everyone))
    repository.commit()
    for _ in range(2):
        code, out, err = review()
        assert code == 1
        assert github.take() == [*READ, f"POST {PULL}/reviews"]
        assert "no review was written" in err
        assert "403" in err
        assert len([line for line in out.splitlines() if line.startswith("::warning title=missing-platform,")]) == 61
        assert "annotates only the first 10" in out
    assert (tmp_path / "summary.md").read_text().count("\n| likely |") == 122
    monkeypatch.delenv("GITHUB_TOKEN")
    code, out, err = review()
    assert (code, github.take()) == (1, [])
    assert "there is no token in PRELAUNCH_TOKEN or GITHUB_TOKEN or GH_TOKEN" in err
    assert out.startswith("::warning ")


def test_a_suggestion_is_whole_lines_with_their_indentation(repository: Any, github: Any, review: Review) -> None:
    repository.put("build.sh", "#!/bin/sh\nif x; then\n\tdocker buildx build \\\n\t  -t a .\nfi\n")
    repository.commit()
    review()
    [(_, _, body)] = github.writes()
    [comment] = body["comments"]
    assert {name: comment[name] for name in comment if name != "body"} == {
        "path": "build.sh",
        "line": 3,
        "side": "RIGHT",
    }
    assert "```suggestion\n\tdocker buildx build --platform linux/amd64 \\\n```\n" in comment["body"]
    assert re.search(r"<!-- prelaunch:v1:[0-9a-f]{32} -->$", comment["body"])
    assert body["event"] == "COMMENT"
    assert body["commit_id"] == repository.head


def test_a_suggestion_for_a_new_line_says_the_line_that_it_follows(
    repository: Any, github: Any, review: Review
) -> None:
    text = "services:\n  a:\n    image: ghcr.io/me/a\n    build: .\n"
    repository.put("compose.yaml", text)
    repository.commit()
    review()
    [(_, _, body)] = github.writes()
    [comment] = body["comments"]
    block = comment["body"].split("```suggestion\n")[1].split("\n```")[0]
    lines = text.splitlines()
    first = comment.get("start_line", comment["line"])
    applied = [*lines[: first - 1], *block.splitlines(), *lines[comment["line"] :]]
    assert sorted(applied) == sorted([*lines, "    platform: linux/amd64"])
    assert "start_line" not in comment or comment["start_line"] < comment["line"]


def test_a_fence_is_longer_than_any_in_the_text(repository: Any, github: Any, review: Review) -> None:
    repository.put("build.sh", "#!/bin/sh\ndocker buildx build -t a . # ```` see\n")
    repository.commit()
    review()
    [(_, _, body)] = github.writes()
    assert "\n`````suggestion\n" in body["comments"][0]["body"]
    assert "# ```` see\n`````\n" in body["comments"][0]["body"]


@pytest.mark.parametrize("ending", ["\r\n"])
def test_where_lines_end_otherwise_the_fix_is_only_told(
    repository: Any,
    github: Any,
    review: Review,
    ending: str,
) -> None:
    repository.put("build.sh", f"ls{ending}docker buildx build -t a .{ending}")
    repository.commit()
    review()
    [(_, _, body)] = github.writes()
    assert "suggestion" not in body["comments"][0]["body"]
    assert "Fix: " in body["comments"][0]["body"]


def test_nothing_is_commented_on_lines_that_were_there_before(repository: Any, github: Any, review: Review) -> None:
    repository.put("deploy.sh", "#!/bin/sh\n# new\n" + (repository.folder / "deploy.sh").read_text()[10:])
    repository.commit()
    assert review()[0] == 1
    [(_, path, body)] = github.writes()
    assert path.endswith("/reviews")
    assert "comments" not in body
    assert "deploy.sh:15" in body["body"]
    assert review("--since", "main")[0] == 0
    assert [request[0] for request in github.writes()] == ["PUT"]


def test_a_clean_pull_request_is_left_alone(repository: Any, github: Any, review: Review) -> None:
    repository.put("deploy.sh", "ls\n")
    repository.commit()
    assert review()[0] == 0
    assert github.take() == READ


def test_the_lines_of_a_merge_are_found_in_the_diff_or_not_commented(
    repository: Any,
    github: Any,
    review: Review,
) -> None:
    """GitHub checks out the merge with the base branch, whose lines need not stand where those of the head do."""
    repository.put("deploy.sh", (repository.folder / "deploy.sh").read_text() + "docker buildx build -t new .\n")
    repository.commit()
    head = repository.head
    text = (repository.folder / "deploy.sh").read_text()
    merged = text.replace("#!/bin/sh\n", "#!/bin/sh\n# from main\n")  # judged, but not committed
    repository.put("deploy.sh", merged)
    review(head=head)
    [(_, _, body)] = github.writes()
    assert [comment["line"] for comment in body["comments"]] == [15]
    assert "--platform linux/amd64 -t new" in body["comments"][0]["body"]
    github.comments.clear()
    github.reviews.clear()
    repository.put("deploy.sh", merged.replace("-t new", "-t newer"))
    review(head=head)
    [(_, _, body)] = github.writes()
    assert "comments" not in body
    assert "deploy.sh:16" in body["body"]


def test_what_a_later_push_will_review_is_left_to_it(repository: Any, github: Any, review: Review) -> None:
    repository.put("build.sh", _builds(1))
    old = repository.commit()
    repository.put("build.sh", _builds(1, 2))
    repository.commit()
    code, out, err = review(head=old)
    assert (code, out) == (1, "")
    assert github.writes() == []
    assert "has moved on" in err


def test_only_own_comments_are_taken_back(repository: Any, github: Any, review: Review) -> None:
    """Danger once deleted what people had written; people quote, too."""
    repository.put("build.sh", _builds(1))
    repository.commit()
    review()
    [own] = github.comments
    bob, other = {"login": "bob", "type": "User"}, {"login": "other[bot]", "type": "Bot"}
    github.comments += [
        {"id": 1, "path": "build.sh", "body": own["body"], "user": bob},
        {
            "id": 2,
            "path": "build.sh",
            "body": "\n".join(f"> {line}" for line in own["body"].split("\n")),
            "user": other,
        },
        {"id": 3, "path": "build.sh", "body": own["body"] + "\nI quote the robot.", "user": other},
    ]
    github.reviews.append({"id": 4, "body": github.reviews[0]["body"], "user": bob})
    repository.put("build.sh", _builds(1, good=1))
    repository.commit()
    github.take()
    review()
    assert [one["id"] for one in github.comments] == [1, 2, 3]
    assert f"PUT {PULL}/reviews/4" not in github.take()


def test_a_personal_token_speaks_for_its_person_only(repository: Any, github: Any, review: Review) -> None:
    github.is_app, github.me = False, {"login": "alice", "type": "User"}
    repository.put("build.sh", _builds(1, 2))
    repository.commit()
    review()
    github.take()
    github.comments[1]["user"] = {"login": "github-actions[bot]", "type": "Bot"}
    repository.put("build.sh", _builds(1, 2, good=2))
    repository.commit()
    review()
    assert [one["user"]["login"] for one in github.comments] == ["github-actions[bot]"]


def test_a_comment_that_cannot_be_placed_does_not_lose_the_others(
    repository: Any,
    github: Any,
    review: Review,
) -> None:
    repository.put("build.sh", _builds(1))
    repository.commit()
    github.faults = []
    answer = github.post_review
    tries: list[dict[str, Any]] = []

    def refuse(body: Any) -> Any:
        tries.append(body)
        return Reply(422, {"message": "line must be part of the diff"}) if "comments" in body else answer(body)

    github.routes = [(route, refuse if route.startswith("POST") else function) for route, function in github.routes]
    code, out, _ = review()
    assert (code, out) == (1, "")
    assert ["comments" in body for body in tries] == [True, False]
    assert "- `build.sh:2` missing-platform" in github.reviews[0]["body"]
    review()
    assert ["comments" in body for body in tries] == [True, False, True]
    assert [request[0] for request in github.writes()] == ["POST", "POST", "POST"]  # and no PUT


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Reply(401, {"message": "Bad credentials"}), "401"),
        (Reply(404, {"message": "Not Found"}), "404"),
        (Reply(302, None, (("Location", "http://127.0.0.1:9/"),)), "302"),
        (Reply(200, ["unexpected"]), "answered what no github does"),
        (Reply(200, b"<html>"), "answered what no github does"),
        (Reply(403, {"message": "echo s3cr3t-t0ken-of-the-job"}), "echo ***"),
    ],
)
def test_whatever_keeps_a_review_from_being_written_the_findings_are_annotations(
    repository: Any,
    github: Any,
    review: Review,
    fault: Any,
    words: str,
    tmp_path: Path,
) -> None:
    repository.put("build.sh", _builds(1))
    repository.commit()
    github.answer = lambda *_: fault
    code, out, err = review()
    assert code == 1
    assert words in err
    assert out.count("::warning title=missing-platform,file=") == 2
    assert "missing-platform" in (tmp_path / "summary.md").read_text()
    assert review("--exit-zero")[0] == 0


def test_a_server_that_is_not_there_is_no_crash(
    repository: Any,
    github: Any,  # noqa: ARG001
    review: Review,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    repository.put("build.sh", _builds(1))
    repository.commit()
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:9")
    code, out, err = review()
    assert code == 1
    assert "connection refused" in err.lower()
    assert "::warning" in out


def test_a_dry_run_prints_every_request_and_sends_none(repository: Any, github: Any, review: Review) -> None:
    repository.put("build.sh", _builds(1, 2))
    repository.commit()
    code, out, err = review("--dry-run")
    assert code == 1
    assert github.take() == READ
    line, _, body = out.partition("\n")
    assert line == f"POST {PULL}/reviews"
    assert len(json.loads(body)["comments"]) == 2
    assert "would review: 2 new" in err


def test_a_run_for_no_pull_request_annotates(repository: Any, github: Any, review: Review, tmp_path: Path) -> None:
    repository.commit()
    review()
    (tmp_path / "event.json").write_text('{"ref": "refs/heads/main"}')
    from prelaunch.__main__ import main

    github.take()
    assert main(["review"]) == 1
    assert github.take() == []


def test_a_baseline_leaves_out_what_is_known(repository: Any, github: Any, review: Review) -> None:
    from prelaunch.__main__ import main

    main(["baseline", "create"])
    repository.put("build.sh", _builds(1))
    repository.commit()
    assert review("--baseline", ".prelaunch-baseline.json")[0] == 1
    assert github.reviews[0]["body"].startswith("**prelaunch**: 1 finding, 1 comment\n")


def test_more_pages_than_one_are_read(repository: Any, github: Any, review: Review) -> None:
    repository.put("build.sh", _builds(1))
    repository.commit()
    bob = {"login": "bob", "type": "User"}
    github.comments += [{"id": 1000 + n, "path": "x", "body": "talk", "user": bob} for n in range(250)]
    review()
    github.take()
    assert len(github.comments) == 251
    review()
    assert github.take() == [*READ[:4], f"GET {PULL}/comments", f"GET {PULL}/comments", READ[4]]


def test_the_fake_refuses_what_github_refuses(repository: Any, github: Any) -> None:
    """A fake that takes everything would prove nothing."""
    repository.put("build.sh", _builds(1) + "a\n" * 20)
    repository.commit()
    head = repository.head
    good = {"path": "build.sh", "line": 2, "side": "RIGHT", "body": "b"}
    for change in ({"line": 99}, {"side": "WRONG"}, {"path": "gone"}, {"start_line": 2}, {"start_line": 3}, {"x": 1}):
        review = {"commit_id": head, "event": "COMMENT", "body": "b", "comments": [{**good, **change}]}
        assert github.fault_of(review), change
    assert github.fault_of({"commit_id": head, "event": "COMMENT", "comments": []})
    assert github.fault_of({"commit_id": "0" * 40, "event": "COMMENT", "body": "b"})
    assert not github.fault_of({"commit_id": head, "event": "COMMENT", "body": "b", "comments": [good]})
    wrong = {"event": "COMENT", "body": "b"}
    headers = {
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
        "Authorization": f"Bearer {sys.modules['review_fake'].TOKEN}",
    }
    assert github.answer("POST", f"{PULL}/reviews", headers, wrong).status == 422
    assert github.answer("POST", f"{PULL}/nothing", headers, None).status == 404
