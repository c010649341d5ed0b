"""From shards to batches on a data set that the test writes itself, as onegt-data would, with heads of the shipped prior."""
import io
import json
import os
import shutil
import sys
import tarfile
import tempfile
import unittest
import numpy as np
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from onegt import evaluate, export, make_pairs, safetensors, train_blend, train_dit  # noqa: E402
from onegt.autoencoder import Autoencoder  # noqa: E402
from onegt.camera import project  # noqa: E402
from onegt.collect import VIEWS, collect_shard  # noqa: E402
from onegt.pairs import HeldOut, Pairs  # noqa: E402
from onegt.point_transformer import PointTransformer  # noqa: E402
from onegt.pool import TEST, VALIDATION, Heads, cameras, collected  # noqa: E402
from onegt.prior import ARKIT_NAMES, Prior  # noqa: E402
from onegt.shards import ShardError, read_samples, shard_files  # noqa: E402
from onegt.skeleton_data import sample_camera  # noqa: E402
from onegt.train_skeleton import FEATURES, Batches, load_prior  # noqa: E402

try:
    from PIL import Image
except ImportError:
    Image = None
PRIOR = os.path.join(os.path.dirname(__file__), "..", "..", "packages", "weights-nano", "weights", "prior.safetensors")
SIZE = 256


def encoded(array, **options):
    out = io.BytesIO()
    Image.fromarray(array).save(out, **options)
    return out.getvalue()


def npy(array):
    out = io.BytesIO()
    np.save(out, array)
    return out.getvalue()


def write_shard(path, prior, seed, count, kind="pairs"):
    """Samples of one person, four views; the picture of view v is grey 50 v."""
    generator = torch.Generator().manual_seed(seed)
    with tarfile.open(path, "w") as tar:
        for index in range(count):
            rest = prior.shape(torch.randn(1, len(prior.identity), generator=generator), torch.zeros(1, len(ARKIT_NAMES)))
            weights = torch.rand(VIEWS, len(ARKIT_NAMES), generator=generator) * 0.2
            points = rest + (weights @ prior.expression.flatten(1)).view(VIEWS, 600, 3)
            camera = sample_camera(VIEWS, generator)
            key = f"{kind[0]}{index:08d}"
            views = [dict(name="reference" if v == 0 else f"target{v - 1}", person=0, pose=v,
                          view=dict(rotation=camera["rotation"][v].t().flatten().tolist(), translation=camera["translation"][v].tolist(), focal=camera["focal"][v].item()),
                          expression={n: w for n, w in zip(ARKIT_NAMES, weights[v].tolist())}) for v in range(VIEWS)]
            members = {"json": json.dumps(dict(format=1, kind=kind, key=key, seed=seed, index=index, views=views)).encode()}
            for v, view in enumerate(views):
                members[view["name"] + ".jpg"] = encoded(np.full((SIZE, SIZE, 3), 50 * v, np.uint8), format="JPEG", quality=95)
                members[view["name"] + ".region.png"] = encoded(np.full((SIZE, SIZE), v, np.uint8), format="PNG")
            members.update({"points.npy": npy(project(points, camera).numpy()), "poses.npy": npy(points.numpy()), "rest.npy": npy(rest.numpy())})
            for name, data in members.items():
                entry = tarfile.TarInfo(f"{key}.{name}")
                entry.size = len(data)
                tar.addfile(entry, io.BytesIO(data))


