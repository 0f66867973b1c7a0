import { type Html, html } from './escape-html.js';

/** A column: its title, and whether its cells are numbers, which stand at the right. */
export interface Column {
  readonly title: string;
  readonly number?: boolean;
}

/** A table that can be scrolled sideways where a screen is narrower, by the keyboard too. */
export function dataTable(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  const titles = columns.map(({ title, number }) => html`<th scope="col"${classOf(number)}>${title}</th>`);
  const lines = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, at) => (at === 0 ? html`<th scope="row"${classOf(columns[at]?.number)}>${cell}</th>` : html`<td${classOf(columns[at]?.number)}>${cell}</td>`))}</tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><thead><tr>${titles}</tr></thead><tbody>${lines}</tbody></table></div>`;
}

function classOf(number: boolean | undefined): Html {
  return number === true ? html` class="number"` : html``;
}
