import * as v from 'valibot'
import type { Translate } from './operation.ts'

/** Limits as the api has them: a text that would be refused there is not sent. */
export function requiredText(t: Translate, longest: number, missing: string) {
  return v.pipe(v.string(), v.trim(), v.nonEmpty(missing), notLongerThan(t, longest))
}

export function optionalText(t: Translate, longest: number) {
  return v.pipe(v.string(), v.trim(), notLongerThan(t, longest))
}

function notLongerThan(t: Translate, longest: number) {
  return v.maxLength<string, number, string>(longest, t('operations.tooLong', { longest }))
}
