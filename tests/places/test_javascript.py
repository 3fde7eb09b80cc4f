"""JavaScript and TypeScript programs to builds."""

from __future__ import annotations

import sys
from time import process_time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch.discover import look
from prelaunch.kinds import BUILD
from prelaunch.model import Build, Source
from prelaunch.places import javascript
from prelaunch.project import Project
from prelaunch.reading import read_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CDK = """\
import * as cdk from 'aws-cdk-lib';
import { aws_lambda as lambda, Stack } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import { ContainerImage } from "aws-cdk-lib/aws-ecs";
import { DockerImageAsset, Platform, type NetworkMode } from 'aws-cdk-lib/aws-ecr-assets';
import * as agentcore from '@aws-cdk/aws-bedrock-agentcore-alpha';
"""
PULUMI = """\
import * as docker from "@pulumi/docker";
import * as docker_build from "@pulumi/docker-build";
import * as awsx from "@pulumi/awsx";
const imageName = "x/a";
"""


def read(text: str, path: str = "lib/stack.ts") -> list[Build]:
    found = javascript.builds(Source(path, text), Project("/nowhere"))
    for build in found:
        assert 0 <= build.span.start < build.span.stop <= len(text)
        assert build.slot is None or build.state == "missing"
    return found


def said(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(build.tool, build.state, build.platforms) for build in read(text)]


