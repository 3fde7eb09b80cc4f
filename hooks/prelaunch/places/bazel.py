"""Bazel's packages: the images of rules_oci, where a file says for which platform they are.

An `oci_image` is for the platform of its `base`, or without one for its `os` and `architecture`
(bazel-contrib/rules_oci oci/private/image.bzl). A base that was pulled for several platforms is the one that Bazel's
`--platforms` chooses (oci/private/pull.bzl), which no file of the package says, unless an `oci_image_index` builds the
image once for each of its `platforms`. BUILD files are Starlark, whose syntax is part of Python's.
"""

from __future__ import annotations

import ast

from prelaunch.model import Build, Step
from prelaunch.places.python_call import dotted, keyword, literal
from prelaunch.places.python_values import Module
from prelaunch.places.verdicts import Verdict, bare
from prelaunch.project import UnreadableError
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source
    from prelaunch.places.python_tree import Call
    from prelaunch.project import Project

_TOOL = "bazel-rules-oci"
_WORKSPACES = ("MODULE.bazel", "WORKSPACE.bazel", "WORKSPACE", "WORKSPACE.bzlmod")
_ARCHITECTURES = {"x86_64": "amd64", "x64": "amd64", "aarch64": "arm64", "armv7": "arm/v7", "i386": "386"} | {
    name: name for name in ("amd64", "arm64", "386", "ppc64le", "s390x", "riscv64", "arm")
}
_MAX_CALLS = 20_000
_MAX_DEPTH = 20


def builds(source: Source, project: Project) -> list[Build]:
    """The images of a package, in the order of the file; spans are offsets into its text.

    Raises `UnreadableError` where the file is no Starlark.
    """
    return sorted(_Package(source, project).builds(), key=lambda build: build.span)


class _Package:
    def __init__(self, source: Source, project: Project) -> None:
        self.source, self.project = source, project
        self.module = Module(source)
        self.calls = self.module.calls[:_MAX_CALLS]
        named = ((literal(keyword(call.node, "name")), call) for call in self.calls)
        self.targets = {name: call for name, call in named if name}
        self.indexed: dict[str, Call] = {}
        self.pushed: dict[str, tuple[str, ...]] = {}
        for call in self.calls:
            rule = dotted(call.node.func)
            if rule == "oci_image_index" and keyword(call.node, "platforms") is not None:
                self.indexed.update((label.lstrip(":"), call) for label in _texts(keyword(call.node, "images")))
            elif rule == "oci_push":
                image, name = literal(keyword(call.node, "image")), literal(keyword(call.node, "repository"))
                self.pushed[image.lstrip(":")] = (bare(name),) if name else ()

    def builds(self) -> Iterator[Build]:
        for call in self.calls:
            rule = dotted(call.node.func)
            if rule not in {"oci_image", "oci_image_index"}:
                continue
            said = self._image(call, 0) if rule == "oci_image" else self._index(call)
            name = literal(keyword(call.node, "name"))
            yield Build(
                source=self.source,
                span=self.module.span(call.node),
                tool=_TOOL,
                form="bazel",
                state=said.state,
                platforms=said.platforms,
                via=said.steps,
                whole=said.whole,
                published=name in self.pushed,
                images=self.pushed.get(name, ()),
            )

    def _step(self, call: Call, text: str) -> tuple[Step, ...]:
        return (Step(text, self.source.path, call.node.lineno),)

    def _index(self, call: Call) -> Verdict:
        """The platforms of an index: its own, or those of its images."""
        value = keyword(call.node, "platforms")
        if value is not None:
            labels = _texts(value)
            known = [name for label in labels if (name := platform_of(label))]
            whole = bool(labels) and len(known) == len(labels)
            return Verdict("explicit" if labels else "unknown", tuple(dict.fromkeys(known)), whole=whole)
        said = [self._named(label, 0) for label in _texts(keyword(call.node, "images"))]
        if not said or any(one.state != "explicit" for one in said):
            return Verdict("unknown")
        return Verdict("explicit", tuple(dict.fromkeys(name for one in said for name in one.platforms)), whole=True)

    def _image(self, call: Call, depth: int) -> Verdict:
        node = call.node
        index = self.indexed.get(literal(keyword(node, "name")))
        if index is not None:
            steps = self._step(index, "an `oci_image_index` builds it for each of its platforms")
            return Verdict("delegated", (), steps)
        base = keyword(node, "base")
        if base is None:
            parts = [literal(keyword(node, name)) for name in ("os", "architecture", "variant")]
            known = parts[0] and parts[1]
            named = Verdict("explicit", ("/".join(part for part in parts if part),), whole=True)
            return named if known else Verdict("unknown")
        label = literal(base)
        if label:
            return self._named(label, depth + 1)
        return Verdict("unknown", (), self._step(call, "its base is not known"))

    def _named(self, label: str, depth: int) -> Verdict:
        """What the image of a label is for."""
        if label.startswith("@"):
            return self._pulled(label.lstrip("@").partition("//")[0])
        target = self.targets.get(label.removeprefix(":")) if "/" not in label else None
        if target is not None and depth < _MAX_DEPTH and dotted(target.node.func) == "oci_image":
            return self._image(target, depth + 1)
        return Verdict("unknown", (), (Step(f"`{label}` is not in this file"),))

    def _pulled(self, repository: str) -> Verdict:
        """What a base is for that the workspace pulls: one platform, or the one that Bazel is called for."""
        pulls = _pulls(self.project)
        if repository in pulls:
            names, step = pulls[repository]
            if len(names) == 1:
                return Verdict("explicit", names, (step,), whole=True)
        else:
            # each platform of a base is a repository of its own as well
            for name, (names, step) in pulls.items():
                for platform in names:
                    if repository == f"{name}_{platform.replace('/', '_')}":
                        return Verdict("explicit", (platform,), (step,), whole=True)
        return Verdict("unknown", (), (Step(f"Bazel's `--platforms` decides for `@{repository}`"),))


def platform_of(label: str) -> str:
    """The platform that the label of a Bazel platform names (`//platforms:linux_arm64`), "" where it names none."""
    words = label.rpartition(":")[2].rpartition("/")[2].lower().replace("x86_64", "amd64").replace("-", "_").split("_")
    architecture = next((_ARCHITECTURES[word] for word in words if word in _ARCHITECTURES), "")
    os = next((word for word in words if word in {"linux", "windows"}), "")
    return f"{os}/{architecture}" if os and architecture else ""


def _pulls(project: Project) -> dict[str, tuple[tuple[str, ...], Step]]:
    """The base images that the workspace pulls, by the name of their repository: for which platforms, and where."""
    key = ("bazel", "pulls")
    if key not in project.memo:
        found: dict[str, tuple[tuple[str, ...], Step]] = {}
        for path in _WORKSPACES:
            source = project.read(path)
            if source is None or "pull" not in source.text:
                continue
            try:
                calls = Module(source).calls[:_MAX_CALLS]
            except UnreadableError:
                continue
            for call in calls:
                name = literal(keyword(call.node, "name"))
                if name and dotted(call.node.func) in {"oci_pull", "oci.pull"}:
                    step = Step(f"`{name}` is pulled", path, call.node.lineno)
                    found.setdefault(name, (tuple(_texts(keyword(call.node, "platforms"))), step))
        project.memo[key] = found
    pulls: dict[str, tuple[tuple[str, ...], Step]] = project.memo[key]
    return pulls


def _texts(node: ast.expr | None) -> list[str]:
    return [text for one in node.elts if (text := literal(one))] if isinstance(node, (ast.List, ast.Tuple)) else []
