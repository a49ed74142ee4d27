import * as v from 'valibot'
import { SuggestQuestionsDocument, type SuggestQuestionsMutation } from '@/gql/member/graphql.ts'
import { requiredText } from '@/shared/operation/field-rules.ts'
import { defineOperation } from '@/shared/operation/operation.ts'

export interface QuestionsDraft {
  productName: string
  productDescription: string
  count: number
}

export type SuggestedQuestions = SuggestQuestionsMutation['suggest_questions']

export const MOST_QUESTIONS = 10
const DEFAULT_COUNT = 5
const LONGEST_NAME = 200
const LONGEST_DESCRIPTION = 4_000

export const suggestQuestions = defineOperation({
  name: 'suggest_questions',
  capability: 'question_generation',
  document: SuggestQuestionsDocument,
  emptyDraft: (): QuestionsDraft => ({
    productName: '',
    productDescription: '',
    count: DEFAULT_COUNT,
  }),
  schema(t) {
    const range = t('questions.invalid.count', { most: MOST_QUESTIONS })
    return v.object({
      productName: requiredText(t, LONGEST_NAME, t('questions.invalid.name')),
      productDescription: requiredText(t, LONGEST_DESCRIPTION, t('questions.invalid.description')),
      count: v.pipe(
        v.number(range),
        v.integer(range),
        v.minValue(1, range),
        v.maxValue(MOST_QUESTIONS, range),
      ),
    })
  },
  toInput: (draft) => ({
    product_name: draft.productName,
    product_description: draft.productDescription,
    count: draft.count,
  }),
  toText: ({ questions = [] }: Partial<SuggestedQuestions>) =>
    questions.map((question, index) => `${index + 1}. ${question.text}`).join('\n'),
})
