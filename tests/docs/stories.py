"""A page of the documentation as a test: its files are written, its commands are run, their output is compared.

A block with a title is a file of that name. In a block `console`, a line `$ command` is run by bash in the folder of
those files, with both its streams, and the lines below it are what it prints; `...` alone stands for any lines, and at
the end of one for its rest.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Block(NamedTuple):
    """A fenced block: the line it starts at, its language, its title ("" for none), its text."""

    line: int
    language: str
    title: str
    text: str


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page."""
    lines = iter(enumerate(page.splitlines(), 1))
    for number, line in lines:
        ticks = line[: len(line) - len(line.lstrip("`"))]
        if len(ticks) < 3:
            continue
        language, _, rest = line[len(ticks) :].partition(" ")
        title = rest.partition('title="')[2].partition('"')[0]
        text = []
        for _, inner in lines:
            if inner.rstrip() == ticks:
                break
            text.append(f"{inner}\n")
        yield Block(number, language, title, "".join(text))


def commands(block: Block) -> Iterator[tuple[int, str, list[str]]]:
    """The commands of a block `console`: line, command, expected lines."""
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        if line.startswith("$ "):
            found.append((number, line[2:], []))
        else:
            found[-1][2].append(line)
    yield from found


def matches(expected: list[str], printed: list[str]) -> bool:
    """Whether the lines are those; `...` stands for any lines, none too."""
    if not expected:
        return not printed
    if expected[0] == "...":
        return any(matches(expected[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and _is(expected[0].rstrip(), printed[0].rstrip()) and matches(expected[1:], printed[1:])


def _is(expected: str, printed: str) -> bool:
    return printed.startswith(expected[:-3]) if expected.endswith("...") else printed == expected


def tell(page: str, folder: Path, environment: dict[str, str]) -> None:
    """Do what a page says. Raises AssertionError where the output is another."""
    for block in blocks(page):
        if block.title:
            path = folder / block.title
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, encoding="utf-8")
            path.chmod(0o755 if block.text.startswith("#!") else 0o644)
        elif block.language == "console":
            for line, command, expected in commands(block):
                _run(line, command, expected, folder, environment)


def _run(line: int, command: str, expected: list[str], folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        timeout=900,
        check=False,
    )
    printed = done.stdout.decode().rstrip().splitlines()
    while expected and not expected[-1].strip():
        expected.pop()
    shown = "\n".join(printed)
    assert matches(expected, printed), f"line {line}: $ {command}\nprints\n{shown}\nand not\n" + "\n".join(expected)
    assert done.returncode in {0, 1}, f"line {line}: $ {command} exits {done.returncode}"
