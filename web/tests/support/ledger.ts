interface Row {
  sequence: number
  type: string
  capability_id: string
  [column: string]: unknown
}

type Comparison = Partial<Record<'_eq' | '_lt' | '_gt', unknown>>
type Condition = { _and?: Condition[] } & Record<string, Comparison | Condition[] | undefined>

/** A ledger in memory that answers `credit_transactions` as the history asks for it. */
export function ledgerWith(count: number) {
  const rows: Row[] = []
  let failure: string | null = null

  function append(type: string) {
    const sequence = rows.length + 1
    rows.push({
      sequence,
      id: `00000000-0000-7000-8000-${String(sequence).padStart(12, '0')}`,
      type,
      amount_credits: -1,
      balance_after_credits: 100 - sequence,
      reservation_id: null,
      capability_id: 'question_generation',
      created_at: '2026-11-22T12:00:00+00:00',
    })
  }
  for (let index = 0; index < count; index++) append('ai_consumption')

  return {
    append,
    failWith: (code: string | null) => {
      failure = code
    },
    select: (args: {
      where: Condition
      limit: number
      order_by: { sequence: 'asc' | 'desc' }[]
    }): Row[] => {
      if (failure) throw Object.assign(new Error(failure), { extensions: { code: failure } })
      const direction = args.order_by[0]?.sequence === 'asc' ? 1 : -1
      return rows
        .filter((row) => matches(row, args.where))
        .toSorted((a, b) => direction * (a.sequence - b.sequence))
        .slice(0, args.limit)
    },
  }
}

function matches(row: Row, condition: Condition): boolean {
  return Object.entries(condition).every(([name, value]) => {
    if (Array.isArray(value)) return value.every((part) => matches(row, part))
    const comparison = value ?? {}
    if ('_eq' in comparison) return row[name] === comparison._eq
    if ('_lt' in comparison) return Number(row[name]) < Number(comparison._lt)
    return Number(row[name]) > Number(comparison._gt)
  })
}
