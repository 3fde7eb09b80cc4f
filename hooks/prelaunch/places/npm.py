"""The scripts of `package.json` and `composer.json`: the images that their commands build.

npm, yarn and pnpm hand a script to `sh -c` (npm documentation, `scripts`); Composer runs a text or a list of them. A
script that another one runs by name is reported where it stands, once.
"""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Fragment, Value
from prelaunch.places.embedded import read_embedded
from prelaunch.places.publishing import NO_PUSHES, published, published_elsewhere, united
from prelaunch.places.script import ScriptFacts, Setting, unite
from prelaunch.readers.bake.json_syntax import document
from prelaunch.readers.notebook import string_pieces
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.model import Build, Source
    from prelaunch.project import Project
    from prelaunch.readers.bake.json_syntax import Element

_CALLERS = ("npm run ", "npm run-script ", "yarn run ", "yarn ", "pnpm run ", "pnpm ", "bun run ", "composer run ", "@")
_OF_NPM = {name: Value((UNKNOWN,)) for name in ("npm_package_version", "npm_package_name", "INIT_CWD")}
_MAX_SCRIPTS = 2_000
_MAX_COMPARED = 300


def builds(source: Source, project: Project) -> list[Build]:
    """The builds of a file's scripts, in its order; spans are offsets into its text.

    Raises `UnreadableError` where the file is no JSON.
    """
    folder = source.path.rpartition("/")[0] or "."
    setting = Setting("npm", _OF_NPM, folder)
    facts: dict[str, list[ScriptFacts]] = {}
    texts: dict[str, str] = {}
    for field in document(source).fields():
        if field.name != "scripts":
            continue
        for script in field.value.fields()[:_MAX_SCRIPTS]:
            for fragment in _fragments(source, script.value):
                facts.setdefault(script.name, []).append(read_embedded(fragment, setting, project))
                texts[script.name] = f"{texts.get(script.name, '')}\n{fragment.text}"
    pushed = _pushed(facts, texts)
    pushes = united(each.pushes for several in facts.values() for each in several)
    found = [
        build
        for name, several in facts.items()
        for each in several
        for build in published(each.builds, pushes if name in pushed else NO_PUSHES)
    ]
    return sorted(published_elsewhere(unite(found), pushes), key=lambda build: build.span)


def _fragments(source: Source, element: Element) -> list[Fragment]:
    if element.kind == "array":
        return [fragment for each in element.elements()[:_MAX_SCRIPTS] for fragment in _fragments(source, each)]
    if not isinstance(element.value, str) or not element.value:
        return []
    span = element.span
    return [Fragment(source, tuple(string_pieces(source.text, span.start + 1, span.stop - 1)))]


def _pushed(facts: dict[str, list[ScriptFacts]], texts: dict[str, str]) -> set[str]:
    """The scripts whose images are pushed: by themselves, or by one that runs them beside one that pushes."""
    pushing = {name for name, several in facts.items() if any(each.pushes for each in several)}
    if not pushing or len(facts) > _MAX_COMPARED:
        return pushing
    found = set(pushing)
    speaking = {name: text for name, text in texts.items() if any(caller in text for caller in _CALLERS)}
    for name, text in speaking.items():
        called = {other for other in facts if _calls(text, other)}
        if name in pushing or called & pushing:
            found |= called | {name}
    return found


def _calls(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        behind = text[at + len(name) : at + len(name) + 1]
        if text.endswith(_CALLERS, 0, at) and (not behind or behind in " \t\n;&|'\")"):
            return True
        at = text.find(name, at + 1)
    return False
