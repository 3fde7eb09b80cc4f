"""Python programs and Tiltfiles to builds."""

from __future__ import annotations

from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.model import Build, Source
from prelaunch.places import python_code, tilt
from prelaunch.project import Project, UnreadableError

if TYPE_CHECKING:
    from pathlib import Path


def read(text: str, path: str = "tasks.py") -> list[Build]:
    source, project = Source(path, text), Project(".")
    return tilt.builds(source, project) if path == "Tiltfile" else python_code.builds(source, project)


def states(text: str, path: str = "tasks.py") -> list[tuple[str, tuple[str, ...]]]:
    return [(b.state, b.platforms) for b in read(text, path)]


def fixed(text: str, path: str = "tasks.py") -> str | None:
    (build,) = read(text, path)
    if build.slot is None:
        return None
    span = build.slot.span
    return text[: span.start] + build.slot.spell(("linux/amd64",)) + text[span.stop :]


MISSING = ("missing", ())
AMD64 = ("explicit", ("linux/amd64",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('subprocess.run(["docker", "build", "."])', [MISSING]),
        ('subprocess.check_call(args=("docker", "build", "."))', [MISSING]),
        ('subprocess.Popen(["docker", "buildx", "build", "--platform", "linux/amd64", "."])', [AMD64]),
        ('run("docker build .", shell=True)', [MISSING]),
        ('os.system("cd x && docker build --platform=linux/amd64 .")', [AMD64]),
        ('subprocess.run(shlex.split("docker build ."))', [MISSING]),
        ('subprocess.run("docker build .".split())', [MISSING]),
        ('subprocess.run(["bash", "-c", "docker build ."])', [MISSING]),
        ('session.run("docker", "build", ".", external=True)', [MISSING]),
        ('c.run("docker compose build")', [("delegated", ())]),
        ('os.execvp("docker", ["docker", "build", "."])', [MISSING]),
        ('TAG = "x"\nc.run(f"docker build -t {TAG} .")', [MISSING]),
        ('P = "linux/amd64"\nc.run(f"docker build --platform {P} .")', [AMD64]),
        ('c.run("docker build --platform %s ." % p())', [("explicit", ())]),
        ('c.run("docker build -t {} .".format(x))', [MISSING]),
        ('c.run("docker build " "-t x "\n  "--platform=linux/amd64 .")', [AMD64]),
        ('run(["docker", "build", *extra, "."])', [("unknown", ())]),
        ('def f(extra):\n  run(["docker", "build", *extra, "."])', [("delegated", ())]),
        ('def f(p):\n  run(["docker", "build", "--platform", p, "."])', [("delegated", ())]),
        ('def f(p="linux/amd64"):\n  run(["docker", "build", "--platform", p, "."])', [AMD64]),
        ('run(["docker", "build"] + ["--platform", "linux/amd64", "."])', [AMD64]),
        ('run([self.engine, "build", "."])', [MISSING]),
        ('run(["docker", "build", "."], env={**os.environ, "DOCKER_DEFAULT_PLATFORM": "linux/amd64"})', [AMD64]),
        ('os.environ["DOCKER_DEFAULT_PLATFORM"] = "linux/amd64"\nrun(["docker", "build", "."])', [AMD64]),
        ('p = os.environ.get("P", "linux/amd64")\nrun(["docker", "build", "--platform", p, "."])', [AMD64]),
        # lists that grow
        ('def f(p=None):\n  c = ["docker", "build"]\n  if p:\n    c += ["--platform", p]\n  c.append(".")\n  run(c)',
         [MISSING]),
        ('c = ["docker", "build"]\nc.extend(["--platform", "linux/amd64"])\nc.append(".")\nrun(c)', [AMD64]),
        ('c = ["docker", "build"]\nif x():\n  c += ["--platform", "linux/amd64"]\nc.append(".")\nrun(c)',
         [("unknown", ("linux/amd64",))]),
        ('c = ["docker", "build", "."]\nc += more()\nrun(c)', [("unknown", ())]),
        ('c = ["docker", "ps"]\nrun(c)\nc = ["docker", "build", "."]', []),
        # Docker's SDK and python-on-whales
        ('client.images.build(path=".", tag="x")', [MISSING]),
        ('docker.from_env().images.build(path=".", platform="linux/amd64")', [AMD64]),
        ('client.images.build(path=".", platform=None)', [MISSING]),
        ('client.images.build(path=".", platform=which())', [("explicit", ())]),
        ("client.images.build(**options)", [("delegated", ())]),
        ('api = docker.APIClient()\napi.build(path=".")', [MISSING]),
        ('from python_on_whales import docker\ndocker.build(".", platforms=["linux/amd64"])', [AMD64]),
        ('import python_on_whales as pow\npow.docker.buildx.build(".", platforms=["linux/amd64"])', [AMD64]),
        ('from python_on_whales import docker\ndocker.image.build(".")', [MISSING]),
        ('from python_on_whales import DockerClient\nd = DockerClient()\nd.build(".")', [MISSING]),
        ('from python_on_whales import DockerClient\nDockerClient().build(".", platforms=more)', [("explicit", ())]),
        # what only looks like a build
        ('from python_on_whales import docker\ndocker.compose.build(["web"])', []),
        ('from python_on_whales import docker\ndocker.buildx.bake.build(["web"])', []),
        ("import python_on_whales\npython_on_whales.docker.compose.build()", []),
        ("from python_on_whales import DockerClient\nd = DockerClient()\nd.compose.build()", []),
        ('from python_on_whales import docker\nd = docker.container\nd.build(".")', []),
        ('from python_on_whales import docker\ndef f(docker):\n  docker.build(".")', []),
        ('print("docker build .")', []),
        ('log.info(["docker", "build", "."])', []),
        ('x = ["docker", "build", "."]', []),
        ('from unittest.mock import call\nm.assert_has_calls([call(["docker", "build", "."])])', []),
        ('m.assert_called_with(["docker", "build", "."])', []),
        ('parser.parse_args(["docker", "build"])', []),
        ('runner.build(path=".")', []),
        ('"""Run docker build ."""', []),
        ('run(["docker", "ps"])', []),
        ('run(["python", "-m", "build"])', []),
        ("run()\nrun(*x)\nrun(1)\nrun([])\nrun([1])\n", []),
    ],
)  # fmt: skip
def test_python(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker_build('x', '.')", [MISSING]),
        ("docker_build(\n  'x',\n  context='.',\n  platform='linux/amd64',\n)", [AMD64]),
        ("docker_build_with_restart('x', '.', platform=cluster['platform'])", [("explicit", ())]),
        ("P = 'linux/amd64'\ndocker_build('x', '.', platform=P)", [AMD64]),
        ("docker_build('x', '.', platform=None)", [MISSING]),
        ("def mk(name, platform):\n  docker_build(name, '.', platform=platform)", [("delegated", ())]),
        ("custom_build('x', 'docker build -t $EXPECTED_REF .', ['.'])", [MISSING]),
        ("custom_build('x', ['docker', 'build', '--platform=linux/amd64', '.'], ['.'])", [AMD64]),
        ("local_resource('x', cmd='make && docker build .')", [MISSING]),
        ("local('docker build --platform linux/amd64 .')", [AMD64]),
        ("load('ext://restart_process', 'docker_build_with_restart')", []),
        ("docker_compose('docker-compose.yml')", []),
        ("# docker_build('x', '.')", []),
        ("def docker_build(ref, context):\n  pass", []),
    ],
)
def test_tiltfiles(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert states(text, "Tiltfile") == expected


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("tasks.py", 'run(["docker", "build", "."])', 'run(["docker", "build", "--platform=linux/amd64", "."])'),
        ("tasks.py", "run(['docker', 'build'])", "run(['docker', 'build', '--platform=linux/amd64'])"),
        ("tasks.py", 'run("docker build .", shell=True)', 'run("docker build --platform linux/amd64 .", shell=True)'),
        ("tasks.py", 'run(f"é docker {x}; docker build -t {y} .")',
         'run(f"é docker {x}; docker build --platform linux/amd64 -t {y} .")'),
        ("tasks.py", 'c.images.build(path=".",)', 'c.images.build(path=".", platform="linux/amd64",)'),
        ("tasks.py", 'run(["docker", ("build"), "."])', None),
        ("tasks.py", 'run(["docker", "bu" "ild", "."])', None),
        ("tasks.py", 'c = "docker build"\nrun(c + " .")', None),
        ("tasks.py", 'def f(p=None):\n  c = ["docker", "build", "."]\n  if p: c += ["--platform", p]\n  run(c)', None),
        ("tasks.py", 'c.images.build(path=("."))', None),
        ("tasks.py", "c.images.build()", None),
        ("tasks.py", "c.images.build(path='.', platform=None)", None),
        ("Tiltfile", "docker_build('x', '.')", "docker_build('x', '.', platform='linux/amd64')"),
        ("Tiltfile", "docker_build('x',\n  only=['a'],\n)",
         "docker_build('x',\n  only=['a'], platform='linux/amd64',\n)"),
        ("Tiltfile", "docker_build('x', '.' # (note)\n)", None),
        ("Tiltfile", "docker_build('x', *rest)", None),
    ],
)  # fmt: skip
def test_a_platform_is_written_where_that_is_certain(path: str, text: str, expected: str | None) -> None:
    found = fixed(text, path)
    assert found == expected
    if found is not None:
        assert states(found, path) == [AMD64]


