import '../../src/panel/panel.css'
import '../../src/panel/pages.css'
import { OptionsPage } from '../../src/panel/OptionsPage.tsx'
import { showPage } from '../../src/panel/show-page.tsx'

showPage(<OptionsPage />)
