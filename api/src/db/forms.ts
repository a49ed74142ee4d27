import type { Database } from './client.ts'

export interface FormTokenRow {
  form_id: string
  token_id: string
  generations_per_customer: number
  generations_per_day: number
  expires_at: Date
  revoked_at: Date | null
}

export interface NewFormToken {
  organizationId: string
  formId: string
  generationsPerDay: number
  validDays: number
  createdBy: string
}

export interface Generation {
  organizationId: string
  formId: string
  tokenId: string
  capability: string
  customerSha256: Buffer
  idempotencyKey: string
}

export interface TakenGeneration {
  outcome: 'taken' | 'replayed' | 'rate_limited' | 'not_public' | 'unknown_form'
  generations_left: number
  retry_after_seconds: number | null
}

export type Forms = ReturnType<typeof createForms>

/** Forms through which customers use operations, and what they have used. */
export function createForms(sql: Database) {
  return {
    async issue(form: NewFormToken): Promise<FormTokenRow> {
      const rows = await sql<FormTokenRow[]>`
        select * from private.issue_form_token(
          ${form.organizationId}::uuid, ${form.formId}, ${form.generationsPerDay}::int,
          ${form.validDays}::int, ${form.createdBy}::uuid
        )`
      if (!rows[0]) throw new Error('private.issue_form_token answered no row')
      return rows[0]
    },

    async revoke(organizationId: string, formId: string): Promise<FormTokenRow | null> {
      const rows = await sql<FormTokenRow[]>`
        select * from private.revoke_form_token(${organizationId}::uuid, ${formId})`
      return rows[0] ?? null
    },

    async take(generation: Generation): Promise<TakenGeneration> {
      const rows = await sql<TakenGeneration[]>`
        select * from private.take_form_generation(
          ${generation.organizationId}::uuid, ${generation.formId}, ${generation.tokenId}::uuid,
          ${generation.capability}, ${generation.customerSha256}, ${generation.idempotencyKey}
        )`
      if (!rows[0]) throw new Error('private.take_form_generation answered no row')
      return rows[0]
    },

    async giveBack({ organizationId, formId, idempotencyKey }: Generation): Promise<void> {
      await sql`
        select private.give_back_form_generation(
          ${organizationId}::uuid, ${formId}, ${idempotencyKey}
        )`
    },
  }
}
