import { execFileSync } from 'node:child_process'

const BYTES = 400 * 2 ** 20

/**
 * Takes memory, writes to it and gives it back. A virtual machine may get its memory from its host
 * when a page is written for the first time, which takes several times as long as clearing a page
 * does: a design that writes much would be measured by that. What was given back last is used first,
 * so that a few seconds of any design find memory that the machine has.
 */
export function touchMemory(): void {
  execFileSync(process.execPath, ['-e', `Buffer.alloc(${BYTES}, 1)`], { stdio: 'ignore' })
}
