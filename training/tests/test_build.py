"""Building C++ on first use: caching, rebuilding after an edit, and errors that say what to do."""
import os
import pathlib
import shutil
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '..'))
from onegt.build import BuildError, load_library  # noqa: E402


class Build(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cache = self.folder / 'cache'
        patch = mock.patch.dict(os.environ, ONEGT_CACHE=str(self.cache))
        patch.start()
        self.addCleanup(patch.stop)

    def load(self, value):
        (self.folder / 'value.h').write_text(f'constexpr int VALUE = {value};\n')
        (self.folder / 'answer.cpp').write_text('#include "value.h"\nextern "C" int answer() { return VALUE; }\n')
        return load_library('answer', self.folder, ['answer.cpp']).answer()

    @unittest.skipUnless(shutil.which(os.environ.get('CXX', 'g++')), 'no C++ compiler')
    def test_a_library_is_built_once_and_again_when_a_header_changes(self):
        self.assertEqual(self.load(41), 41)
        self.assertEqual(self.load(42), 42)
        self.assertEqual(len(list(self.cache.iterdir())), 2)
        with mock.patch('onegt.build._compile', side_effect=AssertionError('compiled again')):
            self.assertEqual(self.load(41), 41)

    @unittest.skipUnless(shutil.which(os.environ.get('CXX', 'g++')), 'no C++ compiler')
    def test_a_compile_error_carries_the_compilers_words(self):
        with self.assertRaisesRegex(BuildError, 'failed with code 1.*\n(.|\n)*answer.cpp'):
            self.load('nonsense')
        self.assertEqual(list(self.cache.iterdir()), [])

    def test_a_missing_compiler_is_named(self):
        with mock.patch.dict(os.environ, CXX='no-such-compiler'):
            with self.assertRaisesRegex(BuildError, "'no-such-compiler' is not on PATH"):
                self.load(1)


if __name__ == '__main__':
    unittest.main()
