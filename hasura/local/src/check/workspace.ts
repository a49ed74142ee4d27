import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'

const workspaceSchema = z.object({ packages: z.array(z.string()) })

/** The folders of the workspace's packages that hold a file of this name. */
export function packageFoldersWith(file: string): string[] {
  const text = readFileSync(join(REPOSITORY_DIRECTORY, 'pnpm-workspace.yaml'), 'utf8')
  const { packages } = workspaceSchema.parse(parse(text))
  return packages.filter((folder) => existsSync(join(REPOSITORY_DIRECTORY, folder, file)))
}

/** A file of an installed package: found without a package manager or a shell. */
export function installedFile(workspaceFolder: string, path: string): string {
  return join(REPOSITORY_DIRECTORY, workspaceFolder, 'node_modules', path)
}
