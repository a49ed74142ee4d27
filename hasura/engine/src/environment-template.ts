/** Environment as metadata sees it: HASURA_GRAPHQL_* is never handed out through metadata. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A {{NAME}} or value_from_env without a value; the message names the variable. */
export class MissingEnvironmentError extends Error {}

/** Fills `{{NAME}}` in handler and webhook URLs. */
export function fillTemplate(template: string, environment: Environment): string {
  return template.replace(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_whole, name: string) => {
    const value = environment[name]
    if (value === undefined) {
      throw new MissingEnvironmentError(
        `the environment variable ${name}, which "${template}" names, is not set`,
      )
    }
    return value
  })
}

export type ConfiguredHeader = {
  name: string
  value?: string | undefined
  value_from_env?: string | undefined
}

/** The headers that metadata configures, values templated and read from the environment. */
export function configuredHeaders(
  headers: readonly ConfiguredHeader[],
  environment: Environment,
): [name: string, value: string][] {
  return headers.map(({ name, value, value_from_env: variable }) => {
    if (variable === undefined) return [name, fillTemplate(value ?? '', environment)]
    const found = environment[variable]
    if (found === undefined) {
      throw new MissingEnvironmentError(`environment variable '${variable}' not set`)
    }
    return [name, found]
  })
}
