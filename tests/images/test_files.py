"""Which file of the repository stands where in an image."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from prelaunch.images.runs import executable_by
from prelaunch.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from prelaunch.image import Image

    Lay = Callable[..., tuple[Project, Image]]

FILES = {
    "run.sh": "", "main.py": "", "app/a.py": "", "app/sub/b.py": "", "app/sub/c.txt": "", "conf/x.ini": "",
    "scripts/one.sh": "", "scripts/two.sh": "", "scripts/note.txt": "", "bundle.tar.gz": "",
}  # fmt: skip

WHERE = [
    # a file: under its own name in a folder, else the destination is the file
    ("COPY run.sh /x/", "/x/run.sh", "repository run.sh"),
    ("COPY run.sh /x", "/x", "repository run.sh"),
    ("COPY run.sh /x", "/x/run.sh", "absent"),
    ("COPY run.sh main.py /x/", "/x/main.py", "repository main.py"),
    ("COPY run.sh .", "/run.sh", "repository run.sh"),
    ("WORKDIR /w\nCOPY run.sh .", "run.sh", "repository run.sh"),
    ("WORKDIR /w\nCOPY run.sh ./x/", "/w/x/run.sh", "repository run.sh"),
    ("WORKDIR /w\nCOPY run.sh /w", "/w/run.sh", "repository run.sh"),
    ("COPY app /x\nCOPY run.sh /x/", "/x/run.sh", "repository run.sh"),
    ('COPY ["run.sh", "/my dir/"]', "/my dir/run.sh", "repository run.sh"),
    ("ENV D=/x\nCOPY run.sh $D/", "/x/run.sh", "repository run.sh"),
    ("ARG D\nCOPY run.sh $D/", "/x/run.sh", "unknown"),
    # a folder: its content
    ("COPY app /x", "/x/a.py", "repository app/a.py"),
    ("COPY app /x/", "/x/sub/b.py", "repository app/sub/b.py"),
    ("COPY app/ /x", "/x/app/a.py", "absent"),
    ("COPY . /x", "/x/app/a.py", "repository app/a.py"),
    ("COPY ./app/./sub /x", "/x/b.py", "repository app/sub/b.py"),
    ("COPY ../app /x", "/x/a.py", "repository app/a.py"),
    ("COPY /app /x", "/x/a.py", "repository app/a.py"),
    # wildcards
    ("COPY scripts/*.sh /bin/", "/bin/one.sh", "repository scripts/one.sh"),
    ("COPY scripts/*.sh /bin/", "/bin/note.txt", "absent"),
    ("COPY scripts/[ot]*.s? /bin/", "/bin/two.sh", "repository scripts/two.sh"),
    ("COPY ap* /x/", "/x/a.py", "repository app/a.py"),
    ("COPY none* /x/", "/x/none", "absent"),
    # flags
    ("COPY --exclude=*.txt app/sub /x/", "/x/c.txt", "repository app/sub/c.txt"),
    ("COPY --exclude=**/*.txt app/sub /x/", "/x/c.txt", "absent"),
    ("COPY --parents app/sub/b.py /x/", "/x/app/sub/b.py", "repository app/sub/b.py"),
    ("COPY --parents ./app/./sub/b.py /x/", "/x/sub/b.py", "repository app/sub/b.py"),
    # the later one counts
    ("COPY run.sh /x/f\nCOPY main.py /x/f", "/x/f", "repository main.py"),
    # what is not there yet, or comes from elsewhere
    ("COPY dist /x/", "/x/main.js", "unknown"),
    ("COPY --from=team/image /bin/tool /x/tool", "/x/tool", "image /bin/tool"),
    ("ADD https://example.com/get/tool.tgz?v=1 /x/", "/x/tool.tgz", "url https://example.com/get/tool.tgz"),
    ("ADD https://example.com/team/tool.git /x", "/x/README", "unknown"),
    ("ADD bundle.tar.gz /x", "/x/anything", "unknown"),
    ("COPY bundle.tar.gz /x/", "/x/bundle.tar.gz", "repository bundle.tar.gz"),
    ("COPY <<EOF /x/f\nhi\nEOF", "/x/f", "heredoc EOF"),
    ("COPY <<a.sh <<b.sh /x/\n1\na.sh\n2\nb.sh", "/x/b.sh", "heredoc b.sh"),
]


@pytest.mark.parametrize(("text", "path", "origin"), WHERE)
def test_a_path_of_the_image_comes_from_a_path_of_the_repository(lay: Lay, text: str, path: str, origin: str) -> None:
    project, image = lay(f"FROM scratch\n{text}\n", FILES)
    found = project.files_of(image).lookup(path)
    assert f"{found.kind} {found.path}".strip() == origin


def test_a_here_document_is_given_with_its_text(lay: Lay) -> None:
    project, image = lay("FROM scratch\nCOPY <<-EOF /f\n\t#!/bin/sh\n\tls\nEOF\n")
    found = project.files_of(image).lookup("/f")
    assert found.text is not None
    assert found.text.text == "#!/bin/sh\nls\n"


STAGES = [
    ("FROM golang AS b\nWORKDIR /s\nCOPY . .\nFROM scratch\nCOPY --from=b /s/app /x", "/x/a.py", "repository app/a.py"),
    ("FROM golang AS b\nCOPY run.sh /s/\nFROM scratch\nCOPY --from=b /s/run.sh /x/", "/x/run.sh", "repository run.sh"),
    ("FROM golang AS b\nCOPY run.sh /s/\nFROM scratch\nCOPY --from=0 /s/run.sh /go", "/go", "repository run.sh"),
    ("FROM golang AS b\nRUN go build -o /s/app .\nFROM scratch\nCOPY --from=b /s/app /x/", "/x/app", "made"),
    ("FROM golang AS b\nRUN go build -o /s/app .\nFROM scratch\nCOPY --from=b /s/app /x/", "/x/other", "absent"),
    ("FROM golang AS b\nRUN make\nFROM scratch\nCOPY --from=b /s/app /x/", "/x/app", "unknown"),
    ("FROM golang AS b\nRUN make\nFROM scratch\nCOPY --from=b /s/app /x/", "/y", "absent"),
    ("FROM scratch AS b\nCOPY run.sh /\nFROM b", "/run.sh", "repository run.sh"),
    ("FROM scratch AS b\nONBUILD COPY run.sh /\nFROM b", "/run.sh", "repository run.sh"),
]


@pytest.mark.parametrize(("text", "path", "origin"), STAGES)
def test_a_copy_from_a_stage_is_followed_into_it(lay: Lay, text: str, path: str, origin: str) -> None:
    project, image = lay(text, FILES)
    found = project.files_of(image).lookup(path)
    assert f"{found.kind} {found.path}".strip().removesuffix(" /s/app") == origin


PLACES = [
    ("RUN conda env create -p /app/env", "/app/env/bin/python", "made"),
    ("RUN mamba create --prefix=/app/env python", "/app/env/bin/python", "made"),
    ("ENV UV_PROJECT_ENVIRONMENT=/opt/venv\nRUN uv sync", "/opt/venv/bin/python", "made"),
    ("RUN UV_PROJECT_ENVIRONMENT=/opt/venv uv sync", "/opt/venv/bin/python", "made"),
    ("RUN export UV_PROJECT_ENVIRONMENT=/opt/venv && uv sync", "/opt/venv/bin/python", "made"),
    ("RUN env UV_PROJECT_ENVIRONMENT=/opt/venv uv sync", "/opt/venv/bin/python", "made"),
    ("ARG V\nENV UV_PROJECT_ENVIRONMENT=$V\nRUN uv sync", "/opt/venv/bin/python", "unknown"),
    ("RUN uv sync", "/opt/venv/bin/python", "absent"),
    ("RUN uv venv /opt/venv --python 3.12", "/opt/venv/bin/python", "made"),
    ("RUN uv venv", "/.venv/bin/python", "made"),
    ("ENV GOBIN=/app/bin\nRUN go install ./cmd/server", "/app/bin/server", "made"),
    ("RUN go env -w GOBIN=/app/bin && go install ./cmd/server", "/app/bin/server", "made"),
    ("RUN cargo install --path . --root /app/out", "/app/out/bin/app", "made"),
    ("RUN cargo install --path /app/src", "/app/out/bin/app", "absent"),
    ("ENV BUNDLE_BIN=/app/exe\nRUN bundle install", "/app/exe/puma", "made"),
    ("RUN bundle config set --local path /app/gems && bundle install", "/app/gems/bin/puma", "made"),
    ("RUN npm config set prefix /opt/npm && npm install -g x", "/opt/npm/bin/x", "made"),
    ("RUN poetry config virtualenvs.path /venvs && poetry install", "/venvs/x/bin/python", "made"),
    ("RUN pip install --target=/deps flask", "/deps/bin/flask", "made"),
    ("RUN pip install --target=/deps flask", "/app/bin/flask", "absent"),
    ("RUN pip install -r /app/requirements.txt", "/app/bin/flask", "absent"),
]


@pytest.mark.parametrize(("text", "path", "kind"), PLACES)
def test_an_installer_puts_things_where_it_is_told(lay: Lay, text: str, path: str, kind: str) -> None:
    project, image = lay(f"FROM debian\n{text}\n", FILES)
    assert project.files_of(image).lookup(path).kind == kind


@pytest.mark.parametrize(
    "run",
    [
        "find . -name '*.sh' -exec sed -i 's/\\r$//' {} +",
        "ls *.sh | xargs perl -pi -e 's/\\r\\n/\\n/'",
        "chmod +x /{run,stop}.sh",
        "ls /*.sh | xargs chmod +x",
    ],
)
def test_what_may_mend_a_file_touches_it(lay: Lay, run: str) -> None:
    project, image = lay(f"FROM debian\nCOPY run.sh /\nRUN {run}\n", FILES)
    assert project.files_of(image).lookup("/run.sh").touched


MODES = [
    ("COPY run.sh /", None, None),
    ("COPY --chmod=755 run.sh /", "755", True),
    ("COPY --chmod=0644 run.sh /", "0644", False),
    ("COPY --chmod=u=rwX,go=rX run.sh /", "u=rwX,go=rX", None),
    ("COPY run.sh /\nRUN chmod +x /run.sh", "+x", True),
    ("COPY run.sh /\nRUN chmod 755 /*.sh", "755", True),
    ("COPY run.sh /\nRUN cd / && chmod u+x run.sh", "u+x", True),
    ("COPY . /app/\nRUN chmod -R a+rx /app", "a+rx", True),
    ("COPY --chmod=755 run.sh /\nRUN chmod 644 /run.sh", "644", False),
    ("RUN chmod +x /run.sh\nCOPY run.sh /", None, None),
    ("COPY run.sh /\nRUN chmod +x /other.sh", None, None),
]


@pytest.mark.parametrize(("text", "mode", "executable"), MODES)
def test_a_mode_that_the_dockerfile_gives_is_known(
    lay: Lay, text: str, mode: str | None, executable: bool | None
) -> None:
    project, image = lay(f"FROM debian\n{text}\n", FILES)
    found = project.files_of(image).lookup("/app/run.sh" if "/app" in text else "/run.sh")
    assert (found.kind, found.mode, found.executable) == ("repository", mode, executable)
    assert found.sure
    assert not found.touched


@pytest.mark.parametrize(
    ("mode", "executable"),
    [
        ("755", True), ("0644", False), ("4711", True), ("9", None), ("+x", True), ("a-x", False), ("u+x,g-w", True),
        ("=r", False), ("u=rw", None), ("+X", None), ("go-w", None), ("rubbish", None),
    ],
)  # fmt: skip
def test_a_mode_makes_a_file_executable_or_not(mode: str, executable: bool | None) -> None:
    assert executable_by(mode) is executable


AFTERWARDS = [
    ("RUN sed -i 's/\\r$//' /run.sh", (True, True, 0)),
    ("RUN sed -i -e 's/\\r//g' /run.sh /main.py", (True, True, 0)),
    ("RUN dos2unix /run.sh", (True, True, 0)),
    ("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*", (False, True, 0)),
    ("RUN pip install -r requirements.txt", (False, True, 0)),
    ("RUN make install", (False, False, 0)),
    ("RUN ./fix run.sh", (False, False, 1)),
    ("RUN find / -name '*.sh' -exec chmod +x {} ;", (False, False, 1)),
    ('SHELL ["pwsh"]\nRUN pip install x', (False, False, 0)),
]


@pytest.mark.parametrize(("text", "expected"), AFTERWARDS)
def test_what_happens_to_a_file_afterwards_is_noted(lay: Lay, text: str, expected: tuple[bool, bool, int]) -> None:
    project, image = lay(f"FROM debian\nCOPY run.sh /\n{text}\n", FILES)
    found = project.files_of(image).lookup("/run.sh")
    assert (found.unix, found.sure, len(found.touched)) == expected


@pytest.mark.parametrize("run", ["cp x /run.sh", "echo > /run.sh", "rm /run.sh", "mv /a /run.sh", "curl -o /run.sh u"])
def test_a_file_that_a_run_writes_is_not_the_repository_s(lay: Lay, run: str) -> None:
    project, image = lay(f"FROM debian\nCOPY run.sh /\nRUN {run}\n", FILES)
    assert project.files_of(image).lookup("/run.sh").kind == "made"


COMPLETE = [
    ("FROM scratch\nCOPY app /x", "/x", True),
    ("FROM python:3\nWORKDIR /app\nCOPY . .", "/app", True),
    ("FROM python:3\nWORKDIR /app\nCOPY . .\nRUN pip install -r r.txt", "/app", True),
    ("FROM python:3\nWORKDIR /app\nCOPY . .\nRUN npm ci", "/app/node_modules", False),
    ("FROM python:3\nWORKDIR /app\nCOPY . .\nRUN ./build.sh", "/app", False),
    ("FROM python:3\nWORKDIR /app\nCOPY . .\nRUN git clone https://example.com/x.git", "/app", True),
    ("FROM python:3\nWORKDIR /app\nCOPY . .\nRUN git clone https://example.com/x.git", "/app/x", False),
    ("FROM python:3\nCOPY . /usr/local/bin", "/usr/local/bin", False),
    ("FROM team/base\nWORKDIR /app\nCOPY . .", "/app", False),
    ("FROM python:3\nCOPY dist /app", "/app", False),
    ("FROM python:3\nCOPY --from=team/x / /app", "/app", False),
    ("FROM python:3\nCOPY --from=team/x /y /app/y/", "/app", True),
]


@pytest.mark.parametrize(
    ("text", "folder", "holds"),
    [
        ("COPY . /x", "/x", True),
        ("COPY . /x", "/x/app", True),
        ("COPY . /x", "/x/conf", False),
        ("COPY app /x/shop", "/x", True),
        ("COPY conf /x/shop", "/x", False),
        ("COPY main.py /x/shop/", "/x", True),
        ("COPY main.py /x/shop/web.py", "/x", True),
        ("COPY main.py /x/shop", "/x", False),
        ("COPY none /x", "/x", False),
        ("COPY --parents app /x", "/x/app", False),
        ("FROM scratch AS a\nCOPY app /a\nFROM scratch\nCOPY --from=a /a /x", "/x/sub", True),
        ("FROM scratch AS a\nCOPY app /a\nFROM scratch\nCOPY --from=a /a/sub /x", "/x/sub", False),
    ],
)
def test_a_folder_holds_what_is_surely_copied_below_it(lay: Lay, text: str, folder: str, *, holds: bool) -> None:
    project, image = lay(text if text.startswith("FROM") else f"FROM scratch\n{text}\n", FILES)
    assert project.files_of(image).holds(folder, ".py") is holds


@pytest.mark.parametrize(("text", "folder", "complete"), COMPLETE)
def test_a_folder_is_complete_where_nothing_unknown_writes_there(
    lay: Lay, text: str, folder: str, complete: bool
) -> None:
    project, image = lay(text, FILES)
    assert project.files_of(image).complete(folder) is complete


WHICH = [
    ("COPY run.sh /usr/local/bin/run", "run", "repository"),
    ("COPY run.sh /opt/run", "run", "absent"),
    ('COPY run.sh /opt/run\nENV PATH="/opt:$PATH"', "run", "repository"),
    ("COPY run.sh /bin/run\nENV PATH=/x", "run", "absent"),
    ("WORKDIR /w\nCOPY run.sh .", "./run.sh", "repository"),
    ("RUN make\n", "run", "unknown"),
]


@pytest.mark.parametrize(("text", "name", "kind"), WHICH)
def test_a_bare_name_is_looked_for_in_the_path(lay: Lay, text: str, name: str, kind: str) -> None:
    project, image = lay(f"FROM scratch\n{text}\n", FILES)
    assert project.files_of(image).which(name).kind == kind


def test_the_ignore_file_of_the_dockerfile_comes_before_that_of_the_context(lay: Lay) -> None:
    files = {**FILES, ".dockerignore": "app\n"}
    project, image = lay("FROM scratch\nCOPY . /x\n", files)
    assert project.files_of(image).lookup("/x/app/a.py").kind == "absent"
    project, image = lay("FROM scratch\nCOPY . /x\n", {**files, "Dockerfile.dockerignore": "scripts\n"})
    assert project.files_of(image).lookup("/x/app/a.py").kind == "repository"
    assert project.files_of(image).lookup("/x/scripts/one.sh").kind == "absent"


def test_a_file_that_git_ignores_may_be_there_by_the_time_of_the_build(lay: Lay, tmp_path: Path) -> None:
    project, image = lay("FROM scratch\nCOPY . /x\n", {**FILES, ".gitignore": "*.gen.py\n"})
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    assert project.files_of(image).lookup("/x/app/v.gen.py").kind == "unknown"
    assert project.files_of(image).lookup("/x/app/v.py").kind == "absent"


def test_a_file_of_a_submodule_may_be_there_too(lay: Lay) -> None:
    modules = '[submodule "lib"]\n\tpath = lib\n\turl = https://example.com/lib.git\n'
    project, image = lay("FROM scratch\nCOPY . /x\n", {**FILES, ".gitmodules": modules})
    assert project.files_of(image).lookup("/x/lib/a.py").kind == "unknown"


CONTEXTS = [
    ("docker build -f deploy/Dockerfile .", "repository main.py"),
    ("docker build deploy", "unknown"),
    ("cd deploy && docker build .", "unknown"),
    ("docker build -f deploy/Dockerfile $CONTEXT", "unknown"),
    # nobody says it: the folder that has the sources
    ("ls", "repository main.py"),
]


@pytest.mark.parametrize(("command", "origin"), CONTEXTS)
def test_the_context_is_what_the_build_says(lay: Lay, command: str, origin: str) -> None:
    files = {"main.py": "", "build.sh": f"#!/bin/sh\n{command}\n"}
    project, image = lay("FROM scratch\nCOPY main.py /\n", files, "deploy/Dockerfile")
    found = project.files_of(image).lookup("/main.py")
    assert f"{found.kind} {found.path}".strip() == origin


def test_before_the_builds_are_asked_the_context_is_guessed(lay: Callable[..., tuple[Project, Image]]) -> None:
    files = {"deploy/run.sh": "x\n", "build.sh": 'docker build -f deploy/Dockerfile "$1"\n'}
    project, image = lay("FROM scratch\nCOPY run.sh /\n", files, "deploy/Dockerfile")
    assert project.files_of(image).lookup("/run.sh").kind == "unknown"
    guessed = Project(project.files)
    found = guessed.files_of(image._replace(builds=None)).lookup("/run.sh")
    assert (found.kind, found.path) == ("repository", "deploy/run.sh")
