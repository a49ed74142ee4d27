import { z } from 'zod'

/** A table or function by name; `"author"` and `{"name": "author"}` both mean `public.author`. */
export const qualifiedName = z
  .union([
    z.string().transform((name) => ({ schema: 'public', name })),
    z.strictObject({ schema: z.string().optional(), name: z.string() }),
  ])
  .transform(({ schema, name }) => ({ schema: schema ?? 'public', name }))

export type QualifiedName = z.infer<typeof qualifiedName>

/** Any JSON value. Numbers have passed through JSON.parse or YAML. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export const json = z.json() as z.ZodType<Json>
export const jsonObject = z.record(z.string(), json)
export type JsonObject = Record<string, Json>

export const columnList = z.union([z.literal('*'), z.array(z.string())])

export const qualifiedText = ({ schema, name }: QualifiedName): string =>
  schema === 'public' ? name : `${schema}.${name}`

export const qualifiedKey = ({ schema, name }: QualifiedName): string =>
  JSON.stringify([schema, name])

/** A list whose entries are told apart by name: Hasura refuses a second one, and so nothing is lost. */
export const declaredOnce = <Entry extends z.ZodType>(
  things: string,
  entry: Entry,
  nameOf: (entry: z.infer<Entry>) => string,
) =>
  z.array(entry).superRefine((entries, { addIssue }) => {
    const names = entries.map(nameOf)
    const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index))
    if (repeated.size > 0)
      addIssue({
        code: 'custom',
        message: `multiple declarations exist for the following ${things}: ${[...repeated].join(', ')}`,
      })
  })
