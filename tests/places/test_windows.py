"""PowerShell and cmd to builds, with their variables in place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source, Value
from prelaunch.places.script import Setting, read_script
from prelaunch.places.windows_files import builds
from prelaunch.project import Project


def read(text: str, path: str = "build.ps1") -> list[Build]:
    return builds(Source(path, text), Project("."))


def states(text: str, path: str = "build.ps1") -> list[tuple[str, tuple[str, ...]]]:
    return [(b.state, b.platforms) for b in read(text, path)]


MISSING = ("missing", ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker build -t gcr.io/$project/x .;", [MISSING]),
        ("docker build -t x:${tag}_$v --build-arg v=${v} .", [MISSING]),
        ("$id = docker build -q .", [MISSING]),
        ("[string]$id = & docker build -q .", [MISSING]),
        ("if ($?) {\n    docker build .\n} else { exit 1 }", [MISSING]),
        ("function Build($p) { docker build --platform $p . }", [("delegated", ())]),
        ('function Build { param([string]$P = "a/b")\n docker build --platform $P . }', [("explicit", ("a/b",))]),
        ("param($Extra)\ndocker build $Extra .", [("delegated", ())]),
        ("docker build @args", [("delegated", ())]),
        ("docker build $args .", [("delegated", ())]),
        ("docker build (Get-Flags) .", [("unknown", ())]),
        ("docker build --platform (Get-Platform) .", [("explicit", ())]),
        ("docker build --platform linux/amd64,linux/arm64 .", [("explicit", ("linux/amd64", "linux/arm64"))]),
        ("$p = 'a/b'\ndocker build --platform $p .", [("explicit", ("a/b",))]),
        ('$p = "a/$b"\n$b = 1\ndocker build --platform="$p" .', [("explicit", ())]),
        ("$a = @('build', '--platform', 'a/b', '.')\n& docker @a", [("explicit", ("a/b",))]),
        ("$a = @(\n  'build'\n  '.'\n)\ndocker $a", [MISSING]),
        ("$a = 'build', '.'\ndocker @a", [MISSING]),
        ("$a = @('build')\n$a += '--platform', 'a/b'\n$a += '.'\ndocker @a", [("explicit", ("a/b",))]),
        ("$a = @('build', '.')\nif ($x) { $a += '--platform', 'a/b' }\ndocker @a", [("unknown", ("a/b",))]),
        ("$o = ''\ntry { $o = '--platform=a/b' } catch {}\ndocker build $o .", [("explicit", ("a/b",))]),
        ('$c = "docker build -t {0} {1}" -f $x, "."\nInvoke-Expression $c', [MISSING]),
        ("$b = 'docker-compose -f {0}' -f $f\n$c = '{0} build' -f $b\niex $c", [("delegated", ())]),
        ("$c = 'docker build ' + '--platform a/b .'\niex -Command $c", [("explicit", ("a/b",))]),
        ("$env:DOCKER_DEFAULT_PLATFORM = 'a/b'\ndocker build .", [("explicit", ("a/b",))]),
        ("docker build .\n$env:DOCKER_DEFAULT_PLATFORM = 'a/b'", [MISSING]),
        ("Start-Process docker -ArgumentList 'build -t x .' -Wait", [MISSING]),
        ("Start-Process -FilePath docker -ArgumentList 'build','.'", [MISSING]),
        ('cmd /c "docker build ."', [MISSING]),
        ("powershell -Command 'docker build .'", [MISSING]),
        ("docker build . 2>&1 > log.txt", [MISSING]),
        ("docker build . | Out-Null", [MISSING]),
        ("docker build `\r\n  --platform a/b `\r\n  .\r\n", [("explicit", ("a/b",))]),
        # what only looks like a build
        ("Write-Host 'Running docker build .'", []),
        ('$text = "docker build ."', []),
        ("$c = 'docker build .'\nWrite-Host \"(dry-run) $c\"", []),
        ("Test-Command 'docker buildx build'", []),
        ("docker buildx bake --print | Out-File x", []),
        ("# docker build .\n<#\ndocker build .\n#>", []),
        ("$x = @'\ndocker build .\n'@", []),
        ('iex "docker compose config"', []),
        ("@{ docker = 'build' }", []),
    ],
)  # fmt: skip
def test_powershell(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(text) == expected
    assert all(build.slot is None for build in read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@docker build .", [MISSING]),
        ("set P=a/b\r\ndocker build --platform %P% .", [("explicit", ("a/b",))]),
        ('set "P=a/b"\ndocker build --platform=!P! .', [("explicit", ("a/b",))]),
        ("docker build %OPTS% .", [MISSING]),
        ("docker build %* .", [("delegated", ())]),
        ("docker build --platform %1 .", [("delegated", ())]),
        ("call env.bat\ndocker build %OPTS% .", [("unknown", ())]),
        ("call :sub\ndocker build %OPTS% .", [MISSING]),
        ("set O=\nif defined X set O=--platform a/b\ndocker build %O% .", [("unknown", ())]),
        ("set /p P=which?\ndocker build --platform %P% .", [("explicit", ())]),
        (
            'if "%1"=="" (\n  docker build .\n) else (\n  docker build --platform a/b .\n)',
            [MISSING, ("explicit", ("a/b",))],
        ),
        ("if exist x docker build .", [MISSING]),
        ("if not errorlevel 1 docker build .", [MISSING]),
        ("for %%i in (a b) do docker build -t %%i .", [MISSING]),
        ("call docker build . || exit /b 1", [MISSING]),
        ("cd x & docker build . && docker push x", [MISSING]),
        ("docker build ^\n  --platform a/b .", [("explicit", ("a/b",))]),
        ("set DOCKER_DEFAULT_PLATFORM=a/b\ndocker build .", [("explicit", ("a/b",))]),
        ("echo docker build .", []),
        (":: docker build .\n:docker build .\nrem docker build .\nREM docker build . & docker build .", []),
        ('echo "a & docker build ."', []),
    ],
)
def test_cmd(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(text, "build.bat") == expected


def test_the_place_is_the_command_from_its_first_word() -> None:
    text = "if ($x) {\n    docker build `\n      .\n}\n"
    (build,) = read(text)
    assert text[build.span.start : build.span.stop].rstrip() == "docker build `\n      ."


def test_the_surroundings_set_variables() -> None:
    source = Source("x.yml", "docker build --platform $env:P .")
    setting = Setting("x", {"P": Value(("a/b",))}, dialect="powershell")
    assert [b.platforms for b in read_script(source.whole(), setting, Project(".")).builds] == [("a/b",)]


def test_a_push_publishes() -> None:
    assert [b.published for b in read("docker build -t x .\ndocker push x")] == [True]


WORDS = ["docker build . ", "$a ", "= ", "+= ", "@(", "(", ")", "{", "}", '"', "'", "`", "\n", "param(", "$(", "iex ",
         "-f ", ", ", "if ", "@'\n", "\n'@", "%x%", "^", "set x=", "& ", "| ", "#", "<#", "#>", "for ", "!", "::",
]  # fmt: skip


@pytest.mark.parametrize("path", ["a.ps1", "a.bat"])
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=40).map("".join)))
def test_any_text_is_read_and_every_span_lies_inside(path: str, text: str) -> None:
    for build in read(text, path):
        assert 0 <= build.span.start <= build.span.stop <= len(text)


@pytest.mark.parametrize("path", ["a.ps1", "a.bat"])
@pytest.mark.parametrize("word", ["$a = ", "( ", "{ ", "$(", "x`a", "[a $b = ", "if ", "%x%", "!", ":", "a,", '"'])
def test_a_huge_line_takes_linear_time(path: str, word: str) -> None:
    read(word * 20_000, path)


def test_variables_that_double_each_other_stay_small() -> None:
    lines = "".join(f'$a{n + 1} = "$a{n}$a{n}"\n' for n in range(60))
    assert len(read(f'$a0 = "docker build . "\n{lines}iex $a60')) <= 1
    lines = "".join(f"set A{n + 1}=%A{n}%%A{n}%\n" for n in range(60))
    assert len(read(f"set A0=docker build . \n{lines}%A60%", "a.bat")) <= 1
