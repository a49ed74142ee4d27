import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface FunctionSource {
  schema: string
  name: string
  /** The whole file: header, function, comment, grants, triggers. */
  text: string
  triggers: { name: string; table: string }[]
}

const TRIGGER = /^create (?:constraint )?trigger (\w+)\n(?:before|after) [^;]*? on ([\w.]+)\n/gm

/** The sources of hasura/functions, sorted by schema and name. A file must make its function. */
export function readFunctions(projectDirectory: string): FunctionSource[] {
  const root = join(projectDirectory, 'functions')
  return readdirSync(root)
    .sort()
    .flatMap((schema) =>
      readdirSync(join(root, schema))
        .filter((file) => file.endsWith('.sql'))
        .sort()
        .map((file) => readFunction(join(root, schema, file), schema, file.slice(0, -4))),
    )
}

function readFunction(path: string, schema: string, name: string): FunctionSource {
  const text = readFileSync(path, 'utf8').replaceAll('\r\n', '\n')
  if (!text.includes(`create function ${schema}.${name}(`)) {
    throw new Error(`${path} does not make ${schema}.${name}`)
  }
  const triggers = [...text.matchAll(TRIGGER)].map((match) => ({
    name: match[1] ?? '',
    table: match[2] ?? '',
  }))
  return { schema, name, text, triggers }
}
