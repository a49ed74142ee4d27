import { isDeepStrictEqual } from 'node:util'
import Stripe from 'stripe'
import { noSuch } from '../http/errors.ts'
import { createTime, type Time } from './time.ts'
import { newId } from './ids.ts'
import {
  emptyHidden,
  idOf,
  OBJECT_NAMES,
  type Hidden,
  type ObjectName,
  type Objects,
} from './objects.ts'

export interface RequestMark {
  id: string | null
  idempotency_key: string | null
}

/** How long an unpaid renewal is tried, and what comes then. */
export interface DunningSettings {
  /** Days after the first failure. */
  retry_days: number[]
  then: 'canceled' | 'unpaid' | 'past_due'
}

export interface Settings {
  dunning: DunningSettings
  /** Between a renewal's invoice and its payment; Stripe waits about an hour. */
  draft_seconds: number
  /** Until a fraudulent card's dispute comes, or a refund turns out to have failed. */
  later_seconds: number
}

export interface Snapshot {
  tables: Partial<Record<ObjectName, unknown[]>>
  hidden: Hidden
  settings: Settings
  offsetSeconds: number
}

/** One Stripe account in memory. Objects are never changed in place: an event keeps what it showed. */
export interface Account {
  time: Time
  hidden: Hidden
  settings: Settings
  /** Who asked for what happens now: stands in the events. */
  request: RequestMark
  /** Where the pages are served. */
  baseUrl: string
  insert<Name extends ObjectName>(
    name: Name,
    object: Objects[Name],
    event?: string | null,
  ): Objects[Name]
  /** `event` tells the world; without it the change is silent. */
  update<Name extends ObjectName>(
    name: Name,
    id: string,
    patch: Partial<Objects[Name]>,
    event?: string,
  ): Objects[Name]
  remove(name: ObjectName, id: string): void
  find<Name extends ObjectName>(
    name: Name,
    id: string | null | undefined,
  ): Objects[Name] | undefined
  get<Name extends ObjectName>(name: Name, id: string, param?: string): Objects[Name]
  /** Newest first. */
  list<Name extends ObjectName>(name: Name): Objects[Name][]
  /** Seconds, by the test clock of the customer where it has one. */
  now(customer?: string | { id: string } | null): number
  emit(type: string, object: object, previous?: object): void
  onEvent(listener: (event: Stripe.Event) => void): void
  /** After each change of what the account holds. */
  onChange(listener: () => void): void
  reset(): void
  snapshot(): Snapshot
  restore(snapshot: Snapshot): void
}

type Tables = { [Name in ObjectName]: Map<string, Objects[Name]> }

export function defaultSettings(): Settings {
  return {
    dunning: { retry_days: [3, 5, 7], then: 'canceled' },
    draft_seconds: 3600,
    later_seconds: 5,
  }
}

/** In a snapshot; Stripe itself keeps events for 30 days. */
const EVENTS_KEPT = 1000

const NOBODY: RequestMark = { id: null, idempotency_key: null }

export function createAccount(): Account {
  let tables = emptyTables()
  const listeners: ((event: Stripe.Event) => void)[] = []
  let changed: () => void = () => undefined
  const time = createTime()

  const account: Account = {
    time,
    hidden: emptyHidden(),
    settings: defaultSettings(),
    request: NOBODY,
    baseUrl: '',
    insert(name, object, event) {
      tables[name].set((object as { id: string }).id, object)
      changed()
      if (event) account.emit(event, object)
      return object
    },
    update(name, id, patch, event) {
      const before = account.get(name, id)
      const after = { ...before, ...patch }
      tables[name].set(id, after)
      changed()
      const previous = changedFields(before, patch)
      if (event && Object.keys(previous).length > 0) {
        account.emit(event, after, event.endsWith('.updated') ? previous : undefined)
      }
      return after
    },
    remove(name, id) {
      tables[name].delete(id)
      changed()
    },
    find(name, id) {
      return id ? tables[name].get(id) : undefined
    },
    get(name, id, param) {
      const found = tables[name].get(id)
      if (!found) throw noSuch(name, id, param)
      return found
    },
    list(name) {
      return [...tables[name].values()].reverse()
    },
    now(customer) {
      const clockId = idOf(account.find('customer', idOf(customer))?.test_clock)
      return account.find('test_helpers.test_clock', clockId)?.frozen_time ?? time.now()
    },
    emit(type, object, previous) {
      const shown = structuredClone(object) as { customer?: unknown; id?: string }
      const event = {
        id: newId('evt'),
        object: 'event',
        api_version: Stripe.API_VERSION,
        created: account.now(customerOf(shown)),
        data: { object: shown, ...(previous ? { previous_attributes: previous } : {}) },
        livemode: false,
        pending_webhooks: 0,
        request: { ...account.request },
        type,
      } as unknown as Stripe.Event
      tables.event.set(event.id, event)
      for (const listener of listeners) listener(event)
    },
    onEvent(listener) {
      listeners.push(listener)
    },
    onChange(listener) {
      changed = listener
    },
    reset() {
      tables = emptyTables()
      account.hidden = emptyHidden()
      account.settings = defaultSettings()
      time.reset()
      changed()
    },
    snapshot: () => ({
      tables: {
        ...Object.fromEntries(OBJECT_NAMES.map((name) => [name, [...tables[name].values()]])),
        event: [...tables.event.values()].slice(-EVENTS_KEPT),
      },
      hidden: account.hidden,
      settings: account.settings,
      offsetSeconds: time.offset(),
    }),
    restore(snapshot) {
      tables = emptyTables()
      for (const name of OBJECT_NAMES) {
        const table = tables[name] as Map<string, unknown>
        for (const object of snapshot.tables[name] ?? [])
          table.set((object as { id: string }).id, object)
      }
      account.hidden = { ...emptyHidden(), ...snapshot.hidden }
      account.settings = { ...defaultSettings(), ...snapshot.settings }
      time.reset(snapshot.offsetSeconds)
    },
  }
  return account
}

function emptyTables(): Tables {
  return Object.fromEntries(OBJECT_NAMES.map((name) => [name, new Map()])) as unknown as Tables
}

/** The old values of what a patch changes: `previous_attributes`. */
function changedFields(before: object, patch: object): Record<string, unknown> {
  const old = before as Record<string, unknown>
  const changed = Object.entries(patch).filter(
    ([name, value]) => !isDeepStrictEqual(old[name], value),
  )
  return Object.fromEntries(changed.map(([name]) => [name, old[name]]))
}

function customerOf(object: { customer?: unknown; id?: string }): string | null {
  const { customer } = object
  if (typeof customer === 'string') return customer
  return object.id?.startsWith('cus_') ? object.id : null
}
