"""Read and write safetensors files with nothing but numpy.

The format (https://github.com/huggingface/safetensors): eight bytes with the header's length, a JSON header that
gives every tensor's dtype, shape and byte range, then the tensors' bytes, little-endian, without gaps.
Only the dtypes that this project stores: f32, f16, u8, u32, i32.
"""
import json
import os
import struct

import numpy as np

NUMPY_OF = {
    'F32': np.dtype('<f4'),
    'F16': np.dtype('<f2'),
    'U8': np.dtype('u1'),
    'U32': np.dtype('<u4'),
    'I32': np.dtype('<i4'),
}
NAME_OF = {dtype: name for name, dtype in NUMPY_OF.items()}
ALIGNMENT = 8


class SafetensorsError(ValueError):
    """The file is not a complete safetensors file, or it holds a dtype that this reader does not know."""


def load_file(path):
    """Read a whole file.

    Returns (tensors, metadata): a dict of read-only arrays that share one buffer, and a dict of strings.
    """
    with open(path, 'rb') as file:
        data = file.read()
    header, start = _parse_header(path, data)
    metadata = header.pop('__metadata__', {})
    return {name: _tensor(path, data, start, name, entry) for name, entry in header.items()}, metadata


def save_file(tensors, path, metadata=None):
    """Write a dict of name -> array (or CPU tensor) and string metadata; a reader never sees a half-written file."""
    header = {'__metadata__': {str(k): str(v) for k, v in metadata.items()}} if metadata else {}
    chunks, offset = [], 0
    for name, value in tensors.items():
        array = np.asarray(value.detach() if hasattr(value, 'detach') else value, order='C')
        dtype = array.dtype.newbyteorder('<')
        if dtype not in NAME_OF:
            raise SafetensorsError(f'{path}: tensor {name!r} is {array.dtype}; known are {", ".join(map(str, NAME_OF))}.')
        chunk = array.astype(dtype, copy=False).tobytes()
        header[name] = {'dtype': NAME_OF[dtype], 'shape': list(array.shape), 'data_offsets': [offset, offset + len(chunk)]}
        chunks.append(chunk)
        offset += len(chunk)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % ALIGNMENT)

    temporary = f'{path}.{os.getpid()}.tmp'
    with open(temporary, 'wb') as file:
        file.write(struct.pack('<Q', len(text)))
        file.write(text)
        for chunk in chunks:
            file.write(chunk)
    os.replace(temporary, path)


def _parse_header(path, data):
    """The parsed header and the position of the first tensor byte."""
    if len(data) < 8:
        raise SafetensorsError(f'{path}: {len(data)} bytes are too few for a safetensors file. Is the download complete?')
    length, = struct.unpack('<Q', data[:8])
    if 8 + length > len(data):
        raise SafetensorsError(f'{path}: the header should take {length} bytes, but only {len(data) - 8} follow. '
                               'The file is truncated or is not a safetensors file.')
    try:
        header = json.loads(data[8:8 + length])
    except ValueError as error:
        raise SafetensorsError(f'{path}: the {length} header bytes are not JSON ({error}).') from error
    return header, 8 + length


def _tensor(path, data, start, name, entry):
    dtype_name, shape, (begin, end) = entry['dtype'], entry['shape'], entry['data_offsets']
    if dtype_name not in NUMPY_OF:
        raise SafetensorsError(f'{path}: tensor {name!r} is {dtype_name}; this reader knows {", ".join(NUMPY_OF)}.')
    dtype = NUMPY_OF[dtype_name]
    count = int(np.prod(shape, dtype=np.int64))
    if end - begin != count * dtype.itemsize:
        raise SafetensorsError(f'{path}: tensor {name!r} {shape} needs {count * dtype.itemsize} bytes, '
                               f'its offsets give {end - begin}.')
    if start + end > len(data):
        raise SafetensorsError(f'{path}: tensor {name!r} ends at byte {start + end} of {len(data)}. The file is truncated.')
    return np.frombuffer(data, dtype, count, start + begin).reshape(shape)
