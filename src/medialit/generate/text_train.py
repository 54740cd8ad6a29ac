"""Train the prompt reader: ``python -m medialit.generate.text_train``. It needs the ``train`` extra (PyTorch).

The same seed gives the same prompts, and on the same machine the same weights. A log of what was tried is in
``docs/explanation/prompts.md``.
"""

from __future__ import annotations

import argparse
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own name for it
from torch import Tensor, nn

from medialit.generate.text_compose import SOURCES, Composer, Prompt, known_words, word_list
from medialit.generate.text_words import (
    FUNCTION,
    LANGUAGES,
    N_BUCKETS,
    N_FEATURES,
    TAGS,
    UNUSED,
    Forms,
    letter_groups,
    table_of,
)

log = logging.getLogger("medialit.generate.text_train")
WEIGHTS = Path(__file__).parent / "weights" / "text.npz"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that a training run depends on, with the code and the word lists."""

    seed: int = 0
    steps: int = 3_000
    batch: int = 64
    rate: float = 3e-3  # of AdamW at its highest; a cosine takes it down to nothing
    width: int = 32  # of a letter group
    hidden: int = 80
    memory: int = 48  # of each direction of the context layer
    dropout: float = 0.1
    forgotten: float = 0.08  # share of slot words whose entry in the table of forms is hidden
    unlisted: float = 0.5  # share of words without a slot that are looked up as if never listed
    sources: tuple[str, ...] = tuple(SOURCES)


class Tagger(nn.Module):
    """Letters and table of forms -> word -> context -> tag, object, language."""

    def __init__(self, s: Settings) -> None:
        super().__init__()
        self.groups = nn.EmbeddingBag(N_BUCKETS, s.width, mode="mean")
        self.word = nn.Linear(s.width + N_FEATURES, s.hidden)
        self.context = nn.GRU(
            s.hidden, s.memory, num_layers=2, bidirectional=True, batch_first=True, dropout=s.dropout
        )
        self.tag = nn.Linear(2 * s.memory + s.hidden, len(TAGS))
        self.object = nn.Linear(2 * s.memory, 2)
        self.language = nn.Linear(2 * s.memory, len(LANGUAGES))
        self.dropout = nn.Dropout(s.dropout)
        nn.init.normal_(self.groups.weight, std=0.3)

    def forward(
        self, groups: Tensor, offsets: Tensor, features: Tensor, lengths: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return tag (B, N, len(TAGS)), object (B, N, 2) and language (B, 5); features are (B, N, N_FEATURES)."""
        b, n, _ = features.shape
        letters = self.groups(groups, offsets).view(b, n, -1)
        x = self.dropout(F.relu(self.word(torch.cat([letters, features], 2))))  # (B, N, hidden)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.context(packed)[0], batch_first=True, total_length=n)
        pooled = h.sum(1) / lengths[:, None]
        return self.tag(torch.cat([h, x], 2)), self.object(h), self.language(pooled)


@dataclass(frozen=True)
class Batch:
    """Prompts as numbers; what is not to be learnt from is -100."""

    groups: Tensor
    offsets: Tensor
    features: Tensor
    lengths: Tensor
    tags: Tensor
    objects: Tensor
    languages: Tensor


class Batches:
    """Makes batches out of drawn prompts."""

    def __init__(self, s: Settings, *, seed: int) -> None:
        lists = [word_list(source) for source in s.sources]
        self.rng = np.random.default_rng([seed, 0x7E87])
        self.composer = Composer(lists, self.rng)
        self.forms = Forms(table_of(known_words(lists)))
        self.slots_only = Forms(table_of(known_words(lists, others=False)))
        self.s = s

    def draw(self, n: int, *, hide: bool = True) -> Batch:
        """Return n prompts as one batch."""
        return self.of([self.composer.draw() for _ in range(n)], hide=hide)

    def of(self, prompts: list[Prompt], *, hide: bool) -> Batch:
        """Return these prompts as one batch; some words hidden from the table of forms, so that letters count too."""
        n = max(len(p.tokens) for p in prompts)
        features = np.zeros((len(prompts), n, N_FEATURES), np.float32)
        tags = np.full((len(prompts), n), -100)
        objects = np.full((len(prompts), n), -100)
        groups: list[int] = []
        offsets: list[int] = []
        for b, prompt in enumerate(prompts):
            for i in range(n):
                offsets.append(len(groups))
                if i >= len(prompt.tokens):
                    groups.append(0)
                    continue
                token = prompt.tokens[i]
                groups += letter_groups(token.normal)
                chance = self.rng.random() if hide else 1.0
                unlisted = token.tag == UNUSED and chance < self.s.unlisted
                features[b, i] = (self.slots_only if unlisted else self.forms).features(
                    token.normal, token.script
                )
                if token.tag not in (FUNCTION, UNUSED) and chance < self.s.forgotten:
                    features[b, i, : 3 * len(TAGS)] = 0
                tags[b, i] = TAGS.index(token.tag)
                objects[b, i] = token.object if token.object >= 0 else -100
        return Batch(
            torch.tensor(groups),
            torch.tensor(offsets),
            torch.from_numpy(features),
            torch.tensor([len(p.tokens) for p in prompts]),
            torch.from_numpy(tags),
            torch.from_numpy(objects),
            torch.tensor([LANGUAGES.index(p.language) for p in prompts]),
        )


