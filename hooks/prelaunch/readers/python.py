"""Python: what a text imports, and which attributes of imported modules it reads.

The text is parsed with `ast` and never run. Facts are plain: a relative import, a name that is bound twice or a chain
that does not start at an imported module gives none.
"""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left
from itertools import accumulate

from prelaunch.model import HANDED, UNKNOWN, Import, Source
from prelaunch.project import UnreadableError
from prelaunch.readers.python_guards import comment_guard, guarded_nodes, module_guards
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Fragment, Span
    from prelaunch.readers.python_guards import Guard

MAX_CHAIN = 8
"""The longest `a.b.c` that is followed: real module paths are shorter, and each part is a fact."""

_SLOW_OR_LOSSY = frozenset({"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf_7"})
"""Codecs that Python knows but no source file is written in; some take quadratic time, some warn."""


def decode(path: str, data: bytes) -> Source:
    """The source of a Python file, by its byte order mark or its coding line (PEP 263), otherwise UTF-8."""
    return Source.decode(path, data, _declared_encoding(data))


def _declared_encoding(data: bytes) -> str:
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    head = data[:400].replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")[:2]
    for line in head:
        before, comment, text = line.partition(b"#")
        if before.strip(b" \t\f"):
            break  # code on the first line: the second says nothing (PEP 263)
        at = text.find(b"coding") if comment else -1
        while at >= 0:
            rest = text[at + 6 :]
            if rest[:1] in {b":", b"="}:
                name = _codec_name(rest[1:].lstrip(b" \t"))
                if name:
                    return name
            at = text.find(b"coding", at + 6)
    return "utf-8"


def _codec_name(rest: bytes) -> str:
    stop = 0
    while stop < len(rest) and (rest[stop : stop + 1].isalnum() or rest[stop : stop + 1] in {b"-", b"_", b"."}):
        stop += 1
    name = rest[:stop].decode("ascii").lower().replace("_", "-")
    if name == "utf-8" or name.startswith("utf-8-") or name.replace("-", "_") in _SLOW_OR_LOSSY:
        return "utf-8"
    return name


def imports(fragment: Fragment) -> tuple[Import, ...]:
    """The imports of a Python text, and the attributes it reads from imported modules, in the order of the text.

    A span covers the imported name (for `import a.b as c` the `a.b`, for an attribute its last part), in offsets of
    `fragment.source`. Raises `UnreadableError` (offset in the source) for text that is no Python 3; a text that only
    became unparsable by an unknown part gives no facts.
    """
    text = fragment.text
    try:
        tree = parse(fragment)
    except UnreadableError:
        if UNKNOWN in text or HANDED in text:
            return ()
        raise
    return tuple(_Reader(fragment, tree).facts())


def parse(fragment: Fragment) -> ast.Module:
    """The syntax tree of a Python text; positions by `Lines`. Raises `UnreadableError` (offset in the source)."""
    text = fragment.text
    mark = text.startswith("\ufeff")
    if "\0" in text:
        raise UnreadableError("invalid Python: a null byte", fragment.start(text.index("\0")))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape is not this program's concern
            return ast.parse(text[mark:])
    except SyntaxError as error:
        lines = Lines(text)
        number = min(max(error.lineno or 1, 1), len(lines.starts))
        start = lines.starts[number - 1]
        offset = min(start + max((error.offset or 1) - 1, 0), lines.stop(number), len(text))
        reason = error.msg[:1].lower() + error.msg[1:]
        raise UnreadableError(f"invalid Python: {reason}", fragment.start(offset)) from None
    except (RecursionError, MemoryError):
        raise UnreadableError("invalid Python: nested too deeply to be read", fragment.start(0)) from None
    except UnicodeEncodeError as error:
        raise UnreadableError(
            "invalid Python: a character that its encoding does not have", fragment.start(error.start + mark)
        ) from None
    except ValueError:
        raise UnreadableError("invalid Python: a value that cannot be read", fragment.start(0)) from None