def test_an_opaque_word_of_an_f_string_may_hold_the_platform() -> None:
    assert states('run(f"docker build {y} .")') == [("unknown", ())]


def test_the_place_of_a_list_with_a_name_is_where_its_words_are_written() -> None:
    text = 'cmd = ["docker", "build", "."]\nx = 1\nsubprocess.run(cmd)\n'
    (build,) = read(text)
    assert text[build.span.start : build.span.stop] == '["docker", "build", "."]'


def test_a_command_that_grows_in_many_branches_is_found_all_the_same() -> None:
    branches = "".join(f"if a{number}:\n    cmd += ['--label', 'x{number}']\n" for number in range(12))
    text = f"cmd = []\nif b:\n    cmd = ['docker', 'buildx', 'build']\n{branches}cmd += ['.']\nsubprocess.run(cmd)\n"
    [build] = read(text)
    assert (build.tool, build.state) == ("docker-buildx-build", "unknown")


@pytest.mark.parametrize(
    "push", ['session.run("docker", "push", "x")', 'client.images.push("x")', 'run("docker push x")']
)
def test_a_push_in_the_file_publishes(push: str) -> None:
    assert [b.published for b in read(f'run(["docker", "build", "."])\n{push}\n')] == [True]


def test_no_python_is_said_so() -> None:
    with pytest.raises(UnreadableError):
        read("print 'docker build'")


