// A backend that summarizes texts with a model of its own choice and lets Purser charge for it.
import { createPurserClient, isPurserError } from '@purser/client'

const { PURSER_GRAPHQL_URL = '', PURSER_AUTH_URL = '', PURSER_API_KEY = '' } = process.env
const purser = createPurserClient({
  url: PURSER_GRAPHQL_URL,
  authUrl: PURSER_AUTH_URL,
  apiKey: PURSER_API_KEY,
})

interface Completion {
  choices: [{ message: { content: string } }]
  usage: { prompt_tokens: number; completion_tokens: number }
}

async function summarize(text: string, signal: AbortSignal, model = 'gpt-5-mini') {
  const response = await fetch(`${process.env['MODEL_URL']}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }] }),
    signal,
  })
  if (!response.ok) throw new Error(`the model answered ${response.status}`)
  const { choices, usage } = (await response.json()) as Completion
  const [inputTokens, outputTokens] = [usage.prompt_tokens, usage.completion_tokens]
  return { result: choices[0].message.content, usage: { model, inputTokens, outputTokens } }
}

try {
  const { result, settlement } = await purser.executeWithAIAccess({
    capability: 'testimonial_polish',
    qualityLevel: 'enhanced',
    run: ({ signal }) => summarize(process.argv[2] ?? '', signal),
  })
  console.log(result)
  console.log(`charged ${settlement?.chargedCredits}, left ${settlement?.availableCredits}`)
} catch (error) {
  if (!isPurserError(error, 'insufficient_credits')) throw error
  console.log(`needs ${error.details.required_credits}, has ${error.details.available_credits}`)
}
