"""Which programs base images surely lack: small data, for the images of which this is widely known and documented.

Facts: scratch is empty; the READMEs of distroless ("do not contain shells"; the `debug` tags have a BusyBox) and of
Chainguard's static image; the Dockerfiles of the Docker Official Images (alpine is BusyBox; none of the bases below
brings another language than its own).
"""

from __future__ import annotations

import posixpath
import re

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from prelaunch.image import Image, Instruction, Script, ShellWord
    from prelaunch.model import Certainty
    from prelaunch.project import Project

_SHELLS = frozenset({"ash", "bash", "dash", "sh", "zsh", "env"})
_LANGUAGES = frozenset({"node", "php", "python", "python3", "ruby"})
INTERPRETERS = _SHELLS - {"env"} | _LANGUAGES | {"perl"}
_LIBRARY = re.compile(
    r"(?:(?:docker\.io/|index\.docker\.io/|public\.ecr\.aws/docker/)?library/|docker\.io/)?([a-z0-9]+)$"
)
_WITHOUT_SHELL = re.compile(r"(?:gcr\.io/distroless|cgr\.dev/chainguard)/(?P<name>[a-z0-9-]+)$")
_INSTALLERS = frozenset({"apk", "apt", "apt-get", "dnf", "microdnf", "yum", "zypper"})
_ALONE = frozenset(
    "bash ca-certificates curl dumb-init git gnupg gosu jq libpq5 openssl procps su-exec sudo tini tzdata unzip wget "
    "xz-utils zip".split()
)
"""Packages that need no language but Perl."""
_MANAGERS = frozenset(
    "ansible-playbook asdf bash conda make mamba micromamba mise nix nix-env nvm pyenv rbenv sh".split()
)
"""Programs that may install any language, or run a script that does."""
_BARE = {
    "alpine": frozenset({"bash", "zsh"}) | _LANGUAGES,
    "busybox": frozenset({"bash", "zsh", "perl"}) | _LANGUAGES,
    "debian": _LANGUAGES | {"zsh"},
    "ubuntu": _LANGUAGES | {"zsh"},
}
_OF_LANGUAGES = {
    **dict.fromkeys("golang nginx openjdk redis".split(), ""),
    "node": "node",
    "php": "php",
    "python": "python python3",
    "ruby": "ruby",
}
"""Images with an Alpine variant that adds no shell to it, and the interpreters that each has."""


def lacks(image: Image, project: Project, program: str) -> Certainty | None:
    """How sure it is that the image has no such program (a path or a bare name); None where it may have it.

    "certain": nothing brings it. "likely": the base lacks it, and no RUN speaks of it.
    """
    found = project.files_of(image).which(program)
    if found.kind == "absent" and found.sure and not found.touched:
        return "certain"
    if found.kind not in {"absent", "unknown"} or image.base.state != "known":
        return None
    name = posixpath.basename(program)
    said = [one for stage in image.chain for one in stage.instructions if one.keyword in {"ARG", "ENV"}]
    runs = [one for stage in image.chain for one in stage.instructions if one.keyword in {"RUN", "ADD", "COPY"}]
    texts = [one.fragment.text for one in (*said, *runs)]
    texts += [heredoc.body.text for one in runs for heredoc in one.heredocs]
    if any(_speaks_of(name, text) for text in texts):
        return None
    if _installs_the_unknown(image) or any(_copies_all(one) for one in runs):
        return None
    if "/" in program and posixpath.dirname(program) not in _PLACES:
        return None
    if name in _LANGUAGES and ("PATH" in image.config.env or _installs_more(image)):
        return None  # an environment that is copied has its own, and a package may need it
    base, tag = _named(image)
    if (match := _WITHOUT_SHELL.match(base)) and (match["name"].startswith("static") or "distroless" in base):
        if "debug" in tag or "dev" in tag or name not in _SHELLS:
            return None
        # without a shell no RUN can have made one, but what is copied may be anything
        return None if any(one.keyword != "RUN" and _may_bring(one.fragment.text) for one in runs) else "certain"
    library = library_of(image)
    if _HOME.get(library) == name.rstrip("3") and program.startswith(("/usr/bin/", "/bin/")):
        # what is built on buildpack-deps has Debian's own Python and Perl beside it
        return "likely" if library != "python" or re.search("slim|alpine", tag) else None
    return "likely" if name in _missing(library, tag) else None


