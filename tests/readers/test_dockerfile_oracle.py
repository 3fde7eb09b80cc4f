"""The Dockerfile reader against BuildKit's own parser (PyPI `dockerfile`, BuildKit 0.12.5)."""

from __future__ import annotations

from io import BytesIO

import dockerfile
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.dockerfile import Dockerfile, Instruction, read

Fact = tuple[int, int, str, tuple[str, ...], bool, tuple[tuple[str, str], ...], str]

AGREED = [
    # instructions and blanks
    "FROM alpine\nRUN echo hi\n",
    "from alpine\nrun echo hi\ncmd x\n",
    "  FROM alpine\n\tRUN x\n\x0bRUN y\n\x0cRUN z\n\u00a0RUN u\n",
    "FROM\ta\nRUN\x0bx\n",
    "FROM\u00a0a\n",
    "\ufeffFROM a\n",
    "\ufeff\ufeffFROM a\n",
    "FROM a\nRUN x \x0c\nRUN y\u00a0\u00a0\nRUN z\u2028\n",
    "FROM a\nRUN x\rRUN y\n",
    "FROM a\n\n\n# c\n   # d\n\u00a0# e\nRUN x",
    "FROM a\nHELLO world\nEOF\n",
    "FROM a\nRUN\nFROM\nARG\n",
    "FROM a # not a comment\nRUN x # y\n",
    "FROM a\r\nRUN b \\\r\n  c\r\nRUN d\r\n",
    # continuations
    "FROM a\nRUN a \\\n b \\\n c\n",
    "FROM a\nRUN a \\\n\n b\nRUN c\n",
    "FROM a\nRUN a \\\n# c\n  # d\n b\n",
    "FROM a\nRUN a \\\n # c \\\n b\n",
    "FROM a\nRUN x \\\n  # c\n  # d \\\n\n\n  && y \\\n# e\n\nRUN z\n",
    "FROM a\nRUN a \\\\\nRUN b\n",
    "FROM a\nRUN a \\\\\\\n b\n",
    "FROM a\nRUN a \\ \\\n b\n",
    "FROM a\nRUN a \\ # c\nRUN b\n",
    "FROM a\nRUN b \\  \t\n c\n",
    "FROM a\nRUN b \\\u00a0\n c\n",
    "FROM a\nRUN x \\",
    "FROM a\nRUN x \\\n",
    "FROM a\nRUN x \\\n# c\n",
    "FROM a\nRUN x \\\r\r\n y\n",
    "from\\\n a as b",
    "FROM \\\n\n  a AS b\n",
    "RU\\\nN x\n",
    "# c \\\nFROM a\n",
    "FROM a\nRUN x # y\\\nRUN z",
    "FROM a\nRUN x\\\n\\\n\\\ny\n",
    # directives
    "# escape=`\nFROM a `\n as b\nRUN c\\\nRUN d\n",
    "# syntax=docker/dockerfile:1\n#escape=`\nFROM a `\n as b\n",
    "#\t ESCAPE = ` \nFROM a `\n as b\n",
    "\ufeff# escape=`\r\nFROM a `\r\n as b\n",
    "#\n# escape=`\nFROM a `\n as b\n",
    "# a comment\n# escape=`\nFROM a `\n as b\n",
    "# unknown=x\n# escape=`\nFROM a `\n as b\n",
    "\n# escape=`\nFROM a `\n as b\n",
    "# syntax=\n# escape=`\nFROM a `\n as b\n",
    "# escape=`\nFROM a\nRUN x ``\nRUN y\\`\n z\n",
    "# escape=\\\nFROM a \\\n as b\n",
    # flags
    "FROM --platform=$BUILDPLATFORM golang:1 AS build\nRUN --mount=type=cache,target=/x --network=none make\n",
    "FROM --platform=linux/amd64\nFROM --platform x a\n",
    'FROM --a=b --platform="linux/amd64" a AS B\n',
    "FROM a\nRUN --mount=a\\\n b\n",
    "FROM a\nRUN --mount='a b' x\nRUN \"--mount=a b\" x\n",
    'FROM a\nRUN --a="x\\"y" z\nRUN --a=x\\ y z\nRUN --a=\'x\\\'y z\n',
    "FROM a\nRUN --  --x y\nRUN - x\nRUN --a\nRUN --a -- --b c\nRUN --a=1 -x --b c\n",
    '# escape=`\nFROM a\nRUN --x` ["a"]\n',
    # here-documents
    "FROM a\nRUN <<EOF\nFROM evil\nEOF\nRUN y\n",
    "FROM a\nCOPY <<q.sql /q\nSELECT *\nFROM users\nq.sql\n",
    "FROM a\nRUN <<-EOF cat\n\tfoo\n\t\tbar\n\n\tEOF\nRUN x\n",
    "FROM a\nRUN <<-EOF\n EOF\n\tEOF \n\t\tEOF\n",
    'FROM a\nRUN <<"E O" cat\nfoo\nE O\nRUN <<E\\ O\nE O\n',
    "FROM a\nRUN 3<<EOF cat <<'B'\nfoo\nEOF\nb\nB\nRUN y\n",
    "FROM a\nRUN <<EOF <<EOF\n1\nEOF\n2\nEOF\n",
    "FROM a\nRUN cat <<EOF \\\n >x\nhello\nEOF\n",
    "FROM a\nRUN <<E\\\nOF\nEOF\n",
    "FROM a\nRUN <<EOF \\\n\n# c\nEOF\nEOF\nEOF\n",
    "FROM a\nRUN <<EOF\n\\\nRUN x \\\nEOF\n",
    "FROM a\nRUN <<EOF\n# x\n\nEOF\n",
    "FROM a\nRUN <<EOF\r\nfoo\r\nEOF\r\nRUN z",
    "FROM a\nRUN --mount=type=x <<EOF\nfoo\nEOF",
    "FROM a\nONBUILD RUN <<EOF\nx\nEOF\nonbuild copy --from=x <<EOF /a\nx\nEOF\nRUN y\n",
    "FROM a\nONBUILD ONBUILD RUN <<EOF\nONBUILD\nONBUILD --x RUN y\nONBUILD CMD <<EOF\n",
    'FROM a\nRUN ["a","<<EOF"]\nRUN "<<EOF"\nRUN "cat <<EOF"\nRUN $((1<<2)) <<<foo\nEOF\n',
    "FROM a\nRUN it's <<EOF\nRUN x # don't <<EOF\nRUN x <<EOF # don't\nEOF\n",
    "FROM a\nRUN cat<<EOF\nRUN << EOF\nRUN <<- EOF\nRUN x;<<EOF\nRUN <<EOF<<B\nRUN <<EOF<B\nEOF\n",
    "FROM a\nRUN (cat <<EOF)\nEOF)\nRUN <<EOF;x\nEOF;x\nRUN x <<a#b\na#b\nRUN <<$A\n$A\n",
    "FROM a\nRUN <<''\nRUN <<\nRUN <<-\nRUN <<--\n-\n",
    "FROM a\nRUN ${A <<EOF}\nRUN ${} <<EOF\nRUN ${A[0]} <<EOF\nRUN ${A^^} <<EOF\nEOF}\n",
    "FROM a\nRUN ${A:-a b} <<E\nE\nRUN ${A:-${B}} <<E\nE\nRUN $A ${1} $${ x$ <<E\nE\nRUN '${' <<E\nE\n",
    'FROM a\nRUN "${" <<EOF\nRUN ${A:-"} <<EOF\nRUN "a\\" <<EOF\nRUN \\\' <<E\nE\nRUN \'a\\\' <<E\nE\n',
    "FROM a\nRUN $(cat <<EOF )\nEOF\nRUN `cat <<EOF `\nEOF\n",
    "FROM a\nCMD <<EOF\nENTRYPOINT <<EOF\nLABEL a=<<EOF\nENV A=<<EOF\nHEALTHCHECK CMD <<EOF\nEOF\n",
    "FROM a\nRUN --x='a <<EOF\nRUN --x=a' <<EOF' <<B\nB\nCOPY --chmod=<<EOF <<B x\nB\n",
    "# escape=`\nFROM a\nRUN a\\ <<EOF\nRUN a` <<EOF\nEOF\nRUN <<E\\ OF\nE OF\nRUN <<E`OF\nE`OF\n",
    # JSON arrays
    'FROM a\nRUN ["a", "b"]\nRUN [ "a" ]  \nRUN []\nRUN [ ]\nRUN ["a"] y\nRUN ["a"]&&b\n',
    'FROM a\nRUN [\'a\']\nRUN ["a",]\nRUN [ -f x ] && y\nRUN ["\t"]\nRUN ["c:\\windows"]\nRUN [[\n',
    'FROM a\nRUN ["\\u0041", "b\\n", "\\\\"]\nRUN \\\n[ \\\n "a", \\\n# c\n "b" ]\n',
    'FROM a\nCMD ["a"]\nENTRYPOINT  ["a"]\n',
    'FROM a\nSHELL ["/bin/bash", "-c"]\nVOLUME ["/a"]\nCOPY ["a b", "c"]\nADD --x ["a", "b"]\n',
    'FROM a\nSTOPSIGNAL ["a"]\nONBUILD CMD ["a"]\n',
    'FROM a\nHEALTHCHECK CMD ["x"]\nHEALTHCHECK --interval=5s CMD x\nHEALTHCHECK NONE\n',
]