MISSING = ("missing", ())
AMD64 = ("explicit", ("linux/amd64",))
ARM64 = ("explicit", ("linux/arm64",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("new DockerImageAsset(this, 'a', { directory: './api' });", [MISSING]),
        ("new DockerImageAsset(this, 'a', { directory, platform: Platform.LINUX_AMD64 })", [AMD64]),
        ("new DockerImageAsset(this, 'a', {\n  platform: Platform.LINUX_ARM64, // Graviton\n})", [ARM64]),
        ("new DockerImageAsset(this, 'a', { platform: Platform.custom('linux/arm/v7') })",
         [("explicit", ("linux/arm/v7",))]),
        ("new DockerImageAsset(this, 'a', { 'platform': cdk.aws_ecr_assets.Platform.LINUX_AMD64 as any })", [AMD64]),
        ("new DockerImageAsset(this, 'a', { directory: 'x', platform: undefined })", [MISSING]),
        ("const platform = Platform.LINUX_ARM64;\nnew DockerImageAsset(this, 'a', { directory, platform });", [ARM64]),
        ("const p: Platform = Platform.LINUX_ARM64\nnew DockerImageAsset(this, 'a', { platform: p! })", [ARM64]),
        ("const c = { p: Platform.LINUX_AMD64 }\nnew DockerImageAsset(this, 'a', { platform: c.p })", [AMD64]),
        (("let p = Platform.LINUX_AMD64;\nif (x) p = Platform.LINUX_ARM64;\n"
         "new DockerImageAsset(this, 'a', { platform: p })"), [("unknown", ())]),
        ("function f(platform) { new DockerImageAsset(this, 'a', { platform }) }", [("delegated", ())]),
        ("new DockerImageAsset(this, 'a', { platform: props.platform })", [("delegated", ())]),
        ("new DockerImageAsset(this, 'a', { platform: this.platform })", [("unknown", ())]),
        ("new DockerImageAsset(this, 'a', { platform: process.env.P as Platform })", [("unknown", ())]),
        ("new DockerImageAsset(this, 'a', { platform: platformOf(arch) })", [("explicit", ())]),
        ("new DockerImageAsset(this, 'a', { platform: arm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64 })",
         [("explicit", ("linux/arm64", "linux/amd64"))]),
        ("new DockerImageAsset(this, 'a', { platform: arm ? Platform.LINUX_ARM64 : undefined })",
         [("unknown", ("linux/arm64",))]),
        ("new DockerImageAsset(this, 'a', { platform: props.platform ?? Platform.LINUX_AMD64 })", [AMD64]),
        ("new DockerImageAsset(this, 'a', { directory: 'x', ...more })", [("unknown", ())]),
        ("new DockerImageAsset(this, 'a', { directory: 'x', ...(arm && { platform: P }) })", [("unknown", ())]),
        ("const more = { platform: Platform.LINUX_AMD64 };\nnew DockerImageAsset(this, 'a', { ...more, directory })",
         [AMD64]),
        ("const more = { target: 'x' };\nnew DockerImageAsset(this, 'a', { ...more, directory })", [MISSING]),
        ("new DockerImageAsset(this, 'a', props)", [("delegated", ())]),
        ("new DockerImageAsset(this, 'a', this.props)", [("unknown", ())]),
        ("const props: DockerImageAssetProps = { directory: 'x' };\nnew DockerImageAsset(this, 'a', props)", [MISSING]),
        ("const props = { directory: 'x' };\nprops.platform = P;\nnew DockerImageAsset(this, 'a', props)",
         [("unknown", ())]),
        ("ContainerImage.fromAsset(path.join(__dirname, '../src/'))", [MISSING]),
        ("ecs.ContainerImage.fromAsset('api', {\n  platform: Platform.LINUX_AMD64,\n})", [AMD64]),
        ("new ecs.AssetImage('api')", [MISSING]),
        ("cdk.aws_ecs.ContainerImage.fromAsset('api')", [MISSING]),
        ("agentcore.AgentRuntimeArtifact.fromAsset('agent')", [MISSING]),
        (("const { LinuxBuildImage } = require('aws-cdk-lib/aws-codebuild')\n"
         "LinuxBuildImage.fromAsset(this, 'a', { directory: 'x' })"), [MISSING]),
        # a function's image is for its architecture
        ("new lambda.DockerImageFunction(this, 'f', { code: lambda.DockerImageCode.fromImageAsset('api') })",
         [MISSING]),
        (("new lambda.DockerImageFunction(this, 'f', {\n  code: lambda.DockerImageCode.fromImageAsset('api'),\n"
         "  architecture: lambda.Architecture.ARM_64,\n})"), [ARM64]),
        (("new lambda.DockerImageFunction(this, 'f', { code: lambda.DockerImageCode.fromImageAsset('api',"
         " { platform: Platform.LINUX_AMD64 }), architecture })"), [AMD64]),
        ("new lambda.DockerImageFunction(this, 'f', { ...common, code: lambda.DockerImageCode.fromImageAsset('a') })",
         [("unknown", ())]),
        ("const code = lambda.DockerImageCode.fromImageAsset('api');\nuse({ code, architecture: A.ARM_64 })",
         [("unknown", ())]),
        # what only looks like one
        ("lambda.Code.fromAsset('api')", []),
        ("appsync.SchemaFile.fromAsset('api')", []),
        ("lambda.DockerImage.fromBuild('api')", []),
        ("lambda.Code.fromDockerBuild('api')", []),
        ("ecs.ContainerImage.fromRegistry('nginx')", []),
        ("class Mine extends DockerImageAsset {}", []),
        ("// new DockerImageAsset(this, 'a', {})\nconst s = `new DockerImageAsset(this, 'a', {})`;", []),
        ("local.ContainerImage.fromAsset('api')", []),
        ("function f(asset: DockerImageAsset, image?: ContainerImage) {}", []),
    ],
)  # fmt: skip
def test_the_images_of_cdk(text: str, expected: list[tuple[str, tuple[str, ...]]]) -> None:
    assert said(CDK + text) == [("aws-cdk", *one) for one in expected]
    assert all(build.published for build in read(CDK + text))


