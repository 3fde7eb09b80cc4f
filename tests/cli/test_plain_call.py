"""The short way of reading the hook's usual call, against the long one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from prelaunch import arguments, plain_call

FLAGS = ("--force-exclude", "--fix", "--hints", "--exit-zero", "--no-cache")
WORDS = st.lists(
    st.sampled_from(
        [*FLAGS, "--diff", "--select", "--config=x", "--fi", "-", "--", "-x", "a b.py", "Makefile", "", "é"]
    ),
    max_size=6,
)


@given(st.sampled_from(["check", "builds", ""]), WORDS)
def test_what_the_short_way_reads_is_what_argparse_reads(command: str, words: list[str]) -> None:
    quick = plain_call.read([command, *words])
    if quick is not None:
        slow = arguments.parse([command, *words])
        assert not isinstance(slow, int)
        assert vars(quick) == vars(slow)


def test_the_call_of_the_hook_is_read_the_short_way() -> None:
    for flag in FLAGS:
        quick = plain_call.read(["check", flag, "Makefile", "deploy/build.sh"])
        assert quick is not None
        assert vars(quick) == vars(arguments.parse(["check", flag, "Makefile", "deploy/build.sh"]))


def test_any_other_call_is_left_to_argparse() -> None:
    for call in (["check"], ["check", "-"], ["check", "a", "--fix"], ["check", "--diff", "a"], ["builds", "a"], []):
        assert plain_call.read(call) is None
