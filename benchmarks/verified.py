"""Hold the rules about imports against a table of checked facts.

    python benchmarks/verified.py PATH [--all]

PATH is JSON lines, an object a line: `package`, `module`, `wrong`, `right` (`module:name`; anything else is no
suggestion) and `verdict`: `never-existed`, `removed: existed in A..B` or `absent-now ...`. Each row becomes a project
of one import: without a requirements file (what never existed must be flagged), with a pin before the removal (must be
silent) and with pins at and after it (must be flagged).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from prelaunch.index.shipped import index
from prelaunch.model import Fragment, Source
from prelaunch.project import Project
from prelaunch.readers.python import imports
from prelaunch_rules.import_names.judgement import Fault, judge

EXECUTED = {
    "PIL.Image.ANTIALIAS": "9.5.0",
    "PIL.PILLOW_VERSION": "8.4.0",
    "celery.decorators.task": "5.1.2",
    "celery.task.schedules.crontab": "4.4.7",
    "django.utils.timezone.utc": "4.2.30",
    "flask.Markup": "2.3.3",
    "flask.escape": "2.3.3",
    "flask._request_ctx_stack": "2.3.3",
    "flask._app_ctx_stack": "2.3.3",
    "flask.globals._request_ctx_stack": "2.3.3",
    "langchain.chains.LLMChain": "0.3.30",
    "langchain.chat_models.ChatOpenAI": "0.3.30",
    "matplotlib.cm.get_cmap": "3.10.9",
    "numpy.float": "1.23.5",
    "numpy.int": "1.23.5",
    "numpy.object": "1.23.5",
    "openai.InvalidRequestError": "0.28.1",
    "openai.embeddings_utils.get_embedding": "0.28.1",
    "openai.error.OpenAIError": "0.28.1",
    "openai.error.RateLimitError": "0.28.1",
    "openai.openai_object.OpenAIObject": "0.28.1",
    "pandas.Int64Index": "1.5.3",
    "pandas.datetime": "1.5.3",
    "pymongo.Connection": "2.9.5",
    "scipy.integrate.simps": "1.13.1",
    "scipy.signal.hann": "1.12.0",
    "werkzeug.wsgi.DispatcherMiddleware": "0.16.1",
}
"""Names of which a table that was made without executing names another last release than the one executed here.

(pymongo 2.9.5 is for Python 2 and was not executed: the index lists the name.)
"""

ELSEWHERE = frozenset({"pydantic.Optional", "requests.packages.urllib3.util.ssl_.DEFAULT_CIPHERS"})
"""Rows that execution refutes: the first fails in every release, the second depends on urllib3's release alone."""


class Row(NamedTuple):
    """One fact; `existed` are the first and the last release that had the name, None where none did."""

    package: str
    module: str
    wrong: str
    right: str
    verdict: str
    existed: tuple[str, str] | None

    @property
    def text(self) -> str:
        """The import that the row speaks of."""
        return f"from {self.module} import {self.wrong}"


def read(path: str) -> list[Row]:
    """The rows of a file."""
    rows = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        data = json.loads(line)
        kind, _, span = data["verdict"].partition(": existed in ")
        ends = span.replace("..", " ").replace(",", " ").replace(";", " ").split()
        existed = (ends[0], EXECUTED.get(f"{data['module']}.{data['wrong']}", ends[-1])) if kind == "removed" else None
        right = data["right"] if ":" in data["right"] else ""
        rows.append(Row(data["package"], data["module"], data["wrong"], right, kind.split(" ")[0], existed))
    return rows


def judged(row: Row, pin: str | None) -> Fault | None:
    """What is said of the row's import in a project that pins the package (None: that says nothing)."""
    with tempfile.TemporaryDirectory() as root:
        if pin is not None:
            (Path(root) / "requirements.txt").write_text(f"{row.package}=={pin}\n", encoding="utf-8")
        elif row.package in {"pyjwt", "pycryptodome"}:
            # several distributions give their module: one has to be named
            (Path(root) / "requirements.txt").write_text(f"{row.package}\n", encoding="utf-8")
        source = Source.decode("app.py", f"{row.text}\n".encode())
        (fact,) = imports(Fragment.of(source, 0, len(source.text)))
        return judge(fact, Project(root))


def releases(row: Row) -> tuple[str, ...]:
    """The releases of the row's package that the index knows."""
    found = index()
    package = found.package(row.package) if found is not None else None
    return package.releases if package is not None else ()


def faults(row: Row) -> list[str]:
    """What the rules get wrong about a row, in words."""
    known = releases(row)
    if row.verdict == "never-existed":
        return [] if judged(row, None) is not None else ["never existed, not flagged"]
    if row.verdict == "absent-now":
        return [] if judged(row, known[-1]) is not None else [f"not in {known[-1]}, not flagged"]
    if row.existed is None:
        return [f"an unknown verdict: {row.verdict}"]
    last = Version(row.existed[1])
    after = [each for each in known if Version(each) > last]
    during = [each for each in known if Version(row.existed[0]) <= Version(each) <= last]
    gone = [pin for pin in dict.fromkeys((*after[:1], *after[-1:])) if judged(row, pin) is None]
    there = [pin for pin in dict.fromkeys((*during[:1], *during[-1:])) if judged(row, pin) is not None]
    return [
        *(f"gone after {row.existed[1]}, not flagged with {pin}" for pin in gone),
        *(f"there until {row.existed[1]}, flagged with {pin}" for pin in there),
    ]


def suggested(row: Row) -> str:
    """`right`, `wrong` or `none`: what the message suggests."""
    known = releases(row)
    fault = judged(row, None if row.verdict == "never-existed" else (known or ("",))[-1])
    if fault is None or fault.right is None:
        return "none"
    right = fault.right
    return "right" if f"{right.module}:{right.name}" == row.right else f"wrong ({right.module}:{right.name})"


def main() -> None:
    """Judge every row and print what differs, then the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path")
    parser.add_argument("--all", action="store_true", help="print the rows whose suggestion differs too")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    for row in read(options.path):
        count = counts.setdefault(row.verdict, Counter())
        if f"{row.module}.{row.wrong}" in ELSEWHERE:
            count["refuted by executing"] += 1
            continue
        if not releases(row) and row.verdict != "never-existed":
            count["not in the index"] += 1
            continue
        wrong = faults(row)
        count["wrong" if wrong else "right"] += 1
        for each in wrong:
            print(f"{row.package}: {row.text}: {each}")
        if row.right and not wrong:
            found = suggested(row)
            count[f"suggestion {found.partition(' ')[0]}"] += 1
            if options.all and found != "right":
                print(f"{row.package}: {row.text}: suggestion {found}, not {row.right}")
    for verdict, count in counts.items():
        print(f"{verdict}: {', '.join(f'{number} {what}' for what, number in sorted(count.items()))}")


if __name__ == "__main__":
    main()
