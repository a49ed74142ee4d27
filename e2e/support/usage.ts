import { asService, graphql } from './graphql.ts'
import { withDatabase } from './organizations.ts'

/** Counts use of a meter as the product's own backend does. */
export async function recordUsage(
  organizationId: string,
  use: { meter: string; amount: number; userId?: string },
) {
  const { errors } = await graphql(
    asService(organizationId),
    `
      mutation ($input: RecordUsageInput!) {
        record_usage(input: $input) {
          usage_id
        }
      }
    `,
    {
      input: {
        meter: use.meter,
        amount: use.amount,
        user_id: use.userId ?? null,
        idempotency_key: `e2e-${use.meter}-${use.amount}-${crypto.randomUUID()}`,
      },
    },
  )
  if (errors) throw new Error(`record_usage: ${errors[0]?.message}`)
}

/**
 * Ninety days of charges as they would stand in the roll-up, for charts: three capabilities, two levels and models,
 * quiet weekends, more from week to week, by the given people and by a program. The ledger has none of them.
 */
export async function seedCreditHistory(organizationId: string, userIds: string[]): Promise<void> {
  await withDatabase(
    (sql) => sql`
      with charge as (
        select
          current_date - back.days as day, person.id as user_id, capability.id as capability_id,
          level.id as level_id, model.id as model_id,
          round(
            (90 - back.days + 30) * (1.2 - 0.3 * capability.place) * level.weight
              * (1 + ((back.days * 7 + capability.place * 3 + person.place * 5) % 11)::numeric / 6)
              / 40,
            2
          ) as credits
        from generate_series(1, 89) as back (days)
        cross join unnest(${[...userIds, '']}::text[]) with ordinality as person (id, place)
        cross join (
          values ('question_generation', 1), ('testimonial_assembly', 2), ('testimonial_polish', 3)
        ) as capability (id, place)
        cross join (values ('fast', 0.3, 0), ('enhanced', 1, 1)) as level (id, weight, place)
        cross join lateral (
          select found.id from public.llm_models as found order by found.id offset level.place limit 1
        ) as model (id)
        where extract(isodow from current_date - back.days) < 6
          and (back.days + person.place + capability.place) % 4 > 0
      )
      insert into public.credit_usage_daily
        (organization_id, dimension, day, key, used_credits, entries)
      select
        ${organizationId}, told.dimension, charge.day, told.key, sum(charge.credits), count(*)
      from charge
      cross join lateral (
        values ('none', ''), ('capability', charge.capability_id), ('level', charge.level_id),
          ('model', charge.model_id), ('member', charge.user_id)
      ) as told (dimension, key)
      group by told.dimension, charge.day, told.key`,
  )
}
