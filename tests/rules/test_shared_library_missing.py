from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch_rules.shared_library_missing import RULE

if TYPE_CHECKING:
    from collections.abc import Callable

    from prelaunch.model import Rule

    Found = Callable[..., list[str]]
    Fixed = Callable[[Rule, dict[str, str]], dict[str, str]]

TEXTS = {
    "RUN pip install opencv-python": ["likely 2"],
    "RUN pip3 install -U 'OpenCV_Python[x]>=4'": ["likely 2"],
    "RUN python -m pip install opencv-contrib-python~=4.0": ["likely 2"],
    "RUN uv pip install --system pyzbar": ["likely 2"],
    "RUN --mount=type=cache,target=/c pip install lightgbm weasyprint": ["likely 2", "likely 2"],
    "RUN pip install -r needs.txt": ["likely 2"],
    "RUN pip install -rneeds.txt": ["likely 2"],
    "RUN pip install --no-cache-dir --requirement /tmp/needs.txt": ["likely 2"],
    "RUN pip install -r other.txt": [],
    "RUN pip install opencv-python-headless": [],
    "RUN pip uninstall opencv-python": [],
    "RUN echo pip install opencv-python": [],
    "RUN apt-get install -y libgl1 && pip install opencv-python": [],
    "RUN apt-get install -y imagemagick && pip install opencv-python": ["hint 2"],
    "RUN apt-get update && apt-get install -y curl libsm6 libxext6 && pip install opencv-python": ["likely 2"],
    "RUN apt-get update && pip install opencv-python": ["likely 2"],
    "RUN apt-get install -y gcc && pip install lightgbm": [],
    "RUN apt-get install -y $MORE curl && pip install opencv-python": ["hint 2"],
    "RUN apt-get install -y ./own.deb && pip install opencv-python": ["hint 2"],
    "RUN apt-get build-dep -y curl && pip install opencv-python": ["hint 2"],
    "RUN ./install.sh\nRUN pip install opencv-python": ["hint 3"],
    "RUN $INSTALL\nRUN pip install opencv-python": ["hint 3"],
    "RUN apt-get install -y file && pip install python-magic": [],
    "RUN pip install opencv-python && pip install opencv-python-headless": [],
    "RUN pip install opencv-python-headless && pip install opencv-python": [],
    "RUN pip install opencv-python && pip uninstall -y opencv-python": [],
    "COPY --from=x /usr/lib/x86_64-linux-gnu/libGL.so.1 /usr/lib/\nRUN pip install opencv-python": ["hint 3"],
    "COPY --from=x /usr/lib/x86_64-linux-gnu/libgomp.so.1 /usr/lib/\nRUN pip install lightgbm": [],
    "COPY --from=x /usr/local/lib/python3.13 /usr/local/lib/python3.13\nRUN pip install opencv-python": ["likely 3"],
    "RUN pip install": [],
    "RUN pip install -r": [],
    "RUN pip install '": [],
}


@pytest.mark.parametrize("text", TEXTS)
def test_a_package_without_its_library_is_told(found: Found, text: str) -> None:
    files = {"needs.txt": "# opencv-python\n-e .\npython-magic==0.4.27 ; python_version > '3'\n"}
    assert found(RULE, f"FROM python:3.13-slim\n{text}\n", files) == TEXTS[text]


@pytest.mark.parametrize("base", ["python:3.13", "python:3.13-alpine", "node:24-slim", "acme/python:3-slim", "$BASE"])
def test_another_base_is_not_judged(found: Found, base: str) -> None:
    assert found(RULE, f"FROM {base}\nRUN pip install opencv-python\n# python:3.13-slim\n") == []


def test_packages_count_where_the_image_gets_them(found: Found) -> None:
    text = (
        "FROM python:3.13 AS one\nRUN apt-get install -y libpq-dev\nRUN pip install psycopg2\nFROM python:3.13-slim\n"
    )
    assert found(RULE, text) == []
    assert found(RULE, f"{text}COPY --from=one /usr/local /usr/local\n") == ["likely 3"]


INSTALL = "RUN apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*"
MAGIC, ZBAR = INSTALL.format("libmagic1"), INSTALL.format("libmagic1 libzbar0")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "FROM python:3.13-slim\nRUN pip install python-magic\n",
            f"FROM python:3.13-slim\n{MAGIC}\nRUN pip install python-magic\n",
        ),
        (
            "FROM python:3-slim\r\nRUN pip install python-magic\r\n",
            f"FROM python:3-slim\r\n{MAGIC}\r\nRUN pip install python-magic\r\n",
        ),
        (
            "FROM python:3-slim\n  # why\n\tRUN pip \\\n install python-magic\nRUN pip install pyzbar",
            f"FROM python:3-slim\n\t{ZBAR}\n  # why\n\tRUN pip \\\n install python-magic\nRUN pip install pyzbar",
        ),
        # not where it may not work: no root, another Debian, another shell, or where it may be there
        ("FROM python:3.13-slim\nUSER app\nRUN pip install python-magic\n", None),
        ('FROM python:3.13-slim\nSHELL ["python", "-c"]\nRUN pip install python-magic\n', None),
        ("FROM python:3.7-slim\nRUN pip install python-magic\n", None),
        ("FROM python:3.9.1-slim\nRUN pip install python-magic\n", None),
        ("FROM python:3.9-slim-buster\nRUN pip install python-magic\n", None),
        ("FROM python:3.13-slim\nRUN apt-get install -y imagemagick\nRUN pip install python-magic\n", None),
        # nor in a stage that is only copied from
        (
            "FROM python:3-slim AS b\nRUN pip install --prefix=/x python-magic\nFROM python:3-slim\nCOPY --from=b /x /",
            None,
        ),
    ],
)
def test_the_fix_installs_the_libraries_where_that_works(fix: Fixed, before: str, after: str | None) -> None:
    assert fix(RULE, {"Dockerfile": before}) == {"Dockerfile": after or before}
    assert fix(RULE, {"Dockerfile": after or before}) == {"Dockerfile": after or before}
