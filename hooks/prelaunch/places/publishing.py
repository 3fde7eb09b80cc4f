"""Which builds leave the machine: what the commands around a build push, by the names of the images.

A build that pushes its own result says nothing of others. A push command publishes the images whose names could be the
one that it pushes: an image that is built beside it for a test alone stays where it is. Names may hold `…` for what is
not known; such a name could be any that agrees with the rest.
"""

from __future__ import annotations

from prelaunch.model import Retag
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from prelaunch.model import Build

ANY = "…"
"""The name of an image of which nothing is known."""


class Pushes(NamedTuple):
    """What the commands of a script, or of the job around it, push: `names`, and by which other names images go.

    `tags` are the pairs of `docker tag OLD NEW`. False where nothing is pushed.
    """

    names: frozenset[str] = frozenset()
    tags: frozenset[tuple[str, str]] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.names)

    def __or__(self, other: object) -> Pushes:
        if not isinstance(other, Pushes):
            return NotImplemented
        if not other.names and not other.tags:
            return self
        return Pushes(self.names | other.names, self.tags | other.tags)

    def take(self, image: str, same: Callable[[str, str], bool] | None = None) -> bool:
        """Whether an image of this name is pushed, under it or under one that it was tagged with.

        `same` compares two names; without it they need only be such that they could be one.
        """
        same = same or could_be_one
        known, names = {image}, [image]
        while names:
            name = names.pop()
            if any(same(name, pushed) for pushed in self.names):
                return True
            for old, new in self.tags:
                if new not in known and same(name, old):
                    known.add(new)
                    names.append(new)
        return False

    def renamed(self, image: str) -> tuple[str, ...]:
        """The other names under which the image is pushed, where the commands write each as it is tagged."""
        known, names = {image}, [image]
        while names:
            name = names.pop()
            new = {new for old, new in self.tags if _same(old, name)} - known
            known |= new
            names += new
        return tuple(sorted(new for new in known - {image} if any(_same(new, pushed) for pushed in self.names)))


NO_PUSHES = Pushes()
ANY_PUSH = Pushes(frozenset((ANY,)))


def united(several: Iterable[Pushes]) -> Pushes:
    """All that is pushed by several scripts of one job."""
    out = NO_PUSHES
    for each in several:
        out |= each
    return out


def published(builds: Sequence[Build], pushes: Pushes) -> list[Build]:
    """The builds, those that a push takes marked as published; a build that names no image could be any.

    A pull is for a push where a tag leads from the one to the other, and nothing that stays on the machine is built
    under the name in between (`docker pull` for `--cache-from`).
    """
    if not pushes:
        return list(builds)
    return [
        _handed_on(build, pushes, builds)
        if isinstance(build, Retag)
        else build
        if build.published or not _taken(build, pushes)
        else build._replace(published=True)
        for build in builds
    ]


def _handed_on(pull: Retag, pushes: Pushes, builds: Iterable[Build]) -> Retag:
    """A pull with the names that its image is pushed under."""
    local = (build for build in builds if not isinstance(build, Retag) and "registry" not in build.outputs)
    made = [name for build in local for name in build.images]
    if any(could_be_one(image, name) for image in pull.images for name in made):
        return pull._replace(published=False, renamed=())
    found = (name for image in pull.images for name in pushes.renamed(image))
    renamed = tuple(dict.fromkeys((*pull.renamed, *found)))
    return pull._replace(published=bool(renamed), renamed=renamed)


def published_elsewhere(builds: Iterable[Build], pushes: Pushes) -> list[Build]:
    """The builds, those published whose very name another unit of the same file pushes (`make image`, `make push`)."""
    if not pushes:
        return list(builds)
    return [
        _handed_on(build, pushes, ())
        if isinstance(build, Retag)
        else build._replace(published=True)
        if not build.published and any(pushes.take(image, _written_alike) for image in build.images)
        else build
        for build in builds
    ]


def _taken(build: Build, pushes: Pushes) -> bool:
    return not build.images or any(pushes.take(image) for image in build.images)


def _same(first: str, second: str) -> bool:
    return ANY not in first and _written_alike(first, second)


def _written_alike(first: str, second: str) -> bool:
    return _whole(first) == _whole(second) and bool(first.replace("latest", "").strip(f"{ANY}/:.-"))


def could_be_one(first: str, second: str) -> bool:
    """Whether two image names, perhaps with `…` in them, could be the same."""
    first, second = _whole(first), _whole(second)
    if ANY not in first and ANY not in second:
        return first == second
    head, other = first.partition(ANY)[0], second.partition(ANY)[0]
    tail, last = first.rpartition(ANY)[2], second.rpartition(ANY)[2]
    starts = head.startswith(other) or other.startswith(head)
    ends = tail.endswith(last) or last.endswith(tail)
    if ANY not in first or ANY not in second:
        whole = first if ANY not in first else second
        shape = second if ANY not in first else first
        return whole.startswith(shape.partition(ANY)[0]) and whole.endswith(shape.rpartition(ANY)[2])
    return starts and ends


def _whole(name: str) -> str:
    """The name in one spelling: without a transport and Docker Hub's host, with the tag that is meant by none."""
    for transport in ("docker://", "containers-storage:", "docker-daemon:", "docker.io/", "library/"):
        name = name.removeprefix(transport)
    name = name.partition("@")[0]
    last = name[name.rfind("/") + 1 :]
    return name if ":" in last or last.endswith(ANY) else f"{name}:latest"
