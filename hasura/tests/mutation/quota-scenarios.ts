import { balanceOf, createMember, createOrganization, newKey } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { expire, passTime, release, reserve, settle } from '../support/operations.ts'
import {
  brokenUsage,
  consume,
  record,
  reserveWithQuotas,
  setCap,
  setLimit,
  setOverride,
  settleWithQuotas,
  untilBlocked,
} from '../support/quotas.ts'
import { expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

async function broken(desk: Desk, organization: string): Promise<string[]> {
  return (await brokenUsage(desk, organization)).map(({ invariant }) => invariant)
}

const outcomes = (rows: { outcome: string }[]): string[] => rows.map(({ outcome }) => outcome)

const quotaIsHard: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk)
  const callers = Array.from({ length: 16 }, () => desk.database.sql({ as: 'api', max: 1 }))
  await Promise.all(callers.map((sql) => sql`select 1`))
  const rows = await Promise.all(callers.map((sql) => consume(sql, { organization })))
  await Promise.all(callers.map((sql) => sql.end()))
  const made = outcomes(rows.flat()).filter((outcome) => outcome === 'recorded').length
  const batch = await createOrganization(desk)
  const items = ['6', '6', '4'].map((amount) => ({ organization: batch, amount }))
  return [
    ...expectEqual('consumed', made, 10),
    ...expectEqual('batch', outcomes(await consume(desk.api, ...items)), [
      'recorded',
      'quota_exceeded',
      'recorded',
    ]),
    ...(await broken(desk, organization)),
  ]
}

const quotaPrecedence: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk)
  const stranger = await createOrganization(desk)
  const [user, capped] = [
    await createMember(desk, organization),
    await createMember(desk, organization),
  ]
  await setCap(desk, organization, capped, { limit: '2' })
  await setOverride(desk, organization, { limit: '20' })
  await setOverride(desk, organization, { limit: '5', user })
  const gone = await setOverride(desk, organization, { limit: '1' })
  await desk.api`select private.remove_quota_override(${gone.override_id}, '{}')`
  const rows = await consume(
    desk.api,
    { organization, amount: '3' },
    { organization, user: capped, amount: '3' },
    { organization, user, amount: '6' },
    { organization, user, amount: '5' },
    { organization, amount: '12' },
    { organization, amount: '1' },
    { organization: stranger, amount: '11' },
    { organization, meter: 'mails' },
  )
  return expectEqual('outcomes', outcomes(rows), [
    'recorded',
    'member_cap_exceeded',
    'quota_exceeded',
    'recorded',
    'recorded',
    'quota_exceeded',
    'quota_exceeded',
    'quota_exceeded',
  ])
}

const overrideEnds: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk)
  const ended = await setOverride(desk, organization, { limit: '1' })
  await desk.admin`
    update public.quota_overrides
    set created_at = now() - interval '2 hours', expires_at = now() - interval '1 hour'
    where id = ${ended.override_id}`
  const [row] = await consume(desk.api, { organization, amount: '10' })
  return expectEqual('outcome', row!.outcome, 'recorded')
}

const usageOnce: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk)
  const other = await createOrganization(desk)
  const key = newKey()
  const rows = [
    ...(await consume(desk.api, { organization, key })),
    ...(await consume(
      desk.api,
      { organization, key },
      { organization, key, amount: '2' },
      { organization: other, key },
    )),
    ...(await consume(
      desk.api,
      { organization, key: 'twice' },
      { organization, key: 'twice' },
      { organization, key: 'twice', amount: '2' },
    )),
  ]
  return [
    ...expectEqual('outcomes', outcomes(rows), [
      'recorded',
      'replayed',
      'idempotency_conflict',
      'recorded',
      'recorded',
      'replayed',
      'idempotency_conflict',
    ]),
    ...(await broken(desk, organization)),
  ]
}

const levelStaysAboveZero: Scenario = async (desk) => {
  const storage = { meter: 'storage_bytes' }
  await setLimit(desk, { ...storage, period: 'none', limit: '10' })
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk)
  const user = await createMember(desk, organization)
  const use = { organization, ...storage }
  const rows = await consume(
    desk.api,
    { ...use, amount: '5' },
    { ...use, amount: '-4' },
    { ...use, amount: '-2' },
    { ...use, user, amount: '-1' },
    { organization, amount: '-1' },
    { organization, amount: '0.00001' },
  )
  const told = await record(desk.api, { ...use, amount: '-2' })
  return [
    ...expectEqual('outcomes', outcomes([...rows, ...told]), [
      'recorded',
      'recorded',
      'below_zero',
      'below_zero',
      'invalid_amount',
      'invalid_amount',
      'below_zero',
    ]),
    ...(await broken(desk, organization)),
  ]
}

const graceEnds: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10', graceSeconds: 3600, burst: '5' })
  const organization = await createOrganization(desk)
  const rows = await consume(
    desk.api,
    { organization, amount: '12' },
    { organization, amount: '4' },
  )
  await desk.admin`
    update public.quota_usages set over_limit_at = over_limit_at - interval '1 hour'
    where organization_id = ${organization}`
  rows.push(...(await consume(desk.api, { organization })))
  await setLimit(desk, { limit: '10', isHard: false })
  rows.push(...(await consume(desk.api, { organization, amount: '9' })))
  await setLimit(desk, { limit: '10' })
  return expectEqual('outcomes', outcomes(rows), [
    'recorded',
    'quota_exceeded',
    'quota_exceeded',
    'recorded',
  ])
}

