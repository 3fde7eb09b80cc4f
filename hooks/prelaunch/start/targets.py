"""`prelaunch targets`: which platforms the nodes of a cluster are, as `kubectl get nodes -o json` tells it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from prelaunch import CannotRunError
from prelaunch.platforms import normalise
from prelaunch.writers.place import printable

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from prelaunch.model import Platform

TIMEOUT = 30
"""Seconds that kubectl may take."""

_CONTROL = ("node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master")


class Node(NamedTuple):
    """One node of a cluster; `idle` says why it takes no workloads, "" where it does."""

    name: str
    platform: Platform
    idle: str = ""


def run(options: Namespace) -> int:
    """Print the platforms of a cluster."""
    nodes = read(options.file) if options.file else ask(options.context)
    platforms = platforms_of(nodes)
    if options.format == "json":
        from json import dumps

        listed = [{"name": node.name, "platform": str(node.platform), "idle": node.idle} for node in nodes]
        print(dumps({"platforms": platforms, "nodes": listed}, indent=2))
    elif options.format == "toml":
        print(setting(platforms))
    else:
        print("\n".join(_table(nodes)))
        print(f"\n{setting(platforms)}")
    return 0


def setting(platforms: Sequence[str]) -> str:
    """The line of the configuration that names `platforms`."""
    return "platforms = [" + ", ".join(f'"{name}"' for name in platforms) + "]"


def ask(context: str | None = None) -> list[Node]:
    """The nodes of the cluster that kubectl's current context, or another, speaks to. The one use of the network."""
    import shutil
    import subprocess

    program = shutil.which("kubectl")
    if program is None:
        raise CannotRunError("kubectl is not on PATH: give the output of `kubectl get nodes -o json` as a file instead")
    command = [program, *(("--context", context) if context else ()), "get", "nodes", "-o", "json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise CannotRunError(f"kubectl did not answer within {TIMEOUT} seconds") from None
    except OSError as error:
        raise CannotRunError(f"kubectl cannot be run: {(error.strerror or 'unknown reason').lower()}") from None
    if done.returncode:
        said = printable(done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2])
        raise CannotRunError(f"kubectl failed: {said or f'exit code {done.returncode}'}")
    return parse(done.stdout, "kubectl")


def read(file: str) -> list[Node]:
    """The nodes of a file, `-` for standard input."""
    if file == "-":
        return parse(sys.stdin.buffer.read(), "standard input")
    try:
        with open(file, "rb") as opened:
            return parse(opened.read(), file)
    except OSError as error:
        raise CannotRunError(f"{file}: {(error.strerror or 'cannot be read').lower()}") from None


def parse(data: bytes, origin: str) -> list[Node]:
    """The nodes of what `kubectl get nodes -o json` printed, by platform and name; `CannotRunError` for anything else.

    https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/: `status.nodeInfo` names the system
    and the architecture as Go does (GOOS, GOARCH).
    """
    import json

    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise CannotRunError(f"{origin}: is not JSON: it takes the output of `kubectl get nodes -o json`") from None
    single = isinstance(document, dict) and document.get("kind") == "Node"
    items = [document] if single else document.get("items") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise CannotRunError(f"{origin}: lists no nodes: it takes the output of `kubectl get nodes -o json`")
    nodes = [node for node in map(_node, items) if node is not None]
    if not nodes:
        raise CannotRunError(f"{origin}: names no node with a platform")
    return sorted(nodes, key=lambda node: (str(node.platform), node.name))


def _node(item: object) -> Node | None:
    info = _get(item, "status", "nodeInfo")
    os, architecture = _get(info, "operatingSystem"), _get(info, "architecture")
    if not isinstance(os, str) or not isinstance(architecture, str) or not os or not architecture:
        return None
    return Node(str(_get(item, "metadata", "name") or "?"), normalise(os, architecture), _idle(_get(item, "spec")))


def _idle(spec: object) -> str:
    if _get(spec, "unschedulable") is True:
        return "cordoned"
    taints = _get(spec, "taints")
    for taint in taints if isinstance(taints, list) else ():
        if _get(taint, "key") in _CONTROL and _get(taint, "effect") in {"NoSchedule", "NoExecute"}:
            return "control plane"
    return ""


def _get(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def platforms_of(nodes: Sequence[Node]) -> list[str]:
    """The platforms of the nodes that take workloads (of all where none does), the commonest first."""
    working = [node for node in nodes if not node.idle] or list(nodes)
    counts: dict[str, int] = {}
    for node in working:
        counts[str(node.platform)] = counts.get(str(node.platform), 0) + 1
    return sorted(counts, key=lambda name: (-counts[name], name))


def _table(nodes: Sequence[Node]) -> Iterator[str]:
    """One line a platform and reason, with the names of its first nodes."""
    groups: dict[tuple[str, str], list[str]] = {}
    for node in nodes:
        groups.setdefault((str(node.platform), node.idle), []).append(printable(node.name))
    width = max(len(printable(platform)) for platform, _ in groups)
    for (platform, idle), names in groups.items():
        shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        count = f"{len(names)} node{'' if len(names) == 1 else 's'}"
        yield f"{printable(platform):{width}}  {count:>9}  {shown}{f'  ({idle}: takes no workloads)' if idle else ''}"
