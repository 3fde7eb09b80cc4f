"""What was probably meant: the same name elsewhere first, then one that looks alike."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.index.describe import describe
from prelaunch.index.pack import pack
from prelaunch.index.similar import similar
from prelaunch.index.store import Index
from prelaunch.index.suggest import Suggestion, suggest
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import History, unite


def module(text: str, *, why: str = "") -> ModuleSurface:
    """Names by flag: `d:Defined i:imported`; `package` makes it one."""
    words = text.split()
    names = {name: flag for flag, _, name in (word.partition(":") for word in words if ":" in word)}
    return ModuleSurface(names, why, "package" in words)


def history(distribution: str, *releases: dict[str, str], requires: tuple[str, ...] = ()) -> History:
    surfaces = [
        Surface(distribution, f"{number}.0", ">=3.9", "", requires, {name: module(text) for name, text in each.items()})
        for number, each in enumerate(releases)
    ]
    listed = {name: tuple(content.names) for name, content in surfaces[-1].modules.items()}
    return unite(surfaces, [Probe(distribution, surfaces[-1].version, "3.12", listed, {}, {})])


CRYPTO = history(
    "crypto",
    {
        "crypto": "package",
        "crypto.kdf": "package i:abc",
        "crypto.kdf.pbkdf2": "d:PBKDF2HMAC i:InvalidKey i:hashes i:utils",
        "crypto.kdf.scrypt": "d:Scrypt i:InvalidKey",
        "crypto.aead": "d:AESGCM d:AESCCM d:ChaCha20Poly1305",
        "crypto.hashes": "d:SHA256 d:SHA512",
        "crypto.exceptions": "d:InvalidKey d:InvalidTag d:UnsupportedAlgorithm",
        "crypto.tests.kdf": "d:PBKDF2HMAC d:OnlyTested",
        "crypto._hidden": "d:Hidden d:Shown",
        "crypto.open": "i:Shown",
    },
)
STAR = history(
    "star",
    {
        "star": "package",
        "star.responses": "d:JSONResponse d:StreamingResponse",
        "star.middleware": "package",
        "star.middleware.base": "d:BaseHTTPMiddleware d:Middleware",
        "star.routing": "d:Router i:JSONResponse",
    },
)
FAST = history(
    "fast",
    {
        "fast": "package i:APIRouter i:HTTPException d:JsonField",
        "fast.routing": "d:APIRouter i:JSONResponse",
        "fast.responses": "i:JSONResponse i:StreamingResponse",
        "fast.exceptions": "d:HTTPException d:RequestValidationError",
        "fast.applications": "i:JSONResponse d:App",
        "fast.v1": "package d:OldThing",
        "fast.security": "package i:HTTPBearer",
        "fast.security.http": "d:HTTPBearer",
        "fast.urls": "d:url d:re_path",
        "fast.templates": "d:url_tag",
        "fast.middleware": "package",
    },
    requires=("star", "unknown"),
)
MOVED = history(
    "moved",
    {"moved": "package", "moved.old": "d:ThisThing d:OtherThing", "moved.new": "d:OtherThing"},
    {"moved": "package", "moved.old": "", "moved.new": "d:ThisThing d:OtherThing"},
)
INDEX = Index(pack([CRYPTO, STAR, FAST, MOVED], built="2026-01-31", generator="prelaunch 1"))


def guesses(dotted: str, name: str | None, release: int = -1) -> tuple[Suggestion, ...]:
    package = INDEX.package(dotted.partition(".")[0])
    assert package
    return suggest(INDEX, package, dotted, name, release)


@pytest.mark.parametrize(
    ("asked", "name", "meant", "margin", "sure"),
    [
        ("crypto.kdf.pbkdf2", "PBKDF2", "crypto.kdf.pbkdf2:PBKDF2HMAC", "clear", False),
        ("crypto.kdf", "PBKDF2HMAC", "crypto.kdf.pbkdf2:PBKDF2HMAC", "clear", True),
        ("crypto.hashes", "PBKDF2HMAC", "crypto.kdf.pbkdf2:PBKDF2HMAC", "clear", True),
        ("crypto.aead", "AES_GCM", "crypto.aead:AESGCM", "clear", False),
        ("crypto.hashes", "InvalidKey", "crypto.exceptions:InvalidKey", "clear", True),
        ("crypto.hashes", "Shown", "crypto.open:Shown", "unclear", False),
        ("fast", "JSONResponse", "fast.responses:JSONResponse", "clear", False),
        ("fast.nothing", "StreamingResponse", "fast.responses:StreamingResponse", "clear", False),
        ("fast.middleware", "BaseHTTPMiddleware", "star.middleware.base:BaseHTTPMiddleware", "clear", False),
        ("fast.middleware.base", "BaseHTTPMiddleware", "star.middleware.base:BaseHTTPMiddleware", "clear", False),
        ("fast", "HTTPBearer", "fast.security:HTTPBearer", "clear", True),
        ("fast.responses", "HTTPException", "fast:HTTPException", "clear", True),
        ("fast", "Router", "fast:APIRouter", "unclear", False),
        ("fast", "JSONField", "fast:JsonField", "clear", False),
        ("fast.exceptions", "ValidationError", "fast.exceptions:RequestValidationError", "clear", False),
        ("fast.templates", "url", "fast.urls:url", "unclear", False),
        ("fast", "OldThing", "fast.v1:OldThing", "unclear", False),
    ],
)
def test_the_first_guess_is_what_was_meant(asked: str, name: str, meant: str, margin: str, sure: bool) -> None:
    first = guesses(asked, name)[0]
    assert (f"{first.module}:{first.name}", first.margin, first.sure) == (meant, margin, sure)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("crypto.hashes", "OnlyTested"),
        ("crypto.hashes", "Hidden"),
        ("crypto.kdf.pbkdf2", "util"),
        ("crypto", "Zebra"),
        ("crypto.none", "Zebra"),
        ("crypto.aead", "x" * 100_000),
    ],
)
def test_nothing_is_guessed_where_nothing_is_near(asked: str, name: str) -> None:
    assert guesses(asked, name) == ()


def test_a_missing_module_was_meant_to_be_one_of_that_name_or_of_a_like_one() -> None:
    assert guesses("crypto.pbkdf2", None) == (Suggestion("crypto.kdf.pbkdf2", None, "clear", sure=True),)
    assert guesses("fast.exception", None) == (Suggestion("fast.exceptions", None, "clear"),)
    assert guesses("fast.zebra", None) == guesses("fast", None) == ()


def test_a_name_that_moved_is_sure_and_one_of_two_that_stood_side_by_side_is_not() -> None:
    assert guesses("moved.old", "ThisThing")[0] == Suggestion("moved.new", "ThisThing", "clear", sure=True)
    assert guesses("moved.old", "OtherThing")[0] == Suggestion("moved.new", "OtherThing", "unclear")


def test_guesses_are_of_the_release_that_the_project_has() -> None:
    assert guesses("moved", "ThisThing", 0)[0].module == "moved.old"
    assert guesses("moved", "ThisThing", 1)[0].module == "moved.new"


@pytest.mark.parametrize(
    ("name", "best"),
    [
        ("JWTError", "PyJWTError"),
        ("JWTDecodeError", "DecodeError"),
        ("TokenExpiredError", "ExpiredSignatureError"),
        ("PyJwtError", "PyJWTError"),
        ("DecodeException", "DecodeError"),
        ("ugettext", "gettext"),
        ("force_text", "force_str"),
        ("ConnectionTimeout", "ConnectTimeout"),
    ],
)
def test_words_weigh_as_much_as_letters(name: str, best: str) -> None:
    others = (
        "PyJWTError DecodeError ExpiredSignatureError gettext gettext_lazy force_str force_bytes ConnectTimeout get"
    )
    assert similar(name, others.split())[0][0] == best


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40) | st.none(), st.sampled_from(["crypto", "fast", "moved"]))
def test_any_text_is_answered_by_names_that_are_there(asked: str, name: str | None, distribution: str) -> None:
    package = INDEX.package(distribution)
    assert package
    for dotted in (asked, f"{distribution}.{asked}", distribution):
        for guess in suggest(INDEX, package, dotted, name):
            holders = [each for each in (INDEX.package(every) for every in INDEX.distributions) if each]
            newest = [(each, len(each.releases) - 1) for each in holders]
            if guess.name is None:
                assert any(each.module(guess.module, at) == "present" for each, at in newest)
            else:
                assert any(each.name(guess.module, guess.name, at) == "present" for each, at in newest)


def test_the_index_is_described() -> None:
    assert describe(INDEX) == (
        "built 2026-01-31 by prelaunch 1\n"
        "4 distributions:\n"
        "  crypto  1 release, 0.0\n"
        "  fast    1 release, 0.0\n"
        "  moved   2 releases, 0.0 to 1.0\n"
        "  star    1 release, 0.0"
    )
    assert describe(INDEX, "moved") == (
        "moved  2 releases, 0.0 to 1.0\n"
        "newest: 3 modules, 3 of them closed; 2 names\n"
        "top level: moved\n"
        "requires: nothing\n"
        "python: >=3.9"
    )
    assert describe(INDEX, "zebra") == "zebra is not in the name index"
    assert describe(Index(pack([]))) == "built at an unknown date by an unknown generator\n0 distributions:"
