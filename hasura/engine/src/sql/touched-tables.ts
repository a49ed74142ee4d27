import { qualifiedKey, type QualifiedName } from '../metadata/common.ts'
import type { SelectPlan } from '../plan/types.ts'

/** The tables that plans read anywhere, permissions and orderings included. */
export function touchedTables(plans: readonly SelectPlan[]): {
  tables: QualifiedName[]
  callsFunctions: boolean
} {
  const tables = new Map<string, QualifiedName>()
  let callsFunctions = false
  // Plans are plain trees; whatever in them is a row source or a call says so by its `kind`.
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item)
      return
    }
    if (typeof node !== 'object' || node === null) return
    if ('kind' in node && node.kind === 'table' && 'table' in node) {
      const name = node.table as QualifiedName
      tables.set(qualifiedKey(name), name)
      return
    }
    if ('kind' in node && (node.kind === 'function' || node.kind === 'computed'))
      callsFunctions = true
    for (const value of Object.values(node)) visit(value)
  }
  visit(plans)
  return { tables: [...tables.values()], callsFunctions }
}
