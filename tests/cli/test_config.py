from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

import prelaunch
from prelaunch import CannotRunError, platforms
from prelaunch.config import KEYS, find_config, load_config, parse_config

if TYPE_CHECKING:
    from pathlib import Path

with open(os.path.join(os.path.dirname(prelaunch.__file__), "prelaunch.schema.json"), encoding="utf-8") as _file:
    SCHEMA = json.load(_file)

GOOD: list[dict[str, Any]] = [
    {},
    {"platforms": []},
    {"platforms": ["linux/amd64", "linux/arm/v7", "windows/amd64", "linux/x86_64"]},
    {"select": ["missing-platform"], "ignore": ["nonexistent-import"]},
    {"extend-select": ["missing-qemu"]},
    {"exclude": ["vendor/", "**/*.mk", "a b/c"]},
    {"per-path-ignores": {"tests/**": ["missing-platform"], "x": []}},
    {"wrappers": {"dcb": "docker compose build", "./build.sh": "docker build"}},
]

BAD: list[tuple[dict[str, Any], str]] = [
    ({"platform": ["linux/amd64"]}, "'platform' is not a setting; did you mean 'platforms'?"),
    ({"per_path_ignores": {}}, "did you mean 'per-path-ignores'?"),
    (
        {"xyzzy": 1},
        "is not a setting: there are exclude, extend-select, ignore, per-path-ignores, platforms, select, wrappers",
    ),
    ({"platforms": "linux/amd64"}, 'platforms is not a list of texts: write platforms = ["linux/amd64"]'),
    ({"platforms": [1]}, "platforms is not a list of texts"),
    ({"platforms": ["amd64"]}, "names no operating system"),
    ({"platforms": ["linux"]}, "names no architecture"),
    ({"platforms": ["linux/amd"]}, "'amd' is unknown; did you mean 'amd64'?"),
    ({"platforms": ["linux/*"]}, "wildcard"),
    ({"platforms": ["Linux/AMD64"]}, "write 'linux/amd64'"),
    ({"platforms": ["linux/amd64/v2/x"]}, "three parts"),
    ({"platforms": [""]}, "platforms is not a list of texts"),
    ({"select": "missing-platform"}, 'select is not a list of texts: write select = ["missing-platform"]'),
    ({"ignore": [None]}, "ignore is not a list of texts"),
    ({"exclude": {"a": 1}}, 'exclude is not a list of texts: write exclude = ["vendor/"]'),
    ({"exclude": ["!keep"]}, "'!keep' is not a path or glob"),
    ({"exclude": ["/"]}, "'/' is not a path or glob"),
    ({"per-path-ignores": ["x"]}, "per-path-ignores is not a table"),
    ({"per-path-ignores": {"x": "missing-platform"}}, "per-path-ignores.x is not a list of texts"),
    ({"per-path-ignores": {"/": []}}, "'/' is not a path or glob"),
    ({"wrappers": "dcb"}, "wrappers is not a table"),
    ({"wrappers": {"dcb": ""}}, "wrappers.dcb: a wrapper is one word"),
    ({"wrappers": {"dcb": ["docker"]}}, "wrappers.dcb: a wrapper is one word"),
    ({"wrappers": {"d c": "docker build"}}, "a wrapper is one word"),
]


@pytest.mark.parametrize("table", GOOD, ids=str)
def test_the_program_and_the_schema_take_a_good_configuration(table: dict[str, Any]) -> None:
    jsonschema.validate(table, SCHEMA)
    parse_config(table, "prelaunch.toml")


@pytest.mark.parametrize(("table", "message"), BAD, ids=str)
def test_the_program_and_the_schema_refuse_a_bad_configuration(table: dict[str, Any], message: str) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table, SCHEMA)
    with pytest.raises(CannotRunError) as caught:
        parse_config(table, "prelaunch.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("prelaunch.toml: ")
    assert "\n" not in str(caught.value)


def test_the_schema_names_the_same_settings_and_platforms() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(KEYS)
    validate = jsonschema.Draft202012Validator({**SCHEMA["$defs"]["platform"]}).is_valid
    for os_name in platforms.KNOWN_OS:
        for architecture in platforms.KNOWN_ARCHITECTURES:
            assert validate(f"{os_name}/{architecture}")


def test_the_nearest_configuration_upwards_counts_as_far_as_the_top(tmp_path: Path) -> None:
    deep = tmp_path / "top" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / "prelaunch.toml").write_text('platforms = ["linux/amd64"]')
    top = str(tmp_path / "top")
    assert find_config(str(deep), top) is None
    assert find_config(str(deep), None) == str(tmp_path / "prelaunch.toml")
    (tmp_path / "top" / "pyproject.toml").write_text("[tool.prelaunch]\nexclude = []\n")
    assert find_config(str(deep), top) == os.path.join(top, "pyproject.toml")
    (deep / "pyproject.toml").write_text("[project]\nname = 'x'  # prelaunch\n")
    assert find_config(str(deep), top) == os.path.join(top, "pyproject.toml")


def test_a_pyproject_that_does_not_speak_of_prelaunch_is_not_even_parsed(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("this is no TOML")
    assert find_config(str(tmp_path), str(tmp_path)) is None


def test_two_configurations_side_by_side_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "prelaunch.toml").write_text("")
    (tmp_path / "pyproject.toml").write_text("[tool.prelaunch]\nexclude = []\n")
    with pytest.raises(CannotRunError, match="keep one"):
        find_config(str(tmp_path), None)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("prelaunch.toml", "platforms = [", "is not valid TOML"),
        ("prelaunch.toml", b"a = '\xff'", "is not valid TOML"),
        ("pyproject.toml", "[tool]\nprelaunch = 1\n", "is not a table"),
        ("pyproject.toml", "[tool.other]\n", "holds no table"),
        ("gone.toml", None, "there is no such file"),
    ],
)
def test_a_file_that_is_no_configuration_is_an_error(
    tmp_path: Path, name: str, text: str | bytes | None, message: str
) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CannotRunError, match=message):
        load_config(str(tmp_path / name), str(tmp_path))


def test_a_configuration_below_the_root_speaks_of_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "prelaunch.toml").write_text(
        'exclude = ["vendor/", "x/*.sh"]\n[per-path-ignores]\n"*.mk" = ["missing-platform"]\n'
    )
    settings = load_config(str(tmp_path / "a" / "prelaunch.toml"), str(tmp_path))
    assert settings.exclude == ("a/**/vendor/", "a/x/*.sh")
    assert settings.per_path_ignores == {"a/**/*.mk": ("missing-platform",)}
