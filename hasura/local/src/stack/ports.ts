import { findFreePort, isPortFree } from '../processes/ports.ts'
import { ExpectedError } from '../terminal/run-main.ts'
import { LISTENING_PARTS } from './settings.ts'
import type { ListeningPart, PortSetting, StackSettings } from './settings.ts'

export type Ports = Record<ListeningPart, number>

/**
 * A port for each part: the one set by hand, which has to be free, else the usual one, else (told
 * to `say`) any free one. No two parts get the same.
 */
export async function choosePorts(
  settings: StackSettings['ports'],
  say: (line: string) => void,
): Promise<Ports> {
  const taken = new Map<number, string>()
  const chosen: Partial<Ports> = {}
  // Those set by hand first, so that no part with a choice takes them.
  const order = LISTENING_PARTS.toSorted((left, right) => {
    return Number(!settings[left].wanted) - Number(!settings[right].wanted)
  })
  for (const part of order) {
    const port = await choosePort(part, settings[part], taken, say)
    taken.set(port, settings[part].variable)
    chosen[part] = port
  }
  return chosen as Ports
}

async function choosePort(
  part: ListeningPart,
  setting: PortSetting,
  taken: Map<number, string>,
  say: (line: string) => void,
): Promise<number> {
  const { variable, wanted, preferred } = setting
  if (wanted) {
    const other = taken.get(wanted)
    if (other) throw new ExpectedError(`${variable} and ${other} are both ${wanted}`)
    if (await isPortFree(wanted)) return wanted
    throw new ExpectedError(
      `${variable}=${wanted}: the port is taken or not allowed; stop what uses it, or set another`,
    )
  }
  if (wanted === undefined && !taken.has(preferred) && (await isPortFree(preferred))) {
    return preferred
  }
  const free = await freePortOutside(taken)
  if (wanted === undefined) {
    say(`port ${preferred} is taken: ${part} uses ${free} (${variable} sets another)`)
  }
  return free
}

async function freePortOutside(taken: Map<number, string>): Promise<number> {
  for (;;) {
    const port = await findFreePort()
    if (!taken.has(port)) return port
  }
}
