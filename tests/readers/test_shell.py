"""The shell reader: text in, commands with their blocks, words, assignments and redirections out."""

from __future__ import annotations

import pytest

from prelaunch.model import Fragment, Piece, Source
from prelaunch.readers.shell import Command, Part, Word, parse, unquote


def words(text: str) -> list[list[str]]:
    return [[text[word.start : word.stop] for word in command.words] for command in parse(text)]


def values(text: str) -> list[list[str | None]]:
    return [[word.text for word in command.words] for command in parse(text)]


def blocks(text: str) -> dict[str, list[tuple[str, int]]]:
    """The (kind, arm) of the blocks of each command, by its first word."""
    return {
        command.words[0].text or "": [(block.kind, block.arm) for block in command.blocks]
        for command in parse(text)
        if command.words
    }


def only(text: str) -> Command:
    (command,) = parse(text)
    return command


COMMANDS = {
    "one": ("docker build -t x .\n", [["docker", "build", "-t", "x", "."]]),
    "separators": ("a; b & c\nd && e || f | g |& h", [["a"], ["b"], ["c"], ["d"], ["e"], ["f"], ["g"], ["h"]]),
    "comments": ("a #b\n#c d\ne#f # g\n", [["a"], ["e#f"]]),
    "continuations": ("a \\\n  b\\\nc \\\n# d\n", [["a", "b\\\nc"]]),
    "continuation with CRLF": (
        "docker build \\\r\n  -t x .\r\necho\r\n",
        [["docker", "build", "-t", "x", "."], ["echo"]],
    ),
    "a continuation behind a quote": ('a "b"\\\n c', [["a", '"b"', "c"]]),
    "prefix words": ("! time -p a\ntime b | c", [["a"], ["b"], ["c"]]),
    "time with an option of its own is a program": ("time -f %E a", [["time", "-f", "%E", "a"]]),
    "reserved words are plain behind a command": (
        "echo if then fi { } done",
        [["echo", "if", "then", "fi", "{", "}", "done"]],
    ),
    "subshell and group": ("(a; b) ; { c; d; }", [["a"], ["b"], ["c"], ["d"]]),
    "if": ("if a; then b; elif c\nthen d; else e; fi", [["a"], ["b"], ["c"], ["d"], ["e"]]),
    "loops": (
        "for x in 1 $(z); do a; done; while b; do c; done; until d; do e; done",
        [["z"], ["a"], ["b"], ["c"], ["d"], ["e"]],
    ),
    "arithmetic for": ("for ((i=0; i<$(n); i++)); do a; done\nfor ((;;)) { b; }", [["n"], ["a"], ["b"]]),
    "a test of plain words": ('[[ -n "$x" ]] && a', [["[[", "-n", '"$x"', "]]"], ["a"]]),
    "a test of two things": ("[[ -n $x && -f $y ]]; a", [["[[", "-n", "$x", "&&", "-f", "$y", "]]"], ["a"]]),
    "a test with operators of its own": ("[[ a < b && $(c) ]]; d", [["c"], ["d"]]),
    "select": ("select x in a b; do c; break; done", [["c"], ["break"]]),
    "case": ("case $x in a|b) c ;; (d) e;& *) f;;& g) h; esac; i", [["c"], ["e"], ["f"], ["h"], ["i"]]),
    "case in a substitution": ("x $( case y in a) b ;; esac )", [["x", "$( case y in a) b ;; esac )"], ["b"]]),
    "functions": ("f() { a; }\nfunction g { b; }\nfunction h () ( c )\ni ()\n{ d; }", [["a"], ["b"], ["c"], ["d"]]),
    "coproc": ("coproc a b\ncoproc N { c; }", [["a", "b"], ["c"]]),
    "tests are no commands": ("[[ -f x && $(a) =~ (b|c) ]] && (( y = $(d) << 2 ))\ne", [["a"], ["d"], ["e"]]),
    "substitutions": (
        'a $(b `c`) "$(d)" <(e) >(f) ${x:-$(g)}',
        [["a", "$(b `c`)", '"$(d)"', "<(e)", ">(f)", "${x:-$(g)}"], ["b", "`c`"], ["c"], ["d"], ["e"], ["f"], ["g"]],
    ),
    "arithmetic is no command": ("a $((1 + (2) * $(b)))", [["a", "$((1 + (2) * $(b)))"], ["b"]]),
    "a subshell in a substitution is": ("a $((b); c) $( (d) )", [["a", "$((b); c)", "$( (d) )"], ["b"], ["c"], ["d"]]),
    "single quotes hide everything": ("a '$(b) `c` # \\' d", [["a", "'$(b) `c` # \\'", "d"]]),
    "a bracket in quotes closes nothing": (
        "a $(b ')' \")\" \\) # )\n) c",
        [["a", "$(b ')' \")\" \\) # )\n)", "c"], ["b", "')'", '")"', "\\)"]],
    ),
    "assignments before a command": ('A=1 B="$(b)" c d=e', [["c", "d=e"], ["b"]]),
    "redirections anywhere": (
        "docker build >log 2>&1 --platform x <in -",
        [["docker", "build", "--platform", "x", "-"]],
    ),
    "an ampersand in a redirection ends nothing": ("a &>b c &>>d e >&2 f", [["a", "c", "e", "f"]]),
    "a digit that touches a redirection is no word": ("a 2>b 3 >c", [["a", "3"]]),
    "a heredoc is not a command": ("cat <<EOF\ndocker build .\nEOF\na", [["cat"], ["a"]]),
    "its substitutions are": ("cat <<EOF\n$(b) `c` \\$(d) '$(e)'\nEOF\n", [["cat"], ["b"], ["c"], ["e"]]),
    "unless it is quoted": ("cat <<'EOF'\n$(b)\nEOF\na <<\\E\n$(c)\nE\n", [["cat"], ["a"]]),
    "tabs before a delimiter": ("a <<-E\n\tx\n\tE\nb <<E\n\tE\nE\nc", [["a"], ["b"], ["c"]]),
    "several heredocs of one line": ("a <<A <<B && b\nx\nA\ny\nB\nc", [["a"], ["b"], ["c"]]),
    "a heredoc with CRLF": ("a <<E\r\nx\r\nE\r\nb\r\n", [["a"], ["b"]]),
    "a heredoc in a substitution": ('a "$(b <<E\n"\nE\n)" c', [["a", '"$(b <<E\n"\nE\n)"', "c"], ["b"]]),
    "a heredoc closed with its bracket": ("a=$(b <<E\nx\nE)\nc", [["b"], ["c"]]),
    "a heredoc's body waits for the line's end": (
        'a <<E "$(b\nc)"\nx\nE\nd',
        [["a", '"$(b\nc)"'], ["b"], ["c"], ["d"]],
    ),
    "here strings": ('a <<<b c <<<"$(d)"', [["a", "c"], ["d"]]),
    "a pattern list": ("rm !(a|b c).txt d", [["rm", "!(a|b c).txt", "d"]]),
    "a negated subshell": ("if !(a); then b; fi", [["a"], ["b"]]),
    "an array": ('A=(x # $(c)\n "y z" $(d)\n) e', [["e"], ["d"]]),
    "nested backticks": (
        'a `b \\`c \\"d\\"\\``',
        [["a", '`b \\`c \\"d\\"\\``'], ["b", '\\`c \\"d\\"\\`'], ["c", '\\"d\\"']],
    ),
    "unknown text is like letters": ("\ue000 build \ue001x", [["\ue000", "build", "\ue001x"]]),
    "an expression of a workflow is one word": ("a ${{ x.y || 'z' }} b", [["a", "${{ x.y || 'z' }}", "b"]]),
}