def _installs_the_unknown(image: Image) -> bool:
    """Whether something is installed that the Dockerfile does not name: by a script, `apk add $(cat packages.txt)`."""
    for stage in image.chain:
        for instruction in stage.instructions:
            if instruction.keyword != "RUN":
                continue
            script = image.script(instruction)
            if script is None:
                return True
            for command in script.commands:
                names = [word.text for word in command.words]
                if names and (names[0] is None or names[0].startswith(("./", "/")) or names[0] in _MANAGERS):
                    return True
                if _INSTALLERS.isdisjoint(names):
                    continue
                if names[0] == "xargs" or any(_is_open(word, script, image, instruction) for word in command.words):
                    return True
    return False


def _is_open(word: ShellWord, script: Script, image: Image, instruction: Instruction) -> bool:
    """Whether a word stands for something that neither the Dockerfile nor the script spells out."""
    variables = image.scope(instruction).variables
    for part in word.parts:
        if part.kind == "command":
            return True
        if part.kind == "parameter" and (part.text not in variables or variables[part.text].text is None):
            return f"{part.text}=" not in script.text.text
    return False


_PLACES = frozenset({"/bin", "/sbin", "/usr/bin", "/usr/local/bin", "/usr/local/sbin", "/usr/sbin"})
"""Where a base has its programs."""


def _installs_more(image: Image) -> bool:
    """Whether a package of the system is installed that may need a language."""
    for stage in image.chain:
        for instruction in stage.instructions:
            script = image.script(instruction)
            for command in script.commands if script is not None else ():
                words = [word.text or "?" for word in command.words]
                if _INSTALLERS.isdisjoint(words[:1]) or {"add", "install"}.isdisjoint(words):
                    continue
                if not {word for word in words[1:] if not word.startswith(("-", ".", "add", "install"))} <= _ALONE:
                    return True
    return False


_HOME = {"node": "node", "php": "php", "python": "python"}
"""Images that have their interpreter in /usr/local/bin, and none in /usr/bin."""


def library_of(image: Image) -> str:
    """The name of the official image that is the base, of those which this module knows; "" for any other."""
    match = _LIBRARY.match(_named(image)[0]) if image.base.state == "known" else None
    return match[1] if match is not None and (match[1] in _BARE or match[1] in _OF_LANGUAGES) else ""


def _named(image: Image) -> tuple[str, str]:
    """The base's name and tag; ("", "") where a registry's port stands in the name."""
    base, _, tag = image.base.name.partition("@")[0].partition(":")
    return ("", "") if "/" in tag else (base, tag)


def _missing(library: str, tag: str) -> frozenset[str]:
    if library in _BARE:
        return _BARE[library]
    if library in _OF_LANGUAGES and re.search(r"(^|-)alpine", tag):
        return _BARE["alpine"] - frozenset(_OF_LANGUAGES[library].split())
    return frozenset()


def _speaks_of(name: str, text: str) -> bool:
    """Whether a text names the program, or what may bring it: `bash`, `python3-venv`, `nodejs`; `sh` of no `run.sh`."""
    if name in {"ash", "dash", "env", "sh"}:
        return re.search(rf"(?<![\w.-]){name}(?!\w)|busybox|toybox", text) is not None
    if name.startswith("python") and "py3" in text:
        return True
    return name.removesuffix("3") in text.lower() or (name == "bash" and "bats" in text)


def _copies_all(instruction: Instruction) -> bool:
    """Whether a whole system, or all of its programs, may come from another image or an archive."""
    if instruction.keyword != "ADD" and not any(one.name == "from" for one in instruction.flags):
        return False
    target = instruction.fragment.text.strip().rpartition(" ")[2].rstrip("/")
    return target in {"", "/bin", "/usr", "/usr/bin", "/usr/local", "/usr/local/bin"}


def _may_bring(text: str) -> bool:
    """Whether a copy may bring a shell: it names one, or puts what may be a folder where programs are."""
    if re.search(r"busybox|toybox|/(ba|da|a)?sh(?!\w)", text):
        return True
    *sources, target = text.split() or [""]
    files = all("." in posixpath.basename(source) and not source.endswith(".") for source in sources)
    return not files and target.rstrip("/") in {"", "/bin", "/usr", "/usr/bin"}
