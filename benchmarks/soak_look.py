"""Whether all that was acknowledged in a soak test is there: the diary against what lies on the disk."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

from medialit.errors import MedialitError
from medialit.feed.store import FeedStore
from medialit.media import probe, read
from medialit.studio.base import Base
from medialit.studio.hand import Hand

Lines = dict[str, list[dict[str, Any]]]


def read_diary(path: Path) -> Lines:
    """Return what was acknowledged, by kind."""
    found: Lines = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found.setdefault(one["kind"], []).append(one)
    return found


def look(folder: Path, diary: Lines) -> dict[str, Any]:
    """Open the class's rooms anew, and return what is lost, what does not verify and what is half-written."""
    lost: list[str] = []
    with FeedStore(folder / "feed" / "feed.db", media=folder / "feed" / "media") as store:
        feed_ok = store.verify().ok
    rooms = Base(folder, hands=(Hand(niceness=0), Hand(niceness=0)))
    try:
        lost += _lost_in_feed(rooms, diary)
        lost += _lost_cards(rooms, diary)
        lost += _lost_permissions(rooms, diary)
        lost += _lost_jobs(rooms, diary)
        ledger_ok = rooms.desk.ledger.verify().ok
        half = _half_written(rooms)
        stray = _stray(rooms)
    finally:
        rooms.close()
    return {
        "lost": lost, "feed_ok": feed_ok, "ledger_ok": ledger_ok, "half_written": half, "stray": stray,
        "databases_ok": all(_sound(path) for path in folder.rglob("*.db")),
    }  # fmt: skip


def _lost_in_feed(rooms: Base, diary: Lines) -> list[str]:
    state = rooms.store.state()
    texts = {(one.who, one.text) for one in state.events if one.kind in ("comment", "message")}
    pairs = {(one.kind.value, one.who, one.target) for one in state.events}
    seen = Counter((one.who, one.target) for one in state.events if one.kind == "dwell")
    lost = [f"member {one['name']}" for one in diary.get("join", []) if one["id"] not in state.members]
    lost += [
        f"{kind} {one['text']}" for kind in ("comment", "message") for one in diary.get(kind, [])
        if (one["id"], one["text"]) not in texts
    ]  # fmt: skip
    for kind, target in (("like", "post"), ("follow", "to"), ("report", "post")):
        lost += [
            f"{kind} {one['id']} {one[target]}" for one in diary.get(kind, [])
            if (kind, one["id"], one[target]) not in pairs
        ]  # fmt: skip
    told = Counter((one["id"], one["post"]) for one in diary.get("seen", []))
    lost += [f"seen {pair}" for pair, n in told.items() if seen[pair] < n]
    gone = {one["post"] for kind in ("back", "back-asked") for one in diary.get(kind, [])}
    for one in diary.get("post", []):
        post = state.posts.get(one["post"])
        if post is None or post.caption != one["caption"]:
            lost.append(f"post {one['post']}")
        elif one["post"] not in gone and not _plays(rooms, post.clip):
            lost.append(f"file of post {one['post']}")
    lost += [
        f"taking back of {one['post']}"
        for one in diary.get("back", [])
        if one["post"] not in state.taken_back
    ]
    return lost


def _plays(rooms: Base, clip: str) -> bool:
    try:
        path = rooms.store.media.path(clip)
        return hashlib.sha256(path.read_bytes()).hexdigest() == clip and len(read(path).frames) > 1
    except MedialitError:
        return False


def _lost_cards(rooms: Base, diary: Lines) -> list[str]:
    lost = []
    for one in diary.get("join", []):
        card = rooms.cards.get("account", one["id"])
        if card is None or card["name"] != one["name"]:
            lost.append(f"account {one['name']}")
    quotas = sorted(diary.get("quota", []) + diary.get("quota-asked", []), key=lambda one: one["at"])
    if diary.get("quota"):
        last = max(k for k, one in enumerate(quotas) if one["kind"] == "quota")
        if rooms.settings["quota"] not in {one["each"] for one in quotas[last:]}:
            lost.append("the teacher's quota")
    steering: dict[str, list[dict[str, Any]]] = {}
    for one in sorted(diary.get("steer", []) + diary.get("steer-asked", []), key=lambda one: one["at"]):
        steering.setdefault(one["id"], []).append(one)
    for id, said in steering.items():
        if all(one["kind"] == "steer-asked" for one in said):
            continue
        last = max(k for k, one in enumerate(said) if one["kind"] == "steer")
        allowed = {said[last]["text"]} | {
            one["text"] for one in said[last + 1 :]
        }  # asked later, never answered
        if (rooms.cards.get("steering", id) or {}).get("text") not in allowed:
            lost.append(f"steering of {id}")
    return lost


