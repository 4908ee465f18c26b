/**
 * The patches that the words of a command line choose: all without words, otherwise those whose name, such
 * as `G-03-renewal-error-is-a-loss`, holds one of them.
 *
 * @template {{ invariant: string, slug: string }} Patch
 * @param {readonly Patch[]} patches
 * @param {readonly string[]} words
 * @returns {{ chosen: Patch[], unknown: string[] }} `unknown` are the words that no patch's name holds.
 */
export function selectPatches(patches, words) {
  const unknown = words.filter((word) => !patches.some((patch) => holds(patch, word)));
  const chosen = patches.filter(
    (patch) => words.length === 0 || words.some((word) => holds(patch, word)),
  );
  return { chosen, unknown };
}

/**
 * @param {{ invariant: string, slug: string }} patch
 * @param {string} word
 */
function holds({ invariant, slug }, word) {
  return word !== "" && `${invariant}-${slug}.patch`.includes(word);
}
