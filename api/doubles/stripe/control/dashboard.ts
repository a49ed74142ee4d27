import { z } from 'zod'
import { runDue } from '../billing/due.ts'
import { settlePayment } from '../billing/settle.ts'
import { closeDispute, openDispute } from '../payments/disputes.ts'
import { createRefund, failRefund } from '../payments/refunds.ts'
import type { Account } from '../state/account.ts'
import { bodyOf, type App } from './app.ts'

const settleSchema = z.strictObject({ succeeds: z.boolean().default(true) })
const refundSchema = z.strictObject({
  charge: z.string().optional(),
  payment_intent: z.string().optional(),
  amount: z.number().int().positive().optional(),
})
const disputeSchema = z.strictObject({
  charge: z.string(),
  amount: z.number().int().positive().optional(),
  reason: z.string().optional(),
})
const closeSchema = z.strictObject({ outcome: z.enum(['won', 'lost']) })
const clockSchema = z
  .strictObject({
    to: z.number().int().optional(),
    seconds: z.number().int().positive().optional(),
  })
  .refine(
    ({ to, seconds }) => (to === undefined) !== (seconds === undefined),
    'give `to` or `seconds`',
  )
const failSchema = z.strictObject({
  /** All customers unless given. */
  customer: z.string().default('*'),
  times: z.number().int().positive().default(1),
})
const settingsSchema = z.strictObject({
  dunning: z
    .strictObject({
      retry_days: z.array(z.number().int().positive()).max(20),
      then: z.enum(['canceled', 'unpaid', 'past_due']),
    })
    .optional(),
  draft_seconds: z.number().int().min(0).optional(),
  later_seconds: z.number().int().min(0).optional(),
})

/** What happens in banks, in the seller's dashboard and with time. */
export function addDashboardRoutes(app: App, account: Account): void {
  app.post('/_double/payments/:id/settle', async (c) => {
    const { succeeds } = settleSchema.parse(await bodyOf(c.req.raw))
    return c.json(settlePayment(account, c.req.param('id'), succeeds))
  })
  app.post('/_double/refunds', async (c) => {
    const { charge, payment_intent: intent, amount } = refundSchema.parse(await bodyOf(c.req.raw))
    return c.json(
      createRefund(account, {
        ...(charge ? { charge } : {}),
        ...(intent ? { payment_intent: intent } : {}),
        ...(amount === undefined ? {} : { amount }),
      }),
    )
  })
  app.post('/_double/refunds/:id/fail', (c) => c.json(failRefund(account, c.req.param('id'))))
  app.post('/_double/disputes', async (c) => {
    const { charge, amount, reason } = disputeSchema.parse(await bodyOf(c.req.raw))
    const options = { ...(amount === undefined ? {} : { amount }), ...(reason ? { reason } : {}) }
    return c.json(openDispute(account, charge, options))
  })
  app.post('/_double/disputes/:id/close', async (c) => {
    const { outcome } = closeSchema.parse(await bodyOf(c.req.raw))
    return c.json(closeDispute(account, c.req.param('id'), outcome))
  })
  app.get('/_double/clock', (c) => c.json({ now: account.time.now() }))
  app.post('/_double/clock', async (c) => {
    const { to, seconds } = clockSchema.parse(await bodyOf(c.req.raw))
    const target = to ?? account.time.now() + (seconds ?? 0)
    runDue(account, null, target)
    account.time.moveTo(target)
    return c.json({ now: account.time.now() })
  })
  app.post('/_double/fail-next-renewal', async (c) => {
    const { customer, times } = failSchema.parse(await bodyOf(c.req.raw))
    account.hidden.failingRenewals[customer] = times
    return c.body(null, 204)
  })
  app.get('/_double/settings', (c) => c.json(account.settings))
  app.post('/_double/settings', async (c) => {
    const given = Object.entries(settingsSchema.parse(await bodyOf(c.req.raw))).filter(
      ([, value]) => value !== undefined,
    )
    account.settings = { ...account.settings, ...Object.fromEntries(given) }
    return c.json(account.settings)
  })
}
