import { Artifacts, Button, ProofCard } from '@fixpoint/ui'
import { type Host, usePageState } from './host.ts'
import { words } from './words.ts'

/** One turn’s proof, with the room of an editor. */
export function ProofPage({ host, turnId }: { host: Host; turnId: string }) {
  const { session } = usePageState(host)
  const turn = session?.turns.find(candidate => candidate.turnId === turnId)
  const prompt = session?.prompts.find(candidate => candidate.promptId === turn?.promptId)
  if (!session || !turn?.proof || !prompt) return <p className="fi-empty">{words.loading}</p>
  return (
    <main className="fi-proof">
      <h1 className="fi-proof__prompt">{prompt.text}</h1>
      <p className="fi-proof__author">{prompt.author.name}</p>
      <Artifacts source={host.artifacts} sessionId={session.sessionId}>
        <ProofCard
          proof={turn.proof}
          actions={<Button onClick={() => host.post({ kind: 'showTurnChanges', turnId })}>{words.showChanges}</Button>}
        />
      </Artifacts>
    </main>
  )
}
