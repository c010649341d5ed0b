"""The safetensors reader and writer: round trip, the exact bytes of a tiny file, and files that are not whole."""
import json
import os
import struct
import sys
import tempfile
import unittest

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt.safetensors import SafetensorsError, load_file, save_file  # noqa: E402


class Safetensors(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, 'tensors.safetensors')

    def write(self, data):
        with open(self.path, 'wb') as file:
            file.write(data)

    def test_every_dtype_comes_back_with_its_shape_and_values(self):
        rng = np.random.default_rng(0)
        tensors = {dtype: rng.integers(0, 200, (2, 3)).astype(dtype) for dtype in ('f4', 'f2', 'u1', 'u4', 'i4')}
        tensors.update(scalar=np.float32(5).reshape(()), empty=np.zeros((0, 4), np.float32),
                       transposed=np.arange(6, dtype=np.float32).reshape(2, 3).T)
        save_file(tensors, self.path, {'source': 'test'})
        loaded, metadata = load_file(self.path)
        self.assertEqual(metadata, {'source': 'test'})
        self.assertEqual(list(loaded), list(tensors))
        for name, expected in tensors.items():
            self.assertEqual((loaded[name].dtype, loaded[name].shape), (expected.dtype, expected.shape))
            np.testing.assert_array_equal(loaded[name], expected)

    def test_the_bytes_are_a_padded_header_then_little_endian_data(self):
        save_file({'a': np.array([1], np.int32)}, self.path)
        with open(self.path, 'rb') as file:
            data = file.read()
        length, = struct.unpack('<Q', data[:8])
        self.assertEqual(length % 8, 0)
        self.assertEqual(json.loads(data[8:8 + length]), {'a': {'dtype': 'I32', 'shape': [1], 'data_offsets': [0, 4]}})
        self.assertEqual(data[8 + length:], b'\1\0\0\0')

    def test_broken_files_say_what_is_wrong(self):
        save_file({'a': np.zeros(4, np.float32)}, self.path)
        with open(self.path, 'rb') as file:
            whole = file.read()
        cases = [(whole[:5], '5 bytes are too few'), (whole[:20], 'truncated'), (whole[:-3], "'a' ends at byte"),
                 (struct.pack('<Q', 4) + b'\0\0\0\0', 'not JSON'), (whole.replace(b'"F32"', b'"F99"'), 'F99'),
                 (whole.replace(b'[4]', b'[5]'), 'needs 20 bytes')]
        for data, message in cases:
            self.write(data)
            with self.assertRaisesRegex(SafetensorsError, message):
                load_file(self.path)

    def test_a_dtype_that_the_format_lacks_is_refused_and_leaves_no_file(self):
        with self.assertRaisesRegex(SafetensorsError, 'float64'):
            save_file({'a': np.zeros(2)}, self.path)
        self.assertEqual(os.listdir(os.path.dirname(self.path)), [])


if __name__ == '__main__':
    unittest.main()
