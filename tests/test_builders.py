"""The table of tools, held against what each tool's own declarations say: commands, flags, defaults, variables.

The lists were taken from the pflag declarations and the documentation of each tool, not from the program's table.
"""

from __future__ import annotations

import pytest

from prelaunch.builders import PROGRAMS
from prelaunch.model import Build, Source
from prelaunch.places.commands import Invocation, understand
from prelaunch.places.script import Setting, read_script
from prelaunch.project import Project
from prelaunch.resolve import Field


def run(command: str) -> Invocation | None:
    return understand([Field(word, at) for at, word in enumerate(command.split())], {})


def built(command: str) -> list[Build]:
    text = f"{command}\n"
    return list(read_script(Source("x.sh", text).whole(), Setting("shell"), Project("/nowhere")).builds)


@pytest.mark.parametrize(
    ("spelled", "tool", "fixed", "variable"),
    [
        ("docker build .", "docker-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker image build .", "docker-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker builder build .", "docker-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker buildx build .", "docker-buildx-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker buildx b .", "docker-buildx-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("buildx build .", "docker-buildx-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker-buildx build .", "docker-buildx-build", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker buildx bake", "docker-buildx-bake", None, None),
        ("docker buildx f", "docker-buildx-bake", None, None),
        ("docker bake", "docker-buildx-bake", None, None),
        ("docker compose build", "docker-compose", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker compose up --build", "docker-compose", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker compose run --build web", "docker-compose", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker compose create --build", "docker-compose", None, "DOCKER_DEFAULT_PLATFORM"),
        ("docker-compose build", "docker-compose", None, "DOCKER_DEFAULT_PLATFORM"),
        ("podman-compose build", "docker-compose", None, "DOCKER_DEFAULT_PLATFORM"),
        ("podman build .", "podman-build", None, None),
        ("podman image build .", "podman-build", None, None),
        ("podman buildx build .", "podman-build", None, None),
        ("podman farm build .", "podman-build", None, None),
        ("buildah build .", "buildah-build", None, None),
        ("buildah bud .", "buildah-build", None, None),
        ("buildah build-using-dockerfile .", "buildah-build", None, None),
        ("nerdctl build .", "nerdctl-build", None, None),
        ("nerdctl image build .", "nerdctl-build", None, None),
        ("nerdctl builder build .", "nerdctl-build", None, None),
        ("/kaniko/executor --destination a", "kaniko", None, None),
        ("executor --dockerfile Dockerfile --destination a", "kaniko", None, None),
        ("ko build ./cmd/x", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("ko publish ./cmd/x", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("ko resolve -f config", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("ko apply -f config", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("ko create -f config", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("ko run ./cmd/x", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("go run github.com/google/ko build ./cmd/x", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("go run github.com/ko-build/ko@v0.15.1 build ./cmd/x", "ko", "linux/amd64", "KO_DEFAULTPLATFORMS"),
        ("pack build name --builder b", "pack", None, None),
        ("skaffold build", "skaffold", None, "SKAFFOLD_PLATFORM"),
        ("skaffold run", "skaffold", None, "SKAFFOLD_PLATFORM"),
        ("skaffold dev", "skaffold", None, "SKAFFOLD_PLATFORM"),
        ("skaffold debug", "skaffold", None, "SKAFFOLD_PLATFORM"),
        ("earthly --push +build", "earthly", None, "EARTHLY_PLATFORMS"),
        ("depot build .", "depot", None, "DOCKER_DEFAULT_PLATFORM"),
        ("depot bake", "depot", None, None),
        ("img build .", "img", None, None),
        ("az acr build -r x .", "az-acr-build", "linux", None),
        ("gcloud builds submit --tag gcr.io/p/a", "google-cloud-build", "linux/amd64", None),
        ("gcloud beta builds submit --pack image=gcr.io/p/a", "google-cloud-build", "linux/amd64", None),
        ("fly deploy", "fly", "linux/amd64", None),
        ("gcloud run deploy api --source . --region us", "google-cloud-run", "linux/amd64", None),
        ("flyctl deploy --remote-only", "fly", "linux/amd64", None),
        ("heroku container:push web", "heroku-container", "linux/amd64", None),
        ("sam build", "aws-sam", "linux/amd64", None),
        ("mvn -B compile jib:build", "jib", "linux/amd64", None),
        ("./mvnw com.google.cloud.tools:jib-maven-plugin:3.4.0:build", "jib", "linux/amd64", None),
        ("./gradlew clean jib", "jib", "linux/amd64", None),
        ("gradle :app:jibDockerBuild --image=a", "jib", "linux/amd64", None),
        ("jib build --target=a", "jib", "linux/amd64", None),
    ],
)
def test_a_spelling_is_a_tool_with_its_default_and_its_variable(
    spelled: str, tool: str, fixed: str | None, variable: str | None
) -> None:
    invocation = run(spelled)
    assert invocation is not None
    assert (invocation.tool.name, invocation.tool.fixed, invocation.tool.variable) == (tool, fixed, variable)


@pytest.mark.parametrize(
    "spelled",
    [
        "docker compose up",
        "docker compose watch",
        "docker buildx bake --print",
        "docker buildx build --check .",
        "docker buildx build --call=targets .",
        "docker buildx create",
        "docker buildx imagetools create",
        "docker builder prune",
        "gcloud builds submit --config cloudbuild.yaml .",
        "gcloud builds submit",
        "gcloud builds list",
        "gcloud run deploy api --image registry/a",
        "fly deploy --image registry/a",
        "flyctl deploy -i registry/a",
        "heroku container:release web",
        "az acr login",
        "skaffold deploy",
        "sam deploy",
        "podman farm list",
        "buildah push a",
        "mvn clean package",
        "./gradlew build",
    ],
)
def test_what_builds_nothing_is_no_build(spelled: str) -> None:
    assert run(spelled) is None


BUILDX = (
    "add-host allow annotation attest build-arg build-context builder cache-from cache-to call cgroup-parent "
    "cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems file iidfile isolation label memory metadata-file network "
    "no-cache-filter output platform policy progress provenance resource sbom secret security-opt shm-size ssh tag "
    "target ulimit"
)
BUILDX_SWITCHES = "compress debug force-rm load no-cache pull push quiet rm squash"
CLASSIC = (
    "add-host build-arg cache-from cgroup-parent cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems file iidfile "
    "isolation label memory memory-swap network platform security-opt shm-size tag target ulimit"
)
BUILDAH = (
    "add-host annotation arch authfile blob-cache build-arg build-arg-file build-context cache-from cache-to cache-ttl "
    "cap-add cap-drop cdi-config-dir cert-dir cgroup-parent cgroupns compression-format compression-level cpp-flag "
    "cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems creds cw decryption-key device dns dns-option dns-search "
    "env file format from hooks-dir ignorefile iidfile iidfile-raw ipc isolation jobs label layer-label logfile "
    "loglevel manifest memory memory-swap metadata-file mount network os os-feature os-version output pid platform "
    "retry retry-delay runtime-flag rusage-logfile sbom sbom-image-output sbom-image-purl-output sbom-merge-strategy "
    "sbom-output sbom-purl-output sbom-scanner-command sbom-scanner-image secret security-opt shm-size sign-by "
    "signature-policy source-date-epoch source-policy-file ssh tag target timestamp ulimit unsetannotation unsetenv "
    "unsetlabel userns userns-gid-map userns-gid-map-group userns-uid-map userns-uid-map-user uts variant volume"
)
BUILDAH_SWITCHES = (
    "all-platforms compat-volumes compress created-annotation disable-compression disable-content-trust "
    "force-compression force-rm http-proxy identity-label inherit-annotations inherit-labels layers log-rusage "
    "logsplit no-cache no-hostname no-hosts omit-history pull-always pull-never quiet rewrite-timestamp rm save-stages "
    "skip-unused-stages squash stage-labels stdin tls-verify"
)
NERDCTL = (
    "add-host allow attest build-arg build-context buildkit-host cache-from cache-to file iidfile label network output "
    "platform progress provenance sbom secret source-policy-file ssh tag target"
)
DEPOT = (
    "annotation build-platform invoke lint-fail-on metadata-file no-cache-filter platform project save-tag sbom "
    "sbom-dir token"
)
PACK = (
    "builder buildpack cache cache-image creation-time default-process descriptor docker-host env env-file exec-env "
    "extension gid insecure-registry lifecycle-image network path platform post-buildpack pre-buildpack previous-image "
    "pull-policy report-output-dir sbom-output-dir tag uid volume workspace"
)
KANIKO = (
    "bucket build-arg cache-dir cache-repo cache-ttl compression compression-level context context-sub-path "
    "custom-platform customPlatform destination digest-file dockerfile git ignore-path image-download-retry "
    "image-fs-extract-retry image-name-tag-with-digest-file image-name-with-digest-file insecure-registry kaniko-dir "
    "label log-format oci-layout-path push-retry registry-certificate registry-client-cert registry-map "
    "registry-mirror skip-tls-verify-registry snapshot-mode snapshotMode tar-path tarPath target verbosity"
)
KANIKO_SWITCHES = (
    "cache cache-copy-layers cache-run-layers cleanup compressed-caching force force-build-metadata ignore-var-run "
    "insecure insecure-pull log-timestamp no-push no-push-cache reproducible single-snapshot skip-tls-verify "
    "skip-tls-verify-pull skip-unused-stages use-new-run whitelist-var-run"
)
KO = "image-label image-refs jobs oci-layout-path platform sbom sbom-dir tags tarball"
KO_SWITCHES = "bare base-import-paths debug insecure-registry local preserve-import-paths push tag-only"


@pytest.mark.parametrize(
    ("command", "values", "switches"),
    [
        ("docker build", CLASSIC, "compress disable-content-trust force-rm no-cache pull quiet rm squash"),
        ("docker build", BUILDX, BUILDX_SWITCHES),
        ("docker buildx build", BUILDX, BUILDX_SWITCHES),
        ("podman build", f"{BUILDAH} progress", f"{BUILDAH_SWITCHES} load squash-all"),
        ("buildah build", BUILDAH, BUILDAH_SWITCHES),
        ("nerdctl build", NERDCTL, "no-cache pull quiet rm"),
        ("depot build", DEPOT, "compress force-rm lint load no-cache pull push quiet rm save squash"),
        ("pack build", PACK, "clear-cache interactive publish trust-builder"),
        ("ko build", KO, KO_SWITCHES),
    ],
)
def test_a_flag_takes_a_value_or_none_so_that_the_context_is_seen(command: str, values: str, switches: str) -> None:
    for name in values.split():
        invocation = run(f"{command} --{name} value context")
        assert invocation is not None, name
        assert [field.text for field in invocation.rest] == ["context"], name
    for name in switches.split():
        invocation = run(f"{command} --{name} context")
        assert invocation is not None, name
        assert [field.text for field in invocation.rest] == ["context"], name


def test_the_flags_of_kaniko_take_values_or_none() -> None:
    for name in KANIKO.split():
        invocation = run(f"/kaniko/executor --{name} value --no-push")
        assert invocation is not None, name
        assert invocation.rest == (), name
    for name in KANIKO_SWITCHES.split():
        invocation = run(f"/kaniko/executor --{name} word")
        assert invocation is not None, name
        assert [field.text for field in invocation.rest] == ["word"], name


@pytest.mark.parametrize(
    ("command", "shorthands"),
    [
        ("docker build", "-f -o -t -m -c"),
        ("podman build", "-f -t -o -c -m -v"),
        ("buildah bud", "-f -t -o -c -m -v"),
        ("nerdctl build", "-t -f -o"),
        ("depot build", "-f -o -t -m -c"),
        ("pack build", "-p -b -B -d -D -e -t"),
    ],
)
def test_a_shorthand_takes_its_value_apart_or_glued(command: str, shorthands: str) -> None:
    for short in shorthands.split():
        for spelled in (f"{short} value", f"{short}value", f"{short}=value"):
            invocation = run(f"{command} {spelled} context")
            assert invocation is not None
            assert [field.text for field in invocation.rest] == ["context"], spelled
            assert [field.text for field in invocation.values(short)] == ["value"], spelled


def test_switches_may_be_glued_to_a_shorthand_with_a_value() -> None:
    invocation = run("docker build -qt name context")
    assert invocation is not None
    assert [field.text for field in invocation.values("-t")] == ["name"]
    assert [field.text for field in invocation.rest] == ["context"]


GLOBAL = {
    "docker": "--config -c --context -H --host -l --log-level --tlscacert --tlscert --tlskey",
    "docker buildx": "--builder",
    "podman": "-c --connection --url -H --host --config --context --identity --tls-cert --tls-key --tls-ca --ssh --out "
    "--module --cgroup-manager --cpu-profile --memory-profile --conmon --network-config-dir --default-mounts-file "
    "--events-backend --hooks-dir --cdi-spec-dir --max-workers --namespace --network-backend --root --registries-conf "
    "--runroot --imagestore --pull-option --runtime --runtime-flag --storage-driver --storage-opt --tmpdir "
    "--volumepath --log-level",
    "buildah": "--registries-conf --registries-conf-dir --short-name-alias-conf --root --runroot --cgroup-manager "
    "--storage-driver --imagestore --storage-opt --userns-uid-map --userns-gid-map --default-mounts-file --log-level "
    "--cpu-profile --memory-profile",
    "nerdctl": "-a --address -H --host -n --namespace --snapshotter --storage-driver --cni-path --cni-netconfpath "
    "--data-root --cgroup-manager --hosts-dir --host-gateway-ip --bridge-ip --cdi-spec-dirs --userns-remap",
    "gcloud": "--project --account --configuration --impersonate-service-account --verbosity --format",
}


@pytest.mark.parametrize("program", sorted(GLOBAL))
def test_a_global_flag_stands_before_the_subcommand_with_its_value(program: str) -> None:
    behind = "builds submit --tag a ." if program == "gcloud" else "build ."
    for flag in GLOBAL[program].split():
        for spelled in (f"{flag} value", f"{flag}=value"):
            assert run(f"{program} {spelled} {behind}") is not None, spelled
    for switch in {"docker": "-D --debug --tls --tlsverify", "podman": "-r --remote --noout"}.get(program, "").split():
        assert run(f"{program} {switch} {behind}") is not None, switch


@pytest.mark.parametrize(
    ("command", "state", "platforms"),
    [
        ("podman build --arch arm64 .", "explicit", ("linux/arm64",)),
        ("podman build --os linux --arch arm --variant v7 .", "explicit", ("linux/arm/v7",)),
        ("buildah bud --override-arch arm64 .", "explicit", ("linux/arm64",)),
        ("podman build --all-platforms .", "explicit", ()),
        (
            "docker buildx build --platform linux/amd64 --platform linux/arm64 .",
            "explicit",
            ("linux/amd64", "linux/arm64"),
        ),
        ("docker buildx build --platform linux/amd64,linux/arm64 .", "explicit", ("linux/amd64", "linux/arm64")),
        ("/kaniko/executor --customPlatform=linux/arm64", "explicit", ("linux/arm64",)),
        ("ko build ./x", "default", ("linux/amd64",)),
        ("KO_DEFAULTPLATFORMS=linux/arm64 ko build ./x", "explicit", ("linux/arm64",)),
        ("DOCKER_DEFAULT_PLATFORM=linux/arm64 ko build ./x", "default", ("linux/amd64",)),
        ("DOCKER_DEFAULT_PLATFORM=linux/arm64 docker build .", "explicit", ("linux/arm64",)),
        ("DOCKER_DEFAULT_PLATFORM=linux/arm64 depot build .", "explicit", ("linux/arm64",)),
        ("DOCKER_DEFAULT_PLATFORM=linux/arm64 podman build .", "missing", ()),
        ("SKAFFOLD_PLATFORM=linux/arm64 skaffold build", "explicit", ("linux/arm64",)),
        ("skaffold build --platform linux/arm64", "explicit", ("linux/arm64",)),
        ("skaffold build", "delegated", ()),
        ("mvn jib:build -Djib.from.platforms=linux/arm64,linux/amd64", "explicit", ("linux/arm64", "linux/amd64")),
        ("mvn jib:build -Djib.to.image=a", "default", ("linux/amd64",)),
        ("./mvnw -Pnative spring-boot:build-image", "unknown", ()),
        (
            "mvn spring-boot:build-image -Dspring-boot.build-image.imagePlatform=linux/amd64",
            "explicit",
            ("linux/amd64",),
        ),
        ("mvn org.springframework.boot:spring-boot-maven-plugin:3.4.0:build-image", "unknown", ()),
        ("./gradlew :api:bootBuildImage --imagePlatform linux/arm64", "explicit", ("linux/arm64",)),
        ("./gradlew clean bootBuildImage --imageName=a", "unknown", ()),
        ("gcloud builds submit -t gcr.io/p/a", "default", ("linux/amd64",)),
    ],
)
def test_the_platform_is_that_of_the_flag_the_variable_or_the_default(
    command: str, state: str, platforms: tuple[str, ...]
) -> None:
    [build] = built(command)
    assert (build.state, build.platforms) == (state, platforms)


def test_the_exported_variable_of_a_tool_is_in_force_for_that_tool_alone() -> None:
    text = "export KO_DEFAULTPLATFORMS=linux/arm64\nko build ./x\ndocker build .\n"
    found = read_script(Source("x.sh", text).whole(), Setting("shell"), Project("/nowhere")).builds
    assert [build.state for build in found] == ["explicit", "missing"]


def test_every_flag_of_the_table_is_one_word() -> None:
    for program in PROGRAMS.values():
        names = set(program.values).union(*(tool.values for tool in program.verbs.values() if tool is not None))
        assert [name for name in names if name.endswith("-") or not name.startswith("-")] == []
