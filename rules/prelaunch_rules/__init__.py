"""The rules that come with prelaunch."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PACKAGES = (
    b"Crypto",
    b"anthropic",
    b"celery",
    b"cryptography",
    b"django",
    b"dotenv",
    b"fastapi",
    b"jose",
    b"jwt",
    b"langchain",
    b"langchain_core",
    b"langchain_openai",
    b"openai",
    b"paramiko",
    b"prometheus_client",
    b"pydantic_settings",
    b"pymongo",
    b"qdrant_client",
    b"redis",
    b"requests",
    b"rich",
    b"sklearn",
    b"slowapi",
    b"sqlalchemy",
    b"starlette",
    b"tiktoken",
    b"typer",
    b"urllib3",
    b"werkzeug",
    b"yaml",
)

WORDS: Mapping[str, tuple[bytes, ...]] = {"python": _PACKAGES, "notebook": _PACKAGES, "dockerfile": _PACKAGES}
"""By kind of file, words of which its imports must hold one to be worth reading: the top-level names of the data."""
