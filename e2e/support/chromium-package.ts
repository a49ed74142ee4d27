import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../node_modules/.cache/chromium', import.meta.url))
// Changes when the way of unpacking changes, so that an older copy is not used.
const FOLDER = join(CACHE, '143-1')

interface UnpackedChromium {
  executablePath: string
  env: Record<string, string>
}

/**
 * Unpacks the Chromium of the npm package @sparticuz/chromium once: it was made for AWS Lambda and
 * brings its libraries and a font, so it runs on a machine that has none. Linux on x64 only.
 */
export function unpackChromium(): UnpackedChromium | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  if (!existsSync(FOLDER)) unpack()
  return {
    executablePath: join(FOLDER, 'chromium'),
    env: {
      LD_LIBRARY_PATH: join(FOLDER, 'al2023/lib'),
      // The same fonts everywhere: what a page looks like does not depend on the machine.
      FONTCONFIG_FILE: join(FOLDER, 'fonts/fonts.conf'),
    },
  }
}

function unpack(): void {
  mkdirSync(CACHE, { recursive: true })
  const unfinished = mkdtempSync(join(CACHE, 'unpacking-'))
  // In a child: the package changes the environment of the process that imports it. It unpacks
  // into TMPDIR, and the NSS libraries only where it believes to be on Lambda.
  const program = `const { default: c } = await import('@sparticuz/chromium'); await c.executablePath()`
  execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TMPDIR: unfinished, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
  })
  const fonts = join(FOLDER, 'fonts')
  mkdirSync(join(unfinished, 'fonts'), { recursive: true })
  writeFileSync(
    join(unfinished, 'fonts/fonts.conf'),
    '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>' +
      `<dir>${fonts}</dir><cachedir>${join(FOLDER, 'fontcache')}</cachedir></fontconfig>`,
  )
  try {
    renameSync(unfinished, FOLDER)
  } catch (error) {
    // Another process unpacked it meanwhile.
    rmSync(unfinished, { recursive: true, force: true })
    if (!existsSync(FOLDER)) throw error
  }
}