DIFFERENT = [
    # (text, why the oracle is not followed, what the reader says: keyword and last line of each instruction)
    ("# check=skip=all\n# escape=`\nFROM a `\n as b", "`check` is a directive since Dockerfile 1.8", [("FROM", 4)]),
    ("FROM a\nRUN ${A#x} <<E\nE\n", "`#`, `%` and `/` are modifiers since Dockerfile 1.7", [("FROM", 1), ("RUN", 3)]),
    ("FROM a\nRUN ${A%x} ${A/x/y} <<E\nE\n", "the same", [("FROM", 1), ("RUN", 3)]),
]


def ours(instruction: Instruction, source: Source) -> Fact:
    text = "" if instruction.form == "exec" else instruction.fragment.text
    return (
        source.position(instruction.span.start)[0],
        source.position(instruction.span.stop)[0],
        "ONBUILD" if instruction.onbuild else instruction.keyword,
        () if instruction.onbuild else tuple(f"--{f.name}={f.value}".removesuffix("=") for f in instruction.flags),
        instruction.form == "exec",
        () if instruction.onbuild else tuple((one.name, one.body.text) for one in instruction.heredocs),
        "\0".join(instruction.exec_words) if instruction.form == "exec" else text if _is_text(instruction) else "",
    )


def _is_text(instruction: Instruction) -> bool:
    return instruction.keyword in {"RUN", "CMD", "ENTRYPOINT"} and not instruction.onbuild


