"""GitLab's variables: those that it sets itself, and the references between those that the files set."""

from __future__ import annotations

from prelaunch.model import UNKNOWN, Step, Value
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_DEPTH = 10
_MAX_LENGTH = 10_000

_NAMES = (
    "CI_API_V4_URL CI_COMMIT_AUTHOR CI_COMMIT_BEFORE_SHA CI_COMMIT_BRANCH CI_COMMIT_MESSAGE CI_COMMIT_REF_NAME "
    "CI_COMMIT_REF_SLUG CI_COMMIT_SHA CI_COMMIT_SHORT_SHA CI_COMMIT_TAG CI_COMMIT_TIMESTAMP CI_COMMIT_TITLE "
    "CI_DEFAULT_BRANCH CI_DEPENDENCY_PROXY_GROUP_IMAGE_PREFIX CI_DEPENDENCY_PROXY_SERVER CI_ENVIRONMENT_NAME "
    "CI_JOB_ID CI_JOB_NAME CI_JOB_STAGE CI_JOB_TOKEN CI_MERGE_REQUEST_IID CI_PIPELINE_ID CI_PIPELINE_IID "
    "CI_PIPELINE_SOURCE CI_PROJECT_ID CI_PROJECT_NAME CI_PROJECT_NAMESPACE CI_PROJECT_PATH CI_PROJECT_PATH_SLUG "
    "CI_REGISTRY CI_REGISTRY_IMAGE CI_REGISTRY_PASSWORD CI_REGISTRY_USER CI_RUNNER_EXECUTABLE_ARCH CI_SERVER_HOST "
    "CI_SERVER_URL GITLAB_CI GITLAB_USER_EMAIL GITLAB_USER_ID GITLAB_USER_LOGIN GITLAB_USER_NAME"
)
PREDEFINED: Mapping[str, Value] = {
    **{name: Value((UNKNOWN,)) for name in _NAMES.split()},
    "CI": Value(("true",)),
    "CI_PROJECT_DIR": Value((".",)),  # the checkout, where every script starts
}
"""Always set and never empty, but for the most part unknown ("Predefined CI/CD variables reference")."""


class Variable(NamedTuple):
    """A variable as it is written: its texts may name others."""

    texts: tuple[str, ...]
    steps: tuple[Step, ...] = ()


def common(values: list[Variable]) -> Variable:
    """One variable for all of these: with the texts that they agree in, else unknown."""
    texts = {one.texts for one in values}
    return Variable(texts.pop() if len(texts) == 1 else (UNKNOWN,), values[0].steps if values else ())


def expanded(variables: Mapping[str, Variable]) -> dict[str, Value]:
    """The variables as the runner sets them: references to other variables replaced, predefined ones added."""
    found = dict(PREDEFINED)
    done: dict[str, str] = {}
    for name, one in variables.items():
        names = [each for text in one.texts for _, _, each in references(text) if each in variables]
        steps = one.steps + tuple(step for each in dict.fromkeys(names) for step in variables[each].steps)
        texts = tuple(dict.fromkeys(_expand(text, variables, done, 0) for text in one.texts))
        found[name] = Value(texts, tuple(dict.fromkeys(steps)))
    return found


def filled(text: str, environment: Mapping[str, Value]) -> str:
    """`text` with the variables of a job put in, `UNKNOWN` for those that have no single value."""
    variables = {name: Variable(value.texts) for name, value in environment.items()}
    return _expand(text, variables, {}, _MAX_DEPTH - 1)


def _expand(text: str, variables: Mapping[str, Variable], done: dict[str, str], depth: int) -> str:
    """`$NAME` and `${NAME}` replaced; what is set in no file may be set in GitLab itself, and is unknown."""
    parts, at = [], 0
    for start, stop, name in references(text):
        parts.append(text[at:start])
        parts.append(_value(name, variables, done, depth) if name else "$")
        at = stop
    whole = "".join(parts) + text[at:]
    return whole if len(whole) <= _MAX_LENGTH + len(text) else UNKNOWN


def _value(name: str, variables: Mapping[str, Variable], done: dict[str, str], depth: int) -> str:
    if name in done:
        return done[name]
    one = variables.get(name)
    if one is None:
        return PREDEFINED[name].texts[0] if name in PREDEFINED else UNKNOWN
    if len(one.texts) != 1 or depth > _MAX_DEPTH:
        return UNKNOWN
    done[name] = UNKNOWN  # what a circle comes back to
    done[name] = _expand(one.texts[0], variables, done, depth + 1)
    return done[name]


def references(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, stop and name of every variable in a text; the name of `$$`, an escaped dollar, is empty."""
    at = text.find("$")
    while at >= 0:
        stop = at + 1
        if text[stop : stop + 1] == "$":
            stop += 1
            yield at, stop, ""
        else:
            braced = text[stop : stop + 1] == "{"
            first = stop = stop + braced
            while stop < len(text) and text[stop].isascii() and (text[stop] == "_" or text[stop].isalnum()):
                stop += 1
            if stop > first and (not braced or text[stop : stop + 1] == "}"):
                yield at, stop + braced, text[first:stop]
                stop += braced
        at = text.find("$", stop)
