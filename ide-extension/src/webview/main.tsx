import { translate } from '@fixpoint/ui'
import { createRoot } from 'react-dom/client'
import { z } from 'zod'
import './webview.css'
import { createHost } from './host.ts'
import { ProofPage } from './ProofPage.tsx'
import { TimelinePage } from './TimelinePage.tsx'

const host = createHost()
const { view, session = '', turn = '', translation = '{}' } = document.body.dataset
translate(z.record(z.string(), z.string()).parse(JSON.parse(translation)))
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no root')
if (view === 'proof') host.keep({ sessionId: session, turnId: turn })
createRoot(root).render(view === 'proof' ? <ProofPage host={host} turnId={turn} /> : <TimelinePage host={host} />)
