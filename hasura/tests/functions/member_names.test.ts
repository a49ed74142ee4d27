import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMember, createOrganization, openDesk, type Desk } from '../support/desk.ts'
import { reserve } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

async function newHold(organization: string, user: string) {
  const [held] = await reserve(desk.api, { organization, user, amount: '1' })
  const reservation = held!.reservation_id!
  return { reservation, actor: await actorOf(reservation) }
}

async function actorOf(reservation: string) {
  const [row] = await desk.admin`
    select actor from public.credit_reservations where id = ${reservation}`
  return row!['actor']
}

const rename = (sql: Desk['admin'], user: string, name: string) =>
  sql`update auth.users set name = ${name} where id = ${user}`

/** Whether a statement waits for a lock: it has begun and is not done. */
async function isWaiting(pid: number): Promise<void> {
  for (;;) {
    const [row] = await desk.admin`select cardinality(pg_blocking_pids(${pid})) > 0 as waits`
    if (row!['waits']) return
  }
}

describe('the name under which holds are written', () => {
  test('is the one at the time of the hold, in every organization of the user', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const other = await createOrganization(desk, { credits: '10' })
    const user = await createMember(desk, organization)
    await desk.admin`
      insert into auth.members (organization_id, user_id, role) values (${other}, ${user}, 'member')`
    const first = await newHold(organization, user)
    expect(first.actor).toMatchObject({ user_id: user, name: 'Ada' })

    await desk.admin`
      update auth.users set name = 'Ada King', email = ${`king-${user}@example.test`}
      where id = ${user}`
    const named = { user_id: user, name: 'Ada King', email: `king-${user}@example.test` }
    expect((await newHold(organization, user)).actor).toEqual(named)
    expect((await newHold(other, user)).actor).toEqual(named)
    expect(await actorOf(first.reservation)).toEqual(first.actor)
  })

  test.each(['the member comes first', 'the new name comes first'])(
    'is the new one when a member is added and renamed at the same moment and %s',
    async (order) => {
      const organization = await createOrganization(desk, { credits: '10' })
      const elsewhere = await createOrganization(desk)
      const user = await createMember(desk, elsewhere)
      const [one, two] = await Promise.all([desk.admin.reserve(), desk.admin.reserve()])
      const add = (sql: typeof one) => sql`
        insert into auth.members (organization_id, user_id, role)
        values (${organization}, ${user}, 'member')`
      const [first, second] =
        order === 'the member comes first'
          ? [add, (sql: typeof one) => rename(sql, user, 'Grace')]
          : [(sql: typeof one) => rename(sql, user, 'Grace'), add]
      try {
        const [{ pid } = { pid: 0 }] = await two<{ pid: number }[]>`select pg_backend_pid() as pid`
        await one`begin`
        await first(one)
        const waiting = second(two).execute()
        await isWaiting(pid)
        await one`commit`
        await waiting
      } finally {
        one.release()
        two.release()
      }
      expect((await newHold(organization, user)).actor).toMatchObject({ name: 'Grace' })
    },
  )
})
