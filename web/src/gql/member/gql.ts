/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query ConnectionProbe {\n  check_ai_access(capability: \"question_generation\") {\n    allowed\n  }\n}": typeof types.ConnectionProbeDocument,
    "query AiAccess($capability: String!, $quality_level: String) {\n  check_ai_access(capability: $capability, quality_level: $quality_level) {\n    allowed\n    reason\n    message\n    capability\n    quality_level\n    model\n    estimated_credits\n    available_credits\n    allowed_quality_levels\n    unlocked_by_plan\n    retry_after_seconds\n  }\n}": typeof types.AiAccessDocument,
    "query CapabilityCatalogue {\n  plans(order_by: [{rank: asc}]) {\n    id\n    name\n    rank\n    is_active\n  }\n  quality_levels(order_by: [{rank: asc}]) {\n    id\n    name\n    description\n    rank\n  }\n  ai_capabilities(order_by: [{id: asc}]) {\n    id\n    name\n    description\n    category\n    is_active\n  }\n  ai_capability_quality_levels {\n    capability_id\n    quality_level_id\n    estimated_credits\n    effective_from\n    effective_to\n  }\n  plan_ai_capabilities {\n    plan_id\n    capability_id\n    is_enabled\n  }\n  plan_ai_capability_quality_levels {\n    plan_id\n    capability_id\n    quality_level_id\n  }\n  llm_models {\n    id\n    name\n  }\n}": typeof types.CapabilityCatalogueDocument,
    "subscription OrganizationPlan {\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n    status\n    monthly_ai_credits\n    period_end\n  }\n}": typeof types.OrganizationPlanDocument,
    "subscription QualityDefaults {\n  organization_quality_defaults {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}": typeof types.QualityDefaultsDocument,
    "fragment CreditTransactionRow on credit_transactions {\n  sequence\n  id\n  type\n  amount_credits\n  balance_after_credits\n  reservation_id\n  capability_id\n  quality_level_id\n  model_id\n  user_id\n  actor\n  description\n  created_at\n}\n\nquery CreditHistoryPage($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: desc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}\n\nquery CreditHistoryTotals($added: credit_transactions_bool_exp!, $spent: credit_transactions_bool_exp!) {\n  added: credit_transactions_aggregate(where: $added) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n  spent: credit_transactions_aggregate(where: $spent) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n}\n\nsubscription NewCreditTransactions($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: asc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}": typeof types.CreditTransactionRowFragmentDoc,
    "subscription HeldCredits {\n  credit_reservations(\n    where: {status: {_eq: \"reserved\"}}\n    order_by: [{created_at: desc}]\n    limit: 20\n  ) {\n    id\n    capability_id\n    quality_level_id\n    user_id\n    actor\n    amount_credits\n    created_at\n    expires_at\n  }\n}": typeof types.HeldCreditsDocument,
    "query People {\n  organization_members {\n    id\n    user_id\n    user {\n      id\n      name\n    }\n  }\n}": typeof types.PeopleDocument,
    "subscription CreditBalance {\n  organization_credit_balances(limit: 1) {\n    organization_id\n    monthly_credits\n    bonus_credits\n    reserved_credits\n    debt_credits\n    posted_credits\n    available_credits\n    used_this_period\n    period_start\n    period_end\n  }\n}": typeof types.CreditBalanceDocument,
    "mutation SuggestQuestions($input: SuggestQuestionsInput!) {\n  suggest_questions(input: $input) {\n    questions {\n      text\n      reason\n    }\n    quality_level\n    model\n    offline\n    charged_credits\n    available_credits\n    reservation_id\n    transaction_id\n    replayed\n  }\n}": typeof types.SuggestQuestionsDocument,
};
const documents: Documents = {
    "query ConnectionProbe {\n  check_ai_access(capability: \"question_generation\") {\n    allowed\n  }\n}": types.ConnectionProbeDocument,
    "query AiAccess($capability: String!, $quality_level: String) {\n  check_ai_access(capability: $capability, quality_level: $quality_level) {\n    allowed\n    reason\n    message\n    capability\n    quality_level\n    model\n    estimated_credits\n    available_credits\n    allowed_quality_levels\n    unlocked_by_plan\n    retry_after_seconds\n  }\n}": types.AiAccessDocument,
    "query CapabilityCatalogue {\n  plans(order_by: [{rank: asc}]) {\n    id\n    name\n    rank\n    is_active\n  }\n  quality_levels(order_by: [{rank: asc}]) {\n    id\n    name\n    description\n    rank\n  }\n  ai_capabilities(order_by: [{id: asc}]) {\n    id\n    name\n    description\n    category\n    is_active\n  }\n  ai_capability_quality_levels {\n    capability_id\n    quality_level_id\n    estimated_credits\n    effective_from\n    effective_to\n  }\n  plan_ai_capabilities {\n    plan_id\n    capability_id\n    is_enabled\n  }\n  plan_ai_capability_quality_levels {\n    plan_id\n    capability_id\n    quality_level_id\n  }\n  llm_models {\n    id\n    name\n  }\n}": types.CapabilityCatalogueDocument,
    "subscription OrganizationPlan {\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n    status\n    monthly_ai_credits\n    period_end\n  }\n}": types.OrganizationPlanDocument,
    "subscription QualityDefaults {\n  organization_quality_defaults {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}": types.QualityDefaultsDocument,
    "fragment CreditTransactionRow on credit_transactions {\n  sequence\n  id\n  type\n  amount_credits\n  balance_after_credits\n  reservation_id\n  capability_id\n  quality_level_id\n  model_id\n  user_id\n  actor\n  description\n  created_at\n}\n\nquery CreditHistoryPage($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: desc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}\n\nquery CreditHistoryTotals($added: credit_transactions_bool_exp!, $spent: credit_transactions_bool_exp!) {\n  added: credit_transactions_aggregate(where: $added) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n  spent: credit_transactions_aggregate(where: $spent) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n}\n\nsubscription NewCreditTransactions($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: asc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}": types.CreditTransactionRowFragmentDoc,
    "subscription HeldCredits {\n  credit_reservations(\n    where: {status: {_eq: \"reserved\"}}\n    order_by: [{created_at: desc}]\n    limit: 20\n  ) {\n    id\n    capability_id\n    quality_level_id\n    user_id\n    actor\n    amount_credits\n    created_at\n    expires_at\n  }\n}": types.HeldCreditsDocument,
    "query People {\n  organization_members {\n    id\n    user_id\n    user {\n      id\n      name\n    }\n  }\n}": types.PeopleDocument,
    "subscription CreditBalance {\n  organization_credit_balances(limit: 1) {\n    organization_id\n    monthly_credits\n    bonus_credits\n    reserved_credits\n    debt_credits\n    posted_credits\n    available_credits\n    used_this_period\n    period_start\n    period_end\n  }\n}": types.CreditBalanceDocument,
    "mutation SuggestQuestions($input: SuggestQuestionsInput!) {\n  suggest_questions(input: $input) {\n    questions {\n      text\n      reason\n    }\n    quality_level\n    model\n    offline\n    charged_credits\n    available_credits\n    reservation_id\n    transaction_id\n    replayed\n  }\n}": types.SuggestQuestionsDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query ConnectionProbe {\n  check_ai_access(capability: \"question_generation\") {\n    allowed\n  }\n}"): (typeof documents)["query ConnectionProbe {\n  check_ai_access(capability: \"question_generation\") {\n    allowed\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query AiAccess($capability: String!, $quality_level: String) {\n  check_ai_access(capability: $capability, quality_level: $quality_level) {\n    allowed\n    reason\n    message\n    capability\n    quality_level\n    model\n    estimated_credits\n    available_credits\n    allowed_quality_levels\n    unlocked_by_plan\n    retry_after_seconds\n  }\n}"): (typeof documents)["query AiAccess($capability: String!, $quality_level: String) {\n  check_ai_access(capability: $capability, quality_level: $quality_level) {\n    allowed\n    reason\n    message\n    capability\n    quality_level\n    model\n    estimated_credits\n    available_credits\n    allowed_quality_levels\n    unlocked_by_plan\n    retry_after_seconds\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query CapabilityCatalogue {\n  plans(order_by: [{rank: asc}]) {\n    id\n    name\n    rank\n    is_active\n  }\n  quality_levels(order_by: [{rank: asc}]) {\n    id\n    name\n    description\n    rank\n  }\n  ai_capabilities(order_by: [{id: asc}]) {\n    id\n    name\n    description\n    category\n    is_active\n  }\n  ai_capability_quality_levels {\n    capability_id\n    quality_level_id\n    estimated_credits\n    effective_from\n    effective_to\n  }\n  plan_ai_capabilities {\n    plan_id\n    capability_id\n    is_enabled\n  }\n  plan_ai_capability_quality_levels {\n    plan_id\n    capability_id\n    quality_level_id\n  }\n  llm_models {\n    id\n    name\n  }\n}"): (typeof documents)["query CapabilityCatalogue {\n  plans(order_by: [{rank: asc}]) {\n    id\n    name\n    rank\n    is_active\n  }\n  quality_levels(order_by: [{rank: asc}]) {\n    id\n    name\n    description\n    rank\n  }\n  ai_capabilities(order_by: [{id: asc}]) {\n    id\n    name\n    description\n    category\n    is_active\n  }\n  ai_capability_quality_levels {\n    capability_id\n    quality_level_id\n    estimated_credits\n    effective_from\n    effective_to\n  }\n  plan_ai_capabilities {\n    plan_id\n    capability_id\n    is_enabled\n  }\n  plan_ai_capability_quality_levels {\n    plan_id\n    capability_id\n    quality_level_id\n  }\n  llm_models {\n    id\n    name\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription OrganizationPlan {\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n    status\n    monthly_ai_credits\n    period_end\n  }\n}"): (typeof documents)["subscription OrganizationPlan {\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n    status\n    monthly_ai_credits\n    period_end\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription QualityDefaults {\n  organization_quality_defaults {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}"): (typeof documents)["subscription QualityDefaults {\n  organization_quality_defaults {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment CreditTransactionRow on credit_transactions {\n  sequence\n  id\n  type\n  amount_credits\n  balance_after_credits\n  reservation_id\n  capability_id\n  quality_level_id\n  model_id\n  user_id\n  actor\n  description\n  created_at\n}\n\nquery CreditHistoryPage($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: desc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}\n\nquery CreditHistoryTotals($added: credit_transactions_bool_exp!, $spent: credit_transactions_bool_exp!) {\n  added: credit_transactions_aggregate(where: $added) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n  spent: credit_transactions_aggregate(where: $spent) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n}\n\nsubscription NewCreditTransactions($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: asc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}"): (typeof documents)["fragment CreditTransactionRow on credit_transactions {\n  sequence\n  id\n  type\n  amount_credits\n  balance_after_credits\n  reservation_id\n  capability_id\n  quality_level_id\n  model_id\n  user_id\n  actor\n  description\n  created_at\n}\n\nquery CreditHistoryPage($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: desc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}\n\nquery CreditHistoryTotals($added: credit_transactions_bool_exp!, $spent: credit_transactions_bool_exp!) {\n  added: credit_transactions_aggregate(where: $added) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n  spent: credit_transactions_aggregate(where: $spent) {\n    aggregate {\n      count\n      sum {\n        amount_credits\n      }\n    }\n  }\n}\n\nsubscription NewCreditTransactions($where: credit_transactions_bool_exp!, $limit: Int!) {\n  credit_transactions(where: $where, order_by: [{sequence: asc}], limit: $limit) {\n    ...CreditTransactionRow\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription HeldCredits {\n  credit_reservations(\n    where: {status: {_eq: \"reserved\"}}\n    order_by: [{created_at: desc}]\n    limit: 20\n  ) {\n    id\n    capability_id\n    quality_level_id\n    user_id\n    actor\n    amount_credits\n    created_at\n    expires_at\n  }\n}"): (typeof documents)["subscription HeldCredits {\n  credit_reservations(\n    where: {status: {_eq: \"reserved\"}}\n    order_by: [{created_at: desc}]\n    limit: 20\n  ) {\n    id\n    capability_id\n    quality_level_id\n    user_id\n    actor\n    amount_credits\n    created_at\n    expires_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query People {\n  organization_members {\n    id\n    user_id\n    user {\n      id\n      name\n    }\n  }\n}"): (typeof documents)["query People {\n  organization_members {\n    id\n    user_id\n    user {\n      id\n      name\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription CreditBalance {\n  organization_credit_balances(limit: 1) {\n    organization_id\n    monthly_credits\n    bonus_credits\n    reserved_credits\n    debt_credits\n    posted_credits\n    available_credits\n    used_this_period\n    period_start\n    period_end\n  }\n}"): (typeof documents)["subscription CreditBalance {\n  organization_credit_balances(limit: 1) {\n    organization_id\n    monthly_credits\n    bonus_credits\n    reserved_credits\n    debt_credits\n    posted_credits\n    available_credits\n    used_this_period\n    period_start\n    period_end\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SuggestQuestions($input: SuggestQuestionsInput!) {\n  suggest_questions(input: $input) {\n    questions {\n      text\n      reason\n    }\n    quality_level\n    model\n    offline\n    charged_credits\n    available_credits\n    reservation_id\n    transaction_id\n    replayed\n  }\n}"): (typeof documents)["mutation SuggestQuestions($input: SuggestQuestionsInput!) {\n  suggest_questions(input: $input) {\n    questions {\n      text\n      reason\n    }\n    quality_level\n    model\n    offline\n    charged_credits\n    available_credits\n    reservation_id\n    transaction_id\n    replayed\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;