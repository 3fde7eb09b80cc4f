"""What a shell script of the repository certainly starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prelaunch.model import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.image import Image
    from prelaunch.project import Project

    Lay = Callable[..., tuple[Project, Image]]

DOCKERFILE = 'FROM alpine\nWORKDIR /app\nCOPY . .\nENTRYPOINT ["./run.sh"]\nCMD ["serve", "--port", "80"]\n'
SH = "#!/bin/sh\n"


def started(lay: Lay, script: str, dockerfile: str = DOCKERFILE, name: str = "run.sh") -> list[str]:
    """Each program as its words, with the folder where it starts behind `@` where that is another."""
    project, image = lay(dockerfile, {name: script})
    found = []
    for program in image.start.programs:
        for one in project.started_by(image, program):
            words = " ".join(word.text.replace(UNKNOWN, "?") for word in one.words)
            found.append(words + ("" if one.folder == "" else f" @{one.folder}"))
            assert all(word.span is None for word in one.words)
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("exec serve", ["serve"]),
        ('exec "$@"', ["serve --port 80"]),
        ("exec $@", ["serve --port 80"]),
        ("exec $*", ["serve --port 80"]),
        ('exec tini -- "$@"', ["tini -- serve --port 80", "serve --port 80"]),
        ('exec "$1" --port "${3}"', ["serve --port 80"]),
        ('exec "$5"', []),
        ('serve "$@"', ["serve serve --port 80"]),
        ("serve --host $HOST", ["serve --host ?"]),
        ("migrate && exec serve", ["migrate", "serve"]),
        ("migrate || true\nexec serve", ["migrate", "serve"]),
        ("set -eu\nexport A=b\necho hello\nA=b serve", ["serve"]),
        ("cd /srv\nserve", ["serve @/srv"]),
        ("cd sub\nserve", ["serve @sub"]),
        ("cd $D\nserve", ["serve @None"]),
        ("if [ -d sub ]; then cd sub; fi\nserve", ["serve @None"]),
        ("[ -d sub ] && cd sub\nserve", ["serve @sub"]),
        ("[ -d sub ] || cd other\nserve", ["serve @None"]),
        ("(cd sub && make)\nserve", ["serve"]),
        ("here=$(cd sub && pwd)\nserve", ["serve"]),
        ("pushd sub\nserve", ["serve @None"]),
        ("exec a\nb", ["a"]),
        ("a &\nexec b", ["a", "b"]),
        ("exit 0\na", []),
        # under a condition nothing is certain, and nothing behind what may end it
        ("if x; then\n  a\nfi\nb", ["b"]),
        ("if x; then\n  exec a\nfi\nb", []),
        ("if x; then\n  exit 0\nfi\nb", []),
        ("if x; then\n  echo no >&2\n  exit 1\nfi\nb", ["b"]),
        ('case "$1" in\n  web) exec a;;\n  *) exec b;;\nesac\nc', []),
        ('[ -z "$X" ] && exit 0\nb', []),
        ("while ! nc db 1; do sleep 1; done\nb", ["b"]),
        ("for i in 1 2; do a; done\nb", ["b"]),
        ("(a)\nb", ["b"]),
        ("a | tee log\nb", ["b"]),
        # functions: what they do is not looked at, unless they may end the script
        ("f() { a; }\nf\nb", ["f", "b"]),
        ("f() { exec a; }\nf\nb", []),
        ("f() { exec a; }\nb", ["b"]),
        ("f() { exit 3; }\nf\nb", ["f", "b"]),
        # arguments that change
        ('shift\nexec "$@"', []),
        ('set -- other\nexec "$@"', []),
        ('if x; then set -- other; fi\nexec "$@"', []),
        ('if [ "${1#-}" != "$1" ]; then set -- serve "$@"; fi\nexec "$@"', []),
        ("sh ./other.sh", ["sh ./other.sh", "./other.sh"]),
        (". ./env.sh\nb", ["./env.sh", "b"]),
        ("bash -c 'a; b'", ["bash -c a; b", "a", "b"]),
        ("", []),
        ("exec", []),
    ],
)
def test_what_a_script_starts(lay: Lay, body: str, expected: list[str]) -> None:
    assert started(lay, SH + body + "\n") == expected


@pytest.mark.parametrize(
    ("first", "read"),
    [
        ("#!/bin/sh\n", True),
        ("#!/usr/bin/env bash\n", True),
        ("#!/usr/bin/env -S bash -e\n", True),
        ("#!/bin/bash -e\n", True),
        ("#!/usr/bin/python3\n", False),
        ("#!/usr/bin/env node\n", False),
        ("", False),
        ("#!\n", False),
    ],
)
def test_only_scripts_of_shells_are_read(lay: Lay, first: str, *, read: bool) -> None:
    assert started(lay, f"{first}exec serve\n") == ["serve"] * read


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ('ENTRYPOINT ["sh", "run.sh"]\nCMD ["x"]', ["x"]),
        ('CMD ["/app/run.sh", "x"]', ["x"]),
        ("CMD ./run.sh x", ["x"]),
        ("CMD cd / && app/run.sh x", ["x @/"]),
        ('ENV PATH=/app:/bin\nCMD ["run.sh", "x"]', ["x"]),
        ('CMD ["python", "run.sh"]', []),
        ('CMD ["./missing.sh"]', []),
        ('RUN sed -i s/a/b/ run.sh\nCMD ["./run.sh", "x"]', []),
    ],
)
def test_however_the_script_is_named(lay: Lay, start: str, expected: list[str]) -> None:
    dockerfile = f"FROM alpine\nWORKDIR /app\nCOPY . .\n{start}\n"
    assert started(lay, f'{SH}exec "$@"\n', dockerfile) == expected


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            'exec exit 0 1 if then fi ; \n && || a "$@" $1 f() { } shift set -- case esac in '
            "( ) . source cd / ' \" $( ) | & <<E E".split(" ")
        )
    )
)
def test_any_script_is_read(lay: Lay, words: list[str]) -> None:
    started(lay, SH + " ".join(words))
