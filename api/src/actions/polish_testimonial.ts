import { polishTestimonialV1 } from '../ai/prompts/polish_testimonial.v1.ts'
import { optional, text } from './input.ts'
import { defineOperationAction } from './operation.ts'

const MAXIMUM_TESTIMONIAL_LENGTH = 5_000
const MAXIMUM_INSTRUCTIONS_LENGTH = 500

export const polishTestimonial = defineOperationAction({
  name: 'polish_testimonial',
  operation: polishTestimonialV1,
  fields: {
    testimonial: text(MAXIMUM_TESTIMONIAL_LENGTH),
    instructions: optional(text(MAXIMUM_INSTRUCTIONS_LENGTH)),
  },
  toInput: ({ testimonial, instructions }) => ({ testimonial, instructions }),
  toOutput: ({ text }) => ({ headline: null, text }),
})
