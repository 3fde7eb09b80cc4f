"""The table of build tools: how each spells its command, its platform, its default and its environment variable.

Flags that take a value were generated from the tools' own declarations (pflag), because a flag whose value is not
skipped would be mistaken for the build context. Flags that are not named here take none.
"""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


def _flags(names: str) -> frozenset[str]:
    return frozenset(f"--{name}" if len(name) > 1 else f"-{name}" for name in names.split())


_BUILDKIT = _flags(
    "add-host allow annotation attest build-arg build-context build-platform builder buildkit-host cache-from "
    "cache-to call cgroup-parent cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems file iidfile invoke "
    "isolation label lint-fail-on memory memory-swap metadata-file network no-cache-filter output platform policy "
    "print progress project provenance resource save-tag sbom sbom-dir secret security-opt shm-size "
    "source-policy-file ssh tag target token ulimit c f m o t"
)
_BAKE = _flags("allow builder call file list metadata-file policy progress project provenance sbom set token var f")
_BUILDAH = _flags(
    "add-host annotation arch authfile blob-cache build-arg build-arg-file build-context cache-from cache-to "
    "cache-ttl cap-add cap-drop cdi-config-dir cert-dir cgroup-parent cgroupns compression-format compression-level "
    "cpp-flag cpu-period cpu-quota cpu-shares cpuset-cpus cpuset-mems creds cw decryption-key device dns dns-option "
    "dns-search env file format from hooks-dir ignorefile iidfile iidfile-raw ipc isolation jobs label layer-label "
    "logfile loglevel manifest memory memory-swap metadata-file mount net network os os-feature os-version output "
    "override-arch override-os pid platform progress retry retry-delay runtime-flag rusage-logfile sbom "
    "sbom-image-output sbom-image-purl-output sbom-merge-strategy sbom-output sbom-purl-output sbom-scanner-command "
    "sbom-scanner-image secret security-opt shm-size sign-by signature-policy source-date-epoch source-policy-file "
    "ssh tag target timestamp ulimit unsetannotation unsetenv unsetlabel userns userns-gid-map userns-gid-map-group "
    "userns-uid-map userns-uid-map-user uts variant volume c f m o t v"
)
_KANIKO = _flags(
    "bucket build-arg cache-dir cache-repo cache-ttl compression compression-level context context-sub-path "
    "custom-platform customPlatform destination digest-file dockerfile git ignore-path image-download-retry "
    "image-fs-extract-retry image-name-tag-with-digest-file image-name-with-digest-file insecure-registry kaniko-dir "
    "label log-format oci-layout-path push-retry registry-certificate registry-client-cert registry-map "
    "registry-mirror skip-tls-verify-registry snapshot-mode snapshotMode tar-path tarPath target verbosity b c d f v"
)
_PACK = _flags(
    "builder buildpack cache cache-image creation-time default-process descriptor docker-host env env-file exec-env "
    "extension gid insecure-registry lifecycle-image network path platform post-buildpack pre-buildpack "
    "previous-image pull-policy report-output-dir sbom-output-dir tag uid volume workspace B D b d e p t"
)
_COMPOSE = _flags(
    "file project-name project-directory profile env-file ansi progress parallel build-arg builder memory ssh "
    "scale timeout wait-timeout exit-code-from attach no-attach env label name publish pull user volume workdir "
    "entrypoint f p m t e l u v w"
)
_KO = _flags(
    "filename image-annotation image-label image-refs image-user jobs oci-layout-path platform sbom sbom-dir selector "
    "tags tarball user-agent f j l t"
)
_PLAIN = _flags("platform file tag registry image resource-group subscription config app f t r g c p a i")
_GCLOUD = _flags(
    "account billing-project config configuration default-buckets-behavior dir disk-size format gcs-log-dir "
    "gcs-source-staging-dir git-source-dir git-source-revision ignore-file impersonate-service-account machine-type "
    "pack project region revision service-account substitutions suppress-logs tag timeout verbosity worker-pool t"
)
_SKAFFOLD = _flags(
    "assume-yes build-artifacts build-concurrency build-image cache-file config cpu-profile custom default-repo "
    "digest-source file-output filename filepath insecure-registry kube-context kubeconfig label module mute-logs "
    "namespace output platform port-forward profile profile-auto-activation-file push remote-cache-dir repository "
    "status-check-selectors tag verbosity b c d f i l m n o p t v"
) - frozenset({"--assume-yes", "--push"})
_EARTHLY = _flags(
    "allow-privileged-remote auth-token build-arg buildkit-cache-size-mb buildkit-image buildkit-volume-name "
    "cache-from config debugger env-file env-file-path artifact-file git-branch git-password git-username "
    "installation-name logstream-debug-file org platform project remote-cache satellite secret secret-file "
    "secret-file-path server-conn-timeout ssh-auth-sock tlscacert tlscert tlskey s"
) - frozenset({"--allow-privileged-remote"})
_SAM = _flags(
    "base-dir build-dir config-env config-file container-env-var parameter-overrides profile region template "
    "template-file b e s t u"
)

