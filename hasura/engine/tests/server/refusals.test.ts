import { describe, expect, it } from 'vitest'
import { parseMetadata } from '../../src/metadata/parse.ts'

const source = { name: 'default', kind: 'postgres', tables: [] as unknown[] }
const withSource = (more: object) => ({ version: 3, sources: [{ ...source, ...more }] })
const withTable = (more: object) => withSource({ tables: [{ table: 'notes', ...more }] })
const withAction = (more: object) => ({
  ...withSource({}),
  actions: [{ name: 'act', definition: { handler: 'http://x', ...more } }],
})

describe('what the engine does not have is refused by name, never ignored', () => {
  it.each([
    [withTable({ event_triggers: [{ name: 'x' }] }), 'tables[0].event_triggers[0]'],
    [withTable({ remote_relationships: [{ name: 'x' }] }), 'tables[0].remote_relationships[0]'],
    [withAction({ request_transform: { version: 2 } }), 'actions[0].definition.request_transform'],
    [
      withAction({ response_transform: { version: 2 } }),
      'actions[0].definition.response_transform',
    ],
    [{ ...withSource({}), remote_schemas: [{ name: 'x' }] }, 'remote_schemas[0]'],
    [withSource({ native_queries: [{ root_field_name: 'x' }] }), 'native_queries[0]'],
    [withSource({ kind: 'mssql' }), 'sources[0].kind'],
    [{ version: 3, sources: [source, source] }, 'sources'],
  ])('%j', (document, place) => {
    expect(() => parseMetadata(document)).toThrow(
      expect.objectContaining({
        code: 'parse-failed',
        message: expect.stringMatching(/not supported by this engine/) as string,
      }) as Error,
    )
    expect(() => parseMetadata(document)).toThrow(place)
  })
})
