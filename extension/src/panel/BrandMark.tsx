/** The sign of the icon in the toolbar, so that people see what belongs to it. */
export function BrandMark() {
  return <img className="fp-mark" src="/icons/128.png" alt="" width={44} height={44} />
}
