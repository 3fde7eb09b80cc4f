"""Statements: lists, pipelines, and the commands that hold others."""

from __future__ import annotations

import re
from itertools import count

from prelaunch.readers.shell.drafts import Scope
from prelaunch.readers.shell.scanner import LIMIT
from prelaunch.readers.shell.simple import Simple
from prelaunch.readers.shell.syntax import Block, BlockKind, Command, Part, Word

_ENDED = r"(?=[ \t\n;&|<>()]|\\?\r?\n|\r?\Z)"
_OPENING = re.compile(r"(if|case|for|select|while|until|function|coproc|\{|\[\[)" + _ENDED)
_CLOSING = re.compile(r"(then|elif|else|fi|do|done|esac|\})" + _ENDED)
_RESERVED = re.compile(r"([a-z]+|\})" + _ENDED)
_PREFIX = re.compile(r"!" + _ENDED + r"|time" + _ENDED + r"(?![ \t]+-)|time[ \t]+-p" + _ENDED)
_FUNCTION = re.compile(r"([^ \t\r\n;&|<>()'\"\\$`=#]+)[ \t]*\([ \t]*\)")
_PARENTHESES = re.compile(r"\([ \t]*\)")
_COPROC = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)[ \t]+(?=\(|(?:if|case|for|select|while|until|\{|\[\[)[ \t\r\n(])")


class Grammar(Simple):
    """Reads statements and notes the blocks around each simple command."""

    def __init__(
        self, text: str, scope: Scope | None = None, numbers: count[int] | None = None, depth: int = 0
    ) -> None:
        super().__init__(text, scope or Scope(None), numbers or count(1), depth)

    def commands(self) -> tuple[Command, ...]:
        """Every simple command of the text, in order of its start."""
        self.statements()
        return tuple(draft.done() for draft in sorted(self.drafts, key=lambda draft: draft.start))

    def statements(self) -> None:
        """Read a list of statements up to the end or to what closes it, which is left standing."""
        outer = self.scope
        while True:
            self.blank(newlines=True)
            at = self.at
            if at >= self.end:
                return
            stray = self._closer()
            if stray == 0:
                return
            if stray:
                # Nothing is open that this could close: bash complains, and we go on behind it.
                self.at += stray
                continue
            self.scope = scope = Scope(outer)
            self._and_or()
            self.scope = outer
            self.blank()
            if self.here("&") and not self.here("&&"):
                scope.block = Block("background", next(self.numbers), 0)
                self.at += 1
            elif self.at == at:
                self.at += 1

    def _closer(self) -> int | None:
        """None where a command may start; 0 at what closes something open; else the length of a stray closer."""
        char = self.text[self.at]
        if char in "&|":
            return 1
        if char not in "});tefd":
            return None
        if char == ")":
            return 0 if self.in_parentheses else 1
        if char == ";":
            return 0 if self.in_case and (self.here(";;") or self.here(";&")) else 1
        if found := _CLOSING.match(self.text, self.at, self.end):
            return 0 if found[1] in self.awaited else len(found[1])
        return None

    def _and_or(self) -> None:
        outer, arm = self.scope, 0
        self._pipeline()
        while True:
            self.blank()
            kind: BlockKind
            if self.here("&&"):
                kind = "and"
            elif self.here("||"):
                kind = "or"
            else:
                return
            arm += 1
            self.at += 2
            self.blank(newlines=True)
            self.scope = Scope(outer, Block(kind, next(self.numbers), arm))
            self._pipeline()
            self.scope = outer

    def _pipeline(self) -> None:
        outer = self.scope
        first = Scope(outer)
        number, arm = 0, 0
        self.scope = first
        while True:
            negated = False
            while self.at < self.end and self.text[self.at] in "!t":
                found = _PREFIX.match(self.text, self.at, self.end)
                if not found:
                    break
                negated = negated != found[0].startswith("!")
                self.at = found.end()
                self.blank()
            known = len(self.drafts)
            self._command()
            if negated and len(self.drafts) > known and self.drafts[-1].scope is self.scope:
                self.drafts[-1].negated = True
            self.blank()
            if not self.here("|") or self.here("||"):
                break
            if not number:
                number = next(self.numbers)
                first.block = Block("pipe", number, 0)
            arm += 1
            self.at += 2 if self.here("|&") else 1
            self.blank(newlines=True)
            self.scope = Scope(outer, Block("pipe", number, arm))
        self.scope = outer

    def _command(self) -> None:
        """Read one command of a pipeline: a simple one, or one that holds others, with its redirections."""
        text, at = self.text, self.at
        if at >= self.end or text[at] in "\n;|)" or _CLOSING.match(text, at, self.end):
            return
        if text[at] == "(":
            stop = self.arithmetic_end(at + 2) if self.here("((") else -1
            if stop >= 0:
                self.at = at + 2
                self.inside(stop, self.expand)
                self.at = stop + 2
            else:
                self.at = at + 1
                self._subshell()
        elif found := _OPENING.match(text, at, self.end):
            self.at = found.end()
            if self.depth >= LIMIT:
                self.at = self.end
                return
            outer = self.scope, self.awaited, self.in_case
            self.depth += 1
            self._compound(found[1])
            self.depth -= 1
            self.scope, self.awaited, self.in_case = outer
        elif found := _FUNCTION.match(text, at, self.end):
            self.at = found.end()
            self._run("function", found[1])
        else:
            self.simple()
            return
        self.redirects()

    def _compound(self, keyword: str) -> None:
        match keyword:
            case "if":
                self._if()
            case "while" | "until":
                self._while("while" if keyword == "while" else "until")
            case "for" | "select":
                self._for("for" if keyword == "for" else "select")
            case "case":
                self._case()
            case "{":
                self._arm(Block("group", next(self.numbers), 0), "}")
                self._take("}")
            case "[[":
                self.test()
            case "function":
                self.blank()
                name = self.word()
                self.blank()
                if found := _PARENTHESES.match(self.text, self.at, self.end):
                    self.at = found.end()
                self._run("function", name.text or self.text[name.start : name.stop])
            case _:
                self.blank()
                found = _COPROC.match(self.text, self.at, self.end)
                self.at = found.end() if found else self.at
                self._run("background", found[1] if found else "")

    def _run(self, kind: BlockKind, name: str) -> None:
        """Read the one command that a function or a coprocess runs."""
        if self.depth >= LIMIT:
            self.at = self.end
            return
        outer = self.scope
        self.depth += 1
        self.blank(newlines=True)
        self.scope = Scope(outer, Block(kind, next(self.numbers), 0, name))
        self._command()
        self.depth -= 1
        self.scope = outer

    def _subshell(self) -> None:
        if self.depth >= LIMIT:
            self.skip(")")
            return
        scope = Scope(self.scope, Block("subshell", next(self.numbers), 0))
        self.enclosed(scope, parentheses=True, substitution=self.in_substitution)
        self.at += self.here(")")

    def _take(self, *words: str) -> str:
        """Go over the reserved word at the next token if it is one of `words`; it, or ""."""
        self.blank(newlines=True)
        found = _RESERVED.match(self.text, self.at, self.end)
        if not found or found[1] not in words:
            return ""
        self.at = found.end()
        return found[1]

    def _arm(self, block: Block, *closers: str) -> None:
        """Read statements in `block` up to one of `closers` (or of what is open around it)."""
        scope, awaited = self.scope, self.awaited
        self.scope, self.awaited = Scope(scope, block), awaited.union(closers)
        self.statements()
        self.scope, self.awaited = scope, awaited

    def _if(self) -> None:
        number, condition, arm = next(self.numbers), -1, 0
        closers = ("then", "elif", "else", "fi")
        self._arm(Block("if", number, condition), *closers)
        while word := self._take(*closers):
            if word == "fi":
                return
            if word == "elif":
                condition -= 1
                self._arm(Block("if", number, condition), *closers)
            else:
                self._arm(Block("if", number, arm), *closers)
                arm += 1

    def _while(self, kind: BlockKind) -> None:
        number = next(self.numbers)
        self._arm(Block(kind, number, -1), "do", "done")
        if self._take("do"):
            self._arm(Block(kind, number, 0), "done")
        self._take("done")

    def _for(self, kind: BlockKind) -> None:
        self.blank()
        name = ""
        words: list[Word] = []
        stop = self.arithmetic_end(self.at + 2) if self.here("((") else -1
        if stop >= 0:
            self.at += 2
            self.inside(stop, self.expand)
            self.at = stop + 2
        else:
            variable = self.word()
            name = variable.text or ""
            if self._take("in"):
                self.blank()
                while self.at < self.end and (word := self.word()).stop > word.start:
                    words.append(word)
                    self.blank()
            else:
                at = variable.stop
                words.append(Word((Part("parameter", "@", at, at, quoted=True),), at, at))
        self.blank()
        self.at += self.here(";")
        block = Block(kind, next(self.numbers), 0, name, tuple(words))
        if self._take("do"):
            self._arm(block, "done")
            self._take("done")
        elif self.here("{"):
            self.at += 1
            self._arm(block, "}")
            self._take("}")

    def _case(self) -> None:
        self.blank(newlines=True)
        subject = self.word()
        if not self._take("in"):
            return
        number, arm = next(self.numbers), 0
        self.in_case = True
        while not self._take("esac") and self.at < self.end:
            start = self.at
            self.at += self.here("(")
            patterns = self._patterns()
            self.at += self.here(")")
            if self.at == start:
                # No pattern can start here; a bracket of the outside ends an unclosed case.
                return
            self._arm(Block("case", number, arm, "", (subject, *patterns)), "esac")
            arm += 1
            for operator in (";;&", ";;", ";&"):
                if self.here(operator):
                    self.at += len(operator)
                    break
            else:
                self._take("esac")
                return

    def _patterns(self) -> list[Word]:
        patterns: list[Word] = []
        while True:
            self.blank()
            word = self.word()
            if word.stop > word.start:
                patterns.append(word)
            self.blank()
            if not self.here("|"):
                return patterns
            self.at += 1
