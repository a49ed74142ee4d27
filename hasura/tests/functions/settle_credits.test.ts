import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  balanceOf,
  brokenRules,
  createMember,
  createOrganization,
  ledgerOf,
  openDesk,
  setOverdraft,
} from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { expire, hold, passTime, release, reserve, settle } from '../support/operations.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterEach(async () => {
  expect(await brokenRules(desk)).toEqual([])
})
afterAll(() => desk.close())

async function expired(organization: string, amount: string): Promise<string> {
  const reservation = await hold(desk.api, organization, amount)
  await passTime(desk.admin, organization)
  expect(await expire(desk.api)).toMatchObject({ processed: 1 })
  return reservation
}

describe('charges the actual cost', () => {
  test('and gives the rest of the hold back', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const reservation = await hold(desk.api, organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '1.25' })
    expect(row).toMatchObject({
      outcome: 'settled',
      status: 'settled',
      charged_credits: '1.25',
      released_credits: '2.75',
      shortfall_credits: '0.00',
      available_credits: '8.75',
      replayed: false,
    })
    expect(row!.transaction_ids).toHaveLength(1)
    expect(await balanceOf(desk, organization)).toMatchObject({
      posted: '8.75',
      reserved: '0.00',
      used: '1.25',
    })
  })

  test('exactly the hold', async () => {
    const organization = await createOrganization(desk, { credits: '4' })
    const reservation = await hold(desk.api, organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '4' })
    expect(row).toMatchObject({ charged_credits: '4.00', released_credits: '0.00' })
    expect(row!.available_credits).toBe('0.00')
  })

  test('nothing: the hold ends without a ledger row', async () => {
    const organization = await createOrganization(desk, { credits: '4' })
    const reservation = await hold(desk.api, organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '0' })
    expect(row).toMatchObject({ outcome: 'settled', charged_credits: '0.00', transaction_ids: [] })
    expect(await ledgerOf(desk, organization)).toHaveLength(3)
  })

  test('with who, what for and why in the ledger', async () => {
    const organization = await createOrganization(desk, { credits: '4' })
    const user = await createMember(desk, organization)
    const context = { form: 'f1' }
    const [held] = await reserve(desk.api, { organization, user, context, amount: '1' })
    await settle(desk.api, { organization, reservation: held!.reservation_id, amount: '1' })
    const [row] = await desk.admin`
      select type, user_id, context, actor, capability_id, quality_level_id, model_id,
        public.credit_transactions_provider_metadata(written) as provider_metadata
      from public.credit_transactions as written
      where organization_id = ${organization} and type = 'ai_consumption'`
    expect(row).toMatchObject({
      user_id: user,
      context,
      actor: { user_id: user },
      capability_id: 'question_generation',
      quality_level_id: 'fast',
      model_id: 'google/gemini-2.5-flash-lite',
      provider_metadata: { estimated_credits: 1, actual_credits: 1 },
    })
  })
})

describe('above the hold', () => {
  test('takes what is available', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const reservation = await hold(desk.api, organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '10' })
    expect(row).toMatchObject({
      charged_credits: '10.00',
      released_credits: '0.00',
      shortfall_credits: '0.00',
      available_credits: '0.00',
    })
  })

  test('then the overdraft, as debt', async () => {
    const organization = await createOrganization(desk, { credits: '10', overdraft: '2' })
    const reservation = await hold(desk.api, organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '11.5' })
    expect(row).toMatchObject({ charged_credits: '11.50', shortfall_credits: '0.00' })
    expect(await balanceOf(desk, organization)).toMatchObject({
      bonus: '0.00',
      debt: '1.50',
      posted: '-1.50',
    })
    expect((await ledgerOf(desk, organization)).slice(-2)).toMatchObject([
      { amount: '-10.00', after: '0.00' },
      { amount: '-1.50', after: '-1.50', grant_id: null },
    ])
  })

  test('then records the shortfall and charges no more', async () => {
    const organization = await createOrganization(desk, { credits: '10', overdraft: '2' })
    const reservation = await hold(desk.api, organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '15' })
    expect(row).toMatchObject({
      outcome: 'settled',
      charged_credits: '12.00',
      shortfall_credits: '3.00',
      available_credits: '-2.00',
    })
    const [stored] = await desk.admin`
      select shortfall_credits as shortfall from public.credit_reservations where id = ${reservation}`
    expect(stored).toEqual({ shortfall: '3.00' })
  })

  test('leaves what other holds need', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const reservation = await hold(desk.api, organization, '4')
    const other = await hold(desk.api, organization, '5')
    const [row] = await settle(desk.api, { organization, reservation, amount: '9' })
    expect(row).toMatchObject({ charged_credits: '5.00', shortfall_credits: '4.00' })
    const [second] = await settle(desk.api, { organization, reservation: other, amount: '5' })
    expect(second).toMatchObject({ charged_credits: '5.00', shortfall_credits: '0.00' })
  })

  test('into the overdraft leaves other holds whole, also when the overdraft is taken away', async () => {
    const organization = await createOrganization(desk, { credits: '4', overdraft: '2' })
    const reservation = await hold(desk.api, organization, '1')
    const other = await hold(desk.api, organization, '3')
    const [first] = await settle(desk.api, { organization, reservation, amount: '3' })
    expect(first).toMatchObject({ charged_credits: '3.00', available_credits: '-2.00' })
    // Less is left than is held: no broken rule, the hold is still honoured.
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '1.00', reserved: '3.00' })
    expect(await brokenRules(desk, organization)).toEqual([])
    await setOverdraft(desk, organization, '0')
    const [row] = await settle(desk.api, { organization, reservation: other, amount: '4' })
    expect(row).toMatchObject({ charged_credits: '3.00', shortfall_credits: '1.00' })
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '2.00', posted: '-2.00' })
  })
})

