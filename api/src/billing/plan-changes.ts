import type Stripe from 'stripe'
import type { PlanChangeAnswer, PlanChangeQueries, PlanChangeRequest } from '../db/plan-changes.ts'
import type { OfferedPlan, PlanStanding, SubscriptionQueries } from '../db/subscriptions.ts'
import { AppError } from '../errors.ts'
import type { PlanCheckout } from './plan-checkout.ts'
import { pendingAt, texts } from './plan-change-texts.ts'
import { directionOf, FREE_PLAN, hasEnded } from './plan-direction.ts'
import type { Prices } from './prices.ts'
import { requireGoodStanding, type SubscriptionChanges } from './subscription-changes.ts'
import type { Subscriptions } from './subscriptions.ts'
import { describeLostCharge, forCaller } from './stripe-client.ts'

export interface PlanChangesOptions {
  stripe: Stripe
  queries: SubscriptionQueries
  answers: PlanChangeQueries
  subscriptions: Subscriptions
  changes: SubscriptionChanges
  checkout: PlanCheckout
  prices: Prices
}

export type ChangeRequest = PlanChangeRequest & { returnPath: string | null }

type Answer = Omit<PlanChangeAnswer, 'plan_id' | 'pending_plan_id' | 'available_credits'>

/**
 * What owners and admins do to their plan. A better plan begins and is paid at once; a smaller one or
 * the end waits for the end of what was paid. Stripe is asked, and what it then says is applied by the
 * same code as its webhooks, so the answer is what a webhook would have made it.
 */
export function createPlanChanges(options: PlanChangesOptions) {
  const { answers } = options

  return {
    async change(request: ChangeRequest): Promise<PlanChangeAnswer> {
      const kept = await answers.kept(request)
      if (kept?.is_conflict) throw new AppError('idempotency_conflict')
      if (kept) return whileOpen(options, request, kept.result)
      return forCaller(async () => {
        const before = await freshStanding(options, request.organizationId)
        const answer = await carryOut(options, before, request)
        const after = await requireStanding(options, request.organizationId)
        return answers.record(request, before.plan_id, {
          ...answer,
          plan_id: after.plan_id,
          pending_plan_id:
            after.pending_change_at === null ? null : (after.pending_plan_id ?? FREE_PLAN),
          available_credits: after.available_credits,
        })
      })
    },
  }
}

/** What was answered, unless it is a page that was paid, left or closed by another request since. */
async function whileOpen(
  options: PlanChangesOptions,
  { organizationId, idempotencyKey, wish }: ChangeRequest,
  answer: PlanChangeAnswer,
): Promise<PlanChangeAnswer> {
  if (answer.checkout_url === null || wish.kind !== 'change') return answer
  const standing = await requireStanding(options, organizationId)
  const isOpen = await forCaller(() =>
    options.checkout.isOpen(standing, wish.planId, idempotencyKey),
  )
  if (!isOpen) throw new AppError('checkout_closed')
  return answer
}

export async function requireStanding(
  { queries }: Pick<PlanChangesOptions, 'queries'>,
  organizationId: string,
): Promise<PlanStanding> {
  const standing = await queries.find(organizationId)
  if (standing) return standing
  throw new AppError('not_found', {}, { message: 'There is no such organization.' })
}

/** The standing after Stripe was asked: a webhook may be on its way, or a page just paid. */
async function freshStanding(options: PlanChangesOptions, organizationId: string) {
  const { subscriptions, checkout } = options
  const standing = await requireStanding(options, organizationId)
  const known =
    standing.stripe_subscription_id !== null && standing.stripe_customer_id !== null
      ? {
          subscriptionId: standing.stripe_subscription_id,
          customerId: standing.stripe_customer_id,
        }
      : await checkout.unknownSubscription(standing)
  if (!known) return standing
  await subscriptions.syncSubscription(known.subscriptionId, known.customerId)
  return requireStanding(options, organizationId)
}

async function carryOut(
  options: PlanChangesOptions,
  standing: PlanStanding,
  request: ChangeRequest,
): Promise<Answer> {
  if (request.wish.kind === 'undo') return undo(options, standing)
  const plan = await offeredPlan(options, request.wish.planId)
  switch (directionOf(standing, plan)) {
    case 'none':
      return unchanged(texts.alreadyOn(plan.name), null)
    case 'waits':
      return {
        ...unchanged(texts.alreadyWaiting(plan.name, pendingAt(standing)), pendingAt(standing)),
        status: 'scheduled',
      }
    case 'undo':
      return undo(options, standing)
    case 'subscribe': {
      await refuseWhilePaymentIsUnderWay(options, standing)
      const checkoutUrl = await options.checkout.open(standing, plan, request)
      return {
        ...unchanged(texts.checkout(plan.name), null),
        status: 'checkout_required',
        checkout_url: checkoutUrl,
      }
    }
    case 'upgrade':
      return upgrade(options, standing, plan)
    case 'downgrade':
    case 'cancel':
      return schedule(options, standing, plan)
  }
}

export async function offeredPlan(
  { queries }: Pick<PlanChangesOptions, 'queries'>,
  planId: string,
): Promise<OfferedPlan> {
  const plan = await queries.plan(planId)
  if (!plan?.is_active) throw new AppError('plan_not_available')
  return plan
}

