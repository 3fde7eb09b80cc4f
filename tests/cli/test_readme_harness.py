from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch import registry
from prelaunch.testing import check_example, read_examples

if TYPE_CHECKING:
    from collections.abc import Callable

README = """# toy-rule

Words.

```python
import not_an_example
```

## What it does

No block here, or one that is no file:

```text
build
```

## Flagged

`a.sh`:
```sh
#!/bin/sh
# error: toy-rule
build one
	# hint: toy-rule
build maybe
```

## Fixed

```toml prelaunch.toml
platforms = ["linux/amd64"]
```

`sub/a.sh`:

````sh
# error: toy-rule
build one
```
````

`sub/a.sh`:
```sh fixed
# error: toy-rule
build --platform linux/amd64 one
```
"""


def test_examples_are_read_from_a_readme() -> None:
    flagged, fixed = read_examples(README)
    assert str(flagged) == "Flagged"
    assert flagged.expected == {("a.sh", 3, "error", "toy-rule"), ("a.sh", 5, "hint", "toy-rule")}
    assert set(fixed.files) == {"prelaunch.toml", "sub/a.sh"}
    assert fixed.files["sub/a.sh"] == "# error: toy-rule\nbuild one\n```\n"
    assert fixed.fixed == {"sub/a.sh": "# error: toy-rule\nbuild --platform linux/amd64 one\n"}


def test_the_language_names_a_file_that_has_no_name() -> None:
    examples = read_examples("## A\n\n```dockerfile\nFROM x\n```\n```make\nx:\n```\n```python\n```\n")
    assert [set(example.files) for example in examples] == [{"Dockerfile", "Makefile", "example.py"}]


def test_two_blocks_for_one_file_are_an_error() -> None:
    with pytest.raises(ValueError, match="two blocks for Dockerfile"):
        read_examples("## A\n\n```dockerfile\n```\n```dockerfile\n```\n")


def _example(body: str) -> str:
    return f"## A\n\n`prelaunch.toml`:\n```toml\nplatforms = ['linux/amd64']\n```\n{body}"


FIXED = "`a.sh`:\n```sh\n# error: toy-rule\n{}\n```\n`a.sh`:\n```sh fixed\n# error: toy-rule\n{}\n```\n"
GOOD = "`a.sh`:\n```sh\n# error: toy-rule\nbuild x\n# hint: toy-rule\nbuild maybe\nbuild --platform y\n```\n"


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (GOOD, ""),
        (GOOD.replace("# error: toy-rule\n", ""), "found too: .*'a.sh', 1, 'error'"),
        (GOOD.replace("build x", "build --platform x"), "not found: .*'a.sh', 2, 'error'"),
        (GOOD.replace("error", "hint"), "not found: .*'a.sh', 2, 'hint'"),
        (GOOD.replace("error: toy-rule", "error: other-rule"), "other-rule"),
        (FIXED.format("build", "build x"), "and not as"),
        (FIXED.format("build # unsafe", "build # unsafe"), "does not judge clean"),
    ],
)
def test_an_example_holds_or_says_what_differs(toys: Callable[[], None], body: str, complaint: str) -> None:  # noqa: ARG001
    toy = registry.load_rules()[1]
    (example,) = read_examples(_example(body))
    if not complaint:
        check_example(toy, example)
        return
    with pytest.raises(AssertionError, match=complaint):
        check_example(toy, example)
