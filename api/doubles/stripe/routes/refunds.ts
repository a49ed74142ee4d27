import type { Includables } from '../http/expand.ts'
import { isCreatedWithin, page, wholeList } from '../http/list.ts'
import { plainRoute, route, type Route } from '../http/route.ts'
import { answerDispute, closeDispute } from '../payments/disputes.ts'
import { createRefund } from '../payments/refunds.ts'
import { idOf } from '../state/objects.ts'

/** Refunds and disputes. */
export const refundRoutes: Route[] = [
  route('POST /v1/refunds', 'RefundCreateParams', ({ account, params }) =>
    createRefund(account, {
      ...(params.charge ? { charge: params.charge } : {}),
      ...(params.payment_intent ? { payment_intent: params.payment_intent } : {}),
      ...(params.amount === undefined ? {} : { amount: params.amount }),
      reason: params.reason ?? null,
      metadata: params.metadata || {},
    }),
  ),
  route('GET /v1/refunds', 'RefundListParams', ({ account, params, url }) => {
    const all = account
      .list('refund')
      .filter((refund) => !params.charge || idOf(refund.charge) === params.charge)
      .filter(
        (refund) => !params.payment_intent || idOf(refund.payment_intent) === params.payment_intent,
      )
      .filter((refund) => isCreatedWithin(refund.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/refunds/:id', ({ account, id }) => account.get('refund', id)),
  route('GET /v1/disputes', 'DisputeListParams', ({ account, params, url }) => {
    const all = account
      .list('dispute')
      .filter((dispute) => !params.charge || idOf(dispute.charge) === params.charge)
      .filter(
        (dispute) =>
          !params.payment_intent || idOf(dispute.payment_intent) === params.payment_intent,
      )
      .filter((dispute) => isCreatedWithin(dispute.created, params.created))
    return page(all, params, url)
  }),
  plainRoute('GET /v1/disputes/:id', ({ account, id }) => account.get('dispute', id)),
  route('POST /v1/disputes/:id', 'DisputeUpdateParams', ({ account, id, params }) =>
    answerDispute(account, id, params),
  ),
  // Giving up a dispute loses it.
  plainRoute('POST /v1/disputes/:id/close', ({ account, id }) => closeDispute(account, id, 'lost')),
]

export const refundIncludables: Includables = {
  'charge.refunds': (account, { id }) =>
    wholeList(
      account.list('refund').filter((refund) => idOf(refund.charge) === id),
      `/v1/charges/${id}/refunds`,
    ),
}
