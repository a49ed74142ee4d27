import { createMember, createOrganization, grant, newKey } from './desk.ts'
import type { Desk } from './desk.ts'
import { hold, reserve, settle } from './operations.ts'
import { allowBuying, begin } from './sessions.ts'
import { consume, setCap, setOverride } from './quotas.ts'

export interface PreparedOrganization {
  id: string
  owner: string
  member: string
}

/** Two organizations with rows in every table, and a person who is a member of both. */
export async function prepareTwoOrganizations(desk: Desk): Promise<{
  own: PreparedOrganization
  foreign: PreparedOrganization
}> {
  const own = await prepareOrganization(desk)
  const foreign = await prepareOrganization(desk)
  await desk.admin`
    insert into auth.members (organization_id, user_id, role)
    values (${foreign.id}, ${own.member}, 'member')`
  const [run] = await desk.api<{ run_id: string }[]>`
    select * from private.start_job_run('expire_reservations', ${newKey()}, now())`
  if (!run) throw new Error('no run of a job')
  return { own, foreign }
}

async function prepareOrganization(desk: Desk): Promise<PreparedOrganization> {
  const id = await createOrganization(desk, { plan: 'team' })
  const owner = await createMember(desk, id)
  const member = await createMember(desk, id)
  await desk.admin`
    update auth.members set role = 'owner' where organization_id = ${id} and user_id = ${owner}`
  await grant(desk, id, { amount: '10' })
  await operate(desk, id, owner)
  await refund(desk, await operate(desk, id, member))
  await hold(desk.api, id, '1')
  await desk.admin`
    insert into public.organization_quality_defaults
      (organization_id, capability_id, quality_level_id, updated_by_user_id)
    values (${id}, 'testimonial_polish', 'enhanced', ${owner})`
  await desk.admin`
    insert into public.service_api_keys (organization_id, name, prefix, created_by)
    values (${id}, 'backend', 'purser_sk_abc', ${owner})`
  await desk.admin`
    insert into public.form_tokens (organization_id, form_id, created_by, created_at, expires_at)
    values (${id}, 'contact', ${owner}, now(), now() + interval '1 day')`
  await buy(desk, id)
  await useMeters(desk, id, member)
  for (const user of [owner, member]) await begin(desk.api, { organization: id, user })
  await allowBuying(desk.admin, id)
  return { id, owner, member }
}

/** A settled operation with an answer, asked for by the user; returns the id of its reservation. */
async function operate(desk: Desk, organization: string, user: string): Promise<string> {
  const [reserved] = await reserve(desk.api, { organization, user, amount: '1' })
  const reservation = reserved!.reservation_id
  const output = { text: 'an answer' }
  const [settled] = await settle(desk.api, { organization, reservation, amount: '0.50', output })
  if (settled?.outcome !== 'settled') throw new Error(`not settled: ${settled?.outcome}`)
  return reservation
}

/** Rows in every table of billing. */
async function buy(desk: Desk, organization: string): Promise<void> {
  const [purchase] = await desk.admin<{ id: string }[]>`
    insert into public.credit_purchases
      (organization_id, kind, package_id, credits, price_usd, idempotency_key, request_fingerprint, created_at)
    values (${organization}, 'checkout', 'topup_1000', 1000, 5, ${newKey()}, '\\x00', now())
    returning id`
  await desk.admin`
    insert into public.billing_settings (organization_id, updated_at) values (${organization}, now())`
  for (const table of ['billing_refunds', 'billing_disputes']) {
    await desk.admin`
      insert into public.${desk.admin(table)}
        (organization_id, id, purchase_id, amount_usd, status, counts, created_at, updated_at)
      values (${organization}, ${newKey()}, ${purchase!.id}, 5, 'pending', true, now(), now())`
  }
  await desk.admin`
    insert into public.billing_invoices
      (organization_id, id, status, amount_due_usd, amount_paid_usd, currency, created_at, updated_at)
    values (${organization}, ${newKey()}, 'paid', 29, 29, 'usd', now(), now())`
  await desk.admin`
    insert into public.billing_invoice_lines
      (organization_id, id, invoice_id, stripe_subscription_id, plan_id, kind, period_start,
       period_end, amount_usd, status, created_at, applied_at)
    values (${organization}, ${newKey()}, 'in_1', 'sub_1', 'pro', 'period', now(),
      now() + interval '1 month', 29, 'applied', now(), now())`
  await desk.admin`
    insert into public.plan_changes
      (organization_id, plan_id, from_plan_id, status, adjusted_credits, result, idempotency_key,
       request_fingerprint, created_at)
    values (${organization}, 'pro', 'free', 'checkout_required', 0, '{}', ${newKey()}, '\\x00', now())`
  await desk.admin`
    insert into public.stripe_events (id, type, created_at, received_at, organization_id, status, payload)
    values (${newKey()}, 'refund.created', now(), now(), ${organization}, 'ignored', '{}')`
}

async function refund(desk: Desk, reservation: string): Promise<void> {
  const [row] = await desk.api<{ outcome: string }[]>`
    select refunded.outcome
    from public.credit_transactions as charge
    cross join lateral private.refund_transaction(
      charge.id, 0.25, '{"by": "test"}', 'a gesture', ${newKey()}
    ) as refunded
    where charge.reservation_id = ${reservation} and charge.type = 'ai_consumption'`
  if (row?.outcome !== 'refunded') throw new Error(`not refunded: ${row?.outcome}`)
}

/** Uses, holds, a cap and an override, so that every table of meters has rows of both people. */
async function useMeters(desk: Desk, organization: string, member: string): Promise<void> {
  await setOverride(desk, organization, { limit: '100' })
  await setOverride(desk, organization, { limit: '50', user: member })
  await setCap(desk, organization, member, { limit: '40' })
  const rows = await consume(desk.api, { organization }, { organization, user: member })
  const refused = rows.find(({ outcome }) => outcome !== 'recorded')
  if (refused) throw new Error(`not consumed: ${refused.outcome}`)
  await desk.admin`
insert into public.credit_usage_daily
    values
      (${organization}, 'none', '2026-01-01', '', 2, 2),
      (${organization}, 'member', '2026-01-01', ${member}::text, 1, 1),
      (${organization}, 'member', '2026-01-01', gen_random_uuid()::text, 1, 1)`
  await desk.admin`
    insert into public.quota_holds
      (organization_id, reservation_id, meter_id, user_id, held_amount, day, day_start, period_start, created_at)
    values (${organization}, gen_random_uuid(), 'letters', ${member}, 1, now(), now(), now(), now())`
}
