"""Image names as deploy files write them: literal ones, found line by line, and when two could be one."""

from __future__ import annotations

from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prelaunch.model import Source

_KEYS = frozenset({"image", "Image", "ImageUri", "image_uri", "imageUri", "newName"})
_TEMPLATES = ("{{", "${", "$(", "<", "%{", "{")
_HUB = ("docker.io/library/", "index.docker.io/library/", "docker.io/", "index.docker.io/", "library/")
_MAX_LINE = 2_000


def repository(image: str) -> str:
    """The name of an image without tag and digest: `host:5000/team/api` of `host:5000/team/api:1.2@sha256:...`.

    Docker Hub's own host is left out, since a name without a host is meant to be there.
    """
    image = image.partition("@")[0]
    head, slash, last = image.rpartition("/")
    name = f"{head}{slash}{last.partition(':')[0]}"
    for prefix in _HUB:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return name


def tag(image: str) -> str:
    """The tag of an image, `latest` where none is named, `UNKNOWN` where it is not literal or a digest."""
    name, at, _ = image.partition("@")
    last = name.rpartition("/")[2]
    _, colon, named = last.partition(":")
    if any(mark in named for mark in (UNKNOWN, "…", "$", "{", "<")) or (at and not colon):
        return UNKNOWN
    return named if colon else "latest"


def serverless_image(service: str, key: str) -> str:
    """The name by which an image of `provider.ecr.images` is known here: the framework pushes it so to ECR.

    (`serverless-SERVICE-STAGE:KEY`, serverless/serverless aws/lib/naming.js; the stage is said at deployment.)
    """
    return f"serverless-{service or UNKNOWN}:{key}" if "${" not in service else f"{UNKNOWN}:{key}"


def could_be(first: str, second: str) -> bool | None:
    """Whether two image names are one (True), are not (False), or may be, since a tag is not known (None)."""
    if repository(first) != repository(second):
        return False
    tags = tag(first), tag(second)
    if UNKNOWN in tags:
        return None
    return tags[0] == tags[1]


def literal(text: str) -> str:
    """A name with `UNKNOWN` from its first template on; "" where not even the repository is literal."""
    text = text.strip()
    cut = min((at for mark in _TEMPLATES if (at := text.find(mark)) >= 0), default=-1)
    if cut < 0:
        return "" if " " in text else text
    head = text[:cut]
    return head + UNKNOWN if ":" in head.rpartition("/")[2] or "@" in head else ""


def named_images(source: Source) -> Iterator[str]:
    """The literal image names of a deploy file of any format: YAML, JSON, HCL, also with templates in it."""
    values = source.path.rsplit("/", 1)[-1].startswith("values")
    lines = source.text.splitlines()
    for number, line in enumerate(lines):
        if "mage" not in line and "newName" not in line and not (values and "repository" in line):
            continue
        key, value = _pair(line)
        if key in _KEYS:
            name = literal(value)
        elif values and key == "repository" and "/" in _registry(lines, number) + value:
            name = literal(_registry(lines, number) + value)
        else:
            continue
        if name and repository(name):
            yield name


def _pair(line: str) -> tuple[str, str]:
    """Key and value of `key: value`, `- key: value`, `"key": "value",` or `key = "value"`; empty where it is none."""
    text = line[:_MAX_LINE].strip().removeprefix("- ").lstrip("{ ")
    ends = [at for mark in (":", "=") if (at := text.find(mark)) > 0]
    if not ends:
        return "", ""
    at = min(ends)
    value = text[at + 1 :].strip()
    if value[:1] in {'"', "'"}:
        value = value[1:].partition(value[0])[0]
    elif value.startswith("!Sub "):
        value = value[5:].strip().strip("\"'")
    else:
        value = value.partition(" #")[0].rstrip(" ,}")
    return text[:at].strip().strip("\"'"), value


def _registry(lines: list[str], number: int) -> str:
    """`host/` of a `registry:` beside the `repository:` of a chart's values."""
    indent = len(lines[number]) - len(lines[number].lstrip())
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(lines) and lines[at].strip() and len(lines[at]) - len(lines[at].lstrip()) == indent:
            key, value = _pair(lines[at])
            if key == "registry" and value:
                return value + "/"
            at += step
    return ""
