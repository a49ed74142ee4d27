/**
 * Who may see what, as the product promises it. Written by hand and on purpose not read from the
 * metadata: the tests beside this file compare the two through the running engine.
 *
 * own: rows of the caller's organization · asked: those of them that the caller asked for ·
 * mine: those of them that are about the caller · about: those that are about no other member ·
 * all: every row · offered: what belongs to plans on offer. A role that is not named sees nothing.
 */
export const ROLES = [
  'owner',
  'org_admin',
  'member',
  'service',
  'platform_admin',
  'anonymous',
] as const
export type Role = (typeof ROLES)[number]
export type Rows = 'own' | 'asked' | 'mine' | 'about' | 'all' | 'offered'

export interface TableAccess {
  /** Its name in GraphQL. */
  field: string
  rows: Partial<Record<Role, Rows>>
  /** What names a row in answers. */
  key: string
  /** Columns that everybody sees who sees rows. */
  columns: string
  /** Columns that only these roles see: roles → columns. */
  only?: Record<string, string>
  /** Columns that nobody sees. */
  hidden?: string
  /** Computed fields, seen by everybody who sees rows. */
  computed?: string
  /** Computed fields that only these roles see: roles → fields. */
  onlyComputed?: Record<string, string>
  /** Only the shape of what functions answer: it has no rows of its own. */
  isShape?: boolean
  /** SQL: whether a row belongs to the organization $1; by organization_id unless told. */
  ofOrganization?: string
}

const EVERYBODY = { owner: 'own', org_admin: 'own', member: 'own', service: 'own' } as const
const OWN = { ...EVERYBODY, platform_admin: 'all' } as const
const MANAGERS = { owner: 'own', org_admin: 'own', platform_admin: 'all' } as const
const SIGNED_IN = {
  owner: 'all',
  org_admin: 'all',
  member: 'all',
  service: 'all',
  platform_admin: 'all',
} as const
const CATALOGUE = { ...SIGNED_IN, anonymous: 'all' } as const
const OFFER = { ...SIGNED_IN, anonymous: 'offered' } as const
const OPERATORS = { platform_admin: 'all' } as const
const ACCURACY =
  'capability_id quality_level_id settlements mean_estimated_credits mean_actual_credits mean_variance_credits median_variance_credits'

