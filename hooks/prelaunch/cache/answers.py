"""The answers to questions, as digests, and whether those of last time still hold."""

from __future__ import annotations

from prelaunch.cache.digest import digest
from prelaunch.cache.log import CANDIDATES, COMMITTED, EXISTS, FOLDER, IGNORED, NAMES, PATHS, READ
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.cache.log import Ask
    from prelaunch.cache.stamps import Stamps
    from prelaunch.files import Files
    from prelaunch.project import Project


def _digest_text(text: str) -> str:
    return digest(text.encode("utf-8", "surrogateescape"))


def answer_of(files: Files, kind: str, path: str) -> str | None:
    """The present answer to a question about files; None for a question of another kind."""
    if kind == EXISTS:
        return _spelled(files.exists(path))
    if kind == FOLDER:
        return _spelled(files.is_folder(path))
    return _spelled(files.names(path)) if kind == NAMES else None


def _spelled(answer: bool | str | tuple[str, ...]) -> str:
    if isinstance(answer, tuple):
        return _digest_text("\0".join(answer))
    return answer if isinstance(answer, str) else str(int(answer))


class Answers:
    """The present answers of a project on the disk, each worked out once."""

    def __init__(self, project: Project, stamps: Stamps, candidates: Sequence[str], kept: dict[str, list[Any]]) -> None:
        """`candidates` are all of the project's; `kept` maps paths to stamp and digest, and is brought up to date."""
        self._project, self._stamps, self._kept = project, stamps, kept
        self._known: dict[Ask, str] = {}
        self._said: dict[Ask, Any] = {}
        self._ways: dict[str, Callable[[str], str]] = {
            READ: self._content,
            COMMITTED: lambda path: _digest_text(repr(project.committed(path))),
            IGNORED: self._ignored,
            PATHS: lambda endings: _digest_text("\0".join(sorted(project.paths(*endings.split("|"))))),
            CANDIDATES: lambda _: _digest_text("\0".join(candidates)),
        }
        self.changed = False

    def heard(self, said: dict[Ask, Any]) -> None:
        """Let what was answered during the run count, not what has become of it since."""
        self._said = said

    def of(self, ask: Ask) -> str:
        """The answer to one question that is not a group."""
        if ask not in self._known:
            kind, about = ask
            found = _spelled(self._said[ask]) if ask in self._said and kind != READ else None
            found = answer_of(self._project.files, kind, about) if found is None else found
            self._known[ask] = self._ways[kind](about) if found is None else found
        return self._known[ask]

    def prepare(self, asks: Iterable[Ask]) -> None:
        """Ask git about many paths at once, before they are asked for one by one."""
        paths = [about for kind, about in asks if kind == COMMITTED]
        if paths:
            self._project.committed(*paths)

    def _content(self, path: str) -> str:
        now = self._stamps.of(path)
        kept = self._kept.get(path)
        if now is not None and kept is not None and kept[0] == now:
            return str(kept[1])
        said = self._said.get((READ, path))
        if said is None:
            data = self._project.content(path)
            said = digest(data) if data is not None else ""
        found = str(said)
        if now is not None and self._stamps.settled(now):
            self._kept[path] = [now, found]
            self.changed = True
        return found

    def _ignored(self, path: str) -> str:
        from prelaunch.repository import ignored

        return str(int(ignored(self._project, path)))


class Checker:
    """Whether the answers of last time are still the present ones."""

    def __init__(self, answers: Answers, asks: Sequence[Sequence[str]], groups: Sequence[Sequence[int]]) -> None:
        """`asks` are question and answer (kind, about, digest); a group's numbers are theirs, or below 0 a group's."""
        self._answers, self._asks, self._groups = answers, asks, groups
        self._known: dict[int, bool] = {}

    def holds(self, numbers: Iterable[int]) -> bool:
        """Whether all of these answers hold."""
        return all(self._one(number) for number in numbers)

    def _one(self, number: int) -> bool:
        if number not in self._known:
            if number < 0:
                self._known[number] = True  # a group that leads to itself rests on the rest of it
                self._known[number] = self.holds(self._groups[-1 - number])
            else:
                kind, about, answer = self._asks[number]
                self._known[number] = self._answers.of((kind, about)) == answer
        return self._known[number]
