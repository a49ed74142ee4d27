import type Stripe from 'stripe'
import { expireSession } from '../checkout/complete.ts'
import { openDispute } from '../payments/disputes.ts'
import { failRefund } from '../payments/refunds.ts'
import type { Account } from '../state/account.ts'
import { idOf, type Later } from '../state/objects.ts'
import { endSubscription } from './cancel.ts'
import {
  announceTrialEnd,
  collectDraft,
  endPeriod,
  expireIncomplete,
  expirePendingUpdate,
} from './cycle.ts'
import { payInvoice } from './invoices.ts'
import { periodOf } from './subscription-object.ts'

/** One thing that happens by itself at its time. */
interface Due {
  at: number
  run(): void
}

const TRIAL_NOTICE_SECONDS = 3 * 86_400
const INCOMPLETE_SECONDS = 23 * 60 * 60
/** More than a century of monthly renewals of a hundred subscriptions. */
const STEPS_LIMIT = 500_000

/** Whose time moves: customers of one test clock, or (null) all who have none. */
export type ClockId = string | null

/** Lets everything happen that is due up to a moment, each thing at its own time, in order. */
export function runDue(account: Account, clockId: ClockId, until: number): void {
  for (let steps = 0; steps < STEPS_LIMIT; steps += 1) {
    const next = earliest(account, clockId)
    if (!next || next.at > until) return
    atTime(account, clockId, next.at, next.run)
  }
  throw new Error('The clock was moved too far at once')
}

function atTime(account: Account, clockId: ClockId, at: number, run: () => void): void {
  if (clockId === null) {
    account.time.at(at, run)
    return
  }
  const clock = account.get('test_helpers.test_clock', clockId)
  if (clock.frozen_time < at)
    account.update('test_helpers.test_clock', clockId, { frozen_time: at })
  run()
}

function earliest(account: Account, clockId: ClockId): Due | null {
  let found: Due | null = null
  const consider = (at: number | null | undefined, run: () => void) => {
    if (at != null && (found === null || at < found.at)) found = { at, run }
  }
  const isOfClock = (customer: string | { id: string } | null) =>
    idOf(account.find('customer', idOf(customer))?.test_clock) === clockId
  for (const subscription of account.list('subscription')) {
    if (isOfClock(subscription.customer)) considerSubscription(account, subscription, consider)
  }
  for (const [id, at] of Object.entries(account.hidden.drafts)) {
    if (isOfInvoice(account, id, isOfClock)) consider(at, () => collectDraft(account, id))
  }
  for (const [id, at] of Object.entries(account.hidden.retries)) {
    if (isOfInvoice(account, id, isOfClock)) consider(at, () => payInvoice(account, id))
  }
  for (const [id, at] of Object.entries(account.hidden.openSessions)) {
    const session = account.find('checkout.session', id)
    if (session && isOfClock(session.customer)) consider(at, () => expireSession(account, id))
  }
  for (const later of account.hidden.later) {
    if (isOfClock(chargeOf(account, later)?.customer ?? null))
      consider(later.at, () => runLater(account, later))
  }
  return found
}

type Consider = (at: number | null | undefined, run: () => void) => void

function considerSubscription(
  account: Account,
  subscription: Stripe.Subscription,
  consider: Consider,
): void {
  const { id, status } = subscription
  if (status === 'canceled' || status === 'incomplete_expired') return
  if (status === 'incomplete') {
    consider(subscription.created + INCOMPLETE_SECONDS, () => expireIncomplete(account, id))
    return
  }
  if (status === 'trialing' && account.hidden.trialsAnnounced[id] !== subscription.trial_end) {
    const notice = (subscription.trial_end ?? 0) - TRIAL_NOTICE_SECONDS
    consider(Math.max(notice, subscription.created), () => announceTrialEnd(account, subscription))
  }
  consider(subscription.pending_update?.expires_at, () => expirePendingUpdate(account, id))
  if (!subscription.cancel_at_period_end) {
    consider(subscription.cancel_at, () => endSubscription(account, id, 'cancellation_requested'))
  }
  consider(subscription.pause_collection?.resumes_at, () => resumeCollection(account, id))
  if (status !== 'paused') consider(periodOf(subscription).end, () => endPeriod(account, id))
}

function resumeCollection(account: Account, subscriptionId: string): void {
  account.update(
    'subscription',
    subscriptionId,
    { pause_collection: null },
    'customer.subscription.updated',
  )
}

function isOfInvoice(
  account: Account,
  invoiceId: string,
  isOfClock: (customer: string | { id: string } | null) => boolean,
): boolean {
  const invoice = account.find('invoice', invoiceId)
  return invoice !== undefined && isOfClock(invoice.customer)
}

function chargeOf(account: Account, later: Later): Stripe.Charge | undefined {
  if (later.kind === 'open_dispute') return account.find('charge', later.id)
  return account.find('charge', idOf(account.find('refund', later.id)?.charge))
}

function runLater(account: Account, later: Later): void {
  account.hidden.later = account.hidden.later.filter((each) => each !== later)
  if (later.kind === 'fail_refund') {
    if (account.find('refund', later.id)?.status === 'succeeded') failRefund(account, later.id)
  } else if (account.find('charge', later.id)?.disputed === false) {
    openDispute(account, later.id)
  }
}
