from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.makefile import read
from prelaunch.readers.makefile.facts import Assignment, Bare, Export, Include, Makefile, RecipeLine, Rule

Fact = tuple[object, ...]


def facts(text: str) -> list[Fact]:
    """Every statement in short."""
    made: list[Fact] = []
    for item in read(Source("Makefile", text)).statements:
        if isinstance(item, Assignment):
            made.append(("set", item.name, item.operator, item.value, *sorted(item.modifiers)))
            if item.targets is not None:
                made[-1] = ("for", item.targets, *made[-1][1:])
        elif isinstance(item, Rule):
            kind = "double" if item.double else "grouped" if item.grouped else "rule"
            made.append((kind, item.targets, item.prerequisites, *([item.pattern] if item.pattern else [])))
        elif isinstance(item, RecipeLine):
            made.append(("run", item.text.text, *item.rules))
        elif isinstance(item, Include):
            made.append(("include", item.paths, item.optional))
        elif isinstance(item, Export):
            made.append(("export" if item.on else "unexport", item.names))
        elif isinstance(item, Bare):
            made.append(("bare", item.text.text))
    return made


TABLE: dict[str, tuple[str, list[Fact]]] = {
    "every operator": (
        "A = 1\nB:=2\nC::=3\nD :::= 4\nE ?= 5\nF += 6\nG != echo\n",
        [
            ("set", "A", "=", "1"),
            ("set", "B", ":=", "2"),
            ("set", "C", ":=", "3"),
            ("set", "D", ":=", "4"),
            ("set", "E", "?=", "5"),
            ("set", "F", "+=", "6"),
            ("set", "G", "!=", "echo"),
        ],
    ),
    "the blanks before a comment are of the value": (
        "P ?= linux/amd64 \t# and more\n",
        [("set", "P", "?=", "linux/amd64 \t")],
    ),
    "an escaped number sign is no comment": ("A = a\\#b # c\n", [("set", "A", "=", "a#b ")]),
    "a number sign in a function is no comment": ("A = $(subst #,x,#)\n", [("set", "A", "=", "$(subst #,x,#)")]),
    "an odd run of backslashes joins": (
        "A = a \\\n   b\nB = c\\\\\nC = d\n",
        [
            ("set", "A", "=", "a b"),
            ("set", "B", "=", "c\\\\"),
            ("set", "C", "=", "d"),
        ],
    ),
    "a comment continues too": ("# a \\\nB = 1\nC = 2\n", [("set", "C", "=", "2")]),
    "modifiers": (
        "export A = 1\noverride B := 2\nexport override private C ?= 3\nundefine D\noverride undefine E\n",
        [
            ("set", "A", "=", "1", "export"),
            ("set", "B", ":=", "2", "override"),
            ("set", "C", "?=", "3", "export", "override", "private"),
            ("set", "D", "undefine", ""),
            ("set", "E", "undefine", "", "override"),
        ],
    ),
    "a variable may be named like a directive": (
        "export = 1\nifdef = 2\n",
        [
            ("set", "export", "=", "1"),
            ("set", "ifdef", "=", "2"),
        ],
    ),
    "export and unexport": ("export\nexport A B\nunexport C\n", [("export", ""), ("export", "A B"), ("unexport", "C")]),
    "define keeps lines, comments and nested defines": (
        "define A\n@echo # x\n\tdefine no\ndefine B\nb\nendef\nendef # end\nC = 1\n",
        [("set", "A", "=", "@echo # x\n\tdefine no\ndefine B\nb\nendef"), ("set", "C", "=", "1")],
    ),
    "define with an operator": ("override define A :=\nx\nendef\n", [("set", "A", ":=", "x", "override")]),
    "rules": (
        "a b: c d | e\n\techo\nf:: g\nh i &: j\n%.o: %.c\nx.o y.o: %.o: %.c\n",
        [
            ("rule", "a b", "c d | e"),
            ("run", "echo", 0),
            ("double", "f", "g"),
            ("grouped", "h i", "j"),
            ("rule", "%.o", "%.c"),
            ("rule", "x.o y.o", "%.c", "%.o"),
        ],
    ),
    "an inline recipe keeps its number sign": (
        "t: d ; echo a # b\n\techo c\n",
        [("rule", "t", "d"), ("run", " echo a # b", 0), ("run", "echo c", 0)],
    ),
    "a colon in a reference is none": ("$(A:.c=.o): x\n\tc\n", [("rule", "$(A:.c=.o)", "x"), ("run", "c", 0)]),
    "a target's own variables": (
        "t: A = b;c # d\np%: export B := 1\n",
        [("for", "t", "A", "=", "b;c "), ("for", "p%", "B", ":=", "1", "export")],
    ),
    "blank lines and comments do not end a recipe": (
        "t:\n\ta\n\n# c\n  # d\n\tb\n",
        [("rule", "t", ""), ("run", "a", 0), ("run", "b", 0)],
    ),
    "an assignment ends a recipe": (
        "t:\n\ta\nX = 1\n\tY = 2\n",
        [
            ("rule", "t", ""),
            ("run", "a", 0),
            ("set", "X", "=", "1"),
            ("set", "Y", "=", "2"),
        ],
    ),
    "a tab line before any rule is no recipe": ("\techo a\n\tA = 1\n", [("set", "A", "=", "1")]),
    "an include ends a recipe": (
        "t:\n-include a b\nsinclude c\ninclude $(D)\n\techo\n",
        [
            ("rule", "t", ""),
            ("include", "a b", True),
            ("include", "c", True),
            ("include", "$(D)", False),
        ],
    ),
    "a recipe's continuation drops one prefix character": (
        "t:\n\ta \\\n\t\tb \\\n  c\n",
        [("rule", "t", ""), ("run", "a \\\n\tb \\\n  c", 0)],
    ),
    "the prefix character changes and changes back": (
        ".RECIPEPREFIX = >\nt:\n>a \\\n>b\n.RECIPEPREFIX =\nu:\n\tc\n",
        [
            ("set", ".RECIPEPREFIX", "=", ">"),
            ("rule", "t", ""),
            ("run", "a \\\nb", 0),
            ("set", ".RECIPEPREFIX", "=", ""),
            ("rule", "u", ""),
            ("run", "c", 1),
        ],
    ),
    "a recipe behind a conditional is of the rules of all branches": (
        "ifdef A\nt: a\nelse\nt: b\nendif\n\tc\n",
        [("rule", "t", "a"), ("rule", "t", "b"), ("run", "c", 0, 1)],
    ),
    "a recipe goes on behind a conditional": (
        "t:\nifdef A\n\ta\nendif\n\tb\n",
        [("rule", "t", ""), ("run", "a", 0), ("run", "b", 0)],
    ),
    "windows line ends": (
        "A = a \\\r\n  b\r\nt:\r\n\tx \\\r\n\ty\r\n",
        [("set", "A", "=", "a b"), ("rule", "t", ""), ("run", "x \\\ny", 0)],
    ),
    "a line of references": ("$(eval $(call f,a))\n", [("bare", "$(eval $(call f,a))")]),
    "no end of the last line": ("t:\n\ta", [("rule", "t", ""), ("run", "a", 0)]),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_makefile_is_read_as_make_reads_it(name: str) -> None:
    text, expected = TABLE[name]
    assert facts(text) == expected


def guards(text: str) -> dict[str, list[str]]:
    """Each assigned name with the tests that it stands under."""
    made: Makefile = read(Source("Makefile", text))
    shown = {}
    for item in made.statements:
        assert isinstance(item, Assignment)
        tests = [(made.tests[number], wanted) for number, wanted in item.guard]
        shown[item.name] = [f"{'' if wanted else 'not '}{t.kind} {t.left}|{t.right}" for t, wanted in tests]
    return shown


def test_a_chain_of_conditions_guards_each_branch() -> None:
    text = "ifeq ($(A),b c)\nP=1\nelse ifneq '$(A)' \"d\"\nQ=1\nelse ifdef E\nR=1\nelse\nS=1\nendif\nT=1\n"
    first, second, third = "equal $(A)|b c", "equal $(A)|d", "defined E|"
    assert guards(text) == {
        "P": [first],
        "Q": [f"not {first}", f"not {second}"],
        "R": [f"not {first}", second, third],
        "S": [f"not {first}", second, f"not {third}"],
        "T": [],
    }


def test_conditions_nest() -> None:
    text = "ifdef A\n ifndef B\n  P=1\n endif # B\n Q=1\nelse\n R=1\nendif\n"
    assert guards(text) == {"P": ["defined A|", "not defined B|"], "Q": ["defined A|"], "R": ["not defined A|"]}


def test_commas_and_brackets_in_a_condition() -> None:
    text = "ifeq ($(filter a,$(B)),)\nP=1\nendif\nifeq (,$(C))\nQ=1\nendif\n"
    assert guards(text) == {"P": ["equal $(filter a,$(B))|"], "Q": ["equal |$(C)"]}


def test_every_character_of_a_recipe_knows_its_place() -> None:
    text = "t:\r\n\t@docker build \\\r\n\t  -t x \\\r\n\t  .\r\n"
    (line,) = [item for item in read(Source("Makefile", text)).statements if isinstance(item, RecipeLine)]
    for index, char in enumerate(line.text.text):
        place = text[line.text.offset(index)]
        assert place == char or (char == "\n" and place in "\r\n")
    assert text[line.span.start : line.span.stop] == "@docker build \\\r\n\t  -t x \\\r\n\t  ."


PARTS = st.sampled_from(
    [
        *(
            "\t",
            "\n",
            "\r\n",
            "\\\n",
            "\\",
            " ",
            "#",
            ":",
            "=",
            ":=",
            "+=",
            "?=",
            ";",
            ",",
            "$",
            "$$",
            "$(",
            "${",
            ")",
            "}",
        ),
        *("ifeq (", "ifdef A", "else", "else ifeq", "endif", "define A", "endef", "include x", "export", "undefine"),
        *("A", "B", "$(A)", "$(B)", "t", "%", "docker build .", ".RECIPEPREFIX = >", ">", ".ONESHELL:", "\udce9", "é"),
        *("$(call A,", "$(foreach x,a b,", "$(if $(A),", "$(eval ", "$(shell x)", "$(subst a,b,", "|", "&", "'", '"'),
    ],
)


@given(st.one_of(st.text(max_size=80), st.lists(PARTS, max_size=40).map("".join)))
@settings(max_examples=400, deadline=None)
def test_any_text_is_read_and_every_span_lies_inside(text: str) -> None:
    made = read(Source("Makefile", text))
    for item in made.statements:
        assert 0 <= item.span.start <= item.span.stop <= len(text)
        assert all(0 <= number < len(made.tests) for number, _ in item.guard)
        if isinstance(item, RecipeLine):
            low = [item.text.offset(index) for index in range(len(item.text.text))]
            assert low == sorted(low)
            assert all(item.span.start <= place < item.span.stop for place in low)


@pytest.mark.parametrize("piece", ["$(", "ifdef A\n", "\\\n", "define A\n", "else ifeq (a,b)\n", "(", "a: ", "\t", "$"])
def test_many_of_one_thing_are_read_in_one_go(piece: str) -> None:
    assert read(Source("Makefile", "A = " + piece * 20_000)) is not None
