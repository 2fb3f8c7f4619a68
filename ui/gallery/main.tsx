/**
 * Every component in every state, from logs folded by the real reducer. `?story=` shows one alone, `?theme=dark` in dark.
 * Try it: `pnpm --filter @fixpoint/ui gallery`
 */
import '../src/styles.css'
import './gallery.css'
import { createRoot } from 'react-dom/client'
import { fixtureArtifacts } from '../src/fixtures/pictures.ts'
import { fixtureId } from '../src/fixtures/session-log.ts'
import { Artifacts, ClockProvider } from '../src/index.ts'
import { stories } from './stories.tsx'

const search = new URLSearchParams(location.search)
const chosen = search.get('story')
const theme = search.get('theme')
if (theme !== null) document.documentElement.dataset['theme'] = theme

/** The moment at which the stories stand still. */
let storyNow = Date.now()

function Gallery() {
  const story = chosen === null ? undefined : stories[chosen]
  if (story === undefined) {
    return (
      <ul className="gallery-index">
        {Object.keys(stories).map(name => (
          <li key={name}>
            <a href={`?story=${name}`}>{name}</a> <a href={`?story=${name}&theme=dark`}>dark</a>
          </li>
        ))}
      </ul>
    )
  }
  storyNow = story.now ?? storyNow
  return <div className="gallery-story">{story.show()}</div>
}

const root = document.getElementById('root')
if (root !== null) {
  createRoot(root).render(
    <ClockProvider clock={() => storyNow}>
      <Artifacts source={fixtureArtifacts} sessionId={fixtureId('session', 1)}>
        <Gallery />
      </Artifacts>
    </ClockProvider>
  )
}
