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
    "mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}": typeof types.SetQualityDefaultDocument,
    "mutation CreateServiceApiKey($input: CreateServiceApiKeyInput!) {\n  create_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    key\n    created_at\n  }\n}": typeof types.CreateServiceApiKeyDocument,
    "mutation RevokeServiceApiKey($input: RevokeServiceApiKeyInput!) {\n  revoke_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    revoked_at\n  }\n}": typeof types.RevokeServiceApiKeyDocument,
    "subscription ServiceApiKeys {\n  service_api_keys(order_by: [{created_at: desc}, {id: asc}]) {\n    id\n    name\n    prefix\n    created_at\n    last_used_at\n    revoked_at\n    created_by_user {\n      id\n      name\n    }\n  }\n}": typeof types.ServiceApiKeysDocument,
};
const documents: Documents = {
    "mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}": types.SetQualityDefaultDocument,
    "mutation CreateServiceApiKey($input: CreateServiceApiKeyInput!) {\n  create_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    key\n    created_at\n  }\n}": types.CreateServiceApiKeyDocument,
    "mutation RevokeServiceApiKey($input: RevokeServiceApiKeyInput!) {\n  revoke_service_api_key(input: $input) {\n    id\n    name\n    prefix\n    revoked_at\n  }\n}": types.RevokeServiceApiKeyDocument,
    "subscription ServiceApiKeys {\n  service_api_keys(order_by: [{created_at: desc}, {id: asc}]) {\n    id\n    name\n    prefix\n    created_at\n    last_used_at\n    revoked_at\n    created_by_user {\n      id\n      name\n    }\n  }\n}": types.ServiceApiKeysDocument,
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
export function graphql(source: "mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}"): (typeof documents)["mutation SetQualityDefault($capability_id: String!, $quality_level_id: String!) {\n  insert_organization_quality_defaults_one(\n    object: {capability_id: $capability_id, quality_level_id: $quality_level_id}\n    on_conflict: {constraint: organization_quality_defaults_pkey, update_columns: [quality_level_id]}\n  ) {\n    organization_id\n    capability_id\n    quality_level_id\n    updated_at\n  }\n}"];
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

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;