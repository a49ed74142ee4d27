import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogleGenerativeAI } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModel } from 'ai'
import type { ProviderSettings } from '../config.ts'
import type { ModelChoice } from '../db/access.ts'

export interface ServedModel {
  /** Identifier in llm_models, which prices the usage. */
  modelId: string
  languageModel: LanguageModel
  /** Who really answers: the provider's name, `openai_compatible` or `offline_sample`. */
  provider: string
  /** true: the offline double answers, so the page must say that it is a sample. */
  offline: boolean
}

/** null: nothing configured can serve this model; the caller tries the next one. */
export type ModelFactory = (choice: ModelChoice) => ServedModel | null

/** The double accepts any key; it insists on one because every real provider does. */
const DOUBLE_API_KEY = 'offline-sample'

/**
 * Which endpoint serves a row of llm_models: the provider's own when its key is set, else any
 * OpenAI-compatible URL that is configured, else the offline double. Built once a process.
 */
export function createModelFactory(settings: ProviderSettings): ModelFactory {
  const own = ownProviders(settings)
  const compatible = settings.compatibleBaseUrl
    ? openaiCompatible('openai_compatible', settings.compatibleBaseUrl, settings.compatibleApiKey)
    : null
  const double = settings.doubleUrl
    ? openaiCompatible('offline_sample', settings.doubleUrl, DOUBLE_API_KEY)
    : null

  return (choice) => {
    const serve = (provider: string, languageModel: LanguageModel, offline: boolean) => ({
      modelId: choice.model_id,
      languageModel,
      provider,
      offline,
    })
    const model = own.get(choice.provider)
    if (model) return serve(choice.provider, model(choice.provider_model_id), false)
    if (compatible) return serve('openai_compatible', compatible(choice.provider_model_id), false)
    if (double) return serve('offline_sample', double(choice.provider_model_id), true)
    return null
  }
}

function ownProviders(settings: ProviderSettings): Map<string, (id: string) => LanguageModel> {
  const providers = new Map<string, (id: string) => LanguageModel>()
  if (settings.openaiApiKey) {
    const openai = createOpenAI({
      apiKey: settings.openaiApiKey,
      ...at(settings.openaiBaseUrl),
    })
    providers.set('openai', (id) => openai(id))
  }
  if (settings.anthropicApiKey) {
    const anthropic = createAnthropic({
      apiKey: settings.anthropicApiKey,
      ...at(settings.anthropicBaseUrl),
    })
    providers.set('anthropic', (id) => anthropic(id))
  }
  if (settings.googleApiKey) {
    const google = createGoogleGenerativeAI({
      apiKey: settings.googleApiKey,
      ...at(settings.googleBaseUrl),
    })
    providers.set('google', (id) => google(id))
  }
  return providers
}

const at = (baseURL: string | undefined) => (baseURL ? { baseURL } : {})

function openaiCompatible(name: string, baseURL: string, apiKey: string | undefined) {
  return createOpenAICompatible({
    name,
    baseURL,
    ...(apiKey && { apiKey }),
    // Streams report no tokens without this, and would be charged as nothing.
    includeUsage: true,
    supportsStructuredOutputs: true,
  })
}
