from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Build, Source
from prelaunch.places.makefile import builds
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


def found(root: Path, files: dict[str, str], path: str = "Makefile") -> list[Build]:
    """The builds of the file at `path` in a repository of `files`."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    project = Project(str(root))
    source = project.read(path)
    assert source is not None
    return builds(source, project)


def told(build: Build) -> tuple[int, str, str, tuple[str, ...]]:
    return build.source.position(build.span.start)[0], build.tool, build.state, build.platforms


STATES = {
    "a literal flag": ("t:\n\tdocker build --platform linux/amd64 .\n", "explicit", ("linux/amd64",)),
    "no flag": ("t:\n\tdocker build .\n", "missing", ()),
    "a variable with a comment behind it": (
        "P ?= linux/amd64,linux/arm64  # others: linux/s390x\nt:\n\tdocker buildx build --platform $(P) .\n",
        "explicit",
        ("linux/amd64", "linux/arm64"),
    ),
    "a command in variables": (
        "X = docker buildx\nB = $(X) build\nt:\n\t$(B) -t x .\n",
        "missing",
        (),
    ),
    "an optional flag that is off": (
        "t:\n\tdocker build $(if $(P),--platform=$(P),) .\n",
        "missing",
        (),
    ),
    "an optional flag that is on": (
        "P = linux/arm64\nt:\n\tdocker build $(if $(P),--platform=$(P),) .\n",
        "explicit",
        ("linux/arm64",),
    ),
    "the other side of an optional flag": (
        "t:\n\tdocker build $(if $(P),--pull,--platform=linux/amd64) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "an architecture that whoever runs make names": (
        "t:\n\tdocker buildx build --platform=linux/$(ARCH) .\n",
        "explicit",
        (),
    ),
    "an architecture that a call of make brings": (
        't-%:\n\t@ARCH=$* $(MAKE) t\n\nt:\n\tdocker buildx build --platform="linux/$(ARCH)" .\n',
        "explicit",
        (),
    ),
    "two architectures, one of them written": (
        "t:\n\tdocker buildx build --platform linux/amd64,linux/$(ARCH) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a list that an unset variable would lengthen": (
        "t:\n\tdocker buildx build --platform linux/amd64$(MORE) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a platform that is written by halves": (
        "t:\n\tdocker buildx build --platform linux/ .\n",
        "explicit",
        ("linux/",),
    ),
    "a test of the shell that the caller passes": (
        'P ?=\nt:\n\t@if [ -n "$(P)" ]; then docker buildx build --platform $(P) . ; fi\n',
        "explicit",
        (),
    ),
    "a test of the shell in a list": (
        't:\n\t@[ -z "$(P)" ] || \\\n\t  docker buildx build --platform=$(P) .\n',
        "explicit",
        (),
    ),
    "the branch that runs without it": (
        'P ?=\nt:\n\t@if [ -z "$(P)" ]; then docker build --platform=$(P) . ; fi\n',
        "missing",
        (),
    ),
    "a value that the shell asks for": (
        'P ?= a/b\nt:\n\t@if [ "$(P)" = linux/arm64 ]; then docker build --platform=$(P) . ; fi\n',
        "explicit",
        ("linux/arm64",),
    ),
    "a line above that stops make": (
        't:\n\t@test -n "$(P)" || (echo no; exit 1)\n\tdocker build --platform=$(P) .\n',
        "explicit",
        (),
    ),
    "a test alone in a line above": (
        't:\n\t@test -n "${P}"\n\tdocker build --platform=$(P) .\n',
        "explicit",
        (),
    ),
    "a line above whose failure does not count": (
        't:\n\t-@test -n "$(P)"\n\tdocker build --platform=$(P) .\n',
        "missing",
        (),
    ),
    "a line above that only ends itself": (
        't:\n\t@test -n "$(P)" || exit 0\n\tdocker build --platform=$(P) .\n',
        "missing",
        (),
    ),
    "a subshell that ends alone": (
        't:\n\t@test -n "$(P)" || (exit 1); docker build --platform=$(P) .\n',
        "missing",
        (),
    ),
    "a line above about something else": (
        't:\n\t@test -n "$(Q)"\n\tdocker build --platform=$(P) .\n',
        "missing",
        (),
    ),
    "a line below": (
        't:\n\tdocker build --platform=$(P) .\n\t@test -n "$(P)"\n',
        "missing",
        (),
    ),
    "a line of make's own above": (
        "P ?=\nt:\nifndef P\n\t$(error no P)\nendif\n\tdocker build --platform=$(P) .\n",
        "explicit",
        (),
    ),
    "a target that is needed and stops make": (
        'check:\n\t@test -n "$(P)"\nt: check\n\tdocker build --platform=$(P) .\n',
        "explicit",
        (),
    ),
    "a pattern that demands a variable": (
        'guard-%:\n\t@if [ -z "${${*}}" ]; then exit 1; fi\nt: guard-P\n\tdocker build --platform=$(P) .\n',
        "explicit",
        (),
    ),
    "a pattern that demands another one": (
        'guard-%:\n\t@if [ -z "${${*}}" ]; then exit 1; fi\nt: guard-Q\n\tdocker build --platform=$(P) .\n',
        "missing",
        (),
    ),
    "a variable of the shell of the same name": (
        't:\n\t@test -n "$$P"\n\tdocker build --platform=$(P) .\n',
        "missing",
        (),
    ),
    "a default in the recipe": (
        "t:\n\tdocker build --platform $(or $(P),linux/amd64) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a default in the recipe's flag": (
        "t:\n\tdocker build --platform=$(or $(P),linux/amd64) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a platform that must be given in the recipe": (
        "t:\n\tdocker build --platform=$(or $(P),$(error P is not set)) .\n",
        "explicit",
        None,
    ),
    "several platforms joined": (
        (
            "L = linux/amd64 linux/arm64\ncomma := ,\nempty :=\nspace := $(empty) $(empty)\n"
            "t:\n\tdocker buildx build --platform $(subst $(space),$(comma),$(L)) .\n"
        ),
        "explicit",
        ("linux/amd64", "linux/arm64"),
    ),
    "an architecture of the machine": (
        "A ?= $(shell go env GOARCH)\nt:\n\tdocker build --platform linux/$(A) .\n",
        "explicit",
        None,
    ),
    "a flag by ifdef that is off": (
        "ifdef ARCH\nF = --platform linux/$(ARCH)\nendif\nt:\n\tdocker build $(F) .\n",
        "missing",
        (),
    ),
    "an exported variable": (
        "export DOCKER_DEFAULT_PLATFORM := linux/amd64\nt:\n\tdocker build .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a variable that is not exported": (
        "DOCKER_DEFAULT_PLATFORM := linux/amd64\nt:\n\tdocker build .\n",
        "missing",
        (),
    ),
    "all variables exported": (
        ".EXPORT_ALL_VARIABLES:\nDOCKER_DEFAULT_PLATFORM = linux/amd64\nt:\n\tdocker build .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "an exported variable that is taken back": (
        "export DOCKER_DEFAULT_PLATFORM = linux/amd64\nunexport DOCKER_DEFAULT_PLATFORM\nt:\n\tdocker build .\n",
        "missing",
        (),
    ),
    "a target's own export": (
        "t: export DOCKER_DEFAULT_PLATFORM = linux/amd64\nt:\n\tdocker build .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "another target's variable": (
        "u: F = --platform linux/amd64\nt:\n\tdocker build $(F) .\n",
        "missing",
        (),
    ),
    "a pattern's variable": (
        "t%: F = --platform linux/amd64\nt1:\n\tdocker build $(F) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "prefixes": ("t:\n\t@- + docker build .\n", "missing", ()),
    "a chain": ("t:\n\tcd x && \\\n\tdocker build \\\n\t  --platform linux/amd64 .\n", "explicit", ("linux/amd64",)),
    "an inline recipe": ("t: d ; docker build --platform linux/amd64 .\n", "explicit", ("linux/amd64",)),
    "another prefix character": (".RECIPEPREFIX = >\nt:\n>docker build .\n", "missing", ()),
    "a canned recipe": ("define b\n@echo x\n@docker build .\nendef\nt:\n\t$(b)\n", "missing", ()),
    "a recipe variable by eval": (
        "t:\n\t$(eval P := --platform linux/amd64)\n\tdocker build $(P) .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a called function": (
        "b = docker build --platform $(1) $(2)\nt:\n\t$(call b,linux/arm64,.)\n",
        "explicit",
        ("linux/arm64",),
    ),
    "a branch that needs a platform": (
        "ifneq ($(P),)\nt:\n\tdocker build --platform $(P) .\nendif\n",
        "explicit",
        None,
    ),
    "one shell": (
        ".ONESHELL:\nt:\n\texport DOCKER_DEFAULT_PLATFORM=linux/amd64\n\tdocker build .\n",
        "explicit",
        ("linux/amd64",),
    ),
    "a shell for each line": (
        "t:\n\texport DOCKER_DEFAULT_PLATFORM=linux/amd64\n\tdocker build .\n",
        "missing",
        (),
    ),
    "a platform that the caller must give": (
        "ifndef P\n$(error P is not set)\nendif\nt:\n\tdocker build --platform=$(P) .\n",
        "explicit",
        None,
    ),
    "windows line ends": (
        "P = linux/amd64\r\nt:\r\n\tdocker build \\\r\n\t\t--platform $(P) .\r\n",
        "explicit",
        ("linux/amd64",),
    ),
}


@pytest.mark.parametrize("name", STATES)
def test_a_recipe_is_judged_with_the_values_that_make_would_use(name: str, tmp_path: Path) -> None:
    text, state, platforms = STATES[name]
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.form == "makefile"
    assert build.state == state
    if platforms is not None:
        assert build.platforms == platforms


NOTHING = {
    "a comment": "# docker build .\nt:\n\techo\n",
    "a tab line before any rule": "\tdocker build .\nt:\n\techo\n",
    "a tab line behind an assignment": "t:\n\techo\nX = 1\n\tdocker build .\n",
    "a recipe in another language": "SHELL := /usr/bin/env python3\nt:\n\tdocker build .\n",
    "powershell": "SHELL = pwsh\nt:\n\tdocker build .\n",
    "a definition that nothing uses": "define b\ndocker build .\nendef\nt:\n\techo\n",
    "a variable": "B = docker build .\nt:\n\techo\n",
    "make itself": "t:\n\t$(MAKE) docker-build\n",
}


HANDED = {
    "one call hands it": ("\t$(MAKE) b P=linux/amd64\n", "explicit", ("linux/amd64",)),
    "two calls hand the same": (
        "\t@${MAKE} b P='linux/amd64' && ls\n\tmake -s b P=linux/amd64\n",
        "explicit",
        ("linux/amd64",),
    ),
    "two calls differ": ("\t$(MAKE) b P=linux/amd64\n\t$(MAKE) b P=linux/arm64\n", "delegated", ()),
    "one call hands none": ("\t$(MAKE) b P=linux/amd64\n\t$(MAKE) b\n", "delegated", ()),
    "another makefile": ("\t$(MAKE) -C sub b P=linux/amd64\n", "delegated", ()),
    "another target": ("\t$(MAKE) other P=linux/amd64\n", "delegated", ()),
    "a value that is not literal": ("\t$(MAKE) b P=$(shell uname)\n", "delegated", ()),
    "a rule needs the target too": ("\t$(MAKE) b P=linux/amd64\nall: b\n", "delegated", ()),
    "in the environment": ("\tP=linux/amd64 $(MAKE) b\n", "explicit", ("linux/amd64",)),
    "a call in another folder": ("\tcd sub && $(MAKE) b P=linux/amd64\n", "delegated", ()),
    "options in one word": ("\t$(MAKE) -kC sub b P=linux/amd64\n", "delegated", ()),
    "a text that speaks of it": ("\t@echo Usage: make b P=linux/amd64\n", "delegated", ()),
    "a text beside a call": ("\t@echo make b P=linux/arm64\n\t$(MAKE) b P=linux/amd64\n", "explicit", ("linux/amd64",)),
    "a quoted value with blanks": ('\t$(MAKE) b ARGS="--pull -t linux/amd64"\n', "delegated", ()),
    "an unknown word beside it": ("\t$(MAKE) $(X) b P=linux/amd64\n", "delegated", ()),
    "lines that share a shell": ("\tcd sub\n\t$(MAKE) b P=linux/amd64\n.ONESHELL:\n", "delegated", ()),
    "it is set": ("\t$(MAKE) b P=linux/amd64\nP = linux/arm64\n", "explicit", ("linux/arm64",)),
}


@pytest.mark.parametrize("name", HANDED)
def test_what_a_makefile_hands_to_its_own_target_is_in_force_there(name: str, tmp_path: Path) -> None:
    recipe, state, platforms = HANDED[name]
    text = f"release:\n{recipe}.PHONY: b\nb:\n\tdocker buildx build --platform $(P) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert (build.state, build.platforms) == (state, platforms)


def test_a_value_with_blanks_is_handed_whole(tmp_path: Path) -> None:
    text = 'a:\n\t$(MAKE) b ARGS="--platform linux/amd64 --pull"\nb:\n\tdocker buildx build $(ARGS) -t x .\n'
    (build,) = found(tmp_path, {"Makefile": text})
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


@pytest.mark.parametrize("name", NOTHING)
def test_what_make_does_not_run_in_a_shell_is_no_build(name: str, tmp_path: Path) -> None:
    assert found(tmp_path, {"Makefile": NOTHING[name]}) == []


def test_the_span_is_the_command_in_the_file(tmp_path: Path) -> None:
    text = "t:\n\t@cd x && \\\n\tdocker build \\\n\t  -t $(T) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert text[build.span.start : build.span.stop] == "docker build \\\n\t  -t $(T) ."


def test_a_build_in_a_loop_is_one_build(tmp_path: Path) -> None:
    text = "L = a b\nt:\n\t$(foreach x, $(L), docker buildx build -t $(x) .;)\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert told(build) == (3, "docker-buildx-build", "missing", ())
    assert text[build.span.start :].startswith("docker buildx build")


def test_both_branches_of_a_recipe_are_read(tmp_path: Path) -> None:
    text = "FAST = no\nt:\nifeq ($(FAST),yes)\n\tdocker build .\nelse\n\tdocker build --platform linux/amd64 .\nendif\n"
    assert [told(build)[::2] for build in found(tmp_path, {"Makefile": text})] == [(4, "missing"), (6, "explicit")]


def test_in_a_branch_its_condition_holds(tmp_path: Path) -> None:
    text = "T ?= docker\nifeq ($(T),docker)\nF =\nelse\nF = --platform linux/amd64\nendif\nt:\n"
    text += "ifeq ($(T),podman)\n\t$(T) build $(F) .\nendif\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert told(build)[1:] == ("podman-build", "explicit", ("linux/amd64",))


def test_variables_of_one_branch_stay_together(tmp_path: Path) -> None:
    # Never docker with an empty flag: that combination does not exist.
    text = (
        "H := $(shell uname)\nifeq ($(H),Darwin)\nT = docker\nF = --platform linux/amd64\nelse\nT = true\nF =\nendif\n"
    )
    text += "t:\n\t$(T) build $(F) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_a_value_that_depends_on_the_machine_is_not_certain_to_be_missing(tmp_path: Path) -> None:
    text = "F := $(shell ./flags)\nt:\n\tdocker build $(F) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.state == "unknown"


def test_a_variable_that_is_set_nowhere_is_named(tmp_path: Path) -> None:
    text = "t:\n\tdocker buildx build $(EXTRA_ARGS) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.state == "missing"
    assert build.open == ("EXTRA_ARGS",)


def test_a_file_that_cannot_be_read_may_set_anything(tmp_path: Path) -> None:
    text = "include generated.mk\nt:\n\tdocker buildx build $(EXTRA_ARGS) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.state == "unknown"


def test_an_optional_file_that_is_not_there_sets_nothing(tmp_path: Path) -> None:
    text = "-include local.mk\nt:\n\tdocker buildx build $(EXTRA_ARGS) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.state == "missing"


INCLUDES = {
    "a plain name": "include flags.mk",
    "beside the including file": "include $(CURDIR)/flags.mk",
    "by the list of makefiles": "include $(dir $(lastword $(MAKEFILE_LIST)))flags.mk",
    "by its absolute path": "D := $(dir $(abspath $(lastword $(MAKEFILE_LIST))))\ninclude $(D)/flags.mk",
    "by a wildcard": "include *.mk",
    "where it is there": "-include $(wildcard flags.mk)",
    "by the top of the repository": "R := $(shell git rev-parse --show-toplevel)\ninclude $(R)/flags.mk",
}


@pytest.mark.parametrize("name", INCLUDES)
def test_an_included_file_is_followed(name: str, tmp_path: Path) -> None:
    files = {
        "Makefile": INCLUDES[name] + "\nt:\n\tdocker build $(F) .\n",
        "flags.mk": "F = --platform linux/amd64\n",
    }
    (build,) = found(tmp_path, files)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))
    assert any(step.path == "flags.mk" and step.line == 1 for step in build.via)


def test_the_file_that_a_condition_chooses_is_followed(tmp_path: Path) -> None:
    files = {
        "Makefile": "M ?= no\nifeq ($(M),yes)\ninclude multi.mk\nelse\ninclude native.mk\nendif\n"
        "t:\n\tdocker build $(F) .\n",
        "multi.mk": "F = --platform linux/amd64,linux/arm64\n",
        "native.mk": "F = --platform linux/$(ARCH)\nARCH = amd64\n",
    }
    (build,) = found(tmp_path, files)
    assert (build.state, build.platforms) == ("explicit", ("linux/amd64",))


def test_a_file_outside_the_project_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.mk").write_text("F = --platform linux/amd64\n")
    inside = tmp_path / "project"
    (build,) = found(inside, {"Makefile": "-include ../secret.mk\nt:\n\tdocker build $(F) .\n"})
    assert build.state == "missing"


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    files = {"Makefile": "include a.mk\nt:\n\tdocker build .\n", "a.mk": "include Makefile a.mk\n"}
    assert len(found(tmp_path, files)) == 1


def test_an_included_file_is_read_in_the_course_of_its_includer(tmp_path: Path) -> None:
    files = {
        "Makefile": "include make/tools.mk\ninclude make/images.mk\nt:\n\tdocker build .\n",
        "make/tools.mk": "CTR ?= docker\n",
        "make/images.mk": "image:\n\t$(CTR) build $(PLATFORM) .\nPLATFORM = --platform linux/amd64\n",
    }
    (build,) = found(tmp_path, files, "make/images.mk")
    assert build.source.path == "make/images.mk"
    assert told(build)[2:] == ("explicit", ("linux/amd64",))
    assert [told(build)[0] for build in found(tmp_path, files)] == [4]


def test_a_rule_from_a_template_is_found_where_it_stands(tmp_path: Path) -> None:
    text = "define image\nbuild-$(1):\n\tdocker build $$(F_$(1)) -t $(1) .\nendef\nF_a = --platform linux/amd64\n"
    text += "F_b = --platform linux/arm64\n$(foreach i,a b,$(eval $(call image,$(i))))\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert told(build)[0] == 3
    assert build.state == "explicit"
    assert text[build.span.start :].startswith("docker build $$(F_")


PUBLISHED = {
    "by the same command": ("t:\n\tdocker buildx build --push -t r.io/x .\n", True),
    "by the same recipe": ("t:\n\tdocker build -t x .\n\tdocker push x\n", True),
    "by a target that needs it": ("push: image\n\tdocker push x\nimage:\n\tdocker build -t x .\n", True),
    "by a target that needs it in another rule": (
        "push: image\nimage:\n\tdocker build -t x .\npush:\n\tdocker push x\n",
        True,
    ),
    "by a target that needs something else": ("push: x\n\tdocker push x\nimage:\n\tdocker build -t x .\n", True),
    "under the name that another target gives it": (
        "image:\n\tdocker build -t x .\ntag:\n\tdocker tag x r/x\npush:\n\tdocker push r/x\n",
        True,
    ),
    "beside another image": ("t:\n\tdocker build -t x-test .\n\tdocker push x\n", False),
    "by nothing": ("t:\n\tdocker build -t x .\n", False),
    "by another target": ("push:\n\tdocker push x\nimage:\n\tdocker build -t x .\n", True),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_build_is_published_where_its_image_is_pushed(name: str, tmp_path: Path) -> None:
    text, published = PUBLISHED[name]
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.published is published


def test_the_recipe_runs_where_make_runs(tmp_path: Path) -> None:
    files = {"app/Makefile": "t:\n\tdocker build -f Dockerfile .\n", "app/Dockerfile": "FROM scratch\n"}
    (build,) = found(tmp_path, files, "app/Makefile")
    assert build.dockerfile == "app/Dockerfile"


def test_a_slot_lies_in_the_recipe(tmp_path: Path) -> None:
    text = "T = x\nt:\n\t@docker build -t $(T) .\n"
    (build,) = found(tmp_path, {"Makefile": text})
    assert build.slot is not None
    at = build.slot.span
    mended = text[: at.start] + build.slot.spell(("linux/amd64",)) + text[at.stop :]
    project = Project(str(tmp_path))
    source = Source("Makefile", mended)
    project.add(source)
    (after,) = builds(source, project)
    assert (after.state, after.platforms) == ("explicit", ("linux/amd64",))
