interface GreetingProps {
  name: string
  at: string
}

export async function Greeting({ name }: GreetingProps) {
  await Promise.resolve()
  return (
    <p className="greeting" data-at="greeting-text">
      Hello {name}
    </p>
  )
}
