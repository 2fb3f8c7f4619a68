import type { ColumnType, Generated } from 'kysely'

/** Timestamps are read as Date and written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string, Date | string>

/** jsonb: parsed when read, JSON text when written. */
type Json = ColumnType<unknown, string, string>

export interface SessionsTable {
  session_id: string
  project_id: string
  title: string
  status: 'idle' | 'queued' | 'running' | 'closed'
  verdict: 'verified' | 'looks_wrong' | 'unverified' | null
  created_by: Json
  created_at: Timestamp
  updated_at: Timestamp
  /** Seq of the last event. */
  head_seq: number
  /** The runner that works on the session, until when, and the token that its writes must carry. */
  lease_holder: string | null
  lease_expires_at: Timestamp | null
  lease_token: Generated<number>
}

export interface EventsTable {
  session_id: string
  seq: number
  at: Timestamp
  type: string
  data: Json
}

export interface ArtifactsTable {
  session_id: string
  artifact_id: string
  media_type: string
  bytes: number
  width: number | null
  height: number | null
  /** Kept for the server's own use, such as the model's messages; not given to clients. */
  is_private: boolean
  created_at: Timestamp
}

export interface PeopleTable {
  person_id: string
  name: string
  email: string
  created_at: Timestamp
}

export interface TokensTable {
  token_id: string
  person_id: string
  /** SHA-256 of the token, hex. The token itself is kept by its owner alone. */
  token_hash: string
  client: string
  created_at: Timestamp
  expires_at: Timestamp | null
  revoked_at: Timestamp | null
}

export interface PairingCodesTable {
  code_hash: string
  person_id: string
  created_at: Timestamp
  expires_at: Timestamp
  used_at: Timestamp | null
}

/** Tickets and cookies of doors (server/src/doors). */
export interface DoorKeysTable {
  /** SHA-256 of the key, hex. */
  key_hash: string
  kind: 'ticket' | 'cookie'
  door: 'vscode' | 'preview'
  session_id: string
  token_id: string
  expires_at: Timestamp
  used_at: Timestamp | null
}

/** Which door has which port (server/src/doors/door-ports.ts). */
export interface DoorPortsTable {
  port: number
  door: 'vscode' | 'preview'
  session_id: string
  /** When it was last opened. */
  used_at: Timestamp
}

export interface IdempotencyKeysTable {
  token_id: string
  idempotency_key: string
  request_hash: string
  created_at: Timestamp
}

/** Effects outside that must happen once, even when the server dies in between. */
export interface OperationsTable {
  operation_id: string
  session_id: string
  kind: 'pull_request' | 'issue'
  status: 'pending' | 'done' | 'failed'
  data: Json
  attempts: Generated<number>
  created_at: Timestamp
  updated_at: Timestamp
}

export interface ServerStateTable {
  name: string
  value: string
}

export interface Tables {
  sessions: SessionsTable
  events: EventsTable
  artifacts: ArtifactsTable
  people: PeopleTable
  tokens: TokensTable
  pairing_codes: PairingCodesTable
  door_keys: DoorKeysTable
  door_ports: DoorPortsTable
  idempotency_keys: IdempotencyKeysTable
  operations: OperationsTable
  server_state: ServerStateTable
}
