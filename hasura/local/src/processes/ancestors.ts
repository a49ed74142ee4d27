import { readFileSync } from 'node:fs'

const LONGEST_CHAIN = 20

/**
 * The processes between this one and whoever typed the npm command, nearest first: `npm start` is
 * a chain of npm, shells, npx and pnpm. Empty when no npm command started this process.
 */
export function npmAncestors(): number[] {
  if (!process.env['npm_lifecycle_event']) return []
  const ancestors = [process.ppid]
  while (ancestors.length < LONGEST_CHAIN) {
    const nearest = ancestors.at(-1)
    // npm sets the variable for what it starts, so the first without it is npm itself.
    if (nearest === undefined || !startedByNpm(nearest)) break
    const parent = parentOf(nearest)
    if (parent === undefined || parent <= 1) break
    ancestors.push(parent)
  }
  return ancestors
}

export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0)
    return stateOf(processId) !== 'Z'
  } catch (error) {
    // Somebody else's process lives, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function startedByNpm(processId: number): boolean {
  return read(processId, 'environ').includes('\0npm_lifecycle_event=')
}

/** The fields of /proc/N/stat after the name, which may itself hold spaces; none on macOS. */
function statusFields(processId: number): string[] {
  const text = read(processId, 'stat')
  return text === '' ? [] : text.slice(text.lastIndexOf(')') + 2).split(' ')
}

function stateOf(processId: number): string | undefined {
  return statusFields(processId)[0]
}

function parentOf(processId: number): number | undefined {
  const parent = Number(statusFields(processId)[1])
  return Number.isInteger(parent) ? parent : undefined
}

function read(processId: number, file: 'environ' | 'stat'): string {
  try {
    return readFileSync(`/proc/${processId}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
