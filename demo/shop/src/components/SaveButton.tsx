import { saved } from '../saved/saved-store.ts'
import './SaveButton.css'

export function SaveButton({ slug }: { slug: string }) {
  const isSaved = saved.use().includes(slug)
  return (
    <button type="button" className="save-button" aria-pressed={isSaved} onClick={() => saved.has(slug)}>
      <svg viewBox="0 0 20 18" width="18" height="16" aria-hidden="true">
        <path d="M10 16.5C4 12.5 1.2 9.5 1.2 6A4.6 4.6 0 0 1 10 4.2 4.6 4.6 0 0 1 18.8 6C18.8 9.5 16 12.5 10 16.5z" />
      </svg>
      {isSaved ? 'Saved' : 'Save for later'}
    </button>
  )
}
