"""A department's hub, started for real: hub, proxy, servers, and accounts of an operating system.

The accounts stand in a passwd file that only the hub's own mount namespace sees, so nothing of this computer is changed.
Two hubs share the courses: people sign in to one with a password, and to the other, over TLS, from a learning platform.
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
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.lti.platform import INSTRUCTOR, LEARNERS, Person, Platform

ROOT = Path(__file__).parents[2]
LAB = "07_spotting"
PASSWORD = "one for the test"
PROXY = os.environ.get("MEDIALIT_TEST_PROXY") or shutil.which("configurable-http-proxy")
ACCOUNTS = ("course-fr", "course-ar", "amina", "salma", "yassine")
SALMA, YASSINE = LEARNERS
STRANGER = Person(id="9777", given="Nadia", family="Berrada", email="salma@example.org", locale="fr")
COURSES = """
[courses.{lang}]
home = "{base}/{lang}"
account = "course-{lang}"
instructors = ["amina"]
roster = "{lang}.csv"
"""
LTI = """
[lti]
issuer = "{one.issuer}"
client_id = "{one.client_id}"
deployment_id = "{one.deployment_id}"
authorize_url = "{one.authorize_url}"
jwks_url = "{one.jwks_url}"
instructors = {{ "{teacher}" = "amina" }}
"""
ROSTER = "id,first_name,last_name,lms_user_id\n"
ROWS = {
    name: f"{name},{one.given},{one.family},{one.id}\n"
    for name, one in (("salma", SALMA), ("yassine", YASSINE))
}
ROSTERS = {"fr": ROSTER + ROWS["yassine"] + ROWS["salma"], "ar": ROSTER + ROWS["salma"]}
BUILT_S, STARTED_S = 600.0, 120.0
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
OVER_TLS = """
c.JupyterHub.ssl_cert = "{state}/cert.pem"
c.JupyterHub.ssl_key = "{state}/key.pem"
"""

# The interpreter may lie in a folder that only its owner may enter: show it, and nothing else of that folder.
SCRIPT = """
set -e
mount --bind "$BASE/passwd" /etc/passwd
mount --bind "$BASE/group" /etc/group
if [ -n "$CLOSED" ]; then
    mkdir "$BASE/interpreter"
    mount --bind "$PREFIX" "$BASE/interpreter"
    mount -t tmpfs -o mode=755 tmpfs "$CLOSED"
    mkdir -p "$PREFIX"
    mount --bind "$BASE/interpreter" "$PREFIX"
fi
for lang in fr ar; do
    as="setpriv --reuid course-$lang --regid course-$lang --init-groups"
    export HOME="$BASE/home/course-$lang" MEDIALIT_HOME="$BASE/$lang" MEDIALIT_ROOT="$BASE/checkout"
    cd "$HOME"
    $as "$PYTHON" -m medialit.cli course init --lang $lang --roster "$BASE/etc/$lang.csv"
    $as "$PYTHON" -m medialit.cli course build 07_spotting --lang $lang
done
touch "$BASE/built"
unset MEDIALIT_HOME MEDIALIT_ROOT
export HOME=/
cd "$BASE/lti"
"$PYTHON" -m jupyterhub -f "$BASE/lti/config.py" > "$BASE/lti.log" 2>&1 &
cd "$BASE/state"
exec "$PYTHON" -m jupyterhub -f "$BASE/state/config.py"
"""


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
    """Of the hub that people come to from the learning platform."""
    process: int
    """The first one in the hubs' namespace."""
    browsers: list[httpx.Client] = field(default_factory=list, repr=False)
    """Closed when the hubs end."""

    def browser(self) -> httpx.Client:
        """Return a new browser without cookies, which trusts the hub's certificate and nobody else's."""
        trust = ssl.create_default_context(cafile=str(self.base / "lti" / "cert.pem"))
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


@pytest.fixture(scope="package")
def platform() -> Iterator[Platform]:
    """A learning platform; one of its people is in no roster, and has the e-mail address of one who is."""
    with Platform(people=(*LEARNERS, INSTRUCTOR, STRANGER)) as one:
        yield one


