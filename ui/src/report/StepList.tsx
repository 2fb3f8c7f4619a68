/** Steps in words, numbered as a report numbers them. */
export function StepList({ steps }: { steps: readonly string[] }) {
  return (
    <ol className="fx-steps">
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place in the order
        <li key={index} className="fx-break">
          {step}
        </li>
      ))}
    </ol>
  )
}