class Lines:
    r"""The lines of a Python text as its tokenizer counts them: only `\n`, `\r\n` and `\r` end one.

    Positions of `ast` (1-based line, column in UTF-8 bytes) become indices into the text.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [1 if text.startswith("\ufeff") else 0]
        if "\r" not in text:
            at = text.find("\n")
            while at >= 0:
                self.starts.append(at + 1)
                at = text.find("\n", at + 1)
        else:
            total = 0
            for part in text.splitlines(keepends=True):
                # `splitlines` also splits at form feeds and U+2028, which do not end a line of Python
                total += len(part)
                if part.endswith(("\n", "\r")):
                    self.starts.append(total)
        self._bytes: dict[int, list[int] | None] = {}

    def stop(self, line: int) -> int:
        """The index behind a 1-based line, its end included."""
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def index(self, line: int, column: int) -> int:
        """The index of a position of `ast`."""
        start = self.starts[line - 1]
        if line not in self._bytes:
            text = self.text[start : self.stop(line)]
            ascii_only = text.isascii()
            self._bytes[line] = None if ascii_only else [0, *accumulate(len(c.encode()) for c in text)]
        widths = self._bytes[line]
        return start + (column if widths is None else bisect_left(widths, column))


class _Reader:
    """One walk over the tree: import statements, bindings and chains of attributes, each with what guards it."""

    def __init__(self, fragment: Fragment, tree: ast.Module) -> None:
        self.fragment = fragment
        self.text = fragment.text
        self.lines = Lines(self.text)
        self.tree = tree
        self.bound: set[str] = set()
        self.modules: dict[str, dict[str, str]] = {}
        self.chains: list[tuple[str, list[ast.Attribute], str]] = []
        self.found: list[tuple[int, Import]] = []
        self.star = False
        self.comments: dict[tuple[int, int], str] = {}

    def facts(self) -> list[Import]:
        guards = module_guards(self.tree)
        for node, guard in guarded_nodes(self.tree):
            if isinstance(node, ast.Import):
                self._import(node, self._with_comment(node, guard.imports))
            elif isinstance(node, ast.ImportFrom):
                self._import_from(node, self._with_comment(node, guard.imports))
            elif isinstance(node, ast.Attribute):
                self._chain(node, guard)
            else:
                self.bound.update(_bindings(node))
        if not self.star:
            # a star import may bind any name, so that no chain is sure to start at the module it seems to
            for root, nodes, guarded in self.chains:
                self._attributes(root, nodes, guarded)
        self.found.sort(key=lambda pair: pair[0])
        return [guards.apply(fact) for _, fact in self.found]

    def _with_comment(self, node: ast.stmt | ast.expr, guard: str) -> str:
        if guard:
            return guard
        lines = node.lineno, node.end_lineno or node.lineno
        if lines not in self.comments:
            start, stop = self.lines.starts[lines[0] - 1], self.lines.stop(lines[1])
            self.comments[lines] = comment_guard(self.text, start, stop)
        return self.comments[lines]

    def _add(self, start: int, stop: int, fact: tuple[str, str | None, str | None, str, bool]) -> None:
        module, name, alias, guarded, attribute = fact
        span: Span = self.fragment.span(start, stop)
        made = Import(self.fragment.source, span, module, name, alias, guarded, attribute, self.fragment)
        self.found.append((start, made))

    def _bind(self, name: str, target: str, guarded: str) -> None:
        self.modules.setdefault(name, {}).setdefault(target, guarded)

    def _import(self, node: ast.Import, guarded: str) -> None:
        for alias in node.names:
            start = self.lines.index(alias.lineno, alias.col_offset)
            stop = dotted_stop(self.text, start)
            self._add(start, stop, (alias.name, None, alias.asname, guarded, False))
            top = alias.name.partition(".")[0]
            self._bind(alias.asname or top, alias.name if alias.asname else top, guarded)

    def _import_from(self, node: ast.ImportFrom, guarded: str) -> None:
        absolute = None if node.level else node.module
        for alias in node.names:
            if alias.name == "*":
                self.star = True
            else:
                self._bind(alias.asname or alias.name, f"{absolute}.{alias.name}" if absolute else "", guarded)
            if absolute:
                start = self.lines.index(alias.lineno, alias.col_offset)
                stop = start + 1 if alias.name == "*" else name_stop(self.text, start)
                self._add(start, stop, (absolute, alias.name, alias.asname, guarded, False))

    def _chain(self, node: ast.Attribute, guard: Guard) -> None:
        nodes: list[ast.Attribute] = []
        at: ast.expr = node
        while isinstance(at, ast.Attribute):
            nodes.append(at)
            at = at.value
        if isinstance(at, ast.Name) and isinstance(node.ctx, ast.Load) and len(nodes) <= MAX_CHAIN:
            nodes.reverse()
            self.chains.append((at.id, nodes, guard.attributes))

    def _attributes(self, root: str, nodes: list[ast.Attribute], guarded: str) -> None:
        targets = self.modules.get(root, {})
        if root in self.bound or len(targets) != 1 or "" in targets:
            return
        module, import_guard = next(iter(targets.items()))
        for node in nodes:
            stop = self.lines.index(node.end_lineno or node.lineno, node.end_col_offset or 0)
            start = stop - len(node.attr)
            reason = self._with_comment(node, guarded or import_guard)
            self._add(start, stop, (module, node.attr, None, reason, True))
            module = f"{module}.{node.attr}"


def _bindings(node: ast.AST) -> list[str]:
    """The names that a node other than an import binds or unbinds."""
    if isinstance(node, ast.Name):
        return [] if isinstance(node.ctx, ast.Load) else [node.id]
    if isinstance(node, ast.arg):
        return [node.arg]
    if isinstance(node, ast.alias):
        return []
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    # functions, classes, `except ... as name`, captures of `match`, type parameters
    names = (getattr(node, field, None) for field in ("name", "rest"))
    return [name for name in names if isinstance(name, str)]


def name_stop(text: str, start: int) -> int:
    """The index behind the identifier at `start`, as it is written (`ast` gives it normalised by NFKC)."""
    stop = start
    while stop < len(text) and (text[stop] == "_" or f"a{text[stop]}".isidentifier()):
        stop += 1
    return stop


def dotted_stop(text: str, start: int) -> int:
    """The index behind the dotted name at `start`; white space may stand around its dots."""
    stop = name_stop(text, start)
    while True:
        at = _blank_stop(text, stop)
        if text[at : at + 1] != ".":
            return stop
        at = _blank_stop(text, at + 1)
        behind = name_stop(text, at)
        if behind == at:
            return stop
        stop = behind


def _blank_stop(text: str, at: int) -> int:
    while at < len(text):
        if text[at] in " \t\f":
            at += 1
        elif text.startswith(("\\\n", "\\\r"), at):
            at += 3 if text.startswith("\\\r\n", at) else 2
        else:
            break
    return at
