# ruff: noqa: BLE001, TRY300 (foreign code raises anything)
"""Imports the modules of one release for real, in a process of its own that may die of it. Runs under Python 3.6 too.

It is run as a script, with the path of a JSON file as its argument: `modules` in order, `candidates` by module, `out`
where a line is written before and after each module, so that a crash shows which one it was, and `seconds` after which
no further module is imported.
"""

import importlib
import json
import os
import re
import sys
import time
import warnings

REMOVED = re.compile(r"\bremoved?\b|\bno longer\b")


def main(path: str) -> None:
    """Import everything, then ask for the candidates."""
    with open(path) as file:
        task = json.load(file)
    out = os.open(task["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(*parts: object) -> None:
        os.write(out, (json.dumps(parts) + "\n").encode("ascii"))

    warnings.simplefilter("ignore")
    loaded = {}
    end = time.monotonic() + task["seconds"]
    for name in task["modules"]:
        if time.monotonic() > end:
            break
        say("begin", name)
        try:
            loaded[name] = importlib.import_module(name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            say("failed", name, lacked(error))
    tops = {name.partition(".")[0] for name in loaded}
    made = {
        name for name, each in list(sys.modules.items()) if name.partition(".")[0] in tops and in_no_file(name, each)
    }
    for name in [*task["modules"], *sorted(made.difference(task["modules"]))]:
        # what stands in `sys.modules` now is what an import statement gets
        module = sys.modules.get(name, loaded.get(name))
        if module is not None:
            try:
                names = sorted(map(str, dir(module)))
            except BaseException:
                names = None
            say("names", name, names)
    for name, candidates in sorted(task["candidates"].items()):
        if name in loaded:
            say("asking", name)
            module = sys.modules.get(name, loaded[name])
            say("asked", name, [[each, ask(module, name, each)] for each in candidates])
    say("done")
    os._exit(0)


def in_no_file(name: str, module: object) -> bool:
    """Whether a module was put among the others by code: another one's second name, or from an importer of its own."""
    try:
        spec = getattr(module, "__spec__", None)
        loader = type(getattr(spec, "loader", None)).__module__
        return (
            spec is None or spec.name != name or not loader.startswith(("_frozen_importlib", "importlib", "builtins"))
        )
    except BaseException:
        return True


def lacked(error: object) -> str:
    """The module that is not installed, where an import failed for that, whatever was raised in the end."""
    for _ in range(5):
        if isinstance(error, ModuleNotFoundError) and isinstance(getattr(error, "name", None), str):
            return error.name or ""
        error = getattr(error, "__cause__", None) or getattr(error, "__context__", None)
    return ""


def ask(module: object, name: str, wanted: str) -> object:
    """Whether `from name import wanted` works: True, False, or None where it fails of something else."""
    full = name + "." + wanted
    try:
        getattr(module, wanted)
        return True
    except AttributeError:
        pass
    except BaseException as error:
        # celery 5.1 looks for `celery.task`, which it no longer has
        if isinstance(error, ModuleNotFoundError) and error.name == full:
            return False
        # a package may raise an error of its own for names that it used to have (`PydanticImportError`), ...
        kind = type(error)
        own = kind.__name__.endswith("ImportError") and kind.__module__.partition(".")[0] == name.partition(".")[0]
        # ... or say it (`load_boston` has been removed); any other says that something is not installed
        told = isinstance(error, ImportError) and wanted in str(error) and REMOVED.search(str(error)) is not None
        return False if own or told else None
    if not hasattr(module, "__path__"):
        return False
    try:
        importlib.import_module(full)
        return True
    except ImportError as error:
        return False if getattr(error, "name", None) == full else None
    except BaseException:
        return None


if __name__ == "__main__":
    main(sys.argv[1])
