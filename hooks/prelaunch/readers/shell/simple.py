"""Simple commands: assignments, words and redirections; and the inside of `[[ ]]`."""

from __future__ import annotations

import re

from prelaunch.readers.shell.drafts import CommandDraft, Parts, RedirectDraft
from prelaunch.readers.shell.syntax import Assignment, Part, Word
from prelaunch.readers.shell.words import Words

DECLARATIONS = frozenset({"declare", "export", "local", "readonly", "typeset"})

_REDIRECT = re.compile(
    r"([0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\})?(<<<|<<-|<<|<>|<&|>>|>\||>&|<(?!\()|>(?!\())|(&>>|&>)",
)
# An index longer than this is looked at as a plain word: it bounds the search for its bracket.
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[((?:[^\[\]\n]|\[[^\[\]\n]{0,60}\]){0,200})\])?(\+?)=")
_KEY = re.compile(r"\[[^\]\n'\"\\$`]{0,200}\](?=\+?=)")
_TEST_END = re.compile(r"\]\](?=[ \t\n;&|<>()]|\\?\r?\n|\r?\Z)")
_TEST_WORDS = 8
_TEST_TEXT = re.compile(r"[^ \t\r\n;'\"\\$`]+")


class Simple(Words):
    """Reads simple commands."""

    def simple(self) -> None:
        """Read one simple command, up to the operator that ends it."""
        text = self.text
        self.blank()
        draft = CommandDraft(self.scope, self.at, self.at)
        declares = False
        while True:
            self.blank()
            at = self.at
            if at >= self.end:
                break
            char = text[at]
            if char in "\n;)|(":
                break
            if char in "0123456789{<>&" and (found := _REDIRECT.match(text, at, self.end)):
                self._redirect(found, draft)
                continue
            if char == "&":
                break
            if not draft.words and (found := _ASSIGNMENT.match(text, at, self.end)):
                draft.assignments.append(self._assignment(found)[0])
                draft.stop = draft.assignments[-1].stop
                continue
            word = self.word()
            assigned = None
            if not draft.words:
                declares = word.text in DECLARATIONS
            elif self.here("(") and (found := _ASSIGNMENT.fullmatch(text, at, self.at)):
                # bash allows an array here behind a declaration, `eval` and `let` only.
                assigned, word = self._assignment(found)
            elif declares:
                assigned = _assigned(word)
            if declares and assigned:
                draft.assignments.append(assigned)
            draft.words.append(word)
            draft.stop = word.stop
        if draft.assignments or draft.words or draft.redirects:
            self.drafts.append(draft)

    def redirects(self) -> None:
        """Read the redirections behind a command that holds others; only what runs in them is kept."""
        draft = CommandDraft(self.scope, self.at, self.at)
        self.blank()
        while found := _REDIRECT.match(self.text, self.at, self.end):
            self._redirect(found, draft)
            self.blank()

    def test(self) -> None:
        """Read `[[ ... ]]`, of which the `[[` was read: a command where it holds plain words and operators only.

        Another one (`||`, `<`, a group) is read for its substitutions; `;` ends one that is not closed.
        """
        before, known = self.at, len(self.drafts)
        draft = CommandDraft(self.scope, before - 2, before)
        draft.words.append(_keyword("[[", before - 2))
        while True:
            self.blank(newlines=True)
            if _TEST_END.match(self.text, self.at, self.end):
                draft.words.append(_keyword("]]", self.at))
                self.at = draft.stop = self.at + 2
                self.drafts.append(draft)
                return
            if self.here("&&"):
                draft.words.append(_keyword("&&", self.at))
                self.at += 2
                continue
            word = self.word() if self.at < self.end and self.text[self.at] not in "()<>&|;" else None
            if word is None or word.stop == word.start or len(draft.words) > _TEST_WORDS:
                break
            draft.words.append(word)
        self.at = before
        del self.drafts[known:]
        parts = Parts(self.text)
        while True:
            self.blank(newlines=True)
            if found := _TEST_END.match(self.text, self.at, self.end):
                self.at = found.end()
                return
            # One run without blanks, whatever it holds: operators, a pattern, a regular expression.
            while self.at < self.end:
                char = self.text[self.at]
                if char in " \t\n;":
                    break
                if found := _TEST_TEXT.match(self.text, self.at, self.end):
                    self.at = found.end()
                elif char == "\\":
                    self.escape(parts, quoted=False)
                elif not self.quoted(parts, char):
                    self.at += 1
            if self.at >= self.end or self.text[self.at] == ";":
                return

    def _redirect(self, found: re.Match[str], draft: CommandDraft) -> None:
        redirect = RedirectDraft(found[2] or found[3], None, found[1] or "", self.scope)
        self.at = operator = found.end()
        self.blank()
        if redirect.operator in {"<<", "<<-"}:
            redirect.target, redirect.quoted = self.delimiter()
            if redirect.target:
                self.pending.append(redirect)
        else:
            word = self.word()
            redirect.target = word if word.stop > word.start else None
        draft.redirects.append(redirect)
        draft.stop = redirect.target.stop if redirect.target else operator

    def _assignment(self, found: re.Match[str]) -> tuple[Assignment, Word]:
        """Read the assignment whose name and `=` were found; and the same as one word."""
        start, behind = found.start(), found.end()
        if self.at == start and found[2] and ("$" in found[2] or "`" in found[2]):
            self.at = found.start(2)
            self.inside(found.end(2), self.expand)
        self.at = behind
        name, index, append = found[1], found[2] or "", bool(found[3])
        if self.here("("):
            items = self._array()
            whole = Part("literal", self.text[start : self.at], start, self.at, quoted=False)
            assignment = Assignment(name, append, None, items, start, self.at, index)
            return assignment, Word((whole,), start, self.at)
        value = self.word()
        assignment = Assignment(name, append, value, None, start, value.stop, index)
        prefix = Part("literal", self.text[start:behind], start, behind, quoted=False)
        return assignment, Word((prefix, *value.parts), start, value.stop)

    def _array(self) -> tuple[Word, ...]:
        """Read `( ... )` behind an assignment's `=`."""
        items: list[Word] = []
        self.at += 1
        while True:
            self.blank(newlines=True)
            at = self.at
            if at >= self.end:
                break
            if self.here(")"):
                self.at += 1
                break
            found = _KEY.match(self.text, at, self.end) if self.here("[") else None
            word = self.word(prefix=found.end() - at if found else 0)
            if word.stop > word.start:
                items.append(word)
            elif self.at == at:
                self.at += 1
        return tuple(items)


def _assigned(word: Word) -> Assignment | None:
    """What an argument of a declaration assigns: `A=b`, also where quotes enclose all of it."""
    first = word.parts[0] if word.parts else None
    if first is None or first.kind != "literal" or len(first.text) != first.stop - first.start:
        return None
    found = _ASSIGNMENT.match(first.text)
    if not found:
        return None
    rest = first.text[found.end() :]
    begin = first.start + found.end()
    parts = word.parts[1:]
    if rest:
        parts = (Part("literal", rest, begin, first.stop, first.quoted), *parts)
    value = Word(parts, begin, word.stop)
    return Assignment(found[1], bool(found[3]), value, None, word.start, word.stop, found[2] or "")


def _keyword(text: str, at: int) -> Word:
    return Word((Part("literal", text, at, at + len(text), quoted=False),), at, at + len(text))