WORDS = ["run(", "[", "]", ")", "'docker'", "'build'", ", ", "\n", "x = ", "x += ", "x.append(", "f'{x}'", "if x: ",
         "*x", "'%s' % ", "def f(x=None): ", "docker_build(", "platform=", "None", " + ", "c.images.build(",
]  # fmt: skip


@pytest.mark.parametrize("path", ["tasks.py", "Tiltfile"])
@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS), max_size=30).map("".join)))
def test_any_text_is_read_or_said_to_be_no_python(path: str, text: str) -> None:
    try:
        found = read(text, path)
    except UnreadableError:
        return
    for build in found:
        assert 0 <= build.span.start <= build.span.stop <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "run('docker build' + " * 50 + "'x'" + ")" * 50,
        "x = ['docker']\n" + "x += x\n" * 200 + "run(x)\n",
        "a0 = 'docker build . '\n" + "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(60)) + "run(a60)\n",
        "a0 = 'docker build . '\n" + "".join(f"a{n + 1} = f'{{a{n}}}{{a{n}}}'\n" for n in range(60)) + "run(a60)\n",
        "run(['docker', 'build', '.'])\n" * 3_000,
        "x = 1\n" * 1_000 + "run(x)\n" * 1_000,
        *(
            "from aws_cdk import aws_ecs\na0 = 'x'\n"
            + "".join(f"a{n + 1} = {before}{glue.join([f'a{n}'] * 8)}{after}\n" for n in range(60))
            + f"aws_ecs.ContainerImage.from_asset({given})\n" * 20
            for before, glue, after in (
                ("", " + ", ""), ("f'{", "}{", "}'"), ("join(", ", ", ")"), ("[", ", ", "]"), ("", " if x else ", ""),
            )
            for given in ("a60", "a9", "'x', file=a60", "'x', platform=a60", "'x', platform=[a60, a60]")
        ),
    ],
)  # fmt: skip
def test_what_grows_stays_small(text: str) -> None:
    started = process_time()
    read(text)
    assert process_time() - started < 30


