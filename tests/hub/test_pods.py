"""The pods that a hub on Kubernetes would start, made by KubeSpawner itself and checked against Kubernetes' own schema.

No cluster runs here: what a cluster would do with them is not tested.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path

import pytest

from .department import ROOT

kubespawner = pytest.importorskip("kubespawner", reason="needs jupyterhub-kubespawner")
validate = pytest.importorskip("kubernetes_validate", reason="needs kubernetes-validate")
yaml = pytest.importorskip("yaml")

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

COURSE = """
[courses.{lang}]
home = "/srv/medialit/{lang}"
account = "course-{lang}"
instructors = ["amina"]
roster = "{lang}.csv"
"""
LTI = """
[lti]
issuer = "https://lms.example.org"
client_id = "tool"
deployment_id = "1"
authorize_url = "https://lms.example.org/auth"
jwks_url = "https://lms.example.org/keys"
instructors = { "9100" = "amina" }
"""


NOWHERE = {
    "apiVersion": "v1", "kind": "Config", "current-context": "none",
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}],
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:9"}}],
    "users": [{"name": "none", "user": {}}],
}  # fmt: skip
"""KubeSpawner wants to know of a cluster before it makes a pod; it is not asked anything."""


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """The configuration that values.yaml's own code makes, for courses that lie here."""
    from traitlets.config import Config

    nowhere = tmp_path / "kubeconfig"
    nowhere.write_text(json.dumps(NOWHERE))
    monkeypatch.setattr("kubernetes_asyncio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(nowhere))
    values = yaml.safe_load((ROOT / "deploy" / "hub" / "values.yaml").read_text())
    (tmp_path / "courses.toml").write_text("".join(COURSE.format(lang=lang) for lang in ("fr", "ar")) + LTI)
    for lang in ("fr", "ar"):
        (tmp_path / f"{lang}.csv").write_text("id\nsalma\nyassine\n")
    code = values["hub"]["extraConfig"]["medialit.py"]
    mounted = values["hub"]["extraFiles"]["courses"]["mountPath"]
    assert code.count(mounted) == 1
    config = Config()
    config.JupyterHub.load_roles = [{"name": "jupyterhub-idle-culler"}]  # as the chart does before
    config.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}
    read = "medialit.hub.read_description"
    monkeypatch.setattr(
        read,
        lambda course: dict.fromkeys(("schema", "course_id", "exchange", "language", "title", "labs"), "{x}"),
    )
    exec(code.replace(mounted, str(tmp_path / "courses.toml")), {"c": config})
    config.KubeSpawner.image = ":".join(values["singleuser"]["image"].values())
    return config


def pod(config, name):
    """Let KubeSpawner make somebody's pod, as it hands it to Kubernetes."""
    from jupyterhub import orm
    from jupyterhub.objects import Hub, Server
    from jupyterhub.user import User
    from kubernetes_asyncio.client import ApiClient

    async def make():
        session = orm.new_session_factory("sqlite:///:memory:")()
        for one in ("course-fr", "course-ar", "amina", "salma", "yassine"):
            session.add(orm.User(name=one))
        session.commit()
        user = User(orm.User.find(session, name))
        hub = Hub()
        hub.public_host = ""
        server = Server()
        spawner = kubespawner.KubeSpawner(
            hub=hub,
            user=user,
            orm_spawner=user.orm_user.orm_spawners.get(""),
            config=config,
            server=server,
            _mock=True,
        )
        spawner.user_options = {}
        spawner.run_pre_spawn_hook()
        manifest = await spawner.get_pod_manifest()
        client = ApiClient()
        try:
            return json.loads(json.dumps(client.sanitize_for_serialization(manifest)))
        finally:
            await client.close()
            session.close()

    made = asyncio.run(make())
    made.update(apiVersion="v1", kind="Pod")
    validate.validate(made, "1.34", strict=True)
    return made


def mounts(made):
    """Return what the pod's server sees of the volume, as path to folder."""
    [server] = made["spec"]["containers"]
    return {one["mountPath"]: one["subPath"] for one in server["volumeMounts"] if one["name"] == "medialit"}


