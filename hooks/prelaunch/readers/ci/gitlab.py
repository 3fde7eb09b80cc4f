"""GitLab CI: a pipeline put together from its files, and what each of its jobs runs.

Rules of GitLab's "CI/CD YAML syntax reference": an included file is merged below the one that includes it; `extends`
merges a job over its parents, of which a later one wins; `!reference [job, key]` is the value that stands there.
"""

from __future__ import annotations

from prelaunch.model import HANDED, UNKNOWN
from prelaunch.project import UnreadableError
from prelaunch.readers.yaml import Node, read
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Fragment, Source
    from prelaunch.project import Project

RESERVED = frozenset(
    "default include stages variables workflow image services cache before_script after_script spec types".split()
)
"""Keys at the top of a file that are no jobs."""

MAX_FILES = 50
MAX_LINES = 2_000
MAX_LENGTH = 1_000_000
"""A script is not followed further than this; aliases can make a small file's scripts endless."""

_MAX_EXTENDS = 11
_MAX_LAYERS = 60
_MAX_REFERENCES = 10


class Pipeline:
    """The merged files. `layers` are the root mappings, the strongest first; `inputs` those of each path's `spec`."""

    __slots__ = ("_jobs", "inputs", "layers", "paths")

    def __init__(
        self,
        layers: list[Node] | None = None,
        inputs: dict[str, dict[str, str]] | None = None,
        paths: set[str] | None = None,
        _jobs: dict[str, list[Node]] | None = None,
    ) -> None:
        self.layers: list[Node] = [] if layers is None else layers
        self.inputs: dict[str, dict[str, str]] = {} if inputs is None else inputs
        self.paths: set[str] = set() if paths is None else paths
        self._jobs: dict[str, list[Node]] = {} if _jobs is None else _jobs

    def jobs(self) -> list[str]:
        """The names of all jobs and templates, in the order of the files."""
        names: dict[str, None] = {}
        for root in self.layers:
            for key, value in root.all_pairs():
                if key.kind == "scalar" and key.value not in RESERVED and value.kind == "mapping":
                    names[key.value] = None
        return list(names)

    def job(self, name: str, depth: int = 0) -> list[Node]:
        """The mappings that make a job, the strongest first: its own, then those that it extends."""
        if name in self._jobs:
            return self._jobs[name]
        own = [node for root in self.layers if (node := root.get(name)) is not None and node.kind == "mapping"]
        self._jobs[name] = own  # what a circle of `extends`, which GitLab refuses, comes back to
        layers = list(own)
        extends = next((node for layer in own if (node := layer.get("extends")) is not None), None)
        if extends is not None and depth < _MAX_EXTENDS:
            names = [extends.value] if extends.kind == "scalar" else [item.value for item in extends.items]
            for parent in reversed(names[:_MAX_LAYERS]):
                layers += self.job(parent, depth + 1)
        self._jobs[name] = list({id(layer): layer for layer in layers}.values())[:_MAX_LAYERS]
        return self._jobs[name]

    def default(self, key: str) -> Node | None:
        """What `default` says for every job, or (the older spelling) the top of a file."""
        for path in (("default", key), (key,)):
            for root in self.layers:
                node: Node | None = root
                for name in path:
                    node = node.get(name) if node is not None and node.kind == "mapping" else None
                if node is not None:
                    return node
        return None

    def value(self, layers: list[Node], key: str) -> Node | None:
        """The strongest value of a job's key, references resolved."""
        for layer in layers:
            node = layer.get(key)
            if node is not None:
                return self.resolved(node)
        return None

    def mappings(self, layers: list[Node], key: str) -> list[Node]:
        """All mappings that are merged for a key, the weakest first."""
        found = [self.resolved(node) for layer in reversed(layers) if (node := layer.get(key)) is not None]
        return [node for node in found if node is not None and node.kind == "mapping"]

    def resolved(self, node: Node) -> Node | None:
        """What a `!reference` stands for; any other node itself."""
        for _ in range(_MAX_REFERENCES):
            if node.tag != "!reference":
                return node
            names = [item.value for item in node.items]
            if len(names) < 2:
                return None
            found = next((at for layer in self.job(names[0]) if (at := _path(layer, names[1:])) is not None), None)
            if found is None:
                found = next((at for root in self.layers if (at := _path(root, names)) is not None), None)
            if found is None:
                return None
            node = found
        return None

    def lines(self, node: Node | None) -> Iterator[Fragment]:
        """The commands of a script: a text, a list, lists in lists, references."""
        waiting = [node] if node is not None else []
        length = 0
        for _ in range(MAX_LINES):
            if not waiting or length > MAX_LENGTH:
                return
            one = self.resolved(waiting.pop())
            if one is not None and one.kind == "sequence" and len(waiting) < MAX_LINES:
                waiting += one.items[:MAX_LINES][::-1]
            elif one is not None and one.fragment is not None:
                length += len(one.value)
                yield one.fragment


