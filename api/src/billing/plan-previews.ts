import type { OfferedPlan, PlanStanding } from '../db/subscriptions.ts'
import { centsOfUsd, usdOfCents } from './money.ts'
import {
  offeredPlan,
  refuseWhilePaymentIsUnderWay,
  requireStanding,
  type PlanChangesOptions,
} from './plan-changes.ts'
import { trialDays } from './plan-checkout.ts'
import { creditsOf, dayOf, pendingAt, texts } from './plan-change-texts.ts'
import { directionOf, FREE_PLAN } from './plan-direction.ts'
import { forCaller } from './stripe-client.ts'

export interface PlanPreview {
  plan_id: string
  direction: 'upgrade' | 'downgrade' | 'cancel' | 'undo' | 'none'
  effective_at: string
  amount_due_usd: string
  credits_now: string
  credits_later: string
  message: string
}

/** What a change of the plan would mean, before anybody decides. Changes nothing. */
export function createPlanPreviews(options: PlanChangesOptions) {
  return (organizationId: string, planId: string): Promise<PlanPreview> =>
    forCaller(async () => {
      const standing = await requireStanding(options, organizationId)
      const plan = await offeredPlan(options, planId)
      return { plan_id: plan.id, ...(await preview(options, standing, plan)) }
    })
}

async function preview(
  options: PlanChangesOptions,
  standing: PlanStanding,
  plan: OfferedPlan,
): Promise<Omit<PlanPreview, 'plan_id'>> {
  const later = { credits_later: plan.monthly_ai_credits }
  const none = { amount_due_usd: '0', credits_now: '0', ...later }
  const now = new Date()
  switch (directionOf(standing, plan)) {
    case 'none':
      return told('none', now, texts.alreadyOn(plan.name), none)
    case 'waits':
      return told(
        'none',
        pendingAt(standing),
        texts.alreadyWaiting(plan.name, pendingAt(standing)),
        none,
      )
    case 'undo':
      return told('undo', now, `You would stay on ${plan.name}.`, none)
    case 'downgrade':
    case 'cancel': {
      const at = standing.period_end
      const message =
        plan.id === FREE_PLAN
          ? `You keep ${standing.plan_name} until ${dayOf(at)} and are not charged again.`
          : `You keep ${standing.plan_name} until ${dayOf(at)}, then ${plan.name} begins.`
      return told(plan.id === FREE_PLAN ? 'cancel' : 'downgrade', at, message, none)
    }
    case 'subscribe':
      await refuseWhilePaymentIsUnderWay(options, standing)
      return told('upgrade', now, subscribeText(standing, plan), {
        amount_due_usd: trialDays(standing, plan) > 0 ? '0' : plan.price_usd_monthly,
        credits_now: trialDays(standing, plan) > 0 ? plan.trial_credits : plan.monthly_ai_credits,
        ...later,
      })
    case 'upgrade': {
      if (standing.status === 'trialing') {
        const at = standing.period_end
        return told('upgrade', at, texts.beginsAfterTrial(plan.name, at), none)
      }
      const { credits } = await options.queries.previewUpgrade(standing.organization_id, plan.id)
      const due = usdOfCents(await dueNow(options, standing, plan))
      const message = `${plan.name} begins now. You pay $${due} for the rest of the period and get ${creditsOf(credits)} credits.`
      return told('upgrade', now, message, { amount_due_usd: due, credits_now: credits, ...later })
    }
  }
}

const told = (
  direction: PlanPreview['direction'],
  at: Date,
  message: string,
  numbers: Pick<PlanPreview, 'amount_due_usd' | 'credits_now' | 'credits_later'>,
) => ({ direction, effective_at: at.toISOString(), message, ...numbers })

function subscribeText(standing: PlanStanding, plan: OfferedPlan): string {
  const days = trialDays(standing, plan)
  return days > 0
    ? `${plan.name} begins with a trial of ${days} days; then it costs $${plan.price_usd_monthly} a month.`
    : `${plan.name} begins with the payment of $${plan.price_usd_monthly} and renews every month.`
}

/**
 * Stripe says the amount. While a smaller plan waits, its price is what Stripe would count back, which is
 * not what was paid: then the difference of the list prices for the rest of the period is shown.
 */
async function dueNow(
  { stripe, changes, prices, queries }: PlanChangesOptions,
  standing: PlanStanding,
  plan: OfferedPlan,
): Promise<number> {
  if (standing.pending_plan_id !== null) {
    const running = await queries.plan(standing.plan_id)
    const { share } = await queries.previewUpgrade(standing.organization_id, plan.id)
    const cents = centsOfUsd(plan.price_usd_monthly) - centsOfUsd(running?.price_usd_monthly ?? '0')
    return Math.round(cents * Number(share))
  }
  const subscription = await stripe.subscriptions.retrieve(standing.stripe_subscription_id ?? '')
  return changes.previewUpgrade(subscription, await prices.ensure(plan))
}
