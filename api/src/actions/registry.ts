import type { Action } from './action.ts'
import { setQuotaOverride } from './set_quota_override.ts'
import { removeQuotaOverride } from './remove_quota_override.ts'
import { recordUsage } from './record_usage.ts'
import { explainQuota } from './explain_quota.ts'
import { consumeQuota } from './consume_quota.ts'
import { checkQuota } from './check_quota.ts'
import { assembleTestimonial } from './assemble_testimonial.ts'
import { changePlan } from './change_plan.ts'
import { checkAiAccess } from './check_ai_access.ts'
import { createFormToken } from './create_form_token.ts'
import { createRealtimeToken } from './create_realtime_token.ts'
import { createServiceApiKey } from './create_service_api_key.ts'
import { endSession } from './end_session.ts'
import { explainAiAccess } from './explain_ai_access.ts'
import { extendReservation } from './extend_reservation.ts'
import type { OperationAction } from './operation.ts'
import { polishTestimonial } from './polish_testimonial.ts'
import { grantCredits } from './grant_credits.ts'
import { refundTransaction } from './refund_transaction.ts'
import { openBillingPortal } from './open_billing_portal.ts'
import { previewPlanChange } from './preview_plan_change.ts'
import { purchaseCredits } from './purchase_credits.ts'
import { replayStripeEvent } from './replay_stripe_event.ts'
import { releaseCredits } from './release_credits.ts'
import { reserveCredits } from './reserve_credits.ts'
import { revokeFormToken } from './revoke_form_token.ts'
import { revokeServiceApiKey } from './revoke_service_api_key.ts'
import { sessionAllowanceAction } from './session_allowance.ts'
import { sessionHeartbeat } from './session_heartbeat.ts'
import { sessionStatus } from './session_status.ts'
import { setAutoTopup } from './set_auto_topup.ts'
import { setPayAsYouGo } from './set_pay_as_you_go.ts'
import { settleCredits } from './settle_credits.ts'
import { startSession } from './start_session.ts'
import { suggestQuestions } from './suggest_questions.ts'
import { undoPlanChange } from './undo_plan_change.ts'

/** Operations of the AI, which can be watched as well as waited for. */
export const operationActions: ReadonlyMap<string, OperationAction> = new Map(
  [suggestQuestions, assembleTestimonial, polishTestimonial].map((action) => [action.name, action]),
)

/** Every action of hasura/metadata/actions.yaml that this service handles. */
export const actions: ReadonlyMap<string, Action> = new Map(
  [
    checkAiAccess,
    explainAiAccess,
    reserveCredits,
    settleCredits,
    releaseCredits,
    extendReservation,
    grantCredits,
    refundTransaction,
    consumeQuota,
    recordUsage,
    checkQuota,
    explainQuota,
    setQuotaOverride,
    removeQuotaOverride,
    ...operationActions.values(),
    createServiceApiKey,
    revokeServiceApiKey,
    createFormToken,
    revokeFormToken,
    startSession,
    sessionHeartbeat,
    endSession,
    sessionStatus,
    sessionAllowanceAction,
    createRealtimeToken,
    purchaseCredits,
    openBillingPortal,
    previewPlanChange,
    changePlan,
    undoPlanChange,
    replayStripeEvent,
    setAutoTopup,
    setPayAsYouGo,
  ].map((action) => [action.name, action as unknown as Action]),
)