@pytest.mark.parametrize(("text", "expected"), COMMANDS.values(), ids=COMMANDS)
def test_commands_and_their_words_are_found_where_they_stand(text: str, expected: list[list[str]]) -> None:
    assert [found for found in words(text) if found] == expected


UNBALANCED = {
    "a double quote": ('a "b c', [["a", '"b c']]),
    "a single quote": ("a 'b\nc", [["a", "'b\nc"]]),
    "a substitution": ("a $(b c", [["a", "$(b c"], ["b", "c"]]),
    "a backtick": ("a `b c", [["a", "`b c"], ["b", "c"]]),
    "a parameter": ("a ${b c", [["a", "${b c"]]),
    "a bracket too many": ("a ) b", [["a"], ["b"]]),
    "a word that closes nothing": ("fi; done\nesac } a", [["a"]]),
    "an if without an end": ("if a; then b\nc", [["a"], ["b"], ["c"]]),
    "an if that a loop's end cuts": ("while a; do if b; then c; done; d", [["a"], ["b"], ["c"], ["d"]]),
    "a case without an end": ("(case a in b) c) d", [["c"], ["d"]]),
    "a heredoc without an end": ("a <<E\nb", [["a"]]),
    "a test without an end": ("[[ a; b", [["b"]]),
    "a backslash": ("a \\", [["a", "\\"]]),
    "a bracket behind a word": ("a (b)", [["a"], ["b"]]),
}