/** Two first payments would be two subscriptions. One that failed is not waited for. */
export async function refuseWhilePaymentIsUnderWay(
  { checkout, queries }: Pick<PlanChangesOptions, 'checkout' | 'queries'>,
  standing: PlanStanding,
): Promise<void> {
  const planId = await checkout.planUnderWay(standing)
  if (planId === null) return
  const plan = await queries.plan(planId)
  throw new AppError(
    'payment_processing',
    { plan_id: planId },
    { message: texts.paymentUnderWay(plan?.name ?? planId) },
  )
}

const unchanged = (message: string, effectiveAt: Date | null): Answer => ({
  status: 'unchanged',
  effective_at: effectiveAt?.toISOString() ?? null,
  checkout_url: null,
  adjusted_credits: '0',
  message,
})

async function undo(options: PlanChangesOptions, standing: PlanStanding): Promise<Answer> {
  const { queries, changes, prices, stripe } = options
  if (hasEnded(standing)) {
    throw new AppError(
      'no_subscription',
      {},
      { message: texts.ended(standing.plan_name, standing.period_end) },
    )
  }
  if (standing.pending_change_at === null) return unchanged(texts.nothingWaits(), null)
  if (standing.stripe_subscription_id === null) {
    await queries.schedule(standing.organization_id, null)
  } else {
    const running = await queries.plan(standing.plan_id)
    const subscription = await stripe.subscriptions.retrieve(standing.stripe_subscription_id)
    if (!running) throw new Error(`plan ${standing.plan_id} is gone`)
    await changes.keep(subscription, running.id, await prices.ensure(running))
    await copy(options, standing)
  }
  return { ...unchanged(texts.undone(standing.plan_name), null), status: 'undone' }
}

async function schedule(
  options: PlanChangesOptions,
  standing: PlanStanding,
  plan: OfferedPlan,
): Promise<Answer> {
  const { queries, changes, prices, stripe } = options
  if (standing.stripe_subscription_id === null) {
    await queries.schedule(standing.organization_id, plan.id)
  } else {
    const subscription = await stripe.subscriptions.retrieve(standing.stripe_subscription_id)
    if (plan.id === FREE_PLAN) await changes.cancelAtPeriodEnd(subscription)
    else await changes.useFromNextPeriod(subscription, await prices.ensure(plan), standing.plan_id)
    await copy(options, standing)
  }
  const at = pendingAt(await requireStanding(options, standing.organization_id))
  const message =
    plan.id === FREE_PLAN
      ? texts.canceled(standing.plan_name, at)
      : texts.scheduled(standing.plan_name, plan.name, at)
  return { ...unchanged(message, at), status: 'scheduled' }
}

/** A change that waits is taken back first: Stripe counts what is paid back by the price that is set. */
async function upgrade(
  options: PlanChangesOptions,
  standing: PlanStanding,
  plan: OfferedPlan,
): Promise<Answer> {
  const { changes, prices, stripe } = options
  const subscription = await stripe.subscriptions.retrieve(standing.stripe_subscription_id ?? '')
  requireGoodStanding(subscription)
  const price = await prices.ensure(plan)
  if (standing.status === 'trialing') {
    await changes.useFromNextPeriod(subscription, price, standing.plan_id)
    await copy(options, standing)
    const message = texts.beginsAfterTrial(plan.name, standing.period_end)
    return { ...unchanged(message, standing.period_end), status: 'scheduled' }
  }
  if (standing.pending_change_at !== null) await undo(options, standing)
  const invoiceId = await pay(options, standing, price)
  const granted = await paidNow(options, standing, invoiceId)
  return {
    status: 'changed',
    effective_at: new Date().toISOString(),
    checkout_url: null,
    adjusted_credits: granted,
    message: texts.changed(plan.name, granted),
  }
}

/** Charges the upgrade; its invoice. When Stripe says no, what waited before waits again. */
async function pay(
  options: PlanChangesOptions,
  standing: PlanStanding,
  price: string,
): Promise<string> {
  const { changes, stripe } = options
  const subscription = await stripe.subscriptions.retrieve(standing.stripe_subscription_id ?? '')
  try {
    const invoiceId = await changes.upgrade(subscription, price)
    if (invoiceId === null) throw new Error(`the upgrade of ${subscription.id} made no invoice`)
    return invoiceId
  } catch (error) {
    const failure = describeLostCharge(error)
    // Not known whether it was paid: then the better plan must not end with the period.
    if (failure === error && standing.pending_change_at !== null) {
      await scheduleAgain(options, standing)
    }
    throw failure
  }
}

/** What the paid invoice of an upgrade gave. From here on nobody may read that he was not charged. */
async function paidNow(
  { queries, subscriptions }: PlanChangesOptions,
  { organization_id: organizationId }: PlanStanding,
  invoiceId: string,
): Promise<string> {
  try {
    await subscriptions.syncInvoice(invoiceId)
  } catch (error) {
    throw describeLostCharge(error)
  }
  return queries.grantedBy(organizationId, invoiceId)
}

async function scheduleAgain(options: PlanChangesOptions, standing: PlanStanding): Promise<void> {
  const plan = await options.queries.plan(standing.pending_plan_id ?? FREE_PLAN)
  if (plan) await schedule(options, standing, plan)
}

async function copy({ subscriptions }: PlanChangesOptions, standing: PlanStanding): Promise<void> {
  await subscriptions.syncSubscription(
    standing.stripe_subscription_id ?? '',
    standing.stripe_customer_id ?? '',
  )
}
