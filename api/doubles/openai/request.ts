import { z } from 'zod'

/** Chat completions as OpenAI documents them, as far as the AI SDK uses them; anything else is refused. */
const textPart = z.strictObject({ type: z.literal('text'), text: z.string() })
const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']),
  content: z.union([z.string(), z.array(textPart).min(1), z.null()]),
})

const jsonSchemaFormat = z.strictObject({
  type: z.literal('json_schema'),
  json_schema: z.strictObject({
    name: z.string().regex(/^[\w-]{1,64}$/),
    description: z.string().optional(),
    strict: z.boolean().optional(),
    schema: z.record(z.string(), z.unknown()),
  }),
})

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  jsonSchemaFormat,
])

/** Strict, so that a parameter which no provider knows is found here and not in production. */
const requestSchema = z.strictObject({
  model: z.string().min(1),
  messages: z.array(message).min(1),
  response_format: responseFormat.optional(),
  stream: z.boolean().optional(),
  stream_options: z.strictObject({ include_usage: z.boolean().optional() }).optional(),
  max_tokens: z.number().int().positive().optional(),
  max_completion_tokens: z.number().int().positive().optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  frequency_penalty: z.number().optional(),
  presence_penalty: z.number().optional(),
  seed: z.number().int().optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
  user: z.string().optional(),
  reasoning_effort: z.string().optional(),
})

export type ChatRequest = z.infer<typeof requestSchema>
export type JsonSchema = Record<string, unknown>

export interface RequestProblem {
  status: 400 | 401
  message: string
  param: string | null
}

export function readRequest(
  authorization: string | undefined,
  body: unknown,
): { request: ChatRequest } | { problem: RequestProblem } {
  if (!/^Bearer \S+$/.test(authorization ?? '')) {
    return { problem: { status: 401, message: 'You did not provide an API key.', param: null } }
  }
  const parsed = requestSchema.safeParse(body)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    const param = issue?.path.join('.') || null
    return { problem: { status: 400, message: issue?.message ?? 'Invalid request', param } }
  }
  const looseObject = findLooseObject(schemaOf(parsed.data), 'response_format.json_schema.schema')
  if (looseObject) return { problem: { status: 400, ...looseObject } }
  return { request: parsed.data }
}

/** The schema that the answer must fit, or null. */
export function schemaOf(request: ChatRequest): JsonSchema | null {
  return request.response_format?.type === 'json_schema'
    ? request.response_format.json_schema.schema
    : null
}

export function textOf({ messages }: ChatRequest, role: string): string {
  return messages
    .filter((candidate) => candidate.role === role)
    .map(({ content }) =>
      typeof content === 'string' ? content : (content ?? []).map((part) => part.text).join('\n'),
    )
    .join('\n')
}

/** OpenAI's structured outputs want every object closed and every property required. */
function findLooseObject(
  schema: unknown,
  param: string,
): { message: string; param: string } | null {
  if (typeof schema !== 'object' || schema === null) return null
  const { type, properties, required, additionalProperties, items } = schema as JsonSchema
  if (type === 'object') {
    if (additionalProperties !== false) {
      return {
        message: "'additionalProperties' is required to be supplied and to be false.",
        param,
      }
    }
    const names = Object.keys((properties as JsonSchema | undefined) ?? {})
    const missing = names.filter((name) => !(Array.isArray(required) && required.includes(name)))
    if (missing.length > 0) return { message: `'required' lacks: ${missing.join(', ')}`, param }
  }
  const children = [
    ...Object.entries((properties as JsonSchema | undefined) ?? {}),
    ...(items === undefined ? [] : ([['items', items]] as const)),
  ]
  for (const [name, child] of children) {
    const found = findLooseObject(child, `${param}.${name}`)
    if (found) return found
  }
  return null
}
