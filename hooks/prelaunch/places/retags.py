"""One command line to what it pulls: an image, for one platform, that a later `tag` and `push` may hand on."""

from __future__ import annotations

from prelaunch.builders import PULLS
from prelaunch.model import UNSET, Retag
from prelaunch.places.commands import container_tool, subcommand
from prelaunch.places.prefixes import without_prefixes
from prelaunch.places.verdicts import bare, judge, tidy
from prelaunch.resolve import MARKERS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prelaunch.model import Source, Span
    from prelaunch.places.commands import Invocation
    from prelaunch.places.script import Setting
    from prelaunch.resolve import Field


def understand_pull(fields: Sequence[Field], wrappers: Mapping[str, str]) -> Invocation | None:
    """The `docker pull` (of podman, buildah, nerdctl) that a command line runs, or None."""
    if not any(field.text == "pull" for field in fields):
        return None
    rest, environment = without_prefixes(fields, wrappers)
    name = container_tool(rest[0]) if rest else ""
    return subcommand(name, PULLS[name], rest[1:], rest[0], environment) if name in PULLS else None


def pull_of(
    invocation: Invocation,
    variable: Field | None,
    source: Source,
    span: Span,
    *,
    setting: Setting,
    written: Callable[[Field], str] = lambda _: "",
) -> Retag:
    """The image that a pull at `span` fetches, as yet under no other name.

    `written` gives a field as the file has it, for a name that is not known; `variable` is the tool's own, if set.
    """
    verdict = judge(invocation, variable)
    named = invocation.rest or (*invocation.loose, *invocation.unset)
    names = (name for one in named for name in _names(one, written))
    return Retag(
        source=source,
        span=span,
        tool=invocation.tool.name,
        form=setting.form,
        state="missing" if verdict.state in {"unknown", "delegated"} and not invocation.rest else verdict.state,
        platforms=verdict.platforms,
        via=tidy(verdict),
        host=setting.host,
        images=tuple(dict.fromkeys(name for name in names if name)),
        open=verdict.open,
        whole=verdict.whole,
    )


def _names(field: Field, written: Callable[[Field], str]) -> tuple[str, ...]:
    """The name of an image, or, where it is not known, the word as written and what is known of the name."""
    if not any(mark in field.text for mark in MARKERS):
        return (field.text,)
    known = bare(field.text)
    return (written(field), known if known.strip("….:/") and UNSET not in field.text else "")