_ACR = _PLAIN | _flags("agent-pool auth-mode build-arg log-template secret-build-arg source-acr-auth-id target timeout")

_DOCKER_GLOBAL = _flags("config context host log-level tlscacert tlscert tlskey c H l")
_PODMAN_GLOBAL = _flags(
    "cdi-spec-dir cgroup-manager config conmon connection context cpu-profile default-mounts-file events-backend "
    "hooks-dir host identity imagestore log-level max-workers memory-profile module namespace network-backend "
    "network-config-dir out pull-option registries-conf registries-conf-dir root runroot runtime runtime-flag "
    "short-name-alias-conf ssh storage-driver storage-opt tls-ca tls-cert tls-key tmpdir url userns-gid-map "
    "userns-uid-map volumepath H c"
)
_NERDCTL_GLOBAL = _flags(
    "address bridge-ip cdi-spec-dirs cgroup-manager cni-netconfpath cni-path data-root host host-gateway-ip hosts-dir "
    "namespace snapshotter storage-driver userns-remap H a n"
)

Kind = Literal["build", "compose", "bake", "file"]


class Tool(NamedTuple):
    """A command that builds images.

    `name` is the table's name, `kind` says where its platform is decided: on the command line, in a compose file, in a
    bake file, in another file of the tool's own. `values` are the flags that take a value. `context` is how many
    positional arguments name the context. `variable` is the environment variable that stands for the platform flag.
    `fixed` is the platform built by default where that is not the host's. `needs` are flags of which one must be given
    for the command to build at all, `without` flags of which none may be. `multi` says whether one command builds for
    several platforms everywhere, `open` why it cannot be told what it builds for without a platform.
    """

    name: str
    kind: Kind = "build"
    values: frozenset[str] = frozenset()
    platform: tuple[str, ...] = ("--platform",)
    variable: str | None = None
    fixed: str | None = None
    context: Literal["required", "optional", "none"] = "required"
    multi: bool = False
    needs: tuple[str, ...] = ()
    publishes: bool = False
    without: tuple[str, ...] = ()
    open: str = ""

    def shows_only(self, flag: str) -> bool:
        """Whether `flag` makes the command print and not build."""
        return flag in {"--help", "-h", "--print", "--list", "--list-targets", "--list-variables", "--dry-run"}


PLATFORM_VARIABLE = "DOCKER_DEFAULT_PLATFORM"
_DOCKER = Tool("docker-build", values=_BUILDKIT, variable=PLATFORM_VARIABLE)
_BUILDX = Tool("docker-buildx-build", values=_BUILDKIT, variable=PLATFORM_VARIABLE, multi=True)
_BAKED = Tool("docker-buildx-bake", "bake", _BAKE, context="none", multi=True)
_COMPOSED = Tool("docker-compose", "compose", _COMPOSE, variable=PLATFORM_VARIABLE, context="none")
_COMPOSED_UP = Tool(
    "docker-compose", "compose", _COMPOSE, variable=PLATFORM_VARIABLE, context="none", needs=("--build",)
)
_ARCH_PARTS = ("--platform", "--arch", "--os", "--variant", "--override-arch", "--override-os", "--all-platforms")
_PODMAN = Tool("podman-build", values=_BUILDAH, platform=_ARCH_PARTS, context="optional")
_BUILDAH_TOOL = Tool("buildah-build", values=_BUILDAH, platform=_ARCH_PARTS, context="optional")
_NERDCTL = Tool("nerdctl-build", values=_BUILDKIT)
_KO_TOOL = Tool(
    "ko",
    values=_KO,
    variable="KO_DEFAULTPLATFORMS",
    fixed="linux/amd64",
    context="optional",
    multi=True,
    publishes=True,
)
_EXECUTOR = Tool(
    "kaniko", values=_KANIKO, platform=("--custom-platform", "--customPlatform"), context="none", publishes=True
)
_DEPOT = Tool("depot", values=_BUILDKIT, variable=PLATFORM_VARIABLE, multi=True)
_AZURE = Tool("az-acr-build", values=_ACR, fixed="linux", publishes=True)
_FLY = Tool(
    "fly",
    values=_PLAIN,
    platform=(),
    fixed="linux/amd64",
    context="optional",
    publishes=True,
    without=("--image", "-i"),
)
_HEROKU = Tool("heroku-container", values=_PLAIN, platform=(), fixed="linux/amd64", context="optional", publishes=True)
# with `--config`, or nothing at all, it runs a cloudbuild.yaml, which is read itself
_GCLOUD_BUILD = Tool(
    "google-cloud-build",
    values=_GCLOUD,
    platform=(),
    fixed="linux/amd64",
    context="optional",
    needs=("--tag", "-t", "--pack"),
    publishes=True,
)
# with an image, or with nothing, it builds none
_GCLOUD_RUN = Tool(
    "google-cloud-run",
    values=_GCLOUD | _flags("source image"),
    platform=(),
    fixed="linux/amd64",
    context="none",
    needs=("--source",),
    publishes=True,
)
_SKAFFOLDED = Tool("skaffold", "file", _SKAFFOLD, variable="SKAFFOLD_PLATFORM", context="none", multi=True)
_EARTHLY_TOOL = Tool("earthly", "file", _EARTHLY, variable="EARTHLY_PLATFORMS", context="optional", multi=True)
_JIB_TOOL = Tool(
    "jib",
    values=_flags("file projects activate-profiles settings f P s D b p"),
    platform=("--jib.from.platforms",),
    fixed="linux/amd64",
    context="none",
    publishes=True,
)
_SPRING_TOOL = Tool(
    "spring-boot-image",
    values=_JIB_TOOL.values | {"--imagePlatform", "--imageName", "--builder", "--runImage", "--network"},
    platform=("--spring-boot.build-image.imagePlatform", "--imagePlatform"),
    context="none",
    open="the builder image decides",
)
_SAM_BUILD = Tool("aws-sam", "file", _SAM, platform=(), fixed="linux/amd64", context="none")

