"""What a build command comes to: the platform in force, whether it gives an image, whether it publishes it."""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN, UNSET, State, Step
from prelaunch.resolve import MARKERS, Field
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prelaunch.places.commands import Invocation


class Verdict(NamedTuple):
    """What is known of the platform that a command builds for; `whole` as in `Build`."""

    state: State
    platforms: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    open: tuple[str, ...] = ()
    whole: bool = False


IMAGE_EXPORTERS = frozenset({"image", "registry", "docker", "oci"})
"""The exporters of BuildKit that give an image."""

BY_DIGEST = "push-by-digest=true"
"""What an output says that pushes an image without a name, for a manifest list to be put together from."""


def exports_image(invocation: Invocation) -> bool:
    """Whether the result is an image: not a folder (`-o type=local`), not the cache alone."""
    outputs = [value.text for value in invocation.values("--output", "-o")]
    return not outputs or any(_image_output(text) for text in outputs)


def outputs_of(invocation: Invocation) -> tuple[str, ...]:
    """The exporters that a command asks for; none where its tool or builder decides."""
    found = [name for flag, name in (("--load", "docker"), ("--push", "registry")) if invocation.has(flag)]
    found += [exporter(value.text) for value in invocation.values("--output", "-o")]
    return tuple(dict.fromkeys(found))


def exporter(text: str) -> str:
    """The exporter that an `--output` names: `type=...`, else a folder or, for `-`, a tar stream."""
    kind = next((part.strip()[5:] for part in text.split(",") if part.strip().startswith("type=")), "")
    if any(marker in (kind or text) for marker in MARKERS):
        return UNKNOWN
    return kind or ("tar" if text.strip() == "-" else "local")


def _image_output(text: str) -> bool:
    kinds = [part.partition("=")[2] for part in text.split(",") if part.startswith("type=")]
    if kinds:
        return kinds[0] in IMAGE_EXPORTERS or not kinds[0].strip(MARKERS)
    return not text.strip(MARKERS)


def publishes(invocation: Invocation) -> bool:
    """Whether the build itself pushes its result."""
    if invocation.has("--push", "--publish"):
        return True
    if invocation.tool.publishes and not invocation.has("--no-push", "--noPush", "--local", "-L"):
        return True
    return any(
        "type=registry" in value.text or "push=true" in value.text for value in invocation.values("--output", "-o")
    )


def judge(invocation: Invocation, variable: Field | None) -> Verdict:
    """The platform in force by the command itself; `variable` is the exported variable of the tool, if that is set."""
    tool = invocation.tool
    given = [(name, value) for name, value in invocation.flags if name in tool.platform]
    if given:
        verdict = _flagged(given)
        if verdict is not None:
            return verdict
    if tool.variable:
        inline = next((value for name, value in invocation.environment if name == tool.variable), None)
        field = Field(inline) if inline is not None else variable
        if field is not None and field.text and not field.unset:
            known = () if any(m in field.text for m in MARKERS) else tuple(field.text.split(","))
            steps = (*field.steps, Step(f"`{tool.variable}` is in force"))
            return Verdict("explicit", known, steps, whole=bool(known))
    steps = tuple(dict.fromkeys(s for f in (*invocation.unset, *invocation.loose) for s in f.steps))
    names = tuple(dict.fromkeys(field.name for field in invocation.unset if field.name))
    if tool.fixed:
        steps = (*steps, Step(f"`{tool.name}` builds for {tool.fixed} by default"))
        return Verdict("default", (tool.fixed,), steps, whole=True)
    if tool.open:
        return Verdict("unknown", (), (*steps, Step(tool.open)))
    if any(HANDED in field.text for field in invocation.loose):
        return Verdict("delegated", (), (*steps, Step("the arguments are handed in by the caller")))
    if any(UNKNOWN in field.text for field in invocation.loose):
        return Verdict("unknown", (), (*steps, Step("an argument is the output of a command")))
    return Verdict("missing", (), steps, names)


def _flagged(given: Sequence[tuple[str, Field | None]]) -> Verdict | None:
    steps = tuple(dict.fromkeys(step for _, value in given if value for step in value.steps))
    if any(name == "--all-platforms" for name, _ in given):
        return Verdict("explicit", (), (*steps, Step("`--all-platforms`")))
    values = [(name, value) for name, value in given if value is not None and value.text]
    if not values:
        return None
    if any(value.unset or HANDED in value.text for _, value in values):
        names = tuple(value.name for _, value in values if value.name)
        unset = next((value.name for _, value in values if value.name and value.unset), "")
        who = f"`${unset}`, which is set nowhere in the repository" if unset else "the caller"
        return Verdict("delegated", (), (*steps, Step(f"the platform is handed in by {who}")), names)
    platforms: list[str] = []
    short = False
    parts = {"os": "linux", "arch": "", "variant": ""}
    for name, value in values:
        if any(marker in value.text for marker in MARKERS):
            continue
        part = name.rsplit("-", 1)[-1]
        if part in parts:
            parts[part] = value.text
        else:
            texts = [text.strip() for text in value.text.split(",") if text.strip()]
            known = [text for text in texts if not value.gap or all(text.split("/"))]
            platforms, short = [*platforms, *known], short or len(known) < len(texts)
    if parts["arch"] and not platforms:
        platforms.append("/".join(filter(None, (parts["os"], parts["arch"], parts["variant"]))))
    unknown = short or any(marker in value.text for _, value in values for marker in MARKERS)
    whole = bool(platforms) and not unknown
    return Verdict("explicit", tuple(platforms), steps, whole=whole)


def bare(text: str) -> str:
    """A text for people: markers become an ellipsis, and what is unset nothing."""
    return text.replace(UNSET, "").replace(UNKNOWN, "…").replace(HANDED, "…")


def tidy(verdict: Verdict) -> tuple[Step, ...]:
    """The steps of a verdict for people, each once."""
    return tuple(Step(bare(step.text), step.path, step.line) for step in dict.fromkeys(verdict.steps))