describe('after the hold expired', () => {
  test('charges what is available', async () => {
    const organization = await createOrganization(desk, { credits: '10' })
    const reservation = await expired(organization, '4')
    const [row] = await settle(desk.api, { organization, reservation, amount: '3' })
    expect(row).toMatchObject({
      outcome: 'settled',
      status: 'settled',
      charged_credits: '3.00',
      available_credits: '7.00',
    })
  })

  test('else debt within the overdraft, else shortfall; others keep their holds', async () => {
    const organization = await createOrganization(desk, { credits: '10', overdraft: '2' })
    const reservation = await expired(organization, '4')
    const other = await hold(desk.api, organization, '10')
    const [row] = await settle(desk.api, { organization, reservation, amount: '4' })
    expect(row).toMatchObject({ charged_credits: '2.00', shortfall_credits: '2.00' })
    const [second] = await settle(desk.api, { organization, reservation: other, amount: '10' })
    expect(second).toMatchObject({ charged_credits: '10.00', shortfall_credits: '0.00' })
    expect(await balanceOf(desk, organization)).toMatchObject({ debt: '2.00', posted: '-2.00' })
  })
})

describe('refuses', () => {
  test.each(['-1', '1.001', 'NaN', 'Infinity', '1000000000.01'])(
    'amount %s, and the hold stays (invalid_amount)',
    async (amount) => {
      const organization = await createOrganization(desk, { credits: '5' })
      const reservation = await hold(desk.api, organization, '1')
      const [row] = await settle(desk.api, { organization, reservation, amount })
      expect(row).toMatchObject({ outcome: 'invalid_amount', status: 'reserved' })
      expect(await balanceOf(desk, organization)).toMatchObject({ reserved: '1.00' })
    },
  )

  test('neither or both of amount and usage (invalid_amount)', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '1')
    const usage = { model: 'openai/gpt-5', input_tokens: 1, output_tokens: 1 }
    const rows = await settle(
      desk.api,
      { organization, reservation },
      { organization, reservation, amount: '1', usage },
    )
    expect(rows.map((row) => row.outcome)).toEqual(['invalid_amount', 'invalid_amount'])
  })

  test('what does not exist, also for this organization (reservation_not_found)', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const other = await createOrganization(desk, { credits: '5' })
    const foreign = await hold(desk.api, other, '1')
    const rows = await settle(
      desk.api,
      { organization, reservation: foreign, amount: '1' },
      { organization, reservation: '00000000-0000-4000-8000-000000000000', amount: '1' },
    )
    expect(rows.map((row) => row.outcome)).toEqual([
      'reservation_not_found',
      'reservation_not_found',
    ])
    expect(await balanceOf(desk, other)).toMatchObject({ reserved: '1.00' })
  })

  test('a bad item does not hurt its neighbours', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const first = await hold(desk.api, organization, '1')
    const second = await hold(desk.api, organization, '1')
    const rows = await settle(
      desk.api,
      { organization, reservation: first, amount: '-1' },
      { organization, reservation: second, amount: '1' },
    )
    expect(rows.map((row) => row.outcome)).toEqual(['invalid_amount', 'settled'])
  })
})

describe('replay', () => {
  test('the same cost again answers the first settlement, another one is a conflict', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '2')
    const request = { organization, reservation, amount: '1.5' }
    const [first] = await settle(desk.api, request)
    const [again, conflict] = await settle(
      desk.api,
      { ...request, amount: '1.50' },
      { ...request, amount: '1.51' },
    )
    expect(again).toEqual({ ...first!, outcome: 'replayed', replayed: true })
    expect(conflict).toMatchObject({ outcome: 'idempotency_conflict', transaction_ids: [] })
  })

  test('twice in one batch charges once', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '2')
    const request = { organization, reservation, amount: '1.5' }
    const rows = await settle(desk.api, request, request, { ...request, amount: '2' })
    expect(rows.map((row) => row.outcome)).toEqual(['settled', 'replayed', 'idempotency_conflict'])
    expect(rows[1]!.transaction_ids).toEqual(rows[0]!.transaction_ids)
    expect(await balanceOf(desk, organization)).toMatchObject({ posted: '3.50', used: '1.50' })
  })

  test('the kept answer comes with operation_result', async () => {
    const organization = await createOrganization(desk, { credits: '5' })
    const reservation = await hold(desk.api, organization, '2')
    const output = { questions: ['Why?'] }
    const [settled] = await settle(desk.api, { organization, reservation, amount: '1', output })
    const [result] = await desk.api`
      select * from private.operation_result(${organization}, ${reservation})`
    expect(result).toMatchObject({
      status: 'settled',
      charged_credits: '1.00',
      transaction_id: settled!.transaction_ids[0],
      output,
    })
    const other = await createOrganization(desk)
    expect(
      await desk.api`select * from private.operation_result(${other}, ${reservation})`,
    ).toHaveLength(0)
  })
})

test('a released reservation is not open any more (reservation_not_open)', async () => {
  const organization = await createOrganization(desk, { credits: '5' })
  const reservation = await hold(desk.api, organization, '2')
  await release(desk.api, { organization, reservation })
  const [row] = await settle(desk.api, { organization, reservation, amount: '1' })
  expect(row).toMatchObject({ outcome: 'reservation_not_open', status: 'released' })
})