@pytest.mark.parametrize(
    "function",
    [
        "function f(platform) { return $; }",
        "function f(scope: S, { a, platform }: P) { return $; }",
        "function f(scope, { p: platform = 1, ...rest }) { return $; }",
        "function f([a, [platform]]) { return $; }",
        "async function f(a, ...platform): Promise<void> { if (a) { return $; } }",
        "class A { constructor(private readonly platform: Platform) { $; } }",
        "class A { constructor(@Inject(B) @c.d public platform?: P,) { $; } }",
        "class A { make(platform): Map<string, A> { $; } }",
        "const f = (a, platform) => $;",
        "const f = platform => $;",
        "const f = async platform => { $; }",
        "const f = (platform): { a: A } => $;",
        "const f = (platform) =>\n  $\n",
        "const f = platform => a => [1, { b: $ }];",
        "list.map((platform) => $, 2);",
        "try { a() } catch (platform) { $; }",
        "for (const platform of list) { $; }",
        "for await (const { platform } of list) { $; }",
        "for (const platform of list) $;",
        "function f(a) { const { platform } = a; $; }",
        "function f() { const { x: platform } = this.props; $; }",
        "function f() { const [platform] = more(); $; }",
        "function f() { let platform; $; }",
        "function f() { let platform\n  platform = other()\n  $; }",
    ],
)
def test_a_name_of_a_function_is_not_the_one_around_it(function: str) -> None:
    image = "new DockerImageAsset(this, 'a', { directory: 'x', platform })"
    text = f"{CDK}const platform = Platform.LINUX_ARM64;\n{function.replace('$', image)}\n"
    (build,) = read(text)
    assert (build.platforms, build.whole, build.state == "missing") == ((), False, False)
    for after in (f"{text};{image}", f"{text}\n{image}"):
        found = read(after)
        if "of list) new" not in text and "platform\n" not in text:  # set twice in one scope: not known
            assert found[-1].platforms == ("linux/arm64",)


@pytest.mark.parametrize(
    "function",
    ["f(x => $)", "if (platform) { $; }", "while (a(platform)) { $; }", "switch (platform) { case (platform): { $; } }",
     "list.map(platform => platform); $;", "const f = platform => platform\n$;", "g((platform) => 1, $)",
     "const g = (platform: P): void => {}\n$;", "a ? (platform) : $;", "type F = (platform: P) => void;\n$;"],
)  # fmt: skip
def test_a_name_of_another_function_is_none_of_this_one(function: str) -> None:
    image = "new DockerImageAsset(this, 'a', { directory: 'x', platform })"
    text = f"{CDK}const platform = Platform.LINUX_ARM64;\n{function.replace('$', image)}\n"
    assert said(text) == [("aws-cdk", *ARM64)]


