/** One meter as its quota card shows it. */
export interface QuotaUsage {
  meterId: string
  name: string
  unit: string
  /** A level is what is kept now, such as storage: it has no period and goes down again. */
  kind: 'flow' | 'level'
  period: 'day' | 'month' | 'none'
  scope: 'organization' | 'user'
  used: number
  held: number
  /** null: no limit. */
  limit: number | null
  isHard: boolean
  resetsAt: string | null
}

export interface QuotaPeriod {
  start: string
  end: string
  used: number
  limit: number | null
}
