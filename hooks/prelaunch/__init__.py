"""prelaunch: what would make a container crash at start, found before it is built."""

__version__ = "0.1.0"

HOME = "https://github.com/OWNER/prelaunch"
"""Where the project lives; OWNER stands for whoever publishes it."""

DOCS = "https://OWNER.github.io/prelaunch"
"""Where the documentation site is published; the page of a rule is `DOCS/rules/NAME/`."""


class CannotRunError(Exception):
    """The call cannot be done; the message says why and what helps, in one line (exit code 2)."""
