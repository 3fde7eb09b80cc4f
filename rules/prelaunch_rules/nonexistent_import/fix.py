"""The edits that put the right name in place: the import's, and those of every use of the imported name.

Where it is not sure that every use was found, the import alone changes, to `RIGHT as WRONG`, which keeps them all.
libcst is imported here only, and only for a file with a finding.
"""

from __future__ import annotations

from prelaunch.model import Edit, Fix
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Fragment, Import, Span
    from prelaunch.project import Project
    from prelaunch_rules.import_names.judgement import Right
    from prelaunch_rules.nonexistent_import.module import Statement

MAX_SEARCHED = 2_000
"""Python files that are searched for an import of the renamed name; in a larger project it is taken for used."""


def fix(fact: Import, right: Right, project: Project) -> Fix | None:
    """The fix that makes an import, or an attribute, name `right`; None where no edit is sure to be right."""
    if right.name is None or fact.name is None or fact.fragment is None:
        return None
    moved = right.module != fact.module
    if fact.attribute:
        return None if moved else _in_place(fact, right.name, "read", right.name)
    from prelaunch_rules.nonexistent_import.module import statement

    found = statement(fact.fragment, fact.span)
    if found is None:
        kept = right.name if fact.alias else f"{right.name} as {fact.name}"
        return None if moved else _in_place(fact, kept, "import", right.name)
    if moved and found.names != 1:
        return None  # the other names of the statement stay where they are
    edits: list[tuple[int, int, str]] = []
    if moved:
        edits.append((*found.module, right.module))
    if right.name != fact.name:
        edits += _rename(fact, found, right.name, right.module, project)
    title = f"import `{right.name}`" + (f" from `{right.module}`" if moved else f" in place of `{fact.name}`")
    return _mapped(fact.fragment, edits, title)


def _in_place(fact: Import, text: str, verb: str, right: str) -> Fix | None:
    """The fix that needs no other place than the name's own."""
    span = fact.span
    if fact.source.text[span.start : span.stop] != fact.name:
        return None
    return Fix((Edit(span, text),), f"{verb} `{right}` in place of `{fact.name}`")


def _rename(fact: Import, found: Statement, right: str, module: str, project: Project) -> list[tuple[int, int, str]]:
    start, stop = found.name
    if found.aliased:
        return [(start, stop, right)]
    uses = None if _may_be_used_elsewhere(fact, project) else found.uses(right, module)
    if uses is None:
        return [(start, stop, f"{right} as {found.wrong}")]
    drop = found.dropped if right in found.beside else None
    first = (*drop, "") if drop else (start, stop, right)
    return [first, *((*use, right) for use in uses)]


def _mapped(fragment: Fragment, edits: list[tuple[int, int, str]], title: str) -> Fix | None:
    """The fix of edits of the fragment's text; None where the file says one of the characters in another way."""
    mapped = []
    for start, stop, text in edits:
        span: Span = fragment.span(start, stop)
        if (
            not fragment.literal(start, stop)
            or fragment.source.text[span.start : span.stop] != fragment.text[start:stop]
        ):
            return None
        mapped.append(Edit(span, text))
    return Fix(tuple(sorted(mapped, key=lambda edit: edit.span)), title)


def _may_be_used_elsewhere(fact: Import, project: Project) -> bool:
    """Whether other code may take the name from this module: another cell, or a file that says both names."""
    path = fact.source.path
    if path.endswith(".ipynb"):
        return True
    if not path.endswith((".py", ".pyi")):
        return False  # a script inside another file, which nothing can import
    parts = path.rpartition(".")[0].split("/")
    own = parts[-1] if parts[-1] != "__init__" or len(parts) == 1 else parts[-2]
    files = _python_files(project)
    if parts[-1] == "__init__" or files is None:
        return True
    for other in files:
        if other == path:
            continue
        source = project.read(other)
        text = source.text if source is not None else ""
        # `from pkg.own import NAME`, however it is broken into lines, or `own.NAME`, whatever `own` is called there
        if fact.name and fact.name in text and (f"{own} import" in text or f".{fact.name}" in text):
            return True
    return False


def _python_files(project: Project) -> tuple[str, ...] | None:
    """The project's Python files, without those of environments and caches; None where there are too many."""
    key = ("nonexistent-import", "python files")
    if key not in project.memo:
        found: list[str] = []
        folders, looked = [""], 0
        while folders and looked <= MAX_SEARCHED and len(found) <= MAX_SEARCHED:
            folder = folders.pop()
            looked += 1
            for name in project.names(folder):
                path = f"{folder}/{name}" if folder else name
                if name.endswith((".py", ".pyi", ".ipynb")):
                    found.append(path)
                elif "." not in name and name not in {"node_modules", "venv", "__pycache__", "site-packages"}:
                    folders.append(path)
        project.memo[key] = None if folders or len(found) > MAX_SEARCHED else tuple(found)
    files: tuple[str, ...] | None = project.memo[key]
    return files
