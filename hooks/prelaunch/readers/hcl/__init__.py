"""HCL text to a small typed syntax tree (HCL native syntax specification, hashicorp/hcl hclsyntax/spec.md).

`tree-sitter-hcl` finds the tokens; two things that its grammar gets wrong are put right here: `a ? b : c ? d : e`
nests to the left there (to the right in HCL), and white space in templates is in no node of the tree.
"""

from __future__ import annotations

from prelaunch.readers.hcl.syntax import Attribute, Block, Broken, Expression, Literal, Template
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Source, Span

__all__ = ["Attribute", "Block", "Expression", "read", "read_template"]


def read(source: Source) -> Block:
    """The whole file as one block without kind or labels. Raises `UnreadableError` and nothing else."""
    return _read(source.text, None)


def read_template(text: str, span: Span) -> Expression:
    """What a text of HCL's JSON syntax means: `"${a}"` is a template there too. Every span in it is `span`."""
    if "${" not in text and "%{" not in text:
        return Literal(span, text)
    marker = "E"
    while marker in text:
        marker += "E"
    written = _read(f"a = <<{marker}\n{text}\n{marker}\n", span).get("a")
    value = written.value if written else Broken(span)
    if isinstance(value, Literal):
        return _shorter(value)
    if not isinstance(value, Template):
        return Broken(span)
    last = value.parts[-1]
    if not isinstance(last, Literal):
        return value
    kept = _shorter(last)
    return Template(span, value.parts[:-1] + ((kept,) if kept.value else ()))


def _shorter(literal: Literal) -> Literal:
    """Without the line end that a heredoc has and the JSON text has not."""
    return Literal(literal.span, literal.value.removesuffix("\n")) if isinstance(literal.value, str) else literal


def _read(text: str, span: Span | None) -> Block:
    import tree_sitter
    import tree_sitter_hcl

    from prelaunch.readers.hcl.convert import Reader

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
    root = parser.parse(_offsets_kept(text)).root_node
    reader = Reader(text, span)
    for child in root.children:
        if child.is_error:
            reader.refuse(child)
    return reader.body(root, (), 0, 0)


def _offsets_kept(text: str) -> bytes:
    """ASCII bytes with the same offsets: a letter beyond ASCII becomes `a`, a byte order mark a space, all else `?`.

    The tree holds only offsets, so the characters themselves do not matter; only where names and texts end does.
    """
    if text.isascii():
        return text.replace("\0", "?").encode()
    if text.startswith("\ufeff"):
        text = " " + text[1:]
    letters = ("a" if letter > "\x7f" and f"a{letter}".isidentifier() else letter for letter in text)
    return "".join(letters).replace("\0", "?").encode("ascii", "replace")
