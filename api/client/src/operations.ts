import { camelCased } from './camel-cased.ts'
import type { AskGraphql } from './graphql.ts'
import type {
  Access,
  AccessQuestion,
  Cost,
  Release,
  Reservation,
  ReserveOptions,
  Settlement,
  TokenUsage,
} from './types.ts'

const CHECK = `query ($capability: String!, $quality_level: String, $amount_credits: numeric) {
  check_ai_access(capability: $capability, quality_level: $quality_level, amount_credits: $amount_credits) {
    allowed reason message capability quality_level model estimated_credits required_credits
    available_credits allowed_quality_levels unlocked_by_plan retry_after_seconds
  }
}`
const RESERVATION = `reservation_id status quality_level model amount_credits available_credits expires_at replayed`
const RESERVE = `mutation ($input: ReserveCreditsInput!) { reserve_credits(input: $input) { ${RESERVATION} } }`
const EXTEND = `mutation ($input: ExtendReservationInput!) { extend_reservation(input: $input) { ${RESERVATION} } }`
const SETTLE = `mutation ($input: SettleCreditsInput!) {
  settle_credits(input: $input) {
    reservation_id status charged_credits released_credits shortfall_credits available_credits
    transaction_ids replayed
  }
}`
const RELEASE = `mutation ($input: ReleaseCreditsInput!) {
  release_credits(input: $input) { reservation_id status released_credits available_credits replayed }
}`

export type CreditOperations = ReturnType<typeof createCreditOperations>

/** The steps of using credits, each one call. */
export function createCreditOperations(ask: AskGraphql) {
  return {
    /** Changes nothing; a denial is an answer, not an error. */
    async checkAccess(question: AccessQuestion): Promise<Access> {
      const { value } = await ask(CHECK, {
        capability: question.capability,
        quality_level: question.qualityLevel ?? null,
        amount_credits: question.amountCredits ?? null,
      })
      return camelCased(value)
    },

    /**
     * Holds credits. A denial is a PurserError with the code of the rule that refused. `retried`: the
     * call was repeated, so a reservation that is `replayed` may well be its own.
     */
    async reserve(options: ReserveOptions): Promise<Reservation & { retried: boolean }> {
      const input = {
        capability: options.capability,
        quality_level: options.qualityLevel ?? null,
        amount_credits: options.amountCredits ?? null,
        idempotency_key: options.idempotencyKey,
        expires_in_seconds: options.expiresInSeconds ?? null,
        user_id: options.userId ?? null,
        context: options.context ?? null,
      }
      const { value, retried } = await ask(RESERVE, { input })
      return { ...reservationOf(value), retried }
    },

    /** Keeps a hold for so many seconds from now; never shortens it. */
    async extend(reservationId: string, expiresInSeconds: number): Promise<Reservation> {
      const input = { reservation_id: reservationId, expires_in_seconds: expiresInSeconds }
      return reservationOf((await ask(EXTEND, { input })).value)
    },

    /** Charges what the work cost, and gives back the rest of the hold. */
    async settle(reservationId: string, cost: Cost): Promise<Settlement> {
      const input = {
        reservation_id: reservationId,
        ...(cost.usage ? { usage: usageOf(cost.usage) } : { amount_credits: cost.amountCredits }),
      }
      return camelCased((await ask(SETTLE, { input })).value)
    },

    /** Ends a hold without a charge. */
    async release(reservationId: string, reason: string): Promise<Release> {
      const input = { reservation_id: reservationId, reason }
      return camelCased((await ask(RELEASE, { input })).value)
    },
  }
}

function usageOf(usage: TokenUsage): object {
  return {
    model: usage.model,
    input_tokens: usage.inputTokens,
    output_tokens: usage.outputTokens,
    cached_input_tokens: usage.cachedInputTokens ?? null,
    reasoning_tokens: usage.reasoningTokens ?? null,
    request_id: usage.requestId ?? null,
  }
}

function reservationOf(answer: Record<string, unknown>): Reservation {
  const reservation = camelCased<Reservation>(answer)
  return { ...reservation, expiresAt: new Date(reservation.expiresAt) }
}
