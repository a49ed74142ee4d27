import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

interface ManifestEntry {
  file: string
  isEntry?: boolean
  isDynamicEntry?: boolean
  imports?: string[]
  css?: string[]
}

export interface BundleSizes {
  /** Scripts before the first route can show, in bytes of gzip. */
  shellBytes: number
  /** What each route adds to that. */
  routeBytes: Record<string, number>
  cssBytes: number
}

/** What a visitor loads, from the manifest of a build: the entry, and each page with everything it imports. */
export function bundleSizes(distFolder: string): BundleSizes {
  const manifest = JSON.parse(
    readFileSync(join(distFolder, '.vite/manifest.json'), 'utf8'),
  ) as Record<string, ManifestEntry>
  const gzipBytes = (file: string) => gzipSync(readFileSync(join(distFolder, file))).length
  const sum = (files: Iterable<string>) =>
    [...files].reduce((total, file) => total + gzipBytes(file), 0)

  const entries = Object.entries(manifest)
  const shell = new Set<string>()
  const css = new Set<string>()
  for (const [name, entry] of entries) {
    if (entry.isEntry) collect(manifest, name, shell)
    for (const file of entry.css ?? []) css.add(file)
  }
  const routeBytes: Record<string, number> = {}
  for (const [name, entry] of entries) {
    if (!entry.isDynamicEntry || !name.startsWith('src/pages/')) continue
    const files = collect(manifest, name, new Set())
    routeBytes[name.slice('src/pages/'.length)] = sum([...files].filter((file) => !shell.has(file)))
  }
  return { shellBytes: sum(shell), routeBytes, cssBytes: sum(css) }
}

function collect(manifest: Record<string, ManifestEntry>, name: string, into: Set<string>) {
  const entry = manifest[name]
  if (!entry || into.has(entry.file)) return into
  into.add(entry.file)
  for (const imported of entry.imports ?? []) collect(manifest, imported, into)
  return into
}
