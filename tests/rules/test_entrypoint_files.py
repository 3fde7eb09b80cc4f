"""What the READMEs of the rules about the first program's file need not show: where nobody can tell, and odd ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.entrypoint_crlf import RULE as CRLF
from prelaunch_rules.entrypoint_interpreter_missing import RULE as INTERPRETER
from prelaunch_rules.entrypoint_no_shebang import RULE as SHEBANG
from prelaunch_rules.entrypoint_target_missing import RULE as TARGET

if TYPE_CHECKING:
    from collections.abc import Callable

    Found = Callable[..., list[str]]

LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


def test_a_pointer_of_git_lfs_is_not_what_the_container_starts(found: Found) -> None:
    text = 'FROM debian\nCOPY --chmod=755 server /server\nENTRYPOINT ["/server"]\n'
    assert found(SHEBANG, text, {"server": LFS}) == []
    assert found(SHEBANG, text, {"server": "version 1\n"}) == ["likely 3"]


@pytest.mark.parametrize(
    ("run", "missing"),
    [
        ("apk add --no-cache curl", True),
        ("apk add --no-cache bash", False),
        ("apk add $(cat /packages.txt)", False),
        ("apk add `cat /packages.txt`", False),
        ("xargs apk add < /packages.txt", False),
        ("apk add $PACKAGES", False),
        ("sh /setup.sh", False),
        ("/setup.sh", False),
        ("make deps", False),
        ("wget -qO- https://example.com/install | sh", False),
        ("more='curl git' && apk add $more", True),
        ("curl -o /usr/bin/x https://example.com/$(uname -m)", True),
    ],
)
def test_packages_that_a_file_lists_may_bring_the_interpreter(found: Found, run: str, *, missing: bool) -> None:
    text = f'FROM alpine\nARG PACKAGES\nCOPY . /\nRUN {run}\nCMD ["/run.sh"]\n'
    assert found(INTERPRETER, text, {"run.sh": "#!/bin/bash\n"}) == (["likely 5"] if missing else [])


@pytest.mark.parametrize(
    ("base", "copy", "missing"),
    [
        ("gcr.io/distroless/static", "COPY run.sh /run.sh", True),
        (
            "gcr.io/distroless/static",
            "COPY run.sh /run.sh\nCOPY --from=a /usr/share/zoneinfo /usr/share/zoneinfo",
            True,
        ),
        ("gcr.io/distroless/static", "COPY run.sh /run.sh\nCOPY --from=busybox /bin/busybox /bin/sh", False),
        ("gcr.io/distroless/static:debug", "COPY run.sh /run.sh", False),
    ],
)
def test_a_script_is_not_its_own_shell(found: Found, base: str, copy: str, *, missing: bool) -> None:
    text = f'FROM debian AS a\nFROM {base}\n{copy}\nCMD ["/run.sh"]\n'
    line = text.count("\n")
    assert found(INTERPRETER, text, {"run.sh": "#!/bin/sh\n"}) == ([f"certain {line}"] if missing else [])


@pytest.mark.parametrize(("tag", "missing"), [("debug", False), ("debug-nonroot", False), ("nonroot", True)])
def test_the_debug_variants_of_distroless_have_a_busybox(found: Found, tag: str, *, missing: bool) -> None:
    text = f'FROM gcr.io/distroless/base-debian12:{tag}\nCOPY run.sh /\nENTRYPOINT ["/busybox/sh", "/run.sh"]\n'
    assert found(TARGET, text, {"run.sh": ""}) == (["certain 3"] if missing else [])


@pytest.mark.parametrize(
    ("base", "lines", "command", "certainty"),
    [
        ("alpine", "", '["bash", "/run.sh"]', "likely"),
        ("alpine", "", '["/bin/bash", "/run.sh"]', "likely"),
        ("alpine", "", "bash /run.sh", "likely"),
        ("alpine", "", '["tini", "--", "bash", "/run.sh"]', "likely"),
        ("alpine", "", '["sh", "/run.sh"]', ""),
        ("alpine", "RUN apk add bash", '["bash", "/run.sh"]', ""),
        ("alpine", "COPY --from=x / /", '["bash", "/run.sh"]', ""),
        ("alpine", "COPY --from=x /usr/local /usr/local", '["node", "/run.js"]', ""),
        ("alpine", "COPY --from=x /app /app\nENV PATH=/app/bin:$PATH", '["python", "/run.py"]', ""),
        ("debian", "", '["python", "/run.py"]', "likely"),
        ("debian", "", '["/app/.venv/bin/python", "/run.py"]', ""),
        ("debian", "RUN apt-get install -y curl", '["python3", "/run.py"]', "likely"),
        ("debian", "RUN apt-get install -y certbot", '["python3", "/run.py"]', ""),
        ("alpine", "RUN apk add py3-flask", '["python3", "/run.py"]', ""),
        ("debian", "", '["bash", "/run.sh"]', ""),
        ("scratch", "", '["sh", "-c", "/run"]', "certain"),
        ("scratch", "", '["/run"]', ""),
        ("gcr.io/distroless/static", "", '["/bin/sh", "-c", "/run"]', "certain"),
        ("gcr.io/distroless/static:debug", "", '["sh", "-c", "/run"]', ""),
        ("team/base", "", '["bash", "/run.sh"]', ""),
        ("python:3.13-alpine", "", '["python", "/run.py"]', ""),
        ("python:3.13-alpine", "", '["bash", "-c", "python /run.py"]', "likely"),
    ],
)
def test_an_interpreter_that_is_named_is_missed_too(
    found: Found, base: str, lines: str, command: str, certainty: str
) -> None:
    text = f"FROM {base}\nCOPY run.sh /run.sh\n{lines}\nCMD {command}\n"
    line = text.count("\n")
    assert found(INTERPRETER, text, {"run.sh": "#!/bin/sh\n"}) == ([f"{certainty} {line}"] if certainty else [])


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ('exec "$@"', True),
        ("exec /run.sh", True),
        ("/run.sh &\nwait", False),
        ("/run.sh || true", False),
        ("echo start >&2\nexec /run.sh", True),
        ("echo start > /dev/null\nexec /run.sh", True),
        ("dos2unix /run.sh\nexec /run.sh", False),
        ("echo '#!/bin/sh' > /run.sh\nexec /run.sh", False),
        ('if [ "$X" ]; then exec /run.sh; fi', False),
        ("exec sleep 1", False),
    ],
)
def test_what_a_script_starts_is_judged_too(found: Found, script: str, *, missing: bool) -> None:
    text = 'FROM debian\nCOPY --chmod=755 *.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["/run.sh"]\n'
    files = {"entry.sh": f"#!/bin/sh\n{script}\n", "run.sh": "#!/bin/sh\r\nexec sleep 1\r\n"}
    assert found(CRLF, text, files) == (["likely 3"] if missing else [])


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ("exec bash -c 'sleep 1'", True),
        ("apk add bash\nexec bash -c 'sleep 1'", False),
        ("command -v bash && exec bash", False),
        ("exec sh -c 'sleep 1'", False),
        ("bash -c true || exec sleep 1", False),
        ("export PATH=/opt/bin:$PATH\nexec bash", False),
    ],
)
def test_an_interpreter_that_a_script_starts_is_missed(found: Found, script: str, *, missing: bool) -> None:
    text = 'FROM alpine\nCOPY --chmod=755 entry.sh /\nENTRYPOINT ["/entry.sh"]\n'
    assert found(INTERPRETER, text, {"entry.sh": f"#!/bin/sh\n{script}\n"}) == (["likely 3"] if missing else [])


@pytest.mark.parametrize(
    ("script", "missing"),
    [
        ("exec uvicorn main:app", True),
        ("exec gunicorn main:app --bind :$PORT", True),
        ("cd app\nexec uvicorn main:app", False),
        ("if true; then cd app; fi\nexec uvicorn main:app", False),
        ("export PYTHONPATH=app\nexec uvicorn main:app", False),
        ("pip install -e .\nexec uvicorn main:app", False),
        ("exec uvicorn app.main:app", False),
        (". ./env.sh\nexec uvicorn main:app", False),
    ],
)
def test_what_a_script_tells_a_server_to_load_is_looked_for(found: Found, script: str, *, missing: bool) -> None:
    text = 'FROM python:3.13\nWORKDIR /srv\nCOPY . .\nRUN chmod +x start.sh\nCMD ["./start.sh"]\n'
    files = {"start.sh": f"#!/bin/sh\n{script}\n", "app/main.py": "app = 1"}
    assert found(TARGET, text, files) == (["likely 5"] if missing else [])


@pytest.mark.parametrize(
    ("base", "first", "missing"),
    [
        ("python:3.13-slim", "#!/usr/bin/python3", True),
        ("python:3.13-alpine", "#!/usr/bin/python", True),
        ("python:3.13", "#!/usr/bin/python3", False),
        ("python:3.13-slim", "#!/usr/local/bin/python3", False),
        ("python:3.13-slim", "#!/usr/bin/env python3", False),
        ("node:22", "#!/usr/bin/node", True),
        ("node:22", "#!/usr/bin/env node", False),
        ("php:8.4-cli", "#!/usr/bin/php", True),
        ("php:8.4-cli", "#!/usr/bin/python3", False),
    ],
)
def test_an_official_image_has_its_interpreter_in_a_place_of_its_own(
    found: Found, base: str, first: str, *, missing: bool
) -> None:
    text = f'FROM {base}\nCOPY --chmod=755 run /run\nENTRYPOINT ["/run"]\n'
    assert found(INTERPRETER, text, {"run": f"{first}\n"}) == (["likely 3"] if missing else [])


@pytest.mark.parametrize(("tag", "missing"), [("nonroot", False), ("debug-nonroot", False), ("latest", True)])
def test_the_home_of_nonroot_is_where_its_image_works(found: Found, tag: str, *, missing: bool) -> None:
    text = (
        f"FROM gcr.io/distroless/static:{tag} AS build\nRUN ln -s operator/manager manager\nFROM scratch\n"
        'COPY --from=build /home/nonroot/ /\nENTRYPOINT ["/manager"]\n'
    )
    assert found(TARGET, text) == (["certain 5"] if missing else [])