@pytest.mark.parametrize(
    "function",
    [
        "function f(props) { return new DockerImageAsset(this, 'a', props); }",
        "const f = ({ props }) => new DockerImageAsset(this, 'a', props);",
        "function f(props) { return new DockerImageAsset(this, 'a', { ...props, file: 'y' }); }",
    ],
)
def test_the_properties_that_a_function_takes_are_not_those_around_it(function: str) -> None:
    (build,) = read(f"{CDK}const props = {{ directory: 'x' }};\n{function}")
    assert (build.state in {"unknown", "delegated"}, build.slot, build.context) == (True, None, None)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{ directory: 'x', [key]: Platform.LINUX_AMD64 }", [("unknown", ())]),
        ("{ directory: 'x', [`plat${f}`]: Platform.LINUX_AMD64 }", [("unknown", ())]),
        ("{ directory: 'x', ['platform']: Platform.LINUX_AMD64 }", [AMD64]),
        ("{ directory: 'x', ['file']: 'y' }", [MISSING]),
        ("{ directory: 'x', get platform() { return P; } }", [("explicit", ())]),
        ("{ directory: 'x', get ['platform']() { return P; } }", [("explicit", ())]),
        ("{ directory: 'x', get [key]() { return P; } }", [("unknown", ())]),
        ("{ directory: 'x', get file() { return 'y'; }, async *g() {}, validate() {}, get: 1, set }", [MISSING]),
        ("{ platform: undefined, ...more }", [("unknown", ())]),
        ("{ platform: undefined, [key]: 1 }", [("unknown", ())]),
        ("{ ...more, platform: Platform.LINUX_AMD64 }", [AMD64]),
        ("{ platform: Platform.LINUX_ARM64, ...{ platform: Platform.LINUX_AMD64 } }", [AMD64]),
        ("{ platform: Platform.LINUX_AMD64, ...{ file: 'y' } }", [AMD64]),
        ("{ directory: 'x', ...{ [key]: 1 } }", [("unknown", ())]),
        ("Object.assign({}, defaults, { directory: 'x' })", [("unknown", ())]),
    ],
)
def test_what_an_object_may_hold_besides_is_not_missing(
    settings: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    found = read(f"{CDK}new DockerImageAsset(this, 'a', {settings})")
    assert [(build.state, build.platforms) for build in found] == expected
    assert all(build.slot is None for build in found if build.state != "missing")


@pytest.mark.parametrize(
    "change",
    ["Object.assign(props, more);", "Object.assign(\n  props,\n  { platform: P },\n);", "props.platform ??= P;",
     "props['platform'] = P;", "props.platform = P", "props = more();"],
)  # fmt: skip
def test_an_object_that_is_changed_is_not_known(change: str) -> None:
    text = f"{CDK}let props = {{ directory: 'x' }};\n{change}\nnew DockerImageAsset(this, 'a', props)"
    assert said(text) == [("aws-cdk", "unknown", ())]


@pytest.mark.parametrize("change", ["list.push('linux/arm64');", "list.unshift(...more)\n", "list[1] = 'b';"])
def test_a_list_that_grows_is_not_known(change: str) -> None:
    text = f"{PULUMI}const list = ['linux/amd64'];\n{change}new docker_build.Image('a', {{ platforms: list }})"
    assert said(text) == [("pulumi-docker-build", "unknown", ())]


def test_a_build_that_more_may_replace_is_not_missing() -> None:
    assert said(PULUMI + "new docker.Image('a', { build: './x', ...more })") == [("pulumi-docker", "unknown", ())]
    assert said(PULUMI + "new docker.Image('a', { ...more, build: './x' })") == [("pulumi-docker", *MISSING)]


@pytest.mark.parametrize(
    ("text", "tool", "expected", "published"),
    [
        ('new docker.Image("a", { imageName, build: "./app" })', "pulumi-docker", [MISSING], True),
        ('new docker.Image("a", { build: { context: "." }, skipPush: true })', "pulumi-docker", [MISSING], False),
        ('new docker.Image("a", { build: { context: ".", platform: "linux/amd64" } })', "pulumi-docker", [AMD64], True),
        ('new docker.Image("a", { build: { extraOptions: ["--platform", "linux/amd64"] } })', "pulumi-docker", [AMD64],
         True),
        ('new docker.Image("a", { build: { extraOptions: ["--platform=linux/amd64", x] } })', "pulumi-docker", [AMD64],
         True),
        ('new docker.Image("a", { build: { extraOptions: ["--quiet"] } })', "pulumi-docker", [MISSING], True),
        ('new docker.Image("a", { build: { extraOptions: [more] } })', "pulumi-docker", [("unknown", ())], True),
        ('new docker.Image("a", { build: args.build })', "pulumi-docker", [("delegated", ())], True),
        ('new docker.Image("a", { imageName: "x" })', "", [], True),
        ('new docker.Image("a", args)', "", [], True),
        ('new docker.RemoteImage("a", { name: "x" })', "", [], True),
        ('new docker_build.Image("a", { push: true, tags: ["x/a"] })', "pulumi-docker-build", [MISSING], True),
        ('new docker_build.Image("a", { platforms: ["linux/amd64"] })', "pulumi-docker-build", [AMD64], False),
        ('new docker_build.Image("a", { platforms: [docker_build.Platform.Linux_arm64, "linux/amd64"] })',
         "pulumi-docker-build", [("explicit", ("linux/arm64", "linux/amd64"))], False),
        ('new docker_build.Image("a", { platforms: [] })', "pulumi-docker-build", [MISSING], False),
        ('new awsx.ecr.Image("a", { repositoryUrl: r.url, context: "./app" })', "pulumi-awsx", [MISSING], True),
        ('new awsx.ecr.Image("a", { path: "./app", platform: "linux/amd64" })', "pulumi-awsx", [AMD64], True),
        ('new awsx.ecr.Image("a", { platform: platform ?? "linux/arm64" })', "pulumi-awsx", [ARM64], True),
        ('awsx.ecs.Image.fromPath("a", "./app")', "pulumi-awsx", [MISSING], True),
        ('repository.buildAndPushImage("./app")', "pulumi-awsx", [MISSING], True),
        ('new awsx.ecr.Repository("a")', "", [], True),
    ],
)  # fmt: skip
def test_the_images_of_pulumi(
    text: str, tool: str, expected: list[tuple[str, tuple[str, ...]]], published: bool
) -> None:
    assert said(PULUMI + text) == [(tool, *one) for one in expected]
    assert all(build.published is published for build in read(PULUMI + text))


@pytest.mark.parametrize(
    "imports",
    [
        "const ecs = require('aws-cdk-lib/aws-ecs');",
        "import ecs = require('@aws-cdk/aws-ecs');",
        "const { aws_ecs: ecs } = require('aws-cdk-lib');",
        "import cdk from 'aws-cdk-lib';\nconst ecs = cdk.aws_ecs;",
        "import * as cdk from 'aws-cdk-lib';\nconst { aws_ecs: ecs } = cdk;",
        "import {\n  aws_ec2 as ec2,\n  aws_ecs as ecs,\n} from 'aws-cdk-lib';",
    ],
)
def test_a_library_is_known_by_what_it_is_imported_as(imports: str) -> None:
    assert said(f"{imports}\necs.ContainerImage.fromAsset('api')") == [("aws-cdk", "missing", ())]


def test_what_is_imported_from_elsewhere_is_another_one() -> None:
    assert said("import { DockerImageAsset } from './asset';\nnew DockerImageAsset(this, 'a', {})") == []
    assert said("import type { DockerImageAsset } from 'aws-cdk-lib/aws-ecr-assets';\nnew DockerImageAsset()") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("new DockerImageAsset(this, 'a', { directory: 'x' })",
         "new DockerImageAsset(this, 'a', { directory: 'x', platform: Platform.LINUX_AMD64 })"),
        ("new DockerImageAsset(this, 'a', {\n  directory: 'x',\n});",
         "new DockerImageAsset(this, 'a', {\n  directory: 'x',\n  platform: Platform.LINUX_AMD64,\n});"),
        ("new DockerImageAsset(this, 'a', {\r\n\tdirectory: 'x'\r\n});",
         "new DockerImageAsset(this, 'a', {\r\n\tdirectory: 'x',\r\n\tplatform: Platform.LINUX_AMD64\r\n});"),
        ("new DockerImageAsset(this, 'a', {\n  directory: 'x', // the folder\n});",
         "new DockerImageAsset(this, 'a', {\n  platform: Platform.LINUX_AMD64,\n  directory: 'x', // the folder\n});"),
        ("ecs.ContainerImage.fromAsset('x')",
         "ecs.ContainerImage.fromAsset('x', { platform: Platform.LINUX_AMD64 })"),
        ("ecs.ContainerImage.fromAsset(\n  path.join('x'),\n)",
         "ecs.ContainerImage.fromAsset(\n  path.join('x'), { platform: Platform.LINUX_AMD64 },\n)"),
        ("ecs.ContainerImage.fromAsset('x', {})",
         "ecs.ContainerImage.fromAsset('x', { platform: Platform.LINUX_AMD64 })"),
        ("ecs.ContainerImage.fromAsset('x' /* here */)", None),
        ("ecs.ContainerImage.fromAsset('x', { /* none */ })", None),
        ("ecs.ContainerImage.fromAsset('x', { // a\n file: 'y' // b\n })", None),
        ("ecs.ContainerImage.fromAsset('x', { platform: undefined })", None),
        ("ecs.ContainerImage.fromAsset('x', { ...more })", None),
        ("ecs.ContainerImage.fromAsset(", None),
        ("agentcore.AgentRuntimeArtifact.fromAsset('x')", None),
    ],
)  # fmt: skip
def test_a_platform_is_written_where_the_class_of_platforms_is_at_hand(before: str, after: str | None) -> None:
    assert _mended(CDK + before) == (None if after is None else CDK + after)


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        ("Platform.LINUX_AMD64", True),
        ("Platform.custom('linux/arm/v7')", True),
        ("arm ? Platform.LINUX_ARM64 : Platform.LINUX_AMD64", True),
        ("props.platform ?? Platform.LINUX_AMD64", False),
        ("platformOf(arch)", False),
    ],
)
def test_what_is_named_is_all_or_may_be_more(value: str, whole: bool) -> None:
    (build,) = read(CDK + f"new DockerImageAsset(this, 'a', {{ platform: {value} }})")
    assert build.whole is whole


