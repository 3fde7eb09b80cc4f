"""What the README of entrypoint-target-missing need not show: odd spellings, what node and Python look for, silence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.entrypoint_target_missing import RULE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Found = Callable[..., list[str]]

SERVER = {
    **dict.fromkeys(("server.js", "lib/index.js", "tool/__main__.py", "app.py", "start.sh"), ""),
    "package.json": "{}",
}


@pytest.mark.parametrize(
    ("base", "command", "missing"),
    [
        ("node:22", '["node", "server.js"]', False),
        ("node:22", '["node", "server"]', False),
        ("node:22", '["node", "lib"]', False),
        ("node:22", '["node", "."]', False),
        ("node:22", '["node", "main"]', True),
        ("node:22", '["node", "lib/server.js"]', True),
        ("node:22", '["node", "--enable-source-maps", "main.mjs"]', True),
        ("node:22", '["node", "-r", "dotenv/config", "main.js"]', True),
        ("node:22", '["npm", "start"]', False),
        ("node:22", '["main.js"]', False),
        ("node:22", "node main.js", True),
        ("node:22-onbuild", "node main.js", False),
        ("team/node:22", "node main.js", False),
        ("python:3.13", '["python", "tool"]', False),
        ("python:3.13", '["python", "."]', False),
        ("python:3.13", '["python", "python", "app.py"]', True),
        ("python:3.13", '["python", "main"]', True),
        ("nginx:alpine", '["/srv/start.sh"]', False),
        ("nginx:alpine", '["/srv/run.sh"]', True),
        ("nginx:alpine", '["/run.sh"]', False),  # that folder holds files of the base's own
        ("python:3.13", '["start.sh"]', True),
        ("python:3.13", "start.sh", True),
        ("python:3.13", '["tini", "--", "start.sh"]', True),
        ("python:3.13", '["sh", "start.sh"]', False),
        ("python:3.13", '["run.sh"]', False),  # may be one that the base has
        ("python:3.13", '["start"]', False),
        ("team/python:3.13", '["start.sh"]', False),
        ("scratch", '["start.sh"]', True),
    ],
)
def test_what_the_start_names_is_looked_for_as_its_reader_does(
    found: Found, base: str, command: str, *, missing: bool
) -> None:
    text = f"FROM {base}\nWORKDIR /srv\nCOPY . .\nCMD {command}\n"
    assert found(RULE, text, SERVER) == (["certain 4"] if missing else [])


@pytest.mark.parametrize(
    ("scripts", "missing"),
    [
        ({"package.json": '{"scripts": {"build": "tsc"}}'}, True),
        ({"package.json": '{"scripts": {"postinstall": "tsc"}}'}, False),
        ({"package.json": '{"scripts": ["x"]}'}, False),
        ({"package.json": "[]"}, True),
        ({"package.json": "{"}, False),
        ({}, False),
    ],
)
def test_an_install_that_may_build_says_nothing_of_what_is_not_there(
    found: Found, scripts: Mapping[str, str], *, missing: bool
) -> None:
    text = 'FROM node:22\nWORKDIR /srv\nCOPY . .\nRUN npm ci\nCMD ["node", "dist/server.js"]\n'
    assert found(RULE, text, {"server.ts": "", **scripts}) == (["certain 5"] if missing else [])


@pytest.mark.parametrize(
    "run",
    [
        "ln -s /srv/start.sh /usr/local/bin/start.sh",
        "mv *.sh /usr/local/bin/",
        "install -m 755 start.sh /usr/bin",
        "<<E\ncp start.sh /bin/\nE",
    ],
)
def test_a_script_that_a_run_may_put_into_path_is_not_missed(found: Found, run: str) -> None:
    assert found(RULE, f'FROM debian\nWORKDIR /srv\nCOPY . .\nRUN {run}\nCMD ["start.sh"]\n', SERVER) == []


@pytest.mark.parametrize("setting", ["ENV PATH=/srv:$PATH", "ENV PATH=.:$PATH", "ARG P\nENV PATH=$P"])
def test_a_path_of_its_own_is_not_judged(found: Found, setting: str) -> None:
    assert found(RULE, f'FROM debian\n{setting}\nWORKDIR /srv\nCOPY . .\nCMD ["start.sh"]\n', SERVER) == []


@pytest.mark.parametrize(
    ("path", "base"),
    [
        ("base/Dockerfile", True),
        ("docker/Dockerfile.base", True),
        ("Dockerfile-base", True),
        ("base-image/Dockerfile", True),
        ("Dockerfile.database", False),
        ("web/Dockerfile", False),
    ],
)
def test_an_image_that_is_called_a_base_starts_what_others_bring(found: Found, path: str, *, base: bool) -> None:
    folder, slash, _ = path.rpartition("/")
    text = 'FROM alpine\nCOPY x.ini /srv/\nCMD ["/srv/app"]\n'
    assert found(RULE, text, {f"{folder}{slash}x.ini": ""}, path=path) == ([] if base else ["certain 3"])


@pytest.mark.parametrize(
    ("command", "files", "missing"),
    [
        ("python -m http.server", {}, False),
        ("gunicorn superset.app:create_app()", {"superset_config.py": ""}, False),
        ("python -m celery.bin.celery", {"celery/celery.yml": ""}, False),
        ("uvicorn shop.web.api:app", {"shop/web/api.py": "app = 1"}, False),
        ("uvicorn shop.web.api:app", {"shop/web/main.py": ""}, True),
        ("uvicorn shop.web.api:app", {"shop/web/main.py": "", ".dockerignore": "shop/web"}, False),
        ("uvicorn shop.web.api:app", {"shop/__init__.py": ""}, True),
        ("uvicorn shop.web.api:app", {"shop/__init__.py": "__path__ = extend(__path__)"}, False),
    ],
)
def test_a_dotted_module_may_be_installed_where_the_image_has_no_folder_of_it(
    found: Found, command: str, files: Mapping[str, str], *, missing: bool
) -> None:
    text = f"FROM python:3.13\nWORKDIR /srv\nCOPY . .\nRUN pip install -r requirements.txt\nCMD {command}\n"
    assert found(RULE, text, {"requirements.txt": "", **files}) == (["certain 5"] if missing else [])


@pytest.mark.parametrize(
    ("service", "start", "missing"),
    [
        ("", 'CMD ["python", "main.py"]', True),
        ("command: python app.py", 'CMD ["python", "main.py"]', False),
        ("command:", 'CMD ["python", "main.py"]', True),
        ("command: serve", 'ENTRYPOINT ["python", "main.py"]', True),
        ("entrypoint: [python, app.py]", 'ENTRYPOINT ["python", "main.py"]', False),
        ("working_dir: /srv/app", 'CMD ["python", "main.py"]', False),
        ("environment: {PYTHONPATH: /srv/app}", 'CMD ["uvicorn", "main:app"]', False),
        ("environment: {DEBUG: 1}", 'CMD ["uvicorn", "main:app"]', True),
    ],
)
def test_what_compose_starts_in_its_place_is_what_counts(
    found: Found, service: str, start: str, *, missing: bool
) -> None:
    text = f"FROM python:3.13\nWORKDIR /srv\nCOPY . .\n{start}\n"
    compose = f"services:\n  web:\n    build: .\n    {service}\n"
    files = {"app/main.py": "app = 1", "compose.yml": compose}
    assert found(RULE, text, files) == (["certain 4"] if missing else [])
    # another build of the image runs it as it is
    assert found(RULE, text, {**files, "build.sh": "docker build -t registry.example.com/web .\n"}) == ["certain 4"]


@pytest.mark.parametrize(
    ("lines", "files", "missing"),
    [
        ("", {}, True),
        ("", {"gunicorn.conf.py": "workers = 2\n"}, True),
        ("", {"gunicorn.conf.py": "chdir = 'site'\n"}, False),
        ("", {"gunicorn.conf.py": "import sys\nsys.path.insert(0, 'site')\n"}, False),
        ("ENV GUNICORN_CMD_ARGS='--chdir site'", {}, False),
    ],
)
def test_gunicorn_may_be_told_elsewhere_where_to_look(
    found: Found, lines: str, files: Mapping[str, str], *, missing: bool
) -> None:
    text = f"FROM python:3.13\nWORKDIR /srv\nCOPY . .\n{lines}\nCMD gunicorn mysite.wsgi\n"
    files = {"site/mysite/wsgi.py": "application = 1", **files}
    assert found(RULE, text, files) == (["certain 5"] if missing else [])


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("streamlit run app.py", True),
        ("streamlit run --server.port 8501 app.py", True),
        ("streamlit run src/app.py", False),
        ("streamlit run https://example.com/app.py", False),
        ("streamlit hello", False),
        ("fastapi run app.py --port 80", True),
        ("fastapi dev src/app.py", False),
        ("fastapi run src", False),
        ("fastapi run", False),
    ],
)
def test_what_streamlit_and_fastapi_run_is_looked_for(found: Found, command: str, *, missing: bool) -> None:
    text = f"FROM python:3.13\nWORKDIR /srv\nCOPY . .\nCMD {command}\n"
    assert found(RULE, text, {"src/app.py": ""}) == (["certain 4"] if missing else [])
