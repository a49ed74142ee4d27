import { reservePort } from '../processes/ports.ts'
import type { ReservedPort } from '../processes/ports.ts'
import { ExpectedError } from '../terminal/run-main.ts'
import { LISTENING_PARTS } from './settings.ts'
import type { ListeningPart, PortSetting, StackSettings } from './settings.ts'

export type Ports = Record<ListeningPart, number>

export interface ReservedPorts {
  ports: Ports
  /** Lets the part itself listen on its port. */
  release(part: ListeningPart): Promise<void>
}

/**
 * Takes a port for each part: the one set by hand, which has to be free, else the usual one, else
 * (told to `say`) any free one. They stay taken until the part starts, so that another stack that
 * starts at the same time chooses others.
 */
export async function reservePorts(
  settings: StackSettings['ports'],
  say: (line: string) => void,
): Promise<ReservedPorts> {
  const reserved = new Map<ListeningPart, ReservedPort>()
  // Those set by hand first, so that no part with a choice takes them.
  const order = LISTENING_PARTS.toSorted((left, right) => {
    return Number(!settings[left].wanted) - Number(!settings[right].wanted)
  })
  try {
    refuseSamePort(settings)
    for (const part of order) reserved.set(part, await reserve(part, settings[part], say))
  } catch (error) {
    await Promise.all([...reserved.values()].map((port) => port.release()))
    throw error
  }
  const ports = [...reserved].map(([part, { port }]) => [part, port])
  return {
    ports: Object.fromEntries(ports) as Ports,
    release: async (part) => {
      await reserved.get(part)?.release()
      reserved.delete(part)
    },
  }
}

function refuseSamePort(settings: StackSettings['ports']): void {
  const seen = new Map<number, string>()
  for (const part of LISTENING_PARTS) {
    const { variable, wanted } = settings[part]
    if (!wanted) continue
    const other = seen.get(wanted)
    if (other) throw new ExpectedError(`${other} and ${variable} are both ${wanted}`)
    seen.set(wanted, variable)
  }
}

async function reserve(
  part: ListeningPart,
  setting: PortSetting,
  say: (line: string) => void,
): Promise<ReservedPort> {
  const { variable, wanted, preferred } = setting
  const first = await reservePort(wanted ?? preferred)
  if (first) return first
  if (wanted) {
    throw new ExpectedError(
      `${variable}=${wanted}: the port is taken or not allowed; stop what uses it, or set another`,
    )
  }
  const any = await reservePort(0)
  if (!any) throw new ExpectedError('there is no free port on 127.0.0.1')
  say(`port ${preferred} is taken: ${part} uses ${any.port} (${variable} sets another)`)
  return any
}
