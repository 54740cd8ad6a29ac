"""The report's English, which is the source of its translations. Whole sentences, with named slots."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from medialit.forensics.cues.view import BALANCE, NOTHING_TOLD


def _msgid(text: str) -> str:
    """Mark a literal for the catalogues."""
    return text


SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "credentials.none": _msgid(
            "The file carries no Content Credentials. This says nothing about where it comes from: most files "
            "have none, and sending or posting a file often removes them."
        ),
        "credentials.not-read": _msgid(
            "Content Credentials are not read from files of this kind. This says nothing about where it comes from."
        ),
        "credentials.invalid": _msgid(
            "The Content Credentials are invalid: the file is not what was signed, or the signature does not hold. "
            "Nothing that they say can be relied on."
        ),
        "credentials.valid": _msgid(
            "The Content Credentials are valid: these are the bytes that {signer} signed. No trust list that was given "
            "vouches for this signer. Valid is not trusted, and trusted is not true."
        ),
        "credentials.trusted": _msgid(
            "The Content Credentials are trusted: these are the bytes that {signer} signed, and the trust list {list} "
            "(file of {date}) vouches for this signer. Trusted is not true: it says who speaks, not whether it is so."
        ),
        "credentials.remote": _msgid(
            "The file says that its Content Credentials are kept elsewhere: {address}. They were not fetched."
        ),
        "credentials.fetched": _msgid("The Content Credentials were fetched from {address}."),
        "credentials.unreadable": _msgid(
            "It could not be read whether the file carries Content Credentials."
        ),
        "credentials.no-list": _msgid(
            "No trust list was given, so no signer could be trusted. Give one to ask whether it vouches for this signer."
        ),
        "credentials.failure": _msgid("A check of the Content Credentials did not pass: {what}."),
        "credentials.ingredient-failure": _msgid(
            "A check did not pass in a file that this one was made from: {what}."
        ),
        "credentials.identity-trusted": _msgid(
            "Beside the signer the file names {who}, whose own signature holds, and a list of identities that was given "
            "vouches for this name."
        ),
        "credentials.identity-valid": _msgid(
            "Beside the signer the file names {who}, whose own signature holds. No list of identities that was given "
            "vouches for this name: anybody can make a certificate under any name."
        ),
        "credentials.identity-invalid": _msgid(
            "Beside the signer the file names {who}, but the check of this identity did not pass: {what}. Do not "
            "rely on it."
        ),
        "credentials.identity-unchecked": _msgid(
            "Beside the signer the file or a part of it names {who}. This identity was not checked here."
        ),
        "credentials.ai-yes": _msgid("The Content Credentials say that AI made the content or a part of it."),
        "credentials.ai-no": _msgid(
            "The Content Credentials name an origin for every part, and none of them is AI. This is the signer's word."
        ),
        "credentials.ai-unsaid": _msgid("The Content Credentials do not say whether AI was used."),
        "watermark.found": _msgid(
            "Our watermark was found, with the payload {payload} (p = {p} that unmarked pictures look so). "
            "Whoever has the key can write such a mark, and a mark can be moved to another clip."
        ),
        "watermark.registered": _msgid(
            "This payload belongs to the registered clip {title} of {date}, and the pictures are alike."
        ),
        "watermark.elsewhere": _msgid(
            "This payload belongs to the registered clip {title} of {date}, but the pictures are not alike: the file was "
            "changed much, or the mark was moved here from that clip. Compare the two."
        ),
        "watermark.unregistered": _msgid("This payload is not in this computer's registry."),
        "watermark.absent": _msgid(
            "No watermark of ours was found. This says nothing about where the file comes from: other makers' "
            "marks are not looked for, and a mark can be destroyed."
        ),
        "watermark.no-key": _msgid(
            "No watermark key is on this computer, so our watermark was not looked for. This says nothing."
        ),
        "watermark.no-pictures": _msgid("There were no pictures in which to look for a watermark."),
        "watermark.too-small": _msgid(
            "The pictures are too small to look for a watermark in. This says nothing."
        ),
        "fingerprint.near": _msgid(
            "The pictures are like those of the registered clip {title} of {date} ({percent} % of the fingerprint)."
        ),
        "fingerprint.none-near": _msgid(
            "No clip of this computer's registry looks like this one. This says nothing about clips elsewhere."
        ),
        "metadata.ai": _msgid(
            "The metadata name an AI tool or source: {what}. Metadata are not signed: anybody can write them."
        ),
        "metadata.camera": _msgid(
            "The metadata name a camera: {what}. Metadata are not signed: anybody can write them."
        ),
        "metadata.location": _msgid(
            "The metadata hold a place. Think of the people there before you pass the file on."
        ),
        "metadata.no-origin": _msgid(
            "The metadata name neither a camera nor an AI tool. This says nothing: sending or posting a file often "
            "removes them."
        ),
        "encoding.written-by": _msgid(
            "The file was last written by {software}. Platforms and editors write files anew, so this says nothing "
            "about who made the content."
        ),
        "synthetic.no-detector": _msgid(
            "No detector was asked, so nothing is said about signs of AI in the pictures themselves."
        ),
        "synthetic.failed": _msgid(
            "The detectors could not be asked about this file, so nothing is said about signs of AI in the pictures "
            "themselves."
        ),
        "synthetic.signs": _msgid(
            "The detectors see signs of AI or of editing. Of untouched clips like those they were tried on, {alarms} "
            "look like this too: read what spoke for it, and look at the other evidence."
        ),
        "synthetic.no-signs": _msgid(
            "The detectors see no signs of AI or of editing. Of the made or altered clips that they were tried on, "
            "{misses} look like this too, and of makers that they do not know it may be more."
        ),
        "synthetic.cannot-tell": _msgid(
            "The detectors cannot tell, and that is a full answer: it speaks neither for nor against the file. {why}"
        ),
        "synthetic.base-rate": _msgid(
            "How many such alarms are right depends on how many clips are made or altered: where 1 in 200 is, about "
            "{rare} of the alarms are right; where 1 in 20 is, about {some}; where every second one is, about {half}."
        ),
        "synthetic.where": _msgid(
            "Around {seconds} s the network sees most; a picture in the window, on the page and on paper shows where. "
            "Bright places look more like what was made or altered than like what was not; honest clips have "
            "some too, and a dark place was not shown to be honest."
        ),
        "cues.not-asked": _msgid(
            "Nobody asked the cues to look at the pixels, so they say nothing. With --cues, or in the window with Look "
            "closer, they do."
        ),
        "cues.no-pictures": _msgid("There were no pictures that the cues could look at."),
        "cues.balance": BALANCE,
        "cues.nothing-told": NOTHING_TOLD,
        "cues.part": _msgid(
            "The cues saw the first {seconds} seconds of the clip: then their time was over."
        ),
        "cues.long": _msgid(
            "Cues of time saw the first {seconds} seconds; cues of single frames saw some from all over the clip."
        ),
        "cues.picture": _msgid(
            "How often each cue is wrong was counted on clips. For a single picture it is not known."
        ),
        "cues.unread": _msgid(
            "These cues did not get to look, because the time was over or the reading program ended: {cues}."
        ),
        "cues.broken": _msgid("These cues broke on this file, so they say nothing: {cues}."),
        "examined.partly-seen": _msgid(
            "Only a part of the pictures was looked at: {seconds} of {total} seconds."
        ),
        "examined.unreadable": _msgid("The pictures could not be read: {reason}"),
        "examined.too-large": _msgid("The file asks for more than may be read here: {reason}"),
        "examined.too-long": _msgid("Looking at the pictures took too long and was ended: {reason}."),
        "examined.lost": _msgid(
            "The program that reads pictures broke on this file, so they were not looked at."
        ),
        "examined.first-only": _msgid(
            "The file holds more than one picture, and only the first was looked at."
        ),
        "examined.incomplete": _msgid("The file is cut short: its own index points behind its end."),
    }
)

FAILURES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "assertion.dataHash.mismatch": _msgid("the file was changed after it was signed"),
        "assertion.bmffHash.mismatch": _msgid("the file was changed after it was signed"),
        "assertion.boxesHash.mismatch": _msgid("the file was changed after it was signed"),
        "assertion.hashedURI.mismatch": _msgid("a part of the signed statement was changed"),
        "assertion.missing": _msgid("a part of the signed statement is missing"),
        "claimSignature.mismatch": _msgid("the signature does not fit the statement"),
        "claimSignature.missing": _msgid("the signature is missing"),
        "claim.missing": _msgid("the statement itself is missing"),
        "claim.malformed": _msgid("the statement is damaged"),
        "ingredient.manifest.mismatch": _msgid("another statement stands where the original's should be"),
        "manifest.unreferenced": _msgid("a statement stands where no reader looks for it"),
        "signingCredential.untrusted": _msgid("no trust list that was given vouches for the signer"),
        "signingCredential.expired": _msgid("the signer's certificate has expired"),
        "signingCredential.revoked": _msgid("the signer's certificate was revoked"),
        "signingCredential.invalid": _msgid("the signer's certificate may not be used for this"),
        "claimSignature.outsideValidity": _msgid("the signature was made outside the certificate's period"),
        "timeStamp.untrusted": _msgid("no trust list that was given vouches for the time stamp"),
        "timeStamp.mismatch": _msgid("the time stamp does not fit"),
        "cawg.x509.credential.untrusted": _msgid("no list of identities that was given vouches for the name"),
        "cawg.x509.signature.mismatch": _msgid("the named person's signature does not fit"),
        "cawg.identity.assertion.mismatch": _msgid("what the named person signed was changed"),
    }
)

TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "file": _msgid("The file"),
        "credentials": _msgid("Content Credentials"),
        "watermark": _msgid("Watermark"),
        "fingerprint": _msgid("Fingerprint"),
        "metadata": _msgid("Metadata"),
        "encoding": _msgid("Encoder traces"),
        "synthetic": _msgid("Signs of AI in the pictures"),
        "cues": _msgid("What the cues see in the pixels"),
        "examined": _msgid("What was looked at"),
    }
)

SEES: Final = _msgid("Where the network sees it: grey is nothing, yellow is most")
"""Under a heat map of the network's."""

LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "registered": _msgid("Registered clip"),
        "name": _msgid("Name"),
        "sha256": _msgid("SHA-256"),
        "size": _msgid("Size"),
        "kind": _msgid("Kind"),
        "state": _msgid("State"),
        "signer": _msgid("Signed by"),
        "authority": _msgid("Certificate from"),
        "signed-at": _msgid("Time stamp"),
        "generator": _msgid("Made with"),
        "trusted-by": _msgid("Vouched for by"),
        "lists": _msgid("Trust lists asked"),
        "identity": _msgid("Named beside the signer"),
        "history": _msgid("History, oldest first"),
        "ingredient": _msgid("Made from"),
        "training": _msgid("Training and mining"),
        "grants": _msgid("Consent grants"),
        "binding": _msgid("Marks that it names"),
        "payload": _msgid("Payload"),
        "p-value": _msgid("p-value"),
        "key": _msgid("Key"),
        "algorithm": _msgid("Method"),
        "value": _msgid("Value"),
        "camera": _msgid("Camera"),
        "software": _msgid("Software"),
        "created": _msgid("Created"),
        "location": _msgid("Place"),
        "container": _msgid("Container"),
        "codec": _msgid("Picture coding"),
        "audio": _msgid("Sound coding"),
        "dimensions": _msgid("Dimensions"),
        "duration": _msgid("Duration"),
        "traces": _msgid("Left by encoders"),
        "probability": _msgid("Probability"),
        "spoke": _msgid("What weighed most (log-odds added)"),
        "detectors": _msgid("Detectors asked"),
        "frames": _msgid("Pictures looked at"),
        "inspected": _msgid("Inspected"),
    }
)

