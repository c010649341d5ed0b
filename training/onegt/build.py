"""Compile the C++ parts on first use and keep the libraries in a cache folder.

The name of a library contains a hash of its sources, the flags, the compiler and the CPU, so that an edit, another
compiler or another machine (`-march=native`!) leads to a new build and never to a stale library.
The folder is $ONEGT_CACHE, else ~/.cache/onegt.
"""
import ctypes
import hashlib
import os
import pathlib
import platform
import shutil
import subprocess

# -ffast-math also makes the library switch the loading thread to flush-to-zero (GCC < 13): welcome here, denormals
# are 100 times slower and carry nothing.
FLAGS = ['-O3', '-march=native', '-ffast-math', '-std=c++17', '-shared', '-fPIC']


class BuildError(RuntimeError):
    """There is no C++ compiler, or it rejected the sources."""


def cache_folder():
    """The folder of the compiled libraries, created when missing."""
    folder = pathlib.Path(os.environ.get('ONEGT_CACHE') or pathlib.Path.home() / '.cache' / 'onegt')
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def load_library(name, folder, sources, extra_flags=()):
    """Compile `sources` of `folder` (headers beside them count for the hash) and open the library with ctypes."""
    folder = pathlib.Path(folder)
    compiler = os.environ.get('CXX', 'g++')
    if shutil.which(compiler) is None:
        raise BuildError(f'{name}: no C++ compiler. {compiler!r} is not on PATH; install g++ or set CXX.')
    flags = FLAGS + list(extra_flags)
    headers = [path.name for path in folder.glob('*.h')]
    library = cache_folder() / f'{name}-{_fingerprint(folder, sorted(headers) + list(sources), compiler, flags)}.so'
    if not library.exists():
        _compile(name, compiler, flags, [str(folder / source) for source in sources], library)
    return ctypes.CDLL(str(library))


def _compile(name, compiler, flags, sources, library):
    temporary = library.with_name(f'{library.name}.{os.getpid()}.tmp')  # processes may build side by side
    result = subprocess.run([compiler, *flags, *sources, '-o', str(temporary)], capture_output=True, text=True)
    if result.returncode != 0:
        raise BuildError(f'{name}: {compiler} failed with code {result.returncode}.\n{result.stderr}')
    os.replace(temporary, library)


def _fingerprint(folder, files, compiler, flags):
    digest = hashlib.sha256()
    version = subprocess.run([compiler, '--version'], capture_output=True, text=True).stdout.splitlines()[:1]
    for part in (*version, *flags, platform.machine(), ' '.join(sorted(cpu_flags()))):
        digest.update(part.encode() + b'\0')
    for file in files:
        digest.update(file.encode() + b'\0' + (folder / file).read_bytes())
    return digest.hexdigest()[:16]


def cpu_flags():
    """The CPU's feature names as Linux lists them; empty elsewhere."""
    try:
        text = pathlib.Path('/proc/cpuinfo').read_text()
    except FileNotFoundError:
        return frozenset()
    lines = [line for line in text.splitlines() if line.startswith(('flags', 'Features'))]
    return frozenset(lines[0].split(':', 1)[1].split()) if lines else frozenset()
