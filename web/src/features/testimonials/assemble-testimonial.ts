import * as v from 'valibot'
import { AssembleTestimonialDocument } from '@/gql/member/graphql.ts'
import { optionalText, requiredText } from '@/shared/operation/field-rules.ts'
import { defineOperation } from '@/shared/operation/operation.ts'
import { testimonialText } from './testimonial.ts'

export interface AnsweredQuestion {
  question: string
  answer: string
}

export interface AssembleDraft {
  productName: string
  customerName: string
  answers: AnsweredQuestion[]
}

export const MOST_ANSWERS = 20
const LONGEST_NAME = 200
const LONGEST_QUESTION = 500
const LONGEST_ANSWER = 4_000
const LONGEST_INTERVIEW = 20_000

export const emptyAnswer = (): AnsweredQuestion => ({ question: '', answer: '' })

export const assembleTestimonial = defineOperation({
  name: 'assemble_testimonial',
  capability: 'testimonial_assembly',
  document: AssembleTestimonialDocument,
  emptyDraft: (): AssembleDraft => ({
    productName: '',
    customerName: '',
    answers: [emptyAnswer()],
  }),
  schema(t) {
    const answer = v.object({
      question: requiredText(t, LONGEST_QUESTION, t('testimonials.invalid.question')),
      answer: requiredText(t, LONGEST_ANSWER, t('testimonials.invalid.answer')),
    })
    return v.object({
      productName: requiredText(t, LONGEST_NAME, t('testimonials.invalid.productName')),
      customerName: optionalText(t, LONGEST_NAME),
      answers: v.pipe(
        v.array(answer),
        v.maxLength(MOST_ANSWERS),
        v.check(
          (answers) => lengthOf(answers) <= LONGEST_INTERVIEW,
          t('testimonials.invalid.interview', { longest: LONGEST_INTERVIEW }),
        ),
      ),
    })
  },
  toInput: (draft) => ({
    product_name: draft.productName,
    customer_name: draft.customerName || null,
    answers: draft.answers,
  }),
  toText: testimonialText,
})

function lengthOf(answers: readonly AnsweredQuestion[]): number {
  return answers.reduce((sum, { question, answer }) => sum + question.length + answer.length, 0)
}
