import {defineConfig} from 'vitest/config'

// Kills, cuts and full disks, with the real binary: one after another, since each wants the machine for itself.
// LOGFLOW_FAULTS=full runs every round; without it a few of each.
const report = process.env.VITEST_JSON

export default defineConfig({
  test: {
    include: ['test/faults/**/*.test.ts'],
    globalSetup: ['test/faults/support/run-setup.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    teardownTimeout: 60_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? {outputFile: {json: report}} : {}),
  },
})
