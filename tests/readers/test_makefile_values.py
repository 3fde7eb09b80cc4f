"""Values and recipes against GNU make itself, on texts written here; make is never run on anything else."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.model import UNKNOWN, Source
from prelaunch.project import Project
from prelaunch.readers.makefile import Environment, Program, expand_recipe, units
from prelaunch.readers.makefile.pieces import text_of
from prelaunch.readers.makefile.worlds import alternatives

if TYPE_CHECKING:
    from pathlib import Path

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def run_make(folder: Path, text: str, *arguments: str) -> str:
    (folder / "Makefile").write_bytes(text.encode())
    done = subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def made_values(folder: Path, text: str, names: list[str]) -> dict[str, str]:
    """What the database of `make -pn` says of `names`, each expanded at the end of the file."""
    probes = "".join(f"\nprobe-{name} := <$({name})>" for name in names)
    database = run_make(folder, f"{text}{probes}\n.PHONY: nothing\nnothing:\n", "-pn", "-rR", "nothing")
    values = {}
    for line in database.split("\n"):
        if line.startswith("probe-"):
            name, value = line[len("probe-") :].split(" := ", 1)
            values[name] = value[1:-1].replace("$$", "$")
    return values


def program(folder: Path, text: str) -> Program:
    return Program(Source("Makefile", text), Project(str(folder)))


def read_values(folder: Path, text: str, names: list[str]) -> dict[str, str | list[str]]:
    variables = program(folder, text).variables
    values: dict[str, str | list[str]] = {}
    for name in names:
        found = alternatives(lambda w, n=name: text_of(variables.value(n, variables.context(w))), variables.root)  # type: ignore[misc]
        values[name] = found[0] if len(found) == 1 else found
    return values


VALUES = {
    "flavours": "A = 1\nB := $(A)2\nA = 3\nC ?= x\nC ?= y\nA += z\nB += $(A)\nD += q\nE ::= $(D)\nF = $(E)$(B)",
    "appending to nothing": "A =\nA += a\nB :=\nB += b\nC = a\nC +=\nD ?=\nD ?= z\nE = $(N)\nE += e\nF := $(N)\nF += f",
    "blanks and comments": "A = x # c\nB = y\\#z\nC = $(subst #,a,#)\nD = a\\\n  b \\\n\tc\nE=a\\\\\nF =   q",
    "continuations": "A = a\\\n\\\nb\nB = x \\ y\nC = x\\\\\nD = p\\\\\\\nq",
    "text functions": "A = $(subst ee,EE,feet on)\nB = $(patsubst %.c,%.o,x.c.c bar.c)\nC = $(strip  a b  c )\n"
    "D = $(findstring a,a b c)\nE = $(filter %.c %.s,foo.c bar.c baz.s)\nF = $(filter-out a%,ab ac b)\n"
    "G = $(sort foo bar lose foo)\nH = $(word 2,foo bar)\nI = $(wordlist 2,3,a b c d)\nJ = $(words a b c)\n"
    "K = $(firstword a b)$(lastword a b)",
    "file names": "A = $(dir src/foo.c hacks)\nB = $(notdir src/foo.c hacks)\nC = $(suffix src/foo.c s-1.0/bar.c h)\n"
    "D = $(basename src/foo.c s-1.0/bar h)\nE = $(addsuffix .c,a b)\nF = $(addprefix s/,a b)\nG = $(join a b,.c .o .x)",
    "conditionals in functions": "X = a\nA = $(if $(X),yes,no)\nB = $(if $(Y),yes,no)\nC = $(if  ,y)\n"
    "D = $(or ,$(Y),z)\nE = $(and a,b)\nF = $(and a,,b)\nG = $(if $(X),(b,c),d)\nH = ${if  a,b,c}",
    "loops and calls": "L = a b\nA = $(foreach x,$(L),<$(x)>)\nrev = $(2)$(1)$(0)\nB = $(call rev,1,2)\n"
    "f = [$1|$2|$3|$4]\nC = $(call f,a,,c)\nD = $(call f, a , b )\nE = $(foreach a,$(L),$(foreach b,1 2,$a$b))",
    "references": "X = a.c b.c\nA = $(X:.c=.o)\nB = $(X:%.c=%.o)\nC = ${X:a%=z%}\nx = y\ny = z\nD = $($(x))\n"
    "E = $x$(x)${x}\nF = a$ b\nG = $(X:c)\nempty :=\nspace := $(empty) $(empty)\ncomma := ,\n"
    "H = $(subst $(space),$(comma),$(X))\nI = $(if $(space),$(or $(space),x),y)",
    "conditions": "ifdef X\nA=1\nelse ifeq ($(A),)\nA=2\nelse\nA=3\nendif\nX =\nifdef X\nB=1\nelse\nB=2\nendif\n"
    "ifneq '$(A)' \"2\"\nC=1\nelse\nC=2\nendif\nY = $(X)\nifdef Y\nD=1\nendif\nifeq (a,a)\nE=1\nendif # x\n"
    "ifeq ($(strip $(N)),)\nF = f\nendif",
    "nested conditions": "ifndef N\nifeq (a,b)\nA=1\nelse\nA=2\nendif\nelse\nA=3\nendif\nB := $(A)",
    "odd assignments": "A+=z\nB  +=  q  \nexport C = 4\noverride D = 5\nexport override E := 6\nF=a=b\nG = :=\nH:=a:b",
    "taken back": "A = 1\nundefine A\nB = $(A)x\nA ?= 2",
    "evaluated": "$(eval C := 5)\nD = $(eval E := 7)$(E)\nF := $(D)x\n"
    "define T\n$(1)_V = $(2)\n$(1)_W := $$($(1)_V)x\nendef\n"
    "$(foreach i,p q,$(eval $(call T,$(i),v$(i))))\nG = $(p_W)$(q_W)",
    "upper case by evaluation": "m = a:A b:B\nuc = $(strip $(eval u := $1)$(foreach p,$(m),"
    "$(eval u := $(subst $(word 1,$(subst :, ,$p)),$(word 2,$(subst :, ,$p)),$(u)))))$(u)\n"
    "$(call uc,ab)_X := 3\nA = $(AB_X)$(call uc,b)",
    "named like functions": "if = 3\nA = $(if)\nexport = 4\nB=$(export)\nC = $(subst a,b,(a,a))",
    "recipe prefix": ".RECIPEPREFIX = >\nt:\n> echo a\n\tA = 3\n.RECIPEPREFIX =\nt2:\n\techo b\nA ?= 4",
}


@needs_make
@pytest.mark.parametrize("name", VALUES)
def test_values_are_those_of_make(name: str, tmp_path: Path) -> None:
    text = VALUES[name] + "\n"
    names = [letter for letter in "ABCDEFGHIJK" if any(line.lstrip().startswith(letter) for line in text.split("\n"))]
    assert read_values(tmp_path, text, names) == made_values(tmp_path, text, names)


@needs_make
def test_values_of_included_files_are_those_of_make(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.mk").write_text("A = 1\nB := $(lastword $(MAKEFILE_LIST))\ninclude sub/b.mk\n")
    (tmp_path / "sub" / "b.mk").write_text("A += 2\nC = $(D)\n")
    text = "F = a\ninclude sub/$(F).mk\n-include no.mk $(N)\nD = 4\nE := $(wildcard sub/a.mk)\n"
    assert read_values(tmp_path, text, list("ABCDE")) == made_values(tmp_path, text, list("ABCDE"))


RECIPES = {
    "target's own at once": "A = 1\nt: A := $(A) x\nt: A := $(A) y\nt:\n\techo $(A)\n",
    "variables": "P ?= linux/amd64\nt:\n\t@echo build --platform $(P) $$HOME $(Q) x\n\t-@ echo b\n",
    "inline": "T=$(if $(P),--platform=$(P),)\nt: ; @echo $(T) a ; echo b # c\n\techo $@\n",
    "continuations": "t: a b\n\techo a \\\n\t  b \\\n\t\tc\n\techo '$@' '$<' '$^' $(@D) $(@F)\na b:\n",
    "canned": "define run\n@echo one\n-echo two $@\nendef\nt:\n\t$(run)\n\techo x\n",
    "loops": "L=a b\nt:\n\t$(foreach x,$(L),echo $x;)\n\t$(foreach x, \\\n\t  $(L) ,\\\n\t echo $(x) \\\n\t ;)\n",
    "target's own": "t: V = 1\nt: V += 2\n%.x: W=3\nt: W ?= 4\nt:\n\techo $(V) $(W)\n",
    "target's own over all": "V = g\nt: V += 2\nt: export X := $(V)\nt:\n\techo $(V) $(X)\n",
    "conditions": "t:\nifdef A\n\techo a\nelse\n\techo b\nendif\n\techo c\n\nx=1\n",
    "prefix": ".RECIPEPREFIX = >\nt:\n>echo a \\\n>b\n> echo c\n",
    "double colon": "t::\n\techo a\nt:: ; echo b\n",
    "quotes": 't:\n\t@echo "a\\\n\tb"\n',
    "comments": "t: # comment\n# c\n\n\techo a # not\n   # c\n\techo b\n",
    "chain": "p = echo\nt:\n\t$(p) x && \\\n\t$(p) y\n",
    "evaluated": "t:\n\t$(eval Z := 5)\n\techo $(Z)\n",
    "template": "define T\nt::\n\techo $(1) $$(V) $$$$x\nendef\nV = 3\n$(eval $(call T,a))\n$(eval $(call T,b))\n",
}


@needs_make
@pytest.mark.parametrize("name", RECIPES)
def test_recipes_are_what_make_would_run(name: str, tmp_path: Path) -> None:
    text = RECIPES[name]
    made = program(tmp_path, text)
    root = made.variables.root
    lines = [
        reading.fragment.text
        for unit in units(made)
        for line in unit.lines
        if made.variables.holds(root, line.guard)
        for reading in expand_recipe(made, unit, line)
    ]
    assert "\n".join(line for line in lines if line.strip()) == run_make(tmp_path, text, "-n", "-rR", "t").rstrip("\n")


@needs_make
def test_rules_and_prerequisites_are_those_of_make(tmp_path: Path) -> None:
    text = "D = d e\nall: a $(D) | o\n\techo\na: $(D:%=%.x)\n\techo 1\nd.x e.x: ; echo\nd e o:\n\techo\n"
    wanted = {}
    for block in run_make(tmp_path, text, "-pn", "-rR", "all").split("\n\n"):
        lines = [line for line in block.split("\n") if line and not line.startswith("#")]
        if lines and ":" in lines[0] and "=" not in lines[0] and "recipe to execute" in block:
            wanted[lines[0].split(":")[0]] = lines[0].split(":")[1].split("|")[0].split()
    read = {name: list(unit.prerequisites) for unit in units(program(tmp_path, text)) for name in unit.targets}
    assert read == wanted


def lines_of(folder: Path, text: str) -> list[str]:
    made = program(folder, text)
    return [
        reading.fragment.text
        for unit in units(made)
        for line in unit.lines
        for reading in expand_recipe(made, unit, line)
    ]


UNDECIDED = {
    "a command's output": ("A := $(shell x)\nt:\n\techo $(A)\n", ["echo ?"]),
    "an assignment from the shell": ("A != x\nt:\n\techo a$(A)b\n", ["echo a?b"]),
    "both branches": ("ifeq ($(shell x),1)\nA=1\nelse\nA=2\nendif\nt:\n\techo $(A)\n", ["echo 1", "echo 2"]),
    "variables of a branch together": (
        "ifeq ($(shell x),1)\nA=1\nB=1\nelse\nA=2\nB=2\nendif\nt:\n\techo $(A) $(B)\n",
        ["echo 1 1", "echo 2 2"],
    ),
    "the same question twice": (
        "X := $(shell x)\nifeq ($(X),1)\nA=1\nendif\nifneq ($(X),1)\nA=2\nendif\nt:\n\techo $(A)\n",
        ["echo 1", "echo 2"],
    ),
    "what a branch says of its variable": (
        "X := $(shell x)\nifeq ($(X),1)\nendif\nt:\nifeq ($(X),1)\n\techo $(X)\nelse\n\techo n$(X)\nendif\n",
        ["echo 1", "echo n?"],
    ),
    "a branch that is off by default": ("X ?= no\nt:\nifeq ($(X),yes)\n\techo $(X)\nendif\n", ["echo yes"]),
    "a program that may be missing": ("D := $(shell which docker)\nt:\n\t$(D) x\n", ["docker x", "x"]),
    "a stem": ("b-%: p-%\n\techo $@ $* $<\n", ["echo b-? ? p-?"]),
    "several targets": ("a b:\n\techo $@\n", ["echo ?"]),
    "text around the unknown": ("A = $(addprefix l/,$(shell x)) $(notdir a/b)\nt:\n\techo $(A)\n", ["echo l/? b"]),
    "a filter of the unknown": ("t:\n\techo $(filter a,$(shell x) a) $(words $(shell x))\n", ["echo ? ?"]),
    "itself": ("A = $(A)\nt:\n\techo $(A)\n", ["echo ?"]),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_cannot_be_known_is_unknown_and_what_is_open_comes_out_both_ways(name: str, tmp_path: Path) -> None:
    text, expected = UNDECIDED[name]
    assert [line.replace(UNKNOWN, "?") for line in lines_of(tmp_path, text)] == expected


def test_more_than_eight_ways_are_one_unknown(tmp_path: Path) -> None:
    text = "".join(f"ifeq ($(shell {n}),1)\nA{n}=1\nelse\nA{n}=2\nendif\n" for n in range(9))
    lines = lines_of(tmp_path, text + "t:\n\techo " + " ".join(f"$(A{n})" for n in range(9)) + " $(A0)\n")
    assert len(lines) <= 8
    assert any(UNKNOWN in line for line in lines)


def test_pieces_say_where_they_come_from(tmp_path: Path) -> None:
    text = "P ?= linux/amd64\nB = docker build --platform $(P)\nt:\n\t@$(B) -t $$x $(NO) .\n"
    made = program(tmp_path, text)
    (unit,) = units(made)
    ((fragment, _),) = expand_recipe(made, unit, unit.lines[0])
    assert fragment.text == "docker build --platform linux/amd64 -t $x  ."
    at = fragment.text.index("linux")
    steps = [(step.text, step.line) for step in fragment.steps(at, at + 5)]
    assert steps == [
        ("`$(B)` is set to 'docker build --platform linux/amd64'", 2),
        ("`$(P)` is set to 'linux/amd64'", 1),
    ]
    span = fragment.span(at, at + 5)
    assert text[span.start : span.stop] == "$(B)"
    (unset,) = [piece for piece in fragment.pieces if not piece.text]
    assert text[unset.start : unset.stop] == "$(NO)"
    assert unset.steps[0].text == "`$(NO)` is set nowhere"
    for piece in fragment.pieces:
        assert not piece.literal or text[piece.start : piece.stop] == piece.text


def test_the_environment_holds_what_is_exported(tmp_path: Path) -> None:
    text = "A = 1\nexport B = $(A)2\nexport C D\nC := $(shell x)\nE = 5\nunexport E\n"
    text += "t: export F = 6\nt:\n\techo\nu:\n\techo\n"
    made = program(tmp_path, text)
    first, second = (Environment(made, unit, made.variables.root) for unit in units(made))
    assert {name: value.texts for name, value in first.items()} == {"B": ("12",), "C": (UNKNOWN,), "F": ("6",)}
    assert sorted(second) == ["B", "C"]


NAMES = ("A", "B", "C", "D")
ATOMS = st.sampled_from(["$(A)", "$(B)", "${C}", "$D", "x", "y z", " ", "a.c", "$$", "$(A:.c=.o)", ","])
VALUE = st.recursive(
    st.lists(ATOMS, max_size=3).map("".join),
    lambda inner: st.tuples(
        st.sampled_from(
            [
                *("$(if {0},{1},{0})", "$(subst x,{0},{1})", "$(strip {0})", "$(filter {0},{1})", "$(sort {0} {1})"),
                *("$(words {0})", "$(foreach i,{0},$(i){1})", "$(or {0},{1})", "$(firstword {0})"),
                *("$(patsubst %.c,%,{0})", "$(word 2,{0})", "$(filter-out {0},{1})", "$(join {0},{1})"),
            ],
        ),
        inner,
        inner,
    ).map(lambda parts: parts[0].replace("{0}", parts[1]).replace("{1}", parts[2])),
    max_leaves=4,
)
ASSIGN = st.builds(
    lambda name, operator, value: f"{name} {operator} {value}",
    st.sampled_from(NAMES),
    st.sampled_from([":=", ":=", ":=", "?=", "+="]),
    VALUE,
)
LINES = st.lists(
    st.one_of(
        ASSIGN,
        st.builds(
            lambda left, right, one, two: f"ifeq ({left},{right})\n{one}\nelse\n{two}\nendif",
            VALUE,
            VALUE,
            ASSIGN,
            ASSIGN,
        ),
        st.builds(lambda name, one: f"ifdef {name}\n{one}\nendif", st.sampled_from(NAMES), ASSIGN),
    ),
    min_size=1,
    max_size=7,
)


@needs_make
@given(lines=LINES)
@settings(max_examples=60, deadline=None)
def test_any_assignments_give_the_values_of_make(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    # Simple variables first: a recursive one may refer to itself, where make stops.
    text = "".join(f"{name} :=\n" for name in NAMES) + "\n".join(lines) + "\n"
    folder = tmp_path_factory.getbasetemp()
    assert read_values(folder, text, list(NAMES)) == made_values(folder, text, list(NAMES))


PARTS = st.sampled_from(
    [
        *(
            "t:\n\t",
            "\n",
            "\n\t",
            "\\\n",
            " ",
            "#",
            ":",
            "=",
            " := ",
            " += ",
            ";",
            ",",
            "$",
            "$$",
            "$(",
            "${",
            ")",
            "}",
        ),
        *(
            "\nifeq (",
            "\nifdef A\n",
            "\nelse\n",
            "\nendif\n",
            "\ndefine A\n",
            "\nendef\n",
            "\ninclude Makefile",
            "\nexport ",
        ),
        *("A", "B", "$(A)", "$(B)", "%", "docker build .", "\n.ONESHELL:\n", "\nA = ", "\nB := ", "$(A:x=y)", "$@"),
        *(
            "$(call A,",
            "$(foreach x,a b,",
            "$(if $(shell y),",
            "$(eval ",
            "$(shell x)",
            "$(subst a,b,",
            "$(or ",
            "$(and ",
        ),
    ],
)


@given(st.lists(PARTS, max_size=50).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_evaluated_and_every_piece_has_its_place(text: str) -> None:
    made = Program(Source("Makefile", text), Project("."))
    for unit in units(made):
        for line in unit.lines:
            for fragment, world in expand_recipe(made, unit, line):
                for piece in fragment.pieces:
                    assert 0 <= piece.start <= piece.stop <= len(text)
                    assert not piece.literal or text[piece.start : piece.stop] == piece.text
                assert dict(Environment(made, unit, world)) is not None


HEAVY = {
    "doubling": "".join(f"A{n} = $(A{n + 1})$(A{n + 1})\n" for n in range(80)) + "A80 = xxxxxxxx\nt:\n\techo $(A0)\n",
    "loops in loops": "L = $(subst x,a b c d ,xxxxxxxxxxxx)\n"
    "t:\n\t$(foreach a,$(L),$(foreach b,$(L),$(foreach c,$(L),x;)))\n",
    "many appends": "A += x\n" * 4_000 + "t:\n\techo $(A)\n",
    "growing itself": "A := $(A) x\n" * 2_000 + "t:\n\techo $(A)\n",
    "deep references": "t:\n\techo " + "$(" * 3_000 + ")" * 3_000 + "\n",
    "calls without end": "f = $(call f,x$1)\nt:\n\t$(call f,1)\n",
    "evaluation without end": "define T\n$$(eval $$(call T))\nendef\n$(eval $(call T))\n",
    "many open questions": "".join(f"ifeq ($(shell {n}),1)\nV{n} = 1\nendif\n" for n in range(200))
    + "t:\n\techo "
    + " ".join(f"$(V{n})" for n in range(200))
    + "\n",
}


@pytest.mark.parametrize("name", HEAVY)
def test_work_is_bounded(name: str, tmp_path: Path) -> None:
    for line in lines_of(tmp_path, HEAVY[name]):
        assert len(line) < 200_000
