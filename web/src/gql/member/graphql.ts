/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
export type String_Comparison_Exp = {
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

export type SuggestQuestionsInput = {
  count?: number | null | undefined;
  idempotency_key: string;
  product_description: string;
  product_name: string;
  quality_level?: string | null | undefined;
};

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

export type Credit_Transactions_Bool_Exp = {
  _and?: Array<Credit_Transactions_Bool_Exp> | null | undefined;
  _not?: Credit_Transactions_Bool_Exp | null | undefined;
  _or?: Array<Credit_Transactions_Bool_Exp> | null | undefined;
  actor?: Jsonb_Comparison_Exp | null | undefined;
  amount_credits?: Numeric_Comparison_Exp | null | undefined;
  balance_after_credits?: Numeric_Comparison_Exp | null | undefined;
  capability_id?: String_Comparison_Exp | null | undefined;
  context?: Jsonb_Comparison_Exp | null | undefined;
  created_at?: Timestamptz_Comparison_Exp | null | undefined;
  description?: String_Comparison_Exp | null | undefined;
  event_at?: Timestamptz_Comparison_Exp | null | undefined;
  grant_id?: Uuid_Comparison_Exp | null | undefined;
  id?: Uuid_Comparison_Exp | null | undefined;
  model_id?: String_Comparison_Exp | null | undefined;
  organization_id?: Uuid_Comparison_Exp | null | undefined;
  quality_level_id?: String_Comparison_Exp | null | undefined;
  reservation_id?: Uuid_Comparison_Exp | null | undefined;
  sequence?: Bigint_Comparison_Exp | null | undefined;
  type?: String_Comparison_Exp | null | undefined;
  user_id?: Uuid_Comparison_Exp | null | undefined;
};

export type Jsonb_Comparison_Exp = {
  _eq?: unknown;
  _gt?: unknown;
  _gte?: unknown;
  _in?: Array<unknown> | null | undefined;
  _is_null?: boolean | null | undefined;
  _lt?: unknown;
  _lte?: unknown;
  _neq?: unknown;
  _nin?: Array<unknown> | null | undefined;
};

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

export type AiAccessQueryVariables = Exact<{
  capability: string;
  quality_level?: string | null | undefined;
}>;


export type AiAccessQuery = { check_ai_access: { allowed: boolean, reason: string | null, message: string, capability: string, quality_level: string, model: string | null, estimated_credits: number, available_credits: number, allowed_quality_levels: Array<string>, unlocked_by_plan: string | null, retry_after_seconds: number | null } };

export type CapabilityCatalogueQueryVariables = Exact<{ [key: string]: never; }>;


export type CapabilityCatalogueQuery = { plans: Array<{ id: string, name: string, rank: number, is_active: boolean }>, quality_levels: Array<{ id: string, name: string, description: string | null, rank: number }>, ai_capabilities: Array<{ id: string, name: string, description: string | null, category: string, is_active: boolean }>, ai_capability_quality_levels: Array<{ capability_id: string, quality_level_id: string, estimated_credits: number, effective_from: string, effective_to: string | null }>, plan_ai_capabilities: Array<{ plan_id: string, capability_id: string, is_enabled: boolean }>, plan_ai_capability_quality_levels: Array<{ plan_id: string, capability_id: string, quality_level_id: string }>, llm_models: Array<{ id: string, name: string }> };

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


export type HeldCreditsSubscription = { credit_reservations: Array<{ id: string, capability_id: string, quality_level_id: string, user_id: string | null, actor: unknown, amount_credits: number, created_at: string, expires_at: string }> };

export type PeopleQueryVariables = Exact<{ [key: string]: never; }>;


export type PeopleQuery = { organization_members: Array<{ id: string, user_id: string, user: { id: string, name: string } }> };

export type CreditBalanceSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type CreditBalanceSubscription = { organization_credit_balances: Array<{ organization_id: string, monthly_credits: number, bonus_credits: number, reserved_credits: number, debt_credits: number, posted_credits: number | null, available_credits: number | null, used_this_period: number | null, period_start: string, period_end: string }> };

export type SuggestQuestionsMutationVariables = Exact<{
  input: SuggestQuestionsInput;
}>;


export type SuggestQuestionsMutation = { suggest_questions: { quality_level: string, model: string, offline: boolean, charged_credits: number, available_credits: number, reservation_id: string, transaction_id: string | null, replayed: boolean, questions: Array<{ text: string, reason: string }> } };

export const CreditTransactionRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditTransactionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"balance_after_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"model_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}}]}}]} as unknown as DocumentNode<CreditTransactionRowFragment, unknown>;
export const AiAccessDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"AiAccess"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"capability"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"quality_level"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"check_ai_access"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"capability"},"value":{"kind":"Variable","name":{"kind":"Name","value":"capability"}}},{"kind":"Argument","name":{"kind":"Name","value":"quality_level"},"value":{"kind":"Variable","name":{"kind":"Name","value":"quality_level"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"capability"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"estimated_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"allowed_quality_levels"}},{"kind":"Field","name":{"kind":"Name","value":"unlocked_by_plan"}},{"kind":"Field","name":{"kind":"Name","value":"retry_after_seconds"}}]}}]}}]} as unknown as DocumentNode<AiAccessQuery, AiAccessQueryVariables>;
export const CapabilityCatalogueDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CapabilityCatalogue"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}},{"kind":"Field","name":{"kind":"Name","value":"is_active"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quality_levels"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"rank"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"rank"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ai_capabilities"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"id"},"value":{"kind":"EnumValue","value":"asc"}}]}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"category"}},{"kind":"Field","name":{"kind":"Name","value":"is_active"}}]}},{"kind":"Field","name":{"kind":"Name","value":"ai_capability_quality_levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"estimated_credits"}},{"kind":"Field","name":{"kind":"Name","value":"effective_from"}},{"kind":"Field","name":{"kind":"Name","value":"effective_to"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_ai_capabilities"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"is_enabled"}}]}},{"kind":"Field","name":{"kind":"Name","value":"plan_ai_capability_quality_levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"llm_models"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<CapabilityCatalogueQuery, CapabilityCatalogueQueryVariables>;
export const OrganizationPlanDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"OrganizationPlan"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"org_plans"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"plan_id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"monthly_ai_credits"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}}]}}]}}]} as unknown as DocumentNode<OrganizationPlanSubscription, OrganizationPlanSubscriptionVariables>;
export const QualityDefaultsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"QualityDefaults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_quality_defaults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"updated_at"}}]}}]}}]} as unknown as DocumentNode<QualityDefaultsSubscription, QualityDefaultsSubscriptionVariables>;
export const CreditHistoryPageDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CreditHistoryPage"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_transactions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sequence"},"value":{"kind":"EnumValue","value":"desc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreditTransactionRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditTransactionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"balance_after_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"model_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}}]}}]} as unknown as DocumentNode<CreditHistoryPageQuery, CreditHistoryPageQueryVariables>;
export const CreditHistoryTotalsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CreditHistoryTotals"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"added"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"spent"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"added"},"name":{"kind":"Name","value":"credit_transactions_aggregate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"added"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"aggregate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"sum"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}}]}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"spent"},"name":{"kind":"Name","value":"credit_transactions_aggregate"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"spent"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"aggregate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"count"}},{"kind":"Field","name":{"kind":"Name","value":"sum"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}}]}}]}}]}}]}}]} as unknown as DocumentNode<CreditHistoryTotalsQuery, CreditHistoryTotalsQueryVariables>;
export const NewCreditTransactionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"NewCreditTransactions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"where"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions_bool_exp"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"limit"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_transactions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"Variable","name":{"kind":"Name","value":"where"}}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"sequence"},"value":{"kind":"EnumValue","value":"asc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"Variable","name":{"kind":"Name","value":"limit"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CreditTransactionRow"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CreditTransactionRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"credit_transactions"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sequence"}},{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"balance_after_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"model_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}}]}}]} as unknown as DocumentNode<NewCreditTransactionsSubscription, NewCreditTransactionsSubscriptionVariables>;
export const HeldCreditsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"HeldCredits"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"credit_reservations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"where"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"_eq"},"value":{"kind":"StringValue","value":"reserved","block":false}}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"order_by"},"value":{"kind":"ListValue","values":[{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"created_at"},"value":{"kind":"EnumValue","value":"desc"}}]}]}},{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"20"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"capability_id"}},{"kind":"Field","name":{"kind":"Name","value":"quality_level_id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"actor"}},{"kind":"Field","name":{"kind":"Name","value":"amount_credits"}},{"kind":"Field","name":{"kind":"Name","value":"created_at"}},{"kind":"Field","name":{"kind":"Name","value":"expires_at"}}]}}]}}]} as unknown as DocumentNode<HeldCreditsSubscription, HeldCreditsSubscriptionVariables>;
export const PeopleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"People"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_members"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"user_id"}},{"kind":"Field","name":{"kind":"Name","value":"user"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<PeopleQuery, PeopleQueryVariables>;
export const CreditBalanceDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"CreditBalance"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_credit_balances"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"limit"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization_id"}},{"kind":"Field","name":{"kind":"Name","value":"monthly_credits"}},{"kind":"Field","name":{"kind":"Name","value":"bonus_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reserved_credits"}},{"kind":"Field","name":{"kind":"Name","value":"debt_credits"}},{"kind":"Field","name":{"kind":"Name","value":"posted_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"used_this_period"}},{"kind":"Field","name":{"kind":"Name","value":"period_start"}},{"kind":"Field","name":{"kind":"Name","value":"period_end"}}]}}]}}]} as unknown as DocumentNode<CreditBalanceSubscription, CreditBalanceSubscriptionVariables>;
export const SuggestQuestionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SuggestQuestions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SuggestQuestionsInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"suggest_questions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"quality_level"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"offline"}},{"kind":"Field","name":{"kind":"Name","value":"charged_credits"}},{"kind":"Field","name":{"kind":"Name","value":"available_credits"}},{"kind":"Field","name":{"kind":"Name","value":"reservation_id"}},{"kind":"Field","name":{"kind":"Name","value":"transaction_id"}},{"kind":"Field","name":{"kind":"Name","value":"replayed"}}]}}]}}]} as unknown as DocumentNode<SuggestQuestionsMutation, SuggestQuestionsMutationVariables>;