VALUES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "none": _msgid("none"),
        "invalid": _msgid("invalid"),
        "valid": _msgid("valid"),
        "trusted": _msgid("trusted"),
        "remote": _msgid("kept elsewhere"),
        "unreadable": _msgid("unreadable"),
        "video": _msgid("video"),
        "picture": _msgid("picture"),
        "unknown": _msgid("not known"),
        "cannot-tell": _msgid("cannot tell"),
        "signs": _msgid("signs"),
        "no-signs": _msgid("no signs"),
        "list": _msgid("{name}, file of {date}"),
        "bytes": _msgid("{n} bytes"),
        "seconds": _msgid("{n} s"),
        "rate": _msgid("{size}, {fps} pictures a second"),
        "no-lists": _msgid("none"),
        "this computer's course": _msgid("this computer's course"),
        "this computer": _msgid("this computer"),
        "cues-in-short": _msgid("{k} of {n} at or above their thresholds; about {expected} by chance"),
        "found": _msgid("found"),
        "not-found": _msgid("not found"),
        "not-looked": _msgid("not looked for"),
        "ai-yes": _msgid("say that AI was used"),
        "ai-no": _msgid("name an origin without AI"),
        "ai-unsaid": _msgid("do not say whether AI was used"),
        "says-nothing": _msgid("says nothing"),
        "by-watermark": _msgid("led to by the watermark: {title}"),
        "by-fingerprint": _msgid("led to by the fingerprint: {title}"),
        "allowed": _msgid("allowed"),
        "notAllowed": _msgid("not allowed"),
        "constrained": _msgid("allowed under conditions"),
    }
)

