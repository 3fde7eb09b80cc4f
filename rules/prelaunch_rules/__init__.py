"""The rules that come with prelaunch."""

from __future__ import annotations

from prelaunch import DOCS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from prelaunch.index.lookup import Asked

PAGES = f"{DOCS}/rules"
"""Where each rule has a page of its name."""

NAMES = frozenset(
    """
    Crypto.Cipher.AES256
    Crypto.Protocol.KDF.PBKDF2HMAC
    Crypto.Protocol.KDF.pbkdf2
    Crypto.Util.PKCS7
    Crypto.Util.Padding.PKCS7
    anthropic.types.MessageResponse
    anthropic.types.ToolUse
    celery.exceptions.RetryError
    cryptography.fernet.FernetKey
    cryptography.fernet.InvalidKey
    cryptography.hazmat.primitives.PBKDF2HMAC
    cryptography.hazmat.primitives.asymmetric.rsa.RSAKey
    cryptography.hazmat.primitives.ciphers.AESGCM
    cryptography.hazmat.primitives.ciphers.aead.AES256GCM
    cryptography.hazmat.primitives.ciphers.aead.AES_GCM
    cryptography.hazmat.primitives.ciphers.aead.XChaCha20Poly1305
    cryptography.hazmat.primitives.hashes.PBKDF2HMAC
    cryptography.hazmat.primitives.kdf.PBKDF2HMAC
    cryptography.hazmat.primitives.kdf.argon2.Argon2
    cryptography.hazmat.primitives.kdf.hkdf.HKDFHMAC
    cryptography.hazmat.primitives.kdf.pbkdf2.PBKDF2
    cryptography.hazmat.primitives.secrets
    django.contrib.auth.decorators.admin_required
    django.contrib.auth.decorators.staff_member_required
    django.urls.url
    dotenv.load_env
    dotenv.loadenv
    fastapi.CORSMiddleware
    fastapi.FileResponse
    fastapi.HTTPBearer
    fastapi.JSONResponse
    fastapi.Middleware
    fastapi.RequestValidationError
    fastapi.Router
    fastapi.StaticFiles
    fastapi.StreamingResponse
    fastapi.TestClient
    fastapi.background.BackgroundTask
    fastapi.middleware.BaseHTTPMiddleware
    fastapi.middleware.CORSMiddleware
    fastapi.responses.HTTPException
    fastapi.security.HTTPBearerCredentials
    fastapi.security.JWTBearer
    fastapi.security.OAuth2PasswordBearerWithCookie
    fastapi.staticfiles.StaticFile
    fastapi.templating.Jinja2Template
    fastapi.testclient.AsyncClient
    fastapi.testclient.AsyncTestClient
    fastapi.websockets.WebSocketManager
    jose.InvalidTokenError
    jose.JWTDecodeError
    jose.exceptions.DecodeError
    jose.exceptions.InvalidTokenError
    jwt.ExpiredTokenError
    jwt.JWTClaimsError
    jwt.JWTDecodeError
    jwt.JWTError
    jwt.TokenExpiredError
    jwt.exceptions.ExpiredTokenError
    jwt.exceptions.JWTDecodeError
    jwt.exceptions.JWTError
    langchain_core.memory.ConversationBufferMemory
    langchain_openai.OpenAIChat
    langchain_openai.OpenAIEmbedding
    langchain_openai.chat_models.ChatOpenAi
    openai.types.chat.ChatMessage
    paramiko.ssh_exception.SSHTimeoutException
    prometheus_client.MetricsMiddleware
    prometheus_client.generate_metrics
    pydantic_settings.Field
    pydantic_settings.SettingConfigDict
    pydantic_settings.Settings
    pydantic_settings.validator
    pymongo.AsyncIOMotorClient
    pymongo.ObjectId
    pymongo.errors.ConnectionError
    pymongo.errors.DuplicateKeyException
    qdrant_client.models.VectorParam
    redis.asyncio.AsyncRedis
    redis.asyncio.create_pool
    redis.exceptions.RedisConnectionError
    redis.exceptions.RedisTimeoutError
    requests.auth.HTTPBearerAuth
    requests.exceptions.ConnectionTimeout
    requests.exceptions.RequestError
    requests.exceptions.TimeoutError
    rich.Table
    sklearn.ensemble.XGBClassifier
    sklearn.metrics.root_mean_square_error
    sklearn.metrics.specificity_score
    sklearn.pipeline.ColumnTransformer
    sklearn.preprocessing.SimpleImputer
    slowapi.RateLimitExceeded
    slowapi.get_remote_address
    sqlalchemy.dialects.postgresql.Vector
    sqlalchemy.ext.asyncio.AsyncSessionLocal
    starlette.middleware.BaseHTTPMiddleware
    starlette.middleware.CORSMiddleware
    starlette.middleware.httpsredirect.HttpsRedirectMiddleware
    starlette.middleware.trustedhost.TrustedHostsMiddleware
    tiktoken.encode
    typer.Command
    urllib3.exceptions.TimeoutException
    urllib3.util.retry.RetryStrategy
    werkzeug.security.check_password
    werkzeug.security.hash_password
    yaml.SafeLoad
    yaml.YamlError
    """.split()
)
"""The names of the curated data, each behind its module; `names.tsv` is read once one of these is seen."""

