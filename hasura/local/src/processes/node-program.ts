import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The root of the repository. */
export const REPOSITORY_DIRECTORY = fileURLToPath(new URL('../../../..', import.meta.url))

// Found from here, so that a program in a folder without node_modules runs as well.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

/**
 * Arguments that make our own Node run a TypeScript program, as one process: the tsx command would
 * be a second one, which kills the program when it does not answer a signal at once.
 */
export function typescriptProgram(file: string, ...programArguments: string[]): string[] {
  return ['--import', TSX, file, ...programArguments]
}
