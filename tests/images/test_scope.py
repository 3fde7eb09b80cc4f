"""Which variables an instruction sees, after the Dockerfile reference and BuildKit's frontend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.image import Image
from prelaunch.images.link import possible_images
from prelaunch.readers.dockerfile import with_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.image import Instruction, Variable
    from prelaunch.project import Project

    Lay = Callable[..., tuple[Project, Image]]


def _run(image: Image) -> Instruction:
    """The last RUN of the file, or of the `FROM`s where there is none, the last of these."""
    for keyword in ("RUN", "FROM"):
        found = [one for one in image.dockerfile.instructions if one.keyword == keyword]
        if found:
            return found[-1]
    raise AssertionError


def _seen(image: Image, name: str) -> Variable | None:
    return image.scope(_run(image)).variables.get(name)


def _given(image: Image, arguments: dict[str, str | None]) -> Image:
    dockerfile = with_arguments(image.dockerfile, arguments)
    return Image(image.source, dockerfile, dockerfile.stages[image.target.number], arguments)


VALUES = [
    # an automatic argument is there in `FROM`, and in a stage once it is declared
    ("FROM --platform=$TARGETPLATFORM x", "TARGETPLATFORM", "automatic", None),
    ("FROM x\nRUN a", "TARGETARCH", None, None),
    ("FROM x\nARG TARGETARCH\nRUN a", "TARGETARCH", "automatic", None),
    # a default replaces it: of the stage, else of the global scope
    ("FROM x\nARG TARGETARCH=amd64\nRUN a", "TARGETARCH", "stage", "amd64"),
    ("ARG TARGETARCH=amd64\nFROM x\nARG TARGETARCH\nRUN a", "TARGETARCH", "global", "amd64"),
    ("ARG TARGETARCH=amd64\nFROM x\nRUN a", "TARGETARCH", None, None),
    ("ARG TARGETARCH=amd64\nFROM x\nARG TARGETARCH=arm64\nRUN a", "TARGETARCH", "stage", "arm64"),
    ("ARG TARGETARCH\nFROM x\nARG TARGETARCH\nRUN a", "TARGETARCH", "automatic", None),
    ("ARG TARGETARCH=${TARGETARCH:-amd64}\nFROM x\nARG TARGETARCH\nRUN a", "TARGETARCH", "global", None),
    ("FROM x\nARG TARGETARCH=${TARGETARCH:-amd64}\nRUN a", "TARGETARCH", "stage", "amd64"),
    # global arguments see those before them; a stage sees none that it does not declare
    ("ARG A=1\nARG B=$A-2\nFROM x\nARG B\nRUN a", "B", "global", "1-2"),
    ("ARG A=1\nFROM x\nARG B=$A\nRUN a", "B", "stage", None),
    ("FROM scratch\nARG B=$A-\nRUN a", "B", "stage", "-"),
    # a child stage has what its parent has set; another stage has nothing of it
    ("FROM x AS a\nARG TARGETARCH\nENV E=1\nFROM a\nRUN a", "TARGETARCH", "automatic", None),
    ("FROM x AS a\nARG TARGETARCH\nENV E=1\nFROM a\nRUN a", "E", "env", "1"),
    ("FROM x AS a\nARG A=1\nFROM y\nRUN a", "A", None, None),
    # one environment: what comes later wins; the words of one ENV see what was before it
    ("FROM x\nARG A=1\nENV A=2\nRUN a", "A", "env", "2"),
    ("FROM x\nENV A=2\nARG A=1\nRUN a", "A", "stage", "1"),
    ("FROM x\nENV A=1\nENV A=2 B=$A\nRUN a", "B", "env", "1"),
    # in a stage that is built on another one what that one has set by ENV counts again, as its image has it
    ("FROM x AS b\nENV A=2\nARG A=1\nFROM b\nRUN a", "A", "env", "2"),
    ("FROM x AS b\nENV A=2\nARG A=1\nFROM b\nARG A=3\nRUN a", "A", "stage", "3"),
    ("FROM x AS b\nENV A=2\nFROM b AS c\nARG A=1\nFROM c\nRUN a", "A", "env", "2"),
    ("FROM x AS b\nARG A=1\nFROM b\nRUN a", "A", "stage", "1"),
    ("FROM x\nENV A=1\nARG A\nRUN a", "A", "env", "1"),
    # nobody says it
    ("FROM x\nARG A\nRUN a", "A", "nowhere", None),
    ("FROM x\nARG A\nARG B=${A:-d}\nRUN a", "B", "stage", "d"),
    ("FROM x\nARG HTTP_PROXY\nRUN a", "HTTP_PROXY", "predefined", None),
    # what an instruction in front of it cannot know
    ("FROM x\nRUN a\nARG A=1", "A", None, None),
    # ONBUILD runs first in the stage that is built on it, and in that only
    ("FROM x AS a\nONBUILD ARG A=1\nRUN z\nFROM a\nRUN a", "A", "stage", "1"),
    ("FROM x AS a\nONBUILD ARG A=1\nRUN a", "A", None, None),
    ('FROM x\nARG "A=1 2" B=3\nRUN a', "A", "stage", "1 2"),
]


@pytest.mark.parametrize(("text", "name", "given", "value"), VALUES)
def test_a_variable_has_its_value_from_the_place_that_counts(
    lay: Lay, text: str, name: str, given: str | None, value: str | None
) -> None:
    found = _seen(lay(text)[1], name)
    assert (found.given if found else None) == given
    assert (found.text if found else None) == value


@pytest.mark.parametrize(
    "text",
    [
        "FROM x\nARG A=1\nRUN a",
        "FROM x\nARG A\nRUN a",
        "ARG A=1\nFROM x\nARG A\nRUN a",
        "ARG A=1\nFROM x\nARG A=2\nRUN a",
    ],
)
def test_a_build_argument_comes_before_every_default(lay: Lay, text: str) -> None:
    found = _seen(_given(lay(text)[1], {"A": "given"}), "A")
    assert found is not None
    assert (found.given, found.text) == ("build-arg", "given")
    unknown = _seen(_given(lay(text)[1], {"A": None}), "A")
    assert unknown is not None
    assert unknown.text is None


def test_a_build_argument_that_nothing_declares_is_not_seen(lay: Lay) -> None:
    assert _seen(_given(lay("FROM x\nRUN a")[1], {"A": "1"}), "A") is None


def test_a_build_argument_chooses_the_base_image(lay: Lay) -> None:
    image = lay("ARG BASE=alpine\nFROM y AS built\nFROM $BASE\n")[1]
    assert image.base.name == "alpine"
    assert _given(image, {"BASE": "debian"}).base.name == "debian"
    assert _given(image, {"BASE": None}).base.state == "unknown"
    assert [stage.name for stage in _given(image, {"BASE": "built"}).chain] == ["", "built"]


DEPENDS = [
    ("ARG TARGETARCH\nRUN a", "$TARGETARCH", {"TARGETARCH"}),
    ("ARG TARGETARCH\nRUN a", "'$TARGETARCH'", set()),
    ("ARG TARGETARCH\nRUN a", "\\$TARGETARCH", set()),
    ("RUN a", "$TARGETARCH", set()),
    ("ARG TARGETARCH=amd64\nRUN a", "$TARGETARCH", set()),
    ("ARG TARGETARCH\nARG A=x-$TARGETARCH\nENV B=$A\nRUN a", "${B:-y}", {"TARGETARCH"}),
    ("ARG TARGETARCH\nRUN a", "${X:-$TARGETARCH}", {"TARGETARCH"}),
    ("ARG TARGETOS\nARG TARGETARCH\nRUN a", "$TARGETOS/${TARGETARCH%x}", {"TARGETOS", "TARGETARCH"}),
    ("ARG TARGETARCH\nRUN a", "$TARGETARCHIVE", set()),
]


@pytest.mark.parametrize(("text", "word", "names"), DEPENDS)
def test_a_word_depends_on_the_automatic_arguments_behind_its_variables(
    lay: Lay, text: str, word: str, names: set[str]
) -> None:
    image = lay(f"FROM x\n{text}")[1]
    assert image.scope(_run(image)).depends(word) == names


UNDECLARED = [
    ("RUN a", "$TARGETARCH", {"TARGETARCH"}),
    ("ARG TARGETARCH\nRUN a", "$TARGETARCH", set()),
    ("RUN a", "${TARGETARCH:-amd64} ${TARGETOS-linux} ${TARGETVARIANT:+x} ${TARGETPLATFORM?no}", set()),
    ("RUN a", "${TARGETARCH#a}", {"TARGETARCH"}),
    ("ENV TARGETARCH=amd64\nRUN a", "$TARGETARCH", set()),
]


@pytest.mark.parametrize(("text", "word", "names"), UNDECLARED)
def test_an_automatic_argument_is_undeclared_where_nothing_brings_it(
    lay: Lay, text: str, word: str, names: set[str]
) -> None:
    image = lay(f"FROM x\n{text}")[1]
    assert image.scope(_run(image)).undeclared(word) == names


def test_references_have_their_places(lay: Lay) -> None:
    image = lay("FROM x\nRUN echo $A \\\n  ${B:-$C} '$D' \"$E\"\n")[1]
    run = _run(image)
    found = image.scope(run).references(run.fragment)
    assert [(one.name, image.source.text[slice(*one.span)]) for one in found] == [
        ("A", "$A"),
        ("B", "${B:-$C}"),
        ("C", "$C"),
        ("E", "$E"),
    ]


def test_an_argument_says_where_its_default_stands(lay: Lay) -> None:
    image = lay("FROM x\nARG  A=1 B='2 3' C\n")[1]
    argument = image.target.instructions[0]
    text = image.source.text
    spans = [(v.name, text[slice(*v.assigned)] if v.assigned else "") for v in image.declared(argument)]
    assert spans == [("A", "=1"), ("B", "='2 3'"), ("C", "")]


@pytest.mark.parametrize(
    ("text", "leaves"),
    [
        ("FROM a AS x\nFROM b\nCOPY --from=x / /", [1]),
        ("FROM a AS x\nFROM x AS y\nFROM b\nRUN --mount=type=bind,from=0,target=/z ls", [1, 2]),
        ("FROM a AS test\nFROM b", [0, 1]),
        ("FROM a\nFROM b\nCOPY --from=0 / /\nFROM c\nCOPY --from=1 / /", [2]),
        ("FROM a AS x\nFROM b\nONBUILD COPY --from=x / /", [0, 1]),
        ("FROM a AS x\nFROM b AS y\nONBUILD COPY --from=x / /\nFROM y", [2]),
        ("", []),
    ],
)
def test_images_are_suggested_for_the_stages_that_no_other_needs(lay: Lay, text: str, leaves: list[int]) -> None:
    project, _ = lay("FROM scratch")
    source = project.read("Dockerfile")
    assert source is not None
    project.add(source._replace(text=text))
    changed = project.read("Dockerfile")
    assert changed is not None
    project.memo.clear()
    assert [image.target.number for image in possible_images(project, changed)] == leaves
