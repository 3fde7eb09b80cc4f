"""Where package managers put files, beside the system's places: in folders of their own, and where they are told to.

Facts: the help and the documentation of each. What a `RUN` installs elsewhere is asked by `images.runs`.
"""

from __future__ import annotations

from prelaunch.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_VERBS = {
    name: frozenset(verbs.split())
    for name, verbs in {
        "bundle": "install config",
        "cargo": "fetch install",
        "composer": "install",
        "conda": "install clean config env create",
        "gem": "install update",
        "git": "config",
        "go": "mod install env version clean",
        "npm": "ci install i cache config prune set",
        "pdm": "install sync",
        "pip": "install uninstall cache config check list",
        "pipenv": "install sync",
        "pnpm": "install i fetch config store prune",
        "poetry": "install config cache",
        "rustup": "target component toolchain default",
        "uv": "sync pip lock cache python tool",
        "yarn": "install cache config",
    }.items()
}
"""Package managers with those of their subcommands that write only in places of their own, and in those below."""

OWN_FOLDERS = frozenset({"node_modules", ".venv", "vendor", "__pypackages__", ".yarn", ".pnpm-store"})
"""Those places, beside the system's."""

_VARIABLES = frozenset(
    "BUNDLE_BIN BUNDLE_PATH CARGO_HOME CARGO_INSTALL_ROOT CARGO_TARGET_DIR COMPOSER_BIN_DIR COMPOSER_HOME "
    "COMPOSER_VENDOR_DIR CONDA_ENVS_PATH CONDA_PREFIX GEM_HOME GOBIN GOPATH MAMBA_ROOT_PREFIX NPM_CONFIG_PREFIX "
    "PIP_PREFIX PIP_ROOT PIP_TARGET PNPM_HOME POETRY_VIRTUALENVS_PATH PYTHONUSERBASE "
    "RUSTUP_HOME UV_PROJECT_ENVIRONMENT UV_PYTHON_BIN_DIR UV_PYTHON_INSTALL_DIR UV_TOOL_BIN_DIR UV_TOOL_DIR "
    "VIRTUAL_ENV WORKON_HOME npm_config_prefix".split()
)
"""The variables that name another place; what is installed stands in it or below it."""

_OPTIONS = {
    name: frozenset(options.split())
    for name, options in {
        "bundle": "--path --binstubs",
        "cargo": "--root --target-dir",
        "conda": "-p --prefix",
        "gem": "-i --install-dir -n --bindir",
        "npm": "--prefix",
        "pip": "-t --target --prefix --root --src",
        "uv": "-t --target --prefix -i --install-dir --directory --project",
        "yarn": "--modules-folder --cwd",
    }.items()
}
"""The options that do."""

_SETTINGS = frozenset({"path", "bin", "prefix", "virtualenvs.path", "modules-folder"})
"""What `config` may set to a folder (`bundle config set path X`, `npm config set prefix X`)."""


def installer(name: str) -> str:
    """The name that the tables know a program by: `pip` for `pip3.12`, `conda` for `mamba`."""
    if name in {"pip2", "pip3"} or name.startswith("pip3."):
        return "pip"
    return "conda" if name in {"mamba", "micromamba"} else name


def is_install(name: str, words: Sequence[str]) -> bool:
    """Whether a command installs packages, so that it writes only where `places` says, beside `OWN_FOLDERS`."""
    verb = next((word for word in words if not word.startswith("-")), "install" if name == "yarn" else "")
    return verb in _VERBS.get(name, ())


def places(name: str, words: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """The folders, as written, that an installer is told to put something into."""
    yield from (value for key, value in environment.items() if key in _VARIABLES and value)
    options = _OPTIONS.get(name, frozenset())
    before = ""
    for word in words:
        key, equals, value = word.partition("=")
        if equals and value and (key in options or key in _VARIABLES):
            yield value
        elif before in options or ("config" in words and before in _SETTINGS):
            yield word
        before = word
