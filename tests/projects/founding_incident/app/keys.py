"""Keys from passphrases."""

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2

ITERATIONS = 600_000
SALT = os.environ.get("VAULT_SALT", "vault").encode()


def derive_key(passphrase: bytes) -> bytes:
    """Derive a 256-bit key; PBKDF2 because the hardware module has nothing newer."""
    kdf = PBKDF2(algorithm=hashes.SHA256(), length=32, salt=SALT, iterations=ITERATIONS)
    return kdf.derive(passphrase)