def test_without_an_import_of_the_platforms_nothing_is_written() -> None:
    text = "import * as ecs from 'aws-cdk-lib/aws-ecs';\necs.ContainerImage.fromAsset('x')"
    assert _mended(text) is None
    more = "import * as cdk from 'aws-cdk-lib';\n"
    written = "ecs.ContainerImage.fromAsset('x', { platform: cdk.aws_ecr_assets.Platform.LINUX_AMD64 })"
    assert _mended(more + text) == more + text.replace("ecs.ContainerImage.fromAsset('x')", written)


def test_a_platform_without_a_constant_is_custom() -> None:
    (build,) = read(CDK + "new DockerImageAsset(this, 'a', { directory: 'x' })")
    assert build.slot is not None
    assert build.slot.spell(("linux/s390x",)) == ", platform: Platform.custom('linux/s390x')"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('new docker.Image("a", { build: { context: "." } })',
         'new docker.Image("a", { build: { context: ".", platform: "linux/amd64" } })'),
        ('new docker_build.Image("a", {\n    push: true,\n});',
         'new docker_build.Image("a", {\n    push: true,\n    platforms: ["linux/amd64"],\n});'),
        ('new awsx.ecr.Image("a", { path: "./app" })',
         'new awsx.ecr.Image("a", { path: "./app", platform: "linux/amd64" })'),
        ('new docker.Image("a", { build: "./app" })', None),
    ],
)  # fmt: skip
def test_pulumi_takes_a_text(before: str, after: str | None) -> None:
    assert _mended(PULUMI + before) == (None if after is None else PULUMI + after)