@pytest.fixture(scope="package")
def department(platform: Platform) -> Iterator[Department]:
    """Two courses built by their own accounts, and two hubs on them."""
    if not all(map(importlib.util.find_spec, ("jupyterhub", "ltiauthenticator", "jupyter_server_proxy"))):
        pytest.skip("needs the extra: pip install 'medialit[hub]'")
    if not PROXY:
        pytest.skip("needs the proxy: npm install --global configurable-http-proxy")
    if os.getuid() != 0 or not all(map(shutil.which, ("setpriv", "unshare", "nsenter"))):
        pytest.skip("needs root, setpriv, unshare and nsenter, to give each person an account")
    # Not among pytest's own folders, which it keeps closed to others.
    base = Path(tempfile.mkdtemp(prefix="medialit-hub-"))
    try:
        ports = _free_ports(6)
        _lay_out(base, ports, platform)
        with (base / "log").open("wb") as log:
            process = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private",
                 "/bin/sh", "-c", SCRIPT],
                env=_environment(base), stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                addresses = (f"http://127.0.0.1:{ports[0]}", f"https://127.0.0.1:{ports[3]}")
                until(lambda: _stands(process, base) and (base / "built").exists(), BUILT_S)
                until(lambda: _stands(process, base) and all(map(_answers, addresses)), STARTED_S)
                inner = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                made = Department(base, *addresses, process=int(inner[0]))
                yield made
                for browser in made.browsers:
                    browser.close()
            finally:
                process.kill()  # the namespace's first process: all that it started ends with it
                process.wait(60)
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _lay_out(base: Path, ports: list[int], platform: Platform) -> None:
    base.chmod(0o755)
    passwd, group = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
    for number, name in enumerate(ACCOUNTS, start=61001):
        passwd += f"{name}:x:{number}:{number}::{base}/home/{name}:/bin/sh\n"
        group += f"{name}:x:{number}:\n"
        home = base / "home" / name
        home.mkdir(parents=True)
        home.chmod(0o700)
        os.chown(home, number, number)
        if name.startswith("course-"):
            for folder, mode in ((base / name[-2:], 0o711), (base / name[-2:] / "courses", 0o700)):
                folder.mkdir()
                folder.chmod(mode)
                os.chown(folder, number, number)
    (base / "passwd").write_text(passwd)
    (base / "group").write_text(f"{group}teachers:x:61000:course-fr,course-ar\n")
    _copy_checkout(base / "checkout")
    tables = "".join(COURSES.format(base=base, lang=lang) for lang in ROSTERS)
    login = "/hub/lti13/oauth_login", "/hub/lti13/oauth_callback", "/hub"
    hub = f"https://127.0.0.1:{ports[3]}"
    platform.register(
        login_url=hub + login[0], redirect_uris=[hub + login[1]], target_link_uri=hub + login[2]
    )
    _lay_out_hub(base, "state", "etc", ports[:3], courses=tables, scheme="http", more=BY_PASSWORD)
    tables += LTI.format(one=platform, teacher=INSTRUCTOR.id)
    _lay_out_hub(base, "lti", "etc-lti", ports[3:], courses=tables, scheme="https", more=OVER_TLS)
    _certify(base / "lti")


def _lay_out_hub(
    base: Path, state_name: str, etc_name: str, ports: list[int], *, courses: str, scheme: str, more: str
) -> None:
    state, etc = base / state_name, base / etc_name
    state.mkdir(mode=0o700)
    etc.mkdir()
    shipped = shutil.copy(ROOT / "deploy" / "hub" / "jupyterhub_config.py", etc)
    (etc / "courses.toml").write_text(courses)
    for lang, roster in ROSTERS.items():
        (etc / f"{lang}.csv").write_text(roster)
    port, hub_port, proxy_port = ports
    (state / "config.py").write_text(
        (CONFIG + more).format(
            shipped=str(shipped), state=state, password=PASSWORD, port=port, hub_port=hub_port,
            proxy_port=proxy_port, proxy=[PROXY], scheme=scheme,
        )
    )  # fmt: skip


def _certify(folder: Path) -> None:
    """Write a certificate for this computer, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private))


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


def _environment(base: Path) -> dict[str, str]:
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


def _answers(address: str) -> bool:
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


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
