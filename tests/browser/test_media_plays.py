"""What `write` makes plays to its end in Chromium, in its true colours."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from medialit.media import Clip, write

pytestmark = pytest.mark.browser

COLOUR = (200, 60, 30)
PLAY = """async name => {
  const video = Object.assign(document.createElement('video'), {muted: true, src: name});
  await new Promise((ready, fail) => {
    video.oncanplaythrough = ready; video.onerror = () => fail(video.error.message);
  });
  const ended = new Promise(end => { video.onended = end; });
  await video.play();
  await ended;
  const canvas = Object.assign(document.createElement('canvas'), {width: 96, height: 64});
  const pen = canvas.getContext('2d');
  pen.drawImage(video, 0, 0);
  return [video.videoWidth, video.videoHeight, video.currentTime, ...pen.getImageData(50, 30, 1, 1).data];
}"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "page.html").write_text("<!doctype html>")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/page.html"
        server.shutdown()
        thread.join()


def test_chromium_plays_both_formats_in_their_true_colours(tmp_path, served):
    frames = np.zeros((10, 64, 96, 3), np.uint8) + np.array(COLOUR, np.uint8)
    clip = Clip(frames, 10.0, audio=np.zeros((48_000, 1), np.float32), sample_rate=48_000)
    write(clip, tmp_path / "a.mp4")
    write(clip, tmp_path / "a.webm", codec="vp9")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    assert chromium, "install the system package chromium"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(served)
        for name in ("a.mp4", "a.webm"):
            width, height, seconds, *shown = page.evaluate(PLAY, name)
            assert (width, height) == (96, 64), name
            assert seconds == pytest.approx(1.0, abs=0.05), name
            assert np.abs(np.array(shown[:3]) - COLOUR).max() <= 4, name
        browser.close()
