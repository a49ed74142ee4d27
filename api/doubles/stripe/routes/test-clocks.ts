import type Stripe from 'stripe'
import { runDue } from '../billing/due.ts'
import { invalidRequest } from '../http/errors.ts'
import { page } from '../http/list.ts'
import { plainRoute, route, type Call, type Route } from '../http/route.ts'
import { newId } from '../state/ids.ts'
import { idOf } from '../state/objects.ts'
import { orNull } from './fields.ts'

type TestClock = Stripe.TestHelpers.TestClock

const DELETES_AFTER_SECONDS = 30 * 86_400

export const testClockRoutes: Route[] = [
  route('POST /v1/test_helpers/test_clocks', 'TestHelpers.TestClockCreateParams', createClock),
  route(
    'GET /v1/test_helpers/test_clocks',
    'TestHelpers.TestClockListParams',
    ({ account, params, url }) => page(account.list('test_helpers.test_clock'), params, url),
  ),
  plainRoute('GET /v1/test_helpers/test_clocks/:id', ({ account, id }) =>
    account.get('test_helpers.test_clock', id),
  ),
  route(
    'POST /v1/test_helpers/test_clocks/:id/advance',
    'TestHelpers.TestClockAdvanceParams',
    advance,
  ),
  plainRoute('DELETE /v1/test_helpers/test_clocks/:id', ({ account, id }) => {
    account.get('test_helpers.test_clock', id)
    for (const customer of account.list('customer')) {
      if (idOf(customer.test_clock) === id) account.remove('customer', customer.id)
    }
    account.remove('test_helpers.test_clock', id)
    return { id, object: 'test_helpers.test_clock', deleted: true }
  }),
]

function createClock({
  account,
  params,
}: Call<Stripe.TestHelpers.TestClockCreateParams>): TestClock {
  const clock = {
    id: newId('clock'),
    object: 'test_helpers.test_clock',
    created: account.time.now(),
    deletes_after: account.time.now() + DELETES_AFTER_SECONDS,
    frozen_time: params.frozen_time,
    livemode: false,
    name: orNull(params.name),
    status: 'ready',
    status_details: {},
  } satisfies TestClock
  account.insert('test_helpers.test_clock', clock, 'test_helpers.test_clock.created')
  if (params.customer) {
    account.get('customer', params.customer, 'customer')
    account.update('customer', params.customer, { test_clock: clock.id })
  }
  return clock
}

/** All that is due happens before the answer, which says `advancing` as Stripe's does: ask for `ready`. */
function advance({
  account,
  id,
  params,
}: Call<Stripe.TestHelpers.TestClockAdvanceParams>): TestClock {
  const clock = account.get('test_helpers.test_clock', id)
  const target = params.frozen_time
  if (target <= clock.frozen_time) {
    throw invalidRequest('Frozen time must be after the current frozen time.', 'frozen_time')
  }
  account.emit('test_helpers.test_clock.advancing', { ...clock, status: 'advancing' })
  runDue(account, id, target)
  const ready = account.update('test_helpers.test_clock', id, { frozen_time: target })
  account.emit('test_helpers.test_clock.ready', ready)
  return {
    ...ready,
    status: 'advancing',
    status_details: { advancing: { target_frozen_time: target } },
  }
}
