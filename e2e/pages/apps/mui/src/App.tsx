import { createTheme, CssBaseline, ThemeProvider } from '@mui/material'
import { ProductCard } from './ProductCard.tsx'
import { Settings } from './Settings.tsx'

const theme = createTheme({ palette: { primary: { main: '#00695c' } } })

export function App() {
  return (
    <ThemeProvider theme={theme}>
      <CssBaseline />
      <ProductCard name="Blue mug" at="product" />
      <Settings at="settings" />
    </ThemeProvider>
  )
}
