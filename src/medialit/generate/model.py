"""The whole model: a flow that dreams where things are and what they look like, and painters that make it pictures.

    prompt -> shot -> slots (15 numbers) -> FLOW: noise becomes 49 tokens -> PAINTERS -> 24 pictures of 256 x 256

A clip is written in layers (`medialit.generate.layers`): in each of T = 24 frames two things, each a token of 40 numbers;
at most one wall; and behind them a place, which is remembered. Five small networks are trained apart:

- `Codec`: a picture of 64 x 64 to 16 x 16 x 8 numbers, and those to 256 x 256.
- `Places`: the empty places, remembered; it starts from the codec, and has its decoder.
- `ThingCodec`: the picture of one thing, 48 x 48, to a code of 32 numbers, and that to a picture of 96 x 96.
- `LightField`: how much light a thing takes from a point of the picture, or gives it.
- `Flow`: a small transformer over 10 tokens of the shot and 1 + 24 x 2 of the clip. How far a frame may look at other
  frames (`window`) is a knob: 0 gives **v1**, where each frame is dreamt alone and things jump; no limit, **v2**.

Letters in comments: B clips or pictures, T = 24 frames, N = 2 things, L = 40 numbers of a token, D the flow's width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - as everywhere in PyTorch
from torch import Tensor, nn

from medialit.generate.layers import N_CODE, N_FRAMES, N_THINGS, N_TOKEN

GRID = 16  # a picture's latent has GRID x GRID cells
CELLS = 6  # a thing's painter starts from CELLS x CELLS


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
class ThingConfig:
    """Sizes of the codec of things, and of the field of light.

    Parameters
    ----------
    seen : tuple of int
        The encoder's channels at 24, 12 and 6 cells a side.
    painted : tuple of int
        The painter's channels at 6, 12 and 24 cells a side.
    noise : float
        Standard deviation of the noise on codes in training, which makes the painter forgive the flow's errors.
    field : int
        Width of the field of light.
    n_places : int
        Places, each look counted.
    """

    seen: tuple[int, int, int] = (32, 64, 96)
    painted: tuple[int, int, int] = (128, 96, 48)
    noise: float = 0.15
    field: int = 48
    n_places: int = 32


class ThingEncoder(nn.Module):
    """48 x 48 pixels of one thing to a code of 32 numbers, each with mean 0 and variance 1 over the data."""

    def __init__(self, config: ThingConfig) -> None:
        super().__init__()
        w24, w12, w6 = config.seen
        self.stem = nn.Conv2d(16, w24, 3, padding=1)
        self.down12 = nn.Conv2d(w24, w12, 4, stride=2, padding=1)
        self.mix12 = Residual(w12)
        self.down6 = nn.Conv2d(w12, w6, 4, stride=2, padding=1)
        self.mix6 = Residual(w6)
        self.out = nn.Linear(w6 * CELLS**2, N_CODE)
        self.standardise = nn.BatchNorm1d(N_CODE, affine=False, momentum=0.02)

    def forward(self, pictures: Tensor) -> Tensor:
        """Return codes (B, 32) of pictures (B, 4, 48, 48): colour times alpha, and alpha, 0 to 1."""
        x = self.stem(F.pixel_unshuffle(pictures, 2))  # (B, w24, 24, 24)
        x = self.mix12(self.down12(F.silu(x)))  # (B, w12, 12, 12)
        x = self.mix6(self.down6(F.silu(x)))  # (B, w6, 6, 6)
        return self.standardise(self.out(F.silu(x).flatten(1)))


class ThingPainter(nn.Module):
    """A code and a colour to 96 x 96 pixels of one thing.

    The code is painted as seven maps: alpha, light that the thing sends back whatever its colour is, and light that it
    sends back for each unit of its own colour. So a colour means the same on everything, the ones never seen included.
    """

    def __init__(self, config: ThingConfig) -> None:
        super().__init__()
        w6, w12, w24 = config.painted
        self.inlet = nn.Linear(N_CODE, w6 * CELLS**2)
        self.mix6 = Residual(w6)
        self.up12 = nn.Conv2d(w6, 4 * w12, 1)
        self.mix12 = Residual(w12)
        self.up24 = nn.Conv2d(w12, 4 * w24, 1)
        self.mix24 = Residual(w24)
        self.paint = nn.Conv2d(w24, 7 * 16, 3, padding=1)

    def forward(self, codes: Tensor, rgb: Tensor) -> Tensor:
        """Return pictures (B, 4, 96, 96), 0 to 1, of codes (B, 32) in colours (B, 3), sRGB from 0 to 1."""
        x = self.inlet(codes).unflatten(1, (-1, CELLS, CELLS))
        x = self.mix6(x)  # (B, w6, 6, 6)
        x = self.mix12(F.pixel_shuffle(self.up12(F.silu(x)), 2))  # (B, w12, 12, 12)
        x = self.mix24(F.pixel_shuffle(self.up24(F.silu(x)), 2))  # (B, w24, 24, 24)
        maps = F.pixel_shuffle(self.paint(F.silu(x)), 4)  # (B, 7, 96, 96)
        alpha, plain, share = maps[:, :1], maps[:, 1:4], maps[:, 4:]
        return torch.cat([plain + share * rgb[:, :, None, None], alpha], 1)


class ThingCodec(nn.Module):
    """Encoder and painter, trained together: a thing is seen in one colour and painted in another."""

    def __init__(self, config: ThingConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = ThingEncoder(config)
        self.painter = ThingPainter(config)
        self.light = LightField(config)

    def forward(self, pictures: Tensor, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Return codes (B, 32) and pictures (B, 4, 96, 96) in the colours `rgb`, of pictures (B, 4, 48, 48)."""
        codes = self.encoder(pictures)
        if self.training:
            codes = codes + self.config.noise * torch.randn_like(codes)
        return codes, self.painter(codes, rgb)


