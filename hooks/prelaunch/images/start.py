"""What runs when a container starts: ENTRYPOINT and CMD put together, and the programs that this certainly starts.

Facts: the Dockerfile reference ("Understand how CMD and ENTRYPOINT interact") and the help of the programs.
"""

from __future__ import annotations

import posixpath
from itertools import chain

from prelaunch.image import Program, Start, Word
from prelaunch.model import UNKNOWN
from prelaunch.typed import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prelaunch.image import Command, Image, Run
    from prelaunch.model import Fragment

MAX_PROGRAMS = 30
_MAX_DEPTH = 8

SHELLS = frozenset({"ash", "bash", "dash", "ksh", "mksh", "sh", "zsh"})


class _Wrapper(NamedTuple):
    """A program that starts another: its flags with a value, how many operands it takes first, its subcommand."""

    values: frozenset[str] = frozenset()
    operands: int = 0
    verb: str = ""


def _wrapper(values: str = "", operands: int = 0, verb: str = "") -> _Wrapper:
    return _Wrapper(frozenset(values.split()), operands, verb)


_WRAPPERS = {
    "tini": _wrapper("-p -e"),
    "tini-static": _wrapper("-p -e"),
    "docker-init": _wrapper("-p -e"),
    "dumb-init": _wrapper("-r --rewrite"),
    "catatonit": _wrapper(),
    "env": _wrapper("-u --unset -C --chdir"),
    "exec": _wrapper("-a"),
    "gosu": _wrapper(operands=1),
    "su-exec": _wrapper(operands=1),
    "s6-setuidgid": _wrapper(operands=1),
    "setpriv": _wrapper("--reuid --regid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig"),
    "nice": _wrapper("-n --adjustment"),
    "nohup": _wrapper(),
    "setsid": _wrapper(),
    "stdbuf": _wrapper("-i -o -e --input --output --error"),
    "time": _wrapper("-f -o --format --output"),
    "timeout": _wrapper("-k -s --kill-after --signal", operands=1),
    "bundle": _wrapper(verb="exec"),
    "conda": _wrapper("-n --name -p --prefix --cwd", verb="run"),
    "micromamba": _wrapper("-n --name -p --prefix --cwd", verb="run"),
    "ddtrace-run": _wrapper(),
    "doppler": _wrapper("-t --token -p --project -c --config", verb="run"),
    "newrelic-admin": _wrapper(verb="run-program"),
    "pdm": _wrapper("-p --project", verb="run"),
    "pipenv": _wrapper(verb="run"),
    "poetry": _wrapper("-C --directory -P --project", verb="run"),
    "uv": _wrapper(
        "--extra --group --only-group --no-group --package --project --directory --python -p --with --env-file",
        verb="run",
    ),
}


class _Reader(NamedTuple):
    """An interpreter: its flags with a value, those behind which no file is named, its subcommands that read one."""

    values: frozenset[str]
    without_file: frozenset[str]
    verbs: frozenset[str] = frozenset()


def _reader(values: str, without_file: str, verbs: str = "") -> _Reader:
    return _Reader(frozenset(values.split()), frozenset(without_file.split()), frozenset(verbs.split()))


BUILTINS = frozenset(
    ": [ alias bg break continue echo eval export false hash local printf pwd read readonly return set shift test trap "
    "true type ulimit umask unalias unset wait [[".split()
)
_PYTHON = _reader("-W -X --check-hash-based-pycs", "-c -m - -h -V --version --help")
_READERS = {
    "fastapi": _reader("", "", "dev run"),
    "streamlit": _reader("", "", "run"),
    "python": _PYTHON,
    "python3": _PYTHON,
    "pypy3": _PYTHON,
    "node": _reader(
        "-r --require --import --loader --experimental-loader -C --conditions",
        "-e -p --eval --print - -i -h -v --test --run --version --help",
    ),
    "ruby": _reader("-I -r -C -E", "-e - -h -v --version --help"),
    "perl": _reader("-I", "-e -E - -h -v --version --help"),
    "php": _reader("-c -d -z", "-r -S -B -R -F -a -h -v -i -m --version --help"),
}


def start(image: Image) -> Start:
    """See `Image.start`."""
    config = image.config
    entrypoint, cmd = config.entrypoint, config.cmd
    argv = (*entrypoint.words, *cmd.words)
    if "unknown" in {entrypoint.state, cmd.state}:
        return Start("unknown", argv, (), entrypoint, cmd)
    if not argv:
        return Start("absent", (), (), entrypoint, cmd)
    found = []
    if entrypoint.words and entrypoint.instruction is None:  # the base's, which ends in `exec "$@"`
        rest = programs("shell", cmd.words, (program_name(argv[0].text),), "", _script(cmd), 0)
        chained: Iterable[Program] = chain((Program("kernel", argv),), rest)
    else:
        chained = programs("kernel", argv, (), "", _script(entrypoint if entrypoint.words else cmd), 0)
    for number, program in enumerate(chained):
        if number >= MAX_PROGRAMS:
            break
        found.append(program)
    return Start("known", argv, tuple(found), entrypoint, cmd)


