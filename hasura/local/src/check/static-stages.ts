import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY_DIRECTORY } from '../processes/node-program.ts'
import { runCommand } from './run-command.ts'
import type { Command } from './run-command.ts'
import type { Stage, StageContext, StageResult } from './stages.ts'
import { installedFile, packageFoldersWith } from './workspace.ts'

export const staticStages: Stage[] = [
  {
    name: 'install',
    purpose: 'what is installed is what the lockfile says',
    lane: 'static',
    run: (context) =>
      runAll(context, [
        { program: ['npx', '--yes', packageManager(), 'install', '--frozen-lockfile'] },
      ]),
  },
  {
    name: 'format',
    purpose: 'files are as Prettier writes them',
    lane: 'static',
    run: (context) =>
      runAll(context, [{ node: [installedFile('', 'prettier/bin/prettier.cjs'), '--check', '.'] }]),
  },
  {
    name: 'types',
    purpose: 'TypeScript accepts every package',
    lane: 'static',
    run: (context) => runAll(context, packageFoldersWith('tsconfig.json').map(typeCheck)),
  },
  {
    name: 'lint',
    purpose: 'ESLint has nothing to say; imports go one way',
    lane: 'static',
    run: (context) =>
      runAll(context, [
        { node: [installedFile('', 'eslint/bin/eslint.js'), '.', '--max-warnings', '0'] },
      ]),
  },
  {
    name: 'unused',
    purpose: 'no unused file, export or dependency (knip)',
    lane: 'static',
    run: (context) =>
      runAll(context, [{ node: [installedFile('', 'knip/bin/knip.js'), '--no-progress'] }]),
  },
]

/** Vue's components need Vue's own compiler in front of TypeScript's. */
function typeCheck(folder: string): CommandInRepository {
  const compiler =
    folder === 'web'
      ? installedFile('web', 'vue-tsc/bin/vue-tsc.js')
      : installedFile('', 'typescript/bin/tsc')
  return { node: [compiler, '--noEmit', '-p', folder] }
}

function packageManager(): string {
  const manifest = readFileSync(join(REPOSITORY_DIRECTORY, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { packageManager: string }).packageManager
}

type CommandInRepository = Pick<Command, 'node' | 'program'>

/** Runs them all, so that one call shows every problem. */
async function runAll(
  context: StageContext,
  commands: CommandInRepository[],
): Promise<StageResult> {
  const outputs: string[] = []
  for (const command of commands) {
    const result = await runCommand({
      ...command,
      directory: REPOSITORY_DIRECTORY,
      environment: context.environment,
    })
    if (!result.succeeded) outputs.push(result.output)
  }
  return { succeeded: outputs.length === 0, output: outputs.join('\n') }
}
