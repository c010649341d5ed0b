"""Trains a skeleton Transformer: python3 -m onegt.train_skeleton {nonrigid,rigid} POOL --minutes 15 --out RUNS

Writes RUNS/prior.safetensors (once), RUNS/<stage>.pt every --save-minutes (resumes from it) and RUNS/<stage>.json.
"""
import argparse
import json
import math
import os
import time
import torch
from . import safetensors, skeleton_data as data
from .camera import project
from .export import load_weights
from .fused import set_num_threads
from .optimiser import AdamW
from .point_transformer import PointTransformer
from .pool import TEST, VALIDATION, Heads
from .prior import ARKIT_NAMES, Prior

FEATURES = {"nonrigid": (15, 2 * len(ARKIT_NAMES) + 18), "rigid": (11, 35)}


def load_prior(path, heads=None):
    """The prior of RUNS; fitted to `heads` and written where it is not there yet."""
    if not os.path.exists(path):
        generator = torch.Generator().manual_seed(7)
        rest, expression = heads.sample_identity(6000, generator), heads.sample_expression(6000, generator)
        prior = Prior.build(rest, rest + expression.offset, expression.weights)
        safetensors.save_file({k: v.float().numpy() if v.is_floating_point() else v.int().numpy() for k, v in prior.tensors().items()}, path)
    return Prior(safetensors.load_file(path)[0])


class Batches:
    """
    Draws batches. `benchmark` is the measured task: the prototype's noise, all points seen, heads as they are rendered
    (give it the heads of people that training never saw).
    """

    def __init__(self, heads, prior, seed, benchmark=False, nonrigid=None):
        self.heads, self.prior, self.benchmark, self.nonrigid_model = heads, prior, benchmark, nonrigid
        self.generator = torch.Generator().manual_seed(seed)

    def person(self, count):
        """-> points(expression) of `count` new people"""
        rest = self.heads.sample_identity(count, self.generator)
        shape = (lambda x: x) if self.benchmark else data.individual(count, self.generator)
        return lambda expression: shape(rest + expression.offset)

    def expression(self, count):
        return self.heads.sample_expression(count, self.generator)

    def observe(self, points):
        return data.observe(self.prior, points, data.sample_camera(len(points), self.generator), self.generator, not self.benchmark)

    def scene(self, count, same_identity):
        """A source, a driving face with another expression, the source's true points with that expression, ARKit weights."""
        own, first, second = self.person(count), self.expression(count), self.expression(count)
        other = own if same_identity else self.person(count)
        return self.observe(own(first)), self.observe(other(second)), own(second), second.weights

    def nonrigid(self, count, mode=None):
        """-> features, conditions, base (projection of the analytic start), target, source camera, start"""
        mode = mode or ("named" if torch.rand(1, generator=self.generator) < 0.3 else "driven")
        source, driving, truth, named = self.scene(count, mode == "driven" and torch.rand(1, generator=self.generator).item() < 0.2)
        if mode == "named":
            inputs = data.nonrigid_inputs(self.prior, source, None, named)
        else:
            inputs = data.nonrigid_inputs(self.prior, source, driving, driving["expression"])
        return (*inputs, data.in_estimated_frame(truth, source["true_camera"], source["camera"]), source)

    def rigid(self, count, mode=None):
        """
        complete: the source's own camera and expression; turn: its expression under another camera; anchored: both
        change. The start is always what the (trained, frozen) non-rigid network says.
        -> features, conditions, base (projection of the start), target, projection of the analytic start
        """
        chance = torch.rand(1, generator=self.generator).item()
        mode = mode or ("complete" if chance < 0.2 else "turn" if chance < 0.5 else "anchored")
        if mode == "anchored":
            source, driving, truth, named = self.scene(count, chance < 0.75)
            by_name = chance > 0.9
            inputs = data.nonrigid_inputs(self.prior, source, None if by_name else driving, named if by_name else driving["expression"])
        else:
            truth = self.person(count)(self.expression(count))
            source = self.observe(truth)
            inputs = data.nonrigid_inputs(self.prior, source, None, source["expression"])
        with torch.no_grad():
            start = predict_nonrigid(self.nonrigid_model, (*inputs, None, None))
        camera = source["true_camera"] if mode == "complete" else data.sample_camera(count, self.generator)
        camera_there = data.carried(source, camera)
        features, conditions, base = data.rigid_inputs(self.prior, start, source, camera_there)
        return features, conditions, base, project(truth, camera), project(inputs[2], camera_there)


def load_transformer(path):
    saved = torch.load(path)
    model = PointTransformer(**saved["config"])
    model.load_state_dict(saved["model"])
    return model.eval()


def predict_nonrigid(model, batch, subset=None):
    features, conditions, start, _, _ = batch
    pick = (lambda x: x) if subset is None else (lambda x: x[:, subset])
    return pick(start) + data.NONRIGID_SCALE * model(pick(features), conditions, subset)


def predict_rigid(model, batch, subset=None):
    features, conditions, base, _, _ = batch
    pick = (lambda x: x) if subset is None else (lambda x: x[:, subset])
    return pick(base) + data.RIGID_SCALE * model(pick(features), conditions, subset)


