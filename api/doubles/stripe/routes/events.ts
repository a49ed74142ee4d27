import type Stripe from 'stripe'
import { isCreatedWithin, page } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'

export const eventRoutes: Route[] = [
  route('GET /v1/events', 'EventListParams', listEvents),
  plainRoute('GET /v1/events/:id', ({ account, id }) => account.get('event', id)),
]

function listEvents({ account, params, url }: Call<Stripe.EventListParams>) {
  const all = account
    .list('event')
    .filter((event) => !params.type || isOfType(event.type, params.type))
    .filter((event) => !params.types || params.types.some((type) => isOfType(event.type, type)))
    .filter((event) => isCreatedWithin(event.created, params.created))
  return page(all, params, url)
}

/** `charge.*` means all that begin so. */
function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}
