"""The hub of a department on Kubernetes: each server is a pod, as Zero to JupyterHub arranges it.

One volume that many pods may write to at once holds what is on the disk of a department's computer::

    home/<account>/       each person's own, the only home that their pod sees
    <language>/courses/   a course: only its own pod sees it
    <language>/exchange/  nbgrader's exchange: what a learner's pod sees of their course

Each account has a number of its own, drawn from the hub's own number of it, so that files of the volume belong to who
made them, and nbgrader knows whose a submission is. A container that runs first, as root, makes the home folder and
writes the list of accounts.

No cluster has been started with this: a test has `KubeSpawner` make each pod, and checks it against Kubernetes' schema.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from medialit.course import desk
from medialit.errors import CourseError
from medialit.hub import SEAT_VARIABLE, Seat, Taught, read_seat

ROOT: Final = PurePosixPath("/srv/medialit")
"""What `home` of each course begins with, and where the volume's root would be."""
FIRST_NUMBER: Final = 20_000
"""Of the accounts, above what images use themselves."""
_ACCOUNT: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_FIRST: Final = """\
set -e
printf 'root:x:0:0::/root:/bin/sh\\n%s' "$ACCOUNTS" > /accounts/passwd
install -d -m 0711 /volume/home
install -d -m 0700 -o "$NUMBER" -g "$NUMBER" "/volume/home/$ACCOUNT"
"""
_FIRST_OF_A_COURSE: Final = """\
install -d -m 0711 -o "$NUMBER" -g "$NUMBER" "/volume/$COURSE"
install -d -m 0700 -o "$NUMBER" -g "$NUMBER" "/volume/$COURSE/courses"
"""


def configure(config: Any, courses: tuple[Taught, ...], *, claim: str, teacher_image: str) -> None:
    """Have KubeSpawner start the servers.

    Parameters
    ----------
    config : traitlets Config
        After `medialit.hub.configure`, in ``hub.extraConfig``.
    courses : tuple of Taught
        `home` of each lies below `ROOT`.
    claim : str
        The PersistentVolumeClaim of the volume (ReadWriteMany).
    teacher_image : str
        With the labs' sources and graders, which the learners' image must not hold.

    Raises
    ------
    CourseError
        If a course lies elsewhere, or a name cannot be an account's.
    """
    for one in courses:
        _subpath(one.home.as_posix())
        for name in (one.account, *sorted(one.instructors | one.learners)):
            if not _ACCOUNT.fullmatch(name):
                raise CourseError(f"{name!r} cannot be an account: use a to z, 0 to 9, - and _, at most 32.")
    seat_them = config.Spawner.pre_spawn_hook

    def prepare(spawner: Any) -> None:
        seat_them(spawner)
        people = spawner.user.db.query(type(spawner.user.orm_user))
        settle(
            spawner,
            read_seat(spawner.environment[SEAT_VARIABLE]),
            numbers={one.name: FIRST_NUMBER + one.id for one in people},
            claim=claim,
            teacher_image=teacher_image,
        )

    config.Spawner.cmd = ["python", "-m", "medialit.hub"]
    config.Spawner.pre_spawn_hook = prepare


def settle(spawner: Any, seat: Seat, *, numbers: Mapping[str, int], claim: str, teacher_image: str) -> None:
    """Tell KubeSpawner what the pod of a seat is: whose it is, and which folders of the volume it sees.

    Parameters
    ----------
    spawner : KubeSpawner
    seat : Seat
    numbers : mapping
        The number of every account that the hub knows.
    claim, teacher_image : str
        As `configure` takes them.
    """
    account, course = spawner.user.name, _subpath(seat.home)
    number, teaches = numbers[account], seat.role == desk.Role.INSTRUCTOR
    spawner.uid = spawner.gid = number
    spawner.fs_gid = None  # else the exchange would be given to each group in turn
    spawner.allow_privilege_escalation = False
    if teaches:
        spawner.image = teacher_image
    spawner.environment = {**spawner.environment, "HOME": f"/home/{account}"}
    spawner.volumes = [
        {"name": "medialit", "persistentVolumeClaim": {"claimName": claim}},
        {"name": "accounts", "emptyDir": {}},
    ]
    seen = course if teaches else f"{course}/exchange"
    spawner.volume_mounts = [
        {"name": "medialit", "mountPath": f"/home/{account}", "subPath": f"home/{account}"},
        {"name": "medialit", "mountPath": f"{ROOT}/{seen}", "subPath": seen},
        {"name": "accounts", "mountPath": "/etc/passwd", "subPath": "passwd", "readOnly": True},
    ]
    told = {
        "ACCOUNTS": "".join(
            f"{name}:x:{n}:{n}::/home/{name}:/bin/sh\n" for name, n in sorted(numbers.items())
        ),
        "ACCOUNT": account,
        "NUMBER": str(number),
        "COURSE": course,
    }
    spawner.init_containers = [
        {
            "name": "medialit-first",
            "image": spawner.image,
            "command": ["/bin/sh", "-c", _FIRST + (_FIRST_OF_A_COURSE if teaches else "")],
            "env": [{"name": key, "value": value} for key, value in told.items()],
            "securityContext": {
                "runAsUser": 0,
                "allowPrivilegeEscalation": False,
                "capabilities": {"drop": ["ALL"], "add": ["CHOWN", "DAC_OVERRIDE", "FOWNER"]},
            },
            "volumeMounts": [
                {"name": "medialit", "mountPath": "/volume"},
                {"name": "accounts", "mountPath": "/accounts"},
            ],
        }
    ]


def _subpath(home: str) -> str:
    place = PurePosixPath(home)
    if not place.is_relative_to(ROOT) or place == ROOT or ".." in place.parts:
        raise CourseError(f"The course's home {home} does not lie below {ROOT}, where the volume is.")
    return place.relative_to(ROOT).as_posix()
