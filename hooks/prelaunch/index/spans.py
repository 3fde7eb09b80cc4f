"""Sets of release numbers, as bits of an int in memory and as `a-b;c-d` in the data file.

Bit `r` stands for release number `r` (0-based, ascending). `*` is "as long as the whole", `-` is "never"; what the
whole is, the place that uses a span says.
"""

from __future__ import annotations

WHOLE = "*"
NEVER = "-"

MOST = 100_000
"""No distribution has so many releases; a damaged number must not ask for a gigabyte of bits."""


def spell(bits: int, whole: int) -> str:
    """The text of `bits`, a part of `whole`: `0-3;7`, `*` where it is all of `whole`, `-` where it is nothing."""
    if not bits:
        return NEVER
    if bits == whole:
        return WHOLE
    runs = []
    start = 0
    rest = bits
    while rest:
        gap = (rest & -rest).bit_length() - 1
        rest >>= gap
        start += gap
        length = (rest ^ (rest + 1)).bit_length() - 1  # the ones at the low end
        runs.append(str(start) if length == 1 else f"{start}-{start + length - 1}")
        rest >>= length
        start += length
    return ";".join(runs)


def parse(text: str, whole: int) -> int:
    """The bits that `text` spells; `ValueError` where it is no span."""
    if text == WHOLE:
        return whole
    if text == NEVER:
        return 0
    bits = 0
    for run in text.split(";"):
        low, dash, high = run.partition("-")
        start = int(low)
        stop = int(high) if dash else start
        if not 0 <= start <= stop < MOST:
            raise ValueError(f"{run} is no run of release numbers")
        bits |= ((1 << (stop - start + 1)) - 1) << start
    return bits


def numbers(bits: int) -> tuple[int, ...]:
    """The release numbers in `bits`, ascending."""
    return tuple(number for number in range(bits.bit_length()) if bits >> number & 1)
