"""The images that deploy files name, and the architecture that they require."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.deploy import could_be, deployed_images, deployments, repository
from prelaunch.model import UNKNOWN, Deployment, Source, Span
from prelaunch.project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("image", "name"),
    [
        ("api", "api"),
        ("api:1", "api"),
        ("acme/api:1@sha256:00", "acme/api"),
        ("host:5000/acme/api", "host:5000/acme/api"),
        ("host:5000/acme/api:2", "host:5000/acme/api"),
        ("docker.io/library/redis:7", "redis"),
        ("docker.io/acme/api", "acme/api"),
    ],
)
def test_an_image_is_known_by_its_repository(image: str, name: str) -> None:
    assert repository(image) == name


def test_manifests_are_found_where_they_usually_lie(tmp_path: Path) -> None:
    texts = {
        "deploy/base/api.yaml": 'kind: Pod\nspec:\n  containers:\n    - image: "acme/api:1" # pinned\n',
        "pod.yml": "kind: Pod\nspec:\n  containers:\n    - name: a\n      image: root/app\n",
        "k8s/template.yaml": "kind: Pod\nspec:\n  image: {{ .Values.image }}\n",
        "compose.yaml": "services:\n  a:\n    image: not/deployed\n",
        "src/other.yaml": "kind: Pod\nimage: not/searched\n",
    }
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    project = Project(str(tmp_path))
    assert set(deployed_images(project)) == {"acme/api", "root/app"}
    assert project.deploys("acme/api:dev")
    assert not project.deploys("acme/other")


def project_of(tmp_path: Path, texts: dict[str, str]) -> Project:
    for path, text in texts.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Project(str(tmp_path))


POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: {image}\n"
AFFINITY = """\
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
"""


def term(operator: str, values: str) -> str:
    """One alternative of a node affinity."""
    lines = (
        "- matchExpressions:",
        "    - key: kubernetes.io/arch",
        f"      operator: {operator}",
        f"      values: {values}",
    )
    return "".join(f"          {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("k8s/a.yaml", POD.format(image="docker.io/acme/api:1"), "acme/api"),
        ("k8s/a.yaml", POD.format(image='"acme/api:{{ .Values.tag }}"'), "acme/api"),
        ("k8s/a.yaml", POD.format(image="acme/api:$(TAG)"), "acme/api"),
        ("src/any/where.yaml", POD.format(image="acme/api"), "acme/api"),
        ("charts/api/values.yaml", "image:\n  repository: acme/api\n  tag: x\n", "acme/api"),
        ("values.yaml", "image:\n  registry: ghcr.io\n  repository: acme/api\n", "ghcr.io/acme/api"),
        ("k8s/kustomization.yaml", "images:\n  - name: api\n    newName: acme/api\n    newTag: '2'\n", "acme/api"),
        ("ecs/task.json", '{"containerDefinitions": [\n{"image": "acme/api:1",\n"name": "a"}]}', "acme/api"),
        ("template.yaml", "Resources:\n  A:\n    Type: AWS::Lambda::Function\n    ImageUri: acme/api:1\n", "acme/api"),
        ("infra/a.tf", 'resource "aws_lambda_function" "a" {\n  image_uri = "acme/api:1"\n}\n', "acme/api"),
        ("a.nomad", 'job "a" {\n group "b" {\n  task "c" {\n   config {\n    image = "acme/api"\n}}}}\n', "acme/api"),
        ("fly.toml", 'app = "a"\n[build]\n  image = "acme/api:1"\n', "acme/api"),
    ],
)
def test_an_image_is_found_in_every_kind_of_deploy_file(tmp_path: Path, path: str, text: str, name: str) -> None:
    assert list(deployed_images(project_of(tmp_path, {path: text}))) == [name]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/a.yaml", POD.format(image="{{ .Values.image }}")),
        ("k8s/a.yaml", POD.format(image="${REGISTRY}/api:1")),
        ("k8s/a.yaml", POD.format(image="acme/{{ .Chart.Name }}:1")),
        ("tests/a.yaml", POD.format(image="acme/api")),
        ("compose.yaml", "services:\n  a:\n    image: acme/api\n    platform: linux/arm64\n"),
        ("package-lock.json", '{"containerDefinitions": [{"image": "acme/api:1"}]}'),
        (".gitlab-ci.yml", "image: acme/ci\n"),
    ],
)
def test_what_is_no_literal_image_of_a_deploy_file_is_none(tmp_path: Path, path: str, text: str) -> None:
    assert not deployed_images(project_of(tmp_path, {path: text}))


ECS = '{"containerDefinitions": [{"image": "acme/api:1"}], "requiresCompatibilities": ["%s"]%s}'
SAM = """\
Globals:
  Function:
    Architectures: [{shared}]