const heldTogether: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10' })
  const organization = await createOrganization(desk, { credits: '9' })
  const request = { organization, quotas: [{ meter: 'letters', amount: '6' }] }
  const held = await reserveWithQuotas(desk.api, request, request)
  const [used] = await consume(desk.api, { organization, amount: '5' })
  const twice = [...request.quotas, ...request.quotas].map((line) => ({ ...line, amount: '1' }))
  const [wrong] = await reserveWithQuotas(desk.api, { ...request, quotas: twice })
  const findings = [
    ...expectEqual('holds', outcomes([...held, used!, wrong!]), [
      'reserved',
      'quota_exceeded',
      'quota_exceeded',
      'invalid_quotas',
    ]),
    ...(await broken(desk, organization)),
  ]
  const reservation = held[0]!.reservation_id
  await release(desk.api, { organization, reservation })
  const [second] = await reserveWithQuotas(desk.api, request)
  await passTime(desk.admin, organization, second!.reservation_id)
  await expire(desk.api, 10)
  // What is held by others is what a second giving back would take.
  const [other] = await reserveWithQuotas(desk.api, {
    ...request,
    quotas: [{ meter: 'letters', amount: '1' }],
  })
  await settle(desk.api, { organization, reservation: second!.reservation_id, amount: '1' })
  findings.push(...(await broken(desk, organization)))
  await release(desk.api, { organization, reservation: other!.reservation_id })
  const [third] = await reserveWithQuotas(desk.api, {
    ...request,
    quotas: [{ meter: 'letters', amount: '3' }],
  })
  const item = { organization, reservation: third!.reservation_id, amount: '1' }
  const settled = [
    ...(await settleWithQuotas(desk.api, { ...item, quotas: [{ meter: 'mails', amount: '1' }] })),
    ...(await settleWithQuotas(desk.api, { ...item, quotas: [{ meter: 'letters', amount: '1' }] })),
    ...(await settleWithQuotas(desk.api, { ...item, quotas: [{ meter: 'letters', amount: '2' }] })),
  ]
  const [left] = await consume(desk.api, { organization, amount: '3' })
  return [
    ...findings,
    ...expectEqual('settled', outcomes(settled), [
      'invalid_quotas',
      'settled',
      'idempotency_conflict',
    ]),
    ...expectEqual('left', [left!.outcome, left!.decision.used], ['recorded', 10]),
    ...(await broken(desk, organization)),
  ]
}

const capsOnCredits: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '50' })
  const user = await createMember(desk, organization)
  const [before] = await reserve(desk.api, { organization, user, amount: '2' })
  await setCap(desk, organization, user, { meter: 'credits', limit: '10' })
  const mine = { organization, user }
  const rows = await reserve(
    desk.api,
    { ...mine, amount: '6' },
    { ...mine, amount: '3' },
    { organization, amount: '20' },
  )
  await settle(desk.api, { organization, reservation: before!.reservation_id, amount: '1' })
  await release(desk.api, { organization, reservation: rows[0]!.reservation_id })
  const after = await reserve(desk.api, { ...mine, amount: '9.5' }, { ...mine, amount: '9' })
  return [
    ...expectEqual('outcomes', outcomes([...rows, ...after]), [
      'reserved',
      'member_cap_exceeded',
      'reserved',
      'member_cap_exceeded',
      'reserved',
    ]),
    ...expectEqual('reserved', (await balanceOf(desk, organization)).reserved, '29.00'),
    ...(await broken(desk, organization)),
  ]
}

/** Two transactions that set the caps of two members in opposite order. */
const capsInTurn: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const ada = await createMember(desk, organization)
  const bob = await createMember(desk, organization)
  const set = (sql: Sql, user: string) => setCap({ admin: sql }, organization, user, { limit: '1' })
  for (const user of [ada, bob]) await set(desk.admin, user)
  let other: Promise<unknown> = Promise.resolve()
  const first = desk.admin.begin(async (sql) => {
    await set(sql as unknown as Sql, ada)
    other = desk.admin.begin(async (beside) => {
      await set(beside as unknown as Sql, bob)
      await set(beside as unknown as Sql, ada)
    })
    other.catch(() => undefined)
    await untilBlocked(desk)
    await set(sql as unknown as Sql, bob)
  })
  await Promise.allSettled([first])
  await Promise.all([first, other])
  return []
}

const usageIsAppendOnly: Scenario = async (desk) => {
  await setLimit(desk, { limit: '10' })
  await consume(desk.api, { organization: await createOrganization(desk) })
  const change = await Promise.allSettled([
    desk.admin`update public.usage_ledger set amount = 2`,
    desk.api`delete from public.usage_ledger`,
  ])
  return expectEqual(
    'refusals',
    change.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
}

export const QUOTA_SCENARIOS = {
  quotaIsHard,
  quotaPrecedence,
  overrideEnds,
  usageOnce,
  levelStaysAboveZero,
  graceEnds,
  heldTogether,
  capsOnCredits,
  capsInTurn,
  usageIsAppendOnly,
} as const satisfies Record<string, Scenario>
