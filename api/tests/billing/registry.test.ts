import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { stripeEventHandlers } from '../../src/webhooks/stripe/registry.ts'

test('the README names the types of events that are handled, and no others', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  const [, list = ''] = readme.split('The webhook endpoint needs these types')
  const [paragraph = ''] = list.split('\n\n')
  const named = [...paragraph.matchAll(/`([\w.]+\.)([\w|]+)`/g)].flatMap(([, object, events]) =>
    events!.split('|').map((event) => object! + event),
  )
  expect(named.toSorted()).toEqual(
    [...new Set(stripeEventHandlers.map(({ type }) => type as string))].toSorted(),
  )
})
