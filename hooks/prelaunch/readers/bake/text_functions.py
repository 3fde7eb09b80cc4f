"""The functions of bake on texts. They raise `MismatchError` where bake reports an error."""

from __future__ import annotations

from prelaunch.model import UNKNOWN
from prelaunch.readers.bake.values import NOT_KNOWN, Data, Unknown, items, text, whole


def split(separator: Data, whole_text: Data) -> Data:
    """The parts of a text."""
    by, value = text(separator), text(whole_text)
    return tuple(value.split(by)) if by else tuple(value)


def join(separator: Data, *lists: Data) -> Data:
    """Lists as one text."""
    flat = [each for given in lists for each in items(given)]
    return text(separator).join(UNKNOWN if isinstance(each, Unknown) else text(each) for each in flat)


def trim(given: Data, letters: Data) -> Data:
    """Without some letters at both ends."""
    return text(given).strip(text(letters))


def title(given: Data) -> Data:
    """Every word with a capital."""
    value = text(given)
    return "".join(each.upper() if not at or value[at - 1] in " \t\n" else each for at, each in enumerate(value))


def replace(given: Data, old: Data, new: Data) -> Data:
    """All of one text by another (no pattern)."""
    return text(given).replace(text(old), text(new)) if text(old) else NOT_KNOWN


def regex_replace(given: Data, pattern: Data, new: Data) -> Data:
    """Only patterns that Go and Python read alike and that cannot run long: no groups, one repetition."""
    value, rule, put = text(given), text(pattern), text(new)
    plain = all(each.isascii() and (each.isalnum() or each in "\\.^$[]-+*_:/ ") for each in rule)
    if not plain or sum(rule.count(each) for each in "+*") > 1 or len(value) > 500 or "$" in put or "\\" in put:
        return NOT_KNOWN
    letters = {rule[at + 1 : at + 2] for at, each in enumerate(rule) if each == "\\"}
    if "\n" in value or not letters <= set("dws.-+/\\") or "[[" in rule:
        return NOT_KNOWN
    import re

    try:
        return re.sub(rule, put, value, flags=re.ASCII)
    except re.error:
        return Unknown(failed=True)


def format_(pattern: Data, *given: Data) -> Data:
    """`%s`, `%v`, `%d` and `%%`; other verbs give an unknown text."""
    out: list[str] = []
    waiting = list(given)
    rest = text(pattern)
    while rest:
        before, mark, rest = rest.partition("%")
        out.append(before)
        verb, rest = rest[:1], rest[1:]
        if not mark:
            break
        if verb == "%":
            out.append("%")
        elif verb in {"s", "v"} and waiting:
            out.append(text(waiting.pop(0)))
        elif verb == "d" and waiting:
            out.append(str(whole(waiting.pop(0))))
        else:
            return NOT_KNOWN
    return "".join(out)


def substr(given: Data, offset: Data, length: Data) -> Data:
    """From an offset (from the end where negative), so many letters (the rest where negative)."""
    value, start, count = text(given), whole(offset), whole(length)
    if start < 0:
        start += len(value)
    return value[max(start, 0) :] if count < 0 else value[max(start, 0) : max(start, 0) + count]


def sanitize(given: Data) -> Data:
    """A valid target name."""
    return "".join(each if each.isascii() and (each.isalnum() or each in "_-") else "_" for each in text(given))
