import { z } from 'zod'
import { suggestQuestionsV1 } from '../ai/prompts/suggest_questions.v1.ts'
import { defineAction } from './action.ts'
import { idempotencyKey, identifier, optional, text } from './input.ts'
import { requireOrganization, requireUser } from './session.ts'

const MAXIMUM_QUESTIONS = 10
const DEFAULT_QUESTIONS = 5
const MAXIMUM_NAME_LENGTH = 200
const MAXIMUM_DESCRIPTION_LENGTH = 4_000

const questionCount = z
  .int({ error: 'integer' })
  .min(1, { error: 'at_least_1' })
  .max(MAXIMUM_QUESTIONS, { error: `at_most_${MAXIMUM_QUESTIONS}` })

export const suggestQuestions = defineAction({
  name: 'suggest_questions',
  roles: ['owner', 'admin', 'member'],
  input: z.strictObject({
    input: z.strictObject({
      product_name: text(MAXIMUM_NAME_LENGTH),
      product_description: text(MAXIMUM_DESCRIPTION_LENGTH),
      count: optional(questionCount),
      quality_level: optional(identifier),
      idempotency_key: idempotencyKey,
    }),
  }),
  async run({ input: { input }, session, services, log }) {
    const result = await services.operations.run(suggestQuestionsV1, {
      organizationId: requireOrganization(session),
      userId: requireUser(session),
      qualityLevel: input.quality_level,
      idempotencyKey: input.idempotency_key,
      input: {
        productName: input.product_name,
        productDescription: input.product_description,
        count: input.count ?? DEFAULT_QUESTIONS,
      },
      log,
    })
    return {
      questions: result.answer.questions,
      quality_level: result.qualityLevel,
      model: result.model,
      provider: result.provider,
      offline: result.offline,
      charged_credits: result.chargedCredits,
      available_credits: result.availableCredits,
      reservation_id: result.reservationId,
      transaction_id: result.transactionId,
      replayed: result.replayed,
    }
  },
})
