"""A short name for a content."""

from __future__ import annotations

try:
    from _blake2 import blake2b  # hashlib has it from here, and loads OpenSSL, which takes longer than what is hashed
except ImportError:
    from hashlib import blake2b


def digest(data: bytes) -> str:
    """The name; two contents do not have the same one."""
    return blake2b(data, digest_size=12).hexdigest()
