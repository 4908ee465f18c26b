import { element } from "./element.ts";

/** Fields that belong together, under their title. */
export function fieldset(title: string, fields: readonly HTMLElement[]): HTMLElement {
  return element(
    "fieldset",
    {},
    element("legend", {}, title),
    element("div", { class: "fields" }, ...fields),
  );
}

/** A box to tick. Its value is what it is called, too. */
export function checkbox(
  name: string,
  { value, about }: { readonly value: string; readonly about: string },
): HTMLElement {
  return element(
    "label",
    { class: "choice" },
    element("input", { type: "checkbox", name, value }),
    element("span", {}, element("b", {}, value), " ", element("small", {}, about)),
  );
}

/** A number in its limits, which may be left empty. */
export function numberField(
  name: string,
  title: string,
  limits: Readonly<Record<string, string | number>>,
): HTMLElement {
  return element(
    "label",
    { class: "number" },
    `${title} `,
    element("input", { type: "number", name, ...limits }),
  );
}
