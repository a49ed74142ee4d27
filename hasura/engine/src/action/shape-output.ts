import type { Json } from '../metadata/common.ts'
import type { ActionOutput, ActionRelationship } from '../plan/types.ts'
import { isJsonObject } from './check-output.ts'

/** A place in the answer that rows of a table fill; `text` is set once they are read. */
export type RelationshipSlot = {
  readonly relationship: ActionRelationship
  /** The values that the relationship joins on, in the order of `relationship.join`. */
  readonly parent: readonly Json[]
  text: string
}

export type ShapedOutput = { readonly pieces: readonly (string | RelationshipSlot)[] }

/**
 * Cuts a checked answer to the fields that were selected, as JSON text with open slots. Text,
 * because what PostgreSQL gives for the slots is JSON text already and is never parsed here.
 */
export function shapeOutput(value: Json, output: ActionOutput): ShapedOutput {
  const pieces: (string | RelationshipSlot)[] = []
  append(pieces, value, output)
  return { pieces }
}

export const slotsOf = (shaped: ShapedOutput): RelationshipSlot[] =>
  shaped.pieces.filter((piece) => typeof piece !== 'string')

export const textOf = (shaped: ShapedOutput): string =>
  shaped.pieces.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('')

function append(pieces: ShapedOutput['pieces'][number][], value: Json, output: ActionOutput): void {
  if (output.kind === 'list' && Array.isArray(value)) {
    pieces.push('[')
    for (const [index, item] of value.entries()) {
      if (index > 0) pieces.push(',')
      append(pieces, item, output.of)
    }
    pieces.push(']')
  } else if (output.kind === 'object' && isJsonObject(value)) {
    pieces.push('{')
    for (const [index, field] of output.fields.entries()) {
      pieces.push(`${index > 0 ? ',' : ''}${JSON.stringify(field.key)}:`)
      if (field.kind === 'typename') pieces.push(JSON.stringify(field.value))
      else if (field.kind === 'field') append(pieces, value[field.name] ?? null, field.output)
      else {
        const parent = field.relationship.join.map((column) => value[column.parent] ?? null)
        pieces.push({ relationship: field.relationship, parent, text: 'null' })
      }
    }
    pieces.push('}')
  } else {
    pieces.push(JSON.stringify(value))
  }
}