@pytest.mark.parametrize(("text", "expected"), UNBALANCED.values(), ids=UNBALANCED)
def test_what_does_not_balance_is_read_on(text: str, expected: list[list[str]]) -> None:
    assert words(text) == expected


VALUES = {
    "quotes are removed": ("""a 'b c'"d"\\ e "" """, ["a", "b cd e", ""]),
    "double quotes keep most backslashes": (r'"a\b\$\"\\\`"', [r"a\b$" + '"\\`']),
    "continuations go": ("a\\\nb \"c\\\nd\" 'e\\\nf'", ["ab", "cd", "e\\\nf"]),
    "escapes are decoded": (r"$'a\tb\'\x41\102é\u00e9\q'", ["a\tb'ABéé\\q"]),
    "a translated string": ('$"a b"', ["a b"]),
    "a lone dollar": ("a$ $ $. '$'", ["a$", "$", "$.", "$"]),
    "what is expanded has no value": ('$a "b$c" $(d) $((1)) ~/{e,f}*', [None, None, None, None, "~/{e,f}*"]),
}


@pytest.mark.parametrize(("text", "expected"), VALUES.values(), ids=VALUES)
def test_a_word_has_a_value_where_it_is_literal(text: str, expected: list[str | None]) -> None:
    assert values(text)[0] == expected


PARAMETERS = {
    "$x": ("x", "", None, ""),
    "$1": ("1", "", None, ""),
    "$@": ("@", "", None, ""),
    "$10": ("1", "", None, ""),
    "${10}": ("10", "", None, ""),
    "${x}": ("x", "", None, ""),
    "${x:-y z}": ("x", ":-", "y z", ""),
    "${x-y}": ("x", "-", "y", ""),
    "${x:=y}": ("x", ":=", "y", ""),
    "${x=y}": ("x", "=", "y", ""),
    "${x:+--platform y}": ("x", ":+", "--platform y", ""),
    "${x+y}": ("x", "+", "y", ""),
    "${x:?y}": ("x", ":?", "y", ""),
    "${x:-}": ("x", ":-", "", ""),
    "${@:-y}": ("@", ":-", "y", ""),
    "${-:-y}": ("-", ":-", "y", ""),
    "${x:-\\}}": ("x", ":-", "\\}", ""),
    "${x:-${y:-z}}": ("x", ":-", "${y:-z}", ""),
    "${#x}": ("x", "#", None, ""),
    "${#}": ("#", "", None, ""),
    "${#x[@]}": ("x", "#", None, "@"),
    "${!x}": ("x", "!", None, ""),
    "${!x[@]}": ("x", "other", None, "@"),
    "${!x@}": ("x", "other", "@", ""),
    "${!x:-y}": ("x", "other", "y", ""),
    "${x[@]}": ("x", "", None, "@"),
    "${x[0]:-y}": ("x", ":-", "y", "0"),
    "${x[${i}]}": ("x", "", None, "${i}"),
    "${x%%.*}": ("x", "other", "%%.*", ""),
    "${x#v}": ("x", "other", "#v", ""),
    "${x/a\\/b/c}": ("x", "other", "/a\\/b/c", ""),
    "${x//'}'/}": ("x", "other", "//'}'/", ""),
    "${x^^}": ("x", "other", "^^", ""),
    "${x@Q}": ("x", "other", "@Q", ""),
    "${x:1:2}": ("x", "other", ":1:2", ""),
    "${x: -1}": ("x", "other", ": -1", ""),
    "${.x}": ("", "other", ".x", ""),
}


