import { balanceOf, createOrganization, grant, newKey } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'
import { hold, settle } from '../support/operations.ts'
import { applyPurchase, buy, openPurchase, purchaseOf } from '../support/purchases.ts'
import { broken, expectEqual } from './expect-equal.ts'
import type { Scenario } from './expect-equal.ts'

const REFUND = { refunds: [{ id: 're_1', usd: '5.00' }] }

const postedOf = async (desk: Desk, organization: string) =>
  (await balanceOf(desk, organization)).posted

const newsIsNotOlder: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const purchase = await buy(desk, organization)
  const { version } = await purchaseOf(desk, purchase)
  await applyPurchase(desk, organization, purchase, REFUND)
  const older = { refunds: [{ id: 're_1', usd: '5.00', counts: false }] }
  const late = await applyPurchase(desk, organization, purchase, older, version)
  return [
    ...expectEqual('late news', late.outcome, 'stale'),
    ...expectEqual('posted', await postedOf(desk, organization), '0.00'),
  ]
}

const sumIsThePrice: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const { id } = await openPurchase(desk.api, organization)
  const less = await applyPurchase(desk, organization, id!, { usd: '4.00' })
  const other = await applyPurchase(desk, organization, id!, { currency: 'jpy' })
  return [
    ...expectEqual('less', less.outcome, 'amount_mismatch'),
    ...expectEqual('currency', other.outcome, 'amount_mismatch'),
  ]
}

const refundsAreCumulative: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const purchase = await buy(desk, organization)
  const bought = await postedOf(desk, organization)
  const part = { refunds: [{ id: 're_1', usd: '1.00' }] }
  await applyPurchase(desk, organization, purchase, part)
  await applyPurchase(desk, organization, purchase, part)
  return [
    ...expectEqual('bought', bought, '1000.00'),
    ...expectEqual('posted', await postedOf(desk, organization), '800.00'),
    ...(await broken(desk, organization)),
  ]
}

const holdsAreKept: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  const purchase = await buy(desk, organization)
  await hold(desk.api, organization, '300')
  await applyPurchase(desk, organization, purchase, REFUND)
  return expectEqual('posted', await postedOf(desk, organization), '300.00')
}

const otherCreditsAreKept: Scenario = async (desk) => {
  const organization = await createOrganization(desk)
  await grant(desk, organization, { amount: '50', source: 'referral', priority: 90 })
  const purchase = await buy(desk, organization)
  const spent = await hold(desk.api, organization, '1')
  await settle(desk.api, { organization, reservation: spent, amount: '1' })
  await applyPurchase(desk, organization, purchase, REFUND)
  return expectEqual('posted', await postedOf(desk, organization), '50.00')
}

const noDebtBesideHolds: Scenario = async (desk) => {
  const policy = (value: string) => desk.admin`
    update public.plans set refund_policy = ${value} where id = 'lab'`
  const organization = await createOrganization(desk)
  const purchase = await buy(desk, organization)
  await hold(desk.api, organization, '300')
  await policy('debt')
  await applyPurchase(desk, organization, purchase, REFUND)
  await policy('unspent_only')
  return [
    ...expectEqual('debt', (await balanceOf(desk, organization)).debt, '0.00'),
    ...(await broken(desk, organization)),
  ]
}

/** An organization with a card that buys below 100 credits, twice a month at most. */
async function withCard(desk: Desk): Promise<string> {
  const organization = await createOrganization(desk)
  await desk.api`select private.set_stripe_customer(${organization}, ${`cus_${newKey()}`})`
  await desk.api`select private.save_payment_method(${organization}, 'pm_1', 'Visa')`
  await desk.api`
    select from private.set_auto_topup(${organization}, true, 100, 'topup_1000', 1, null)`
  return organization
}

async function claim(desk: Desk, organization: string) {
  const [row] = await desk.api<{ outcome: string; purchase_id: string | null }[]>`
    select * from private.claim_auto_topup(${organization})`
  return row!
}

const forgetLast = (desk: Desk, organization: string) => desk.admin`
  update public.billing_settings
  set auto_topup_last_at = null, auto_topup_threshold_credits = 100000
  where organization_id = ${organization}`

const oneAutomaticPurchase: Scenario = async (desk) => {
  const organization = await withCard(desk)
  const first = await claim(desk, organization)
  await forgetLast(desk, organization)
  const second = await claim(desk, organization)
  await desk.admin`
    update public.billing_settings set auto_topup_last_at = now()
    where organization_id = ${organization}`
  await applyPurchase(desk, organization, first.purchase_id!)
  const third = await claim(desk, organization)
  await forgetLast(desk, organization)
  const fourth = await claim(desk, organization)
  const expected = ['claimed', 'in_flight', 'cooldown', 'monthly_limit']
  return expectEqual(
    'outcomes',
    [first, second, third, fourth].map(({ outcome }) => outcome),
    expected,
  )
}

