"""`prelaunch review` on GitLab, Gitea, Forgejo and Bitbucket: three pushes and a person's answer on each."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.__main__ import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Review = Callable[..., tuple[int, str, str]]
    Job = Callable[..., Any]

fake = sys.modules["review_fake"]
Reply = fake.Reply


def _builds(*numbers: int, good: int = 0) -> str:
    lines = [f"docker buildx build {'--platform linux/amd64 ' if n <= good else ''}-t x{n:02d} .\n" for n in numbers]
    return "#!/bin/sh\n" + "".join(lines)


@pytest.fixture
def job(repository: Any, serve: Callable[[Any], Any], monkeypatch: pytest.MonkeyPatch) -> Job:
    """A CI job of a forge: starts it, and sets the variables that it sets, where URL and HEAD stand for what is so."""

    def start(app: Any, variables: dict[str, str]) -> Any:
        server = serve(app)
        for name, value in variables.items():
            monkeypatch.setenv(name, value.replace("URL", server.url).replace("HEAD", repository.head))
        return app

    return start


GITLAB = {
    "GITLAB_CI": "true",
    "CI_API_V4_URL": "URL",
    "CI_PROJECT_ID": "41",
    "CI_MERGE_REQUEST_PROJECT_ID": "42",
    "CI_MERGE_REQUEST_IID": "7",
    "GITLAB_TOKEN": fake.TOKEN,
}
MERGE = "/projects/42/merge_requests/7"
READ = [f"GET {MERGE}", f"GET {MERGE}/diffs", "GET /user", f"GET {MERGE}/discussions"]


def _threads(app: Any) -> list[dict[str, Any]]:
    return [one for one in app.discussions if not one["individual_note"]]


def test_gitlab_gets_discussions_and_resolves_what_nobody_answered(repository: Any, job: Job, review: Review) -> None:
    app = job(fake.GitLab(repository), GITLAB)
    repository.put("build.sh", _builds(1, 2, 3, 4))
    repository.commit()
    assert review()[0] == 1
    assert app.take() == [*READ, *[f"POST {MERGE}/discussions"] * 4, f"POST {MERGE}/notes"]
    note = app.discussions[-1]["notes"][0]
    assert note["body"].startswith("**prelaunch**: 5 findings, 4 comments\n")
    first = _threads(app)[0]["notes"][0]
    assert first["position"]["new_line"] == 2
    assert "old_line" not in first["position"]
    assert "```suggestion:-0+0\ndocker buildx build --platform linux/amd64 -t x01 .\n```" in first["body"]
    assert review()[0] == 1
    assert app.take() == READ

    answer = {"id": 1, "body": "meant so", "author": {"id": 5}, "system": False}
    _threads(app)[0]["notes"].append(answer)
    _threads(app)[1]["notes"].append({**answer, "system": True})  # "changed this line in version 2 of the diff"
    repository.put("build.sh", "# more\n" + _builds(1, 2, 3, 4, good=3))
    repository.commit()
    assert review()[0] == 1
    ids = [one["id"] for one in _threads(app)]
    assert app.take() == [
        *READ,
        f"PUT {MERGE}/notes/{note['id']}",
        f"PUT {MERGE}/discussions/{ids[1]}",
        f"PUT {MERGE}/discussions/{ids[2]}",
    ]
    assert [one["notes"][0]["resolved"] for one in _threads(app)] == [False, True, True, False]
    assert review()[0] == 1
    assert app.take() == READ

    # what comes back gets a new discussion, though its old one was resolved by us
    repository.put("build.sh", "# more\n" + _builds(1, 2, 3, 4, good=2))
    repository.commit()
    review()
    assert app.take() == [*READ, f"POST {MERGE}/discussions", f"PUT {MERGE}/notes/{note['id']}"]
    assert review()[0] == 1
    assert app.take() == READ


def test_a_discussion_that_a_person_resolved_stays_so(repository: Any, job: Job, review: Review) -> None:
    app = job(fake.GitLab(repository), GITLAB)
    repository.put("build.sh", _builds(1))
    repository.commit()
    review()
    _threads(app)[0]["notes"][0] |= {"resolved": True, "resolved_by": {"id": 5}}
    app.take()
    review()
    assert app.take() == READ


def test_gitlab_names_an_unchanged_line_by_both_its_numbers(repository: Any, job: Job, review: Review) -> None:
    """The build's last line is added, the flag belongs on its first one, which was there before."""
    app = job(fake.GitLab(repository), GITLAB)
    repository.git("switch", "-q", "main")
    repository.put("build.sh", "#!/bin/sh\necho docker \\\n  x\ndocker buildx build \\\n  .\n")
    repository.commit()
    repository.git("switch", "-q", "-C", "change")
    repository.put("build.sh", "#!/bin/sh\necho new\necho docker \\\n  x\ndocker buildx build \\\n  -t new .\n")
    repository.commit()
    review()
    [thread] = _threads(app)
    position = thread["notes"][0]["position"]
    assert (position["new_line"], position["old_line"]) == (5, 4)


