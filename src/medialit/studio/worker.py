"""A process that makes or publishes clips for the studio, one after the other, so that the pages stay quick.

It is told what to do by lines of JSON and answers with lines of JSON; pictures stay in files of the class's folder.
Started as ``python -m medialit.studio.worker NICE``; it ends when its input ends.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

from medialit import log, pipeline
from medialit.cameo.desk import Desk
from medialit.cameo.records import Setting
from medialit.cameo.seal import KEY_BYTES, opened, sealed, write_whole
from medialit.consent.records import Audience, Medium, Purpose
from medialit.errors import MedialitError
from medialit.generate import sampler
from medialit.media import Clip, write, write_image
from medialit.provenance import label

Tell = Callable[[dict[str, Any]], None]
_LABEL_LANGUAGE: Final = {"ary": "ar"}
_CODES: Final = {"ConsentRefusedError": "no-permission", "RefusedPromptError": "prompt-refused"}


def main(*, niceness: int, lines: TextIO, out: TextIO) -> None:
    """Do what comes in, until nothing comes any more."""
    os.nice(niceness)

    def tell(said: dict[str, Any]) -> None:
        out.write(json.dumps(said, ensure_ascii=False) + "\n")
        out.flush()

    for line in lines:
        order = json.loads(line)
        try:
            tell({"done": _ORDERS[order["do"]](Path(order["folder"]), order, tell)})
        except BrokenPipeError:  # the studio has ended
            return
        except MedialitError as error:
            tell({"failed": str(error), "code": _CODES.get(type(error).__name__, "failed")})


def make(folder: Path, order: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Make a draft, with its preview and poster, and say what it is."""
    tell({"progress": 0.1})  # the sampler's own steps come with pictures, which would cost more than the clip
    now = datetime.fromisoformat(order["now"])
    settings: dict[str, Any] = {"seed": order["seed"], "model": order["model"]}
    use: str | None = None
    if order["people"]:
        asked = {
            "requester": order["requester"], "setting": _setting(order), "now": now, "doing": order["doing"],
            "lang": order["lang"], **settings,
        }  # fmt: skip
        with Desk(folder) as desk:
            if order["parent_use"]:
                made = desk.remix(order["parent_use"], order["prompt"], principals=order["people"], **asked)
            else:
                made = desk.generate(order["prompt"], principals=order["people"], **asked)
            clip = desk.preview(made.id, viewer=order["requester"], now=now)
            use, people = made.id, list(made.principals)
    else:
        take = sampler.sample(order["prompt"], lang=order["lang"], **settings)
        clip, people = take.clip, []
        write_whole(
            folder / "drafts" / f"{order['draft']}.sealed",
            sealed(clip, key=_key(folder), about=order["draft"]),
        )
    tell({"progress": 0.8})
    _preview(folder, order["draft"], clip, lang=order["lang"])
    return {"use": use, "people": people} | _facts(clip)


def publish(folder: Path, order: dict[str, Any], tell: Tell) -> dict[str, Any]:
    """Label, watermark, sign and register a draft; say where the file is, and under which permissions."""
    now, draft = datetime.fromisoformat(order["now"]), order["draft"]
    lang = _LABEL_LANGUAGE.get(order["lang"], order["lang"])
    poster = folder / "drafts" / f"{draft}.jpg"
    if order["use"]:
        with Desk(folder) as desk:
            use = desk.publish(
                order["use"],
                requester=order["requester"],
                title=order["title"],
                now=now,
                lang=lang,
                setting=_setting(order),
            )
        path = folder / "cameo" / "published" / f"{use.id}.mp4"
        return {
            "path": str(path),
            "poster": str(poster),
            "grants": list(use.grant_ids),
            "registered": use.clip,
        }
    target = folder / "drafts" / f"{draft}.published.mp4"
    made = pipeline.publish_clip(
        frames(folder, draft), target, title=order["title"], lang=lang, now=now, home=folder,
        description=order["description"],
    )  # fmt: skip
    return {"path": str(target), "poster": str(poster), "grants": [], "registered": made.clip.id}


def frames(folder: Path, draft: str) -> Clip:
    """Return the frames of a draft with nobody in it, without a label."""
    data = (folder / "drafts" / f"{draft}.sealed").read_bytes()
    return opened(data, key=_key(folder), about=draft)


_ORDERS: Final = {"make": make, "publish": publish}


def _setting(order: dict[str, Any]) -> Setting:
    return Setting(
        purpose=Purpose(order["purpose"]),
        audience=Audience(order["audience"]),
        territories=frozenset({order["territory"]}),
        medium=Medium.CLASSROOM,
    )


def _preview(folder: Path, draft: str, clip: Clip, *, lang: str) -> None:
    """Write what is shown of a draft: small, and labelled already, as pages can be saved."""
    labelled = label.burn_label(clip, lang=_LABEL_LANGUAGE.get(lang, lang))
    write(labelled, folder / "drafts" / f"{draft}.mp4", crf=26)
    still = len(labelled.frames) // 4  # in the middle the label moves, and is seen twice
    write_image(labelled.frames[still], folder / "drafts" / f"{draft}.jpg", quality=80)


def _facts(clip: Clip) -> dict[str, Any]:
    return {"width": clip.width, "height": clip.height, "duration_s": round(clip.duration_s, 2)}


def _key(folder: Path) -> bytes:
    """Return the key that seals drafts with nobody in them; made the first time."""
    path = folder / "drafts" / "seal.key"
    if not path.exists():
        write_whole(path, os.urandom(KEY_BYTES))
    return path.read_bytes()


if __name__ == "__main__":
    log.start(command="studio-worker", file=None)  # what it says goes where the studio's own warnings go
    main(niceness=int(sys.argv[1]), lines=sys.stdin, out=sys.stdout)