const declineStops: Scenario = async (desk) => {
  const organization = await withCard(desk)
  const { purchase_id: id } = await claim(desk, organization)
  await applyPurchase(desk, organization, id!, { payment: 'failed', reason: 'Declined.' })
  await forgetLast(desk, organization)
  return expectEqual('outcome', (await claim(desk, organization)).outcome, 'off')
}

/** Of an organization that gets up to 120 credits on account. */
async function accountOf(desk: Desk) {
  const organization = await createOrganization(desk)
  await desk.admin`update public.plans set pay_as_you_go_allowed = true where id = 'lab'`
  await desk.admin`
    update public.org_plans set stripe_subscription_id = ${newKey()}
    where organization_id = ${organization}`
  await desk.api`select from private.set_pay_as_you_go(${organization}, true, 120, null)`
  const give = async (required: string) => {
    const [row] = await desk.api<{ outcome: string; purchase_id: string | null }[]>`
      select outcome, purchase_id from private.grant_on_account(${organization}, ${required})`
    return row!
  }
  return { organization, give }
}

const invoiceGoesBack: Scenario = async (desk) => {
  const { organization, give } = await accountOf(desk)
  const { purchase_id: id } = await give('10')
  const record = (invoice: string) => desk.api`
    select private.record_invoice(${organization}, ${desk.api.json({
      id: invoice,
      status: 'paid',
      amount_due_usd: '0.60',
      amount_paid_usd: '0.60',
      currency: 'usd',
      created_at: '2026-03-01T00:00:00Z',
    })})`
  const goBack = (invoice: string) => desk.api`
    select private.withdraw_invoice(
      ${organization}, ${invoice}, subscription_revision, ${desk.api.json({
        refunds: [
          {
            id: `re_${invoice}`,
            amount_usd: '0.60',
            currency: 'usd',
            status: 'succeeded',
            counts: true,
            created_at: '2026-03-01T00:00:00Z',
          },
        ],
      })}
    )
    from public.org_plans where organization_id = ${organization}`
  await record('in_other')
  await record('in_own')
  await applyPurchase(desk, organization, id!, { usd: '0.60', invoice: 'in_own' })
  await goBack('in_other')
  const kept = await postedOf(desk, organization)
  await goBack('in_own')
  return [
    ...expectEqual('another invoice', kept, '100.00'),
    ...expectEqual('its own', await postedOf(desk, organization), '0.00'),
    ...(await broken(desk, organization)),
  ]
}

const onAccount: Scenario = async (desk) => {
  const { organization, give } = await accountOf(desk)
  const first = await give('10')
  await applyPurchase(desk, organization, first.purchase_id!, { usd: '0.60' })
  const beyond = await give('121')
  return [
    ...expectEqual('beyond the limit', beyond.outcome, 'limit_reached'),
    ...expectEqual('posted', await postedOf(desk, organization), '100.00'),
    ...(await broken(desk, organization)),
  ]
}

const eventsHaveLeases: Scenario = async (desk) => {
  const id = newKey()
  const receive = async () => {
    const [row] = await desk.api<{ outcome: string }[]>`
      select outcome from private.receive_stripe_event(
        ${id}, 'invoice.paid', null, now(), null, '{}', 120)`
    return row!.outcome
  }
  const due = async () => {
    const rows = await desk.api<{ id: string }[]>`
      select id from private.claim_stripe_events(1000, 120)`
    return rows.filter((row) => row.id === id).length
  }
  const first = await receive()
  const second = await receive()
  const leased = await due()
  await desk.admin`update public.stripe_events set lease_expires_at = null where id = ${id}`
  const free = await due()
  const [late] = await desk.api<{ status: string | null }[]>`
    select private.finish_stripe_event(${id}, 1, 'applied', null, null, null, 12) as status`
  return [
    ...expectEqual('deliveries', [first, second], ['claimed', 'busy']),
    ...expectEqual('due', [leased, free], [0, 1]),
    ...expectEqual('late', late!.status, null),
  ]
}

export const PURCHASE_SCENARIOS = {
  newsIsNotOlder,
  sumIsThePrice,
  refundsAreCumulative,
  holdsAreKept,
  otherCreditsAreKept,
  noDebtBesideHolds,
  oneAutomaticPurchase,
  declineStops,
  onAccount,
  invoiceGoesBack,
  eventsHaveLeases,
} as const satisfies Record<string, Scenario>
