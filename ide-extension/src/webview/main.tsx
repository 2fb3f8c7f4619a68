import { createRoot } from 'react-dom/client'
import './webview.css'
import { createHost } from './host.ts'
import { ProofPage } from './ProofPage.tsx'
import { TimelinePage } from './TimelinePage.tsx'

const host = createHost()
const { view, turn } = document.body.dataset
const root = document.getElementById('root')
if (root === null) throw new Error('the page has no root')
createRoot(root).render(view === 'proof' ? <ProofPage host={host} turnId={turn ?? ''} /> : <TimelinePage host={host} />)
