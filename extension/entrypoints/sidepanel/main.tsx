import '../../src/panel/panel.css'
import { App } from '../../src/panel/App.tsx'
import { showPage } from '../../src/panel/show-page.tsx'

showPage(<App />)
