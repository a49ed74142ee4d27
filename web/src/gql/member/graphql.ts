/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type AnsweredQuestionInput = {
  /** At most 4,000 characters */
  answer: string;
  /** At most 500 characters */
  question: string;
};

export type AssembleTestimonialInput = {
  /** 1 to 20, together at most 20,000 characters */
  answers: Array<AnsweredQuestionInput>;
  customer_name?: string | null | undefined;
  /** For role anonymous: the form through which a customer generates, within its limits */
  form?: FormCustomerInput | null | undefined;
  /** The same key answers the stored result without another model call */
  idempotency_key: string;
  product_name: string;
  /** null: the organization's default, else the lowest level that the plan allows */
  quality_level?: string | null | undefined;
};

/** Boolean expression to compare columns of type "Boolean". All fields are combined with logical 'AND'. */
export type Boolean_Comparison_Exp = {
  _eq?: boolean | null | undefined;
  _gt?: boolean | null | undefined;
  _gte?: boolean | null | undefined;
  _in?: Array<boolean> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: boolean | null | undefined;
  _lte?: boolean | null | undefined;
  _neq?: boolean | null | undefined;
  _nin?: Array<boolean> | null | undefined;
};

/** A customer of a form: at most 4 generations for each in any 24 hours */
export type FormCustomerInput = {
  /** Any name by which the form knows the customer again; kept as a digest only */
  customer: string;
  /** From create_form_token; may stand in a public page */
  token: string;
};

/** Boolean expression to compare columns of type "Int". All fields are combined with logical 'AND'. */
export type Int_Comparison_Exp = {
  _eq?: number | null | undefined;
  _gt?: number | null | undefined;
  _gte?: number | null | undefined;
  _in?: Array<number> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: number | null | undefined;
  _lte?: number | null | undefined;
  _neq?: number | null | undefined;
  _nin?: Array<number> | null | undefined;
};

export type PolishTestimonialInput = {
  /** For role anonymous: the form through which a customer generates, within its limits */
  form?: FormCustomerInput | null | undefined;
  /** The same key answers the stored result without another model call */
  idempotency_key: string;
  /** Wishes about style, at most 500 characters */
  instructions?: string | null | undefined;
  /** null: the organization's default, else the lowest level that the plan allows */
  quality_level?: string | null | undefined;
  /** At most 5,000 characters */
  testimonial: string;
};

export type StartSessionInput = {
  /** beginner, intermediate or advanced */
  difficulty?: string | null | undefined;
  /** Made by the caller, scoped to the organization, at most 200 characters */
  idempotency_key: string;
  /** What it is about, at most 200 characters */
  topic?: string | null | undefined;
};

/** Boolean expression to compare columns of type "String". All fields are combined with logical 'AND'. */
export type String_Comparison_Exp = {
  _eq?: string | null | undefined;
  _gt?: string | null | undefined;
  _gte?: string | null | undefined;
  /** does the column match the given case-insensitive pattern */
  _ilike?: string | null | undefined;
  _in?: Array<string> | null | undefined;
  /** does the column match the given POSIX regular expression, case insensitive */
  _iregex?: string | null | undefined;
  _is_null?: boolean | null | undefined;
  /** does the column match the given pattern */
  _like?: string | null | undefined;
  _lt?: string | null | undefined;
  _lte?: string | null | undefined;
  _neq?: string | null | undefined;
  /** does the column NOT match the given case-insensitive pattern */
  _nilike?: string | null | undefined;
  _nin?: Array<string> | null | undefined;
  /** does the column NOT match the given POSIX regular expression, case insensitive */
  _niregex?: string | null | undefined;
  /** does the column NOT match the given pattern */
  _nlike?: string | null | undefined;
  /** does the column NOT match the given POSIX regular expression, case sensitive */
  _nregex?: string | null | undefined;
  /** does the column NOT match the given SQL regular expression */
  _nsimilar?: string | null | undefined;
  /** does the column match the given POSIX regular expression, case sensitive */
  _regex?: string | null | undefined;
  /** does the column match the given SQL regular expression */
  _similar?: string | null | undefined;
};

export type SuggestQuestionsInput = {
  /** 1 to 10, 5 unless given */
  count?: number | null | undefined;
  /** For role anonymous: the form through which a customer generates, within its limits */
  form?: FormCustomerInput | null | undefined;
  /** The same key answers the stored result without another model call */
  idempotency_key: string;
  product_description: string;
  product_name: string;
  /** null: the organization's default, else the lowest level that the plan allows */
  quality_level?: string | null | undefined;
};

/** Boolean expression to filter rows from the table "ai_capabilities". All fields are combined with a logical 'AND'. */
export type Ai_Capabilities_Bool_Exp = {
  _and?: Array<Ai_Capabilities_Bool_Exp> | null | undefined;
  _not?: Ai_Capabilities_Bool_Exp | null | undefined;
  _or?: Array<Ai_Capabilities_Bool_Exp> | null | undefined;
  abort_policy?: String_Comparison_Exp | null | undefined;
  category?: String_Comparison_Exp | null | undefined;
  description?: String_Comparison_Exp | null | undefined;
  id?: String_Comparison_Exp | null | undefined;
  is_active?: Boolean_Comparison_Exp | null | undefined;
  is_public?: Boolean_Comparison_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
  organization_defaults?: Organization_Quality_Defaults_Bool_Exp | null | undefined;
  organization_defaults_aggregate?: Organization_Quality_Defaults_Aggregate_Bool_Exp | null | undefined;
  plan_capabilities?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  plan_capabilities_aggregate?: Plan_Ai_Capabilities_Aggregate_Bool_Exp | null | undefined;
  quality_levels?: Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  quality_levels_aggregate?: Ai_Capability_Quality_Levels_Aggregate_Bool_Exp | null | undefined;
};