@torch.no_grad()
def evaluate(stage, model, heads, prior, seed, nonrigid=None, mode=None, batches=8, size=16):
    """NME in percent of the interocular distance: the model, and its analytic start."""
    draw, rows = Batches(heads, prior, seed, benchmark=True, nonrigid=nonrigid), []
    mode = mode or {"rigid": "turn", "nonrigid": "driven"}[stage]
    for _ in range(batches):
        if stage == "rigid":
            batch = draw.rigid(size, mode)
            rows.append([*data.normalised_mean_error(predict_rigid(model, batch), batch[3]), *data.normalised_mean_error(batch[4], batch[3])])
        else:
            batch = draw.nonrigid(size, mode)
            see = lambda points: project(points, batch[4]["camera"])
            rows.append([*data.normalised_mean_error(see(predict_nonrigid(model, batch)), see(batch[3])),
                         *data.normalised_mean_error(see(batch[2]), see(batch[3]))])
    names = ("face", "completed", "analytic face", "analytic completed")
    return {k: round(100 * v.item(), 3) for k, v in zip(names, torch.tensor(rows).mean(0))}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=FEATURES)
    parser.add_argument("pool", help="collected shards of any kind")
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--out", default="runs")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--initialise", help="weights to start from: .pt or .safetensors")
    parser.add_argument("--save-minutes", type=float, default=5)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    print(options, flush=True)
    os.makedirs(options.out, exist_ok=True)
    set_num_threads(options.threads)
    torch.manual_seed(0)
    heads, validation = Heads(options.pool), Heads(options.pool, VALIDATION, TEST)
    prior = load_prior(os.path.join(options.out, "prior.safetensors"), heads)
    model = PointTransformer(*FEATURES[options.stage])
    if options.initialise:
        load_weights(model, options.initialise)
    optimiser = AdamW(model.parameters(), ema=0.998)
    # the rigid network learns on what the non-rigid one really says: train that one first
    nonrigid = load_transformer(os.path.join(options.out, "nonrigid.pt")) if options.stage == "rigid" else None
    draw = Batches(heads, prior, 1, nonrigid=nonrigid)
    path, history, step, elapsed = os.path.join(options.out, options.stage + ".pt"), [], 0, 0.0
    if os.path.exists(path):
        saved = torch.load(path)
        optimiser.load_state_dict(saved["optimiser"])
        history, step, elapsed = saved["history"], saved["step"], saved["seconds"]
        draw.generator.manual_seed(1 + step)
        print(f"resumed at step {step}, {elapsed:.0f} s", flush=True)

    def save(final=False):
        optimiser.swap(True)
        history.append(dict(samples=step * options.batch, seconds=round(elapsed), **evaluate(options.stage, model, validation, prior, 999, nonrigid)))
        if nonrigid:
            for mode in ("complete", "anchored"):
                history[-1][mode] = evaluate("rigid", model, validation, prior, 999, nonrigid, mode)
        weights = {k: v.float().clone() for k, v in model.state_dict().items()}
        optimiser.swap(False)
        torch.save(dict(model=weights, config=model.config, optimiser=optimiser.state_dict(), history=history, step=step, seconds=elapsed, done=final), path + ".tmp")
        os.replace(path + ".tmp", path)
        json.dump(history, open(os.path.join(options.out, options.stage + ".json"), "w"), indent=1)
        print(history[-1], flush=True)

    last, saved_at, losses = time.time(), elapsed, []
    while elapsed < options.minutes * 60:
        share = elapsed / (options.minutes * 60)
        rate = options.learning_rate * min(1, (step + 1) / 100) * (0.5 + 0.5 * math.cos(math.pi * share) + 0.01)
        batch = getattr(draw, options.stage)(options.batch)
        # most steps see some of the points only: half the cost, no loss measured
        subset = None if share > 0.85 else torch.cat([torch.randperm(478)[:224], 478 + torch.randperm(122)[:56]])
        predicted = (predict_rigid if options.stage == "rigid" else predict_nonrigid)(model, batch, subset)
        target = batch[3] if subset is None else batch[3][:, subset]
        if options.stage == "nonrigid":   # measure where the picture is: across the line of sight, in interocular units
            turn = batch[4]["camera"]["rotation"].transpose(1, 2)
            error, unit = (predicted - target) @ turn, 9.0
        else:
            error, unit = predicted - target, 0.45
        loss = (error.abs() * torch.tensor([1, 1, 0.5])).mean() / unit
        optimiser.zero()
        loss.backward()
        optimiser.step(rate)
        step += 1
        losses.append(loss.item())
        now = time.time()
        elapsed, last = elapsed + now - last, now
        if step % 50 == 0:
            print(f"step {step} {elapsed:.0f} s loss {sum(losses[-50:]) / 50:.5f} {step * options.batch / elapsed:.1f} samples/s rate {rate:.1e}", flush=True)
        if elapsed - saved_at > options.save_minutes * 60:
            save()
            last, saved_at = time.time(), elapsed
    save(final=True)


if __name__ == "__main__":
    main()
