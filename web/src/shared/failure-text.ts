import { inject, type InjectionKey } from 'vue'
import type { Failure } from './failure.ts'

export type FailureText = (problem: Failure) => string

/** Provided by the app, which alone knows the words; features ask for them and stay free of error tables. */
export const failureTextKey: InjectionKey<FailureText> = Symbol('failure text')

export function useFailureText(): FailureText {
  const text = inject(failureTextKey)
  if (!text) throw new Error('No failure texts are provided: mount below the app')
  return text
}
