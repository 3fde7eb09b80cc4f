"""One call of a Python or Starlark file, and what its arguments say of an image."""

from __future__ import annotations

import ast

from prelaunch.model import UNKNOWN, Build, Step
from prelaunch.places.files import Inputs, inputs_of_program
from prelaunch.places.python_paths import place
from prelaunch.places.verdicts import Verdict, bare
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.places.python_tree import Call
    from prelaunch.places.python_values import Module
    from prelaunch.project import Project

MISSING = Verdict("missing")
_MAX_PLATFORMS = 50


def dotted(node: ast.expr) -> str:
    """`a.b.c`; the head is `?` where it is no name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "?")
    return ".".join(reversed(parts))


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """The value of a keyword argument."""
    return next((one.value for one in node.keywords if one.arg == name), None)


def literal(node: ast.expr | None) -> str:
    """The text of a literal, "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_true(node: ast.expr | None) -> bool:
    """Whether an argument is `True`."""
    return isinstance(node, ast.Constant) and node.value is True


def value_of(holder: ast.expr, name: str) -> ast.expr | None:
    """The value of a call's keyword argument, or of a dictionary's key."""
    if isinstance(holder, ast.Call):
        return keyword(holder, name)
    pairs = zip(holder.keys, holder.values, strict=True) if isinstance(holder, ast.Dict) else ()
    return next((value for key, value in pairs if literal(key) == name), None)


def said(module: Module, call: Call, value: ast.expr | None) -> Verdict:
    """What a `platform=` argument says (None where it is not given)."""
    opened = [one.value for one in call.node.keywords if one.arg is None]
    if value is None and opened:
        return Verdict("delegated", (), (Step("more arguments are handed in"),))
    if value is None or (isinstance(value, ast.Constant) and not value.value):
        return MISSING
    found = module.texts(value, call)
    steps = tuple(dict.fromkeys(step for pieces in found for piece in pieces for step in piece.steps))
    texts = ["".join(piece.text for piece in pieces) for pieces in found]
    handed = False
    if isinstance(value, ast.Name):
        known = module.lookup(value.id, call.scope)
        if known is not None and not known[1]:
            handed = True
            if not literal(known[0].arguments.get(value.id)):
                return Verdict("delegated", (), (Step(f"`{value.id}` is handed in by the caller"),))
    clear = [text for text in texts if not any(mark in text for mark in MARKERS)]
    platforms = tuple(dict.fromkeys(name for text in clear for one in text.split(",") if (name := one.strip())))
    whole = bool(platforms) and len(clear) == len(texts) and not handed
    return Verdict("explicit", platforms, steps, whole=whole)


def listed(module: Module, call: Call, value: ast.expr | None) -> Verdict:
    """What a list of platforms says, or one platform."""
    if not isinstance(value, (ast.List, ast.Tuple)):
        return said(module, call, value)
    if not value.elts:
        return said(module, call, None)
    cases = [constant(module, call, one) for one in value.elts[:_MAX_PLATFORMS]]
    known = tuple(dict.fromkeys(name for case in cases for name in case.platforms))
    return Verdict("explicit", known, whole=all(case.whole for case in cases) and len(cases) == len(value.elts))


def constant(module: Module, call: Call, value: ast.expr | None) -> Verdict:
    """As `said`, of a text, of `Platform.LINUX_AMD64`, or of `Platform.custom(text)`."""
    if isinstance(value, ast.Call) and dotted(value.func).endswith("Platform.custom") and value.args:
        return said(module, call, value.args[0])
    last = dotted(value).rpartition(".") if isinstance(value, ast.Attribute) else ("", "", "")
    if last[0].endswith("Platform") and last[2].isupper():
        return Verdict("explicit", (last[2].lower().replace("_", "/"),), whole=True)
    return said(module, call, value)


def build_of(module: Module, call: Call, tool: str, verdict: Verdict, tags: list[ast.expr | None]) -> Build:
    """The build that a call makes, under the names of `tags`."""
    lists = [tag for tag in tags if isinstance(tag, (ast.List, ast.Tuple))]
    every = [tag for tag in tags if tag not in lists] + [one for tag in lists for one in tag.elts[:_MAX_PLATFORMS]]
    texts = ["".join(piece.text for piece in pieces) for tag in every for pieces in module.texts(tag, call)]
    images = (bare(text) for text in texts if text.strip(MARKERS))
    return Build(
        source=module.source,
        span=module.span(call.node),
        tool=tool,
        form="python-code",
        state=verdict.state,
        platforms=verdict.platforms,
        via=verdict.steps,
        whole=verdict.whole,
        images=tuple(dict.fromkeys(images)),
    )


def inputs_of(
    module: Module,
    call: Call,
    project: Project,
    folder: ast.expr | None,
    file: ast.expr | None,
    names: str,
    *,
    beside: bool = False,
    given: ast.expr | None = None,
) -> Inputs:
    """What is built: of a folder, a Dockerfile, and what the arguments of `names` say (the target's, the arguments').

    `given` holds these arguments, where it is not the call itself.
    """
    target_name, arguments_name = names.split()
    holder = given if given is not None else call.node
    target = value_of(holder, target_name)
    pairs = value_of(holder, arguments_name)
    arguments: dict[str, str | None] = {}
    for key, value in zip(pairs.keys, pairs.values, strict=True) if isinstance(pairs, ast.Dict) else ():
        if literal(key):
            arguments[literal(key)] = literal(value) or None
    named = None if target is None else literal(target) or UNKNOWN
    rest = Inputs(None, None, named, tuple(arguments.items()))
    where, what = place(module, folder, call.scope), place(module, file, call.scope)
    if file is not None and what is None:
        return rest
    return inputs_of_program(where, what, module.source.path, project, beside=beside, rest=rest)
