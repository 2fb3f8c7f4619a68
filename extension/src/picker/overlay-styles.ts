/**
 * Dark label and a line with a light rim: both are seen on light and on dark pages. Sizes in CSS pixels, independent of the page's
 * root font size. The mask's colour is opaque, because it hides what is private in pictures.
 */
export const OVERLAY_STYLES = `
:host { display: block !important; }
:host::before, :host::after, :host::backdrop { content: none !important; display: none !important; }
div { box-sizing: border-box; }
[hidden] { display: none !important; }
.outline, .marker, .cover, .catcher, .rectangle, .line { position: absolute; top: 0; left: 0; pointer-events: none; }
.catcher { pointer-events: auto; }
.everything { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; background: transparent; pointer-events: auto; }
.ring { position: absolute; inset: 0; box-shadow: inset 0 0 0 3px #6d4aff, inset 0 0 0 4px rgb(255 255 255 / 0.6); }
.bar, .label { position: absolute; top: 0; left: 0; width: 1px; height: 1px; transform-origin: 0 0; will-change: transform; }
.bar { background: #6d4aff; }
.rim { background: rgb(255 255 255 / 0.85); }
.inner { background: rgb(255 255 255 / 0.55); }
.fill { background: rgb(109 74 255 / 0.12); }
[data-hollow] .fill { visibility: hidden; }
.rectangle { outline: 2px solid #6d4aff; background: rgb(109 74 255 / 0.16); box-shadow: 0 0 0 3px rgb(255 255 255 / 0.85); }
.line { background: rgb(109 74 255 / 0.32); border-radius: 2px; box-shadow: 0 1.5px 0 #6d4aff; }
.mode {
  position: absolute; left: 50%; bottom: 14px; translate: -50%; padding: 4px 12px; border-radius: 14px; pointer-events: none;
  background: #17151f; color: #fff; border: 1px solid rgb(255 255 255 / 0.28); box-shadow: 0 4px 14px rgb(0 0 0 / 0.35);
  font: 600 12px/18px ui-sans-serif, system-ui, sans-serif; white-space: nowrap;
}
.marker[data-kind='region'] { background: rgb(109 74 255 / 0.06); }
.marker { outline: 2px dashed #6d4aff; border-radius: 2px; box-shadow: 0 0 0 3px rgb(255 255 255 / 0.6); }
.number {
  position: absolute; top: var(--number-y, 0); left: var(--number-x, 0); translate: -9px -9px; min-width: 20px; height: 20px;
  padding: 0 5px; border-radius: 10px; border: 1.5px solid #fff; background: #6d4aff; color: #fff; text-align: center;
  font: 700 11px/17px ui-sans-serif, system-ui, sans-serif; font-variant-numeric: tabular-nums; box-shadow: 0 1px 4px rgb(0 0 0 / 0.4);
}
.cover { background: #8d8a99; }
.announcement { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`
