"""Bake files evaluated: what each target builds for by default, how that came about, and what cannot be known."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prelaunch.model import HANDED, UNKNOWN, Source, Step, Value
from prelaunch.project import UnreadableError
from prelaunch.readers.bake import BakeFile, Target, evaluate
from prelaunch.readers.bake.values import shown


def bake(text: str, *more: str, **given: object) -> BakeFile:
    sources = [Source(f"docker-bake{number}.hcl", each) for number, each in enumerate((text, *more))]
    return evaluate(sources, **given)  # type: ignore[arg-type]


def target(text: str, name: str = "a", *more: str, **given: object) -> Target:
    return next(each for each in bake(text, *more, **given).targets if each.name == name)


def names(file: BakeFile) -> dict[str, tuple[str, ...] | str | None]:
    """Name to platforms; "?" where they cannot be known."""
    return {each.name: each.platforms if each.known else "?" for each in file.targets}


VALUES = {
    '["linux/amd64"]': ("linux/amd64",),
    '["linux/amd64", "linux/arm64/v8"]': ("linux/amd64", "linux/arm64/v8"),
    '["linux/amd64,linux/arm64", "linux/amd64"]': ("linux/amd64", "linux/arm64"),
    "[]": (),
    '[""]': (),
    "null": None,
    '"linux/amd64"': "?",
    '["linux/${ARCH}"]': ("linux/arm64",),
    '["linux/${EMPTY}"]': ("linux/",),
    'split(",", LIST)': ("a", "b"),
    '[for x in split(",", LIST) : "linux/${x}"]': ("linux/a", "linux/b"),
    '[for i, x in ["a", "b"] : "${i}${x}" if x != "a"]': ("1b",),
    'ARCH == "arm64" ? ["x"] : ["y"]': ("x",),
    'NOTHING != null ? ["x"] : []': (),
    'NOTHING == null && !FLAG ? ["x"] : []': ("x",),
    'EMPTY != "" ? [EMPTY] : [ARCH]': ("arm64",),
    "[BAKE_LOCAL_PLATFORM]": "?",
    '["linux/${timestamp()}"]': "?",
    # Both branches name some, so some are in force whichever it is.
    'timestamp() == "" ? ["x"] : ["y"]': ("x", "y"),
    'timestamp() == "" ? ["x"] : []': "?",
    "UNDEFINED": "?",
    "[UNDEFINED]": "?",
    'concat(["a"], ["b"])': ("a", "b"),
    'flatten([["a"], [["b"]], "c"])': ("a", "b", "c"),
    'distinct(["a", "b", "a"])': ("a", "b"),
    'compact(["a", "", null])': ("a",),
    'lookup(MAP, "k", [])': ("v",),
    'lookup(MAP, "z", ["d"])': ("d",),
    "MAP.k": ("v",),
    'MAP["k"]': ("v",),
    'MAP["z"]': "?",
    'try(MAP.z, MAP["k"])': ("v",),
    'can(MAP.z) ? ["x"] : ["y"]': ("y",),
    "keys(MAP)": ("k", "l"),
    'values({ b = "1", a = "2" })': ("2", "1"),
    'merge({ a = "x" }, { a = "y" }).a == "y" ? ["y"] : []': ("y",),
    "[OBJECTS[0].p, OBJECTS[1].p]": ("one", "two"),
    "OBJECTS[*].p": ("one", "two"),
    "OBJECTS.*.p": ("one", "two"),
    '[upper("a"), lower("B"), title("ab cd"), trimspace(" x "), trim("--y-", "-")]': ("A", "b", "Ab Cd", "x", "y"),
    '[trimprefix("abc", "a"), trimsuffix("abc", "c"), replace("a-b", "-", "/"), reverse("ab")]': (
        "bc",
        "ab",
        "a/b",
        "ba",
    ),
    '[substr("abcdef", 1, 2), substr("abcdef", -2, -1), join("/", ["l", "a"])]': ("bc", "ef", "l/a"),
    '[format("%s/%d%%", "l", 3), element(["a", "b"], 3), coalesce(null, "c")]': ("l/3%", "b", "c"),
    '[for n in range(3) : "v${n + 1}"]': ("v1", "v2", "v3"),
    '["${7 / 2}", "${7 % 4}", "${2 * 3 - 1}", "${-1}"]': ("3.5", "3", "5", "-1"),
    '[regex_replace("3.24.1", "\\\\.\\\\d+$", "")]': ("3.24",),
    '[regex_replace("aaa", "(a+)+$", "")]': "?",
    'contains(["a"], "a") ? ["yes"] : ["no"]': ("yes",),
    'contains([1], "1") ? ["yes"] : ["no"]': ("no",),
    '1 == true ? ["yes"] : ["no"]': ("no",),
    'length(MAP) >= 2 ? ["yes"] : ["no"]': ("yes",),
    'length("text") > 1 ? ["yes"] : ["no"]': "?",
    '[for x in setproduct(["a"], ["b", "c"]) : join("", x)]': ("ab", "ac"),
    'platforms("slim")': ("s",),
    'platforms("other")': ("d",),
    "platforms()": "?",
    'all("a", "b", "c")': ("a", "b", "c"),
    'recursive("a")': "?",
    '["%{ if FLAG }x%{ else }y%{ endif }", "%{ for x in ["a", "b"] }${x}%{ endfor }"]': ("y", "ab"),
    '"${split(",", LIST)}"': ("a", "b"),
    'sha256("x") == "y" && false ? ["x"] : ["y"]': ("y",),
    "target.b.tags": ("t",),
    "target.b.platforms": None,
    "target[ARCH].tags": "?",
    'and(true, FLAG) || or(FLAG, "true") ? ["x"] : ["y"]': ("x",),
    'notequal(ARCH, "x") && equal(not(FLAG), true) ? ["x"] : ["y"]': ("x",),
    '["${add(1, 2)}", "${subtract(1, 2)}", "${multiply(2, 3)}", "${divide(8, 2)}", "${modulo(-8, 3)}"]': (
        "3",
        "-1",
        "6",
        "4",
        "-2",
    ),
    '["${1 / 0}"]': "?",
    '["${max(1, 7)}", "${min(1, 3)}", "${negate(2)}", "${absolute(-4)}", "${int(2.7)}", "${strlen("abc")}"]': (
        "7",
        "1",
        "-2",
        "4",
        "2",
        "3",
    ),
    'greaterthan(2, 1) && lessthan(1, 2) && greaterthanorequalto(1, 1) && lessthanorequalto(1, 1) ? ["x"] : []': ("x",),
    'sort(["b", "a"])': ("a", "b"),
    'slice(["a", "b", "c"], 1, 2)': ("b",),
    'slice(["a"], 1, 5)': "?",
    'reverselist(["a", "b"])': ("b", "a"),
    'coalescelist([], ["a"])': ("a",),
    'zipmap(["k"], ["v"]).k == "v" ? ["x"] : []': ("x",),
    'hasindex(MAP, "k") && !hasindex(["a"], 1) ? ["x"] : []': ("x",),
    '["${indexof(["a", "b"], "b")}", index(["a", "b"], 1)]': ("1", "b"),
    '[sanitize("a/b.c"), basename("a/b"), chomp("a\\n")]': ("a_b_c", "b", "a"),
    "reverselist([timestamp()])": "?",
    'lookup({ a = timestamp(), b = "x" }, "b", "") == "x" ? ["l/x"] : []': ("l/x",),
    "range(1, 3)": ("1", "2"),
    "[for x in timestamp() : x]": "?",
    "{ a = 1 }": "?",
    "f(timestamp()...)": "?",
    'concat([["a"], ["b"]]...)': ("a", "b"),
    "NOTHING[*]": (),
    "ARCH[*]": ("arm64",),
    '[for k, v in { b = ["1", "2"], a = ["3"] } : "${k}${length(v)}"]': ("a1", "b2"),
    'keys({ for x in ["a", "b", "a"] : x => x... })': ("a", "b"),
    "undefined_function(1)": "?",
    '["a", { b = 1 }]': "?",
    '["${MAP}"]': "?",
    '"x" ? ["a"] : ["b"]': "?",
    'split(",", "${CYCLE}")': "?",
}

DEFINITIONS = """
variable "ARCH" { default = "arm64" }
variable "EMPTY" {}
variable "NOTHING" { default = null }
variable "FLAG" { default = false }
variable "LIST" { default = "a,b" }
variable "CYCLE" { default = CYCLE }
MAP = { k = ["v"], l = [] }
OBJECTS = [{ p = "one" }, { p = "two" }]
function "platforms" {
  params = [kind]
  result = (kind == "alpine" ? ["a"]
    : kind == "slim" ? ["s"]
    : ["d"])
}
function "all" {
  params          = [first]
  variadic_params = rest
  result          = concat([first], rest)
}
function "recursive" {
  params = [x]
  result = recursive(x)
}
target "b" { tags = ["t"] }
"""


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_platforms_are_what_the_expression_comes_to(value: str) -> None:
    found = target(f'{DEFINITIONS}target "a" {{\n  platforms = {value}\n}}\n')
    assert (found.platforms if found.known else "?") == VALUES[value]


def test_a_target_without_the_attribute_has_no_platforms() -> None:
    found = target('target "a" {\n  dockerfile = "x.Dockerfile"\n  context = "app"\n  tags = ["t:1", ""]\n}\n')
    assert (found.platforms, found.known, found.own) == (None, True, False)
    assert (found.dockerfile, found.context, found.tags) == ("x.Dockerfile", "app", ("t:1",))


def test_the_spans_are_those_of_the_block() -> None:
    text = '# é\ntarget "a" {\n  context = "."\n}\n'
    found = target(text)
    assert text[found.span.start : found.span.stop] == 'target "a" {\n  context = "."\n}'
    assert text[found.span.start : found.opening] == 'target "a" {'


def test_the_steps_say_how_the_platforms_came_about() -> None:
    text = """variable "P" {
  default = "linux/amd64"
}
function "pick" {
  params = []
  result = [P]
}
target "base" {
  platforms = pick()
}
target "a" {
  inherits = ["base"]
}
"""
    assert target(text).steps == (
        Step("target a inherits from base", "docker-bake0.hcl", 11),
        Step("function pick", "docker-bake0.hcl", 4),
        Step('variable P defaults to "linux/amd64" and may be overridden from the environment', "docker-bake0.hcl", 1),
    )


@pytest.mark.parametrize(
    ("default", "given", "expected"),
    [
        ('default = "a"', "b", ("b",)),
        ("", "b", ("b",)),
        ("default = null", "b", ("b",)),
        ("default = 1", "2", ("2",)),
        ("default = 1", "two", "?"),
        ("default = false", "true", ("true",)),
        ('default = ["a"]', "b", "?"),
        ('default = "a"', UNKNOWN, "?"),
        ('default = "a"', HANDED, "?"),
        ('default = "a"', "", ()),
    ],
)
def test_the_environment_overrides_a_variable_as_its_default_is_typed(
    default: str, given: str, expected: tuple[str, ...] | str
) -> None:
    text = f'variable "X" {{\n  {default}\n}}\ntarget "a" {{\n  platforms = ["${{X}}"]\n}}\n'
    found = target(text, environment={"X": Value((given,), (Step("env", "ci.yml", 3),))})
    assert (found.platforms if found.known else "?") == expected
    assert Step("env", "ci.yml", 3) in found.steps


def test_a_name_without_a_variable_block_is_not_overridden_from_the_environment() -> None:
    text = 'X = "a"\ntarget "a" {\n  platforms = [X]\n}\n'
    assert target(text, environment={"X": Value(("b",))}).platforms == ("a",)


def test_variables_that_hold_nothing_are_named_as_open() -> None:
    text = 'variable "X" {}\nvariable "Y" { default = "" }\ntarget "a" {\n  platforms = compact([X, Y])\n}\n'
    found = target(text)
    assert (found.platforms, found.known, found.open) == ((), True, ("X", "Y"))


INHERITS = {
    # left to right, the own value last
    'target "x" { platforms = ["x"] }\ntarget "y" { platforms = ["y"] }\ntarget "a" { inherits = ["x", "y"] }': ("y",),
    'target "x" { platforms = ["x"] }\ntarget "a" {\n inherits = ["x"]\n platforms = ["a"]\n}': ("a",),
    'target "x" { platforms = ["x"] }\ntarget "y" {}\ntarget "a" { inherits = ["x", "y"] }': ("x",),
    'target "x" { platforms = ["x"] }\ntarget "a" {\n inherits = ["x"]\n platforms = []\n}': (),
    'target "x" { platforms = ["x"] }\ntarget "a" {\n inherits = ["x"]\n platforms = null\n}': ("x",),
    'target "x" { inherits = ["y"] }\ntarget "y" { platforms = ["y"] }\ntarget "a" { inherits = ["x"] }': ("y",),
    'target "a" { inherits = ["a"] }': None,
    'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }': None,
    'target "a" { inherits = ["elsewhere"] }': "?",
    'target "a" {\n inherits = ["elsewhere"]\n platforms = ["a"]\n}': ("a",),
    'target "a" { inherits = ["docker-metadata-action"] }': None,
    'target "a" { inherits = UNDEFINED }': "?",
    'target "x" { platforms = [timestamp()] }\ntarget "a" { inherits = ["x"] }': "?",
}


@pytest.mark.parametrize("text", INHERITS, ids=repr)
def test_inherited_platforms_follow_bakes_order(text: str) -> None:
    found = target(text)
    assert (found.platforms if found.known else "?") == INHERITS[text]


def test_a_matrix_makes_a_target_of_each_combination_and_a_group_of_its_label() -> None:
    file = bake(
        """target "app" {
  matrix = {
    os  = ["alpine", "debian"]
    jdk = [21, 25]
  }
  name      = "${os}_${jdk}"
  platforms = os == "alpine" ? ["linux/amd64"] : ["linux/${jdk}"]
}
group "default" { targets = ["app"] }
"""
    )
    assert names(file) == {
        "alpine_21": ("linux/amd64",),
        "debian_21": ("linux/21",),
        "alpine_25": ("linux/amd64",),
        "debian_25": ("linux/25",),
    }
    assert set(file.groups["app"]) == set(file.default) == set(names(file))


def test_a_matrix_of_objects_gives_its_items_fields() -> None:
    file = bake(
        """images = [{ name = "one" }, { name = "two", platforms = "linux/arm64" }]