def _lost_permissions(rooms: Base, diary: Lines) -> list[str]:
    state = rooms.ledger()
    revoked = {one.grant for one in state.revocations}
    lost = [f"part {one['cast']}" for one in diary.get("play", []) if rooms.player(one["cast"]) != one["id"]]
    lost += [
        f"question {one['ask']}" for one in diary.get("ask", []) if rooms.cards.get("ask", one["ask"]) is None
    ]
    lost += [
        f"revocation of {one['grant']}" for one in diary.get("revoke", []) if one["grant"] not in revoked
    ]
    grants = {one.id for one in state.grants}
    for one in diary.get("answer", []):
        card = rooms.cards.get("ask", one["ask"]) or {}
        if card.get("state") != "yes" or card.get("grant") not in grants:
            lost.append(f"answer to {one['ask']}")
    return lost


def _lost_jobs(rooms: Base, diary: Lines) -> list[str]:
    """A request that was taken ends as a draft that plays, or with words that say why not; a draft stays until its
    maker throws it away or publishes it."""
    lost = []
    thrown = {one["draft"] for kind in ("throw", "throw-asked") for one in diary.get(kind, [])}
    back = {one["post"] for kind in ("back", "back-asked") for one in diary.get(kind, [])}
    posts = rooms.store.state().posts
    for one in diary.get("job", []):
        card = rooms.cards.get("job", one["job"])
        if card is None or card["state"] not in ("done", "failed"):
            lost.append(f"request {one['job']}: {None if card is None else card['state']}")
        elif card["state"] == "failed" and not card["words"]:
            lost.append(f"request {one['job']} failed without a word")
        elif card["state"] == "done" and card["draft"] not in thrown:
            draft = rooms.cards.get("draft", card["draft"])
            if draft is None:
                lost.append(f"draft {card['draft']}")
            elif draft["post"] is not None and draft["post"] not in posts and draft["post"] not in back:
                lost.append(f"draft {card['draft']} went into a post that is not there")
            elif draft["post"] is None and not _readable(rooms.drafts / f"{card['draft']}.mp4"):
                lost.append(f"file of draft {card['draft']}")
    lost += [
        f"throwing away of {one['draft']}" for one in diary.get("throw", [])
        if rooms.cards.get("draft", one["draft"]) is not None
    ]  # fmt: skip
    return lost


def _readable(path: Path) -> bool:
    try:
        return path.is_file() and probe(path).size is not None and len(read(path).frames) > 1
    except MedialitError:
        return False


def _half_written(rooms: Base) -> list[str]:
    """Files under a name that says they are whole, and are not."""
    found = [f"media {name}" for name in rooms.store.media.damaged()]
    for path in rooms.folder.rglob("*"):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix == ".json":
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                found.append(str(path.relative_to(rooms.folder)))
        draft = path.name.partition(".")[0]
        shown = (
            path.parent == rooms.drafts and path.name == f"{draft}.mp4" and rooms.cards.get("draft", draft)
        )
        if shown and not _readable(path):
            found.append(str(path.relative_to(rooms.folder)))
    return found


def _stray(rooms: Base) -> list[str]:
    """What a killed process left that belongs to nothing any more: it takes room, and is in nobody's way."""
    named = {card["poster"] for card in rooms.cards.all("clip").values()} | set(rooms.cards.all("clip"))
    found = [f"media {name}" for name in rooms.store.media.names() if name not in named]
    for path in rooms.folder.rglob("*"):
        if not path.is_file():
            continue
        draft = re.match(r"(d-[0-9a-f]+)\.", path.name)
        if path.name.startswith(".") and not path.name.endswith("lock"):
            found.append(str(path.relative_to(rooms.folder)))
        elif draft and path.parent == rooms.drafts:
            card = rooms.cards.get("draft", draft[1])
            if card is None or card["post"] is not None:
                found.append(str(path.relative_to(rooms.folder)))
    return found


def _sound(path: Path) -> bool:
    with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as opened:
        return bool(opened.execute("PRAGMA integrity_check").fetchone() == ("ok",))
