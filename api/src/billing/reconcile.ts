import type Stripe from 'stripe'
import type { Logger } from '../observability.ts'

/** What a comparison found. `open`: different, and still so after the repair was tried. */
export interface ReconcileFindings {
  /** For metrics and summaries: purchases, refunds, invoices … */
  kind: string
  compared: number
  repaired: number
  open: number
  /** The first of them, in words, for operators. */
  differences: string[]
}

export interface ReconcileContext {
  stripe: Stripe
  log: Logger
}

/** Compares one kind of object with what we have, and repairs by the functions that events use. */
export type Reconciler = (context: ReconcileContext) => Promise<ReconcileFindings>

const MAXIMUM_SHOWN = 20

/** Collects what a reconciler finds. */
export function createFindings(kind: string) {
  const findings: ReconcileFindings = { kind, compared: 0, repaired: 0, open: 0, differences: [] }
  const show = (text: string) => {
    if (findings.differences.length < MAXIMUM_SHOWN) findings.differences.push(text)
  }
  return {
    findings,
    compared(count: number): void {
      findings.compared += count
    },
    /** Something differs: repairs it, and says how that went. */
    async different(what: string, repair: () => Promise<unknown>, log: Logger): Promise<void> {
      try {
        await repair()
        findings.repaired += 1
        show(`repaired: ${what}`)
        log.warn({ difference: what }, 'stripe and the ledger differed; repaired')
      } catch (err) {
        findings.open += 1
        show(`open: ${what}: ${String(err)}`)
        log.error({ err, difference: what }, 'stripe and the ledger differ')
      }
    },
  }
}
