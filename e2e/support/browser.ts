import { accessSync, constants, existsSync } from 'node:fs'
import { chromium } from '@playwright/test'
import { installChromium } from './chromium-install.ts'
import { unpackChromium } from './chromium-package.ts'

export interface Browser {
  kind: 'environment' | 'playwright' | 'system' | 'package' | 'installed'
  /** Absent for Playwright's own, which Playwright finds itself. */
  executablePath?: string
  /** What the browser needs in its environment besides what is there. */
  env?: Record<string, string>
}

/** For every kind: works without a sandbox (root, containers), asks nothing of the network. */
export const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
]

const SYSTEM_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/**
 * The Chromium that the tests drive: PW_CHROMIUM=path wins, then Playwright's own download, the
 * system's, the one in the npm package @sparticuz/chromium, and last one that is installed now.
 * PW_BROWSER=playwright|system|package|installed allows only that kind.
 */
export function findBrowser(environment: NodeJS.ProcessEnv = process.env): Browser {
  const path = environment['PW_CHROMIUM']
  if (path) {
    if (!isRunnable(path)) throw new Error(`PW_CHROMIUM=${path} is not a program`)
    return { kind: 'environment', executablePath: path }
  }
  const wanted = environment['PW_BROWSER']
  for (const [kind, find] of Object.entries(FINDERS)) {
    if (wanted && wanted !== kind) continue
    const browser = find()
    if (browser) return browser
  }
  throw new Error(
    `No Chromium found${wanted ? ` (PW_BROWSER=${wanted})` : ''}. This command gets one: ` +
      'cd e2e && npx playwright install --with-deps chromium',
  )
}

const FINDERS: Record<string, () => Browser | undefined> = {
  playwright: () => (existsSync(chromium.executablePath()) ? { kind: 'playwright' } : undefined),
  system: () => systemBrowser('system'),
  package: () => {
    const unpacked = unpackChromium()
    return unpacked && { kind: 'package', ...unpacked }
  },
  installed: () => (installChromium() ? systemBrowser('installed') : undefined),
}

function systemBrowser(kind: 'system' | 'installed'): Browser | undefined {
  const executablePath = SYSTEM_PATHS.find(isRunnable)
  return executablePath === undefined ? undefined : { kind, executablePath }
}

function isRunnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
