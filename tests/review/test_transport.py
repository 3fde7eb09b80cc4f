"""How a request is tried again, how pages follow each other, and that the token goes nowhere else."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch.review.target import Target
from prelaunch.transport import LONGEST_WAIT, TRIES, Client, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

fake = sys.modules["review_fake"]
Reply = fake.Reply


class Script(fake.App):  # type: ignore[name-defined,misc]
    """Answers what it is told to, in turn; the last one again and again."""

    def __init__(self, *replies: Any) -> None:
        super().__init__(None)
        self.replies = list(replies)
        self.seen: list[dict[str, str]] = []

    def answer(self, method: str, target: str, headers: dict[str, str], body: Any) -> Any:
        self.requests.append((method, target, body))
        self.seen.append(headers)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def client(serve: Callable[[Any], Any]) -> Callable[..., tuple[Client, Script, list[float]]]:
    def make(*replies: Any) -> tuple[Client, Script, list[float]]:
        waits: list[float] = []
        script = Script(*replies)
        headers = {"Authorization": f"Bearer {fake.TOKEN}"}
        return Client(serve(script).url, headers, sleep=waits.append), script, waits

    return make


OK = Reply(200, {"ok": True})


@pytest.mark.parametrize(
    ("first", "least", "most"),
    [
        (Reply(429, None, (("Retry-After", "7"),)), 7, 7),
        (Reply(403, None, (("Retry-After", "3"),)), 3, 3),
        (Reply(503), 1, 2),
        (Reply(500), 1, 2),
        (Reply(403, None, (("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", str(int(time.time()) + 30)))), 0, 30),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_forge_that_asks_for_patience_gets_it(
    client: Callable[..., Any], first: Any, least: float, most: float, method: str
) -> None:
    asked, script, waits = client(first, OK)
    assert (asked.get("/x") if method == "GET" else asked.write("POST", "/x", {})) == {"ok": True}
    assert len(script.requests) == 2
    assert least <= waits[0] <= most


def test_the_waits_grow_and_end(client: Callable[..., Any]) -> None:
    asked, script, waits = client(Reply(502, {"message": "try later"}))
    with pytest.raises(RefusedError, match=r"GET /x: 502 .*: try later"):
        asked.get("/x")
    assert len(script.requests) == TRIES
    assert [int(wait) for wait in waits] == [1, 2, 4, 8]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(400),
        Reply(401),
        Reply(403, {"message": "Resource not accessible by integration"}),
        Reply(404),
        Reply(422),
        Reply(302, None, (("Location", "http://127.0.0.1:9/"),)),
        Reply(429, None, (("Retry-After", str(int(LONGEST_WAIT) + 1)),)),
    ],
)
def test_a_no_is_not_asked_twice(client: Callable[..., Any], reply: Any) -> None:
    asked, script, waits = client(reply)
    with pytest.raises(RefusedError) as error:
        asked.get("/x")
    assert (error.value.status, len(script.requests), waits) == (reply.status, 1, [])


def test_a_comment_whose_answer_was_lost_is_not_sent_again() -> None:
    waits: list[float] = []
    asked = Client("http://127.0.0.1:9", {}, sleep=waits.append)
    with pytest.raises(RefusedError) as error:
        asked.write("POST", "/x", {})
    assert (error.value.status, waits) == (0, [])
    with pytest.raises(RefusedError):
        asked.get("/x")
    assert len(waits) == TRIES - 1


def test_pages_are_followed_on_the_same_host_only(client: Callable[..., Any]) -> None:
    asked, script, _ = client(OK)
    here = asked.base
    script.replies = [
        Reply(200, [1], (("Link", f'<{here}/x?page=2>; rel="next", <{here}/x?page=9>; rel="last"'),)),
        Reply(200, [2], (("Link", '<http://127.0.0.1:9/x>; rel="next"'),)),
    ]
    assert list(asked.pages("/x")) == [1, 2]
    assert [path for _, path, _ in script.requests] == ["/x", "/x?page=2"]


def test_pages_without_end_end(client: Callable[..., Any]) -> None:
    asked, script, _ = client(OK)
    script.replies = [Reply(200, [0], (("Link", f'<{asked.base}/x>; rel="next"'),))]
    assert len(list(asked.pages("/x"))) == 100


def test_the_token_is_sent_and_never_shown(client: Callable[..., Any]) -> None:
    asked, script, _ = client(Reply(403, {"message": f"you sent Bearer {fake.TOKEN}\x1b[2J"}))
    with pytest.raises(RefusedError) as error:
        asked.get("/x")
    assert script.seen[0]["Authorization"] == f"Bearer {fake.TOKEN}"
    assert fake.TOKEN not in str(error.value)
    assert str(error.value).isprintable()
    assert fake.TOKEN not in repr(Target("github", "https://x", "a/b", "1", "", fake.TOKEN))


def test_a_dry_run_reads_and_hands_over_what_it_would_write(client: Callable[..., Any]) -> None:
    asked, script, _ = client(OK)
    said: list[Any] = []
    asked.dry = lambda *request: said.append(request)
    assert asked.get("/x") == {"ok": True}
    assert asked.write("POST", "/x", {"a": 1}) is None
    assert said == [("POST", "/x", {"a": 1})]
    assert len(script.requests) == 1
