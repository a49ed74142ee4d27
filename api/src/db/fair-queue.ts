export interface FairQueue<Item> {
  readonly size: number
  push(item: Item): void
  /**
   * Removes and returns at most so many items, in the order in which they should be handled; groups
   * for which `isHeldBack` answers true stay where they are.
   */
  take(maximumItems: number, isHeldBack?: (group: string) => boolean): Item[]
}

interface Lane<Item> {
  items: Item[]
  /** Index of the first item that still waits: cheaper than shifting a long array. */
  head: number
}

const COMPACT_AFTER_ITEMS = 1024

/**
 * A queue in which nobody waits behind another's flood. Items of one group (an organization) keep
 * their order; when not all can go, the groups take turns, one item each, so that a batch that
 * cannot hold everything holds something of everybody.
 */
export function createFairQueue<Item>(groupOf: (item: Item) => string): FairQueue<Item> {
  /** Sorted into lanes only when somebody has to wait, which is rare. */
  let arrived: Item[] = []
  // The order of a Map's entries is the order of turns.
  const lanes = new Map<string, Lane<Item>>()
  let inLanes = 0

  function push(item: Item): void {
    arrived.push(item)
  }

  function take(maximumItems: number, isHeldBack?: (group: string) => boolean): Item[] {
    const isWhole = lanes.size === 0 && arrived.length <= maximumItems && !isHeldBack
    if (isWhole) return takeArrived()
    for (const item of takeArrived()) intoLanes(item)
    const taken: Item[] = []
    // A group that is deleted and set anew comes last, and this same loop reaches it again.
    for (const [group, lane] of lanes) {
      if (taken.length === maximumItems) break
      if (isHeldBack?.(group)) continue
      taken.push(lane.items[lane.head] as Item)
      lane.head += 1
      lanes.delete(group)
      if (lane.head < lane.items.length) lanes.set(group, compacted(lane))
    }
    inLanes -= taken.length
    return taken
  }

  function takeArrived(): Item[] {
    const taken = arrived
    arrived = []
    return taken
  }

  function intoLanes(item: Item): void {
    const group = groupOf(item)
    const lane = lanes.get(group)
    if (lane) lane.items.push(item)
    else lanes.set(group, { items: [item], head: 0 })
    inLanes += 1
  }

  return {
    get size() {
      return arrived.length + inLanes
    },
    push,
    take,
  }
}

/** A group that always has something waiting would otherwise keep all that it ever sent. */
function compacted<Item>(lane: Lane<Item>): Lane<Item> {
  if (lane.head < COMPACT_AFTER_ITEMS) return lane
  return { items: lane.items.slice(lane.head), head: 0 }
}
