import { defaultEngineSettings, type EngineSettings } from '../engine.ts'
import type { Settings } from '../settings.ts'

/** The settings that the compiler needs. */
export function engineSettingsOf(settings: Settings): EngineSettings {
  return {
    ...defaultEngineSettings,
    stringifyNumericTypes: settings.stringifyNumericTypes,
    inferFunctionPermissions: settings.inferFunctionPermissions,
    maxDepth: settings.limits.maxDepth,
    maxFields: settings.limits.maxNodes,
  }
}
