import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { loadMetadataDirectory } from '../src/metadata/load-directory.ts'
import type { Metadata } from '../src/metadata/types.ts'

const here = dirname(fileURLToPath(import.meta.url))
const projectMetadata = join(here, '../../metadata')

/**
 * Keys that Hasura reads and writes but its published types do not have: the console, which the
 * types come from, shows no such field.
 */
const UNTYPED_KEYS: { parent: string; key: string }[] = [
  { parent: 'definition', key: 'timeout' },
  { parent: 'computed_fields', key: 'comment' },
  { parent: 'object_relationships', key: 'comment' },
  { parent: 'array_relationships', key: 'comment' },
  { parent: 'arguments', key: 'description' },
  { parent: 'functions', key: 'comment' },
  { parent: 'rest_endpoints', key: 'comment' },
  { parent: 'manual_configuration', key: 'insertion_order' },
]

function withoutUntypedKeys(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutUntypedKeys(item, parent))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      // Null and absent are the same to Hasura.
      .filter(
        ([key, item]) =>
          item !== null &&
          !UNTYPED_KEYS.some((known) => known.parent === parent && known.key === key),
      )
      .map(([key, item]) => [key, withoutUntypedKeys(item, key)]),
  )
}

/** Hasura's default, which its exports leave out and its types want. */
function withDefaults(document: Metadata): unknown {
  const actions = document.actions?.map((action) => ({
    ...action,
    definition: { forward_client_headers: false, ...action.definition },
  }))
  return withoutUntypedKeys({ ...document, actions })
}

/** What the compiler says about the document as a literal of Hasura's type. */
function typeProblems(document: unknown): string[] {
  const file = join(here, 'metadata-as-literal.ts')
  const source =
    `import type { Metadata } from 'hasura-metadata-types'\n` +
    `export const metadata: Metadata['metadata'] = ${JSON.stringify(document)}\n`
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists } = host
  host.readFile = (name) => (name === file ? source : readFile(name))
  host.fileExists = (name) => name === file || fileExists(name)
  host.getSourceFile = (name, version) => {
    const text = name === file ? source : existsSync(name) ? readFileSync(name, 'utf8') : undefined
    return text === undefined ? undefined : ts.createSourceFile(name, text, version)
  }
  const program = ts.createProgram([file], options, host)
  return ts
    .getPreEmitDiagnostics(program)
    .map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, '\n'))
}

test('the project’s metadata has the type that Hasura publishes', async () => {
  const document = await loadMetadataDirectory(projectMetadata)
  expect(typeProblems(withDefaults(document))).toEqual([])
})

test('a key that Hasura does not know is found', async () => {
  const document = await loadMetadataDirectory(projectMetadata)
  const [action, ...others] = document.actions ?? []
  const wrong = { ...document, actions: [{ ...action, permission: [] }, ...others] }
  expect(typeProblems(withDefaults(wrong as Metadata)).join('\n')).toContain('permission')
})

test('no permission is for `admin`, the role of Hasura’s own that is above all permissions', async () => {
  const document = await loadMetadataDirectory(projectMetadata)
  expect(JSON.stringify(document)).not.toContain('"role":"admin"')
})
