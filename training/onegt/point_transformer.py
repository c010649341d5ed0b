"""The Transformer of skeleton anchoring. Rigid and non-rigid share it; they differ in features and conditions.

Tokens are the points plus a few condition tokens; attention is over all of them. It predicts a residual over an
analytic start, which converges many times faster than predicting positions (prototype/REPORT.md, section 2).
Names are the same in the weight file and in packages/skeleton/src/anchor/point-transformer.ts.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F
from .ops import attention, gated_residual, rms_modulate, swiglu
from .precision import matrix, matrix_dtype

HEAD_DIM = 64
CONDITION_TOKENS = 40   # 600 + 40: the fused attention works on blocks of 64 tokens


class Block(nn.Module):
    def __init__(self, width, hidden):
        super().__init__()
        self.qkv = matrix(3 * width, width)
        self.out = matrix(width, width, 0.5 * width ** -0.5)
        self.mlp_in = matrix(2 * hidden, width)
        self.mlp_out = matrix(width, hidden, 0.5 * hidden ** -0.5)
        self.query_gain = nn.Parameter(torch.ones(width))
        self.key_gain = nn.Parameter(torch.ones(width))
        self.norm = nn.Parameter(torch.zeros(4, 1, width))   # scale, shift before attention; scale, shift before the MLP
        self.gate = nn.Parameter(torch.ones(2, 1, width))

    def forward(self, x, rotary):                             # x [B, T, D]
        qkv = F.linear(rms_modulate(x, self.norm[0], self.norm[1]), self.qkv)   # [B, T, 3D]
        # the fused kernel attends over two streams; here they are two halves of one sequence
        split = qkv.shape[1] - 128
        first, second = attention(qkv[:, :split].contiguous(), qkv[:, split:].contiguous(), self.query_gain, self.key_gain,
                                  self.query_gain, self.key_gain, rotary, reference_self=False)
        x = gated_residual(x, self.gate[0], F.linear(torch.cat([first, second], 1), self.out))
        hidden = swiglu(F.linear(rms_modulate(x, self.norm[2], self.norm[3]), self.mlp_in))
        return gated_residual(x, self.gate[1], F.linear(hidden, self.mlp_out))


class PointTransformer(nn.Module):
    def __init__(self, features, conditions, points=600, width=128, layers=4, hidden=256):
        super().__init__()
        self.config = dict(features=features, conditions=conditions, points=points, width=width, layers=layers, hidden=hidden)
        self.input = nn.Parameter(torch.randn(width, features) * features ** -0.5)
        self.point_embedding = nn.Parameter(torch.randn(points, width) * 0.3)
        self.condition = nn.Parameter(torch.randn(CONDITION_TOKENS, width, conditions) * 0.3 * conditions ** -0.5)
        self.condition_bias = nn.Parameter(torch.randn(CONDITION_TOKENS, width) * 0.3)
        self.blocks = nn.ModuleList([Block(width, hidden) for _ in range(layers)])
        self.output = nn.Parameter(torch.randn(3, width) * 0.02 * width ** -0.5)
        self.output_norm = nn.Parameter(torch.zeros(2, 1, width))   # scale, shift

    def forward(self, features, conditions, subset=None):
        """features [B, P, F], conditions [B, C] -> residual [B, P, 3]; `subset` trains on some of the points (cheaper)."""
        x = F.linear(features.to(matrix_dtype()), self.input.to(matrix_dtype())).float()
        x = x + (self.point_embedding if subset is None else self.point_embedding[subset])
        tokens = self.condition_bias + torch.einsum("bc,tdc->btd", conditions, self.condition)
        batch, points = features.shape[:2]
        x = torch.cat([x, tokens], 1).contiguous()                  # [B, P + 40, D]
        rotary = torch.zeros(batch, x.shape[1], x.shape[2] // HEAD_DIM, 2, HEAD_DIM // 2)
        rotary[:, :, :, 0] = 1                                      # no positions: the embedding tells the points apart
        for block in self.blocks:
            x = block(x, rotary)
        h = rms_modulate(x[:, :points].contiguous(), self.output_norm[0], self.output_norm[1])
        return F.linear(h, self.output.to(h.dtype)).float()
