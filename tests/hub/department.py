"""A department's hub, started for real: hub, proxy, servers, and accounts of an operating system.

The accounts stand in a passwd file that only the hub's own mount namespace sees, so nothing of this computer is changed.
The tests of the hub start two hubs so, and `benchmarks/soak.py --hub` one that is disturbed.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
LAB = "07_spotting"
PASSWORD = "one for the test"
PROXY = os.environ.get("MEDIALIT_TEST_PROXY") or shutil.which("configurable-http-proxy")
ACCOUNTS = ("course-fr", "course-ar", "amina", "salma", "yassine", "studio")
COURSES = """
[courses.{lang}]
home = "{base}/{lang}"
account = "course-{lang}"
instructors = ["amina"]
roster = "{lang}.csv"
"""
BUILT_S, STARTED_S = 600.0, 240.0
"""How long two courses may take to be built on a busy computer; how long a hub or a server may take to be there."""


# What the test changes of the file that ships: the ports, where the state lies, and how one signs in.
CONFIG = """
load_subconfig({shipped!r})
c.JupyterHub.bind_url = "{scheme}://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = {proxy!r}
c.ConfigurableHTTPProxy.pid_file = "{state}/proxy.pid"
c.JupyterHub.db_url = "sqlite:///{state}/hub.sqlite"
c.JupyterHub.cookie_secret_file = "{state}/cookie_secret"
"""
BY_PASSWORD = """
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = {password!r}
"""

ENTER = """
set -e
mount --bind "$BASE/passwd" /etc/passwd
mount --bind "$BASE/group" /etc/group
# The interpreter may lie in a folder that only its owner may enter: show it, and nothing else of that folder.
if [ -n "$CLOSED" ]; then
    mkdir "$BASE/interpreter"
    mount --bind "$PREFIX" "$BASE/interpreter"
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$PREFIX"
    mount --bind "$BASE/interpreter" "$PREFIX"
fi
for lang in $LANGUAGES; do
    as="setpriv --reuid course-$lang --regid course-$lang --init-groups"
    export HOME="$BASE/home/course-$lang" MEDIALIT_HOME="$BASE/$lang" MEDIALIT_ROOT="$BASE/checkout"
    cd "$HOME"
    $as "$PYTHON" -m medialit.cli course init --lang $lang --roster "$BASE/etc/$lang.csv"
    $as "$PYTHON" -m medialit.cli course build 07_spotting --lang $lang
done
touch "$BASE/built"
unset MEDIALIT_HOME MEDIALIT_ROOT
export HOME=/
"""
"""What comes before a hub: the accounts, and each language's course built by its own."""


