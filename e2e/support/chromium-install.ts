import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Installs Debian's Chromium where that can be done without asking: as root, with apt-get. */
export function installChromium(): boolean {
  const isPossible = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  if (!isPossible) return false
  process.stderr.write('No browser found: installing chromium with apt-get…\n')
  const options = {
    // stdout belongs to the test report.
    stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  try {
    execFileSync('apt-get', ['update', '-qq'], options)
    execFileSync(
      'apt-get',
      ['install', '-qq', '--yes', '--no-install-recommends', 'chromium', 'fonts-liberation'],
      options,
    )
    return true
  } catch (error) {
    process.stderr.write(`apt-get failed: ${error instanceof Error ? error.message : error}\n`)
    return false
  }
}