@pytest.mark.parametrize("quote", ["", '"'], ids=["bare", "quoted"])
@pytest.mark.parametrize("text", PARAMETERS)
def test_a_parameter_says_its_name_operator_argument_and_index(text: str, quote: str) -> None:
    name, operator, argument, index = PARAMETERS[text]
    script = f"{quote}{text}{quote}"
    part = only(script).words[0].parts[0]
    found = None if part.argument is None else script[part.argument.start : part.argument.stop]
    assert (part.kind, part.text, part.operator, found, part.subscript, part.quoted) == (
        "parameter",
        name,
        operator,
        argument,
        index,
        bool(quote),
    )
    assert script[part.start : part.stop] == (text if text != "$10" else "$1")


def test_quotes_in_an_argument_mean_what_the_quotes_around_it_allow() -> None:
    inside = [only(text).words[0].parts[0].argument for text in ("${x:-'a'}", "\"${x:-'a'}\"", "\"${x#'a'}\"")]
    assert [word and word.text for word in inside] == ["a", "'a'", "#a"]
    assert only("${x:-'}'}").words[0].parts[0].stop == 9
    assert only("\"${x:-'}'}\"").words[0].parts[0].stop == 8


def test_parts_stand_where_their_characters_stand() -> None:
    text = 'a"b c$d"\\ e\\\n$(f)'
    parts = only('a"b c$d"\\ e').words[0].parts
    assert parts == (
        Part("literal", "a", 0, 1, quoted=False),
        Part("literal", "b c", 2, 5, quoted=True),
        Part("parameter", "d", 5, 7, quoted=True),
        Part("literal", " ", 9, 10, quoted=True),
        Part("literal", "e", 10, 11, quoted=False),
    )
    last = parse(text)[0].words[0].parts[-1]
    assert (last.kind, last.text, text[last.start : last.stop]) == ("command", "f", "$(f)")


def test_the_inside_of_brackets_is_given_raw() -> None:
    text = 'x "$(a "b")" `c` $((1 + 2)) $[3] <(d) $(e'
    parts = [word.parts[0] for word in parse(text)[0].words]
    assert [(part.kind, part.text, part.quoted) for part in parts] == [
        ("literal", "x", False),
        ("command", 'a "b"', True),
        ("command", "c", False),
        ("arithmetic", "1 + 2", False),
        ("arithmetic", "3", False),
        ("process", "d", False),
        ("command", "e", False),
    ]


ASSIGNMENTS = {
    "A=b": [("A", False, "b", None, "")],
    "A= B='c d' e": [("A", False, "", None, ""), ("B", False, "'c d'", None, "")],
    "A+=b": [("A", True, "b", None, "")],
    "A[1]=x A[$i]+=y": [("A", False, "x", None, "1"), ("A", True, "y", None, "$i")],
    'A[${b[0]}]=x A["k"]=z': [("A", False, "x", None, "${b[0]}"), ("A", False, "z", None, '"k"')],
    "A=(b 'c d' [x y]=e)": [("A", False, None, ["b", "'c d'", "[x y]=e"], "")],
    "A+=(\n  --platform # why\n  $p\n)": [("A", True, None, ["--platform", "$p"], "")],
    "A=()": [("A", False, None, [], "")],
    "export A=b C": [("A", False, "b", None, "")],
    'X=1 local -r A="$b c"': [("X", False, "1", None, ""), ("A", False, '"$b c"', None, "")],
    "declare -a A=(b c) D=e": [("A", False, None, ["b", "c"], ""), ("D", False, "e", None, "")],
    "readonly 'A=b c'": [("A", False, "b c'", None, "")],
    "typeset A+=b": [("A", True, "b", None, "")],
    "echo A=b": [],
    "\\A=b": [],
    "A-B=c": [],
    "$A=b": [],
}


@pytest.mark.parametrize("text", ASSIGNMENTS)
def test_assignments_are_found_with_their_values(text: str) -> None:
    def cut(word: Word) -> str:
        return text[word.start : word.stop]

    found = [
        (
            made.name,
            made.append,
            made.value and cut(made.value),
            None if made.items is None else [cut(item) for item in made.items],
            made.subscript,
        )
        for made in only(text).assignments
    ]
    assert found == ASSIGNMENTS[text]


def test_a_declaration_keeps_its_assignments_as_words_too() -> None:
    command = only("export -x A=b C")
    assert [word.text for word in command.words] == ["export", "-x", "A=b", "C"]
    (made,) = command.assignments
    assert (made.start, made.stop) == (10, 13)
    assert made.value == Word((Part("literal", "b", 12, 13, quoted=False),), 12, 13)