CDK = (
    "from aws_cdk import Stack, aws_ecs as ecs, aws_lambda as _lambda\n"
    "from aws_cdk.aws_ecr_assets import DockerImageAsset, Platform\n"
)
PULUMI = (
    "import pulumi_docker as docker\nimport pulumi_docker_build as docker_build\n"
    "from pulumi_docker import DockerBuildArgs, Image\n"
)


@pytest.mark.parametrize(
    ("text", "tool", "state", "platforms", "published"),
    [
        (f"{CDK}DockerImageAsset(self, 'a', directory='./api')", "aws-cdk", "missing", (), True),
        (
            f"{CDK}DockerImageAsset(self, 'a', directory='api', platform=Platform.LINUX_AMD64)",
            "aws-cdk",
            "explicit",
            ("linux/amd64",),
            True,
        ),
        (
            f"{CDK}DockerImageAsset(self, 'a', directory='api', platform=Platform.custom('linux/arm/v7'))",
            "aws-cdk",
            "explicit",
            ("linux/arm/v7",),
            True,
        ),
        (f"{CDK}DockerImageAsset(self, 'a', directory='api', platform=arch)", "aws-cdk", "explicit", (), True),
        (f"{CDK}DockerImageAsset(self, 'a', **given)", "aws-cdk", "delegated", (), True),
        (f"{CDK}ecs.ContainerImage.from_asset('./api')", "aws-cdk", "missing", (), True),
        (
            f"{CDK}_lambda.DockerImageCode.from_image_asset('api', platform=Platform.LINUX_ARM64)",
            "aws-cdk",
            "explicit",
            ("linux/arm64",),
            True,
        ),
        (
            f"{PULUMI}docker.Image('a', build=docker.DockerBuildArgs(context='.'), image_name='x/a')",
            "pulumi-docker",
            "missing",
            (),
            True,
        ),
        (
            f"{PULUMI}Image('a', build=DockerBuildArgs(platform='linux/amd64'), skip_push=True)",
            "pulumi-docker",
            "explicit",
            ("linux/amd64",),
            False,
        ),
        (
            f"{PULUMI}docker.Image('a', build={{'context': '.', 'platform': 'linux/amd64'}})",
            "pulumi-docker",
            "explicit",
            ("linux/amd64",),
            True,
        ),
        (f"{PULUMI}docker.Image('a', build='./app')", "pulumi-docker", "missing", (), True),
        (f"{PULUMI}docker_build.Image('a', push=True, tags=['x/a'])", "pulumi-docker-build", "missing", (), True),
        (
            f"{PULUMI}docker_build.Image('a', platforms=[docker_build.Platform.LINUX_AMD64, 'linux/arm64'])",
            "pulumi-docker-build",
            "explicit",
            ("linux/amd64", "linux/arm64"),
            False,
        ),
    ],
)
def test_the_images_of_cdk_and_pulumi_are_builds(
    text: str, tool: str, state: str, platforms: tuple[str, ...], published: bool
) -> None:
    [build] = python_code.builds(Source("app.py", f"{text}\n"), Project("/nowhere"))
    assert (build.tool, build.state, build.platforms, build.published) == (tool, state, platforms, published)
    assert build.slot is None or state == "missing"


