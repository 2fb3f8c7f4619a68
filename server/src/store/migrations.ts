import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import type { Tables } from './tables.ts'

/** In the order of their names. A migration that has been released is never changed. */
const migrations: Record<string, Migration> = {
  '0001_first': {
    async up(db: Kysely<Tables>) {
      await sql`
        create table sessions (
          session_id text primary key,
          project_id text not null,
          title text not null,
          status text not null,
          verdict text,
          created_by jsonb not null,
          created_at timestamptz not null,
          updated_at timestamptz not null,
          head_seq integer not null,
          lease_holder text,
          lease_expires_at timestamptz,
          lease_token integer not null default 0
        )`.execute(db)
      await sql`create index sessions_by_change on sessions (updated_at desc, session_id)`.execute(db)
      await sql`create index sessions_to_run on sessions (status) where status in ('queued', 'running')`.execute(db)
      await sql`
        create table events (
          session_id text not null references sessions (session_id),
          seq integer not null,
          at timestamptz not null,
          type text not null,
          data jsonb not null,
          primary key (session_id, seq)
        )`.execute(db)
      await sql`
        create table artifacts (
          session_id text not null references sessions (session_id),
          artifact_id text not null,
          media_type text not null,
          bytes integer not null,
          width integer,
          height integer,
          is_private boolean not null,
          created_at timestamptz not null,
          primary key (session_id, artifact_id)
        )`.execute(db)
      await sql`create table people (person_id text primary key, name text not null, email text not null, created_at timestamptz not null)`.execute(
        db
      )
      await sql`
        create table tokens (
          token_id text primary key,
          person_id text not null references people (person_id),
          token_hash text not null unique,
          client text not null,
          created_at timestamptz not null,
          expires_at timestamptz,
          revoked_at timestamptz
        )`.execute(db)
      await sql`
        create table pairing_codes (
          code_hash text primary key,
          person_id text not null references people (person_id),
          created_at timestamptz not null,
          expires_at timestamptz not null,
          used_at timestamptz
        )`.execute(db)
      await sql`
        create table idempotency_keys (
          token_id text not null,
          idempotency_key text not null,
          request_hash text not null,
          created_at timestamptz not null,
          primary key (token_id, idempotency_key)
        )`.execute(db)
      await sql`
        create table operations (
          operation_id text primary key,
          session_id text not null references sessions (session_id),
          kind text not null,
          status text not null,
          data jsonb not null,
          attempts integer not null default 0,
          created_at timestamptz not null,
          updated_at timestamptz not null
        )`.execute(db)
      await sql`create index operations_pending on operations (created_at) where status = 'pending'`.execute(db)
      await sql`create table server_state (name text primary key, value text not null)`.execute(db)
    }
  },
  '0002_doors': {
    async up(db: Kysely<Tables>) {
      await sql`
        create table door_keys (
          key_hash text primary key,
          kind text not null,
          door text not null,
          session_id text not null references sessions (session_id),
          token_id text not null references tokens (token_id),
          expires_at timestamptz not null,
          used_at timestamptz
        )`.execute(db)
      await sql`create index door_keys_by_expiry on door_keys (expires_at)`.execute(db)
    }
  },
  '0003_door_ports': {
    async up(db: Kysely<Tables>) {
      await sql`
        create table door_ports (
          port integer primary key,
          door text not null,
          session_id text not null references sessions (session_id),
          used_at timestamptz not null
        )`.execute(db)
    }
  }
}

/** Brings the database to the newest form; each migration is one transaction. */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