_COMPOSE_VERBS: dict[tuple[str, ...], Tool | None] = {
    ("build",): _COMPOSED,
    ("up",): _COMPOSED_UP,
    ("run",): _COMPOSED_UP,
    ("create",): _COMPOSED_UP,
    ("watch",): None,
}
_BUILDX_VERBS: dict[tuple[str, ...], Tool | None] = {
    ("build",): _BUILDX,
    ("b",): _BUILDX,
    ("bake",): _BAKED,
    ("f",): _BAKED,
}


def _below(word: str, verbs: dict[tuple[str, ...], Tool | None]) -> dict[tuple[str, ...], Tool | None]:
    return {(word, *path): tool for path, tool in verbs.items()}


class Program(NamedTuple):
    """An executable: the flags with a value that may stand before its subcommands, and what each subcommand builds."""

    values: frozenset[str]
    verbs: dict[tuple[str, ...], Tool | None]


PROGRAMS: dict[str, Program] = {
    "docker": Program(
        _DOCKER_GLOBAL | {"--builder"} | _COMPOSE,
        {
            ("build",): _DOCKER,
            ("image", "build"): _DOCKER,
            ("builder", "build"): _DOCKER,
            ("bake",): _BAKED,
            **_below("buildx", _BUILDX_VERBS),
            **_below("compose", _COMPOSE_VERBS),
        },
    ),
    "docker-buildx": Program(frozenset({"--builder"}), _BUILDX_VERBS),
    "buildx": Program(frozenset({"--builder"}), _BUILDX_VERBS),
    "docker-compose": Program(_COMPOSE, dict(_COMPOSE_VERBS)),
    "podman-compose": Program(_COMPOSE, dict(_COMPOSE_VERBS)),
    "podman": Program(
        _PODMAN_GLOBAL,
        {
            ("build",): _PODMAN,
            ("image", "build"): _PODMAN,
            ("buildx", "build"): _PODMAN,
            ("farm", "build"): _PODMAN,
            **_below("compose", _COMPOSE_VERBS),
        },
    ),
    "buildah": Program(
        _PODMAN_GLOBAL,
        {("build",): _BUILDAH_TOOL, ("bud",): _BUILDAH_TOOL, ("build-using-dockerfile",): _BUILDAH_TOOL},
    ),
    "nerdctl": Program(
        _NERDCTL_GLOBAL,
        {
            ("build",): _NERDCTL,
            ("image", "build"): _NERDCTL,
            ("builder", "build"): _NERDCTL,
            **_below("compose", _COMPOSE_VERBS),
        },
    ),
    "ko": Program(
        frozenset(), {(verb,): _KO_TOOL for verb in ("build", "publish", "resolve", "apply", "create", "run")}
    ),
    "depot": Program(frozenset(), {("build",): _DEPOT, ("bake",): Tool("depot", "bake", _BAKE, context="none")}),
    "img": Program(frozenset(), {("build",): Tool("img", values=_BUILDKIT)}),
    "pack": Program(frozenset(), {("build",): Tool("pack", values=_PACK)}),
    "gcloud": Program(
        _GCLOUD,
        {
            ("builds", "submit"): _GCLOUD_BUILD,
            ("beta", "builds", "submit"): _GCLOUD_BUILD,
            ("alpha", "builds", "submit"): _GCLOUD_BUILD,
            ("run", "deploy"): _GCLOUD_RUN,
            ("beta", "run", "deploy"): _GCLOUD_RUN,
            ("alpha", "run", "deploy"): _GCLOUD_RUN,
        },
    ),
    "skaffold": Program(_SKAFFOLD, {(verb,): _SKAFFOLDED for verb in ("build", "run", "dev", "debug")}),
    "earthly": Program(frozenset(), {(): _EARTHLY_TOOL}),
    "sam": Program(_SAM, {("build",): _SAM_BUILD}),
    "jib": Program(frozenset(), {(verb,): _JIB_TOOL for verb in ("build", "jar", "war")}),
    "mvn": Program(
        frozenset(),
        {
            **{(f"jib:{goal}",): _JIB_TOOL for goal in ("build", "dockerBuild", "buildTar")},
            **{(f"spring-boot:{goal}",): _SPRING_TOOL for goal in ("build-image", "build-image-no-fork")},
        },
    ),
    "gradle": Program(
        frozenset(),
        {
            **{(task,): _JIB_TOOL for task in ("jib", "jibDockerBuild", "jibBuildTar")},
            ("bootBuildImage",): _SPRING_TOOL,
        },
    ),
    "az": Program(frozenset(), {("acr", "build"): _AZURE}),
    "fly": Program(_PLAIN, {("deploy",): _FLY}),
    "flyctl": Program(_PLAIN, {("deploy",): _FLY}),
    "heroku": Program(_PLAIN, {("container:push",): _HEROKU}),
    "/kaniko/executor": Program(frozenset(), {(): _EXECUTOR}),
}
"""Executables by the last part of their path; kaniko's by its whole path, since `executor` alone says nothing."""

