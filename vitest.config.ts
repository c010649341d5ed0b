import { defineConfig } from 'vitest/config';

const conditions = ['@onegt/source', 'module', 'node', 'development|production'];

/** One project runs everything on the machine's own adapter; `swiftshader` repeats the kernel tests on the strictest one. */
const project = (name: string, include: string[], env: Record<string, string> = {}) => ({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  oxc: { target: 'es2022' }, // Node 20 does not know `using`
  test: {
    name,
    include,
    env,
    // Child processes: the software driver is loaded in-process, and C code sees only the environment of a main thread.
    pool: 'forks' as const,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default defineConfig({
  test: {
    teardownTimeout: 60_000, // a software adapter takes its time to give a device back
    projects: [
      project('default', ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts']),
      project('swiftshader', ['packages/kernels/src/**/*.test.ts'], { ONEGT_ADAPTER: 'swiftshader' }),
    ],
  },
});
