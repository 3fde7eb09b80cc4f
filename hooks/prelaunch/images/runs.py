"""What a `RUN` does to files, as far as its commands are understood: modes, line ends, folders, and what it may write.

A command that is not known may write anything. Of the others, only what they write outside the system's places (`/usr`,
`/var` ...) matters here.
"""

from __future__ import annotations

import posixpath
import re

from prelaunch.images.installers import installer, is_install, places
from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prelaunch.image import Instruction
    from prelaunch.readers.shell import Command

_HARMLESS = frozenset(
    ": [ [[ add-apt-repository addgroup adduser apk apt apt-get apt-key cat chgrp chown corepack date "
    "debconf-set-selections deluser df dnf dpkg dpkg-reconfigure du echo exit export false fc-cache getcap getent gpg "
    "groupadd groupmod head hostname id ldconfig ldd locale-gen ls microdnf nproc passwd printf ps pwd rmdir set "
    "setcap sha256sum sha512sum shopt sleep stat sync tail tdnf test true type ulimit umask uname unset "
    "update-alternatives update-ca-certificates useradd usermod wait which whoami yum zypper".split()
)
"""Commands that write nothing, or in the system's places only."""

MAX_COMMANDS = 400


class Chmod(NamedTuple):
    """`chmod MODE path`: `deep` for -R. A path may hold `*` and `?`."""

    mode: str
    path: str
    deep: bool


class Effects(NamedTuple):
    """What one `RUN` does. Paths are absolute.

    `anything`: some command of it is not understood; `words` are then the words of those commands. `files` and `trees`
    (whole folders) are written, or taken away. `unix` are files that lose their CRs, `made` folders that are made.
    """

    anything: bool = False
    words: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    chmods: tuple[Chmod, ...] = ()
    unix: tuple[str, ...] = ()
    made: tuple[str, ...] = ()


ANYTHING = Effects(anything=True)


def effects(
    instruction: Instruction, workdir: str | None, environment: Mapping[str, str], *, plain_shell: bool
) -> Effects:
    """What a `RUN` does.

    `workdir` is where it starts (None: not known); `environment` its variables, as far as the Dockerfile sets them
    (`UNKNOWN` for a value that is not known); `plain_shell`: its text is read by a sh.
    """
    from prelaunch.places.dockerfile_text import script

    text = script(instruction) if plain_shell or instruction.form == "exec" else None
    if text is None or workdir is None:
        return ANYTHING
    from prelaunch.readers.shell import parse

    commands = parse(text.text)
    if len(commands) > MAX_COMMANDS:
        return ANYTHING
    run = _Run(workdir, environment)
    for command in commands:
        run.take(command)
    return Effects(
        run.anything,
        frozenset(run.words),
        tuple(run.files),
        tuple(run.trees),
        tuple(run.chmods),
        tuple(run.unix),
        tuple(run.made),
    )


