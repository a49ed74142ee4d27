import { QUOTA_SCENARIOS } from './quota-scenarios.ts'
import { balanceOf, createOrganization, grant, ledgerOf } from '../support/desk.ts'
import { extend, hold, passTime, release, reserve, settle } from '../support/operations.ts'
import { CATALOGUE_SCENARIOS } from './catalogue-scenarios.ts'
import { DELETION_SCENARIOS } from './deletion-scenarios.ts'
import { broken, expectEqual, outcomes } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'
import { PERIOD_SCENARIOS } from './period-scenarios.ts'
import { PURCHASE_SCENARIOS } from './purchase-scenarios.ts'
import { RESERVATION_SCENARIOS } from './reservation-scenarios.ts'
import { SESSION_SCENARIOS } from './session-scenarios.ts'
import { SUBSCRIPTION_SCENARIOS } from './subscription-scenarios.ts'

const settlesOnce: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '9' })
  const stranger = await createOrganization(desk, { credits: '9' })
  const reservation = await hold(desk.api, organization, '2')
  const released = await hold(desk.api, organization, '2')
  await release(desk.api, { organization, reservation: released })
  const free = await hold(desk.api, organization, '2')
  const rows = [
    ...(await settle(desk.api, { organization: stranger, reservation, amount: '1' })),
    ...(await settle(desk.api, { organization, reservation, amount: '1' })),
    ...(await settle(desk.api, { organization, reservation, amount: '1' })),
    ...(await settle(desk.api, { organization, reservation, amount: '2' })),
    ...(await settle(desk.api, { organization, reservation: released, amount: '1' })),
    ...(await release(desk.api, { organization, reservation })),
    ...(await release(desk.api, { organization: stranger, reservation: released })),
    ...(await extend(desk.api, { organization, reservation, seconds: 60 })),
    ...(await settle(desk.api, { organization, reservation: free, amount: '0' })),
    ...(await release(desk.api, { organization, reservation: free })),
  ]
  return [
    ...expectEqual('outcomes', outcomes(rows), [
      'reservation_not_found',
      'settled',
      'replayed',
      'idempotency_conflict',
      'reservation_not_open',
      'reservation_not_open',
      'reservation_not_found',
      'reservation_not_open',
      'settled',
      'reservation_not_open',
    ]),
    ...(await broken(desk, organization)),
  ]
}

const plainSettlements: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '9' })
  const next = await grant(desk, organization, { amount: '9', priority: 40 })
  const first = await hold(desk.api, organization, '1')
  await settle(desk.api, { organization, reservation: first, amount: '1' })
  const drawn = (await ledgerOf(desk, organization)).at(-1)
  const above = await hold(desk.api, organization, '2')
  const [more] = await settle(desk.api, { organization, reservation: above, amount: '3' })
  const reservation = await hold(desk.api, organization, '1')
  const item = { organization, reservation, amount: '1' }
  const twice = await settle(desk.api, item, item)
  const across = await hold(desk.api, organization, '7')
  const [split] = await settle(desk.api, { organization, reservation: across, amount: '7' })
  return [
    ...expectEqual('next grant', drawn!.grant_id, next.grant_id),
    ...expectEqual('above', [more!.charged_credits, more!.released_credits], ['3.00', '0.00']),
    ...expectEqual('twice', outcomes(twice), ['settled', 'replayed']),
    ...expectEqual('grants', split!.transaction_ids.length, 2),
    ...(await broken(desk, organization)),
  ]
}

const overdraftIsNotHeld: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '5', overdraft: '2' })
  const allows = async (amount: string) => {
    const [access] = await desk.api<{ allowed: boolean }[]>`
      select allowed from private.check_ai_access(
        ${organization}, null, 'question_generation', 'fast', ${amount})`
    return access!.allowed
  }
  const checks = [await allows('5'), await allows('5.01')]
  const rows = [
    ...(await reserve(desk.api, { organization, amount: '5.01' })),
    ...(await reserve(desk.api, { organization, amount: '5' })),
    ...(await reserve(desk.api, { organization, amount: '0.01' })),
  ]
  return [
    ...expectEqual('checks', checks, [true, false]),
    ...expectEqual('outcomes', outcomes(rows), [
      'insufficient_credits',
      'reserved',
      'insufficient_credits',
    ]),
    ...(await broken(desk, organization)),
  ]
}

const overdraftIsBounded: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '3', overdraft: '2' })
  const reservation = await hold(desk.api, organization, '1')
  await hold(desk.api, organization, '1')
  const [row] = await settle(desk.api, { organization, reservation, amount: '9' })
  const repaid = await grant(desk, organization, { amount: '5' })
  return [
    ...expectEqual('charged', [row!.charged_credits, row!.shortfall_credits], ['4.00', '5.00']),
    ...expectEqual('after repayment', repaid.available_credits, '3.00'),
    ...(await broken(desk, organization)),
  ]
}