def _path(node: Node, names: list[str]) -> Node | None:
    found: Node | None = node
    for name in names:
        found = found.get(name) if found is not None and found.kind == "mapping" else None
    return found


def pipeline(source: Source, project: Project) -> Pipeline:
    """The pipeline that `source` belongs to: that of the root's `.gitlab-ci.yml` if that includes it, else its own.

    Raises `UnreadableError` where `source` is no YAML; included files that cannot be read are left out.
    """
    for path in (".gitlab-ci.yml", ".gitlab-ci.yaml"):
        if path == source.path:
            break
        key = ("gitlab", path)
        if key not in project.memo:
            root = project.read(path)
            project.memo[key] = _load(root, project, {path: None}) if root is not None else None
        main: Pipeline | None = project.memo[key]
        if main is not None and source.path in main.paths:
            return main
    return _load(source, project, {}, read(source))


def _load(
    source: Source, project: Project, seen: dict[str, None], documents: tuple[Node, ...] | None = None
) -> Pipeline:
    """Merge a file and all local files that it includes."""
    found = Pipeline()
    waiting: list[tuple[Source, tuple[Node, ...] | None]] = [(source, documents)]
    seen[source.path] = None
    while waiting:
        one, known = waiting.pop(0)
        if known is None:
            try:
                known = read(one)
            except UnreadableError:
                continue
        found.paths.add(one.path)
        if len(known) > 1 and (spec := _path(known[0], ["spec", "inputs"])) is not None:
            found.inputs[one.path] = _inputs(spec)
        for root in known:
            if root.kind != "mapping" or (root is known[0] and len(known) > 1 and root.get("spec") is not None):
                continue
            found.layers.append(root)
            # A later include wins over an earlier one, and every file over those that it includes.
            for path in reversed(_includes(root.get("include"))):
                included = project.read(path) if path not in seen and len(seen) < MAX_FILES else None
                seen[path] = None
                if included is not None:
                    waiting.append((included, None))
    return found


def _inputs(spec: Node) -> dict[str, str]:
    """The inputs of a `spec` header: the default, or that the including file hands it in."""
    found = {}
    for key, value in spec.all_pairs():
        default = value.get("default") if value.kind == "mapping" else None
        if default is None or (default.kind == "scalar" and not default.value):
            found[key.value] = HANDED
        else:
            found[key.value] = default.value if default.kind == "scalar" else UNKNOWN
    return found


def _includes(node: Node | None) -> list[str]:
    """The local files of an `include`: a path, a `local` key, or a list of them. Patterns are not followed."""
    if node is None:
        return []
    found = []
    for item in node.items if node.kind == "sequence" else (node,):
        local = item.get("local") if item.kind == "mapping" else item
        if local is not None and local.kind == "scalar":
            path = local.value.strip().lstrip("/")
            if path and "://" not in path and "*" not in path and "$" not in path:
                found.append(path)
    return found
