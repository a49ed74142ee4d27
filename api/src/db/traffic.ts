/** One statement that is on its way. */
interface Flight {
  readonly groups: ReadonlySet<string>
  /** It waits for somebody's lock: others need not wait with it. */
  isSlow: boolean
}

/** A queue of which a part may go when there is room. */
export interface Departures {
  /** Sends what may go now, as at most so many statements. Answers whether anything still waits. */
  depart(statements: number, isInFlight: ((group: string) => boolean) | undefined): boolean
}

/** What goes to the database beside each other, of all queues that share it. */
export interface Traffic<Connection> {
  /** `departures` has something waiting: its turn comes in the order in which queues asked. */
  ask(departures: Departures): void
  /** One statement for these groups, which has the connection to itself; resolves when `send` does. */
  fly(groups: ReadonlySet<string>, send: (connection: Connection) => Promise<void>): Promise<void>
}

/** A statement that takes longer waits for a lock: it no longer counts as one of them. */
const SLOW_MILLISECONDS = 100

/**
 * A few statements at a time, which never share a group, so that none waits for another's locks.
 * There is no timer: a queue that asks when there is room departs in the same turn of the event loop.
 *
 * @param connections One for each statement on its way, slow ones among them. Those used last are
 *   used next: the server's process behind them has its plans and pages in the processor's cache.
 *   Ten connections in turns moved a sixth less.
 * @param promptStatements As many as keep the database and this process busy at the same time. More
 *   would be smaller ones, and a statement's own cost is that of thirty items.
 */
export function createTraffic<Connection>(
  connections: readonly Connection[],
  promptStatements: number,
): Traffic<Connection> {
  const free = [...connections]
  const flights = new Set<Flight>()
  const asking = new Set<Departures>()
  let isScheduled = false

  function ask(departures: Departures): void {
    asking.add(departures)
    if (isScheduled) return
    isScheduled = true
    // After this the other calls of the same turn have come as well.
    queueMicrotask(letGo)
  }

  function letGo(): void {
    isScheduled = false
    for (const departures of [...asking]) {
      const room = roomFor()
      if (room === 0) return
      const before = flights.size
      const isWaiting = departures.depart(room, before === 0 ? undefined : isInFlight)
      const hasLeft = flights.size > before
      // Who sent something asks behind the others; who was held back by a flight keeps its place.
      if (hasLeft || !isWaiting) asking.delete(departures)
      if (hasLeft && isWaiting) asking.add(departures)
    }
  }

  function roomFor(): number {
    let prompt = 0
    for (const { isSlow } of flights) if (!isSlow) prompt += 1
    return Math.min(promptStatements - prompt, free.length)
  }

  function isInFlight(group: string): boolean {
    for (const { groups } of flights) if (groups.has(group)) return true
    return false
  }

  async function fly(
    groups: ReadonlySet<string>,
    send: (connection: Connection) => Promise<void>,
  ): Promise<void> {
    const connection = free.pop()
    if (connection === undefined) throw new Error('a statement left without room')
    const flight: Flight = { groups, isSlow: false }
    flights.add(flight)
    const timer = setTimeout(() => {
      flight.isSlow = true
      letGo()
    }, SLOW_MILLISECONDS)
    await send(connection)
    clearTimeout(timer)
    flights.delete(flight)
    free.push(connection)
    // Those who were answered may call again at once: they go with what was held back.
    if (asking.size > 0) setImmediate(letGo)
  }

  return { ask, fly }
}
