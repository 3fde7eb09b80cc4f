"""An editor in sixty lines: the base protocol of the LSP over a child's standard input and output.

Its own, and not that of the library that the server uses, so that what goes over the wire is what is tested.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

WAIT = 120.0


class Editor:
    """One editor with one server, for one folder."""

    def __init__(self, root: Path, *, hints: bool = False, **general: Any) -> None:
        command = [sys.executable, "-m", "prelaunch", "lsp"]
        self.process = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._messages: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        self._id = 0
        self.said: list[str] = []
        self._opened: set[str] = set()
        self.root = root
        self.capabilities = self.request(
            "initialize",
            processId=None,
            rootUri=root.as_uri(),
            workspaceFolders=[{"uri": root.as_uri(), "name": root.name}],
            initializationOptions={"hints": hints},
            capabilities={"general": general, "workspace": {"workspaceEdit": {"documentChanges": True}}},
        )["capabilities"]
        self.notify("initialized")

    def _listen(self) -> None:
        out = self.process.stdout
        assert out is not None
        while True:
            length = 0
            while (line := out.readline().strip()) != b"":
                name, _, value = line.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
            if not length:
                return
            self._messages.put(json.loads(out.read(length)))

    def _send(self, **message: Any) -> None:
        data = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(data) + data)
        self.process.stdin.flush()

    def notify(self, method: str, **params: Any) -> None:
        self._send(method=method, params=params)

    def request(self, method: str, **params: Any) -> Any:
        self._id += 1
        self._send(id=self._id, method=method, params=params or None)
        while True:
            message = self._next()
            if message.get("id") == self._id and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def _next(self) -> dict[str, Any]:
        message = self._messages.get(timeout=WAIT)
        if message.get("method") == "window/showMessage":
            self.said.append(message["params"]["message"])
        return message

    def diagnostics(self, name: str) -> list[dict[str, Any]]:
        """The next diagnostics of a file."""
        while True:
            message = self._next()
            if message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == self.uri(
                name
            ):
                found: list[dict[str, Any]] = message["params"]["diagnostics"]
                return found

    def uri(self, name: str) -> str:
        return (self.root / name).as_uri()

    def open(self, name: str, text: str, version: int = 1) -> None:
        self._opened.add(self.uri(name))
        document = {"uri": self.uri(name), "languageId": "any", "version": version, "text": text}
        self.notify("textDocument/didOpen", textDocument=document)

    def change(self, name: str, text: str, version: int) -> None:
        document = {"uri": self.uri(name), "version": version}
        self.notify("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def actions(self, name: str, line: int, column: int, **context: Any) -> list[dict[str, Any]]:
        at = {"line": line, "character": column}
        found: list[dict[str, Any]] = self.request(
            "textDocument/codeAction",
            textDocument={"uri": self.uri(name)},
            range={"start": at, "end": at},
            context={"diagnostics": [], **context},
        )
        return found

    def hover(self, name: str, line: int, column: int) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.request(
            "textDocument/hover",
            textDocument={"uri": self.uri(name)},
            position={"line": line, "character": column},
        )
        return found

    def move(self, root: Path) -> None:
        """Close what is open, and go on in another folder."""
        while self._opened:
            self.notify("textDocument/didClose", textDocument={"uri": self._opened.pop()})
        self.root = root
        self.said.clear()

    def close(self) -> int:
        """Say goodbye; the exit code of the server."""
        self.request("shutdown")
        self._send(method="exit")
        code = self.process.wait(timeout=WAIT)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        return code


def apply(text: str, edits: list[dict[str, Any]]) -> str:
    """`text` with LSP edits made; positions count UTF-16 units."""
    lines = text.split("\n")
    starts = [sum(len(line.encode("utf-16-le")) + 2 for line in lines[:number]) for number in range(len(lines))]
    data = text.encode("utf-16-le")
    places = []
    for edit in edits:
        start, end = (starts[at["line"]] + 2 * at["character"] for at in (edit["range"]["start"], edit["range"]["end"]))
        places.append((start, end, edit["newText"].encode("utf-16-le")))
    for start, end, new in sorted(places, reverse=True):
        data = data[:start] + new + data[end:]
    return data.decode("utf-16-le")
