import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

const TAIL_BYTES = 16 * 1024
/** PostgreSQL logs a failed statement on one line, however long it is. */
const MAXIMUM_LINE_LENGTH = 500

/** The last lines of a log file, or an empty string when there is none. */
export function logTail(file: string, lines: number): string {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return ''
  }
  try {
    const size = fstatSync(descriptor).size
    const length = Math.min(size, TAIL_BYTES)
    const buffer = Buffer.alloc(length)
    readSync(descriptor, buffer, 0, length, size - length)
    const last = buffer.toString('utf8').trimEnd().split('\n').slice(-lines)
    return last.map(shortened).join('\n')
  } finally {
    closeSync(descriptor)
  }
}

function shortened(line: string): string {
  return line.length > MAXIMUM_LINE_LENGTH ? `${line.slice(0, MAXIMUM_LINE_LENGTH)}…` : line
}