def _mended(text: str) -> str | None:
    """The text with its one build mended; what is mended is explicit, and nothing is mended twice."""
    (build,) = read(text)
    if build.slot is None:
        return None
    span = build.slot.span
    mended = text[: span.start] + build.slot.spell(("linux/amd64",)) + text[span.stop :]
    (again,) = read(mended)
    assert (again.state, again.platforms, again.slot) == (*AMD64, None)
    return mended


@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        ("'api'", "", ("infra/api/Dockerfile", "infra/api")),
        ("path.join(__dirname, '..', 'api')", "", ("infra/api/Dockerfile", "infra/api")),
        ("join(__dirname, '../api/')", "file: 'Dockerfile.x',", ("infra/api/Dockerfile.x", "infra/api")),
        ("`${__dirname}/../api`", "", ("infra/api/Dockerfile", "infra/api")),
        ("__dirname + '/../api'", "", ("infra/api/Dockerfile", "infra/api")),
        ("path.resolve(process.cwd(), 'api')", "", ("infra/api/Dockerfile", "infra/api")),
        ("'..'", "file: 'infra/api/Dockerfile'", ("infra/api/Dockerfile", "")),
        ("FOLDER", "", ("infra/api/Dockerfile", "infra/api")),
        ("props.folder", "", (None, None)),
        ("'api'", "file: name", (None, None)),
        ("'../../..'", "", (None, None)),
    ],
)
def test_the_dockerfile_of_an_asset(
    tmp_path: Path, folder: str, file: str, expected: tuple[str | None, str | None]
) -> None:
    for name in ("cdk.json", "api/Dockerfile", "api/Dockerfile.x"):
        path = tmp_path / "infra" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("FROM x\n")
    text = f"{CDK}const FOLDER = 'api';\nnew DockerImageAsset(this, 'a', {{ directory: {folder}, {file} }})"
    (build,) = javascript.builds(Source("infra/lib/stack.ts", text), Project(str(tmp_path)))
    assert (build.dockerfile, build.context) == expected


def test_the_target_and_the_arguments_of_an_asset() -> None:
    text = "new DockerImageAsset(this, 'a', { target: 'api', buildArgs: { A: 'b', 'C': d, E: `f` } })"
    (build,) = read(CDK + text)
    assert (build.target, build.arguments) == ("api", (("A", "b"), ("C", None), ("E", "f")))


