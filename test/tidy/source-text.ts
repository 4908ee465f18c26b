const COMMENT_OR_STRING =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[\s\S])*`/g;

/** The text with its comments blanked; line numbers stay. */
export function withoutComments(text: string): string {
  return text.replace(COMMENT_OR_STRING, (part) => (part.startsWith("/") ? blank(part) : part));
}

/** The text with comments and plain strings blanked; templates stay, for they hold code. */
export function codeOnly(text: string): string {
  return text.replace(COMMENT_OR_STRING, (part) => (part.startsWith("`") ? part : blank(part)));
}

function blank(part: string): string {
  return part.replaceAll(/[^\n]/g, " ");
}
