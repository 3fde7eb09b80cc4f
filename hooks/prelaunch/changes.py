"""Which lines a patch adds: a unified diff to the lines that it shows of each file."""

from __future__ import annotations

import os

from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Finding


class Line(NamedTuple):
    """A line as a patch shows it: its hunk, its number in the old file (None: it is added), its text without end."""

    hunk: int
    old: int | None
    text: bytes = b""


class Changed(NamedTuple):
    """One changed file: its path now and before, and by their numbers the lines of the new text that the patch shows.

    `whole` says that every line is added, of a file that git does not track yet.
    """

    path: str
    old_path: str
    lines: dict[int, Line]
    whole: bool = False

    def adds(self, line: int) -> bool:
        """Whether the patch adds a line."""
        return self.whole or (line in self.lines and self.lines[line].old is None)

    def added_in(self, finding: Finding) -> int | None:
        """The first added line that a finding's place touches; None where there is none."""
        return next((line for line in lines_of(finding) if self.adds(line)), None)


def lines_of(finding: Finding) -> range:
    """The lines that a finding's place touches; an end behind a line's end is still that line."""
    source, span = finding.source, finding.span
    return range(source.position(span.start)[0], source.position(max(span.start, span.stop - 1))[0] + 1)


def parse(patch: bytes) -> dict[str, Changed]:
    """The files that a patch of git's adds or changes, by their paths now. Deleted files are left out."""
    files: dict[str, Changed] = {}
    lines = iter(patch.split(b"\n"))
    old, current, hunk = "", None, 0
    for line in lines:
        if line.startswith(b"diff --git "):
            current, hunk = None, 0
        elif line.startswith(b"--- "):
            old = _path(line[4:])
        elif line.startswith(b"+++ "):
            path = _path(line[4:])
            current = Changed(path, old or path, {}) if path else None
            if current is not None:
                files[path] = current
        elif line.startswith(b"@@ "):
            header = _header(line)
            if header is not None:
                shown = dict(_hunk(lines, *header, hunk))
                if current is not None:
                    current.lines.update(shown)
                hunk += 1
    return files


def lines_shown(patch: bytes) -> dict[int, Line]:
    """The lines that the hunks of one file show, by their numbers: a patch without the lines that name the file."""
    lines = iter(patch.split(b"\n"))
    shown: dict[int, Line] = {}
    hunk = 0
    for line in lines:
        header = _header(line) if line.startswith(b"@@ ") else None
        if header is not None:
            shown.update(_hunk(lines, *header, hunk))
            hunk += 1
    return shown


def _header(line: bytes) -> tuple[int, int, int, int] | None:
    """The old start and count and the new start and count of `@@ -1,2 +3,4 @@`."""
    words = line.split(b" ")
    if len(words) < 4 or words[1][:1] != b"-" or words[2][:1] != b"+":
        return None
    numbers = []
    for word in words[1:3]:
        start, comma, count = word[1:].partition(b",")
        if not start.isdigit() or (comma and not count.isdigit()):
            return None
        numbers += [int(start), int(count) if comma else 1]
    return numbers[0], numbers[1], numbers[2], numbers[3]


def _hunk(
    lines: Iterator[bytes], old: int, old_left: int, new: int, new_left: int, hunk: int
) -> Iterator[tuple[int, Line]]:
    """The lines of one hunk, taken from `lines` as far as its header counts them: what they hold may look like one."""
    while old_left > 0 or new_left > 0:
        line = next(lines, None)
        if line is None:
            return
        mark = line[:1]
        if mark == b"+":
            yield new, Line(hunk, None, line[1:].rstrip(b"\r"))
            new, new_left = new + 1, new_left - 1
        elif mark == b"-":
            old, old_left = old + 1, old_left - 1
        elif mark in {b" ", b""}:
            yield new, Line(hunk, old, line[1:].rstrip(b"\r"))
            new, new_left, old, old_left = new + 1, new_left - 1, old + 1, old_left - 1


_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def _path(words: bytes) -> str:
    """The path of a `---` or `+++` line without its `a/` or `b/`; "" for /dev/null."""
    if words.startswith(b'"') and words.rstrip().endswith(b'"'):
        words = _unquoted(words.rstrip()[1:-1].decode("utf-8", "surrogateescape"))
    elif words.endswith(b"\t"):  # git puts a tab behind a name with a space in it
        words = words[:-1]
    return "" if words == b"/dev/null" else os.fsdecode(words[2:])


def _unquoted(text: str) -> bytes:
    """C's escapes, as git quotes a path, undone."""
    data, at = bytearray(), 0
    while at < len(text):
        char, after = text[at], text[at + 1 : at + 2]
        if char != "\\" or not after:
            data += char.encode("utf-8", "surrogateescape")
            at += 1
        elif after in _ESCAPES:
            data.append(_ESCAPES[after])
            at += 2
        else:
            data.append(int(text[at + 1 : at + 4], 8) & 255 if text[at + 1 : at + 4].isdigit() else ord("?"))
            at += 4
    return bytes(data)
