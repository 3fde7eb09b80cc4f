"""Makefiles: `read` gives the facts of one file, `Program` those of a makefile and its includes, as make reads them."""

from __future__ import annotations

from prelaunch.readers.makefile.environment import Environment
from prelaunch.readers.makefile.facts import Makefile
from prelaunch.readers.makefile.program import Program
from prelaunch.readers.makefile.reading import read
from prelaunch.readers.makefile.recipes import Reading, Unit, expand_recipe, named, runs_in_sh, units

__all__ = [
    "Environment",
    "Makefile",
    "Program",
    "Reading",
    "Unit",
    "expand_recipe",
    "named",
    "read",
    "runs_in_sh",
    "units",
]
