"""Headless Chromium, spoken to over a pipe (the DevTools protocol), so that no library is needed."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PATIENCE = 120.0
"""Seconds for one answer; a busy machine takes long to start a browser."""


class Browser:
    """A browser with one page. `requests` are the addresses that it asked for, `errors` what its console said."""

    def __init__(self, program: str, home: Path) -> None:
        read, self._to = os.pipe()
        self._from, write = os.pipe()
        command = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-extensions"]
        command += ["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"]
        command += ["--remote-debugging-pipe", f"--user-data-dir={home}", "--window-size=1400,1000", "about:blank"]
        shell = ["bash", "-c", f'exec 3<&{read} 4>&{write}; exec "$@"', "bash", *command]
        self._process = subprocess.Popen(
            shell, pass_fds=(read, write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self._environment()
        )
        os.close(read)
        os.close(write)
        self._rest, self._number = b"", 0
        self.requests: list[str] = []
        self.errors: list[str] = []
        self._events: list[dict[str, Any]] = []
        self._session = self._target = ""

    def _tab(self) -> None:
        """A new tab, so that what it takes to show a page is measured from nothing."""
        old, self._session = self._target, ""
        self._target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=self._target, flatten=True)["sessionId"]
        if old:
            self.call("Target.closeTarget", targetId=old)
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")
        self.call("Performance.enable", timeDomain="threadTicks")

    @staticmethod
    def _environment() -> dict[str, str]:
        return {**os.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:"}

    def call(self, method: str, **parameters: object) -> Any:
        """The result of a command; `AssertionError` with the browser's words where it says no."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + _PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            chunk = os.read(self._from, 1 << 20)
            assert chunk, "the browser has ended"
            self._rest += chunk
        data, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(data)
        self._heard(message)
        return message

    def _heard(self, message: dict[str, Any]) -> None:
        parameters = message.get("params", {})
        if message.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif message.get("method") == "Log.entryAdded":
            self.errors.append(parameters["entry"]["text"])
        elif message.get("method") == "Runtime.exceptionThrown":
            self.errors.append(parameters["exceptionDetails"]["text"])
        self._events.append(message)

    def show(self, path: Path, *, dark: bool = False, media: str = "") -> float:
        """Open a file in a new tab, and give the milliseconds by the clock until it was loaded and drawn."""
        self._tab()
        self.look(dark=dark, media=media)
        self.requests.clear()
        self._events.clear()
        self.call("Page.navigate", url=path.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self._events):
            self._next()
        drawn = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
        return float(self.run(drawn))

    def look(self, *, dark: bool, media: str = "") -> None:
        """Make the page look as in the dark, or on paper (`media` "print")."""
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def worked(self) -> float:
        """The processor milliseconds that the page's main thread has taken, however busy the machine is."""
        metrics = {each["name"]: each["value"] for each in self.call("Performance.getMetrics")["metrics"]}
        return float(metrics["TaskDuration"]) * 1000

    def run(self, script: str) -> Any:
        """The value of an expression of JavaScript in the page, waited for where it is a promise."""
        found = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def picture(self, path: Path, *, whole: bool = False) -> None:
        """Write what is seen as PNG."""
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]))

    def pdf(self, path: Path) -> None:
        """Write the page as it is printed."""
        path.write_bytes(base64.b64decode(self.call("Page.printToPDF", printBackground=False, landscape=True)["data"]))

    def close(self) -> None:
        """End the browser."""
        os.close(self._to)
        os.close(self._from)
        self._process.terminate()
        self._process.wait(30)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser; skips where there is none."""
    program = next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if program is None:
        pytest.skip("needs Chromium (apt-get install chromium)")
    started = Browser(program, tmp_path_factory.mktemp("chromium"))
    yield started
    started.close()
