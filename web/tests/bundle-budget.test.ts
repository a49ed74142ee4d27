// @vitest-environment node
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { bundleSizes } from '../scripts/bundle-sizes.ts'

const KILOBYTE = 1_000
const FIRST_ROUTE_BYTES = 260 * KILOBYTE
const OTHER_ROUTE_BYTES = 70 * KILOBYTE
const CSS_BYTES = 30 * KILOBYTE
const BUILD_MILLISECONDS = 180_000

const web = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const dist = join(web, 'dist')

/** The build at hand is measured when it is newer than everything it is made of; else there is a new one. */
function isBuildCurrent(): boolean {
  const manifest = join(dist, '.vite/manifest.json')
  if (!existsSync(manifest)) return false
  const builtAt = statSync(manifest).mtimeMs
  const sources = readdirSync(join(web, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.endsWith('.d.ts'))
    .map((name) => join(web, 'src', name))
  return [...sources, join(web, 'vite.config.ts'), join(web, 'package.json')].every(
    (path) => statSync(path).mtimeMs <= builtAt,
  )
}

test(
  'first route at most 260 kB of script, others 70 kB more, styles 30 kB (gzip)',
  () => {
    if (!isBuildCurrent()) {
      const vite = join(web, 'node_modules/vite/bin/vite.js')
      const env = { ...process.env, NODE_ENV: 'production' }
      execFileSync(process.execPath, [vite, 'build'], { cwd: web, env, stdio: 'pipe' })
    }
    const sizes = bundleSizes(dist)
    const first =
      sizes.shellBytes +
      Math.max(sizes.routeBytes['index.vue'] ?? 0, sizes.routeBytes['sign-in.vue'] ?? 0)
    console.log(
      `first route ${Math.round(first / KILOBYTE)} kB, ` +
        Object.entries(sizes.routeBytes)
          .map(([route, bytes]) => `${route} +${Math.round(bytes / KILOBYTE)}`)
          .join(', ') +
        `, styles ${Math.round(sizes.cssBytes / KILOBYTE)} kB`,
    )
    expect(Object.keys(sizes.routeBytes).length).toBeGreaterThanOrEqual(6)
    expect(first).toBeLessThanOrEqual(FIRST_ROUTE_BYTES)
    for (const [route, bytes] of Object.entries(sizes.routeBytes)) {
      expect(bytes, route).toBeLessThanOrEqual(OTHER_ROUTE_BYTES)
    }
    expect(sizes.cssBytes).toBeLessThanOrEqual(CSS_BYTES)
  },
  BUILD_MILLISECONDS,
)