TRAINING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cawg.ai_generative_training": _msgid("training of AI that generates"),
        "cawg.ai_training": _msgid("training of other AI"),
        "cawg.ai_inference": _msgid("use by AI"),
        "cawg.data_mining": _msgid("data mining"),
        "c2pa.ai_generative_training": _msgid("training of AI that generates"),
        "c2pa.ai_training": _msgid("training of other AI"),
        "c2pa.ai_inference": _msgid("use by AI"),
        "c2pa.data_mining": _msgid("data mining"),
    }
)

ACTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "c2pa.created": _msgid("created"),
        "c2pa.opened": _msgid("opened for editing"),
        "c2pa.edited": _msgid("edited"),
        "c2pa.placed": _msgid("another file placed in it"),
        "c2pa.published": _msgid("published"),
        "c2pa.converted": _msgid("converted"),
        "c2pa.transcoded": _msgid("encoded anew"),
        "c2pa.resized": _msgid("resized"),
        "c2pa.cropped": _msgid("cropped"),
        "c2pa.color_adjustments": _msgid("colours adjusted"),
        "c2pa.filtered": _msgid("filtered"),
        "c2pa.drawing": _msgid("drawn on"),
        "c2pa.removed": _msgid("a part removed"),
        "c2pa.translated": _msgid("translated"),
        "c2pa.redacted": _msgid("a part of the history withheld"),
        "c2pa.watermarked.bound": _msgid("watermarked"),
        "c2pa.watermarked": _msgid("watermarked"),
        "c2pa.watermarked.unbound": _msgid("watermarked, with a mark that is not named"),
        "c2pa.addedText": _msgid("text added"),
        "c2pa.adjustedColor": _msgid("colours adjusted"),
        "c2pa.changedSpeed": _msgid("speed changed"),
        "c2pa.deleted": _msgid("a part removed"),
        "c2pa.dubbed": _msgid("dubbed"),
        "c2pa.edited.metadata": _msgid("metadata edited"),
        "c2pa.enhanced": _msgid("enhanced"),
        "c2pa.orientation": _msgid("turned or mirrored"),
        "c2pa.repackaged": _msgid("packed anew, not encoded"),
        "c2pa.resized.proportional": _msgid("resized"),
        "c2pa.trimmed": _msgid("shortened"),
        "c2pa.unknown": _msgid("changed in a way that is not known"),
    }
)

SOURCE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "trainedAlgorithmicMedia": _msgid("made by AI"),
        "compositeWithTrainedAlgorithmicMedia": _msgid("composed with parts made by AI"),
        "trainedAlgorithmicData": _msgid("data made by AI"),
        "algorithmicMedia": _msgid("computed, without AI training"),
        "digitalCapture": _msgid("taken by a camera"),
        "computationalCapture": _msgid("taken by a camera that computes"),
        "compositeCapture": _msgid("composed of camera pictures"),
        "composite": _msgid("composed of several things"),
        "screenCapture": _msgid("taken from a screen"),
        "digitalCreation": _msgid("made by a person"),
        "humanEdits": _msgid("edited by a person"),
        "minorHumanEdits": _msgid("corrected by a person"),
        "digitalArt": _msgid("drawn by a person"),
    }
)

HEADING: Final = _msgid("What is known about this file")
OWN_NAMES: Final = ("this computer's course", "this computer")
"""Names that this computer gave to its own list and key; they are said in the reader's language."""
SUMMARY: Final = _msgid("In short")
NOTHING: Final = _msgid("Nothing could be read here, and that says nothing.")
INTRODUCTION: Final = _msgid(
    "This report says what is known about the file, and by which evidence. It does not judge whether what the "
    "pictures show happened. Where a mark is absent, that says nothing."
)
DRAFT: Final = _msgid("Draft translation: no native speaker has reviewed it yet.")
FOOTER: Final = _msgid("Report by {software}, {moment} (UTC), scheme {version}.")
