import { setTimeout as delay } from 'node:timers/promises'
import { createOrganization } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { reserve } from '../support/operations.ts'
import { broken, expectEqual, outcomes } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

/**
 * More parallel callers than credits: exactly the credits are held. The balance is locked until as
 * many callers as there are connections wait for it, so that they meet whatever the machine's speed.
 */
const neverOversold: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '5' })
  let callers: Promise<{ outcome: string }[][]> = Promise.resolve([])
  await desk.admin.begin(async (holder) => {
    await holder`
      select from public.organization_credit_balances
      where organization_id = ${organization} for update`
    callers = Promise.all(
      Array.from({ length: 32 }, () => reserve(desk.api, { organization, amount: '1' })),
    )
    await waitingForLocks(desk, 10)
  })
  const reserved = (await callers).flat().filter((row) => row.outcome === 'reserved').length
  return [...expectEqual('reserved', reserved, 5), ...(await broken(desk, organization))]
}

async function waitingForLocks(desk: Desk, connections: number): Promise<void> {
  for (;;) {
    const [waiting] = await desk.admin<{ count: number }[]>`
      select count(*)::integer as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (waiting!.count >= connections) return
    await delay(5)
  }
}

const firstComeFirstServed: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '5' })
  const items = ['3', '3', '2'].map((amount) => ({ organization, amount }))
  const rows = await reserve(desk.api, ...items)
  const expected = ['reserved', 'insufficient_credits', 'reserved']
  return [...expectEqual('batch', outcomes(rows), expected), ...(await broken(desk, organization))]
}

const keysAreScoped: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '9' })
  const other = await createOrganization(desk, { credits: '9' })
  const request = { organization, key: 'one key', amount: '1' }
  const [first] = await reserve(desk.api, request)
  const rows = await reserve(
    desk.api,
    request,
    { ...request, amount: '2' },
    { ...request, organization: other },
  )
  const twice = await reserve(
    desk.api,
    { ...request, key: 'new' },
    { ...request, key: 'new', amount: '2' },
  )
  return [
    ...expectEqual('outcomes', outcomes([first!, ...rows, ...twice]), [
      'reserved',
      'replayed',
      'idempotency_conflict',
      'reserved',
      'reserved',
      'idempotency_conflict',
    ]),
    ...(await broken(desk, organization)),
  ]
}

/**
 * A used key undoes what was written and with it the gate. The other items are decided under it again:
 * the ledger, which is read first then, is locked until it can be seen who has the balance.
 */
const usedKeyTakesTheGateAgain: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '5' })
  const used = { organization, key: 'used', amount: '1' }
  await reserve(desk.api, used)
  let repeated: ReturnType<typeof reserve> = Promise.resolve([])
  let free: object[] = []
  await desk.admin.begin(async (holder) => {
    await holder`lock table public.credit_transactions in access exclusive mode`
    repeated = reserve(desk.api, used, { organization, amount: '1' })
    await waitingForLocks(desk, 1)
    free = await desk.admin`
      select from public.organization_credit_balances
      where organization_id = ${organization} for update skip locked`
  })
  return [
    ...expectEqual('free balances', free.length, 0),
    ...expectEqual('batch', outcomes(await repeated), ['replayed', 'reserved']),
    ...(await broken(desk, organization)),
  ]
}

export const RESERVATION_SCENARIOS = {
  neverOversold,
  firstComeFirstServed,
  keysAreScoped,
  usedKeyTakesTheGateAgain,
} as const satisfies Record<string, Scenario>
