"""Headless Chromium, driven through a pipe with the DevTools protocol. Standard library only."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Self

EXECUTABLE = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
)

_OPTIONS = (
    "--headless",
    "--no-sandbox",  # the tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def _high(ends: tuple[int, int]) -> tuple[int, int]:
    """Move the ends of a pipe out of the way of descriptors 3 and 4."""
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


class Chromium:
    """One browser with one page."""

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True)
        ours, self._writer = _high(os.pipe())
        self._reader, theirs = _high(os.pipe())
        # The browser reads from descriptor 3 and writes to 4.
        begin = (
            f"import os, sys; os.dup2({ours}, 3); os.dup2({theirs}, 4); os.execv(sys.argv[1], sys.argv[1:])"
        )
        arguments = [*_OPTIONS, f"--user-data-dir={self._folder.name}", f"--window-size={width},{height}"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", begin, EXECUTABLE, *arguments, "about:blank"],
            pass_fds=(ours, theirs),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(ours)
        os.close(theirs)
        self._buffer = b""
        self._number = 0
        self._session = ""
        targets = self._call("Target.getTargets")["targetInfos"]
        page = next(target["targetId"] for target in targets if target["type"] == "page")
        self._session = self._call("Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        self.logged: list[str] = []
        """Messages of the console and uncaught errors."""
        self._call("Runtime.enable")
        self._call("Page.enable")
        self._call("Log.enable")
        # Else the page is behind no window, and nothing on it matches :focus.
        self._call("Emulation.setFocusEmulationEnabled", enabled=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._writer)
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        os.close(self._reader)
        self._folder.cleanup()

    def open(self, url: str) -> None:
        """Go to an address and wait until its page stands."""
        self._call("Page.navigate", url=url)
        self.until(f"location.href.startsWith({url!r}) && document.readyState === 'complete'")

    def resize(self, width: int, height: int, *, phone: bool = False) -> None:
        """Show the page in a window of this size."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )

    def print_style(self) -> None:
        """Show pages as they would be printed."""
        self._call("Emulation.setEmulatedMedia", media="print")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression on the page; promises are awaited."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def until(self, expression: str, seconds: float = 60) -> Any:
        """Wait until an expression is true and return its value."""
        end = time.monotonic() + seconds
        while True:
            value = self.evaluate(expression)
            if value:
                return value
            if time.monotonic() > end:
                text = self.evaluate("document.body.innerText.slice(0, 3000)")
                raise AssertionError(f"not within {seconds} s: {expression}\n{text}\n{self.logged}")
            time.sleep(0.02)

    def screenshot(self, path: Path) -> None:
        """Write what is to be seen as a PNG."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def click(self, x: float, y: float) -> None:
        """Press and release the left button."""
        for kind in ("mousePressed", "mouseReleased"):
            self._call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                details = parameters["exceptionDetails"]
                self.logged.append(details.get("exception", {}).get("description", details["text"]))
            case "Runtime.consoleAPICalled":
                self.logged.append(" ".join(str(one.get("value", one)) for one in parameters["args"]))
            case "Log.entryAdded":
                entry = parameters["entry"]
                self.logged.append(f"{entry['text']} ({entry.get('url', '')})")

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._reader], [], [], 60)
            chunk = os.read(self._reader, 1 << 16) if ready else b""
            if not chunk:
                raise AssertionError("the browser has gone")
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(message)
        return answer
