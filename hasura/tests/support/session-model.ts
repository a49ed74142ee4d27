/**
 * What sessions of one user should do, written down a second time and in other words: second by
 * second, without leases that are stored or periods that are split. Times are whole seconds.
 */
export interface ModelSession {
  startedAt: number
  lastHeartbeat: number
  leaseEnd: number
  /** The minutes end with the lease. */
  isLastLease: boolean
  /** Seconds of the timeline that count. */
  used: number[]
  endReason: string | null
}

const LEASE = 90
const STALE = 600

export class SessionModel {
  /** By the start of its period: seconds used. */
  readonly used = new Map<number, number>()
  readonly sessions: ModelSession[] = []
  limitSeconds: number
  private isSuspended = false
  private readonly boundaries: number[]

  constructor(limitSeconds: number, boundaries: number[]) {
    this.limitSeconds = limitSeconds
    this.boundaries = boundaries
  }

  private periodOf(second: number): number {
    return this.boundaries.filter((boundary) => boundary <= second).at(-1)!
  }

  private usedIn(period: number): number {
    return this.used.get(period) ?? 0
  }

  get active(): ModelSession | undefined {
    const last = this.sessions.at(-1)
    return last?.endReason === null ? last : undefined
  }

  private count(session: ModelSession, until: number): void {
    for (let second = session.lastHeartbeat; second < until; second++) {
      const period = this.periodOf(second)
      this.used.set(period, this.usedIn(period) + 1)
      session.used.push(second)
    }
    session.lastHeartbeat = until
  }

  /** How far minutes reach from a moment on, second by second. */
  private promise(session: ModelSession, from: number): void {
    const ahead = new Map<number, number>()
    const takenIn = (period: number) => this.usedIn(period) + (ahead.get(period) ?? 0)
    const isLeftAt = (second: number) => takenIn(this.periodOf(second)) < this.limitSeconds
    let second = from
    for (; second < from + LEASE && isLeftAt(second); second++) {
      const period = this.periodOf(second)
      ahead.set(period, (ahead.get(period) ?? 0) + 1)
    }
    session.leaseEnd = second
    session.isLastLease = !isLeftAt(second)
  }

  /** What time alone has done by now. */
  pass(now: number): void {
    const session = this.active
    if (!session) return
    if (session.isLastLease && session.leaseEnd <= now) {
      this.count(session, session.leaseEnd)
      session.endReason = 'limit_reached'
    } else if (session.lastHeartbeat + STALE <= now) {
      session.endReason = 'stale'
    }
  }

  start(now: number): string {
    this.pass(now)
    if (this.isSuspended) return 'subscription_inactive'
    if (this.active) return 'session_active'
    const session: ModelSession = {
      startedAt: now,
      lastHeartbeat: now,
      leaseEnd: now,
      isLastLease: false,
      used: [],
      endReason: null,
    }
    this.promise(session, now)
    if (session.leaseEnd <= now) return 'quota_exceeded'
    this.sessions.push(session)
    return 'started'
  }

  heartbeat(now: number): void {
    this.pass(now)
    const session = this.active
    if (!session) return
    this.count(session, Math.min(now, session.leaseEnd))
    session.lastHeartbeat = now
    this.promise(session, now)
    if (session.leaseEnd <= now) session.endReason = 'limit_reached'
  }

  end(now: number, reason: string): void {
    this.pass(now)
    const session = this.active
    if (!session) return
    if (reason !== 'error') this.count(session, Math.min(now, session.leaseEnd))
    session.endReason = reason
  }

  /** Nobody has minutes while the subscription is not active. */
  suspend(now: number, isSuspended: boolean): void {
    this.pass(now)
    this.isSuspended = isSuspended
    const session = this.active
    if (!session || !isSuspended) return
    this.count(session, Math.min(now, session.leaseEnd))
    session.endReason = 'limit_reached'
  }

  changePlan(now: number, limitSeconds: number): void {
    this.pass(now)
    const changed = limitSeconds !== this.limitSeconds
    this.limitSeconds = limitSeconds
    const session = this.active
    if (!session || !changed) return
    const kept = Math.min(now, session.leaseEnd)
    this.promise(session, session.lastHeartbeat)
    if (session.leaseEnd < kept) session.leaseEnd = kept
    this.pass(now)
  }
}
