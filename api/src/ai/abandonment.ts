import { toJsonNumber } from '../credits/amounts.ts'
import type { AbortPolicy } from '../db/access.ts'
import type { SettleItem, TokenUsage } from '../db/ledger-rows.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../observability.ts'
import type { Hold } from './hold.ts'
import type { OperationServices } from './operation.ts'
import type { Production } from './production.ts'
import { ABANDONED, type StoredAbandonment } from './replay.ts'
import { releaseAfterFailure, settleSurely } from './settlement.ts'

type Charge = Pick<SettleItem, 'usage' | 'amountCredits'>

/**
 * What is charged when the caller leaves before the answer is complete. Nothing before a model was
 * asked, whatever the policy; nothing either where what was produced is charged and there is none.
 */
export function chargeOfAbandoned(
  policy: AbortPolicy,
  produced: TokenUsage | null,
  estimate: string,
): Charge | null {
  switch (policy) {
    case 'charge_nothing':
      return null
    case 'charge_estimate':
      return { usage: null, amountCredits: estimate }
    case 'charge_produced':
      return produced && { usage: produced, amountCredits: null }
    default:
      throw new Error(`unknown abort policy: ${String(policy satisfies never)}`)
  }
}

/** Ends the hold of an operation whose caller has left, by the policy of its capability. */
export async function endAbandoned(
  capability: string,
  hold: Hold & { estimate: string },
  production: Production,
  { ledger, access, log }: Pick<OperationServices, 'ledger' | 'access'> & { log: Logger },
): Promise<AppError> {
  const { organizationId, reservationId, estimate } = hold
  const { model } = production
  const policy = await access.abortPolicy(capability)
  const charge = model && chargeOfAbandoned(policy, production.usage(), estimate)
  log.info({ reservation_id: reservationId, policy, charged: charge !== null }, 'caller has left')
  if (!model || !charge) {
    await releaseAfterFailure(ledger, { organizationId, reservationId, reason: ABANDONED }, log)
    return new AppError('operation_abandoned', { charged_credits: 0 })
  }
  const output: StoredAbandonment = {
    abandoned: policy,
    partial: storable(await production.partial()),
    model: model.modelId,
    provider: model.provider,
    offline: model.offline,
  }
  const row = await settleSurely(ledger, { organizationId, reservationId, ...charge, output })
  return new AppError('operation_abandoned', {
    charged_credits: toJsonNumber(row.charged_credits ?? '0'),
  })
}

/** A text cut in the middle may end with half a character, which PostgreSQL cannot keep. */
function storable(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) =>
      // eslint-disable-next-line no-control-regex -- naming it is the purpose
      typeof part === 'string' ? part.replace(/\u0000|\p{Surrogate}/gu, '\ufffd') : part,
    ),
  )
}
