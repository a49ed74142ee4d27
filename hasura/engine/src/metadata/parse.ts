import type { z } from 'zod'
import { HasuraError } from '../errors.ts'
import type { Json } from './common.ts'
import { metadataDocument, type Metadata } from './types.ts'

/** A metadata document as `replace_metadata` takes it; what is wrong is named by its path. */
export function parseMetadata(document: unknown): Metadata {
  const parsed = metadataDocument.safeParse(document)
  if (parsed.success) return parsed.data
  const issues = flatIssues(parsed.error.issues)
  const [first] = issues
  throw new HasuraError('parse-failed', issues.map(issueText).join('; '), {
    path: `$.args${first ? jsonPath(first.path) : ''}`,
  })
}

type Issue = z.core.$ZodIssue

/** Of a union's alternatives the one that got furthest says best what is wrong. */
export function flatIssues(issues: readonly Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    if (issue.code !== 'invalid_union') return [issue]
    const depth = (branch: readonly Issue[]) =>
      Math.max(0, ...branch.map(({ path }) => path.length))
    const [best] = [...issue.errors].sort((one, other) => depth(other) - depth(one))
    if (!best || best.length === 0) return [issue]
    return flatIssues(best.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
  })
}

export function jsonPath(path: readonly PropertyKey[]): string {
  return path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
}

export function issueText(issue: Issue): string {
  const place = issue.path.length > 0 ? ` at ${jsonPath(issue.path).slice(1)}` : ''
  if (issue.code === 'unrecognized_keys')
    return `unknown key${issue.keys.length > 1 ? 's' : ''} ${issue.keys.map((key) => `"${key}"`).join(', ')}${place}`
  return `${issue.message}${place}`
}

/** The document that `export_metadata` answers: version 3, one source. */
export function exportMetadata(metadata: Metadata): Json {
  return JSON.parse(JSON.stringify(metadata)) as Json
}
