import type { PolishTestimonialMutation } from '@/gql/member/graphql.ts'

/** What both operations answer. */
export type Testimonial = PolishTestimonialMutation['polish_testimonial']

export function testimonialText({ headline, text }: Partial<Testimonial>): string {
  return [headline, text].filter(Boolean).join('\n\n')
}
