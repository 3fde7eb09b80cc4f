"""YAML as nodes with exact spans: `read` gives the documents, `key_slot` a place for a new key.

The parser is ruamel.yaml; its marks say where a node is, `scalars` says where every character of a scalar came from.
"""

from __future__ import annotations

from prelaunch.readers.yaml.nodes import Node, walk
from prelaunch.readers.yaml.parse import MAX_DEPTH, read
from prelaunch.readers.yaml.slots import indent_of, key_slot, line_break_of

__all__ = ["MAX_DEPTH", "Node", "indent_of", "key_slot", "line_break_of", "read", "walk"]
