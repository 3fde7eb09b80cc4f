"""HCL templates: quoted text and heredocs with their escapes, `${ }` and `%{ }` (HCL specification, "Templates")."""

from __future__ import annotations

from prelaunch.model import Span
from prelaunch.readers.hcl.syntax import Broken, Choice, Expression, Literal, Loop, Template
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tree_sitter import Node

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def quoted_text(raw: str) -> str:
    r"""What a run of a quoted template's text means: `\n`, `\u00e9`, `$${`, `%%{`. An unknown escape stays."""
    if "\\" not in raw:
        return heredoc_text(raw)
    out: list[str] = []
    at = 0
    while True:
        mark = raw.find("\\", at)
        if mark < 0 or mark + 1 >= len(raw):
            break
        out.append(heredoc_text(raw[at:mark]))
        letter = raw[mark + 1]
        width = {"u": 4, "U": 8}.get(letter, 0)
        digits = raw[mark + 2 : mark + 2 + width]
        if width and len(digits) == width and all(each in "0123456789abcdefABCDEF" for each in digits):
            code = int(digits, 16)
            out.append(chr(code) if code <= 0x10FFFF else "?")
            at = mark + 2 + width
        else:
            out.append(_ESCAPES.get(letter, "\\" + letter))
            at = mark + 2
    return "".join(out) + heredoc_text(raw[at:])


def heredoc_text(raw: str) -> str:
    """What a run of a heredoc's text means: only `$${` and `%%{` are escapes there."""
    return raw.replace("$${", "${").replace("%%{", "%{")


def dedent(text: str, width: int, *, first: bool) -> str:
    """`<<-`: every line without its first `width` blanks; `first` says that `text` begins a line."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if number or first:
            lines[number] = line[min(width, len(line) - len(line.lstrip(" \t"))) :]
    return "\n".join(lines)


class TemplateReader:
    """Turns tree-sitter's template nodes into expressions.

    White space is in no node of that tree, so the text is what lies between the parts. `fixed` is the span that
    everything gets where the text is not the file's own.
    """

    def __init__(self, text: str, fixed: Span | None = None) -> None:
        self.text = text
        self.fixed = fixed

    def span(self, node: Node, last: Node | None = None) -> Span:
        """The span of `node`, or from its start to the end of `last`."""
        return self.fixed or Span(node.start_byte, (last or node).end_byte)

    def raw(self, node: Node) -> str:
        """The source's text of `node`."""
        return self.text[node.start_byte : node.end_byte]

    def expression(self, node: Node, depth: int) -> Expression:
        """Any expression (given by the subclass)."""
        raise NotImplementedError

    def deeper(self, node: Node, depth: int) -> int:
        """The next depth, or `UnreadableError` (given by the subclass)."""
        raise NotImplementedError

    def template(self, node: Node, depth: int) -> Expression:
        """A quoted template, a heredoc or plain quoted text."""
        first, last = node.children[0], node.children[-1]
        if node.type != "heredoc_template":
            parts = self.parts(node.children, Span(first.end_byte, last.start_byte), depth, quoted_text)
            return self.joined(node, parts)
        start = self.text.find("\n", first.end_byte) + 1
        stop = max(self.text.rfind("\n", 0, last.start_byte) + 1, start)
        meaning = heredoc_text
        if self.raw(first) == "<<-":
            lines = [line for line in self.text[start:stop].split("\n") if line.strip()]
            width = min((len(line) - len(line.lstrip(" \t")) for line in lines), default=0)
            parts = self.parts(node.children, Span(start, stop), depth, meaning, width)
        else:
            parts = self.parts(node.children, Span(start, stop), depth, meaning)
        return self.joined(node, parts)

    def joined(self, node: Node, parts: tuple[Expression, ...]) -> Expression:
        """One literal where there is nothing to put in."""
        if not parts:
            return Literal(self.span(node), "")
        if len(parts) == 1 and isinstance(parts[0], Literal):
            return Literal(self.span(node), parts[0].value)
        return Template(self.span(node), parts)

    def parts(
        self, nodes: Sequence[Node], whole: Span, depth: int, meaning: Callable[[str], str], indent: int = 0
    ) -> tuple[Expression, ...]:
        """The literals and expressions of the text `whole`; a `~` strips the blanks on its side."""
        found: list[Expression] = []
        for piece in self._pieces(nodes, whole):
            if not isinstance(piece, Span):
                found.append(self._part(piece, depth, meaning))
                continue
            raw = self.text[piece.start : piece.stop]
            if indent:
                raw = dedent(raw, indent, first=piece.start == whole.start)
            if self.text.endswith("~}", 0, piece.start):
                raw = raw.lstrip()
            if self.text.startswith(("${~", "%{~"), piece.stop):
                raw = raw.rstrip()
            if raw:
                found.append(Literal(self.fixed or piece, meaning(raw)))
        return tuple(found)

    def _pieces(self, nodes: Sequence[Node], whole: Span) -> Iterator[Node | Span]:
        start = whole.start
        for node in nodes:
            if node.type in {"template_interpolation", "template_directive"}:
                yield Span(start, max(start, node.start_byte))
                yield node
                start = node.end_byte
        yield Span(start, max(start, whole.stop))

    def _part(self, node: Node, depth: int, meaning: Callable[[str], str]) -> Expression:
        depth = self.deeper(node, depth)
        if node.type == "template_interpolation":
            inner = next((child for child in node.children if child.type == "expression"), None)
            return self.expression(inner, depth) if inner else Literal(self.span(node), "")
        return self._directive(node.children[0], depth, meaning)

    def _directive(self, node: Node, depth: int, meaning: Callable[[str], str]) -> Expression:
        """`%{ if }` and `%{ for }`: what stands between the introductions and the end is a template again."""
        children = node.children
        head = children[0]
        test = next((child for child in head.children if child.type == "expression"), None)
        if test is None:
            return Broken(self.span(node))
        other = next((at for at, child in enumerate(children) if child.type == "template_else_intro"), None)
        cut = len(children) - 1 if other is None else other
        between = Span(head.end_byte, children[cut].start_byte)
        yes = Template(self.span(head), self.parts(children[1:cut], between, depth, meaning))
        over = self.expression(test, depth)
        if node.type == "template_for":
            names = [self.raw(child) for child in head.children if child.type == "identifier"]
            key = names[0] if len(names) > 1 else None
            return Loop(self.span(node), key, names[-1] if names else "", over, yes, joined=True)
        no: tuple[Expression, ...] = ()
        if other is not None:
            between = Span(children[other].end_byte, children[-1].start_byte)
            no = self.parts(children[other + 1 : -1], between, depth, meaning)
        return Choice(self.span(node), over, yes, Template(self.span(node), no))