class LightField(nn.Module):
    """What a thing does to the light around it: a network that is asked point by point.

    Its first layer is a sum of what the point, the thing and the place each say, so that a picture of points costs
    little more than the rest of the network.
    """

    def __init__(self, config: ThingConfig) -> None:
        super().__init__()
        d = config.field
        self.point = nn.Linear(6, d)
        self.thing = nn.Linear(N_CODE + 5, d)
        self.place = nn.Embedding(config.n_places, d)
        self.mix = nn.Sequential(nn.Linear(d, d), nn.SiLU(), nn.Linear(d, d), nn.SiLU())
        self.out = nn.Linear(d, 4)
        with torch.no_grad():  # at first no shadow, and no light
            self.out.weight.mul_(0.1)
            self.out.bias.copy_(torch.tensor([-4.0, -4.0, -4.0, -4.0]))

    def forward(
        self, points: Tensor, codes: Tensor, bearings: Tensor, place: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the share of light that is left (B, P), and the light that is added (B, P, 3).

        Parameters
        ----------
        points : Tensor, shape (B, P, 2)
            Metres right of the picture's middle and above its lower edge.
        codes : Tensor, shape (B, 32)
        bearings : Tensor, shape (B, 8)
            As `medialit.generate.layers.bearings` gives them.
        place : Tensor of int, shape (B,)
        """
        x, ground, y, height, radius = bearings[:, :5, None].unbind(1)  # (B, 1) each
        across, down, up = points[..., 0] - x, ground - points[..., 1], points[..., 1] - y  # (B, P)
        seen = torch.stack(
            [
                across / radius,
                across,
                3 * down / radius,
                3 * down,
                (across / radius).square(),
                (up / radius).square(),
            ],
            -1,
        )
        said = self.thing(torch.cat([codes, height, radius, bearings[:, 5:]], 1)) + self.place(place)
        h = F.silu(self.point(seen / (1 + seen.abs() / 4)) + said[:, None])  # far away all points are alike
        taken, *given = self.out(self.mix(h)).unbind(-1)
        return 1 - taken.sigmoid(), torch.stack(given, -1).sigmoid()


class Places(nn.Module):
    """The memory of places: what each looks like from where the camera can stand.

    A place does not depend on noise once its look and the camera are known; the flow dreams what stands in front. So a
    place is a row of a table, learnt together with a decoder that has nothing else to paint.
    """

    def __init__(self, config: CodecConfig, n_places: int, n_steps: int) -> None:
        super().__init__()
        self.config = config
        self.common = nn.Parameter(
            torch.zeros(n_places, 1, config.latent, GRID, GRID)
        )  # wherever the camera stands
        self.table = nn.Parameter(torch.zeros(n_places, n_steps, config.latent, GRID, GRID))
        self.decoder = Decoder(config)

    def forward(self, place: Tensor, step: Tensor) -> Tensor:
        """Return pictures (B, 3, 256, 256), -1 to 1, of places (B,) from the camera's steps (B,)."""
        return self.decoder(self.common[place, 0] + self.table[place, step])


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

    width: int = 160
    depth: int = 6
    heads: int = 4
    n_kinds: int = 12
    n_actions: int = 10
    n_sizes: int = 3
    n_backgrounds: int = 8
    n_looks: int = 4
    n_pans: int = 3


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


class Flow(nn.Module):
    """Noise and a shot to the clean tokens: it predicts x_1 from x_t = (1 - t) x_0 + t x_1, x_0 being noise."""

    N = 1 + N_FRAMES * N_THINGS

    def __init__(self, config: FlowConfig) -> None:
        super().__init__()
        self.config = config
        d = config.width
        self.shot = ShotTokens(config)
        self.inlet = nn.Linear(N_TOKEN, d)
        self.frame = nn.Parameter(torch.randn(N_FRAMES, 1, d) * 0.5)
        self.thing = nn.Parameter(torch.randn(N_THINGS, d) * 0.5)
        self.wall = nn.Parameter(torch.randn(1, d) * 0.5)
        self.own = nn.Linear(d, d)  # what a thing's own words say, to each of its tokens
        self.clock = nn.Sequential(nn.Linear(32, d), nn.SiLU(), nn.Linear(d, d))
        self.gist = nn.Linear(d, d)
        self.modulate = nn.Linear(d, 6 * d)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.depth))
        self.finish = nn.Linear(d, 2 * d)
        self.outlet = nn.Linear(d, N_TOKEN)
        self.through = nn.Linear(d, N_TOKEN)  # how much of x_t is data already
        with torch.no_grad():  # a block starts as a weak one, and the answer as zero
            self.modulate.weight.mul_(0.1)
            self.modulate.bias.zero_().view(6, d)[[2, 5]] = 0.3
            for layer in (self.finish, self.outlet, self.through):
                nn.init.zeros_(layer.weight)
                nn.init.zeros_(layer.bias)

    def forward(
        self, x_t: Tensor, t: Tensor, slots: Tensor, open_slots: Tensor, mask: Tensor | None = None
    ) -> Tensor:
        """Return predicted clean tokens (B, 1 + T*N, L).

        Parameters
        ----------
        x_t : Tensor, shape (B, 1 + T*N, L)
            The wall, then frame by frame the first thing and the second.
        t : Tensor, shape (B,)
            0 is noise, 1 is data.
        slots : Tensor, shape (B, 15)
            As `medialit.generate.data.encode_shot` gives them.
        open_slots : Tensor, shape (B, 11)
            1 where a word is left open: kind, colour, action, size of each thing, background, look, pan. The last
            three never are: the painters must know where it is.
        mask : Tensor, shape (10 + 1 + T*N, 10 + 1 + T*N), optional
            From `attention_mask`; without one all tokens see each other.
        """
        words = self.shot(slots, open_slots)  # (B, 10, D)
        clock = self.clock(_waves(t)) + self.gist(words.mean(1))  # (B, D)
        modulation = self.modulate(F.silu(clock)).unflatten(1, (6, -1))
        own = self.own(words[:, :8].unflatten(1, (N_THINGS, 4)).mean(2))  # (B, N, D)
        seats = (self.frame + self.thing + own[:, None]).flatten(1, 2)  # (B, T*N, D)
        wall = self.wall.expand(x_t.shape[0], 1, -1)
        x = self.inlet(x_t) + torch.cat([wall, seats], 1)  # (B, 1 + T*N, D)
        x = torch.cat([words, x], 1)  # (B, 10 + 1 + T*N, D)
        for block in self.blocks:
            x = block(x, modulation, mask)
        shift, scale = self.finish(F.silu(clock))[:, None].chunk(2, -1)
        x = F.layer_norm(x[:, ShotTokens.N :], (self.config.width,)) * (1 + scale) + shift
        return self.outlet(x) + self.through(clock)[:, None] * x_t


def _waves(t: Tensor) -> Tensor:
    """Return sines and cosines of t (B,) at 16 rates, shape (B, 32)."""
    rates = torch.exp(torch.linspace(0.0, math.log(200.0), 16, device=t.device))
    angles = t[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], 1)


def n_parameters(model: nn.Module) -> int:
    """Return the number of trained numbers in a model."""
    return sum(p.numel() for p in model.parameters())
