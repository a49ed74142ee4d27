import type { CodegenConfig } from '@graphql-codegen/cli'

// Exported by the engine, one file a role: what a role may not do cannot be written down in its operations.
const schemaFolder = process.env.PURSER_SCHEMA_DIR ?? '../hasura/schema'

// The check that the committed files are current writes elsewhere and compares.
const outputFolder = process.env.PURSER_GQL_DIR ?? './src/gql'

const client = {
  preset: 'client' as const,
  presetConfig: { fragmentMasking: { unmaskFunctionName: 'readFragment' } },
  config: {
    // Hasura sends numeric and bigint as JSON numbers; credits stay below 2^53 hundredths.
    scalars: {
      uuid: 'string',
      date: 'string',
      timestamptz: 'string',
      numeric: 'number',
      bigint: 'number',
      jsonb: 'unknown',
    },
    strictScalars: true,
    useTypeImports: true,
    enumsAsTypes: true,
    onlyOperationTypes: true,
  },
}

const config: CodegenConfig = {
  generates: {
    [`${outputFolder}/member/`]: {
      ...client,
      schema: `${schemaFolder}/member.graphql`,
      documents: ['src/**/*.graphql', '!src/**/*.admin.graphql'],
    },
    [`${outputFolder}/admin/`]: {
      ...client,
      schema: `${schemaFolder}/org_admin.graphql`,
      documents: ['src/**/*.admin.graphql'],
    },
  },
}

// graphql-codegen reads its configuration from the default export.
export default config