@pytest.mark.parametrize(
    ("text", "state", "platforms", "published"),
    [
        ("docker_build.Image('a', docker_build.ImageArgs(platforms=['linux/amd64'], push=True))",
         "explicit", ("linux/amd64",), True),
        ("docker_build.Image('a', args=docker_build.ImageArgs(platforms=['linux/amd64']))",
         "explicit", ("linux/amd64",), False),
        ("docker_build.Image('a', docker_build.ImageArgs(push=True), pulumi.ResourceOptions(parent=x))",
         "missing", (), True),
        ("docker_build.Image('a', pulumi.ResourceOptions(parent=x), push=True)", "missing", (), True),
        ("docker_build.Image('a', options, platforms=['linux/amd64'])", "explicit", ("linux/amd64",), False),
        ("docker_build.Image('a', given)", "unknown", (), False),
        ("docker_build.Image('a', args=given)", "unknown", (), False),
        ("docker_build.Image('a', docker_build.ImageArgs(**given))", "delegated", (), False),
        ("docker.Image('a', docker.ImageArgs(build=DockerBuildArgs(platform='linux/amd64'), skip_push=True))",
         "explicit", ("linux/amd64",), False),
        ("docker.Image('a', args=docker.ImageArgs(build=DockerBuildArgs(context='.')))", "missing", (), True),
        ("docker.Image('a', build=how('.'))", "unknown", (), True),
        ("docker.Image('a', build=DockerBuildArgs(**given))", "delegated", (), True),
        ("docker.Image('a', build={**given})", "unknown", (), True),
    ],
)  # fmt: skip
def test_an_image_of_pulumi_takes_its_arguments_as_an_object_too(
    text: str, state: str, platforms: tuple[str, ...], published: bool
) -> None:
    [build] = python_code.builds(Source("app.py", f"import pulumi\n{PULUMI}{text}\n"), Project("/nowhere"))
    assert (build.state, build.platforms, build.published) == (state, platforms, published)


