from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from prelaunch import registry
from prelaunch.image import Image
from prelaunch.model import Rule
from prelaunch.testing import check_example, read_examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prelaunch.model import Finding
    from prelaunch.project import Project

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


def test_tags_of_a_block_say_more_of_its_file() -> None:
    readme = "## A\n\n`run.sh`:\n```sh mode=755 crlf\n#!/bin/sh\nls\n```\n```sh b.sh mode=644 fixed\nx\n```\n"
    (example,) = read_examples(readme)
    assert example.files == {"run.sh": "#!/bin/sh\r\nls\r\n"}
    assert example.fixed == {"b.sh": "x\n"}
    assert example.modes == {"run.sh": 0o755, "b.sh": 0o644}


def test_an_example_with_a_mode_is_a_git_repository() -> None:
    seen = []

    def check(image: Image, project: Project) -> Iterator[Finding]:
        seen.append((project.committed("run.sh"), project.committed("other.sh")))
        yield from ()
        assert image.source.path == "Dockerfile"

    rule = Rule("toy", Image, check, certainty="hint", fixable=False, folder=".")
    block = (
        "`run.sh`:\n```sh mode={} crlf\n#!/bin/sh\n```\n```dockerfile\nFROM scratch\n```\n`other.sh`:\n```\nx\n```\n"
    )
    for mode in ("755", "644"):
        (example,) = read_examples("## A\n\n" + block.format(mode))
        check_example(rule, example)
    executable, plain = (run for run, _ in seen)
    assert executable is not None
    assert plain is not None
    assert (executable.tracked, executable.executable, executable.crlf) == (True, True, True)
    assert (plain.tracked, plain.executable) == (True, False)
    assert all(other is not None and other.tracked for _, other in seen)