def test_a_learners_pod_sees_their_home_and_their_courses_exchange_and_nothing_else(configured):
    made = pod(configured, "salma")
    assert mounts(made) == {"/home/salma": "home/salma", "/srv/medialit/fr/exchange": "fr/exchange"}
    [server] = made["spec"]["containers"]
    assert server["image"] == "registry.example.org/medialit-learner:1"
    assert server["args"][:3] == ["python", "-m", "medialit.hub"]
    assert server["securityContext"]["allowPrivilegeEscalation"] is False
    assert made["spec"]["automountServiceAccountToken"] is False


def test_a_courses_pod_sees_the_course_and_has_the_image_with_the_sources(configured):
    made = pod(configured, "course-ar")
    assert mounts(made) == {"/home/course-ar": "home/course-ar", "/srv/medialit/ar": "ar"}
    assert made["spec"]["containers"][0]["image"] == "registry.example.org/medialit-teacher:1"


def test_each_account_has_a_number_of_its_own_which_every_pod_knows(configured):
    pods = {name: pod(configured, name) for name in ("course-fr", "salma", "yassine")}
    numbers = {
        name: made["spec"]["containers"][0]["securityContext"]["runAsUser"] for name, made in pods.items()
    }
    assert len(set(numbers.values())) == 3 and min(numbers.values()) > 20_000
    for made in pods.values():
        [first] = made["spec"]["initContainers"]
        told = {one["name"]: one["value"] for one in first["env"]}
        for name, number in numbers.items():
            assert f"{name}:x:{number}:{number}::/home/{name}:/bin/sh\n" in told["ACCOUNTS"]


def test_the_first_container_writes_what_it_should_as_root(configured, tmp_path):
    """Run its own script here, on folders of this computer."""
    import os

    if os.getuid() != 0:
        pytest.skip("needs root, to give folders to accounts")
    [first] = pod(configured, "course-fr")["spec"]["initContainers"]
    script = first["command"][2].replace("/volume", str(tmp_path / "volume"))
    script = script.replace("/accounts", str(tmp_path / "accounts"))
    (tmp_path / "accounts").mkdir()
    told = {one["name"]: one["value"] for one in first["env"]}
    subprocess.run(["/bin/sh", "-c", script], env={**os.environ, **told}, check=True, timeout=60)
    number = int(told["NUMBER"])
    for place, mode in {"home/course-fr": 0o700, "fr": 0o711, "fr/courses": 0o700}.items():
        found = (tmp_path / "volume" / place).stat()
        assert (found.st_uid, found.st_mode & 0o777) == (number, mode)
    lines = (tmp_path / "accounts" / "passwd").read_text().splitlines()
    assert lines[0] == "root:x:0:0::/root:/bin/sh"
    assert f"course-fr:x:{number}:{number}::/home/course-fr:/bin/sh" in lines
    assert all(re.fullmatch(r"[a-z-]+:x:\d+:\d+::/[a-z/-]+:/bin/sh", line) for line in lines)


def test_the_charts_own_roles_and_settings_are_kept(configured):
    assert configured.JupyterHub.tornado_settings["slow_spawn_timeout"] == 0
    assert configured.JupyterHub.tornado_settings["cookie_options"] == {"samesite": "None", "secure": True}
    names = [one["name"] for one in configured.JupyterHub.load_roles]
    assert names[0] == "jupyterhub-idle-culler" and "medialit-teach-fr" in names


def test_the_learners_image_is_given_no_solution_and_no_grader():
    stages = re.split(r"(?m)^FROM ", (Path(ROOT) / "deploy" / "hub" / "Dockerfile").read_text())[1:]
    learner, teacher, _hub = stages
    copied = [line.split()[1:-1] for line in learner.splitlines() if line.startswith("COPY ")]
    assert {one for line in copied for one in line} == {
        "requirements/base.txt", "requirements/hub.txt", "dist/medialit-0*.whl",
    }  # fmt: skip
    assert "COPY graders" in teacher