def test_the_names_of_pulumis_images() -> None:
    (build,) = read(PULUMI + 'new docker.Image("a", { build: ".", imageName: pulumi.interpolate`${r.url}/api:1` })')
    assert build.images == ("…/api:1",)
    (build,) = read(PULUMI + 'new docker_build.Image("a", { tags: ["x.io/a:1", `x.io/b`] })')
    assert build.images == ("x.io/a:1", "x.io/b")


@pytest.mark.parametrize(
    ("exports", "image"),
    [
        ("[{ local: { dest: 'out' } }]", False),
        ("[{ local: { dest: 'out' } }, { registry: {} }]", True),
        ("[{ cacheonly: {} }]", False),
        ("[{ docker: { tar: true } }]", True),
        ("[]", True),
        ("more", True),
    ],
)
def test_what_gives_files_alone_is_no_image(exports: str, image: bool) -> None:
    (build,) = read(PULUMI + f'new docker_build.Image("a", {{ exports: {exports} }})')
    assert build.image is image


def test_a_test_of_a_program_builds_nothing() -> None:
    text = f"{CDK}new DockerImageAsset(this, 'a', {{ directory: 'x' }})"
    for path in ("test/stack.test.ts", "lib/a.spec.ts", "lib/__tests__/a.ts"):
        assert read(text, path) == []


def test_what_is_made_of_typescript_is_not_read_beside_it(tmp_path: Path) -> None:
    text = f"{CDK}new DockerImageAsset(this, 'a', {{ directory: 'x' }})"
    (tmp_path / "a.ts").write_text(text)
    assert javascript.builds(Source("a.js", text), Project(str(tmp_path))) == []
    assert len(javascript.builds(Source("b.js", text), Project(str(tmp_path)))) == 1


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("bin/app.ts", CDK, True),
        ("bin/app.cjs", PULUMI, True),
        ("bin/app.d.ts", CDK, False),
        ("bin/app.min.js", CDK, False),
        ("bin/app.ts", "import * as cdk from 'aws-cdk-lib';", False),
        ("bin/app.ts", "import { Image } from 'next/image';", False),
    ],
)
def test_a_file_is_read_for_its_words(tmp_path: Path, path: str, text: str, found: bool) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True)
    file.write_text(text + "new DockerImageAsset(this, 'a', {})" if found else text)
    seen = look(str(tmp_path), path, {})
    assert (seen is not None) is found
    if seen is not None and "Asset" in text:
        assert len(read_facts(Project(str(tmp_path)), seen, {BUILD}).builds) == 1


_PIECES = [
    *CDK.splitlines(), *PULUMI.splitlines(), "new DockerImageAsset(this, 'a', {", "platform:", "platform", "Platform.",
    "ContainerImage.fromAsset(", "new docker.Image('a', {", "build:", "...", "const a =", "a", ".", ",", "}", ")", "[",
    "]", "(", "{", "?", ":", "??", "||", "+", "=", "as", "!", "`${", "`", "'", "/", "\n", "import", "from", "require(",
]  # fmt: skip


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(_PIECES), max_size=30).map(" ".join)))
def test_any_text_is_read(text: str) -> None:
    read(CDK + PULUMI + text)
    read(text)


