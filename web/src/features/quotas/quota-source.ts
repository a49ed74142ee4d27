/** Where a limit comes from, as the server stored it with the limit. */
export type QuotaSource =
  | { kind: 'plan'; planId: string; isInPlan: boolean }
  | {
      kind: 'override'
      isForOne: boolean
      reason: string
      setBy: string | null
      until: string | null
    }
  | { kind: 'member_cap'; setByUserId: string | null; setAt: string | null }

/** @param source a jsonb of the server, read with care: older rows may lack what newer ones have. */
export function quotaSourceFrom(level: string, source: unknown): QuotaSource {
  const fields = (typeof source === 'object' && source !== null ? source : {}) as Record<
    string,
    unknown
  >
  const text = (name: string) => {
    const value = fields[name]
    return typeof value === 'string' && value ? value : null
  }
  switch (level) {
    case 'override':
      return {
        kind: 'override',
        isForOne: text('user_id') !== null,
        reason: text('reason') ?? '',
        setBy: nameOf(fields.set_by),
        until: text('until'),
      }
    case 'member_cap':
      return {
        kind: 'member_cap',
        setByUserId: text('set_by_user_id'),
        setAt: text('set_at'),
      }
    default:
      return { kind: 'plan', planId: text('plan') ?? '', isInPlan: fields.in_plan !== false }
  }
}

function nameOf(actor: unknown): string | null {
  if (typeof actor !== 'object' || actor === null) return null
  const { name } = actor as { name?: unknown }
  return typeof name === 'string' && name ? name : null
}
