import type { Sql } from 'postgres'
import { bind, type BindInput } from '../execute/bind.ts'
import { translatePostgresError } from '../execute/postgres-errors.ts'
import type { Json } from '../metadata/common.ts'
import type { ActionRelationship } from '../plan/types.ts'
import { actionRelationshipStatement } from '../sql/action.ts'
import type { CompiledSql } from '../sql/fragment.ts'
import type { RelationshipSlot } from './shape-output.ts'

const statements = new WeakMap<ActionRelationship, CompiledSql>()

/** Fills the slots of an answer: one statement a relationship, for all objects that have it. */
export async function fillRelationships(
  database: Sql,
  slots: readonly RelationshipSlot[],
  input: Pick<BindInput, 'session' | 'variables'>,
): Promise<void> {
  const groups = new Map<ActionRelationship, RelationshipSlot[]>()
  for (const slot of slots) {
    const group = groups.get(slot.relationship)
    if (group === undefined) groups.set(slot.relationship, [slot])
    else group.push(slot)
  }
  await Promise.all(
    [...groups].map(([relationship, group]) => fill(database, relationship, group, input)),
  )
}

async function fill(
  database: Sql,
  relationship: ActionRelationship,
  slots: readonly RelationshipSlot[],
  input: Pick<BindInput, 'session' | 'variables'>,
): Promise<void> {
  const statement = statements.get(relationship) ?? actionRelationshipStatement(relationship)
  statements.set(relationship, statement)
  const parents = slots.map(({ parent }): Json =>
    Object.fromEntries(
      relationship.join.map(({ parent: field }, index) => [field, parent[index] ?? null]),
    ),
  )
  const runtime = { parents: JSON.stringify(parents) }
  const values = bind(statement.parameters, { ...input, runtime })
  const unfilled = slots.values()
  try {
    // One row a slot, in order; read one by one for the reason that run-batch.ts tells.
    await database.unsafe(statement.text, values, { prepare: true }).forEach((row) => {
      const { value: slot } = unfilled.next()
      if (slot !== undefined && row['result'] !== null) slot.text = String(row['result'])
    })
  } catch (error) {
    throw translatePostgresError(error)
  }
}