variable "P" { default = "linux/amd64,linux/386" }
target "default" {
  matrix = { item = images }
  name = item.name
  platforms = split(",", lookup(item, "platforms", P))
}
"""
    )
    assert names(file) == {"one": ("linux/amd64", "linux/386"), "two": ("linux/arm64",)}


def test_combinations_whose_names_cannot_be_known_stay_apart() -> None:
    text = 'target "a" {\n  matrix = { p = ["x", "y"] }\n  name = "n-${md5(p)}"\n  platforms = [p]\n}\n'
    found = bake(text).targets
    assert [each.platforms for each in found] == [("x",), ("y",)]
    assert all(each.name.startswith(f"n-{UNKNOWN}") for each in found)


def test_a_matrix_that_cannot_be_known_leaves_its_names_unknown() -> None:
    text = 'target "a" {\n  matrix = UNDEFINED\n  name = "n-${p}"\n  platforms = [p]\n}\n'
    (found,) = bake(text).targets
    assert (found.name, found.known) == (f"n-{UNKNOWN}", False)
    assert names(bake(text.replace("[p]", '["l/x"]'))) == {f"n-{UNKNOWN}": ("l/x",)}


def test_a_huge_matrix_is_capped() -> None:
    axes = ", ".join(f"k{number} = range(10)" for number in range(9))
    assert (
        len(bake(f'target "a" {{\n  matrix = {{ {axes} }}\n  name = "a${{k0}}-${{k1}}-${{k8}}"\n}}\n').targets) <= 256
    )


def test_later_files_win_attribute_by_attribute() -> None:
    first = 'variable "V" { default = "one" }\ntarget "a" {\n  platforms = ["x"]\n  tags = ["t"]\n}\n'
    second = 'variable "V" { default = "two" }\ntarget "a" {\n  platforms = [V]\n}\ntarget "b" {}\n'
    file = bake(first, second)
    found = file.targets[0]
    assert (found.platforms, found.tags, found.source.path) == (("two",), ("t",), "docker-bake0.hcl")
    assert [each.name for each in file.targets] == ["a", "b"]


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (["*.platform=linux/386"], ("linux/386",)),
        (["a.platform=l/1,l/2"], ("l/1", "l/2")),
        (["a.platform=l/1", "a.platform=l/2"], ("l/1", "l/2")),
        (["a.platform+=l/1"], ("x", "l/1")),
        (["b.platform=l/1"], ("x",)),
        (["a*.platform=l/1"], ("l/1",)),
        (["a.tags=l/1"], ("x",)),
        (["*.platform="], ()),
        ([f"*.platform={UNKNOWN}"], "?"),
        (["nonsense"], ("x",)),
    ],
)
def test_set_overrides_the_platform(sets: list[str], expected: tuple[str, ...] | str) -> None:
    found = target('target "a" {\n  platforms = ["x"]\n}\n', overrides=sets)
    assert (found.platforms if found.known else "?") == expected


def test_groups_come_down_to_targets_even_in_a_cycle() -> None:
    file = bake(
        """group "default" { targets = ["all", "a"] }
