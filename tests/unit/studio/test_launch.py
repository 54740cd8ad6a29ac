"""The tiles in JupyterLab's launcher."""

from __future__ import annotations

import importlib
import re
import signal
import subprocess
import sys
import tomllib
import urllib.request
from pathlib import Path

import click
import pytest

from medialit import launch
from medialit.cli import main

ROOT = Path(__file__).parents[3]


def test_each_window_has_a_tile_and_each_tile_a_command_that_there_is() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    tiles = project["entry-points"]["jupyter_serverproxy_servers"]
    assert set(tiles) == set(launch.WINDOWS)
    for name, place in tiles.items():
        module, function = place.split(":")
        tile = getattr(importlib.import_module(module), function)()
        assert tile["command"][2:] == ["medialit.launch", name, "{port}"]
        assert name in main.commands
        known = {text for one in (main.commands[name], *getattr(main.commands[name], "commands", {}).values())
                 for option in one.params for text in (*option.opts, *option.secondary_opts)}  # fmt: skip
        assert {one for one in launch.WINDOWS[name][1] if one.startswith("--")} <= known


def test_on_a_hub_a_window_has_a_socket_and_no_port_and_speaks_the_courses_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/salma/")
    monkeypatch.setenv("MEDIALIT_WINDOW_LANG", "ar")
    for name in set(launch.WINDOWS) - {"studio"}:
        tile = getattr(launch, name)()
        assert tile["unix_socket"] is True and "{port}" not in tile["command"]
        assert tile["environment"]["MEDIALIT_WINDOW_SOCKET"] == "{unix_socket}"
        assert tile["environment"]["MEDIALIT_WINDOW_PREFIX"] == f"/user/salma/{name}"
        words = tile["command"][3:]
        command = main.commands[words[0]]
        command = getattr(command, "commands", {}).get(words[1], command)
        options = command.make_parser(click.Context(command)).parse_args(
            words[words.index("--no-browser") :]
        )[0]
        assert options["lang"] == "ar"
    assert launch.studio()["launcher_entry"]["enabled"] is False
    monkeypatch.setenv("MEDIALIT_STUDIO_URL", "https://hub.example.org/services/studio/")
    assert launch.studio()["launcher_entry"]["enabled"] is True


def test_what_a_command_prints_is_shown_as_text() -> None:
    shown = launch.page("A<b>", ["<script>alert(1)</script>", "at http://localhost:1/?a=1&b=2"], ended=False)
    assert "<script>" not in shown and "A&lt;b&gt;" in shown
    assert 'href="http://localhost:1/?a=1&amp;b=2"' in shown and "refresh" not in shown
    assert "refresh" in launch.page("A", [], ended=False)
    assert "href" not in launch.page("A", ["at http://localhost:1/"], ended=True)


@pytest.mark.long
def test_a_tile_starts_the_studio_and_ends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIALIT_HOME", str(tmp_path))
    port = launch._free_port()
    tile = subprocess.Popen([sys.executable, "-m", "medialit.launch", "studio", str(port)])
    try:
        shown = ""
        while 'class="go"' not in shown:
            assert tile.poll() is None
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    shown = answer.read().decode()
            except OSError:
                continue
        found = re.search(r'href="(http://localhost:\d+/)', shown)
        assert found is not None and "Class code" in shown
    finally:
        tile.send_signal(signal.SIGTERM)
        tile.wait(timeout=30)


def test_a_tile_on_a_hub_speaks_the_hub_s_language_and_leads_to_its_studio() -> None:
    url = "https://hub.example.org/services/studio/"
    shown = launch.on_a_hub("Studio", url, lang="ar")
    assert 'dir="rtl"' in shown and "افتح" in shown and f'href="{url}"' in shown
    assert "href" not in launch.on_a_hub("Studio", None, lang="fr")
    assert "enseignant" in launch.on_a_hub("Studio", None, lang="fr")
