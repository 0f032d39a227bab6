import {defineConfig} from 'vitest/config'

// Suites that need a real Kafka or Elasticsearch: one after another, since each may start servers of its own.
const report = process.env.VITEST_JSON

export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 240_000,
    teardownTimeout: 30_000,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? {outputFile: {json: report}} : {}),
  },
})