JIB_PLUGIN, SPRING_PLUGIN = Program(frozenset(), {(): _JIB_TOOL}), Program(frozenset(), {(): _SPRING_TOOL})
"""Maven or Gradle with a goal of Jib or Spring Boot that builds an image, among others, in any order."""

PUSHES: dict[str, set[tuple[str, ...]]] = {
    "docker": {("push",), ("image", "push"), ("manifest", "push"), ("compose", "push"), ("buildx", "imagetools")},
    "docker-compose": {("push",)},
    "podman": {("push",), ("image", "push"), ("manifest", "push")},
    "buildah": {("push",), ("manifest", "push")},
    "nerdctl": {("push",), ("image", "push")},
    "img": {("push",)},
    "crane": {("push",), ("copy",), ("cp",)},
    "skopeo": {("copy",), ("sync",)},
    "oras": {("cp",)},
    "regctl": {("image", "copy"), ("image", "import")},
}
"""Commands that hand an image to a registry."""

_PULL = Tool(
    "docker-pull", values=_flags("platform"), variable=PLATFORM_VARIABLE, platform=("--platform",), context="none"
)
_PULL_WITH_PARTS = Tool("podman-pull", values=_BUILDAH, platform=_ARCH_PARTS, context="none")
_PULL_OF_NERDCTL = Tool(
    "nerdctl-pull",
    values=_flags("platform cosign-certificate-identity cosign-key ipfs-address soci-index-digest unpack verify"),
    platform=("--platform", "--all-platforms"),
    context="none",
)

PULLS: dict[str, Program] = {
    "docker": Program(_DOCKER_GLOBAL, {("pull",): _PULL, ("image", "pull"): _PULL}),
    "podman": Program(_PODMAN_GLOBAL, {("pull",): _PULL_WITH_PARTS, ("image", "pull"): _PULL_WITH_PARTS}),
    "buildah": Program(_PODMAN_GLOBAL, {("pull",): _PULL_WITH_PARTS._replace(name="buildah-pull")}),
    "nerdctl": Program(_NERDCTL_GLOBAL, {("pull",): _PULL_OF_NERDCTL, ("image", "pull"): _PULL_OF_NERDCTL}),
}
"""Commands that fetch an image for one platform. `crane copy`, `skopeo copy` and `docker buildx imagetools create` hand
an image on without them."""

CONTAINER_WORDS = ("docker", "podman", "buildah", "nerdctl", "container", "oci_", "ctr", "engine", "img_builder")
"""What the name of a variable holds that stands for a container tool (`$(CONTAINER_TOOL) build`)."""

_NO_IMAGES = frozenset({"local", "tar", "cacheonly", "disabled"})
"""The keys of an export of Pulumi's docker-build provider that gives files or the cache alone (its `Export`)."""


def without_image(exports: Iterable[Collection[str | None]]) -> bool:
    """Whether exports of Pulumi's docker-build provider, each by its keys, take no image out of what is built."""
    every = [frozenset(keys) for keys in exports]
    return bool(every) and all(keys and keys <= _NO_IMAGES for keys in every)