@pytest.mark.parametrize(
    ("output", "image", "published"),
    [
        ("", True, False),
        (", push=True", True, True),
        (", output={'type': 'local', 'dest': 'out'}", False, False),
        (", output=dict(type='tar')", False, False),
        (", output=dict(type='registry')", True, True),
        (", output={'type': 'oci', 'dest': x}", True, False),
        (", output=more", True, False),
    ],
)
def test_where_a_build_of_python_on_whales_goes(output: str, image: bool, published: bool) -> None:
    [build] = read(f"from python_on_whales import docker\ndocker.build('.'{output})\n")
    assert (build.state, build.image, build.published) == ("missing", image, published)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("client.images.build(path='.', platform='linux/amd64')", True),
        ("client.images.build(path='.', platform=f'linux/{arch()}')", False),
        ("def f(p='linux/amd64'):\n  client.images.build(path='.', platform=p)", False),
        ("p = 'linux/arm64' if x() else 'linux/amd64'\nclient.images.build(path='.', platform=p)", True),
        ("p = 'linux/arm64' if x() else y()\nclient.images.build(path='.', platform=p)", False),
        (f"{CDK}DockerImageAsset(self, 'a', directory='x', platform=Platform.LINUX_AMD64)", True),
        (f"{CDK}DockerImageAsset(self, 'a', directory='x', platform=Platform.custom(x))", False),
        (f"{CDK}F(self, code=_lambda.DockerImageCode.from_image_asset('x'), architecture=A.ARM_64)", True),
        (f"{CDK}F(self, code=_lambda.DockerImageCode.from_image_asset('x'), architecture=arch)", False),
        (f"{PULUMI}docker_build.Image('a', platforms=['linux/amd64', 'linux/arm64'])", True),
        (f"{PULUMI}docker_build.Image('a', platforms=['linux/amd64', more()])", False),
        (f"{PULUMI}docker.Image('a', build=DockerBuildArgs(platform='linux/amd64'))", True),
    ],
)
def test_what_a_program_names_is_all_or_may_be_more(text: str, whole: bool) -> None:
    [build] = read(f"{text}\n")
    assert (build.state, build.whole) == ("explicit", whole)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{CDK}DockerImageAsset(self, 'a', directory='./api')",
         f"{CDK}DockerImageAsset(self, 'a', directory='./api', platform=Platform.LINUX_AMD64)"),
        (f"{CDK}ecs.ContainerImage.from_asset(\n    'api',\n)",
         f"{CDK}ecs.ContainerImage.from_asset(\n    'api', platform=Platform.LINUX_AMD64,\n)"),
        ("from aws_cdk import aws_ecs, aws_ecr_assets as assets\naws_ecs.ContainerImage.from_asset('api')",
         ("from aws_cdk import aws_ecs, aws_ecr_assets as assets\n"
         "aws_ecs.ContainerImage.from_asset('api', platform=assets.Platform.LINUX_AMD64)")),
        ("from aws_cdk import aws_ecs\naws_ecs.ContainerImage.from_asset('api')", None),
        (f"{CDK}ecs.ContainerImage.from_asset('api', **more)", None),
        (f"{CDK}ecs.ContainerImage.from_asset('api', platform=None)", None),
        (f"{PULUMI}docker.Image('a', build=DockerBuildArgs(context='.'))",
         f"{PULUMI}docker.Image('a', build=DockerBuildArgs(context='.', platform=\"linux/amd64\"))"),
        (f"{PULUMI}docker.Image('a', build='./app')", None),
        (f"{PULUMI}docker_build.Image('a', docker_build.ImageArgs(push=True))",
         f"{PULUMI}docker_build.Image('a', docker_build.ImageArgs(push=True, platforms=[\"linux/amd64\"]))"),
        (f"{PULUMI}docker_build.Image('a', push=True)",
         f"{PULUMI}docker_build.Image('a', push=True, platforms=[\"linux/amd64\"])"),
    ],
)  # fmt: skip
def test_a_platform_is_written_into_programs_of_cdk_and_pulumi(before: str, after: str | None) -> None:
    assert fixed(before) == after
    if after is not None:
        [build] = read(after)
        assert (build.state, build.platforms, build.slot) == (*AMD64, None)


@pytest.mark.parametrize(
    ("rest", "allowed", "default"),
    [
        ("", ("amd64",), True),
        (", architecture=_lambda.Architecture.X86_64", ("amd64",), False),
        (", architecture=_lambda.Architecture.ARM_64", ("arm64",), False),
        (", architecture=chosen", None, False),
        (", **more", None, False),
    ],
)
@pytest.mark.parametrize("code", ["DockerImageCode.from_image_asset", "Code.from_asset_image"])
def test_a_function_runs_its_image_on_its_architecture(
    code: str, rest: str, allowed: tuple[str, ...] | None, default: bool
) -> None:
    text = f"from aws_cdk import aws_lambda as _lambda\nF(self, 'f', code=_lambda.{code}('api'){rest})\n"
    [build] = read(text)
    assert [(each.allowed, each.default) for each in build.runs] == ([] if allowed is None else [(allowed, default)])


@pytest.mark.parametrize(
    ("text", "state", "platforms"),
    [
        ("F(self, 'f', code=_lambda.DockerImageCode.from_image_asset('api'))", "missing", ()),
        (
            "F(self, 'f', code=_lambda.DockerImageCode.from_image_asset('api'), architecture=Architecture.ARM_64)",
            "explicit",
            ("linux/arm64",),
        ),
        ("F(self, 'f', code=_lambda.DockerImageCode.from_image_asset('api'), **more)", "unknown", ()),
        ("code = _lambda.DockerImageCode.from_image_asset('api')\nF(code=code, architecture=x)", "unknown", ()),
    ],
)
def test_the_image_of_a_function_is_for_its_architecture(text: str, state: str, platforms: tuple[str, ...]) -> None:
    [build] = python_code.builds(Source("app.py", f"{CDK}{text}\n"), Project("/nowhere"))
    assert (build.state, build.platforms) == (state, platforms)


