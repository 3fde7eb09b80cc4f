"""The bytes of the data file that its writer and its reader share; FORMAT.md describes them."""

from __future__ import annotations

import struct

MAGIC = b"\x89PLX\r\n\x1a\n"
"""No text file begins so, and a transfer that changes line ends breaks it."""

VERSION = 1

HEADER = struct.Struct("<8sIIIII")
"""Magic, format version, size of the file, number of packages, number of top levels, size of the strings."""

CHECKSUM = struct.Struct("<I")
"""CRC-32 of the header, both tables and the strings; stands behind the header."""

PACKAGE = struct.Struct("<IHIII")
"""Name (offset into the strings, size), block (offset from the first block, size, CRC-32 of its bytes)."""

TOP = struct.Struct("<IHII")
"""Name (offset into the strings, size), its distributions (offset into the strings, size), separated by spaces."""

TABLES = HEADER.size + CHECKSUM.size
"""Where the tables begin: packages, then top levels, both sorted by the bytes of the name; then the strings."""

MODULE = "\n:"
"""Begins a module in the text of a block."""

DENIED = "!"
"""Flag of the names that are proved absent."""