def _flag(text: str) -> str:
    """A flag as the file has it: BuildKit takes each byte of a flag for a character."""
    return text.encode("latin-1").decode().removesuffix("=")


def theirs(text: str) -> list[Fact]:
    found: list[Fact] = []
    for command in dockerfile.parse_string(text):
        if command.cmd is None:
            continue
        keyword = command.cmd.upper()
        value = [one for one in command.value if not (keyword == "HEALTHCHECK" and one == command.value[0])]
        bodies = []
        for heredoc in command.heredocs:
            dash = any(f"<<-{quote}{heredoc.name[:1]}" in " ".join(command.value) for quote in ("", "'", '"', "\\"))
            lines = heredoc.content.split("\n")
            bodies.append((heredoc.name, "\n".join(line.lstrip("\t") if dash else line for line in lines)))
        found.append(
            (
                command.start_line,
                command.end_line,
                keyword,
                () if keyword == "ONBUILD" else tuple(_flag(flag) for flag in command.flags),
                command.json,
                tuple(bodies),
                "\0".join(value) if command.json or keyword in {"RUN", "CMD", "ENTRYPOINT"} else "",
            )
        )
    return found


@pytest.mark.parametrize("text", AGREED)
def test_the_reader_says_what_buildkit_says(text: str) -> None:
    source = Source("Dockerfile", text)
    assert [ours(one, source) for one in read(source).instructions] == theirs(text)


@pytest.mark.parametrize(("text", "reason", "expected"), DIFFERENT)
def test_a_newer_buildkit_is_followed_where_the_oracle_is_old(
    text: str, reason: str, expected: list[tuple[str, int]]
) -> None:
    source = Source("Dockerfile", text)
    found = [(one.keyword, source.position(one.span.stop)[0]) for one in read(source).instructions]
    assert found == expected
    assert [(fact[2], fact[1]) for fact in theirs(text)] != expected, f"no difference any more: {reason}"


