import '../../src/panel/panel.css'
import '../../src/panel/pages.css'
import { showPage } from '../../src/panel/show-page.tsx'
import { WelcomePage } from '../../src/panel/WelcomePage.tsx'

showPage(<WelcomePage />)
