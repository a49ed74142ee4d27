import type { ParamsType } from '../params/params-types.ts'
import type { ParamsOf } from '../params/read-params.ts'
import type { Account } from '../state/account.ts'

export interface Call<Params> {
  account: Account
  /** From the address: the first and the second `:name`. */
  id: string
  secondId: string
  params: Params
  /** Of the address, for lists. */
  url: string
}

export interface Route {
  method: 'GET' | 'POST' | 'DELETE'
  /** Segments; one that starts with a colon takes anything. */
  path: string[]
  /** null: no parameters but `expand`. */
  paramsType: ParamsType | null
  handle(call: Call<unknown>): object
}

type Address = `${Route['method']} /v1/${string}`

/** A route whose handler gets the parameters of that SDK type. */
export function route<Type extends ParamsType>(
  address: Address,
  paramsType: Type,
  handle: (call: Call<ParamsOf[Type]>) => object,
): Route {
  return {
    ...addressOf(address),
    paramsType,
    handle: (call) => handle(call as Call<ParamsOf[Type]>),
  }
}

export function plainRoute(address: Address, handle: (call: Call<unknown>) => object): Route {
  return { ...addressOf(address), paramsType: null, handle }
}

function addressOf(address: Address): Pick<Route, 'method' | 'path'> {
  const [method = 'GET', path = ''] = address.split(' ')
  return { method: method as Route['method'], path: path.split('/').slice(1) }
}

export function findRoute(
  routes: Route[],
  method: string,
  path: string,
): { route: Route; ids: string[] } | null {
  const segments = path.split('/').slice(1)
  for (const candidate of routes) {
    if (candidate.method !== method || candidate.path.length !== segments.length) continue
    const ids: string[] = []
    const fits = candidate.path.every((wanted, index) => {
      const segment = segments[index] ?? ''
      if (!wanted.startsWith(':')) return wanted === segment
      ids.push(decodeURIComponent(segment))
      return segment !== ''
    })
    if (fits) return { route: candidate, ids }
  }
  return null
}
