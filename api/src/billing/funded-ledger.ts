import type { FundedOrganization, FundingQueries } from '../db/funding.ts'
import type { Ledger } from '../db/ledger.ts'
import type { Logger } from '../observability.ts'
import type { AutoTopups } from './auto-topups.ts'
import type { PayAsYouGo } from './pay-as-you-go.ts'

/** Settings may be that old here; a change in this process counts at once. */
const SETTINGS_LIFETIME_MILLISECONDS = 15_000
/** The job looks each minute; a call asks sooner, but not more often than this. */
const NUDGE_EVERY_MILLISECONDS = 5_000
const MAXIMUM_NUDGES_AT_ONCE = 2
const MAXIMUM_WAITING_NUDGES = 1_000

export type Funding = ReturnType<typeof createFunding>

export interface FundingOptions {
  queries: FundingQueries
  autoTopups: AutoTopups
  payAsYouGo: PayAsYouGo
  log: Logger
}

/** What happens when credits run out: credits on account at once, automatic top-up beside the call. */
export function createFunding({ queries, autoTopups, payAsYouGo, log }: FundingOptions) {
  let funded = new Map<string, FundedOrganization>()
  let readAt = -Infinity
  let reading: Promise<void> | null = null
  const nudgedAt = new Map<string, number>()
  const waiting: string[] = []
  const underWay = new Set<Promise<void>>()
  let isStopped = false

  const isStale = () => performance.now() - readAt > SETTINGS_LIFETIME_MILLISECONDS

  function read(): Promise<void> {
    reading ??= queries
      .funded()
      .then((rows) => {
        funded = new Map(rows.map((row) => [row.organization_id, row]))
        readAt = performance.now()
      })
      .finally(() => (reading = null))
    return reading
  }

  function readBeside(): void {
    if (isStale()) read().catch((err: unknown) => log.warn({ err }, 'settings were not read'))
  }

  function nudge(organizationId: string): void {
    const now = performance.now()
    if (isStopped || now - (nudgedAt.get(organizationId) ?? -Infinity) < NUDGE_EVERY_MILLISECONDS) {
      return
    }
    if (waiting.length >= MAXIMUM_WAITING_NUDGES) return
    if (nudgedAt.size >= MAXIMUM_WAITING_NUDGES) nudgedAt.clear()
    nudgedAt.set(organizationId, now)
    waiting.push(organizationId)
    work()
  }

  function work(): void {
    while (underWay.size < MAXIMUM_NUDGES_AT_ONCE) {
      const organizationId = waiting.shift()
      if (organizationId === undefined) return
      const running = autoTopups
        .run(organizationId)
        .then(
          (outcome) => log.info({ organization: organizationId, outcome }, 'automatic top-up'),
          // The job goes on with what was begun.
          (err: unknown) => log.warn({ err, organization: organizationId }, 'automatic top-up'),
        )
        .finally(() => {
          underWay.delete(running)
          work()
        })
      underWay.add(running)
    }
  }

  /** Puts a block onto an invoice beside the call that needed it; the job does what fails here. */
  function invoiceBeside(organizationId: string, purchaseId: string): void {
    const running = payAsYouGo
      .invoice({ organizationId, purchaseId })
      .catch((err: unknown) => log.warn({ err, purchase: purchaseId }, 'not yet on an invoice'))
      .finally(() => underWay.delete(running))
    underWay.add(running)
  }

  return {
    /** A hold did not fit. true: there may be enough now, so try once more. */
    async whenMissing(organizationId: string, requiredCredits: string): Promise<boolean> {
      if (isStale()) await read()
      const settings = funded.get(organizationId)
      if (!settings) return false
      if (settings.threshold_credits !== null) nudge(organizationId)
      if (!settings.pay_as_you_go_enabled) return false
      const { outcome, purchase_id: purchaseId } = await queries.grantOnAccount(
        organizationId,
        requiredCredits,
      )
      if (purchaseId !== null) invoiceBeside(organizationId, purchaseId)
      return outcome === 'granted' || outcome === 'enough'
    },

    /** A charge left so much. */
    whenLeft(organizationId: string, availableCredits: string): void {
      readBeside()
      const threshold = funded.get(organizationId)?.threshold_credits
      if (threshold === null || threshold === undefined) return
      if (Number(availableCredits) < Number(threshold)) nudge(organizationId)
    },

    /** The settings were changed in this process: they count at once, also for what is there now. */
    settingsChanged(organizationId: string): void {
      readAt = -Infinity
      readBeside()
      nudge(organizationId)
      // The next charge may ask again, however soon.
      nudgedAt.delete(organizationId)
    },

    async stop(): Promise<void> {
      isStopped = true
      waiting.length = 0
      await Promise.all(underWay)
    },
  }
}

interface Reserved {
  outcome: string
  required_credits: string | null
}

/** The ledger for callers whose organizations may buy credits without asking. */
export function fundedLedger(ledger: Ledger, funding: Funding): Ledger {
  async function reserved<Item extends { organizationId: string }, Row extends Reserved>(
    reserve: (item: Item) => Promise<Row>,
    item: Item,
  ): Promise<Row> {
    const row = await reserve(item)
    if (row.outcome !== 'insufficient_credits' || row.required_credits === null) return row
    const isFunded = await funding.whenMissing(item.organizationId, row.required_credits)
    return isFunded ? reserve(item) : row
  }

  async function settled<
    Item extends { organizationId: string },
    Row extends { available_credits: string | null },
  >(settle: (item: Item) => Promise<Row>, item: Item): Promise<Row> {
    const row = await settle(item)
    if (row.available_credits !== null) {
      funding.whenLeft(item.organizationId, row.available_credits)
    }
    return row
  }

  return {
    ...ledger,
    reserve: (item) => reserved(ledger.reserve, item),
    reserveWithQuotas: (item) => reserved(ledger.reserveWithQuotas, item),
    settle: (item) => settled(ledger.settle, item),
    settleWithQuotas: (item) => settled(ledger.settleWithQuotas, item),
  }
}
