"""The last run over a project as a whole: it stands while not one of the files that it looked at has changed.

To know that takes one question to git, one to the file system about each file whose name says that it may matter, and
those of the run's other questions that neither answers. Nothing is read and nothing judged.
"""

from __future__ import annotations

from prelaunch.cache import document
from prelaunch.cache.answers import answer_of
from prelaunch.cache.digest import digest
from prelaunch.cache.log import CANDIDATES, PATHS, READ
from prelaunch.discover import File
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.cache.answers import Answers
    from prelaunch.cache.stamps import Stamps
    from prelaunch.files import Files
    from prelaunch.listing import Listing

_IMPLIED = frozenset({READ, PATHS, CANDIDATES})
"""Questions whose answers follow from the listing and the stamps."""


class Whole:
    """A run as it is kept.

    `name` tells it from any other run: the digest of all the rest.
    `listing`: the digest of what git listed. `links`: by path what the disk says of the files of which the listing does
    not say all. `asks`: the other questions with their answers. `files`: those that hold a fact. `packed`: what
    came of it, as JSON. `paths` and `stamps`: every file that was looked at or read.
    """

    def __init__(self) -> None:
        self.name = ""
        self.listing = ""
        self.links: list[tuple[str, str]] = []
        self.asks: list[Sequence[str]] = []
        self.files: list[tuple[str, str, list[str], bool]] = []
        self.packed = b"null"
        self.paths: list[str] = []
        self.stamps = b""

    def stands(self, listing: Listing, stamps: Stamps, files: Files, others: Callable[[], Answers]) -> bool:
        """Whether a run would be the same today. `others` answers what `files` do not."""
        if stamps.unlike(self.paths, self.stamps) or digest(listing.raw) != self.listing:
            return False
        if any(listing.leads_to(path) != leads for path, leads in self.links):
            return False
        left = []
        for kind, about, answer in self.asks:
            now = answer_of(files, kind, about)
            if now is None:
                left.append((kind, about, answer))
            elif now != answer:
                return False
        if not left:
            return True
        answers = others()
        answers.prepare((kind, about) for kind, about, _ in left)
        return all(answers.of((kind, about)) == answer for kind, about, answer in left)

    @property
    def result(self) -> Any:  # noqa: ANN401 (plain data of any kind)
        """What came of it, as plain data."""
        import json

        return json.loads(self.packed)

    def seen(self) -> list[File]:
        """The files that hold a fact."""
        return [File(path, kind, frozenset(facts), marked) for path, kind, facts, marked in self.files]


def make(
    listing: Listing, stamps: Stamps, looked_at: Sequence[str], asks: Sequence[Sequence[str]], files: Iterable[File]
) -> Whole | None:
    """What there is to keep of a run, without its results; None where a file is too young for its stamp to say much.

    `looked_at` are the files whose content or absence counted when `files` were chosen; `asks` are all questions.
    """
    made = Whole()
    read = {about: answer for kind, about, answer in asks if kind == READ}
    made.paths = list(dict.fromkeys((*looked_at, *read)))
    if not stamps.all_settled(made.paths) or any(answer and stamps.of(path) is None for path, answer in read.items()):
        return None
    made.stamps = stamps.packed(made.paths)
    made.listing = digest(listing.raw)
    made.links = [(path, listing.leads_to(path)) for path in listing.open_questions()]
    made.asks = [ask for ask in asks if ask[0] not in _IMPLIED]
    made.files = [(file.path, file.kind, sorted(file.facts), file.marked) for file in files]
    return made


def save(path: str, key: str, whole: Whole) -> None:
    """Keep it, if that is possible: how many texts of each kind, the texts, the stamps, the result.

    Only the result is JSON: to load what reads that takes longer than all the rest of a run that is as the last one.
    """
    facts = [(file, kind, ",".join(facts), "x" if marked else "") for file, kind, facts, marked in whole.files]
    parts = [part for row in (*whole.links, *whole.asks, *facts) for part in row]
    texts = "\0".join([whole.listing, *parts, *whole.paths])
    numbers = [len(whole.links), len(whole.asks), len(facts), len(whole.paths), len(whole.stamps)]
    if texts.count("\0") != 2 * numbers[0] + 3 * numbers[1] + 4 * numbers[2] + numbers[3]:
        return  # somebody asked for a path that no file can have
    head = " ".join(map(str, numbers)).encode()
    body = b"\n".join((head, whole.stamps + texts.encode("utf-8", "surrogateescape"), whole.packed))
    whole.name = digest(body)
    document.write(path, key, body)


def load(path: str, key: str) -> Whole | None:
    """What is kept at `path` under `key`."""
    body = document.read(path, key)
    if body is None:
        return None
    head, _, rest = body.partition(b"\n")
    links, asks, files, paths, length = map(int, head.split())
    found = Whole()
    found.name, found.stamps = digest(body), rest[:length]
    texts, _, found.packed = rest[length:].rpartition(b"\n")
    fields = iter(texts.decode("utf-8", "surrogateescape").split("\0"))
    found.listing = next(fields)
    found.links = [(next(fields), next(fields)) for _ in range(links)]
    found.asks = [(next(fields), next(fields), next(fields)) for _ in range(asks)]
    facts = [(next(fields), next(fields), next(fields), next(fields)) for _ in range(files)]
    found.files = [(file, kind, held.split(",") if held else [], bool(marked)) for file, kind, held, marked in facts]
    found.paths = list(fields) if paths else []
    return found
