"""Whole-process times of the hook, as ratios against `python -c pass`, `git grep` and `ruff` in the same run.

    python benchmarks/run.py [--repeat N] [--json]

Every command is run N times, the commands in turn, so that a busy moment of the machine falls on all of them alike; the
median is kept. Absolute times are printed for reading only: compare ratios.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

MAKEFILE = """\
IMAGE ?= registry.example.com/api
image:
\tdocker buildx build -t $(IMAGE) .
push: image
\tdocker push $(IMAGE)
"""
WORKFLOW = """\
name: image
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test
      - uses: docker/build-push-action@v6
        with:
          push: true
          tags: registry.example.com/api
"""
DOCKERFILE = """\
FROM --platform=$BUILDPLATFORM golang:1.25 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/server ./cmd/server

FROM python:3.13-slim
RUN apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY --from=build /out/server /usr/local/bin/server
COPY . .
USER nobody
ENTRYPOINT ["tini", "--"]
CMD ["python", "main.py"]
"""
PYTHON = """\
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2


def key(password: bytes) -> bytes:
    return PBKDF2(algorithm=hashes.SHA256(), length=32, salt=b"salt", iterations=1).derive(password)
"""
# What the rules about imports cost: the same file without imports; with its own and standard ones; with three packages
# of which no import could fail, as the cheap look at the text tells; and with one that is judged by the project's pin.
BARE = (
    """\


def main(paths):
    for path in paths:
        print("%s", path)
    return len(paths)
"""
    * 5
)
OWN = "import logging\nimport os\nimport sys\nfrom pathlib import Path\n\nfrom mycompany.tools import thing\n" + BARE
THREE = (
    """\
import os

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import JSONResponse
"""
    + BARE
)
JUDGED = "from pydantic import BaseSettings\n" + THREE
COSTS = {"own imports": 0.36, "three packages": 0.95, "judged by a pin": 3.5}
"""What a file's imports may cost, in times of `python -c pass`: 3, 8 and 29 ms where that takes 8.4 ms."""
FILES = 2_500
AGAINST_RUFF = 4.0
# An installed package has its bytecode beside it, whatever the shell that measures says.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
LIMITS = {
    "nothing to read": 2.0,
    "one Makefile": 6.0,
    "one workflow": 6.0,
    "one Dockerfile": 6.0,
    "one Python file": 4.0,
    "tree": 3.0,
    "tree again": 1.0,
}


def words() -> list[str]:
    """What the prefilter looks for in the tree's kinds of files, so that git grep looks for the same."""
    from prelaunch import kinds, registry

    words = [
        *(kinds.BUILD_WORDS[kind] for kind in ("makefile", "github", "python")),
        registry.import_words()["python"],
    ]
    texts = (word[0] if isinstance(word, tuple) else word for one in words for word in one or ())
    return sorted({text.decode() for text in texts if isinstance(text, bytes)})


def tree(root: Path, count: int = 12_000) -> None:
    """A repository of `count` files, few of them relevant, committed to git."""
    source = "def number_{0}():\n    return {0}\n\n\n" * 12
    page = "# Title {0}\n\nSome words about nothing in particular, again and again.\n" * 8
    for number in range(count):
        folder = root / f"part{number // 400:02d}" / f"unit{number // 40 % 10}"
        folder.mkdir(parents=True, exist_ok=True)
        kind = number % 4
        if kind == 0:
            (folder / f"module{number}.py").write_text(source.format(number))
        elif kind == 1:
            (folder / f"page{number}.md").write_text(page.format(number))
        elif kind == 2:
            (folder / f"data{number}.json").write_text(json.dumps({"number": number, "text": "x" * 300}))
        else:
            (folder / f"values{number}.yaml").write_text(f"number: {number}\nitems:\n" + "  - one\n" * 30)
    (root / "Makefile").write_text(MAKEFILE)
    (root / ".github" / "workflows").mkdir(parents=True)
    (root / ".github" / "workflows" / "image.yml").write_text(WORKFLOW)
    (root / "keys.py").write_text(PYTHON)
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "tree"], check=True)


def python_tree(root: Path) -> None:
    """A folder of `FILES` real Python files: of the standard library first, then of what is installed here."""
    count = 0
    for folder in (os.path.dirname(os.__file__), sysconfig.get_path("purelib")):
        for top, folders, names in os.walk(folder):
            folders[:] = sorted(set(folders) - {"site-packages", "test", "tests", "__pycache__"})
            for name in sorted(names):
                if name.endswith(".py") and count < FILES:
                    # names that neither tool leaves out
                    target = root / f"part{count // 50:02d}" / f"{name[:-3]}_{count}.py"
                    target.parent.mkdir(exist_ok=True)
                    shutil.copy(os.path.join(top, name), target)
                    count += 1
    git = ["git", "-C", str(root), "-c", "user.name=b", "-c", "user.email=b@example.com"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "tree"], check=True)


