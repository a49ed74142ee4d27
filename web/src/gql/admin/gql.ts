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
    "subscription BillingInvoices($limit: Int!) {\n  billing_invoices(\n    where: {status: {_neq: \"draft\"}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    number\n    status\n    billing_reason\n    amount_due_usd\n    currency\n    period_start\n    period_end\n    hosted_invoice_url\n    invoice_pdf_url\n    payment_problem\n    next_payment_attempt_at\n    created_at\n  }\n}": typeof types.BillingInvoicesDocument,
    "subscription BillingSettings {\n  billing_settings(limit: 1) {\n    organization_id\n    auto_topup_enabled\n    auto_topup_threshold_credits\n    auto_topup_package_id\n    auto_topup_monthly_limit\n    auto_topup_stopped_reason\n    auto_topup_last_at\n    pay_as_you_go_enabled\n    pay_as_you_go_limit_credits\n    payment_method_label\n  }\n}\n\nquery BillingOffers {\n  credit_topup_packages(where: {is_active: {_eq: true}}, order_by: [{rank: asc}]) {\n    id\n    credits\n    price_usd\n  }\n  plans {\n    id\n    name\n    topup_allowed\n    pay_as_you_go_allowed\n    pay_as_you_go_credit_price_usd\n  }\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n  }\n}": typeof types.BillingSettingsDocument,
    "subscription CreditPurchases($limit: Int!) {\n  credit_purchases(\n    where: {status: {_nin: [\"open\", \"expired\"]}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    kind\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    refunded_usd\n    receipt_url\n    created_at\n  }\n}": typeof types.CreditPurchasesDocument,
    "mutation OpenBillingPortal($return_path: String) {\n  open_billing_portal(return_path: $return_path) {\n    url\n  }\n}": typeof types.OpenBillingPortalDocument,
    "subscription PayableInvoice {\n  billing_invoices(\n    where: {status: {_eq: \"open\"}, hosted_invoice_url: {_is_null: false}}\n    order_by: [{created_at: asc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    hosted_invoice_url\n    payment_problem\n    next_payment_attempt_at\n  }\n}": typeof types.PayableInvoiceDocument,
    "mutation SetAutoTopup($input: AutoTopupInput!) {\n  set_auto_topup(input: $input) {\n    auto_topup_enabled\n  }\n}": typeof types.SetAutoTopupDocument,
    "mutation SetPayAsYouGo($input: PayAsYouGoInput!) {\n  set_pay_as_you_go(input: $input) {\n    pay_as_you_go_enabled\n  }\n}": typeof types.SetPayAsYouGoDocument,
    "mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}": typeof types.SetQualityDefaultDocument,
    "mutation SetMemberCap($cap: member_caps_insert_input!) {\n  insert_member_caps_one(\n    object: $cap\n    on_conflict: {constraint: member_caps_pkey, update_columns: [limit_amount]}\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n    limit_amount\n  }\n}\n\nmutation RemoveMemberCap($organization_id: uuid!, $user_id: uuid!, $meter_id: String!, $period: String!) {\n  delete_member_caps_by_pk(\n    organization_id: $organization_id\n    user_id: $user_id\n    meter_id: $meter_id\n    period: $period\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n  }\n}": typeof types.SetMemberCapDocument,
    "mutation ChangePlan($input: ChangePlanInput!) {\n  change_plan(input: $input) {\n    status\n    plan_id\n    pending_plan_id\n    effective_at\n    checkout_url\n    adjusted_credits\n    available_credits\n    message\n  }\n}": typeof types.ChangePlanDocument,
    "subscription FirstInvoice {\n  billing_invoices(\n    where: {billing_reason: {_eq: \"subscription_create\"}}\n    order_by: [{created_at: desc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    status\n    payment_problem\n    hosted_invoice_url\n    created_at\n  }\n}": typeof types.FirstInvoiceDocument,
    "query PreviewPlanChange($plan_id: String!) {\n  preview_plan_change(plan_id: $plan_id) {\n    direction\n    effective_at\n    amount_due_usd\n    credits_now\n    credits_later\n    message\n  }\n}": typeof types.PreviewPlanChangeDocument,
    "mutation UndoPlanChange($idempotency_key: String!) {\n  undo_plan_change(idempotency_key: $idempotency_key) {\n    status\n    plan_id\n  }\n}": typeof types.UndoPlanChangeDocument,
    "mutation CreateServiceApiKey($input: CreateServiceApiKeyInput!) {\n  create_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    key\n    created_at\n  }\n}": typeof types.CreateServiceApiKeyDocument,
    "mutation RevokeServiceApiKey($input: RevokeServiceApiKeyInput!) {\n  revoke_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    revoked_at\n  }\n}": typeof types.RevokeServiceApiKeyDocument,
    "subscription ServiceApiKeys {\n  service_api_keys(order_by: [{created_at: desc}, {id: asc}]) {\n    id\n    name\n    prefix\n    created_at\n    last_used_at\n    revoked_at\n    created_by_user {\n      id\n      name\n    }\n  }\n}": typeof types.ServiceApiKeysDocument,
    "mutation SetSessionSettings($buy_minutes_with_credits: Boolean!) {\n  insert_session_settings_one(\n    object: {buy_minutes_with_credits: $buy_minutes_with_credits}\n    on_conflict: {constraint: session_settings_pkey, update_columns: [buy_minutes_with_credits]}\n  ) {\n    organization_id\n    buy_minutes_with_credits\n  }\n}": typeof types.SetSessionSettingsDocument,
    "subscription CreditPurchase($id: uuid!) {\n  credit_purchases(where: {id: {_eq: $id}}, limit: 1) {\n    organization_id\n    id\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    receipt_url\n  }\n}": typeof types.CreditPurchaseDocument,
    "mutation PurchaseCredits($input: PurchaseCreditsInput!) {\n  purchase_credits(input: $input) {\n    purchase_id\n    url\n    status\n  }\n}": typeof types.PurchaseCreditsDocument,
};
const documents: Documents = {
    "subscription BillingInvoices($limit: Int!) {\n  billing_invoices(\n    where: {status: {_neq: \"draft\"}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    number\n    status\n    billing_reason\n    amount_due_usd\n    currency\n    period_start\n    period_end\n    hosted_invoice_url\n    invoice_pdf_url\n    payment_problem\n    next_payment_attempt_at\n    created_at\n  }\n}": types.BillingInvoicesDocument,
    "subscription BillingSettings {\n  billing_settings(limit: 1) {\n    organization_id\n    auto_topup_enabled\n    auto_topup_threshold_credits\n    auto_topup_package_id\n    auto_topup_monthly_limit\n    auto_topup_stopped_reason\n    auto_topup_last_at\n    pay_as_you_go_enabled\n    pay_as_you_go_limit_credits\n    payment_method_label\n  }\n}\n\nquery BillingOffers {\n  credit_topup_packages(where: {is_active: {_eq: true}}, order_by: [{rank: asc}]) {\n    id\n    credits\n    price_usd\n  }\n  plans {\n    id\n    name\n    topup_allowed\n    pay_as_you_go_allowed\n    pay_as_you_go_credit_price_usd\n  }\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n  }\n}": types.BillingSettingsDocument,
    "subscription CreditPurchases($limit: Int!) {\n  credit_purchases(\n    where: {status: {_nin: [\"open\", \"expired\"]}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    kind\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    refunded_usd\n    receipt_url\n    created_at\n  }\n}": types.CreditPurchasesDocument,
    "mutation OpenBillingPortal($return_path: String) {\n  open_billing_portal(return_path: $return_path) {\n    url\n  }\n}": types.OpenBillingPortalDocument,
    "subscription PayableInvoice {\n  billing_invoices(\n    where: {status: {_eq: \"open\"}, hosted_invoice_url: {_is_null: false}}\n    order_by: [{created_at: asc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    hosted_invoice_url\n    payment_problem\n    next_payment_attempt_at\n  }\n}": types.PayableInvoiceDocument,
    "mutation SetAutoTopup($input: AutoTopupInput!) {\n  set_auto_topup(input: $input) {\n    auto_topup_enabled\n  }\n}": types.SetAutoTopupDocument,
    "mutation SetPayAsYouGo($input: PayAsYouGoInput!) {\n  set_pay_as_you_go(input: $input) {\n    pay_as_you_go_enabled\n  }\n}": types.SetPayAsYouGoDocument,
    "mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}": types.SetQualityDefaultDocument,
    "mutation SetMemberCap($cap: member_caps_insert_input!) {\n  insert_member_caps_one(\n    object: $cap\n    on_conflict: {constraint: member_caps_pkey, update_columns: [limit_amount]}\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n    limit_amount\n  }\n}\n\nmutation RemoveMemberCap($organization_id: uuid!, $user_id: uuid!, $meter_id: String!, $period: String!) {\n  delete_member_caps_by_pk(\n    organization_id: $organization_id\n    user_id: $user_id\n    meter_id: $meter_id\n    period: $period\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n  }\n}": types.SetMemberCapDocument,
    "mutation ChangePlan($input: ChangePlanInput!) {\n  change_plan(input: $input) {\n    status\n    plan_id\n    pending_plan_id\n    effective_at\n    checkout_url\n    adjusted_credits\n    available_credits\n    message\n  }\n}": types.ChangePlanDocument,
    "subscription FirstInvoice {\n  billing_invoices(\n    where: {billing_reason: {_eq: \"subscription_create\"}}\n    order_by: [{created_at: desc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    status\n    payment_problem\n    hosted_invoice_url\n    created_at\n  }\n}": types.FirstInvoiceDocument,
    "query PreviewPlanChange($plan_id: String!) {\n  preview_plan_change(plan_id: $plan_id) {\n    direction\n    effective_at\n    amount_due_usd\n    credits_now\n    credits_later\n    message\n  }\n}": types.PreviewPlanChangeDocument,
    "mutation UndoPlanChange($idempotency_key: String!) {\n  undo_plan_change(idempotency_key: $idempotency_key) {\n    status\n    plan_id\n  }\n}": types.UndoPlanChangeDocument,
    "mutation CreateServiceApiKey($input: CreateServiceApiKeyInput!) {\n  create_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    key\n    created_at\n  }\n}": types.CreateServiceApiKeyDocument,
    "mutation RevokeServiceApiKey($input: RevokeServiceApiKeyInput!) {\n  revoke_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    revoked_at\n  }\n}": types.RevokeServiceApiKeyDocument,
    "subscription ServiceApiKeys {\n  service_api_keys(order_by: [{created_at: desc}, {id: asc}]) {\n    id\n    name\n    prefix\n    created_at\n    last_used_at\n    revoked_at\n    created_by_user {\n      id\n      name\n    }\n  }\n}": types.ServiceApiKeysDocument,
    "mutation SetSessionSettings($buy_minutes_with_credits: Boolean!) {\n  insert_session_settings_one(\n    object: {buy_minutes_with_credits: $buy_minutes_with_credits}\n    on_conflict: {constraint: session_settings_pkey, update_columns: [buy_minutes_with_credits]}\n  ) {\n    organization_id\n    buy_minutes_with_credits\n  }\n}": types.SetSessionSettingsDocument,
    "subscription CreditPurchase($id: uuid!) {\n  credit_purchases(where: {id: {_eq: $id}}, limit: 1) {\n    organization_id\n    id\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    receipt_url\n  }\n}": types.CreditPurchaseDocument,
    "mutation PurchaseCredits($input: PurchaseCreditsInput!) {\n  purchase_credits(input: $input) {\n    purchase_id\n    url\n    status\n  }\n}": types.PurchaseCreditsDocument,
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
export function graphql(source: "subscription BillingInvoices($limit: Int!) {\n  billing_invoices(\n    where: {status: {_neq: \"draft\"}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    number\n    status\n    billing_reason\n    amount_due_usd\n    currency\n    period_start\n    period_end\n    hosted_invoice_url\n    invoice_pdf_url\n    payment_problem\n    next_payment_attempt_at\n    created_at\n  }\n}"): (typeof documents)["subscription BillingInvoices($limit: Int!) {\n  billing_invoices(\n    where: {status: {_neq: \"draft\"}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    number\n    status\n    billing_reason\n    amount_due_usd\n    currency\n    period_start\n    period_end\n    hosted_invoice_url\n    invoice_pdf_url\n    payment_problem\n    next_payment_attempt_at\n    created_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription BillingSettings {\n  billing_settings(limit: 1) {\n    organization_id\n    auto_topup_enabled\n    auto_topup_threshold_credits\n    auto_topup_package_id\n    auto_topup_monthly_limit\n    auto_topup_stopped_reason\n    auto_topup_last_at\n    pay_as_you_go_enabled\n    pay_as_you_go_limit_credits\n    payment_method_label\n  }\n}\n\nquery BillingOffers {\n  credit_topup_packages(where: {is_active: {_eq: true}}, order_by: [{rank: asc}]) {\n    id\n    credits\n    price_usd\n  }\n  plans {\n    id\n    name\n    topup_allowed\n    pay_as_you_go_allowed\n    pay_as_you_go_credit_price_usd\n  }\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n  }\n}"): (typeof documents)["subscription BillingSettings {\n  billing_settings(limit: 1) {\n    organization_id\n    auto_topup_enabled\n    auto_topup_threshold_credits\n    auto_topup_package_id\n    auto_topup_monthly_limit\n    auto_topup_stopped_reason\n    auto_topup_last_at\n    pay_as_you_go_enabled\n    pay_as_you_go_limit_credits\n    payment_method_label\n  }\n}\n\nquery BillingOffers {\n  credit_topup_packages(where: {is_active: {_eq: true}}, order_by: [{rank: asc}]) {\n    id\n    credits\n    price_usd\n  }\n  plans {\n    id\n    name\n    topup_allowed\n    pay_as_you_go_allowed\n    pay_as_you_go_credit_price_usd\n  }\n  org_plans(limit: 1) {\n    organization_id\n    plan_id\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription CreditPurchases($limit: Int!) {\n  credit_purchases(\n    where: {status: {_nin: [\"open\", \"expired\"]}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    kind\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    refunded_usd\n    receipt_url\n    created_at\n  }\n}"): (typeof documents)["subscription CreditPurchases($limit: Int!) {\n  credit_purchases(\n    where: {status: {_nin: [\"open\", \"expired\"]}}\n    order_by: [{created_at: desc}, {id: desc}]\n    limit: $limit\n  ) {\n    organization_id\n    id\n    kind\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    refunded_usd\n    receipt_url\n    created_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation OpenBillingPortal($return_path: String) {\n  open_billing_portal(return_path: $return_path) {\n    url\n  }\n}"): (typeof documents)["mutation OpenBillingPortal($return_path: String) {\n  open_billing_portal(return_path: $return_path) {\n    url\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription PayableInvoice {\n  billing_invoices(\n    where: {status: {_eq: \"open\"}, hosted_invoice_url: {_is_null: false}}\n    order_by: [{created_at: asc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    hosted_invoice_url\n    payment_problem\n    next_payment_attempt_at\n  }\n}"): (typeof documents)["subscription PayableInvoice {\n  billing_invoices(\n    where: {status: {_eq: \"open\"}, hosted_invoice_url: {_is_null: false}}\n    order_by: [{created_at: asc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    hosted_invoice_url\n    payment_problem\n    next_payment_attempt_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetAutoTopup($input: AutoTopupInput!) {\n  set_auto_topup(input: $input) {\n    auto_topup_enabled\n  }\n}"): (typeof documents)["mutation SetAutoTopup($input: AutoTopupInput!) {\n  set_auto_topup(input: $input) {\n    auto_topup_enabled\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetPayAsYouGo($input: PayAsYouGoInput!) {\n  set_pay_as_you_go(input: $input) {\n    pay_as_you_go_enabled\n  }\n}"): (typeof documents)["mutation SetPayAsYouGo($input: PayAsYouGoInput!) {\n  set_pay_as_you_go(input: $input) {\n    pay_as_you_go_enabled\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}"): (typeof documents)["mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetMemberCap($cap: member_caps_insert_input!) {\n  insert_member_caps_one(\n    object: $cap\n    on_conflict: {constraint: member_caps_pkey, update_columns: [limit_amount]}\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n    limit_amount\n  }\n}\n\nmutation RemoveMemberCap($organization_id: uuid!, $user_id: uuid!, $meter_id: String!, $period: String!) {\n  delete_member_caps_by_pk(\n    organization_id: $organization_id\n    user_id: $user_id\n    meter_id: $meter_id\n    period: $period\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n  }\n}"): (typeof documents)["mutation SetMemberCap($cap: member_caps_insert_input!) {\n  insert_member_caps_one(\n    object: $cap\n    on_conflict: {constraint: member_caps_pkey, update_columns: [limit_amount]}\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n    limit_amount\n  }\n}\n\nmutation RemoveMemberCap($organization_id: uuid!, $user_id: uuid!, $meter_id: String!, $period: String!) {\n  delete_member_caps_by_pk(\n    organization_id: $organization_id\n    user_id: $user_id\n    meter_id: $meter_id\n    period: $period\n  ) {\n    organization_id\n    user_id\n    meter_id\n    period\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation ChangePlan($input: ChangePlanInput!) {\n  change_plan(input: $input) {\n    status\n    plan_id\n    pending_plan_id\n    effective_at\n    checkout_url\n    adjusted_credits\n    available_credits\n    message\n  }\n}"): (typeof documents)["mutation ChangePlan($input: ChangePlanInput!) {\n  change_plan(input: $input) {\n    status\n    plan_id\n    pending_plan_id\n    effective_at\n    checkout_url\n    adjusted_credits\n    available_credits\n    message\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription FirstInvoice {\n  billing_invoices(\n    where: {billing_reason: {_eq: \"subscription_create\"}}\n    order_by: [{created_at: desc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    status\n    payment_problem\n    hosted_invoice_url\n    created_at\n  }\n}"): (typeof documents)["subscription FirstInvoice {\n  billing_invoices(\n    where: {billing_reason: {_eq: \"subscription_create\"}}\n    order_by: [{created_at: desc}]\n    limit: 1\n  ) {\n    organization_id\n    id\n    status\n    payment_problem\n    hosted_invoice_url\n    created_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PreviewPlanChange($plan_id: String!) {\n  preview_plan_change(plan_id: $plan_id) {\n    direction\n    effective_at\n    amount_due_usd\n    credits_now\n    credits_later\n    message\n  }\n}"): (typeof documents)["query PreviewPlanChange($plan_id: String!) {\n  preview_plan_change(plan_id: $plan_id) {\n    direction\n    effective_at\n    amount_due_usd\n    credits_now\n    credits_later\n    message\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation UndoPlanChange($idempotency_key: String!) {\n  undo_plan_change(idempotency_key: $idempotency_key) {\n    status\n    plan_id\n  }\n}"): (typeof documents)["mutation UndoPlanChange($idempotency_key: String!) {\n  undo_plan_change(idempotency_key: $idempotency_key) {\n    status\n    plan_id\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation CreateServiceApiKey($input: CreateServiceApiKeyInput!) {\n  create_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    key\n    created_at\n  }\n}"): (typeof documents)["mutation CreateServiceApiKey($input: CreateServiceApiKeyInput!) {\n  create_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    key\n    created_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation RevokeServiceApiKey($input: RevokeServiceApiKeyInput!) {\n  revoke_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    revoked_at\n  }\n}"): (typeof documents)["mutation RevokeServiceApiKey($input: RevokeServiceApiKeyInput!) {\n  revoke_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    revoked_at\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription ServiceApiKeys {\n  service_api_keys(order_by: [{created_at: desc}, {id: asc}]) {\n    id\n    name\n    prefix\n    created_at\n    last_used_at\n    revoked_at\n    created_by_user {\n      id\n      name\n    }\n  }\n}"): (typeof documents)["subscription ServiceApiKeys {\n  service_api_keys(order_by: [{created_at: desc}, {id: asc}]) {\n    id\n    name\n    prefix\n    created_at\n    last_used_at\n    revoked_at\n    created_by_user {\n      id\n      name\n    }\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetSessionSettings($buy_minutes_with_credits: Boolean!) {\n  insert_session_settings_one(\n    object: {buy_minutes_with_credits: $buy_minutes_with_credits}\n    on_conflict: {constraint: session_settings_pkey, update_columns: [buy_minutes_with_credits]}\n  ) {\n    organization_id\n    buy_minutes_with_credits\n  }\n}"): (typeof documents)["mutation SetSessionSettings($buy_minutes_with_credits: Boolean!) {\n  insert_session_settings_one(\n    object: {buy_minutes_with_credits: $buy_minutes_with_credits}\n    on_conflict: {constraint: session_settings_pkey, update_columns: [buy_minutes_with_credits]}\n  ) {\n    organization_id\n    buy_minutes_with_credits\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "subscription CreditPurchase($id: uuid!) {\n  credit_purchases(where: {id: {_eq: $id}}, limit: 1) {\n    organization_id\n    id\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    receipt_url\n  }\n}"): (typeof documents)["subscription CreditPurchase($id: uuid!) {\n  credit_purchases(where: {id: {_eq: $id}}, limit: 1) {\n    organization_id\n    id\n    credits\n    price_usd\n    currency\n    status\n    failure_reason\n    receipt_url\n  }\n}"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation PurchaseCredits($input: PurchaseCreditsInput!) {\n  purchase_credits(input: $input) {\n    purchase_id\n    url\n    status\n  }\n}"): (typeof documents)["mutation PurchaseCredits($input: PurchaseCreditsInput!) {\n  purchase_credits(input: $input) {\n    purchase_id\n    url\n    status\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;