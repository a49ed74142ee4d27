import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'
import type { Ledger } from '../src/db/ledger.ts'
import type { ReserveRow, SettleRow } from '../src/db/ledger-rows.ts'

export interface Customer {
  organizationId: string
  userId: string
}

/** One way of taking credits around a piece of work: a hold, then a charge, each of them durable. */
export interface Design {
  name: string
  what: string
  cycle(customer: Customer): Promise<void>
}

const CAPABILITY = 'question_generation'
const HELD_CREDITS = '2'
const CHARGED_CREDITS = '1.25'
let made = 0

/** What the work is for, and what it used, as after a real model call: no two in a row are alike. */
function nextWork() {
  made += 1
  return {
    context: {
      entity: 'product',
      name: `Coffee grinder ${made}`,
      input_sha256: 'b1946ac92492d2347c6235b4',
    },
    usage: {
      model: 'openai/gpt-5-mini',
      input_tokens: 850 + (made % 100),
      output_tokens: 300 + (made % 60),
      cached_input_tokens: 0,
      reasoning_tokens: 0,
      request_id: null,
    },
  }
}

export function batchedDesign(ledger: Ledger): Design {
  return {
    name: 'batched',
    what: 'concurrent calls gathered into one statement (the product)',
    async cycle({ organizationId, userId }) {
      const { context, usage } = nextWork()
      const held = await ledger.reserve({
        organizationId,
        userId,
        capability: CAPABILITY,
        qualityLevel: 'enhanced',
        amountCredits: HELD_CREDITS,
        idempotencyKey: randomUUID(),
        expiresInSeconds: null,
        context,
      })
      const settled = await ledger.settle({
        organizationId,
        reservationId: reservationOf(held),
        amountCredits: null,
        usage,
        output: null,
      })
      requireSettled(settled)
    },
  }
}

/** (c) */
export function oneCallDesign(sql: postgres.Sql): Design {
  return {
    name: 'one call',
    what: 'the same functions, one call an operation, 10 connections',
    async cycle({ organizationId, userId }) {
      const { context, usage } = nextWork()
      const [held] = await sql<ReserveRow[]>`
        select * from private.reserve_credits(
          ${[organizationId]}::uuid[], ${[userId]}::uuid[], ${[CAPABILITY]}::text[],
          ${['enhanced']}::text[], ${[HELD_CREDITS]}::numeric[], ${[randomUUID()]}::text[],
          ${[null]}::int[], ${[JSON.stringify(context)]}::text[]::jsonb[]
        )`
      const [settled] = await sql<SettleRow[]>`
        select * from private.settle_credits(
          ${[organizationId]}::uuid[], ${[reservationOf(held)]}::uuid[], ${[null]}::numeric[],
          ${[usage.model]}::text[], ${[usage.input_tokens]}::bigint[],
          ${[usage.cached_input_tokens]}::bigint[], ${[usage.output_tokens]}::bigint[],
          ${[usage.reasoning_tokens]}::bigint[], ${[usage.request_id]}::text[],
          ${[null]}::text[], ${[null]}::text[]::jsonb[]
        )`
      requireSettled(settled)
    },
  }
}

function reservationOf(row: ReserveRow | undefined): string {
  if (row?.outcome === 'reserved' && row.reservation_id !== null) return row.reservation_id
  throw new Error(`the hold was refused: ${JSON.stringify(row)}`)
}

function requireSettled(row: SettleRow | undefined): void {
  if (row?.outcome !== 'settled') throw new Error(`the charge was refused: ${JSON.stringify(row)}`)
}

/** (b): begin, select for update, insert, update, commit, on a simple schema of three tables. */
export function applicationDesign(sql: postgres.Sql): Design {
  return {
    name: 'application transaction',
    what: 'what applications write: begin, select for update, insert, update, commit, twice',
    async cycle({ organizationId }) {
      const reservationId = randomUUID()
      const { context } = nextWork()
      await sql.begin(async (tx) => {
        const [balance] = await tx`
          select credits, reserved from bench.balances
          where organization_id = ${organizationId} for update`
        const [existing] = await tx`
          select id from bench.reservations
          where organization_id = ${organizationId} and idempotency_key = ${reservationId}`
        if (!balance || existing || Number(balance['credits']) - Number(balance['reserved']) < 2) {
          throw new Error('refused')
        }
        await tx`
          insert into bench.reservations (id, organization_id, idempotency_key, amount, context)
          values (${reservationId}, ${organizationId}, ${reservationId}, ${HELD_CREDITS},
            ${JSON.stringify(context)}::text::jsonb)`
        await tx`
          update bench.balances set reserved = reserved + ${HELD_CREDITS}::numeric, updated_at = now()
          where organization_id = ${organizationId}`
      })
      await sql.begin(async (tx) => {
        const [hold] = await tx`
          select status, amount from bench.reservations where id = ${reservationId} for update`
        if (hold?.['status'] !== 'reserved') throw new Error('refused')
        await tx`select credits from bench.balances where organization_id = ${organizationId} for update`
        await tx`
          update bench.reservations set status = 'settled', updated_at = now()
          where id = ${reservationId}`
        await tx`
          insert into bench.transactions (organization_id, reservation_id, amount)
          values (${organizationId}, ${reservationId}, -${CHARGED_CREDITS}::numeric)`
        await tx`
          update bench.balances
          set credits = credits - ${CHARGED_CREDITS}::numeric,
            reserved = reserved - ${HELD_CREDITS}::numeric, updated_at = now()
          where organization_id = ${organizationId}`
      })
    },
  }
}

/** (a): the least that a durable change of a row can be. One statement, not two. */
export function singleUpdateDesign(sql: postgres.Sql): Design {
  return {
    name: 'single-row update',
    what: 'one update of one row, no rules, no ledger, 10 connections',
    async cycle({ organizationId }) {
      await sql`
        update bench.counters set credits = credits - 1
        where organization_id = ${organizationId} returning credits`
    },
  }
}

export const BENCH_SCHEMA = `
  create schema bench;
  create table bench.counters (organization_id uuid primary key, credits bigint not null)
    with (fillfactor = 50);
  create table bench.balances (
    organization_id uuid primary key, credits numeric(14, 2) not null check (credits >= 0),
    reserved numeric(14, 2) not null default 0 check (reserved >= 0),
    updated_at timestamptz not null default now()
  );
  create table bench.reservations (
    id uuid primary key, organization_id uuid not null references bench.balances,
    idempotency_key text not null, amount numeric(14, 2) not null,
    status text not null default 'reserved', context jsonb,
    created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
    unique (organization_id, idempotency_key)
  );
  create index on bench.reservations (status, created_at);
  create table bench.transactions (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references bench.balances,
    reservation_id uuid references bench.reservations, amount numeric(14, 2) not null,
    created_at timestamptz not null default now()
  );
  create index on bench.transactions (organization_id, created_at);
  create index on bench.transactions (reservation_id);
`
