import { connectServer } from './server.ts'
import type { SavedConnection } from './settings.ts'
import type { StoredValue } from './stored-value.ts'

/**
 * Forgets the server and has it refuse the token from now on. It is forgotten also where the server cannot be told, so that a person
 * can always leave; the token is then ended with `fixpoint disconnect`.
 */
export async function disconnect(saved: StoredValue<SavedConnection>, client: string, fetch: typeof globalThis.fetch): Promise<void> {
  const connection = await saved.read()
  await saved.write(null)
  if (connection === null) return
  const server = connectServer({ ...connection, client, fetch })
  try {
    await server.call('disconnectClient', { params: { clientId: 'current' } })
  } catch (error) {
    console.warn('The server could not be told that its token is not needed any more.', error)
  } finally {
    server.dispose()
  }
}
