"""`check --fix` over clones of real repositories, and a look at every file that it changed.

    python tests/tools/fix_clones.py DIR [OWNER/NAME ...] [--platform linux/amd64]

DIR holds bare clones as DIR/owner+name/repo (or repo/.git). Of each, the newest commit is laid out in a temporary
folder, `platforms` is configured, and the fixes are written. Then it must hold that

- a changed file differs from before by insertions alone, and in no byte of its encoding else;
- it parses with another parser of its language than prelaunch's, if it did before: ruamel.yaml, python-hcl2, shfmt,
  json, tomllib, ast; a Makefile is read by prelaunch's reader, which has to see the same targets;
- `builds` sees the same builds as before, of which some that were missing a platform are explicit now, and no other
  changed but for those that leave the platform to a file which was mended; each changed file has at least one of them;
- a second `check --fix` changes nothing.

Nothing of a repository is run. The exit code is 1 where something of this does not hold.
"""

from __future__ import annotations

import argparse
import ast
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG = 'platforms = ["{}"]\n'


def main() -> int:
    """Go through the clones and print what was changed, and every fault."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("only", nargs="*")
    parser.add_argument("--platform", default="linux/amd64")
    options = parser.parse_args()
    names = [name.replace("/", "+") for name in options.only]
    clones = sorted(path for path in options.folder.iterdir() if (path / "repo").is_dir())
    files = mended = 0
    faults: list[str] = []
    for clone in clones:
        if names and clone.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            result = Checked(clone, Path(folder), options.platform)
            print(f"{clone.name}: {len(result.changed)} files changed, {result.mended} builds mended", flush=True)
            for fault in result.faults:
                print(f"  FAULT {fault}", flush=True)
            files, mended = files + len(result.changed), mended + result.mended
            faults += result.faults
    print(f"{files} files changed, {mended} builds mended, {len(faults)} faults")
    return 1 if faults else 0


class Checked:
    """One repository, mended; `changed` are the files that differ, `faults` what does not hold."""

    def __init__(self, clone: Path, folder: Path, platform: str) -> None:
        self.folder = folder
        self.platform = platform
        self.config = folder.parent / f"{folder.name}.toml"
        self.faults: list[str] = []
        self.mended = 0
        self.before = lay_out(clone, folder)
        builds = self.builds()
        self.config.write_text(CONFIG.format(platform), encoding="utf-8")
        try:
            self.fix()
            self.changed = self.differing(self.before)
            after = {name: (folder / name).read_bytes() for name in self.changed}
            for name in self.changed:
                self.faults += judge(name, self.before[name], after[name])
            self.compare(builds, self.builds())
            self.fix()
            again = [name for name in self.changed if (folder / name).read_bytes() != after[name]]
            again += sorted(set(self.differing(self.before)) - set(self.changed))
            self.faults += [f"{name}: a second run changes it" for name in again]
        finally:
            self.config.unlink()

    def run(self, *arguments: str) -> str:
        """What `prelaunch` prints; 0 and 1 are its answers, anything else is a fault."""
        command = [sys.executable, "-m", "prelaunch", *arguments]
        result = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        if result.returncode not in {0, 1}:
            self.faults.append(f"exit {result.returncode}: {result.stderr.strip()[-400:]}")
        return result.stdout

    def fix(self) -> None:
        """Write the fixes of missing platforms."""
        self.run("check", "--fix", "--select", "missing-platform", "--config", str(self.config), ".")

    def builds(self) -> list[dict[str, Any]]:
        """Every build, in order."""
        found: list[dict[str, Any]] = json.loads(self.run("builds", "--format", "json", ".") or '{"builds": []}')[
            "builds"
        ]
        return found

    def differing(self, before: dict[str, bytes]) -> list[str]:
        """The files that are not as they were."""
        return [name for name, data in before.items() if (self.folder / name).read_bytes() != data]

    def compare(self, before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
        """The builds are the same but for those that were mended."""
        touched: set[str] = set()
        if len(before) != len(after):
            self.faults.append(f"{len(before)} builds before, {len(after)} after")
            return
        for old, new in zip(before, after, strict=True):
            where = f"{old['path']}:{old['line']}"
            if (old["path"], old["tool"], old["form"]) != (new["path"], new["tool"], new["form"]):
                self.faults.append(f"{where}: another build stands in its place")
            elif (old["state"], old["platforms"]) != (new["state"], new["platforms"]):
                said_now = (old["platforms"], new["platforms"]) == ([], [self.platform])
                if said_now and (old["state"], new["state"]) == ("delegated", "delegated"):
                    continue  # the file that decides was mended
                if said_now and (old["state"], new["state"]) == ("missing", "explicit"):
                    self.mended += 1
                    touched.add(old["path"])
                else:
                    said = f"{old['state']} {old['platforms']} -> {new['state']} {new['platforms']}"
                    self.faults.append(f"{where}: {said}")
        self.faults += [f"{name}: changed, and no build of it is mended" for name in set(self.changed) - touched]


def lay_out(clone: Path, folder: Path) -> dict[str, bytes]:
    """Extract the newest commit into `folder`; give the bytes of its regular files of less than 2 MB."""
    git = clone / "repo" / ".git" if (clone / "repo" / ".git").is_dir() else clone / "repo"
    command = ["git", f"--git-dir={git}", "archive", "HEAD"]
    # a snapshot may lack the largest blobs: what came before them is there
    data = subprocess.run(command, capture_output=True, check=False).stdout
    found: dict[str, bytes] = {}
    for name, content in members(data):
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError:
            continue
        if len(content) < 2_000_000:
            found[name] = content
    subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
    return found


def members(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The regular files of a tar archive that may be cut off."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isreg() else None
                if file is not None and not Path(member.name).is_absolute() and ".." not in Path(member.name).parts:
                    yield member.name, file.read()
    except tarfile.ReadError:
        return


def judge(name: str, before: bytes, after: bytes) -> Iterator[str]:
    """What does not hold for one changed file."""
    if not inserted(before, after):
        yield f"{name}: more than insertions"
    parses = parser_of(name, before)
    if parses is None:
        return
    try:
        was = parses(before)
    except Exception:  # noqa: BLE001 - whatever the parser raises, the file was no file of its own before
        return
    try:
        now = parses(after)
    except Exception as error:  # noqa: BLE001
        yield f"{name}: parses no longer: {str(error)[:200]}"
        return
    if was != now:
        yield f"{name}: holds something else than before"


def inserted(before: bytes, after: bytes) -> bool:
    """Whether `after` is `before` with bytes put in."""
    rest = iter(after)
    return all(byte in rest for byte in before)


def parser_of(name: str, data: bytes) -> Callable[[bytes], object] | None:
    """A parser that raises for what is not of the file's language; what it gives is compared."""
    base = name.rpartition("/")[2].lower()
    suffix = base.rpartition(".")[2]
    if suffix in {"yml", "yaml"}:
        return _yaml
    if suffix in {"sh", "bash"} or data.startswith((b"#!/bin/sh", b"#!/bin/bash", b"#!/usr/bin/env bash")):
        return _shell
    if suffix in {"hcl", "tf"}:
        return _hcl
    if suffix == "json":
        return lambda text: len(json.loads(text)) * 0
    if suffix == "py":
        return lambda text: bool(ast.parse(text))
    if suffix == "mk" or base.startswith(("makefile", "gnumakefile")):
        return lambda text: _targets(name, text)
    return None


def _yaml(data: bytes) -> object:
    from ruamel.yaml import YAML

    return [document is None for document in YAML(typ="rt").compose_all(data.decode())]


def _shell(data: bytes) -> object:
    program = shutil.which("shfmt", path=str(Path(sys.executable).parent)) or "shfmt"
    subprocess.run([program], input=data, capture_output=True, check=True)
    return None


def _hcl(data: bytes) -> object:
    import hcl2

    return sorted(hcl2.loads(data.decode()))


def _targets(name: str, data: bytes) -> object:
    from prelaunch.model import Source
    from prelaunch.project import Project
    from prelaunch.readers.makefile import Program, units

    program = Program(Source.decode(name, data), Project("/nowhere"))
    return [(unit.targets, len(unit.lines)) for unit in units(program)]


if __name__ == "__main__":
    sys.exit(main())
