import { randomBytes } from 'node:crypto'

const MAXIMUM_SLUG_BASE = 40

/** Name and unique slug of the organization that a new user starts with; both can be changed later. */
export function nameFirstOrganization(userName: string): { name: string; slug: string } {
  const plainName = userName.trim() || 'My'
  const base = plainName
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAXIMUM_SLUG_BASE)
  const suffix = randomBytes(4).toString('hex')
  return {
    name: `${plainName}'s organization`,
    slug: base ? `${base}-${suffix}` : suffix,
  }
}
