import { createHash } from 'node:crypto'
import { sampleQuestion } from './questions.ts'
import { schemaOf, textOf, type ChatRequest, type JsonSchema } from './request.ts'
import { sampleTestimonial } from './testimonials.ts'

const DEFAULT_ITEMS = 5
const MAXIMUM_ITEMS = 50

/** What the answer may draw on; read from the prompt, as a model would. */
interface Subject {
  product: string
  items: number
  /** The text that a testimonial is made of; null when the prompt asks for something else. */
  testimonial: { headline: string; text: string } | null
  /** Where in its repertoire the sample starts; the same prompt gives the same answer. */
  start: number
}

/** The text of the answer: JSON that fits the requested schema, or a plain sentence. */
export function answerFor(request: ChatRequest): string {
  const schema = schemaOf(request)
  const subject = subjectOf(request)
  if (!schema) return `This is the offline sample model. It was asked about ${subject.product}.`
  return JSON.stringify(sampleOf(schema, subject, 0))
}

function subjectOf(request: ChatRequest): Subject {
  const prompt = textOf(request, 'user')
  const named = /Product name:\s*(.+)/.exec(prompt)?.[1]?.trim() ?? 'the product'
  const count = Number(/exactly (\d+)/i.exec(prompt)?.[1] ?? DEFAULT_ITEMS)
  return {
    product: unquoted(named),
    items: Math.min(count, MAXIMUM_ITEMS),
    testimonial: sampleTestimonial(prompt),
    start: createHash('sha256').update(prompt).digest().readUInt16BE(0),
  }
}

function unquoted(text: string): string {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : text
  } catch {
    return text
  }
}

function sampleOf(schema: JsonSchema, subject: Subject, index: number): unknown {
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  if (Array.isArray(schema['anyOf'])) return sampleOf(schema['anyOf'][0], subject, index)
  switch (schema['type']) {
    case 'object':
      return sampleObject(schema, subject, index)
    case 'array':
      return Array.from({ length: subject.items }, (_, position) =>
        sampleOf(schema['items'] as JsonSchema, subject, position),
      )
    case 'number':
    case 'integer':
      return index + 1
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return `Sample text about ${subject.product}.`
  }
}

function sampleObject(schema: JsonSchema, subject: Subject, index: number): JsonSchema {
  const properties = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
  const question = sampleQuestion(index, subject.start, subject.product)
  return Object.fromEntries(
    properties.map(([name, property]) => {
      if (subject.testimonial && (name === 'text' || name === 'headline')) {
        return [name, subject.testimonial[name]]
      }
      if (name === 'text' || name === 'reason') return [name, question[name]]
      return [name, sampleOf(property, subject, index)]
    }),
  )
}
