import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { FixpointError } from '@fixpoint/protocol'
import type { LanguageModel } from 'ai'
import type { ModelConfig } from '../config/config-schema.ts'
import type { Secrets } from '../config/secrets.ts'

/** A model that can be asked, with the name that people see. */
export interface ConfiguredModel {
  model: LanguageModel
  provider: ModelConfig['provider']
  id: string
  /** The scripted model of the demo, not one that thinks. */
  isScripted: boolean
}

/** @throws FixpointError `config_invalid` when a key or an address that the provider needs is not there. */
export function createModel(config: ModelConfig, secrets: Secrets): ConfiguredModel {
  return { model: languageModel(config, secrets), provider: config.provider, id: config.id, isScripted: config.provider === 'demo' }
}

/** One model among those of all providers. */
export function modelName({ provider, id }: Pick<ConfiguredModel, 'provider' | 'id'>): string {
  return `${provider}/${id}`
}

function languageModel({ provider, id, baseUrl }: ModelConfig, secrets: Secrets): LanguageModel {
  const address = baseUrl === undefined ? {} : { baseURL: baseUrl }
  switch (provider) {
    case 'google':
    case 'demo':
      // The demo's model speaks Google's wire format, so that the demo goes the same way as everything else.
      return createGoogle({ apiKey: requireKey(secrets.googleKey, 'GOOGLE_GENERATIVE_AI_API_KEY'), ...address })(id)
    case 'anthropic':
      return createAnthropic({ apiKey: requireKey(secrets.anthropicKey, 'ANTHROPIC_API_KEY'), ...address })(id)
    case 'openai':
      return createOpenAI({ apiKey: requireKey(secrets.openaiKey, 'OPENAI_API_KEY'), ...address })(id)
    case 'openai-compatible': {
      if (baseUrl === undefined) {
        throw new FixpointError('config_invalid', 'model.baseUrl: is needed for an OpenAI-compatible provider.', { field: 'model.baseUrl' })
      }
      const apiKey = secrets.modelKey ?? secrets.openaiKey
      return createOpenAICompatible({
        name: 'openai-compatible',
        baseURL: baseUrl,
        supportsStructuredOutputs: true,
        includeUsage: true,
        ...(apiKey === undefined ? {} : { apiKey })
      })(id)
    }
  }
}

function requireKey(key: string | undefined, name: string): string {
  if (key !== undefined) return key
  throw new FixpointError('config_invalid', `${name}: is not set, and the configured model needs it.`, {
    field: name,
    hint: `Set ${name} in the server’s environment, or configure another model. Only the demo shop can do without one.`
  })
}