def once(command: list[str], folder: Path) -> float:
    """The wall-clock milliseconds of one run; `CalledProcessError` where it fails, since then it did other work."""
    start = time.perf_counter()
    subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True
    )
    return (time.perf_counter() - start) * 1000


def medians(commands: dict[str, list[str]], folder: Path, repeat: int) -> dict[str, float]:
    """The median milliseconds of each command, run in turn."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(repeat + 1):
        for name, command in commands.items():
            taken = once(command, folder)
            if number:  # the first round fills the caches
                times[name].append(taken)
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=21)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        small, large, code = Path(name) / "small", Path(name) / "large", Path(name) / "code"
        (small / ".github" / "workflows").mkdir(parents=True)
        large.mkdir()
        code.mkdir()
        (small / "Makefile").write_text(MAKEFILE)
        (small / ".github" / "workflows" / "image.yml").write_text(WORKFLOW)
        (small / "Dockerfile").write_text(DOCKERFILE)
        (small / "keys.py").write_text(PYTHON)
        (small / "notes.txt").write_text("nothing to see\n")
        (small / "plain.py").write_text("import os\n\nprint(os.name)\n")
        (small / "main.py").write_text("print('started')\n")  # what the Dockerfile starts
        for file, text in (("bare.py", BARE), ("own.py", OWN), ("three.py", THREE), ("judged.py", JUDGED)):
            (small / file).write_text(text)
        (small / "requirements.txt").write_text("fastapi==0.110.0\nhttpx\ncryptography>=41\npydantic==1.10.13\n")
        tree(large)
        python_tree(code)
        check = [os.path.join(os.path.dirname(sys.executable), "prelaunch"), "check", "--exit-zero"]
        base = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "nothing to read": [*check, "--force-exclude", "notes.txt", "plain.py"],
            "one Makefile": [*check, "--force-exclude", "Makefile"],
            "one workflow": [*check, "--force-exclude", ".github/workflows/image.yml"],
            "one Dockerfile": [*check, "--force-exclude", "Dockerfile"],
            "one Python file": [*check, "--force-exclude", "keys.py"],
            "no imports": [*check, "--force-exclude", "bare.py"],
            "own imports": [*check, "--force-exclude", "own.py"],
            "three packages": [*check, "--force-exclude", "three.py"],
            "judged by a pin": [*check, "--force-exclude", "judged.py"],
        }
        grep = ["git", "grep", "-lF", *(part for word in words() for part in ("-e", word))]
        figures = medians(base, small, options.repeat)
        ruff = [
            os.path.join(os.path.dirname(sys.executable), "ruff"),
            "check",
            "--exit-zero",
            "--isolated",
            "--no-cache",
        ]
        both = {
            "ruff": [*ruff, "--select", "F401", "."],
            "imports": [*check, "--no-cache", "--select", "nonexistent-import,dead-import-guard", "."],
        }
        figures |= medians(both, code, max(3, options.repeat // 5))
        trees = {
            "git grep": grep,
            "tree": [*check, "--no-cache", "."],
            "tree again": [*check, "."],
        }
        figures |= medians(trees, large, max(5, options.repeat // 3))
    rows = []
    for case, limit in LIMITS.items():
        against = "git grep" if case.startswith("tree") else "python -c pass"
        ratio = figures[case] / figures[against]
        rows.append(
            {"case": case, "ms": round(figures[case], 1), "against": against, "ratio": round(ratio, 2), "goal": limit}
        )
    for case, limit in COSTS.items():
        cost = figures[case] - figures["no imports"]
        ratio = cost / figures["python -c pass"]
        rows.append(
            {"case": case, "ms": round(cost, 1), "against": "python -c pass", "ratio": round(ratio, 2), "goal": limit}
        )
    ratio = figures["imports"] / figures["ruff"]
    rows.append(
        {
            "case": f"{FILES} modules",
            "ms": round(figures["imports"], 1),
            "against": "ruff F401",
            "ratio": round(ratio, 2),
            "goal": AGAINST_RUFF,
        }
    )
    if options.json:
        print(json.dumps({"python_ms": round(figures["python -c pass"], 1), "rows": rows}))
        return
    print(f"python -c pass {figures['python -c pass']:.1f} ms, git grep over the tree {figures['git grep']:.1f} ms")
    for row in rows:
        print(f"{row['case']:16} {row['ms']:8} ms  {row['ratio']:5}x {row['against']:15} goal {row['goal']}x")


if __name__ == "__main__":
    main()
