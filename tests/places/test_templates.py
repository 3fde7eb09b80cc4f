"""Templates whose YAML does not parse: read with what is filled in left unknown, or line by line."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import File
from prelaunch.file_names import kind_by_name
from prelaunch.kinds import kind_by_content
from prelaunch.model import Source
from prelaunch.project import Project
from prelaunch.reading import Facts, read_facts


def read(path: str, text: str) -> Facts:
    text = dedent(text)
    project = Project("/nowhere")
    project.add(Source(path, text))
    kind = kind_by_content(kind_by_name(path), text.encode("utf-8", "surrogateescape"))
    facts = read_facts(project, File(path, kind, frozenset({"build"}), marked=False), {"build"})
    for build in facts.builds:
        assert build.slot is None or not facts.faults
        assert 0 <= build.span.start <= build.span.stop <= len(text)
        assert build.source.text == text
    return facts


GITLAB = """\
    image:
      {% if cookiecutter.docker == 'y' %}
      script:
        - docker build -t {{ cookiecutter.slug }} .
        - docker push {{ cookiecutter.slug }}
      {% else %}
      script: [true]
      {% endif %}
    """


def test_both_arms_of_a_condition_are_read() -> None:
    facts = read("{{cookiecutter.slug}}/.gitlab-ci.yml", GITLAB)
    assert [(build.tool, build.state, build.source.position(build.span.start)[0]) for build in facts.builds] == [
        ("docker-build", "missing", 4)
    ]
    [fault] = facts.faults
    assert fault.certainty == "hint"
    assert "read as a template" in fault.message


WORKFLOW = """\
    on: push
    jobs:
      image:
        runs-on: ubuntu-latest
        steps:
          {%- if cookiecutter.docker %}
          - uses: docker/build-push-action@v6
            with:
              push: true
              platforms: {{ cookiecutter.platforms }}
          - uses: docker/build-push-action@v6
            with: {push: true}
          {%- endif %}
          - run: docker build {{ cookiecutter.flags }} .
          - run: docker build -t a:${{ github.sha }} .
    """


def test_what_is_filled_in_is_unknown() -> None:
    facts = read("{{cookiecutter.slug}}/.github/workflows/ci.yml", WORKFLOW)
    assert [(build.state, build.platforms) for build in facts.builds] == [
        ("unknown", ()),
        ("missing", ()),
        ("unknown", ()),
        ("missing", ()),
    ]


LINES = """\
    jobs:
      image:
        runs-on: ubuntu-latest
        steps: {% if x %}[{% endif %}
          - name: docker build of {{ x }}
            run: docker build \\
              --platform linux/amd64 .
          # docker build .
          - run: "docker build $FLAGS ."
          - run: |
              {{ x }}
              docker build .
          - uses: docker/build-push-action@v6
            with:
              tags: a
              {% if x %}
              push: true
              {% endif %}
              platforms: linux/amd64,linux/arm64
          - uses: docker/build-push-action@v6
    """


def test_lines_are_read_where_the_whole_is_no_yaml_even_so() -> None:
    facts = read("x/.github/workflows/ci.yml", LINES)
    assert [(build.tool, build.state, build.platforms, build.published) for build in facts.builds] == [
        ("docker-build", "explicit", ("linux/amd64",), False),
        ("docker-build", "unknown", (), False),
        ("docker-build", "missing", (), False),
        ("docker/build-push-action", "explicit", ("linux/amd64", "linux/arm64"), True),
        ("docker/build-push-action", "missing", (), False),
    ]
    assert all("line by line" in build.via[-1].text for build in facts.builds if build.tool == "docker-build")


def test_a_variable_that_the_file_sets_somewhere_may_be_in_force() -> None:
    text = "{% if x %}\nvariables: {DOCKER_DEFAULT_PLATFORM: a/b}\n {% endif %}\nx: [\n    docker build .\n"
    assert [build.state for build in read(".gitlab-ci.yml", text).builds] == ["explicit"]


@pytest.mark.parametrize("path", ["a/.github/workflows/x.yml", ".gitlab-ci.yml", "docker-compose.yml"])
def test_broken_yaml_that_is_no_template_is_not_read_by_lines(path: str) -> None:
    facts = read(path, "a: [\n- run: docker build .\n")
    assert facts.builds == ()
    assert [fault.certainty for fault in facts.faults] == ["certain"]


_PARTS = [
    "{{ x }}",
    "{% if x %}",
    "{%",
    "}}",
    "docker build . ",
    "\n",
    "  ",
    "- run: ",
    "uses: docker/build-push-action@v6",
    "[",
    "|",
    "\\\n",
]


@given(st.lists(st.sampled_from(_PARTS) | st.text(max_size=4), max_size=24).map("".join))
def test_any_template_is_read(text: str) -> None:
    read(".github/workflows/x.yml", f"{{% x %}}\n{text}\nruns-on steps:")
    read("docker-compose.yml", f"{{% x %}}\n{text}")
