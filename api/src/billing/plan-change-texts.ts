import type { PlanStanding } from '../db/subscriptions.ts'

/** Sentences for people. Dates are days of UTC, as the payment provider counts them. */
export function dayOf(date: Date): string {
  return date.toLocaleDateString('en-US', { dateStyle: 'long', timeZone: 'UTC' })
}

export function creditsOf(credits: string): string {
  return Number(credits).toLocaleString('en-US', { maximumFractionDigits: 2 })
}

export const texts = {
  alreadyOn: (plan: string) => `You are on ${plan} already. Nothing was changed.`,
  alreadyWaiting: (plan: string, at: Date) =>
    `The change to ${plan} is scheduled for ${dayOf(at)} already.`,
  nothingWaits: () => 'No change is scheduled.',
  undone: (plan: string) => `You stay on ${plan}. The scheduled change was taken back.`,
  scheduled: (from: string, to: string, at: Date) =>
    `You keep ${from} until ${dayOf(at)}. ${to} begins then. You can take this back until that day.`,
  canceled: (from: string, at: Date) =>
    `You keep ${from} until ${dayOf(at)} and are not charged again. You can take this back until that day.`,
  changed: (to: string, credits: string) =>
    `You are on ${to} now. ${creditsOf(credits)} credits were added.`,
  beginsAfterTrial: (to: string, at: Date) => `${to} begins when the trial ends, on ${dayOf(at)}.`,
  checkout: (to: string) => `Pay for ${to} on the next page. Nothing changes before that.`,
  paymentUnderWay: (plan: string) =>
    `The payment for ${plan} is on its way from the bank, which takes a few days. ${plan} begins by itself when the money arrives. You were not charged again.`,
  ended: (plan: string, at: Date) =>
    `The subscription has ended. You keep ${plan} until ${dayOf(at)}.`,
}

/** When what waits takes effect: never before what was paid is over. */
export function pendingAt({ pending_change_at: at, period_end: end }: PlanStanding): Date {
  return at ?? end
}
