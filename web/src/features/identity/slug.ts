import { randomKey } from '@/shared/idempotency-keys.ts'

const SUFFIX_LENGTH = 6

/** A slug nobody has to think about: two companies may well have the same name. */
export function slugFrom(name: string, suffix = randomKey().slice(0, SUFFIX_LENGTH)): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  return [words, suffix].filter(Boolean).join('-')
}
