import { z } from 'zod'
import { suggestQuestionsV1 } from '../ai/prompts/suggest_questions.v1.ts'
import { optional, text } from './input.ts'
import { defineOperationAction } from './operation.ts'

const MAXIMUM_QUESTIONS = 10
const DEFAULT_QUESTIONS = 5
const MAXIMUM_NAME_LENGTH = 200
const MAXIMUM_DESCRIPTION_LENGTH = 4_000

const questionCount = z
  .int({ error: 'integer' })
  .min(1, { error: 'at_least_1' })
  .max(MAXIMUM_QUESTIONS, { error: `at_most_${MAXIMUM_QUESTIONS}` })

export const suggestQuestions = defineOperationAction({
  name: 'suggest_questions',
  operation: suggestQuestionsV1,
  fields: {
    product_name: text(MAXIMUM_NAME_LENGTH),
    product_description: text(MAXIMUM_DESCRIPTION_LENGTH),
    count: optional(questionCount),
  },
  toInput: ({ product_name, product_description, count }) => ({
    productName: product_name,
    productDescription: product_description,
    count: count ?? DEFAULT_QUESTIONS,
  }),
  toOutput: ({ questions }) => ({ questions }),
})
