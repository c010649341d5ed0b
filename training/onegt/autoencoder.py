"""Texture autoencoder: image [B, 3, 256, 256] in -1..1 <-> latent [B, 8, 32, 32]. No norm layers, ReLU, pixel (un)shuffle.

`DetailBlend` finishes a rendered picture: where the warped photograph is right it is sharper than anything decoded, so
a small network decides per pixel how much of it to keep (ours). Twin: packages/dit/src/autoencoder.ts.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from .precision import matrix_dtype

CHANNELS_LAST = torch.channels_last


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel=3, gain=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel) * (gain * (2 / (inputs * kernel * kernel)) ** 0.5))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x):
        weight = self.weight.to(x.dtype).contiguous(memory_format=CHANNELS_LAST)
        return F.conv2d(x, weight, self.bias.to(x.dtype), padding=self.weight.shape[-1] // 2)


def rounded(x):
    """As the convolutions want it: channels last, in what this machine multiplies fastest."""
    return x.to(matrix_dtype()).contiguous(memory_format=CHANNELS_LAST)


class ResBlock(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = Conv(channels, channels)
        self.conv2 = Conv(channels, channels, gain=0.1)

    def forward(self, x):
        return x + self.conv2(F.relu(self.conv1(F.relu(x))))


def blocks(channels, count):
    return nn.Sequential(*[ResBlock(channels) for _ in range(count)])


def unshuffle(x, factor):
    return F.pixel_unshuffle(x, factor).contiguous(memory_format=CHANNELS_LAST)


def shuffle(x, factor):
    return F.pixel_shuffle(x, factor).contiguous(memory_format=CHANNELS_LAST)


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Conv(48, 64)
        self.blocks64 = blocks(64, 2)          # 64 x 64 pixels
        self.down = Conv(256, 128, gain=0.7)
        self.blocks32 = blocks(128, 3)         # 32 x 32
        self.out = Conv(128, 8, gain=0.5)

    def forward(self, image):
        x = self.blocks64(self.stem(unshuffle(image, 4)))
        return self.out(self.blocks32(self.down(unshuffle(x, 2))))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = Conv(8, 128)
        self.blocks32 = blocks(128, 3)         # 32 x 32
        self.up64 = Conv(128, 256, gain=0.7)
        self.blocks64 = blocks(64, 3)          # 64 x 64
        self.up128 = Conv(64, 128, gain=0.7)
        self.blocks128 = blocks(32, 1)         # 128 x 128
        self.out = Conv(32, 12, gain=0.3)

    def forward(self, latent):
        x = self.blocks32(self.stem(latent))
        x = self.blocks64(shuffle(self.up64(x), 2))
        x = self.blocks128(shuffle(self.up128(x), 2))
        return shuffle(self.out(x), 2)


class Autoencoder(nn.Module):
    """`latent_mean`, `latent_std` [8] normalise the latents that the DiT sees. Training decodes latent + sigma * noise."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()
        self.register_buffer("latent_mean", torch.zeros(8))
        self.register_buffer("latent_std", torch.ones(8))

    def encode(self, image):
        """[B, 3, 256, 256] -> normalised latent [B, 8, 32, 32]"""
        return (self.encoder(rounded(image)).float() - self.latent_mean.view(-1, 1, 1)) / self.latent_std.view(-1, 1, 1)

    def decode(self, latent):
        raw = latent * self.latent_std.view(-1, 1, 1) + self.latent_mean.view(-1, 1, 1)
        return self.decoder(rounded(raw)).float()


def load_autoencoder(path):
    """A checkpoint of train_autoencoder -> the model, ready to use."""
    model = Autoencoder()
    model.load_state_dict(torch.load(path)["model"])
    return model.eval()


class DetailBlend(nn.Module):
    """
    decoded, warped [B, 3, 256, 256] in -1..1, coverage [B, 3, 256, 256] (visible, mirrored, on the skeleton; 0 or 1)
    -> confidence * warped + (1 - confidence) * (decoded + correction). Works on 2 x 2 pixels as channels.
    """

    def __init__(self, width=32):
        super().__init__()
        self.stem = Conv(36, width)
        self.blocks = blocks(width, 2)
        self.out = Conv(width, 16, gain=0.1)
        self.out.bias.data[12:] = -2.0        # start by trusting the decoder

    def forward(self, decoded, warped, coverage):
        x = torch.cat([decoded, warped, coverage], 1)
        y = self.out(self.blocks(self.stem(unshuffle(rounded(x), 2)))).float()
        correction, confidence = F.pixel_shuffle(y[:, :12], 2), F.pixel_shuffle(y[:, 12:], 2).sigmoid()
        return confidence * warped + (1 - confidence) * (decoded + correction)