STARTS = ["", "FROM a\n", "FROM a\nRUN ", "FROM a\nCOPY ", "FROM a\nONBUILD RUN ", "# escape=`\nFROM a\nRUN ", "\ufeff"]
ATOMS = [
    *("RUN", "FROM a", "COPY", "ADD", "CMD", "ONBUILD", "HEALTHCHECK", "run", "x", "y z", "&&", "é"),
    *("\\\n", "\n", "\n", " ", "\t", "\\", "`", "`\n", "\r\n", "\r", "\\\r\n", "\\ \n", "\\\\", "\\'", '\\"'),
    *("<<EOF", "<<-EOF", "<<'EOF'", '<<"E O"', "3<<EOF", "EOF", "\nEOF\n", "\n\tEOF\n", "<", "<<<", '<<E"O"F', '<<""'),
    *("# c\n", " # c\n", "#", "# escape=`\n", "# syntax=x\n", "'", '"', "\v", "\f", "\u2028", "\ufeff", "\x1c"),
    *("$", "$$", "$A", "${A}", "${A:-x}", "${A:?x y}", "${A[0]}", "${", "}", '"${A', "$((1<<2))", "${1}"),
    *('["a"]', "[", "]", ",", '"a"', "--x", "--mount=x", "--a='b", "--", " -- "),
]
"""No NUL (it ends the oracle's text) and no blank with a byte 85 or A0 in UTF-8: in flags BuildKit looks at bytes."""

texts = st.builds(
    lambda start, atoms: start + "".join(atoms),
    st.sampled_from(STARTS),
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=14),
)


@settings(max_examples=1200, deadline=None, derandomize=True, database=None)
@given(texts)
@example("FROM a\nRUN --a='b ]\\\n [\"a\"]\t \\'#--a='bx 3<<EOF")
@example("# escape=`\nRUN $${ -- 3<<EOF \\\n\nEOF\n")
def test_the_reader_says_what_buildkit_says_of_adversarial_text(text: str) -> None:
    try:
        expected = theirs(text)
    except (dockerfile.GoParseError, UnicodeDecodeError):
        return  # refused, or the binding cut a character in two
    source = Source("Dockerfile", text)
    found = [ours(one, source) for one in read(source).instructions]
    # BuildKit counts a logical line from a `\` that stands alone before the keyword; a span starts at the keyword.
    assert [fact[1:] for fact in found] == [fact[1:] for fact in expected]
    assert all(mine[0] >= other[0] for mine, other in zip(found, expected, strict=True))


def normalised(parsed: Dockerfile) -> bytes:
    """One instruction a line, at the line where it starts: what dockerfile-parse reads right."""
    lines: dict[int, str] = {}
    for one in parsed.instructions:
        flags = "".join(f" --{flag.name}={flag.value}" for flag in one.flags)
        text = f"{one.keyword}{flags} {one.fragment.text}".rstrip("\\")
        lines[parsed.source.position(one.span.start)[0]] = text
    return "\n".join(lines.get(number, "") for number in range(1, max(lines, default=0) + 1)).encode("utf-8", "replace")


WRONG_IN_DOCKERFILE_PARSE = (
    "FROM\u00a0a",
    "FROM --platform=linux/amd64\nFROM --platform x a",
    "FROM --a=b",
    "RUN\x0bx",
)
"""A no-break space parts words there, an option without a value loses the image, and one that is no platform is it."""


@pytest.mark.parametrize("text", [text for text in AGREED if not any(one in text for one in WRONG_IN_DOCKERFILE_PARSE)])
def test_dockerfile_parse_finds_the_same_in_the_normalised_text(text: str) -> None:
    from dockerfile_parse import DockerfileParser

    parsed = read(Source("Dockerfile", text))
    other = DockerfileParser(fileobj=BytesIO(normalised(parsed)), env_replace=False)
    assert other.parent_images == [stage.base for stage in parsed.stages if stage.base]
    structure = [(row["startline"] + 1, row["instruction"]) for row in other.structure if row["content"][0] != "#"]
    assert structure == [(parsed.source.position(one.span.start)[0], one.keyword) for one in parsed.instructions]
