import { Button } from '@/components/ui/button'

export function getServerSideProps() {
  return { props: { name: 'Ada' } }
}

export default function OldPage({ name }: { name: string }) {
  return (
    <main>
      <p data-at="old">Pages router for {name}</p>
      <Button at="button-in-old">Buy</Button>
    </main>
  )
}
