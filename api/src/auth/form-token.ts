import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

/** Which form a customer uses, as its organization vouches for. Whether it is still valid, a row says. */
export interface FormToken {
  organizationId: string
  formId: string
  tokenId: string
}

const payloadSchema = z.tuple([z.uuid(), z.string(), z.uuid()])

export type FormTokens = ReturnType<typeof createFormTokens>

/**
 * Signs and reads the tokens of forms: the payload and its HMAC-SHA256. A token is no secret, it
 * stands in a page; the signature only keeps people from making up organizations and forms.
 */
export function createFormTokens(secret: string) {
  const signatureOf = (payload: string) =>
    createHmac('sha256', secret).update(`form token ${payload}`).digest()

  return {
    sign({ organizationId, formId, tokenId }: FormToken): string {
      const json = JSON.stringify([organizationId, formId, tokenId])
      const payload = Buffer.from(json).toString('base64url')
      return `${payload}.${signatureOf(payload).toString('base64url')}`
    },
    /** null: not one of ours. */
    read(token: string): FormToken | null {
      const [payload = '', signature = '', ...rest] = token.split('.')
      const expected = signatureOf(payload)
      const given = Buffer.from(signature, 'base64url')
      const isOurs = given.length === expected.length && timingSafeEqual(given, expected)
      if (!isOurs || rest.length > 0) return null
      const [organizationId, formId, tokenId] = payloadSchema.parse(
        JSON.parse(Buffer.from(payload, 'base64url').toString()),
      )
      return { organizationId, formId, tokenId }
    },
  }
}
