import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/metadata/common.ts'
import { startFixture, type Fixture } from './fixture.ts'
import { library } from './library.ts'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture(library)
})
afterAll(() => fixture.drop())

describe('variables', () => {
  const COUNT =
    'query ($ids: [Int!], $where: author_bool_exp!, $desc: order_by = desc, $more: Boolean = false, $n: Int) { author(where: {_and: [{id: {_in: $ids}}, $where]}, order_by: {id: $desc}, limit: $n) { id name @include(if: $more) } }'
  const answers: [string, JsonObject, unknown][] = [
    ['defaults', { ids: [1, 2], where: {} }, [{ id: 2 }, { id: 1 }]],
    ['other values of the same plan', { ids: [3], where: {} }, [{ id: 3 }]],
    ['another order', { ids: [1, 2], where: {}, desc: 'asc' }, [{ id: 1 }, { id: 2 }]],
    ['another condition', { ids: [1, 2], where: { name: { _eq: 'Bo' } } }, [{ id: 2 }]],
    ['another selection', { ids: [1], where: {}, more: true }, [{ id: 1, name: 'Ada' }]],
    ['a limit that was null before', { ids: [1, 2], where: {}, n: 1 }, [{ id: 2 }]],
    ['and null again', { ids: [1, 2], where: {}, n: null }, [{ id: 2 }, { id: 1 }]],
    ['one value for a list', { ids: 1, where: {} }, [{ id: 1 }]],
  ]
  it.each(answers)('%s', async (_name, variables, expected) => {
    expect(await fixture.run(COUNT, variables)).toEqual({ author: expected })
  })

  it('are filled into JSON literals', async () => {
    const data = await fixture.run(
      'query ($v: String!) { author(where: {details: {_contains: {city: $v}}}) { name } }',
      { v: 'Paris' },
    )
    expect(data).toEqual({ author: [{ name: 'Bo' }] })
  })
})
