"""Words: quotes, escapes, parameters and the brackets of substitutions."""

from __future__ import annotations

import re

from prelaunch.readers.shell.backticks import unescape
from prelaunch.readers.shell.drafts import Parts, Scope, relocate
from prelaunch.readers.shell.escapes import decode
from prelaunch.readers.shell.scanner import LIMIT, Scanner, closing
from prelaunch.readers.shell.syntax import Block, Part, Word

_PLAIN = re.compile(r"[^ \t\r\n;&|<>()'\"\\$`]+")
_IN_DOUBLE = re.compile(r"[^\"\\$`]+")
_IN_BRACES = re.compile(r"[^}\[\]'\"\\$`]+")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_BRACED_NAME = re.compile(r"([!#])?([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])")
_OPERATOR = re.compile(r":?[-=+?]")
_OLD_ARITHMETIC = re.compile(r"\$\[[^\]\n]{0,500}\]")


class Words(Scanner):
    """Reads words; what stands in a substitution is left to `statements`."""

    def word(self, prefix: int = 0) -> Word:
        """The word at the position, of no width where none starts there; its first `prefix` characters are literal."""
        text, start = self.text, self.at
        if not prefix and (found := _PLAIN.match(text, start, self.end)):
            # Nearly every word is plain: no quote, no `$`.
            stop = found.end()
            if stop >= self.end or text[stop] in " \t\n;|&)":
                self.at = stop
                return Word((Part("literal", found[0], start, stop, quoted=False),), start, stop)
        parts = Parts(text)
        stop = start + prefix
        if prefix:
            parts.literal(start, stop, quoted=False)
            self.at = stop
        # A pattern list, `!(a|b)`: bash has it only with extglob, but without it the text would be an error.
        brackets = 0
        while self.at < self.end:
            at = self.at
            found = _PLAIN.match(text, at, self.end)
            if found:
                self.at = stop = found.end()
                parts.literal(at, stop, quoted=False)
                if text[stop - 1] in "@?*+!" and self.here("("):
                    parts.literal(stop, stop + 1, quoted=False)
                    self.at = stop = stop + 1
                    brackets += 1
                continue
            char = text[at]
            if self.quoted(parts, char):
                stop = self.at
            elif char == "\\":
                if length := self.continuation(at):
                    self.at = at + length
                    continue
                self.escape(parts, quoted=False)
                stop = self.at
            elif char in "<>" and text.startswith("(", at + 1, self.end):
                self.at = at + 2
                self.substitution(parts, at, "process", quoted=False)
                stop = self.at
            elif (brackets and char != "\n") or (char == "\r" and not self.ends_line(at)):
                brackets += (char == "(") - (char == ")")
                parts.literal(at, at + 1, quoted=False)
                self.at = stop = at + 1
            else:
                break
        return parts.word(start, stop)

    def quoted(self, parts: Parts, char: str) -> bool:
        """Read the quotes, the `$` or the backtick at the position, outside of double quotes; False where none is."""
        if char == "'":
            self._single(parts)
        elif char == '"':
            self._double(parts)
        elif char == "$":
            self.dollar(parts, quoted=False)
        elif char == "`":
            self.backtick(parts, quoted=False, escaped_quotes=False)
        else:
            return False
        return True

    def escape(self, parts: Parts, quoted: bool) -> None:
        r"""Read the `\` at the position and the character that it takes, which double quotes allow only some of."""
        at = self.at
        self.at = min(at + 2, self.end)
        if at + 1 >= self.end or (quoted and self.text[at + 1] not in '$`"\\'):
            parts.literal(at, self.at, quoted)
        else:
            parts.literal(at + 1, at + 2, quoted=True)

    def dollar(self, parts: Parts, quoted: bool) -> None:
        """Read what the `$` at the position starts; `quoted` where double quotes (or a heredoc) enclose it."""
        text, at = self.text, self.at
        char = text[at + 1] if at + 1 < self.end else ""
        if char == "(":
            stop = self.arithmetic_end(at + 3) if text.startswith("(", at + 2, self.end) else -1
            self.at = at + 2
            if stop < 0:
                self.substitution(parts, at, "command", quoted)
            else:
                self.at = at + 3
                self._nest(stop)
                self.at = stop + 2
                parts.add(Part("arithmetic", text[at + 3 : stop], at, stop + 2, quoted))
        elif char == "{":
            self._braced(parts, quoted)
        elif char == "'" and not quoted:
            stop = closing(text, "'", at + 2, self.end)
            decode(parts, text, at + 2, stop)
            self.at = min(stop + 1, self.end)
        elif char == '"' and not quoted:
            self.at = at + 1
            self._double(parts)
        elif char == "[" and (old := _OLD_ARITHMETIC.match(text, at, self.end)):
            self.at = at + 2
            self._nest(old.end() - 1)
            self.at = old.end()
            parts.add(Part("arithmetic", text[at + 2 : old.end() - 1], at, old.end(), quoted))
        elif found := _NAME.match(text, at + 1, self.end):
            self.at = found.end()
            parts.add(Part("parameter", found[0], at, found.end(), quoted))
        else:
            self.at = at + 1
            parts.literal(at, at + 1, quoted)

    def _nest(self, stop: int) -> None:
        """Read an arithmetic expression up to `stop` for the substitutions in it."""
        if self.depth < LIMIT:
            self.depth += 1
            self.inside(stop, self.expand)
            self.depth -= 1

    def substitution(self, parts: Parts, start: int, kind: str, quoted: bool) -> None:
        """Read the inside of `$(` or `<(`, which opened at `start`, and its bracket."""
        inner = self.at
        if self.depth >= LIMIT:
            closed = self.skip(")")
        else:
            # A line end in here starts the bodies of its own heredocs only.
            outer, self.pending = self.pending, []
            self.enclosed(self._substitution_scope(), parentheses=True, substitution=True)
            self.pending = outer + self.pending
            closed = self.here(")")
            self.at += closed
        text = self.text[inner : self.at - closed]
        parts.add(Part("process" if kind == "process" else "command", text, start, self.at, quoted))

    def backtick(self, parts: Parts, quoted: bool, escaped_quotes: bool) -> None:
        r"""Read the backticks at the position; `escaped_quotes` where they also take the backslash of `\"`."""
        start, text = self.at, self.text
        stop = closing(text, "`", start + 1, self.end)
        behind = min(stop + 1, self.end)
        inner = text[start + 1 : stop]
        if self.depth < LIMIT:
            scope = self._substitution_scope()
            script = unescape(inner, start + 1, escaped_quotes)
            if script is None:
                outer, self.pending = self.pending, []
                self.at = start + 1
                self.inside(stop, lambda: self.enclosed(scope))
                self.pending = outer
            else:
                inner, ends = script
                reader = type(self)(inner, scope, self.numbers, self.depth + 1)
                reader.statements()
                relocate(reader.drafts, ends, scope)
                self.drafts += reader.drafts
        self.at = behind
        parts.add(Part("command", inner, start, behind, quoted))

    def enclosed(self, scope: Scope, parentheses: bool = False, substitution: bool = False) -> None:
        """Read statements that no reserved word of the outside closes."""
        outer = self.scope, self.awaited, self.in_case, self.in_parentheses, self.in_substitution
        self.scope, self.awaited, self.in_case, self.in_parentheses = scope, frozenset(), False, parentheses
        self.in_substitution = substitution
        self.depth += 1
        self.statements()
        self.depth -= 1
        self.scope, self.awaited, self.in_case, self.in_parentheses, self.in_substitution = outer

    def statements(self) -> None:
        """Read commands up to what closes them."""
        raise NotImplementedError

    def _substitution_scope(self) -> Scope:
        return Scope(self.scope, Block("substitution", next(self.numbers), 0))

    def _single(self, parts: Parts) -> None:
        start = self.at + 1
        stop = self.text.find("'", start, self.end)
        stop = self.end if stop < 0 else stop
        if stop > start:
            parts.literal(start, stop, quoted=True)
        else:
            parts.empty(start)
        self.at = min(stop + 1, self.end)

    def _double(self, parts: Parts) -> None:
        text, start = self.text, self.at + 1
        self.at = start
        while self.at < self.end:
            at = self.at
            char = text[at]
            if char == '"':
                if at == start:
                    parts.empty(at)
                self.at = at + 1
                return
            if char == "$":
                self.dollar(parts, quoted=True)
            elif char == "`":
                self.backtick(parts, quoted=True, escaped_quotes=True)
            elif char == "\\":
                if length := self.continuation(at):
                    self.at = at + length
                else:
                    self.escape(parts, quoted=True)
            elif found := _IN_DOUBLE.match(text, at, self.end):
                parts.literal(at, found.end(), quoted=True)
                self.at = found.end()

    def _braced(self, parts: Parts, quoted: bool) -> None:
        """Read `${...}`."""
        text, start = self.text, self.at
        self.at = start + 2
        if self.depth >= LIMIT:
            self.skip("}")
            parts.add(Part("parameter", "", start, self.at, quoted, "other"))
            return
        self.depth += 1
        name = prefix = operator = index = ""
        argument = None
        if found := _BRACED_NAME.match(text, self.at, self.end):
            prefix, name = found[1] or "", found[2]
            self.at = found.end()
            if self.here("["):
                self.at += 1
                opened = self.at
                self._until("]", quoted, pattern=True)
                index = text[opened : self.at]
                self.at += self.here("]")
        if found and self.here("}"):
            listing = prefix == "!" and index in {"@", "*"}
            operator = "other" if listing else prefix
        elif found and (operation := _OPERATOR.match(text, self.at, self.end)):
            operator = "other" if prefix else operation[0]
            self.at = operation.end()
            argument = self._until("}", quoted, pattern=False)
        else:
            operator = "other"
            argument = self._until("}", quoted, pattern=True)
        self.at += self.here("}")
        # An expression of a template, `${{ x }}`, that nobody has masked.
        self.at += not name and text.startswith("{", start + 2) and self.here("}")
        self.depth -= 1
        parts.add(Part("parameter", name, start, self.at, quoted, operator, argument, index))

    def _until(self, close: str, quoted: bool, pattern: bool) -> Word:
        """The word up to `close`; in double quotes, single quotes mean something in a `pattern` only."""
        text, start = self.text, self.at
        parts, brackets = Parts(text), 0
        while self.at < self.end:
            at = self.at
            char = text[at]
            if found := _IN_BRACES.match(text, at, self.end):
                parts.literal(at, found.end(), quoted)
                self.at = found.end()
            elif char == close and not brackets:
                break
            elif char == "\\":
                if length := self.continuation(at):
                    self.at = at + length
                elif text.startswith("}", at + 1, self.end):
                    parts.literal(at + 1, at + 2, quoted=True)
                    self.at = at + 2
                else:
                    self.escape(parts, quoted)
            elif char == "$":
                self.dollar(parts, quoted)
            elif char == "`":
                self.backtick(parts, quoted, escaped_quotes=quoted)
            elif char == '"' or (char == "'" and (pattern or not quoted)):
                self.quoted(parts, char)
            else:
                if close == "]":
                    brackets += (char == "[") - (char == "]")
                parts.literal(at, at + 1, quoted)
                self.at = at + 1
        return parts.word(start, self.at)
