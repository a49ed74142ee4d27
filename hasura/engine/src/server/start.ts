import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { createAuthenticator } from '../auth/authenticator.ts'
import { emptyMetadata, type Metadata } from '../metadata/types.ts'
import type { Settings } from '../settings.ts'

export type RunningEngine = { url: string; port: number; stop(): Promise<void> }