group "all" { targets = ["b", "default"] }
target "a" {}
target "b" {}
"""
    )
    assert file.groups == {"default": ("b", "a"), "all": ("b", "a")}
    assert [each.name for each in file.select([])] == ["a", "b"]
    assert [each.name for each in file.select(["b*"])] == ["b"]
    assert file.select(["nothing"]) == ()


def test_a_linked_target_is_selected_with_the_one_that_links_it() -> None:
    file = bake('target "a" {\n  contexts = { base = "target:b" }\n}\ntarget "b" {}\ntarget "c" {}\n')
    assert [each.name for each in file.select(["a"])] == ["a", "b"]


INHERITED_ONLY = {
    'target "_common" {}\ntarget "a" { inherits = ["_common"] }': {"_common"},
    'target "_alone" {}': {"_alone"},
    'target "base" {}\ntarget "a" { inherits = ["base"] }': {"base"},
    'group "default" { targets = ["base"] }\ntarget "base" {}\ntarget "a" { inherits = ["base"] }': set(),
    'target "default" {}\ntarget "a" { inherits = ["default"] }': set(),
    'target "_base" {}\ntarget "a" { contexts = { x = "target:_base" } }': set(),
    'target "docker-metadata-action" {}\ntarget "a" {}': {"docker-metadata-action"},
    'target "a" { inherits = ["a"] }': set(),
    'target "m" {\n matrix = { x = [1] }\n name = "m${x}"\n}\ntarget "a" { inherits = ["m1"] }': {"m1"},
}


@pytest.mark.parametrize("text", INHERITED_ONLY, ids=repr)
def test_what_is_only_inherited_from_is_told_apart(text: str) -> None:
    assert {each.name for each in bake(text).targets if each.inherited_only} == INHERITED_ONLY[text]


def test_a_broken_block_leaves_its_platforms_unknown() -> None:
    text = 'target "a" {\n  args = { x = 1 +\n  }\n}\ntarget "b" {}\n'
    assert names(bake(text)) == {"a": "?", "b": None}


def test_outputs_may_be_texts_or_objects() -> None:
    text = 'target "a" {\n  output = ["type=local,dest=${timestamp()}", { type = "image", push = true }, ""]\n}\n'
    assert target(text).output == (f"type=local,dest={UNKNOWN}", "type=image,push=true")


JSON = """{
  "//": "a comment",
  "variable": {"P": {"default": "linux/amd64"}},
  "group": {"default": {"targets": ["a"]}},
  "target": {
    "a": {"platforms": ["${P}", "linux/arm64"], "tags": ["a\\u00e9"], "context": "é"},
    "b": [{"inherits": ["a"]}, {"dockerfile": "b.Dockerfile"}],
    "c": {"matrix": {"v": [1, 2]}, "name": "c${v}", "platforms": null}
  }
}
"""


def test_json_means_what_hcl_means() -> None:
    file = evaluate([Source("docker-bake.json", JSON)])
    both = ("linux/amd64", "linux/arm64")
    assert names(file) == {"a": both, "b": both, "c1": None, "c2": None}
    assert (file.targets[0].tags, file.targets[0].context, file.targets[1].dockerfile) == (("aé",), "é", "b.Dockerfile")
    found = file.targets[0]
    assert JSON[found.span.start : found.opening] == '"a": {'
    assert JSON[found.span.stop - 1 : found.span.stop + 1] == "},"


def test_json_may_list_the_bodies_of_a_kind() -> None:
    text = (
        '{"target": [{"a": {"platforms": ["x"]}}, {"b": {}}], "function": {"f": {"params": ["x"], "result": "${x}"}}}'
    )
    assert names(evaluate([Source("docker-bake.json", text)])) == {"a": ("x",), "b": None}


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("[]", 0),
        ('{"a": }', 6),
        ('{"a" 1}', 5),
        ('{"a": 1', 7),
        ('{"a": 1} x', 9),
        ("{a: 1}", 1),
        ('{"a": "\\x"}', 6),
        ('{"a": "', 6),
        ('{"a": NaN}', 6),
        ("[" * 5000, 61),
    ],
)
def test_broken_json_is_refused_with_its_place(text: str, offset: int) -> None:
    with pytest.raises(UnreadableError, match="invalid JSON") as caught:
        evaluate([Source("docker-bake.json", text)])
    assert caught.value.offset == offset


GROWING = {
    "lists": 'variable "v{0}" {{ default = [v{1}, v{1}, v{1}] }}',
    "texts": 'variable "v{0}" {{ default = "${{v{1}}}${{v{1}}}" }}',
    "numbers": 'variable "v{0}" {{ default = "${{v{1} * v{1}}}" }}',
    "calls": 'function "f{0}" {{\n  params = []\n  result = concat(f{1}(), f{1}())\n}}',
}


@pytest.mark.parametrize("kind", GROWING)
def test_values_that_double_with_every_line_are_unknown_soon(kind: str) -> None:
    lines = "\n".join(GROWING[kind].format(number, number + 1) for number in range(60))
    ends = 'variable "v60" { default = "99" }\nfunction "f60" {\n  params = []\n  result = ["x"]\n}\n'
    wanted = "f0()" if kind == "calls" else "flatten([v0])"
    assert names(bake(f'{lines}\n{ends}target "a" {{\n  platforms = {wanted}\n}}\n')) == {"a": "?"}


def test_a_message_shows_a_value_on_one_short_line() -> None:
    assert shown("a\nb") == '"a b"'
    assert shown("x" * 100) == f'"{"x" * 57}..."'
    assert shown((1, "a", True, None, 2)) == '[1, "a", true, null, ...]'


_values = st.sampled_from([*VALUES, "[[", "}", '"${', "1 +", "x ? y", "{ a = 1 }", "[1, true, null]", "-[]", "!1"])
_keys = st.sampled_from(["platforms", "inherits", "matrix", "name", "tags", "output", "contexts", "params", "result"])
_bodies = st.lists(st.tuples(_keys, _values), max_size=4).map(
    lambda pairs: "".join(f"  {key} = {value}\n" for key, value in pairs)
)
_kinds = st.sampled_from(["target", "group", "variable", "function"])
_blocks = st.tuples(_kinds, st.sampled_from("abc"), _bodies).map(
    lambda block: f'{block[0]} "{block[1]}" {{\n{block[2]}}}\n'
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_blocks, max_size=5).map("".join), st.lists(st.text(max_size=12), max_size=2))
@example('target "a" {\n  matrix = {}\n}\n', [])
@example('target "a" {\n  matrix = { x = 1 }\n  name = null\n}\n', ["*.platform+=x"])
def test_any_blocks_evaluate_or_are_refused(text: str, sets: list[str]) -> None:
    text = DEFINITIONS + text
    try:
        file = evaluate([Source("docker-bake.hcl", text)], {}, sets)
    except UnreadableError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017 (the other way out is tested too)
        return
    for each in file.targets:
        assert 0 <= each.span.start < each.opening <= each.span.stop <= len(text)
        assert each.known or each.platforms is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='{}[]",:\\ \n10eE.-"targetplatforms${}%é\ud800\0', max_size=80))
@example('{"target":{"a":{"platforms":["%{if x}"]}}}')
@example('{"target":{"a":{"platforms":["${"]}}}')
@example('{"target":{"\ud800":{"x":1e999}}}')
def test_any_json_evaluates_or_is_refused(text: str) -> None:
    try:
        evaluate([Source("docker-bake.json", text)])
    except UnreadableError as error:
        assert 0 <= error.offset <= len(text)  # noqa: PT017 (the other way out is tested too)
