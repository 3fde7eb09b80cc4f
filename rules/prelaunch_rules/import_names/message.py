"""The one line that says what an import lacks, what happens because of it, and what to write."""

from __future__ import annotations

from prelaunch.index.lookup import PYTHON
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Import
    from prelaunch_rules.import_names.judgement import Fault


def message(fact: Import, fault: Fault) -> str:
    """The message of a finding."""
    return f"{lacks(fact, fault)}, {_ends(fact)}{suggestion(fact, fault)}"


def lacks(fact: Import, fault: Fault) -> str:
    """What is lacking, and where."""
    by_name = fact.name is not None and fault.path == f"{fact.module}.{fact.name}"
    return f"`{fact.name if by_name else fault.path}` {_where(fault)}"


def _where(fault: Fault) -> str:
    if fault.never:
        return f"is in no release of {fault.distribution} from {fault.first} to {fault.last}"
    if fault.distribution == PYTHON:
        what = f"Python {fault.version}" if fault.version else "the Python versions"
        text = f"is not in {what} of {fault.where}" if fault.where else f"is not in {what}"
    elif fault.version:
        text = f"is not in {fault.distribution} {fault.version}, which {fault.where} names"
    else:
        text = f"is in no release of {fault.distribution} that {fault.where} allows"
    return f"{text} ({_history(fault)})" if fault.had else text


def _history(fault: Fault) -> str:
    if fault.had == fault.last:
        return f"first seen in {fault.since}"
    return f"last seen in {fault.had}"


def _ends(fact: Import) -> str:
    if fact.attribute:
        return "so reading it fails"
    return "so this import fails when it runs" if _is_indented(fact) else "so this import fails at start"


def suggestion(fact: Import, fault: Fault) -> str:
    """What was probably meant, to stand behind the rest; "" where nothing is sure enough."""
    right = fault.right
    if right is None:
        return ""
    if right.name is None:
        return f"; did you mean `{right.module}`?"
    return f"; did you mean `{right.name if right.module == fact.module else f'{right.module}.{right.name}'}`?"


def _is_indented(fact: Import) -> bool:
    """Whether the import stands in a block, so that it need not run at start."""
    if fact.fragment is None or len(fact.fragment.pieces) != 1:
        return False
    line, _ = fact.source.position(fact.span.start)
    return fact.source.line(line)[:1] in {" ", "\t"}
