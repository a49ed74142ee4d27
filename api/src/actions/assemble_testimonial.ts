import { z } from 'zod'
import { assembleTestimonialV1 } from '../ai/prompts/assemble_testimonial.v1.ts'
import { optional, text } from './input.ts'
import { defineOperationAction } from './operation.ts'

const MAXIMUM_NAME_LENGTH = 200
const MAXIMUM_QUESTION_LENGTH = 500
const MAXIMUM_ANSWER_LENGTH = 4_000
const MAXIMUM_ANSWERS = 20
/** Of all questions and answers together: the hold is an estimate for an interview, not for a book. */
const MAXIMUM_INTERVIEW_CHARACTERS = 20_000

type Interview = { question: string; answer: string }[]

const interview = z
  .array(
    z.strictObject({
      question: text(MAXIMUM_QUESTION_LENGTH),
      answer: text(MAXIMUM_ANSWER_LENGTH),
    }),
  )
  .min(1, { error: 'not_empty' })
  .max(MAXIMUM_ANSWERS, { error: `at_most_${MAXIMUM_ANSWERS}` })
  .refine((answers) => charactersOf(answers) <= MAXIMUM_INTERVIEW_CHARACTERS, {
    error: `at_most_${MAXIMUM_INTERVIEW_CHARACTERS}_characters`,
  })

export const assembleTestimonial = defineOperationAction({
  name: 'assemble_testimonial',
  operation: assembleTestimonialV1,
  fields: {
    product_name: text(MAXIMUM_NAME_LENGTH),
    customer_name: optional(text(MAXIMUM_NAME_LENGTH)),
    answers: interview,
  },
  toInput: ({ product_name, customer_name, answers }) => ({
    productName: product_name,
    customerName: customer_name,
    answers,
  }),
  toOutput: ({ headline, text }) => ({ headline, text }),
})

function charactersOf(answers: Interview): number {
  return answers.reduce((sum, { question, answer }) => sum + question.length + answer.length, 0)
}
