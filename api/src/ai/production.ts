import { parsePartialJson } from 'ai'
import type { TokenUsage } from '../db/ledger-rows.ts'
import type { ServedModel } from './models.ts'
import { addUsage, countUsage } from './usage.ts'

export type Production = ReturnType<typeof createProduction>

/**
 * What the model at work was asked and has written so far. It outlives the call that fills it, so
 * that an operation which is broken off can be charged for what was produced.
 */
export function createProduction() {
  let model: ServedModel | null = null
  let finished: TokenUsage | null = null
  let asked = ''
  let written = ''
  let attempt = 0

  return {
    /** What an earlier model produced before it failed is not charged. */
    beginModel(next: ServedModel): void {
      model = next
      finished = null
      asked = ''
      written = ''
    },
    beginCall(text: string): void {
      attempt += 1
      asked = text
      written = ''
    },
    write(delta: string): void {
      written += delta
    },
    endCall(usage: TokenUsage): void {
      finished = finished ? addUsage(finished, usage) : usage
      asked = ''
      written = ''
    },
    get model(): ServedModel | null {
      return model
    },
    /** Counts calls: the first answer, its repair, the next model. Each begins with nothing. */
    get attempt(): number {
      return attempt
    },
    get asked(): string {
      return asked
    },
    get written(): string {
      return written
    },
    /** The answer as far as it has been written. */
    async partial(): Promise<unknown> {
      return (await parsePartialJson(written)).value ?? null
    },
    /** Of finished calls and of the running one; null when nothing has been written. */
    usage(): TokenUsage | null {
      if (!model || written === '') return finished
      const running = countUsage(model.modelId, asked, written)
      return finished ? addUsage(finished, running) : running
    },
  }
}
