"""Every rule's README is its test."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from prelaunch.engine import kind_of_fact
from prelaunch.registry import load_rules
from prelaunch.testing import Example, check_example, examples_of
from prelaunch_rules import JUDGES

if TYPE_CHECKING:
    from prelaunch.model import Rule

RULES = load_rules()
EXAMPLES = [
    pytest.param(rule, example, id=f"{rule.name}: {example}") for rule in RULES for example in examples_of(rule)
]


@pytest.mark.parametrize(("rule", "example"), EXAMPLES)
def test_an_example_of_a_readme_holds(rule: Rule, example: Example) -> None:
    check_example(rule, example)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_shows_what_it_flags_and_what_it_lets_pass(rule: Rule) -> None:
    examples = examples_of(rule)
    assert any(example.expected for example in examples)
    assert any(not example.expected for example in examples)
    assert any(example.fixed for example in examples) == rule.fixable


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_has_one_name_in_its_folder_its_heading_and_its_findings(rule: Rule) -> None:
    assert os.path.basename(rule.folder).replace("_", "-") == rule.name
    assert rule.doc.splitlines()[0] == f"# {rule.name}"
    assert all(name == rule.name for example in examples_of(rule) for _, _, _, name in example.expected)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_shows_the_error_texts_that_it_explains(rule: Rule) -> None:
    readme = " ".join(rule.doc.lower().split())
    for symptom in rule.symptoms:
        assert symptom == " ".join(symptom.lower().split())
        assert all(piece in readme for piece in symptom.split(" ... ")), symptom


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_sums_itself_up_in_one_line(rule: Rule) -> None:
    assert 20 < len(rule.summary) < 200
    assert "\n" not in rule.summary


def test_what_each_rule_judges_is_said_before_it_is_imported() -> None:
    said = {rule.folder.rpartition("/")[2]: kind_of_fact(rule) for rule in RULES}
    assert dict(JUDGES) == said


def test_only_the_rules_of_the_facts_at_hand_are_loaded() -> None:
    assert {kind_of_fact(rule) for rule in load_rules({"import"})} == {"import"}
