"""A cheap look at Python's imports: text to what may be imported, without parsing it.

Parsing a file costs ten times what this does, and most files import nothing that could fail. The answer is too wide
rather than too narrow: it takes in imports that stand in strings and comments, which the parser then does not find.
No `re`: importing it alone would cost more than looking through a file.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = b" \t\f"
_IDENTIFIER = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_MAX_NAMES = 20_000
_MAX_PARTS = 8
_CONTINUED = (b"\\\n", b"\\\r\n")


def scan(data: bytes) -> tuple[dict[str, set[str]], dict[str, str]]:
    """What a module of these bytes may import: names by module, and modules by the name that they are bound to.

    `from a.b import c` gives `c` under `a.b`; `import a.b` gives `b` under `a`, and nothing under `a.b`. Relative
    imports give nothing.
    """
    names: dict[str, set[str]] = {}
    bound: dict[str, str] = {}
    at = data.find(b"import")
    count = 0
    while at >= 0 and count < _MAX_NAMES:
        behind = at + 6
        if data[behind : behind + 1] in {b" ", b"\t", b"(", b"\\", b"*", b"\f"}:
            head = _statement_start(data, at)
            if not head:
                count += _plain(data, behind, names, bound)
            elif head.startswith(b"from") and head[4:5] in {b" ", b"\t", b"\\", b"\f"}:
                module = _dotted(head[4:].replace(b"\\\r\n", b"").replace(b"\\\n", b""))
                if module:
                    count += _from(data, behind, module, names, bound)
        at = data.find(b"import", behind)
    return names, bound


def attributes(data: bytes, bound: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The attributes that are read from modules by the names in `bound`: `(module, name)`, each part of a chain."""
    for name, module in bound.items():
        head = name.encode() + b"."
        seen: set[bytes] = set()
        at = data.find(head)
        while at >= 0:
            if at == 0 or data[at - 1] not in _IDENTIFIER:
                start = at + len(head)
                stop = start
                while stop < len(data) and (data[stop] in _IDENTIFIER or data[stop] == 46) and stop - start < 200:
                    stop += 1
                chain = data[start:stop]
                if chain not in seen:
                    seen.add(chain)
                    path = module
                    for part in chain.decode("ascii").split(".")[:_MAX_PARTS]:
                        if not part:
                            break
                        yield path, part
                        path = f"{path}.{part}"
            at = data.find(head, at + len(head))


def _statement_start(data: bytes, at: int) -> bytes:
    """What stands before `at` in its simple statement, without space around it; lines that go on are joined."""
    start = data.rfind(b"\n", 0, at) + 1
    while start > 0 and data[max(start - 3, 0) : start].endswith(_CONTINUED):
        start = data.rfind(b"\n", 0, start - 1) + 1
    head = data[start:at]
    carriage = head.rfind(b"\r")
    if carriage >= 0 and not head.endswith(b"\\\r\n"):
        head = head[carriage + 1 :] if head[carriage + 1 : carriage + 2] != b"\n" else head
    for mark in (b";", b":"):
        cut = head.rfind(mark)
        if cut >= 0:
            head = head[cut + 1 :]
    return head.strip(b" \t\f\xef\xbb\xbf")


def _dotted(text: bytes) -> str:
    """The dotted path that a piece of text is; "" for a relative or an impossible one."""
    path = b"".join(text.split())
    return path.decode("ascii") if path.isascii() and not path.startswith(b".") and _is_path(path) else ""


def _is_path(path: bytes) -> bool:
    return bool(path) and all(part and all(byte in _IDENTIFIER for byte in part) for part in path.split(b"."))


def _clause(data: bytes, at: int) -> bytes:
    """The text of an import's names from `at` on: to the closing bracket, or to the end of the statement."""
    while data[at : at + 1] in {b" ", b"\t", b"\f"}:
        at += 1
    if data[at : at + 1] == b"(":
        stop = data.find(b")", at)
        text = data[at + 1 : stop if stop >= 0 else at + 100_000]
        if b"#" in text:
            lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            # a comment may hold a bracket: then what follows is looked at as well
            while stop >= 0 and b"#" in lines[-1]:
                after = data.find(b")", stop + 1)
                text = data[at + 1 : after if after >= 0 else at + 100_000]
                lines = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
                stop = after
            text = b"\n".join(line.partition(b"#")[0] for line in lines)
        return text
    end = at
    while True:
        stop = data.find(b"\n", end)
        stop = stop if stop >= 0 else len(data)
        before = data[stop - 1 : stop] if data[stop - 1 : stop] != b"\r" else data[stop - 2 : stop - 1]
        if before != b"\\" or stop >= len(data):
            break
        end = stop + 1
    text = data[at:stop].replace(b"\\\r\n", b" ").replace(b"\\\n", b" ")
    for mark in (b"#", b";", b"\r"):
        text = text.partition(mark)[0]
    return text


def _from(data: bytes, at: int, module: str, names: dict[str, set[str]], bound: dict[str, str]) -> int:
    found = names.setdefault(module, set())
    before = len(found)
    for part in _clause(data, at).split(b","):
        words = part.split()
        if words and words[0].isascii():
            name = words[0].decode("ascii")
            found.add(name)
            alias = words[2].decode("ascii", "replace") if len(words) == 3 and words[1] == b"as" else name
            if alias.isidentifier():
                bound.setdefault(alias, f"{module}.{name}")
    return len(found) - before + 1


def _plain(data: bytes, at: int, names: dict[str, set[str]], bound: dict[str, str]) -> int:
    count = 1
    for part in _clause(data, at).split(b","):
        words = part.split()
        # `import a . b` is allowed, and nobody writes it
        path = _dotted(words[0]) if words else ""
        if not path:
            continue
        count += 1
        parts = path.split(".")
        names.setdefault(path, set())
        for number in range(1, len(parts)):
            names.setdefault(".".join(parts[:number]), set()).add(parts[number])
        alias = words[2].decode("ascii", "replace") if len(words) == 3 and words[1] == b"as" else ""
        if alias.isidentifier():
            bound.setdefault(alias, path)
        elif not alias:
            bound.setdefault(parts[0], parts[0])
    return count
