"""The rules that come with prelaunch."""

from __future__ import annotations

from prelaunch import DOCS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prelaunch.index.lookup import Asked

PAGES = f"{DOCS}/rules"
"""Where each rule has a page of its name."""

# The data's packages, each with the names that it does not have (of a module that it does not have, the last part).
NAMES: tuple[tuple[bytes, ...], ...] = (
    (b"Crypto", b"AES256", b"PBKDF2HMAC", b"PKCS7", b"pbkdf2"),
    (b"anthropic", b"MessageResponse", b"ToolUse", b"errors", b"exceptions"),
    (b"celery", b"RetryError"),
    (
        b"cryptography",
        b"AES256GCM",
        b"AESGCM",
        b"AES_GCM",
        b"Argon2",
        b"FernetKey",
        b"HKDFHMAC",
        b"InvalidKey",
        b"PBKDF2",
        b"PBKDF2HMAC",
        b"RSAKey",
        b"XChaCha20Poly1305",
        b"secrets",
    ),
    (b"django", b"admin_required", b"staff_member_required", b"url"),
    (b"dotenv", b"load_env", b"loadenv"),
    (
        b"fastapi",
        b"AsyncClient",
        b"AsyncTestClient",
        b"BackgroundTask",
        b"BaseHTTPMiddleware",
        b"CORSMiddleware",
        b"FileResponse",
        b"HTTPBearer",
        b"HTTPBearerCredentials",
        b"HTTPException",
        b"JSONResponse",
        b"JWTBearer",
        b"Jinja2Template",
        b"Middleware",
        b"OAuth2PasswordBearerWithCookie",
        b"RequestValidationError",
        b"Router",
        b"StaticFile",
        b"StaticFiles",
        b"StreamingResponse",
        b"TestClient",
        b"WebSocketManager",
        b"base",
        b"rate_limit",
        b"sessions",
    ),
    (b"jose", b"DecodeError", b"InvalidTokenError", b"JWTDecodeError"),
    (b"jwt", b"ExpiredTokenError", b"JWTClaimsError", b"JWTDecodeError", b"JWTError", b"TokenExpiredError"),
    (b"langchain", b"chat"),
    (b"langchain_core", b"ConversationBufferMemory"),
    (b"langchain_openai", b"ChatOpenAi", b"OpenAIChat", b"OpenAIEmbedding"),
    (b"openai", b"ChatMessage", b"errors", b"exceptions"),
    (b"paramiko", b"SSHTimeoutException"),
    (b"prometheus_client", b"MetricsMiddleware", b"generate_metrics"),
    (b"pydantic_settings", b"Field", b"SettingConfigDict", b"Settings", b"validator"),
    (b"pymongo", b"AsyncIOMotorClient", b"ConnectionError", b"DuplicateKeyException", b"ObjectId"),
    (b"qdrant_client", b"VectorParam"),
    (b"redis", b"AsyncRedis", b"RedisConnectionError", b"RedisTimeoutError", b"create_pool"),
    (b"requests", b"ConnectionTimeout", b"HTTPBearerAuth", b"RequestError", b"TimeoutError"),
    (b"rich", b"Table"),
    (
        b"sklearn",
        b"ColumnTransformer",
        b"SimpleImputer",
        b"XGBClassifier",
        b"root_mean_square_error",
        b"specificity_score",
    ),
    (b"slowapi", b"RateLimitExceeded", b"get_remote_address"),
    (b"sqlalchemy", b"AsyncSessionLocal", b"Vector"),
    (
        b"starlette",
        b"BaseHTTPMiddleware",
        b"CORSMiddleware",
        b"HttpsRedirectMiddleware",
        b"TrustedHostsMiddleware",
        b"proxy_headers",
        b"rate_limit",
        b"ratelimit",
    ),
    (b"tiktoken", b"encode"),
    (b"typer", b"Command"),
    (b"urllib3", b"RetryStrategy", b"TimeoutException"),
    (b"werkzeug", b"check_password", b"hash_password"),
    (b"yaml", b"SafeLoad", b"YamlError"),
)


_BY_TOP: Mapping[str, frozenset[str]] = {
    top.decode(): frozenset(name.decode() for name in names) for top, *names in NAMES
}


def suspects(data: bytes) -> tuple[Asked, ...]:
    """What a Python text imports, or reads of what it imports, that some release of a package lacks."""
    if b"import" not in data:
        return ()
    from prelaunch.index.quick import suspects

    return suspects(data, _BY_TOP)


def _may_fail(data: bytes) -> bool:
    return bool(suspects(data))


def _may_fail_inside(data: bytes) -> bool:
    """The same for Python inside JSON or a shell script, where quotes stand around it and line ends may be escaped."""
    return bool(suspects(data.replace(b"\\n", b"\n").replace(b'"', b"\n").replace(b"'", b"\n")))


WORDS: Mapping[str, tuple[bytes | tuple[bytes, ...] | Callable[[bytes], bool], ...]] = {
    "python": (_may_fail,),
    "notebook": (_may_fail_inside,),
    "dockerfile": (_may_fail_inside,),
}
"""By kind of file, what makes its imports worth reading: a word, a word together with any of the others, or a test."""