@pytest.mark.parametrize(
    "part",
    [
        "new DockerImageAsset(this, 'a', {", "ContainerImage.fromAsset(", "const a = { b: ", "a ? ", "...a, ", "a.b.",
        "{ code: lambda.DockerImageCode.fromImageAsset('a') }, ", "const p = {...p};", "import { a } from ", "a = b\n",
        "const { a } = b;\n", "new DockerImageAsset(this, 'a', { platform: p });\nconst p = q;\n", "(", "a + ",
    ],
)  # fmt: skip
def test_what_repeats_takes_little_time(part: str) -> None:
    started = process_time()
    read(CDK + part * (100_000 // len(part)))
    read(CDK + "f({" + part * (100_000 // len(part)) + "})")
    assert process_time() - started < 10


@pytest.mark.parametrize(
    ("before", "glue", "after"),
    [("", "+", ""), ("`${", "}${", "}`"), ("path.join(", ",", ")"), ("[", ",", "]"), ("x ? ", " : y ? ", " : z"),
     ("{ ...", ", ...", "}"), ("", " ?? ", "")],
)  # fmt: skip
@pytest.mark.parametrize("given", ["directory: a60", "directory: a7", "platform: a60", "platform: a7", "...a7"])
def test_names_that_lead_to_names_take_little_time(before: str, glue: str, after: str, given: str) -> None:
    names = "".join(f"const a{n + 1} = {before}{glue.join([f'a{n}'] * 20)}{after};\n" for n in range(60))
    started = process_time()
    read(f"{CDK}const a0 = 'x';\n{names}" + f"new DockerImageAsset(this, 'a', {{ {given} }});\n" * 20)
    assert process_time() - started < 10


def _work(text: str) -> int:
    """The functions that are called while a program is read."""
    count = 0

    def called(_frame: object, event: str, _of: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    earlier = sys.getprofile()
    sys.setprofile(called)
    try:
        read(text)
    finally:
        sys.setprofile(earlier)
    return count


_IMAGE = "new DockerImageAsset(this, 'a', { directory: a, platform: a });\n"


@pytest.mark.parametrize(
    "text",
    [
        lambda n: "import { a from 'x';" * n,
        lambda n: "import { " + "a, " * n + "} from 'x';" + _IMAGE * n,
        lambda n: "import { " + ", ".join(f"a{i}" for i in range(n)) + " } from 'x';" + "a.buildAndPushImage('b');" * n,
        lambda n: "const a " * n,
        lambda n: "const a " * n + "= 1",
        lambda n: "const a = b b " * n,
        lambda n: "const a = 'x';" * n + _IMAGE * n,
        lambda n: "const f = (a) => 1;" * n + _IMAGE * n,
        lambda n: "a => " * n + _IMAGE,
        lambda n: "const a = " + "x ? y : " * n + "z;" + _IMAGE * n,
        lambda n: "const a = " + "(" * n + "'x'" + ")" * n + ";" + _IMAGE * n,
        lambda n: "const a = " + "b." * n + "c;" + _IMAGE * n,
        lambda n: "const a = [" + "'x', " * n + "];" + _IMAGE * n,
        lambda n: "const a = 'x' +" + "\n" * n + "'y';" + _IMAGE * n,
        lambda n: "const a = `" + "${b}" * n + "`;" + _IMAGE * n,
        lambda n: "\n" * n + "a = b" + "\n" * n,
        lambda n: "(a) : b " * n,
        lambda n: "f({ a: " * n + _IMAGE + "})" * n,
        lambda n: "a." * n + "a = 1;",
        lambda n: "a.push(" * n,
    ],
)
def test_four_times_the_text_is_about_four_times_the_work(text: Callable[[int], str]) -> None:
    less, more = _work(CDK + text(150)), _work(CDK + text(600))
    assert more < 8 * less


def test_a_long_chain_of_names_takes_little_time() -> None:
    started = process_time()
    read(CDK + "a." * 100_000 + "a = 1")
    assert process_time() - started < 20


@pytest.mark.parametrize(
    ("rest", "allowed", "default"),
    [
        ("", ("amd64",), True),
        (", architecture: lambda.Architecture.X86_64", ("amd64",), False),
        (", architecture: lambda.Architecture.ARM_64", ("arm64",), False),
        (", architecture", None, False),
        (", ...more", None, False),
    ],
)
@pytest.mark.parametrize("code", ["DockerImageCode.fromImageAsset", "Code.fromAssetImage"])
def test_a_function_runs_its_image_on_its_architecture(
    code: str, rest: str, allowed: tuple[str, ...] | None, default: bool
) -> None:
    text = "import * as lambda from 'aws-cdk-lib/aws-lambda';\n"
    text += f"new lambda.DockerImageFunction(this, 'f', {{ code: lambda.{code}('api'){rest} }})\n"
    [build] = read(text)
    assert [(each.allowed, each.default) for each in build.runs] == ([] if allowed is None else [(allowed, default)])
    place = rest.partition(": ")[2] or f"lambda.{code}('api')"
    assert [text[slice(*each.place)] for each in build.runs] == ([] if allowed is None else [place])
