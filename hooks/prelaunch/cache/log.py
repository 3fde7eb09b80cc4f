"""What is asked of a project while one file is judged.

What several files share is worked out once and remembered (`Project.memo`). The questions behind such an answer become
a group, and a file that uses the answer depends on the group.
"""

from __future__ import annotations

from prelaunch.cache.digest import digest
from prelaunch.typed import Any

Ask = tuple[str, Any]
"""A kind of question and what it was about: a path, or, of the kind `GROUP`, the number of a group."""

READ, EXISTS, FOLDER, NAMES = "read", "exists", "folder", "names"
COMMITTED, IGNORED, CANDIDATES, PATHS, GROUP = "git", "ignored", "all", "paths", "group"

_SETTLED = (tuple, frozenset, str, int, dict, list, type(None))
"""What does not read any more once it is made. Anything else may: it depends on all that is asked while it is used."""


class Log:
    """The questions of the file at hand, and the groups so far."""

    def __init__(self) -> None:
        self.asks: list[Ask] = []
        self.groups: list[tuple[Ask, ...]] = []
        self.said: dict[Ask, Any] = {}
        self.memo = TracedMemo(self)

    def close(self) -> tuple[Ask, ...]:
        """The questions of the file that was at hand; what comes next is another file's."""
        self.memo.close()
        asked = tuple(dict.fromkeys(self.asks))
        self.asks.clear()
        return asked

    def ask(self, kind: str, about: Any = "", answer: Any = None) -> None:  # noqa: ANN401 (see Ask)
        """Note a question, with its answer (of READ, the content) where it is at hand: later it may be another."""
        self.asks.append((kind, about))
        if answer is not None and (kind, about) not in self.said:
            self.said[kind, about] = digest(answer) if kind == READ else answer

    def group(self, start: int) -> int:
        """Make the questions since `start` a group, and one question of them; gives the group's number."""
        self.groups.append(tuple(dict.fromkeys(self.asks[start:])))
        self.asks[start:] = [(GROUP, len(self.groups) - 1)]
        return len(self.groups) - 1


class Questions:
    """All the questions of a run over a whole project, each once."""

    def __init__(self, memo: dict[Any, Any] | None = None) -> None:
        """`memo` is what is known already: what it rests on is asked no more."""
        self.memo: dict[Any, Any] = {} if memo is None else memo
        self.asks: dict[Ask, None] = {}
        self.said: dict[Ask, Any] = {}

    def ask(self, kind: str, about: Any = "", answer: Any = None) -> None:  # noqa: ANN401 (see Ask)
        """As of a `Log`."""
        ask = (kind, about)
        if ask not in self.asks:
            self.asks[ask] = None
            if answer is not None:
                self.said[ask] = digest(answer) if kind == READ else answer


class TracedMemo(dict[Any, Any]):
    """A project's memo that notes which questions each of its answers rests on."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self._groups: dict[Any, int] = {}
        self._since: dict[Any, int] = {}

    def _touch(self, key: Any) -> None:  # noqa: ANN401 (any key)
        if key in self._groups:
            self._log.ask(GROUP, self._groups[key])
        now = len(self._log.asks)
        self._since[key] = min(self._since.get(key, now), now)

    def __contains__(self, key: object) -> bool:
        self._touch(key)
        return super().__contains__(key)

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401 (any key)
        self._touch(key)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 (any key)
        """As of any mapping."""
        self._touch(key)
        return super().get(key, default)

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401 (any key)
        super().__setitem__(key, value)
        start = min(self._since.get(key, len(self._log.asks)), len(self._log.asks))
        self._groups[key] = self._log.group(start)
        self._since[key] = start

    def close(self) -> None:
        """What was touched is not followed any further: another file comes."""
        for key, start in self._since.items():
            if not isinstance(super().get(key), _SETTLED) and start < len(self._log.asks):
                self._log.groups.append(tuple(dict.fromkeys(self._log.asks[start:])))
                self._groups[key] = len(self._log.groups) - 1
        self._since.clear()
