import type { Database } from './client.ts'

export interface NewServiceApiKey {
  organizationId: string
  name: string
  prefix: string
  hash: Buffer
  createdBy: string
}

export interface ServiceApiKeyRow {
  id: string
  name: string
  prefix: string
  created_at: Date
  revoked_at: Date | null
}

export type ServiceApiKeys = ReturnType<typeof createServiceApiKeys>

export function createServiceApiKeys(sql: Database) {
  return {
    /** null: the organization has as many keys as it may have. */
    async create(key: NewServiceApiKey, maximumKeys: number): Promise<ServiceApiKeyRow | null> {
      const rows = await sql<ServiceApiKeyRow[]>`
        with created as (
          insert into public.service_api_keys (organization_id, name, prefix, created_by)
          select ${key.organizationId}::uuid, ${key.name}, ${key.prefix}, ${key.createdBy}::uuid
          where (
            select count(*) from public.service_api_keys
            where organization_id = ${key.organizationId}::uuid and revoked_at is null
          ) < ${maximumKeys}::int
          returning id, name, prefix, created_at, revoked_at
        ), hashed as (
          insert into auth.service_api_key_hashes (key_id, hash)
          select id, ${key.hash} from created
        )
        select * from created`
      return rows[0] ?? null
    },

    /** Revoking twice keeps the first time. null: the organization has no such key. */
    async revoke(organizationId: string, id: string): Promise<ServiceApiKeyRow | null> {
      const rows = await sql<ServiceApiKeyRow[]>`
        update public.service_api_keys
        set revoked_at = coalesce(revoked_at, now())
        where organization_id = ${organizationId}::uuid and id = ${id}::uuid
        returning id, name, prefix, created_at, revoked_at`
      return rows[0] ?? null
    },

    /**
     * The key with this hash, if it may still be used. That it was used is written at most once in
     * five minutes: a backend that asks for a token with every request must not make its row hot.
     */
    async use(hash: Buffer): Promise<{ id: string; organization_id: string; hash: Buffer } | null> {
      const rows = await sql<{ id: string; organization_id: string; hash: Buffer }[]>`
        with found as materialized (
          select id, organization_id, hash, last_used_at
          from auth.service_api_key_hashes
          join public.service_api_keys on id = key_id
          where hash = ${hash} and revoked_at is null
        ), marked as (
          update public.service_api_keys as key
          set last_used_at = now()
          from found
          where key.id = found.id
            and (found.last_used_at is null or found.last_used_at < now() - interval '5 minutes')
        )
        select id, organization_id, hash from found`
      return rows[0] ?? null
    },
  }
}
