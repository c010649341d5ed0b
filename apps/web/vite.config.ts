import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig } from 'vite';

/** The networks of face detection, which the package ships but does not export. */
const faceNetworks = join(dirname(createRequire(import.meta.url).resolve('@vladmandic/human')), '..', 'models');

export default defineConfig({
  root: join(import.meta.dirname, 'src'),
  base: './', // the bundle runs in any folder of a server
  resolve: { conditions: ['@onegt/source', 'module', 'browser', 'development|production'], alias: { '@face-networks': faceNetworks } },
  build: {
    outDir: join(import.meta.dirname, 'dist'),
    emptyOutDir: true,
    target: 'es2022', // `using` is lowered: Safari does not know it
  },
});
