import { Spinner } from '../controls/Spinner.tsx'
import { strings } from '../strings.ts'
import { LongText } from '../text/LongText.tsx'

/** A prompt that the server has not confirmed yet. It looks like what it is: on its way. */
export function PendingPrompt({ text, stage }: { text: string; stage: 'session' | 'pictures' | 'prompt' }) {
  return (
    <div className="fx-prompt fx-prompt--pending" data-read="end">
      <LongText text={text} className="fx-prompt__text" />
      <p className="fx-prompt__stage" role="status">
        <Spinner size={12} /> {strings.prompt.sending[stage]}
      </p>
    </div>
  )
}
