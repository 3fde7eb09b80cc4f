"""Shell text to builds: what is found, which platform is in force by default, and how that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Source, Value
from prelaunch.places.script import ScriptFacts, Setting, read_script
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path

FORM = "shell"


def read(text: str, root: str = ".", **setting: object) -> ScriptFacts:
    source = Source("scripts/build.sh", text)
    return read_script(source.whole(), Setting(FORM, **setting), Project(root))  # type: ignore[arg-type]


def facts(text: str, root: str = ".") -> list[tuple[int, str, str, tuple[str, ...]]]:
    source = Source("scripts/build.sh", text)
    return [(source.position(b.span.start)[0], b.tool, b.state, b.platforms) for b in read(text, root).builds]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the command itself
        ("docker build .", [(1, "docker-build", "missing", ())]),
        ("docker image build -t a .", [(1, "docker-build", "missing", ())]),
        ("docker --context far build .", [(1, "docker-build", "missing", ())]),
        ("docker build --platform linux/amd64 .", [(1, "docker-build", "explicit", ("linux/amd64",))]),
        ("docker build . --platform=linux/amd64", [(1, "docker-build", "explicit", ("linux/amd64",))]),
        ("docker build >log --platform linux/amd64 .", [(1, "docker-build", "explicit", ("linux/amd64",))]),
        ("docker build -t --platform .", [(1, "docker-build", "missing", ())]),
        ("docker build -qt a .", [(1, "docker-build", "missing", ())]),
        ("docker buildx b --platform a/b,c/d .", [(1, "docker-buildx-build", "explicit", ("a/b", "c/d"))]),
        ("docker buildx build \\\n  # note\n -t x .", [(1, "docker-buildx-build", "missing", ())]),
        ("podman build --arch arm64 .", [(1, "podman-build", "explicit", ("linux/arm64",))]),
        ("buildah bud --os linux --arch arm --variant v7", [(1, "buildah-build", "explicit", ("linux/arm/v7",))]),
        ("nerdctl build .", [(1, "nerdctl-build", "missing", ())]),
        ("/kaniko/executor --destination a/b", [(1, "kaniko", "missing", ())]),
        ("/kaniko/executor --custom-platform=linux/arm64 -d a", [(1, "kaniko", "explicit", ("linux/arm64",))]),
        ("ko build ./cmd/x", [(1, "ko", "default", ("linux/amd64",))]),
        ("ko build --platform=all ./cmd/x", [(1, "ko", "explicit", ("all",))]),
        ("docker compose -f a.yml build web", [(1, "docker-compose", "delegated", ())]),
        ("docker-compose up -d --build", [(1, "docker-compose", "delegated", ())]),
        (
            "docker buildx bake --set '*.platform=linux/amd64' x",
            [(1, "docker-buildx-bake", "explicit", ("linux/amd64",))],
        ),
        # what stands around it
        ("sudo -E env A=b time docker build .", [(1, "docker-build", "missing", ())]),
        ("$(test -w /s || echo sudo) docker build .", [(1, "docker-build", "missing", ())]),
        ("(cd x && ! docker build .) || exit", [(1, "docker-build", "missing", ())]),
        ("id=$(docker build -q .)", [(1, "docker-build", "missing", ())]),
        ("bash -c 'cd x; docker build .'", [(1, "docker-build", "missing", ())]),
        ('eval "docker build --platform linux/amd64 ."', [(1, "docker-build", "explicit", ("linux/amd64",))]),
        ("ssh host <<'EOF'\ndocker build .\nEOF", [(2, "docker-build", "missing", ())]),
        # what only looks like it
        ("echo docker build .", []),
        ("# docker build .", []),
        ("cat <<EOF\ndocker build .\nEOF", []),
        ("docker compose up -d", []),
        ("docker buildx bake --print", []),
        ("docker buildx create --platform linux/amd64", []),
        ("docker build --help", []),
        ("docker build --check .", []),
        ("docker buildx build --call=outline .", []),
        ("docker buildx imagetools create -t a b", []),
        ("docker run --rm image sh -c 'mkdocs build'", []),
        ("docker builder prune", []),
        ("make docker-build", []),
        ("$KUSTOMIZE build config", []),
        ("go build ./...", []),
        ('dbuild="docker build"', []),
    ],
)
def test_a_command_is_found_with_its_platform(text: str, expected: list[object]) -> None:
    assert facts(text) == expected


@pytest.mark.parametrize(
    ("text", "state", "platforms"),
    [
        ("P=linux/amd64\ndocker build --platform $P .", "explicit", ("linux/amd64",)),
        ('F="--platform linux/arm64"\ndocker build $F .', "explicit", ("linux/arm64",)),
        ('P="${P:-linux/amd64}"\ndocker build --platform "$P" .', "explicit", ("linux/amd64",)),
        ("docker build --platform ${P:-linux/amd64} .", "explicit", ("linux/amd64",)),
        (": ${P:=linux/amd64}\ndocker build --platform $P .", "explicit", ("linux/amd64",)),
        ("docker build --platform linux/$(uname -m) .", "explicit", ()),
        ('docker build --platform "$P" .', "delegated", ()),
        ('docker build --platform "$1" .', "delegated", ()),
        ('docker build "$@"', "delegated", ()),
        ('docker build "$@" .', "delegated", ()),
        ("docker build $(cat flags) .", "unknown", ()),
        ("docker build -t $(whoami)/x $CONTEXT", "missing", ()),
        ("docker build -t x $EXTRA .", "missing", ()),
        ("docker build ${P:+--platform $P} .", "missing", ()),
        ("P=linux/amd64\ndocker build ${P:+--platform $P} .", "explicit", ("linux/amd64",)),
        ('a=(--push)\na+=(--platform linux/amd64)\ndocker build "${a[@]}" .', "explicit", ("linux/amd64",)),
        (
            "for a in amd64 arm64; do docker build --platform linux/$a .; done",
            "explicit",
            ("linux/amd64", "linux/arm64"),
        ),
        ("export DOCKER_DEFAULT_PLATFORM=linux/amd64\ndocker build .", "explicit", ("linux/amd64",)),
        ("DOCKER_DEFAULT_PLATFORM=linux/amd64 docker build .", "explicit", ("linux/amd64",)),
        ("DOCKER_DEFAULT_PLATFORM=linux/amd64\ndocker build .", "missing", ()),
        ("DOCKER_DEFAULT_PLATFORM= docker build .", "missing", ()),
        ("export DOCKER_DEFAULT_PLATFORM=linux/amd64\npodman build .", "missing", ()),
        ("export DOCKER_DEFAULT_PLATFORM=linux/amd64\ndocker buildx bake x", "delegated", ()),
        # what grows in many branches
        (
            "a=(-t x)\n"
            + "\n".join(f"[ -e f{n} ] && a+=(--label l{n})" for n in range(9))
            + '\ndocker build "${a[@]}" .',
            "missing",
            (),
        ),
        (
            "a=(--platform b/c)\n"
            + "\n".join(f"if t{n}; then a+=(-t {n}); fi" for n in range(9))
            + '\ndocker build "${a[@]}" .',
            "explicit",
            ("b/c",),
        ),
        (
            "\n".join(f'if t{n}; then a="$a --label {n}"; fi' for n in range(9)) + "\ndocker build $a --platform b/c .",
            "explicit",
            ("b/c",),
        ),
        # branches
        ('X=\nif [ -n "$P" ]; then X="--platform $P"; fi\ndocker build $X .', "missing", ()),
        ('X=\nif [[ -n "$P" ]]; then X="--platform $P"; fi\ndocker build $X .', "missing", ()),
        ("X=\nif grep -q x y; then X='--platform a/b'; fi\ndocker build $X .", "unknown", ("a/b",)),
        ("if x; then X='--platform a/b'; else X='--platform c/d'; fi\ndocker build $X .", "explicit", ("a/b", "c/d")),
        ('if [ "$(uname)" = Darwin ]; then F="--platform a/b"; fi\ndocker build $F .', "unknown", ("a/b",)),
        # another arm of the same branch is no definition
        ("if x; then\n F='--platform a/b'\nelse\n docker build $F .\nfi", "missing", ()),
    ],
)
def test_variables_are_resolved_to_what_holds_by_default(text: str, state: str, platforms: tuple[str, ...]) -> None:
    assert [(b.state, b.platforms) for b in read(text).builds] == [(state, platforms)]


@pytest.mark.parametrize(
    ("text", "state", "platforms"),
    [
        # the caller must give it: the command runs only where it is not empty
        ('if [ -n "$P" ]; then\n{build}\nfi', "delegated", ()),
        ("if [[ -n $P ]]; then\n{build}\nfi", "delegated", ()),
        ('if test "${P:-}"; then\n{build}\nfi', "delegated", ()),
        ('if [ "$P" != "" ]; then\n{build}\nfi', "delegated", ()),
        ('if ! [ -z "$P" ]; then\n{build}\nfi', "delegated", ()),
        ('if [ ! -z "$P" ]; then\n{build}\nfi', "delegated", ()),
        ('if [ -z "$P" ]; then\n:\nelse\n{build}\nfi', "delegated", ()),
        ('if [ -z "$P" ]; then\n:\nelif [ "$Q" = a ]; then\n{build}\nfi', "delegated", ()),
        ('if [ -n "$P" ] && [ -n "$Q" ]; then\n{build}\nfi', "delegated", ()),
        ('if [ -n "$P" -a -n "$Q" ]; then\n{build}\nfi', "delegated", ()),
        ('if [[ -n "$Q" && -n "$P" ]]; then\n{build}\nfi', "delegated", ()),
        ('[ -n "$P" ] && {build}', "delegated", ()),
        ('[ -z "$P" ] || {build}', "delegated", ()),
        ('[ -n "$Q" ] && [ -n "$P" ] && {build}', "delegated", ()),
        ('[ -n "$P" ] && { cd a; {build}; }', "delegated", ()),
        ('[ -n "$P" ] || exit 1\n{build}', "delegated", ()),
        ('[ -n "$P" ] || { echo no; exit 1; }\n{build}', "delegated", ()),
        ('[ -z "$P" ] && exit 1\n{build}', "delegated", ()),
        ('if [ -z "$P" ]; then\necho no\nexit 1\nfi\n{build}', "delegated", ()),
        ('for x in a b; do\n[ -z "$P" ] && continue\n{build}\ndone', "delegated", ()),
        # the test says more than that
        ('if [ "$P" = linux/arm64 ]; then\n{build}\nfi', "explicit", ("linux/arm64",)),
        ('[ "$P" == linux/arm64 ] && {build}', "explicit", ("linux/arm64",)),
        ('if [ "$P" != linux/arm64 ]; then exit 1; fi\n{build}', "explicit", ("linux/arm64",)),
        ('if ! [ -n "$P" ]; then P=linux/amd64; fi\n{build}', "explicit", ("linux/amd64",)),
        # what one branch sets is set in another one of the same condition
        ('if [ "$Q" = 1 ]; then P=linux/arm64; fi\nif [ "$Q" = 1 ]; then\n{build}\nfi', "explicit", ("linux/arm64",)),
        ('if [ "$Q" = 1 ]; then P=a/b; fi\nif [ "$Q" = 2 ]; then\n{build}\nfi', "missing", ()),
        ('if [ "$Q" = 1 ]; then P=a/b; fi\nif [ "$Q" = 1 ]; then :; else\n{build}\nfi', "missing", ()),
        # nothing of the kind is known
        ("if [ -n $P ]; then\n{build}\nfi", "missing", ()),
        ('([ -n "$P" ] || exit 1)\n{build}', "missing", ()),
        ('[ -n "$P" ] || (exit 1)\n{build}', "missing", ()),
        ('if [ -z "$P" ]; then\n{build}\nfi', "missing", ()),
        ('if ! [ -n "$P" ]; then\n{build}\nfi', "missing", ()),
        ('[ -n "$P" ] || {build}', "missing", ()),
        ('[ -n "$P" -a -n "$Q" ] || {build}', "missing", ()),
        ('[ -n "$P" ] && a || {build}', "missing", ()),
        ('if [ -n "$P" ] || [ -n "$Q" ]; then\n{build}\nfi', "missing", ()),
        ('if [ -n "$P" -o -n "$Q" ]; then\n{build}\nfi', "missing", ()),
        ('if [ -n "$Q" ]; then\n{build}\nfi', "missing", ()),
        ('if [ -n "$P" ]; then\nP=\n{build}\nfi', "missing", ()),
        ('if [ -n "$P" ]; then exit 0; fi\n{build}', "missing", ()),
        ('if [ -n "$P" ]; then :; fi\n{build}', "missing", ()),
        ("a && exit 1\n{build}", "missing", ()),
    ],
)
def test_what_a_script_has_tested_holds_behind_the_test(text: str, state: str, platforms: tuple[str, ...]) -> None:
    text = 'P="${P:-}"\nQ="${Q:-}"\n' + text.replace("{build}", 'docker buildx build --platform "$P" .')
    [(_, _, *found)] = facts(text)
    assert found == [state, platforms]


def test_a_function_that_completes_a_build_is_reported_where_it_is_called() -> None:
    text = 'dx() { docker buildx "$@"; }\ndx build -t x .\ndx ls\ndx build --platform linux/amd64 .'
    assert facts(text) == [
        (2, "docker-buildx-build", "missing", ()),
        (4, "docker-buildx-build", "explicit", ("linux/amd64",)),
    ]


def test_a_wrapper_that_runs_its_arguments_is_seen_through() -> None:
    assert facts('timed() { time "$@"; }\ntimed docker build .') == [(2, "docker-build", "missing", ())]


def test_a_build_in_a_function_takes_its_callers_arguments() -> None:
    text = 'b() {\n  docker build -t "$1" --platform "$2" .\n}\nb x linux/amd64\nb y linux/arm64'
    assert facts(text) == [(2, "docker-build", "explicit", ("linux/amd64", "linux/arm64"))]


def test_a_sourced_file_gives_its_variables(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "env.sh").write_text("PLATFORM=${PLATFORM:-linux/arm64,linux/amd64}\n")
    text = '. "$(dirname $0)/env.sh"\ndocker buildx build --platform=$PLATFORM .'
    assert facts(text, str(tmp_path)) == [(2, "docker-buildx-build", "explicit", ("linux/arm64", "linux/amd64"))]


def test_a_helper_script_sees_what_its_caller_sourced_before(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "install.sh").write_text("source scripts/detect.sh\nsource scripts/build.sh\n")
    (tmp_path / "scripts" / "detect.sh").write_text('dcb="docker compose build --force-rm"\n')
    assert facts("$dcb web", str(tmp_path)) == [(1, "docker-compose", "delegated", ())]


def test_a_file_outside_the_root_is_never_sourced(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "env.sh").write_text("P=linux/amd64\n")
    assert facts(". ../env.sh\ndocker build --platform $P .", str(root)) == [(2, "docker-build", "delegated", ())]


def test_the_steps_name_where_a_value_was_set() -> None:
    (build,) = read("\nP=linux/amd64\ndocker build --platform $P .").builds
    assert [(s.text, s.path, s.line) for s in build.via] == [("`P=linux/amd64`", "scripts/build.sh", 2)]


def test_an_unset_variable_that_could_hold_a_platform_is_named() -> None:
    (build,) = read("docker build $FLAGS -t x .").builds
    assert build.open == ("FLAGS",)


@pytest.mark.parametrize(
    ("text", "published"),
    [
        ("docker build -t x .", False),
        ("docker build -t x . && docker push x", True),
        ("docker buildx build --push .", True),
        ("docker buildx build -o type=registry .", True),
        ("/kaniko/executor -d x --no-push", False),
        ("/kaniko/executor -d x", True),
        ("docker build -t x .\ncrane push x.tar y", True),
        ("docker build -t x .\ngit push", False),
        ("docker build -t x-test .\ndocker push x", False),
        ("docker build -t x .\ndocker tag x r.io/x:1\ndocker push r.io/x:1", True),
        ("docker build -t r.io/x:1 .\ndocker push -a r.io/x", True),
        ("docker build -t x .\ndocker push $(cat name)", True),
        ("docker build .\ndocker push x", True),
        ("docker build -t x .\ndocker buildx imagetools inspect x", False),
    ],
)
def test_a_push_publishes(text: str, published: bool) -> None:
    (build,) = read(text).builds
    assert build.published is published


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("docker build -t x .", "docker build --platform P -t x ."),
        ("docker  image   build .", "docker  image   build --platform P ."),
        ("docker buildx build \\\n  -t x .", "docker buildx build --platform P \\\n  -t x ."),
        ("sudo docker 'build' .", "sudo docker 'build' --platform P ."),
        ('b="docker build"\n$b .', 'b="docker build"\n$b --platform P .'),
        ("bash -c 'docker build .'", "bash -c 'docker build --platform P .'"),
        ("/kaniko/executor -d x", "/kaniko/executor --custom-platform=P -d x"),
        ('dx() { docker buildx "$@"; }\ndx build .', 'dx() { docker buildx "$@"; }\ndx build --platform P .'),
    ],
)
def test_the_slot_is_behind_the_subcommand(text: str, mended: str) -> None:
    (build,) = read(text).builds
    assert build.slot is not None
    at = build.slot.span
    assert text[: at.start] + build.slot.spell(("P",)) + text[at.stop :] == mended


def test_an_environment_value_counts_for_docker_and_not_for_podman() -> None:
    environment = {"DOCKER_DEFAULT_PLATFORM": Value(("linux/amd64",))}
    assert [b.state for b in read("docker build .\npodman build .", environment=environment).builds] == [
        "explicit",
        "missing",
    ]


@pytest.mark.parametrize(
    ("dialect", "text", "expected"),
    [
        ("powershell", "docker build `\n  --platform linux/amd64 .", ["explicit"]),
        ("powershell", "docker build -t x $dir;", ["missing"]),
        ("powershell", 'Write-Host "docker build"\n# docker build .\n<# docker build . #>', []),
        ("powershell", "& docker build .", ["missing"]),
        ("powershell", '$x = @"\ndocker build .\n"@\ndocker push x', []),
        ("cmd", "docker build ^\r\n  --platform linux/amd64 .", ["explicit"]),
        ("cmd", "rem docker build .\ndocker build .", ["missing"]),
    ],
)
def test_windows_shells_are_split_well_enough_to_report(dialect: str, text: str, expected: list[str]) -> None:
    builds = read(text, dialect=dialect).builds
    assert [b.state for b in builds] == expected
    assert all(b.slot is None for b in builds)


@given(
    st.lists(
        st.sampled_from(
            [
                "docker",
                "build",
                "buildx",
                "--platform",
                "linux/amd64",
                "$X",
                '"$@"',
                "${X:-",
                "}",
                "$(",
                ")",
                "(",
                "{",
                "}",
                "\n",
                ";",
                "&&",
                "if",
                "then",
                "fi",
                "X=",
                "a=(",
                "'",
                '"',
                "<<EOF",
                "EOF",
                "f()",
                "\\",
                "-t",
                ".",
                " ",
                "source x",
                "for",
                "in",
                "do",
                "done",
                "case",
                "esac",
                ";;",
                "eval",
                "bash -c",
                "\ue000",
                "\ue001",
                "\ue002",
                "${X[@]}",
                "export",
            ]
        ),
        max_size=40,
    ),
    st.sampled_from(["sh", "powershell", "cmd"]),
)
def test_any_text_is_read_without_an_exception(words: list[str], dialect: str) -> None:
    text = " ".join(words)
    for build in read(text, dialect=dialect).builds:
        assert 0 <= build.span.start <= build.span.stop <= len(text)


@pytest.mark.parametrize(
    ("dockerfiles", "linked", "context"),
    [
        (["Dockerfile"], "Dockerfile", ""),
        (["scripts/Dockerfile"], "scripts/Dockerfile", "scripts"),
        (["Dockerfile", "scripts/Dockerfile"], None, None),
        ([], None, None),
    ],
)
def test_a_script_that_does_not_say_where_it_runs_has_a_dockerfile_only_where_there_is_one(
    tmp_path: Path, dockerfiles: list[str], linked: str | None, context: str | None
) -> None:
    for each in dockerfiles:
        (tmp_path / each).parent.mkdir(exist_ok=True)
        (tmp_path / each).write_text("FROM scratch\n")
    (build,) = read("docker build .", str(tmp_path)).builds
    assert (build.dockerfile, build.context) == (linked, context)
