import type { AppProps } from 'next/app'

export default function ShopApp({ Component, pageProps }: AppProps) {
  return <Component {...pageProps} />
}
