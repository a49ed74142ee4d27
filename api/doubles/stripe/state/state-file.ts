import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Idempotency } from '../http/idempotency.ts'
import type { Account, Snapshot } from './account.ts'

const SAVE_AFTER_MILLISECONDS = 300

interface StateFile extends Snapshot {
  version: 1
  idempotency: ReturnType<Idempotency['entries']>
}

/** A file that cannot be read ends the start: an empty account would contradict the product's data. */
export function readState(file: string, account: Account, idempotency: Idempotency): void {
  if (!existsSync(file)) return
  try {
    const state = JSON.parse(readFileSync(file, 'utf8')) as StateFile
    if (state.version !== 1) throw new Error(`it is of version ${String(state.version)}`)
    account.restore(state)
    idempotency.restore(state.idempotency)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The state file ${file} cannot be used (${reason}): remove it to start empty`, {
      cause: error,
    })
  }
}

export interface KeptState {
  close(): void
}

/** Writes the account some moments after each change, and at the end. */
export function keepState(file: string, account: Account, idempotency: Idempotency): KeptState {
  let written = ''
  const save = () => {
    const state: StateFile = {
      version: 1,
      ...account.snapshot(),
      idempotency: idempotency.entries(),
    }
    const text = JSON.stringify(state)
    if (text === written) return
    written = text
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  let timer: NodeJS.Timeout | null = null
  account.onChange(() => {
    timer ??= setTimeout(() => {
      timer = null
      save()
    }, SAVE_AFTER_MILLISECONDS)
  })
  return {
    close() {
      if (timer) clearTimeout(timer)
      save()
    },
  }
}
