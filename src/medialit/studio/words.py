"""Every text of the studio's pages: what a person reads there is said here, and nowhere in the pages themselves.

A page asks for the words of its language once, and says a word by its key. Numbers are put into slots by the page, in
the way of the language; so no sentence here counts anything that would have to be declined.
"""

from __future__ import annotations

from typing import Any, Final

from medialit.language import language, translator
from medialit.language import msgid as _msgid

SPOKEN: Final = ("en", "fr", "ar")
"""What the pages speak."""


def pages(lang: str) -> dict[str, Any]:
    """Return what a page needs to speak a language: its code, its direction, and all words by key.

    Parameters
    ----------
    lang : str
        A code of `medialit.language.LANGUAGES`; where the pages do not speak it, English is given.

    Examples
    --------
    >>> pages("ar")["dir"], pages("fr")["words"]["nav.feed"]
    ('rtl', 'Fil')
    """
    code = lang if lang in SPOKEN else "en"
    return {"lang": code, "dir": language(code).direction, "words": words_of(code)}


def words_of(lang: str) -> dict[str, str]:
    """Return all words of the pages by key.

    Raises
    ------
    LanguageError
        If the platform does not speak this language.
    """
    _ = translator(lang)
    return {key: _(message) for key, message in _WORDS.items()}