MODULES = frozenset(
    """
    anthropic.errors
    anthropic.exceptions
    fastapi.middleware.base
    fastapi.middleware.rate_limit
    fastapi.middleware.sessions
    langchain.chat
    openai.errors
    openai.exceptions
    starlette.middleware.proxy_headers
    starlette.middleware.rate_limit
    starlette.middleware.ratelimit
    """.split()
)
"""The modules of the curated data that are nowhere."""


def suspects(data: bytes) -> tuple[Asked, ...]:
    """What a Python text imports, or reads of what it imports, that some release of a package lacks."""
    if b"import" not in data:
        return ()
    from prelaunch.index.quick import suspects

    return suspects(data, NAMES, MODULES)


def _may_fail(data: bytes) -> bool:
    return bool(suspects(data))


def _may_fail_inside(data: bytes) -> bool:
    """The same for Python inside JSON or a shell script, where quotes stand around it and line ends may be escaped."""
    return bool(suspects(data.replace(b"\\n", b"\n").replace(b'"', b"\n").replace(b"'", b"\n")))


JUDGES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "buildx_no_output compose_platform_conflict invalid_platform load_multi_platform "
            "missing_platform missing_qemu overwritten_tag platform_mismatch platform_without_os "
        ).split(),
        "build",
    ),
    **dict.fromkeys(
        (
            "arch_name_mismatch base_digest_single_arch base_image_architecture "
            "copied_host_artifacts entrypoint_crlf entrypoint_interpreter_missing "
            "entrypoint_no_shebang entrypoint_not_executable entrypoint_target_missing "
            "final_stage_build_platform fixed_arch_download import_not_installed libc_mismatch "
            "malformed_exec_form platform_arg_default platform_arg_undeclared "
            "shared_library_missing shell_form_without_shell stage_platform_mismatch "
            "venv_base_mismatch "
        ).split(),
        "image",
    ),
    "retagged_pull": "retag",
    **dict.fromkeys("dead_import_guard nonexistent_import stdlib_module_removed".split(), "import"),
}
"""What each rule judges, by its folder, so that a file costs only the rules that have something to say of it."""

WORDS: Mapping[str, tuple[bytes | tuple[bytes, ...] | Callable[[bytes], bool], ...]] = {
    "python": (_may_fail, b"import distutils", b"from distutils"),
    "notebook": (_may_fail_inside,),
    "dockerfile": (_may_fail_inside,),
}
"""By kind of file, what makes its imports worth reading: a word, a word together with any of the others, or a test."""
