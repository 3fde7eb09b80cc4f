"""What the files of a project may hold, as far as their stamps say that it is what it was."""

from __future__ import annotations

import os

from prelaunch.cache.answers import settled, stamp
from prelaunch.discover import File
from prelaunch.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


class Looks:
    """The looks of last time, brought up to date. `changed` says whether they were."""

    def __init__(self, root: str, kept: dict[str, list[Any]]) -> None:
        """`kept`: by path a stamp, and kind, facts and mark of the file; nothing behind the stamp for a plain one."""
        self._root, self._kept = root, kept
        self.changed = False

    def files(
        self, paths: Iterable[str], look: Callable[[Sequence[str]], Mapping[str, File | None]]
    ) -> list[File | None]:
        """The files at `paths`, of which `look` is asked about those that have changed, all at once."""
        found: list[File | None] = []
        stamps = {}
        seen = set()
        for path in paths:
            seen.add(path)
            now = stamp(os.path.join(self._root, path))
            kept = self._kept.get(path)
            if kept is not None and kept[0] == now:
                found.append(File(path, kept[1], frozenset(kept[2]), kept[3]) if len(kept) > 1 else None)
            else:
                stamps[path] = now
        for path in [path for path in self._kept if path not in seen]:
            del self._kept[path]
            self.changed = True
        for path, file in look(list(stamps)).items():
            found.append(file)
            now = stamps[path]
            self.changed = True
            self._kept.pop(path, None)
            if now is not None and settled(now):
                facts = [] if file is None else [file.kind, sorted(file.facts), file.marked]
                self._kept[path] = [now, *facts]
        return found
