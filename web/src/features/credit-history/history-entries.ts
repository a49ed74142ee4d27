import type { CreditTransactionRowFragment } from '@/gql/member/graphql.ts'
import { sumCredits } from '@/shared/credits.ts'

export type TransactionRow = CreditTransactionRowFragment

/** One line of the history. A charge that drew on several grants has a ledger row for each, and is one entry. */
export interface HistoryEntry {
  sequence: number
  type: string
  amountCredits: number
  balanceAfterCredits: number
  capabilityId: string | null
  qualityLevelId: string | null
  modelId: string | null
  userId: string | null
  actorName: string | null
  description: string | null
  createdAt: string
}

/** @param rows newest first; rows of one charge are next to each other, as they were written under one lock. */
export function historyEntries(rows: readonly TransactionRow[]): HistoryEntry[] {
  const entries: HistoryEntry[] = []
  let previous: TransactionRow | undefined
  for (const row of rows) {
    const last = entries.at(-1)
    const isSameCharge =
      row.reservation_id != null &&
      row.reservation_id === previous?.reservation_id &&
      row.type === previous.type
    if (last && isSameCharge) {
      last.amountCredits = sumCredits([last.amountCredits, row.amount_credits])
    } else {
      entries.push(entryFrom(row))
    }
    previous = row
  }
  return entries
}

function entryFrom(row: TransactionRow): HistoryEntry {
  return {
    sequence: row.sequence,
    type: row.type,
    amountCredits: row.amount_credits,
    balanceAfterCredits: row.balance_after_credits,
    capabilityId: row.capability_id ?? null,
    qualityLevelId: row.quality_level_id ?? null,
    modelId: row.model_id ?? null,
    userId: row.user_id ?? null,
    actorName: nameOfActor(row.actor),
    description: row.description ?? null,
    createdAt: row.created_at,
  }
}

/** The snapshot of who it was, as taken then: people leave, and change their names. */
export function nameOfActor(actor: unknown): string | null {
  if (typeof actor !== 'object' || actor === null) return null
  const { name, email } = actor as { name?: unknown; email?: unknown }
  if (typeof name === 'string' && name) return name
  return typeof email === 'string' && email ? email : null
}

/**
 * The rows of one page, of which one more was asked for than fits. A charge that goes on behind the page's end is left to
 * the next page as a whole: its sum would be wrong in halves. (A charge longer than a page is shown as far as it goes.)
 */
export function pageOf(rows: readonly TransactionRow[], pageRows: number): TransactionRow[] {
  const page = rows.slice(0, pageRows)
  const next = rows[pageRows]
  if (next?.reservation_id == null) return page
  const end = page.findLastIndex((row) => row.reservation_id !== next.reservation_id) + 1
  return end > 0 ? page.slice(0, end) : page
}

/** Newest first, each row once, however often it came: by page, live, or again after a reconnect. */
export function mergeRows(
  known: readonly TransactionRow[],
  arrived: readonly TransactionRow[],
): TransactionRow[] {
  const bySequence = new Map([...known, ...arrived].map((row) => [row.sequence, row]))
  return [...bySequence.values()].toSorted((a, b) => b.sequence - a.sequence)
}