export type Ai_Capability_Quality_Levels_Aggregate_Bool_Exp = {
  count?: Ai_Capability_Quality_Levels_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Ai_Capability_Quality_Levels_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Ai_Capability_Quality_Levels_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "ai_capability_quality_levels". All fields are combined with a logical 'AND'. */
export type Ai_Capability_Quality_Levels_Bool_Exp = {
  _and?: Array<Ai_Capability_Quality_Levels_Bool_Exp> | null | undefined;
  _not?: Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  _or?: Array<Ai_Capability_Quality_Levels_Bool_Exp> | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  effective_from?: Timestamptz_Comparison_Exp | null | undefined;
  effective_to?: Timestamptz_Comparison_Exp | null | undefined;
  estimated_credits?: Numeric_Comparison_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
};

/** select columns of table "ai_capability_quality_levels" */
export type Ai_Capability_Quality_Levels_Select_Column =
  /** column name */
  | 'capability_id'
  /** column name */
  | 'effective_from'
  /** column name */
  | 'effective_to'
  /** column name */
  | 'estimated_credits'
  /** column name */
  | 'quality_level_id';

/** Boolean expression to filter rows from the table "ai_operation_results". All fields are combined with a logical 'AND'. */
export type Ai_Operation_Results_Bool_Exp = {
  _and?: Array<Ai_Operation_Results_Bool_Exp> | null | undefined;
  _not?: Ai_Operation_Results_Bool_Exp | null | undefined;
  _or?: Array<Ai_Operation_Results_Bool_Exp> | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  output?: Jsonb_Comparison_Exp | null | undefined;
  reservation?: Credit_Reservations_Bool_Exp | null | undefined;
  reservation_id?: Uuid_Comparison_Exp | null | undefined;
};

/** Boolean expression to compare columns of type "bigint". All fields are combined with logical 'AND'. */
export type Bigint_Comparison_Exp = {
  _eq?: number | null | undefined;
  _gt?: number | null | undefined;
  _gte?: number | null | undefined;
  _in?: Array<number> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: number | null | undefined;
  _lte?: number | null | undefined;
  _neq?: number | null | undefined;
  _nin?: Array<number> | null | undefined;
};

export type Credit_Grants_Aggregate_Bool_Exp = {
  count?: Credit_Grants_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Credit_Grants_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Credit_Grants_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Credit_Grants_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "credit_grants". All fields are combined with a logical 'AND'. */
export type Credit_Grants_Bool_Exp = {
  _and?: Array<Credit_Grants_Bool_Exp> | null | undefined;
  _not?: Credit_Grants_Bool_Exp | null | undefined;
  _or?: Array<Credit_Grants_Bool_Exp> | null | undefined;
  closed_at?: Timestamptz_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  credit_balance?: Organization_Credit_Balances_Bool_Exp | null | undefined;
  effective_at?: Timestamptz_Comparison_Exp | null | undefined;
  expired_credits?: Numeric_Comparison_Exp | null | undefined;
  expires_at?: Timestamptz_Comparison_Exp | null | undefined;
  granted_credits?: Numeric_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  priority?: Int_Comparison_Exp | null | undefined;
  reason?: String_Comparison_Exp | null | undefined;
  remaining_credits?: Numeric_Comparison_Exp | null | undefined;
  repaid_debt_credits?: Numeric_Comparison_Exp | null | undefined;
  source?: String_Comparison_Exp | null | undefined;
  transaction_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "credit_grants" */
export type Credit_Grants_Select_Column =
  /** column name */
  | 'closed_at'
  /** column name */
  | 'created_at'
  /** column name */
  | 'effective_at'
  /** column name */
  | 'expired_credits'
  /** column name */
  | 'expires_at'
  /** column name */
  | 'granted_credits'
  /** column name */
  | 'id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'priority'
  /** column name */
  | 'reason'
  /** column name */
  | 'remaining_credits'
  /** column name */
  | 'repaid_debt_credits'
  /** column name */
  | 'source'
  /** column name */
  | 'transaction_id';

export type Credit_Refunds_Aggregate_Bool_Exp = {
  count?: Credit_Refunds_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Credit_Refunds_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Credit_Refunds_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Credit_Refunds_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "credit_refunds". All fields are combined with a logical 'AND'. */
export type Credit_Refunds_Bool_Exp = {
  _and?: Array<Credit_Refunds_Bool_Exp> | null | undefined;
  _not?: Credit_Refunds_Bool_Exp | null | undefined;
  _or?: Array<Credit_Refunds_Bool_Exp> | null | undefined;
  amount_credits?: Numeric_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  grant?: Credit_Grants_Bool_Exp | null | undefined;
  grant_id?: Uuid_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  reason?: String_Comparison_Exp | null | undefined;
  refund_transaction?: Credit_Transactions_Bool_Exp | null | undefined;
  refund_transaction_id?: Uuid_Comparison_Exp | null | undefined;
  reservation?: Credit_Reservations_Bool_Exp | null | undefined;
  reservation_id?: Uuid_Comparison_Exp | null | undefined;
  transaction?: Credit_Transactions_Bool_Exp | null | undefined;
  transaction_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "credit_refunds" */
export type Credit_Refunds_Select_Column =
  /** column name */
  | 'amount_credits'
  /** column name */
  | 'created_at'
  /** column name */
  | 'grant_id'
  /** column name */
  | 'id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'reason'
  /** column name */
  | 'refund_transaction_id'
  /** column name */
  | 'reservation_id'
  /** column name */
  | 'transaction_id';

export type Credit_Reservations_Aggregate_Bool_Exp = {
  count?: Credit_Reservations_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Credit_Reservations_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Credit_Reservations_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Credit_Reservations_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "credit_reservations". All fields are combined with a logical 'AND'. */
export type Credit_Reservations_Bool_Exp = {
  _and?: Array<Credit_Reservations_Bool_Exp> | null | undefined;
  _not?: Credit_Reservations_Bool_Exp | null | undefined;
  _or?: Array<Credit_Reservations_Bool_Exp> | null | undefined;
  actor?: Jsonb_Comparison_Exp | null | undefined;
  amount_credits?: Numeric_Comparison_Exp | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  charged_credits?: Numeric_Comparison_Exp | null | undefined;
  closed_at?: Timestamptz_Comparison_Exp | null | undefined;
  context?: Jsonb_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  credit_balance?: Organization_Credit_Balances_Bool_Exp | null | undefined;
  expires_at?: Timestamptz_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  model?: Llm_Models_Bool_Exp | null | undefined;
  model_id?: String_Comparison_Exp | null | undefined;
  operation_result?: Ai_Operation_Results_Bool_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
  quota_holds?: Quota_Holds_Bool_Exp | null | undefined;
  quota_holds_aggregate?: Quota_Holds_Aggregate_Bool_Exp | null | undefined;
  release_reason?: String_Comparison_Exp | null | undefined;
  released_credits?: Numeric_Comparison_Exp | null | undefined;
  shortfall_credits?: Numeric_Comparison_Exp | null | undefined;
  status?: String_Comparison_Exp | null | undefined;
  transactions?: Credit_Transactions_Bool_Exp | null | undefined;
  user?: Users_Bool_Exp | null | undefined;
  user_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "credit_reservations" */
export type Credit_Reservations_Select_Column =
  /** column name */
  | 'actor'
  /** column name */
  | 'amount_credits'
  /** column name */
  | 'capability_id'
  /** column name */
  | 'charged_credits'
  /** column name */
  | 'closed_at'
  /** column name */
  | 'context'
  /** column name */
  | 'created_at'
  /** column name */
  | 'expires_at'
  /** column name */
  | 'id'
  /** column name */
  | 'model_id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'quality_level_id'
  /** column name */
  | 'release_reason'
  /** column name */
  | 'released_credits'
  /** column name */
  | 'shortfall_credits'
  /** column name */
  | 'status'
  /** column name */
  | 'user_id';

export type Credit_Transactions_Aggregate_Bool_Exp = {
  count?: Credit_Transactions_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Credit_Transactions_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Credit_Transactions_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Credit_Transactions_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "credit_transactions". All fields are combined with a logical 'AND'. */
export type Credit_Transactions_Bool_Exp = {
  _and?: Array<Credit_Transactions_Bool_Exp> | null | undefined;
  _not?: Credit_Transactions_Bool_Exp | null | undefined;
  _or?: Array<Credit_Transactions_Bool_Exp> | null | undefined;
  actor?: Jsonb_Comparison_Exp | null | undefined;
  amount_credits?: Numeric_Comparison_Exp | null | undefined;
  balance_after_credits?: Numeric_Comparison_Exp | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  context?: Jsonb_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  credit_balance?: Organization_Credit_Balances_Bool_Exp | null | undefined;
  description?: String_Comparison_Exp | null | undefined;
  event_at?: Timestamptz_Comparison_Exp | null | undefined;
  grant?: Credit_Grants_Bool_Exp | null | undefined;
  grant_id?: Uuid_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  model?: Llm_Models_Bool_Exp | null | undefined;
  model_id?: String_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
  refunds?: Credit_Refunds_Bool_Exp | null | undefined;
  refunds_aggregate?: Credit_Refunds_Aggregate_Bool_Exp | null | undefined;
  reservation?: Credit_Reservations_Bool_Exp | null | undefined;
  reservation_id?: Uuid_Comparison_Exp | null | undefined;
  sequence?: Bigint_Comparison_Exp | null | undefined;
  type?: String_Comparison_Exp | null | undefined;
  user?: Users_Bool_Exp | null | undefined;
  user_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "credit_transactions" */
export type Credit_Transactions_Select_Column =
  /** column name */
  | 'actor'
  /** column name */
  | 'amount_credits'
  /** column name */
  | 'balance_after_credits'
  /** column name */
  | 'capability_id'
  /** column name */
  | 'context'
  /** column name */
  | 'created_at'
  /** column name */
  | 'description'
  /** column name */
  | 'event_at'
  /** column name */
  | 'grant_id'
  /** column name */
  | 'id'
  /** column name */
  | 'model_id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'quality_level_id'
  /** column name */
  | 'reservation_id'
  /** column name */
  | 'sequence'
  /** column name */
  | 'type'
  /** column name */
  | 'user_id';

/** Boolean expression to compare columns of type "date". All fields are combined with logical 'AND'. */
export type Date_Comparison_Exp = {
  _eq?: string | null | undefined;
  _gt?: string | null | undefined;
  _gte?: string | null | undefined;
  _in?: Array<string> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: string | null | undefined;
  _lte?: string | null | undefined;
  _neq?: string | null | undefined;
  _nin?: Array<string> | null | undefined;
};

export type Jsonb_Cast_Exp = {
  String?: String_Comparison_Exp | null | undefined;
};

/** Boolean expression to compare columns of type "jsonb". All fields are combined with logical 'AND'. */
export type Jsonb_Comparison_Exp = {
  _cast?: Jsonb_Cast_Exp | null | undefined;
  /** is the column contained in the given json value */
  _contained_in?: unknown;
  /** does the column contain the given json value at the top level */
  _contains?: unknown;
  _eq?: unknown;
  _gt?: unknown;
  _gte?: unknown;
  /** does the string exist as a top-level key in the column */
  _has_key?: string | null | undefined;
  /** do all of these strings exist as top-level keys in the column */
  _has_keys_all?: Array<string> | null | undefined;
  /** do any of these strings exist as top-level keys in the column */
  _has_keys_any?: Array<string> | null | undefined;
  _in?: Array<unknown> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: unknown;
  _lte?: unknown;
  _neq?: unknown;
  _nin?: Array<unknown> | null | undefined;
};

/** Boolean expression to filter rows from the table "llm_models". All fields are combined with a logical 'AND'. */
export type Llm_Models_Bool_Exp = {
  _and?: Array<Llm_Models_Bool_Exp> | null | undefined;
  _not?: Llm_Models_Bool_Exp | null | undefined;
  _or?: Array<Llm_Models_Bool_Exp> | null | undefined;
  context_window_tokens?: Int_Comparison_Exp | null | undefined;
  id?: String_Comparison_Exp | null | undefined;
  is_active?: Boolean_Comparison_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
  plan_quality_levels?: Plan_Quality_Level_Models_Bool_Exp | null | undefined;
  plan_quality_levels_aggregate?: Plan_Quality_Level_Models_Aggregate_Bool_Exp | null | undefined;
  provider?: String_Comparison_Exp | null | undefined;
  provider_model_id?: String_Comparison_Exp | null | undefined;
};

/** Boolean expression to filter rows from the table "meters". All fields are combined with a logical 'AND'. */
export type Meters_Bool_Exp = {
  _and?: Array<Meters_Bool_Exp> | null | undefined;
  _not?: Meters_Bool_Exp | null | undefined;
  _or?: Array<Meters_Bool_Exp> | null | undefined;
  category?: String_Comparison_Exp | null | undefined;
  description?: String_Comparison_Exp | null | undefined;
  id?: String_Comparison_Exp | null | undefined;
  is_active?: Boolean_Comparison_Exp | null | undefined;
  kind?: String_Comparison_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
  plan_limits?: Plan_Meter_Limits_Bool_Exp | null | undefined;
  plan_limits_aggregate?: Plan_Meter_Limits_Aggregate_Bool_Exp | null | undefined;
  unit?: String_Comparison_Exp | null | undefined;
};

/** Boolean expression to compare columns of type "numeric". All fields are combined with logical 'AND'. */
export type Numeric_Array_Comparison_Exp = {
  /** is the array contained in the given array value */
  _contained_in?: Array<number> | null | undefined;
  /** does the array contain the given value */
  _contains?: Array<number> | null | undefined;
  _eq?: Array<number> | null | undefined;
  _gt?: Array<number> | null | undefined;
  _gte?: Array<number> | null | undefined;
  _in?: Array<Array<number>> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: Array<number> | null | undefined;
  _lte?: Array<number> | null | undefined;
  _neq?: Array<number> | null | undefined;
  _nin?: Array<Array<number>> | null | undefined;
};

/** Boolean expression to compare columns of type "numeric". All fields are combined with logical 'AND'. */
export type Numeric_Comparison_Exp = {
  _eq?: number | null | undefined;
  _gt?: number | null | undefined;
  _gte?: number | null | undefined;
  _in?: Array<number> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: number | null | undefined;
  _lte?: number | null | undefined;
  _neq?: number | null | undefined;
  _nin?: Array<number> | null | undefined;
};

/** Boolean expression to filter rows from the table "org_plans". All fields are combined with a logical 'AND'. */
export type Org_Plans_Bool_Exp = {
  _and?: Array<Org_Plans_Bool_Exp> | null | undefined;
  _not?: Org_Plans_Bool_Exp | null | undefined;
  _or?: Array<Org_Plans_Bool_Exp> | null | undefined;
  allowed_quality_levels?: Organization_Allowed_Quality_Levels_Bool_Exp | null | undefined;
  allowed_quality_levels_aggregate?: Organization_Allowed_Quality_Levels_Aggregate_Bool_Exp | null | undefined;
  anchor_day?: Int_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  credit_balance?: Organization_Credit_Balances_Bool_Exp | null | undefined;
  grace_ends_at?: Timestamptz_Comparison_Exp | null | undefined;
  is_billed?: Boolean_Comparison_Exp | null | undefined;
  monthly_ai_credits?: Numeric_Comparison_Exp | null | undefined;
  organization?: Organizations_Bool_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  overdraft_credits?: Numeric_Comparison_Exp | null | undefined;
  pending_change_at?: Timestamptz_Comparison_Exp | null | undefined;
  pending_plan?: Plans_Bool_Exp | null | undefined;
  pending_plan_id?: String_Comparison_Exp | null | undefined;
  period_end?: Timestamptz_Comparison_Exp | null | undefined;
  period_granted_credits?: Numeric_Comparison_Exp | null | undefined;
  period_start?: Timestamptz_Comparison_Exp | null | undefined;
  plan?: Plans_Bool_Exp | null | undefined;
  plan_id?: String_Comparison_Exp | null | undefined;
  quality_defaults?: Organization_Quality_Defaults_Bool_Exp | null | undefined;
  quality_defaults_aggregate?: Organization_Quality_Defaults_Aggregate_Bool_Exp | null | undefined;
  status?: String_Comparison_Exp | null | undefined;
  time_zone?: String_Comparison_Exp | null | undefined;
  trial_ends_at?: Timestamptz_Comparison_Exp | null | undefined;
  trial_used_at?: Timestamptz_Comparison_Exp | null | undefined;
  updated_at?: Timestamptz_Comparison_Exp | null | undefined;
};

export type Organization_Allowed_Quality_Levels_Aggregate_Bool_Exp = {
  count?: Organization_Allowed_Quality_Levels_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Organization_Allowed_Quality_Levels_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Organization_Allowed_Quality_Levels_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Organization_Allowed_Quality_Levels_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "organization_allowed_quality_levels". All fields are combined with a logical 'AND'. */
export type Organization_Allowed_Quality_Levels_Bool_Exp = {
  _and?: Array<Organization_Allowed_Quality_Levels_Bool_Exp> | null | undefined;
  _not?: Organization_Allowed_Quality_Levels_Bool_Exp | null | undefined;
  _or?: Array<Organization_Allowed_Quality_Levels_Bool_Exp> | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  organization_plan?: Org_Plans_Bool_Exp | null | undefined;
  plan?: Plans_Bool_Exp | null | undefined;
  plan_id?: String_Comparison_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
};

/** select columns of table "organization_allowed_quality_levels" */
export type Organization_Allowed_Quality_Levels_Select_Column =
  /** column name */
  | 'capability_id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'plan_id'
  /** column name */
  | 'quality_level_id';

/** Boolean expression to filter rows from the table "organization_credit_balances". All fields are combined with a logical 'AND'. */
export type Organization_Credit_Balances_Bool_Exp = {
  _and?: Array<Organization_Credit_Balances_Bool_Exp> | null | undefined;
  _not?: Organization_Credit_Balances_Bool_Exp | null | undefined;
  _or?: Array<Organization_Credit_Balances_Bool_Exp> | null | undefined;
  available_credits?: Numeric_Comparison_Exp | null | undefined;
  bonus_credits?: Numeric_Comparison_Exp | null | undefined;
  debt_credits?: Numeric_Comparison_Exp | null | undefined;
  grants?: Credit_Grants_Bool_Exp | null | undefined;
  grants_aggregate?: Credit_Grants_Aggregate_Bool_Exp | null | undefined;
  monthly_credits?: Numeric_Comparison_Exp | null | undefined;
  organization?: Organizations_Bool_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  organization_plan?: Org_Plans_Bool_Exp | null | undefined;
  overdraft_credits?: Numeric_Comparison_Exp | null | undefined;
  period_end?: Timestamptz_Comparison_Exp | null | undefined;
  period_start?: Timestamptz_Comparison_Exp | null | undefined;
  posted_credits?: Numeric_Comparison_Exp | null | undefined;
  reservations?: Credit_Reservations_Bool_Exp | null | undefined;
  reservations_aggregate?: Credit_Reservations_Aggregate_Bool_Exp | null | undefined;
  reserved_credits?: Numeric_Comparison_Exp | null | undefined;
  transactions?: Credit_Transactions_Bool_Exp | null | undefined;
  transactions_aggregate?: Credit_Transactions_Aggregate_Bool_Exp | null | undefined;
  used_this_period?: Numeric_Comparison_Exp | null | undefined;
};

export type Organization_Members_Aggregate_Bool_Exp = {
  count?: Organization_Members_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Organization_Members_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Organization_Members_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Organization_Members_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "auth.members". All fields are combined with a logical 'AND'. */
export type Organization_Members_Bool_Exp = {
  _and?: Array<Organization_Members_Bool_Exp> | null | undefined;
  _not?: Organization_Members_Bool_Exp | null | undefined;
  _or?: Array<Organization_Members_Bool_Exp> | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  organization?: Organizations_Bool_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  role?: String_Comparison_Exp | null | undefined;
  user?: Users_Bool_Exp | null | undefined;
  user_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "auth.members" */
export type Organization_Members_Select_Column =
  /** column name */
  | 'created_at'
  /** column name */
  | 'id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'role'
  /** column name */
  | 'user_id';

export type Organization_Quality_Defaults_Aggregate_Bool_Exp = {
  count?: Organization_Quality_Defaults_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Organization_Quality_Defaults_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Organization_Quality_Defaults_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Organization_Quality_Defaults_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "organization_quality_defaults". All fields are combined with a logical 'AND'. */
export type Organization_Quality_Defaults_Bool_Exp = {
  _and?: Array<Organization_Quality_Defaults_Bool_Exp> | null | undefined;
  _not?: Organization_Quality_Defaults_Bool_Exp | null | undefined;
  _or?: Array<Organization_Quality_Defaults_Bool_Exp> | null | undefined;
  allowed_quality_level?: Organization_Allowed_Quality_Levels_Bool_Exp | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  organization?: Organizations_Bool_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  organization_plan?: Org_Plans_Bool_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
  updated_at?: Timestamptz_Comparison_Exp | null | undefined;
  updated_by_user?: Users_Bool_Exp | null | undefined;
  updated_by_user_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "organization_quality_defaults" */
export type Organization_Quality_Defaults_Select_Column =
  /** column name */
  | 'capability_id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'quality_level_id'
  /** column name */
  | 'updated_at'
  /** column name */
  | 'updated_by_user_id';

/** Boolean expression to filter rows from the table "auth.organizations". All fields are combined with a logical 'AND'. */
export type Organizations_Bool_Exp = {
  _and?: Array<Organizations_Bool_Exp> | null | undefined;
  _not?: Organizations_Bool_Exp | null | undefined;
  _or?: Array<Organizations_Bool_Exp> | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  credit_balance?: Organization_Credit_Balances_Bool_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  logo?: String_Comparison_Exp | null | undefined;
  members?: Organization_Members_Bool_Exp | null | undefined;
  members_aggregate?: Organization_Members_Aggregate_Bool_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
  organization_plan?: Org_Plans_Bool_Exp | null | undefined;
  quality_defaults?: Organization_Quality_Defaults_Bool_Exp | null | undefined;
  quality_defaults_aggregate?: Organization_Quality_Defaults_Aggregate_Bool_Exp | null | undefined;
  slug?: String_Comparison_Exp | null | undefined;
};

export type Plan_Ai_Capabilities_Aggregate_Bool_Exp = {
  bool_and?: Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_And | null | undefined;
  bool_or?: Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_Or | null | undefined;
  count?: Plan_Ai_Capabilities_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_And = {
  arguments: Plan_Ai_Capabilities_Select_Column_Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_And_Arguments_Columns;
  distinct?: boolean | null | undefined;
  filter?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  predicate: Boolean_Comparison_Exp;
};

export type Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_Or = {
  arguments: Plan_Ai_Capabilities_Select_Column_Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_Or_Arguments_Columns;
  distinct?: boolean | null | undefined;
  filter?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  predicate: Boolean_Comparison_Exp;
};

export type Plan_Ai_Capabilities_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Plan_Ai_Capabilities_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "plan_ai_capabilities". All fields are combined with a logical 'AND'. */
export type Plan_Ai_Capabilities_Bool_Exp = {
  _and?: Array<Plan_Ai_Capabilities_Bool_Exp> | null | undefined;
  _not?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  _or?: Array<Plan_Ai_Capabilities_Bool_Exp> | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  is_enabled?: Boolean_Comparison_Exp | null | undefined;
  plan?: Plans_Bool_Exp | null | undefined;
  plan_id?: String_Comparison_Exp | null | undefined;
  quality_levels?: Plan_Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  quality_levels_aggregate?: Plan_Ai_Capability_Quality_Levels_Aggregate_Bool_Exp | null | undefined;
  requests_per_day?: Int_Comparison_Exp | null | undefined;
  requests_per_hour?: Int_Comparison_Exp | null | undefined;
  requests_per_minute?: Int_Comparison_Exp | null | undefined;
};

/** select columns of table "plan_ai_capabilities" */
export type Plan_Ai_Capabilities_Select_Column =
  /** column name */
  | 'capability_id'
  /** column name */
  | 'is_enabled'
  /** column name */
  | 'plan_id'
  /** column name */
  | 'requests_per_day'
  /** column name */
  | 'requests_per_hour'
  /** column name */
  | 'requests_per_minute';

/** select "plan_ai_capabilities_aggregate_bool_exp_bool_and_arguments_columns" columns of table "plan_ai_capabilities" */
export type Plan_Ai_Capabilities_Select_Column_Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_And_Arguments_Columns =
  /** column name */
  | 'is_enabled';

/** select "plan_ai_capabilities_aggregate_bool_exp_bool_or_arguments_columns" columns of table "plan_ai_capabilities" */
export type Plan_Ai_Capabilities_Select_Column_Plan_Ai_Capabilities_Aggregate_Bool_Exp_Bool_Or_Arguments_Columns =
  /** column name */
  | 'is_enabled';

export type Plan_Ai_Capability_Quality_Levels_Aggregate_Bool_Exp = {
  count?: Plan_Ai_Capability_Quality_Levels_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Plan_Ai_Capability_Quality_Levels_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Plan_Ai_Capability_Quality_Levels_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Plan_Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "plan_ai_capability_quality_levels". All fields are combined with a logical 'AND'. */
export type Plan_Ai_Capability_Quality_Levels_Bool_Exp = {
  _and?: Array<Plan_Ai_Capability_Quality_Levels_Bool_Exp> | null | undefined;
  _not?: Plan_Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  _or?: Array<Plan_Ai_Capability_Quality_Levels_Bool_Exp> | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  models?: Plan_Quality_Level_Models_Bool_Exp | null | undefined;
  models_aggregate?: Plan_Quality_Level_Models_Aggregate_Bool_Exp | null | undefined;
  plan?: Plans_Bool_Exp | null | undefined;
  plan_capability?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  plan_id?: String_Comparison_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
};

/** select columns of table "plan_ai_capability_quality_levels" */
export type Plan_Ai_Capability_Quality_Levels_Select_Column =
  /** column name */
  | 'capability_id'
  /** column name */
  | 'plan_id'
  /** column name */
  | 'quality_level_id';

export type Plan_Meter_Limits_Aggregate_Bool_Exp = {
  bool_and?: Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_And | null | undefined;
  bool_or?: Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_Or | null | undefined;
  count?: Plan_Meter_Limits_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_And = {
  arguments: Plan_Meter_Limits_Select_Column_Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_And_Arguments_Columns;
  distinct?: boolean | null | undefined;
  filter?: Plan_Meter_Limits_Bool_Exp | null | undefined;
  predicate: Boolean_Comparison_Exp;
};

export type Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_Or = {
  arguments: Plan_Meter_Limits_Select_Column_Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_Or_Arguments_Columns;
  distinct?: boolean | null | undefined;
  filter?: Plan_Meter_Limits_Bool_Exp | null | undefined;
  predicate: Boolean_Comparison_Exp;
};

export type Plan_Meter_Limits_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Plan_Meter_Limits_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Plan_Meter_Limits_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "plan_meter_limits". All fields are combined with a logical 'AND'. */
export type Plan_Meter_Limits_Bool_Exp = {
  _and?: Array<Plan_Meter_Limits_Bool_Exp> | null | undefined;
  _not?: Plan_Meter_Limits_Bool_Exp | null | undefined;
  _or?: Array<Plan_Meter_Limits_Bool_Exp> | null | undefined;
  burst_amount?: Numeric_Comparison_Exp | null | undefined;
  grace_period_seconds?: Int_Comparison_Exp | null | undefined;
  is_hard?: Boolean_Comparison_Exp | null | undefined;
  limit_amount?: Numeric_Comparison_Exp | null | undefined;
  meter?: Meters_Bool_Exp | null | undefined;
  meter_id?: String_Comparison_Exp | null | undefined;
  period?: String_Comparison_Exp | null | undefined;
  plan?: Plans_Bool_Exp | null | undefined;
  plan_id?: String_Comparison_Exp | null | undefined;
  scope?: String_Comparison_Exp | null | undefined;
  warn_ratios?: Numeric_Array_Comparison_Exp | null | undefined;
};

/** select columns of table "plan_meter_limits" */
export type Plan_Meter_Limits_Select_Column =
  /** column name */
  | 'burst_amount'
  /** column name */
  | 'grace_period_seconds'
  /** column name */
  | 'is_hard'
  /** column name */
  | 'limit_amount'
  /** column name */
  | 'meter_id'
  /** column name */
  | 'period'
  /** column name */
  | 'plan_id'
  /** column name */
  | 'scope'
  /** column name */
  | 'warn_ratios';

/** select "plan_meter_limits_aggregate_bool_exp_bool_and_arguments_columns" columns of table "plan_meter_limits" */
export type Plan_Meter_Limits_Select_Column_Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_And_Arguments_Columns =
  /** column name */
  | 'is_hard';

/** select "plan_meter_limits_aggregate_bool_exp_bool_or_arguments_columns" columns of table "plan_meter_limits" */
export type Plan_Meter_Limits_Select_Column_Plan_Meter_Limits_Aggregate_Bool_Exp_Bool_Or_Arguments_Columns =
  /** column name */
  | 'is_hard';

export type Plan_Quality_Level_Models_Aggregate_Bool_Exp = {
  count?: Plan_Quality_Level_Models_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Plan_Quality_Level_Models_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Plan_Quality_Level_Models_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Plan_Quality_Level_Models_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "plan_quality_level_models". All fields are combined with a logical 'AND'. */
export type Plan_Quality_Level_Models_Bool_Exp = {
  _and?: Array<Plan_Quality_Level_Models_Bool_Exp> | null | undefined;
  _not?: Plan_Quality_Level_Models_Bool_Exp | null | undefined;
  _or?: Array<Plan_Quality_Level_Models_Bool_Exp> | null | undefined;
  capability?: Ai_Capabilities_Bool_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  effective_from?: Timestamptz_Comparison_Exp | null | undefined;
  effective_to?: Timestamptz_Comparison_Exp | null | undefined;
  model?: Llm_Models_Bool_Exp | null | undefined;
  model_id?: String_Comparison_Exp | null | undefined;
  plan?: Plans_Bool_Exp | null | undefined;
  plan_id?: String_Comparison_Exp | null | undefined;
  plan_quality_level?: Plan_Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  preference?: Int_Comparison_Exp | null | undefined;
  quality_level?: Quality_Levels_Bool_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
};

/** select columns of table "plan_quality_level_models" */
export type Plan_Quality_Level_Models_Select_Column =
  /** column name */
  | 'capability_id'
  /** column name */
  | 'effective_from'
  /** column name */
  | 'effective_to'
  /** column name */
  | 'model_id'
  /** column name */
  | 'plan_id'
  /** column name */
  | 'preference'
  /** column name */
  | 'quality_level_id';

/** Boolean expression to filter rows from the table "plans". All fields are combined with a logical 'AND'. */
export type Plans_Bool_Exp = {
  _and?: Array<Plans_Bool_Exp> | null | undefined;
  _not?: Plans_Bool_Exp | null | undefined;
  _or?: Array<Plans_Bool_Exp> | null | undefined;
  capabilities?: Plan_Ai_Capabilities_Bool_Exp | null | undefined;
  capabilities_aggregate?: Plan_Ai_Capabilities_Aggregate_Bool_Exp | null | undefined;
  capability_quality_levels?: Plan_Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  capability_quality_levels_aggregate?: Plan_Ai_Capability_Quality_Levels_Aggregate_Bool_Exp | null | undefined;
  description?: String_Comparison_Exp | null | undefined;
  dispute_policy?: String_Comparison_Exp | null | undefined;
  features?: Jsonb_Comparison_Exp | null | undefined;
  grace_days?: Int_Comparison_Exp | null | undefined;
  id?: String_Comparison_Exp | null | undefined;
  is_active?: Boolean_Comparison_Exp | null | undefined;
  meter_limits?: Plan_Meter_Limits_Bool_Exp | null | undefined;
  meter_limits_aggregate?: Plan_Meter_Limits_Aggregate_Bool_Exp | null | undefined;
  monthly_ai_credits?: Numeric_Comparison_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
  organization_plans?: Org_Plans_Bool_Exp | null | undefined;
  overdraft_credits?: Numeric_Comparison_Exp | null | undefined;
  pay_as_you_go_allowed?: Boolean_Comparison_Exp | null | undefined;
  pay_as_you_go_credit_price_usd?: Numeric_Comparison_Exp | null | undefined;
  pending_organization_plans?: Org_Plans_Bool_Exp | null | undefined;
  price_usd_monthly?: Numeric_Comparison_Exp | null | undefined;
  rank?: Int_Comparison_Exp | null | undefined;
  refund_policy?: String_Comparison_Exp | null | undefined;
  rollover_credits?: Numeric_Comparison_Exp | null | undefined;
  session_maximum_minutes?: Int_Comparison_Exp | null | undefined;
  session_minute_price_credits?: Numeric_Comparison_Exp | null | undefined;
  topup_allowed?: Boolean_Comparison_Exp | null | undefined;
  trial_credits?: Numeric_Comparison_Exp | null | undefined;
  trial_days?: Int_Comparison_Exp | null | undefined;
  upgrade_grant?: String_Comparison_Exp | null | undefined;
};

/** Boolean expression to filter rows from the table "quality_levels". All fields are combined with a logical 'AND'. */
export type Quality_Levels_Bool_Exp = {
  _and?: Array<Quality_Levels_Bool_Exp> | null | undefined;
  _not?: Quality_Levels_Bool_Exp | null | undefined;
  _or?: Array<Quality_Levels_Bool_Exp> | null | undefined;
  capability_estimates?: Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  capability_estimates_aggregate?: Ai_Capability_Quality_Levels_Aggregate_Bool_Exp | null | undefined;
  credit_multiplier?: Numeric_Comparison_Exp | null | undefined;
  description?: String_Comparison_Exp | null | undefined;
  id?: String_Comparison_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
  organization_defaults?: Organization_Quality_Defaults_Bool_Exp | null | undefined;
  organization_defaults_aggregate?: Organization_Quality_Defaults_Aggregate_Bool_Exp | null | undefined;
  plan_capabilities?: Plan_Ai_Capability_Quality_Levels_Bool_Exp | null | undefined;
  plan_capabilities_aggregate?: Plan_Ai_Capability_Quality_Levels_Aggregate_Bool_Exp | null | undefined;
  rank?: Int_Comparison_Exp | null | undefined;
};

export type Quota_Holds_Aggregate_Bool_Exp = {
  count?: Quota_Holds_Aggregate_Bool_Exp_Count | null | undefined;
};

export type Quota_Holds_Aggregate_Bool_Exp_Count = {
  arguments?: Array<Quota_Holds_Select_Column> | null | undefined;
  distinct?: boolean | null | undefined;
  filter?: Quota_Holds_Bool_Exp | null | undefined;
  predicate: Int_Comparison_Exp;
};

/** Boolean expression to filter rows from the table "quota_holds". All fields are combined with a logical 'AND'. */
export type Quota_Holds_Bool_Exp = {
  _and?: Array<Quota_Holds_Bool_Exp> | null | undefined;
  _not?: Quota_Holds_Bool_Exp | null | undefined;
  _or?: Array<Quota_Holds_Bool_Exp> | null | undefined;
  actual_amount?: Numeric_Comparison_Exp | null | undefined;
  closed_at?: Timestamptz_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  day?: Date_Comparison_Exp | null | undefined;
  day_start?: Timestamptz_Comparison_Exp | null | undefined;
  held_amount?: Numeric_Comparison_Exp | null | undefined;
  meter?: Meters_Bool_Exp | null | undefined;
  meter_id?: String_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  period_start?: Timestamptz_Comparison_Exp | null | undefined;
  reservation?: Credit_Reservations_Bool_Exp | null | undefined;
  reservation_id?: Uuid_Comparison_Exp | null | undefined;
  status?: String_Comparison_Exp | null | undefined;
  user?: Users_Bool_Exp | null | undefined;
  user_id?: Uuid_Comparison_Exp | null | undefined;
};

/** select columns of table "quota_holds" */
export type Quota_Holds_Select_Column =
  /** column name */
  | 'actual_amount'
  /** column name */
  | 'closed_at'
  /** column name */
  | 'created_at'
  /** column name */
  | 'day'
  /** column name */
  | 'day_start'
  /** column name */
  | 'held_amount'
  /** column name */
  | 'meter_id'
  /** column name */
  | 'organization_id'
  /** column name */
  | 'period_start'
  /** column name */
  | 'reservation_id'
  /** column name */
  | 'status'
  /** column name */
  | 'user_id';

/** Boolean expression to compare columns of type "timestamptz". All fields are combined with logical 'AND'. */
export type Timestamptz_Comparison_Exp = {
  _eq?: string | null | undefined;
  _gt?: string | null | undefined;
  _gte?: string | null | undefined;
  _in?: Array<string> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: string | null | undefined;
  _lte?: string | null | undefined;
  _neq?: string | null | undefined;
  _nin?: Array<string> | null | undefined;
};

/** Boolean expression to filter rows from the table "usage_sessions". All fields are combined with a logical 'AND'. */
export type Usage_Sessions_Bool_Exp = {
  _and?: Array<Usage_Sessions_Bool_Exp> | null | undefined;
  _not?: Usage_Sessions_Bool_Exp | null | undefined;
  _or?: Array<Usage_Sessions_Bool_Exp> | null | undefined;
  bought_minutes?: Numeric_Comparison_Exp | null | undefined;
  bought_seconds?: Int_Comparison_Exp | null | undefined;
  charged_credits?: Numeric_Comparison_Exp | null | undefined;
  difficulty?: String_Comparison_Exp | null | undefined;
  end_reason?: String_Comparison_Exp | null | undefined;
  ended_at?: Timestamptz_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  last_heartbeat_at?: Timestamptz_Comparison_Exp | null | undefined;
  lease_expires_at?: Timestamptz_Comparison_Exp | null | undefined;
  limit_at?: Timestamptz_Comparison_Exp | null | undefined;
  organization?: Organizations_Bool_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  started_at?: Timestamptz_Comparison_Exp | null | undefined;
  status?: String_Comparison_Exp | null | undefined;
  topic?: String_Comparison_Exp | null | undefined;
  used_minutes?: Numeric_Comparison_Exp | null | undefined;
  used_seconds?: Int_Comparison_Exp | null | undefined;
  user?: Users_Bool_Exp | null | undefined;
  user_id?: Uuid_Comparison_Exp | null | undefined;
};

/** Boolean expression to filter rows from the table "auth.users". All fields are combined with a logical 'AND'. */
export type Users_Bool_Exp = {
  _and?: Array<Users_Bool_Exp> | null | undefined;
  _not?: Users_Bool_Exp | null | undefined;
  _or?: Array<Users_Bool_Exp> | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  email?: String_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  image?: String_Comparison_Exp | null | undefined;
  memberships?: Organization_Members_Bool_Exp | null | undefined;
  memberships_aggregate?: Organization_Members_Aggregate_Bool_Exp | null | undefined;
  name?: String_Comparison_Exp | null | undefined;
};

/** Boolean expression to compare columns of type "uuid". All fields are combined with logical 'AND'. */
export type Uuid_Comparison_Exp = {
  _eq?: string | null | undefined;
  _gt?: string | null | undefined;
  _gte?: string | null | undefined;
  _in?: Array<string> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: string | null | undefined;
  _lte?: string | null | undefined;
  _neq?: string | null | undefined;
  _nin?: Array<string> | null | undefined;
};

export type ConnectionProbeQueryVariables = Exact<{ [key: string]: never; }>;


export type ConnectionProbeQuery = { check_ai_access: { allowed: boolean } };

export type AiAccessQueryVariables = Exact<{
  capability: string;
  quality_level?: string | null | undefined;
}>;


export type AiAccessQuery = { check_ai_access: { allowed: boolean, reason: string | null, message: string, capability: string, quality_level: string, model: string | null, estimated_credits: number, available_credits: number, allowed_quality_levels: Array<string>, unlocked_by_plan: string | null, retry_after_seconds: number | null, rate_limits: Array<{ window: string, limit: number, used: number, remaining: number, resets_at: string | null }> } };

export type ExplainAiAccessQueryVariables = Exact<{
  capability: string;
  quality_level?: string | null | undefined;
}>;


export type ExplainAiAccessQuery = { explain_ai_access: { allowed: boolean, reason: string | null, plan: string, subscription_status: string, quality_level: string, quality_level_from: string, estimated_credits: number, estimate_effective_from: string | null, required_credits: number, available_credits: number, models: Array<{ preference: number, model: string, price_effective_from: string | null }>, rate_limits: Array<{ window: string, limit: number, used: number, remaining: number, resets_at: string | null }>, rules: Array<{ rule: string, passed: boolean }> } };

export type PaymentStateSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type PaymentStateSubscription = { org_plans: Array<{ organization_id: string, plan_id: string, status: string, grace_ends_at: string | null }> };

export type CapabilityCatalogueQueryVariables = Exact<{ [key: string]: never; }>;


export type CapabilityCatalogueQuery = { plans: Array<{ id: string, name: string, rank: number, is_active: boolean }>, quality_levels: Array<{ id: string, name: string, description: string, rank: number }>, ai_capabilities: Array<{ id: string, name: string, description: string, category: string, abort_policy: string, is_active: boolean }>, ai_capability_quality_levels: Array<{ capability_id: string, quality_level_id: string, estimated_credits: number, effective_from: string, effective_to: string | null }>, plan_ai_capabilities: Array<{ plan_id: string, capability_id: string, is_enabled: boolean }>, plan_ai_capability_quality_levels: Array<{ plan_id: string, capability_id: string, quality_level_id: string }>, llm_models: Array<{ id: string, name: string }> };

export type OrganizationPlanSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type OrganizationPlanSubscription = { org_plans: Array<{ organization_id: string, plan_id: string, status: string, monthly_ai_credits: number, period_end: string }> };

export type QualityDefaultsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type QualityDefaultsSubscription = { organization_quality_defaults: Array<{ organization_id: string, capability_id: string, quality_level_id: string, updated_at: string }> };

export type CreditTransactionRowFragment = { sequence: number, id: string, type: string, amount_credits: number, balance_after_credits: number, reservation_id: string | null, capability_id: string | null, quality_level_id: string | null, model_id: string | null, user_id: string | null, actor: unknown, description: string | null, created_at: string } & { ' $fragmentName'?: 'CreditTransactionRowFragment' };

export type CreditHistoryPageQueryVariables = Exact<{
  where: Credit_Transactions_Bool_Exp;
  limit: number;
}>;


export type CreditHistoryPageQuery = { credit_transactions: Array<{ ' $fragmentRefs'?: { 'CreditTransactionRowFragment': CreditTransactionRowFragment } }> };

export type CreditHistoryTotalsQueryVariables = Exact<{
  added: Credit_Transactions_Bool_Exp;
  spent: Credit_Transactions_Bool_Exp;
}>;


export type CreditHistoryTotalsQuery = { added: { aggregate: { count: number, sum: { amount_credits: number | null } | null } | null }, spent: { aggregate: { count: number, sum: { amount_credits: number | null } | null } | null } };

export type NewCreditTransactionsSubscriptionVariables = Exact<{
  where: Credit_Transactions_Bool_Exp;
  limit: number;
}>;


export type NewCreditTransactionsSubscription = { credit_transactions: Array<{ ' $fragmentRefs'?: { 'CreditTransactionRowFragment': CreditTransactionRowFragment } }> };

export type HeldCreditsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type HeldCreditsSubscription = { open_reservations: Array<{ id: string | null, capability_id: string | null, quality_level_id: string | null, user_id: string | null, actor: unknown, amount_credits: number | null, created_at: string | null, expires_at: string | null }> };

export type PeopleQueryVariables = Exact<{ [key: string]: never; }>;


export type PeopleQuery = { organization_members: Array<{ id: string, user_id: string, user: { id: string, name: string } }> };

export type CreditBalanceSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CreditBalanceSubscription = { organization_credit_balances: Array<{ organization_id: string, monthly_credits: number, bonus_credits: number, reserved_credits: number, debt_credits: number, posted_credits: number | null, available_credits: number | null, used_this_period: number | null, period_start: string, period_end: string }> };

export type MemberCapRowFragment = { organization_id: string, user_id: string, meter_id: string, period: string, limit_amount: number, updated_at: string, updated_by_user: { id: string, name: string } | null } & { ' $fragmentName'?: 'MemberCapRowFragment' };

export type MemberCapsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type MemberCapsSubscription = { member_caps: Array<{ ' $fragmentRefs'?: { 'MemberCapRowFragment': MemberCapRowFragment } }> };

export type CappedUsagesSubscriptionVariables = Exact<{
  user_ids: Array<string> | string;
  now: string;
}>;


export type CappedUsagesSubscription = { quota_usages: Array<{ organization_id: string, user_id: string, meter_id: string, period: string, period_start: string, period_end: string, used_amount: number, held_amount: number }> };

export type CapCatalogueQueryVariables = Exact<{ [key: string]: never; }>;


export type CapCatalogueQuery = { meters: Array<{ id: string, name: string, unit: string, kind: string }>, organization_members: Array<{ id: string, user_id: string, role: string, user: { id: string, name: string, email: string } }>, org_plans: Array<{ organization_id: string, plan_id: string, period_end: string }> };

export type OrganizationSubscriptionSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type OrganizationSubscriptionSubscription = { org_plans: Array<{ organization_id: string, plan_id: string, status: string, is_billed: boolean, monthly_ai_credits: number, period_start: string, period_end: string, pending_plan_id: string | null, pending_change_at: string | null, trial_ends_at: string | null, trial_used_at: string | null, grace_ends_at: string | null }> };

export type PlanCatalogueQueryVariables = Exact<{ [key: string]: never; }>;


export type PlanCatalogueQuery = { plans: Array<{ id: string, name: string, description: string, rank: number, price_usd_monthly: number, monthly_ai_credits: number, rollover_credits: number, topup_allowed: boolean, pay_as_you_go_allowed: boolean, trial_days: number, is_active: boolean }>, quality_levels: Array<{ id: string, name: string, rank: number }>, ai_capabilities: Array<{ id: string, name: string }>, plan_ai_capabilities: Array<{ plan_id: string, capability_id: string, is_enabled: boolean, requests_per_minute: number | null, requests_per_hour: number | null, requests_per_day: number | null }>, plan_ai_capability_quality_levels: Array<{ plan_id: string, capability_id: string, quality_level_id: string }>, meters: Array<{ id: string, name: string, unit: string }>, plan_meter_limits: Array<{ plan_id: string, meter_id: string, period: string, scope: string, limit_amount: number | null }> };

export type SuggestQuestionsMutationVariables = Exact<{
  input: SuggestQuestionsInput;
}>;


export type SuggestQuestionsMutation = { suggest_questions: { quality_level: string, model: string, offline: boolean, charged_credits: number, available_credits: number, reservation_id: string, transaction_id: string | null, replayed: boolean, questions: Array<{ text: string, reason: string }> } };

export type ExplainQuotaQueryVariables = Exact<{
  meter: string;
  user_id?: string | null | undefined;
}>;


export type ExplainQuotaQuery = { explain_quota: { meter: string, name: string, unit: string, kind: string, plan: string, time_zone: string, rules: Array<{ level: string, scope: string, user_id: string | null, period: string, limit: number | null, used: number, held: number, remaining: number | null, is_hard: boolean, burst_amount: number, grace_ends_at: string | null, refuses_above: number | null, resets_at: string | null, binds: boolean, source: unknown }> } };

export type EndSessionMutationVariables = Exact<{
  session_id: string;
}>;


export type EndSessionMutation = { end_session: { ' $fragmentRefs'?: { 'SessionAnswerFragment': SessionAnswerFragment } } };

export type SessionRowFragment = { id: string | null, user_id: string | null, topic: string | null, difficulty: string | null, status: string | null, end_reason: string | null, started_at: string | null, last_heartbeat_at: string | null, lease_expires_at: string | null, limit_at: string | null, ended_at: string | null, used_seconds: number | null, used_minutes: number | null, bought_minutes: number | null, charged_credits: number | null } & { ' $fragmentName'?: 'SessionRowFragment' };

export type LatestSessionSubscriptionVariables = Exact<{
  user_id: string;
}>;


export type LatestSessionSubscription = { usage_sessions: Array<{ ' $fragmentRefs'?: { 'SessionRowFragment': SessionRowFragment } }> };

export type PastSessionsQueryVariables = Exact<{
  where: Usage_Sessions_Bool_Exp;
  limit: number;
}>;


export type PastSessionsQuery = { usage_sessions: Array<(
    { user: { id: string, name: string } | null }
    & { ' $fragmentRefs'?: { 'SessionRowFragment': SessionRowFragment } }
  )> };

export type SessionAllowanceQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionAllowanceQuery = { session_allowance: { can_start: boolean, reason: string | null, message: string, active_session_id: string | null, used_minutes: number, limit_minutes: number | null, remaining_minutes: number | null, minute_price_credits: number | null, period_end: string } };

export type SessionAnswerFragment = { session_id: string, user_id: string, topic: string | null, difficulty: string | null, status: string, end_reason: string | null, started_at: string, last_heartbeat_at: string, lease_expires_at: string, limit_at: string | null, ended_at: string | null, used_seconds: number, used_minutes: number, bought_minutes: number, charged_credits: number, minute_price_credits: number | null, heartbeat_interval_seconds: number } & { ' $fragmentName'?: 'SessionAnswerFragment' };

export type SessionHeartbeatMutationVariables = Exact<{
  session_id: string;
}>;


export type SessionHeartbeatMutation = { session_heartbeat: { ' $fragmentRefs'?: { 'SessionAnswerFragment': SessionAnswerFragment } } };

export type SessionMinutePriceQueryVariables = Exact<{ [key: string]: never; }>;


export type SessionMinutePriceQuery = { org_plans: Array<{ organization_id: string, plan: { id: string, session_minute_price_credits: number | null } }> };

export type SessionSettingsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type SessionSettingsSubscription = { session_settings: Array<{ organization_id: string, buy_minutes_with_credits: boolean }> };

export type SessionStatusQueryVariables = Exact<{
  session_id: string;
}>;


export type SessionStatusQuery = { session_status: { ' $fragmentRefs'?: { 'SessionAnswerFragment': SessionAnswerFragment } } };

export type StartSessionMutationVariables = Exact<{
  input: StartSessionInput;
}>;


export type StartSessionMutation = { start_session: { ' $fragmentRefs'?: { 'SessionAnswerFragment': SessionAnswerFragment } } };

export type AssembleTestimonialMutationVariables = Exact<{
  input: AssembleTestimonialInput;
}>;


export type AssembleTestimonialMutation = { assemble_testimonial: { headline: string | null, text: string, quality_level: string, model: string, offline: boolean, charged_credits: number, available_credits: number, reservation_id: string, transaction_id: string | null, replayed: boolean } };

export type PolishTestimonialMutationVariables = Exact<{
  input: PolishTestimonialInput;
}>;


export type PolishTestimonialMutation = { polish_testimonial: { headline: string | null, text: string, quality_level: string, model: string, offline: boolean, charged_credits: number, available_credits: number, reservation_id: string, transaction_id: string | null, replayed: boolean } };

export type TopupOffersQueryVariables = Exact<{ [key: string]: never; }>;


export type TopupOffersQuery = { credit_topup_packages: Array<{ id: string, credits: number, price_usd: number, rank: number, is_best_value: boolean, is_active: boolean }>, plans: Array<{ id: string, name: string, rank: number, topup_allowed: boolean }>, org_plans: Array<{ organization_id: string, plan_id: string, status: string }> };

export type UsageSeriesQueryVariables = Exact<{
  organization_id: string;
  days: number;
  meter: string;
  breakdown: string;
}>;


export type UsageSeriesQuery = { usage_series: Array<{ day: string | null, key: string | null, label: string | null, amount: number | null, level_amount: number | null }> };

export type UsageQuotasQueryVariables = Exact<{
  organization_id: string;
}>;


export type UsageQuotasQuery = { usage_summary: Array<{ ' $fragmentRefs'?: { 'QuotaPositionFragment': QuotaPositionFragment } }> };

export type OwnQuotasQueryVariables = Exact<{
  organization_id: string;
  user_id: string;
}>;


export type OwnQuotasQuery = { remaining_quota: Array<{ ' $fragmentRefs'?: { 'QuotaPositionFragment': QuotaPositionFragment } }> };

export type NearingQuotasQueryVariables = Exact<{
  organization_id: string;
  threshold: number;
}>;


export type NearingQuotasQuery = { nearing_quota: Array<{ ' $fragmentRefs'?: { 'QuotaPositionFragment': QuotaPositionFragment } }> };

export type QuotaPositionFragment = { meter_id: string | null, user_id: string | null, name: string | null, unit: string | null, kind: string | null, scope: string | null, level: string | null, period: string | null, resets_at: string | null, limit_amount: number | null, used_amount: number | null, held_amount: number | null, is_hard: boolean | null } & { ' $fragmentName'?: 'QuotaPositionFragment' };

export type CreditForecastQueryVariables = Exact<{
  organization_id: string;
}>;


export type CreditForecastQuery = { credit_forecast: Array<{ available_credits: number | null, credits_per_day: number | null, days_of_history: number | null, exhausted_on: string | null, earliest_on: string | null, latest_on: string | null, period_end: string | null, ends_before_renewal: boolean | null, used_credits: number | null, projected_used_credits: number | null, shortfall_credits: number | null, plan_price_usd: number | null, projected_cost_usd: number | null }> };

export type UsageByPeriodQueryVariables = Exact<{
  organization_id: string;
  meter: string;
}>;


export type UsageByPeriodQuery = { usage_by_period: Array<{ period_start: string | null, period_end: string | null, is_current: boolean | null, used_amount: number | null }> };

export type UsageMetersQueryVariables = Exact<{ [key: string]: never; }>;


export type UsageMetersQuery = { meters: Array<{ id: string, name: string, unit: string, kind: string }>, org_plans: Array<{ organization_id: string, time_zone: string }> };

export type OperationChargeSubscriptionVariables = Exact<{
  reservation_id: string;
}>;


export type OperationChargeSubscription = { credit_reservations: Array<{ id: string | null, status: string | null, charged_credits: number | null }> };

export const CreditTransactionRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditTransactionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"balance_after_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"model_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}}]}}]} as unknown as DocumentNode<CreditTransactionRowFragment, unknown>;
export const MemberCapRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberCapRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"member_caps"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}},{"kind":"Field","name":{"kind":"Name","value":"updated_at"}},{"kind":"Field","name":{"kind":"Name","value":"updated_by_user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<MemberCapRowFragment, unknown>;
export const SessionRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"usage_sessions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}}]}}]} as unknown as DocumentNode<SessionRowFragment, unknown>;
export const SessionAnswerFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionAnswer"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MeteredSession"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"minute_price_credits"}},{"kind":"Field","name":{"kind":"Name","value":"heartbeat_interval_seconds"}}]}}]} as unknown as DocumentNode<SessionAnswerFragment, unknown>;
export const QuotaPositionFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuotaPosition"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"quota_positions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}},{"kind":"Field","name":{"kind":"Name","value":"used_amount"}},{"kind":"Field","name":{"kind":"Name","value":"held_amount"}},{"kind":"Field","name":{"kind":"Name","value":"is_hard"}}]}}]} as unknown as DocumentNode<QuotaPositionFragment, unknown>;
export const ConnectionProbeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ConnectionProbe"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"check_ai_access"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"capability"},"value":{"kind":"StringValue","value":"question_generation","block":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}}]}}]}}]} as unknown as DocumentNode<ConnectionProbeQuery, ConnectionProbeQueryVariables>;
export const AiAccessDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AiAccess"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"capability"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quality_level"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"check_ai_access"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"capability"},"value":{"kind":"Variable","name":{"kind":"Name","value":"capability"}}},{"kind":"Argument","name":{"kind":"Name","value":"quality_level"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quality_level"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"capability"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"estimated_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"allowed_quality_levels"}},{"kind":"Field","name":{"kind":"Name","value":"unlocked_by_plan"}},{"kind":"Field","name":{"kind":"Name","value":"retry_after_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"rate_limits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"window"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}}]}}]}}]}}]} as unknown as DocumentNode<AiAccessQuery, AiAccessQueryVariables>;
export const ExplainAiAccessDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExplainAiAccess"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"capability"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quality_level"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"explain_ai_access"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"capability"},"value":{"kind":"Variable","name":{"kind":"Name","value":"capability"}}},{"kind":"Argument","name":{"kind":"Name","value":"quality_level"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quality_level"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"subscription_status"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_from"}},{"kind":"Field","name":{"kind":"Name","value":"estimated_credits"}},{"kind":"Field","name":{"kind":"Name","value":"estimate_effective_from"}},{"kind":"Field","name":{"kind":"Name","value":"required_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"preference"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"price_effective_from"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rate_limits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"window"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}}]}},{"kind":"Field","name":{"kind":"Name","value":"rules"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rule"}},{"kind":"Field","name":{"kind":"Name","value":"passed"}}]}}]}}]}}]} as unknown as DocumentNode<ExplainAiAccessQuery, ExplainAiAccessQueryVariables>;
export const PaymentStateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"PaymentState"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grace_ends_at"}}]}}]}}]} as unknown as DocumentNode<PaymentStateSubscription, PaymentStateSubscriptionVariables>;
export const CapabilityCatalogueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CapabilityCatalogue"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"is_active"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quality_levels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ai_capabilities"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"abort_policy"}},{"kind":"Field","name":{"kind":"Name","value":"is_active"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ai_capability_quality_levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"estimated_credits"}},{"kind":"Field","name":{"kind":"Name","value":"effective_from"}},{"kind":"Field","name":{"kind":"Name","value":"effective_to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_ai_capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"is_enabled"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_ai_capability_quality_levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"llm_models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<CapabilityCatalogueQuery, CapabilityCatalogueQueryVariables>;
export const OrganizationPlanDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OrganizationPlan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"monthly_ai_credits"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}}]}}]}}]} as unknown as DocumentNode<OrganizationPlanSubscription, OrganizationPlanSubscriptionVariables>;
export const QualityDefaultsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"QualityDefaults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_quality_defaults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"updated_at"}}]}}]}}]} as unknown as DocumentNode<QualityDefaultsSubscription, QualityDefaultsSubscriptionVariables>;
export const CreditHistoryPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CreditHistoryPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_transactions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sequence"},"value":{"kind":"EnumValue","value":"desc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreditTransactionRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditTransactionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"balance_after_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"model_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}}]}}]} as unknown as DocumentNode<CreditHistoryPageQuery, CreditHistoryPageQueryVariables>;
export const CreditHistoryTotalsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CreditHistoryTotals"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"added"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"spent"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"added"},"name":{"kind":"Name","value":"credit_transactions_aggregate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"added"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"aggregate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"sum"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"spent"},"name":{"kind":"Name","value":"credit_transactions_aggregate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"spent"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"aggregate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"sum"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CreditHistoryTotalsQuery, CreditHistoryTotalsQueryVariables>;
export const NewCreditTransactionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"NewCreditTransactions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_transactions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sequence"},"value":{"kind":"EnumValue","value":"asc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreditTransactionRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditTransactionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"balance_after_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"model_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}}]}}]} as unknown as DocumentNode<NewCreditTransactionsSubscription, NewCreditTransactionsSubscriptionVariables>;
export const HeldCreditsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"HeldCredits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"open_reservations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"created_at"},"value":{"kind":"EnumValue","value":"desc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}},{"kind":"Field","name":{"kind":"Name","value":"expires_at"}}]}}]}}]} as unknown as DocumentNode<HeldCreditsSubscription, HeldCreditsSubscriptionVariables>;
export const PeopleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"People"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_members"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<PeopleQuery, PeopleQueryVariables>;
export const CreditBalanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"CreditBalance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_credit_balances"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"monthly_credits"}},{"kind":"Field","name":{"kind":"Name","value":"bonus_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reserved_credits"}},{"kind":"Field","name":{"kind":"Name","value":"debt_credits"}},{"kind":"Field","name":{"kind":"Name","value":"posted_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"used_this_period"}},{"kind":"Field","name":{"kind":"Name","value":"period_start"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}}]}}]}}]} as unknown as DocumentNode<CreditBalanceSubscription, CreditBalanceSubscriptionVariables>;
export const MemberCapsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"MemberCaps"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"member_caps"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"user_id"},"value":{"kind":"EnumValue","value":"asc"}}]},{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"meter_id"},"value":{"kind":"EnumValue","value":"asc"}}]},{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"period"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MemberCapRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberCapRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"member_caps"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}},{"kind":"Field","name":{"kind":"Name","value":"updated_at"}},{"kind":"Field","name":{"kind":"Name","value":"updated_by_user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<MemberCapsSubscription, MemberCapsSubscriptionVariables>;
export const CappedUsagesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"CappedUsages"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"user_ids"}},"type":{"kind":"NonNullType","type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"now"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"timestamptz"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quota_usages"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"user_id"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_in"},"value":{"kind":"Variable","name":{"kind":"Name","value":"user_ids"}}}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"period_end"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_gt"},"value":{"kind":"Variable","name":{"kind":"Name","value":"now"}}}]}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"period_start"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}},{"kind":"Field","name":{"kind":"Name","value":"used_amount"}},{"kind":"Field","name":{"kind":"Name","value":"held_amount"}}]}}]}}]} as unknown as DocumentNode<CappedUsagesSubscription, CappedUsagesSubscriptionVariables>;
export const CapCatalogueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CapCatalogue"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"is_active"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_eq"},"value":{"kind":"BooleanValue","value":true}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"category"},"value":{"kind":"EnumValue","value":"asc"}}]},{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"organization_members"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"created_at"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}}]}}]}}]} as unknown as DocumentNode<CapCatalogueQuery, CapCatalogueQueryVariables>;
export const OrganizationSubscriptionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OrganizationSubscription"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"is_billed"}},{"kind":"Field","name":{"kind":"Name","value":"monthly_ai_credits"}},{"kind":"Field","name":{"kind":"Name","value":"period_start"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}},{"kind":"Field","name":{"kind":"Name","value":"pending_plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"pending_change_at"}},{"kind":"Field","name":{"kind":"Name","value":"trial_ends_at"}},{"kind":"Field","name":{"kind":"Name","value":"trial_used_at"}},{"kind":"Field","name":{"kind":"Name","value":"grace_ends_at"}}]}}]}}]} as unknown as DocumentNode<OrganizationSubscriptionSubscription, OrganizationSubscriptionSubscriptionVariables>;
export const PlanCatalogueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PlanCatalogue"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"price_usd_monthly"}},{"kind":"Field","name":{"kind":"Name","value":"monthly_ai_credits"}},{"kind":"Field","name":{"kind":"Name","value":"rollover_credits"}},{"kind":"Field","name":{"kind":"Name","value":"topup_allowed"}},{"kind":"Field","name":{"kind":"Name","value":"pay_as_you_go_allowed"}},{"kind":"Field","name":{"kind":"Name","value":"trial_days"}},{"kind":"Field","name":{"kind":"Name","value":"is_active"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quality_levels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ai_capabilities"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_ai_capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"is_enabled"}},{"kind":"Field","name":{"kind":"Name","value":"requests_per_minute"}},{"kind":"Field","name":{"kind":"Name","value":"requests_per_hour"}},{"kind":"Field","name":{"kind":"Name","value":"requests_per_day"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_ai_capability_quality_levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"meters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"is_active"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_eq"},"value":{"kind":"BooleanValue","value":true}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"category"},"value":{"kind":"EnumValue","value":"asc"}}]},{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_meter_limits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}}]}}]}}]} as unknown as DocumentNode<PlanCatalogueQuery, PlanCatalogueQueryVariables>;
export const SuggestQuestionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SuggestQuestions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SuggestQuestionsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"suggest_questions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"offline"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"transaction_id"}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}}]} as unknown as DocumentNode<SuggestQuestionsMutation, SuggestQuestionsMutationVariables>;
export const ExplainQuotaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ExplainQuota"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"meter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"user_id"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"explain_quota"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"meter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"meter"}}},{"kind":"Argument","name":{"kind":"Name","value":"user_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"user_id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meter"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"plan"}},{"kind":"Field","name":{"kind":"Name","value":"time_zone"}},{"kind":"Field","name":{"kind":"Name","value":"rules"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"limit"}},{"kind":"Field","name":{"kind":"Name","value":"used"}},{"kind":"Field","name":{"kind":"Name","value":"held"}},{"kind":"Field","name":{"kind":"Name","value":"remaining"}},{"kind":"Field","name":{"kind":"Name","value":"is_hard"}},{"kind":"Field","name":{"kind":"Name","value":"burst_amount"}},{"kind":"Field","name":{"kind":"Name","value":"grace_ends_at"}},{"kind":"Field","name":{"kind":"Name","value":"refuses_above"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}},{"kind":"Field","name":{"kind":"Name","value":"binds"}},{"kind":"Field","name":{"kind":"Name","value":"source"}}]}}]}}]}}]} as unknown as DocumentNode<ExplainQuotaQuery, ExplainQuotaQueryVariables>;
export const EndSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"session_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"end_session"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"session_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"session_id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionAnswer"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionAnswer"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MeteredSession"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"minute_price_credits"}},{"kind":"Field","name":{"kind":"Name","value":"heartbeat_interval_seconds"}}]}}]} as unknown as DocumentNode<EndSessionMutation, EndSessionMutationVariables>;
export const LatestSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LatestSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"user_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage_sessions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"user_id"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_eq"},"value":{"kind":"Variable","name":{"kind":"Name","value":"user_id"}}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"started_at"},"value":{"kind":"EnumValue","value":"desc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"usage_sessions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}}]}}]} as unknown as DocumentNode<LatestSessionSubscription, LatestSessionSubscriptionVariables>;
export const PastSessionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PastSessions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"usage_sessions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage_sessions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"started_at"},"value":{"kind":"EnumValue","value":"desc"}}]},{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"EnumValue","value":"desc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionRow"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"usage_sessions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}}]}}]} as unknown as DocumentNode<PastSessionsQuery, PastSessionsQueryVariables>;
export const SessionAllowanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SessionAllowance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_allowance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"can_start"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"active_session_id"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"limit_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"remaining_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"minute_price_credits"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}}]}}]}}]} as unknown as DocumentNode<SessionAllowanceQuery, SessionAllowanceQueryVariables>;
export const SessionHeartbeatDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SessionHeartbeat"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"session_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_heartbeat"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"session_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"session_id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionAnswer"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionAnswer"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MeteredSession"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"minute_price_credits"}},{"kind":"Field","name":{"kind":"Name","value":"heartbeat_interval_seconds"}}]}}]} as unknown as DocumentNode<SessionHeartbeatMutation, SessionHeartbeatMutationVariables>;
export const SessionMinutePriceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SessionMinutePrice"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"session_minute_price_credits"}}]}}]}}]}}]} as unknown as DocumentNode<SessionMinutePriceQuery, SessionMinutePriceQueryVariables>;
export const SessionSettingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"SessionSettings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_settings"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"buy_minutes_with_credits"}}]}}]}}]} as unknown as DocumentNode<SessionSettingsSubscription, SessionSettingsSubscriptionVariables>;
export const SessionStatusDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SessionStatus"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"session_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_status"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"session_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"session_id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionAnswer"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionAnswer"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MeteredSession"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"minute_price_credits"}},{"kind":"Field","name":{"kind":"Name","value":"heartbeat_interval_seconds"}}]}}]} as unknown as DocumentNode<SessionStatusQuery, SessionStatusQueryVariables>;
export const StartSessionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartSession"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartSessionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start_session"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"SessionAnswer"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"SessionAnswer"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MeteredSession"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"session_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"topic"}},{"kind":"Field","name":{"kind":"Name","value":"difficulty"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"end_reason"}},{"kind":"Field","name":{"kind":"Name","value":"started_at"}},{"kind":"Field","name":{"kind":"Name","value":"last_heartbeat_at"}},{"kind":"Field","name":{"kind":"Name","value":"lease_expires_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_at"}},{"kind":"Field","name":{"kind":"Name","value":"ended_at"}},{"kind":"Field","name":{"kind":"Name","value":"used_seconds"}},{"kind":"Field","name":{"kind":"Name","value":"used_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"bought_minutes"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"minute_price_credits"}},{"kind":"Field","name":{"kind":"Name","value":"heartbeat_interval_seconds"}}]}}]} as unknown as DocumentNode<StartSessionMutation, StartSessionMutationVariables>;
export const AssembleTestimonialDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AssembleTestimonial"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AssembleTestimonialInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"assemble_testimonial"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"offline"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"transaction_id"}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}}]} as unknown as DocumentNode<AssembleTestimonialMutation, AssembleTestimonialMutationVariables>;
export const PolishTestimonialDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PolishTestimonial"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"PolishTestimonialInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"polish_testimonial"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"offline"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"transaction_id"}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}}]} as unknown as DocumentNode<PolishTestimonialMutation, PolishTestimonialMutationVariables>;
export const TopupOffersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"TopupOffers"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_topup_packages"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"credits"}},{"kind":"Field","name":{"kind":"Name","value":"price_usd"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"is_best_value"}},{"kind":"Field","name":{"kind":"Name","value":"is_active"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"topup_allowed"}}]}},{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]} as unknown as DocumentNode<TopupOffersQuery, TopupOffersQueryVariables>;
export const UsageSeriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageSeries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"days"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"meter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"breakdown"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage_series"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"args"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"organization_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"days"},"value":{"kind":"Variable","name":{"kind":"Name","value":"days"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"meter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"meter"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"breakdown"},"value":{"kind":"Variable","name":{"kind":"Name","value":"breakdown"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"day"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"label"}},{"kind":"Field","name":{"kind":"Name","value":"amount"}},{"kind":"Field","name":{"kind":"Name","value":"level_amount"}}]}}]}}]} as unknown as DocumentNode<UsageSeriesQuery, UsageSeriesQueryVariables>;
export const UsageQuotasDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageQuotas"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage_summary"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"args"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"organization_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuotaPosition"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuotaPosition"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"quota_positions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}},{"kind":"Field","name":{"kind":"Name","value":"used_amount"}},{"kind":"Field","name":{"kind":"Name","value":"held_amount"}},{"kind":"Field","name":{"kind":"Name","value":"is_hard"}}]}}]} as unknown as DocumentNode<UsageQuotasQuery, UsageQuotasQueryVariables>;
export const OwnQuotasDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OwnQuotas"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"user_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"remaining_quota"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"args"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"organization_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"user_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"user_id"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuotaPosition"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuotaPosition"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"quota_positions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}},{"kind":"Field","name":{"kind":"Name","value":"used_amount"}},{"kind":"Field","name":{"kind":"Name","value":"held_amount"}},{"kind":"Field","name":{"kind":"Name","value":"is_hard"}}]}}]} as unknown as DocumentNode<OwnQuotasQuery, OwnQuotasQueryVariables>;
export const NearingQuotasDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NearingQuotas"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"threshold"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"numeric"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nearing_quota"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"args"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"organization_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"threshold"},"value":{"kind":"Variable","name":{"kind":"Name","value":"threshold"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"QuotaPosition"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"QuotaPosition"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"quota_positions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meter_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"scope"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"period"}},{"kind":"Field","name":{"kind":"Name","value":"resets_at"}},{"kind":"Field","name":{"kind":"Name","value":"limit_amount"}},{"kind":"Field","name":{"kind":"Name","value":"used_amount"}},{"kind":"Field","name":{"kind":"Name","value":"held_amount"}},{"kind":"Field","name":{"kind":"Name","value":"is_hard"}}]}}]} as unknown as DocumentNode<NearingQuotasQuery, NearingQuotasQueryVariables>;
export const CreditForecastDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CreditForecast"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_forecast"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"args"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"organization_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"credits_per_day"}},{"kind":"Field","name":{"kind":"Name","value":"days_of_history"}},{"kind":"Field","name":{"kind":"Name","value":"exhausted_on"}},{"kind":"Field","name":{"kind":"Name","value":"earliest_on"}},{"kind":"Field","name":{"kind":"Name","value":"latest_on"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}},{"kind":"Field","name":{"kind":"Name","value":"ends_before_renewal"}},{"kind":"Field","name":{"kind":"Name","value":"used_credits"}},{"kind":"Field","name":{"kind":"Name","value":"projected_used_credits"}},{"kind":"Field","name":{"kind":"Name","value":"shortfall_credits"}},{"kind":"Field","name":{"kind":"Name","value":"plan_price_usd"}},{"kind":"Field","name":{"kind":"Name","value":"projected_cost_usd"}}]}}]}}]} as unknown as DocumentNode<CreditForecastQuery, CreditForecastQueryVariables>;
export const UsageByPeriodDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageByPeriod"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"meter"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"usage_by_period"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"args"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"organization_id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"organization_id"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"meter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"meter"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"period_start"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}},{"kind":"Field","name":{"kind":"Name","value":"is_current"}},{"kind":"Field","name":{"kind":"Name","value":"used_amount"}}]}}]}}]} as unknown as DocumentNode<UsageByPeriodQuery, UsageByPeriodQueryVariables>;
export const UsageMetersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"UsageMeters"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"meters"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"is_active"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_eq"},"value":{"kind":"BooleanValue","value":true}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"category"},"value":{"kind":"EnumValue","value":"asc"}}]},{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"name"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"unit"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}}]}},{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"time_zone"}}]}}]}}]} as unknown as DocumentNode<UsageMetersQuery, UsageMetersQueryVariables>;
export const OperationChargeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OperationCharge"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"reservation_id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"uuid"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_reservations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_eq"},"value":{"kind":"Variable","name":{"kind":"Name","value":"reservation_id"}}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}}]}}]}}]} as unknown as DocumentNode<OperationChargeSubscription, OperationChargeSubscriptionVariables>;