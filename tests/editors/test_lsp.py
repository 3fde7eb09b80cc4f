"""The language server, over its wire."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prelaunch import DOCS, CannotRunError
from prelaunch.lsp.command import run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("editor_client", HERE / "client.py")
assert _spec is not None
assert _spec.loader is not None
client: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(client)

MAKEFILE = "image:\n\tdocker buildx build -t registry.example.com/api .\n"
MENDED = MAKEFILE.replace("build -t", "build --platform linux/amd64 -t")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "prelaunch.toml").write_text('platforms = ["linux/amd64"]\n')
    return tmp_path.resolve()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One server for all: it takes a second to start."""
    made = client.Editor(tmp_path_factory.mktemp("workspace"))
    yield made
    assert made.close() == 0


@pytest.fixture
def editor(server: Any, root: Path) -> Any:
    """The server, in a folder of its own for each test."""
    server.move(root)
    return server


def test_an_opened_file_is_judged_with_the_page_of_its_rule(editor: Any) -> None:
    editor.open("Makefile", MAKEFILE)
    (found,) = editor.diagnostics("Makefile")
    assert found["range"]["start"] == {"line": 1, "character": 1}
    assert found["range"]["end"] == {"line": 1, "character": len(MAKEFILE.split("\n")[1])}
    assert found["code"] == "missing-platform"
    assert found["codeDescription"] == {"href": f"{DOCS}/rules/missing-platform/"}
    assert found["severity"] == 2
    assert "names no platform" in found["message"]


def test_what_is_typed_is_judged_before_it_is_saved(editor: Any) -> None:
    editor.open("Makefile", "image:\n")
    assert editor.diagnostics("Makefile") == []
    editor.change("Makefile", MAKEFILE, 2)
    assert len(editor.diagnostics("Makefile")) == 1
    editor.change("Makefile", MENDED, 3)
    assert editor.diagnostics("Makefile") == []


def test_a_burst_of_keys_is_judged_once(editor: Any) -> None:
    editor.open("Makefile", "image:\n")
    assert editor.diagnostics("Makefile") == []
    for version in range(2, 40):
        editor.change("Makefile", MAKEFILE[:version], version)
    editor.change("Makefile", MAKEFILE, 40)
    assert len(editor.diagnostics("Makefile")) == 1


def test_the_quick_fix_gives_what_fix_gives(editor: Any) -> None:
    editor.open("Makefile", MAKEFILE)
    editor.diagnostics("Makefile")
    (action,) = editor.actions("Makefile", 1, 5)
    assert action["title"] == "build for linux/amd64"
    assert action["kind"] == "quickfix"
    assert action["isPreferred"] is True
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": editor.uri("Makefile"), "version": 1}
    mended = client.apply(MAKEFILE, change["edits"])
    assert mended == MENDED
    assert editor.actions("Makefile", 0, 0) == []
    assert editor.actions("Makefile", 1, 5, only=["refactor"]) == []
    assert len(editor.actions("Makefile", 1, 5, only=["quickfix"])) == 1


def test_columns_count_utf_16_units_and_the_fix_lands_behind_an_emoji(editor: Any) -> None:
    text = 'image:\n\techo "🐋🐋é" && docker buildx build -t registry.example.com/api .\n'
    editor.open("Makefile", text)
    (found,) = editor.diagnostics("Makefile")
    line = text.split("\n")[1]
    before = line[: line.index("docker")]
    assert found["range"]["start"]["character"] == len(before) + 2
    (action,) = editor.actions("Makefile", 1, len(before) + 4)
    assert client.apply(text, action["edit"]["documentChanges"][0]["edits"]) == text.replace(
        "build -t", "build --platform linux/amd64 -t"
    )


def test_a_client_may_count_in_bytes(root: Path) -> None:
    editor = client.Editor(root, positionEncodings=["utf-8"])
    assert editor.capabilities["positionEncoding"] == "utf-8"
    editor.open("Makefile", 'image:\n\techo "🐋" && docker buildx build -t registry.example.com/api .\n')
    (found,) = editor.diagnostics("Makefile")
    assert found["range"]["start"]["character"] == len('\techo "🐋" && '.encode())
    assert editor.close() == 0


def test_an_import_is_renamed_with_its_uses(editor: Any) -> None:
    text = "from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\n\nkey = PBKDF2(b'')\n"
    editor.open("service.py", text)
    (found,) = editor.diagnostics("service.py")
    assert found["severity"] == 1
    (action,) = editor.actions("service.py", 0, found["range"]["start"]["character"])
    assert client.apply(text, action["edit"]["documentChanges"][0]["edits"]) == text.replace("PBKDF2", "PBKDF2HMAC")


def test_a_coding_comment_does_not_move_what_the_editor_has_decoded(editor: Any) -> None:
    text = "# -*- coding: latin-1 -*-\ns = 'ééé'; from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\n"
    editor.open("service.py", text)
    (found,) = editor.diagnostics("service.py")
    assert found["range"]["start"] == {"line": 1, "character": text.split("\n")[1].index("PBKDF2")}