Resources:
  Api:
    Type: AWS::Serverless::Function
    Properties:
      PackageType: Image
      ImageUri: !Sub "acme/api:${{Tag}}"
{own}"""
RUN = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata:\n  annotations:\n    {annotation}\nspec:\n"
RUN += "  template:\n    spec:\n      containers:\n        - image: acme/api:1\n"
BUILT = """\
service: shop
provider:
  name: aws
{provider}  ecr: {{images: {{api: {image}}}}}
functions:
  a:
    image: api
"""
SERVERLESS = (
    "provider:\n  name: aws\n{provider}functions:\n  a:\n    image: 1.dkr.ecr.x.amazonaws.com/api@sha256:0\n{own}"
)
NOMAD = """\
job "a" {{
  constraint {{
    attribute = "${{attr.cpu.arch}}"
    {operator}
    value     = "arm64"
  }}
  group "b" {{
    task "c" {{
      config {{
        image = "acme/api:${{var.tag}}"
      }}
    }}
  }}
}}
"""
TASK = """\
variable "arch" {{
  default = "ARM64"
}}
resource "aws_ecs_task_definition" "a" {{
  requires_compatibilities = ["FARGATE"]
  container_definitions = jsonencode([{{ name = "a", image = "acme/api:1" }}])
{platform}
}}
"""
CLOUD_RUN = """\
resource "google_cloud_run_v2_service" "a" {
  template {
    containers {
      image = "a/b"
    }
  }
}
"""
RUNTIME = "runtime_platform {{\n    cpu_architecture = {value}\n  }}"


@pytest.mark.parametrize(
    ("path", "text", "allowed", "refused", "line", "default"),
    [
        ("k8s/a.yaml", POD.format(image="a/b") + "  nodeSelector:\n    kubernetes.io/arch: amd64\n", "amd64", "", 7, 0),
        (
            "k8s/a.yaml",
            POD.format(image="a/b") + "  nodeSelector: {beta.kubernetes.io/arch: arm64}\n",
            "arm64",
            "",
            6,
            0,
        ),
        ("k8s/a.yaml", POD.format(image="a/b") + AFFINITY + term("In", "[amd64]"), "amd64", "", 11, 0),
        ("k8s/a.yaml", POD.format(image="a/b") + AFFINITY + term("In", "[amd64, arm64]"), "amd64 arm64", "", 11, 0),
        ("k8s/a.yaml", POD.format(image="a/b") + AFFINITY + term("NotIn", "[arm64]"), "", "arm64", 11, 0),
        (
            "k8s/a.yaml",
            POD.format(image="a/b") + AFFINITY + term("In", "[amd64]") + term("In", "[s390x]"),
            "amd64 s390x",
            "",
            11,
            0,
        ),
        ("values.yaml", "image:\n  repository: a/b\nnodeSelector:\n  kubernetes.io/arch: arm64\n", "arm64", "", 4, 0),
        ("ecs/task.json", ECS % ("FARGATE", ""), "amd64", "", 1, 1),
        ("ecs/task.json", ECS % ("EC2", ',"runtimePlatform": {"cpuArchitecture": "ARM64"}'), "arm64", "", 1, 0),
        ("template.yaml", SAM.format(shared="arm64", own=""), "arm64", "", 3, 0),
        ("template.yaml", SAM.format(shared="arm64", own="      Architectures: [x86_64]\n"), "amd64", "", 10, 0),
        ("serverless.yml", SERVERLESS.format(provider="", own=""), "amd64", "", 5, 1),
        ("serverless.yml", SERVERLESS.format(provider="  architecture: arm64\n", own=""), "arm64", "", 3, 0),
        ("serverless.yml", SERVERLESS.format(provider="", own="    architecture: arm64\n"), "arm64", "", 6, 0),
        ("serverless.yml", BUILT.format(provider="", image="{path: ./api}"), "amd64", "", 7, 1),
        ("serverless.yml", BUILT.format(provider="  architecture: arm64\n", image="{path: a}"), "arm64", "", 4, 0),
        ("run/service.yaml", RUN.format(annotation="run.googleapis.com/ingress: all"), "amd64", "", 10, 1),
        ("a.nomad", NOMAD.format(operator=""), "arm64", "", 2, 0),
        ("a.nomad", NOMAD.format(operator='operator = "!="'), "", "arm64", 2, 0),
        ("a.tf", TASK.format(platform=""), "amd64", "", 6, 1),
        ("a.tf", TASK.format(platform=RUNTIME.format(value='"ARM64"')), "arm64", "", 8, 0),
        ("a.tf", TASK.format(platform=RUNTIME.format(value="var.arch")), "arm64", "", 8, 0),
        ("a.tf", 'resource "aws_lambda_function" "a" {\n  image_uri = "a/b:1"\n}\n', "amd64", "", 2, 1),
        ("a.tf", CLOUD_RUN, "amd64", "", 4, 1),
        ("fly.toml", '[build]\n  image = "acme/api:1"\n', "amd64", "", 2, 1),
        ("compose.yaml", "services:\n  a:\n    image: a/b\n    platform: linux/arm64/v8\n", "arm64", "", 4, 0),
    ],
)
def test_what_a_deploy_file_requires_of_the_machine(
    tmp_path: Path, path: str, text: str, allowed: str, refused: str, line: int, default: int
) -> None:
    (found,) = deployments(project_of(tmp_path, {path: text}))
    assert (" ".join(found.allowed), " ".join(found.refused)) == (allowed, refused)
    assert (found.source.position(found.place.start)[0], found.default) == (line, bool(default))
    assert found.said


@pytest.mark.parametrize(
    ("service", "image", "name"),
    [
        ("shop", "{path: ./api}", "serverless-shop:api"),
        ("{name: shop}", "{path: ./api}", "serverless-shop:api"),
        ("${self:custom.name}", "{path: ./api}", ""),
        ("shop", "{uri: 1.dkr.ecr.eu.amazonaws.com/api}", ""),
        ("shop", "1.dkr.ecr.eu.amazonaws.com/api", ""),
        ("shop", "{}", ""),
    ],
)
def test_a_function_of_serverless_runs_the_image_that_it_builds(
    tmp_path: Path, service: str, image: str, name: str
) -> None:
    text = BUILT.format(provider="", image=image).replace("service: shop", f"service: {service}")
    project = project_of(tmp_path, {"serverless.yml": text, "api/Dockerfile": "FROM scratch\n"})
    found = [each.image for each in deployments(project)]
    builds = [build.images for build in project.builds_of("api/Dockerfile")]
    assert found == ([name] if name else [f"{UNKNOWN}:api"] if "path" in image else [])
    assert builds == ([(found[0],)] if found else [])
    assert len(project.deployments("serverless-shop:api")) == (name != "")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("k8s/a.yaml", POD.format(image="a/b") + "  nodeSelector:\n    kubernetes.io/os: linux\n"),
        ("k8s/a.yaml", POD.format(image="a/b") + "  nodeSelector:\n    kubernetes.io/arch: '{{ .Values.arch }}'\n"),
        # either alternative may be the one, and the second asks for nothing
        (
            "k8s/a.yaml",
            POD.format(image="a/b")
            + AFFINITY
            + term("In", "[amd64]")
            + "          - matchExpressions: [{key: gpu, operator: Exists}]\n",
        ),
        ("k8s/a.yaml", POD.format(image="a/b") + "  nodeSelector: {kubernetes.io/arch: amd64}\n  x: [\n"),
        ("ecs/task.json", ECS % ("EC2", "")),
        ("ecs/task.json", ECS % ("FARGATE", ',"runtimePlatform": {"cpuArchitecture": "${ARCH}"}')),
        ("template.yaml", SAM.format(shared="!Ref Arch", own="")),
        ("run/service.yaml", RUN.format(annotation="autoscaling.knative.dev/x: y")),
        ("a.nomad", NOMAD.format(operator='operator = "regexp"')),
        ("a.tf", TASK.format(platform=RUNTIME.format(value="var.other"))),
        ("compose.yaml", "services:\n  a:\n    image: a/b\n    build: .\n    platform: linux/arm64\n"),
        ("compose.yaml", "services:\n  a:\n    image: a/b\n    platform: ${P}\n"),
    ],
)
def test_what_is_not_known_requires_nothing(tmp_path: Path, path: str, text: str) -> None:
    assert deployments(project_of(tmp_path, {path: text})) == ()


SELECTED = POD + "  nodeSelector:\n    kubernetes.io/arch: arm64\n"


@pytest.mark.parametrize(
    ("texts", "platform"),
    [
        ({"k8s/a.yaml": SELECTED.format(image="a/b:1")}, "linux/arm64"),
        ({"k8s/a.yaml": SELECTED.format(image="a/b:1"), "k8s/b.yaml": SELECTED.format(image="a/b:2")}, "linux/arm64"),
        ({"k8s/a.yaml": SELECTED.format(image="a/b:1"), "k8s/b.yaml": POD.format(image="a/c:1")}, "linux/arm64"),
        ({"k8s/a.yaml": SELECTED.format(image="a/b:1"), "k8s/b.yaml": POD.format(image="a/b:1")}, None),
        ({"k8s/a.yaml": POD.format(image="a/b:1")}, None),
        ({"fly.toml": '[build]\n  image = "a/b:1"\n'}, None),
        (
            {
                "k8s/a.yaml": SELECTED.format(image="a/b"),
                "ecs/task.json": ECS.replace("acme/api:1", "a/b")
                % ("EC2", ',"runtimePlatform": {"cpuArchitecture": "X86_64"}'),
            },
            None,
        ),
    ],
)
def test_a_platform_is_required_where_every_place_writes_it(
    tmp_path: Path, texts: dict[str, str], platform: str | None
) -> None:
    assert project_of(tmp_path, texts).required_platform("a/b:dev") == platform


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("a/b", "a/b:latest", True),
        ("docker.io/a/b:1", "a/b:1", True),
        ("a/b:1", "a/b:2", False),
        ("a/b:1", "a/c:1", False),
        (f"a/b:{UNKNOWN}", "a/b:2", None),
        ("a/b:…", "a/b:2", None),
        ("a/b@sha256:0", "a/b:2", None),
    ],
)
def test_two_names_may_be_one_image(first: str, second: str, same: bool | None) -> None:
    assert could_be(first, second) is same


@given(st.text(), st.sampled_from(["k8s/a.yaml", "a.tf", "a.nomad", "fly.toml", "serverless.yml", "ecs/task.json"]))
@settings(max_examples=200, deadline=None)
def test_any_text_gives_deployments_or_none(text: str, path: str) -> None:
    marks = "kind: image apiVersion kubernetes.io/arch containerDefinitions provider: aws_lambda_function job task \n"
    with tempfile.TemporaryDirectory() as root:
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8", errors="surrogatepass") as file:
            file.write(f"# {marks}{text}")
        project = Project(root)
        deployed_images(project)
        deployments(project)


@pytest.mark.parametrize(
    ("allowed", "refused", "architecture", "taken"),
    [
        ("amd64", "", "amd64", True),
        ("amd64", "", "arm64", False),
        ("amd64", "", "386", True),
        ("arm64", "", "arm", True),
        ("arm64", "", "386", False),
        ("amd64 arm64", "", "arm64", True),
        ("", "arm64", "arm64", False),
        ("", "arm64", "amd64", True),
        ("", "arm64", "arm", True),
    ],
)
def test_a_machine_takes_images_of_its_architecture(allowed: str, refused: str, architecture: str, taken: bool) -> None:
    span = Span(0, 0)
    deployment = Deployment(
        Source("a", ""), span, "Kubernetes", "a", tuple(allowed.split()), tuple(refused.split()), "", span
    )
    assert deployment.takes(architecture) is taken
