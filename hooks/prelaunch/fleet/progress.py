"""How far a run is, on a terminal."""

from __future__ import annotations

import sys
import time

from prelaunch.writers.place import printable


class Progress:
    """A line that is written over: how many are done, how fast, how long it will take. Silent where nobody looks."""

    def __init__(self, total: int, known: int = 0) -> None:
        """`known` of `total` are done already and cost nothing."""
        self._total, self._done, self._known, self._failed = total, known, known, 0
        self._start = self._said = time.monotonic()
        self._seen = sys.stderr.isatty()

    def step(self, name: str, *, failed: bool) -> None:
        """One more is done."""
        self._done += 1
        self._failed += failed
        now = time.monotonic()
        if self._seen and (now - self._said > 0.2 or self._done == self._total):
            self._said = now
            sys.stderr.write(f"\r\x1b[K{self.line(now - self._start)}  {printable(name)[:40]}")
            sys.stderr.flush()

    def line(self, seconds: float) -> str:
        """The line after some seconds."""
        worked = self._done - self._known
        rate = worked / seconds if seconds else 0.0
        left = f", {_spelled((self._total - self._done) / rate)} left" if rate and self._done < self._total else ""
        failed = f", {self._failed} failed" if self._failed else ""
        return f"{self._done:,} of {self._total:,} repositories, {rate:.1f} a second{left}{failed}"

    def close(self) -> None:
        """Take the line away."""
        if self._seen:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _spelled(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