def test_another_unsaved_buffer_stands_for_its_file(editor: Any) -> None:
    (editor.root / "common.mk").write_text("FLAGS = --platform linux/amd64\n")
    editor.open("Makefile", "include common.mk\n\nimage:\n\tdocker buildx build $(FLAGS) -t example.com/api .\n")
    assert editor.diagnostics("Makefile") == []
    editor.open("common.mk", "FLAGS = --push\n")
    assert editor.diagnostics("common.mk") == []
    editor.notify("textDocument/didSave", textDocument={"uri": editor.uri("common.mk")})
    assert len(editor.diagnostics("Makefile")) == 1


def test_a_fix_of_another_file_changes_that_file(editor: Any) -> None:
    (editor.root / "entrypoint.sh").write_bytes(b"#!/bin/sh\r\nexec serve\r\n")
    text = 'FROM debian:13-slim\nCOPY --chmod=755 entrypoint.sh /\nENTRYPOINT ["/entrypoint.sh"]\n'
    editor.open("Dockerfile", text)
    (found,) = (one for one in editor.diagnostics("Dockerfile") if one["code"] == "entrypoint-crlf")
    at = found["range"]["start"]
    (action,) = editor.actions("Dockerfile", at["line"], at["character"])
    (change,) = action["edit"]["documentChanges"]
    assert change["textDocument"] == {"uri": editor.uri("entrypoint.sh"), "version": None}
    assert client.apply("#!/bin/sh\r\nexec serve\r\n", change["edits"]) == "#!/bin/sh\nexec serve\n"


def test_hover_says_the_rule_and_how_the_platform_was_resolved(editor: Any) -> None:
    text = "PLATFORM ?= linux/arm64\n\nimage:\n\tdocker buildx build --platform $(PLATFORM) --push -t example.com/a .\n"
    editor.open("Makefile", text + MAKEFILE.replace("image", "other"))
    editor.diagnostics("Makefile")
    build = editor.hover("Makefile", 3, 4)["contents"]["value"]
    assert "**docker-buildx-build**: a platform is in force: `linux/arm64`" in build
    assert f"[Makefile:1]({editor.uri('Makefile')}#L1)" in build
    missing = editor.hover("Makefile", 5, 4)["contents"]["value"]
    assert "no platform is in force" in missing
    assert "# missing-platform" in missing
    assert "## Why is this bad" in missing
    assert "error: missing-platform" not in missing
    assert f"({DOCS}/rules/missing-platform/)" in missing
    assert editor.hover("Makefile", 0, 0) is None


def test_hints_are_shown_where_they_are_asked_for(editor: Any) -> None:
    (editor.root / "prelaunch.toml").unlink()
    text = "#!/bin/sh\ndocker build -t api-test .\n"
    editor.open("test.sh", text)
    assert editor.diagnostics("test.sh") == []
    other = client.Editor(editor.root, hints=True)
    other.open("test.sh", text)
    (found,) = other.diagnostics("test.sh")
    assert found["severity"] == 3
    assert other.close() == 0


def test_settings_rule_as_they_do_on_the_command_line(editor: Any) -> None:
    (editor.root / "prelaunch.toml").write_text('exclude = ["vendored/"]\nignore = ["nonexistent-import"]\n')
    editor.open("vendored/Makefile", MAKEFILE)
    assert editor.diagnostics("vendored/Makefile") == []
    editor.open("a.py", "from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2\n")
    assert editor.diagnostics("a.py") == []
    editor.open("Makefile", MAKEFILE.replace("\tdocker", "\t# prelaunch: ignore[missing-platform] why\n\tdocker"))
    assert editor.diagnostics("Makefile") == []


def test_a_wrong_configuration_is_said_once_and_is_no_crash(editor: Any) -> None:
    (editor.root / "prelaunch.toml").write_text("platform = 1\n")
    editor.open("Makefile", MAKEFILE)
    editor.change("Makefile", MAKEFILE, 2)
    assert editor.hover("Makefile", 1, 3) is None
    (said,) = editor.said
    assert "'platform' is not a setting; did you mean 'platforms'?" in said
    (editor.root / "prelaunch.toml").write_text("")
    editor.notify("workspace/didChangeWatchedFiles", changes=[])
    assert len(editor.diagnostics("Makefile")) == 1


def test_a_broken_file_and_a_buffer_without_a_file_are_no_crash(editor: Any) -> None:
    editor.notify(
        "textDocument/didOpen",
        textDocument={"uri": "untitled:Untitled-1", "languageId": "make", "version": 1, "text": MAKEFILE},
    )
    editor.open("compose.yaml", "services: [build:")
    (found,) = editor.diagnostics("compose.yaml")
    assert found["code"] == "unreadable"
    editor.open("notes.md", "docker build .")
    assert editor.diagnostics("notes.md") == []


def test_a_closed_file_shows_nothing_any_more(editor: Any) -> None:
    editor.open("Makefile", MAKEFILE)
    assert len(editor.diagnostics("Makefile")) == 1
    editor.notify("textDocument/didClose", textDocument={"uri": editor.uri("Makefile")})
    assert editor.diagnostics("Makefile") == []


def test_without_its_library_the_server_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("prelaunch.lsp.server", "pygls", "lsprotocol"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    with pytest.raises(CannotRunError, match=r"needs lsprotocol: pip install 'prelaunch\[lsp\]'"):
        run(None)  # type: ignore[arg-type]
