import { randomUUID } from 'node:crypto'
import { asOwner, callAction, type ActionAnswer } from './actions.ts'
import type { TestApi } from './api.ts'
import type { TestOrganization } from './organizations.ts'

/** suggest_questions as the owner asks for it; three questions about a product with a quoted name. */
export function suggestCalls(api: () => TestApi) {
  return (
    organization: TestOrganization,
    overrides: Record<string, unknown> = {},
  ): Promise<ActionAnswer> =>
    callAction(
      api(),
      'suggest_questions',
      {
        input: {
          product_name: 'Loom "Pro"',
          product_description: 'Weaving software\nfor small mills.',
          count: 3,
          quality_level: 'fast',
          idempotency_key: randomUUID(),
          ...overrides,
        },
      },
      asOwner(organization),
    )
}