export const TABLES: Record<string, TableAccess> = {
  'auth.organizations': {
    field: 'organizations',
    rows: OWN,
    key: 'id',
    columns: 'id name slug logo created_at',
    only: { platform_admin: 'metadata' },
    ofOrganization: 'id = $1',
  },
  'auth.members': {
    field: 'organization_members',
    rows: OWN,
    key: 'id',
    columns: 'id organization_id user_id role created_at',
    hidden: 'actor',
  },
  'auth.users': {
    field: 'users',
    rows: OWN,
    key: 'id',
    columns: 'id name email image created_at',
    only: { platform_admin: 'email_verified updated_at platform_admin' },
    ofOrganization: 'id in (select user_id from auth.members where organization_id = $1)',
  },

  'public.plans': {
    field: 'plans',
    rows: OFFER,
    key: 'id',
    columns:
      'id name description rank price_usd_monthly monthly_ai_credits overdraft_credits rollover_credits topup_allowed session_minute_price_credits session_maximum_minutes refund_policy dispute_policy pay_as_you_go_allowed pay_as_you_go_credit_price_usd upgrade_grant trial_days trial_credits grace_days features is_active',
  },
  'public.quality_levels': {
    field: 'quality_levels',
    rows: CATALOGUE,
    key: 'id',
    columns: 'id name description rank credit_multiplier',
  },
  'public.ai_capabilities': {
    field: 'ai_capabilities',
    rows: CATALOGUE,
    key: 'id',
    columns: 'id name description category is_active abort_policy is_public',
  },
  'public.ai_capability_quality_levels': {
    field: 'ai_capability_quality_levels',
    rows: CATALOGUE,
    key: 'capability_id quality_level_id',
    columns: 'capability_id quality_level_id estimated_credits effective_from effective_to',
  },
  'public.plan_ai_capabilities': {
    field: 'plan_ai_capabilities',
    rows: OFFER,
    key: 'plan_id capability_id',
    columns:
      'plan_id capability_id is_enabled requests_per_minute requests_per_hour requests_per_day',
  },
  'public.plan_ai_capability_quality_levels': {
    field: 'plan_ai_capability_quality_levels',
    rows: OFFER,
    key: 'plan_id capability_id quality_level_id',
    columns: 'plan_id capability_id quality_level_id',
  },
  'public.plan_quality_level_models': {
    field: 'plan_quality_level_models',
    rows: SIGNED_IN,
    key: 'plan_id capability_id quality_level_id model_id',
    columns:
      'plan_id capability_id quality_level_id preference model_id effective_from effective_to',
  },
  'public.llm_models': {
    field: 'llm_models',
    rows: SIGNED_IN,
    key: 'id',
    columns: 'id provider provider_model_id name context_window_tokens is_active',
  },
  // What providers charge.
  'public.llm_model_prices': {
    field: 'llm_model_prices',
    rows: OPERATORS,
    key: 'id',
    columns:
      'id model_id input_usd_per_million_tokens cached_input_usd_per_million_tokens output_usd_per_million_tokens effective_from effective_to',
  },

  'public.org_plans': {
    field: 'org_plans',
    rows: OWN,
    key: 'organization_id',
    columns:
      'organization_id plan_id monthly_ai_credits overdraft_credits status period_start period_end anchor_day time_zone pending_plan_id pending_change_at is_billed period_granted_credits grace_ends_at trial_ends_at trial_used_at created_at updated_at',
    only: {
      platform_admin:
        'stripe_customer_id stripe_subscription_id subscription_revision period_line_id',
    },
  },
  'public.organization_allowed_quality_levels': {
    field: 'organization_allowed_quality_levels',
    rows: OWN,
    key: 'organization_id capability_id quality_level_id',
    columns: 'organization_id capability_id quality_level_id plan_id',
  },
  'public.organization_quality_defaults': {
    field: 'organization_quality_defaults',
    rows: OWN,
    key: 'organization_id capability_id',
    columns: 'organization_id capability_id quality_level_id updated_by_user_id updated_at',
  },
  'public.service_api_keys': {
    field: 'service_api_keys',
    rows: MANAGERS,
    key: 'id',
    columns: 'id organization_id name prefix created_by created_at last_used_at revoked_at',
  },
  'public.form_tokens': {
    field: 'form_tokens',
    rows: MANAGERS,
    key: 'organization_id form_id',
    columns:
      'organization_id form_id generations_per_customer generations_per_day created_by created_at expires_at revoked_at',
    hidden: 'token_id',
  },

  'public.organization_credit_balances': {
    field: 'organization_credit_balances',
    rows: OWN,
    key: 'organization_id',
    columns:
      'organization_id monthly_credits bonus_credits reserved_credits debt_credits overdraft_credits period_start period_end',
    only: { platform_admin: 'used_credits next_grant_expires_at next_hold_expires_at' },
    hidden: 'has_member_caps',
    computed: 'posted_credits available_credits used_this_period',
  },
  'public.credit_grants': {
    field: 'credit_grants',
    rows: OWN,
    key: 'id',
    columns:
      'id organization_id source granted_credits remaining_credits repaid_debt_credits expired_credits priority effective_at expires_at closed_at reason transaction_id created_at',
    only: { platform_admin: 'idempotency_key actor' },
    hidden: 'request_fingerprint is_used_up',
  },
  'public.credit_reservations': {
    field: 'credit_reservations',
    rows: OWN,
    key: 'id',
    columns:
      'organization_id id user_id capability_id quality_level_id model_id amount_credits status context actor charged_credits released_credits shortfall_credits release_reason expires_at created_at closed_at',
    only: {
      'owner org_admin service platform_admin': 'idempotency_key',
    },
  },
  'public.open_reservations': {
    field: 'open_reservations',
    rows: OWN,
    key: 'id',
    columns:
      'organization_id id user_id capability_id quality_level_id model_id amount_credits context actor expires_at created_at',
    only: {
      'owner org_admin service platform_admin': 'idempotency_key',
    },
  },
  'public.credit_transactions': {
    field: 'credit_transactions',
    rows: OWN,
    key: 'sequence',
    columns:
      'sequence id organization_id type amount_credits balance_after_credits grant_id reservation_id capability_id quality_level_id model_id user_id actor context description event_at created_at',
    only: {
      'owner org_admin service platform_admin': 'payment_metadata',
      platform_admin:
        'reported_model request_id usage_source cost_usd input_tokens cached_input_tokens output_tokens reasoning_tokens price_id estimated_credits actual_credits',
    },
    onlyComputed: { platform_admin: 'provider_metadata' },
  },
  'public.credit_refunds': {
    field: 'credit_refunds',
    rows: OWN,
    key: 'id',
    columns:
      'organization_id id transaction_id reservation_id amount_credits grant_id refund_transaction_id reason created_at',
    only: { platform_admin: 'idempotency_key actor' },
    hidden: 'request_fingerprint',
  },
  'public.posted_credit_balances': {
    field: 'posted_credit_balances',
    rows: OWN,
    key: 'sequence',
    columns: 'organization_id sequence event_at posted_credits',
  },
  // Answers of operations are their customers': not even operators read them.
  'public.ai_operation_results': {
    field: 'ai_operation_results',
    rows: { ...OWN, member: 'asked' },
    key: 'reservation_id',
    columns: 'organization_id reservation_id created_at',
    only: { 'owner org_admin member service': 'output' },
  },
  'public.credit_estimation_accuracy': {
    field: 'credit_estimation_accuracy',
    rows: OWN,
    key: 'organization_id capability_id quality_level_id',
    columns: `organization_id ${ACCURACY}`,
  },
  'public.estimation_accuracy': {
    field: 'estimation_accuracy',
    rows: OPERATORS,
    key: 'capability_id quality_level_id',
    columns: ACCURACY,
  },
  'public.credit_topup_packages': {
    field: 'credit_topup_packages',
    rows: CATALOGUE,
    key: 'id',
    columns: 'id name credits price_usd rank is_best_value is_active',
  },
  'public.credit_purchases': {
    field: 'credit_purchases',
    rows: MANAGERS,
    key: 'id',
    columns:
      'organization_id id kind package_id credits price_usd currency status failure_reason stripe_checkout_session_id receipt_url grant_id transaction_id refunded_usd disputed_usd withdrawn_credits unrecovered_credits requested_by_user_id idempotency_key created_at expires_at paid_at closed_at',
    only: {
      platform_admin:
        'stripe_payment_intent_id stripe_charge_id stripe_invoice_item_id stripe_invoice_id actor checked_at',
    },
    hidden: 'request_fingerprint version checkout_url checkout_attempts',
  },
  'public.billing_settings': {
    field: 'billing_settings',
    rows: MANAGERS,
    key: 'organization_id',
    columns:
      'organization_id auto_topup_enabled auto_topup_threshold_credits auto_topup_package_id auto_topup_monthly_limit auto_topup_stopped_reason auto_topup_last_at pay_as_you_go_enabled pay_as_you_go_limit_credits payment_method_label updated_by_user_id updated_at',
    only: { platform_admin: 'stripe_payment_method_id' },
  },
  'public.billing_refunds': {
    field: 'billing_refunds',
    rows: MANAGERS,
    key: 'organization_id id',
    columns:
      'organization_id id purchase_id invoice_id amount_usd currency status counts reason created_at updated_at',
    only: { platform_admin: 'stripe_payment_intent_id' },
  },
  'public.billing_disputes': {
    field: 'billing_disputes',
    rows: MANAGERS,
    key: 'organization_id id',
    columns:
      'organization_id id purchase_id invoice_id amount_usd currency status counts reason withdrawn_credits reinstated_credits evidence_due_at created_at updated_at',
    only: { platform_admin: 'stripe_payment_intent_id' },
  },
  'public.billing_invoices': {
    field: 'billing_invoices',
    rows: MANAGERS,
    key: 'organization_id id',
    columns:
      'organization_id id number status billing_reason amount_due_usd amount_paid_usd currency period_start period_end hosted_invoice_url invoice_pdf_url refunded_usd disputed_usd withdrawn_credits unrecovered_credits payment_problem next_payment_attempt_at created_at paid_at updated_at',
    only: { platform_admin: 'stripe_subscription_id' },
  },
  'public.billing_invoice_lines': {
    field: 'billing_invoice_lines',
    rows: MANAGERS,
    key: 'organization_id id',
    columns:
      'organization_id id invoice_id plan_id kind period_start period_end amount_usd status period_line_id granted_credits transaction_id created_at applied_at',
    only: { platform_admin: 'stripe_subscription_id' },
  },
  'public.plan_changes': {
    field: 'plan_changes',
    rows: MANAGERS,
    key: 'id',
    columns:
      'organization_id id plan_id from_plan_id status effective_at adjusted_credits requested_by_user_id created_at',
    only: { platform_admin: 'result idempotency_key' },
    hidden: 'request_fingerprint',
  },
  'public.stripe_events': {
    field: 'stripe_events',
    rows: OPERATORS,
    key: 'id',
    columns:
      'id type api_version created_at received_at object_id organization_id status attempts deliveries next_attempt_at lease_expires_at last_error outcome applied_at payload',
  },
  'public.meters': {
    field: 'meters',
    rows: CATALOGUE,
    key: 'id',
    columns: 'id name description unit kind category is_active',
  },
  'public.plan_meter_limits': {
    field: 'plan_meter_limits',
    rows: OFFER,
    key: 'plan_id meter_id period',
    columns:
      'plan_id meter_id period scope limit_amount is_hard burst_amount grace_period_seconds warn_ratios',
  },
  'public.quota_overrides': {
    field: 'quota_overrides',
    rows: MANAGERS,
    key: 'organization_id id',
    columns:
      'organization_id id meter_id user_id period limit_amount reason expires_at created_at removed_at',
    only: { platform_admin: 'actor removed_by' },
  },
  'public.member_caps': {
    field: 'member_caps',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id user_id meter_id period',
    columns: 'organization_id user_id meter_id period limit_amount updated_by_user_id updated_at',
  },
  'public.quota_usages': {
    field: 'quota_usages',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id meter_id user_id period',
    columns:
      'organization_id meter_id user_id period period_start period_end day used_amount held_amount over_limit_at',
  },
  'public.usage_ledger': {
    field: 'usage_ledger',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id sequence',
    columns:
      'organization_id sequence id meter_id user_id amount source day period_start event_at created_at reservation_id decision metadata',
    only: { 'owner org_admin service platform_admin': 'idempotency_key' },
    hidden: 'request_fingerprint',
  },
  'public.usage_daily': {
    field: 'usage_daily',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id meter_id day user_id',
    columns: 'organization_id meter_id day user_id used_amount entries',
  },
  'public.quota_holds': {
    field: 'quota_holds',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id reservation_id meter_id',
    columns:
      'organization_id reservation_id meter_id user_id held_amount actual_amount status day day_start period_start created_at closed_at',
  },
  'public.credit_usage_daily': {
    field: 'credit_usage_daily',
    rows: { ...OWN, member: 'about' },
    key: 'organization_id dimension day key',
    columns: 'organization_id dimension day key used_credits entries',
  },
  // What functions answer; their rows are in dashboards.test.ts.
  'public.usage_points': {
    field: 'usage_points',
    rows: OWN,
    key: 'organization_id',
    columns: 'organization_id meter_id day breakdown key label user_id amount level_amount entries',
    isShape: true,
  },
  'public.quota_positions': {
    field: 'quota_positions',
    rows: OWN,
    key: 'organization_id',
    columns:
      'organization_id meter_id user_id name unit kind scope level period period_start resets_at limit_amount used_amount held_amount remaining_amount utilization warning is_hard source',
    isShape: true,
  },
  'public.usage_period_totals': {
    field: 'usage_period_totals',
    rows: OWN,
    key: 'organization_id',
    columns: 'organization_id meter_id period_start period_end is_current used_amount',
    isShape: true,
  },
  'public.usage_ranks': {
    field: 'usage_ranks',
    rows: OWN,
    key: 'organization_id',
    columns: 'organization_id meter_id place key label user_id amount share entries',
    isShape: true,
  },
  'public.credit_forecasts': {
    field: 'credit_forecasts',
    rows: OWN,
    key: 'organization_id',
    columns:
      'organization_id available_credits credits_per_day days_of_history exhausted_on earliest_on latest_on period_end ends_before_renewal used_credits projected_used_credits shortfall_credits plan_price_usd projected_cost_usd method',
    isShape: true,
  },
  'public.platform_usage_statistics': {
    field: 'platform_usage_statistics',
    rows: OPERATORS,
    key: 'meter_id',
    columns:
      'meter_id organizations total_amount mean_amount median_amount p95_amount largest_amount organizations_over_limit',
    isShape: true,
  },
  'public.usage_sessions': {
    field: 'usage_sessions',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id id',
    columns:
      'organization_id id user_id topic difficulty status end_reason started_at last_heartbeat_at lease_expires_at limit_at ended_at used_seconds used_minutes bought_seconds bought_minutes charged_credits',
  },
  'public.usage_periods': {
    field: 'usage_periods',
    rows: { ...OWN, member: 'mine' },
    key: 'organization_id user_id',
    columns:
      'organization_id user_id period_start period_end plan_id used_seconds used_minutes limit_minutes bought_seconds bought_minutes booked_minutes sessions archived_at',
  },
  'public.session_settings': {
    field: 'session_settings',
    rows: OWN,
    key: 'organization_id',
    columns: 'organization_id buy_minutes_with_credits updated_by_user_id updated_at',
  },
  'public.job_runs': {
    field: 'job_runs',
    rows: OPERATORS,
    key: 'id',
    columns:
      'id job run_key scheduled_time started_at finished_at processed failed duration_milliseconds summary',
  },
}

export const words = (text: string | undefined): string[] => text?.split(' ').filter(Boolean) ?? []

/** The columns of a table that a role may name. */
export function visibleColumns(access: TableAccess, role: Role): string[] {
  if (!access.rows[role]) return []
  const only = Object.entries(access.only ?? {}).flatMap(([roles, columns]) =>
    words(roles).includes(role) ? words(columns) : [],
  )
  return [...words(access.columns), ...only]
}

/** The computed fields of a table that a role may name. */
export function visibleComputed(access: TableAccess, role: Role): string[] {
  const only = Object.entries(access.onlyComputed ?? {}).flatMap(([roles, fields]) =>
    words(roles).includes(role) ? words(fields) : [],
  )
  return [...words(access.computed), ...only]
}

/** All columns that the table is known to have. */
export function knownColumns(access: TableAccess): string[] {
  const only = Object.values(access.only ?? {}).flatMap(words)
  return [...words(access.columns), ...only, ...words(access.hidden)]
}
