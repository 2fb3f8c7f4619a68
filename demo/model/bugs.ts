import { type Edit, editsOf } from './unified-diff.ts'

/** A bug that was put into the demo shop on purpose, with its fix. */
export interface SeededBug {
  id: 'price-out-of-line' | 'badge-unreadable-in-dark' | 'specs-overflow' | 'save-does-nothing' | 'wrong-plural' | 'wrong-currency'
  /** What the fix does, as a commit would say it. */
  title: string
  /** What a person who points at it would type. */
  request: string
  /** Where it is seen: path, and the viewport or colour scheme where it is not seen in all of them. */
  page: { path: string; viewportWidth?: number; colorScheme?: 'dark' }
  /** CSS selector of the one element to point at. */
  selector: string
  /** Component that renders that element. */
  component: string
  /** What is wrong, and why. */
  wrong: string
  /** Relative to the shop's folder. */
  file: string
  /** The fix as a unified diff of `file`. */
  diff: string
  /** Whether the scripted model knows how to fix it. */
  isScripted: boolean
}

export const seededBugs: readonly SeededBug[] = [
  {
    id: 'price-out-of-line',
    title: 'Line the sale prices up with the others',
    request: 'line this up with the others',
    page: { path: '/' },
    selector: 'article:has(a[href="/product/sedge-chair"]) .price-tag',
    component: 'PriceTag',
    wrong:
      'The price of things on sale stands 14px further right and 6px lower than the other prices: an offset that shifts the whole tag.',
    file: 'src/components/PriceTag.css',
    diff: `--- a/src/components/PriceTag.css
+++ b/src/components/PriceTag.css
@@ -18,7 +18,1 @@
-.price-tag--sale {
-  position: relative;
-  top: 6px;
-  left: 14px;
-}
-
 .price-tag--sale .price-tag__now {
`,
    isScripted: true
  },
  {
    id: 'badge-unreadable-in-dark',
    title: 'Make the shipping badge readable in dark mode',
    request: 'this is unreadable in dark mode',
    page: { path: '/', colorScheme: 'dark' },
    selector: 'article:has(a[href="/product/heron-lamp"]) .shipping-badge',
    component: 'ShippingBadge',
    wrong:
      'The words “Free shipping” have a fixed dark green, while the ground below them turns dark in dark mode: a contrast of 1.7 to 1.',
    file: 'src/components/ShippingBadge.css',
    diff: `--- a/src/components/ShippingBadge.css
+++ b/src/components/ShippingBadge.css
@@ -7,3 +7,3 @@
   background: var(--color-reed-wash);
-  color: #3d5743;
+  color: var(--color-reed-text);
   font-size: 0.8125rem;
`,
    isScripted: true
  },
  {
    id: 'specs-overflow',
    title: 'Let the specifications fit narrow screens',
    request: 'the page scrolls sideways on my phone',
    page: { path: '/product/sedge-chair', viewportWidth: 390 },
    selector: '.product-specs',
    component: 'ProductSpecs',
    wrong: 'The two columns of the specifications have fixed widths that do not fit 390px, so the whole page scrolls sideways.',
    file: 'src/components/ProductSpecs.css',
    diff: `--- a/src/components/ProductSpecs.css
+++ b/src/components/ProductSpecs.css
@@ -6,3 +6,3 @@
   display: grid;
-  grid-template-columns: 110px 296px;
+  grid-template-columns: 110px minmax(0, 1fr);
   gap: 16px;
`,
    isScripted: false
  },
  {
    id: 'save-does-nothing',
    title: 'Save products when the button is pressed',
    request: 'nothing happens when I click this',
    page: { path: '/product/sedge-chair' },
    selector: '.save-button',
    component: 'SaveButton',
    wrong: '“Save for later” asks whether the product is saved instead of saving it.',
    file: 'src/components/SaveButton.tsx',
    diff: `--- a/src/components/SaveButton.tsx
+++ b/src/components/SaveButton.tsx
@@ -6,3 +6,3 @@
   return (
-    <button type="button" className="save-button" aria-pressed={isSaved} onClick={() => saved.has(slug)}>
+    <button type="button" className="save-button" aria-pressed={isSaved} onClick={() => saved.toggle(slug)}>
       <svg viewBox="0 0 20 18" width="18" height="16" aria-hidden="true">
`,
    isScripted: false
  },
  {
    id: 'wrong-plural',
    title: 'Write one review in the singular',
    request: 'it says "1 reviews", fix the plural',
    page: { path: '/' },
    selector: 'article:has(a[href="/product/plover-mug"]) .review-count',
    component: 'ReviewCount',
    wrong: 'The mug has “1 reviews”, and a cart with one thing in it has “1 items”: the function that writes counts always adds an s.',
    file: 'src/text/format-count.ts',
    diff: `--- a/src/text/format-count.ts
+++ b/src/text/format-count.ts
@@ -4,3 +4,3 @@
 export function formatCount(count: number, noun: string): string {
-  return \`\${numbers.format(count)} \${noun}s\`
+  return \`\${numbers.format(count)} \${count === 1 ? noun : \`\${noun}s\`}\`
 }
`,
    isScripted: true
  },
  {
    id: 'wrong-currency',
    title: 'Write the price of shipping as money',
    request: 'this should be $6.50',
    page: { path: '/product/plover-mug' },
    selector: '.shipping-note p:first-child',
    component: 'ShippingNote',
    wrong: 'Shipping costs “$6.5”: the amount is divided by hand instead of being written by formatMoney.',
    file: 'src/components/ShippingNote.tsx',
    diff: `--- a/src/components/ShippingNote.tsx
+++ b/src/components/ShippingNote.tsx
@@ -13,3 +13,3 @@
         <p>
-          Shipping \${shippingCents / 100}, free from {formatMoney(freeShippingFromCents)}
+          Shipping {formatMoney(shippingCents)}, free from {formatMoney(freeShippingFromCents)}
         </p>
`,
    isScripted: false
  }
]

/** The edits that fix a bug. */
export function fixOf(bug: SeededBug): Edit[] {
  return editsOf(bug.diff)
}

/** @throws Error where there is no such bug. */
export function findBug(id: SeededBug['id']): SeededBug {
  const bug = seededBugs.find(candidate => candidate.id === id)
  if (!bug) throw new Error(`There is no seeded bug "${id}".`)
  return bug
}
