from __future__ import annotations

import os
import stat
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prelaunch import CannotRunError
from prelaunch.__main__ import main
from prelaunch.mend import diff, splice, write
from prelaunch.model import Edit, Source, Span

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Put = Callable[[str, str | bytes], str]

CONFIG = 'platforms = ["linux/amd64"]\n'


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"build a\n", b"build --platform linux/amd64 a\n"),
        (b"build a\r\nls\r\nbuild b", b"build --platform linux/amd64 a\r\nls\r\nbuild --platform linux/amd64 b"),
        (b"\xef\xbb\xbfbuild a\n", b"\xef\xbb\xbfbuild --platform linux/amd64 a\n"),
        (b"# \xff\xe9\nbuild a \xff\n\t", b"# \xff\xe9\nbuild --platform linux/amd64 a \xff\n\t"),
    ],
)
def test_a_fix_changes_no_other_byte_and_fixing_twice_changes_nothing(
    put: Put, capsys: pytest.CaptureFixture[str], before: bytes, after: bytes
) -> None:
    put("prelaunch.toml", CONFIG)
    put("a.sh", before)
    assert main(["check", "--fix"]) == 0
    assert _bytes("a.sh") == after
    assert "fixed " in capsys.readouterr().err
    assert main(["check", "--fix"]) == 0
    assert _bytes("a.sh") == after


def test_what_cannot_be_fixed_remains_and_fails(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("a.sh", "build a\n")
    put("b.sh", "build b\n")
    assert main(["check", "--fix"]) == 1
    assert _bytes("a.sh") == b"build a\n"
    put("prelaunch.toml", CONFIG)
    put("b.sh", "build b # unsafe\n")
    assert main(["check", "--fix"]) == 1
    assert _bytes("b.sh") == b"build b # unsafe\n"
    assert "fixed 1; 1 finding (1 likely); 2 builds seen" in capsys.readouterr().err


def test_a_silenced_finding_is_not_fixed(put: Put) -> None:
    put("prelaunch.toml", CONFIG)
    put("a.sh", "build a  # prelaunch: ignore[toy-rule]\nbuild maybe\n")
    assert main(["check", "--fix"]) == 0
    assert _bytes("a.sh") == b"build a  # prelaunch: ignore[toy-rule]\nbuild maybe\n"


def test_the_mode_and_a_link_are_kept_and_nothing_is_left_behind(put: Put) -> None:
    put("prelaunch.toml", CONFIG)
    put("real/a.sh", "build a\n")
    os.chmod("real/a.sh", 0o4754)
    os.symlink("real/a.sh", "link.sh")
    assert main(["check", "--fix", "link.sh"]) == 0
    assert os.path.islink("link.sh")
    assert _bytes("real/a.sh") == b"build --platform linux/amd64 a\n"
    assert stat.S_IMODE(os.stat("real/a.sh").st_mode) == 0o4754
    assert os.listdir("real") == ["a.sh"]


def test_a_diff_is_printed_and_nothing_written(put: Put, capsys: pytest.CaptureFixture[str]) -> None:
    put("prelaunch.toml", CONFIG)
    put("sub/a.sh", "build a")
    assert main(["check", "--diff"]) == 1
    out, err = capsys.readouterr()
    assert out == (
        "--- a/sub/a.sh\n+++ b/sub/a.sh\n@@ -1 +1 @@\n"
        "-build a\n\\ No newline at end of file\n+build --platform linux/amd64 a\n\\ No newline at end of file\n"
    )
    assert err.startswith("would fix 1; ")
    assert _bytes("sub/a.sh") == b"build a"
    put("sub/a.sh", "build --platform x\n")
    assert main(["check", "--diff"]) == 0


@given(
    st.text(alphabet="ab\r\n\x0c\x85\u2028é\udcff", max_size=30),
    st.text(alphabet="ab\r\n\x0c\x85\u2028é\udcff", max_size=30),
)
def test_git_makes_the_same_of_a_diff(old: str, new: str) -> None:
    import tempfile

    if old == new or not old or not new:
        return
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "f")
        before, after = Source("f", old), Source("f", new)
        with open(path, "wb") as file:
            file.write(before.encode(old))
        patch = b"".join(diff(before, after, "f"))
        subprocess.run(["git", "apply", "-"], cwd=folder, input=patch, check=True, capture_output=True)
        assert _bytes(path) == after.encode(new)


def test_edits_are_made_from_the_last_to_the_first() -> None:
    source = Source("x", "one two three")
    edits = [Edit(Span(4, 7), "2"), Edit(Span(0, 3), "1"), Edit(Span(13, 13), "!")]
    mended = splice(source, edits)
    assert mended is not None
    assert mended.text == "1 2 three!"


def test_what_the_encoding_cannot_say_is_no_fix() -> None:
    assert splice(Source("x", "a", "latin-1"), [Edit(Span(0, 1), "€")]) is None


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("changed")
    with pytest.raises(CannotRunError, match="changed in the meantime"):
        write(str(tmp_path), Source("a", "old"), Source("a", "new"))
    assert (tmp_path / "a").read_text() == "changed"


def test_a_file_that_cannot_be_replaced_is_said_and_the_others_are_written(
    put: Put, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put("prelaunch.toml", CONFIG)
    put("a.sh", "build\n")
    put("b.sh", "build\n")
    replace = os.replace

    def refuse(source: str, target: str) -> None:
        if target.endswith("a.sh"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    assert main(["check", "--fix"]) == 2
    assert "prelaunch: a.sh: cannot be written: permission denied\n" in capsys.readouterr().err
    assert _bytes("a.sh") == b"build\n"
    assert _bytes("b.sh") == b"build --platform linux/amd64\n"
    assert sorted(os.listdir()) == ["a.sh", "b.sh", "prelaunch.toml"]


def test_a_fix_that_does_not_help_is_not_made(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:

    from prelaunch import registry
    from prelaunch.model import Fix

    put("a.sh", "build a\n")
    put("b.sh", "build b\n")
    toy = registry.load_rules()[1]
    for text in (" x", "\nbuild", "\n!broken"):

        def useless(build, project, text=text):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001
            return Fix((Edit(Span(build.span.stop, build.span.stop), text),), "do no good")

        rules = [toy._replace(mend=useless)]
        monkeypatch.setattr(registry, "load_rules", lambda *_, rules=rules: rules)
        assert main(["check", "--fix"]) == 1
        assert _bytes("a.sh") == b"build a\n"


def test_fixes_that_touch_each_other_are_made_one_after_the_other(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:

    from prelaunch import registry
    from prelaunch.model import Fix

    put("prelaunch.toml", CONFIG)
    put("a.sh", "build1\nbuild2\nbuild3\n")
    toy = registry.load_rules()[1]

    def whole_file(build, project):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202, ARG001
        text = build.source.text
        line = text[build.span.start : build.span.stop]
        return Fix((Edit(Span(0, len(text)), text.replace(line, f"{line} --platform x")),), "rewrite the file")

    monkeypatch.setattr(registry, "load_rules", lambda *_: [toy._replace(mend=whole_file)])
    assert main(["check", "--fix"]) == 0
    assert _bytes("a.sh") == b"build1 --platform x\nbuild2 --platform x\nbuild3 --platform x\n"
