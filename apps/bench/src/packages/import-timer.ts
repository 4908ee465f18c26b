/**
 * A program: prints how many milliseconds the import of the module given as argument takes in a
 * fresh process. Without an argument it imports an empty module, which is the floor.
 */
const FLOOR_URL = "data:text/javascript,export%20{}";

const startMs = performance.now();
await import(process.argv[2] ?? FLOOR_URL);
console.log(performance.now() - startMs);

export {};