def test_a_command_of_assignments_has_no_words() -> None:
    assert only("A=1 B=$(c)\n".replace("$(c)", "2")).words == ()


REDIRECTS = {
    "a > b": [("", ">", "b", None, False)],
    "a 2>>b {x}<c": [("2", ">>", "b", None, False), ("{x}", "<", "c", None, False)],
    "a 2>&1 >&- <&3": [("2", ">&", "1", None, False), ("", ">&", "-", None, False), ("", "<&", "3", None, False)],
    "a &>b": [("", "&>", "b", None, False)],
    "a &>>b <>c >|d": [("", "&>>", "b", None, False), ("", "<>", "c", None, False), ("", ">|", "d", None, False)],
    "a <<< 'b c'": [("", "<<<", "b c", None, False)],
    "a < <(b)": [("", "<", None, None, False)],
    "a <<E\nb\nE\n": [("", "<<", "E", "b\n", False)],
    "a <<E\nE\n": [("", "<<", "E", "", False)],
    "a <<-'E F'\n\tb\n\tE F\n": [("", "<<-", "E F", "\tb\n", True)],
    'a <<"E"X\nb\nEX': [("", "<<", "EX", "b\n", True)],
    "a <<E\nb": [("", "<<", "E", "b", False)],
    "a <<A <<B\nEA\nA\nb\nB\n": [("", "<<", "A", "EA\n", False), ("", "<<", "B", "b\n", False)],
    "a >": [("", ">", None, None, False)],
}


@pytest.mark.parametrize("text", REDIRECTS)
def test_redirections_are_found_with_their_bodies(text: str) -> None:
    found = [
        (redirect.fd, redirect.operator, redirect.target and redirect.target.text, body, redirect.quoted)
        for redirect in parse(text)[0].redirects
        for body in [redirect.body and text[slice(*redirect.body)]]
    ]
    assert found == REDIRECTS[text]


BLOCKS: dict[str, dict[str, list[tuple[str, int]]]] = {
    "a && b || c": {"a": [], "b": [("and", 1)], "c": [("or", 2)]},
    "a | b |& c": {"a": [("pipe", 0)], "b": [("pipe", 1)], "c": [("pipe", 2)]},
    "a & b": {"a": [("background", 0)], "b": []},
    "a && b | c &": {
        "a": [("background", 0)],
        "b": [("background", 0), ("and", 1), ("pipe", 0)],
        "c": [("background", 0), ("and", 1), ("pipe", 1)],
    },
    "if a; then b; elif c; then d; elif e; then f; else g; fi; h": {
        "a": [("if", -1)],
        "b": [("if", 0)],
        "c": [("if", -2)],
        "d": [("if", 1)],
        "e": [("if", -3)],
        "f": [("if", 2)],
        "g": [("if", 3)],
        "h": [],
    },
    "while a; do b; done; until c; do d; done": {
        "a": [("while", -1)],
        "b": [("while", 0)],
        "c": [("until", -1)],
        "d": [("until", 0)],
    },
    "for x in $(a); do b; done": {"a": [("substitution", 0)], "b": [("for", 0)]},
    "case $(a) in x) b;; y) c; esac": {"a": [("substitution", 0)], "b": [("case", 0)], "c": [("case", 1)]},
    "f() { a; }; f": {"a": [("function", 0), ("group", 0)], "f": []},
    "(a; { b; }) | c": {
        "a": [("pipe", 0), ("subshell", 0)],
        "b": [("pipe", 0), ("subshell", 0), ("group", 0)],
        "c": [("pipe", 1)],
    },
    "a <<E | b\n$(c)\nE\n": {"a": [("pipe", 0)], "b": [("pipe", 1)], "c": [("pipe", 0), ("substitution", 0)]},
    'a "`b \\`c\\``"': {"a": [], "b": [("substitution", 0)], "c": [("substitution", 0), ("substitution", 0)]},
    "coproc a; b": {"a": [("background", 0)], "b": []},
}


@pytest.mark.parametrize("text", BLOCKS)
def test_a_command_knows_the_blocks_around_it(text: str) -> None:
    assert blocks(text) == BLOCKS[text]


