"""The text inside backticks, which the shell unescapes once before it reads it."""

from __future__ import annotations


def unescape(inner: str, start: int, quotes: bool) -> tuple[str, list[int]] | None:
    r"""The script that `inner`, which stands at `start`, holds; None where it is `inner` itself.

    A backslash is taken from `` \` ``, `\$`, `\\`, and within double quotes from `\"` (POSIX XCU 2.6.3). With the
    script comes `ends`: the position behind each of its characters, and first of all the one where it starts. So a
    character stands, with the backslash that was taken from it, from `ends[i]` to `ends[i + 1]`.
    """
    taken = '$`\\"' if quotes else "$`\\"
    at = inner.find("\\")
    if not any("\\" + char in inner for char in taken):
        return None
    pieces: list[str] = []
    ends = [start]
    done = 0
    while 0 <= at < len(inner) - 1:
        if inner[at + 1] in taken:
            pieces.append(inner[done:at])
            ends.extend(range(start + done + 1, start + at + 1))
            done = at + 1
        at = inner.find("\\", at + 2)
    pieces.append(inner[done:])
    ends.extend(range(start + done + 1, start + len(inner) + 1))
    return "".join(pieces), ends
