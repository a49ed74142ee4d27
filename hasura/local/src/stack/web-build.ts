import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'
import { runOnce } from '../processes/run-once.ts'

const WEB = join(REPOSITORY_DIRECTORY, 'web')
const SOURCES = ['src', 'public', 'index.html', 'vite.config.ts', 'package.json', 'tsconfig.json']
const STAMP = join(WEB, 'node_modules/.cache/purser-build')
// Written by the build itself.
const GENERATED = /\.d\.ts$/

/** Builds the web app unless web/dist was made from the very same sources. True when it built. */
export async function buildWeb(
  environment: NodeJS.ProcessEnv,
  logFile: string,
  signal: AbortSignal,
): Promise<boolean> {
  const hash = hashOfSources()
  const isCurrent = existsSync(join(WEB, 'dist/index.html')) && readStamp() === hash
  if (isCurrent) return false
  await runOnce({
    name: 'the build of the web app',
    nodeArguments: [join(WEB, 'node_modules/vite/bin/vite.js'), 'build'],
    directory: WEB,
    environment: { ...environment, NODE_ENV: 'production' },
    logFile,
    signal,
  })
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, hash)
  return true
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((name) => filesUnder(join(WEB, name)))
  // Versions of what is bundled.
  files.push(join(REPOSITORY_DIRECTORY, 'pnpm-lock.yaml'))
  for (const file of files) {
    hash.update(`${relative(REPOSITORY_DIRECTORY, file)}\0`)
    hash.update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesUnder(path: string): string[] {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return GENERATED.test(path) ? [] : [path]
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesUnder(join(path, name)))
}

function readStamp(): string {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : ''
}
