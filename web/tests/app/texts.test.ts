// @vitest-environment node
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createFailureText } from '@/app/error-texts.ts'
import { i18n } from '@/app/i18n.ts'
import { failure } from '@/shared/failure.ts'

const source = resolve(dirname(fileURLToPath(import.meta.url)), '../../src')
const failureText = createFailureText(i18n.global)

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:vue|ts)$/.test(name) && !name.startsWith('gql'))
    .map((name) => join(folder, name))
}

function keysOf(messages: object, prefix = ''): string[] {
  return Object.entries(messages).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? keysOf(value as object, `${prefix}${name}.`)
      : [`${prefix}${name}`],
  )
}

const locales = readdirSync(join(source, 'locales/en')).map((name) => name.replace('.json', ''))
const keys = locales.flatMap((name) =>
  keysOf(
    JSON.parse(readFileSync(join(source, `locales/en/${name}.json`), 'utf8')) as object,
    `${name}.`,
  ),
)
const text = filesUnder(source)
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

test('every text that is asked for exists', () => {
  const literal = new RegExp(`'((?:${locales.join('|')})\\.[\\w.]+)'`, 'g')
  const asked = [...text.matchAll(literal)].map((match) => match[1] ?? '')
  expect(asked.length).toBeGreaterThan(50)
  expect(asked.filter((key) => !keys.includes(key))).toEqual([])
})

test('no text is left that nobody asks for', () => {
  // Keys put together at run time start with one of these.
  const computed = [...text.matchAll(/`((?:\w+\.)+)\$\{/g)].map((match) => match[1] ?? '')
  const unused = keys.filter(
    (key) => !text.includes(`'${key}'`) && !computed.some((start) => key.startsWith(start)),
  )
  expect(unused).toEqual([])
})

test('a code gets its own sentence, with its numbers', () => {
  const details = { required_credits: 5, available_credits: 0.5 }
  expect(failureText(failure('insufficient_credits', details))).toBe(
    'This run needs 5 credits, and 0.5 are available.',
  )
  expect(failureText(failure('rate_limited', { retry_after_seconds: 9 }))).toContain('9 seconds')
  expect(failureText(failure('rate_limited'))).toContain('Wait a moment')
})

test('a code without a sentence shows what the server said, and never nothing', () => {
  expect(failureText(failure('brand_new', {}, 'The moon is full.'))).toBe('The moon is full.')
  expect(failureText(failure('brand_new'))).toContain('Something went wrong')
})
