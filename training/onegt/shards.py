"""Reads the tar shards that `onegt-data` writes. packages/data/src/shards/members.ts says which members a sample has.

The layout is WebDataset's, so the `webdataset` package reads the same files; this reader needs the standard library,
numpy and (for pictures) Pillow.
"""
import dataclasses
import glob
import io
import json
import os
import tarfile
import numpy as np

FORMAT = 1     # of the samples' JSON; SAMPLE_FORMAT in packages/data


class ShardError(ValueError):
    """A shard that is broken, or that this version cannot read."""


@dataclasses.dataclass
class Sample:
    """One group, triplet or set of pairs: V views of P poses of some people."""
    key: str
    record: dict            # see SampleRecord in packages/data/src/samples/sample.ts
    members: dict           # name after the key -> bytes

    def array(self, name):
        if name not in self.members:
            raise ShardError(f"Sample {self.key} has no member {name}.")
        return np.load(io.BytesIO(self.members[name]), allow_pickle=False)

    def picture(self, view):
        """[S, S, 3] u8 of the view's number"""
        return self._decode(f"{self.record['views'][view]['name']}.jpg", "RGB")

    def regions(self, view):
        """[S, S] u8, indices into REGIONS of packages/data/src/render/drawable.ts; 0 is the background"""
        return self._decode(f"{self.record['views'][view]['name']}.region.png", "L")

    def _decode(self, name, mode):
        from PIL import Image
        if name not in self.members:
            raise ShardError(f"Sample {self.key} has no member {name}.")
        return np.asarray(Image.open(io.BytesIO(self.members[name])).convert(mode))


def shard_files(folder):
    """The finished shards of a data set, in order."""
    files = sorted(glob.glob(os.path.join(folder, "*.tar")))
    if not files:
        raise ShardError(f"{folder} has no .tar shards: give the folder that `onegt-data render` wrote.")
    return files


def read_samples(path):
    """The samples of one shard, in order."""
    try:
        with tarfile.open(path) as tar:
            key, members = None, {}
            for entry in tar:
                if not entry.isfile():
                    continue
                found, _, name = os.path.basename(entry.name).partition(".")
                if found != key and members:
                    yield _sample(path, key, members)
                    members = {}
                key = found
                members[name] = tar.extractfile(entry).read()
            if members:
                yield _sample(path, key, members)
    except tarfile.TarError as error:
        raise ShardError(f"{path} is not a whole tar file ({error}). `npx onegt-data verify` finds and lists broken shards.") from error


def _sample(path, key, members):
    if "json" not in members:
        raise ShardError(f"{path}: sample {key} has no JSON.")
    record = json.loads(members["json"])
    if record.get("format") != FORMAT:
        raise ShardError(f"{path}: sample {key} has format {record.get('format')}; this version reads {FORMAT}.")
    return Sample(key, record, members)
