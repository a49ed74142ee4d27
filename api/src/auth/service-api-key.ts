import { createHash, randomBytes } from 'node:crypto'

const KEY_BYTES = 32
/** Lets people and secret scanners see what a found string is. */
const KEY_START = 'purser_sk_'
const SHOWN_CHARACTERS = 16
const KEY = /^purser_sk_[A-Za-z0-9_-]{43}$/

export interface GeneratedKey {
  key: string
  prefix: string
  hash: Buffer
}

export function generateServiceApiKey(): GeneratedKey {
  const key = KEY_START + randomBytes(KEY_BYTES).toString('base64url')
  return { key, prefix: key.slice(0, SHOWN_CHARACTERS), hash: hashOfKey(key) }
}

/** Without salt or stretching: the key is random, so there is nothing to guess from. */
export function hashOfKey(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** The key in an Authorization header, or null when it holds no such thing. */
export function keyInHeader(authorization: string | undefined): string | null {
  const key = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? ''
  return KEY.test(key) ? key : null
}
