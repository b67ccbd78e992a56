"""A browser without a window, driven through a pipe in its own protocol (Chrome DevTools)."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from base64 import b64decode
from pathlib import Path
from time import sleep
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

MISSING = (
    f"no browser to open pages in: none of {', '.join(NAMES)}; .ci/run installs Debian's chromium "
    "where it is root"
)
"""Why tests are skipped."""

STARTER = """
import os, sys
reads, writes = int(sys.argv[1]), int(sys.argv[2])
os.dup2(reads, 30), os.dup2(writes, 31)
os.dup2(30, 3), os.dup2(31, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""The protocol is read from file descriptor 3 and written to 4."""

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--disable-gpu-compositing",
    "--hide-scrollbars",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--remote-debugging-pipe",
)


def found() -> str | None:
    """The path of a browser, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One browser with one page; messages of its console are kept."""

    def __init__(self, path: str, profile: Path) -> None:
        here, there = os.pipe(), os.pipe()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-c", STARTER, str(here[0]), str(there[1]), path),
                *ARGUMENTS,
                f"--user-data-dir={profile}",
            ],
            pass_fds=(here[0], there[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(here[0])
        os.close(there[1])
        self._writes, self._reads = os.fdopen(here[1], "wb"), os.fdopen(there[0], "rb")
        self._pending, self._number, self._session = b"", 0, None
        self.complaints: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **arguments: Any) -> Any:
        """What a command of the protocol answers."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": arguments}
        if self._session is not None:
            message["sessionId"] = self._session
        self._writes.write(json.dumps(message).encode() + b"\0")
        self._writes.flush()
        while (answer := self._next()).get("id") != self._number:
            self._note(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, path: Path, fragment: str = "", *, size: tuple[int, int] = (1280, 860)) -> None:
        """Show a file, and wait until the page says that it is ready."""
        self.complaints.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=size[0],
            height=size[1],
            deviceScaleFactor=1,
            mobile=False,
        )
        for url in ("about:blank", path.as_uri() + fragment):
            self.call("Page.navigate", url=url)
            self._wait_for(url)

    def _wait_for(self, url: str) -> None:
        """Until the page of this address is there, in place of the one before, and is ready."""
        ready = "document.documentElement?.dataset.ready !== undefined"
        if url == "about:blank":
            ready = "document.readyState === 'complete'"
        for _ in range(3000):
            try:
                if self.run(f"location.href === {json.dumps(url)} && {ready}"):
                    return
            except RuntimeError as error:  # between two pages there is none to ask
                if "context" not in str(error) and "navigated" not in str(error):
                    raise
            sleep(0.02)
        raise RuntimeError(f"{url} is not ready after a minute")

    def run(self, script: str) -> Any:
        """The value of an expression on the page; promises are waited for."""
        answer = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"].get("description", script))
        return answer["result"].get("value")

    def mouse(self, kind: str, x: float, y: float) -> None:
        """Move, press or release the left button of a mouse at a point of the page."""
        button = {"button": "left", "clickCount": 1} if kind != "mouseMoved" else {}
        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, **button)

    def click(self, x: float, y: float) -> None:
        """Move there, press and release."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def screenshot(self) -> bytes:
        """The page as it is seen, as a PNG file."""
        return b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self.call("Browser.close")
        self._writes.close()
        self._reads.close()
        self._process.wait(timeout=60)

    def _next(self) -> Any:
        while b"\0" not in self._pending:
            part = os.read(self._reads.fileno(), 1 << 20)
            if not part:
                raise RuntimeError("the browser ended")
            self._pending += part
        message, _, self._pending = self._pending.partition(b"\0")
        return json.loads(message)

    def _note(self, event: Any) -> None:
        said = event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                details = said["exceptionDetails"]
                self.complaints.append(details.get("exception", details).get("description", ""))
            case "Runtime.consoleAPICalled" if said["type"] in ("error", "warning", "assert"):
                self.complaints.append(" ".join(str(arg.get("value")) for arg in said["args"]))
            case "Log.entryAdded" if said["entry"]["level"] == "error":
                self.complaints.append(said["entry"]["text"])
            case "Network.requestWillBeSent":
                url = said["request"]["url"]
                if not url.startswith(("file:", "about:", "data:", "blob:")):
                    self.complaints.append(f"asked for {url}")
