"""prelaunch: what would make a container crash at start, found before it is built."""

__version__ = "0.1.0"


class CannotRunError(Exception):
    """The call cannot be done; the message says why and what helps, in one line (exit code 2)."""