@unittest.skipUnless(Image, "no Pillow (Debian: python3-pil)")
class Data(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.pool = os.path.join(cls.folder, "pool")
        cls.prior = Prior(safetensors.load_file(PRIOR)[0])
        os.makedirs(cls.pool)
        for seed, count in ((0, 2), (VALIDATION, 1)):
            write_shard(os.path.join(cls.folder, f"{seed}.tar"), cls.prior, seed, count)
            collect_shard(os.path.join(cls.folder, f"{seed}.tar"), cls.pool)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def test_a_shard_gives_back_what_was_written(self):
        samples = list(read_samples(os.path.join(self.folder, "0.tar")))
        self.assertEqual([s.key for s in samples], ["p00000000", "p00000001"])
        self.assertEqual(samples[1].array("poses.npy").shape, (VIEWS, 600, 3))
        self.assertTrue(np.abs(samples[0].picture(3).astype(int) - 150).max() <= 1)
        self.assertTrue((samples[0].regions(2) == 2).all())

    def test_a_cut_shard_and_a_folder_without_shards_are_named(self):
        whole = open(os.path.join(self.folder, "0.tar"), "rb").read()
        cut = os.path.join(self.folder, "cut.tar.part")
        open(cut, "wb").write(whole[:len(whole) // 2])
        with self.assertRaisesRegex(ShardError, "verify"):
            list(read_samples(cut))
        with self.assertRaisesRegex(ShardError, "onegt-data render"):
            shard_files(self.pool)

    def test_two_shards_of_the_same_people_are_refused_and_the_same_shard_is_kept(self):
        first = os.path.join(self.folder, "0.tar")
        again = shutil.copy(first, os.path.join(self.folder, "again.tar"))
        self.assertEqual(collect_shard(first, self.pool), (os.path.join(self.pool, "views_0000000"), 2 * VIEWS))
        with self.assertRaisesRegex(ShardError, "again.tar and .*0.tar both begin with person 0: .* --seed"):
            collect_shard(again, self.pool)

    def test_points_without_pictures_lie_beside_the_pictures_of_the_same_seed(self):
        pool, shard = tempfile.mkdtemp(dir=self.folder), os.path.join(self.folder, "triplets.tar")
        write_shard(shard, self.prior, 0, 2, "triplets")
        for path in (os.path.join(self.folder, "0.tar"), shard):
            collect_shard(path, pool)
        self.assertEqual(sorted(os.listdir(pool)), ["faces_0000000", "views_0000000"])
        self.assertEqual(len(Heads(pool).rest), 4)
        self.assertEqual([views["seed"] for views in make_pairs.find(pool, (0, VALIDATION))], [0])      # pictures only

    def test_the_collected_cameras_put_points_where_the_shard_has_them(self):
        views = collected(self.pool)[0]
        projected = project(torch.from_numpy(views["points"][views["pose"][:VIEWS]]), cameras(views, slice(0, VIEWS))).numpy()
        expected = next(read_samples(os.path.join(self.folder, "0.tar"))).array("points.npy")
        np.testing.assert_allclose(projected, expected, atol=1e-5)

    def test_people_and_movements_recombine_to_the_faces_they_came_from(self):
        heads, views = Heads(self.pool), collected(self.pool)[0]
        self.assertEqual((len(heads.rest), len(heads.offset)), (2, 2 * VIEWS))
        together = heads.rest[views["person"]] + heads.offset.float()
        np.testing.assert_allclose(together.numpy(), views["points"], atol=0.01)     # f16
        np.testing.assert_allclose(heads.weights.numpy(), views["expression"])

    def test_a_split_that_nobody_rendered_is_named(self):
        with self.assertRaisesRegex(FileNotFoundError, "2000000"):
            collected(self.pool, TEST, TEST + 1)

    def test_batches_of_both_skeleton_networks(self):
        heads, nonrigid = Heads(self.pool), PointTransformer(*FEATURES["nonrigid"]).eval()
        batches = Batches(heads, self.prior, 1, nonrigid=nonrigid)
        features, conditions, start, target, source = batches.nonrigid(2, "driven")
        self.assertEqual((features.shape[2], conditions.shape[1]), FEATURES["nonrigid"])
        self.assertLess((start - target)[:, :468].norm(dim=-1).mean().item(), 1.0)      # cm: the swap is near the truth already
        features, conditions, base, target, _ = batches.rigid(2, "anchored")
        self.assertEqual((features.shape[2], conditions.shape[1]), FEATURES["rigid"])
        self.assertEqual(base.shape, target.shape)

    def test_the_prior_is_fitted_to_the_people_of_the_pool(self):
        path = os.path.join(self.folder, "prior.safetensors")
        heads = Heads(self.pool)
        prior = load_prior(path, heads)
        np.testing.assert_allclose(prior.mean.numpy(), heads.rest.mean(0).numpy(), atol=0.1)
        self.assertTrue(os.path.exists(path))

    @unittest.skipUnless(shutil.which("g++"), "no g++")
    def test_pairs_from_views(self):
        runs = os.path.join(self.folder, "runs")
        os.makedirs(runs)
        safetensors.save_file(safetensors.load_file(PRIOR)[0], os.path.join(runs, "prior.safetensors"))
        for stage, sizes in FEATURES.items():
            model = PointTransformer(*sizes)
            torch.save(dict(model=model.state_dict(), config=model.config), os.path.join(runs, stage + ".pt"))
        torch.save(dict(model=Autoencoder().state_dict()), os.path.join(runs, "autoencoder.pt"))
        make_pairs.main([self.pool, "--runs", runs, "--autoencoder", os.path.join(runs, "autoencoder.pt")])
        pairs = Pairs(self.pool)
        self.assertEqual(len(pairs), 2 * VIEWS)
        target, conditions, head = pairs.batch([0, 5])
        self.assertEqual((tuple(target.shape), tuple(conditions[0].shape), tuple(head.shape)), ((2, 8, 32, 32), (2, 11, 32, 32), (2, 1, 32, 32)))
        held_out = HeldOut(self.pool, VALIDATION, 1)
        # view 0 is the reference (black) of the pair whose target is view 1 (grey 50)
        self.assertAlmostEqual(held_out.target[0].mean().item(), 50 / 127.5 - 1, places=1)
        self.assertTrue(0.1 < held_out.head.mean().item() < 0.6)
        self.assertEqual(held_out.foreground[1].sum().item(), 0)      # the target of view 1 is view 0, all background
        self.check_what_reads_pairs(runs)

    def check_what_reads_pairs(self, runs):
        """The steps after make_pairs find what they need, and what they write fits together; a few seconds of training each."""
        autoencoder, dit, weights = (os.path.join(runs, name) for name in ("autoencoder.pt", "dit.pt", "weights"))
        train_dit.main([self.pool, "--autoencoder", autoencoder, "--out", runs, "--minutes", "0.02", "--batch", "2"])
        train_blend.main([self.pool, "--autoencoder", autoencoder, "--dit", dit, "--out", runs, "--pairs", "2", "--minutes", "0.02", "--batch", "2",
                          "--initialise", os.path.join(os.path.dirname(PRIOR), "autoencoder.safetensors")])
        evaluate.main([self.pool, "--runs", runs, "--first", str(VALIDATION), "--groups", "1", "--skip-skeleton"])
        with open(os.path.join(runs, f"evaluation_{VALIDATION}.json")) as file:
            report = json.load(file)
        self.assertEqual((report["identities"], report["pairs"]), (1, VIEWS))
        self.assertIn("DiT, 4 steps, detail blend", report["table"])
        export.main([runs, weights])
        self.assertEqual(sorted(os.listdir(weights)), sorted(os.listdir(os.path.dirname(PRIOR))))
        exported, _ = safetensors.load_file(os.path.join(weights, "dit.safetensors"))
        self.assertEqual({k: v.shape for k, v in exported.items()}, {k: tuple(v.shape) for k, v in torch.load(dit)["model"].items()})


if __name__ == "__main__":
    unittest.main()
