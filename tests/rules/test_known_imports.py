"""Imports that are known to fail or to work, each found by executing it, against the index that is shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch.model import Source
from prelaunch.project import Project
from prelaunch.readers.python import imports
from prelaunch_rules.nonexistent_import import check

if TYPE_CHECKING:
    from pathlib import Path

NEVER = [
    (
        "from fastapi.middleware.base import BaseHTTPMiddleware",
        "fastapi",
        "starlette.middleware.base.BaseHTTPMiddleware",
    ),
    ("from fastapi import JSONResponse", "fastapi", "fastapi.responses.JSONResponse"),
    ("from fastapi import CORSMiddleware", "fastapi", "fastapi.middleware.cors.CORSMiddleware"),
    ("from jwt.exceptions import JWTError", "pyjwt", "PyJWTError"),
    ("from jose import JWTDecodeError", "python-jose", ""),
    ("from cryptography.hazmat.primitives.kdf import PBKDF2HMAC", "cryptography", "PBKDF2HMAC"),
    ("from cryptography.hazmat.primitives.ciphers import AESGCM", "cryptography", "AESGCM"),
    ("from requests.auth import HTTPBearerAuth", "requests", ""),
    ("from redis.exceptions import RedisConnectionError", "redis", "ConnectionError"),
    ("from starlette.middleware.rate_limit import RateLimitMiddleware", "starlette", ""),
    ("from openai.exceptions import OpenAIError", "openai", "OpenAIError"),
    ("from pymongo import ObjectId", "pymongo", "bson.ObjectId"),
]


@pytest.mark.parametrize(("text", "distribution", "meant"), NEVER)
def test_what_never_was_is_found_without_a_pin(text: str, distribution: str, meant: str, tmp_path: Path) -> None:
    (message,) = judged(text, distribution, tmp_path)
    assert f"is in no release of {distribution} from " in message
    assert meant in message.partition("did you mean")[2]


# the import, the distribution, a release that has the name, and one that lacks it
REMOVED = [
    ("from werkzeug.urls import url_quote", "werkzeug", "2.3.8", "3.0.6"),
    ("from werkzeug.security import safe_str_cmp", "werkzeug", "2.0.3", "2.1.2"),
    ("from pypdf import PdfFileReader", "pypdf", "3.17.4", "5.1.0"),
    ("from jwt import ExpiredSignature", "pyjwt", "1.7.1", "2.4.0"),
    ("from flask.json import JSONEncoder", "flask", "2.2.5", "2.3.3"),
    ("from flask import Markup", "flask", "2.3.3", "3.1.3"),
    ("from flask import _request_ctx_stack", "flask", "2.2.5", "3.1.3"),
    ("from openai.error import RateLimitError", "openai", "0.27.10", "1.106.1"),
    ("from pydantic.main import ModelMetaclass", "pydantic", "1.10.27", "2.14.3"),
]


@pytest.mark.parametrize(("text", "distribution", "there", "gone"), REMOVED)
def test_what_went_is_found_by_the_pin_alone(
    text: str, distribution: str, there: str, gone: str, tmp_path: Path
) -> None:
    assert judged(text, distribution, tmp_path) == []
    assert judged(text, f"{distribution}=={there}", tmp_path) == []
    (message,) = judged(text, f"{distribution}=={gone}", tmp_path)
    assert f"is not in {distribution} {gone}, which requirements.txt:1 names" in message


# widely said to be gone, and there
FOLKLORE = [
    ("from numpy import bool", "numpy==2.1.3"),
    ("import numpy as np\nnp.bool", "numpy==2.1.3"),
    ("from sqlalchemy.ext.declarative import declarative_base", "sqlalchemy==2.0.36"),
    ("from pydantic.utils import deep_update", "pydantic==2.12.5"),
    ("from pydantic.generics import GenericModel", "pydantic==1.10.27"),
    ("from requests.adapters import Retry", "requests==2.32.3"),
    ("from requests.packages.urllib3.util.retry import Retry", "requests==2.32.3"),
    ("from flask import escape", "flask==2.3.3"),
    ("from werkzeug.wsgi import DispatcherMiddleware", "werkzeug==0.16.1"),
    ("from openai import InvalidRequestError", "openai==0.28.1"),
    ("from langchain.chains import LLMChain", "langchain==0.3.27"),
    ("from collections.abc import ByteString", "x"),
    ("from xml.etree import cElementTree", "x"),
]


@pytest.mark.parametrize(("text", "requirement"), FOLKLORE)
def test_what_works_is_passed_whatever_is_said_of_it(text: str, requirement: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM python:3.8\n")
    assert judged(text, requirement, tmp_path) == []


def judged(text: str, requirement: str, folder: Path) -> list[str]:
    (folder / "requirements.txt").write_text(f"{requirement}\n")
    project = Project(str(folder))
    facts = imports(Source("app.py", f"{text}\n").whole())
    return [finding.message for fact in facts for finding in check(fact, project)]
