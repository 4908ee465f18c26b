import { ReplyError } from "./reply-error.ts";

/** What a script that computes with something that is no number ends with. */
const NOT_A_NUMBER: ReplyError = new ReplyError(
  "ERR attempt to compute with a value that is no number",
);

/** As Lua takes a string for a number. Throws where it cannot, with the reply of such a script. */
export function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw NOT_A_NUMBER;
  return value;
}

/** As `string.format('%.0f', …)` of a whole number: every digit of it, never an exponent. */
export function digitsOf(value: number): string {
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

const ZERO = 48;
const NINE = 57;

/** As `string.match(text, '^%d*', from + 1)`: the digits that stand there, perhaps none. */
export function digitsAt(text: string, from: number): string {
  let end = from;
  for (let code = text.charCodeAt(end); code >= ZERO && code <= NINE; ) {
    end += 1;
    code = text.charCodeAt(end);
  }
  return text.slice(from, end);
}