_WORDS: Final = {
    "nav.label": _msgid("Views of the studio"),
    "nav.skip": _msgid("Skip to the content"),
    "nav.waiting": _msgid("waiting for you"),
    "nav.feed": _msgid("Feed"),
    "nav.make": _msgid("Make"),
    "nav.drafts": _msgid("Drafts"),
    "nav.likeness": _msgid("Likeness"),
    "nav.me": _msgid("Me"),
    "nav.people": _msgid("People"),
    "nav.messages": _msgid("Messages"),
    "nav.ward": _msgid("Settings"),
    "nav.desk": _msgid("Desk"),
    "common.close": _msgid("Close"),
    "common.no": _msgid("No, leave it"),
    "common.wait": _msgid("One moment…"),
    "error.unknown": _msgid("Something went wrong here, and it is not your fault. Load the page again."),
    "state.offline": _msgid(
        "The class's computer cannot be reached. What you see stays here, and the page goes on by "
        "itself once it answers."
    ),
    "state.back": _msgid("The class's computer answers again."),
    "state.paused": _msgid("The teacher has paused the class. Nothing is lost."),
    "state.closed": _msgid("The class is closed to newcomers."),
    "state.trouble": _msgid("This page could not be shown"),
    "state.again": _msgid("Try again"),
    "join.doors": _msgid("Other ways in"),
    "join.join.title": _msgid("Come in"),
    "join.join.known": _msgid(
        "A small video world of your class's own. You signed in to open it; in here you go by a name that you make up, "
        "and the studio does not keep whose account it was."
    ),
    "join.join.lead": _msgid(
        "A small video world of your class's own. No account, no real name, and nothing leaves this "
        "room's network."
    ),
    "join.join.door": _msgid("I am new here"),
    "join.code": _msgid("Class code"),
    "join.code_hint": _msgid("It is on the board, and in the QR code."),
    "join.pseudonym": _msgid("Your name here (not your real one)"),
    "join.pseudonym_hint": _msgid("The whole class sees it."),
    "join.suggest": _msgid("Suggest one"),
    "join.age": _msgid("How old are you?"),
    "join.age_hint": _msgid(
        "It decides what protects you. Nobody else sees more than whether you are under 18."
    ),
    "join.place": _msgid("Town or region (if you like)"),
    "join.place_hint": _msgid(
        "Clips from there may come a little sooner, if you ask for an order of your own."
    ),
    "join.rules": _msgid("The rules, in three lines"),
    "join.rule1": _msgid("Every clip made here says so, and keeps saying so."),
    "join.rule2": _msgid("Nobody is shown without a yes of their own, and a yes can be taken back."),
    "join.rule3": _msgid("What hurts somebody can be reported, and comes down in time."),
    "join.go": _msgid("I agree: let me in"),
    "join.missing": _msgid("The code, a name and your age are needed."),
    "join.welcome": _msgid("You are in. Keep this."),
    "join.return_code": _msgid("Your return code"),
    "join.return_hint": _msgid(
        "With it you come back on any device. It is shown this once; write it on paper. If you lose "
        "it, your teacher can give you another."
    ),
    "join.guardian_code": _msgid("For your parent or guardian"),
    "join.guardian_hint": _msgid(
        "With this code they set your limits and answer when somebody asks for your likeness. Please "
        "hand it on."
    ),
    "join.copy": _msgid("Copy"),
    "join.copied": _msgid("Copied."),
    "join.written": _msgid("I have written it down"),
    "join.back.title": _msgid("Welcome back"),
    "join.back.lead": _msgid("With your name here and the return code that you wrote down."),
    "join.back.door": _msgid("I have been here before"),
    "join.back.go": _msgid("Go on"),
    "join.parent.title": _msgid("For parents and guardians"),
    "join.parent.lead": _msgid(
        "Set your child's limits in under a minute. You see no messages and no history: the settings,"
        " and whoever asks for your child's likeness."
    ),
    "join.parent.door": _msgid("I am a parent or guardian"),
    "join.parent.go": _msgid("Open the settings"),
    "join.child": _msgid("Your child's name here"),
    "join.teacher.title": _msgid("The teacher's desk"),
    "join.teacher.lead": _msgid("The key was printed where the studio was started."),
    "join.teacher.known": _msgid("You have signed in as somebody who teaches this class: you need no key."),
    "join.teacher.door": _msgid("I am the teacher"),
    "join.teacher.go": _msgid("Open the desk"),
    "join.key": _msgid("Teacher's key"),
    "age.under_13": _msgid("Under 13"),
    "age.13_15": _msgid("13 to 15"),
    "age.16_17": _msgid("16 or 17"),
    "age.adult": _msgid("18 or older"),
    "role.guardian": _msgid("Parent or guardian"),
    "role.teacher": _msgid("Teacher"),
    "clip.play": _msgid("Play"),
    "clip.pause": _msgid("Pause"),
    "clip.by": _msgid("A clip by {name}"),
    "clip.video": _msgid("Video: {caption}"),
    "clip.you": _msgid("You"),
    "clip.not_synthetic": _msgid("Nobody says that this was generated"),
    "clip.synthetic": _msgid("Made with AI"),
    "clip.unlabelled": _msgid("Synthetic, and its maker did not say so"),
    "clip.made": _msgid("How it was made"),
    "clip.follow": _msgid("Follow"),
    "clip.following": _msgid("Following"),
    "clip.shows": _msgid("Shown with their yes: {names}"),
    "clip.remix_of": _msgid("Made from another clip"),
    "clip.remixes": _msgid("Made from this one"),
    "clip.remix_n": _msgid("Remix {n}"),
    "clip.like": _msgid("Like"),
    "clip.comment": _msgid("Comment"),
    "clip.remix": _msgid("Remix"),
    "clip.why": _msgid("Why"),
    "clip.more": _msgid("More"),
    "made.title": _msgid("How this clip was made"),
    "made.prompt": _msgid("What was asked for"),
    "made.no_marks": _msgid("It carries no mark that this class can read."),
    "made.limits": _msgid(
        "Marks say where a clip comes from. They do not say whether it is true, and their absence "
        "proves nothing."
    ),
    "made.when": _msgid("Published {when}"),
    "why.title": _msgid("Why you see this"),
    "why.terms": _msgid("What placed it here"),
    "why.reason": _msgid("Reason"),
    "why.points": _msgid("Points"),
    "why.total": _msgid("Together"),
    "why.personal": _msgid(
        "These points are the whole reason. You can switch the personal order off under Me."
    ),
    "why.same": _msgid("These points are the whole reason, and everybody in the class has the same ones."),
    "comments.title": _msgid("Comments"),
    "comments.none": _msgid("Nobody has said anything yet."),
    "comments.write": _msgid("Say something"),
    "comments.hint": _msgid("Would you say it to their face?"),
    "comments.send": _msgid("Send"),
    "more.title": _msgid("This clip"),
    "more.download": _msgid("Download, with its label"),
    "more.open": _msgid("Open on its own"),
    "more.report": _msgid("Report it"),
    "more.back": _msgid("Take it back"),
    "more.back_what": _msgid(
        "It leaves the feed at once, and so does whatever was made from it. What somebody has "
        "downloaded stays with them."
    ),
    "more.back_done": _msgid("It is gone from the feed."),
    "report.title": _msgid("Report this clip"),
    "report.lead": _msgid("Your teacher reads this. The maker sees what was decided and why."),
    "report.ground": _msgid("What is wrong?"),
    "report.choose": _msgid("Choose what is wrong first."),
    "report.at_once": _msgid("It will be hidden at once, until somebody decides."),
    "report.later": _msgid("It stays until somebody decides. If nobody does in time, it is hidden."),
    "report.why": _msgid("In your own words"),
    "report.why_hint": _msgid("Both sides and the teacher read it."),
    "report.send": _msgid("Send the report"),
    "report.follow": _msgid("You can follow what becomes of it on your own page."),
    "report.cases": _msgid("To my page"),
    "feed.title": _msgid("The class's clips"),
    "feed.for_you": _msgid("An order for you"),
    "feed.for_all": _msgid("The same order for everybody"),
    "feed.steer": _msgid("Steer"),
    "feed.steer_label": _msgid("What would you like to see?"),
    "feed.steer_hint": _msgid("For example: less football, more cooking, only from people I follow"),
    "feed.steer_go": _msgid("Use these words"),
    "feed.steer_clear": _msgid("Clear"),
    "feed.steer_cleared": _msgid("Cleared: the order is as it was."),
    "feed.not_understood": _msgid("Not understood:"),
    "feed.check_in": _msgid("A question"),
    "feed.end": _msgid("The end"),
    "feed.nothing": _msgid("Nobody has published a clip yet. Yours could be the first."),
    "feed.all_seen": _msgid("That was all."),
    "feed.end_hint": _msgid("This feed has an end on purpose."),
    "feed.shut_hint": _msgid("Drafts and settings stay open."),
    "feed.limits": _msgid("See my limits"),
    "feed.make": _msgid("Make a clip"),
    "make.title": _msgid("Make a clip"),
    "make.left": _msgid("Clips left today: {left} of {each}"),
    "make.prompt": _msgid("What should happen?"),
    "make.prompt_hint": _msgid(
        "One scene in one sentence: who or what, which colour, what it does, and where. English, "
        "French, Arabic or Darija."
    ),
    "make.try": _msgid("Try:"),
    "make.example1": _msgid("a red ball bounces on a beach"),
    "make.example2": _msgid("a green teapot spins in the souk"),
    "make.example3": _msgid("a yellow bird flies over the mountains"),
    "make.costars": _msgid("Who is in it?"),
    "make.costars_hint": _msgid("Only people who said yes. Each of them sees the draft before anybody else."),
    "make.it_is_you": _msgid("You"),
    "make.agreed": _msgid("Said yes"),
    "make.not_asked": _msgid("Ask first"),
    "make.nobody": _msgid("Nobody plays a person yet."),
    "make.to_likeness": _msgid("Choose yours"),
    "make.purpose": _msgid("What is the clip for?"),
    "make.doing": _msgid("What do the people do?"),
    "make.more": _msgid("More choices"),
    "make.model": _msgid("Generator"),
    "make.v2": _msgid("Newer, slower"),
    "make.v1": _msgid("Older, quicker"),
    "make.seed": _msgid("Seed"),
    "make.seed_hint": _msgid(
        "The same words with the same number give the same clip. Empty: a new one each time."
    ),
    "make.labelled": _msgid(
        "The clip will carry a visible label, a watermark and Content Credentials. That cannot be "
        "switched off."
    ),
    "make.go": _msgid("Make it"),
    "make.remix": _msgid("A remix of a clip by {name}"),
    "make.refused": _msgid("This will not be made"),
    "make.refused_hint": _msgid("Nothing was counted against your day. Change the sentence and try again."),
    "make.ask": _msgid("Ask them"),
    "make.queue": _msgid("In the making"),
    "make.none": _msgid("Nothing is being made. Fair turns: whoever had least today comes first."),
    "make.progress": _msgid("Progress"),
    "make.place": _msgid("Place in the queue: {n}"),
    "make.cancel": _msgid("Cancel"),
    "make.ready": _msgid("Your clip is ready among your drafts."),
    "make.to_drafts": _msgid("Look at the draft"),
    "make.not_understood": _msgid("Words that changed nothing:"),
    "make.not_understood_hint": _msgid(
        "The generator knows a small world. It left these words out rather than guess."
    ),
    "job.waiting": _msgid("Waiting"),
    "job.making": _msgid("Being made"),
    "job.done": _msgid("Ready"),
    "job.failed": _msgid("Not made"),
    "drafts.title": _msgid("Drafts"),
    "drafts.mine": _msgid("Mine"),
    "drafts.mine_hint": _msgid("Only you see them, and the people shown in them."),
    "drafts.showing": _msgid("Showing you"),
    "drafts.showing_ward": _msgid("Drafts that show your child"),
    "drafts.showing_hint": _msgid(
        "Nothing of it is published without a yes here. No is a full answer and needs no reason."
    ),
    "drafts.none": _msgid("No drafts yet."),
    "drafts.none_showing": _msgid("Nobody waits for an answer."),
    "drafts.make": _msgid("Make a clip"),
    "drafts.by": _msgid("Made by {name}"),
    "drafts.yes": _msgid("Yes, this may be shown"),
    "drafts.no": _msgid("No"),
    "drafts.said_yes": _msgid("You said yes. You can still take it back."),
    "drafts.said_no": _msgid("You said no. It will not be published."),
    "answer.yes": _msgid("said yes"),
    "answer.no": _msgid("said no"),
    "answer.waiting": _msgid("has not answered yet"),
    "drafts.publish": _msgid("Publish"),
    "drafts.published": _msgid("It is in the feed."),
    "drafts.label_stays": _msgid("This label stays on the clip, in the feed and in the file."),
    "drafts.caption": _msgid("Caption"),
    "drafts.topics": _msgid("Topics"),
    "drafts.topics_hint": _msgid("Up to four"),
    "drafts.throw": _msgid("Throw away"),
    "drafts.throw_what": _msgid("The draft and its file are deleted."),
    "likeness.title": _msgid("Likeness"),
    "likeness.ward": _msgid("Your child's likeness"),
    "likeness.lead": _msgid(
        "In this class everybody plays a fictional person. Who may show that person, for what and "
        "until when, is the player's own to say."
    ),
    "likeness.asks": _msgid("Somebody asks you"),
    "likeness.asks_hint": _msgid("Nothing happens until you answer. No needs no reason."),
    "likeness.mine": _msgid("You play"),
    "likeness.mine_hint": _msgid("Whoever wants this face in a clip asks you."),
    "likeness.choose": _msgid("Choose whom you play"),
    "likeness.choose_hint": _msgid("They are drawn, and none of them exists."),
    "likeness.camera": _msgid(
        "Your own face stays out of the studio. To try it, use the cameo app on the school's computer."
    ),
    "likeness.chosen": _msgid("You play {name} now."),
    "likeness.minor": _msgid("Under 18"),
    "likeness.leave": _msgid("Play nobody any more"),
    "likeness.leave_what": _msgid(
        "Every permission that you gave ends, and every clip that shows this person leaves the feed."
    ),
    "likeness.left": _msgid("Done: you play nobody, and those clips are gone from the feed."),
    "likeness.given": _msgid("Permissions that you gave"),
    "likeness.given_hint": _msgid("Each can be taken back in two taps, at any time."),
    "likeness.none_given": _msgid("You gave no permission, so nobody may show you."),
    "likeness.held": _msgid("Permissions that you have"),
    "likeness.my_asks": _msgid("What you asked for"),
    "likeness.others": _msgid("Ask somebody"),
    "likeness.others_hint": _msgid("Tap a person to ask whether you may show them."),
    "likeness.played_by": _msgid("Played by {name}"),
    "likeness.ask": _msgid("Ask {name}"),
    "likeness.ask_lead": _msgid("Asking gives you nothing yet. They may say no, and need not say why."),
    "likeness.what": _msgid("What would you do?"),
    "likeness.purpose": _msgid("What for?"),
    "likeness.words": _msgid("Your words to them"),
    "likeness.words_hint": _msgid("Say what the clip is about: a good question says what will be seen."),
    "likeness.ask_go": _msgid("Send the question"),
    "likeness.asked": _msgid("{name} has been asked."),
    "likeness.until": _msgid("Until when?"),
    "likeness.week": _msgid("One week"),
    "likeness.month": _msgid("One month"),
    "likeness.take_back_any": _msgid("You can take this back in two taps."),
    "likeness.yes": _msgid("Yes, under these terms"),
    "likeness.no": _msgid("No"),
    "likeness.yes_said": _msgid("You gave this permission."),
    "likeness.no_said": _msgid("You said no."),
    "likeness.ends": _msgid("Ends {when}"),
    "likeness.ended": _msgid("Ended"),
    "likeness.revoke": _msgid("Take back"),
    "likeness.revoke_what1": _msgid(
        "Every clip in the feed under this permission, and every remix of it, disappears with the "
        "next refresh."
    ),
    "likeness.revoke_what2": _msgid("What somebody downloaded or filmed off a screen is out of reach."),
    "likeness.revoke_go": _msgid("Yes, take it back"),
    "action.generate": _msgid("Make a clip with this person"),
    "action.publish": _msgid("Publish it in the class"),
    "action.remix": _msgid("Remix it"),
    "action.export": _msgid("Download it"),
    "purpose.education": _msgid("For learning"),
    "purpose.art": _msgid("For art"),
    "purpose.journalism": _msgid("For journalism"),
    "purpose.satire": _msgid("For satire"),
    "purpose.personal": _msgid("For fun"),
    "ask.waiting": _msgid("Waiting for an answer"),
    "ask.yes": _msgid("Said yes"),
    "ask.no": _msgid("Said no"),
    "people.title": _msgid("The class"),
    "people.lead": _msgid("Names here are made up. Under 18 nobody can be written to by an adult first."),
    "people.none": _msgid("You are the first one here."),
    "people.both": _msgid("You follow each other"),
    "people.follows_you": _msgid("Follows you"),
    "people.minor": _msgid("Under 18"),
    "people.blocked": _msgid("Blocked"),
    "people.write": _msgid("Write"),
    "people.block": _msgid("Block"),
    "people.block_name": _msgid("Block {name}"),
    "people.block_what": _msgid(
        "You and {name} no longer write to each other and no longer follow each other. They are not told."
    ),
    "messages.title": _msgid("Messages"),
    "messages.lead": _msgid("Only in this class, and only with whom the rules of both sides allow."),
    "messages.none": _msgid("You can write to nobody yet. Follow somebody who follows you."),
    "messages.shut": _msgid("Why not the others"),
    "messages.with": _msgid("With {name}"),
    "messages.begin": _msgid("Nothing was written yet."),
    "messages.write": _msgid("Your message"),
    "me.today": _msgid("Today"),
    "me.minutes": _msgid("Minutes of the feed left today: {n}"),
    "me.plays": _msgid("You play {name}."),
    "me.plays_nobody": _msgid("You play nobody, so nobody can be asked for you."),
    "me.six": _msgid("Six settings"),
    "me.six_hint": _msgid("Each tap is kept at once. Doing nothing is safe."),
    "me.saved": _msgid("Kept."),
    "me.stricter": _msgid("A stricter setting holds here, so it stays as shown."),
    "me.language": _msgid("Language"),
    "me.leave": _msgid("Leave this device"),
    "me.leave_what": _msgid("To come back you need your name here and your return code."),
    "me.leave_short": _msgid("To come back you need your code."),
    "set.posts_a_sitting": _msgid("How long does the feed go on?"),
    "set.posts_a_sitting_hint": _msgid("It ends, and goes on after ten minutes of doing something else."),
    "set.posts": _msgid("{n} clips"),
    "set.posts_none": _msgid("Without an end"),
    "set.daily_minutes": _msgid("How long in a day?"),
    "set.daily_minutes_hint": _msgid("Counted by this computer, so another device gives no more."),
    "set.minutes": _msgid("{n} minutes"),
    "set.quiet": _msgid("When is it closed?"),
    "set.quiet_hint": _msgid("In these hours the feed does not open."),
    "set.quiet_none": _msgid("Never"),
    "set.hours": _msgid("{from} to {to}"),
    "set.messages": _msgid("Who may write?"),
    "set.messages_hint": _msgid("An adult can never write first to somebody under 18."),
    "set.messages_off": _msgid("Nobody"),
    "set.messages_known": _msgid("People who follow each other"),
    "set.messages_everyone": _msgid("Everybody in the class"),
    "set.likeness": _msgid("Who decides on the likeness?"),
    "set.likeness_hint": _msgid("Whether the person that is played may appear in clips of others."),
    "set.likeness_off": _msgid("Nobody: never in clips"),
    "set.likeness_guardian": _msgid("The parent, each time"),
    "set.likeness_me": _msgid("I do, each time"),
    "set.personalised": _msgid("Which order?"),
    "set.personalised_hint": _msgid("The same for all uses nothing that was done here."),
    "set.same": _msgid("The same for all"),
    "set.personal": _msgid("My own, from what I do here"),
    "set.none": _msgid("None"),
    "ward.title": _msgid("Settings for {name}"),
    "ward.lead": _msgid("It is safe as it stands. Change what you like; each tap is kept at once."),
    "ward.always1": _msgid("No adult can write to your child first, whatever is set."),
    "ward.always2": _msgid("Synthetic clips without a label are left out."),
    "ward.always3": _msgid("Your child can make these settings stricter, never looser."),
    "ward.six": _msgid("Six settings"),
    "cases.mine": _msgid("Reports"),
    "cases.about": _msgid("About: {ground}"),
    "cases.deadline": _msgid("To be decided by {when}"),
    "cases.appeal": _msgid("Ask for another look"),
    "cases.appealed": _msgid("Somebody will look at it again."),
    "desk.title": _msgid("The teacher's desk"),
    "desk.parts": _msgid("Parts of the desk"),
    "desk.class": _msgid("The class"),
    "desk.cases": _msgid("Reports"),
    "desk.posts": _msgid("Clips"),
    "desk.replay": _msgid("Look back"),
    "desk.end": _msgid("Evidence and wiping"),
    "desk.invite": _msgid("Let people in"),
    "desk.qr": _msgid("QR code of the address to join"),
    "desk.invite_known": _msgid(
        "Scan, or type the address and the code. Whoever comes has to sign in first."
    ),
    "desk.invite_hint": _msgid("Scan, or type the address and the code. Both work in this network only."),
    "desk.new_code": _msgid("New code"),
    "desk.new_code_what": _msgid("The old code lets nobody in any more. Whoever is in stays in."),
    "desk.members": _msgid("Members: {n}"),
    "desk.n_posts": _msgid("Clips in the feed: {n}"),
    "desk.n_queue": _msgid("In the queue: {n}"),
    "desk.overdue": _msgid("Reports past their deadline: {n}"),
    "desk.pause": _msgid("Pause the class"),
    "desk.go_on": _msgid("Go on with the class"),
    "desk.open_door": _msgid("Let newcomers in"),
    "desk.close_door": _msgid("Let nobody new in"),
    "desk.preset": _msgid("What the feed puts first"),
    "desk.preset_hint": _msgid("Change it in a lesson and look at what follows."),
    "preset.creation": _msgid("Making: what others build on"),
    "preset.engagement": _msgid("Engagement: what holds the eye"),
    "desk.quota": _msgid("Clips for each learner and day"),
    "desk.set": _msgid("Set"),
    "desk.who": _msgid("Who is here"),
    "desk.nobody": _msgid("Nobody has joined yet."),
    "desk.new_return": _msgid("New return code"),
    "desk.new_return_for": _msgid("New return code for {name}"),
    "desk.return_hint": _msgid("Give it to {name} on paper. The old one no longer works."),
    "desk.no_cases": _msgid("No reports. Good."),
    "desk.was_due": _msgid("Was due {when}"),
    "desk.look": _msgid("Look at the clip"),
    "act.take_down": _msgid("Take it down"),
    "act.keep": _msgid("Let it stand"),
    "act.restore": _msgid("Put it back"),
    "act.uphold": _msgid("Confirm the decision"),
    "desk.reason": _msgid("Reason"),
    "desk.reason_hint": _msgid("Both sides read it, and it stays in the trail."),
    "desk.decided": _msgid("Decided, and written in the trail."),
    "desk.no_posts": _msgid("Nobody has published anything yet."),
    "desk.remove": _msgid("Remove"),
    "desk.remove_of": _msgid("Remove the clip of {name}"),
    "desk.removed": _msgid("It is gone from the feed."),
    "desk.replay_what": _msgid(
        "Slide to see the class as it stood at a moment. Nothing is changed by looking."
    ),
    "desk.slider": _msgid("Moment"),
    "desk.stood": _msgid("Clips that stood then: {n}"),
    "desk.events": _msgid("What happened before"),
    "desk.evidence": _msgid("Take the evidence"),
    "desk.evidence_what": _msgid(
        "A file with all records, the head of their chain, the hashes of all clips, and a page that "
        "says how to check them. It names pseudonyms only."
    ),
    "desk.evidence_get": _msgid("Download the evidence"),
    "desk.wipe": _msgid("Wipe everything"),
    "desk.wipe_what": _msgid(
        "Every clip, message, record and key of this class is deleted from this computer. Nobody can "
        "bring it back."
    ),
    "desk.wipe_name": _msgid("Type the name of the class: {name}"),
    "case.report": _msgid("Open"),
    "case.take_down": _msgid("Taken down"),
    "case.keep": _msgid("Stays"),
    "case.appeal": _msgid("Looked at again"),
    "case.restore": _msgid("Put back"),
    "case.uphold": _msgid("Confirmed"),
    "more.no_download": _msgid("Whoever is in this clip has not allowed downloads."),
    "likeness.year": _msgid("One year (360 days)"),
    "likeness.guardian_first": _msgid("Your guardian says yes to this, not you. You can say no."),
    "likeness.revoke_n": _msgid("Clips in the feed under this permission now: {n}"),
    "me.not_begun": _msgid("You have not watched yet today."),
    "desk.not_shown": _msgid("not shown"),
    "doing.wave": _msgid("waves"),
    "doing.stand": _msgid("stands there"),
    "doing.turn": _msgid("turns the head"),
    "doing.nod": _msgid("nods"),
    "doing.talk": _msgid("talks"),
    "doing.walk": _msgid("walks"),
    "desk.wiped": _msgid("The class is gone."),
}
