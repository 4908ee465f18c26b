import { html, type Markup } from "./markup.ts";

/** What may be wider than the screen: it scrolls by itself, by keyboard too, and the page does not. */
export function scrolled(name: string, content: Markup): Markup {
  return html`<div class="scrolled" role="region" aria-label="${name}" tabindex="0">${content}</div>`;
}
