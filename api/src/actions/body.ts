import { invalidInput } from '../errors.ts'

export const MAXIMUM_BODY_BYTES = 256 * 1024

export async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json()
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput('body', 'json')
    throw error
  }
}
