import type { Account } from '../state/account.ts'
import { objectNameOf } from '../state/objects.ts'
import { invalidRequest } from './errors.ts'

/** Fields that are there only when they are asked for. */
export type Includable = (account: Account, object: { id: string }) => unknown
export type Includables = Record<string, Includable>

const DEPTH_LIMIT = 4

interface Answer {
  object?: string
  [field: string]: unknown
}

/** Puts the objects in the place of their ids, as `expand[]` asks. */
export function expand(
  account: Account,
  includables: Includables,
  answer: object,
  paths: string[],
): object {
  const copy = structuredClone(answer) as Answer
  for (const path of paths) {
    const steps = path.split('.')
    if (steps.length > DEPTH_LIMIT) {
      throw invalidRequest(
        `You cannot expand more than ${DEPTH_LIMIT} levels of a property: ${path}`,
        'expand',
      )
    }
    expandPath({ account, includables, path }, copy, steps)
  }
  return copy
}

interface Expansion {
  account: Account
  includables: Includables
  path: string
}

function expandPath(expansion: Expansion, holder: Answer, steps: string[]): void {
  const [step, ...rest] = steps
  if (step === undefined) return
  const include = expansion.includables[`${holder.object}.${step}`]
  if (include && holder[step] === undefined) {
    holder[step] = structuredClone(include(expansion.account, holder as unknown as { id: string }))
  }
  const value = holder[step]
  if (value === undefined) throw cannotExpand(expansion.path)
  if (value === null) return
  if (Array.isArray(value)) {
    for (const item of value) if (isAnswer(item)) expandPath(expansion, item, rest)
    return
  }
  if (isAnswer(value)) return expandPath(expansion, value, rest)
  if (typeof value !== 'string') throw cannotExpand(expansion.path)
  const name = objectNameOf(value)
  const found = name && expansion.account.find(name, value)
  // What the double does not keep (a balance transaction) stays an id.
  if (!found) return
  const expanded = structuredClone(found) as unknown as Answer
  holder[step] = expanded
  expandPath(expansion, expanded, rest)
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function cannotExpand(path: string) {
  return invalidRequest(`This property cannot be expanded (${path}).`, 'expand')
}
