/** What is wrong with the payment of the organization; null when AI runs and nobody has to do anything. */
export type PaymentProblem = 'past_due' | 'unpaid' | 'paused'

export function paymentProblem(status: string | undefined): PaymentProblem | null {
  return status === 'past_due' || status === 'unpaid' || status === 'paused' ? status : null
}
