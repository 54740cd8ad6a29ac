"""The whole model: a codec that makes a frame into 2,048 numbers and back, and a flow that dreams 24 such frames.

    prompt -> shot -> slots (15 numbers) -> FLOW: noise becomes 24 frame latents -> DECODER: 256 x 256 pictures

The codec is convolutional. Its encoder looks at 64 x 64 pixels; its decoder paints 256 x 256, so what lies between, it
has learnt by heart. Each frame's latent, 16 x 16 x 8 numbers, is cut into P = 16 patches; the flow is a small transformer
over 24 x 16 patch tokens and 10 tokens of the shot, in front of a place that is remembered. How far a frame may look
at other frames (`window`) is a knob: 0 gives **v1**, where each frame is dreamt alone and things jump; no limit, **v2**.

Letters in comments: B clips, T = 24 frames, P = 16 patches, C channels, D the width of the transformer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - as everywhere in PyTorch
from torch import Tensor, nn

N_FRAMES = 24
KNOTS = 13  # places of the camera for which the memory holds a view
GRID = 16  # a latent has GRID x GRID cells
SIDE = 4  # a patch has SIDE x SIDE of them
N_PATCHES = (GRID // SIDE) ** 2


@dataclass(frozen=True)
class CodecConfig:
    """Sizes of the codec.

    Parameters
    ----------
    latent : int
        Numbers in a latent cell.
    seen : tuple of int
        The encoder's channels at 32 and 16 cells a side.
    painted : tuple of int
        The decoder's channels at 16, 32 and 64 cells a side.
    noise : float
        Standard deviation of the noise on latents in training, which makes the decoder forgive the flow's errors.
    """

    latent: int = 8
    seen: tuple[int, int] = (64, 96)
    painted: tuple[int, int, int] = (160, 80, 40)
    noise: float = 0.1


class Residual(nn.Module):
    """Two convolutions beside the way straight through; the second starts at zero."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.a = nn.Conv2d(width, width, 3, padding=1)
        self.b = nn.Conv2d(width, width, 3, padding=1)
        nn.init.zeros_(self.b.weight)
        nn.init.zeros_(self.b.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return x plus what it adds."""
        return x + self.b(F.silu(self.a(F.silu(x))))


class Encoder(nn.Module):
    """64 x 64 pixels to 16 x 16 cells of `latent` numbers, each with mean 0 and variance 1 over the data."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        w32, w16 = config.seen
        self.stem = nn.Conv2d(12, w32, 3, padding=1)
        self.down = nn.Conv2d(w32, w16, 4, stride=2, padding=1)
        self.mix = nn.Sequential(Residual(w16), Residual(w16))
        self.out = nn.Conv2d(w16, config.latent, 1)
        self.standardise = nn.BatchNorm2d(config.latent, affine=False, momentum=0.02)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return latents (B, C, 16, 16) of pictures (B, 3, 64, 64), -1 to 1."""
        x = self.stem(F.pixel_unshuffle(pictures, 2))  # (B, w32, 32, 32)
        x = self.mix(self.down(F.silu(x)))  # (B, w16, 16, 16)
        return self.standardise(self.out(F.silu(x)))  # (B, C, 16, 16)


class Decoder(nn.Module):
    """16 x 16 cells to 256 x 256 pixels."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        w16, w32, w64 = config.painted
        self.place = nn.Parameter(torch.zeros(1, w16, GRID, GRID))  # what usually stands where
        self.inlet = nn.Conv2d(config.latent, w16, 3, padding=1)
        self.mix16 = nn.Sequential(Residual(w16), Residual(w16))
        self.up32 = nn.Conv2d(w16, 4 * w32, 1)
        self.mix32 = Residual(w32)
        self.up64 = nn.Conv2d(w32, 4 * w64, 1)
        self.mix64 = nn.Conv2d(w64, w64, 3, padding=1)
        self.paint = nn.Conv2d(w64, 3 * 16, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        """Return pictures (B, 3, 256, 256), -1 to 1 but for overshoots, of latents (B, C, 16, 16)."""
        x = self.mix16(self.inlet(latents) + self.place)  # (B, w16, 16, 16)
        x = self.mix32(F.pixel_shuffle(self.up32(F.silu(x)), 2))  # (B, w32, 32, 32)
        x = F.pixel_shuffle(self.up64(F.silu(x)), 2)  # (B, w64, 64, 64)
        x = x + self.mix64(F.silu(x))
        return F.pixel_shuffle(self.paint(F.silu(x)), 4)  # (B, 3, 256, 256)


class Codec(nn.Module):
    """Encoder and decoder, trained together."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = Encoder(config)
        self.decoder = Decoder(config)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return the pictures (B, 3, 256, 256) that come back from pictures (B, 3, 64, 64)."""
        latents = self.encoder(pictures)
        if self.training:
            latents = latents + self.config.noise * torch.randn_like(latents)
        return self.decoder(latents)


@dataclass(frozen=True)
class FlowConfig:
    """Sizes of the flow.

    Parameters
    ----------
    width, depth, heads : int
        D, number of blocks, heads of attention.
    n_kinds, n_actions, n_sizes, n_backgrounds, n_looks, n_pans : int
        Words of each slot; one more of each is learnt for "left open".
    """

    width: int = 256
    depth: int = 8
    heads: int = 4
    latent: int = 8
    n_kinds: int = 12
    n_actions: int = 10
    n_sizes: int = 3
    n_backgrounds: int = 8
    n_looks: int = 4
    n_pans: int = 3

    @property
    def numbers(self) -> int:
        """Numbers in a frame's latent."""
        return self.latent * GRID * GRID


class ShotTokens(nn.Module):
    """A shot as ten tokens: kind, colour, action and size of two things, place with its look, and the camera.

    Each word has a token of its own, so that a colour means the same on every kind, and each may be left open.
    """

    N = 10

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        d = config.width
        self.kind = nn.Embedding(config.n_kinds + 2, d)  # the last two: no such thing, left open
        self.action = nn.Embedding(config.n_actions + 1, d)
        self.size = nn.Embedding(config.n_sizes + 1, d)
        self.colour = nn.Linear(3 * 6 + 1, d)
        self.background = nn.Embedding(config.n_backgrounds + 1, d)
        self.look = nn.Embedding(config.n_looks + 1, d)
        self.pan = nn.Embedding(config.n_pans + 1, d)
        self.seat = nn.Parameter(torch.randn(self.N, d) * 0.5)
        for table in (self.kind, self.action, self.size, self.background, self.look, self.pan):
            nn.init.normal_(table.weight, std=0.5)

    def forward(self, slots: Tensor, open_slots: Tensor) -> Tensor:
        """Return tokens (B, 10, D) of slots (B, 15); `open_slots` (B, 11) is 1 where a word is left open."""
        o = open_slots
        tokens = []
        for i in (0, 1):
            numbers, left = slots[:, 6 * i : 6 * i + 6], o[:, 4 * i : 4 * i + 4]
            here = (numbers[:, 0] < self.kind.num_embeddings - 2).float()[:, None]  # (B, 1)
            wave = numbers[:, 3:6, None] * (math.pi * torch.tensor([1.0, 2.0, 4.0], device=slots.device))
            wave = torch.cat([wave.sin(), wave.cos()], -1).flatten(1)  # (B, 18)
            known = 1 - left[:, 1:2]
            colour = self.colour(torch.cat([wave * known, known], 1)) * here
            tokens += [
                _word(self.kind, numbers[:, 0], left[:, 0]),
                colour,
                _word(self.action, numbers[:, 1], left[:, 2]) * here,
                _word(self.size, numbers[:, 2], left[:, 3]) * here,
            ]
        tokens.append(_word(self.background, slots[:, 12], o[:, 8]) + _word(self.look, slots[:, 13], o[:, 9]))
        tokens.append(_word(self.pan, slots[:, 14], o[:, 10]))
        return torch.stack(tokens, 1) + self.seat


def _word(table: nn.Embedding, index: Tensor, left_open: Tensor) -> Tensor:
    last = table.num_embeddings - 1
    return table(torch.where(left_open > 0.5, torch.full_like(index, last), index).long())


class Block(nn.Module):
    """Attention, then a small network, each scaled and shifted by what time it is and what the shot says."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        d = config.width
        self.heads = config.heads
        self.qkv = nn.Linear(d, 3 * d)
        self.mix = nn.Linear(d, d)
        self.wide = nn.Linear(d, 4 * d)
        self.narrow = nn.Linear(4 * d, d)
        self.offset = nn.Parameter(torch.zeros(6, d))

    def forward(self, x: Tensor, modulation: Tensor, mask: Tensor | None) -> Tensor:
        """Return tokens (B, N, D); modulation (B, 6, D), mask (N, N), if any, is added to the attention's scores."""
        b, n, d = x.shape
        shift1, scale1, gate1, shift2, scale2, gate2 = (modulation + self.offset)[:, :, None].unbind(1)
        h = F.layer_norm(x, (d,)) * (1 + scale1) + shift1
        q, k, v = self.qkv(h).view(b, n, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k = F.layer_norm(q, q.shape[-1:]), F.layer_norm(k, k.shape[-1:])
        bias = None if mask is None else mask.to(v.dtype)
        h = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, attn_mask=bias)
        x = x + gate1 * self.mix(h.transpose(1, 2).reshape(b, n, d))
        h = F.layer_norm(x, (d,)) * (1 + scale2) + shift2
        return x + gate2 * self.narrow(F.gelu(self.wide(h), approximate="tanh"))


class Memory(nn.Module):
    """What each place looks like from where the camera stands: a table, learnt, with straight lines between its rows.

    A place does not depend on noise once its look and the camera are known. So the flow dreams only what is in front of
    it, and the transformer's tokens need not carry the bricks of a wall.
    """

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.n_looks = config.n_looks
        self.table = nn.Parameter(torch.zeros(config.n_backgrounds * config.n_looks, KNOTS, config.numbers))
        self.register_buffer("shares", camera_shares(), persistent=False)

    def forward(self, slots: Tensor) -> Tensor:
        """Return latents (B, T, C*16*16) of the empty places of slots (B, 15)."""
        place = (slots[:, 12] * self.n_looks + slots[:, 13]).long()
        return self.shares[slots[:, 14].long()] @ self.table[place]  # (B, T, KNOTS) @ (B, KNOTS, C*16*16)


def camera_shares() -> Tensor:
    """Return how much of each row of the memory a frame needs, for the camera still, left and right: (3, T, KNOTS)."""
    way = 2 * torch.arange(N_FRAMES) / N_FRAMES - 1  # as `medialit.world.motion` lets the camera travel
    at = torch.stack([0 * way, -way, way])  # -1 to 1
    steps = (at[..., None] + 1) * (KNOTS - 1) / 2 - torch.arange(KNOTS)
    return (1 - steps.abs()).clamp(min=0)


def patches(x: Tensor) -> Tensor:
    """Return latents (B, T, C*16*16) as patches of 4 x 4 cells, (B, T, P, C*4*4)."""
    n = GRID // SIDE
    grid = x.unflatten(2, (-1, n, SIDE, n, SIDE))  # (B, T, C, n, SIDE, n, SIDE)
    return grid.permute(0, 1, 3, 5, 2, 4, 6).flatten(4).flatten(2, 3)


def unpatched(x: Tensor) -> Tensor:
    """Return patches (B, T, P, C*4*4) as latents (B, T, C*16*16)."""
    n = GRID // SIDE
    grid = x.unflatten(2, (n, n)).unflatten(-1, (-1, SIDE, SIDE))  # (B, T, n, n, C, SIDE, SIDE)
    return grid.permute(0, 1, 4, 2, 5, 3, 6).flatten(2)


class Flow(nn.Module):
    """Noise and a shot to the clean latents: it predicts x_1 from x_t = (1 - t) x_0 + t x_1, x_0 being noise."""

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        patch = SIDE**2 * config.latent
        self.shot = ShotTokens(config)
        self.memory = Memory(config)
        self.inlet = nn.Linear(2 * patch, d)
        self.frame = nn.Parameter(torch.randn(N_FRAMES, 1, d) * 0.5)
        self.patch = nn.Parameter(torch.randn(N_PATCHES, d) * 0.5)
        self.clock = nn.Sequential(nn.Linear(32, d), nn.SiLU(), nn.Linear(d, d))
        self.gist = nn.Linear(d, d)
        self.modulate = nn.Linear(d, 6 * d)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.finish = nn.Linear(d, 2 * d)
        self.outlet = nn.Linear(d, patch)
        self.through = nn.Linear(d, patch)  # how much of x_t is data already
        with torch.no_grad():  # a block starts as a weak one, and the answer as the empty place
            self.modulate.weight.mul_(0.1)
            self.modulate.bias.zero_().view(6, d)[[2, 5]] = 0.3
            for layer in (self.finish, self.outlet, self.through):
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(
        self, x_t: Tensor, t: Tensor, slots: Tensor, open_slots: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Return predicted clean latents (B, T, C*16*16).

        Parameters
        ----------
        x_t : Tensor, shape (B, T, C*16*16)
        t : Tensor, shape (B,)
            0 is noise, 1 is data.
        slots : Tensor, shape (B, 15)
            As `medialit.generate.data.encode_shot` gives them.
        open_slots : Tensor, shape (B, 11)
            1 where a word is left open: kind, colour, action, size of each thing, background, look, pan. The last
            three never are: the memory must know where it is.
        mask : Tensor, shape (10 + T*P, 10 + T*P), optional
            From `attention_mask`; without one all tokens see each other.
        """
        words = self.shot(slots, open_slots)  # (B, 10, D)
        clock = self.clock(_waves(t)) + self.gist(words.mean(1))  # (B, D)
        modulation = self.modulate(F.silu(clock)).unflatten(1, (6, -1))
        empty = self.memory(slots)  # (B, T, C*16*16)
        noisy = patches(x_t - t[:, None, None] * empty)  # (B, T, P, C*4*4), what is in front of the place
        x = self.inlet(torch.cat([noisy, patches(empty)], -1)) + self.frame + self.patch  # (B, T, P, D)
        x = torch.cat([words, x.flatten(1, 2)], 1)  # (B, 10 + T*P, D)
        for block in self.blocks:
            x = block(x, modulation, mask)
        shift, scale = self.finish(F.silu(clock))[:, None].chunk(2, -1)
        x = F.layer_norm(x[:, ShotTokens.N :], (self.config.width,)) * (1 + scale) + shift
        painted = self.outlet(x).unflatten(1, (N_FRAMES, N_PATCHES))  # (B, T, P, C*4*4)
        return empty + unpatched(painted + self.through(clock)[:, None, None] * noisy)


def _waves(t: Tensor) -> Tensor:
    """Return sines and cosines of t (B,) at 16 rates, shape (B, 32)."""
    rates = torch.exp(torch.linspace(0.0, math.log(200.0), 16, device=t.device))
    angles = t[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def n_parameters(model: nn.Module) -> int:
    """Return the number of trained numbers in a model."""
    return sum(p.numel() for p in model.parameters())
