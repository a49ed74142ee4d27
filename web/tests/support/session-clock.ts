/** Sessions as the server keeps them, as far as these tests need: one person's, counted by moves of a clock of its own. */
export function sessionServer() {
  const START = Date.parse('2026-11-22T10:00:00Z')
  const LEASE_SECONDS = 90
  let elapsed = 0
  let failure: { code: string; extensions?: object } | null = null
  const starts: string[] = []
  const beats: number[] = []
  let row: Record<string, unknown> | null = null

  const at = (seconds: number) => new Date(START + seconds * 1000).toISOString()
  function refuse() {
    if (!failure) return
    const { code, extensions } = failure
    throw Object.assign(new Error(code), { extensions: { code, ...extensions } })
  }
  const answer = () => ({ ...row, session_id: row?.id, heartbeat_interval_seconds: 30 })

  function begin(topic: string | null = null) {
    row = {
      id: `0199aaaa-0000-7000-8000-${String(starts.length).padStart(12, '0')}`,
      user_id: 'olga',
      topic,
      difficulty: 'beginner',
      status: 'active',
      end_reason: null,
      started_at: at(elapsed),
      last_heartbeat_at: at(elapsed),
      lease_expires_at: at(elapsed + LEASE_SECONDS),
      limit_at: at(elapsed + 600),
      ended_at: null,
      used_seconds: 0,
      used_minutes: 0,
      bought_minutes: 0,
      charged_credits: 0,
      replayed: false,
    }
    return row
  }

  return {
    starts,
    beats,
    begin,
    /** Ends the session behind the page's back, as its limit or the job does. */
    finish: (reason: string) => {
      row = { ...row, status: 'ended', end_reason: reason, ended_at: at(elapsed) }
    },
    /** Minutes go elsewhere: the session will end sooner. */
    limit: (seconds: number) => {
      row = { ...row, limit_at: at(seconds) }
    },
    advance: (seconds: number) => {
      elapsed += seconds
    },
    failWith: (code: string | null, extensions: object = {}) => {
      failure = code === null ? null : { code, extensions }
    },
    fields: {
      usage_sessions: (args: { where: { status?: unknown } }) =>
        row && (!args.where.status || row.status === 'ended') ? [row] : [],
      start_session: ({ input }: { input: { topic: string | null; idempotency_key: string } }) => {
        starts.push(input.idempotency_key)
        refuse()
        begin(input.topic)
        return answer()
      },
      session_heartbeat: () => {
        beats.push(elapsed)
        refuse()
        if (row?.status === 'active') {
          row = {
            ...row,
            last_heartbeat_at: at(elapsed),
            lease_expires_at: at(elapsed + LEASE_SECONDS),
            used_seconds: elapsed,
          }
        }
        return answer()
      },
      session_status: () => {
        refuse()
        return answer()
      },
      end_session: () => {
        refuse()
        row = { ...row, status: 'ended', end_reason: 'user_ended', ended_at: at(elapsed) }
        return answer()
      },
    } as Record<string, unknown> as Record<string, never>,
  }
}
