"""The data file: what is written is read back, and damage is one clear error, never a wrong answer."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prelaunch.index import pack as packing
from prelaunch.index.layout import CHECKSUM, HEADER
from prelaunch.index.pack import pack, write
from prelaunch.index.spans import numbers, parse, spell
from prelaunch.index.store import ABSENT, PRESENT, UNKNOWN, Index, IndexDamaged, Package
from prelaunch.index.surface import ModuleSurface, Probe, Surface
from prelaunch.index.unite import History, unite

if TYPE_CHECKING:
    from pathlib import Path


def history(distribution: str = "some-thing", modules: int = 3, releases: int = 3) -> History:
    """A distribution of one package whose submodules each hold a name of their own; `gone` is in release 0 only."""
    top = distribution.replace("-", "_")
    surfaces = []
    for number in range(releases):
        content = {top: ModuleSurface({"start": "d", **({"gone": "i"} if not number else {})}, package=True)}
        for at in range(modules):
            content[f"{top}.m{at:04}"] = ModuleSurface({f"name_{at}": "d", "os": "i"})
        surfaces.append(Surface(distribution, f"1.{number}", ">=3.8", "2024-01-01", ("one", "two-three"), content))
    listed = {dotted: tuple(sorted(content[dotted].names)) for dotted in content}
    return unite(surfaces, [Probe(distribution, surfaces[-1].version, "3.12", listed, {}, {})])


def opened(data: bytes, distribution: str = "some-thing") -> Package:
    package = Index(data).package(distribution)
    assert package
    return package


def answers(data: bytes) -> list[object]:
    """Everything that a small index says."""
    index = Index(data)
    said: list[object] = [index.built, index.generator, index.distributions]
    said += [index.providers(top) for top in ("some_thing", "other", "none")]
    for distribution in index.distributions:
        package = index.package(distribution)
        assert package
        said += [package.releases, package.requires, package.pythons]
        for release in range(len(package.releases)):
            for module in (*package.modules(release), "some_thing.none"):
                said += [package.module(module, release), package.is_package(module, release)]
                said += [package.names(module, release)]
                said += [package.name(module, name, release) for name in ("start", "gone", "name_1", "none")]
    return said


SMALL = pack([history()], providers_extra={"other": ["x", "a"]}, built="2026-01-31", generator="prelaunch 1")
WHOLE = answers(SMALL)


def test_the_index_says_who_gives_a_top_level_name() -> None:
    data = pack([history("jwt"), history("pyjwt")], providers_extra={"jwt": ["pyjwt", "not-here"], "cv2": ["b", "a"]})
    index = Index(data)
    assert index.providers("jwt") == ("jwt", "not-here", "pyjwt")
    assert index.providers("pyjwt") == ("pyjwt",)
    assert index.providers("cv2") == ("a", "b")
    assert index.providers("cv") == index.providers("") == index.providers("\udcff") == ()


def test_an_unknown_distribution_is_none() -> None:
    index = Index(SMALL)
    assert [index.package(name) for name in ("", "aaa", "some_thing", "zzz", "é", "\udcff")] == [None] * 6


def test_what_a_release_says_of_itself_is_kept() -> None:
    package = opened(SMALL)
    assert package.distribution == "some-thing"
    assert package.releases == ("1.0", "1.1", "1.2")
    assert package.requires == ("one", "two-three")
    assert package.pythons == (">=3.8",) * 3
    assert Index(SMALL).built == "2026-01-31"
    assert Index(SMALL).generator == "prelaunch 1"


def test_the_python_that_a_release_requires_changes_over_the_releases() -> None:
    surfaces = [
        Surface("a", str(at), python, "", (), {"a": ModuleSurface({})})
        for at, python in enumerate([">= 2.7, != 3.0.*", "", ">=3.8", ">=3.8"])
    ]
    assert opened(pack([unite(surfaces, [])]), "a").pythons == (">= 2.7, != 3.0.*", "", ">=3.8", ">=3.8")


def test_a_removed_name_is_present_before_and_absent_after() -> None:
    package = opened(SMALL)
    assert [package.name("some_thing", "gone", release) for release in range(3)] == [PRESENT, ABSENT, ABSENT]
    assert package.seen("some_thing", "gone") == (0,)
    assert package.seen("some_thing", "never") == package.seen("never") == package.seen("never", "never") == ()
    assert package.seen("some_thing", "m0000") == (0, 1, 2)


def test_a_missing_top_level_is_unknown() -> None:
    package = opened(SMALL)
    assert package.module("something", 0) == package.name("something", "x", 0) == UNKNOWN
    assert package.names("something", 0) is None


def test_a_very_long_dotted_name_is_answered_at_once() -> None:
    package = opened(SMALL)
    assert package.module("some_thing" + ".a" * 500_000, 0) == UNKNOWN
    assert package.module("some_thing" + ".a" * 400, 0) == ABSENT


def test_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    both = [history("a"), history("b")]
    assert pack(both) == pack(both[::-1])


def test_a_giant_is_read_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "GIANT", 1_000)
    monkeypatch.setattr(packing, "CHUNK", 500)
    data = pack([history(modules=200), history("a"), history("z")])
    whole = opened(data)
    assert whole.modules(2) == ("some_thing", *(f"some_thing.m{at:04}" for at in range(200)))
    package = opened(data)
    reads = 0
    read = package._read  # noqa: SLF001 - counts what is inflated

    def counted(block: tuple[int, int, int]) -> str:
        nonlocal reads
        reads += 1
        return read(block)

    monkeypatch.setattr(package, "_read", counted)
    assert package.name("some_thing.m0150", "name_150", 1) == PRESENT
    assert reads == 1
    assert package.name("some_thing.m0150", "name_151", 1) == ABSENT
    assert package.module("some_thing.m0150x", 1) == ABSENT
    assert package.module("aaa", 1) == UNKNOWN
    assert package.where("name_7") == (("some_thing.m0007", "d"),)
    for at in range(200):
        assert package.name(f"some_thing.m{at:04}", f"name_{at}", 0) == PRESENT


def test_every_byte_that_is_cut_off_is_noticed() -> None:
    for size in range(len(SMALL)):
        with pytest.raises(IndexDamaged):
            Index(SMALL[:size])
    with pytest.raises(IndexDamaged):
        Index(SMALL + b"\0")


def test_every_changed_byte_is_noticed_or_does_not_matter() -> None:
    for at in range(len(SMALL)):
        for change in (0x01, 0x80, 0xFF):
            damaged = bytearray(SMALL)
            damaged[at] ^= change
            with contextlib.suppress(IndexDamaged):
                assert answers(bytes(damaged)) == WHOLE


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_an_error_and_nothing_else(data: bytes, begins: bool) -> None:
    with pytest.raises(IndexDamaged):
        Index(SMALL[: HEADER.size] * begins + data)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_block_of_any_text_with_the_right_checksum_is_an_error_or_an_answer(data: st.DataObject) -> None:
    alphabet = st.sampled_from(["\n", ":", " ", "-", ";", "*", "1", "d", "!", "x", "releases 1 2", "chunk", "\n:x "])
    text = "".join(data.draw(st.lists(alphabet, max_size=30)))
    head = "releases 1 2\n" * data.draw(st.booleans())
    with contextlib.suppress(IndexDamaged):
        package = Package("x", lambda _: head + text, (0, 0, 0))
        for release in range(len(package.releases)):
            package.module("x.y", release)
            package.name("x", "y", release)
            package.where("x", release)


def test_a_newer_format_says_so_and_what_to_do() -> None:
    newer = bytearray(SMALL)
    newer[8] = 9
    with pytest.raises(IndexDamaged, match="has format 9, this version reads 1: update prelaunch"):
        Index(bytes(newer))


def test_a_block_that_is_no_zlib_stream_is_an_error() -> None:
    index = Index(SMALL)
    start = len(SMALL) - index._blocks  # noqa: SLF001 - the block lies at the end of a small index
    broken = b"\0" * start
    with pytest.raises(IndexDamaged, match="cannot be inflated"):
        Index(SMALL[:-start] + broken)._block((0, start, zlib.crc32(broken)))  # noqa: SLF001


def test_a_file_is_written_in_one_step_and_mapped(tmp_path: Path) -> None:
    path = str(tmp_path / "names.index")
    assert write([history()], path) == os.path.getsize(path)
    assert Index.open(path).distributions == ("some-thing",)
    write([history("b"), history("a")], path)
    assert Index.open(path).distributions == ("a", "b")
    assert os.listdir(tmp_path) == ["names.index"]


def test_a_missing_file_is_the_callers_and_an_empty_one_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Index.open(str(tmp_path / "none"))
    (tmp_path / "empty").touch()
    with pytest.raises(IndexDamaged, match="empty"):
        Index.open(str(tmp_path / "empty"))


def test_a_text_that_would_break_the_file_is_refused() -> None:
    good = history()
    for bad in (
        good._replace(distribution="a b"),
        good._replace(releases=("1 0",)),
        good._replace(requires=("",)),
        good._replace(pythons=("a\nb", "", "")),
    ):
        with pytest.raises(ValueError, match="is no single"):
            pack([bad])
    with pytest.raises(ValueError, match="two histories of some-thing"):
        pack([good, good])


def test_surfaces_that_do_not_belong_together_are_refused() -> None:
    one = Surface("a", "1", "", "", (), {})
    with pytest.raises(ValueError, match="no surface"):
        unite([], [])
    with pytest.raises(ValueError, match="two surfaces of a 1"):
        unite([one, one], [])
    with pytest.raises(ValueError, match="surfaces of a and b"):
        unite([one, one._replace(distribution="b", version="2")], [])


@given(st.integers(0, 2**40), st.integers(0, 2**40))
def test_spans_are_read_as_they_are_written(bits: int, more: int) -> None:
    whole = bits | more
    assert parse(spell(bits, whole), whole) == bits
    assert numbers(bits) == tuple(at for at in range(41) if bits >> at & 1)


@pytest.mark.parametrize(
    ("bits", "text"), [(0, "-"), (0b1, "0"), (0b1000, "3"), (0b1110, "1-3"), (0b1011, "0-1;3"), (0b11111, "*")]
)
def test_spans_are_short(bits: int, text: str) -> None:
    assert spell(bits, 0b11111) == text


def test_the_reader_imports_nothing_heavy() -> None:
    code = (
        "import sys; import prelaunch.index.store; "
        "print(*sorted({'json', 'dataclasses', 'pathlib', 'email', 'ast', 'inspect', 'tempfile'} & set(sys.modules)))"
    )
    result = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert result.stdout == "\n"


def test_the_header_covers_its_own_size() -> None:
    assert HEADER.size + CHECKSUM.size == 32


@pytest.mark.parametrize("text", ["", "a", "3-1", "-3", "1;", "1-", "0-99999999999", "9" * 5_000, "1-2-3"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text, 0b111)