@pytest.mark.parametrize(
    "folder",
    [
        "'api'",
        "'./api'",
        "os.path.join(os.path.dirname(__file__), '..', 'api')",
        "os.path.abspath(os.path.dirname(os.path.abspath(__file__)) + '/../api')",
        "str(Path(__file__).resolve().parent.parent / 'api')",
        "str(Path(__file__).parents[1].joinpath('api'))",
        "f'{os.getcwd()}/api'",
        "FOLDER",
        "f'{HERE}/../api'",
    ],
)
def test_the_folder_and_the_dockerfile_of_an_image_of_cdk_and_pulumi(tmp_path: Path, folder: str) -> None:
    for name in ("cdk.json", "api/Dockerfile", "api/Dockerfile.x"):
        path = tmp_path / "infra" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM x\n")
    more = "FOLDER = 'api'\nHERE = os.path.dirname(__file__)\n"
    calls = (
        f"ecs.ContainerImage.from_asset({folder}, file='Dockerfile.x', target='t', build_args={{'A': 'b', 'C': d}})",
        (
            f"DockerImageAsset(self, 'a', directory={folder}, file='Dockerfile.x', target='t',"
            " build_args={'A': 'b', 'C': d})"
        ),
        (
            f"docker.Image('a', build=DockerBuildArgs(context={folder}, dockerfile='api/Dockerfile.x', target='t',"
            " args={'A': 'b', 'C': d}))"
        ),
        (
            f"docker_build.Image('a', context=docker_build.BuildContextArgs(location={folder}), target='t',"
            " dockerfile={'location': 'api/Dockerfile.x'}, build_args={'A': 'b', 'C': d})"
        ),
    )
    for call in calls:
        source = Source("infra/stacks/app.py", f"import os\n{CDK}{PULUMI}{more}{call}\n")
        [build] = python_code.builds(source, Project(str(tmp_path)))
        assert (build.dockerfile, build.context) == ("infra/api/Dockerfile.x", "infra/api")
        assert (build.target, build.arguments) == ("t", (("A", "b"), ("C", None)))


@pytest.mark.parametrize(
    ("exports", "image"),
    [
        ("[docker_build.ExportArgs(local=docker_build.ExportLocalArgs(dest='x'))]", False),
        ("[{'local': {'dest': 'x'}}]", False),
        ("[docker_build.ExportArgs(cacheonly=docker_build.ExportCacheOnlyArgs())]", False),
        ("[{'registry': {}}]", True),
        ("[]", True),
        ("more", True),
    ],
)
def test_what_gives_files_alone_is_no_image(exports: str, image: bool) -> None:
    source = Source("app.py", f"{PULUMI}docker_build.Image('a', exports={exports})\n")
    [build] = python_code.builds(source, Project("/nowhere"))
    assert build.image is image


def test_a_folder_that_is_not_known_names_no_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM x\n")
    for folder in ("given", "os.path.join(x, 'api')", "Path(__file__).parents[n]", "1", "'/'", "'../..'"):
        source = Source("app.py", f"{CDK}ecs.ContainerImage.from_asset({folder})\n")
        [build] = python_code.builds(source, Project(str(tmp_path)))
        assert (build.dockerfile, build.context) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        f"{CDK}_lambda.Code.from_asset('./api')",
        f"{CDK}ecs.ContainerImage.from_registry('a')",
        f"{PULUMI}docker.Image('a', image_name='x')",
        f"{PULUMI}docker.RemoteImage('a', name='x')",
        "DockerImageAsset(self, 'a', directory='api')",
        "from PIL import Image\nImage('a', build='x')",
    ],
)
def test_what_only_looks_like_an_image_of_cdk_or_pulumi_is_none(text: str) -> None:
    assert python_code.builds(Source("app.py", f"{text}\n"), Project("/nowhere")) == []
