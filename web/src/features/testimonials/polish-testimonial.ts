import * as v from 'valibot'
import { PolishTestimonialDocument } from '@/gql/member/graphql.ts'
import { optionalText, requiredText } from '@/shared/operation/field-rules.ts'
import { defineOperation } from '@/shared/operation/operation.ts'
import { testimonialText } from './testimonial.ts'

export interface PolishDraft {
  testimonial: string
  instructions: string
}

const LONGEST_TESTIMONIAL = 5_000
const LONGEST_INSTRUCTIONS = 500

export const polishTestimonial = defineOperation({
  name: 'polish_testimonial',
  capability: 'testimonial_polish',
  document: PolishTestimonialDocument,
  emptyDraft: (): PolishDraft => ({ testimonial: '', instructions: '' }),
  schema: (t) =>
    v.object({
      testimonial: requiredText(t, LONGEST_TESTIMONIAL, t('testimonials.invalid.testimonial')),
      instructions: optionalText(t, LONGEST_INSTRUCTIONS),
    }),
  toInput: (draft) => ({
    testimonial: draft.testimonial,
    instructions: draft.instructions || null,
  }),
  toText: testimonialText,
})
