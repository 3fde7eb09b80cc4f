"""`prelaunch index build`: distributions of a registry to a data file. The only command that uses the network."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TYPE_CHECKING, NamedTuple

from prelaunch.index.harvest import Harvest, Options, harvest
from prelaunch.index.pack import write
from prelaunch.index.registry import RegistryError
from prelaunch.index.unite import History, unite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ASKED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "asked.tsv")
"""Names that are known to be imported wrongly."""

_ADDRESS = re.compile(r"\b[a-z+]+://\S+")

COLLIDING = {
    "Crypto": ("pycrypto",),
    "jwt": ("jwt",),
    "cv2": ("opencv-contrib-python", "opencv-contrib-python-headless", "opencv-python", "opencv-python-headless"),
    "psycopg2": ("psycopg2", "psycopg2-binary"),
    "dotenv": ("django-dotenv", "dotenv"),
    "jose": ("jose",),
    "slugify": ("python-slugify", "slugify", "unicode-slugify"),
    "attr": ("attr",),
    "magic": ("python-magic", "filemagic"),
    "docx": ("python-docx", "docx"),
    "serial": ("pyserial", "serial"),
    "usb": ("pyusb",),
    "yaml": ("pyyaml-ft",),
    "skimage": ("scikit-image",),
    "multipart": ("multipart", "python-multipart"),
    "bson": ("bson", "pymongo"),
    "websocket": ("websocket", "websocket-client"),
    "docker": ("docker", "docker-py"),
    "PIL": ("pil", "pillow", "pillow-simd"),
    "dateutil": ("py-dateutil", "python-dateutil"),
    "elasticsearch": ("elasticsearch", "elasticsearch7", "elasticsearch8"),
    "snowflake": ("snowflake", "snowflake-connector-python"),
    "setuptools": ("distribute", "setuptools"),
    "pkg_resources": ("distribute", "setuptools"),
    "grpc": ("grpc", "grpcio"),
    "discord": ("discord", "discord-py", "py-cord"),
    "telegram": ("python-telegram-bot", "telegram"),
    "git": ("gitpython",),
    "google": ("google", "protobuf"),
    "zmq": ("pyzmq",),
    "MySQLdb": ("mysqlclient", "mysql-python"),
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-gpu"),
}
"""Top-level names that distributions outside the index give too, as far as is known: they are not judged."""


WRITTEN_EVERY = 300.0
"""Seconds between the states of the data file that a long build writes: each is whole, with what is there by then."""


class Result(NamedTuple):
    """What became of one distribution: its history, or why there is none, and the problems on the way.

    `fetched` are bytes, `seconds` those of the clock.
    """

    distribution: str
    history: History | None
    problems: tuple[str, ...]
    seconds: float
    fetched: int = 0


def build(names: Sequence[str], options: Options, output: str, jobs: int, extra: Iterable[History] = ()) -> int:
    """Harvest `names`, `jobs` at a time, and write the data file, with a report beside it; its size in bytes.

    `extra` are histories that come from elsewhere (the standard library). A distribution that fails is a line of the
    report. What was read is kept, so that a build that was broken off goes on where it was.
    """
    started = written = time.monotonic()
    histories: list[History] = list(extra)
    report: list[str] = []
    fetched = 0
    pool = ThreadPoolExecutor(jobs)
    waiting = [pool.submit(alone, name, options) for name in names]
    try:
        for number, done in enumerate(as_completed(waiting), 1):
            result = done.result()
            if result.history is not None:
                histories.append(result.history)
            report += result.problems
            fetched += result.fetched
            _tell(number, len(names), result, started)
            if time.monotonic() - written > WRITTEN_EVERY:
                _write(histories, output, report, f"{number} of {len(names)} distributions were tried")
                written = time.monotonic()
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    took = f"{(time.monotonic() - started) / 60:.0f} min with {jobs} jobs, {fetched / 1e6:.0f} MB of wheels fetched"
    return _write(histories, output, report, f"{len(names)} distributions were asked for; {took}")


def _write(histories: Sequence[History], output: str, report: Iterable[str], head: str) -> int:
    from prelaunch import __version__

    size = write(
        histories,
        output,
        providers_extra=COLLIDING,
        built=time.strftime("%Y-%m-%d"),
        generator=f"prelaunch {__version__}",
    )
    head = f"{head}\n{len(histories)} are in the index, with those given besides; {size} bytes"
    write_report(output, head, report)
    return size


def write_report(output: str, head: str, problems: Iterable[str]) -> None:
    """Write the report beside the data file `output`; what looks like an address in a problem is left out."""
    with open(f"{output}.report.txt", "w", encoding="utf-8") as file:
        file.write(f"{head}\n")
        file.writelines(f"{_ADDRESS.sub('(address)', line)}\n" for line in sorted(set(problems)))


def alone(name: str, options: Options) -> Result:
    """`one` in a process of its own, so that one that dies (of memory, say) takes no other with it."""
    started = time.monotonic()
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        try:
            return pool.submit(one, name, options).result()
        except BrokenProcessPool:
            return Result(name, None, (f"{name}: the process that read it died",), time.monotonic() - started)


def one(name: str, options: Options) -> Result:
    """One distribution, in this process. What it raises is a problem of the result."""
    started = time.monotonic()
    fetched = 0
    try:
        found: Harvest = harvest(name, options)
        fetched = found.fetched
        history = unite(found.surfaces, found.probes) if found.surfaces else None
        problems = found.problems if found.surfaces else (f"{name}: no release with a wheel", *found.problems)
        if history is not None and not history.modules:
            history, problems = None, (f"{name}: nothing in it can be imported", *problems)
    except (RegistryError, OSError, RuntimeError, ValueError, MemoryError) as error:
        history, problems = None, (f"{name}: {type(error).__name__}: {error}",)
    return Result(name, history, problems, time.monotonic() - started, fetched)


def read_asked(path: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By distribution and module, the names to ask for: JSON lines with `package`, `module` and `wrong`.

    A file `.tsv` has these three first in its lines, separated by tabs; a line that begins with `#` is a comment.
    """
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            if path.endswith(".tsv"):
                row = dict(zip(("package", "module", "wrong"), line.rstrip("\n").split("\t"), strict=False))
            else:
                row = json.loads(line)
            if "wrong" in row and not line.startswith("#"):
                modules = found.setdefault(row["package"], {})
                modules[row["module"]] = (*modules.get(row["module"], ()), row["wrong"])
    return found


def _tell(number: int, of: int, result: Result, started: float) -> None:
    left = (time.monotonic() - started) / number * (of - number)
    what = f"{len(result.history.releases)} releases" if result.history is not None else "nothing"
    line = f"{number}/{of} {result.distribution}: {what}, {result.seconds:.0f} s; about {left / 60:.0f} min left"
    if sys.stderr.isatty():
        width = os.get_terminal_size(sys.stderr.fileno()).columns
        print(f"\r{line[: width - 1]:{width - 1}}", end="" if number < of else "\n", file=sys.stderr, flush=True)
    else:
        print(line, file=sys.stderr, flush=True)
