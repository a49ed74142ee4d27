import { invalidRequest } from './errors.ts'

const DEFAULT_LIMIT = 10
const LARGEST_LIMIT = 100

export interface PageParams {
  limit?: number
  starting_after?: string
  ending_before?: string
}

export interface ListAnswer<Item> {
  object: 'list'
  url: string
  has_more: boolean
  data: Item[]
}

/** One page of what is given newest first, as Stripe pages by ids. */
export function page<Item extends { id: string }>(
  items: Item[],
  params: PageParams,
  url: string,
): ListAnswer<Item> {
  const limit = params.limit ?? DEFAULT_LIMIT
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    throw invalidRequest(`Invalid limit: must be between 1 and ${LARGEST_LIMIT}`, 'limit')
  }
  if (params.ending_before !== undefined) {
    const end = indexOf(items, params.ending_before, 'ending_before')
    const start = Math.max(0, end - limit)
    return { object: 'list', url, has_more: start > 0, data: items.slice(start, end) }
  }
  const start =
    params.starting_after === undefined
      ? 0
      : indexOf(items, params.starting_after, 'starting_after') + 1
  const data = items.slice(start, start + limit)
  return { object: 'list', url, has_more: start + data.length < items.length, data }
}

/** A list inside of another object: all of it. */
export function wholeList<Item>(data: Item[], url: string): ListAnswer<Item> {
  return { object: 'list', url, has_more: false, data }
}

function indexOf(items: { id: string }[], id: string, param: string): number {
  const index = items.findIndex((item) => item.id === id)
  if (index < 0) throw invalidRequest(`No such object: '${id}'`, param, 'resource_missing')
  return index
}

export type CreatedFilter =
  number | { gt?: number; gte?: number; lt?: number; lte?: number } | undefined

export function isCreatedWithin(created: number, filter: CreatedFilter): boolean {
  if (filter === undefined) return true
  if (typeof filter === 'number') return created === filter
  return (
    created > (filter.gt ?? -Infinity) &&
    created >= (filter.gte ?? -Infinity) &&
    created < (filter.lt ?? Infinity) &&
    created <= (filter.lte ?? Infinity)
  )
}
