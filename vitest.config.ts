import {availableParallelism} from 'node:os'
import {defineConfig} from 'vitest/config'

// VITEST_JSON names a file for the machine-readable report that the check run adds up.
const report = process.env.VITEST_JSON

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/services/**', 'test/faults/**', 'node_modules/**'],
    // Many tests wait for processes of their own: on two cores, two files at a time leave them half idle.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // For slow and busy machines; a test that hangs is found all the same.
    testTimeout: 120_000,
    hookTimeout: 180_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? {outputFile: {json: report}} : {}),
  },
})