def test_the_commands_of_one_block_share_its_number_and_no_two_blocks_do() -> None:
    numbers = [
        [block.number for block in found.blocks] for found in parse("if a; then b; else c; fi; if d; then e; fi")
    ]
    assert numbers[0] == numbers[1] == numbers[2]
    assert numbers[3] == numbers[4]
    assert numbers[0] != numbers[3]
    first, second = ([block.number for block in found.blocks] for found in parse("a | b"))
    assert first == second


def test_a_block_gives_names_and_words() -> None:
    def texts(script: str) -> list[tuple[str, list[str | None]]]:
        return [(block.name, [word.text for word in block.words]) for block in parse(script)[-1].blocks]

    assert texts("for p in linux/amd64 'b c'; do x; done") == [("p", ["linux/amd64", "b c"])]
    assert texts("case arm in a|'b') y;; (c) x; esac") == [("", ["arm", "c"])]
    assert texts("docker() { x; }") == [("docker", []), ("", [])]
    assert texts("function a-b { x; }") == [("a-b", []), ("", [])]
    assert texts("coproc N { x; }") == [("N", []), ("", [])]
    (loop,) = parse("for p; do x; done")[0].blocks
    assert loop.words == (Word((Part("parameter", "@", 5, 5, quoted=True),), 5, 5),)


def test_words_inside_escaped_backticks_stand_where_they_were_written() -> None:
    text = 'x `for i in \\`a b\\`; do c "d\\\\e\\$f" <<E; done\n\\`g\\`\nE\n`'
    found = {command.words[0].text: command for command in parse(text)}
    assert set(found) == {"x", "a", "c", "g"}
    (_, block) = found["c"].blocks
    assert text[block.words[0].start : block.words[0].stop] == "\\`a b\\`"
    assert text[found["a"].start : found["a"].stop] == "a b"
    parts = [(part.text, text[part.start : part.stop]) for part in found["c"].words[1].parts]
    assert parts == [("d", "d"), ("\\e", "\\e"), ("f", "\\$f")]
    body = found["c"].redirects[0].body
    assert body is not None
    assert text[slice(*body)] == "\\`g\\`\n"


def test_unquote_gives_the_value_with_its_map() -> None:
    text = "bash -c 'docker build'\" -t \\\"x\\\"\"$' \\n.'"
    fragment = Source("a.sh", "# one\n" + text).whole().slice(6, 6 + len(text))
    inner = unquote(parse(fragment.text)[0].words[2], fragment)
    assert inner is not None
    assert inner.text == 'docker build -t "x" \n.'
    for part in ("docker build", " -t ", "x", "."):
        at = inner.text.index(part)
        span = inner.span(at, at + len(part))
        assert fragment.source.text[span.start : span.stop] == part
        assert inner.literal(at, at + len(part))
    at = inner.text.index("\n")
    assert not inner.literal(at, at + 1)
    span = inner.span(at, at + 1)
    assert fragment.source.text[span.start : span.stop] == "\\n"


def test_unquote_follows_the_pieces_of_a_rebuilt_fragment() -> None:
    source = Source("Makefile", "sh -c 'a $(V) $$b'")
    pieces = (Piece("sh -c 'a ", 0, 9), Piece("v w", 9, 13, literal=False), Piece(" ", 13, 14), Piece("$b'", 15, 18))
    fragment = Fragment(source, pieces)
    inner = unquote(parse(fragment.text)[0].words[2], fragment)
    assert inner is not None
    assert inner.text == "a v w $b"
    assert [(piece.start, piece.stop, piece.literal) for piece in inner.pieces] == [
        (7, 9, True),
        (9, 13, False),
        (13, 14, True),
        (15, 17, True),
    ]


def test_unquote_refuses_what_is_not_literal_and_knows_nothing() -> None:
    fragment = Source("a.sh", "sh \"$x\" ''").whole()
    _, expanded, nothing = parse(fragment.text)[0].words
    assert unquote(expanded, fragment) is None
    empty = unquote(nothing, fragment)
    assert empty is not None
    assert empty.text == ""
    assert empty.start(0) == 9


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("! a", [True]),
        ("! ! a", [False]),
        ("if ! [ -z x ]; then b; fi", [True, False]),
        ("a | ! b", [False, True]),
        ("! { a; }", [False]),
        ("! a $(b)", [True, False]),
    ],
)
def test_a_command_says_that_its_outcome_is_turned_round(text: str, negated: list[bool]) -> None:
    assert [command.negated for command in parse(text)] == negated
