// @vitest-environment node
import { expect, test } from 'vitest'
import { AccessTokens, readClaims } from '@/features/identity/access-tokens.ts'
import { tokenFor } from '../support/tokens.ts'

test('callers at the same time share one refresh', async () => {
  let loads = 0
  const tokens = new AccessTokens(async () => {
    loads++
    return tokenFor({ expiresAt: Date.now() + 60_000 })
  })
  await Promise.all([tokens.refresh(), tokens.lastingAtLeast(1_000), tokens.refresh()])
  expect(loads).toBe(1)
})

test('a token is kept while it lasts long enough, and replaced when it does not', async () => {
  let now = 0
  let loads = 0
  const tokens = new AccessTokens(
    async () => tokenFor({ id: String(++loads), expiresAt: now + 60_000 }),
    () => {},
    () => now,
  )
  await tokens.refresh()
  now = 50_000
  await tokens.lastingAtLeast(5_000)
  expect(loads).toBe(1)
  await tokens.lastingAtLeast(10_001)
  expect(loads).toBe(2)
})

test('after a failed refresh the next one tries again', async () => {
  let isUp = false
  const tokens = new AccessTokens(async () => {
    if (!isUp) throw new Error('down')
    return tokenFor({ expiresAt: Date.now() + 60_000 })
  })
  await expect(tokens.refresh()).rejects.toThrow('down')
  isUp = true
  const token = await tokens.refresh()
  expect(tokens.headers?.Authorization).toBe(`Bearer ${token}`)
})

test('claims tell who, where and as what; without an organization the role is what the server said', () => {
  const expiresAt = 1_800_000_000_000
  const token = tokenFor({ userId: 'u1', organizationId: 'o1', role: 'owner', expiresAt })
  expect(readClaims(token)).toEqual({
    userId: 'u1',
    organizationId: 'o1',
    role: 'owner',
    expiresAt,
  })
  expect(readClaims(tokenFor({ role: 'anonymous', expiresAt })).organizationId).toBeNull()
})

test('an operator acts as member of the organization, never as platform_admin by default', async () => {
  const allowedRoles = ['platform_admin', 'owner', 'org_admin', 'member']
  const token = tokenFor({ role: 'platform_admin', allowedRoles, expiresAt: Date.now() + 60_000 })
  expect(readClaims(token)).toMatchObject({ role: 'owner' })
  const tokens = new AccessTokens(async () => token)
  await tokens.refresh()
  expect(tokens.headers).toMatchObject({ 'x-hasura-role': 'owner' })
})
