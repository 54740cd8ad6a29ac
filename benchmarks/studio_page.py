"""How soon a telephone sees the studio: `python benchmarks/studio_page.py [--times 10]`.

The real server, a class that is there already, and Chromium as a narrow telephone: its processor slowed down four
times, its network 20 Mbit/s with 10 ms of delay, about a crowded room's Wi-Fi; and once more with neither. Nothing is
kept from one opening to the next. Timed from the address to the first paint, to the form of the door, and, for a member
who comes back, to the first clip of the feed being there to press. No radio is measured, and no real telephone.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SLOWER = 4
ROOM = {"offline": False, "latency": 10, "downloadThroughput": 20e6 / 8, "uploadThroughput": 10e6 / 8}
PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


def main() -> None:
    """Measure, print a table, and end with one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--times", type=int, default=10)
    times = parser.parse_args().times
    with studio() as (url, code), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        kept = member(browser, url, code)
        found = {
            name: {
                what: np.median([opened(browser, url, kept=who, slow=slow, wanted=wanted) for _ in range(times)], axis=0)
                for what, who, wanted in (("door", None, "form input"), ("feed", kept, "video"))
            }
            for name, slow in (("telephone in a room", True), ("this computer", False))
        }  # fmt: skip
        browser.close()
    load = os.getloadavg()[0]
    print(f"| median of {times}, load {load:.1f} | first paint, ms | there to use, ms |\n|---|---:|---:|")
    for name, rows in found.items():
        for what, (paint, there) in rows.items():
            print(f"| {name}: the {what} | {paint:.0f} | {there:.0f} |")
    ours = found["telephone in a room"]
    ends = {
        f"{what}_{kind}_ms": round(float(both[n]))
        for what, both in ours.items()
        for n, kind in enumerate(("paint", "ready"))
    }
    print(json.dumps(ends))


@contextmanager
def studio() -> Iterator[tuple[str, str]]:
    """Start a class with clips in it; give its address and its code."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TemporaryDirectory() as home:
        log = Path(home) / "studio.log"
        command = [sys.executable, "-m", "medialit.cli", "studio", "--demo", "--local", f"--port={port}"]
        environment = os.environ | {"MEDIALIT_HOME": home, "PYTHONUNBUFFERED": "1"}
        with (
            log.open("wb") as out,
            subprocess.Popen(command, env=environment, stdout=out, stderr=out) as process,
        ):
            try:
                yield wait(process, port, log)
            finally:
                process.terminate()
                process.wait(60)


def wait(process: subprocess.Popen[bytes], port: int, log: Path) -> tuple[str, str]:
    """Return the address and the code once the server answers."""
    until = time.monotonic() + 240
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10):
                code = re.search(r"code: (\S+)", log.read_text())
                if code:
                    return f"http://127.0.0.1:{port}/", code[1]
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit(f"The studio did not open:\n{log.read_text()}")


def member(browser: Browser, url: str, code: str) -> list[Any]:
    """Join, and return the cookies of who did."""
    page = browser.new_context().new_page()
    answer = page.request.post(
        f"{url}api/join",
        headers={"X-Medialit-CSRF": "join"},
        data={"code": code, "pseudonym": "Visitor", "age": "adult", "lang": "en"},
    )
    if not answer.ok:
        raise SystemExit(f"Nobody could join: {answer.text()}")
    cookies: list[Any] = list(page.context.cookies())
    page.context.close()
    return cookies


def opened(
    browser: Browser, url: str, *, kept: list[Any] | None, slow: bool, wanted: str
) -> tuple[float, float]:
    """Open the studio anew, and return the milliseconds to the first paint and to what is wanted."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    if kept:
        context.add_cookies(kept)
    page = context.new_page()
    if slow:
        throttle(page)
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.locator(wanted).first.wait_for(state="visible")
    there = 1000 * (time.perf_counter() - begin)
    paint = float(page.evaluate(PAINT) or np.nan)
    context.close()
    return paint, there


def throttle(page: Page) -> None:
    """Make the page as slow as a cheap telephone's."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", ROOM)


if __name__ == "__main__":
    main()
