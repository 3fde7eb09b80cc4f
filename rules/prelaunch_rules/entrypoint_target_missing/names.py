"""A script that is started by its bare name, for which only the folders of PATH are asked, and that stands in none."""

from __future__ import annotations

import posixpath

from prelaunch.typed import TYPE_CHECKING
from prelaunch_rules.programs import library_of

if TYPE_CHECKING:
    from prelaunch.image import Image, Program, ShellCommand
    from prelaunch.model import Certainty
    from prelaunch.project import Project

_SCRIPTS = frozenset({".bash", ".js", ".mjs", ".php", ".pl", ".py", ".rb", ".sh"})
_KEEP = frozenset({"chmod", "chown", "dos2unix", "echo", "ls", "sed", "test"})
"""Commands that leave a file where it is."""


def not_in_path(program: Program, image: Image, project: Project) -> tuple[str, Certainty] | None:
    """The folder where the script stands, which is none of PATH, and how sure that is; None for anything else."""
    name, workdir = program.words[0].text, image.config.workdir
    if posixpath.splitext(name)[1] not in _SCRIPTS or name.startswith("docker-") or program.run == "reader":
        return None
    if not (image.base.scratch or library_of(image)) or "PATH" in image.config.env or workdir.state == "unknown":
        return None
    files = project.files_of(image)
    found = files.lookup(name)
    if found.kind not in {"repository", "heredoc"} or found.touched or _may_be_elsewhere(name, image):
        return None
    if posixpath.basename(workdir.text) in {"bin", "sbin"} or files.which(name).kind not in {"absent", "unknown"}:
        return None
    return workdir.text or "/", "certain" if found.sure else "likely"


def _may_be_elsewhere(name: str, image: Image) -> bool:
    """Whether a RUN names the file and may put it, or a link to it, elsewhere."""
    for stage in image.chain:
        for instruction in stage.instructions:
            texts = [instruction.fragment.text, *(heredoc.body.text for heredoc in instruction.heredocs)]
            if instruction.keyword != "RUN" or not any(name in text or "*" in text for text in texts):
                continue
            script = image.script(instruction)
            if script is None or not all(_keeps(name, command) for command in script.commands):
                return True
    return False


def _keeps(name: str, command: ShellCommand) -> bool:
    texts = [word.text or "" for word in command.words]
    return not texts or texts[0] in _KEEP or not any(name in text or "*" in text for text in texts)