const holdsEndOnTime: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '4' })
  const settled = await hold(desk.api, organization, '1')
  await hold(desk.api, organization, '3')
  await settle(desk.api, { organization, reservation: settled, amount: '1' })
  await desk.admin`
    update private.credit_holds set expires_at = created_at
    where organization_id = ${organization}`
  await passTime(desk.admin, organization)
  const [row] = await reserve(desk.api, { organization, amount: '3' })
  // The sweep that was just made has to leave a mark that does not pass this one.
  await desk.admin`
    update public.organization_credit_balances set next_hold_expires_at = '-infinity'
    where organization_id = ${organization}`
  await extend(desk.api, { organization, reservation: settled, seconds: 60 })
  const [mark] = await desk.admin`
    select balance.next_hold_expires_at = hold.expires_at as is_next
    from public.organization_credit_balances as balance
    join private.open_holds as hold on hold.organization_id = balance.organization_id
    where balance.organization_id = ${organization}`
  return [
    ...expectEqual('outcome', row!.outcome, 'reserved'),
    ...expectEqual('mark', mark, { is_next: true }),
    ...(await broken(desk, organization)),
  ]
}

/** Expired credits are not drawn, but a hold that was made on them is honoured. */
const expiryIsFair: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  await grant(desk, organization, { amount: '10', expiresAt: new Date(Date.now() + 200) })
  const reservation = await hold(desk.api, organization, '4')
  await desk.admin`select pg_sleep(0.25)`
  const [denied] = await reserve(desk.api, { organization, amount: '1' })
  const [row] = await settle(desk.api, { organization, reservation, amount: '6' })
  return [
    ...expectEqual('fresh hold', denied!.outcome, 'insufficient_credits'),
    ...expectEqual('charged', [row!.charged_credits, row!.shortfall_credits], ['4.00', '2.00']),
    ...expectEqual('debt', (await balanceOf(desk, organization)).debt, '0.00'),
    ...(await broken(desk, organization)),
  ]
}

const burnDownOrder: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const later = await grant(desk, organization, { amount: '1' })
  const first = await grant(desk, organization, { amount: '1', priority: 1 })
  const reservation = await hold(desk.api, organization, '2')
  await settle(desk.api, { organization, reservation, amount: '1.5' })
  const drawn = (await ledgerOf(desk, organization)).slice(-2).map((entry) => entry.grant_id)
  return expectEqual('drawn from', drawn, [first.grant_id, later.grant_id])
}

const priceOfTheMoment: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '100' })
  const reservation = await hold(desk.api, organization, '1')
  await desk.admin`
    insert into public.llm_model_prices
      (model_id, input_usd_per_million_tokens, cached_input_usd_per_million_tokens, output_usd_per_million_tokens)
    values ('openai/gpt-5', 9, 9, 9)`
  const usage = { model: 'openai/gpt-5', input_tokens: 1001, output_tokens: 0 }
  const later = await hold(desk.api, organization, '10')
  // In one batch, so that each has to find the price of its own moment.
  const rows = await settle(
    desk.api,
    { organization, reservation, usage },
    { organization, reservation: later, usage },
  )
  await desk.admin`delete from public.llm_model_prices where output_usd_per_million_tokens = 9`
  return expectEqual(
    'charged',
    rows.map((row) => row.charged_credits),
    ['1.50', '9.25'],
  )
}

const reportsAreJudged: Scenario = async (desk) => {
  const organization = await createOrganization(desk, { credits: '9' })
  const reservation = await hold(desk.api, organization, '2')
  const usage = { model: 'openai/gpt-5', input_tokens: 100, output_tokens: 100 }
  const told = [
    { usage: { ...usage, output_tokens: -1 } },
    { usage: { ...usage, cached_input_tokens: 101 } },
    { usage, amount: '1' },
    { usage },
    { usage },
    { usage: { ...usage, output_tokens: 99 } },
  ]
  const rows = []
  for (const cost of told) {
    rows.push(...(await settle(desk.api, { organization, reservation, ...cost })))
  }
  return [
    ...expectEqual('outcomes', outcomes(rows), [
      'invalid_amount',
      'invalid_amount',
      'invalid_amount',
      'settled',
      'replayed',
      'idempotency_conflict',
    ]),
    ...(await broken(desk, organization)),
  ]
}

const ledgerIsAppendOnly: Scenario = async (desk) => {
  await createOrganization(desk, { credits: '1' })
  const refusals = await Promise.allSettled([
    desk.admin`update public.credit_transactions set description = 'changed'`,
    desk.api`update public.credit_transactions set description = 'changed'`,
    desk.admin`
      insert into public.credit_transactions
        (organization_id, type, amount_credits, balance_after_credits, event_at)
      values (gen_random_uuid(), 'promo_bonus', -1, -1, now())`,
  ])
  return expectEqual(
    'refusals',
    refusals.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
  )
}

export const SCENARIOS = {
  ...QUOTA_SCENARIOS,
  ...DELETION_SCENARIOS,
  ...RESERVATION_SCENARIOS,
  settlesOnce,
  plainSettlements,
  overdraftIsNotHeld,
  overdraftIsBounded,
  holdsEndOnTime,
  expiryIsFair,
  burnDownOrder,
  priceOfTheMoment,
  reportsAreJudged,
  ledgerIsAppendOnly,
  ...CATALOGUE_SCENARIOS,
  ...SESSION_SCENARIOS,
  ...SUBSCRIPTION_SCENARIOS,
  ...PERIOD_SCENARIOS,
  ...PURCHASE_SCENARIOS,
} as const satisfies Record<string, Scenario>