def _script(command: Command) -> Fragment | None:
    """The text that the shell of a shell form gets, with its map to the file."""
    instruction = command.instruction
    if instruction is None or command.form != "shell":
        return None
    text = instruction.fragment.text
    start = len(text) - len(text.lstrip())
    return instruction.fragment.slice(start, start + len(text.strip()))


def programs(
    run: Run, words: Sequence[Word], through: tuple[str, ...], folder: str | None, script: Fragment | None, depth: int
) -> Iterator[Program]:
    """The program `words` and what it starts; `script` is the text of its `-c`, where the Dockerfile has it plain."""
    if not words or UNKNOWN in words[0].text or not words[0].text or depth > _MAX_DEPTH:
        return
    name = program_name(words[0].text)
    if name != "exec" or run != "shell":  # a shell's own word
        yield Program(run, tuple(words), through, folder)
    through = (*through, name)
    rest: Sequence[Word] = ()
    if name in SHELLS:
        rest, is_text = _of_shell(words[1:])
        if is_text and rest:
            yield from _commands(rest[0], script, through, folder, depth)
            return
    elif name == "java":
        rest = _jar_read(words[1:])
    elif name in _READERS:
        rest = _file_read(_READERS[name], words[1:])
    elif name in _WRAPPERS:
        rest = _behind(_WRAPPERS[name], words[1:])
        if name != "uv" or not rest or not rest[0].text.endswith(".py"):
            yield from programs("kernel", rest, through, folder, None, depth + 1)
            return
    if rest:
        yield Program("reader", tuple(rest), through, folder)


def program_name(word: str) -> str:
    """The name of a program by the word that starts it; `python` of `python3.12`."""
    name = word.rpartition("/")[2]
    return "python3" if name.startswith("python3.") else name


def _of_shell(words: Sequence[Word]) -> tuple[Sequence[Word], bool]:
    """What a shell is given: a file and its arguments, or (True) a text and its arguments behind `-c`."""
    at, is_text = 0, False
    while at < len(words):
        text = words[at].text
        if text in {"-", "--"}:
            at += 1
            break
        if UNKNOWN in text or not text.startswith(("-", "+")):
            break
        letters = "" if text.startswith("--") else text[1:]
        if "s" in letters:
            return (), False
        is_text = is_text or (text.startswith("-") and "c" in letters)
        at += 2 if letters.strip("c").endswith(("o", "O")) or text in {"--rcfile", "--init-file"} else 1
    return words[at:], is_text


def _commands(
    word: Word, script: Fragment | None, through: tuple[str, ...], folder: str | None, depth: int
) -> Iterator[Program]:
    """The commands that a shell's text runs one after the other, whatever happens: none in branches or functions."""
    from prelaunch.readers.shell import parse

    for command in parse(word.text):
        if any(block.kind not in {"and", "group", "background"} for block in command.blocks) or not command.words:
            continue
        words = []
        for one in command.words:
            span = word.span
            if script is not None and script.text == word.text:
                span = script.span(one.start, one.stop)
            words.append(Word(UNKNOWN if one.text is None else one.text, span))
        name = words[0].text
        if name == "cd":
            target = words[1].text if len(words) > 1 else UNKNOWN
            folder = None if folder is None or UNKNOWN in target else posixpath.join(folder, target)
        elif name in {".", "source"} and len(words) > 1:
            yield Program("reader", tuple(words[1:]), through, folder)
        elif name not in BUILTINS:
            yield from programs("shell", words, through, folder, None, depth + 1)
        if name in {"exec", "exit"}:
            return


def _file_read(reader: _Reader, words: Sequence[Word]) -> Sequence[Word]:
    """The file that an interpreter reads, and its arguments; nothing where it reads none."""
    if reader.verbs:  # they may be given a folder, an address, or nothing
        at = next((number for number, word in enumerate(words) if word.text.endswith(".py")), len(words))
        is_file = words and words[0].text in reader.verbs and at < len(words) and "://" not in words[at].text
        return words[at:] if is_file and not words[at].text.startswith("-") else ()
    at = 0
    while at < len(words):
        text = words[at].text
        if text == "--":
            return words[at + 1 :]
        if text in reader.without_file or UNKNOWN in text:
            return ()
        if not text.startswith(("-", "+")):
            return words[at:]
        at += 2 if text in reader.values else 1
    return ()


def _jar_read(words: Sequence[Word]) -> Sequence[Word]:
    """The file behind `-jar`, where only flags stand before it, and its arguments."""
    at = next((number for number, word in enumerate(words) if word.text == "-jar"), None)
    if at is None or not all(word.text.startswith("-") for word in words[:at]):
        return ()
    return words[at + 1 :]


def _behind(wrapper: _Wrapper, words: Sequence[Word]) -> Sequence[Word]:
    """What a wrapper starts, its flags, operands and variables left out."""
    at, operands, verb = 0, wrapper.operands, wrapper.verb
    while at < len(words):
        text = words[at].text
        if text == "--":
            at += 1
            break
        if text.startswith("-") and len(text) > 1:
            at += 2 if text in wrapper.values else 1
        elif verb:
            if text != verb:
                return ()
            verb = ""
            at += 1
        elif operands:
            operands -= 1
            at += 1
        elif "=" in text and text.partition("=")[0].isidentifier():
            at += 1
        else:
            break
    return () if verb else words[at:]