@dataclass
class Visitor:
    """Somebody at a browser who has signed in."""

    name: str
    hub: str
    browser: httpx.Client = field(repr=False)
    token: str = field(repr=False)

    def ask(self, method: str, path: str, **more: Any) -> Any:
        """Send a request with this person's token to any address of the hub."""
        return httpx.request(
            method, f"{self.hub}{path}", headers={"Authorization": f"token {self.token}"}, timeout=120, verify=False,
            follow_redirects=True, **more,
        )  # fmt: skip

    def ok(self, method: str, path: str, **more: Any) -> Any:
        """Send a request that must succeed, and return what it answers."""
        answer = self.ask(method, path, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json() if answer.text else None

    def start(self, account: str | None = None, **options: str) -> None:
        """Start a server and wait until it is there."""
        account = account or self.name
        if self.ok("GET", f"/hub/api/users/{account}").get("server"):
            assert not options, "it runs already, perhaps for another course"
            return
        self.ok("POST", f"/hub/api/users/{account}/server", json=options)
        until(lambda: self.ask("GET", f"/user/{account}/api/status").status_code == 200, STARTED_S)

    def stop(self) -> None:
        """Stop this person's server and wait until it is gone."""
        self.ok("DELETE", f"/hub/api/users/{self.name}/server")
        until(lambda: self.ask("GET", f"/hub/api/users/{self.name}").json()["server"] is None, 60)

    def run(self, code: str, *, account: str | None = None) -> str:
        """Run Python in a notebook's kernel on a server, and return what it prints."""
        account = account or self.name
        kernel = self.ok("POST", f"/user/{account}/api/kernels", json={})["id"]
        try:
            address = f"{self.hub.replace('http', 'ws', 1)}/user/{account}/api/kernels/{kernel}/channels"
            return asyncio.run(_execute(address, self.token, code))
        finally:
            self.ask("DELETE", f"/user/{account}/api/kernels/{kernel}")

    def assignment(self, action: str, language: str) -> Any:
        """Press a button of nbgrader's list of assignments."""
        told = {"course_id": f"medialit-{language}", "assignment_id": LAB}
        listed = self.ok("POST", f"/user/{self.name}/assignments/{action}", json=told)
        assert listed["success"], listed
        return listed["value"]

    def formgrader(self, action: str, language: str) -> Any:
        """Press a button of formgrader in the course's server."""
        return self.ok("POST", f"/user/course-{language}/formgrader/api/assignment/{LAB}/{action}")


async def _execute(address: str, token: str, code: str) -> str:
    from tornado.httpclient import HTTPRequest
    from tornado.websocket import websocket_connect

    request = HTTPRequest(address, headers={"Authorization": f"token {token}"}, connect_timeout=60)
    socket_ = await websocket_connect(request)
    asked, said = uuid.uuid4().hex, []
    header = {
        "msg_id": asked,
        "msg_type": "execute_request",
        "session": asked,
        "username": "",
        "version": "5.3",
    }
    content = {"code": code, "silent": False, "store_history": False, "allow_stdin": False}
    await socket_.write_message(
        json.dumps(
            {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        )
    )
    try:
        while True:
            raw = await asyncio.wait_for(socket_.read_message(), 240)
            assert raw is not None, "the kernel's connection was closed"
            message = json.loads(raw)
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream":
                said.append(content["text"])
            elif kind == "error":
                said.append("\n".join(content["traceback"]))
            elif kind == "status" and content["execution_state"] == "idle":
                return "".join(said)
    finally:
        socket_.close()
        while await asyncio.wait_for(socket_.read_message(), 30) is not None:
            pass  # until the other side has closed too


@dataclass(frozen=True)
class Department:
    """The hubs, and what lies on their disk."""

    base: Path
    address: str
    """Of the hub that asks for a password."""
    lti: str
    """Of the hub that people come to from the learning platform, if there is one."""
    process: int
    """The first one in the hubs' namespace."""
    browsers: list[httpx.Client] = field(default_factory=list, repr=False)
    """Closed when the hubs end."""

    def browser(self) -> httpx.Client:
        """Return a new browser without cookies, which trusts the hub's certificate and nobody else's."""
        certificate = self.base / "lti" / "cert.pem"
        trust = ssl.create_default_context(cafile=str(certificate) if certificate.exists() else None)
        self.browsers.append(httpx.Client(timeout=60, verify=trust))
        return self.browsers[-1]

    def try_to_sign_in(self, name: str) -> tuple[httpx.Client, httpx.Response]:
        """Send the form of the first page, and return the browser and the hub's answer."""
        browser = self.browser()
        browser.get(f"{self.address}/hub/login")
        form = {"username": name, "password": PASSWORD, "_xsrf": browser.cookies.get("_xsrf", path="/hub/")}
        return browser, browser.post(f"{self.address}/hub/login", data=form)

    def sign_in(self, name: str) -> Visitor:
        """Sign in as a browser does, and take a token for what scripts of the page would ask."""
        browser, answer = self.try_to_sign_in(name)
        assert answer.status_code == 302, answer.text[:2000]
        return self.visitor(name, self.address, browser)

    def visitor(self, name: str, hub: str, browser: Any) -> Visitor:
        """Take a token, as the page of tokens does, for somebody whose browser has signed in to a hub."""
        page = browser.get(f"{hub}/hub/token").text
        xsrf = re.search(r'xsrf_token: "([^"]+)"', page)
        assert xsrf is not None, page[:3000]
        made = browser.post(
            f"{hub}/hub/api/users/{name}/tokens",
            headers={"X-XSRFToken": xsrf[1], "Referer": f"{hub}/hub/token"},
            json={},
        )
        assert made.status_code == 201, made.text[:2000]
        return Visitor(name, hub, browser, made.json()["token"])

    def inside(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the administrator, among the department's accounts."""
        return subprocess.run(
            ["nsenter", "--target", str(self.process), "--mount", *command],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

    def course(self, language: str) -> Path:
        """Return the instructor's course."""
        return self.base / language / "courses" / language


def missing() -> str:
    """Return what this computer lacks, or nothing."""
    if not all(map(importlib.util.find_spec, ("jupyterhub", "ltiauthenticator", "jupyter_server_proxy"))):
        return "needs the extra: pip install 'medialit[hub]'"
    if not PROXY:
        return "needs the proxy: npm install --global configurable-http-proxy"
    if (
        sys.platform != "linux"
        or os.getuid() != 0
        or not all(map(shutil.which, ("setpriv", "unshare", "nsenter")))
    ):
        return "needs root, setpriv, unshare and nsenter, to give each person an account"
    return ""


@contextmanager
def started(
    base: Path, script: str, *, languages: Iterable[str], address: str, lti: str = ""
) -> Iterator[Department]:
    """Run a script after `ENTER` in namespaces of its own, and wait until the hubs answer that it starts."""
    with (base / "log").open("wb") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
             "/bin/sh", "-c", ENTER + script],
            env=environment(base) | {"LANGUAGES": " ".join(languages)}, stdout=log, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            addresses = [one for one in (address, lti) if one]
            until(lambda: _stands(process, base) and (base / "built").exists(), BUILT_S)
            until(lambda: _stands(process, base) and all(map(answers, addresses)), STARTED_S)
            inner = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            made = Department(base, address, lti, process=int(inner[0]))
            yield made
            for browser in made.browsers:
                browser.close()
        finally:
            process.kill()  # the namespace's first process: all that it started ends with it
            process.wait(60)


def lay_out(base: Path, languages: Iterable[str]) -> None:
    """Write accounts and their homes, and what a course is built from."""
    base.chmod(0o755)
    passwd, group = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    for number, name in enumerate(ACCOUNTS, start=61001):
        passwd += f"{name}:x:{number}:{number}::{base}/home/{name}:/bin/sh\n"
        group += f"{name}:x:{number}:\n"
        home = base / "home" / name
        home.mkdir(parents=True)
        home.chmod(0o700)
        os.chown(home, number, number)
        if name.removeprefix("course-") in languages:
            for folder, mode in ((base / name[-2:], 0o711), (base / name[-2:] / "courses", 0o700)):
                folder.mkdir()
                folder.chmod(mode)
                os.chown(folder, number, number)
    (base / "passwd").write_text(passwd)
    (base / "group").write_text(f"{group}teachers:x:61000:course-fr,course-ar\n")
    _copy_checkout(base / "checkout")


def lay_out_hub(
    base: Path, state_name: str, etc_name: str, ports: list[int], *, rosters: Mapping[str, str], scheme: str,
    more: str, tables: str = "",
) -> None:  # fmt: skip
    """Write a hub's configuration: the file that ships, the courses of the rosters, and what a test changes."""
    state, etc = base / state_name, base / etc_name
    state.mkdir(mode=0o700)
    etc.mkdir()
    shipped = shutil.copy(ROOT / "deploy" / "hub" / "jupyterhub_config.py", etc)
    courses = "".join(COURSES.format(base=base, lang=lang) for lang in rosters)
    (etc / "courses.toml").write_text(courses + tables)
    for lang, roster in rosters.items():
        (etc / f"{lang}.csv").write_text(roster)
    port, hub_port, proxy_port = ports
    (state / "config.py").write_text(
        (CONFIG + more).format(
            shipped=str(shipped), state=state, password=PASSWORD, port=port, hub_port=hub_port,
            proxy_port=proxy_port, proxy=[PROXY], scheme=scheme,
        )
    )  # fmt: skip


def _copy_checkout(checkout: Path) -> None:
    """Copy what a course is built from, for the teachers' group alone, with clips that are drawn in seconds."""
    for part in (f"labs/{LAB}", "graders", "course"):
        shutil.copytree(ROOT / part, checkout / part, ignore=shutil.ignore_patterns("__pycache__"))
    assets = checkout / "labs" / LAB / "assets.py"
    simple = "duration_s=2.5, backgrounds=('studio',), kinds=('ball', 'cube'))"
    text = assets.read_text()
    assert "SIZE = (224, 224)" in text
    assert "duration_s=2.5)" in text
    assets.write_text(text.replace("SIZE = (224, 224)", "SIZE = (56, 56)").replace("duration_s=2.5)", simple))
    os.chown(checkout, 0, 61000)
    checkout.chmod(0o750)


def environment(base: Path) -> dict[str, str]:
    """Return what the namespace's first process is told."""
    prefix = Path(sys.base_prefix).resolve()
    closed = next((str(one) for one in reversed(prefix.parents) if not one.stat().st_mode & 0o001), "")
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "BASE": str(base),
        "PREFIX": str(prefix),
        "CLOSED": closed,
        "PYTHON": sys.executable,
    }


def _stands(process: subprocess.Popen[bytes], base: Path) -> bool:
    logs = "".join(path.read_text()[-6000:] for path in (base / "log", base / "lti.log") if path.exists())
    assert process.poll() is None, logs
    return True


def answers(address: str) -> bool:
    """Return whether a hub answers at an address, through its proxy."""
    try:
        return httpx.get(f"{address}/hub/health", timeout=5, verify=False).status_code == 200
    except httpx.TransportError:
        return False


def until(true: Any, seconds: float) -> None:
    """Wait until something is true; it must be within so many seconds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.3)  # another process's doing, which sends no signal


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listened at just now."""
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