def test_gitlab_s_refusal_of_one_comment_does_not_lose_the_others(repository: Any, job: Job, review: Review) -> None:
    app = job(fake.GitLab(repository), GITLAB)
    repository.put("build.sh", _builds(1, 2))
    repository.commit()
    answer, left = app.post_discussion, [Reply(400, {"message": "line_code can't be blank"})]
    app.routes = [
        (route, (lambda body: left.pop() if left else answer(body)) if route.startswith("POST /projects") else function)
        if route.endswith("discussions") and route.startswith("POST")
        else (route, function)
        for route, function in app.routes
    ]
    code, _, err = review()
    assert code == 1
    assert len(_threads(app)) == 1
    assert "build.sh:2: no comment could be placed" in err


def test_a_fork_on_gitlab_prints_what_was_found(
    repository: Any, job: Job, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = job(fake.GitLab(repository), GITLAB)
    repository.put("build.sh", _builds(1))
    repository.commit()
    for setting in ("no token", "read-only"):
        if setting == "no token":
            monkeypatch.delenv("GITLAB_TOKEN")
        else:
            monkeypatch.setenv("GITLAB_TOKEN", fake.TOKEN)
            app.read_only = True
        code, out, err = review()
        assert code == 1
        assert "build.sh:2:1: likely[missing-platform]" in out
        assert "no review was written" in err


GITEA = {
    "GITHUB_ACTIONS": "true",
    "GITEA_ACTIONS": "true",
    "GITHUB_API_URL": "URL",
    "GITHUB_REPOSITORY": "me/app",
    "GITHUB_TOKEN": fake.TOKEN,
}


@pytest.mark.parametrize("host", ["GITEA_ACTIONS", "FORGEJO_ACTIONS"])
def test_gitea_and_forgejo_get_a_review_and_a_last_word(
    repository: Any, job: Job, review: Review, host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = job(fake.Gitea(repository), {**GITEA, host: "true", "GITHUB_EVENT_PATH": str(tmp_path / "event.json")})
    if host != "GITEA_ACTIONS":  # with the job's own token
        monkeypatch.delenv("GITEA_ACTIONS")
        app.me = {"id": -2, "login": "forgejo-actions"}
        app.routes[0] = ("GET /user", lambda body: Reply(403))  # noqa: ARG005
    pull, issue = "/repos/me/app/pulls/7", "/repos/me/app/issues/7"
    read = [f"GET {pull}", f"GET {pull}.diff", "GET /user", f"GET {pull}/reviews"]
    repository.put("build.sh", _builds(1, 2, 3))
    repository.commit()
    assert review()[0] == 1
    assert app.take() == [*read, f"GET {issue}/comments", f"POST {pull}/reviews", f"POST {issue}/comments"]
    [(number, comments)] = app.reviews.items()
    assert [one["position"] for one in comments] == [2, 3, 4]
    assert "suggestion" not in comments[0]["body"]
    assert "Fix: " in comments[0]["body"]
    read += [f"GET {pull}/reviews/{number}/comments", f"GET {issue}/comments"]
    assert review()[0] == 1
    assert app.take() == read

    bob = {"id": 9, "login": "bob"}
    app.reviews[500] = [{**comments[0], "id": 501, "user": bob, "body": "meant so"}]
    repository.put("build.sh", "# more\n" + _builds(1, 2, 3, good=2))
    repository.commit()
    assert review()[0] == 1
    read.insert(5, f"GET {pull}/reviews/500/comments")
    summary = app.notes[0]["id"]
    path = "PATCH /repos/me/app/issues/comments"
    assert app.take() == [*read, f"{path}/{summary}", f"{path}/{comments[1]['id']}"]
    assert comments[1]["body"].startswith("*This is not found any more.*")
    assert "not found any more" not in comments[0]["body"]
    assert review()[0] == 1
    assert app.take() == read


BITBUCKET = {
    "BITBUCKET_BUILD_NUMBER": "5",
    "BITBUCKET_WORKSPACE": "me",
    "BITBUCKET_REPO_SLUG": "app",
    "BITBUCKET_COMMIT": "HEAD",
    "BITBUCKET_TOKEN": fake.TOKEN,
}


def test_bitbucket_gets_one_report_however_often(
    repository: Any, job: Job, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.put("build.sh", _builds(*range(1, 99)) + _builds(*range(1, 99)) + "docker buildx build " + "x" * 500)
    repository.commit()
    app = job(fake.Bitbucket(repository), BITBUCKET)
    url = f"http://{app.host}/2.0"
    report = f"/repositories/me/app/commit/{repository.head}/reports/prelaunch"
    for _ in range(2):
        assert review("--api-url", url)[0] == 1
        assert app.take() == [f"DELETE {report}", f"PUT {report}", *[f"POST {report}/annotations"] * 2]
        assert len(app.annotations) == 198
        assert app.report["result"] == "FAILED"
    repository.put("deploy.sh", "ls\n")
    repository.put("build.sh", "ls\n")
    repository.commit()
    app = job(fake.Bitbucket(repository), BITBUCKET)
    assert review("--api-url", f"http://{app.host}/2.0")[0] == 0
    assert (app.report["result"], app.annotations) == ("PASSED", {})
    monkeypatch.delenv("BITBUCKET_COMMIT")
    code, _, err = review("--api-url", url)
    assert code == 0
    assert "--commit names it" in err


def test_the_command_line_overrides_the_environment(
    repository: Any, job: Job, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = job(fake.Gitea(repository), {"GITLAB_CI": "true", "CI_API_V4_URL": "http://127.0.0.1:9", "MY_TOKEN": "x"})
    monkeypatch.setenv("MY_TOKEN", fake.TOKEN)
    repository.put("build.sh", _builds(1))
    head = repository.commit()
    url = f"http://{app.host}/api/v1"
    place = ["--forge", "gitea", "--api-url", url, "--repository", "me/app", "--pull-request", "7", "--commit", head]
    assert review(*place, "--token-variable", "MY_TOKEN")[0] == 1
    assert len(app.reviews) == 1


def test_a_token_of_the_job_is_not_sent_to_another_forge(
    repository: Any, job: Job, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = job(fake.Gitea(repository), {**GITEA, "GITHUB_API_URL": "https://api.github.com"})
    monkeypatch.delenv("GITEA_ACTIONS")
    place = ["--forge", "gitea", "--api-url", f"http://{app.host}/api/v1", "--pull-request", "7"]
    repository.put("build.sh", _builds(1))
    repository.commit()
    code, _, err = review(*place)
    assert (code, app.take()) == (1, [])
    assert "there is no token in PRELAUNCH_TOKEN or GITEA_TOKEN or FORGEJO_TOKEN;" in err


@pytest.mark.parametrize(
    ("variables", "arguments", "words"),
    [
        ({}, [], "no CI system is known"),
        ({}, ["--forge", "gitlab", "--repository", "1"], "say --api-url"),
        ({}, ["--forge", "gitlab", "--repository", "1", "--api-url", "file:///etc"], "say --api-url"),
        ({"GITHUB_ACTIONS": "true"}, [], "say --repository"),
        ({"GITHUB_ACTIONS": "true"}, ["--repository", "a/b?c"], "the repository cannot be 'a/b?c'"),
        ({"GITHUB_ACTIONS": "true"}, ["--repository", "a/b", "--pull-request", "7/merge"], "cannot be '7/merge'"),
        ({"GITHUB_ACTIONS": "true"}, ["--repository", "a/b", "--commit", "HEAD"], "the commit cannot be 'HEAD'"),
        ({}, ["-", "--stdin-filename", "a.sh"], "leave out standard input"),
        ({"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": "a\nb"}, ["--repository", "a/b"], "a character that no token has"),
    ],
)
def test_what_is_not_known_is_asked_for(
    repository: Any,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    arguments: list[str],
    words: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert main(["review", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_the_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["review", "--help"]) == 0
    out = capsys.readouterr().out
    for words in ("pull-requests: write", "CI_JOB_TOKEN may not", "prelaunch review --dry-run", "exit code"):
        assert words in out


def test_a_dry_run_without_a_pull_request_to_read_is_an_error(repository: Any, job: Job, review: Review) -> None:
    app = job(fake.GitLab(repository), GITLAB)
    app.faults = [Reply(404, {"message": "404 Not found"})]
    assert review("--dry-run")[0] == 2
    assert json.dumps(app.requests).count("POST") == 0
