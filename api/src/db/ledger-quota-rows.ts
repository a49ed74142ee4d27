import type {
  ReserveItem,
  ReserveRefusal,
  ReserveRow,
  SettleItem,
  SettleRefusal,
  SettleRow,
} from './ledger-rows.ts'
import type { QuotaDecision, QuotaLine } from './quota-rows.ts'

/** Holds of credits and meters together. */
export interface QuotaReserveItem extends ReserveItem {
  quotas: QuotaLine[]
}

export type LineRefusal =
  'quota_exceeded' | 'member_cap_exceeded' | 'user_required' | 'invalid_quotas'

export interface QuotaReserveRow extends Omit<ReserveRow, 'outcome'> {
  outcome: 'reserved' | 'replayed' | ReserveRefusal | LineRefusal
  /** Of a line that was refused: its meter, and the limit that was closest. */
  decision: (Partial<QuotaDecision> & { meter: string }) | null
}

export interface QuotaSettleItem extends SettleItem {
  quotas: QuotaLine[]
}

export interface QuotaSettleRow extends Omit<SettleRow, 'outcome'> {
  outcome: 'settled' | 'replayed' | SettleRefusal | 'invalid_quotas'
}
