import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'

export type App = Hono<{ Bindings: HttpBindings }>

/** JSON, or nothing. */
export async function bodyOf(request: Request): Promise<unknown> {
  const text = await request.text()
  return text === '' ? {} : (JSON.parse(text) as unknown)
}
