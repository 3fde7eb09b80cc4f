"""What may stand in front of a command and leave it the same: `sudo`, `env A=b`, `time` and their like."""

from __future__ import annotations

from prelaunch.builders import PROGRAMS
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prelaunch.resolve import Field

_PREFIXES: dict[str, frozenset[str]] = {
    # what may stand before a command, and its own flags that take a value
    "sudo": frozenset({"-u", "-g", "-h", "-p", "-C", "-T", "-U", "-D", "-R", "--user", "--group"}),
    "doas": frozenset({"-u", "-C"}),
    "env": frozenset({"-u", "-C", "--unset", "--chdir"}),
    "time": frozenset({"-f", "-o", "--f", "--format", "--output"}),
    "command": frozenset(),
    "builtin": frozenset(),
    "exec": frozenset({"-a"}),
    "nohup": frozenset(),
    "setsid": frozenset(),
    "nice": frozenset({"-n"}),
    "ionice": frozenset({"-c", "-n"}),
    "stdbuf": frozenset({"-i", "-o", "-e"}),
    "timeout": frozenset({"-k", "-s", "--signal", "--kill-after"}),
    "xargs": frozenset({"-a", "-d", "-E", "-I", "-L", "-n", "-P", "-s"}),
    "parallel": frozenset({"-j", "--jobs"}),
    "retry": frozenset(),
    "travis_retry": frozenset(),
    "travis_wait": frozenset(),
    "unbuffer": frozenset(),
    "caffeinate": frozenset(),
    "chronic": frozenset(),
    "winpty": frozenset(),
    "aspect": frozenset(),
}
_OPERANDS = {"timeout": 1}


def without_prefixes(
    fields: Sequence[Field], wrappers: Mapping[str, str]
) -> tuple[list[Field], tuple[tuple[str, str], ...]]:
    """Leave out `sudo`, `env A=b`, `time` and their like; give the rest and the variables that `env` sets."""
    rest, environment = list(fields), []
    for _ in range(20):
        while rest and (rest[0].unset or not rest[0].text or _assigned(rest[0])):
            if _assigned(rest[0]):
                name, _, value = rest[0].text.partition("=")
                environment.append((name, value))
            rest.pop(0)
        if not rest:
            break
        name = rest[0].text.rsplit("/", 1)[-1]
        if name in wrappers:
            rest[0:1] = [rest[0]._replace(text=text) for text in wrappers[name].split()]
            if rest[0].text == name:
                break
        elif name in _PREFIXES:
            rest = _behind_prefix(name, rest[1:])
        elif rest[0].opaque and len(rest) > 1 and rest[1].text.rsplit("/", 1)[-1] in PROGRAMS:
            rest = rest[1:]  # `$(SUDO) docker build`, whatever that variable holds
        else:
            break
    return rest, tuple(environment)


def _assigned(field: Field) -> bool:
    name, sign, _ = field.text.partition("=")
    return bool(sign) and name.isidentifier()


def _behind_prefix(name: str, rest: list[Field]) -> list[Field]:
    values = _PREFIXES[name]
    while rest and rest[0].text.startswith("-") and len(rest[0].text) > 1:
        flag = rest.pop(0).text
        if flag == "--":
            break
        if flag in values and rest:
            rest.pop(0)
    for _ in range(_OPERANDS.get(name, 0)):
        while rest and rest[0].unset:
            rest.pop(0)
        if rest:
            rest.pop(0)
    return rest
