"""The records that the parts of the index exchange."""

from __future__ import annotations

import json

from prelaunch.index.surface import ModuleSurface, Probe, Surface, merge


def surface(**modules: ModuleSurface) -> Surface:
    return Surface("lib", "1.0", ">=3.9", "2026-01-31", ("other",), modules)


def test_records_come_back_from_json_as_they_were() -> None:
    one = surface(lib=ModuleSurface({"b": "d", "a": "i"}, "star", True, frozenset("a")), other=ModuleSurface({}))
    assert Surface.from_json(json.loads(json.dumps(one.to_json()))) == one
    probe = Probe("lib", "1.0", "3.12", {"lib": ("a", "b"), "lib.c": None}, {"lib": ("x",)}, {})
    assert Probe.from_json(json.loads(json.dumps(probe.to_json()))) == probe


def test_the_json_of_a_surface_does_not_depend_on_the_order_of_its_parts() -> None:
    one = surface(a=ModuleSurface({"x": "d", "y": "d"}), b=ModuleSurface({}))
    other = surface(b=ModuleSurface({}), a=ModuleSurface({"y": "d", "x": "d"}))
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())


def test_wheels_of_several_platforms_are_united_and_open_if_one_is() -> None:
    linux = surface(lib=ModuleSurface({"a": "i", "b": "s"}), linux=ModuleSurface({}))
    windows = surface(lib=ModuleSurface({"a": "d", "b": "i", "c": "s"}, "extension"), windows=ModuleSurface({}))
    both = merge([linux, windows._replace(requires=("other", "more"))])
    assert both.modules == {
        "lib": ModuleSurface({"a": "d", "b": "i", "c": "s"}, "extension"),
        "linux": ModuleSurface({}),
        "windows": ModuleSurface({}),
    }
    assert both.requires == ("other", "more")
    assert merge([linux]) == linux


def test_a_name_that_one_wheel_has_for_sure_is_sure() -> None:
    one = surface(lib=ModuleSurface({"a": "i", "b": "i"}, unsure=frozenset("ab")))
    other = surface(lib=ModuleSurface({"a": "i", "c": "i"}, unsure=frozenset("c")))
    assert merge([one, other]).modules["lib"].unsure == merge([other, one]).modules["lib"].unsure == {"b", "c"}