def train(s: Settings, *, keep: Callable[[Tagger, Batches], None]) -> tuple[Tagger, Batches]:
    """Return a trained network and the maker of its batches; `keep` is called every 500 steps on the way."""
    torch.manual_seed(s.seed)
    batches = Batches(s, seed=s.seed)
    net = Tagger(s)
    log.info(
        "%d parameters, %d known forms", sum(p.numel() for p in net.parameters()), len(batches.forms.table)
    )
    optimiser = torch.optim.AdamW(net.parameters(), lr=s.rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, s.rate, total_steps=s.steps, pct_start=0.1)
    began = time.monotonic()
    for step in range(1, s.steps + 1):
        loss = _loss(net, batches.draw(s.batch))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        if step % 250 == 0 or step == s.steps:
            log.info("step %d: loss %.4f, %.0f s", step, loss.item(), time.monotonic() - began)
        if step % 500 == 0 and step < s.steps:
            keep(net, batches)
    return net.eval(), batches


def _loss(net: Tagger, batch: Batch) -> Tensor:
    tag, thing, language = net(batch.groups, batch.offsets, batch.features, batch.lengths)
    loss = F.cross_entropy(tag.flatten(0, 1), batch.tags.flatten(), label_smoothing=0.02)
    loss = loss + F.cross_entropy(thing.flatten(0, 1), batch.objects.flatten())
    return loss + 0.2 * F.cross_entropy(language, batch.languages)


def temperature_of(net: Tagger, batches: Batches, *, n: int = 3_000) -> float:
    """Return the temperature at which the tags' chances are best calibrated (by likelihood), on fresh prompts.

    References
    ----------
    Guo et al. (2017), arXiv 1706.04599.
    """
    batch = batches.draw(n)
    with torch.no_grad():
        tag = net(batch.groups, batch.offsets, batch.features, batch.lengths)[0].flatten(0, 1)
    options = torch.linspace(0.3, 2.0, 86)
    losses = torch.stack([F.cross_entropy(tag / t, batch.tags.flatten()) for t in options])
    return float(options[losses.argmin()])


def save(
    net: Tagger, batches: Batches, path: Path, *, surely: tuple[float, float], temperature: float
) -> None:
    """Write what `medialit.generate.text` reads: weights in half precision, the forms, the thresholds."""
    arrays = {
        n.removesuffix(".weight") if n.startswith("groups") else n: p.detach().numpy().astype(np.float16)
        for n, p in net.named_parameters()
    }
    lines = [
        f"{form}\t{' '.join(map(str, sorted(tags)))}\t{' '.join(map(str, sorted(languages)))}"
        for form, (tags, languages) in batches.forms.table.items()
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        path,
        allow_pickle=False,
        forms=np.frombuffer("\n".join(lines).encode(), np.uint8),
        temperature=np.float32(temperature),
        surely=np.array(surely, np.float32),
        **arrays,
    )
    log.info("%s: %.2f MB", path.name, path.stat().st_size / 1e6)


def main() -> None:
    """Train and save."""
    parser = argparse.ArgumentParser(description="Train the prompt reader.")
    parser.add_argument("--steps", type=int, default=Settings.steps)
    parser.add_argument("--seed", type=int, default=Settings.seed)
    parser.add_argument("--sources", nargs="+", default=list(SOURCES))
    parser.add_argument(
        "--surely", type=float, nargs=2, default=(0.6, 0.9), help="a word of known, of unseen looks"
    )
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    torch.set_num_threads(1)
    settings = Settings(seed=args.seed, steps=args.steps, sources=tuple(args.sources))

    def keep(net: Tagger, batches: Batches) -> None:
        save(net, batches, args.out.with_suffix(".part.npz"), surely=tuple(args.surely), temperature=1.0)

    net, batches = train(settings, keep=keep)
    save(net, batches, args.out, surely=tuple(args.surely), temperature=temperature_of(net, batches))


if __name__ == "__main__":
    main()
