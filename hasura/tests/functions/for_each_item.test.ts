import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDesk } from '../support/desk.ts'
import type { Desk } from '../support/desk.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
})
afterAll(() => desk.close())

test.each([
  ['{a}', 3, ['a', 'a', 'a']],
  ['{null}', 2, [null, null]],
  ['{a}', 1, ['a']],
  ['{}', 0, []],
  ['{a,b}', 2, ['a', 'b']],
])('%s for %i items is %j', async (literal, items, expected) => {
  const [row] = await desk.api<{ values: (string | null)[] }[]>`
    select to_jsonb(private.for_each_item(${literal}::text::text[], ${items})) as values`
  expect(row?.values).toEqual(expected)
})

test('what is neither one nor one for each is left, and refused as no batch', async () => {
  const release = desk.api`
    select * from private.release_credits(
      private.for_each_item(array[uuidv7()], 3), private.for_each_item(array[uuidv7(), uuidv7()], 3),
      private.for_each_item('{}'::text[], 3)
    )`
  await expect(release).rejects.toMatchObject({ code: 'LG001' })
})
