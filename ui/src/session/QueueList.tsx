import type { PromptState } from '@fixpoint/protocol'
import { X } from 'lucide-react'
import { IconButton } from '../controls/Button.tsx'
import { strings } from '../strings.ts'
import { Avatar } from '../timeline/Avatar.tsx'

interface QueueListProps {
  prompts: readonly PromptState[]
  onWithdraw: (promptId: string) => void
  /** Prompts that are being withdrawn now. */
  withdrawing?: ReadonlySet<string>
}

/** The prompts that wait for the running turn, in order. */
export function QueueList({ prompts, onWithdraw, withdrawing }: QueueListProps) {
  if (prompts.length === 0) return null
  return (
    <section className="fx-queue" aria-label={strings.queue.label}>
      <h3 className="fx-label">{strings.queue.waiting(prompts.length)}</h3>
      <ol className="fx-queue__list">
        {prompts.map(prompt => (
          <li key={prompt.promptId} className="fx-queue__prompt">
            <Avatar person={prompt.author} size={18} />
            <span className="fx-queue__text" title={prompt.text}>
              {prompt.text}
            </span>
            {prompt.context !== undefined && prompt.context.picks.length > 0 && (
              <span className="fx-badge">{strings.prompt.pickCount(prompt.context.picks.length)}</span>
            )}
            <IconButton
              label={strings.queue.withdraw(prompt.text)}
              disabled={withdrawing?.has(prompt.promptId) ?? false}
              onClick={() => onWithdraw(prompt.promptId)}
            >
              <X aria-hidden size={14} />
            </IconButton>
          </li>
        ))}
      </ol>
    </section>
  )
}
