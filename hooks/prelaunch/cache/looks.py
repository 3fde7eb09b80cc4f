"""What the files of a project may hold, as far as their stamps say that it is what it was."""

from __future__ import annotations

from prelaunch.discover import File
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from prelaunch.cache.stamps import Stamps


class Looks:
    """The looks of last time, brought up to date. `changed` says whether they were."""

    def __init__(self, stamps: Stamps, kept: dict[str, list[Any]]) -> None:
        """`kept`: by path a stamp, and kind, facts and mark of the file; nothing behind the stamp for a plain one."""
        self._stamps, self._kept = stamps, kept
        self.changed = False
        self.paths: list[str] = []

    def files(
        self, paths: Iterable[str], look: Callable[[Sequence[str]], Mapping[str, File | None]]
    ) -> list[File | None]:
        """The files at `paths`, of which `look` is asked about those that have changed, all at once."""
        found: list[File | None] = []
        new = []
        self.paths = list(paths)
        for path in self.paths:
            kept = self._kept.get(path)
            now = self._stamps.of(path)  # before the look
            if kept is not None and kept[0] == now:
                found.append(File(path, kept[1], frozenset(kept[2]), kept[3]) if len(kept) > 1 else None)
            else:
                new.append(path)
        seen = set(self.paths)
        for path in [path for path in self._kept if path not in seen]:
            del self._kept[path]
            self.changed = True
        for path, file in look(new).items():
            found.append(file)
            now = self._stamps.of(path)
            self.changed = True
            self._kept.pop(path, None)
            if now is not None and self._stamps.settled(now):
                facts = [] if file is None else [file.kind, sorted(file.facts), file.marked]
                self._kept[path] = [now, *facts]
        return found
