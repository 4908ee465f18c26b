import { createRequire } from "node:module";

/**
 * Loads a CommonJS package as it exports itself. What `import()` makes of one that was compiled from
 * ES modules differs between Node and the tools that imitate it.
 */
export const requirePackage: NodeJS.Require = createRequire(import.meta.url);
