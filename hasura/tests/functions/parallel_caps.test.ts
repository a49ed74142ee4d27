import { afterAll, beforeAll, expect, test } from 'vitest'
import { createMember, createOrganization, newKey, openDesk } from '../support/desk.ts'
import type { Desk, Sql } from '../support/desk.ts'
import { reserve, settle } from '../support/operations.ts'
import { brokenUsage, untilBlocked } from '../support/quotas.ts'

/** Changes of caps by callers on connections of their own, each in an order of its own. */
const ROUNDS = 40
const MEMBERS = 6

let desk: Desk
let callers: Sql[]

beforeAll(async () => {
  desk = await openDesk()
  callers = Array.from({ length: 2 }, () => desk.database.sql({ max: 1 }))
})
afterAll(() => desk.close())

interface Member {
  organization: string
  user: string
}

async function membersOf(organization: string, count = MEMBERS): Promise<Member[]> {
  return Promise.all(
    Array.from({ length: count }, async () => ({
      organization,
      user: await createMember(desk, organization),
    })),
  )
}

/** One statement, as Hasura writes it for a list of objects. */
const setAll = (sql: Sql, members: Member[], limit: number, meter = 'credits') => sql`
  insert into public.member_caps (organization_id, user_id, meter_id, period, limit_amount)
  select cap.organization_id, cap.user_id, ${meter}, 'month', ${limit}::int
  from unnest(
    ${members.map(({ organization }) => organization)}::uuid[],
    ${members.map(({ user }) => user)}::uuid[]
  ) with ordinality as cap (organization_id, user_id, place)
  order by cap.place
  on conflict (organization_id, user_id, meter_id, period) do update
    set limit_amount = excluded.limit_amount`

const setOne = (sql: Sql, member: Member, limit: number) => setAll(sql, [member], limit)

test('statements that follow each other in one transaction, in opposite order', async () => {
  const [ada, bob] = (await membersOf(await createOrganization(desk), 2)) as [Member, Member]
  await setAll(desk.admin, [ada, bob], 1)
  let second: Promise<unknown> | undefined
  await callers[0]!.begin(async (sql) => {
    await setOne(sql as unknown as Sql, ada, 2)
    second = callers[1]!.begin(async (other) => {
      await setOne(other as unknown as Sql, bob, 3)
      await setOne(other as unknown as Sql, ada, 3)
    })
    second.catch(() => undefined)
    await untilBlocked(desk)
    await setOne(sql as unknown as Sql, bob, 2)
  })
  await second
  const limits = await desk.admin`
    select limit_amount::int as limit from public.member_caps
    where organization_id = ${ada.organization}`
  expect([...limits]).toEqual([{ limit: 3 }, { limit: 3 }])
})

test.each(['credits', 'letters'])(
  `${ROUNDS} times two lists of caps on %s at once, in opposite order`,
  async (meter) => {
    const members = await membersOf(await createOrganization(desk))
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all([
        setAll(callers[0]!, members, 2 * round, meter),
        setAll(callers[1]!, members.toReversed(), 2 * round + 1, meter),
      ])
      const [{ limits }] = (await desk.admin`
        select count(distinct limit_amount)::int as limits from public.member_caps
        where organization_id = ${members[0]!.organization}`) as unknown as [{ limits: number }]
      expect(limits).toBe(1)
    }
  },
)

test(`${ROUNDS} times caps of two organizations beside batches that hold and charge there`, async () => {
  const organizations = await Promise.all(
    [1, 2].map(() => createOrganization(desk, { credits: '1000' })),
  )
  const [later, earlier] = organizations.toSorted().toReversed() as [string, string]
  const members = [...(await membersOf(later, 2)), ...(await membersOf(earlier, 2))]
  await setAll(desk.admin, members, 500)
  const changeCaps = async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await callers[0]!`
        update public.member_caps set limit_amount = 500 + ${round}::int
        where organization_id = any (${organizations}::uuid[])`
    }
  }
  const holdAndCharge = async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const held = await reserve(
        callers[1]!,
        ...members.map((member) => ({ ...member, amount: '1', key: newKey() })),
      )
      await settle(
        callers[1]!,
        ...held.map(({ reservation_id: reservation }, index) => ({
          organization: members[index]!.organization,
          reservation,
          amount: '1',
        })),
      )
    }
  }
  await Promise.all([changeCaps(), holdAndCharge()])
  expect(await brokenUsage(desk)).toEqual([])
})
