/** What is wrong with the payment of the organization; null when AI runs and nobody has to do anything. */
export type PaymentProblem = 'past_due' | 'unpaid' | 'paused'

export function paymentProblem(status: string | undefined): PaymentProblem | null {
  return status === 'past_due' || status === 'unpaid' || status === 'paused' ? status : null
}

/**
 * When an organization that has not paid is suspended; null when it is already, or has paid. A time of grace alone says
 * nothing: each paid period has one, for the case that its renewal is not paid.
 */
export function suspensionAt(
  state: { status: string; grace_ends_at?: string | null } | null,
): string | null {
  return (state?.status === 'past_due' && state.grace_ends_at) || null
}
