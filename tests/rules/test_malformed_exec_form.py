from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Source
from prelaunch.readers.dockerfile import read
from prelaunch_rules.malformed_exec_form.array import read_array

BROKEN = {
    "['python', 'app.py']": ("single quotes", '["python", "app.py"]'),
    "[\"python\", 'app.py']": ("single quotes", '["python", "app.py"]'),
    "[ 'npm', 'start' ]": ("single quotes", '["npm", "start"]'),
    "['npm']": ("single quotes", '["npm"]'),
    "[\u201cpython\u201d, \u201capp.py\u201d]": ("word processor", '["python", "app.py"]'),
    '["python" "app.py"]': ("a comma is missing", '["python", "app.py"]'),
    '[ "python" "app.py" ]': ("a comma is missing", '["python", "app.py"]'),
    '["python", "app.py",]': ("a comma stands before", '["python", "app.py"]'),
    '["python", app.py]': ("in no quotes", '["python", "app.py"]'),
    "[python, app.py]": ("in no quotes", '["python", "app.py"]'),
    '["python", "app.py"': ("does not end in `]`", ""),
    '["python", "app.py': ("a quote in it is not closed", ""),
    '["/app/main': ("a quote in it is not closed", ""),
    "['./start.sh\"]": ("a quote in it is not closed", ""),
    '["npm, start]': ("a quote in it is not closed", ""),
    '["C:\\app\\run.exe"]': ("a backslash in it", ""),
    "['sh', '-c', 'echo \"hi\"']": ("single quotes", ""),
}

COMMANDS = [
    "[ -f /ready ] && exec serve",
    '[ "$MODE" = "serve" ] && exec serve',
    '[ "$MODE" ] && exec serve',
    '[ "$MODE" ]',
    '[[ -n "$A" ]] && serve',
    "[[ 'a' == 'a' ]]",
    '[ "$A" = "b ] && c',
    "[ 'a' = 'a,b' ] || exit 1",
    "python app.py",
    "echo ['a', 'b']",
    "[",
    "[]",
    "[ ]",
    "[,]",
    "",
]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_array_is_told_with_its_fault_and_its_cure(text: str) -> None:
    fault, right = BROKEN[text]
    found = read_array(text)
    assert found is not None
    assert fault in found.fault
    assert found.json == right


@pytest.mark.parametrize("text", COMMANDS)
def test_a_command_of_the_shell_is_no_broken_array(text: str) -> None:
    assert read_array(text) is None


@given(st.text(alphabet="[]'\", \\\u201c\u201dab$\n-f"))
def test_any_text_is_read_and_a_cure_is_the_array_that_it_promises(text: str) -> None:
    found = read_array(text)
    if found is None or not found.json:
        return
    mended, shift = text, 0
    for change in sorted(found.changes):
        start, stop = change.at[0] + shift, change.at[1] + shift
        mended = mended[:start] + change.text + mended[stop:]
        shift += len(change.text) - (change.at[1] - change.at[0])
    assert json.loads(mended) == json.loads(found.json)
    instruction = read(Source("Dockerfile", f"FROM a\nCMD {' '.join(mended.split())}\n")).instructions[1]
    assert instruction.form == "exec"