class _Run:
    def __init__(self, folder: str, environment: Mapping[str, str]) -> None:
        self.folder: str | None = folder
        self.environment = dict(environment)
        self.anything = False
        self.words: set[str] = set()
        self.files: list[str] = []
        self.trees: list[str] = []
        self.chmods: list[Chmod] = []
        self.unix: list[str] = []
        self.made: list[str] = []

    def take(self, command: Command) -> None:
        """One simple command, in order."""
        for redirect in command.redirects:
            if redirect.operator in {">", ">>", ">|", "&>", "&>>"} and redirect.target is not None:
                self._write([UNKNOWN if redirect.target.text is None else redirect.target.text])
        words = [UNKNOWN if word.text is None else word.text for word in command.words]
        set_here = {
            one.name: UNKNOWN if one.value.text is None else one.value.text
            for one in command.assignments
            if one.value is not None
        }
        while words and (words[0] in _BEFORE or _ASSIGNMENT.match(words[0])):
            variable, equals, value = words.pop(0).partition("=")
            set_here.update({variable: value} if equals else {})
        if not words or words[0] in {"export", "declare", "readonly", "typeset"}:
            self.environment.update(set_here)
            return
        name, rest = posixpath.basename(words[0]) if words[0].startswith(_BINARIES) else words[0], words[1:]
        if name.startswith("python") and rest[:1] == ["-m"] and len(rest) > 1:
            name, rest = rest[1], rest[2:]
        if not (name in _HARMLESS or self._install(installer(name), rest, set_here) or self._understood(name, rest)):
            self._unknown(words)

    def _install(self, name: str, words: list[str], set_here: Mapping[str, str]) -> bool:
        """Take where an installer puts things; False for any other command."""
        if not is_install(name, words):
            return False
        for place in places(name, words, {**self.environment, **set_here}):
            self._tree(place)
        return True

    def _understood(self, name: str, words: list[str]) -> bool:
        """Take what a command does; False where that is not known."""
        match name:
            case "cd":
                self.folder = self._path(words[0]) if words else None
            case "mkdir":
                self.made += [one for one in map(self._path, _operands(words, "-m --mode")) if one is not None]
            case "chmod":
                return self._chmod(words)
            case "sed":
                return self._sed(words)
            case "dos2unix":
                return self._strip(_operands(words, ""))
            case "touch" | "tee":
                self._write(_operands(words, "-d -t -r"))
            case "rm":
                self._take_away(
                    _operands(words, ""), deep=any(word[:1] == "-" and "r" in word.lower() for word in words)
                )
            case "cp" | "mv" | "install" | "ln":
                return self._copy(name, words)
            case "curl":
                self._curl(words)
            case "wget":
                named = _after(words, "O")
                self._write([word for word in named if word != "-"])
                self._tree((_after(words, "P") or ["."])[0] if not named else None)
            case "tar":
                self._tree((_after(words, "C", "--directory") or ["."])[-1])
            case "unzip":
                self._tree((_after(words, "d") or ["."])[-1])
            case "venv" | "virtualenv":
                self._tree((_operands(words, "-p --python --prompt") or ["."])[-1])
            case "uv" if words[:1] == ["venv"]:
                self._tree((_operands(words[1:], "-p --python --prompt --cache-dir") or [".venv"])[-1])
            case "git" if words[:1] == ["clone"]:
                operands = _operands(words[1:], "-b --branch --depth -o --origin -c --config -j --jobs")
                self._tree(operands[1] if len(operands) > 1 else _repository_name(operands[0]) if operands else ".")
            case "go" if words[:1] == ["build"]:
                out = (_after(words, "o") or ["./"])[-1]
                self._tree(out) if out.endswith("/") else self._write([out])
            case _:
                return False
        return True

    def _unknown(self, words: list[str]) -> None:
        self.anything = True
        self.words.update(words)

    def _path(self, word: str) -> str | None:
        if UNKNOWN in word or _BRACES.search(word) or (self.folder is None and not word.startswith("/")):
            return None
        return posixpath.normpath(posixpath.join(self.folder or "/", word))

    def _write(self, words: list[str]) -> None:
        for word in words:
            path = self._path(word)
            if path is None:
                self._unknown([word])
            elif not path.startswith("/dev/"):
                self.files.append(path)

    def _tree(self, word: str | None) -> None:
        path = self._path(word) if word is not None else "/dev/null"
        if path is None:
            self._unknown([word or ""])
        else:
            self.trees.append(path)

    def _take_away(self, words: list[str], *, deep: bool) -> None:
        for word in words:
            if "*" in word or "?" in word:
                self._tree(posixpath.dirname(word) or ".")
            elif deep:
                self._tree(word)
            else:
                self._write([word])

    def _chmod(self, words: list[str]) -> bool:
        operands = [word for word in words if not word.startswith("--") and word not in {"-R", "-f", "-v", "-c"}]
        deep = any(word in {"-R", "--recursive"} for word in words)
        paths = [self._path(word) for word in operands[1:]]
        if len(operands) < 2 or UNKNOWN in operands[0] or None in paths:
            return False
        self.chmods += [Chmod(operands[0], path, deep) for path in paths if path is not None]
        return True

    def _sed(self, words: list[str]) -> bool:
        if not any(word.startswith(("-i", "--in-place")) for word in words):
            return True
        operands = _operands(words, "-e --expression -f --file -l")
        scripts = [words[at + 1] for at, word in enumerate(words[:-1]) if word in {"-e", "--expression"}]
        if not scripts:
            scripts, operands = operands[:1], operands[1:]
        if any("\r" in script or "\\r" in script or "\\x0d" in script.lower() for script in scripts):
            return self._strip(operands)
        self._write(operands)
        return True

    def _strip(self, words: list[str]) -> bool:
        paths = [self._path(word) for word in words]
        self.unix += [path for path in paths if path is not None]
        return None not in paths

    def _copy(self, name: str, words: list[str]) -> bool:
        operands = _operands(words, "-S -m -o -g --mode --owner --group")
        target = self._path(operands[-1]) if len(operands) > 1 else None
        if target is None or any(word in {"-t", "-d", "--target-directory"} for word in words):
            return False
        inside = [posixpath.join(target, posixpath.basename(word.rstrip("/"))) for word in operands[:-1]]
        self.files += [target, *inside]
        if name != "ln" and (name == "mv" or any(word[:1] == "-" and set(word) & set("raRd") for word in words)):
            self.trees += [target, *inside]  # a folder brings what nobody has listed
        if name == "mv":
            self._take_away(operands[:-1], deep=True)
        return True

    def _curl(self, words: list[str]) -> None:
        if any(word == "--remote-name" or (word[:1] == "-" and word[1:2] != "-" and "O" in word) for word in words):
            self._tree(".")
        self._write(_after(words, "o", "--output"))


_BEFORE = frozenset({"sudo", "env", "exec", "command", "time", "nice"})
_BRACES = re.compile(r"\{[^{}]*(,|\.\.)[^{}]*\}")
"""What bash makes several words of."""
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_BINARIES = ("/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/")


def _repository_name(url: str) -> str:
    return url.rstrip("/").rpartition("/")[2].removesuffix(".git")


def _after(words: list[str], letter: str, *long: str) -> list[str]:
    """The values of a short option (also the last of a cluster: `-fsSLo out`) and of its long spellings."""
    found = []
    for at, word in enumerate(words):
        short = word[:1] == "-" and word[1:2] != "-" and word.endswith(letter)
        if (short or word in long) and at + 1 < len(words):
            found.append(words[at + 1])
        elif word.partition("=")[0] in long and "=" in word:
            found.append(word.partition("=")[2])
    return found


def _operands(words: list[str], valued: str) -> list[str]:
    found, skip = [], False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("-") and len(word) > 1:
            skip = word in valued.split()
        else:
            found.append(word)
    return found


def executable_by(mode: str) -> bool | None:
    """Whether a file that gets this mode (octal, or chmod's letters) may be executed; None where it is as before."""
    if mode.isdigit():
        return bool(int(mode, 8) & 0o111) if mode.strip("01234567") == "" else None
    answer = None
    for clause in mode.split(","):
        at = next((at for at, char in enumerate(clause) if char in "+-="), -1)
        if at < 0:
            return None
        letters = clause[at + 1 :]
        if "x" in letters:
            answer = clause[at] != "-"
        elif clause[at] == "=" and at == 0 and "X" not in letters:
            answer = False
    return answer
