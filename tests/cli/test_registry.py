from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from prelaunch import DOCS, CannotRunError, registry
from prelaunch.engine import OWN_RULES, Report

if TYPE_CHECKING:
    from pathlib import Path

RULE = """
from prelaunch.model import Build, Rule
RULE = Rule({name!r}, Build, lambda fact, project: iter(()), "likely", False, {folder!r})
"""


def _plugin(site: Path, package: str, rules: dict[str, str], words: str = "") -> None:
    info = site / f"{package}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "entry_points.txt").write_text(f"[console_scripts]\nx = y:z\n\n[prelaunch.rules]\n# no\nany = {package}\n")
    (site / package).mkdir()
    (site / package / "__init__.py").write_text(words)
    for folder, text in rules.items():
        (site / package / folder).mkdir()
        (site / package / folder / "__init__.py").write_text(text)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return folder


def test_the_rules_that_come_with_prelaunch_are_found_by_their_entry_point() -> None:
    assert registry.packages() == ["prelaunch_rules"]
    assert {rule.name for rule in registry.load_rules()} == registry.rule_names()
    assert {"missing-platform", "nonexistent-import"} <= registry.rule_names()


def test_a_rule_without_a_readme_is_an_error(site: Path) -> None:
    _plugin(site, "plugin_three", {"mine": RULE.format(name="mine", folder=str(site))})
    with pytest.raises(CannotRunError, match=r"the rule mine of plugin_three has no README\.md"):
        registry.load_rules()


def test_anyone_s_rules_are_found_in_the_same_way(site: Path) -> None:
    folder = site / "plugin_one" / "my_rule"
    _plugin(site, "plugin_one", {"my_rule": RULE.format(name="my-rule", folder=str(folder)), "helper": ""})
    (folder / "README.md").write_text("# my-rule\n")
    assert registry.packages() == ["plugin_one", "prelaunch_rules"]
    assert "my-rule" in {rule.name for rule in registry.load_rules()}
    assert "my-rule" in registry.rule_names()
    assert "helper" not in registry.rule_names()


def test_a_rule_has_the_page_that_its_package_or_itself_names(site: Path) -> None:
    own = 'RULE = RULE._replace(url="https://example.org/mine")'
    rules = {name: RULE.format(name=name.replace("_", "-"), folder=str(site)) for name in ("paged_rule", "own_rule")}
    rules["own_rule"] += own
    (site / "README.md").write_text("# any\n")
    _plugin(site, "plugin_pages", rules, 'PAGES = "https://example.org/rules/"')
    pages = {rule.name: rule.url for rule in registry.load_rules()}
    assert pages["paged-rule"] == "https://example.org/rules/paged-rule/"
    assert pages["own-rule"] == "https://example.org/mine"
    assert pages["missing-platform"] == f"{DOCS}/rules/missing-platform/"
    assert set(Report((), tuple(registry.load_rules())).pages) == {*pages, *OWN_RULES}


def test_two_rules_of_one_name_are_an_error(site: Path) -> None:
    (site / "README.md").write_text("# missing-platform\n")
    text = RULE.format(name="missing-platform", folder=str(site))
    _plugin(site, "plugin_two", {"mine": text})
    with pytest.raises(
        CannotRunError, match="two rules are named missing-platform: in plugin_two and in prelaunch_rules"
    ):
        registry.load_rules()


@pytest.mark.parametrize("text", ["import nothing_of_that_name", "def f(:", "from prelaunch.model import Nothing"])
def test_a_plugin_that_cannot_be_imported_is_named_in_one_line(site: Path, text: str) -> None:
    name = f"plugin_{abs(hash(text))}"
    _plugin(site, name, {"broken": text})
    with pytest.raises(CannotRunError, match=f"the rules of {name}.broken cannot be imported: ") as caught:
        registry.load_rules()
    assert "\n" not in str(caught.value)


def test_a_plugin_says_the_words_of_its_imports_or_gets_every_file(site: Path) -> None:
    _plugin(site, "plugin_words", {}, 'WORDS = {"python": (b"mine",), "": (b"own-tool",)}')
    words = registry.import_words()
    assert words["python"] is not None
    assert b"mine" in words["python"]
    assert any(callable(word) for word in words["python"])
    assert words[""] == (b"own-tool",)
    _plugin(site, "plugin_without", {})
    assert registry.import_words()["python"] is None


def test_the_current_folder_is_never_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _plugin(tmp_path, "plugin_evil", {}, "raise SystemExit('ran')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", str(tmp_path), *sys.path])
    assert registry.packages() == ["prelaunch_rules"]


def test_no_rules_at_all_are_an_error_and_not_a_clean_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(CannotRunError, match="no rules are installed"):
        registry.load_rules()
