import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** With PURSER_FUZZ_RUNS, properties run as often as that asks for, however long it takes. */
const TEST_TIMEOUT = process.env['PURSER_FUZZ_RUNS'] === undefined ? 60_000 : 3_600_000

/** The SQL tests lie beside what they test, in hasura/tests, and run on this package's cluster. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  // hasura/tests is no package of its own: what it needs beyond vitest comes from here.
  resolve: {
    alias: {
      'fast-check': fileURLToPath(new URL('node_modules/fast-check', import.meta.url)),
      yaml: fileURLToPath(new URL('node_modules/yaml', import.meta.url)),
    },
  },
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: [fileURLToPath(new URL('src/testing/global-setup.ts', import.meta.url))],
    setupFiles: ['tests/support/property-limits.ts'],
    testTimeout: TEST_TIMEOUT,
    hookTimeout: 60_000,
  },
})
